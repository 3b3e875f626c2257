// Package validate says whether a SIP message is one that a telephone may act on, and if not, how it is answered.
//
// A parser accepts what has the right shape; RFC 3261 asks for more (8.2, 18.3, 20), and RFC 4475 shows forty-nine
// messages with which implementations have gone wrong. Three doors are passed in this order:
//
//   - Datagram looks at raw bytes for what the parser refuses outright, so that even then an answer can be sent;
//   - NewParser gives a parser that keeps a malformed header field as text instead of refusing the whole message, and
//     tidies what RFC 3261 allows but the parser leaves as it is (blanks around "=", compact names);
//   - Rules.Request and Response judge the parsed message.
//
// Nothing here keeps state or sends: a Fault is an answer to be sent, and an ACK is never answered.
package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// Fault is the answer to a request that is not acted on.
type Fault struct {
	Status  int
	Reason  string       // says what is wrong, as RFC 3261, 21.4.1 asks
	Headers []sip.Header // Allow, Accept, Unsupported…: what the sender may do instead
}

func (f *Fault) Error() string { return fmt.Sprintf("%d %s", f.Status, f.Reason) }

// Response is the fault as an answer to req. It is nil for an ACK, which must not be answered (RFC 3261, 17).
func (f *Fault) Response(req *sip.Request) *sip.Response {
	if req.IsAck() {
		return nil
	}
	res := sip.NewResponseFromRequest(req, f.Status, f.Reason, nil)
	res.SipVersion = version
	for _, h := range f.Headers {
		res.AppendHeader(sip.HeaderClone(h))
	}
	return res
}

const (
	version                 = "SIP/2.0"
	statusUnsupportedScheme = 416
)

// Rules say what a server can do. The zero value serves nothing; start from Telephone.
type Rules struct {
	Methods    []string // methods that are served
	Extensions []string // option tags that may be required of us (RFC 3261, 19.2)
	Demand     []string // option tags that the sender of an INVITE must support (421)
	Schemes    []string // of the Request-URI
	// for a method the content types it understands; a method that is absent ignores its body
	Bodies    map[string][]string
	Encodings []string // content encodings beside identity
	MaxBody   int      // bytes; 0: as much as MaxMessage leaves
	// InDialog says whether a request with a To tag belongs to a dialog that is known. When nil, 481 is someone
	// else's to say.
	InDialog func(req *sip.Request) bool
}

// Telephone is what this server can do on a call. It is not changed; copy it to change it.
var Telephone = Rules{
	Methods: []string{"INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO", "UPDATE", "PRACK", "REFER", "NOTIFY",
		"REGISTER"},
	Extensions: []string{"100rel", "timer", "replaces", "path", "outbound"},
	Schemes:    []string{"sip", "sips"},
	Bodies: map[string][]string{
		"INVITE": {"application/sdp"}, "UPDATE": {"application/sdp"}, "PRACK": {"application/sdp"},
		"INFO": {"application/dtmf-relay", "application/dtmf"},
	},
}

// Request judges req by the rules of Telephone.
func Request(req *sip.Request) *Fault { return Telephone.Request(req) }

// known methods (IANA): what is known but not served gets 405, what nobody knows 501 (RFC 3261, 8.2.1 and 21.5.2).
var known = []string{
	"INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "REGISTER", "INFO", "UPDATE", "PRACK", "REFER", "NOTIFY", "SUBSCRIBE",
	"MESSAGE", "PUBLISH",
}

// insideOnly are methods that make no sense without a dialog: RFC 3261, 15; 3262; 3311; 6086; 6665.
var insideOnly = []string{"BYE", "PRACK", "UPDATE", "INFO", "NOTIFY"}

// Request judges req. It returns nil for one that may be acted on. For an ACK the fault only says that it must be
// ignored. A CANCEL is judged by its syntax alone (RFC 3261, 9.2).
func (r *Rules) Request(req *sip.Request) *Fault {
	if !strings.EqualFold(req.SipVersion, version) {
		req.SipVersion = version // answers copy it, and ours speak our version (RFC 3261, 21.5.6)
		return &Fault{Status: sip.StatusVersionNotSupported, Reason: "Version Not Supported"}
	}
	if f := r.fields(req); f != nil {
		return f
	}
	method := string(req.Method)
	if f := r.method(method, req); f != nil {
		return f
	}
	if f := r.target(req); f != nil {
		return f
	}
	if method == "ACK" || method == "CANCEL" {
		return nil // their Require and bodies are not looked at: RFC 3261, 8.2.2.3
	}
	if f := r.extensions(req); f != nil {
		return f
	}
	if f := r.body(req); f != nil {
		return f
	}
	return r.dialog(method, req)
}

func (r *Rules) method(method string, req *sip.Request) *Fault {
	cseq := string(req.CSeq().MethodName)
	isKnown := slices.Contains(known, method)
	switch {
	case !isKnown && !slices.Contains(r.Methods, method):
		return &Fault{Status: sip.StatusNotImplemented, Reason: "Unknown Method", Headers: []sip.Header{r.Allow()}}
	case cseq != method:
		return bad("CSeq Is of Another Method")
	case !slices.Contains(r.Methods, method):
		return &Fault{Status: sip.StatusMethodNotAllowed, Reason: "Method Not Allowed",
			Headers: []sip.Header{r.Allow()}}
	}
	return nil
}

// Allow is the header field that lists the methods served.
func (r *Rules) Allow() sip.Header { return sip.NewHeader("Allow", strings.Join(r.Methods, ", ")) }

func (r *Rules) target(req *sip.Request) *Fault {
	u := &req.Recipient
	if !slices.Contains(r.Schemes, u.Scheme) {
		return &Fault{Status: statusUnsupportedScheme, Reason: "Unsupported URI Scheme"}
	}
	switch {
	case u.Scheme != "sip" && u.Scheme != "sips":
		return nil
	case len(u.Headers) > 0:
		return bad("Header Fields in the Request-URI") // RFC 3261, 19.1.1, table 1
	case !plainURI(u):
		return bad("Malformed Request-URI")
	case len(u.User)+len(u.Host) > 1024:
		return &Fault{Status: sip.StatusRequestURITooLong, Reason: "Request-URI Too Long"}
	}
	return nil
}

func (r *Rules) extensions(req *sip.Request) *Fault {
	var missing []string
	for _, tag := range tags(req, "require") {
		if !slices.ContainsFunc(r.Extensions, func(e string) bool { return strings.EqualFold(e, tag) }) {
			missing = append(missing, tag)
		}
	}
	if len(missing) > 0 {
		return &Fault{Status: sip.StatusBadExtension, Reason: "Bad Extension",
			Headers: []sip.Header{sip.NewHeader("Unsupported", strings.Join(missing, ", "))}}
	}
	if len(r.Demand) == 0 || !req.IsInvite() {
		return nil
	}
	can := append(tags(req, "supported"), tags(req, "require")...)
	for _, want := range r.Demand {
		if !slices.ContainsFunc(can, func(e string) bool { return strings.EqualFold(e, want) }) {
			missing = append(missing, want)
		}
	}
	if len(missing) > 0 {
		return &Fault{Status: sip.StatusExtensionRequired, Reason: "Extension Required",
			Headers: []sip.Header{sip.NewHeader("Require", strings.Join(missing, ", "))}}
	}
	return nil
}

func (r *Rules) dialog(method string, req *sip.Request) *Fault {
	_, inside := req.To().Params.Get("tag")
	switch {
	case inside && r.InDialog != nil && method != "REGISTER" && !r.InDialog(req),
		!inside && slices.Contains(insideOnly, method):
		return &Fault{Status: sip.StatusCallTransactionDoesNotExists, Reason: "Call/Transaction Does Not Exist"}
	}
	return nil
}

// Hops is asked before a request makes us send one onward (a call bridged to an agent): RFC 3261, 16.3 answers 483 when
// no hop is left, and RFC 7332 counts a hop for agents like us too. left is what the new request should carry. A
// request that ends here is served whatever its Max-Forwards says.
func Hops(req *sip.Request) (left uint32, f *Fault) {
	h := req.MaxForwards()
	if h == nil {
		return 70, nil
	}
	if *h == 0 {
		return 0, &Fault{Status: sip.StatusTooManyHops, Reason: "Too Many Hops"}
	}
	return uint32(*h) - 1, nil
}

// NotAcceptableHere is the answer when the bodies can be read but their media not agreed on (488).
func NotAcceptableHere(why string) *Fault {
	return &Fault{Status: sip.StatusNotAcceptableHere, Reason: "Not Acceptable Here",
		Headers: []sip.Header{sip.NewHeader("Warning",
			`399 - "`+strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", " ", "\n", " ").Replace(why)+`"`)}}
}

// Response says why an answer must be thrown away, or nil (RFC 3261, 8.1.3.3 and 18.1.2).
func Response(res *sip.Response) error {
	if res.StatusCode < 100 || res.StatusCode > 699 {
		return fmt.Errorf("status %d is none", res.StatusCode)
	}
	if !strings.EqualFold(res.SipVersion, version) {
		return fmt.Errorf("version %q", res.SipVersion)
	}
	var n count
	if why := n.all(res.Headers()); why != "" {
		return fmt.Errorf("%s", why)
	}
	if n.via != 1 {
		return fmt.Errorf("%d Via values: the answer is not for us", n.via)
	}
	return nil
}

func bad(reason string) *Fault { return &Fault{Status: sip.StatusBadRequest, Reason: reason} }
