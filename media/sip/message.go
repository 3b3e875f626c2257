package sip

import (
	"context"
	"unicode/utf8"

	wire "github.com/emiago/sipgo/sip"
)

// longestMessage is how long the text of a MESSAGE may be, in bytes: with its headers it must fit into a datagram (RFC
// 3428, 8).
const longestMessage = 800

// Message sends a text to what the dial plan lets be called, outside of any call (RFC 3428). It fails with *Barred,
// with *Failure if nobody takes it, and with ctx. A text that is too long is cut.
func (s *Server) Message(ctx context.Context, o Outbound, text string) error {
	for len(text) > longestMessage {
		_, n := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-n]
	}
	return s.everywhere(o, func(d *dialog) error {
		req := d.request(wire.MESSAGE)
		kind := wire.ContentTypeHeader("text/plain;charset=UTF-8")
		req.AppendHeader(&kind)
		req.SetBody([]byte(text))
		res, err := s.do(ctx, req, nil)
		if err == nil && !res.IsSuccess() {
			err = &Failure{Status: res.StatusCode, Reason: res.Reason}
		}
		return err
	})
}

// Alive asks whether a telephone is there: whatever it answers to OPTIONS (RFC 3261, 11), it is. It fails as Message
// does.
func (s *Server) Alive(ctx context.Context, o Outbound) error {
	return s.everywhere(o, func(d *dialog) error {
		_, err := s.do(ctx, d.request(wire.OPTIONS), nil)
		return err
	})
}

// everywhere does something at each place where a telephone is registered, or by each route. It fails if that does
// nowhere else than fail.
func (s *Server) everywhere(o Outbound, do func(*dialog) error) error {
	routes, err := s.routesTo(o)
	if err != nil {
		return err
	}
	taken := false
	for _, r := range routes {
		d, failed := s.outward(o, r)
		if failed == nil {
			failed = do(d)
		}
		if failed == nil {
			taken = true
		} else {
			err = failed
		}
	}
	if taken {
		return nil
	}
	return err
}
