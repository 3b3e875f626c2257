package linetest

import (
	"context"
	"errors"
	"sync"
	"time"

	"rexian/cmd/rexian/handset"
	"rexian/media/sip"
	"rexian/runtime/sim"
)

const (
	keyOn   = 60 * time.Millisecond // how long a key is held
	ringing = 30 * time.Second      // how long the other side may take to answer
)

// line is the caller's end of a call: what Own and Remote have in common. Its methods but note belong to the test's
// goroutine.
type line struct {
	ctx     context.Context
	tel     *handset.Call
	began   time.Time
	shift   time.Duration // of the test's clock against the real one
	refused bool          // the call was refused: it is over, and nothing is heard
	acted   time.Time     // when the caller last did something
	words   int
	heard   []sim.Utterance
	now     *sim.Utterance // what is being said, after all that was heard: a caller need not hear a menu out
	err     error
	silent  bool          // the caller says nothing now
	toSpeak bool          // the tone was heard, and the caller has not spoken yet
	woken   chan struct{} // something happened elsewhere
	wishes  chan func()   // what the other side wants done by the test's goroutine

	mu    sync.Mutex
	facts []sim.Fact
}

func newLine(ctx context.Context, now int64) *line {
	began := time.Now()
	return &line{ctx: ctx, began: began, acted: began, shift: time.UnixMilli(now).Sub(began),
		woken:  make(chan struct{}, 1),
		wishes: make(chan func())}
}

// dial places the call while the other side's wishes are served.
func (l *line) dial(phone *handset.Telephone, target, from string, headers map[string]string) error {
	type reached struct {
		call *handset.Call
		err  error
	}
	done := make(chan reached, 1)
	ctx, cancel := context.WithTimeout(l.ctx, ringing)
	defer cancel()
	go func() {
		c, err := phone.Dial(ctx, target, handset.CallOptions{From: from, Headers: headers})
		done <- reached{c, err}
	}()
	for {
		select {
		case r := <-done:
			var f *sip.Failure
			if errors.As(r.err, &f) && (f.Status == 603 || f.Status == 486) {
				l.refused = true // a flow may refuse a call: the test says whether that is right
				return nil
			}
			l.tel = r.call
			return r.err
		case do := <-l.wishes:
			do()
		}
	}
}

// wake makes a waiting line look again. Any goroutine may call it.
func (l *line) wake() {
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

// note keeps a fact. Any goroutine may call it.
func (l *line) note(f sim.Fact) {
	l.mu.Lock()
	f.At = l.Now()
	f.Seq = l.order(f.At)
	l.facts = append(l.facts, f)
	l.mu.Unlock()
	l.wake()
}

// order puts what was heard and what was done in the order of time: words are known only when they have been said.
func (l *line) order(at int64) int { return int(at - l.Started()) }

func (l *line) Now() int64     { return time.Now().Add(l.shift).UnixMilli() }
func (l *line) Started() int64 { return l.began.Add(l.shift).UnixMilli() }
func (l *line) Err() error     { return l.err }

func (l *line) Facts() []sim.Fact {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]sim.Fact(nil), l.facts...)
}

// Heard is what was recognised in the sound; the last may still be going on.
func (l *line) Heard() []sim.Utterance {
	l.listen()
	if l.now != nil {
		return append(l.heard[:len(l.heard):len(l.heard)], *l.now)
	}
	return l.heard
}

// listen takes up what was recognised since; true if there was anything.
func (l *line) listen() bool {
	if l.tel == nil {
		return false
	}
	words, now := l.tel.Hearing(l.words)
	l.words += len(words)
	for _, w := range words {
		text, cut := handset.Spoken(w)
		l.heard = append(l.heard, l.utterance(w, text, cut))
		l.toSpeak = l.toSpeak || text == tone
		l.now = nil // it is what was being said
	}
	if now == nil {
		return len(words) > 0 // what was being said stays until it is known how far it came
	}
	more := l.now == nil || l.now.Text != now.Text
	u := l.utterance(*now, now.Text, true)
	l.now = &u
	return more || len(words) > 0
}

func (l *line) utterance(w handset.Word, text string, cut bool) sim.Utterance {
	at := w.When.Add(l.shift).UnixMilli()
	return sim.Utterance{At: at, Until: at + (w.To - w.From).Milliseconds(), Text: text, Cut: cut, Func: -1, PC: -1,
		Seq: l.order(at)}
}

// tone is the sound after which a caller speaks, as the telephone's ears know it.
const tone = "♪"

// speak lets the caller speak if the tone has been heard: as long as a simulated caller would. A test that says nothing
// next has said so before this is called.
func (l *line) speak() {
	if !l.toSpeak || l.silent {
		return
	}
	l.toSpeak = false
	l.tel.Speak(sim.SpeakTime * time.Millisecond)
	l.acted = time.Now().Add(sim.SpeakTime * time.Millisecond)
}

// ended tells whether the SIP call is over.
func (l *line) ended() bool {
	if l.tel == nil {
		return true
	}
	select {
	case <-l.tel.Done():
		return true
	default:
		return false
	}
}

// quiet is how long neither side did anything.
func (l *line) quiet() time.Duration {
	if l.tel == nil {
		return time.Since(l.acted)
	}
	return min(l.tel.Quiet(), time.Since(l.acted))
}

// pass lets time pass until a moment, or until ok holds.
func (l *line) pass(until time.Time, ok func() bool) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	for !ok() {
		if time.Until(until) > 0 { // a moment that is past lets nothing happen
			l.listen()
			l.speak()
		}
		var more, done <-chan struct{}
		if l.tel != nil {
			_, more = l.tel.Words(l.words)
			if !l.ended() {
				done = l.tel.Done()
			}
		}
		check := time.NewTimer(50 * time.Millisecond)
		select {
		case <-timer.C:
			check.Stop()
			return
		case <-l.ctx.Done():
			l.err = l.ctx.Err()
			check.Stop()
			return
		case do := <-l.wishes:
			do()
		case <-more:
		case <-done:
			l.tel.Flush()
		case <-l.woken:
		case <-check.C:
		}
		check.Stop()
	}
}

// RunUntil lets time pass up to a moment of the test's clock.
func (l *line) RunUntil(at int64) {
	l.pass(time.UnixMilli(at).Add(-l.shift), func() bool { return false })
}

// press sends keys, gap milliseconds from one to the next.
func (l *line) press(keys string, gap int64) {
	if l.ended() {
		return
	}
	l.note(sim.Fact{Kind: sim.Pressed, Name: "•", Func: -1, PC: -1})
	pause := max(time.Duration(gap)*time.Millisecond-keyOn, 50*time.Millisecond)
	l.toSpeak = false
	l.tel.Hush()
	l.tel.Leg().Stream().SendKeys(keys, keyOn, pause)
	// An event takes 40 ms more than the key, for its repeated end.
	sent := time.Now().Add(time.Duration(len(keys)) * (keyOn + pause + 60*time.Millisecond))
	l.pass(sent, func() bool { return false })
	l.acted = time.Now()
}

// hangup hangs up and waits for the other side.
func (l *line) hangup(over func() bool) {
	if l.tel == nil {
		return
	}
	if !l.ended() {
		l.note(sim.Fact{Kind: sim.CallerLeft, Func: -1, PC: -1})
		l.tel.Hangup()
	}
	l.pass(time.Now().Add(10*time.Second), func() bool { return l.ended() && over() })
	l.tel.Flush()
	l.listen()
}
