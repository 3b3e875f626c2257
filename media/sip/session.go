package sip

import (
	"strconv"
	"strings"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip/field"
)

// session is the session timer of a dialog (RFC 4028). One side refreshes the call with UPDATE or re-INVITE; if that
// does not happen in time, the call has lost its far side and is ended. All of it is guarded by the call's lock.
type session struct {
	wanted  time.Duration // what we ask for
	least   time.Duration // Min-SE that we were told, 0 if none
	expires time.Duration // what was agreed, 0 for no timer
	ours    bool          // we refresh
	told    bool          // the far side knows the timer: it stands in the answer
	until   time.Time     // when the session expires without a refresh
	timer   *time.Timer
}

// sessionExpires reads Session-Expires.
func sessionExpires(m wire.Message) (d time.Duration, refresher string, ok bool) {
	v, params := field.Value(headerValues(m, "session-expires"))
	n, err := strconv.ParseUint(v, 10, 31)
	if err != nil {
		return 0, "", false
	}
	refresher, _ = params.Get("refresher")
	return time.Duration(n) * time.Second, strings.ToLower(refresher), true
}

func minSE(m wire.Message) time.Duration {
	v, _ := field.Value(headerValues(m, "min-se"))
	n, err := strconv.ParseUint(v, 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

func seconds(d time.Duration) string { return strconv.Itoa(int((d + time.Second - 1) / time.Second)) }

// tooShort refuses a timer below what we accept (RFC 4028, 6).
func (s *Server) tooShort(req *wire.Request) *Fault {
	d, _, ok := sessionExpires(req)
	if !ok || d >= s.cfg.MinSE || !hasToken(headerValues(req, "supported"), "timer") {
		return nil
	}
	return &Fault{Status: 422, Reason: "Session Interval Too Small",
		Headers: [][2]string{{"Min-SE", seconds(s.cfg.MinSE)}}}
}

// negotiateUAS decides the timer that we answer a request with (RFC 4028, 9).
func (t *session) negotiateUAS(d *dialog, req *wire.Request) {
	c := &d.s.cfg
	least := max(c.MinSE, minSE(req))
	asked, refresher, ok := sessionExpires(req)
	t.expires = max(c.SessionExpires, least)
	if ok {
		t.expires = max(min(asked, t.expires), least)
	}
	// We refresh unless the far side says that it will: then a far side that does it badly loses no calls.
	t.ours = !(ok && refresher == "uac" && d.theirTimer)
	t.told = true
}

// answer adds what was decided to a 2xx.
func (t *session) answer(d *dialog, req *wire.Request, res *wire.Response) {
	if t.expires == 0 || !t.told {
		return
	}
	who := "uac"
	if t.ours {
		who = "uas"
	}
	res.AppendHeader(wire.NewHeader("Session-Expires", seconds(t.expires)+";refresher="+who))
	if !t.ours {
		res.AppendHeader(wire.NewHeader("Require", "timer"))
	}
}

// want sets what our INVITE asks for.
func (t *session) want(d time.Duration) { t.wanted = d }

// ask adds the timer to a request of ours, in place of what it says.
func (t *session) ask(req *wire.Request) {
	req.RemoveHeader("Session-Expires")
	req.RemoveHeader("Min-SE")
	if t.wanted == 0 && t.expires == 0 {
		return
	}
	v := seconds(t.wanted)
	if t.expires > 0 { // in a running session whoever refreshes goes on doing it
		v = seconds(t.expires) + ";refresher=uas"
		if t.ours {
			v = seconds(t.expires) + ";refresher=uac"
		}
	}
	req.AppendHeader(wire.NewHeader("Session-Expires", v))
	if t.least > 0 {
		req.AppendHeader(wire.NewHeader("Min-SE", seconds(t.least)))
	}
}

// raise follows a 422; it says whether asking again makes sense.
func (t *session) raise(res *wire.Response) bool {
	least := minSE(res)
	if least <= max(t.wanted, t.expires) || least > 24*time.Hour {
		return false
	}
	t.least, t.wanted = least, least
	if t.expires > 0 {
		t.expires = least
	}
	return true
}

// settled takes the timer out of a 2xx to a request of ours. A far side that says nothing knows no timer; then we look
// after the call alone.
func (t *session) settled(d *dialog, res *wire.Response) {
	expires, refresher, ok := sessionExpires(res)
	t.ours = true
	if t.expires == 0 {
		t.expires = t.wanted
	}
	if ok {
		t.expires, t.ours = max(expires, time.Second), refresher != "uas"
	}
	t.start(d)
}

// start begins a new interval. The lock is held.
func (t *session) start(d *dialog) {
	t.stop()
	if t.expires == 0 {
		return
	}
	t.until = time.Now().Add(t.expires)
	wait := t.expires / 2
	if !t.ours {
		wait = t.expires - min(32*time.Second, t.expires/3) // RFC 4028, 10
	}
	t.timer = time.AfterFunc(wait, func() { d.due() })
}

func (t *session) stop() {
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
}

// due is called when it is time to refresh, or when the far side has not.
func (d *dialog) due() {
	c := d.call
	c.mu.Lock()
	over, ours := c.state != answered || c.d != d, d.session.ours
	c.mu.Unlock()
	if over {
		return
	}
	if !ours {
		c.end(Cause{By: Timeout, Q850: 102, Text: "session timer"}, true)
		return
	}
	d.s.spawn(func() { c.refresh(d) })
}

// refresh sends an UPDATE, or a re-INVITE to those who know none. If it fails it is tried again until the session
// expires.
func (c *Call) refresh(d *dialog) {
	c.mu.Lock()
	update := hasToken(d.theirAllow, "UPDATE")
	c.mu.Unlock()
	var err error
	if update {
		err = c.update(d)
	} else {
		err = c.reoffer(c.s.ctx, d, nil)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil || c.state != answered || c.d != d {
		return
	}
	if left := time.Until(d.session.until); left > 0 && !dead(err) {
		d.session.stop()
		d.session.timer = time.AfterFunc(max(left/4, min(left, time.Second)), func() { d.due() })
		return
	}
	c.s.spawn(func() { c.end(Cause{By: Timeout, Q850: 102, Text: "session timer: " + err.Error()}, true) })
}
