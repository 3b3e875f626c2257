// Package guard stands before the SIP parser and decides, source by source, what is worth reading.
//
// A telephone number on the public network is scanned all day long. Four things keep that cheap:
//
//   - a rate for every source: so many packets, so many new calls a second, each with a burst (a leaky bucket as the
//     generic cell rate algorithm of ITU-T I.371 has it: one time stamp per bucket);
//   - a ban: a source that sends garbage, names a known scanner or guesses passwords is not heard for a while;
//   - two lists: sources that are never heard and sources that are never limited (trunks, one's own phones);
//   - a number of connections that one source may hold open.
//
// Anybody can write any source into a datagram. So an offence counts towards a ban only where a round trip has proved
// that its source sent it: a stream connection, or an answer to something that only that source was told. What is
// unproved is counted and costs its source nothing but the rate of datagrams, and what belongs to a call that stands
// is not the rate's business: see Packet. Trunks, our own addresses and those of telephones that are registered are
// never banned, by hand neither.
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

// Verdict is what to do with a packet.
type Verdict uint8

const (
	Pass   Verdict = iota // go on
	Fast                  // more than the rate allows: hear only what belongs to a call that stands
	Banned                // the same, for as long as the ban lasts
	Denied                // never heard
)

// String names it for logs and figures.
func (v Verdict) String() string {
	if int(v) < len(verdicts) {
		return verdicts[v]
	}
	return fmt.Sprintf("Verdict(%d)", uint8(v))
}

var verdicts = [...]string{"pass", "too fast", "banned", "denied"}

// Limits may be changed while calls run. The zero value of a field means the default beside it; a negative rate or
// count means no limit.
type Limits struct {
	Packets     float64       // packets a second from one source; 100
	PacketBurst int           // packets at once; 400
	Calls       float64       // new calls a second from one source; 20
	CallBurst   int           // new calls at once; 60
	Refusals    float64       // calls a second over these rates that are still told so; 200
	Connections int           // stream connections of one source at once; 64
	Garbage     int           // messages that are no SIP, within Window, until a ban; 20
	Scans       int           // messages of a scanner until a ban; 1
	BadAuths    int           // wrong credentials within Window until a ban; 10
	Window      time.Duration // an offence is forgiven after this; 10 min
	Ban         time.Duration // how long a first ban lasts; 10 min. It doubles each time, up to MaxBan
	MaxBan      time.Duration // 24 h
	RetryAfter  time.Duration // what a source with too many calls is told; 5 s
	Pending     int           // calls of sources unproved and unknown whose answer is not acknowledged; 200
	PendingEach int           // of one such source; 30
}

func (l *Limits) fill() error {
	for _, d := range []struct {
		to   *float64
		want float64
	}{{&l.Packets, 100}, {&l.Calls, 20}, {&l.Refusals, 200}} {
		if *d.to == 0 {
			*d.to = d.want
		}
	}
	for _, d := range []struct {
		to   *int
		want int
	}{{&l.PacketBurst, 400}, {&l.CallBurst, 60}, {&l.Connections, 64}, {&l.Garbage, 20}, {&l.Scans, 1},
		{&l.BadAuths, 10}, {&l.Pending, 200}, {&l.PendingEach, 30}} {
		if *d.to == 0 {
			*d.to = d.want
		}
	}
	for _, d := range []struct {
		to   *time.Duration
		want time.Duration
	}{{&l.Window, 10 * time.Minute}, {&l.Ban, 10 * time.Minute}, {&l.MaxBan, 24 * time.Hour}, {&l.RetryAfter,
		5 * time.Second}} {
		if *d.to == 0 {
			*d.to = d.want
		}
	}
	if l.Window < 0 || l.Ban < 0 || l.MaxBan < l.Ban {
		return fmt.Errorf("guard: a ban of %v up to %v within %v cannot be", l.Ban, l.MaxBan, l.Window)
	}
	return nil
}

// Config is how a guard begins.
type Config struct {
	Limits
	MaxSources int                        // sources remembered; 65,536 (about 10 MB)
	MaxBans    int                        // bans remembered; 16,384
	Deny       *Prefixes                  // never heard; may be nil
	Allow      *Prefixes                  // never limited nor banned, and stronger than Deny; may be nil
	Own        *Prefixes                  // our own addresses: never banned; may be nil
	Phone      func(addr netip.Addr) bool // whether a telephone is registered there: never banned; may be nil
	Scanners   []string                   // parts of a User-Agent that tell a scanner, any case; nil: Scanners
	Now        func() time.Time
	OnBan      func(Ban) // for the log, and to keep it; called without a lock held; may be nil
}

// Guard decides. It is safe for use by many goroutines. A nil *Guard lets everything pass.
type Guard struct {
	c      Config
	zero   time.Time
	marks  [][]byte
	limits atomic.Pointer[Limits]

	deny, allow atomic.Pointer[Prefixes]
	phone       atomic.Pointer[func(netip.Addr) bool]

	mu      sync.Mutex
	sources table[source]
	bans    table[ban]
	open    map[netip.Addr]int // stream connections

	stats counters
}

// source is what is known of one that was heard lately: a few words each, because there may be very many.
type source struct {
	packets, calls, refusals bucket
	wrong                    [offences]bucket
	callers                  uint64 // a bit for each caller that was refused: how many there are about
	told                     int64  // when it was said last that this looks like a proxy, 0 for never
	// calls that were refused, and that it acknowledged; no more is counted than matters
	refused, acked uint16
}

// New makes a guard. It fails only on limits that contradict each other.
func New(c Config) (*Guard, error) {
	for _, d := range []struct {
		to   *int
		want int
	}{{&c.MaxSources, 1 << 16}, {&c.MaxBans, 1 << 14}} {
		if *d.to == 0 {
			*d.to = d.want
		}
	}
	if c.MaxSources < 1 || c.MaxBans < 1 {
		return nil, fmt.Errorf("guard: MaxSources %d and MaxBans %d must be at least 1", c.MaxSources, c.MaxBans)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Scanners == nil {
		c.Scanners = Scanners
	}
	g := &Guard{c: c, zero: c.Now(), marks: lowered(c.Scanners), open: map[netip.Addr]int{}}
	if err := g.SetLimits(c.Limits); err != nil {
		return nil, err
	}
	g.sources.init(c.MaxSources)
	g.bans.init(c.MaxBans)
	g.SetDeny(c.Deny)
	g.SetAllow(c.Allow)
	if c.Phone != nil {
		g.SetPhone(c.Phone)
	}
	return g, nil
}

// SetLimits replaces the limits; those that contradict each other are refused, and the old ones stay.
func (g *Guard) SetLimits(l Limits) error {
	if err := l.fill(); err != nil {
		return err
	}
	g.limits.Store(&l)
	return nil
}

// Limits are those that hold now. Without a guard there are none: each is −1.
func (g *Guard) Limits() Limits {
	if g == nil {
		return Limits{Packets: -1, Calls: -1, Refusals: -1, Connections: -1, Garbage: -1, Scans: -1, BadAuths: -1,
			Pending: -1, PendingEach: -1}
	}
	return *g.limits.Load()
}

// SetDeny replaces the list of sources that are never heard; nil empties it.
func (g *Guard) SetDeny(p *Prefixes) { g.deny.Store(p) }

// SetAllow replaces the list of sources that are never limited; nil empties it.
func (g *Guard) SetAllow(p *Prefixes) { g.allow.Store(p) }

// SetPhone replaces how it is asked whether a telephone is registered at an address.
func (g *Guard) SetPhone(f func(netip.Addr) bool) { g.phone.Store(&f) }

// Trusted says whether a source is on the list of those that are never limited: a trunk, or what the operator trusts.
func (g *Guard) Trusted(a netip.Addr) bool { return g != nil && g.allow.Load().Contains(a.Unmap()) }

// Known says whether a source is trusted or a telephone is registered there.
func (g *Guard) Known(a netip.Addr) bool { return g != nil && (g.Trusted(a) || g.isPhone(a.Unmap())) }

func (g *Guard) isPhone(a netip.Addr) bool {
	f := g.phone.Load()
	return f != nil && (*f)(a)
}

// Packet judges a datagram, or a piece of a stream, and counts it. Where it is not Pass, what belongs to a call that
// stands is still to be heard, unless the source is Denied: the sender of a datagram may be anybody, and nobody shall
// end the calls of another by sending in its name. Packet cannot tell; whoever asks can.
func (g *Guard) Packet(src netip.AddrPort) Verdict {
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
		return Denied
	}
	key, now, l := keyOf(addr), g.since(), g.limits.Load()
	if g.silenced(addr, key, now) {
		return Banned
	}
	g.mu.Lock()
	s, _ := g.sources.touch(key)
	ok := s.packets.take(now, interval(l.Packets), l.PacketBurst)
	g.mu.Unlock()
	if !ok {
		g.stats.fast.Add(1)
		return Fast
	}
	g.stats.passed.Add(1)
	return Pass
}

// silenced says whether a source is banned now. A telephone may have come to its address since.
func (g *Guard) silenced(addr, key netip.Addr, now int64) bool {
	g.mu.Lock()
	b, ok := g.bans.get(key)
	banned := ok && now < b.until
	g.mu.Unlock()
	if !banned || g.isPhone(addr) {
		return false
	}
	g.stats.banned.Add(1)
	return true
}

// Call says whether src may begin a call now, and counts it. If not, the call is told 503 with RetryAfter; nothing else
// of the source suffers.
func (g *Guard) Call(src netip.AddrPort) bool {
	if g == nil || g.Trusted(src.Addr()) {
		return true
	}
	l := g.limits.Load()
	g.mu.Lock()
	s, _ := g.sources.touch(keyOf(src.Addr().Unmap()))
	ok := s.calls.take(g.since(), interval(l.Calls), l.CallBurst)
	g.mu.Unlock()
	if !ok {
		g.stats.calls.Add(1)
	}
	return ok
}

// MayCall says what Call would say, without counting anything.
func (g *Guard) MayCall(src netip.AddrPort) bool {
	if g == nil || g.Trusted(src.Addr()) {
		return true
	}
	l := g.limits.Load()
	g.mu.Lock()
	defer g.mu.Unlock()
	s, _ := g.sources.touch(keyOf(src.Addr().Unmap()))
	calls := s.calls // a copy
	return calls.take(g.since(), interval(l.Calls), l.CallBurst)
}

// Refusal says whether a call that comes too fast is still told so, and counts it: answers that nobody reads are not
// worth sending, and a flood in another's name would send them there.
func (g *Guard) Refusal(src netip.AddrPort) bool {
	if g == nil {
		return true
	}
	l := g.limits.Load()
	g.mu.Lock()
	defer g.mu.Unlock()
	s, _ := g.sources.touch(keyOf(src.Addr().Unmap()))
	return s.refusals.take(g.since(), interval(l.Refusals), int(max(l.Refusals, 1)))
}

// Connect says whether src may open a stream connection now, and counts it; Disconnect must follow if it may.
func (g *Guard) Connect(src netip.AddrPort) bool {
	if g == nil {
		return true
	}
	addr := src.Addr().Unmap()
	key, l, trusted := keyOf(addr), g.limits.Load(), g.Trusted(addr)
	switch {
	case trusted:
	case g.deny.Load().Contains(addr):
		g.stats.denied.Add(1)
		return false
	case g.silenced(addr, key, g.since()):
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !trusted && l.Connections >= 0 && g.open[key] >= l.Connections {
		g.stats.connections.Add(1)
		return false
	}
	g.open[key]++
	return true
}

// Disconnect counts a connection out that Connect let in.
func (g *Guard) Disconnect(src netip.AddrPort) {
	if g == nil {
		return
	}
	key := keyOf(src.Addr().Unmap())
	g.mu.Lock()
	defer g.mu.Unlock()
	if n := g.open[key]; n > 1 {
		g.open[key] = n - 1
	} else {
		delete(g.open, key)
	}
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
