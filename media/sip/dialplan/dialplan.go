// Package dialplan decides where what is dialled leads. Every call that we place goes through it, whoever asks for it:
// a flow that transfers, an agent's telephone that passes a caller on (REFER), an agent who is rung, a callback. A far
// side that could choose freely where we call could call at our cost, or send our requests to any machine.
//
// What may be called is: a telephone of the configuration, where it is registered or where the configuration says; or a
// number that a trunk's rules let out. Nothing else: no address that somebody else names, and no number that happens to
// be the name of a telephone that is away.
package dialplan

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip"
	"rexian/media/sip/trunk"
	"rexian/number"
)

// Options of a Plan.
type Options struct {
	Telephones []string      // users of the telephones that may register
	Fixed      []string      // SIP addresses of telephones that the configuration names
	Hosts      []string      // names and addresses of this server
	Registrar  sip.Registrar // nil: no telephone registers
	Trunks     *trunk.Set    // nil: no number can be called
	// Local lists the addresses of this machine, which are its own whatever Hosts says; nil: the system is asked.
	Local func() []netip.Addr
	// Ports lists the ports on which this server listens: on the loopback (127.0.0.0/8, ::1), where many programs stand
	// side by side, an address is ours only with one of them. Nil: with any.
	Ports func() []uint16
	// Profile says how the sound of a telephone's calls is described; nil: as the server does.
	Profile func(phone string) sip.Profile
}

// Plan is a sip.Dialplan. It is safe for use by many goroutines.
type Plan struct {
	o          Options
	telephones map[string]bool
	fixed      map[string]string // by their key
}

var _ sip.Dialplan = (*Plan)(nil)

// Reasons of a sip.Barred, beside those of a trunk.
const (
	ForeignAddress = "foreign_address" // an address that is neither ours nor a trunk's
	NoNumber       = "no_number"       // nothing that can be dialled
	NoTrunk        = "no_trunk"        // no trunk is for the number
)

// New makes a plan. It fails with the address that is none.
func New(o Options) (*Plan, error) {
	p := &Plan{o: o, telephones: map[string]bool{}, fixed: map[string]string{}}
	if o.Local == nil {
		p.o.Local = interfaces
	}
	for _, t := range o.Telephones {
		p.telephones[t] = true
	}
	for _, f := range o.Fixed {
		var u wire.Uri
		if !parse(f, &u) {
			return nil, fmt.Errorf("%q is no SIP address", f)
		}
		p.fixed[key(&u)] = f
	}
	return p, nil
}

// Routes gives the ways to what is dialled: a number, the user of a telephone, or a SIP or tel address.
func (p *Plan) Routes(o sip.Outbound) ([]sip.Route, error) {
	var u wire.Uri
	if parse(o.To, &u) {
		if f, ok := p.fixed[key(&u)]; ok {
			return []sip.Route{{URI: f, Phone: u.User}}, nil
		}
	}
	user, err := p.user(o.To)
	if err != nil {
		return nil, err
	}
	if p.telephones[user] {
		return p.telephone(user)
	}
	dialled := number.OfUser(user)
	if !number.Dialable(number.Clean(dialled)) {
		return nil, sip.Bar("", NoNumber)
	}
	return p.trunk(o, dialled)
}

// Own is the number that what is dialled names where that leads to this server and to no telephone of it: a flow may
// answer it. False if it leads elsewhere.
func (p *Plan) Own(dialled string) (string, bool) {
	user, err := p.user(dialled)
	if err != nil || p.telephones[user] {
		return "", false
	}
	return number.OfUser(user), true
}

// user is whom an address of ours names, or what was dialled.
func (p *Plan) user(dialled string) (string, error) {
	switch scheme, rest, _ := strings.Cut(dialled, ":"); strings.ToLower(scheme) {
	case "sip", "sips":
		var u wire.Uri
		switch {
		case !parse(dialled, &u):
			return "", sip.Bar("", NoNumber)
		case !p.ours(u.Host, u.Port):
			return "", sip.Bar("", ForeignAddress)
		}
		return u.User, nil
	case "tel":
		return rest, nil
	}
	return dialled, nil
}

// telephone is where a telephone is now. One that is away is not to be reached; its number is nobody else's.
func (p *Plan) telephone(user string) ([]sip.Route, error) {
	var routes []sip.Route
	if p.o.Registrar != nil {
		for _, c := range p.o.Registrar.Contacts(user) {
			routes = append(routes, sip.Route{Phone: user, URI: c.URI, Transport: c.Transport, Dest: c.Dest,
				Path: c.Path})
			if p.o.Profile != nil {
				routes[len(routes)-1].Profile = p.o.Profile(user)
			}
		}
	}
	if routes == nil {
		return nil, fmt.Errorf("the telephone is not registered: %w",
			&sip.Failure{Status: 480, Reason: "Temporarily Unavailable", Q850: 18})
	}
	return routes, nil
}

// trunk is the way to a number.
func (p *Plan) trunk(o sip.Outbound, dialled string) ([]sip.Route, error) {
	none := &sip.Barred{Reason: NoTrunk, Trunk: o.Trunk,
		Failure: &sip.Failure{Status: 503, Reason: "No Trunk", Q850: 38}}
	if p.o.Trunks == nil {
		return nil, none
	}
	from := o.From
	if !number.Dialable(number.Clean(from)) {
		from = "" // a name, or nobody: the trunk shows its own number
	}
	routes, err := p.o.Trunks.Routes(o.Trunk, dialled, from)
	if errors.Is(err, trunk.ErrNoTrunk) {
		return nil, none
	}
	return routes, err
}

// ours says whether a host is this server. A telephone also writes the carrier's name behind a number that it was
// shown: that is as good, for only the number counts.
func (p *Plan) ours(host string, port int) bool {
	host = strings.TrimSuffix(strings.Trim(host, "[]"), ".")
	a, err := netip.ParseAddr(host)
	if err == nil && a.Unmap().IsLoopback() && port != 0 && p.o.Ports != nil &&
		!slices.Contains(p.o.Ports(), uint16(port)) {
		return p.o.Trunks != nil && p.o.Trunks.At(host, port)
	}
	if slices.ContainsFunc(p.o.Hosts,
		func(h string) bool { return strings.EqualFold(strings.Trim(h, "[]"), host) }) {
		return true
	}
	if p.o.Trunks != nil && p.o.Trunks.At(host, port) {
		return true
	}
	return err == nil && slices.Contains(p.o.Local(), a.Unmap())
}

// parse reads a SIP address.
func parse(s string, u *wire.Uri) bool {
	return wire.ParseUri(s, u) == nil && u.Host != "" &&
		(strings.EqualFold(u.Scheme, "sip") || strings.EqualFold(u.Scheme, "sips"))
}

// key is by what two addresses of a telephone are told to be one.
func key(u *wire.Uri) string {
	port := u.Port
	if port == 0 {
		port = 5060
		if u.IsEncrypted() {
			port = 5061
		}
	}
	return fmt.Sprintf("%s@%s:%d", u.User, strings.ToLower(strings.Trim(u.Host, "[]")), port)
}

// interfaces are the addresses of this machine.
func interfaces() []netip.Addr {
	var list []netip.Addr
	nets, _ := net.InterfaceAddrs()
	for _, n := range nets {
		if p, err := netip.ParsePrefix(n.String()); err == nil {
			list = append(list, p.Addr().Unmap())
		}
	}
	return list
}
