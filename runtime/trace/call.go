package trace

import (
	"encoding/json"
	"fmt"
	"io"

	"rexian/compiler/bundle"
	"rexian/runtime/collect"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// Recorder logs a call as its session sees it. It is a session.Observer.
type Recorder struct {
	*Writer
	program *bundle.Program
	started int64
	secret  bool // the effect being answered asks for a secret
}

var _ session.Observer = (*Recorder)(nil)

// Record begins the log of a call of a program that enters the function fn with its arguments; now is in Unix
// milliseconds.
func Record(w io.Writer, p *bundle.Program, call vm.Call, fn int, args []vm.Value, now int64) *Recorder {
	h := Header{Bundle: p.Hash, Call: call.ID, Started: now, Dialled: call.Number, Caller: call.Caller}
	if fn >= 0 && fn < len(p.Funcs) {
		h.Entry = p.Funcs[fn].Name
	}
	if len(args) > 0 {
		h.Args, _ = json.Marshal(args) // values always encode
	}
	return &Recorder{Writer: NewWriter(w, h), program: p, started: now}
}

// Event logs an event. What answers a secret question is a secret from here on.
func (r *Recorder) Event(now int64, e vm.Event) {
	if r.secret && e.Kind == vm.Collected {
		r.Hide(e.Collect.Text)
		r.Hide(e.Collect.Keys)
		e.Collect.N = 0 // digits are held as text
	}
	r.secret = false
	r.Writer.Event(now-r.started, e)
}

// Effect logs an effect.
func (r *Recorder) Effect(now int64, e vm.Effect) {
	q := e.Question
	r.secret = e.Kind == bundle.CollectSite && !e.End && q >= 0 && q < len(r.program.Questions) && r.program.Questions[q].Secret
	r.Writer.Effect(now-r.started, e)
}

// Collected is part of the event that follows.
func (r *Recorder) Collected(int64, int, collect.Result) {}

// Machine makes a Step of a program: a machine that is given the events of a log. It fails if the program has no flow
// that the logged call entered, or cannot be loaded.
func Machine(p *bundle.Program, h Header) (Step, error) {
	image, err := vm.Load(p)
	if err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	fn := p.FuncNamed(h.Entry)
	if fn < 0 {
		return nil, fmt.Errorf("replay: the program has no flow %s", h.Entry)
	}
	var args []vm.Value
	if len(h.Args) > 0 {
		if err := json.Unmarshal(h.Args, &args); err != nil {
			return nil, fmt.Errorf("replay: the arguments of the call: %w", err)
		}
	}
	m := image.New(vm.Call{ID: h.Call, Caller: h.Caller, Number: h.Dialled})
	begun := false
	return func(event json.RawMessage) (json.RawMessage, error) {
		var e vm.Event
		if err := json.Unmarshal(event, &e); err != nil {
			return nil, fmt.Errorf("an event of the log: %w", err)
		}
		if _, over := m.Ended(); over {
			return nil, fmt.Errorf("the call ended, and the log goes on with %s", e.Kind)
		}
		if !begun {
			begun = true
			return json.Marshal(m.Start(fn, args, e.Now))
		}
		return json.Marshal(m.Resume(e))
	}, nil
}
