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
	if v := l.s.deployment.Stable(); v != nil {
		if _, ok := v.Function(number.OfUser(req.Recipient.User)); ok {
			return nil
		}
	}
	user, verdict := l.auth.Check(req)
	if verdict == digest.Accepted && user == from.Address.User {
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
