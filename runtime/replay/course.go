package replay

import (
	"rexian/compiler/bundle"
	"rexian/runtime/collect"
	"rexian/runtime/kept"
	"rexian/runtime/vm"
)

// act is one thing that a machine said, kept beyond the next.
type act struct {
	kind     bundle.SiteKind
	name     string // function, milestone, what is attached; "list", "switch", "hours", "table"
	which    string // of these, or the mailbox
	quiet    bool   // nobody outside notices
	prompt   int    // of what is said
	question int
	offered  uint64
	lang     string
	must     bool // must be heard
	early    bool // before answering
	each     bool
	args     []vm.Value
	fn, pc   int // where
}

// step is an act with what was answered.
type step struct {
	act
	event int // its number
}

// segment is what lies between two waits for the caller.
type segment struct {
	from, to int // its steps
	how      stop
	end      vm.End
	wait     act
	spec     collect.Spec // of a question
	event    int          // what came of the wait
}

// stop says how a segment ends.
type stop uint8

const (
	waits   stop = iota // for the caller, or for somebody to talk to
	hangsUp             // the caller hangs up meanwhile
	ends                // the flow is over
	breaks              // nothing more was kept
)

// arena holds values that outlive the machine's registers.
type arena struct{ list []vm.Value }

func (a *arena) keep(v []vm.Value) []vm.Value {
	if len(v) == 0 {
		return nil
	}
	if cap(a.list)-len(a.list) < len(v) {
		a.list = make([]vm.Value, 0, max(4096, len(v)))
	}
	at := len(a.list)
	a.list = append(a.list, v...)
	return a.list[at:len(a.list):len(a.list)]
}

// face tells the effects that wait for the caller, or for somebody else to talk to.
func face(k bundle.SiteKind) bool {
	switch k {
	case bundle.CollectSite, bundle.RecordSite, bundle.VoicemailSite, bundle.EnqueueSite, bundle.TransferSite,
		bundle.FaxSite, bundle.ReceiveFaxSite:
		return true
	}
	return false
}

// quiet tells what nobody outside notices: questions to lists, hours, tables and queues, and silence.
func quiet(e *vm.Effect) bool {
	switch e.Kind {
	case bundle.QuerySite, bundle.PauseSite:
		return true
	case bundle.LookupSite:
		return e.Name == "table" || e.Name == "agent.signed_in" || e.Name == "agent.idle"
	}
	return false
}

// keep makes an act of an effect.
func (w *Worker) keep(v *version, m *vm.Machine, e *vm.Effect) act {
	a := act{kind: e.Kind, name: e.Name, prompt: e.Prompt, question: e.Question, offered: e.Offered, lang: e.Lang,
		must: e.MustHear, early: e.Early, each: e.Each, args: w.values.keep(e.Args), which: which(v.Program, e),
		quiet: quiet(e)}
	if n := len(m.Frames); n > 0 {
		a.fn, a.pc = int(m.Frames[n-1].Func), max(int(m.Frames[n-1].PC)-1, 0)
	} else {
		a.fn, a.pc = -1, -1
	}
	return a
}

// which names what an effect is about, by the program's tables.
func which(p *bundle.Program, e *vm.Effect) string {
	i := e.Index
	switch {
	case e.Kind == bundle.VoicemailSite && i >= 0 && i < len(p.Mailboxes):
		return p.Mailboxes[i].Name
	case e.Kind == bundle.LookupSite && e.Name == "table" && i >= 0 && i < len(p.Tables):
		return p.Tables[i].Name
	case e.Kind == bundle.QuerySite && e.Name == "list" && i >= 0 && i < len(p.Lists):
		return p.Lists[i]
	case e.Kind == bundle.QuerySite && e.Name == "switch" && i >= 0 && i < len(p.Switches):
		return p.Switches[i].Name
	case e.Kind == bundle.QuerySite && e.Name == "hours" && i >= 0 && i < len(p.Hours):
		return p.Hours[i].Name
	}
	return ""
}

// course runs a call on the version that served it. It is false if the machine did not say what it said then.
func (w *Worker) course(v *version, c *kept.Call) bool {
	w.steps, w.segments, w.values.list = w.steps[:0], w.segments[:0], w.values.list[:0]
	fn := v.Program.FuncNamed(c.Entry)
	if fn < 0 || len(c.Events) == 0 {
		return false
	}
	m := v.Image.New(vm.Call{ID: c.ID, Caller: c.Caller, Number: c.Number})
	e := m.Start(fn, c.Args, c.Events[0].Now)
	sum, from := kept.SumStart, 0
	close := func(s segment) {
		s.from, s.to = from, len(w.steps)
		w.segments = append(w.segments, s)
		from = len(w.steps)
	}
	for i := 1; ; i++ {
		sum = kept.Sum(sum, &e)
		if e.End {
			close(segment{how: ends, end: e.How})
			break
		}
		if i >= len(c.Events) {
			close(segment{how: breaks, end: c.How})
			break
		}
		switch ev := &c.Events[i]; {
		case face(e.Kind):
			s := segment{wait: w.keep(v, m, &e), event: i}
			if e.Spec != nil {
				s.spec = *e.Spec
			}
			close(s)
		case ev.Kind == vm.Hangup:
			close(segment{how: hangsUp, wait: w.keep(v, m, &e), event: i})
		default:
			w.steps = append(w.steps, step{w.keep(v, m, &e), i})
		}
		e = m.Resume(c.Events[i])
	}
	return c.Cut || sum == c.Check
}
