package diag

import (
	"strings"
	"testing"
)

// TestPages reads every page of the catalogue: its name is its code, and it has all that an entry needs.
func TestPages(t *testing.T) {
	all := All()
	if len(all) < 200 {
		t.Fatalf("only %d pages", len(all))
	}
	for _, e := range all {
		for _, s := range []string{e.Message.Zh, e.Message.En, e.Explain.Zh, e.Explain.En} {
			if s == "" || s != strings.TrimSpace(s) {
				t.Errorf("%s has an empty part, or one with blanks around it: %q", e.Code, s)
			}
		}
		if strings.Contains(e.Bad+e.Good, "«") {
			t.Errorf("%s: a mark of its programs is not understood", e.Code)
		}
	}
}

// TestPageFaults gives pages that are none.
func TestPageFaults(t *testing.T) {
	const sound = "RX9999 error\nzh: 句\nen: sentence\n\n== zh\n页\n\n== en\npage\n\n== bad\n«2 times» a\n«ff»\n"
	e, err := page("RX9999", sound)
	if err != nil || e.Bad != "a\na\n\xff\n" || e.Explain != (Text{"页", "page"}) ||
		e.Message != (Text{"句", "sentence"}) {
		t.Fatalf("%v %+v", err, e)
	}
	for what, change := range map[string][2]string{
		"another code": {"RX9999 error", "RX9998 error"},
		"a severity":   {"RX9999 error", "RX9999 fault"},
		"no Chinese":   {"zh: 句", "句"},
		"no English":   {"en: sentence", "sentence"},
		"a section":    {"== bad", "== wrong"},
		"one twice":    {"== en", "== zh"},
		"no sections":  {"\n\n== ", "\n\n= "},
	} {
		if _, err := page("RX9999", strings.ReplaceAll(sound, change[0], change[1])); err == nil {
			t.Errorf("%s: read all the same", what)
		}
	}
}
