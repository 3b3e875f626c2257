package mailin

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/message"
)

const password = "8472-open"

// post is a mail server that can be away and back with the same mails.
type post struct {
	t        *testing.T
	mails    *imapmemserver.Server
	user     *imapmemserver.User
	addr     string
	server   *imapserver.Server
	tls      *tls.Config
	implicit bool
	noIdle   bool // IDLE is not offered
}

func newPost(t *testing.T) *post {
	t.Helper()
	p := &post{t: t, mails: imapmemserver.New(), user: imapmemserver.NewUser("hotline", password), addr: "127.0.0.1:0"}
	p.mails.AddUser(p.user)
	if err := p.user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	return p
}

// deaf is a listener to a server that does not offer IDLE, and breaks off where it should show a mail with POISON in
// it.
type deaf struct{ net.Listener }

func (d deaf) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	return deafConn{c}, err
}

type deafConn struct{ net.Conn }

func (c deafConn) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte("POISON")) {
		return 0, c.Close()
	}
	return c.Conn.Write(bytes.ReplaceAll(b, []byte(" IDLE"), []byte(" XDLE")))
}

func (p *post) open() {
	p.t.Helper()
	l, err := net.Listen("tcp", p.addr)
	if err != nil {
		p.t.Fatal(err)
	}
	p.addr = l.Addr().String()
	if p.noIdle {
		l = deaf{l}
	}
	if p.implicit {
		l = tls.NewListener(l, p.tls)
	}
	s := imapserver.New(&imapserver.Options{InsecureAuth: p.tls == nil, TLSConfig: p.tls,
		Logger: log.New(io.Discard, "", 0),
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return p.mails.NewSession(), nil, nil
		}})
	p.server = s
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(l) // ends with Close
	}()
	p.t.Cleanup(func() {
		_ = s.Close()
		<-done
	})
}

func (p *post) away() { _ = p.server.Close() }

// deliver puts a mail into the folder.
func (p *post) deliver(raw string, arrived time.Time) {
	p.t.Helper()
	if _, err := p.user.Append("INBOX", literal{strings.NewReader(raw)},
		&imap.AppendOptions{Time: arrived}); err != nil {
		p.t.Fatal(err)
	}
}

type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// unseen waits until so many mails are unseen.
func (p *post) unseen(want uint32) {
	p.t.Helper()
	var n uint32
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		st, err := p.user.Status("INBOX", &imap.StatusOptions{NumUnseen: true})
		if err != nil {
			p.t.Fatal(err)
		}
		if n = *st.NumUnseen; n == want {
			return
		}
	}
	p.t.Fatalf("%d mails are unseen, not %d", n, want)
}

// office is what mails are answered by.
type office struct {
	t     *testing.T
	store *message.Store
	d     *db.DB
	log   *noise

	mu      sync.Mutex
	letters []Letter
	fail    error
}

// noise is a log that several write.
type noise struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (n *noise) Write(b []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b.Write(b)
}

func (n *noise) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b.String()
}

func newOffice(t *testing.T, d *db.DB) *office {
	return &office{t: t, d: d, store: message.New(d, message.Options{}), log: &noise{}}
}

func (o *office) flow(_ context.Context, l Letter) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.letters = append(o.letters, l)
	if strings.HasPrefix(l.Text, "乱") {
		panic("confused by " + l.Text)
	}
	if l.Text == "" && l.Subject == "" {
		return "", nil
	}
	return "答：" + l.Text, o.fail
}

// watch starts a watcher; the test ends it.
func (o *office) watch(p *post, change func(*Options)) *Watcher {
	o.t.Helper()
	options := Options{Server: p.addr, User: "hotline", Password: password, TLS: Plain, Poll: 30 * time.Millisecond,
		Retry: 5 * time.Millisecond,
		Store: o.store, Flow: o.flow, Logger: slog.New(slog.NewTextHandler(o.log, nil))}
	if change != nil {
		change(&options)
	}
	w, err := New(options)
	if err != nil {
		o.t.Fatal(err)
	}
	go w.Run()
	o.t.Cleanup(func() {
		w.Close()
		if strings.Contains(o.log.String(), password) {
			o.t.Error("the log shows the password")
		}
	})
	return w
}

func (o *office) to(address string) []message.Message {
	o.t.Helper()
	list, err := o.store.List(o.t.Context(), message.Filter{To: address, Limit: 100})
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}

func (o *office) asked() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.letters)
}

func from(who, id string, rest ...string) string {
	return mailOf(append([]string{"From: " + who, "Message-ID: <" + id + ">"}, rest...)...)
}

// What a mail is answered with, and which are not, is the same whether the server tells of them or is asked.
func TestMailsAreAnswered(t *testing.T) {
	for _, idle := range []bool{true, false} {
		t.Run(fmt.Sprint("idle ", idle), func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				p, o := newPost(t), newOffice(t, d)
				p.noIdle = !idle
				p.open()
				now := time.Now()
				p.deliver(from("a@b.cn", "m1@b.cn", "Subject: ZQ 123456", "", "QS 9137 123456", "> 旧的"), now)
				w := o.watch(p, func(x *Options) {
					if idle {
						x.Poll = 2 * time.Second // what is told comes sooner
					}
				})
				p.unseen(0)
				p.deliver("garbage that is no mail", now)
				p.deliver(from("c@b.cn", "m2@b.cn", "Content-Type: text/plain; charset=gb18030", "", gb("查征期")), now)
				p.deliver(from("a@b.cn", "m1@b.cn", "Subject: ZQ 123456", "", "QS 9137 123456"), now) // the same again
				p.deliver(from("auto@b.cn", "m3@b.cn", "Auto-Submitted: auto-generated", "", "ZQ"), now)
				p.deliver(from("old@b.cn", "m4@b.cn", "", "ZQ"), now.Add(-100*time.Hour))
				p.deliver(from("html@b.cn", "m5@b.cn", "Content-Type: text/html", "", "<p>ZQ</p>"), now)
				p.deliver(from("huge@b.cn", "m6@b.cn", "Content-Type: multipart/mixed; boundary=b", "", "--b", "", "ZQ",
					"--b", "Content-Type: image/png", "", strings.Repeat("x", 2*maxRaw), "--b--"), now)
				p.deliver(from("odd@b.cn", "m7@b.cn", "", "乱 123456"), now)
				p.deliver(from("empty@b.cn", "m8@b.cn", "", ""), now)
				p.unseen(0)

				got := o.to("a@b.cn")
				if len(got) != 1 || got[0].Thread != "m1@b.cn" || got[0].Body != "答：QS 9137 123456" ||
					got[0].Subject != "Re: ZQ ******" || got[0].Channel != message.Mail {
					t.Errorf("the answer is %+v", got)
				}
				for who, want := range map[string]string{"c@b.cn": "答：查征期", "html@b.cn": "答：ZQ", "huge@b.cn": "答：ZQ",
					"auto@b.cn": "", "old@b.cn": "", "odd@b.cn": "", "empty@b.cn": ""} {
					var bodies []string
					for _, m := range o.to(who) {
						bodies = append(bodies, m.Body)
					}
					if strings.Join(bodies, "|") != want {
						t.Errorf("%s is answered %q, not %q", who, bodies, want)
					}
				}
				if st := w.Stats(); st != (Stats{Received: 10, Answered: 4, Failed: 2, Connected: true}) {
					t.Errorf("figures: %+v", st)
				}
				var kept int
				if err := d.Get(t.Context(), &kept, `SELECT COUNT(*) FROM messages_in`); err != nil || kept != 8 {
					t.Errorf("%d mails are kept, %v", kept, err)
				}
				if shown := o.log.String(); strings.Contains(shown, "123456") ||
					!strings.Contains(shown, fmt.Sprint("told_by_server=", idle)) ||
					!strings.Contains(shown, "watching for mails") || !strings.Contains(shown, "cannot be read") {
					t.Errorf("the log: %s", shown)
				}
			})
		})
	}
}

// A mail that was kept before a crash is answered after it; one that was answered and not marked as seen is not again.
func TestACrashBetween(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, o := newPost(t), newOffice(t, d)
		p.open()
		for _, id := range []string{"kept@b.cn", "answered@b.cn"} {
			raw := from(id, id, "", "ZQ")
			in, err := Read([]byte(raw))
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := o.store.Receive(t.Context(), in, time.Now()); err != nil {
				t.Fatal(err)
			}
			p.deliver(raw, time.Now())
		}
		if _, err := o.store.Answer(t.Context(), "answered@b.cn", "答：ZQ", time.Now()); err != nil {
			t.Fatal(err)
		}
		o.watch(p, nil)
		p.unseen(0)
		if len(o.to("kept@b.cn")) != 1 || len(o.to("answered@b.cn")) != 1 || o.asked() != 1 {
			t.Errorf("%d and %d answers, %d flows", len(o.to("kept@b.cn")), len(o.to("answered@b.cn")), o.asked())
		}
	})
}

func TestAServerAwayAndBack(t *testing.T) {
	p, o := newPost(t), newOffice(t, dbtest.SQLite(t))
	p.open()
	w := o.watch(p, nil)
	p.deliver(from("a@b.cn", "1@b.cn", "", "ZQ"), time.Now())
	p.unseen(0)
	for round := range 3 {
		p.away()
		for end := time.Now().Add(20 * time.Second); w.Stats().Connected && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		p.deliver(from("a@b.cn", fmt.Sprintf("r%d@b.cn", round), "", "ZQ"), time.Now())
		p.open()
		p.unseen(0)
	}
	if n := len(o.to("a@b.cn")); n != 4 || !strings.Contains(o.log.String(), "mails wait") {
		t.Errorf("%d answers; the log: %s", n, o.log)
	}
}

// A database that is away loses nothing: the mail waits in its folder.
func TestTheDatabaseIsAway(t *testing.T) {
	d := dbtest.SQLite(t)
	p, o := newPost(t), newOffice(t, d)
	p.open()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	p.deliver(from("a@b.cn", "1@b.cn", "", "ZQ"), time.Now())
	o.watch(p, nil)
	for end := time.Now().Add(20 * time.Second); strings.Count(o.log.String(),
		"mails wait") < 2; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the log: %s", o.log)
		}
	}
	p.unseen(1)
	if o.asked() != 0 {
		t.Error("a flow ran for a mail that is not kept")
	}
}

// A mail over which the connection breaks each time is left in the folder, and those behind it are answered.
func TestAMailThatCannotBeFetched(t *testing.T) {
	p, o := newPost(t), newOffice(t, dbtest.SQLite(t))
	p.noIdle = true
	p.open()
	p.deliver(from("a@b.cn", "1@b.cn", "", "POISON"), time.Now())
	p.deliver(from("a@b.cn", "2@b.cn", "", "ZQ"), time.Now())
	w := o.watch(p, nil)
	p.unseen(1)
	if st := w.Stats(); len(o.to("a@b.cn")) != 1 || st.Failed != 1 {
		t.Errorf("%+v; the log: %s", st, o.log)
	}
}

// A flow that fails has its mail answered with what it said until then, and others after it.
func TestAFlowFails(t *testing.T) {
	p, o := newPost(t), newOffice(t, dbtest.SQLite(t))
	o.fail = errors.New("no answer about 123456")
	p.open()
	p.deliver(from("a@b.cn", "1@b.cn", "", "ZQ"), time.Now())
	w := o.watch(p, nil)
	p.unseen(0)
	if st := w.Stats(); len(o.to("a@b.cn")) != 1 || st.Failed != 1 || strings.Contains(o.log.String(), "123456") {
		t.Errorf("%+v; the log: %s", st, o.log)
	}
}

// Drain lets the mail in hand be answered and takes no other; Close leaves it for the next start.
func TestTheEnd(t *testing.T) {
	for _, gently := range []bool{true, false} {
		t.Run(fmt.Sprint("gently ", gently), func(t *testing.T) {
			p, o := newPost(t), newOffice(t, dbtest.SQLite(t))
			p.open()
			for i := range 2 {
				p.deliver(from("a@b.cn", fmt.Sprintf("%d@b.cn", i), "", "ZQ"), time.Now())
			}
			in, out := make(chan struct{}), make(chan struct{})
			w := o.watch(p, func(x *Options) {
				x.Flow = func(ctx context.Context, _ Letter) (string, error) {
					close(in)
					select {
					case <-out:
						return "好", nil
					case <-ctx.Done():
						return "", ctx.Err()
					}
				}
			})
			<-in
			if gently {
				w.quitting()
				close(out)
				w.Drain(t.Context())
				p.unseen(1)
			} else {
				w.Close()
				p.unseen(2)
				o.watch(p, nil)
				p.unseen(0)
			}
			if n := len(o.to("a@b.cn")); n != 1 && gently || n != 2 && !gently {
				t.Errorf("%d answers", n)
			}
		})
	}
}

func TestProtection(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	known := x509.NewCertPool()
	known.AddCert(cert)
	for _, way := range []TLS{Implicit, StartTLS} {
		p, o := newPost(t), newOffice(t, dbtest.SQLite(t))
		p.tls, p.implicit = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
			way == Implicit
		p.open()
		p.deliver(from("a@b.cn", "1@b.cn", "", "ZQ"), time.Now())
		stranger := o.watch(p, func(x *Options) { x.TLS = way })
		for end := time.Now().Add(20 * time.Second); !strings.Contains(o.log.String(),
			"certificate"); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("a certificate that nobody knows: %s", o.log)
			}
		}
		stranger.Close()
		p.unseen(1)
		o.watch(p, func(x *Options) { x.TLS, x.TLSConfig = way, &tls.Config{RootCAs: known} })
		p.unseen(0)
	}
	for host, want := range map[string]bool{"127.0.0.1": true, "::1": true, "[::1]": true, "localhost": true,
		"10.1.2.3": true, "192.168.0.9": true, "192.0.2.1": false, "mail.example.org": false, "": false} {
		if Near(host) != want {
			t.Errorf("%q is near: %v", host, !want)
		}
	}
	for _, server := range []string{"192.0.2.1:143", "mail.example.org:143", "127.0.0.1", ":143"} {
		if _, err := New(Options{Server: server, TLS: Plain}); err == nil {
			t.Errorf("%s without protection is taken", server)
		}
	}
}

func TestTheWrongPassword(t *testing.T) {
	p, o := newPost(t), newOffice(t, dbtest.SQLite(t))
	p.open()
	o.watch(p, func(x *Options) { x.Password = password + "!" })
	for end := time.Now().Add(20 * time.Second); !strings.Contains(o.log.String(),
		"refuses the user or the password"); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the log: %s", o.log)
		}
	}
}
