// The grammar of the VS Code extension is made of the one table of keywords.
package laws_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rexian/lang/words"
)

const editorGrammar = "editors/vscode/syntaxes/rexian.tmLanguage.json"

// rule is one pattern of a TextMate grammar.
type rule struct {
	Name     string `json:"name,omitempty"`
	Match    string `json:"match,omitempty"`
	Begin    string `json:"begin,omitempty"`
	End      string `json:"end,omitempty"`
	Include  string `json:"include,omitempty"`
	Patterns []rule `json:"patterns,omitempty"`
}

// spellings matches the words of some classes, longer ones first, whole.
func spellings(classes ...words.Class) string {
	var list []string
	for _, k := range words.All() {
		if slices.Contains(classes, k.Class) {
			for _, s := range slices.Concat(k.English, k.Chinese) {
				list = append(list, strings.ReplaceAll(regexp.QuoteMeta(s), " ", `\s+`))
			}
		}
	}
	slices.SortFunc(list, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	return "(?:" + strings.Join(slices.Compact(list), "|") + ")"
}

// grammar makes the grammar's file.
func grammar(t *testing.T) []byte {
	t.Helper()
	const before, after = `(?<![\p{L}\p{N}_.])`, `(?![\p{L}_]|\s*:)`
	inside := rule{Name: "meta.embedded.expression.rexian", Begin: `\{`, End: `\}`,
		Patterns: []rule{{Include: "#words"}}}
	escape := rule{Name: "constant.character.escape.rexian", Match: `\\.|\{\{|\}\}`}
	text := func(begin, end string) rule {
		return rule{Name: "string.quoted.double.rexian", Begin: begin, End: end, Patterns: []rule{escape, inside}}
	}
	g := struct {
		Note       string          `json:"comment"`
		Name       string          `json:"name"`
		Scope      string          `json:"scopeName"`
		Patterns   []rule          `json:"patterns"`
		Repository map[string]rule `json:"repository"`
	}{"Generated from lang/words: go test ./laws -run TestEditorGrammar -update", "Rexian", "source.rexian",
		[]rule{{Name: "comment.line.double-slash.rexian", Match: `//.*$`}, text(`"`, `"`), text("“", "”"),
			text("「", "」"), {Include: "#words"}},
		map[string]rule{"words": {Patterns: []rule{
			{Name: "constant.numeric.date.rexian", Match: `\d{4}-\d{2}(?:-\d{2})?|\d{1,2}:\d{2}(?::\d{2})?`},
			{Name: "constant.numeric.rexian",
				Match: `\d+(?:\.\d+)?(?:\s*` + spellings(words.Unit) + `(?![\p{L}_])|%)?`},
			{Name: "keyword.control.rexian", Match: before + spellings(words.Reserved) + after},
			{Name: "keyword.other.rexian", Match: before + spellings(words.Contextual) + after},
			{Name: "constant.language.day.rexian", Match: before + spellings(words.Day) + after},
		}}}}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestEditorGrammar: the grammar knows every keyword of the language, and no other.
func TestEditorGrammar(t *testing.T) {
	want := grammar(t)
	if *update {
		if err := os.WriteFile(editorGrammar, want, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(editorGrammar)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the table of keywords makes: go test ./laws -run TestEditorGrammar -update",
			editorGrammar)
	}
}
