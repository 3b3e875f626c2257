package trunk

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rexian/media/sip/digest"
)

// names lists the trunks with their states.
func names(s *Set) string {
	var list []string
	for _, st := range s.Status() {
		list = append(list, st.Name+" "+st.State.String())
	}
	return strings.Join(list, ", ")
}

// TestReplace: other trunks are taken while calls are on. One that stays as it is keeps its log-in, one that is changed
// logs out and in again, one that is gone logs out; what is wrong changes nothing.
func TestReplace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &carrier{}
		networks := 0
		s, _, stop := run(t, c, []Config{account()}, func(o *Options) { o.OnNetworks = func() { networks++ } })
		replace := func(list ...Config) {
			t.Helper()
			if err := s.Replace(list); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
		expect(t, "the first log-in", c.log(), "0s REGISTER 100")
		other := Config{Name: "telecom", Server: "10.0.0.2", Prefixes: []string{"138"}, Channels: 1, Ping: -1}
		replace(account(), other)
		time.Sleep(time.Second)
		expect(t, "one stays, one is new", c.log(), "")
		expect(t, "the trunks", names(s), "unicom up, telecom unknown")
		if _, ok := s.Origin(netip.MustParseAddrPort("10.0.0.2:5060")); !ok || networks != 1 {
			t.Errorf("where the new one is: %v, told %d times", ok, networks)
		}
		call, why := seize(s, "telecom")
		if why != "" {
			t.Fatal(why)
		}

		changed := account()
		changed.Secret = digest.NewSecret("new")
		other.Priority = 5
		replace(other, changed)
		time.Sleep(time.Second)
		expect(t, "a changed one", c.log(), "2s REGISTER 0, 2s REGISTER 100")
		expect(t, "the trunks", names(s), "telecom unknown, unicom up")
		if _, why := seize(s, "telecom"); why != Full {
			t.Errorf("the call that is on takes no channel: %q", why)
		}
		call.Release()
		if _, why := seize(s, "telecom"); why != "" {
			t.Errorf("the channel was not given back: %s", why)
		}

		for _, wrong := range [][]Config{{{Name: "x"}}, {other, other},
			{{Name: "x", Server: "10.0.0.3", Transport: "sctp"}}} {
			if s.Check(wrong) == nil || s.Replace(wrong) == nil {
				t.Errorf("taken: %+v", wrong)
			}
		}
		expect(t, "after what was wrong", names(s), "telecom unknown, unicom up")

		replace(other)
		time.Sleep(time.Second)
		expect(t, "one that is gone", c.log(), "3s REGISTER 0")
		replace()
		if _, err := s.Routes("", "13800138000", ""); err == nil {
			t.Error("a number goes out over no trunk")
		}
		replace(account())
		time.Sleep(time.Second)
		expect(t, "one that is back", c.log(), "4s REGISTER 100")
		stop()
		expect(t, "the end", c.log(), "5s REGISTER 0")
		replace(other)
		expect(t, "after the end", c.log(), "")
	})
}

// TestReplaceKeepsTheDay: what a changed trunk has carried today counts on, and is written down once.
func TestReplaceKeepsTheDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{}
		c := Config{Name: "t", Server: "10.0.0.1", Minutes: 3, Ping: -1}
		s, _, stop := run(t, &carrier{}, []Config{c}, func(o *Options) { o.Tally = l })
		call, _ := seize(s, "t")
		call.Answered()
		time.Sleep(65 * time.Second)
		c.Minutes = 2
		if err := s.Replace([]Config{c}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(60 * time.Second)
		if _, why := seize(s, "t"); why != Spent {
			t.Errorf("two minutes have gone by: %q", why)
		}
		call.Release()
		stop()
		for day, n := range l.sums {
			expect(t, day, fmt.Sprint(n), "125")
		}
	})
}
