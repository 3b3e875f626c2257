package server

import (
	"context"
	"net"
	"strconv"
	"strings"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/runtime/exchange"
	"rexian/stdlib"
	"rexian/stdlib/message"
	"rexian/stdlib/recording"
	"rexian/stdlib/voicemail"
)

// shelf enters recordings into the library.
type shelf struct {
	library *stdlib.Library
	node    string
}

func newShelf(l *stdlib.Library) shelf { return shelf{library: l, node: l.Node().Name()} }

// Recorded enters a recording, and a voicemail into its mailbox as well. Entering it again changes nothing.
func (s shelf) Recorded(ctx context.Context, r exchange.Recorded) error {
	err := s.library.Slices().Recordings.Put(ctx, recording.Recording{ID: r.ID, CallID: r.Call, Phone: r.Phone,
		File: r.File, MadeAt: r.Began.UnixMilli(), Length: r.Duration.Milliseconds(), Gap: r.Gaps > 0,
		Kind: string(r.Kind), Node: s.node})
	if err != nil || r.Kind != exchange.RecordingVoicemail {
		return err
	}
	return s.library.Voicemail(ctx, voicemail.Voicemail{Recording: r.ID, Mailbox: r.Mailbox, Phone: r.Phone,
		Length: r.Duration.Milliseconds(), ReceivedAt: r.Began.UnixMilli()}, r.Notify)
}

// textLimits are those of texts to one number.
func textLimits(c config.Message) []message.Limit {
	list := []message.Limit{}
	for _, l := range []message.Limit{{Most: c.PerMinute, Within: time.Minute}, {Most: c.PerHour, Within: time.Hour},
		{Most: c.PerDay, Within: 24 * time.Hour}} {
		if l.Most > 0 {
			list = append(list, l)
		}
	}
	return list
}

// messages are the ways out for texts and mails. Without a gateway they are written into a file, where people can read
// what would have been sent.
func (s *Server) messages() message.Options {
	c := s.config.Message
	o := message.Options{Logger: s.log, Providers: map[message.Channel]message.Provider{},
		Unlimited: c.Unlimited, Limits: textLimits(c)}
	o.Providers[message.SMS] = &message.File{Path: s.data("outbox", "sms.jsonl")}
	if c.Gateway != "" {
		o.Providers[message.SMS] = &message.Gateway{
			Profile: message.Plain(c.Gateway, message.Secret(c.Token.Reveal()))}
	}
	if sms := &s.config.SMS; sms.IsSet() {
		o.Providers[message.SMS] = &message.Gateway{Profile: sms.Profile(), Timeout: time.Duration(sms.Timeout)}
	}
	o.Providers[message.Mail] = &message.File{Path: s.data("outbox", "mail.jsonl")}
	if c.SMTP != "" {
		host, port, err := net.SplitHostPort(c.SMTP)
		if err != nil {
			host, port = c.SMTP, "0" // the usual one
		}
		n, _ := strconv.Atoi(port)
		smtp := &message.SMTP{Host: host, Port: n, User: c.User, Password: c.Password.Reveal(), From: c.From}
		if words := s.config.SMS.OptOut; c.IMAP != "" && strings.Contains(c.IMAPUser, "@") && len(words) > 0 {
			smtp.Mailbox, smtp.Optout = c.IMAPUser, words[0] // the mailbox that is watched
		}
		o.Providers[message.Mail] = smtp
	}
	return o
}
