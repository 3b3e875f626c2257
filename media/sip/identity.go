package sip

import (
	"net/netip"
	"strings"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/field"
	"rexian/number"
)

// Origin is what is known of whoever sends calls from an address.
type Origin struct {
	Trunk string // its name; "" where it is none
	// what it says of the caller beside From is believed: P-Asserted-Identity (RFC 3325), Remote-Party-ID
	Asserts bool
	Rules   number.Rules // how it writes numbers
	Phones  []string     // telephones of ours that are registered there
	Profile Profile      // how the sound of its calls is described
	// OfPhone is the profile of one of Phones; nil: Profile.
	OfPhone func(phone string) Profile
}

// Caller is who a call that came in is from, as far as that can be believed.
type Caller struct {
	Number   string // in its one form; the user of the address where that is no number; "" where it is withheld
	Display  string // the name shown; "" if there is none, or it is withheld
	Asserted bool   // the network has said so, not the caller
	Withheld bool
}

// Forwarder is a number that a call was for before it came to us.
type Forwarder struct {
	Number string // in its one form
	Reason string // unconditional, user-busy, no-answer, …; a SIP status where History-Info has one; "" if not told
}

// maxForwarders is how many are kept of one call; the rest of a long list tells nothing more.
const maxForwarders = 8

// Origin is where a call came from.
func (c *Call) Origin() Origin { return c.origin }

// Dialled is the number that was dialled in the end, in its one form: the Request-URI's, by the rules of the trunk.
func (c *Call) Dialled() string { return c.origin.Rules.In(c.Number()) }

// Caller is who the call is from. Where the network may be believed, what it asserts goes before what the caller wrote
// into From. A caller who asks not to be shown (RFC 3323) is not, though the network has told us the number.
func (c *Call) Caller() Caller { return c.opening.Load().caller }

// callerOf reads the caller of an INVITE; display is the name in From.
func callerOf(invite *wire.Request, display string, origin *Origin) Caller {
	who := Caller{Display: display}
	who.Number, who.Withheld = withheld(&invite.From().Address)
	if origin.Asserts {
		if a, ok := asserted(invite); ok {
			who = a
		}
	}
	if wantsPrivacy(headerValues(invite, "privacy")) {
		who.Withheld = true
	}
	if who.Withheld {
		who.Number, who.Display = "", ""
		return who
	}
	who.Number = origin.Rules.In(who.Number)
	return who
}

// asserted is what the network says of the caller; false if it says nothing.
func asserted(req *wire.Request) (Caller, bool) {
	var found Caller
	ok := false
	for _, v := range addresses(req, "p-asserted-identity") { // at most a SIP address and a tel one (RFC 3325, 9.1)
		if n, hidden := withheld(&v.uri); !hidden && (!ok || !number.Dialable(found.Number)) {
			found, ok = Caller{Number: n, Display: v.name, Asserted: true}, true
		}
	}
	if ok {
		return found, true
	}
	for _, v := range addresses(req, "remote-party-id") {
		if party := v.param("party"); party != "" && !strings.EqualFold(party, "calling") {
			continue
		}
		n, hidden := withheld(&v.uri)
		switch strings.ToLower(v.param("privacy")) {
		case "full", "name", "uri":
			hidden = true
		}
		return Caller{Number: n, Display: v.name, Asserted: true, Withheld: hidden}, true
	}
	return Caller{}, false
}

// withheld is the number of an address, and whether the address says that there is none.
func withheld(u *wire.Uri) (n string, hidden bool) {
	n = userOf(u)
	if number.Withheld(n) {
		return "", true
	}
	host := strings.ToLower(strings.TrimSuffix(u.Host, "."))
	return n, host == "anonymous.invalid" || host == "anonymous.anonymous"
}

// wantsPrivacy reads Privacy (RFC 3323, RFC 3325): whether the caller's identity is not to be shown.
func wantsPrivacy(v string) bool {
	for p := range strings.FieldsFuncSeq(v, func(r rune) bool { return r == ';' || r == ',' || r == ' ' }) {
		switch strings.ToLower(p) {
		case "id", "user", "header":
			return true
		}
	}
	return false
}

// Forwarders are the numbers that the call was for before, the latest first: by Diversion (RFC 5806), else by
// History-Info (RFC 7044). They are as true as whoever sent the call.
func (c *Call) Forwarders() []Forwarder { return c.opening.Load().forwarders }

// forwardersOf reads them from an INVITE.
func forwardersOf(invite *wire.Request, rules number.Rules) []Forwarder {
	var list []Forwarder
	add := func(u *wire.Uri, reason string) {
		if n, hidden := withheld(u); !hidden && len(list) < maxForwarders {
			list = append(list, Forwarder{Number: rules.In(n), Reason: cut(clean(field.Unquote(reason)), 40)})
		}
	}
	for _, v := range addresses(invite, "diversion") {
		add(&v.uri, v.param("reason"))
	}
	if list != nil {
		return list
	}
	history := addresses(invite, "history-info")
	for i := len(history) - 2; i >= 0; i-- { // the last entry is where the call is now
		reason := ""
		for _, h := range history[i].uri.Headers {
			if _, cause, ok := strings.Cut(h.V, "cause"); ok && strings.EqualFold(h.K, "Reason") {
				reason = strings.TrimLeft(strings.ReplaceAll(cause, "%3D", "="), "= ")
				reason = reason[:len(reason)-len(strings.TrimLeft(reason, "0123456789"))]
			}
		}
		if v, ok := history[i+1].uri.UriParams.Get("cause"); ok && reason == "" { // RFC 4458
			reason = v
		}
		add(&history[i].uri, reason)
	}
	return list
}

// address is one value of a header that has addresses.
type address struct {
	uri    wire.Uri
	name   string
	params wire.HeaderParams
}

func (a *address) param(name string) string {
	for _, kv := range a.params {
		if strings.EqualFold(kv.K, name) {
			return kv.V
		}
	}
	return ""
}

// addresses reads the values of a header; one that cannot be read is left out.
func addresses(m wire.Message, header string) []address {
	var list []address
	for _, h := range m.GetHeaders(header) {
		for v := range field.List(h.Value()) {
			a := address{params: wire.NewParams()}
			name, err := wire.ParseAddressValue(v, &a.uri, &a.params)
			if err != nil || a.uri.Host == "" && a.uri.Raw() == "" {
				continue
			}
			if a.name = clean(name); strings.Contains(a.name, `\`) {
				a.name = field.Unquote(`"` + a.name + `"`)
			}
			list = append(list, a)
		}
	}
	return list
}

// originOf is what the configuration says of a source.
func (s *Server) originOf(src netip.AddrPort) Origin {
	if s.cfg.Origin == nil {
		return Origin{}
	}
	return s.cfg.Origin(src)
}
