package exchange

import (
	"time"

	"rexian/compiler/bundle"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// longestSpeech bounds a recording where the flow does not.
const longestSpeech = 10 * time.Minute

// speech is a caller speaking to a recording, in a step of the flow or to a mailbox. It ends with a key, with silence,
// or when it has lasted as long as it may; a hang-up ends it too, and keeps what was said.
type speech struct {
	c       *telephone
	ticket  session.Ticket
	rec     *recording
	mail    bool
	spoke   bool
	over    bool
	silence time.Duration // after which the caller has said all
}

// record lets the caller speak to a step of the flow; times are in milliseconds, 0 where not stated.
func (c *telephone) record(t session.Ticket, longest, silence int64) {
	c.listen(t, RecordingStep, nil, longest, silence)
}

// voicemail lets the caller leave a message.
func (c *telephone) voicemail(t session.Ticket, box int) {
	if box < 0 || box >= len(c.version.Program.Mailboxes) {
		c.session.Finish(t, vm.Event{Kind: vm.Fault}, c.now())
		return
	}
	b := &c.version.Program.Mailboxes[box]
	c.listen(t, RecordingVoicemail, b, b.Longest, b.Silence)
}

func (c *telephone) listen(t session.Ticket, kind RecordingKind, box *bundle.Mailbox, longest, silence int64) {
	rec := c.x.o.Recordings.start(c, kind, box)
	if rec == nil {
		c.session.Finish(t, vm.Event{Kind: vm.Fault}, c.now())
		return
	}
	s := &speech{c: c, ticket: t, rec: rec, mail: kind == RecordingVoicemail}
	c.speech = s
	limit := longestSpeech
	if longest > 0 {
		limit = time.Duration(longest) * time.Millisecond
	}
	s.silence = limit // to know whether anything was said
	if silence > 0 {
		s.silence = time.Duration(silence) * time.Millisecond
	}
	c.stream.Listen(s.silence)
	c.later(t, limit, func() { s.finish() })
}

// hush is silence for as long as the flow bears it.
func (s *speech) hush() { s.finish() }

// key is the caller's sign that all is said.
func (s *speech) key() {
	s.spoke = true
	s.finish()
}

// finish ends the recording and answers the flow.
func (s *speech) finish() {
	if s.over {
		return
	}
	s.stop()
	c := s.c
	switch {
	case s.mail:
		c.finish(s.ticket, vm.Event{Kind: vm.Done})
	case s.spoke:
		c.plays.made(s.rec)
		c.finish(s.ticket, vm.Event{Kind: vm.Answer, Value: vm.Text(s.rec.ID)})
	default:
		c.finish(s.ticket, vm.Event{Kind: vm.Outcome, Tag: "noinput"})
	}
}

// stop ends the recording. One in which nobody spoke is thrown away.
func (s *speech) stop() {
	if s.over {
		return
	}
	s.over = true
	s.c.speech = nil
	s.c.stream.Listen(0)
	s.rec.close(s.spoke)
}
