package exchange

import (
	"time"

	"rexian/compiler/bundle"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// world is what a call can reach beyond its caller. Its methods are called by the session, on the call's goroutine.
type world struct{ c *telephone }

func (w world) Begin(t session.Ticket, e vm.Effect) {
	c := w.c
	if c.a.Answers != nil && w.arranged(t, e) {
		return
	}
	if c.begin(t, e) {
		return
	}
	switch e.Kind {
	case bundle.RecordSite:
		c.record(t, arg(e, 0).N, arg(e, 1).N)
	case bundle.VoicemailSite:
		c.voicemail(t, e.Index)
	case bundle.EnqueueSite:
		if c.owed != nil {
			c.returns(t)
			return
		}
		c.enqueue(t, e, c.x.queues)
	case bundle.SurveySite:
		c.invites(t, e)
	case bundle.TransferSite:
		c.transfer(t, arg(e, 0).Str(), max(e.Within, arg(e, 1).N))
	default:
		c.session.Finish(t, vm.Event{Kind: vm.Done}, c.now())
	}
}

// arranged answers as a test has assumed; false where the real thing is wanted: a recording, and a queue or transfer
// that goes well.
func (w world) arranged(t session.Ticket, e vm.Effect) bool {
	c := w.c
	switch e.Kind {
	case bundle.LookupSite:
		answer, after := c.a.Answers.Lookup(e, c.now())
		w.answer(t, after, answer)
	case bundle.QuerySite:
		c.session.Finish(t, c.a.Answers.Query(e, c.now()), c.now())
	case bundle.RecordSite, bundle.VoicemailSite:
		return false
	default:
		tag, after := c.a.Answers.Outcome(e, c.now())
		if tag == "" {
			if e.Kind == bundle.EnqueueSite {
				c.waits = t
				c.enqueue(t, e, c.x.arranged(c.version.Program))
				return true // the caller waits; what an agent does comes from the test
			}
			if e.Kind == bundle.TransferSite {
				w.talk(t, after)
				return true
			}
			answer := vm.Event{Kind: vm.Done}
			if e.Kind == bundle.ReceiveFaxSite {
				answer = vm.Event{Kind: vm.Answer, Value: vm.Text("fax.tif")}
			}
			w.answer(t, after, answer)
			return true
		}
		w.answer(t, after, vm.Event{Kind: vm.Outcome, Tag: tag})
	}
	return true
}

// arrangedTalk is how long the other party of an arranged transfer talks, in milliseconds: a test has no time for more.
const arrangedTalk = 2_000

// talk has the other party of a transfer answer after some milliseconds of ringing, which the flow may have limited to
// fewer, and hang up a little later.
func (w world) talk(t session.Ticket, after int64) {
	if after <= 0 {
		w.c.connected()
		w.answer(t, arrangedTalk, vm.Event{Kind: vm.Done})
		return
	}
	w.c.later(t, time.Duration(after)*time.Millisecond, func() {
		if w.c.jobs[t] != nil { // the flow still waits
			w.talk(t, 0)
		}
	})
}

// answer finishes a ticket after some milliseconds.
func (w world) answer(t session.Ticket, after int64, e vm.Event) {
	if after <= 0 {
		w.c.session.Finish(t, e, w.c.now())
		return
	}
	w.c.later(t, time.Duration(after)*time.Millisecond, func() { w.c.finish(t, e) })
}

func (w world) Cancel(t session.Ticket) {
	c := w.c
	c.drop(t)
	if c.waits == t {
		c.waits = 0
	}
	if c.speech != nil && c.speech.ticket == t {
		c.speech.stop()
	}
	if c.seat != nil && c.seat.ticket == t {
		c.seat.leave()
		c.seat = nil
	}
}

// Place is where a caller stands who waits in a queue.
func (w world) Place(session.Ticket) session.Waiting {
	s := w.c.seat
	if s == nil || s.gone {
		return session.Waiting{Expected: -1}
	}
	p := s.queues.place(s.id)
	return session.Waiting{Ahead: p.Ahead, Expected: p.Expected}
}

// Key ends what the caller says to a recording.
func (w world) Key(t session.Ticket, _ byte) {
	if s := w.c.speech; s != nil && s.ticket == t {
		s.key()
	}
}

func (w world) Note(e vm.Effect) {
	switch e.Kind {
	case bundle.SurveySite:
		w.c.surveyed(e)
	case bundle.AnswerSite:
		w.c.answers(e)
	case bundle.PauseRecordingSite:
		w.c.off = true
		w.c.holdRecording()
	case bundle.ResumeRecordingSite:
		w.c.off = false
		w.c.holdRecording()
	}
}
