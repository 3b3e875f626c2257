package server

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/console/api"
	"rexian/media/sip/guard"
	"rexian/media/sip/registrar"
)

// bansEvery is how often bans that were spoken or lifted are written.
const bansEvery = 2 * time.Second

// bans are those of the guard, kept in the data folder so that they outlive a restart.
type bans struct {
	s     *Server
	path  string
	mu    sync.Mutex
	dirty bool
}

// openGuard makes the guard, with the bans that were spoken before.
func (s *Server) openGuard() (trusted *guard.Prefixes, err error) {
	deny, err := guard.ParsePrefixes(s.config.Guard.Deny...)
	if err != nil {
		return nil, err
	}
	if trusted, err = guard.ParsePrefixes(s.config.Guard.Trusted...); err != nil {
		return nil, err
	}
	s.bans = &bans{s: s, path: s.data("bans.json")}
	s.guard, err = guard.New(guard.Config{Limits: limits(s.config.Guard), Deny: deny, Allow: trusted, Own: s.own(),
		OnBan: s.bans.spoken})
	if err != nil {
		return nil, err
	}
	s.bans.restore()
	s.running.Go(func() { s.bans.run(s.background) })
	return trusted, nil
}

// limits are those of the configuration.
func limits(g config.Guard) guard.Limits {
	return guard.Limits{Packets: g.Requests, Calls: g.Calls, Connections: g.Connections, Pending: g.Unacknowledged,
		PendingEach: g.UnacknowledgedEach}
}

// own are the addresses of this machine, and the one that others are told.
func (s *Server) own() *guard.Prefixes {
	var list []netip.Prefix
	add := func(a netip.Addr) {
		if a = a.Unmap().WithZone(""); a.IsValid() && !a.IsUnspecified() {
			list = append(list, netip.PrefixFrom(a, a.BitLen()))
		}
	}
	add(address(s.config.SIP.Advertise))
	all, err := net.InterfaceAddrs()
	if err != nil {
		s.log.Warn("the addresses of this machine are not known", "error", err)
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok {
			addr, _ := netip.AddrFromSlice(n.IP)
			add(addr)
		}
	}
	return guard.NewPrefixes(list...)
}

// spoken is told of every ban.
func (b *bans) spoken(x guard.Ban) {
	b.changed()
	b.s.log.Warn("source banned", "source", x.Source.Addr(), "why", x.Why.String(), "until", x.Until, "by", x.By)
}

func (b *bans) changed() {
	b.mu.Lock()
	b.dirty = true
	b.mu.Unlock()
}

// keptBan is a ban in the file.
type keptBan struct {
	Source netip.Prefix  `json:"source"`
	Why    guard.Offence `json:"why"`
	By     string        `json:"by,omitempty"`
	Until  time.Time     `json:"until"`
}

// restore takes over what the file has. A file that cannot be read is told of and left: a ban is no reason not to
// start.
func (b *bans) restore() {
	data, err := os.ReadFile(b.path)
	var list []keptBan
	if err == nil {
		err = json.Unmarshal(data, &list)
	}
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			b.s.log.Warn("the bans of an earlier start cannot be read and are forgotten", "file", b.path, "error", err)
		}
		return
	}
	out := make([]guard.Ban, len(list))
	for i, x := range list {
		out[i] = guard.Ban{Source: x.Source, Why: x.Why, By: x.By, Until: x.Until}
	}
	b.s.guard.Restore(out)
}

// run writes the file whenever something changed, until the context ends, and then once more.
func (b *bans) run(ctx context.Context) {
	tick := time.NewTicker(bansEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			b.write()
		case <-ctx.Done():
			b.write()
			return
		}
	}
}

func (b *bans) write() {
	b.mu.Lock()
	dirty := b.dirty
	b.dirty = false
	b.mu.Unlock()
	if !dirty {
		return
	}
	list := []keptBan{}
	for _, x := range b.s.guard.Banned() {
		list = append(list, keptBan{x.Source, x.Why, x.By, x.Until})
	}
	data, err := json.Marshal(list)
	if err == nil {
		err = registrar.Replace(b.path, data)
	}
	if err != nil {
		b.s.log.Error("bans are not kept over a restart", "error", err)
		b.changed()
	}
}

// List is who is not heard now.
func (b *bans) List() []api.Ban {
	var list []api.Ban
	for _, x := range b.s.guard.Banned() {
		list = append(list, shown(x))
	}
	return list
}

// Ban bans an address by hand.
func (b *bans) Ban(addr netip.Addr, length time.Duration, by string) (api.Ban, error) {
	x, err := b.s.guard.Ban(addr, length, by)
	for why, reason := range map[error]string{guard.ErrTrusted: api.ReasonTrusted, guard.ErrOwn: api.ReasonOwn,
		guard.ErrPhone: api.ReasonPhone} {
		if errors.Is(err, why) {
			return api.Ban{}, &api.Protected{Reason: reason}
		}
	}
	return shown(x), err
}

// Unban lets an address be heard again.
func (b *bans) Unban(addr netip.Addr, _ string) bool {
	was := b.s.guard.Unban(addr)
	b.changed()
	return was
}

func shown(x guard.Ban) api.Ban {
	source := x.Source.String()
	if x.Source.IsSingleIP() {
		source = x.Source.Addr().String()
	}
	return api.Ban{Source: source, Why: x.Why.String(), By: x.By, Until: x.Until}
}
