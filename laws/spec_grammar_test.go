package laws_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"rexian/lang/words"
)

var (
	grammarBlock = regexp.MustCompile("(?s)```ebnf\n(.*?)```")
	production   = regexp.MustCompile(`(?m)^([A-Z][A-Za-z]*) *= `)
	symbol       = regexp.MustCompile(`"([^"]+)"|\b([A-Za-z]+)\b`)
)

// signs are the terminals of the grammar that are no keywords.
const signs = ` { } ( ) [ ] , : . .. = != < <= > >= + - * / # % `

// TestSpecGrammar holds the grammar to the vocabulary: every keyword of the code is used, no other word
// is, and every production is defined once and reached.
func TestSpecGrammar(t *testing.T) {
	src, err := os.ReadFile("SPEC.md")
	if err != nil {
		t.Fatal(err)
	}
	m := grammarBlock.FindSubmatch(src)
	if m == nil {
		t.Fatal("no grammar in SPEC.md")
	}
	text := string(m[1])
	defined, used := map[string]bool{}, map[string]bool{"Program": true, "Hole": true}
	for _, d := range production.FindAllStringSubmatch(text, -1) {
		if defined[d[1]] {
			t.Errorf("%s is defined twice", d[1])
		}
		defined[d[1]] = true
	}
	keywords := map[string]bool{}
	for _, s := range symbol.FindAllStringSubmatch(production.ReplaceAllString(text, ""), -1) {
		switch {
		case s[1] != "" && strings.Contains(signs, " "+s[1]+" "):
		case s[1] != "":
			keywords[s[1]] = true
			if words.ByID(words.Reserved, s[1]) == nil {
				t.Errorf("%q is no keyword", s[1])
			}
		case s[2] != strings.ToUpper(s[2]): // NAME, NUMBER … are tokens
			used[s[2]] = true
			if !defined[s[2]] {
				t.Errorf("%s is used and not defined", s[2])
			}
		}
	}
	for d := range defined {
		if !used[d] {
			t.Errorf("%s is defined and not used", d)
		}
	}
	for _, k := range words.All() {
		if k.Class <= words.Contextual && !keywords[k.ID] {
			t.Errorf("keyword %q has no place in the grammar", k.ID)
		}
	}
}

// specMost is how many bytes SPEC.md may have: what lessons and pages made from the code say is not said there too.
const specMost = 137_298

// TestSpecIsShort weighs SPEC.md.
func TestSpecIsShort(t *testing.T) {
	info, err := os.Stat("SPEC.md")
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > specMost {
		t.Errorf("SPEC.md has %d bytes, more than %d", info.Size(), specMost)
	}
}
