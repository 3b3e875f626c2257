package sip

import (
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sdp"
	"rexian/media/sip/digest"
	"rexian/media/sip/field"
)

// dialog is the relation of two user agents (RFC 3261, 12). All of it is guarded by the lock of its call, except what
// is set before it is entered in the server's maps: s, uac, callID, localTag, transport, endpoint.
type dialog struct {
	s    *Server
	call *Call
	uac  bool // we sent the INVITE that made it

	callID    string
	localTag  string
	remoteTag string
	local     wire.FromHeader // From of our requests, with our tag
	remote    wire.ToHeader   // To of our requests, with their tag
	target    wire.Uri        // where requests go (Contact)
	routes    []wire.Uri      // route set in the order in which we use it
	transport string          // UDP, TCP, TLS, WS, WSS
	endpoint  *endpoint
	source    netip.AddrPort // where their messages come from; invalid if nothing came yet
	firstHop  string         // host:port given by a trunk or a registrar for requests outside of a route set
	pinned    bool           // firstHop goes before a route set: it is where that was found to lead
	grown     bool           // UDP, but our INVITE was so long that it went over TCP
	login     *digest.Client // answers challenges; nil without credentials

	lseq       *uint32 // of our last request; branches of one call share it
	rseq       uint32  // of their last request
	seen       uint64  // bit n: their request rseq-n came
	inviteSeq  uint32  // of the INVITE that made the dialog
	forgotten  bool    // its INVITE was refused once; the same one again is a new one
	confirmed  bool    // the 2xx was sent or acknowledged
	theirAllow string  // methods that they said they can do
	theirTimer bool    // they know session timers

	sdp  sdp.Local
	acks []*unacked // our 2xx whose ACK has not come
	sent []sentAck  // our ACKs, to be repeated when their 2xx is
	busy bool       // an offer of ours is on its way

	session session // RFC 4028
	answers chan sdpAnswer
}

// sentAck is an ACK of ours to a 2xx.
type sentAck struct {
	seq uint32
	ack *wire.Request
}

// sdpAnswer says whether the answer that came in an ACK could be accepted.
type sdpAnswer struct{ err error }

func (d *dialog) initialKey() string { return d.callID + "\x00" + d.remoteTag }

// hasRemote says whether tag is the far side's.
func (d *dialog) hasRemote(tag string) bool {
	if d.call == nil {
		return d.remoteTag == tag
	}
	d.call.mu.Lock()
	defer d.call.mu.Unlock()
	return d.remoteTag == tag || d.uac && d.call.early(tag) != nil
}

// accepts counts a request's sequence number (RFC 3261, 12.2.2). Requests come in goroutines of their own, so two that
// follow closely may be seen the wrong way round: a late one is let in once if it does not change the session.
func (d *dialog) accepts(req *wire.Request) bool {
	n := req.CSeq().SeqNo
	switch {
	case d.rseq == 0 || n > d.rseq:
		if shift := n - d.rseq; d.rseq != 0 && shift < 64 {
			d.seen = d.seen<<shift | 1
		} else {
			d.seen = 1
		}
		d.rseq = n
		return true
	case n == d.rseq:
		return false
	}
	back := d.rseq - n
	if req.Method == wire.INVITE || req.Method == wire.UPDATE || back >= 64 || d.seen&(1<<back) != 0 {
		return false
	}
	d.seen |= 1 << back
	return true
}

// learn takes over the remote target and what they can do from a message that may change it.
func (d *dialog) learn(m wire.Message) {
	var contact *wire.ContactHeader
	switch m := m.(type) {
	case *wire.Request:
		contact = m.Contact()
	case *wire.Response:
		contact = m.Contact()
	}
	if contact != nil && contact.Address.Host != "" && !contact.Address.Wildcard {
		d.target = *contact.Address.Clone()
		d.target.Headers = nil
	}
	if v := headerValues(m, "allow"); v != "" {
		d.theirAllow = v
	}
	if hasToken(headerValues(m, "supported"), "timer") {
		d.theirTimer = true
	}
}

// request makes a request of ours in the dialog.
func (d *dialog) request(method wire.RequestMethod) *wire.Request {
	return d.requestSeq(method, d.next())
}

// firstSeq begins the count somewhere (RFC 3261, 8.1.1.5).
func firstSeq() *uint32 {
	n := rand.Uint32N(1 << 15)
	return &n
}

// next counts our requests.
func (d *dialog) next() uint32 {
	*d.lseq++
	return *d.lseq
}

func (d *dialog) requestSeq(method wire.RequestMethod, seq uint32) *wire.Request {
	target, routes := d.target, d.routes
	if len(routes) > 0 && !routes[0].UriParams.Has("lr") { // a strict router (12.2.1.1)
		target, routes = routes[0], append(append([]wire.Uri(nil), routes[1:]...), d.target)
	}
	req := wire.NewRequest(method, target)
	from, to, id := d.local, d.remote, wire.CallIDHeader(d.callID)
	maxForwards := wire.MaxForwardsHeader(70)
	req.AppendHeader(d.via())
	for i := range routes {
		req.AppendHeader(&wire.RouteHeader{Address: routes[i]})
	}
	req.AppendHeader(&maxForwards)
	req.AppendHeader(&from)
	req.AppendHeader(&to)
	req.AppendHeader(&id)
	req.AppendHeader(&wire.CSeqHeader{SeqNo: seq, MethodName: method})
	switch method {
	case wire.INVITE, wire.UPDATE, wire.REFER, wire.NOTIFY, wire.SUBSCRIBE:
		req.AppendHeader(d.contact())
	}
	switch method {
	case wire.INVITE, wire.UPDATE:
		req.AppendHeader(wire.NewHeader("Allow", allow))
		req.AppendHeader(wire.NewHeader("Supported", supported))
	}
	req.AppendHeader(wire.NewHeader("User-Agent", d.s.cfg.UserAgent))
	d.authorize(req)
	req.SetBody(nil)
	req.SetTransport(d.transport)
	d.direct(req)
	return req
}

// via is a new Via header with a new branch.
func (d *dialog) via() *wire.ViaHeader {
	host, port := d.s.sentBy(d.endpoint, d.remoteAddr())
	v := &wire.ViaHeader{ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: d.transport, Host: host, Port: port,
		Params: make(wire.HeaderParams, 0, 2)}
	v.Params.Add("branch", wire.RFC3261BranchMagicCookie+newTag())
	v.Params.Add("rport", "")
	return v
}

// sentBy is the host and port of Via and Contact; "" where the transport has to fill it in.
func (s *Server) sentBy(e *endpoint, remote netip.Addr) (string, int) {
	if e == nil {
		return "", 0
	}
	return s.hostFor(e, remote).String(), int(e.bound.Port())
}

func (d *dialog) remoteAddr() netip.Addr {
	if d.source.IsValid() {
		return d.source.Addr()
	}
	if a, err := netip.ParseAddrPort(d.firstHop); err == nil {
		return a.Addr()
	}
	a, _ := netip.ParseAddr(d.target.Host)
	return a
}

// contact is our Contact header.
func (d *dialog) contact() *wire.ContactHeader {
	host, port := d.s.sentBy(d.endpoint, d.remoteAddr())
	if host == "" {
		host = d.s.hostFor(nil, d.remoteAddr()).String()
	}
	c := &wire.ContactHeader{Address: wire.Uri{Scheme: "sip", User: d.local.Address.User, Host: host, Port: port}}
	if d.transport != "UDP" {
		c.Address.UriParams = wire.HeaderParams{{K: "transport", V: wire.NetworkToLower(d.transport)}}
	}
	return c
}

// direct says where a request goes. Its next hop is the first route, else the target. Three things turn it back to
// where the far side's own messages come from: a target that cannot be reached by design (.invalid, RFC 5626 and
// WebSocket), a private address that a NAT hides, and a stream connection that is open already.
func (d *dialog) direct(req *wire.Request) {
	if d.transport == "UDP" && d.endpoint != nil {
		req.Laddr = localAddr(d.endpoint.bound)
	}
	next := &d.target
	if d.pinned && !d.source.IsValid() {
		req.SetDestination(d.firstHop)
		return
	}
	if len(d.routes) > 0 {
		next = &d.routes[0]
	} else if d.firstHop != "" && !d.source.IsValid() {
		req.SetDestination(d.firstHop)
		return
	}
	if t, _ := next.UriParams.Get("transport"); d.grown && strings.EqualFold(t, "tcp") {
		d.s.useTCP(req)
	}
	if d.source.IsValid() && d.sourceInstead(next) {
		req.SetDestination(d.source.String())
		return
	}
	host := strings.Trim(next.Host, "[]")
	port := next.Port
	if port == 0 {
		port = wire.DefaultPort(d.transport)
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	req.SetDestination(host + ":" + strconv.Itoa(port))
}

func (d *dialog) sourceInstead(next *wire.Uri) bool {
	host, err := netip.ParseAddr(strings.Trim(next.Host, "[]"))
	if err != nil {
		return strings.HasSuffix(strings.TrimSuffix(next.Host, "."), ".invalid") || d.connected()
	}
	from := d.source.Addr()
	if host.Unmap() == from {
		return d.transport != "UDP" && d.connected()
	}
	return hidden(host) && !hidden(from) || d.transport != "UDP" && len(d.routes) == 0 && d.connected()
}

// connected says whether the stream that their messages come through is still open.
func (d *dialog) connected() bool {
	if d.transport == "UDP" {
		return false
	}
	c, err := d.s.tpl.GetConnection(d.transport, d.source.String())
	if err != nil {
		return false
	}
	c.TryClose()
	return true
}

// hidden says whether an address has no meaning outside of its own network.
func hidden(a netip.Addr) bool {
	return a.IsPrivate() || a.IsUnspecified() || a.IsLinkLocalUnicast() || carrierNAT.Contains(a.Unmap())
}

var carrierNAT = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598

// recordRoutes are the Record-Route values of a message, in the order of the message.
func recordRoutes(m wire.Message) []wire.Uri {
	var out []wire.Uri
	for _, h := range m.GetHeaders("record-route") {
		if r, ok := h.(*wire.RecordRouteHeader); ok {
			out = append(out, *r.Address.Clone())
		}
	}
	return out
}

// headerValues joins all values of a header with commas; name is in lower case.
func headerValues(m wire.Message, name string) string {
	var out string
	for _, h := range m.GetHeaders(name) {
		if out == "" {
			out = h.Value()
		} else {
			out += "," + h.Value()
		}
	}
	return out
}

// hasToken looks for a token in a list, letter case aside.
func hasToken(list, token string) bool { return field.Has(list, token) }

// unacked is a 2xx to an INVITE that is repeated until its ACK comes (RFC 3261, 13.3.1.4).
type unacked struct {
	seq      uint32
	res      *wire.Response
	conn     wire.Connection
	timer    *time.Timer
	interval time.Duration
	spent    time.Duration
	offered  bool // it carries our offer; the ACK has to bring the answer
}
