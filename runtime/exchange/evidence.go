package exchange

import (
	"context"
	"sync"

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
	set      *announce.Set // nil: announcements are not listened for
	give     func(outcome string)
	mu       sync.Mutex // the media engine writes, who dials reads
	listener *progress.Listener
	words    *announce.Listener
	heard    Evidence
	keeps    bool // what is heard is kept
	kept     clip
}

func (x *Exchange) newEarly(give func(outcome string)) *early {
	e := &early{give: give}
	if x.o.Announcements != nil {
		e.set = x.o.Announcements()
	}
	e.reset()
	return e
}

func (e *early) reset() {
	e.heard, e.kept = Evidence{}, clip{}
	e.listener = progress.New(func(t progress.Tone) {
		if o := toneOutcomes[t]; o != "" && e.heard.Tone == "" {
			e.heard.Tone = t.String()
			e.give(o)
		}
	})
	if e.words = nil; e.set != nil {
		e.words = announce.New(e.set, func(h announce.Heard) {
			e.heard.Class, e.heard.Name = h.Class, h.Name
			if o := announceOutcomes[h.Class]; o != "" {
				e.give(o)
			}
		})
	}
}

// leg lets it hear a leg that is called.
func (e *early) leg(leg *sip.Call) { e.hears(leg.Stream()) }

// audible is what can be listened to: an [rtp.Stream].
type audible interface {
	Tap(t rtp.Tap) bool
	Untap(t rtp.Tap)
}

// hears begins anew: what was heard of another route says nothing of this one.
func (e *early) hears(s audible) {
	e.mu.Lock()
	e.reset()
	e.mu.Unlock()
	s.Tap(e)
}

// answered ends it: a talk is nobody's evidence, and to listen to it costs more than to carry it.
func (e *early) answered(s audible) { s.Untap(e) }

// Samples is told by the media engine.
func (e *early) Samples(heard, _ []int16) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.listener.Write(heard)
	if e.keeps {
		e.kept.write(heard)
	}
	if e.words != nil {
		e.words.Write(heard)
	}
}

// end is what was heard until the call came to its end.
func (e *early) end() Evidence {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.words != nil {
		e.words.Finish()
		e.heard.Spoke = e.words.Spoke()
	}
	e.heard.Clip = e.kept.end()
	return e.heard
}

// gives cancels a call whatever it is that says how the call ends.
func gives(cancel context.CancelFunc) func(string) { return func(string) { cancel() } }
