package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rexian/runtime/exchange"
	"rexian/runtime/session"
	"rexian/stdlib/mailin"
)

// openMails begins to watch the mailbox, where one is configured. A mail server that does not answer keeps nobody from
// starting.
func (s *Server) openMails(context.Context) error {
	c := s.config.Message
	if c.IMAP == "" {
		return nil
	}
	w, err := mailin.New(mailin.Options{Server: c.IMAP, User: c.IMAPUser, Password: c.IMAPPassword.Reveal(),
		Folder: c.IMAPFolder, TLS: mailin.TLS(c.IMAPTLS), OptOut: s.config.SMS.OptOut,
		Poll: time.Duration(c.IMAPPoll), Store: s.library.Slices().Messages, Flow: s.mail, Logger: s.log})
	if err != nil {
		return fmt.Errorf("message.imap: %w", err)
	}
	if mailin.TLS(c.IMAPTLS) == mailin.Plain {
		s.log.Warn("mails and the password of their mailbox come and go unprotected", "server", c.IMAP)
	}
	count := func(name, help string, f func(mailin.Stats) float64) {
		s.counter(name, help, func() float64 { return f(w.Stats()) })
	}
	count("rexian_mails_received_total", "Mails taken from the mailbox.",
		func(st mailin.Stats) float64 { return float64(st.Received) })
	count("rexian_mails_answered_total", "Mails answered.",
		func(st mailin.Stats) float64 { return float64(st.Answered) })
	count("rexian_mails_failed_total", "Mails that could not be read, or whose flow failed.",
		func(st mailin.Stats) float64 { return float64(st.Failed) })
	s.gauge("rexian_mailbox_connected", "1 while the mailbox is watched.", func() float64 {
		if w.Stats().Connected {
			return 1
		}
		return 0
	})
	s.mails = w
	s.running.Go(w.Run)
	return nil
}

// mail lets a mail enter the flow that its first line or its subject names.
func (s *Server) mail(ctx context.Context, l mailin.Letter) (string, error) {
	v := s.deployment.Stable()
	if v == nil {
		return "", nil
	}
	reply, err := s.exchange.Message(ctx, l.ID, l.From, s.config.Message.IMAPUser,
		session.Letter(v.Program, l.Subject, l.Text))
	if errors.Is(err, exchange.ErrNoMessageFlow) {
		s.log.Info("no flow takes a mail", "message", l.ID)
		return "", nil
	}
	return reply, err
}
