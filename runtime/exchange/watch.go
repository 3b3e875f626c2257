package exchange

import (
	"time"

	"rexian/compiler/bundle"
	"rexian/runtime/collect"
	"rexian/runtime/readout"
	"rexian/runtime/session"
	"rexian/runtime/vm"
	"rexian/stdlib/call"
)

// Journal keeps what calls did; *call.Recorder is one. Its methods return at once, whatever the state of the database.
type Journal interface {
	Begin(call.Row)
	Event(id string, seq int64, at time.Time, kind, pos string, data any)
	Milestone(id string, seq int64, at time.Time, name, pos string)
	Leg(id string, l call.Leg)
	Rating(id string, r call.Rating)
	Change(id string, c call.Change)
	End(id string, r call.Result)
}

// rows are the records of one call as far as they are not written yet.
type rows struct {
	seq    int64
	change call.Change
	data   map[string]string // what the flow attached
}

// started begins a flow's records.
func (r *errands) started(direction string) {
	r.x.o.Journal.Begin(call.Row{ID: r.caller.CallID, Direction: direction, Caller: r.caller.Phone,
		Number:  r.caller.Number,
		Program: r.version.Hash(), Flow: r.version.Program.Funcs[r.entry].Name, Started: r.stamp()})
}

// ending writes how a flow ended.
func (r *errands) ending(result string) call.Result {
	end := call.Result{At: r.stamp(), Result: result, Change: r.rows.change}
	end.Path, end.Lang = r.path(), r.session.Language()
	if len(r.rows.data) > 0 {
		end.Data = r.rows.data
	}
	return end
}

// place is where the flow is, in its source.
func (r *errands) place() string {
	if where := r.machine.Where(); len(where) > 0 {
		return r.version.At(where[0].Func, where[0].PC)
	}
	return ""
}

// note writes one event with the place in the flow where it happened. data never holds a secret.
func (r *errands) note(kind string, data map[string]any) {
	r.rows.seq++
	var d any
	if len(data) > 0 {
		d = data
	}
	r.x.o.Journal.Event(r.caller.CallID, r.rows.seq, r.stamp(), kind, r.place(), d)
}

// result is how a call ended, as its record says it.
func result(how vm.End) string {
	switch how {
	case vm.EndCaller:
		return "caller"
	case vm.Running:
		return "failed"
	}
	return how.String()
}

// watch sees all that passes between machine and session: it writes the call's records, and passes what it sees on to a
// test's observer.
type watch struct{ c *telephone }

var _ session.Observer = watch{}

func (w watch) Event(now int64, e vm.Event) {
	c := w.c
	c.trace.Event(now, e)
	switch e.Kind {
	case vm.Outcome:
		c.note("outcome", map[string]any{"tag": e.Tag})
	case vm.Hangup:
		c.note("caller hangs up", nil)
	case vm.Diverted:
		c.note("message after the beep", map[string]any{"flow": e.Tag})
	case vm.Fault:
		c.note("fault", nil)
	}
	if c.secret {
		c.secret = false
		c.lingers()
	}
	if c.a.Observer != nil {
		c.a.Observer.Event(now, e)
	}
}

func (w watch) Effect(now int64, e vm.Effect) {
	c := w.c
	c.trace.Effect(now, e)
	if c.a.Observer != nil {
		c.a.Observer.Effect(now, e)
	}
	if e.End {
		return
	}
	switch e.Kind {
	case bundle.CollectSite:
		// A secret may be spoken as it is keyed: while one is asked for, the caller is not recorded. Keys never are,
		// whenever they come.
		if q := e.Question; q >= 0 && q < len(c.version.Program.Questions) && c.version.Program.Questions[q].Secret {
			c.secret = true
			c.holdRecording()
		}
	case bundle.MarkSite:
		c.rows.seq++
		c.x.o.Journal.Milestone(c.id, c.rows.seq, c.stamp(), e.Name, c.place())
	case bundle.LookupSite, bundle.SurveySite:
		if e.Kind == bundle.SurveySite && e.Name == "" {
			return // its end
		}
		c.note(e.Kind.String(), map[string]any{"name": e.Name})
	case bundle.EnqueueSite:
		c.note("enqueue", map[string]any{"queue": arg(e, 0).Str(), "priority": arg(e, 1).N / 1_000_000})
	case bundle.TransferSite:
		c.note("transfer", map[string]any{"to": Masked(arg(e, 0).Str())})
	case bundle.CallbackSite:
		c.note("callback", map[string]any{"queue": arg(e, 0).Str(), "number": Masked(arg(e, 1).Str())})
	case bundle.SMSSite, bundle.MailSite:
		c.note(e.Kind.String(), map[string]any{"to": Masked(arg(e, 0).Str())})
	case bundle.VoicemailSite:
		if e.Index >= 0 && e.Index < len(c.version.Program.Mailboxes) {
			c.note("voicemail", map[string]any{"mailbox": c.version.Program.Mailboxes[e.Index].Name})
		}
	case bundle.TopicSite:
		c.rows.change.Topic = arg(e, 0).Str()
		c.x.o.Journal.Change(c.id, call.Change{Topic: c.rows.change.Topic})
	case bundle.AttachSite:
		if c.rows.data == nil {
			c.rows.data = map[string]string{}
		}
		c.rows.data[e.Name] = c.written(e.Type, arg(e, 0))
	case bundle.AnswerSite:
		c.note("answer", map[string]any{"question": e.Name, "answer": c.written(e.Type, arg(e, 0))})
	case bundle.LanguageSite:
		c.note("language", map[string]any{"tag": arg(e, 0).Str()})
	case bundle.RecordSite, bundle.FaxSite, bundle.ReceiveFaxSite, bundle.PauseRecordingSite,
		bundle.ResumeRecordingSite:
		c.note(e.Kind.String(), nil)
	}
}

// lingering is how long the recording rests after a secret was keyed: a finger stays on the last key, and what the
// recording is given has been on its way.
const lingering = 2 * time.Second

// lingers lets the recording go on when the last key of a secret has died away.
func (c *telephone) lingers() {
	c.secrets++
	this := c.secrets
	c.linger = true
	time.AfterFunc(lingering, func() {
		c.box.put(post{do: func() {
			if this == c.secrets { // no other secret was keyed since
				c.linger = false
				c.holdRecording()
			}
		}})
	})
}

func (w watch) Collected(now int64, question int, r collect.Result) {
	c := w.c
	name := ""
	if question >= 0 && question < len(c.version.Program.Questions) {
		name = c.version.Program.Questions[question].Name
	}
	data := map[string]any{"question": name}
	switch r.Kind {
	case collect.NoInput:
		data["miss"] = "noinput"
	case collect.NoMatch:
		data["miss"], data["keys"] = r.Reason.String(), r.Keys
	case collect.Hangup:
		data["miss"] = "hangup"
	default:
		data["keys"] = r.Keys // the session has masked them where they are secret
	}
	c.note("collected", data)
	if c.a.Observer != nil {
		c.a.Observer.Collected(now, question, r)
	}
}

// written is a value as a record keeps it.
func (c *telephone) written(kind string, v vm.Value) string {
	return readout.Write("zh", session.Value(kind, v), readout.Default, readout.Context{Zone: c.version.Zone})
}
