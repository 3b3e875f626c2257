package guard

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// clock is a time that moves when told.
type clock struct{ t time.Time }

func newClock() *clock                { return &clock{time.Date(2026, 10, 8, 9, 0, 0, 0, time.UTC)} }
func (c *clock) now() time.Time       { return c.t }
func (c *clock) pass(d time.Duration) { c.t = c.t.Add(d) }
func ap(s string) netip.AddrPort      { return netip.AddrPortFrom(netip.MustParseAddr(s), 5060) }
func prefixes(s ...string) *Prefixes  { p, err := ParsePrefixes(s...); must(err); return p }
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func newGuard(t testing.TB, c Config) *Guard {
	t.Helper()
	g, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func passed(g *Guard, src netip.AddrPort, n int) (ok int) {
	for range n {
		if g.Packet(src) == Pass {
			ok++
		}
	}
	return ok
}

func called(g *Guard, src netip.AddrPort, n int) (ok int) {
	for range n {
		if g.Call(src) {
			ok++
		}
	}
	return ok
}

// A gateway that nobody has declared may begin as many calls a second as an office has, for as long as it likes.
func TestAnUndeclaredGatewayIsServed(t *testing.T) {
	c := newClock()
	g := newGuard(t, Config{Now: c.now})
	for i := range 1200 { // a minute at 20 a second
		if called(g, ap("192.0.2.1"), 1) != 1 {
			t.Fatalf("call %d is refused", i)
		}
		c.pass(50 * time.Millisecond)
	}
}

func TestRates(t *testing.T) {
	c := newClock()
	g := newGuard(t, Config{Limits: Limits{Packets: 10, PacketBurst: 5, Calls: 2, CallBurst: 3}, Now: c.now})
	a, b := ap("192.0.2.1"), ap("192.0.2.2")

	if n := passed(g, a, 9); n != 5 {
		t.Errorf("a burst of 5 let %d pass", n)
	}
	if v := g.Packet(a); v != Fast {
		t.Errorf("too many packets: %v, want too fast", v)
	}
	if n := passed(g, b, 9); n != 5 {
		t.Errorf("another source has its own rate; %d passed", n)
	}
	c.pass(100 * time.Millisecond)
	if n := passed(g, a, 3); n != 1 {
		t.Errorf("a tenth of a second gives room for 1 packet; %d passed", n)
	}
	c.pass(time.Hour)
	if n := passed(g, a, 9); n != 5 {
		t.Errorf("a long rest gives a burst, no more; %d passed", n)
	}
	if n := called(g, a, 5); n != 3 {
		t.Errorf("a burst of 3 calls let %d pass", n)
	}
	if !g.MayCall(b) || !g.MayCall(b) || called(g, b, 9) != 3 || g.MayCall(b) {
		t.Error("MayCall counts, or does not say what Call says")
	}
	if v := g.Packet(b); v != Pass {
		t.Errorf("too many calls cost a packet: %v", v)
	}
	c.pass(500 * time.Millisecond)
	if n := called(g, a, 5); n != 1 {
		t.Errorf("half a second gives room for 1 call; %d passed", n)
	}
	s := g.Stats()
	if s.Passed != 5+5+1+5+1 || s.Fast != 4+4+2+4+1 || s.Calls != 2+6+4 || s.Sources != 2 {
		t.Errorf("stats %+v", s)
	}
}

func TestNoLimit(t *testing.T) {
	g := newGuard(t, Config{Limits: Limits{Packets: -1, Calls: -1, Garbage: -1}, Now: newClock().now})
	if n := called(g, ap("192.0.2.1"), 10000) + passed(g, ap("192.0.2.1"), 10000); n != 20000 {
		t.Errorf("%d of 20000 passed", n)
	}
	for range 1000 {
		if g.Report(ap("192.0.2.1"), Garbage, true) {
			t.Fatal("banned although there is no limit")
		}
	}
}

func TestIPv6SourceIsASubscriber(t *testing.T) {
	g := newGuard(t, Config{Limits: Limits{PacketBurst: 4}, Now: newClock().now})
	n := 0
	for i := range 100 {
		n += passed(g, ap(fmt.Sprintf("2001:db8:1:2::%x", i)), 1)
	}
	if n != 4 {
		t.Errorf("a /64 has one rate; %d passed", n)
	}
	if n := passed(g, ap("2001:db8:1:3::1"), 9); n != 4 {
		t.Errorf("the next /64 has its own; %d passed", n)
	}
	// An IPv4 address inside IPv6 is that IPv4 address.
	if n := passed(g, ap("::ffff:192.0.2.9"), 3) + passed(g, ap("192.0.2.9"), 3); n != 4 {
		t.Errorf("::ffff:192.0.2.9 and 192.0.2.9 are one source; %d passed", n)
	}
}

func TestLists(t *testing.T) {
	g := newGuard(t, Config{
		Limits: Limits{PacketBurst: 1}, Now: newClock().now,
		Deny:  prefixes("198.51.100.0/24", "2001:db8:bad::/48", "203.0.113.7"),
		Allow: prefixes("198.51.100.9", "10.0.0.0/8"),
	})
	for _, c := range []struct {
		src  string
		want int // of 20 packets
	}{
		{"198.51.100.1", 0}, {"198.51.100.9", 20}, {"203.0.113.7", 0}, {"203.0.113.8", 1},
		{"10.1.2.3", 20}, {"2001:db8:bad:1::1", 0}, {"2001:db8:bae::1", 1}, {"::ffff:198.51.100.1", 0},
	} {
		if n := passed(g, ap(c.src), 20); n != c.want {
			t.Errorf("%s: %d passed, want %d", c.src, n, c.want)
		}
	}
	for range 100 {
		if g.Report(ap("10.1.2.3"), BadAuth, true) {
			t.Fatal("an allowed source is never banned")
		}
	}
	g.SetDeny(nil)
	if n := passed(g, ap("198.51.100.1"), 20); n != 1 {
		t.Errorf("the deny list was emptied; %d passed", n)
	}
}

func TestBans(t *testing.T) {
	c := newClock()
	var spoken []string
	g := newGuard(t, Config{
		Limits: Limits{Garbage: 3, BadAuths: 5, Window: time.Minute, Ban: 10 * time.Minute, MaxBan: 25 * time.Minute},
		Now:    c.now,
		OnBan:  func(b Ban) { spoken = append(spoken, fmt.Sprint(b.Source, " ", b.Why, " ", b.Until.Sub(c.t))) },
	})
	a := ap("192.0.2.1")
	report := func(o Offence, n int) (banned int) {
		for i := range n {
			if g.Report(a, o, true) {
				return i + 1
			}
		}
		return 0
	}
	if at := report(Garbage, 9); at != 3 {
		t.Errorf("banned at offence %d, want 3", at)
	}
	if v := g.Packet(a); v != Banned {
		t.Errorf("banned, yet %v", v)
	}
	if list := g.Banned(); len(list) != 1 || list[0].Source != netip.MustParsePrefix("192.0.2.1/32") ||
		list[0].Why != Garbage {
		t.Errorf("bans %v", list)
	}
	c.pass(10 * time.Minute)
	if v := g.Packet(a); v != Pass {
		t.Errorf("the ban is over, yet %v", v)
	}
	// Slow offences are forgiven.
	for range 20 {
		c.pass(25 * time.Second)
		if g.Report(a, Garbage, true) {
			t.Fatal("one offence in 25 s is under the limit of 3 a minute")
		}
	}
	if at := report(Scan, 1); at != 1 {
		t.Error("a scanner is banned at once")
	}
	c.pass(30 * time.Minute)
	report(BadAuth, 5)
	c.pass(time.Hour)
	report(Scan, 1)
	want := []string{"192.0.2.1/32 garbage 10m0s", "192.0.2.1/32 scan 20m0s", "192.0.2.1/32 bad credentials 25m0s",
		"192.0.2.1/32 scan 10m0s"}
	if fmt.Sprint(spoken) != fmt.Sprint(want) {
		t.Errorf("bans\n got %q\nwant %q", spoken, want)
	}
	if !g.Unban(a.Addr()) || g.Packet(a) != Pass || g.Unban(a.Addr()) {
		t.Error("a ban can be lifted, once")
	}
}

// Anybody can write any source into a datagram: what is not proved bans nobody, however often it comes, and does not
// count towards a ban either.
func TestUnprovedBansNobody(t *testing.T) {
	g := newGuard(t, Config{Limits: Limits{Garbage: 3, BadAuths: 3}, Now: newClock().now})
	a := ap("192.0.2.1")
	for range 1000 {
		for o := range offences {
			if g.Report(a, o, false) {
				t.Fatal("banned for what anybody may have sent")
			}
		}
	}
	if g.Report(a, Garbage, true) || g.Report(a, Garbage, true) {
		t.Error("what was not proved counted towards a ban")
	}
	if !g.Report(a, Garbage, true) || g.Packet(a) != Banned {
		t.Error("what is proved bans nobody")
	}
	if s := g.Stats(); s.Unproved != 3000 || s.NewBans[Garbage] != 1 || s.Bans != 1 {
		t.Errorf("%+v", s)
	}
}

// Trunks, ourselves and addresses of telephones are never banned, neither for an offence nor by hand.
func TestWhoIsNeverBanned(t *testing.T) {
	phones := map[string]bool{"203.0.113.5": true}
	g := newGuard(t, Config{Allow: prefixes("10.0.0.0/8"), Own: prefixes("192.0.2.9", "::1"), Now: newClock().now})
	g.SetPhone(func(a netip.Addr) bool { return phones[a.String()] })
	for addr, want := range map[string]error{"10.1.1.1": ErrTrusted, "192.0.2.9": ErrOwn, "::1": ErrOwn,
		"::ffff:192.0.2.9": ErrOwn, "203.0.113.5": ErrPhone} {
		if g.Report(ap(addr), Scan, true) {
			t.Errorf("%s was banned", addr)
		}
		if _, err := g.Ban(netip.MustParseAddr(addr), time.Hour, "me"); err != want {
			t.Errorf("%s: %v, want %v", addr, err, want)
		}
	}
	late := ap("203.0.113.6")
	if !g.Report(late, Scan, true) || g.Packet(late) != Banned || g.Connect(late) {
		t.Fatal("not banned")
	}
	phones["203.0.113.6"] = true // the owner of the address logs in over another way
	if g.Packet(late) != Pass || !g.Connect(late) {
		t.Error("a telephone is not heard")
	}
}

func TestBanByHand(t *testing.T) {
	c := newClock()
	var kept []Ban
	g := newGuard(t, Config{Now: c.now, OnBan: func(b Ban) { kept = append(kept, b) }})
	b, err := g.Ban(netip.MustParseAddr("2001:db8::5"), time.Hour, "chief")
	if err != nil || b.Source.String() != "2001:db8::/64" || b.Why != Hand || b.By != "chief" ||
		!b.Until.Equal(c.t.Add(time.Hour)) || len(kept) != 1 {
		t.Fatalf("%+v %v", b, err)
	}
	if g.Packet(ap("2001:db8::77")) != Banned {
		t.Error("the subscriber is heard")
	}
	g.Report(ap("192.0.2.1"), Scan, true)
	again := newGuard(t, Config{Now: c.now, OnBan: func(Ban) { t.Error("told again") }})
	again.Restore(g.Banned())
	if got, want := fmt.Sprint(again.Banned()), fmt.Sprint(g.Banned()); got != want {
		t.Errorf("after a restart %s, want %s", got, want)
	}
	c.pass(30 * time.Minute)
	if again.Packet(ap("192.0.2.1")) != Pass || again.Packet(ap("2001:db8::77")) != Banned {
		t.Error("the times of bans are not kept")
	}
}

func TestConnections(t *testing.T) {
	g := newGuard(t, Config{Limits: Limits{Connections: 2}, Allow: prefixes("10.0.0.1"),
		Deny: prefixes("198.51.100.0/24"), Now: newClock().now})
	a := ap("192.0.2.1")
	if !g.Connect(a) || !g.Connect(a) || g.Connect(a) || !g.Connect(ap("192.0.2.2")) || g.Connect(ap("198.51.100.1")) {
		t.Error("not two for each")
	}
	g.Disconnect(a)
	if !g.Connect(a) || g.Connect(a) {
		t.Error("one that has gone leaves no room")
	}
	for range 100 {
		if !g.Connect(ap("10.0.0.1")) {
			t.Fatal("a trunk is limited")
		}
	}
	if s := g.Stats(); s.Connected != 103 || s.Connections != 2 || s.Denied != 1 {
		t.Errorf("%+v", s)
	}
	for range 100 {
		g.Disconnect(ap("10.0.0.1"))
	}
	if s := g.Stats(); s.Connected != 3 {
		t.Errorf("%+v", s)
	}
}

func TestLooksLikeAProxy(t *testing.T) {
	c := newClock()
	g := newGuard(t, Config{Now: c.now})
	a := ap("192.0.2.1")
	for range 100 {
		if g.Refused(a, "13800138000", 1) {
			t.Fatal("one caller is no proxy")
		}
	}
	told := 0
	for i := range 200 {
		if g.Refused(a, fmt.Sprint(13800138000+i), 1) {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	if !g.Refused(ap("192.0.2.2"), "1", 2) {
		t.Error("a call that came through another looks like none")
	}
	one := ap("192.0.2.3")
	for range 20 {
		g.Acknowledged(one)
	}
	for n := 1; ; n++ {
		if g.Refused(one, "1", 1) {
			if n != manyRefused {
				t.Errorf("told after %d refusals", n)
			}
			break
		}
		if n > 1000 {
			t.Fatal("one caller with very many calls in earnest is not told of")
		}
	}
	c.pass(2 * time.Hour)
	if !g.Refused(a, "1", 1) {
		t.Error("not told again after two hours")
	}
}

func TestLimitsChange(t *testing.T) {
	g := newGuard(t, Config{Limits: Limits{Calls: 1, CallBurst: 1}, Now: newClock().now})
	if called(g, ap("192.0.2.1"), 9) != 1 {
		t.Error("not one")
	}
	if err := g.SetLimits(Limits{Calls: 1, CallBurst: 5}); err != nil || called(g, ap("192.0.2.2"), 9) != 5 {
		t.Error("not five", err)
	}
	if err := g.SetLimits(Limits{Ban: 48 * time.Hour}); err == nil || g.Limits().CallBurst != 5 {
		t.Error("limits that cannot be were taken")
	}
	if l := (*Guard)(nil).Limits(); l.Pending >= 0 || l.Calls >= 0 {
		t.Errorf("%+v", l)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	c := newClock()
	g := newGuard(t, Config{MaxSources: 50, MaxBans: 10, Now: c.now})
	bad := ap("203.0.113.1")
	g.Report(bad, Scan, true)
	for i := range 10_000 {
		src := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 1)
		g.Packet(src)
	}
	s := g.Stats()
	if s.Sources != 50 || s.Forgotten < 9_900 {
		t.Errorf("stats %+v", s)
	}
	if g.Packet(bad) != Banned {
		t.Error("a flood from other sources washed a ban out")
	}
	for i := range 100 {
		g.Report(netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, 1, byte(i)}), 1), Scan, true)
	}
	if n := len(g.Banned()); n != 10 {
		t.Errorf("%d bans remembered, want 10", n)
	}
}

func TestNilGuard(t *testing.T) {
	var g *Guard
	src := ap("192.0.2.1")
	if g.Packet(src) != Pass || !g.Call(src) || !g.Connect(src) || g.Report(src, Scan, true) || g.Stats().Passed != 0 ||
		g.Refused(src, "1", 9) ||
		g.Known(src.Addr()) || len(g.Banned()) != 0 || g.Scanner(withAgent("User-Agent: friendly-scanner")) {
		t.Error("a nil guard lets everything pass")
	}
}

func TestConfigContradicts(t *testing.T) {
	for _, c := range []Config{{MaxSources: -1}, {MaxBans: -1}, {Limits: Limits{Window: -1}},
		{Limits: Limits{Ban: 48 * time.Hour}}} {
		if _, err := New(c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}

// However packets are spread in time, no stretch of it lets more pass than its length × rate + burst.
func TestRateHoldsInEveryStretch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.IntRange(1, 50).Draw(t, "rate")
		burst := rapid.IntRange(1, 20).Draw(t, "burst")
		c := newClock()
		g, err := New(Config{Limits: Limits{Packets: float64(rate), PacketBurst: burst}, Now: c.now})
		if err != nil {
			t.Fatal(err)
		}
		var at []time.Time
		for _, gap := range rapid.SliceOfN(rapid.IntRange(0, 300), 1, 120).Draw(t, "gaps in ms") {
			c.pass(time.Duration(gap) * time.Millisecond)
			if g.Packet(ap("192.0.2.1")) == Pass {
				at = append(at, c.t)
			}
		}
		for i := range at {
			for j := i; j < len(at); j++ {
				most := at[j].Sub(at[i]).Seconds()*float64(rate) + float64(burst)
				if n := j - i + 1; float64(n) > most+1e-6 {
					t.Fatalf("%d passed in %v at %d/s and a burst of %d", n, at[j].Sub(at[i]), rate, burst)
				}
			}
		}
	})
}

// The table holds what a plain list would: the latest touched, in order, never more than its limit.
func TestTableForgetsTheOldest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 6).Draw(t, "limit")
		var tab table[int]
		tab.init(limit)
		var model []netip.Addr // newest first
		remove := func(a netip.Addr) bool {
			for i, m := range model {
				if m == a {
					model = append(model[:i:i], model[i+1:]...)
					return true
				}
			}
			return false
		}
		for i := range rapid.IntRange(1, 80).Draw(t, "steps") {
			a := netip.AddrFrom4([4]byte{10, 0, 0, rapid.Byte().Draw(t, "addr") % 9})
			if rapid.IntRange(0, 4).Draw(t, "what") == 0 {
				tab.drop(a)
				remove(a)
			} else {
				v, known := tab.touch(a)
				if had := remove(a); had != known {
					t.Fatalf("step %d: known %v, want %v", i, known, had)
				}
				if !known && *v != 0 {
					t.Fatalf("step %d: a fresh value is %d", i, *v)
				}
				*v = i + 1
				model = append([]netip.Addr{a}, model...)
				model = model[:min(len(model), limit)]
			}
			var got []netip.Addr
			tab.each(func(k netip.Addr, _ *int) { got = append(got, k) })
			if fmt.Sprint(got) != fmt.Sprint(model) || tab.len() != len(model) {
				t.Fatalf("step %d: %v, want %v", i, got, model)
			}
		}
	})
}

func BenchmarkPacket(b *testing.B) {
	g := newGuard(b, Config{Limits: Limits{Packets: -1}})
	src := make([]netip.AddrPort, 4096)
	for i := range src {
		src[i] = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 5060)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		g.Packet(src[i%len(src)])
	}
}
