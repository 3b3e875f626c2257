package sip

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/validate"
)

// raw is a user agent made of a bare socket: it says exactly what a test wants and forgets what it should not.
type raw struct {
	t      testing.TB
	conn   *net.UDPConn
	to     net.Addr // the server; for calls to us, where the INVITE came from
	id     string   // Call-ID
	tag    string
	seq    int
	caller string
	// of the dialog
	theirTag string
	target   string
}

func newRaw(t testing.TB, s *Server) *raw {
	t.Helper()
	return newRawAt(t, s, net.IPv4(127, 0, 0, 1))
}

func newRawAt(t testing.TB, s *Server, at net.IP) *raw {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: at})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	r := &raw{t: t, conn: conn, id: newTag(), tag: newTag(), seq: 1, caller: "10086"}
	if s != nil {
		_, addr, _ := strings.Cut(s.Addrs()[0], "://")
		if r.to, err = net.ResolveUDPAddr("udp4", addr); err != nil {
			t.Fatal(err)
		}
		r.target = "sip:12366@" + addr
	}
	return r
}

func (r *raw) addr() string { return r.conn.LocalAddr().String() }

// sdp is a description with a port where nobody listens.
func (r *raw) sdp(more string) string {
	return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n" + more
}

// text is a request. lines are further header lines; a body gets the type of a description unless lines say otherwise.
func (r *raw) text(method, branch string, lines []string, body string) string {
	to := "<" + r.target + ">"
	if r.theirTag != "" {
		to += ";tag=" + r.theirTag
	}
	via := "SIP/2.0/UDP " + r.addr() + ";rport;branch=z9hG4bK" + branch
	all := append([]string{"Via: " + via, "Max-Forwards: 70",
		"From: \"Raw\" <sip:" + r.caller + "@" + r.addr() + ">;tag=" + r.tag, "To: " + to,
		"Call-ID: " + r.id, fmt.Sprintf("CSeq: %d %s", r.seq, method)}, lines...)
	has := strings.Join(lines, "\n")
	if !strings.Contains(has, "Contact:") {
		all = append(all, "Contact: <sip:raw@"+r.addr()+">")
	}
	if body != "" && !strings.Contains(has, "Content-Type:") {
		all = append(all, "Content-Type: application/sdp")
	}
	return method + " " + r.target + " SIP/2.0\r\n" + strings.Join(all, "\r\n") +
		fmt.Sprintf("\r\nContent-Length: %d\r\n\r\n", len(body)) + body
}

func (r *raw) send(text string) {
	r.t.Helper()
	if _, err := r.conn.WriteTo([]byte(text), r.to); err != nil {
		r.t.Fatal(err)
	}
}

// request sends a request with the next sequence number and a new branch.
func (r *raw) request(method string, lines []string, body string) (branch string) {
	r.t.Helper()
	r.seq++
	branch = newTag()
	r.send(r.text(method, branch, lines, body))
	return branch
}

// read is the next message, or nil after d.
func (r *raw) read(d time.Duration) wire.Message {
	r.t.Helper()
	buf := make([]byte, 65536)
	r.conn.SetReadDeadline(time.Now().Add(d))
	n, from, err := r.conn.ReadFrom(buf)
	for err == nil && n > 0 && buf[0]>>6 == 2 { // RTP, for a test that had this port before
		n, from, err = r.conn.ReadFrom(buf)
	}
	if err != nil {
		return nil
	}
	parser := validate.NewParser()
	parser.MaxMessageLength = len(buf)
	m, err := parser.ParseSIP(buf[:n])
	if err != nil {
		r.t.Fatalf("%v\n%s", err, buf[:n])
	}
	if r.to == nil {
		r.to = from
	}
	return m
}

// status waits for an answer with this status to a request of this method; others are passed over.
func (r *raw) status(status int, method string) *wire.Response {
	r.t.Helper()
	var seen []string
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
		m := r.read(time.Until(end))
		if res, ok := m.(*wire.Response); ok {
			if res.StatusCode == status && string(res.CSeq().MethodName) == method {
				return res
			}
			seen = append(seen, res.StartLine())
		} else if req, ok := m.(*wire.Request); ok {
			seen = append(seen, req.StartLine())
		}
	}
	r.t.Fatalf("no %d to %s; came %q", status, method, seen)
	return nil
}

// latest waits for an answer to the last request: on a slow machine an earlier one comes again.
func (r *raw) latest(status int, method string) *wire.Response {
	r.t.Helper()
	for {
		if res := r.status(status, method); res.CSeq().SeqNo == uint32(r.seq) {
			return res
		}
	}
}

// wants waits for a request of a method; others are passed over.
func (r *raw) wants(method string) *wire.Request {
	r.t.Helper()
	var seen []string
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
		m := r.read(time.Until(end))
		if req, ok := m.(*wire.Request); ok {
			if string(req.Method) == method {
				return req
			}
			seen = append(seen, req.StartLine())
		} else if res, ok := m.(*wire.Response); ok {
			seen = append(seen, res.StartLine())
		}
	}
	r.t.Fatalf("no %s; came %q", method, seen)
	return nil
}

// wantsAfter waits for another request of the method than one that came: on a slow machine that comes again.
func (r *raw) wantsAfter(before *wire.Request) *wire.Request {
	r.t.Helper()
	for {
		if req := r.wants(string(before.Method)); branch(req) != branch(before) {
			return req
		}
	}
}

// answer answers a request that came.
func (r *raw) answer(req *wire.Request, status int, reason string, lines []string, body string) {
	r.t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "SIP/2.0 %d %s\r\n", status, reason)
	for _, h := range req.GetHeaders("via") {
		b.WriteString("Via: " + h.Value() + "\r\n")
	}
	for _, h := range req.GetHeaders("record-route") {
		b.WriteString("Record-Route: " + h.Value() + "\r\n")
	}
	to := req.To().Value()
	if !strings.Contains(to, "tag=") && status > 100 {
		to += ";tag=" + r.tag
	}
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %s\r\nContact: <sip:raw@%s>\r\n", req.From().Value(),
		to, req.CallID().Value(), req.CSeq().Value(), r.addr())
	for _, l := range lines {
		b.WriteString(l + "\r\n")
	}
	if body != "" {
		b.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	r.send(b.String())
}

// learn takes the far side of the dialog from an answer.
func (r *raw) learn(res *wire.Response) {
	r.theirTag, _ = res.To().Params.Get("tag")
	if c := res.Contact(); c != nil {
		r.target = c.Address.String()
	}
}

// call places a call up to its ACK.
func (r *raw) call(lines ...string) *wire.Response {
	r.t.Helper()
	r.send(r.text("INVITE", newTag(), lines, r.sdp("")))
	res := r.status(200, "INVITE")
	r.learn(res)
	r.ack("")
	return res
}

func (r *raw) ack(body string) { r.send(r.text("ACK", newTag(), nil, body)) }
