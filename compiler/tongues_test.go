package compiler_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"rexian/lang/diag"
	vocabulary "rexian/lang/words"
)

// Within quotation marks stands what the author wrote, or a word of the language: it may be of either tongue.
var quoted = regexp.MustCompile("“[^”]*”|\"[^\"]*\"|`[^`]*`|‘[^’]*’")

// names are the Latin words that Chinese sentences may hold: names of things that have no other.
var names = regexp.MustCompile(`\b(RX\d+|SQL|UTF-8|BOM|WAV|MP3|CSV|XLSX|SPEC|Windows|Excel|Unicode|GBK|TOML|Go|TTS|` +
	`rexian( [a-z]+)*( --[a-z]+)*|MB|KB|ms|U\+[0-9A-F]+|[A-Za-z_]+\.(flow|cal|sql|csv|wav|mp3|toml))\b`)

var (
	latin = regexp.MustCompile(`[A-Za-z]{2,}`)
	han   = regexp.MustCompile(`\p{Han}+`)
)

// foreign gives the words of a finding that are of the other tongue than its sentences, and that neither the program
// nor what mends it holds.
func foreign(d diag.Diagnostic, program string) (found []string) {
	texts := append([]diag.Text{{Zh: d.Sentence(diag.Zh), En: d.Sentence(diag.En)}}, d.Notes...)
	if d.Fix != nil {
		texts = append(texts, d.Fix.Title)
	}
	if d.Fix != nil {
		for _, e := range d.Fix.Edits {
			program += " " + e.New
		}
	}
	for _, r := range d.Related {
		texts = append(texts, r.Text)
	}
	judge := func(text string, other *regexp.Regexp) {
		for _, w := range other.FindAllString(names.ReplaceAllString(quoted.ReplaceAllString(text, ""), ""), -1) {
			if !strings.Contains(program, w) && vocabulary.Lookup(w) == nil {
				found = append(found, w+" in: "+text)
			}
		}
	}
	for _, t := range texts {
		judge(t.Zh, latin)
		judge(t.En, han)
	}
	return found
}

// TestOneTongue: what is said of a program is of one tongue, but for what its author wrote, which is quoted.
func TestOneTongue(t *testing.T) {
	seen := map[diag.Code]bool{}
	table, err := os.ReadFile("testdata/broken/root/表格/办税厅.csv")
	if err != nil {
		t.Fatal(err)
	}
	judge := func(b *broken, source string) {
		for _, d := range b.findings(t, source) {
			seen[d.Code] = true
			for _, w := range foreign(d, b.base+source+string(table)) {
				t.Errorf("%s (%s): %s", b.title, d.Code, w)
			}
		}
	}
	for _, path := range archives(t) {
		_, cases := readArchive(t, path)
		for _, b := range cases {
			judge(b, b.source())
		}
	}
	for _, path := range slipFiles(t) {
		for _, s := range slips(t, path) {
			judge(&s.broken, s.wrote)
		}
	}
	if len(seen) < 100 {
		t.Errorf("only %d codes are met", len(seen))
	}
}
