package server

import (
	"context"
	_ "embed"
	"errors"
	"net/netip"
	"os"
	"path/filepath"

	"rexian/compiler"
	"rexian/media/sip"
	"rexian/media/sip/digest"
	"rexian/media/sip/guard"
	"rexian/number"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
)

//go:embed desk.flow
var deskFlow []byte

// desk is what a telephone of ours runs that dials a number of no flow: a colleague's, or one outside.
func desk() (*deploy.Version, error) {
	dir, err := os.MkdirTemp("", "rexian-desk-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "desk.flow"), deskFlow, 0o600); err != nil {
		return nil, err
	}
	return deploy.Compile(dir, compiler.Options{})
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

// codes are what a telephone dials behind a star to tell what its agent does; a person keys them, and hears what came
// of it.
var codes = map[string]string{"81": "signin", "82": "signout", "83": "ready", "84": "break"}

// The numbers of desk.flow that tell why a code was not carried out.
const (
	notSignedIn = "85"
	noAgentHere = "86"
	noSuchCode  = "87"
)

// code carries out what a telephone has dialled, for each agent who sits at it. It returns the number of desk.flow that
// tells what came of it.
func (f *staff) code(phone, code string) string {
	what, ok := codes[code]
	if !ok {
		return noSuchCode
	}
	ctx, cancel := context.WithTimeout(context.Background(), staffTime)
	defer cancel()
	answer := noAgentHere
	for _, a := range f.s.exchange.AgentList() {
		if a.Phone != phone {
			continue
		}
		answer = code
		if _, err := f.Ask(ctx, a.ID, what, "", "telephone "+phone); errors.Is(err, exchange.ErrOut) {
			return notSignedIn
		} else if err != nil {
			f.s.log.Warn("a telephone's code was not carried out", "telephone", phone, "code", code, "error", err)
			return noAgentHere
		}
	}
	return answer
}
