package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rexian/cmd/rexian/config"
	"rexian/media/sip"
	"rexian/media/sip/dialplan"
	"rexian/media/sip/digest"
	"rexian/media/sip/guard"
	"rexian/media/sip/registrar"
	"rexian/media/sip/trunk"
	"rexian/runtime/exchange"
	"rexian/stdlib/tally"
)

// lines are the ways in and out: the SIP server, the trunks and the telephones that register.
type lines struct {
	auth      *digest.Server // of telephones
	s         *Server
	server    *sip.Server
	sender    atomic.Pointer[sip.Server] // for the trunks, which are made before the server that they send through
	trunks    *trunk.Set
	trusting  sync.Mutex
	ours      *guard.Prefixes        // addresses of this machine
	barred    *prometheus.CounterVec // by reason
	registrar *registrar.Registrar
	exchange  atomic.Pointer[exchange.Exchange] // told which telephones are registered
	unheard   unheard

	// what a reload takes in
	trusted  atomic.Pointer[guard.Prefixes] // networks that are never limited, beside those of the trunks
	listed   atomic.Pointer[guard.Prefixes] // networks that may call beside trunks and telephones
	config   atomic.Pointer[config.Config]
	accounts accounts
	proxies  atomic.Pointer[func(host string) bool]
	plan     atomic.Pointer[dialplan.Plan]

	stop    context.CancelFunc
	running sync.WaitGroup
}

// Send sends a request of a trunk.
func (l *lines) Send(ctx context.Context, req *sip.Request) (*sip.Response, error) {
	server := l.sender.Load()
	if server == nil {
		return nil, errors.New("the server has not begun")
	}
	return server.Send(ctx, req)
}

// reach is where a carrier reaches us.
func (l *lines) reach(transport string, from netip.Addr) (string, bool) {
	server := l.sender.Load()
	if server == nil {
		return "", false
	}
	return server.Reach(transport, from)
}

// newLines prepares trunks and telephones. The guard lets the trunks and what is trusted besides do as they like.
func newLines(s *Server, trusted *guard.Prefixes) (*lines, error) {
	l := &lines{s: s, ours: s.own(), barred: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "rexian_calls_barred_total",
		Help: "Calls not placed, redirections not followed and registrations refused because the dial plan forbids them, by reason."}, []string{"reason"})}
	l.trusted.Store(trusted)
	l.take(s.config)
	s.registry.MustRegister(l.barred)
	c := s.config
	var err error
	l.trunks, err = trunk.New(trunkList(c), trunk.Options{Send: l, Contact: contact(s), Logger: s.log,
		OnNetworks: l.trust, Tally: tally.Open(s.library.DB()), Now: l.now,
		Reach: l.reach, Resolve: s.o.Resolve, SRV: s.o.SRV})
	if err != nil {
		return nil, fmt.Errorf("trunk: %w", err)
	}
	l.trust()
	s.registry.MustRegister(trunkFigures{l.trunks})
	return l, l.openPhones(c)
}

// openPhones prepares for the telephones that register.
func (l *lines) openPhones(c *config.Config) error {
	s := l.s
	var err error
	l.auth, err = digest.New(digest.Config{Realm: "rexian", Secrets: &l.accounts, Algorithms: algorithms[c.SIP.Digest]})
	if err != nil {
		return fmt.Errorf("phones: %w", err)
	}
	file, err := registrar.OpenFile(s.data("phones.json"))
	if err != nil { // telephones register again by themselves
		s.setAside(s.data("phones.json"), err)
		file, err = registrar.OpenFile(s.data("phones.json"))
	}
	if err != nil {
		return trouble(says("%s 不能用：", "%s cannot be used: ", s.data("phones.json")), err)
	}
	l.registrar, err = registrar.New(registrar.Config{Auth: l.auth, Store: file, Foreign: l.trunks.At,
		Proxy: func(host string) bool { return (*l.proxies.Load())(host) },
		Refused: func(user string, src netip.AddrPort, reason string) {
			s.log.Warn("a registration is refused", "user", user, "source", src, "reason", reason)
			l.barred.WithLabelValues("registration_" + reason).Inc()
		},
		WrongSecret: func(src netip.AddrPort, proved bool) { s.guard.Report(src, guard.BadAuth, proved) },
		OnChange: func(name string, b []registrar.Binding) {
			s.log.Info("telephone", "user", name, "places", len(b))
			l.unheard.heard(name)
			l.tells(name, len(b) > 0)
		}})
	if err != nil {
		return fmt.Errorf("phones: %w", err)
	}
	l.unheard.expect(slices.Collect(maps.Keys(l.registrar.Registered())))
	s.guard.SetPhone(l.registrar.At)
	s.registry.MustRegister(phoneFigures{l})
	return nil
}

// trunkList are the trunks of a configuration.
func trunkList(c *config.Config) []trunk.Config {
	var list []trunk.Config
	for i := range c.Trunks {
		list = append(list, c.Trunks[i].Line())
	}
	return list
}

// algorithms are the ways of logging in that are offered, by the name in the configuration.
var algorithms = map[string][]digest.Algorithm{"both": {digest.SHA256, digest.MD5}, "sha256": {digest.SHA256},
	"md5": {digest.MD5}}

// trust tells the guard where the trunks are now: the calls of a whole town come from one address there, and must be
// neither slowed down nor banned.
func (l *lines) trust() {
	l.trusting.Lock()
	defer l.trusting.Unlock()
	l.s.guard.SetAllow(l.trusted.Load().With(l.trunks.Networks()...))
}

// origin is what is known of a source. What trunks say of callers is believed, and what the networks say that the
// configuration trusts: proxies of ours.
func (l *lines) origin(src netip.AddrPort) sip.Origin {
	if o, ok := l.trunks.Origin(src); ok {
		return o
	}
	return sip.Origin{Asserts: l.trusted.Load().Contains(src.Addr()), Phones: l.registrar.Names(src.Addr()),
		OfPhone: l.profile}
}

// has says whether a telephone of this name may register.
func (l *lines) has(phone string) bool {
	return slices.ContainsFunc(l.config.Load().Phones, func(p config.Phone) bool { return p.User == phone })
}

// profile is how the sound of a telephone's calls is described.
func (l *lines) profile(phone string) sip.Profile {
	phones := l.config.Load().Phones
	for i := range phones {
		if p := &phones[i]; p.User == phone {
			return p.Profile()
		}
	}
	return sip.Profile{}
}

// tlsTo is how a TLS connection is made: a trunk may want a certificate of ours.
func (l *lines) tlsTo(at netip.AddrPort, host string) *tls.Config {
	return l.trunks.TLS(at, host)
}

// mayCall refuses calls of those who may not call: see sip.inbound of the configuration. A machine that has a carrier
// is known to scanners within the hour, and its callers come from the carrier.
func (l *lines) mayCall(req *sip.Request) *sip.Fault {
	if fault := l.proves(req); fault != nil {
		return fault
	}
	now := l.config.Load()
	c := &now.SIP
	if c.Inbound == "everybody" || c.Inbound == "auto" && len(c.From) == 0 && len(now.Trunks) == 0 {
		return nil
	}
	src, err := netip.ParseAddrPort(req.Source())
	a := src.Addr().Unmap()
	if err == nil && (a.IsLoopback() || l.s.guard.Known(a) || l.ours.Contains(a) || l.listed.Load().Contains(a)) {
		return nil
	}
	return &sip.Fault{Status: 403, Reason: "Not A Source That May Call"}
}

// now is the time in the zone of the flows that serve: what a trunk may carry in a day begins anew at midnight there.
func (l *lines) now() time.Time {
	now := time.Now()
	if v := l.s.deployment.Stable(); v != nil {
		now = now.In(v.Zone)
	}
	return now
}

// dialplan is what may be called by a configuration: its telephones, and what trunks let out.
func (l *lines) dialplan(c *config.Config) (*dialplan.Plan, error) {
	at := l.s.config.SIP
	o := dialplan.Options{Profile: l.profile, Hosts: append(listening(at.Listen), at.Advertise), Trunks: l.trunks,
		Ports: l.ports, Registrar: l.registrar}
	o.Hosts = append(o.Hosts, c.SIP.Domains...)
	for _, p := range c.Phones {
		o.Telephones = append(o.Telephones, p.User)
	}
	for _, a := range c.Agents {
		if strings.HasPrefix(a.Phone, "sip:") || strings.HasPrefix(a.Phone, "sips:") {
			o.Fixed = append(o.Fixed, a.Phone)
		}
	}
	return dialplan.New(o)
}

// ports are those that we listen on.
func (l *lines) ports() []uint16 {
	var list []uint16
	if server := l.sender.Load(); server != nil {
		for _, at := range server.Addrs() {
			_, addr, _ := strings.Cut(at, "://")
			if a, err := netip.ParseAddrPort(addr); err == nil {
				list = append(list, a.Port())
			}
		}
	}
	return list
}

// listening are the hosts that we listen on.
func listening(list []string) []string {
	var hosts []string
	for _, at := range list {
		_, addr, _ := strings.Cut(at, "://")
		if h, _, err := net.SplitHostPort(addr); err == nil && h != "" {
			hosts = append(hosts, h)
		}
	}
	return hosts
}

// proxies says which hosts are proxies of ours: networks, addresses, and names as they are written.
func proxies(list []string) *func(host string) bool {
	var nets []netip.Prefix
	for _, p := range list {
		if n, err := config.Network(p); err == nil {
			nets = append(nets, n)
		}
	}
	found := func(host string) bool {
		a, err := netip.ParseAddr(host)
		if err != nil {
			return slices.ContainsFunc(list, func(p string) bool { return strings.EqualFold(p, host) })
		}
		return slices.ContainsFunc(nets, func(n netip.Prefix) bool { return n.Contains(a.Unmap()) })
	}
	return &found
}

// contact is the address at which carriers reach us.
func contact(s *Server) string {
	at := ""
	for _, listen := range s.config.SIP.Listen {
		if _, addr, ok := strings.Cut(listen, "://"); ok {
			at = addr
			break
		}
	}
	if s.config.SIP.Advertise == "" {
		return at
	}
	_, port, ok := strings.Cut(at[strings.LastIndex(at, "]")+1:], ":")
	if !ok {
		return s.config.SIP.Advertise
	}
	host := s.config.SIP.Advertise
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + port
}

// open opens the sockets; from now on calls come in.
func (l *lines) open(ctx context.Context, c sip.Config) error {
	plan, err := l.dialplan(l.s.config)
	if err != nil {
		return err
	}
	l.plan.Store(plan)
	c.Origin, c.Dialplan = l.origin, l
	c.OnBarred = func(b *sip.Barred) { l.barred.WithLabelValues(b.Reason).Inc() }
	c.Trunks, c.Registrar = l.trunks, l.registrar
	server, err := sip.Listen(ctx, c)
	if err != nil {
		at := strings.Join(c.Listen, "、")
		if busy, ok := errors.AsType[*sip.ListenError](err); ok {
			at = busy.Address
		}
		return trouble(says("电话地址 sip.listen %s 不能用：", "the address for calls, sip.listen %s, cannot be used: ", at),
			err)
	}
	l.server = server
	l.sender.Store(server)
	background, stop := context.WithCancel(context.Background())
	l.stop = stop
	l.running.Go(func() { l.trunks.Run(background) })
	for _, name := range l.unheard.all() {
		l.running.Go(func() { l.looks(background, name) })
	}
	l.running.Go(func() {
		if err := l.registrar.Run(background, 10*time.Second); err != nil {
			l.s.log.Error("telephones are not kept over a restart", "error", err)
		}
	})
	return nil
}

// Dial places a call to what the dial plan lets be called.
func (l *lines) Dial(ctx context.Context, o sip.Outbound) (*sip.Call, error) {
	return l.server.Dial(ctx, o)
}

// Message sends a text to a telephone.
func (l *lines) Message(ctx context.Context, phone, text string) error {
	return l.server.Message(ctx, sip.Outbound{To: phone}, text)
}

// close logs out of trunks, hangs up what is left and closes the sockets.
func (l *lines) close() error {
	if l.stop != nil {
		l.stop()
	}
	l.running.Wait()
	if l.server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := l.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil // a far side that does not confirm our BYE does not keep us
	}
	return err
}
