package trunk

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	wire "github.com/emiago/sipgo/sip"

	"rexian/media/sip"
	"rexian/media/sip/digest"
	"rexian/media/sip/guard"
)

// Sender sends one request outside of calls and waits for its final answer. *sip.Server is one: it adds Via,
// Max-Forwards and what else is missing. An error means that no answer came.
type Sender interface {
	Send(ctx context.Context, req *wire.Request) (*wire.Response, error)
}

// State is what is known of a trunk.
type State uint8

const (
	Unknown  State = iota // not asked yet; calls may use it if it need not log in
	Up                    // logged in, or alive
	Down                  // no answer, or a temporary refusal
	Refused               // the log-in is wrong; only a person can help
	Disabled              // the set is stopped
)

func (s State) String() string {
	return [...]string{"unknown", "up", "down", "refused", "disabled"}[s]
}

// Status of a trunk, for people and metrics.
type Status struct {
	Name       string
	State      State
	Since      time.Time
	Why        string    // of Down and Refused
	Until      time.Time // the log-in holds so long; zero if none
	Failures   int       // in a row
	LogsIn     bool      // it is one that logs in, and
	Registered bool      // the log-in holds
	Paused     bool      // no calls go there for a while, because calls failed
}

// Options of a Set. Send and Contact are needed.
type Options struct {
	Send    Sender
	Contact string // host:port at which carriers reach us: our address in REGISTER, unless Reach knows better
	// Reach is the host:port at which an address reaches us over a transport, false if it is not known; may be nil.
	Reach func(transport string, from netip.Addr) (at string, ok bool)
	// Resolve finds the addresses of a server's name, so that its calls are known; nil: net.DefaultResolver.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	// SRV finds the targets of a server's name (RFC 3263); nil: net.DefaultResolver, or none where Resolve is given.
	SRV     LookupSRV
	NAPTR   LookupNAPTR  // likewise
	OnState func(Status) // told of every change; must not block; may be nil
	// OnNetworks is told when Networks has changed since New, because a name has other addresses; may be nil.
	OnNetworks func()
	// Tally keeps what was talked, for Config.Minutes; nil: it is forgotten when the program ends.
	Tally Tally
	// Now is the time, in the zone whose midnight begins a day of Config.Minutes; nil: time.Now.
	Now    func() time.Time
	Random func() float64 // in [0,1); nil: math/rand
	Logger *slog.Logger
	// First is the wait after the first failed log-in, Most the longest; 5 s and 5 min.
	First, Most time.Duration
	// Timeout ends a request that nobody answers; 10 s.
	Timeout time.Duration
}

// Set is all trunks. It is safe for use by many goroutines.
type Set struct {
	o       Options
	list    atomic.Pointer[[]*trunk]
	change  sync.Mutex      // one Replace at a time
	running context.Context // of Run; nil before and after
	all     sync.WaitGroup  // of the trunks that are kept
}

// trunk is one of a Set.
type trunk struct {
	o       *Options
	c       Config
	host    string
	port    int                    // as the configuration gives it; 0: none
	open    bool                   // it gives no transport either
	found   atomic.Pointer[string] // the transport that NAPTR records want
	sources *guard.Prefixes
	login   digest.Client

	// Of the log-in; used by its goroutine only.
	callID  wire.CallIDHeader
	fromTag string
	cseq    uint32
	contact string
	expires time.Duration

	mu         sync.Mutex
	status     Status
	registered bool
	alive      bool
	asked      bool
	addrs      []netip.Addr
	seen       bool // contact is what the carrier saw; of the goroutine that logs in
	targets    []target
	left       map[netip.AddrPort]time.Time // targets that failed, until when they are left alone
	paused     time.Time                    // no calls until then, after calls failed

	usage *usage
	watch *watch // nil before Run; under Set.change
}

// New checks the trunks. It fails with the name of the trunk and what is wrong with it.
func New(list []Config, o Options) (*Set, error) {
	if o.Send == nil {
		return nil, errors.New("trunk: nothing to send with")
	}
	if o.NAPTR == nil && o.Resolve == nil && o.SRV == nil {
		o.NAPTR = systemNAPTR
	}
	if o.SRV == nil {
		o.SRV = func(ctx context.Context, service, proto, name string) ([]*net.SRV, error) {
			return nil, nil
		}
		if o.Resolve == nil {
			o.SRV = func(ctx context.Context, service, proto, name string) ([]*net.SRV, error) {
				_, list, err := net.DefaultResolver.LookupSRV(ctx, service, proto, name)
				return list, err
			}
		}
	}
	if o.Resolve == nil {
		o.Resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.First == 0 {
		o.First = 5 * time.Second
	}
	if o.Most == 0 {
		o.Most = 5 * time.Minute
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	s := &Set{o: o}
	s.list.Store(&[]*trunk{})
	all, err := s.made(list)
	if err != nil {
		return nil, err
	}
	s.list.Store(&all)
	return s, nil
}

// token is a text that nobody else uses.
func (t *trunk) token() string {
	const digits = "0123456789abcdefghijklmnopqrstuvwxyz"
	b := make([]byte, 20)
	for i := range b {
		b[i] = digits[int(t.o.Random()*float64(len(digits)))%len(digits)]
	}
	return string(b)
}

// Status lists the trunks as they were given.
func (s *Set) Status() []Status {
	all := s.trunks()
	list := make([]Status, len(all))
	for i, t := range all {
		t.mu.Lock()
		list[i] = t.status
		list[i].LogsIn, list[i].Registered = t.c.Register, t.registered
		list[i].Paused = time.Now().Before(t.paused)
		t.mu.Unlock()
	}
	return list
}

// Failed tells that a call over a trunk failed with a status that speaks against the trunk (408, 500, 503…; others are
// ignored): the next calls take another target, or when none is left another trunk, if there is one, as long as the far
// side asked for, or for half a minute where wait is 0.
func (s *Set) Failed(r sip.Route, status int, wait time.Duration) {
	if status != 408 && (status < 500 || status > 599) || status == 501 {
		return
	}
	for _, t := range s.trunks() {
		if wait = cmp.Or(wait, pause); t.c.Name == r.Trunk && t.fails(r.Dest, wait) {
			t.mu.Lock()
			t.paused = time.Now().Add(wait)
			t.mu.Unlock()
		}
	}
}

// usable says whether calls should go there.
func (t *trunk) usable() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.status.State == Up || t.status.State == Unknown && !t.c.Register {
		return !time.Now().Before(t.paused)
	}
	return false
}

func (t *trunk) has(a netip.Addr) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Contains(t.addrs, a)
}

// resolve finds out where the trunk's targets are, and from which addresses its calls come. At first only what needs no
// name server is taken.
func (t *trunk) resolve(ctx context.Context, first bool) {
	targets, err := t.find(ctx, first)
	var found []netip.Addr
	for _, x := range targets {
		found = append(found, x.at.Addr())
	}
	hop, _ := t.hop()
	hosts := []string{t.host}
	for _, p := range t.c.Proxies {
		if h, _, err := splitHost(p); err == nil {
			hosts = append(hosts, h)
		}
	}
	for _, h := range hosts {
		if err != nil {
			break
		}
		if a, err := netip.ParseAddr(strings.Trim(h, "[]")); err == nil {
			found = append(found, a.Unmap())
			continue
		}
		if first || h == hop {
			continue
		}
		var list []netip.Addr
		if list, err = t.o.Resolve(ctx, h); err != nil && len(t.c.Proxies) > 0 && h == t.host {
			err = nil // a domain that perhaps only its proxy knows
			t.mu.Lock()
			list = slices.Clone(t.addrs) // what was known is kept
			t.mu.Unlock()
		}
		for _, a := range list {
			found = append(found, a.Unmap())
		}
	}
	if err != nil {
		t.o.Logger.Warn("the name of a trunk is not found", "trunk", t.c.Name, "error", err)
		return // keep what was known
	}
	slices.SortFunc(found, netip.Addr.Compare) // name servers turn their lists round
	found = slices.Compact(found)
	t.mu.Lock()
	same := slices.Equal(t.addrs, found)
	t.addrs, t.targets = found, targets
	if t.left == nil {
		t.left = map[netip.AddrPort]time.Time{}
	}
	now := time.Now()
	maps.DeleteFunc(t.left, func(_ netip.AddrPort, until time.Time) bool { return now.After(until) })
	t.mu.Unlock()
	if !same && !first && t.o.OnNetworks != nil {
		t.o.OnNetworks()
	}
}

// change applies f and tells about it if the state is another afterwards.
func (t *trunk) change(f func()) {
	t.mu.Lock()
	before := t.status
	f()
	if t.status.State != before.State {
		t.status.Since = time.Now()
	}
	now := t.status
	t.mu.Unlock()
	if now.State == before.State && now.Why == before.Why {
		return
	}
	level := slog.LevelInfo
	if now.State == Down || now.State == Refused {
		level = slog.LevelWarn
	}
	t.o.Logger.Log(context.Background(), level, "trunk", "trunk", now.Name, "state", now.State.String(), "why", now.Why)
	if t.o.OnState != nil {
		t.o.OnState(now)
	}
}

// judge sets the state from what the log-in and the pings found. A trunk that logs in needs both.
func (t *trunk) judge() {
	switch {
	case t.c.Register && !t.registered: // how that came is what the state says already
	case t.asked && !t.alive:
		t.status.State = Down
	case t.registered || t.asked:
		t.status.State, t.status.Why = Up, ""
	}
}
