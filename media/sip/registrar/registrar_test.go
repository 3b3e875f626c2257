package registrar

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emiago/sipgo/sip"
	"pgregory.net/rapid"

	"rexian/media/sip/digest"
	"rexian/media/sip/validate"
)

type clock struct{ t time.Time }

func (c *clock) now() time.Time       { return c.t }
func (c *clock) pass(d time.Duration) { c.t = c.t.Add(d) }

var source = netip.MustParseAddrPort("192.0.2.1:5070")

func newRegistrar(t testing.TB, change func(*Config)) (*Registrar, *clock) {
	t.Helper()
	c := &clock{time.Date(2026, 10, 8, 9, 0, 0, 0, time.UTC)}
	cfg := Config{Domains: []string{"hotline.example", "192.0.2.9"}, Now: c.now,
		Proxy: func(string) bool { return true }}
	if change != nil {
		change(&cfg)
	}
	r, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r, c
}

// request builds a REGISTER of 1001 with CSeq n and further header lines.
func request(t testing.TB, n int, lines ...string) *sip.Request {
	t.Helper()
	text := "REGISTER sip:hotline.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKa\r\nFrom: <sip:1001@hotline.example>;tag=1\r\n" +
		"To: <sip:1001@hotline.example>\r\nCall-ID: c1\r\nMax-Forwards: 70\r\nCSeq: " + fmt.Sprint(n) + " REGISTER\r\n"
	for _, l := range lines {
		name, _, _ := strings.Cut(l, ":")
		if name == "To" || name == "Call-ID" || name == "REGISTER sip" {
			at := strings.Index(text, name+":")
			end := at + strings.Index(text[at:], "\r\n")
			text = text[:at] + l + text[end:]
			continue
		}
		text += l + "\r\n"
	}
	m, err := validate.NewParser().ParseSIP([]byte(text + "Content-Length: 0\r\n\r\n"))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	req := m.(*sip.Request)
	req.SetTransport("UDP")
	req.SetSource(source.String())
	return req
}

// contacts are the Contact fields of an answer.
func contacts(res *sip.Response) string {
	var list []string
	for _, h := range res.GetHeaders("contact") {
		list = append(list, h.Value())
	}
	return strings.Join(list, " | ")
}

func TestRegister(t *testing.T) {
	type step struct {
		after  time.Duration
		lines  []string
		status int
		want   string // Contact fields of the answer
		header string // another field it carries
	}
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"come, ask, refresh, leave", []step{
			{0, []string{"Contact: <sip:a@192.0.2.1:5070>;expires=120"}, 200, "<sip:a@192.0.2.1:5070>;expires=120",
				"Date: Thu, 08 Oct 2026 09:00:00 GMT"},
			{30 * time.Second, nil, 200, "<sip:a@192.0.2.1:5070>;expires=90", ""},
			{0, []string{"Contact: <sip:a@192.0.2.1:5070>", "Expires: 300"}, 200, "<sip:a@192.0.2.1:5070>;expires=300",
				""},
			{0, []string{"Contact: <sip:a@192.0.2.1:5070>", "Expires: 0"}, 200, "", ""},
			{0, nil, 200, "", ""},
		}},
		{"runs out", []step{
			{0, []string{"Contact: <sip:a@192.0.2.1>;expires=60"}, 200, "<sip:a@192.0.2.1>;expires=60", ""},
			{60 * time.Second, nil, 200, "", ""},
		}},
		{"several contacts", []step{
			{0, []string{"Contact: <sip:a@192.0.2.1>;q=0.5, <sip:b@192.0.2.1>;expires=90", "Expires: 200"}, 200,
				"<sip:a@192.0.2.1>;q=0.5;expires=200 | <sip:b@192.0.2.1>;expires=90", ""},
			{0, []string{"Contact: <sip:a@192.0.2.1>;expires=0"}, 200, "<sip:b@192.0.2.1>;expires=90", ""},
			{0, []string{"Contact: *", "Expires: 0"}, 200, "", ""},
		}},
		{"asks too short and too long", []step{
			{0, []string{"Contact: <sip:a@192.0.2.1>;expires=59"}, 423, "", "Min-Expires: 60"},
			{0, []string{"Contact: <sip:a@192.0.2.1>;expires=100, <sip:b@192.0.2.1>;expires=1"}, 423, "", ""},
			{0, nil, 200, "", ""}, // nothing of it was done
			{0, []string{"Contact: <sip:a@192.0.2.1>;expires=99999"}, 200, "<sip:a@192.0.2.1>;expires=3600", ""},
			{0, []string{"Contact: <sip:a@192.0.2.1>;expires=280297596632815"}, 200, "<sip:a@192.0.2.1>;expires=3600",
				""},
			{0, []string{"Contact: <sip:a@192.0.2.1>", "Expires: " + strings.Repeat("9", 60)}, 200,
				"<sip:a@192.0.2.1>;expires=3600", ""},
			{0, []string{"Contact: <sip:a@192.0.2.1>", "Expires: soon"}, 200, "<sip:a@192.0.2.1>;expires=600", ""},
			{0, []string{"Contact: <sip:a@192.0.2.1>"}, 200, "<sip:a@192.0.2.1>;expires=600", ""},
		}},
		{"the star stands alone", []step{
			{0, []string{"Contact: *"}, 400, "", ""},
			{0, []string{"Contact: *", "Expires: 60"}, 400, "", ""},
			{0, []string{"Contact: *", "Contact: <sip:a@192.0.2.1>", "Expires: 0"}, 400, "", ""},
		}},
		{"what is no contact", []step{
			{0, []string{"Contact: <mailto:a@b.c>"}, 400, "", ""},
			{0, []string{"Contact: <sip:a@192.0.2.1>;q=2"}, 400, "", ""},
			{0, []string{"Contact: <sip:a@192.0.2.1>;q=NaN"}, 400, "", ""},
			{0, []string{"Contact: <sip:a b>"}, 400, "", ""},
		}},
		{"addresses that are one", []step{
			{0, []string{"Contact: <sip:a@HOST.example;x=1>"}, 200, "<sip:a@HOST.example;x=1>;expires=600", ""},
			{0, []string{"Contact: <sip:a@host.example;y=2>"}, 200, "<sip:a@host.example;y=2>;expires=600", ""},
			{0, []string{"Contact: <sip:a@host.example;transport=tcp>"}, 200,
				"<sip:a@host.example;y=2>;expires=600 | <sip:a@host.example;transport=tcp>;expires=600", ""},
			{0, []string{"Contact: <sip:A@host.example>"}, 200,
				"<sip:a@host.example;y=2>;expires=600 | <sip:a@host.example;transport=tcp>;expires=600 | <sip:A@host.example>;expires=600", ""},
		}},
		{"too many", []step{
			{0, []string{"Contact: <sip:a1@b.c>, <sip:a2@b.c>, <sip:a3@b.c>"}, 200,
				"<sip:a1@b.c>;expires=600 | <sip:a2@b.c>;expires=600 | <sip:a3@b.c>;expires=600", ""},
			{0, []string{"Contact: <sip:a4@b.c>, <sip:a5@b.c>"}, 403, "", ""},
			{0, []string{"Contact: <sip:a1@b.c>;expires=0, <sip:a4@b.c>"}, 200,
				"<sip:a2@b.c>;expires=600 | <sip:a3@b.c>;expires=600 | <sip:a4@b.c>;expires=600", ""},
		}},
		{"proxies on the way", []step{
			{0, []string{"Contact: <sip:a@b.c>", `Path: <sip:p1.example;lr>, "x, y" <sip:p2.example;lr>`,
				"Supported: path"}, 200, "<sip:a@b.c>;expires=600",
				"Path: <sip:p1.example;lr>, \"x, y\" <sip:p2.example;lr>"},
		}},
		{"flows of one telephone", []step{
			{0, []string{`Contact: <sip:a@192.0.2.1:1>;+sip.instance="<urn:uuid:1>";reg-id=1`,
				"Supported: path, outbound"}, 200,
				`<sip:a@192.0.2.1:1>;+sip.instance="<urn:uuid:1>";reg-id=1;expires=600`, "Require: outbound"},
			{0, []string{`Contact: <sip:a@192.0.2.1:2>;+sip.instance="<urn:uuid:1>";reg-id=2`, "Supported: outbound"},
				200, `<sip:a@192.0.2.1:1>;+sip.instance="<urn:uuid:1>";reg-id=1;expires=600 | <sip:a@192.0.2.1:2>;+sip.instance="<urn:uuid:1>";reg-id=2;expires=600`, ""},
			{0, []string{`Contact: <sip:a@192.0.2.1:3>;+sip.instance="<urn:uuid:1>";reg-id=1`, "Supported: outbound"},
				200, `<sip:a@192.0.2.1:3>;+sip.instance="<urn:uuid:1>";reg-id=1;expires=600 | <sip:a@192.0.2.1:2>;+sip.instance="<urn:uuid:1>";reg-id=2;expires=600`, ""},
			{0, []string{`Contact: <sip:a@192.0.2.1:3>;+sip.instance="<urn:uuid:1>";reg-id=0`, "Supported: outbound"},
				400, "", ""},
			{0, []string{`Contact: <sip:a@192.0.2.1:9>;+sip.instance="<urn:uuid:1>";reg-id=4`, "Supported: outbound",
				"Via: SIP/2.0/UDP 192.0.2.77;branch=z9hG4bKp"}, 439, "", ""},
		}},
		{"another's domain, another's name", []step{
			{0, []string{"REGISTER sip:elsewhere.example SIP/2.0"}, 404, "", ""},
			{0, []string{"To: <sip:1001@elsewhere.example>"}, 404, "", ""},
			{0, []string{"To: <sip:hotline.example>"}, 404, "", ""},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, clk := newRegistrar(t, func(c *Config) { c.MaxContacts = 3 })
			for i, s := range c.steps {
				clk.pass(s.after)
				res := r.Register(request(t, i+1, s.lines...), source)
				if res.StatusCode != s.status {
					t.Fatalf("step %d: %d %s, want %d", i+1, res.StatusCode, res.Reason, s.status)
				}
				if got := contacts(res); got != s.want {
					t.Errorf("step %d:\n got %s\nwant %s", i+1, got, s.want)
				}
				if s.header != "" && !strings.Contains(res.String(), "\r\n"+s.header+"\r\n") {
					t.Errorf("step %d: no %q in\n%s", i+1, s.header, res)
				}
			}
		})
	}
}

func TestOrder(t *testing.T) {
	r, _ := newRegistrar(t, nil)
	must := func(want int, n int, lines ...string) {
		t.Helper()
		if res := r.Register(request(t, n, lines...), source); res.StatusCode != want {
			t.Fatalf("%d %s, want %d", res.StatusCode, res.Reason, want)
		}
	}
	must(200, 5, "Contact: <sip:a@b.c>")
	must(500, 4, "Contact: <sip:a@b.c>;expires=0")
	must(500, 5, "Contact: <sip:x@b.c>, <sip:a@b.c>;expires=0")
	must(500, 5, "Contact: *", "Expires: 0")
	if n := len(r.Lookup("1001")); n != 1 {
		t.Errorf("%d bindings after requests out of order", n)
	}
	must(200, 1, "Call-ID: other", "Contact: <sip:a@b.c>;expires=0") // the telephone started anew
	if n := len(r.Lookup("1001")); n != 0 {
		t.Errorf("%d bindings, want none", n)
	}
}

func TestLookup(t *testing.T) {
	r, clk := newRegistrar(t, nil)
	r.Register(request(t, 1, "Contact: <sip:low@b.c>;q=0.1"), source)
	clk.pass(time.Second)
	r.Register(request(t, 2, "Contact: <sip:old@b.c>;q=0.8"), source)
	clk.pass(time.Second)
	r.Register(request(t, 3, "Contact: <sip:new@b.c>;q=0.8;expires=60"), source)
	r.Register(request(t, 4, "Contact: <sip:old@b.c>;q=0.8"), source) // a refresh is no arrival
	for name, want := range map[string]string{
		"1001": "new old low", "sip:1001@hotline.example": "new old low", "1001@192.0.2.9": "new old low",
		"sips:1001@HOTLINE.example;x=y": "new old low",
		"1002":                          "", "": "", "sip:1001@elsewhere.example": "",
		"sip:hotline.example": "", "tel:1001": "", ":": "",
		"@": "",
	} {
		var got []string
		for _, b := range r.Lookup(name) {
			u, _ := b.URI()
			got = append(got, u.User)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %s", name, got, want)
		}
	}
	clk.pass(time.Minute)
	if n := len(r.Lookup("1001")); n != 2 {
		t.Errorf("%d bindings after one ran out", n)
	}
	list := r.Contacts("1001")
	if len(list) != 2 || list[0].URI != "sip:old@b.c" || list[0].Transport != "udp" ||
		list[0].Dest != "192.0.2.1:5070" {
		t.Errorf("contacts %+v", list)
	}
}

func TestDestination(t *testing.T) {
	for _, c := range []struct {
		contact, transport string
		path               []string
		want               string
	}{
		{"sip:a@192.0.2.1:5070", "UDP", nil, "192.0.2.1:5070"},
		{"sip:a@192.0.2.1", "UDP", nil, "192.0.2.1:5060"},
		{"sip:a@10.0.0.5:5060", "UDP", nil, "192.0.2.1:5070"}, // behind a router
		{"sip:a@192.0.2.1:5070;transport=tcp", "TCP", nil, "192.0.2.1:5070"},
		{"sips:a@10.0.0.5", "TLS", nil, "192.0.2.1:5070"},
		{"sip:x7@df7jal23ls0d.invalid;transport=ws", "WSS", nil, "192.0.2.1:5070"},
		{"sip:x7@df7jal23ls0d.invalid", "UDP", nil, "192.0.2.1:5070"},
		{"sip:a@phone.example", "UDP", nil, "192.0.2.1:5070"}, // a name can stand for any machine,
		{"sip:a@192.0.2.1", "UDP", []string{"<sip:p.example;lr>"}, ""},
		{"nonsense", "UDP", nil, "192.0.2.1:5070"},
	} {
		b := Binding{Contact: c.contact, Transport: c.transport, Source: source, Path: c.path}
		if got := b.Destination(); got != c.want {
			t.Errorf("%s over %s: %q, want %q", c.contact, c.transport, got, c.want)
		}
	}
	b := Binding{Contact: "sip:a@[2001:db8::1]:5062", Transport: "UDP",
		Source: netip.MustParseAddrPort("[2001:db8::1]:5062")}
	if got := b.Destination(); got != "[2001:db8::1]:5062" {
		t.Errorf("IPv6: %q", got)
	}
}

func TestAuthentication(t *testing.T) {
	var wrong []netip.AddrPort
	r, clk := newRegistrar(t, func(c *Config) {
		auth, err := digest.New(digest.Config{Realm: "hotline",
			Secrets: digest.Passwords{"1001": digest.NewSecret("s1"), "1002": digest.NewSecret("s2"),
				"boss": digest.NewSecret("s3")}, Now: c.Now})
		if err != nil {
			t.Fatal(err)
		}
		c.Auth = auth
		c.May = func(user, name string) bool { return user == name || user == "boss" }
		c.Known = func(name string) bool { return name != "1003" }
		c.WrongSecret = func(src netip.AddrPort, proved bool) {
			if !proved {
				t.Error("the nonce was given to that very address")
			}
			wrong = append(wrong, src)
		}
	})
	try := func(user, secret string, lines ...string) int {
		t.Helper()
		req := request(t, 1, lines...)
		res := r.Register(req, source)
		if res.StatusCode != 401 || len(res.GetHeaders("WWW-Authenticate")) != 2 {
			t.Fatalf("without credentials: %s", res)
		}
		cl := &digest.Client{User: user, Secret: digest.NewSecret(secret)}
		if err := cl.Answer(req, res); err != nil {
			t.Fatal(err)
		}
		return r.Register(req, source).StatusCode
	}
	clk.pass(time.Second)
	for _, c := range []struct {
		user, secret, to string
		want             int
	}{
		{"1001", "s1", "1001", 200}, {"1001", "bad", "1001", 401}, {"1002", "s2", "1001", 403},
		{"boss", "s3", "1002", 200}, {"boss", "s3", "1003", 404},
	} {
		if got := try(c.user, c.secret, "To: <sip:"+c.to+"@hotline.example>", "Contact: <sip:a@b.c>"); got != c.want {
			t.Errorf("%s/%s as %s: %d, want %d", c.user, c.secret, c.to, got, c.want)
		}
	}
	if len(wrong) != 1 || wrong[0] != source {
		t.Errorf("failed log-ins told: %v", wrong)
	}
}

func TestChanges(t *testing.T) {
	var told []string
	r, clk := newRegistrar(t, func(c *Config) {
		c.OnChange = func(name string, list []Binding) { told = append(told, fmt.Sprint(name, len(list))) }
	})
	r.Register(request(t, 1, "Contact: <sip:a@b.c>;expires=60, <sip:b@b.c>"), source)
	r.Register(request(t, 2), source)
	clk.pass(61 * time.Second)
	if err := r.Sweep(); err != nil {
		t.Fatal(err)
	}
	r.Register(request(t, 3, "Contact: *", "Expires: 0"), source)
	if want := "[10012 10011 10010]"; fmt.Sprint(told) != want {
		t.Errorf("told %v, want %s", told, want)
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "phones.json")
	f, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, clk := newRegistrar(t, func(c *Config) { c.Store = f })
	r.Register(request(t, 1, "Contact: <sip:a@b.c>;q=0.5", "User-Agent: phone 1.0", "Path: <sip:p;lr>"), source)
	tcp := request(t, 2, "Contact: <sip:b@b.c>")
	tcp.SetTransport("TCP")
	r.Register(tcp, source)
	if err := f.Flush(); err != nil {
		t.Fatal(err)
	}
	again, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	back, _ := newRegistrar(t, func(c *Config) { c.Store, c.Now = again, clk.now })
	want := slices.DeleteFunc(r.Lookup("1001"), func(b Binding) bool { return b.Transport == "TCP" })
	if got := back.Lookup("1001"); len(got) != 1 || fmt.Sprintf("%+v", got[0]) != fmt.Sprintf("%+v", want[0]) {
		t.Errorf("read back\n%+v\nwant\n%+v", got, want)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Flush(); err != nil {
		t.Fatal(err)
	}
	if now, _ := os.Stat(path); !os.SameFile(now, info) {
		t.Error("written although nothing changed")
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	for _, bad := range []string{"{", `{"version":2}`, `[]`} {
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenFile(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want an error that names the file", bad, err)
		}
	}
	gone := &File{Memory: NewMemory(), path: filepath.Join(t.TempDir(), "no", "such")}
	if err := gone.Save("1001", want); err != nil {
		t.Fatal(err)
	}
	for range 2 { // what could not be written is tried again
		if err := gone.Flush(); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%v", err)
		}
	}
}

// broken is a store that fails.
type broken struct{ *Memory }

func (broken) Save(string, []Binding) error { return errors.New("full") }

func TestStoreFails(t *testing.T) {
	r, _ := newRegistrar(t, func(c *Config) { c.Store = broken{NewMemory()} })
	if res := r.Register(request(t, 1, "Contact: <sip:a@b.c>"), source); res.StatusCode != 500 {
		t.Errorf("%d, want 500", res.StatusCode)
	}
}

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, err := New(Config{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- r.Run(ctx, 10*time.Second) }()
		r.Register(request(t, 1, "Contact: <sip:a@b.c>;expires=60"), source)
		time.Sleep(55 * time.Second)
		if names, _ := r.c.Store.Names(); len(names) != 1 {
			t.Errorf("forgotten early: %v", names)
		}
		time.Sleep(16 * time.Second)
		if names, _ := r.c.Store.Names(); len(names) != 0 {
			t.Errorf("still there: %v", names)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestConfigContradicts(t *testing.T) {
	for _, c := range []Config{{Min: time.Millisecond}, {Min: 2 * time.Hour, Max: 3 * time.Hour},
		{Min: 10 * time.Minute, Max: time.Minute}, {MaxContacts: -1}} {
		if _, err := New(c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}

// Whatever telephones do, Lookup gives what a plain reading of the rules gives.
func TestBindingsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, clk := newRegistrar(&testing.T{}, nil)
		until := map[string]time.Time{}
		for n := range rapid.IntRange(1, 40).Draw(t, "steps") {
			clk.pass(time.Duration(rapid.IntRange(0, 90).Draw(t, "pause")) * time.Second)
			who := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "contact")
			life := rapid.SampledFrom([]int{0, 60, 100, 3600, 7200}).Draw(t, "expires")
			line := fmt.Sprintf("Contact: <sip:%s@b.c>;expires=%d", who, life)
			if rapid.IntRange(0, 9).Draw(t, "all away") == 0 {
				line = "Contact: *"
				clear(until)
			} else if life == 0 {
				delete(until, who)
			} else {
				until[who] = clk.t.Add(time.Duration(min(life, 3600)) * time.Second)
			}
			if res := r.Register(request(&testing.T{}, n+1, line, "Expires: 0"), source); res.StatusCode != 200 {
				t.Fatalf("%s: %d %s", line, res.StatusCode, res.Reason)
			}
			for w, u := range until {
				if !clk.t.Before(u) {
					delete(until, w)
				}
			}
			got := map[string]time.Time{}
			for _, b := range r.Lookup("1001") {
				u, _ := b.URI()
				got[u.User] = b.Until
			}
			if fmt.Sprint(got) != fmt.Sprint(until) {
				t.Fatalf("after %s: %v, want %v", line, got, until)
			}
		}
	})
}

func FuzzRegister(f *testing.F) {
	f.Add(`<sip:a@b.c>;expires=60;q=0.3;+sip.instance="<urn:uuid:1>";reg-id=1`, "60", "<sip:p;lr>")
	f.Add("*", "0", `"a,b" <sip:x>, <sip:y`)
	f.Fuzz(func(t *testing.T, contact, expires, path string) {
		text := "REGISTER sip:hotline.example SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKa\r\nFrom: <sip:1001@hotline.example>;tag=1\r\nTo: <sip:1001@hotline.example>\r\n" +
			"Call-ID: c\r\nCSeq: 1 REGISTER\r\nSupported: path, outbound\r\nContact: " + contact + "\r\nExpires: " +
			expires + "\r\nPath: " + path + "\r\n\r\n"
		m, err := validate.NewParser().ParseSIP([]byte(text))
		req, ok := m.(*sip.Request)
		if err != nil || !ok || validate.Request(req) != nil {
			return
		}
		r, _ := newRegistrar(t, nil)
		res := r.Register(req, source)
		again, err := validate.NewParser().ParseSIP([]byte(res.String()))
		if err != nil {
			t.Fatalf("an answer that cannot be read: %v\n%s", err, res)
		}
		if err := validate.Response(again.(*sip.Response)); err != nil {
			t.Fatalf("%v\n%s", err, res)
		}
		for _, b := range r.Lookup("1001") {
			if _, ok := b.URI(); !ok {
				t.Fatalf("a binding that cannot be called: %q", b.Contact)
			}
			b.Destination()
		}
	})
}
