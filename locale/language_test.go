package locale

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// TestShipped reads every folder beside this file.
func TestShipped(t *testing.T) {
	files, err := filepath.Glob("*/" + File)
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		l, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if l.Tag != filepath.Dir(name) || l.Espeak == "" {
			t.Errorf("%s describes %q", name, l.Tag)
		}
		for _, word := range []string{l.Tag, l.Names["zh"], l.Names["en"], l.Names[l.Tag]} {
			if found, ok := ByName(word); !ok || found.Tag != l.Tag {
				t.Errorf("%q does not name %s", word, l.Tag)
			}
		}
	}
}

// TestSpell shows what each sign of the rules does.
func TestSpell(t *testing.T) {
	r, err := newRules(map[string]string{
		"n":    "0: nil; 1: one; 2: two; 3: three; 10: ten[-<<-and->>|!]; 100/50: << fifties [plus >>]",
		"each": "0: =#n=", "point": "0: =.3n=", "figures": "0: nr =0=", "sign": `0: \<a_b\;`, "sparse": "1: some",
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		set  string
		n    uint64
		want string
	}{
		{"n", 0, "nil"}, {"n", 10, "ten!"}, {"n", 21, "ten-two-and-one"}, {"n", 110, "two fifties plus ten!"},
		{"each", 120, "one two nil"}, {"point", 120, "one two"}, {"point", 3, "nil nil three"}, {"figures", 7, "nr 7"},
		{"sparse", 0, ""}, {"sparse", 5, "some"}, {"absent", 5, "5"},
	} {
		if got := strings.Join(Words(r.Spell(c.set, c.n)), " "); got != c.want {
			t.Errorf("%s of %d: %q, want %q", c.set, c.n, got, c.want)
		}
	}
}

// broken changes one thing in a language that is right.
var broken = []struct{ old, now, want string }{
	{`tag = "fr"`, `tag = "Fr!"`, `tag = "Fr!" is no tag`},
	{`tag = "fr"`, `tag = fr`, "expected"},
	{`zh = "法文"`, ``, "names.zh is missing"},
	{`zh = "法文"`, `zh = "法 文"`, "is not one word"},
	{`minus = "moins"`, ``, "speech.minus is missing"},
	{`"demain", `, ``, "speech.near has 3 words instead of 4"},
	{`espeak = "fr"`, `espaek = "fr"`, "espaek is not known"},
	{`percent = "{number} pour_cent"`, `percent = "{numero} pour_cent"`, "percent: there is no place {numero}"},
	{`{quarter:ordinal} trimestre {year}`, `{quarter:rang} trimestre {year}`, `there are no rules "rang"`},
	{`100: cent [>>]`, `100: cent [>>`, "a [ without its ]"},
	{`100: cent [>>]`, `100: cent >>]`, "a ] without its ["},
	{`100: cent [>>]`, `100: cent >absent>`, `there are no rules "absent"`},
	{`100: cent [>>]`, `hundert: cent`, `"hundert" is no whole number`},
	{`100: cent [>>]`, `100 cent`, "a rule is written N: text"},
	{`months = "0: =number= mois"`, `months = "0: =months= mois"`, "rules.months lead in a circle at 0"},
	{`months = "0: =number= mois"`, `months = "0: mois"` + "\n" + `other = "5: cinq"`, "no rule begins at 0 or 1"},
	{`months = "0: =number= mois"`, `months = "0:"`, "rules.months say nothing for 1"},
	{`months = "0: =number= mois"`, `months = "1: << mois"`, "nothing is divided below 10"},
	{`months = "0: =number= mois"`, ``, "rules.months is missing"},
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	text, err := os.ReadFile("fr/" + File)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range broken {
		src := strings.Replace(string(text), c.old, c.now, 1)
		if src == string(text) {
			t.Fatalf("%q is not there", c.old)
		}
		if _, err := Parse([]byte(src)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.now, err, c.want)
		}
	}
}

// TestLearn makes a language of a program known: it is found by its names, its next text replaces it, and a shipped
// language is not replaced.
func TestLearn(t *testing.T) {
	text, _ := os.ReadFile("fr/" + File)
	own := strings.NewReplacer(`tag = "fr"`, `tag = "fr-be"`, `fr = "français"`, `fr-be = "belge"`, `zh = "法文"`,
		`zh = "比利时法文"`, `en = "French"`, `en = "Belgian"`).Replace(string(text))
	root := fstest.MapFS{
		"languages/fr-be/language.toml": {Data: []byte(own)},
		"languages/zh/language.toml":    {Data: []byte(strings.Replace(own, `tag = "fr-be"`, `tag = "zh"`, 1))},
		"languages/bad/language.toml":   {Data: []byte("tag = 1")},
		"languages/empty/readme":        {},
	}
	found := LearnAll(root)
	errs := map[string]error{}
	for _, f := range found {
		errs[f.Path] = f.Err
	}
	if len(found) != 3 || errs["languages/fr-be/language.toml"] != nil || errs["languages/bad/language.toml"] == nil ||
		errs["languages/zh/language.toml"] == nil {
		t.Fatal(errs)
	}
	l, ok := ByName("比利时法文")
	if !ok || l.Tag != "fr-be" || l.Rules.Spell("number", 70) != "soixante-dix" {
		t.Fatalf("%+v", l)
	}
	own = strings.Replace(own, "71: soixante et onze; 72/20: soixante->teen>", "70: septante; 71: septante et un", 1)
	if _, err := Learn([]byte(own)); err != nil {
		t.Fatal(err)
	}
	if l, _ := Lookup("fr-BE"); l.Rules.Spell("number", 70) != "septante" {
		t.Error("the old text is still spoken")
	}
	clash := strings.Replace(own, `tag = "fr-be"`, `tag = "xx"`, 1)
	clash = strings.Replace(clash, `fr-be = "belge"`, `xx = "xx"`, 1)
	if _, err := Learn([]byte(clash)); err == nil {
		t.Error("two languages bear one name")
	}
}

// BenchmarkLoad reads the shipped languages, which every command does that reads flows.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		for _, name := range []string{"zh", "en", "fr", "yue"} {
			text, _ := shipped.ReadFile(name + "/" + File)
			if _, err := decode(text); err != nil {
				b.Fatal(err)
			}
		}
	}
}
