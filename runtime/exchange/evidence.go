package exchange

import (
	"context"
	"sync"
	"time"

	"rexian/media/announce"
	"rexian/media/progress"
	"rexian/media/rtp"
	"rexian/media/sip"
)

// Evidence is what was heard before the answer of a call, beside its signalling.
type Evidence struct {
	Tone  string // "" for none
	Class string // of the announcement; "" if none was recognised
	Name  string // of the reference that it was recognised by
	Spoke bool   // somebody or something spoke as long as an announcement
	Clip  []byte // the last of what was heard, A-law of 8,000 samples a second; empty unless it is to be kept
}

// Heard tells whether anything was heard.
func (e *Evidence) Heard() bool { return e.Tone != "" || e.Class != "" || e.Spoke || len(e.Clip) > 0 }

// AnnouncementOutcome is what an announcement of a class says of a call, "" if nothing.
func AnnouncementOutcome(class string) string { return announceOutcomes[class] }

// Outcome is what the evidence says of the call, "" if nothing. An announcement goes before a tone.
func (e *Evidence) Outcome() string {
	if o := announceOutcomes[e.Class]; o != "" {
		return o
	}
	for t, o := range toneOutcomes {
		if t.String() == e.Tone {
			return o
		}
	}
	return ""
}

// Detail says what the outcome rests on.
func (e *Evidence) Detail() string {
	if announceOutcomes[e.Class] != "" {
		return "announcement: " + e.Name
	}
	return "tone: " + e.Tone
}

// early hears a call of ours before it is answered, and tells when something says how it ends.
type early struct {
	set    *announce.Set // nil: announcements are not listened for
	give   func(outcome string)
	keeps  bool       // what is heard is kept
	mu     sync.Mutex // who dials and who ends are not of one goroutine
	last   *hearing   // of the route that is tried; nil until there is one
	ending time.Duration
}

// hearing is what one leg of such a call says. The media engine tells it, and the end of it.
type hearing struct {
	of       *early
	mu       sync.Mutex
	listener *progress.Listener
	words    *announce.Listener
	heard    Evidence
	kept     clip
	over     chan struct{}
}

// ending is how long the last of what was said before a leg ended is waited for: it is on its way from the media
// engine.
const ending = 2 * time.Second

func (x *Exchange) newEarly(give func(outcome string)) *early {
	e := &early{give: give, ending: ending}
	if x.o.Announcements != nil {
		e.set = x.o.Announcements()
	}
	return e
}

func (e *early) newHearing() *hearing {
	h := &hearing{of: e, over: make(chan struct{})}
	h.listener = progress.New(func(t progress.Tone) {
		if o := toneOutcomes[t]; o != "" && h.heard.Tone == "" {
			h.heard.Tone = t.String()
			e.give(o)
		}
	})
	if e.set != nil {
		h.words = announce.New(e.set, func(a announce.Heard) {
			h.heard.Class, h.heard.Name = a.Class, a.Name
			if o := announceOutcomes[a.Class]; o != "" {
				e.give(o)
			}
		})
	}
	return h
}

// leg lets it hear a leg that is called.
func (e *early) leg(leg *sip.Call) { e.hears(leg.Stream()) }

// audible is what can be listened to: an [rtp.Stream].
type audible interface {
	Attend(w rtp.Witness) bool
	Dismiss(w rtp.Witness)
}

// hears begins anew: what was heard of another route says nothing of this one.
func (e *early) hears(s audible) {
	h := e.newHearing()
	e.mu.Lock()
	e.last = h
	e.mu.Unlock()
	if !s.Attend(h) {
		h.End()
	}
}

// answered ends it: a talk is nobody's evidence, and to listen to it costs more than to carry it.
func (e *early) answered(s audible) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.last != nil {
		s.Dismiss(e.last)
	}
}

// Heard is told by the media engine.
func (h *hearing) Heard(samples []int16) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listener.Write(samples)
	if h.of.keeps {
		h.kept.write(samples)
	}
	if h.words != nil {
		h.words.Write(samples)
	}
}

// End is told by it after the last samples.
func (h *hearing) End() { close(h.over) }

// end is what was heard until the call came to its end. It waits until all of that has been heard.
func (e *early) end() Evidence {
	e.mu.Lock()
	h := e.last
	e.mu.Unlock()
	if h == nil {
		return Evidence{}
	}
	select {
	case <-h.over:
	case <-time.After(e.ending):
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.words != nil {
		h.words.Finish()
		h.heard.Spoke = h.words.Spoke()
	}
	h.heard.Clip = h.kept.end()
	return h.heard
}

// gives cancels a call whatever it is that says how the call ends.
func gives(cancel context.CancelFunc) func(string) { return func(string) { cancel() } }
