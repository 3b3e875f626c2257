package server_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/linetest"
	"rexian/cmd/rexian/server"
	"rexian/media/sip"
)

// operated is an office that runs by a file, as an operator has one.
type operated struct {
	*office
	file string
	h    *hotline
}

// operate starts a server by a file, which is a text with the folders and the addresses of the far sides in it.
func operate(t *testing.T, text string) *operated {
	t.Helper()
	o := &operated{office: &office{t: t, log: &diary{}, phone: newPeer(t, answers), carrier: newPeer(t, nil),
		caller: newPeer(t, nil)}, file: filepath.Join(t.TempDir(), "rexian.toml")}
	h := &hotline{t: t, flows: t.TempDir()}
	h.write(officeFlow)
	o.write(fmt.Sprintf(`flows = %q
data = %q
[media]
port_min = 0
port_max = 0
[recording]
calls = "none"
`, h.flows, t.TempDir()) + text)
	read := func() (*config.Config, error) { return config.Load(o.file) }
	cfg, err := read()
	if err != nil {
		t.Fatal(err)
	}
	o.Server, err = server.Start(t.Context(),
		server.Options{Config: cfg, Reread: read, Voice: linetest.Noise{}, Known: linetest.Vocabulary(),
			Logger: slog.New(slog.NewTextHandler(o.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	})
	h.Server = o.Server
	o.h = h
	o.to = o.at("udp://")
	return o
}

func (o *operated) write(text string) {
	o.t.Helper()
	if err := os.WriteFile(o.file, []byte(text), 0o600); err != nil {
		o.t.Fatal(err)
	}
}

// edit changes the file, as in an editor.
func (o *operated) edit(from, to string) {
	o.t.Helper()
	b, err := os.ReadFile(o.file)
	if err != nil {
		o.t.Fatal(err)
	}
	if !strings.Contains(string(b), from) {
		o.t.Fatalf("no %q in\n%s", from, b)
	}
	o.write(strings.Replace(string(b), from, to, 1))
}

// at is the address that is listened on with a scheme.
func (o *operated) at(scheme string) string {
	for _, a := range o.Addrs() {
		if addr, ok := strings.CutPrefix(a, scheme); ok {
			return addr
		}
	}
	return ""
}

// reload reads the file anew through the administration and wants an answer of it.
func (o *operated) reload(want string) {
	o.t.Helper()
	if status, body := o.h.ask("POST", "/api/v1/reload", `{"by": "test"}`, nil); strings.TrimSpace(body) != want {
		o.t.Errorf("reload is answered %d %s, want %s", status, body, want)
	}
}

// serial is that of the certificate with which a new connection is taken.
func serial(t *testing.T, at string) int64 {
	t.Helper()
	d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}
	conn, err := d.DialContext(t.Context(), "tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.(*tls.Conn).ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

// heardFrom tells whether a request from an address is answered.
func (o *operated) heardFrom(addr string) bool {
	o.t.Helper()
	d := net.Dialer{LocalAddr: &net.UDPAddr{IP: net.ParseIP(addr)}}
	conn, err := d.DialContext(o.t.Context(), "udp", o.to)
	if err != nil {
		o.t.Fatalf("%s is no address of this machine: %v", addr, err)
	}
	defer conn.Close()
	buf := make([]byte, 4096)
	for i := range 20 {
		fmt.Fprintf(conn,
			"OPTIONS sip:%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;rport;branch=z9hG4bK%d\r\nMax-Forwards: 70\r\n"+
				"From: <sip:1@a>;tag=1\r\nTo: <sip:2@b>\r\nCall-ID: %[3]d\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
			o.to, conn.LocalAddr(), i)
		_ = conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		if _, err := conn.Read(buf); err == nil {
			return true
		}
	}
	return false
}

const operatedFile = `[sip]
listen = ["udp://127.0.0.1:0", "tls://127.0.0.1:0"]
cert = "a.pem"
key = "a.key"
[http]
listen = "127.0.0.1:0"
[[phone]]
user = "1001"
password = "secret"
[[phone]]
user = "1002"
password = "secret"
[[agent]]
id = "a"
phone = "1001"
skills = ["咨询"]
[[agent]]
id = "b"
phone = "1001"
skills = ["咨询"]
`

// An operator renews a certificate, gives an agent another telephone, adds a trunk and lets a source be heard again,
// as the manual says, and the call that is on goes on.
func TestAnOperatorChangesTheHotlineWhileACallIsOn(t *testing.T) {
	t.Parallel()
	certs := t.TempDir()
	cert, key := filepath.Join(certs, "a.pem"), filepath.Join(certs, "a.key")
	certify(t, cert, key, 1, time.Now().Add(time.Hour))
	o := operate(t, strings.NewReplacer("a.pem", cert, "a.key", key).Replace(operatedFile))
	second := newPeer(t, answers)
	for user, p := range map[string]*peer{"1001": o.phone, "1002": second} {
		if status := p.register(o.to, user, "secret", "sip:"+user+"@"+p.at()); status != 200 {
			t.Fatalf("%s registers: %d", user, status)
		}
	}
	standing := o.call("12366")
	awaited(t, o.phone)
	stands := func(after string) {
		t.Helper()
		select {
		case <-standing.Done():
			t.Fatalf("%s ended the call", after)
		default:
		}
	}

	o.edit(`id = "b"
phone = "1001"`, `id = "b"
phone = "1002"`)
	o.reload(`{"changed":["agent"],"later":[]}`)
	stands("an agent's telephone")
	o.call("12366")
	awaited(t, second)
	if n := o.figure(`rexian_phone_registered{phone="1002"}`); n != "1" {
		t.Errorf("the figures say that 1002 is at %s places", n)
	}

	if got := serial(t, o.at("tls://")); got != 1 {
		t.Errorf("certificate %d", got)
	}
	certify(t, cert, key, 2, time.Now().Add(time.Hour))
	if got := serial(t, o.at("tls://")); got != 2 {
		t.Errorf("certificate %d after it was renewed", got)
	}
	moved, movedKey := filepath.Join(certs, "b.pem"), filepath.Join(certs, "b.key")
	certify(t, moved, movedKey, 3, time.Now().Add(time.Hour))
	o.edit(cert, moved)
	o.edit(key, movedKey)
	o.reload(`{"changed":["sip.cert","sip.key"],"later":[]}`)
	if got := serial(t, o.at("tls://")); got != 3 {
		t.Errorf("certificate %d after another was named", got)
	}
	stands("a certificate")

	o.edit("[[phone]]", "[[trunk]]\nname = \"carrier\"\nserver = \"udp://"+o.carrier.at()+
		"\"\nfrom = \"053112366\"\n[[phone]]")
	o.reload(`{"changed":["trunk"],"later":[]}`)
	o.call("12367")
	for end := time.Now().Add(20 * time.Second); o.carrier.numbers() != "053188880000"; {
		if time.Now().After(end) {
			t.Fatalf("the new trunk is called for %q", o.carrier.numbers())
		}
		time.Sleep(20 * time.Millisecond)
	}
	stands("a trunk")

	const source = "127.0.0.9"
	if status, body := o.h.ask("PUT", "/api/v1/guard/bans/"+source, `{"seconds": 3600}`, nil); status != 200 {
		t.Fatalf("ban: %d %s", status, body)
	}
	if o.heardFrom(source) {
		t.Error("a banned source is heard")
	}
	if status, body := o.h.ask("DELETE", "/api/v1/guard/bans/"+source, "", nil); status != 200 {
		t.Errorf("unban: %d %s", status, body)
	}
	if !o.heardFrom(source) {
		t.Error("a source is not heard after its ban was lifted")
	}
	stands("a ban")
}

// awaited is the next call that a far side gets.
func awaited(t *testing.T, p *peer) *sip.Call {
	t.Helper()
	select {
	case c := <-p.calls:
		return c
	case <-time.After(20 * time.Second):
		t.Fatal("a telephone was not called")
		return nil
	}
}

// A file with a fault changes nothing at all, and the fault is told with its line; what has to wait for a restart is
// told each time.
func TestAReloadIsAllOrNothing(t *testing.T) {
	t.Parallel()
	o := operate(t, `[sip]
listen = ["udp://127.0.0.1:0"]
max_calls = 5
[http]
listen = "127.0.0.1:0"
[[phone]]
user = "1001"
password = "secret"
[[agent]]
id = "a"
phone = "1001"
skills = ["咨询"]
`)
	n := 0
	register := func(password string) int { // each time as after a restart of the telephone
		n++
		return o.phone.register(o.to, "1001", password, fmt.Sprintf("sip:1001@%s;n=%d", o.phone.at(), n))
	}
	if status := register("secret"); status != 200 {
		t.Fatalf("registers: %d", status)
	}
	o.reload(`{"changed":[],"later":[]}`)

	o.edit(`"secret"`, `"another"`)
	o.edit(`max_calls = 5`, `max_calls = 0`)
	_, err := o.Reload(context.Background(), "test")
	var invalid *config.Invalid
	if !errors.As(err, &invalid) || !strings.Contains(err.Error(), "rexian.toml:10: sip.max_calls: ") {
		t.Errorf("a wrong file is told as %v", err)
	}
	status, body := o.h.ask("POST", "/api/v1/reload", `{}`, nil)
	if status != 422 || !strings.Contains(body, `"line":10`) || !strings.Contains(body, "sip.max_calls: ") {
		t.Errorf("the administration answers %d %s", status, body)
	}
	if status := register("secret"); status != 200 {
		t.Errorf("after a wrong file the telephone's password is another: %d", status)
	}

	o.edit(`max_calls = 0`, `max_calls = 7`)
	o.edit(`"udp://127.0.0.1:0"`, `"udp://127.0.0.1:0", "tcp://127.0.0.1:0"`)
	o.reload(`{"changed":["sip.max_calls","phone"],"later":["sip.listen"]}`)
	o.reload(`{"changed":[],"later":["sip.listen"]}`)
	if status := register("secret"); status == 200 {
		t.Error("a telephone logs in with the password of before")
	}
	if log := o.log.String(); !strings.Contains(log, "user=1001 places=0") {
		t.Error("a telephone whose password changed is still known where it was")
	}
	if status := register("another"); status != 200 {
		t.Errorf("with the new password: %d", status)
	}

	o.edit("[[phone]]\nuser = \"1001\"", "[[trunk]]\nname = \"x\"\nserver = \"udp://127.0.0.1:9\"\n"+
		"[[trunk]]\nname = \"x\"\nserver = \"udp://127.0.0.1:9\"\n[[phone]]\nuser = \"1001\"")
	if _, err := o.Reload(context.Background(), "test"); !errors.As(err, &invalid) ||
		!strings.Contains(err.Error(), "rexian.toml:17: trunk[2].name: ") {
		t.Errorf("two trunks of one name: %v", err)
	}
}

// Every key is either taken in by a reload or said to wait: none is forgotten.
func TestEveryChangedKeyIsTold(t *testing.T) {
	t.Parallel()
	a, b := config.Default(), config.Default()
	if keys := config.Differ(a, b); len(keys) > 0 {
		t.Errorf("two that are the same differ in %v", keys)
	}
	b.Flows, b.SIP.Domains, b.HTTP.Token = "elsewhere", []string{"a.example"}, config.Plain("x")
	b.Agents = []config.Agent{{ID: "a"}}
	a.Guard.Deny = []string{}
	if keys := config.Differ(a, b); !slices.Equal(keys, []string{"flows", "sip.domains", "http.token", "agent"}) {
		t.Errorf("they differ in %v", keys)
	}
	b.Trunks, a.Trunks = []config.Trunk{{Name: "a", Password: config.Plain("1")}},
		[]config.Trunk{{Name: "a", Password: config.Plain("2")}}
	if keys := config.Differ(a, b); !slices.Contains(keys, "trunk") {
		t.Errorf("a trunk's password is another, and they differ in %v", keys)
	}
}
