package server

import (
	_ "embed"
	"net/netip"
	"os"
	"path/filepath"

	"rexian/compiler"
	"rexian/media/sip"
	"rexian/media/sip/digest"
	"rexian/media/sip/guard"
	"rexian/number"
	"rexian/runtime/deploy"
	"rexian/stdlib"
)

// deskFlow is what a telephone of ours runs that dials a number of no flow: a colleague's, one outside, or a code.
//
//go:embed desk.flow
var deskFlow []byte

// ours compiles a flow of the server's own, which may ask functions of its own.
func ours(flow []byte, own []stdlib.Own) (*deploy.Version, error) {
	asked, err := stdlib.WithOwn(own)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "rexian-own-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "own.flow"), flow, 0o600); err != nil {
		return nil, err
	}
	return deploy.Compile(dir, compiler.Options{Library: asked})
}

// proves refuses a telephone of ours that dials a number of no flow and does not prove who it is: whoever sits at its
// address could call at our cost otherwise.
func (l *lines) proves(req *sip.Request) *sip.Fault {
	from := req.From()
	if from == nil || !l.has(from.Address.User) {
		return nil
	}
	if l.answers(number.OfUser(req.Recipient.User)) {
		return nil
	}
	return l.challenges(req, from.Address.User)
}

// challenges asks a telephone of ours for its password; nil if the request has it.
func (l *lines) challenges(req *sip.Request, phone string) *sip.Fault {
	user, verdict := l.auth.Check(req)
	if verdict == digest.Accepted && user == phone {
		return nil
	}
	if src, err := netip.ParseAddrPort(req.Source()); err == nil && verdict == digest.Wrong {
		l.s.guard.Report(src, guard.BadAuth, l.auth.Proved(req))
	}
	fault := &sip.Fault{Status: 401, Reason: "Unauthorized"}
	for _, h := range l.auth.Challenge(req, verdict == digest.Stale) {
		fault.Headers = append(fault.Headers, [2]string{h.Name(), h.Value()})
	}
	return fault
}

// mayRefer says whether the far side of a call may have us call somebody in its place (REFER): a telephone of ours,
// which could dial there itself, once it has proved who it is; and a trunk's side where the configuration says so, for
// that call is at our cost. What may be called is the dial plan's to say.
func (l *lines) mayRefer(req *sip.Request, c *sip.Call) *sip.Fault {
	leg := c.Leg()
	switch {
	case leg.Trunk != "":
		for i := range l.config.Load().Trunks {
			if t := &l.config.Load().Trunks[i]; t.Name == leg.Trunk && t.Refer {
				return nil
			}
		}
	case leg.Phone != "" && (!leg.Inbound || !l.answers(c.Number())):
		return nil // it is called where it has logged in, or it has proved who it is to dial
	case leg.Phone != "":
		return l.challenges(req, leg.Phone)
	}
	l.s.log.Warn("a transfer is not carried out", "call", c.ID(), "trunk", leg.Trunk, "reason", mayNotRefer)
	l.barred.WithLabelValues(mayNotRefer).Inc()
	return &sip.Fault{Status: 403, Reason: "Not A Source That May Refer"}
}

// mayNotRefer is the reason of a call that is not placed because who asks for it may not.
const mayNotRefer = "refer"

// answers says whether a flow answers a number: then who calls it has proved nothing.
func (l *lines) answers(n string) bool {
	if v := l.s.deployment.Stable(); v != nil {
		_, ok := v.Function(n)
		return ok
	}
	return false
}
