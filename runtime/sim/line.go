package sim

import (
	"slices"
	"strings"

	"rexian/compiler/bundle"
	"rexian/locale"
	"rexian/runtime/collect"
	"rexian/runtime/readout"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// line is the simulated line of a call.
type line struct{ c *Call }

func (l line) Progress() {}
func (l line) Answer()   { l.c.answered = true }
func (l line) Reject()   { l.Hangup() }

func (l line) Hangup() {
	l.Silence()
	if !l.c.hungUp {
		l.c.hungUp = true
		l.c.fact(Fact{Kind: HungUp})
	}
}

func (l line) Hold(session.Sound) { l.c.music = true }
func (l line) Unhold()            { l.c.music = false }

func (l line) Play(s session.Sound) {
	l.c.queued = append(l.c.queued, s)
	if l.c.playing == nil {
		l.c.playFirst()
	}
}

// Silence cuts off what is being said: only the part that was spoken counts as heard.
func (l line) Silence() {
	c := l.c
	if c.playing != nil {
		c.playing.drop()
		c.playing = nil
		if q := c.queued; len(q) > 0 && (q[0].Text != "" || q[0].Recorded != "") && len(c.Heard) > 0 {
			c.Heard[len(c.Heard)-1].cut(c.now)
		}
	}
	c.queued = c.queued[:0]
}

// playFirst begins the first sound of the queue.
func (c *Call) playFirst() {
	s := c.queued[0]
	ms := length(s)
	if s.Recorded != "" {
		ms, s.Text = c.played(s.Recorded), said(s.Lang)
	}
	if s.Text != "" {
		u := Utterance{At: c.now, Until: c.now + ms, Lang: s.Lang, Text: s.Text}
		u.Func, u.PC = c.Place()
		c.seen++
		u.Seq = c.seen
		c.Heard = append(c.Heard, u)
	}
	c.playing = c.after(ms, func() {
		c.playing = nil
		c.queued = append(c.queued[:0], c.queued[1:]...)
		c.session.Played(s.ID, c.now)
		if c.playing == nil && len(c.queued) > 0 {
			c.playFirst()
		}
	})
}

// said is what is heard where the words of a caller are played.
func said(lang string) string {
	for _, tag := range []string{lang, "en"} {
		if l, ok := locale.Lookup(tag); ok && l.Standard.Speech != "" {
			return "〔" + l.Standard.Speech + "〕"
		}
	}
	return ""
}

// SaysSpeech tells whether words that a test listens for are those that stand for what a caller has said.
func SaysSpeech(words string) bool {
	return slices.ContainsFunc(locale.Tags(), func(tag string) bool {
		l, ok := locale.Lookup(tag)
		return ok && l.Standard.Speech != "" && strings.Contains(words, l.Standard.Speech)
	})
}

// cut leaves of an utterance what was spoken up to a moment, to the letter that the voice was at.
func (u *Utterance) cut(at int64) {
	if at >= u.Until {
		return
	}
	letters := []rune(u.Text)
	n := 0
	for n < len(letters) && u.At+readout.SpokenTime(u.Lang, string(letters[:n+1])).Milliseconds() <= at {
		n++
	}
	u.Text, u.Until, u.Cut = string(letters[:n]), at, true
}

// SpokenAt is the moment at which the first n letters of an utterance have been said.
func (u Utterance) SpokenAt(n int) int64 {
	letters := []rune(u.Text)
	if n >= len(letters) {
		return u.Until
	}
	return min(u.Until, u.At+readout.SpokenTime(u.Lang, string(letters[:n])).Milliseconds())
}

// observer notes what a call's session sees, and passes it on.
type observer struct{ c *Call }

func (o observer) Event(now int64, e vm.Event) {
	if o.c.watch != nil {
		o.c.watch.Event(now, e)
	}
}

func (o observer) Effect(now int64, e vm.Effect) {
	// The flow has sent the caller to a mailbox, even if they hang up while it greets.
	if e.Kind == bundle.VoicemailSite && !e.End && e.Index >= 0 && e.Index < len(o.c.program.Mailboxes) {
		o.c.fact(Fact{Kind: Voicemail, Name: o.c.program.Mailboxes[e.Index].Name})
	}
	if o.c.watch != nil {
		o.c.watch.Effect(now, e)
	}
}

func (o observer) Collected(now int64, question int, r collect.Result) {
	switch r.Kind {
	case collect.NoInput:
		o.c.noInputs++
		o.c.fact(Fact{Kind: Missed, Name: "noinput"})
	case collect.NoMatch:
		o.c.fact(Fact{Kind: Missed, Name: "nomatch", Text: r.Reason.String()})
	}
	if o.c.watch != nil {
		o.c.watch.Collected(now, question, r)
	}
}
