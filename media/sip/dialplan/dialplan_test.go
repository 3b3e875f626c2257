package dialplan

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rexian/media/sip"
	"rexian/media/sip/trunk"
)

// directory is a registrar that knows where telephones are.
type directory map[string]string

func (d directory) Register(*sip.Request, netip.AddrPort) *sip.Response { return nil }
func (d directory) Contacts(user string) []sip.Contact {
	if at, ok := d[user]; ok {
		return []sip.Contact{{URI: "sip:" + user + "@" + at, Dest: at}}
	}
	return nil
}

type mute struct{}

func (mute) Send(context.Context, *sip.Request) (*sip.Response, error) {
	return nil, errors.New("nobody")
}

func plan(t testing.TB) *Plan {
	t.Helper()
	trunks, err := trunk.New([]trunk.Config{{Name: "carrier", Server: "203.0.113.1", Number: "12366"},
		{Name: "office", Server: "pbx.example", Prefixes: []string{"8"}}},
		trunk.Options{Send: mute{}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(Options{Telephones: []string{"1001", "1002", "13700000000"},
		Fixed:     []string{"sip:boss@192.0.2.50:5070", "sips:desk@Desk.example"},
		Hosts:     []string{"hotline.example", "192.0.2.9", "127.0.0.1"},
		Ports:     func() []uint16 { return []uint16{5060} },
		Registrar: directory{"1001": "192.0.2.1:5060"}, Trunks: trunks,
		Local: func() []netip.Addr { return []netip.Addr{netip.MustParseAddr("10.1.2.3")} }})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRoutes(t *testing.T) {
	p := plan(t)
	for _, c := range []struct{ dialled, want string }{
		{"1001", "sip:1001@192.0.2.1:5060"},
		{"sip:1001@hotline.example", "sip:1001@192.0.2.1:5060"},
		{"sip:1001@192.0.2.9:5060;transport=tcp", "sip:1001@192.0.2.1:5060"},
		{"sip:1001@10.1.2.3", "sip:1001@192.0.2.1:5060"},
		{"sip:1001@127.0.0.1:5060", "sip:1001@192.0.2.1:5060"},
		{"sip:1001@127.0.0.1:5090", ForeignAddress},
		{"1002", "480"},
		{"13700000000", "480"}, // a telephone that is away; its number is not the trunk's to try
		{"sip:13700000000@hotline.example", "480"},
		{"sip:boss@192.0.2.50:5070", "sip:boss@192.0.2.50:5070"},
		{"sips:desk@desk.example:5061", "sips:desk@Desk.example"},
		{"sip:boss@192.0.2.50", ForeignAddress}, // another port
		{"sip:other@192.0.2.50:5070", ForeignAddress},
		{"13800138000", "carrier sip:13800138000@203.0.113.1:5060"},
		{"tel:+86-138-0013-8000", "carrier sip:+8613800138000@203.0.113.1:5060"},
		{"sip:13800138000@hotline.example;user=phone", "carrier sip:13800138000@203.0.113.1:5060"},
		// as the carrier writes its callers
		{"sip:13800138000@203.0.113.1", "carrier sip:13800138000@203.0.113.1:5060"},
		{"sip:13800138000;npdi@hotline.example", "carrier sip:13800138000@203.0.113.1:5060"},
		{"8001", "office sip:8001@pbx.example:5060"},
		{"7001", trunk.NoNumber},
		{"0085288888888", trunk.Abroad},
		{"sip:0085288888888@203.0.113.1", trunk.Abroad},
		{"sip:0085288888888@hotline.example", trunk.Abroad},
		{"tel:+85266666666", trunk.Abroad},
		{"sip:anything@198.51.100.7", ForeignAddress},
		{"sip:1001@198.51.100.7", ForeignAddress},
		{"sip:13800138000@evil.example", ForeignAddress},
		{"sip:198.51.100.7", ForeignAddress},
		{"sip:hotline.example", NoNumber},
		{"sip:zhang@hotline.example", NoNumber},
		{"http://hotline.example/", NoNumber},
		{"sip:", NoNumber}, {"tel:", NoNumber}, {"", NoNumber}, {"anonymous", NoNumber},
	} {
		routes, err := p.Routes(sip.Outbound{To: c.dialled, From: "anonymous"})
		var b *sip.Barred
		var f *sip.Failure
		got := ""
		switch {
		case errors.As(err, &b):
			got = b.Reason
			if b.Failure == nil || b.Failure.Status < 400 {
				t.Errorf("%s: %+v", c.dialled, b.Failure)
			}
		case errors.As(err, &f) && f.Status == 480:
			got = "480"
		case err != nil:
			got = err.Error()
		default:
			got = strings.TrimSpace(routes[0].Trunk + " " + routes[0].URI)
		}
		if got != c.want {
			t.Errorf("%q: %q, want %q", c.dialled, got, c.want)
		}
	}
	p.o.Trunks = nil
	var b *sip.Barred
	if _, err := p.Routes(sip.Outbound{To: "13800138000"}); !errors.As(err, &b) || b.Reason != NoTrunk {
		t.Errorf("without a trunk: %v", err)
	}
	if _, err := New(Options{Fixed: []string{"sip:"}}); err == nil {
		t.Error("a fixed telephone that is nowhere")
	}
}

// What leads to this server and to no telephone of it is a number that a flow may answer.
func TestOwnNumbers(t *testing.T) {
	p := plan(t)
	for dialled, want := range map[string]string{"12366": "12366", "sip:12366@hotline.example": "12366",
		"sip:+86-531-12366@10.1.2.3": "+8653112366", "tel:12366": "12366",
		"sip:12366;npdi@127.0.0.1:5060": "12366",
		"sip:12366@127.0.0.1:5090":      "", "sip:12366@evil.example": "", "1001": "",
		"sip:1002@hotline.example": "",
		"sip:":                     ""} {
		if got, ok := p.Own(dialled); got != want || ok != (want != "") {
			t.Errorf("%q is our number %q (%v), want %q", dialled, got, ok, want)
		}
	}
}

// Whatever is dialled, a call goes to a telephone of the configuration or over a trunk to a number at home.
func TestNobodyElseIsCalled(t *testing.T) {
	p := plan(t)
	rapid.Check(t, func(t *rapid.T) {
		dialled := rapid.OneOf(rapid.String(),
			rapid.StringMatching(`(sips?|tel|SIP):[0-9a-z%+*;=.-]{0,14}@?(203\.0\.113\.1|hotline\.example|evil\.example|192\.0\.2\.50)?[:;?][0-9a-z=;?&.@]{0,12}`),
			rapid.StringMatching(`[+0-9*#]{0,16}`)).Draw(t, "dialled")
		routes, err := p.Routes(sip.Outbound{To: dialled})
		if err != nil {
			return
		}
		for _, r := range routes {
			known := r.URI == "sip:1001@192.0.2.1:5060" || r.URI == "sip:boss@192.0.2.50:5070" ||
				r.URI == "sips:desk@Desk.example"
			carrier := r.Trunk == "carrier" && r.Dest == "203.0.113.1:5060" &&
				!strings.HasPrefix(r.URI, "sip:00") &&
				(!strings.HasPrefix(r.URI, "sip:+") || strings.HasPrefix(r.URI, "sip:+86"))
			office := r.Trunk == "office" && r.Dest == "pbx.example:5060"
			if !known && !carrier && !office {
				t.Fatalf("%q leads to %+v", dialled, r)
			}
		}
	})
}
