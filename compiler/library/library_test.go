package library

import (
	"strings"
	"testing"

	"rexian/lang/words"
)

// TestNamesAreUnique: a path, a parameter, a field or a tag has one meaning in each tongue, and no name is a
// reserved word where it would be read as a keyword.
func TestNamesAreUnique(t *testing.T) {
	paths := map[string]string{}
	for _, f := range All() {
		var zh, en []string
		for _, w := range f.Path {
			zh, en = append(zh, w.Zh), append(en, w.En)
		}
		if strings.Join(en, ".") != f.ID {
			t.Errorf("%s is spelled %s", f.ID, strings.Join(en, "."))
		}
		for _, p := range []string{strings.Join(zh, "."), strings.Join(en, ".")} {
			if paths[p] != "" {
				t.Errorf("%s is %s and %s", p, paths[p], f.ID)
			}
			paths[p] = f.ID
			a, b, _ := strings.Cut(p, ".")
			if Find(a, b) != f {
				t.Errorf("%s is not found", p)
			}
		}
		if w := words.Lookup(f.Path[0].Zh); w.IsReserved() {
			t.Errorf("%s begins with a reserved word", f.ID)
		}
		seen := map[string]bool{}
		for _, p := range f.Params {
			if seen[p.Zh] || seen[p.En] {
				t.Errorf("%s has two parameters %s", f.ID, p.Zh)
			}
			seen[p.Zh], seen[p.En] = true, true
		}
		if f.Doc.Zh == "" || f.Doc.En == "" || f.Example == "" && f.Where == "" {
			t.Errorf("%s lacks its documentation", f.ID)
		}
	}
	spelled := map[string]string{}
	for _, w := range tags {
		for _, s := range spellings(w) {
			if spelled[s] != "" && spelled[s] != w.ID {
				t.Errorf("%s is %s and %s", s, spelled[s], w.ID)
			}
			spelled[s] = w.ID
			if got, ok := Tag(s); !ok || got.ID != w.ID {
				t.Errorf("%s is not found", s)
			}
		}
	}
	for _, r := range Records() {
		seen := map[string]bool{}
		for i, f := range r.Fields {
			if seen[f.Name.Zh] || seen[f.Name.En] || f.Index != i {
				t.Errorf("%s.%s stands twice", r.ID, f.ID)
			}
			seen[f.Name.Zh], seen[f.Name.En] = true, true
			if r.Field(f.Name.Zh) != f || r.Field(f.Name.En) != f {
				t.Errorf("%s.%s is not found", r.ID, f.ID)
			}
		}
		if Record(r.Name.Zh) != r || Record(r.Name.En) != r {
			t.Errorf("%s is not found", r.ID)
		}
	}
}

// TestOutcomesAreTags: every outcome and set is made of known tags, and every lookup may be unavailable.
func TestOutcomesAreTags(t *testing.T) {
	sets := [][]string{ClosedReasons, HoursStates, QueueOutcomes, CallOutcomes, Orders, TableOutcomes, Misses}
	for _, f := range All() {
		sets = append(sets, f.Outcomes)
		all := f.AllOutcomes()
		if (f.Class == Lookup) != (len(all) > 0 && all[len(all)-1] == "unavailable") {
			t.Errorf("%s may end with %v", f.ID, all)
		}
	}
	for _, set := range sets {
		for _, id := range set {
			if w, ok := Tag(id); !ok || w.ID != id {
				t.Errorf("no tag %s", id)
			}
		}
	}
}
