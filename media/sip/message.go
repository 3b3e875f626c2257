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
// with
// *Failure if nobody takes it, and with ctx. A text that is too long is cut.
func (s *Server) Message(ctx context.Context, o Outbound, text string) error {
	routes, err := s.routesTo(o)
	if err != nil {
		return err
	}
	for len(text) > longestMessage {
		_, n := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-n]
	}
	taken := false
	for _, r := range routes { // of a telephone that is registered at several places: at each
		d, failed := s.outward(o, r)
		if failed == nil {
			failed = s.say(ctx, d, text)
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

// say sends a text within a dialog of its own.
func (s *Server) say(ctx context.Context, d *dialog, text string) error {
	req := d.request(wire.MESSAGE)
	kind := wire.ContentTypeHeader("text/plain;charset=UTF-8")
	req.AppendHeader(&kind)
	req.SetBody([]byte(text))
	res, err := s.do(ctx, req, nil)
	if err == nil && !res.IsSuccess() {
		err = &Failure{Status: res.StatusCode, Reason: res.Reason}
	}
	return err
}
