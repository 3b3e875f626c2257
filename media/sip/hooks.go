package sip

import (
	"context"
	"net/netip"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/digest"
)

// Request and Response are the messages as sipgo's parser makes them.
type (
	Request  = wire.Request
	Response = wire.Response
)

// Watched answers SUBSCRIBE (RFC 6665), whether it begins a subscription or is of one.
type Watched interface {
	Subscribed(req *Request, src netip.AddrPort) *Response
}

// Registrar answers REGISTER (RFC 3261, 10) and knows where telephones are.
type Registrar interface {
	// Register makes the answer to a REGISTER that came from src.
	Register(req *Request, src netip.AddrPort) *Response
	// Contacts returns where the telephone with the address of record is reached now, best first; none if it is away.
	Contacts(aor string) []Contact
}

// Contact is one place at which a telephone is reached.
type Contact struct {
	URI       string // Request-URI of the call
	Transport string // udp, tcp, tls, ws, wss; "" as the URI says
	// host:port to send to; "" as the URI says. The source of the REGISTER, for telephones behind a NAT
	Dest string
	Path []string // route set of RFC 3327
}

// Gateway knows how a number that is not an address of its own is reached.
type Gateway interface {
	// Routes returns the ways to a number in the order in which they should be tried. trunk, where not empty, names the
	// one trunk that may be used. from is what the caller's number should be, "" for the trunk's own.
	Routes(trunk, number, from string) ([]Route, error)
	// Failed is told of a call over a trunk that failed by the trunk's own fault, not the called party's: 408 if nobody
	// answered at all, 503 if it could not be reached, or its own 5xx. Later calls should try others first, as long as
	// it asked for (Retry-After), or a while where wait is 0.
	Failed(r Route, status int, wait time.Duration)
	// Seize takes a channel of a trunk for one call of ours; *Barred if as many as there may be are taken.
	Seize(r Route) (Channel, error)
	// Arrived takes one for a call that came in; nil if the trunk is not known.
	Arrived(trunk string) Channel
	// Redirected is asked when a call over a route was answered with 301 or 302. It gives the way to the URI of the
	// answer, or false if the call may not go there: a far side must not make us call where it likes.
	Redirected(r Route, uri string) (Route, bool)
}

// Channel is the part of a trunk that one call takes.
type Channel interface {
	Answered() // the call talks from now on
	Release()  // the call is over; more than once does nothing
}

// Dialplan decides where what is dialled leads, whoever dials: a flow, an agent's telephone that asks for a transfer,
// the program itself. It fails with *Barred if that may not be called, and with *Failure if it cannot be reached now.
type Dialplan interface {
	Routes(o Outbound) ([]Route, error)
}

// Barred is why something may not be dialled, or not now.
type Barred struct {
	Reason  string   // a word for logs and figures
	Trunk   string   // that came nearest to taking it; "" if none did
	Failure *Failure // as a far side would have said it
}

func (r *Barred) Error() string {
	text := "not let out: " + r.Reason
	if r.Trunk != "" {
		text += " (trunk " + r.Trunk + ")"
	}
	return text
}

// Unwrap gives the Failure.
func (r *Barred) Unwrap() error { return r.Failure }

// Bar makes a Barred for what may never be called.
func Bar(trunk, reason string) *Barred {
	return &Barred{Reason: reason, Trunk: trunk, Failure: &Failure{Status: 403, Reason: "Not Allowed", Q850: 21}}
}

// Route is one way to a number: a trunk.
type Route struct {
	Trunk     string            // its name
	Again     bool              // another target of the same trunk comes before it
	Phone     string            // or the telephone of ours that it leads to
	URI       string            // Request-URI
	From      string            // URI of the From header
	Display   string            // display name of the From header
	Dest      string            // host:port of the first hop; "" as the URI says
	Transport string            // udp, tcp, tls, ws, wss; "" as the URI says
	Path      []string          // route set (RFC 3327)
	Auth      *Credentials      // for 401 and 407
	Headers   map[string]string // such as P-Asserted-Identity
	Profile   Profile           // how the sound is described
}

// Credentials are a name and a password with which challenges are answered.
type Credentials struct {
	User   string
	Secret Secret
}

// Secret is a password that does not print itself.
type Secret = digest.Secret

// Send is how other parts of the program, such as a registering trunk, send a request outside of calls and wait for its
// final answer. It fails with *Failure only if no answer came; every final answer is returned.
func (s *Server) Send(ctx context.Context, req *Request) (*Response, error) {
	s.prepare(req)
	return s.do(ctx, req, nil)
}
