package rtp

import (
	"math"
	"time"
)

// gate is whether sound may go to the far side's place, and when the first word may. An agreement is a stranger's
// word: it may name a third party's address, and it may itself come from an address that is not its sender's. So
//
//   - to another host than the signalling's nothing goes before its ACK, or before its packets come from there;
//   - to the signalling's host it goes for a few seconds without an acknowledgement;
//   - to another host from which nothing ever comes it ends some seconds after the acknowledgement, but for a carrier
//     that is known: many have sound on other machines than signalling, and a caller who is muted sends none;
//   - to a carrier that is known it also goes as long as the call is not answered: nothing acknowledges that.
//
// Words also wait for the acknowledgement, for a second at most, and then for some silence: whoever has just answered
// does not hear the first moments.
type gate struct {
	acked   bool
	trusted bool  // the far side is known
	early   bool  // and has not answered, or been answered
	shut    bool  // nothing could go since the agreement was made
	since   int64 // when the agreement was made or acknowledged, in ns on the engine's clock
	until   int64 // nothing is sent from then on
	words   int64 // nothing is spoken before
}

const (
	unacked    = int64(4 * time.Second)
	unanswered = int64(10 * time.Second)
	wordsWait  = int64(time.Second)
	forever    = math.MaxInt64
)

// agree is called for a new agreement, after the leg has taken it. first is the first of the stream.
func (g *gate) agree(l *leg, f Far, first bool) {
	g.acked, g.trusted, g.early, g.shut, g.since = f.Acked, f.Trusted, f.Early && f.Trusted, false, l.now
	if first {
		lead := int64(l.stream.options.Lead)
		if g.words = l.now + lead; !f.Acked && !f.Early {
			g.words = l.now + max(lead, wordsWait)
		}
	}
	g.open(l)
}

// acknowledge is called when the far side has shown that the agreement is its own.
func (g *gate) acknowledge(l *leg) {
	if g.acked {
		return
	}
	g.acked, g.since = true, l.now
	g.words = min(g.words, l.now+int64(l.stream.options.Lead))
	g.open(l)
}

// open finds how long sound may go, from all that is known.
func (g *gate) open(l *leg) {
	s := &l.source
	known := !s.signal.IsValid() || l.remote.Addr() == s.signal || s.rank > unproven || s.was > unproven || s.reports
	was := g.shut
	g.shut = !g.acked && !known && !g.early
	if was && !g.shut {
		g.words = max(g.words, l.now+int64(l.stream.options.Lead))
	}
	switch {
	case g.acked && (known || g.trusted) || g.early:
		g.until = forever
	case g.acked:
		g.until = g.since + unanswered
	case known:
		g.until = g.since + unacked
	default:
		g.until = g.since // so nothing goes
	}
}
