package server_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/server"
	"rexian/console/api"
	"rexian/media/audio"
	"rexian/media/rtp"
	"rexian/media/sdp"
	"rexian/media/sip"
	"rexian/media/sip/digest"
)

// sheet is a carrier's sheet of testdata, and what the carrier sees and does.
type sheet struct {
	name    string
	zone    map[string]string // "_sip._udp.name" to how the machines behind it are called
	replace map[string]string // addresses of the sheet, likewise
	down    bool              // the first machine answers calls with 503
	login   string            // the user that logs in
	secure  bool
	dials   string // how the carrier writes our number
	called  string // how we write theirs
	from    string // user@host of From
	headers string // P-Asserted-Identity or Remote-Party-ID, as far as it must stand there
	codec   audio.Codec
}

var sheets = []sheet{
	{name: "account", zone: map[string]string{"_sip._udp.proxy.carrier-a.example": "first"},
		login: "053112366@ims.carrier-a.example", dials: "053112367", called: "053188880000",
		from: "053112366@ims.carrier-a.example", codec: audio.PCMA},
	{name: "static", replace: map[string]string{"198.51.100.10:5060": "first"}, dials: "8653112367",
		called: "053188880000", from: "053112367@", headers: "P-Asserted-Identity: <sip:053112366@", codec: audio.PCMA},
	{name: "secure", zone: map[string]string{"_sips._tcp.sbc.carrier-c.example": "first"}, secure: true,
		dials: "12367", called: "053188880000", from: "053112366@sbc.carrier-c.example", codec: audio.PCMA},
	{name: "pair", zone: map[string]string{"_sip._udp.sip.carrier-d.example": "first second"}, down: true,
		dials: "053112367", called: "053188880000", from: "053112366@sip.carrier-d.example",
		headers: "Remote-Party-ID: <sip:", codec: audio.PCMU},
	{name: "prefix", replace: map[string]string{"203.0.113.20:5060": "first"}, dials: "99053112367",
		called: "778653188880000", from: "053112366@", codec: audio.PCMA},
}

// Five carriers of different kinds are configured from the documentation alone, and calls go both ways.
func TestSheetsOfCarriers(t *testing.T) {
	t.Setenv("CARRIER_PASSWORD", "geheim")
	for _, s := range sheets {
		t.Run(s.name, func(t *testing.T) { s.try(t) })
	}
}

func (s *sheet) try(t *testing.T) {
	src, err := os.ReadFile(filepath.Join("testdata", "sheets", s.name+".toml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range []string{"running.md", "运行.md"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", doc))
		if err != nil {
			t.Fatal(err)
		}
		if _, body, _ := strings.Cut(string(src), "\n"); !strings.Contains(string(text), body) {
			t.Errorf("%s has another sheet %s", doc, s.name)
		}
	}
	dir := t.TempDir()
	keys := newKeys(t, filepath.Join(dir, "tls"))
	machines := map[string]*machine{"first": s.machine(t, keys, s.down), "second": s.machine(t, keys, false)}
	for at, who := range s.replace {
		src = []byte(strings.ReplaceAll(string(src), at, machines[who].at.String()))
	}
	o := s.serve(t, dir, src, machines)
	carrier := machines["first"]
	if s.down {
		carrier = machines["second"]
	}
	defer func() {
		if t.Failed() {
			t.Log(o.log)
		}
	}()
	eventually(t, "the trunk is up", func() bool {
		return strings.Contains(o.log.String(), "trunk="+s.name+" state=up")
	})
	// In: the flow answers and calls a number of the carrier's, which is the way out.
	transport := ""
	if s.secure {
		transport = ";transport=tls"
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	in, err := carrier.Dial(ctx, sip.Outbound{To: "sip:" + s.dials + "@" + o.to + transport, From: "13800138000"})
	if err != nil {
		t.Fatalf("the carrier's call: %v", err)
	}
	defer in.Hangup("")
	var out taken
	select {
	case out = <-carrier.calls:
	case <-ctx.Done():
		t.Fatal("the carrier is not called")
	}
	if out.Number() != s.called {
		t.Errorf("we call %s, want %s", out.Number(), s.called)
	}
	from := out.From() + "@" + out.host
	if !strings.HasPrefix(from, s.from) {
		t.Errorf("the call is from %s, want %s", from, s.from)
	}
	if name, value, ok := strings.Cut(s.headers, ": "); ok && !strings.HasPrefix(out.shown, value) {
		t.Errorf("%s is %q, want %s…", name, out.shown, value)
	}
	eventually(t, "both calls are the trunk's", func() bool {
		return o.figure(fmt.Sprintf("rexian_trunk_calls{trunk=%q}", s.name)) == "2"
	})
	eventually(t, "sound both ways",
		func() bool { return out.Stream().Stats().Received > 5 && in.Stream().Stats().Received > 5 })
	if got := out.Stream().Stats().Codec; got != s.codec {
		t.Errorf("the codec is %v, want %v", got, s.codec)
	}
	in.Hangup("")
	var listed struct {
		Calls []api.Brief `json:"calls"`
	}
	eventually(t, "the call is written down", func() bool {
		o.read("/api/v1/calls", &listed)
		return len(listed.Calls) == 1 && listed.Calls[0].Ended > 0 && listed.Calls[0].Legs >= 2
	})
	var call api.Call
	o.read("/api/v1/calls/"+listed.Calls[0].ID, &call)
	for _, l := range call.List {
		if l.Trunk != s.name || l.Ended == 0 || l.Cause == "" {
			t.Errorf("a leg of the record: %+v", l)
		}
	}
	if last := call.List[len(call.List)-1]; last.Direction != "out" || last.Answered == 0 || last.Received == 0 ||
		last.Codec != s.codec.String() {
		t.Errorf("the leg that was answered: %+v", last)
	}
	if s.down && (len(call.List) != 3 || call.List[1].SIP != 503) {
		t.Errorf("the target that failed has no leg: %+v", call.List)
	}
	o.traced(listed.Calls[0].ID, call.List, "13800138000", s.called)
	if s.login != "" && o.figure(fmt.Sprintf("rexian_trunk_registered{trunk=%q}", s.name)) != "1" {
		t.Error("the log-in is not told")
	}
}

// traced looks for the messages of each leg of a call, in which none of the numbers stands, no key and no credentials.
func (o *office) traced(call string, legs []api.Leg, numbers ...string) {
	o.t.Helper()
	var kept api.Messages
	o.read("/api/v1/calls/"+call+"/messages", &kept)
	if !kept.Here {
		o.t.Error("the call is said to be another node's:", kept.Node)
	}
	for _, l := range legs {
		came := map[bool]int{}
		for _, m := range kept.Messages {
			if m.Leg == l.Leg && m.CallID == l.CallID && strings.Contains(m.Text, "INVITE") {
				came[m.Sent]++
			}
		}
		if came[true] == 0 || came[false] == 0 {
			o.t.Errorf("leg %d has %d INVITEs and answers to them sent, %d received", l.Leg, came[true], came[false])
		}
	}
	for _, m := range kept.Messages {
		for _, private := range append(numbers, "inline:", "response=") {
			if strings.Contains(m.Text, private) {
				o.t.Errorf("%s stands in\n%s", private, m.Text)
			}
		}
	}
}

// read asks the administration.
func (o *office) read(path string, into any) {
	o.t.Helper()
	res, err := http.Get("http://" + o.Web().String() + path)
	if err != nil {
		o.t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		o.t.Error(err)
	}
}

// hostOf is the host of an address in a header.
func hostOf(header string) string {
	_, rest, _ := strings.Cut(header, "@")
	end := strings.IndexAny(rest, ">;")
	if end < 0 {
		return rest
	}
	return rest[:end]
}

// serve starts a server with the sheet as its configuration.
func (s *sheet) serve(t *testing.T, dir string, src []byte, machines map[string]*machine) *office {
	t.Helper()
	cfg, err := config.Parse(src, filepath.Join(dir, "rexian.toml"))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, log: &diary{}}
	h := &hotline{t: t, flows: t.TempDir()}
	h.write(officeFlow)
	cfg.Flows, cfg.Data = h.flows, t.TempDir()
	cfg.SIP.Listen = []string{"udp://127.0.0.1:0"}
	if s.secure {
		cfg.SIP.Listen = []string{"tls://127.0.0.1:0"}
	}
	cfg.HTTP.Listen = "127.0.0.1:0"
	cfg.Media.PortMin, cfg.Media.PortMax = 0, 0
	cfg.Recording.Calls, cfg.Voice.Engine = "none", "none"
	o.Server, err = server.Start(t.Context(), server.Options{Config: cfg,
		Logger: slog.New(slog.NewTextHandler(o.log, nil)),
		Resolve: func(_ context.Context, host string) ([]netip.Addr, error) {
			if machines[host] == nil {
				return nil, errors.New("no such host")
			}
			return []netip.Addr{machines[host].at.Addr()}, nil
		},
		SRV: func(_ context.Context, service, proto, name string) (list []*net.SRV, err error) {
			for i, host := range strings.Fields(s.zone["_"+service+"._"+proto+"."+name]) {
				list = append(list, &net.SRV{Target: host, Port: machines[host].at.Port(), Priority: uint16(i)})
			}
			return list, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	})
	_, o.to, _ = strings.Cut(o.Addrs()[0], "://")
	return o
}

// taken is a call that a carrier has answered, with what its INVITE said of the caller: that is gone afterwards.
type taken struct {
	*sip.Call
	host, shown string // of From; the header that the sheet wants
}

// machine is one of a carrier's.
type machine struct {
	*sip.Server
	at    netip.AddrPort
	calls chan taken
	login *digest.Server // who registers and calls must know the password; nil: nobody
}

func (s *sheet) machine(t *testing.T, k *keys, down bool) *machine {
	t.Helper()
	m := &machine{calls: make(chan taken, 4)}
	engine, err := rtp.New(rtp.Config{Listen: netip.MustParseAddr("127.0.0.1"), Portable: true})
	if err != nil {
		t.Fatal(err)
	}
	c := sip.Config{Listen: []string{"udp://127.0.0.1:0"}, Media: engine, MediaTimeout: -1, Registrar: m,
		Codecs: []audio.Codec{audio.PCMA, audio.PCMU}, Logger: slog.New(slog.DiscardHandler),
		Authorize: m.authorize, OnCall: func(call *sip.Call) {
			if down {
				call.Reject(503, "Out Of Order")
				return
			}
			name, _, _ := strings.Cut(s.headers, ": ")
			one := taken{call, hostOf(call.Header("From")), call.Header(name)}
			if err := call.Answer(context.Background()); err == nil {
				m.calls <- one
			}
		}}
	if s.secure {
		c.Listen, c.TLS, c.Secure = []string{"tls://127.0.0.1:0"}, k.carrier, sdp.Required
	}
	if s.login != "" {
		if m.login, err = digest.New(digest.Config{Realm: "carrier",
			Secrets: digest.Passwords{s.login: digest.NewSecret("geheim")}}); err != nil {
			t.Fatal(err)
		}
	}
	if m.Server, err = sip.Listen(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	_, at, _ := strings.Cut(m.Addrs()[0], "://")
	m.at = netip.MustParseAddrPort(at)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		_ = m.Shutdown(ctx)
		_ = engine.Close()
	})
	return m
}

// Register lets in who knows the password.
func (m *machine) Register(req *sip.Request, _ netip.AddrPort) *sip.Response {
	if m.login == nil {
		return wire.NewResponseFromRequest(req, 403, "Nobody Logs In Here", nil)
	}
	if _, v := m.login.Check(req); v != digest.Accepted {
		return m.login.Refuse(req, v)
	}
	res := wire.NewResponseFromRequest(req, 200, "OK", nil)
	if h := req.Contact(); h != nil {
		res.AppendHeader(h)
	}
	res.AppendHeader(wire.NewHeader("Expires", strconv.Itoa(600)))
	return res
}

// Contacts is nobody's.
func (m *machine) Contacts(string) []sip.Contact { return nil }

func (m *machine) authorize(req *sip.Request) *sip.Fault {
	if m.login == nil {
		return nil
	}
	if _, v := m.login.Check(req); v == digest.Accepted {
		return nil
	}
	f := &sip.Fault{Status: m.login.Status(), Reason: "Who Are You"}
	for _, h := range m.login.Challenge(req, false) {
		f.Headers = append(f.Headers, [2]string{h.Name(), h.Value()})
	}
	return f
}

// keys are certificates of both sides: the hotline's and its client's in files, as a sheet names them.
type keys struct{ carrier *tls.Config }

func newKeys(t *testing.T, dir string) *keys {
	t.Helper()
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, der []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}),
			0o600); err != nil {
			t.Fatal(err)
		}
	}
	pools := map[string]*x509.CertPool{}
	make := func(name, cert, key string) tls.Certificate {
		secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		sheet := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-48 * time.Hour),
			NotAfter: time.Now().Add(48 * time.Hour), IsCA: true, BasicConstraintsValid: true, DNSNames: []string{name},
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}}
		if a, err := netip.ParseAddr(name); err == nil {
			sheet.DNSNames, sheet.IPAddresses = nil, []net.IP{a.AsSlice()}
		}
		der, err := x509.CreateCertificate(rand.Reader, sheet, sheet, secret.Public(), secret)
		if err != nil {
			t.Fatal(err)
		}
		private, err := x509.MarshalPKCS8PrivateKey(secret)
		if err != nil {
			t.Fatal(err)
		}
		write(cert, "CERTIFICATE", der)
		if key != "" {
			write(key, "PRIVATE KEY", private)
		}
		leaf, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		pools[name] = x509.NewCertPool()
		pools[name].AddCert(leaf)
		return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: secret}
	}
	make("127.0.0.1", "hotline.pem", "hotline.key")
	make("client.hotline.example", "client.pem", "client.key")
	own := make("sbc.carrier-c.example", "carrier-ca.pem", "")
	return &keys{&tls.Config{Certificates: []tls.Certificate{own}, RootCAs: pools["127.0.0.1"],
		ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pools["client.hotline.example"]}}
}
