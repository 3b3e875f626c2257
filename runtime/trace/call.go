package trace

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

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
	r.secret = e.Kind == bundle.CollectSite && !e.End && q >= 0 && q < len(r.program.Questions) &&
		r.program.Questions[q].Secret
	r.Writer.Effect(now-r.started, name(r.program, e))
}

// named is an effect in a log. Numbers that only mean something within one program (a prompt's, a question's, a list's)
// are replaced by what they stand for, so that a log can be replayed on another version.
type named struct {
	vm.Effect
	Words string `json:"words,omitempty"` // of what is said, its holes as {money}
	Asked string `json:"asked,omitempty"` // the question's name
	Which string `json:"which,omitempty"` // the list, switch, schedule, table or mailbox
	Music string `json:"music,omitempty"` // the prompt heard meanwhile
}

func name(p *bundle.Program, e vm.Effect) named {
	n := named{Effect: e}
	n.Index, n.Prompt, n.Question, n.Playing = 0, 0, 0, -1
	if e.End {
		return n
	}
	if e.Kind == bundle.SaySite {
		n.Words = words(p, e.Prompt, e.Lang)
	}
	if e.Playing >= 0 {
		n.Music = words(p, e.Playing, e.Lang)
	}
	if e.Kind == bundle.CollectSite || e.Kind == bundle.OptionsSite {
		if q := e.Question; q >= 0 && q < len(p.Questions) {
			n.Asked = p.Questions[q].Name
		}
	}
	pick := func(count int, name func(int) string) {
		if e.Index >= 0 && e.Index < count {
			n.Which = name(e.Index)
		}
	}
	switch {
	case e.Kind == bundle.VoicemailSite:
		pick(len(p.Mailboxes), func(i int) string { return p.Mailboxes[i].Name })
	case e.Kind == bundle.LookupSite && e.Name == "table":
		pick(len(p.Tables), func(i int) string { return p.Tables[i].Name })
	case e.Kind == bundle.QuerySite && e.Name == "list":
		pick(len(p.Lists), func(i int) string { return p.Lists[i] })
	case e.Kind == bundle.QuerySite && e.Name == "switch":
		pick(len(p.Switches), func(i int) string { return p.Switches[i].Name })
	case e.Kind == bundle.QuerySite && e.Name == "hours":
		pick(len(p.Hours), func(i int) string { return p.Hours[i].Name })
	}
	return n
}

// words are a prompt's words in a language, a hole as its kind in braces; of a prompt that is only recorded, its name.
func words(p *bundle.Program, prompt int, lang string) string {
	if prompt < 0 || prompt >= len(p.Prompts) {
		return ""
	}
	var b strings.Builder
	for _, piece := range p.Prompts[prompt].Wording(lang, p.Fallback) {
		if piece.Kind != "" || piece.From != "" {
			b.WriteString("{" + piece.Kind + piece.From + "}")
			continue
		}
		b.WriteString(piece.Text)
	}
	if b.Len() == 0 {
		return p.Prompts[prompt].Name
	}
	return b.String()
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
			return json.Marshal(name(p, m.Start(fn, args, e.Now)))
		}
		return json.Marshal(name(p, m.Resume(e)))
	}, nil
}
