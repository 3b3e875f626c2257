// Package mailin receives mails: it watches one folder of an IMAP mailbox (RFC 3501) and lets each mail that nobody has
// seen enter a flow.
//
// A mail is kept first, then its flow runs, then its answer goes into the outbox, and only then is it marked as seen.
// Whatever breaks off between leaves it unseen, and it is taken again; the store knows it by its Message-ID, so that it
// is kept once and answered once.
//
//	unseen ─▶ kept ─▶ flow ─▶ answered ─▶ seen
//	  ▲         │       │         │
//	  └─────────┴───────┴─────────┘ a crash, a lost connection, a database that is away
//
// What machines wrote (RFC 3834) is kept and seen; no flow gets it. What cannot be read as a mail is told in the log
// and seen.
package mailin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emersion/go-imap/v2"

	"rexian/stdlib/message"
)

// TLS is how the way to the mail server is protected.
type TLS string

// The ways.
const (
	Implicit TLS = "implicit" // from the first byte, port 993
	StartTLS TLS = "starttls" // demanded, port 143
	Plain    TLS = "none"     // not at all, the password neither: only where the server is Near
)

// Near tells whether a host is this machine or an address of a private network: nobody between them listens.
func Near(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
	return err == nil && (ip.IsLoopback() || ip.IsPrivate())
}

// stale is the age from which on a mail gets no answer. A mailbox that is watched for the first time may hold years of
// unread mails, and nobody waits for answers to those; a long weekend without the server is not too long.
const stale = 3*24*time.Hour + 12*time.Hour

// Letter is a mail as it enters a flow.
type Letter struct {
	ID            string // of the flow's run
	From          string // the bare address
	Subject, Text string
}

// Options say which mailbox is watched and where its mails go. A zero field takes the default beside it.
type Options struct {
	Server    string // host:port
	User      string
	Password  string
	Folder    string        // INBOX
	OptOut    []string      // words with which an answer to a mail of ours ends notices; none
	TLS       TLS           // Implicit
	TLSConfig *tls.Config   // the certificates that this machine trusts
	Poll      time.Duration // between two looks; where the server tells of new mails they are taken at once: 30 s
	Retry     time.Duration // the first pause after a lost connection, which then doubles: 1 s
	Most      time.Duration // the longest: 5 minutes

	Store *message.Store
	Flow  func(ctx context.Context, l Letter) (reply string, err error) // what it replies is sent, also with an error

	Logger *slog.Logger                         // none
	Now    func() time.Time                     // time.Now
	After  func(time.Duration) <-chan time.Time // of the pauses between attempts: time.After
	Rand   func() float64                       // 0 ≤ r < 1, for their jitter: math/rand/v2
}

// Stats are a watcher's figures.
type Stats struct {
	Received  uint64 // mails taken, each time
	Answered  uint64
	Failed    uint64 // mails that could not be read or whose flow failed
	Connected bool
}

// Watcher watches a mailbox.
type Watcher struct {
	o    Options
	log  *slog.Logger
	work context.Context // of what is being done
	quit context.Context // ends earlier: then nothing new begins

	breakOff, quitting context.CancelFunc
	ended              chan struct{}

	received, answered, failed atomic.Uint64
	connected                  atomic.Bool

	// Of Run alone.
	passed   bool             // this connection has looked through the folder once
	validity uint32           // of the folder's UIDs
	broken   map[imap.UID]int // how often a mail broke the connection, or was refused by the store
}

// New makes a watcher; Run lets it watch.
func New(o Options) (*Watcher, error) {
	host, _, err := net.SplitHostPort(o.Server)
	if err != nil {
		return nil, fmt.Errorf("the mail server's address: %w", err)
	}
	if o.TLS == Plain && !Near(host) {
		return nil, fmt.Errorf("%s is not near enough for an unprotected connection", host)
	}
	if o.Folder == "" {
		o.Folder = "INBOX"
	}
	if o.TLS == "" {
		o.TLS = Implicit
	}
	if o.TLSConfig == nil {
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if o.TLSConfig.ServerName == "" {
		o.TLSConfig = o.TLSConfig.Clone()
		o.TLSConfig.ServerName = host
	}
	if o.Poll <= 0 {
		o.Poll = 30 * time.Second
	}
	if o.Retry <= 0 {
		o.Retry = time.Second
	}
	if o.Most <= 0 {
		o.Most = 5 * time.Minute
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.After == nil {
		o.After = time.After
	}
	if o.Rand == nil {
		o.Rand = rand.Float64
	}
	w := &Watcher{o: o, log: o.Logger, broken: map[imap.UID]int{}, ended: make(chan struct{})}
	w.work, w.breakOff = context.WithCancel(context.Background())
	w.quit, w.quitting = context.WithCancel(w.work)
	return w, nil
}

// Stats are the figures of now.
func (w *Watcher) Stats() Stats {
	return Stats{Received: w.received.Load(), Answered: w.answered.Load(), Failed: w.failed.Load(),
		Connected: w.connected.Load()}
}

// Run watches until Drain or Close, and must be called once. It connects anew when the connection is lost, after pauses
// that grow.
func (w *Watcher) Run() {
	defer close(w.ended)
	for failures := 0; w.quit.Err() == nil; {
		w.passed = false
		err := w.watch()
		w.connected.Store(false)
		if w.quit.Err() != nil {
			return
		}
		if w.passed {
			failures = 0
		}
		d := w.pause(failures)
		level, text := slog.LevelWarn, "mails wait in the mailbox: it cannot be reached"
		// it will not mend itself, and servers lock out who tries too often
		if r := (*refusal)(nil); errors.As(err, &r) {
			d, level, text = w.pause(20), slog.LevelError,
				"mails wait in the mailbox: it refuses the user or the password"
		}
		failures++
		w.log.Log(w.quit, level, text, "server", w.o.Server, "user", w.o.User, "error", w.clean(err), "again_in",
			d.Round(time.Millisecond))
		select {
		case <-w.quit.Done():
		case <-w.o.After(d):
		}
	}
}

// Drain lets the mail in hand be answered and seen, takes no other, and waits for that until ctx ends; then it breaks
// off.
func (w *Watcher) Drain(ctx context.Context) {
	w.quitting()
	select {
	case <-w.ended:
	case <-ctx.Done():
	}
	w.Close()
}

// Close breaks off what is being done and waits for its end. A mail that is not answered stays unseen.
func (w *Watcher) Close() {
	w.breakOff()
	<-w.ended
}

// pause is how long to wait after some failures in a row.
func (w *Watcher) pause(failures int) time.Duration {
	d := min(w.o.Retry<<min(failures, 20), w.o.Most)
	return time.Duration(float64(d) * (0.5 + w.o.Rand()/2)) // so that many nodes do not come back at the same moment
}

// clean is an error without the password, which a server may repeat in its answer.
func (w *Watcher) clean(err error) string {
	if err == nil {
		return "the connection ended"
	}
	return hidden(err.Error(), w.o.Password)
}
