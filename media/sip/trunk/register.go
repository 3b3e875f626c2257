package trunk

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip"
	"rexian/media/sip/digest"
)

// errRefused marks a log-in that a person must look at.
var errRefused = errors.New("the log-in is refused")

// keepLogin logs in, refreshes, and logs out when ctx ends.
func (t *trunk) keepLogin(ctx context.Context) {
	for failures := 0; ; {
		t.resolve(ctx, false)
		left, after, err := t.register(ctx, t.expires)
		if ctx.Err() != nil {
			break
		}
		var wait time.Duration
		switch {
		case err == nil:
			failures = 0
			wait = t.refresh(left)
			t.change(func() {
				t.registered = true
				t.status.State, t.status.Failures, t.status.Until = Unknown, 0, time.Now().Add(left)
				t.judge()
			})
		default:
			failures++
			wait = max(t.backoff(failures), after)
			refused := errors.Is(err, errRefused)
			if refused {
				wait = max(wait, t.o.Most)
			}
			t.change(func() {
				// A log-in that could not be refreshed still holds until it runs out.
				if t.registered = t.registered && time.Now().Before(t.status.Until) && !refused; t.registered {
					wait = min(wait, time.Until(t.status.Until))
				}
				t.status.Failures = failures
				t.status.Why = err.Error()
				if refused {
					t.status.State = Refused
				} else if !t.registered {
					t.status.State = Down
				}
			})
		}
		if !sleep(ctx, wait) {
			break
		}
	}
	t.logout()
}

// logout gives the log-in back, so that the carrier does not ring a server that is gone.
func (t *trunk) logout() {
	t.mu.Lock()
	in := t.registered
	t.registered = false
	t.mu.Unlock()
	if !in {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), min(t.o.Timeout, 3*time.Second))
	defer cancel()
	if _, _, err := t.register(ctx, 0); err != nil {
		t.o.Logger.Warn("a trunk could not be logged out of", "trunk", t.c.Name, "error", err)
	}
}

// refresh is when to log in again: well before the log-in runs out, not all trunks at one moment.
func (t *trunk) refresh(left time.Duration) time.Duration {
	return max(time.Second, time.Duration(float64(left)*(0.70+0.10*t.o.Random())))
}

// backoff is how long to wait after so many failures in a row: RFC 5626, 4.5.
func (t *trunk) backoff(failures int) time.Duration {
	upper := t.o.First
	for i := 1; i < failures && upper < t.o.Most; i++ {
		upper *= 2
	}
	upper = min(upper, t.o.Most)
	return time.Duration(float64(upper) * (0.5 + 0.5*t.o.Random()))
}

// sleep waits, and is false if ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// register sends one REGISTER with all it takes: challenges, a longer time, our address as the carrier sees it. left is
// how long the log-in holds. On failure after is how long the carrier wants us to wait.
func (t *trunk) register(ctx context.Context, want time.Duration) (left, after time.Duration, err error) {
	asked, longer, moved := 0, false, false
	t.reached()
	req, err := t.newRegister(want)
	if err != nil {
		return 0, 0, err
	}
	if err := t.login.Prepare(req); err != nil {
		return 0, 0, err
	}
	for {
		res, err := t.send(ctx, req)
		if err != nil {
			return 0, 0, fmt.Errorf("no answer: %w", err)
		}
		switch status := res.StatusCode; {
		case status >= 200 && status < 300:
			if want > 0 && !moved && t.seenElsewhere(res) {
				moved = true
				if req, err = t.newRegister(want); err != nil {
					return 0, 0, err
				}
				if err = t.login.Prepare(req); err != nil {
					return 0, 0, err
				}
				continue
			}
			left := min(t.granted(res, want), 24*time.Hour)
			if want > 0 && left == 0 {
				return 0, 0, errors.New("the carrier took the log-in and did not keep it")
			}
			return left, 0, nil
		case status == wire.StatusUnauthorized || status == wire.StatusProxyAuthRequired:
			if asked++; asked > 3 {
				return 0, 0, fmt.Errorf("%w: asked for it again and again", errRefused)
			}
			next, err := t.newRegister(want)
			if err != nil {
				return 0, 0, err
			}
			for _, name := range []string{"Authorization", "Proxy-Authorization"} {
				if h := req.GetHeader(name); h != nil {
					next.AppendHeader(h)
				}
			}
			if err := t.login.Answer(next, res); errors.Is(err, digest.ErrRefused) {
				return 0, 0, fmt.Errorf("%w: wrong user or secret", errRefused)
			} else if err != nil {
				return 0, 0, fmt.Errorf("%w: %w", errRefused, err)
			}
			req = next
		case status == wire.StatusIntervalToBrief && !longer:
			longer = true
			h := res.GetHeader("Min-Expires")
			if h == nil {
				return 0, 0, errors.New("the carrier wants a longer log-in and does not say how long")
			}
			n, err := strconv.ParseUint(strings.TrimSpace(h.Value()), 10, 31)
			if err != nil || n == 0 || n > 7*24*3600 {
				return 0, 0, fmt.Errorf("the carrier wants a log-in of %q seconds", h.Value())
			}
			want = time.Duration(n) * time.Second
			t.expires = want
			if req, err = t.newRegister(want); err != nil {
				return 0, 0, err
			}
			if err = t.login.Prepare(req); err != nil {
				return 0, 0, err
			}
		case status == wire.StatusForbidden || status == wire.StatusNotFound:
			return 0, 0, fmt.Errorf("%w: %d %s", errRefused, status, res.Reason)
		default:
			return 0, sip.RetryAfter(res), fmt.Errorf("%d %s", status, res.Reason)
		}
	}
}

// newRegister builds the next REGISTER of the log-in: the same Call-ID, the next CSeq (RFC 3261, 10.2).
func (t *trunk) newRegister(want time.Duration) (*wire.Request, error) {
	req, err := t.newRequest(wire.REGISTER, "")
	if err != nil {
		return nil, err
	}
	callID := t.callID
	req.AppendHeader(&callID)
	t.cseq++
	req.AppendHeader(&wire.CSeqHeader{SeqNo: t.cseq, MethodName: wire.REGISTER})
	host, port, err := splitHost(t.contact)
	if err != nil {
		return nil, fmt.Errorf("our address %q: %w", t.contact, err)
	}
	us := wire.Uri{Scheme: "sip", User: t.c.User, Host: bracket(host), Port: port}
	if t.transport() != "udp" {
		us.UriParams = wire.HeaderParams{{K: "transport", V: t.transport()}}
	}
	req.AppendHeader(&wire.ContactHeader{Address: us})
	req.AppendHeader(wire.NewHeader("Expires", strconv.Itoa(int(want/time.Second))))
	return req, nil
}

// newRequest builds a request to the trunk's server, in our name.
func (t *trunk) newRequest(method wire.RequestMethod, user string) (*wire.Request, error) {
	var target, us wire.Uri
	if err := wire.ParseUri(t.uri(user), &target); err != nil {
		return nil, fmt.Errorf("trunk %s: %w", t.c.Name, err)
	}
	if err := wire.ParseUri(t.address(t.c.User), &us); err != nil {
		return nil, fmt.Errorf("trunk %s: %w", t.c.Name, err)
	}
	req := wire.NewRequest(method, target)
	req.SetTransport(strings.ToUpper(t.transport()))
	for _, p := range t.path() {
		var u wire.Uri
		if err := wire.ParseUri(strings.Trim(p, "<>"), &u); err != nil {
			return nil, fmt.Errorf("trunk %s: %w", t.c.Name, err)
		}
		req.AppendHeader(&wire.RouteHeader{Address: u})
	}
	if len(t.c.Proxies) == 0 {
		req.SetDestination(t.c.Server)
	}
	req.AppendHeader(&wire.FromHeader{Address: us, Params: wire.HeaderParams{{K: "tag", V: t.fromTag}}})
	to := us
	if method != wire.REGISTER {
		to = *target.Clone()
		to.UriParams = nil
	}
	req.AppendHeader(&wire.ToHeader{Address: to})
	return req, nil
}

// granted reads for how long the carrier keeps us: by our Contact in the answer, by Expires, else as asked.
func (t *trunk) granted(res *wire.Response, want time.Duration) time.Duration {
	for _, h := range res.GetHeaders("contact") {
		c, ok := h.(*wire.ContactHeader)
		if !ok || c.Address.User != t.c.User {
			continue
		}
		host, port, _ := splitHost(t.contact)
		if strings.Trim(c.Address.Host, "[]") != host || c.Address.Port != port {
			continue
		}
		if v, ok := c.Params.Get("expires"); ok {
			if n, err := strconv.ParseUint(v, 10, 31); err == nil {
				return time.Duration(n) * time.Second
			}
		}
	}
	if h := res.GetHeader("expires"); h != nil {
		if n, err := strconv.ParseUint(strings.TrimSpace(h.Value()), 10, 31); err == nil {
			return time.Duration(n) * time.Second
		}
	}
	return want
}

// seenElsewhere notices that a router stands between: the carrier saw the request come from another address (RFC 3581).
// Our Contact becomes that address, since the carrier can only reach that one. It is done for UDP, where the way back
// is the way there.
func (t *trunk) seenElsewhere(res *wire.Response) bool {
	via := res.Via()
	if via == nil || t.transport() != "udp" {
		return false
	}
	host, ok := via.Params.Get("received")
	port, ok2 := via.Params.Get("rport")
	if !ok || !ok2 || host == "" || port == "" {
		return false
	}
	seen := net.JoinHostPort(strings.Trim(host, "[]"), port)
	if _, _, err := splitHost(seen); err != nil || seen == t.contact {
		return false
	}
	t.contact, t.seen = seen, true
	return true
}

// reached brings our address in the log-in up to date. A server that listens on every address is at another one for
// each carrier, and at another port for each transport.
func (t *trunk) reached() {
	list := t.order()
	if t.o.Reach == nil || t.seen || len(list) == 0 {
		return
	}
	if at, ok := t.o.Reach(t.transport(), list[0].at.Addr()); ok {
		t.contact = at
	}
}
