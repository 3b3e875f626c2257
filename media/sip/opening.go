package sip

import (
	"strings"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/field"
)

// opening is what is known of how a call began. It never changes: a call is given another one. The INVITE goes when
// the call stands; with its parse it takes many times the memory of what is kept of it.
type opening struct {
	invite                            *wire.Request // nil once the call stands
	callID, branch, from, to, display string
	number                            string // user of the Request-URI
	caller                            Caller // of a call that came in
	forwarders                        []Forwarder
}

// openedBy reads an INVITE. rules are how numbers are written where it came from, and asserts says whether more than
// From is believed there.
func openedBy(invite *wire.Request, in bool, origin *Origin) *opening {
	o := &opening{invite: invite, callID: string(*invite.CallID()), branch: branch(invite),
		from: userOf(&invite.From().Address), to: userOf(&invite.To().Address), number: userOf(&invite.Recipient),
		display: invite.From().DisplayName}
	if strings.Contains(o.display, `\`) {
		o.display = field.Unquote(`"` + o.display + `"`)
	}
	if in {
		o.caller, o.forwarders = callerOf(invite, o.display, origin), forwardersOf(invite, origin.Rules)
	}
	return o
}

// settled is the opening of a call that stands. The strings are copies: each would hold a line of the message.
func (o *opening) settled() *opening {
	n := *o
	n.invite = nil
	for _, s := range []*string{&n.callID, &n.branch, &n.from, &n.to, &n.display, &n.number, &n.caller.Number,
		&n.caller.Display} {
		*s = strings.Clone(*s)
	}
	return &n
}
