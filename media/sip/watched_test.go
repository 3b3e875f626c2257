package sip

import (
	"net/netip"
	"testing"

	wire "github.com/emiago/sipgo/sip"
)

// seenAll lets all be watched.
type seenAll struct{}

func (seenAll) Subscribed(req *Request, _ netip.AddrPort) *Response {
	return wire.NewResponseFromRequest(req, 202, "Accepted", nil)
}

// A telephone that may watch is let through to who answers it, and nothing else than before is served beside it.
func TestASubscribeReachesWhoAnswersIt(t *testing.T) {
	on, _ := answering(t)
	s := serve(t, loopback(t), on, func(c *Config) { c.Watched = seenAll{} })
	for method, status := range map[string]int{"SUBSCRIBE": 202, "PUBLISH": 405, "FOO": 501} {
		r := newRaw(t, s)
		r.send(r.text(method, newTag(), nil, ""))
		r.status(status, method)
	}
}
