package sim

import (
	"fmt"
	"strconv"
	"strings"

	"rexian/compiler/bundle"
	"rexian/runtime/acd"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// world is what a simulated call can reach.
type world struct{ c *Call }

// recording is a caller speaking to the machine.
type recording struct {
	ticket  session.Ticket
	longest int64
	silence int64
	began   int64
	mail    bool
	length  int64 // of what the caller says
}

// recordingName begins the ids of the recordings of a call.
const recordingName = "sim-recording-"

// played is how long a recording takes; one that the call has not made, as long as a caller speaks.
func (c *Call) played(id string) int64 {
	n, err := strconv.Atoi(strings.TrimPrefix(id, recordingName))
	if err != nil || n < 1 || n > len(c.kept) {
		return SpeakTime
	}
	return c.kept[n-1]
}

// transferTime is how long the other telephone rings before it answers, and talkTime how long a transferred caller
// talks.
const (
	transferTime = 5_000
	talkTime     = 60_000
)

func (w world) Begin(t session.Ticket, e vm.Effect) {
	c := w.c
	switch e.Kind {
	case bundle.LookupSite:
		c.fact(Fact{Kind: Called, Name: e.Name, Args: append([]vm.Value(nil), e.Args...)})
		answer, after := c.answers.Lookup(e, c.now)
		w.later(t, after, answer)
	case bundle.QuerySite:
		c.session.Finish(t, c.answers.Query(e, c.now), c.now)
	case bundle.RecordSite:
		c.fact(Fact{Kind: Recorded})
		w.record(&recording{ticket: t, longest: arg(e, 0).N, silence: arg(e, 1).N})
	case bundle.VoicemailSite:
		if e.Index < 0 || e.Index >= len(c.program.Mailboxes) {
			c.session.Finish(t, vm.Event{Kind: vm.Fault}, c.now)
			return
		}
		box := c.program.Mailboxes[e.Index]
		w.record(&recording{ticket: t, longest: box.Longest, silence: box.Silence, mail: true})
	case bundle.EnqueueSite:
		c.fact(Fact{Kind: Enqueued, Name: arg(e, 0).Str(), Priority: arg(e, 1).N})
		if tag, after := c.answers.Outcome(e, c.now); tag != "" {
			if after > 0 {
				c.waiting = t
			}
			w.later(t, after, vm.Event{Kind: vm.Outcome, Tag: tag})
			return
		}
		c.waiting = t
		c.house.join(c, arg(e, 0).Str(), arg(e, 1).N/1_000_000)
	case bundle.TransferSite:
		c.fact(Fact{Kind: Transfer, Name: arg(e, 0).Str()})
		tag, after := c.answers.Outcome(e, c.now)
		if tag == "" {
			// The two talk: the session must not take the talk for ringing.
			w.later(t, after+min(transferTime, max(e.Within, arg(e, 1).N, 1)-1), vm.Event{Kind: vm.Done})
			return
		}
		w.later(t, after, vm.Event{Kind: vm.Outcome, Tag: tag})
	case bundle.CallbackSite:
		w.send(t, e, Fact{Kind: Callback, Name: arg(e, 0).Str(), Text: arg(e, 1).Str()})
	case bundle.SMSSite:
		w.send(t, e, Fact{Kind: SMS, Name: arg(e, 0).Str(), Text: arg(e, 1).Str()})
	case bundle.MailSite:
		w.send(t, e, Fact{Kind: Mail, Name: arg(e, 0).Str(), Text: arg(e, 1).Str()})
	case bundle.FaxSite:
		w.send(t, e, Fact{Kind: Fax, Name: arg(e, 0).Str(), Text: arg(e, 1).Str()})
	case bundle.ReceiveFaxSite:
		if tag, after := c.answers.Outcome(e, c.now); tag != "" {
			w.later(t, after, vm.Event{Kind: vm.Outcome, Tag: tag})
			return
		}
		w.later(t, talkTime, vm.Event{Kind: vm.Answer, Value: vm.Text("sim-fax.tif")})
	default:
		c.session.Finish(t, vm.Event{Kind: vm.Done}, c.now)
	}
}

// send is an act that ends at once, well or with the outcome that was assumed.
func (w world) send(t session.Ticket, e vm.Effect, f Fact) {
	c := w.c
	tag, after := c.answers.Outcome(e, c.now)
	if tag == "" {
		c.fact(f)
		w.later(t, after, vm.Event{Kind: vm.Done})
		return
	}
	w.later(t, after, vm.Event{Kind: vm.Outcome, Tag: tag})
}

// later answers a ticket after some milliseconds; at once if there are none to wait.
func (w world) later(t session.Ticket, after int64, e vm.Event) {
	c := w.c
	if after <= 0 {
		c.session.Finish(t, e, c.now)
		return
	}
	c.work[t] = c.after(after, func() {
		delete(c.work, t)
		if c.waiting == t {
			c.waiting = 0
		}
		c.session.Finish(t, e, c.now)
	})
}

// record lets the caller speak, or be silent if told to.
func (w world) record(r *recording) {
	c := w.c
	r.began = c.now
	c.speaking = r
	if c.silent {
		c.hush()
		return
	}
	spoken := int64(SpeakTime)
	if r.longest > 0 {
		spoken = min(spoken, r.longest)
	}
	r.length = spoken
	c.work[r.ticket] = c.after(spoken+r.silence, func() { c.recorded(true) })
}

// hush makes the caller silent from the beginning of a recording on.
func (c *Call) hush() {
	r := c.speaking
	silence := r.silence
	if silence <= 0 {
		silence = r.longest
	}
	c.work[r.ticket].drop()
	c.work[r.ticket] = c.after(r.began+silence-c.now, func() { c.recorded(false) })
}

// recorded ends the recording.
func (c *Call) recorded(spoke bool) {
	r := c.speaking
	if r == nil {
		return
	}
	c.speaking = nil
	c.work[r.ticket].drop()
	delete(c.work, r.ticket)
	switch {
	case r.mail:
		c.noInputs += boolInt(!spoke)
		c.session.Finish(r.ticket, vm.Event{Kind: vm.Done}, c.now)
	case spoke:
		c.kept = append(c.kept, min(r.length, c.now-r.began))
		id := fmt.Sprintf("%s%d", recordingName, len(c.kept))
		c.session.Finish(r.ticket, vm.Event{Kind: vm.Answer, Value: vm.Text(id)}, c.now)
	default:
		c.noInputs++
		c.fact(Fact{Kind: Missed, Name: "noinput"})
		c.session.Finish(r.ticket, vm.Event{Kind: vm.Outcome, Tag: "noinput"}, c.now)
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (w world) Cancel(t session.Ticket) {
	c := w.c
	c.work[t].drop()
	delete(c.work, t)
	if c.waiting == t {
		c.waiting = 0
		reason := "key"
		if c.left {
			reason = acd.Abandoned
		}
		c.house.leave(c, reason)
	}
	if c.speaking != nil && c.speaking.ticket == t {
		c.speaking = nil
	}
}

func (w world) Key(t session.Ticket, _ byte) {
	if r := w.c.speaking; r != nil && r.ticket == t {
		w.c.recorded(true)
	}
}

func (w world) Place(session.Ticket) session.Waiting { return w.c.house.place(w.c) }

func (w world) Note(e vm.Effect) {
	c := w.c
	switch e.Kind {
	case bundle.MarkSite:
		c.fact(Fact{Kind: Marked, Name: e.Name})
	case bundle.ReplySite:
		c.fact(Fact{Kind: Reply, Text: arg(e, 0).Str()})
	case bundle.TopicSite:
		c.fact(Fact{Kind: Topic, Name: arg(e, 0).Str()})
	case bundle.AttachSite:
		c.fact(Fact{Kind: Attached, Name: e.Name})
	case bundle.AnswerSite:
		c.fact(Fact{Kind: Answered, Name: e.Name, Args: append([]vm.Value(nil), e.Args...)})
	}
}

// arg is an argument of an effect, absent if it has none there.
func arg(e vm.Effect, i int) vm.Value {
	if i < len(e.Args) {
		return e.Args[i]
	}
	return vm.Absent()
}
