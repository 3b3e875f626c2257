// Package message is text messages and mails: an outbox, templates, who wants none, and what comes in.
//
// A message is put into the outbox, if need be in its sender's own transaction, and sent from there by Deliver. Its id
// is made of what it says to whom and why, so that the same message is never in the outbox twice; it is also the client
// message id by which a gateway knows it.
//
// A message is sent at most once. Where it is not known whether a gateway took it (a time-out, a crash between sending
// and noting it), it is unknown; the gateway is asked by the client message id, and only if it says that it never heard
// of the message is that sent again.
//
//	queued ─▶ sending ─▶ sent ─▶ delivered
//	  ▲          │ │ └──▶ failed      (refused for good, or too often for now)
//	  │ not now  │ └────▶ unknown ─▶ sent, delivered, failed, or queued if never heard of
//	  └──────────┘
//
// A notice is what nobody asked for: it keeps the quiet hours, and is not sent to who wants none. The answer to a
// caller who asks for a message is no notice.
package message

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/mail"
	"strings"
	"sync/atomic"
	"time"

	"rexian/compiler/ident"
	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
)

// Channel is how a message travels.
type Channel string

// The channels.
const (
	SMS  Channel = "sms"
	Mail Channel = "mail"
)

// State is what became of a message.
type State string

// The states.
const (
	Queued    State = "queued"
	Sending   State = "sending"
	Sent      State = "sent"      // a gateway has taken it
	Delivered State = "delivered" // the recipient has it
	Failed    State = "failed"
	Unknown   State = "unknown"
)

var words = map[State][2]string{Queued: {"等待发送", "waiting"}, Sending: {"正在发送", "being sent"}, Sent: {"已发送", "sent"},
	Delivered: {"已送达", "delivered"}, Failed: {"发送失败", "failed"}, Unknown: {"结果核对中", "being checked"}}

// Word is the state as callers hear it.
func (s State) Word(english bool) string {
	if english {
		return words[s][1]
	}
	return words[s][0]
}

// The limits of a message, in characters.
const (
	MaxText = 1000    // a text message: gateways split it into parts
	MaxMail = 100_000 // a mail
)

// The reasons why a message does not enter the outbox.
var (
	ErrRecipient = errors.New("no mobile number or mail address")
	ErrOptedOut  = errors.New("the recipient wants no notices")
	ErrEmpty     = errors.New("the message has no text")
)

// Quiet are the hours in which no notices are sent, in time of day; the same for both: none.
type Quiet struct{ From, To time.Duration }

// DefaultQuiet is from 21:00 to 8:00.
var DefaultQuiet = Quiet{21 * time.Hour, 8 * time.Hour}

// After is the first moment from t on that is not quiet.
func (q Quiet) After(t time.Time, zone *time.Location) time.Time {
	if q.From == q.To {
		return t
	}
	local := t.In(intake.Zone(zone))
	y, m, d := local.Date()
	clock := func(day int, at time.Duration) time.Time {
		return time.Date(y, m, day, 0, 0, int(at/time.Second), 0, local.Location())
	}
	for day := d - 1; day <= d; day++ { // a night that began yesterday, or today
		from, to := clock(day, q.From), clock(day, q.To)
		if q.To < q.From {
			to = clock(day+1, q.To)
		}
		if !local.Before(from) && local.Before(to) {
			return to
		}
	}
	return t
}

// Options are what a deployment may set.
type Options struct {
	Zone      *time.Location       // of the quiet hours; China's if nil
	Quiet     Quiet                // DefaultQuiet if zero; From = To = 1 for none
	Providers map[Channel]Provider // a channel without one keeps its messages in the outbox
	Attempts  int                  // how often a message is tried; 6 if 0
	Lease     time.Duration        // how long one sending may take; 2 minutes if 0
	Batch     int                  // messages sent at a time; 20 if 0
	Logger    *slog.Logger         // slog.Default if nil
	Now       func() time.Time     // time.Now if nil
	Node      string               // names this node, the same after a restart
	Replies   int                  // automatic replies to one address within an hour; 10 if 0
	Limits    []Limit              // of texts to one number; DefaultLimits if nil; at most over a day each
	Unlimited []string             // numbers without limits, such as those of staff
}

// Store is the outbox in a database, its templates and what came in.
type Store struct {
	db     *db.DB
	o      Options
	wake   chan struct{}
	held   atomic.Int64    // texts that a limit held back
	fate   [4]atomic.Int64 // of messages, by Fates
	lost   atomic.Int64    // reports of no message
	pulled atomic.Int64    // when reports were fetched, Unix milliseconds

	limits atomic.Pointer[limits]
}

// New returns the messages in d.
func New(d *db.DB, o Options) *Store {
	if o.Quiet == (Quiet{}) {
		o.Quiet = DefaultQuiet
	}
	if o.Attempts <= 0 {
		o.Attempts = 6
	}
	if o.Lease <= 0 {
		o.Lease = 2 * time.Minute
	}
	if o.Batch <= 0 {
		o.Batch = 20
	}
	if o.Replies <= 0 {
		o.Replies = 10
	}
	if o.Limits == nil {
		o.Limits = DefaultLimits
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Store{db: d, o: o, wake: make(chan struct{}, 1)}
	s.SetLimits(o.Limits, o.Unlimited)
	return s
}

// Draft is a message to be sent.
type Draft struct {
	Channel   Channel
	Recipient string
	Subject   string // of a mail
	Body      string
	Notice    bool // nobody asked for it
	Named     bool // to an address that the configuration or a program names: no limit holds it back
	// why it is sent: a message of the same text to the same recipient for the same reason is sent once. The call's id,
	// a campaign's task
	Reason string
	CallID string
	Batch  string // the run of a campaign it is one of: for one reason one message goes out, whatever it says
	Thread string // of a mail: the Message-ID it answers; of a text: the id of the text it answers
}

// Message is a message of the outbox. Moments are Unix milliseconds.
type Message struct {
	ID         string  `db:"id"` // also the client message id
	Channel    Channel `db:"channel"`
	Recipient  string  `db:"recipient"`
	Subject    string  `db:"subject"`
	Body       string  `db:"body"`
	Notice     bool    `db:"notice"`
	State      State   `db:"state"`
	Detail     string  `db:"detail"` // what the gateway said last
	ProviderID string  `db:"provider_id"`
	Attempts   int64   `db:"attempts"`
	DueAt      int64   `db:"due_at"`
	CallID     string  `db:"call_id"`
	Thread     string  `db:"thread"`
	CreatedAt  int64   `db:"created_at"`
	ChangedAt  int64   `db:"changed_at"`
}

const columns = `id, channel, recipient, subject, body, notice, state, detail, provider_id, attempts, due_at, call_id, thread, created_at, changed_at`

// recipient is an address as it is stored: a mobile number, or a mail address without a name.
func recipient(c Channel, s string) (string, error) {
	switch c {
	case SMS:
		if n, kind, fault := ident.Phone(intake.Line(s, 64)); fault == ident.OK && kind == ident.Mobile {
			return n, nil
		}
	case Mail:
		a, err := mail.ParseAddress(intake.Line(s, 320))
		if err == nil && len(a.Address) <= 254 && !strings.ContainsAny(a.Address, "\r\n \t<>") {
			return strings.ToLower(a.Address), nil
		}
	}
	return "", ErrRecipient
}

// Send puts a message into the outbox and returns its id; a message that is there already keeps its own. q is the
// sender's transaction, or nil. The errors are ErrRecipient, ErrOptedOut, ErrEmpty and ErrLimited.
func (s *Store) Send(ctx context.Context, q db.Queryer, d Draft, now time.Time) (id string, err error) {
	if d.Recipient, err = recipient(d.Channel, d.Recipient); err != nil {
		return "", err
	}
	limit := MaxText
	if d.Channel == Mail {
		limit = MaxMail
	}
	if d.Body = intake.Text(d.Body, limit); d.Body == "" {
		return "", ErrEmpty
	}
	if q != nil {
		id, err = s.put(ctx, q, d, now)
	} else {
		err = s.db.Tx(ctx, func(tx *db.Tx) (err error) {
			id, err = s.put(ctx, tx, d, now)
			return err
		})
	}
	if why := (*limitError)(nil); errors.As(err, &why) {
		s.heldBack(d, why)
	}
	if err != nil {
		return "", fmt.Errorf("put a message into the outbox: %w", err)
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return id, nil
}

// put enters a message that may be sent to its recipient.
func (s *Store) put(ctx context.Context, q db.Queryer, d Draft, now time.Time) (string, error) {
	due := now
	if d.Notice {
		var since int64
		err := q.Get(ctx, &since, `SELECT since FROM message_optouts WHERE recipient = ?`, d.Recipient)
		if err == nil {
			return "", ErrOptedOut
		}
		if !db.IsNotFound(err) {
			return "", fmt.Errorf("look up who wants no notices: %w", err)
		}
		due = s.o.Quiet.After(now, s.o.Zone)
	}
	reason := intake.Line(d.Reason, 200)
	if reason == "" {
		reason = d.CallID
	}
	if reason == "" { // without any, the same text is sent once a day
		reason = intake.Day(now, s.o.Zone).String()
	}
	dedupe := digest(string(d.Channel), d.Recipient, reason, d.Subject, d.Body, d.Thread)
	if d.Batch != "" {
		dedupe = digest(string(d.Channel), reason)
	}
	id := dedupe[:idLength]
	var there int
	if err := q.Get(ctx, &there, `SELECT 1 FROM messages WHERE dedupe = ?`, dedupe); err == nil || !db.IsNotFound(err) {
		return id, err
	}
	if err := s.limited(ctx, q, d, now); err != nil {
		return "", err
	}
	_, err := q.Exec(ctx, `INSERT INTO messages (`+columns+`, dedupe, batch)
		VALUES (?, ?, ?, ?, ?, ?, ?, '', '', 0, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		id, string(d.Channel), d.Recipient, intake.Line(d.Subject, intake.MaxName), d.Body,
		bit(d.Notice), string(Queued), due.UnixMilli(),
		intake.Line(d.CallID, 128), intake.Line(d.Thread, 250), now.UnixMilli(), now.UnixMilli(), dedupe,
		intake.Line(d.Batch, 100))
	return id, err
}

// idLength is how long the id of a message is.
const idLength = 20

// digest is the SHA-256 of texts, each set apart by its length.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Get reads a message. The outcome is not_found.
func (s *Store) Get(ctx context.Context, id string) (Message, error) {
	var m Message
	err := s.db.Get(ctx, &m, `SELECT `+columns+` FROM messages WHERE id = ?`, intake.Line(id, 64))
	if db.IsNotFound(err) {
		return m, fn.Outcome("not_found")
	}
	if err != nil {
		return m, fmt.Errorf("read a message: %w", err)
	}
	return m, nil
}

// optout is a number or mail address as those who opted out are kept, "" if it is neither.
func optout(address string) string {
	if !strings.Contains(address, "@") {
		address = intake.Phone(address)
	}
	return strings.ToLower(intake.Line(address, 254))
}

// Unsubscribe stops notices to a number or mail address; those that wait are not sent.
func (s *Store) Unsubscribe(ctx context.Context, address string, now time.Time) error {
	to := optout(address)
	if to == "" {
		return ErrRecipient
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO message_optouts (recipient, since) VALUES (?, ?) ON CONFLICT DO NOTHING`,
			to, now.UnixMilli()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx,
			`UPDATE messages SET state = ?, detail = 'unsubscribed', changed_at = ? WHERE recipient = ? AND notice = 1 AND state = ?`,
			string(Failed), now.UnixMilli(), to, string(Queued))
		return err
	})
}

// Subscribe lets notices to a number or mail address be sent again. Those that did not go in the meantime stay unsent.
func (s *Store) Subscribe(ctx context.Context, address string) error {
	to := optout(address)
	if to == "" {
		return ErrRecipient
	}
	if _, err := s.db.Exec(ctx, `DELETE FROM message_optouts WHERE recipient = ?`, to); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	return nil
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Functions are the functions of the library by their canonical ids.
func (s *Store) Functions() map[string]fn.Func {
	return map[string]fn.Func{
		"message.status": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			m, err := s.Get(ctx, intake.Args(args).Text(0, 64))
			if err != nil {
				return value.Value{}, err
			}
			return value.Text(m.State.Word(intake.English(c))), nil
		},
		"message.unsubscribe": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			return value.Bool(true), s.Unsubscribe(ctx, intake.Args(args).Phone(0), c.Now)
		},
		"message.subscribe": func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
			return value.Bool(true), s.Subscribe(ctx, intake.Args(args).Phone(0))
		},
	}
}
