package sip

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"rexian/media/sip/guard"
	"rexian/media/sip/validate"
)

// letter is one message as it came off a socket, not yet parsed.
type letter struct {
	network string // udp, tcp, tls, ws, wss
	src     netip.AddrPort
	data    []byte
}

// proved says whether the sender is who the letter says: a stream was opened by a round trip, a datagram by nobody.
func (l *letter) proved() bool { return l.network != "udp" }

// ruling is what becomes of a letter.
type ruling struct {
	hear   bool // the parser gets it
	hangup bool // the stream that brought it is closed
	answer []byte
	to     netip.AddrPort // where the answer to a datagram goes
}

// breath is how long a stream waits whose messages come too fast. Nothing of it is lost: the far side is held up.
const breath = 20 * time.Millisecond

// judge stands before the parser, for every network alike: it hears what is worth it, answers what can be answered, and
// counts the rest. What belongs to a call that stands is heard though its source comes too fast or is banned.
func (s *Server) judge(l letter) ruling {
	g := s.cfg.Guard
	switch v := g.Packet(l.src); {
	case v == guard.Pass:
	case v == guard.Denied:
		return ruling{hangup: true}
	case v == guard.Fast && l.proved():
		time.Sleep(breath)
	case s.standing(l.data):
	case v == guard.Fast:
		return s.tooFast(l)
	default:
		return ruling{hangup: true}
	}
	if blank(l.data) {
		return ruling{hear: true} // a keep-alive
	}
	if g.Scanner(l.data) && !g.Trusted(l.src.Addr()) {
		g.Report(l.src, guard.Scan, l.proved())
		s.unheard(l.network, l.src, 0, "Scanner")
		return ruling{hangup: true}
	}
	r := validate.Datagram(l.data)
	if r == nil {
		return ruling{hear: true}
	}
	banned := g.Report(l.src, guard.Garbage, l.proved())
	s.unheard(l.network, l.src, r.Status, r.Why)
	return ruling{answer: r.Answer, to: r.To(l.src), hangup: banned}
}

// tooFast deals with a datagram over the rate that belongs to no call that stands. A new call has a rate of its own:
// it is heard while that has room, and then answered with 503, without a transaction. Everything else vanishes.
func (s *Server) tooFast(l letter) ruling {
	n := validate.Peek(l.data)
	switch {
	case n.Method != "INVITE" || n.ToTag != "":
		return ruling{}
	case s.cfg.Guard.MayCall(l.src):
		return ruling{hear: !s.cfg.Guard.Scanner(l.data) && validate.Datagram(l.data) == nil}
	case !s.cfg.Guard.Refusal(l.src):
		return ruling{}
	}
	r := validate.Refuse(l.data, 503, tooManyCalls, "Retry-After: "+s.retryAfter())
	s.unheard(l.network, l.src, 503, tooManyCalls)
	s.crowded(l.src, n.FromUser, 1)
	return ruling{answer: r.Answer, to: r.To(l.src)}
}

const tooManyCalls = "Too Many Calls"

// retryAfter is what a source with too many calls is told, in seconds.
func (s *Server) retryAfter() string {
	return strconv.Itoa(max(1, int(s.cfg.Guard.Limits().RetryAfter/time.Second)))
}

// crowded notes that calls of a source are refused because there are too many, and tells if it looks like a proxy: then
// its operator's calls are being lost, and the remedy is a line of configuration.
func (s *Server) crowded(src netip.AddrPort, caller string, hops int) {
	if s.cfg.Guard.Refused(src, caller, hops) {
		s.log.Warn("sip: calls of a source are refused that looks like a proxy or a carrier; "+
			"if it is yours, name it as a trunk, in a trunk's sources or in guard.trusted",
			"source", src.Addr())
	}
}

// standing says whether a message belongs to a call that stands, or stood a moment ago, without parsing it.
func (s *Server) standing(data []byte) bool {
	n := validate.Peek(data)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	ours, theirs := n.ToTag, n.FromTag
	if n.Method == "" { // an answer to a request of ours
		ours, theirs = theirs, ours
	}
	if ours != "" {
		if d := s.dialogs[ours]; d != nil {
			return d.callID == n.CallID
		}
		return s.ended.has(ours, now)
	}
	key := n.CallID + "\x00" + theirs
	return n.Method != "" && (s.initial[key] != nil || s.ended.has(key, now))
}

// blank says whether a datagram is a keep-alive: line ends or zeros alone.
func blank(data []byte) bool { return len(bytes.Trim(data, "\r\n\x00")) == 0 }

// maxReasons bounds the reasons that are counted apart, linesASecond the lines that tell of them.
const (
	maxReasons   = 200
	linesASecond = 10
	tellAgain    = 10 * time.Minute
)

// tally counts what is refused or not heard, by reason, and remembers what was told.
type tally struct {
	mu     sync.Mutex
	counts map[string]uint64
	told   memory
	second int64 // of the lines counted in lines
	lines  int
}

// unheard counts a message that is refused, or not heard at all (status 0), and tells of it once for each source and
// reason.
func (s *Server) unheard(network string, src netip.AddrPort, status int, reason string) {
	now := time.Now()
	r := &s.refused
	r.mu.Lock()
	if r.counts == nil {
		r.counts, r.told.life = map[string]uint64{}, tellAgain
	}
	if _, ok := r.counts[reason]; !ok && len(r.counts) >= maxReasons {
		reason = "other"
	}
	r.counts[reason]++
	key := src.Addr().String() + " " + reason
	tell := !r.told.has(key, now)
	if second := now.Unix(); second != r.second {
		r.second, r.lines = second, 0
	}
	if tell = tell && r.lines < linesASecond; tell {
		r.lines++
		r.told.put(key, now)
	}
	r.mu.Unlock()
	if tell {
		s.log.Info("sip: refused", "source", src.Addr(), "network", strings.ToLower(network), "status", status,
			"reason", reason)
	}
}

// Refused counts what was refused or not heard since the start, by reason.
func (s *Server) Refused() map[string]uint64 {
	s.refused.mu.Lock()
	defer s.refused.mu.Unlock()
	out := make(map[string]uint64, len(s.refused.counts))
	for k, n := range s.refused.counts {
		out[k] = n
	}
	return out
}
