package replay

import (
	"rexian/compiler/bundle"
	"rexian/runtime/collect"
	"rexian/runtime/deploy"
	"rexian/runtime/kept"
	"rexian/runtime/meaning"
	"rexian/runtime/vm"
)

// Traffic is what callers did in some time: how many calls there were, and how many pressed what. A call counts once
// for a key at a question, however often it was pressed.
type Traffic struct {
	Calls   int
	Numbers map[string]int // by the number as the program writes it that was called
	Pressed map[meaning.Press]int
}

// People is how many calls came where a difference is met; false where that cannot be told.
func (t *Traffic) People(d *meaning.Difference) (n int, pressed, ok bool) {
	if p, ok := d.Press(); ok {
		return t.Pressed[p], true, true
	}
	if number := d.Number(); number != "" {
		return t.Numbers[number], false, true
	}
	return 0, false, false
}

// Count counts the traffic of the calls that each gives. Those that do not come out on their own version, or whose
// version is not kept, count as calls only.
func Count(versions Versions, each func(do func(record []byte) error) error) (*Traffic, error) {
	t := &Traffic{Numbers: map[string]int{}, Pressed: map[meaning.Press]int{}}
	r := runner{versions: versions, pairs: map[string]*Pair{}}
	var w Worker
	var c kept.Call
	seen := map[meaning.Press]bool{}
	err := each(func(record []byte) error {
		if c.Decode(record) != nil || c.Direction != "in" {
			return nil
		}
		t.Calls++
		p := r.pair(c.Version)
		if p == nil || !w.course(p.old, &c) {
			return nil
		}
		t.Numbers[numberOf(p.old.Version, c.Number)]++
		clear(seen)
		for i := range w.segments {
			if at, ok := w.pressed(p.old, &c, &w.segments[i]); ok && !seen[at] {
				seen[at] = true
				t.Pressed[at]++
			}
		}
		return nil
	})
	return t, err
}

// numberOf is a number that was called as the program writes it.
func numberOf(v *deploy.Version, dialled string) string {
	fn, ok := v.Function(dialled)
	for _, n := range v.Program.Numbers {
		if n.Text == dialled {
			return dialled
		}
	}
	for _, n := range v.Program.Numbers {
		if ok && int(n.Func) == fn {
			return n.Text
		}
	}
	return dialled
}

// pressed is what was pressed at a wait; false if it was no key of the question or of a handler.
func (w *Worker) pressed(v *version, c *kept.Call, s *segment) (meaning.Press, bool) {
	if s.how != waits || s.wait.kind != bundle.CollectSite || c.Events[s.event].Kind != vm.Collected {
		return meaning.Press{}, false
	}
	q := &v.Program.Questions[s.wait.question]
	switch r := &c.Events[s.event].Collect; {
	case r.Kind == collect.Option && r.Index >= 0 && r.Index < len(q.Options):
		return meaning.Press{Question: q.Name, Keys: q.Options[r.Index].Keys}, true
	case r.Kind == collect.Global && r.Index >= 0 && r.Index < len(s.spec.Global):
		return meaning.Press{Question: q.Name, Keys: s.spec.Global[r.Index : r.Index+1]}, true
	}
	return meaning.Press{}, false
}
