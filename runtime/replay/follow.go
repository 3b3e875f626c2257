package replay

import (
	"slices"

	"rexian/compiler/bundle"
	"rexian/compiler/ident"
	"rexian/lang/diag"
	"rexian/runtime/collect"
	"rexian/runtime/kept"
	"rexian/runtime/meaning"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// follower runs the other version beside the course of a call.
type follower struct {
	w      *Worker
	p      *Pair
	call   *kept.Call
	result *Result

	m      *vm.Machine
	effect vm.Effect
	now    int64
	after  *segment
	told   int    // differences before the segment at hand
	counts bool   // the other version notes which edges it takes
	left   string // the flow in which the caller hung up
	fn     int    // that the call enters
}

// lookAhead is how many waits a course is run on to find the one at which the other version is.
const lookAhead = 8

func (f *follower) run() {
	fn, ok := f.entry()
	if !ok {
		f.tell(Ending, diag.Text{Zh: "有流程接", En: "a flow answered"}, diag.Text{Zh: "没有流程接", En: "no flow answers"},
			nil)
		return
	}
	if n := len(f.w.steps); cap(f.w.used) < n {
		f.w.used = make([]bool, n)
	} else {
		f.w.used = f.w.used[:n]
		clear(f.w.used)
	}
	f.now = f.call.Events[0].Now
	f.m = f.p.new.Image.New(vm.Call{ID: f.call.ID, Caller: f.call.Caller, Number: f.call.Number})
	if f.counts {
		f.m.Cover()
	}
	f.fn, f.effect = fn, f.m.Start(fn, f.call.Args, f.now)
	for k := 0; k >= 0 && k < len(f.w.segments); {
		if !f.passes(&f.w.segments[k]) {
			return
		}
		k = f.meets(k)
	}
}

// entry is the function of the other version that such a call enters.
func (f *follower) entry() (fn int, ok bool) {
	old, new := f.p.old.Program, f.p.new.Program
	was := int32(old.FuncNamed(f.call.Entry))
	switch f.call.Direction {
	case "message":
		for _, m := range old.Messages {
			for _, o := range new.Messages {
				switch {
				case m.Text != o.Text:
				case m.Func == was:
					return int(o.Func), true
				case m.Otherwise == was:
					return int(o.Otherwise), o.Otherwise >= 0
				}
			}
		}
	case "out":
		for _, c := range old.Campaigns {
			i := slices.IndexFunc(new.Campaigns, func(o bundle.Campaign) bool { return o.Name == c.Name })
			if i < 0 {
				continue
			}
			switch was {
			case c.With:
				return int(new.Campaigns[i].With), new.Campaigns[i].With >= 0
			case c.Beep - 1:
				return int(new.Campaigns[i].Beep - 1), new.Campaigns[i].Beep > 0
			}
		}
	default:
		return f.p.new.Function(f.call.Number)
	}
	fn = new.FuncNamed(f.call.Entry)
	return fn, fn >= 0
}

// passes runs to the next wait for the caller, or as far as the course went before the caller hung up, and compares
// what was done on the way. It is false if the call cannot be followed further.
func (f *follower) passes(s *segment) bool {
	w := f.w
	w.acts, f.told = w.acts[:0], len(f.result.Differences)
	n, beside := s.from, true
	for count := 0; ; count++ {
		e := &f.effect
		if e.End || face(e.Kind) || s.how != waits && s.how != ends && count >= s.to-s.from {
			break
		}
		a := w.keep(f.p.new, f.m, e)
		if !a.quiet {
			w.acts = append(w.acts, a)
		}
		var ev vm.Event
		if beside = beside && n < s.to && f.same(&w.steps[n].act, &a); beside {
			ev = f.answer(&w.steps[n], &a)
			w.used[n] = true
			n++
		} else {
			var ok bool
			if ev, ok = f.otherwise(&a); !ok {
				f.compare(s, len(w.acts)) // what would have followed is not known
				why := f.unknown(&a)
				f.result.Open = &why
				return false
			}
		}
		f.now = max(f.now, ev.Now)
		ev.Now = f.now
		f.effect = f.m.Resume(ev)
	}
	f.compare(s, len(w.steps))
	return true
}

// answer is what a step of the course is answered that the other version does too: what it was answered then, but for
// opening hours and tables, which are the other version's own.
func (f *follower) answer(s *step, a *act) vm.Event {
	ev := f.call.Events[s.event]
	own := a.kind == bundle.QuerySite && a.name == "hours" && !f.p.hours[a.which] ||
		a.kind == bundle.LookupSite && a.name == "table" && !f.p.tables[a.which]
	if own {
		at := f.now
		f.now = max(f.now, ev.Now)
		ev, _ = f.otherwise(a)
		f.now = at
		ev.Now = f.call.Events[s.event].Now
	}
	return ev
}

// otherwise is what a step is answered that the course does not have there: what answered the same question then, or
// what the version itself knows. It is false where that is not known.
func (f *follower) otherwise(a *act) (vm.Event, bool) {
	v := f.p.new
	done := vm.Event{Kind: vm.Done, Now: f.now}
	switch a.kind {
	case bundle.QuerySite, bundle.LookupSite:
		switch a.name {
		case "hours":
			for i := range v.Program.Hours {
				if v.Program.Hours[i].Name == a.which {
					ev := session.Opening(v.Schedules[i].At(f.now, nil))
					ev.Now = f.now
					return ev, true
				}
			}
		case "table":
			for i := range v.Program.Tables {
				if v.Program.Tables[i].Name == a.which && len(a.args) > 0 {
					ev := session.Row(&v.Program.Tables[i], a.args[0])
					ev.Now = f.now
					return ev, true
				}
			}
		}
		return f.recorded(a, true)
	case bundle.SMSSite, bundle.MailSite, bundle.CallbackSite:
		if lacking(a) {
			return vm.Event{Kind: vm.Outcome, Tag: "unavailable", Now: f.now}, true
		}
		return f.recorded(a, false)
	case bundle.SurveySite:
		if len(a.args) > 0 {
			return f.recorded(a, false)
		}
	}
	return done, true
}

// lacking tells whether there is nobody to send something to, which is answered before anybody is asked.
func lacking(a *act) bool {
	at := 0
	if a.kind == bundle.CallbackSite {
		at = 1
	}
	return at < len(a.args) && a.args[at].IsEmpty()
}

// recorded is what the course was answered to such a question, with the same arguments if exact: one that was not given
// yet before one that was.
func (f *follower) recorded(a *act, exact bool) (vm.Event, bool) {
	found := -1
	for i := range f.w.steps {
		s := &f.w.steps[i]
		if s.kind != a.kind || s.name != a.name || s.which != a.which || exact && !sameValues(s.args, a.args) {
			continue
		}
		if !f.w.used[i] {
			found = i
			break
		}
		if exact {
			found = i
		}
	}
	if found < 0 {
		return vm.Event{}, false
	}
	f.w.used[found] = true
	ev := f.call.Events[f.w.steps[found].event]
	ev.Now = f.now
	return ev, true
}

// meets compares the waits that both have come to, and gives the other version what came of it. It returns the segment
// to go on with, -1 if the call cannot be followed further.
func (f *follower) meets(k int) int {
	s := &f.w.segments[k]
	e := &f.effect
	switch {
	case s.how == breaks:
		return -1
	case s.how == ends:
		if !e.End {
			f.tell(Ending, f.place(f.p.old, s, nil), f.place(f.p.new, nil, e), f.here())
		} else if e.How != s.end {
			f.tell(Ending, meaning.Ending(s.end), meaning.Ending(e.How), nil)
		}
		return -1
	case s.how == hangsUp:
		if e.End {
			f.tell(Ending, diag.Text{Zh: "还没有结束", En: "went on"}, meaning.Ending(e.How), nil)
			return -1
		}
		f.feed(f.call.Events[s.event])
		f.after = s
		return k + 1
	case e.End:
		c := Ending
		if f.reached(s) {
			c = Agent
		}
		f.elsewhere()
		f.tell(c, f.place(f.p.old, s, nil), meaning.Ending(e.How), nil)
		return -1
	}
	if f.sameWait(s, e) {
		return f.goesOn(k)
	}
	f.elsewhere()
	f.tell(f.class(s, e), f.place(f.p.old, s, nil), f.place(f.p.new, nil, e), f.here())
	for j := k + 1; j < len(f.w.segments) && j <= k+lookAhead; j++ {
		if o := &f.w.segments[j]; o.how == waits && f.sameWait(o, e) {
			for i := s.to; i < o.to; i++ { // what was passed over may have been answered already
				f.w.used[i] = true
			}
			return f.goesOn(j)
		}
	}
	why := diag.Text{Zh: "去处不同，来电人接着会怎么做不知道", En: "it leads elsewhere, and what the caller would do there is not known"}
	f.result.Open = &why
	return -1
}

// elsewhere forgets what was heard on the way to another place: it belongs to that.
func (f *follower) elsewhere() {
	list := f.result.Differences
	f.result.Differences = append(list[:f.told], slices.DeleteFunc(list[f.told:],
		func(d Difference) bool { return d.Class == Words })...)
}

// reached tells whether a wait ended with an agent who answered.
func (f *follower) reached(s *segment) bool {
	return s.how == waits && s.wait.kind == bundle.EnqueueSite && f.call.Events[s.event].Agent != ""
}

// class is what kind of difference it is that the other version waits for something else.
func (f *follower) class(s *segment, e *vm.Effect) Class {
	switch {
	case f.reached(s) && e.Kind != bundle.EnqueueSite:
		return Agent
	case s.wait.kind == bundle.EnqueueSite || e.Kind == bundle.EnqueueSite:
		return Queue
	case s.wait.kind == bundle.TransferSite || e.Kind == bundle.TransferSite:
		return Transfer
	case s.wait.kind == bundle.VoicemailSite || e.Kind == bundle.VoicemailSite:
		return Voicemail
	}
	return Goes
}

// sameWait tells whether both wait for the same.
func (f *follower) sameWait(s *segment, e *vm.Effect) bool {
	if s.wait.kind != e.Kind {
		return false
	}
	arg := func(i int) bool {
		return i < len(s.wait.args) == (i < len(e.Args)) && (i >= len(e.Args) || sameValue(s.wait.args[i], e.Args[i]))
	}
	switch e.Kind {
	case bundle.CollectSite:
		return f.sameQuestion(s.wait.question, e.Question)
	case bundle.EnqueueSite, bundle.TransferSite:
		return arg(0)
	case bundle.VoicemailSite:
		return s.wait.which == which(f.p.new.Program, e)
	}
	return true
}

// sameQuestion tells whether two questions ask for the same, though their keys, words and times may differ.
func (f *follower) sameQuestion(a, b int) bool {
	p, q := &f.p.old.Program.Questions[a], &f.p.new.Program.Questions[b]
	if p.Field != q.Field {
		return false
	}
	if p.Name == q.Name {
		return true
	}
	if p.Field != ident.None {
		return (p.MinLen == q.MinLen && p.MaxLen == q.MaxLen || p.Rows > 0) && p.Rows > 0 == (q.Rows > 0) &&
			p.Secret == q.Secret
	}
	old, new := f.p.old.options[a], f.p.new.options[b]
	common := 0
	for i := range old {
		if at, _, named := wanted(old, i, new); at >= 0 && !named {
			common++
		}
	}
	return 2*common >= len(old) && 2*common >= len(new)
}

// goesOn gives the other version what came of a wait that both have, as the caller meant it.
func (f *follower) goesOn(k int) int {
	s := &f.w.segments[k]
	ev := f.call.Events[s.event]
	if s.wait.kind == bundle.CollectSite && ev.Kind == vm.Collected {
		if !f.means(s, &ev.Collect) {
			return -1
		}
	}
	if s.wait.kind == bundle.EnqueueSite && ev.Kind == vm.Outcome && ev.Tag == "press" && len(ev.Values) > 0 &&
		!slices.Contains(f.effect.Offers, ev.Values[0].Str()) {
		key := ev.Values[0].Str()
		f.tell(Goes, diag.Textf("排队时可按 %s", "%s could be pressed while waiting", key),
			diag.Textf("不能按 %s", "%s cannot", key), f.here())
		f.open()
		return -1
	}
	if args := s.wait.args; s.wait.kind == bundle.EnqueueSite && len(args) > 1 && len(f.effect.Args) > 1 &&
		args[1].N != f.effect.Args[1].N {
		f.tell(Queue, f.place(f.p.old, s, nil), f.place(f.p.new, nil, &f.effect), f.here())
	}
	f.after = s
	f.feed(ev)
	return k + 1
}

// open notes that nobody knows what the caller would have done.
func (f *follower) open() {
	why := diag.Text{Zh: "来电人要的没有了，接着会怎么做不知道",
		En: "what the caller wanted is gone, and what they would do then is not known"}
	f.result.Open = &why
}

// feed resumes the other version.
func (f *follower) feed(ev vm.Event) {
	if ev.Kind == vm.Hangup {
		f.left = flow(f.m)
	}
	f.now = max(f.now, ev.Now)
	ev.Now = f.now
	f.effect = f.m.Resume(ev)
}

// means turns what a caller keyed into what the same caller would key now. It is false where that is not known; the
// difference has been told.
func (f *follower) means(s *segment, r *collect.Result) bool {
	old, new := f.p.old.options[s.wait.question], f.p.new.options[f.effect.Question]
	spec := f.effect.Spec
	offered := func(i int) bool { return spec.Offered>>i&1 != 0 }
	switch r.Kind {
	case collect.Option:
		at, moved, _ := wanted(old, r.Index, new)
		if at < 0 || at > 63 || !offered(at) {
			o := &old[min(max(r.Index, 0), len(old)-1)]
			name := f.p.old.Program.Questions[s.wait.question].Name
			f.tell(Goes, diag.Textf("“%s”可按 %s（%s）", "%q had %s (%s)", name, o.keys, o.says),
				diag.Textf("没有“%s”", "there is no %q", o.says), f.here())
			f.open()
			return false
		}
		if moved {
			f.tell(Keys, diag.Textf("“%s”按 %s", "%q is %s", old[r.Index].says, old[r.Index].keys),
				diag.Textf("按 %s", "it is %s", new[at].keys), f.here())
		}
		r.Index = at
	case collect.Global:
		return f.global(s, r)
	case collect.Value:
		return f.value(s, r, old, new)
	case collect.NoMatch:
		for i := range new {
			if r.Reason == collect.Unlisted && new[i].keys == r.Keys && i < 64 && offered(i) {
				f.tell(Goes, diag.Textf("按 %s 无效", "%s was no option", r.Keys),
					diag.Textf("按 %s 是“%s”", "%s is %q", r.Keys, new[i].says), f.here())
				*r = collect.Result{Kind: collect.Option, Index: i, Keys: r.Keys}
				return true
			}
		}
	}
	return true
}

// global finds the key of a handler.
func (f *follower) global(s *segment, r *collect.Result) bool {
	if r.Index < 0 || r.Index >= len(s.spec.Global) {
		return true // the machine makes the same fault of it
	}
	key := s.spec.Global[r.Index]
	for i := range len(f.effect.Spec.Global) {
		if f.effect.Spec.Global[i] == key {
			r.Index = i
			return true
		}
	}
	f.tell(Goes, diag.Textf("随时可按 %s", "%s could be pressed at any time", string(key)),
		diag.Textf("不能按 %s", "%s cannot", string(key)), f.here())
	f.open()
	return false
}

// value sees whether an answer is still one.
func (f *follower) value(s *segment, r *collect.Result, old, new []option) bool {
	spec := f.effect.Spec
	switch spec.Field {
	case ident.Several:
		var n int64
		for i := range old {
			if r.N>>i&1 == 0 {
				continue
			}
			at, _, _ := wanted(old, i, new)
			if at < 0 {
				f.open()
				return false
			}
			n |= 1 << at
		}
		r.N = n
		return true
	case ident.None:
		return true
	}
	short := spec.MinLen > 0 && len([]rune(r.Keys)) < spec.MinLen
	long := spec.MaxLen > 0 && len([]rune(r.Keys)) > spec.MaxLen
	if short || long || spec.Ranged && (r.N < spec.Min || r.N > spec.Max) && !f.masked(s) {
		f.tell(Goes, diag.Text{Zh: "来电人的输入有效", En: "what was keyed was taken"},
			diag.Text{Zh: "无效", En: "it is not"}, f.here())
		f.open()
		return false
	}
	return true
}

// masked tells whether the answer to a question is not known.
func (f *follower) masked(s *segment) bool { return f.p.old.Program.Questions[s.wait.question].Secret }

// here is where the other version waits.
func (f *follower) here() *act {
	a := f.w.keep(f.p.new, f.m, &f.effect)
	return &a
}
