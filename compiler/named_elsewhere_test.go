package compiler_test

import (
	"testing"

	"rexian/compiler"
)

// TestNamedElsewhere says a prompt of another file under a condition: its name is no word without quotes.
func TestNamedElsewhere(t *testing.T) {
	w := loaded(t, writeTree(t, map[string]string{
		"a.flow": "languages en fallback en\nnumber \"1\" enters main\ndefaults { zone \"Asia/Shanghai\" on error hangup }\n" +
			"flow main {\n  say notice when storm is on\n  say notice in each language\n  hangup\n}\n",
		"b.flow": "switch storm on\nprompt notice { en \"There is a storm.\" }\n",
	}))
	if _, found := w.Check(compiler.Options{Today: today}); len(found) > 0 {
		t.Errorf("found %s", codes(found))
	}
}
