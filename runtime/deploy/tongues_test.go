package deploy

import (
	"strings"
	"testing"

	"rexian/compiler"
	"rexian/compiler/bundle"
	"rexian/locale"
)

// TestOwnLanguageTravels builds a program with a language of its own. Its bundle makes the language known where the
// folder is not, and one that cannot be used is not served.
func TestOwnLanguageTravels(t *testing.T) {
	v, err := Compile("../../examples/zh/15-更多语言", compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Program.Tongues) != 1 {
		t.Fatalf("%d languages travel", len(v.Program.Tongues))
	}
	away := func(change ...string) error {
		p := *v.Program
		p.Tongues = []string{strings.NewReplacer(change...).Replace(p.Tongues[0])}
		encoded, err := bundle.Encode(&p)
		if err != nil {
			t.Fatal(err)
		}
		_, err = decode(encoded, Files{})
		return err
	}
	err = away(`tag = "es"`, `tag = "es-mx"`, `es = "español"`, `es-mx = "mexicano"`, "西班牙文", "墨西哥文", `"Spanish"`,
		`"Mexican"`)
	if l, ok := locale.ByName("墨西哥文"); err != nil || !ok || l.Rules.Spell("number", 22) != "veintidós" {
		t.Errorf("the language did not come along: %v", err)
	}
	if err := away(`months = `, `moths = `); err == nil || !strings.Contains(err.Error(), "rules.months is missing") {
		t.Errorf("a language that cannot be used is served: %v", err)
	}
}
