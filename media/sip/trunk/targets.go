package trunk

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip"
)

// A trunk's server may be a name behind which several machines stand (RFC 3263): the targets. Where the configuration
// gives no port, the name's SRV records say which there are, in which order and with how much of the calls (RFC 2782);
// else each of its addresses is one. A call tries one after the other, and one that failed is left for a while.

// target is one machine of a trunk.
type target struct {
	at               netip.AddrPort
	priority, weight uint16
	srv              bool // found by SRV
}

// pause is how long a target or a trunk is left after a call over it failed.
const pause = 30 * time.Second

// mostTargets is how many of a trunk are used: a call does not wait for more.
const mostTargets = 8

// LookupSRV is how SRV records are asked for: net.Resolver's, with the service "sip" or "sips".
type LookupSRV func(ctx context.Context, service, proto, name string) ([]*net.SRV, error)

// transport is udp, tcp or tls: the configuration's, or the one that the name wants.
func (t *trunk) transport() string {
	if found := t.found.Load(); found != nil {
		return *found
	}
	return t.c.Transport
}

// hop is the host that requests go to first, and its port, 0 where the configuration gives none.
func (t *trunk) hop() (host string, port int) {
	if len(t.c.Proxies) > 0 {
		host, port, _ = splitHost(t.c.Proxies[0])
		return strings.Trim(host, "[]"), port
	}
	return t.host, t.port
}

// find asks for the targets of the first hop. With first only what needs no name server is found.
func (t *trunk) find(ctx context.Context, first bool) ([]target, error) {
	host, port := t.hop()
	usual := cmp.Or(port, wire.DefaultPort(t.transport()))
	if a, err := netip.ParseAddr(host); err == nil {
		return []target{{at: netip.AddrPortFrom(a.Unmap(), uint16(usual))}}, nil
	}
	if first {
		return nil, nil
	}
	name := ""
	if t.open && port == 0 && t.o.NAPTR != nil {
		records, _ := t.o.NAPTR(ctx, host)
		transport, srv, ok := best(records)
		if !ok {
			transport = t.c.Transport
		}
		t.found.Store(&transport)
		name, usual = srv, wire.DefaultPort(transport)
	}
	if name != "" {
		if list := t.services(ctx, "", "", name); len(list) > 0 {
			return list, nil
		}
	}
	if port == 0 {
		service, proto := "sip", "udp"
		switch t.transport() {
		case "tcp":
			proto = "tcp"
		case "tls":
			service, proto = "sips", "tcp"
		}
		if list := t.services(ctx, service, proto, host); len(list) > 0 {
			return list, nil
		}
	}
	addrs, err := t.o.Resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	var list []target
	for _, a := range addrs {
		list = append(list, target{at: netip.AddrPortFrom(a.Unmap(), uint16(usual))})
	}
	return tidy(list), nil
}

// services asks for SRV records, and for the addresses of what they name. A target without an address is left out.
func (t *trunk) services(ctx context.Context, service, proto, host string) []target {
	records, err := t.o.SRV(ctx, service, proto, host)
	if err != nil {
		return nil
	}
	var list []target
	for _, r := range records {
		if r.Target == "." || r.Port == 0 { // there is no such service
			continue
		}
		addrs, err := t.o.Resolve(ctx, strings.TrimSuffix(r.Target, "."))
		if err != nil {
			t.o.Logger.Warn("the name of a trunk's target is not found", "trunk", t.c.Name, "host", r.Target,
				"error", err)
			continue
		}
		for _, a := range addrs {
			list = append(list, target{netip.AddrPortFrom(a.Unmap(), r.Port), r.Priority, r.Weight, true})
		}
	}
	return tidy(list)
}

// tidy puts targets into one order, whatever that of the name server, each once, and takes IPv4 first.
func tidy(list []target) []target {
	slices.SortFunc(list, func(a, b target) int {
		four := func(t target) int {
			if t.at.Addr().Is4() {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.priority, b.priority), cmp.Compare(four(a), four(b)), a.at.Compare(b.at))
	})
	list = slices.CompactFunc(list, func(a, b target) bool { return a.at == b.at })
	return list[:min(len(list), mostTargets)]
}

// order is in which order a call tries the targets: by priority, within one by chance as the weights say, and those
// that failed a moment ago last, or not at all if there are others.
func (t *trunk) order() []target {
	t.mu.Lock()
	list := slices.Clone(t.targets)
	now := time.Now()
	list = slices.DeleteFunc(list, func(x target) bool { return now.Before(t.left[x.at]) })
	if len(list) == 0 {
		list = slices.Clone(t.targets)
	}
	t.mu.Unlock()
	for at := 0; at < len(list); {
		end := at
		for end < len(list) && list[end].priority == list[at].priority {
			end++
		}
		draw(list[at:end], func(x target) int { return int(x.weight) }, t.o.Random)
		at = end
	}
	return list
}

// draw orders a list by chance: what has twice the weight comes first twice as often, what has none comes last, in the
// order in which it stands. Without weights the order stays.
func draw[T any](list []T, weight func(T) int, random func() float64) {
	for at := range list {
		sum := 0
		for _, x := range list[at:] {
			sum += max(weight(x), 0)
		}
		if sum == 0 {
			return
		}
		n := int(random() * float64(sum))
		i := at
		for ; i < len(list)-1; i++ {
			if n -= max(weight(list[i]), 0); n < 0 {
				break
			}
		}
		x := list[i]
		copy(list[at+1:i+1], list[at:i])
		list[at] = x
	}
}

// ways are the routes of a call over the trunk, one for each target.
func (t *trunk) ways(dialled, from string) []sip.Route {
	r := t.route(dialled, from)
	list := t.order()
	if len(list) == 0 || len(list) == 1 && !list[0].srv {
		return []sip.Route{r} // an address, or a name that is not looked up yet
	}
	ways := make([]sip.Route, len(list))
	for i, x := range list {
		ways[i] = r
		ways[i].Dest, ways[i].Again = x.at.String(), i > 0
	}
	return ways
}

// fails notes that a target did not answer and is left alone for a while. It says whether all targets of the trunk are
// left alone now.
func (t *trunk) fails(dest string, wait time.Duration) (all bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if at, err := netip.ParseAddrPort(dest); err == nil && t.left != nil {
		t.left[netip.AddrPortFrom(at.Addr().Unmap(), at.Port())] = now.Add(wait)
	}
	return len(t.targets) <= 1 || !slices.ContainsFunc(t.targets, func(x target) bool {
		return !now.Before(t.left[x.at])
	})
}

// answers notes that a target lives.
func (t *trunk) answers(dest netip.AddrPort) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.left, dest)
}

// send sends a request outside of calls to the first target that answers.
func (t *trunk) send(ctx context.Context, req *wire.Request) (*wire.Response, error) {
	list := t.order()
	if len(list) <= 1 {
		if len(list) == 1 && list[0].srv {
			req.SetDestination(list[0].at.String())
		}
		return t.ask(ctx, req, t.o.Timeout)
	}
	var res *wire.Response
	var err error
	for i, x := range list {
		one := req
		if i > 0 { // a new transaction
			one = req.Clone()
			one.RemoveHeader("Via")
			one.SetTransport(req.Transport())
		}
		one.SetDestination(x.at.String())
		res, err = t.ask(ctx, one, t.o.Timeout/2)
		if err == nil && res.StatusCode != wire.StatusServiceUnavailable {
			t.answers(x.at)
			return res, nil
		}
		if ctx.Err() != nil {
			break
		}
		wait := pause
		if err == nil {
			wait = cmp.Or(sip.RetryAfter(res), pause)
		}
		t.fails(x.at.String(), wait)
	}
	return res, err
}

func (t *trunk) ask(ctx context.Context, req *wire.Request, within time.Duration) (*wire.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return t.o.Send.Send(ctx, req)
}

// server is what stands behind the @ of addresses at the trunk: the host alone where SRV records say the port
// (RFC 3263, 4.2).
func (t *trunk) server() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.c.Proxies) == 0 && (len(t.targets) > 0 && t.targets[0].srv || t.transport() != t.c.Transport) {
		return bracket(t.host)
	}
	return t.c.Server
}

// portOf is the port that a host of the configuration is written with, 0 if there is none.
func portOf(s string) int {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(port)
	return n
}
