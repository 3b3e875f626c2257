// Package mailin receives mails: it looks into one folder of an IMAP mailbox (RFC 3501) and lets each unread mail enter a flow.
//
// A mail is kept first, then its flow runs, then its answer goes into the outbox, and only then is it marked as read. Whatever breaks off
// between leaves it unread, and it is taken up again; the store knows it by its Message-ID, so that it is kept once and answered once.
//
//	unread ─▶ kept ─▶ flow ─▶ answered ─▶ read
//	  ▲         │       │         │
//	  └─────────┴───────┴─────────┘ a crash, a connection lost, a database away
//
// What machines wrote (RFC 3834) is kept and marked as read; no flow sees it. So is no mail that cannot be read: it is told in the log.
package mailin

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-imap/v2"

	"rexian/stdlib/db"
	"rexian/stdlib/message"
)

// ErrNoFlow means that no flow takes a mail: it is read and not answered.
var ErrNoFlow = errors.New("no flow takes this mail")

// TLS is how the way to the mailbox is protected.
type TLS string

// The ways.
const (
	Implicit TLS = "implicit" // from the first byte, port 993
	StartTLS TLS = "starttls" // demanded, port 143
	None     TLS = "none"     // in the clear, the password too
)

// Letter is a mail on its way into a flow.
type Letter struct {
	ID            string // of the flow's run; made of the Message-ID, which a stranger chose
	From          string
	Subject, Text string
}

// Options say which mailbox, and where its mails go. A zero field takes the default beside it.
type Options struct {
	Addr     string // host:port
	User     string
	Password string
	Folder   string        // INBOX
	TLS      TLS           // Implicit
	Config   *tls.Config   // the system's certificates
	Poll     time.Duration // how often it is looked at: 30 s
	Most     time.Duration // the longest pause after failures: 5 minutes
	Store    *message.Store
	Enter    func(ctx context.Context, l Letter) (reply string, err error) // runs the flow; may be ErrNoFlow
	Logger   *slog.Logger                                                  // none
	Now      func() time.Time                                              // time.Now
	After    func(time.Duration) <-chan time.Time                          // time.After
	Rand     func() float64                                                // 0 ≤ r < 1, for the jitter of pauses: math/rand/v2
}

// Stats are figures since the start.
type Stats struct {
	Received uint64 // mails taken up, each time
	Answered uint64
	Failed   uint64 // mails that could not be read or handled, and attempts to reach the mailbox that failed
}

// Mailbox is the mailbox being watched.
type Mailbox struct {
	o                          Options
	received, answered, failed atomic.Uint64
	stop                       chan struct{}
	stopping                   sync.Once
	tries                      map[imap.UID]int // of mails whose handling failed; Run's own
}

// tries is how often a mail is tried whose flow fails; then it is given up, for the mails behind it.
const tries = 3

// handling is how long one mail may take in all.
const handling = time.Minute

// New makes a mailbox; Run watches it.
func New(o Options) *Mailbox {
	if o.Folder == "" {
		o.Folder = "INBOX"
	}
	if o.TLS == "" {
		o.TLS = Implicit
	}
	if o.Poll <= 0 {
		o.Poll = 30 * time.Second
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
	o.Logger = o.Logger.With("mailbox", o.Addr, "folder", o.Folder)
	return &Mailbox{o: o, stop: make(chan struct{}), tries: map[imap.UID]int{}}
}

// Stats are the figures of now.
func (m *Mailbox) Stats() Stats {
	return Stats{Received: m.received.Load(), Answered: m.answered.Load(), Failed: m.failed.Load()}
}

// Stop lets Run end once the mail in hand is done.
func (m *Mailbox) Stop() { m.stopping.Do(func() { close(m.stop) }) }

func (m *Mailbox) stopped() bool {
	select {
	case <-m.stop:
		return true
	default:
		return false
	}
}

// Run watches the mailbox until Stop, or at once until ctx ends.
func (m *Mailbox) Run(ctx context.Context) {
	m.o.Logger.Info("mails are received", "user", m.o.User, "tls", string(m.o.TLS), "every", m.o.Poll)
	var l *link
	defer func() {
		if l != nil {
			l.close()
		}
	}()
	failures := 0
	for ctx.Err() == nil && !m.stopped() {
		var err error
		if l == nil {
			l, err = m.open(ctx)
		}
		if err == nil {
			err = m.round(ctx, l)
		}
		pause := m.o.Poll
		switch {
		case err == nil && failures > 0:
			m.o.Logger.Info("the mailbox answers again", "failures", failures)
			failures = 0
		case err != nil && (ctx.Err() != nil || m.stopped()): // it was ended, it did not fail
		case err != nil:
			if l != nil {
				l.close()
				l = nil
			}
			m.failed.Add(1)
			pause = min(time.Second<<min(failures, 20), m.o.Most)
			pause = time.Duration(float64(pause) * (0.5 + m.o.Rand()/2)) // so that many do not come back at once
			failures++
			m.o.Logger.Warn("mails wait", "error", m.discreet(err), "again_in", pause)
		}
		select {
		case <-ctx.Done():
		case <-m.stop:
		case <-m.o.After(pause):
		}
	}
}

// discreet is an error without the password, which a server might repeat.
func (m *Mailbox) discreet(err error) string {
	if m.o.Password == "" {
		return err.Error()
	}
	return strings.ReplaceAll(err.Error(), m.o.Password, "•••")
}

// round takes up the mails that are unread now, one after the other.
func (m *Mailbox) round(ctx context.Context, l *link) error {
	unread, err := l.unread()
	if err != nil {
		return err
	}
	for _, uid := range unread {
		if ctx.Err() != nil || !l.begin() {
			return ctx.Err()
		}
		err := m.take(ctx, l, uid)
		l.done()
		if err != nil {
			return err
		}
	}
	return nil
}

// take takes up one mail. An error is the connection's or the database's: the mail stays as it is, and so do those behind it.
func (m *Mailbox) take(ctx context.Context, l *link, uid imap.UID) error {
	raw, err := l.fetch(uid)
	if err != nil || raw == nil { // somebody else has taken it away
		return err
	}
	m.received.Add(1)
	ctx, cancel := context.WithTimeout(ctx, handling)
	defer cancel()
	id, err := m.handle(ctx, raw)
	switch {
	case err == nil:
	case db.IsUnavailable(err):
		return err
	case errors.Is(err, ErrMalformed):
		m.failed.Add(1)
		m.o.Logger.Warn("a mail cannot be read", "uid", uid, "error", m.discreet(err))
	default:
		if context.Cause(ctx) == context.Canceled { // it was ended
			return err
		}
		m.failed.Add(1)
		m.tries[uid]++
		m.o.Logger.Error("a mail cannot be handled", "uid", uid, "try", m.tries[uid], "error", m.discreet(err))
		if m.tries[uid] < tries {
			return nil // it stays unread; those behind it come first
		}
		if id != "" { // it waits no longer
			if _, err := m.o.Store.Answer(ctx, id, "", m.o.Now()); db.IsUnavailable(err) {
				return err
			}
		}
	}
	delete(m.tries, uid)
	return l.seen(uid)
}

// handle keeps a mail, lets it enter its flow and answers it. What was handled before is left alone.
func (m *Mailbox) handle(ctx context.Context, raw []byte) (id string, err error) {
	in, err := Parse(raw)
	if err != nil {
		return "", err
	}
	id, first, err := m.o.Store.Receive(ctx, in, m.o.Now())
	if err != nil {
		return "", err
	}
	if !first {
		if waits, err := m.o.Store.Waits(ctx, id); err != nil || !waits {
			return id, err
		}
	}
	sum := sha256.Sum256([]byte(id))
	reply, err := m.o.Enter(ctx, Letter{ID: "mail-" + hex.EncodeToString(sum[:12]), From: in.Sender, Subject: in.Subject, Text: in.Body})
	if errors.Is(err, ErrNoFlow) {
		m.o.Logger.Info("no flow takes a mail", "message", id)
		reply, err = "", nil
	}
	if err != nil {
		return id, err
	}
	sent, err := m.o.Store.Answer(ctx, id, reply, m.o.Now())
	if sent {
		m.answered.Add(1)
	}
	return id, err
}
