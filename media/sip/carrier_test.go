package sip

import (
	"net"
	"strings"
	"testing"
	"time"

	wire "github.com/emiago/sipgo/sip"
)

// A CANCEL crosses the 200, and the caller hangs up with BYE instead of an ACK: both are confirmed, and no call is
// left.
func TestCancelCrossesTheAnswer(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	r := newRaw(t, s)
	r.send(r.text("INVITE", "crossing", nil, r.sdp("")))
	c := within(t, "call", calls)
	res := r.status(200, "INVITE")
	r.send(r.text("CANCEL", "crossing", nil, ""))
	r.status(200, "CANCEL")
	r.learn(res)
	r.request("BYE", nil, "")
	r.status(200, "BYE")
	within(t, "end", c.Done())
	until(t, "nothing left", func() bool { return s.Calls()+dialogs(s)+s.Pending() == 0 })
}

// We refresh, and nobody answers: the call ends with BYE when its session is over.
func TestRefreshUnanswered(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, func(c *Config) { c.MinSE, c.SessionExpires = time.Second, 2*time.Second })
	r := newRaw(t, s)
	res := r.call("Supported: timer", "Session-Expires: 2;refresher=uas")
	if got := headerValues(res, "session-expires"); got != "2;refresher=uas" {
		t.Errorf("%q", got)
	}
	c := within(t, "call", calls)
	r.wants("INVITE")
	r.wants("BYE")
	within(t, "end", c.Done())
	if c.Cause().By != Timeout {
		t.Errorf("%+v", c.Cause())
	}
}

// A caller behind a router names an address that nobody outside can reach: what we send goes where its call came from.
func TestContactBehindARouter(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	for _, contact := range []string{"192.168.77.77:5060", "10.1.2.3", "100.64.0.9:5062", "172.16.1.1"} {
		r := newRaw(t, s)
		r.call("Contact: <sip:raw@" + contact + ">")
		c := within(t, "call", calls)
		until(t, "acknowledged", func() bool {
			c.mu.Lock()
			defer c.mu.Unlock()
			return len(c.d.acks) == 0 &&
				c.state == answered
		})
		c.Hangup("")
		if bye := r.wants("BYE"); !strings.HasPrefix(contact, bye.Recipient.Host) {
			t.Errorf("to %s", bye.Recipient.String())
		}
	}
}

// places are where a telephone has registered.
type places []Route

func (p places) Routes(Outbound) ([]Route, error) { return p, nil }

// A telephone that has registered anew at another place, its old one being dead, is called there after three seconds
// (six times T1 here), in the same call: the silence of the first is not waited for until nobody answers.
func TestATelephoneAtADeadPlace(t *testing.T) {
	t.Parallel()
	dead, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer dead.Close()
	e := loopback(t)
	on, calls := answering(t)
	phone := serve(t, e, on, nil)
	s := serve(t, e, nil, func(c *Config) {
		c.Dialplan = places{{Phone: "1001", URI: "sip:1001@" + dead.LocalAddr().String()},
			{Phone: "1001", URI: uri(phone, "1001-0x55d0")}}
	})
	var legs []*Call
	out, err := s.Dial(t.Context(), Outbound{To: "1001", OnLeg: func(c *Call) { legs = append(legs, c) }})
	if err != nil {
		t.Fatal(err)
	}
	if len(legs) != 2 || legs[0].Cause().By != Timeout || legs[1] != out || out.Leg().Number != "1001" {
		t.Errorf("%d legs, the first: %+v, the second to %s", len(legs), legs[0].Cause(), out.Leg().Number)
	}
	invites := 0 // three by then; seven until a transaction gives up
	_ = dead.SetReadDeadline(time.Now().Add(time.Millisecond))
	for b := make([]byte, 2048); invites < 7; invites++ {
		if _, err := dead.Read(b); err != nil {
			break
		}
	}
	if invites == 7 {
		t.Error("the dead place was waited for to the end")
	}
	in := within(t, "call", calls)
	out.Hangup("")
	within(t, "end", in.Done())
	until(t, "nothing left", func() bool { return s.Calls()+dialogs(s)+phone.Calls()+dialogs(phone) == 0 })
}

// The refusal of a stranger's call is sent once over UDP, however long no ACK comes, and again if the call is: who
// forges a sender does not make us send it eleven times.
func TestRefusalIsSentOnce(t *testing.T) {
	t.Parallel()
	s := serve(t, loopback(t), func(c *Call) { c.Reject(404, "Not Found") }, nil)
	for name, lines := range map[string][]string{"by the flow": nil, "by the server": {"Require: nonsense"}} {
		r := newRaw(t, s)
		text := r.text("INVITE", newTag(), lines, r.sdp(""))
		for range 2 {
			r.send(text)
			n := 0
			for end := time.Now().Add(20 * t1); ; {
				m, ok := r.read(time.Until(end)).(*wire.Response)
				if !ok {
					break
				}
				if !m.IsProvisional() {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%s: %d answers", name, n)
			}
		}
	}
	until(t, "nothing left", func() bool { return s.Calls()+dialogs(s)+s.Pending() == 0 })
}

// While the server drains, nothing new comes in, and calls that run may place others.
func TestDrain(t *testing.T) {
	t.Parallel()
	e := loopback(t)
	on, calls := answering(t)
	s, other := serve(t, e, on, nil), serve(t, e, on, nil)
	r := newRaw(t, s)
	r.call()
	c := within(t, "call", calls)
	s.Drain()
	for _, method := range []string{"INVITE", "OPTIONS"} {
		n := newRaw(t, s)
		n.send(n.text(method, newTag(), nil, ""))
		if res := n.status(503, method); headerValues(res, "retry-after") == "" {
			t.Errorf("%s", res)
		}
	}
	out, err := s.Dial(t.Context(), Outbound{To: uri(other, "1001")})
	if err != nil {
		t.Fatalf("a running call cannot be transferred: %v", err)
	}
	within(t, "transfer", calls)
	out.Hangup("")
	r.request("BYE", nil, "")
	r.status(200, "BYE")
	within(t, "end", c.Done())
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}
