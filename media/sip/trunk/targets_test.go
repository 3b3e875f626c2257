package trunk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip"
)

// zone is a name server of the test's.
type zone struct {
	srv  map[string][]*net.SRV // by "_service._proto.name"
	host map[string][]string
}

func (z zone) options(o *Options) {
	o.SRV = func(_ context.Context, service, proto, name string) ([]*net.SRV, error) {
		if list := z.srv["_"+service+"._"+proto+"."+name]; list != nil {
			return list, nil
		}
		return nil, errors.New("no such service")
	}
	o.Resolve = func(_ context.Context, host string) ([]netip.Addr, error) {
		var list []netip.Addr
		for _, a := range z.host[host] {
			list = append(list, netip.MustParseAddr(a))
		}
		if list == nil {
			return nil, errors.New("no such host")
		}
		return list, nil
	}
}

var carrierZone = zone{srv: map[string][]*net.SRV{
	"_sip._udp.carrier.example": {{Target: "b.carrier.example.", Port: 5080, Priority: 20, Weight: 1},
		{Target: "a.carrier.example.", Port: 5070, Priority: 10, Weight: 1},
		{Target: "gone.carrier.example.", Port: 5070, Priority: 5}},
	"_sips._tcp.secure.example": {{Target: "a.carrier.example.", Port: 5071}},
	"_sip._udp.none.example":    {{Target: ".", Port: 0}},
}, host: map[string][]string{"a.carrier.example": {"198.51.100.1"}, "b.carrier.example": {"198.51.100.2"},
	"plain.example": {"198.51.100.4", "198.51.100.3"}, "none.example": {"198.51.100.9"}}}

// ways writes the routes of a call as first hops.
func ways(t *testing.T, s *Set) string {
	t.Helper()
	routes, err := s.Routes("", "13800138000", "")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, r := range routes {
		list = append(list, r.Dest)
	}
	return strings.Join(list, " ")
}

// A name's SRV records say where calls go, in their order; a port in the configuration says that there are none to be
// asked for, and each address of a name is a target (RFC 3263, 4.2).
func TestTargets(t *testing.T) {
	for _, c := range []struct{ name, server, transport, want, uri string }{
		{"records", "carrier.example", "", "198.51.100.1:5070 198.51.100.2:5080", "sip:13800138000@carrier.example"},
		{"a port", "plain.example:5090", "", "198.51.100.3:5090 198.51.100.4:5090",
			"sip:13800138000@plain.example:5090"},
		{"no records", "plain.example", "", "198.51.100.3:5060 198.51.100.4:5060",
			"sip:13800138000@plain.example:5060"},
		{"no such service", "none.example", "", "none.example:5060", "sip:13800138000@none.example:5060"},
		{"over TLS", "secure.example", "tls", "198.51.100.1:5071", "sip:13800138000@secure.example;transport=tls"},
		{"an address", "10.0.0.1", "", "10.0.0.1:5060", "sip:13800138000@10.0.0.1:5060"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, _, stop := run(t, &carrier{}, []Config{{Name: "t", Server: c.server, Transport: c.transport}},
				carrierZone.options)
			defer stop()
			time.Sleep(time.Second)
			if got := ways(t, s); got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
			routes, _ := s.Routes("", "13800138000", "")
			if routes[0].URI != c.uri {
				t.Errorf("%s: %s, want %s", c.name, routes[0].URI, c.uri)
			}
		})
	}
}

// A target that fails is left for half a minute; the trunk is left only when all are. The calls of all targets are the
// trunk's.
func TestATargetThatFailsIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, stop := run(t, &carrier{}, []Config{{Name: "t", Server: "carrier.example", Ping: -1},
			{Name: "other", Server: "10.0.0.2", Ping: -1, Priority: 1}}, carrierZone.options)
		defer stop()
		synctest.Wait() // the name is looked up though nobody logs in or asks
		expect(t, "all", ways(t, s), "198.51.100.1:5070 198.51.100.2:5080 10.0.0.2:5060")
		s.Failed(sip.Route{Trunk: "t", Dest: "198.51.100.1:5070"}, 503, 0)
		expect(t, "the first failed", ways(t, s), "198.51.100.2:5080 10.0.0.2:5060")
		s.Failed(sip.Route{Trunk: "t", Dest: "198.51.100.2:5080"}, 408, 0)
		expect(t, "both failed", ways(t, s), "10.0.0.2:5060")
		if !s.Status()[0].Paused {
			t.Error("the trunk is not told to be left")
		}
		time.Sleep(pause + time.Second)
		expect(t, "later", ways(t, s), "198.51.100.1:5070 198.51.100.2:5080 10.0.0.2:5060")
		s.Failed(sip.Route{Trunk: "t", Dest: "198.51.100.1:5070"}, 503, 2*time.Minute)
		time.Sleep(pause + time.Second)
		expect(t, "it asked for more", ways(t, s), "198.51.100.2:5080 10.0.0.2:5060")
		time.Sleep(2 * time.Minute)
		expect(t, "that is over", ways(t, s), "198.51.100.1:5070 198.51.100.2:5080 10.0.0.2:5060")
		for _, a := range []string{"198.51.100.1", "198.51.100.2"} {
			if name, ok := s.Authorized(netip.MustParseAddrPort(a + ":1")); !ok || name != "t" {
				t.Errorf("%s is not the trunk's", a)
			}
		}
	})
}

// A log-in goes to the next target when the first does not answer.
func TestALoginTriesTheNextTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []string
		c := &carrier{answer: func(req *wire.Request) *wire.Response {
			asked = append(asked, req.MessageData.Destination())
			if strings.HasPrefix(req.MessageData.Destination(), "198.51.100.1:") {
				return wire.NewResponseFromRequest(req, 503, "Down", nil)
			}
			return nil
		}}
		login := account()
		login.Server, login.Ping = "carrier.example", -1
		s, _, stop := run(t, c, []Config{login}, carrierZone.options)
		time.Sleep(time.Second)
		st := s.Status()[0]
		if st.State != Up || !st.Registered {
			t.Errorf("%+v", st)
		}
		c.set(func() {
			if got := strings.Join(asked, " "); !strings.HasPrefix(got, "198.51.100.1:5070 198.51.100.2:5080") {
				t.Errorf("asked %s", got)
			}
		})
		stop()
	})
}

// Of trunks that are equal otherwise, calls go to each as its weight says.
func TestWeights(t *testing.T) {
	random := 0.0
	s, err := New([]Config{{Name: "a", Server: "10.0.0.1", Weight: 1}, {Name: "b", Server: "10.0.0.2", Weight: 3},
		{Name: "c", Server: "10.0.0.3"}},
		Options{Send: &carrier{}, Logger: slog.New(slog.DiscardHandler), Random: func() float64 {
			random += 0.001
			return random - float64(int(random))
		}})
	if err != nil {
		t.Fatal(err)
	}
	first := map[string]int{}
	for range 4000 {
		routes, err := s.Routes("", "13800138000", "")
		if err != nil || len(routes) != 3 || routes[2].Trunk != "c" {
			t.Fatalf("%v %v", routes, err)
		}
		first[routes[0].Trunk]++
	}
	if first["a"] < 900 || first["a"] > 1100 || first["a"]+first["b"] != 4000 {
		t.Errorf("%v", first)
	}
}

// A call that turns to another target is one call for the rate.
func TestATargetIsNotANewCall(t *testing.T) {
	s := newSet(t, Config{Name: "t", Server: "10.0.0.1", PerSecond: 1})
	for i, want := range []bool{true, true, false} {
		c, err := s.Seize(sip.Route{Trunk: "t", Again: i == 1})
		if (err == nil) != want {
			t.Errorf("%d: %v", i, err)
		}
		if c != nil {
			c.Release()
		}
	}
}

// A server that listens on every address logs in with the one that the carrier reaches it at over the trunk's
// transport.
func TestTheAddressOfALogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var contact string
		c := &carrier{answer: func(req *wire.Request) *wire.Response {
			if req.Method == wire.REGISTER {
				contact = fmt.Sprint(req.Contact().Address.Host, ":", req.Contact().Address.Port)
			}
			return nil
		}}
		login := account()
		login.Ping = -1
		_, _, stop := run(t, c, []Config{login}, func(o *Options) {
			o.Contact = "0.0.0.0:5060"
			o.Reach = func(transport string, from netip.Addr) (string, bool) {
				return "192.0.2.7:5070", transport == login.Transport || transport == "udp" && from.IsValid()
			}
		})
		time.Sleep(time.Second)
		stop()
		if contact != "192.0.2.7:5070" {
			t.Errorf("the log-in is from %q", contact)
		}
	})
}

// A name that is configured without port and transport is reached as its NAPTR records say.
func TestTheTransportOfAName(t *testing.T) {
	srv := map[string][]*net.SRV{"tls.example": {{Target: "a.carrier.example.", Port: 5071}}}
	for _, c := range []struct {
		name    string
		records []NAPTR
		want    string
	}{
		{"TLS before UDP", []NAPTR{{20, 1, "s", "SIP+D2U", "", "udp.example."},
			{10, 9, "S", "sips+d2t", "", "tls.example."}},
			"sip:13800138000@plain.example;transport=tls 198.51.100.1:5071 tls"},
		{"nothing that we speak", []NAPTR{{10, 1, "s", "SIP+D2W", "", "ws.example."},
			{10, 1, "u", "SIP+D2T", "!x!y!", ""}},
			"sip:13800138000@plain.example:5060 198.51.100.3:5060 udp"},
		{"none", nil, "sip:13800138000@plain.example:5060 198.51.100.3:5060 udp"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, _, stop := run(t, &carrier{}, []Config{{Name: "t", Server: "plain.example"}}, func(o *Options) {
				carrierZone.options(o)
				o.SRV = func(_ context.Context, service, proto, name string) ([]*net.SRV, error) {
					if service+proto == "" {
						return srv[name], nil
					}
					return nil, errors.New("no such service")
				}
				o.NAPTR = func(context.Context, string) ([]NAPTR, error) { return c.records, nil }
			})
			defer stop()
			time.Sleep(time.Second)
			routes, err := s.Routes("", "13800138000", "")
			if err != nil {
				t.Fatal(err)
			}
			if got := routes[0].URI + " " + routes[0].Dest + " " + routes[0].Transport; got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		})
	}
}
