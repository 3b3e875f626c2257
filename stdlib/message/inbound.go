package message

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"rexian/stdlib/db"
	"rexian/stdlib/intake"
)

// In is a text or a mail that came in. Which flow it enters is decided by its words, elsewhere; here it is kept.
type In struct {
	ID      string // the gateway's; of a mail its Message-ID. "" makes one of sender, text and minute
	Channel Channel
	Sender  string
	Subject string
	Body    string
	Thread  string // of a mail: what it answers (In-Reply-To); of a text: the id of the last text to its sender
	Ticket  string // the ticket it is about, "" if none is known
	// Automatic: a machine wrote it (see Automatic); it is kept and never answered.
	Automatic bool
}

// Stored is what was kept of an incoming message. Moments are Unix milliseconds.
type Stored struct {
	ID         string  `db:"id"`
	Channel    Channel `db:"channel"`
	Sender     string  `db:"sender"`
	Subject    string  `db:"subject"`
	Body       string  `db:"body"` // secrets masked
	Thread     string  `db:"thread"`
	Ticket     string  `db:"ticket"`
	ReceivedAt int64   `db:"received_at"`
	Handled    bool    `db:"handled"`
}

const inColumns = `id, channel, sender, subject, body, thread, ticket, received_at, handled`

// pin is what may be a PIN: four to eight digits by themselves. "QS 913701001000000409 123456" is kept as "QS
// 913701001000000409 ******".
var pin = regexp.MustCompile(`[0-9０-９]+`)

// Mask hides in a text what may be a PIN.
func Mask(s string) string {
	return pin.ReplaceAllStringFunc(s, func(digits string) string {
		if n := len([]rune(digits)); n >= 4 && n <= 8 {
			return strings.Repeat("*", n)
		}
		return digits
	})
}

// Receive keeps a message that came in and returns its id. first tells whether it is to be handled: it came for the
// first time, from an address that a reply can go to, and no machine wrote it.
func (s *Store) Receive(ctx context.Context, in In, now time.Time) (id string, first bool, err error) {
	sender := intake.Phone(in.Sender)
	if in.Channel == Mail {
		if sender, err = recipient(Mail, in.Sender); err != nil {
			sender = intake.Line(in.Sender, 254)
			in.Automatic = true
		}
	}
	if id = intake.Line(in.ID, 250); id == "" {
		id = digest(string(in.Channel), sender, in.Body, now.UTC().Format("200601021504"))[:20]
	}
	if in.Channel == SMS && in.Thread == "" {
		if in.Thread, err = s.answers(ctx, sender, now); err != nil {
			return "", false, err
		}
	}
	err = db.Changed(s.db.Exec(ctx,
		`INSERT INTO messages_in (id, channel, sender, subject, body, thread, received_at,
		handled, ticket) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`, id, string(in.Channel), sender, Mask(intake.Line(in.Subject, intake.MaxName)), Mask(intake.Text(in.Body, MaxMail)),
		intake.Line(in.Thread, 250), now.UnixMilli(), bit(in.Automatic), intake.Line(in.Ticket, 40)))
	switch {
	case db.IsConflict(err):
		return id, false, nil
	case err != nil:
		return "", false, fmt.Errorf("keep an incoming message: %w", err)
	}
	return id, sender != "" && !in.Automatic, nil
}

// answered is how long after a text one that comes from its recipient is taken for an answer.
const answered = 3 * 24 * time.Hour

// answers is the text that one from a number is likely to answer: the last that went to it.
func (s *Store) answers(ctx context.Context, number string, now time.Time) (id string, err error) {
	err = s.db.Get(ctx, &id, `SELECT id FROM messages WHERE recipient = ? AND channel = ? AND created_at > ?
		AND state NOT IN (?, ?) ORDER BY created_at DESC LIMIT 1`, number, string(SMS), now.Add(-answered).UnixMilli(),
		string(Queued), string(Failed))
	if err != nil && !db.IsNotFound(err) {
		return "", fmt.Errorf("look up what a text answers: %w", err)
	}
	return id, nil
}

// OptsOut tells whether a text says by one of the words that its sender wants no notices; blanks and marks around it do
// not matter.
func OptsOut(text string, words []string) bool {
	said := strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) })
	return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(said, w) })
}

// Declines ends notices to the sender of a mail that says so by one of the words, in its first line or its
// subject, and tells whether it did. Anybody can write any sender into a mail: it counts only where it names one
// of our mails to that address, which nobody else has seen, as what it answers or behind the word, as our
// List-Unsubscribe has it.
func (s *Store) Declines(ctx context.Context, in In, words []string, now time.Time) (bool, error) {
	line, _, _ := strings.Cut(strings.TrimSpace(in.Body), "\n")
	ours, _, _ := strings.Cut(in.Thread, "@")
	for _, said := range []string{line, in.Subject} {
		word, id := said, ours
		if f := strings.Fields(said); len(f) == 2 && len(f[1]) == idLength {
			word, id = f[0], strings.ToLower(f[1])
		}
		if id == "" || !OptsOut(word, words) {
			continue
		}
		var there int
		err := s.db.Get(ctx, &there, `SELECT 1 FROM messages WHERE id = ? AND channel = ? AND recipient = ?`,
			id,
			string(Mail), strings.ToLower(in.Sender))
		if db.IsNotFound(err) {
			continue
		}
		if err != nil {
			return false, fmt.Errorf("look up what a mail answers: %w", err)
		}
		return true, s.Unsubscribe(ctx, in.Sender, now)
	}
	return false, nil
}

// Reply answers a message that came in, once; a second answer of other words is a second message. Two machines that
// answer each other are stopped: no more than Options.Replies go to one address within an hour, and then ok is false.
func (s *Store) Reply(ctx context.Context, id, body string, now time.Time) (ok bool, err error) {
	in, err := s.kept(ctx, id)
	if err != nil {
		return false, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		ok = false
		if full, err := s.tooMany(ctx, tx, in, now); err != nil || full {
			return err
		}
		ok = true
		if err := s.reply(ctx, tx, in, body, now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE messages_in SET handled = 1 WHERE id = ?`, id)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("reply: %w", err)
	}
	return ok, nil
}

// Waits tells whether a message that was kept waits for its answer: nobody has answered it, and no machine wrote it. So
// it is after a crash between Receive and Answer.
func (s *Store) Waits(ctx context.Context, id string) (bool, error) {
	in, err := s.kept(ctx, id)
	return err == nil && !in.Handled, err
}

// Answer ends the handling of a message that came in: with a reply, or without one where body is blank or where too
// many have gone to the address (see Reply). Of several who answer one message, of a node before and after its crash or
// of two nodes, one does: the message is marked in the transaction that puts the reply into the outbox. sent tells
// whether this one did.
func (s *Store) Answer(ctx context.Context, id, body string, now time.Time) (sent bool, err error) {
	in, err := s.kept(ctx, id)
	if err != nil {
		return false, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		sent = false
		err := db.Changed(tx.Exec(ctx, `UPDATE messages_in SET handled = 1 WHERE id = ? AND handled = 0`, id))
		if db.IsConflict(err) || err == nil && intake.Text(body, 1) == "" {
			return nil
		}
		if err != nil {
			return err
		}
		if full, err := s.tooMany(ctx, tx, in, now); err != nil || full {
			return err
		}
		sent = true
		return s.reply(ctx, tx, in, body, now)
	})
	if err != nil {
		return false, fmt.Errorf("answer: %w", err)
	}
	return sent, nil
}

func (s *Store) kept(ctx context.Context, id string) (in Stored, err error) {
	if err := s.db.Get(ctx, &in,
		`SELECT `+inColumns+` FROM messages_in WHERE id = ?`,
		id); err != nil {
		return in, fmt.Errorf("read an incoming message: %w", err)
	}
	return in, nil
}

// tooMany tells whether as many replies have gone to a sender within an hour as may.
func (s *Store) tooMany(ctx context.Context, tx *db.Tx, in Stored, now time.Time) (bool, error) {
	var replies int
	if err := tx.Get(ctx, &replies,
		`SELECT COUNT(*) FROM messages WHERE recipient = ? AND created_at > ? AND thread <> ''`, in.Sender,
		now.Add(-time.Hour).UnixMilli()); err != nil {
		return false, fmt.Errorf("count the replies: %w", err)
	}
	return replies >= s.o.Replies, nil
}

func (s *Store) reply(ctx context.Context, tx *db.Tx, in Stored, body string, now time.Time) error {
	subject := in.Subject
	if in.Channel == Mail && !strings.HasPrefix(strings.ToLower(subject), "re:") {
		subject = "Re: " + subject
	}
	_, err := s.Send(ctx, tx, Draft{Channel: in.Channel, Recipient: in.Sender, Subject: subject, Body: body,
		Reason: "reply", Thread: in.ID}, now)
	return err
}

// Automatic tells by the headers of a mail whether a machine wrote it (RFC 3834, section 2; lists and bounces): to such
// a mail no reply goes. header gives the value of a header, "" if there is none.
func Automatic(header func(name string) string) bool {
	lower := func(name string) string { return strings.ToLower(strings.TrimSpace(header(name))) }
	if auto := lower("Auto-Submitted"); auto != "" && auto != "no" {
		return true
	}
	switch lower("Precedence") {
	case "bulk", "junk", "list":
		return true
	}
	from := lower("From")
	return header("List-Id") != "" || header("X-Auto-Response-Suppress") != "" || lower("Return-Path") == "<>" ||
		strings.Contains(from, "mailer-daemon@") || strings.Contains(from, "postmaster@") ||
		strings.Contains(from, "no-reply@") || strings.Contains(from, "noreply@")
}
