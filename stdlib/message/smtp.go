package message

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	mail "github.com/wneessen/go-mail"
)

// SMTP sends mails through a mail server (RFC 5321).
type SMTP struct {
	Host     string
	Port     int    // 587 if 0
	User     string // "" sends without authentication
	Password string
	From     string // the address, with or without a name
	Domain   string // of Message-IDs; From's if ""
	TLS      TLS
	Optout   string // who writes so to Mailbox gets no more notices; "" where nobody reads that
	Mailbox  string
}

// TLS is how the way to a mail server is protected.
type TLS uint8

// The ways.
const (
	StartTLS  TLS = iota // demanded
	Implicit             // from the first byte, port 465
	IfOffered            // STARTTLS if the server has it: only within one's own network
)

// MessageID is the Message-ID of a mail, by which answers find their thread.
func (s *SMTP) MessageID(id string) string {
	domain := s.Domain
	if domain == "" {
		_, domain, _ = strings.Cut(strings.TrimSuffix(s.From, ">"), "@")
	}
	return id + "@" + domain
}

// Send hands a mail over. What breaks off while the text is on its way is uncertain: the server may have taken it.
func (s *SMTP) Send(ctx context.Context, m Message) (string, error) {
	msg := mail.NewMsg()
	if err := errors.Join(msg.From(s.From), msg.To(m.Recipient)); err != nil {
		return "", fmt.Errorf("%w: %w", ErrRefused, err)
	}
	id := s.MessageID(m.ID)
	msg.SetMessageIDWithValue(id)
	msg.Subject(m.Subject)
	msg.SetDate()
	if m.Thread != "" {
		ref := "<" + strings.Trim(m.Thread, "<>") + ">"
		msg.SetGenHeader(mail.HeaderInReplyTo, ref)
		msg.SetGenHeader(mail.HeaderReferences, ref)
		msg.SetGenHeader("Auto-Submitted", "auto-replied") // RFC 3834: the other side's machine will not answer
	} else if m.Notice {
		msg.SetGenHeader("Auto-Submitted", "auto-generated")
		if s.Mailbox != "" && s.Optout != "" { // RFC 2369, 3.2
			msg.SetGenHeader("List-Unsubscribe",
				"<mailto:"+s.Mailbox+"?subject="+url.PathEscape(s.Optout+" "+m.ID)+">")
		}
	}
	msg.SetBodyString(mail.TypeTextPlain, m.Body)
	client, err := s.client()
	if err != nil {
		return "", fmt.Errorf("mail: %w", err)
	}
	if err := client.DialWithContext(ctx); err != nil {
		return "", fmt.Errorf("mail: %w", err) // nothing was sent
	}
	err = client.Send(msg)
	_ = client.Close() // the server answers QUIT or does not: the mail is its own already
	if err == nil {
		return id, nil
	}
	var failed *mail.SendError
	if !errors.As(err, &failed) {
		return "", fmt.Errorf("%w: mail: %w", ErrUncertain, err)
	}
	switch {
	case (failed.Reason == mail.ErrSMTPDataClose || failed.Reason == mail.ErrWriteContent) && failed.ErrorCode() == 0:
		return "", fmt.Errorf("%w: mail: %w", ErrUncertain, err)
	case failed.IsTemp() || failed.ErrorCode() == 0:
		return "", fmt.Errorf("mail: %w", err)
	}
	return "", fmt.Errorf("%w: mail: %w", ErrRefused, err)
}

func (s *SMTP) client() (*mail.Client, error) {
	port := s.Port
	if port == 0 {
		port = 587
	}
	options := []mail.Option{mail.WithPort(port), mail.WithTimeout(20 * time.Second)}
	switch s.TLS {
	case Implicit:
		options = append(options, mail.WithSSL())
	case IfOffered:
		options = append(options, mail.WithTLSPolicy(mail.TLSOpportunistic))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if s.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.User),
			mail.WithPassword(s.Password))
	}
	return mail.NewClient(s.Host, options...)
}

// Ask cannot be answered: SMTP has no question for it. A bounce, or its absence, tells.
func (s *SMTP) Ask(context.Context, Message) (State, error) { return Unknown, nil }
