package exchange

import (
	"context"
	"time"

	"rexian/media/rtp"
	"rexian/runtime/session"
	"rexian/stdlib/call"
)

// answerTime is how long a caller's telephone may take to acknowledge our answer.
const answerTime = 35 * time.Second

// line is what the caller hears. Its methods are called by the session, on the call's goroutine.
type line struct{ c *telephone }

// Progress opens the sound before the answer. A caller who cannot hear it misses the words: the flow goes on.
func (l line) Progress() {
	c := l.c
	if c.up || c.early {
		return
	}
	c.early, c.rang = true, true // a telephone that is told to ring would play its own tone
	if err := c.leg.Progress(); err != nil {
		c.deaf = true
		c.log.Info("words before the answer are not heard", "error", err)
	}
}

// Answer picks up. What there is to wait for is awaited elsewhere: words may be queued at once.
func (l line) Answer() {
	c := l.c
	if c.up { // the other side has picked up a call of ours
		return
	}
	c.connects()
	if c.leg.AnswersAtOnce() {
		c.answer(context.Background())
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	go func() {
		defer cancel()
		c.answer(ctx)
	}()
}

// connects notes that caller and flow are connected from now on.
func (c *telephone) connects() {
	c.up = true
	c.rows.change.Answered = c.stamp()
	c.x.o.Journal.Change(c.id, call.Change{Answered: c.rows.change.Answered})
	if c.x.o.RecordAll && c.x.o.Recordings != nil && !c.code {
		c.whole = c.x.o.Recordings.whole(c)
	}
}

func (c *telephone) answer(ctx context.Context) {
	if err := c.leg.Answer(ctx); err != nil {
		c.log.Info("not answered", "error", err)
		c.leg.Hangup("")
	}
}

func (l line) Reject() {
	if l.c.up {
		return // of a call of ours nothing is left to refuse: it is hung up
	}
	l.c.lastHeard()
	l.c.leg.Reject(603, "Decline")
	l.c.ended = true
}

func (l line) Play(s session.Sound) {
	if c := l.c; c.deaf && !c.up {
		c.box.put(post{event: rtp.Event{Kind: rtp.Played, ID: s.ID}})
		return
	}
	l.c.plays.play(s)
}

func (l line) Silence() {
	l.c.plays.silence()
	l.c.stream.Silence()
}

func (l line) Hold(music session.Sound) { l.c.holds(l.c.item(music)) }

func (l line) Unhold() { l.c.unholds() }

// holds lets the caller hear something over and over where there is nothing else to hear.
func (c *telephone) holds(i rtp.Item) {
	c.held = i
	c.stream.Hold(i)
}

func (c *telephone) unholds() {
	c.held = rtp.Item{}
	c.stream.Unhold()
}

// Hangup is done when the call's goroutine comes to its end: see bye.
func (l line) Hangup() {}

// lastWords is how long the far side's jitter buffer may still hold what we sent last. A telephone that is told BYE
// throws it away, and with it the end of our sentence.
const lastWords = 200 * time.Millisecond

// bye hangs up when the caller has heard the last words.
func (c *telephone) bye() {
	if c.ended {
		return
	}
	c.lastHeard()
	c.leg.Hangup("")
}

// lastHeard waits until the far side has played what it was sent.
func (c *telephone) lastHeard() {
	if !c.up && (!c.early || c.deaf) {
		return
	}
	wait := time.NewTimer(lastWords)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-c.leg.Done():
	}
}

// item is a sound as the media engine takes it. Words that have no recording are left out, and told once a call.
func (c *telephone) item(s session.Sound) rtp.Item {
	if s.Text == "" && s.Audio == "" && !s.Tone {
		return rtp.Item{ID: s.ID, Clips: []rtp.Clip{{Silence: time.Duration(s.Pause) * time.Millisecond}}}
	}
	clips, missing := c.x.o.Sounds.Clips(c.version, s)
	if len(missing) > 0 {
		c.x.o.Metrics.missing.Add(float64(len(missing)))
		c.log.Warn("words without a voice", "lang", s.Lang, "words", missing)
	}
	if !c.keyAt.IsZero() {
		c.x.o.Metrics.keyToPrompt.Observe(c.x.o.Now().Sub(c.keyAt).Seconds())
		c.keyAt = time.Time{}
	}
	return rtp.Item{ID: s.ID, Clips: clips}
}
