// Package guard stands before the SIP parser and decides, source by source, what is worth reading.
//
// A telephone number on the public network is scanned all day long. Three things keep that cheap:
//
//   - a rate for every source: so many packets, so many new calls a second, each with a burst (a leaky bucket as the
//     generic cell rate algorithm of ITU-T I.371 has it: one time stamp per bucket);
//   - a ban: a source that sends garbage, names a known scanner or guesses passwords is not heard for a while;
//   - two lists: sources that are never heard and sources that are never limited (trunks, one's own phones).
//
// An IPv4 source is one address; an IPv6 source is a /64, because a subscriber has all addresses in it. Memory is
// bounded: the least recently heard source is forgotten first, and bans live in a table of their own so that a flood
// from many addresses does not wash them out. Nothing here runs in the background: time passes when someone asks.
package guard

import (
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Kind says what a source wants, so that each kind has its own rate.
type Kind uint8

const (
	Packet Kind = iota // a datagram, or a piece of a stream
	Call               // an INVITE that would start a call
)

// Verdict is what to do with it.
type Verdict uint8

const (
	Pass Verdict = iota // go on
	Busy                // answer 503 with Retry-After: the source is known but too eager
	Drop                // say nothing
)

func (v Verdict) String() string {
	switch v {
	case Pass:
		return "pass"
	case Busy:
		return "busy"
	case Drop:
		return "drop"
	}
	return fmt.Sprintf("Verdict(%d)", uint8(v))
}

// Offence is what a source did wrong. Each has its own limit in Config.
type Offence uint8

const (
	Garbage Offence = iota // what is no SIP message, or breaks its rules
	Scan                   // it said that it is a scanner
	BadAuth                // a wrong name or password
	offences
)

func (o Offence) String() string {
	return [...]string{"garbage", "scan", "bad credentials"}[o]
}

// Config sets the limits. The zero value of a field means the default beside it; a negative rate or count means no limit.
type Config struct {
	Packets     float64       // packets a second from one source; 100
	PacketBurst int           // packets at once; 400
	Calls       float64       // new calls a second from one source; 10
	CallBurst   int           // new calls at once; 30
	Garbage     int           // messages that are no SIP, within Window, until a ban; 20
	Scans       int           // messages of a scanner until a ban; 1
	BadAuths    int           // wrong credentials within Window until a ban; 10
	Window      time.Duration // an offence is forgiven after this; 10 min
	Ban         time.Duration // how long a first ban lasts; 10 min. It doubles each time, up to MaxBan
	MaxBan      time.Duration // 24 h
	MaxSources  int           // sources remembered; 65,536 (about 10 MB)
	MaxBans     int           // bans remembered; 16,384
	Deny        *Prefixes     // never heard; may be nil
	Allow       *Prefixes     // never limited nor banned, and stronger than Deny; may be nil
	Scanners    []string      // parts of a User-Agent that tell a scanner, any case; nil: Scanners
	RetryAfter  time.Duration // what a Busy source is told; 5 s
	Now         func() time.Time
	OnBan       func(src netip.Addr, why Offence, until time.Time) // for the log; called without a lock held; may be nil
}

// Guard decides. It is safe for use by many goroutines. A nil *Guard lets everything pass.
type Guard struct {
	c     Config
	zero  time.Time
	marks [][]byte

	deny, allow atomic.Pointer[Prefixes]

	mu      sync.Mutex
	sources table[source]
	bans    table[ban]

	stats counters
}

// source is what is known of one that was heard lately: a few words each, because there may be very many.
type source struct {
	packets, calls bucket
	wrong          [offences]bucket
}

type ban struct {
	until int64 // nanoseconds since zero
	times uint8 // how often in a row, for doubling
	why   Offence
}

// New makes a guard. It fails only on limits that contradict each other.
func New(c Config) (*Guard, error) {
	for _, d := range []struct {
		to   *float64
		want float64
	}{{&c.Packets, 100}, {&c.Calls, 10}} {
		if *d.to == 0 {
			*d.to = d.want
		}
	}
	for _, d := range []struct {
		to   *int
		want int
	}{{&c.PacketBurst, 400}, {&c.CallBurst, 30}, {&c.Garbage, 20}, {&c.Scans, 1}, {&c.BadAuths, 10}, {&c.MaxSources, 1 << 16}, {&c.MaxBans, 1 << 14}} {
		if *d.to == 0 {
			*d.to = d.want
		}
	}
	for _, d := range []struct {
		to   *time.Duration
		want time.Duration
	}{{&c.Window, 10 * time.Minute}, {&c.Ban, 10 * time.Minute}, {&c.MaxBan, 24 * time.Hour}, {&c.RetryAfter, 5 * time.Second}} {
		if *d.to == 0 {
			*d.to = d.want
		}
	}
	if c.MaxSources < 1 || c.MaxBans < 1 {
		return nil, fmt.Errorf("guard: MaxSources %d and MaxBans %d must be at least 1", c.MaxSources, c.MaxBans)
	}
	if c.Window < 0 || c.Ban < 0 || c.MaxBan < c.Ban {
		return nil, fmt.Errorf("guard: a ban of %v up to %v within %v cannot be", c.Ban, c.MaxBan, c.Window)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Scanners == nil {
		c.Scanners = Scanners
	}
	g := &Guard{c: c, zero: c.Now(), marks: lowered(c.Scanners)}
	g.sources.init(c.MaxSources)
	g.bans.init(c.MaxBans)
	g.SetDeny(c.Deny)
	g.SetAllow(c.Allow)
	return g, nil
}

// SetDeny replaces the list of sources that are never heard; nil empties it.
func (g *Guard) SetDeny(p *Prefixes) { g.deny.Store(p) }

// SetAllow replaces the list of sources that are never limited; nil empties it.
func (g *Guard) SetAllow(p *Prefixes) { g.allow.Store(p) }

// RetryAfter is what a source that is Busy should be told to wait.
func (g *Guard) RetryAfter() time.Duration {
	if g == nil {
		return 0
	}
	return g.c.RetryAfter
}

// Allow says whether src may have what it wants now, and counts it.
func (g *Guard) Allow(src netip.AddrPort, k Kind) Verdict {
	if g == nil {
		return Pass
	}
	addr := src.Addr().Unmap()
	if g.allow.Load().Contains(addr) {
		g.stats.passed.Add(1)
		return Pass
	}
	if g.deny.Load().Contains(addr) {
		g.stats.denied.Add(1)
		return Drop
	}
	key := keyOf(addr)
	now := g.since()

	g.mu.Lock()
	if b, ok := g.bans.get(key); ok && now < b.until {
		g.mu.Unlock()
		g.stats.banned.Add(1)
		return Drop
	}
	s, _ := g.sources.touch(key)
	var ok bool
	if k == Call {
		ok = s.calls.take(now, interval(g.c.Calls), g.c.CallBurst)
	} else {
		ok = s.packets.take(now, interval(g.c.Packets), g.c.PacketBurst)
	}
	g.mu.Unlock()

	switch {
	case ok:
		g.stats.passed.Add(1)
		return Pass
	case k == Call:
		g.stats.callsLimited.Add(1)
		return Busy
	}
	g.stats.packetsLimited.Add(1)
	return Drop
}

// Report counts an offence of src and says whether it is banned for it now.
func (g *Guard) Report(src netip.AddrPort, o Offence) (banned bool) {
	if g == nil || o >= offences {
		return false
	}
	g.stats.offences[o].Add(1)
	addr := src.Addr().Unmap()
	if g.allow.Load().Contains(addr) {
		return false
	}
	limit := [offences]int{g.c.Garbage, g.c.Scans, g.c.BadAuths}[o]
	if limit < 0 {
		return false
	}
	key := keyOf(addr)
	now := g.since()

	g.mu.Lock()
	s, _ := g.sources.touch(key)
	// The bucket holds limit−1 offences and leaks one each Window/limit: the limit-th in a Window spills over.
	within := s.wrong[o].take(now, int64(g.c.Window)/int64(max(limit, 1)), limit-1)
	if within {
		g.mu.Unlock()
		return false
	}
	s.wrong[o] = 0
	until := g.banLocked(key, o, now)
	g.mu.Unlock()

	g.stats.bans.Add(1)
	if g.c.OnBan != nil {
		g.c.OnBan(addr, o, g.zero.Add(time.Duration(until)))
	}
	return true
}

// banLocked bans key from now on: twice as long as the last time, if that was not longer ago than MaxBan.
func (g *Guard) banLocked(key netip.Addr, why Offence, now int64) (until int64) {
	b, known := g.bans.touch(key)
	if !known || now-b.until > int64(g.c.MaxBan) {
		*b = ban{}
	}
	length := g.c.Ban
	for range b.times {
		if length >= g.c.MaxBan/2 {
			length = g.c.MaxBan
			break
		}
		length *= 2
	}
	b.times = min(b.times+1, 40)
	b.why = why
	b.until = now + int64(length)
	return b.until
}

// Unban lets a source be heard again at once, and forgets its offences. It says whether it was banned.
func (g *Guard) Unban(addr netip.Addr) bool {
	key := keyOf(addr.Unmap())
	g.mu.Lock()
	defer g.mu.Unlock()
	b, ok := g.bans.get(key)
	was := ok && g.since() < b.until
	g.bans.drop(key)
	g.sources.drop(key)
	return was
}

// Banned is one source that is not heard.
type Banned struct {
	Source netip.Prefix
	Why    Offence
	Until  time.Time
}

// Banned lists who is not heard at this moment, the latest ban first.
func (g *Guard) Banned() []Banned {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.since()
	var list []Banned
	g.bans.each(func(key netip.Addr, b *ban) {
		if now < b.until {
			list = append(list, Banned{prefixOf(key), b.why, g.zero.Add(time.Duration(b.until))})
		}
	})
	return list
}

func (g *Guard) since() int64 { return int64(g.c.Now().Sub(g.zero)) }

// keyOf is the address under which a source is remembered.
func keyOf(a netip.Addr) netip.Addr { return prefixOf(a).Addr() }

func prefixOf(a netip.Addr) netip.Prefix {
	a = a.WithZone("")
	if a.Is4() || !a.IsValid() {
		return netip.PrefixFrom(a, a.BitLen())
	}
	p, _ := a.Prefix(64) // cannot fail: a is an IPv6 address
	return p
}

// bucket is the generic cell rate algorithm: the moment at which the bucket will be empty.
type bucket int64

// take puts one in, if fewer than burst+1 are inside. A step of zero means no limit.
func (b *bucket) take(now, step int64, burst int) bool {
	if step == 0 {
		return true
	}
	at := max(int64(*b), now)
	if at-now > step*int64(max(burst-1, 0)) {
		return false
	}
	if burst < 1 {
		return false
	}
	*b = bucket(at + step)
	return true
}

// interval is the time between two at a rate a second; zero for no limit.
func interval(rate float64) int64 {
	if rate < 0 {
		return 0
	}
	return max(1, int64(float64(time.Second)/rate))
}
