package sip

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/validate"
	"rexian/number"
)

// received is a call whose INVITE has these header lines, beside those that every one has.
func received(t testing.TB, o Origin, from, dialled string, lines ...string) *Call {
	t.Helper()
	text := "INVITE " + dialled +
		" SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKa\r\nMax-Forwards: 70\r\nFrom: " + from +
		";tag=1\r\n" +
		"To: <sip:12366@b>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\nContact: <sip:a@127.0.0.1>\r\n"
	for _, l := range lines {
		text += l + "\r\n"
	}
	m, err := validate.NewParser().ParseSIP([]byte(text + "Content-Length: 0\r\n\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	c := &Call{origin: o, inbound: true}
	c.opening.Store(openedBy(m.(*wire.Request), true, &o).settled())
	return c
}

func TestCaller(t *testing.T) {
	t.Parallel()
	const (
		anonymous = `"Anonymous" <sip:anonymous@anonymous.invalid>`
		pilot     = `<sip:053112366@127.0.0.1>` // the trunk's number in place of the caller's
		pai       = `P-Asserted-Identity: `
	)
	trusted := Origin{Asserts: true}
	for _, c := range []struct {
		name   string
		origin Origin
		from   string
		lines  []string
		want   Caller
	}{
		{"From", Origin{}, "<sip:+86-139-0013-9000@c>", nil, Caller{Number: "13900139000"}},
		{"From with a name", Origin{}, `"Zhang" <sip:8613900139000@c;user=phone>`, nil,
			Caller{Number: "13900139000", Display: "Zhang"}},
		{"From of a tel URI", Origin{}, "<tel:88880000;phone-context=+86-531>", nil, Caller{Number: "053188880000"}},
		{"a telephone here", Origin{}, "<sip:1001@c>", nil, Caller{Number: "1001"}},
		{"a name", Origin{}, "<sip:zhang.san@c>", nil, Caller{Number: "zhang.san"}},
		{"the digit for a line", Origin{Rules: number.Rules{StripIn: []string{"9"}}}, "<sip:913900139000@c>", nil,
			Caller{Number: "13900139000"}},
		{"our area", Origin{Rules: number.Rules{Area: "0531"}}, "<sip:88880000@c>", nil,
			Caller{Number: "053188880000"}},
		{"anonymous", Origin{}, anonymous, nil, Caller{Withheld: true}},
		{"anonymous by its host", Origin{}, "<sip:13900139000@anonymous.invalid>", nil, Caller{Withheld: true}},
		{"unavailable", Origin{}, "<sip:Unavailable@c>", nil, Caller{Withheld: true}},
		{"nobody", Origin{}, "<sip:10.0.0.1>", nil, Caller{Withheld: true}},
		{"asserted by a stranger", Origin{}, pilot, []string{pai + "<sip:+8613900139000@ims>"},
			Caller{Number: "053112366"}},
		{"asserted for an anonymous caller", trusted, anonymous,
			[]string{pai + "<sip:+8613900139000@ims.example;user=phone>"},
			Caller{Number: "13900139000", Asserted: true}},
		{"asserted for the pilot number", trusted, pilot,
			[]string{pai + `"Li" <sip:+8613900139000;npdi;rn=+8613800000000@ims.example>`},
			Caller{Number: "13900139000", Display: "Li", Asserted: true}},
		{"asserted as tel", trusted, pilot, []string{pai + "<tel:+86-139-0013-9000>"},
			Caller{Number: "13900139000", Asserted: true}},
		{"asserted twice: the one that is a number", trusted, pilot,
			[]string{pai + `"L, i" <sip:li@ims.example>, <tel:+8613900139000>`},
			Caller{Number: "13900139000", Asserted: true}},
		{"asserted, and to be kept from us", trusted, pilot,
			[]string{pai + "<tel:+8613900139000>", "Privacy: id;critical"},
			Caller{Withheld: true, Asserted: true}},
		{"asserted, with no wish", trusted, pilot, []string{pai + "<tel:+8613900139000>", "Privacy: none"},
			Caller{Number: "13900139000", Asserted: true}},
		{"nothing of use asserted", trusted, pilot, []string{pai + "<sip:anonymous@anonymous.invalid>"},
			Caller{Number: "053112366"}},
		{"no address asserted", trusted, pilot, []string{pai + "<<<"}, Caller{Number: "053112366"}},
		{"Remote-Party-ID", trusted, anonymous,
			[]string{`Remote-Party-ID: "Li" <sip:013900139000@c>;party=calling;screen=yes;privacy=off`},
			Caller{Number: "13900139000", Display: "Li", Asserted: true}},
		{"Remote-Party-ID, private", trusted, anonymous,
			[]string{"Remote-Party-ID: <sip:13900139000@c>;party=calling;privacy=full"},
			Caller{Withheld: true, Asserted: true}},
		{"Remote-Party-ID of the called party", trusted, pilot, []string{"Remote-Party-ID: <sip:12366@c>;party=called"},
			Caller{Number: "053112366"}},
		{"Remote-Party-ID of a stranger", Origin{}, pilot, []string{"Remote-Party-ID: <sip:13900139000@c>"},
			Caller{Number: "053112366"}},
		{"a wish of whoever calls", Origin{}, "<sip:13900139000@c>", []string{"Privacy: user"}, Caller{Withheld: true}},
	} {
		if got := received(t, c.origin, c.from, "sip:12366@b", c.lines...).Caller(); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestDialled(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"sip:+8653112366@b": "053112366", "sip:12366@b;user=phone": "12366", "tel:+86-400-001-2366": "4000012366",
		"sip:+8653112366;npdi;rn=+8653100000@b": "053112366", "sip:%2B8653112366@b": "053112366", "sip:8001@b": "8001",
	} {
		if got := received(t, Origin{}, "<sip:1@a>", uri).Dialled(); got != want {
			t.Errorf("%s: %q, want %q", uri, got, want)
		}
	}
}

func TestForwarders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lines []string
		want  []Forwarder
	}{
		{nil, nil},
		{[]string{`Diversion: <sip:+8653188880000@c>;reason=user-busy;counter=1, "A, B" <tel:+8653112366>;reason="no-answer"`},
			[]Forwarder{{"053188880000", "user-busy"}, {"053112366", "no-answer"}}},
		{[]string{"Diversion: <sip:8001@c>;reason=unconditional", "Diversion: <sip:anonymous@anonymous.invalid>"},
			[]Forwarder{{"8001", "unconditional"}}},
		{[]string{"History-Info: <sip:+8653188880000@c?Reason=SIP%3Bcause%3D486>;index=1, <sip:12366@c>;index=1.1;mp=1"}, []Forwarder{{"053188880000", "486"}}},
		{[]string{"History-Info: <sip:+8653188880000@c>;index=1", "History-Info: <sip:12366@c;cause=302>;index=1.1"},
			[]Forwarder{{"053188880000", "302"}}},
		{[]string{"History-Info: <sip:12366@c>;index=1"}, nil},
		{[]string{"Diversion: " + strings.Repeat("<sip:8001@c>,", 20) + "<sip:8001@c>"},
			[]Forwarder{{"8001", ""}, {"8001", ""}, {"8001", ""}, {"8001", ""},
				{"8001", ""}, {"8001", ""}, {"8001", ""}, {"8001", ""}}},
	} {
		if got := received(t, Origin{}, "<sip:1@a>", "sip:12366@b", c.lines...).Forwarders(); !reflect.DeepEqual(got,
			c.want) {
			t.Errorf("%q: %+v, want %+v", c.lines, got, c.want)
		}
	}
}

// Whatever a stranger writes, it is read without a fault, and nothing of it breaks a line of the log.
func FuzzCaller(f *testing.F) {
	f.Add(`"a\"b" <sip:+8613900139000;npdi@c>;party=calling`, "id")
	f.Add("<tel:1;phone-context=+86>, <sip:a@b?Reason=SIP%3Bcause%3D>", "none;id")
	f.Fuzz(func(t *testing.T, v, privacy string) {
		req := wire.NewRequest(wire.INVITE, wire.Uri{Scheme: "sip", User: "12366", Host: "b"})
		req.AppendHeader(&wire.FromHeader{Address: wire.Uri{Scheme: "sip", User: v, Host: "a"}})
		for _, h := range []string{"P-Asserted-Identity", "Remote-Party-ID", "Diversion", "History-Info"} {
			req.AppendHeader(wire.NewHeader(h, v))
		}
		req.AppendHeader(wire.NewHeader("Privacy", privacy))
		who := fmt.Sprint(callerOf(req, "", &Origin{Asserts: true}), forwardersOf(req, number.Rules{}))
		if strings.ContainsAny(who, "\r\n\x00") {
			t.Fatalf("%q", who)
		}
	})
}
