// Package registrar knows where telephones are: it answers REGISTER (RFC 3261, 10.3) and says at which addresses a user
// can be called.
//
// A binding says that a user is at a contact address until some moment. A telephone behind a router names an address
// that nobody outside can reach, so the address its request came from is kept too, and Binding.Destination prefers it
// where the two differ. Telephones with several flows (RFC 5626, outbound) are told apart by instance and reg-id;
// proxies on the way (RFC 3327, Path) are kept for the way back.
//
// The users of a registrar are one set, whatever name of the server they dial: "1001" is the same telephone
// as "sip:1001@hotline.example".
package registrar

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"rexian/media/sip/digest"
)

// Config of a registrar. The zero value of a duration or number means the default beside it.
type Config struct {
	Domains     []string      // names and addresses of this server; empty: any
	Min         time.Duration // shortest registration; 60 s
	Max         time.Duration // longest; 1 h
	Default     time.Duration // when the telephone asks for none; 10 min
	MaxContacts int           // of one user; 10
	// Auth asks for credentials. When nil everybody may register as anybody: for tests and closed networks.
	Auth *digest.Server
	// May says whether an authenticated user may register a name. When nil, only its own.
	May func(user, name string) bool
	// Known says whether a name may register at all; when nil, every name that May allows.
	Known func(name string) bool
	// Foreign says whether a place is one where no telephone of ours can be, such as a trunk's: whoever registers there
	// would have us call at our cost. Nil: no place is.
	Foreign func(host string, port int) bool
	// Proxy says whether a host is a proxy of ours: only from one, and only with others in it, is Path taken (RFC 3327,
	// 7). Nil: none is.
	Proxy func(host string) bool
	// Refused is told of registrations that Foreign and Proxy forbid, with a word for the reason; may be nil.
	Refused func(name string, src netip.AddrPort, reason string)
	// WrongSecret is told of failed log-ins, for the guard; may be nil. proved says that src has sent it itself: over a
	// stream, or with a nonce that was given to that address.
	WrongSecret func(src netip.AddrPort, proved bool)
	// OnChange is told when a user came, moved or left; bindings are those that hold now. It must not block.
	OnChange func(name string, bindings []Binding)
	Store    Store // nil: in memory
	Now      func() time.Time
}

// Registrar answers REGISTER and finds telephones. It is safe for use by many goroutines.
type Registrar struct {
	c    Config
	seed maphash.Seed
	lock [64]sync.Mutex // of the users whose hash falls there

	places places
}

// New makes a registrar.
func New(c Config) (*Registrar, error) {
	for _, d := range []struct {
		to   *time.Duration
		want time.Duration
	}{{&c.Min, time.Minute}, {&c.Max, time.Hour}, {&c.Default, 10 * time.Minute}} {
		if *d.to == 0 {
			*d.to = d.want
		}
	}
	if c.Min < time.Second || c.Max < c.Min || c.Min > time.Hour {
		return nil, fmt.Errorf("registrar: from %v to %v is no span for registrations", c.Min, c.Max)
	}
	c.Default = min(max(c.Default, c.Min), c.Max)
	if c.MaxContacts == 0 {
		c.MaxContacts = 10
	}
	if c.MaxContacts < 1 {
		return nil, fmt.Errorf("registrar: %d contacts of a user", c.MaxContacts)
	}
	if c.Store == nil {
		c.Store = NewMemory()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.May == nil {
		c.May = func(user, name string) bool { return user == name }
	}
	r := &Registrar{c: c, seed: maphash.MakeSeed()}
	names, err := c.Store.Names()
	if err != nil {
		return nil, fmt.Errorf("registrar: %w", err)
	}
	for _, name := range names {
		list, err := c.Store.Load(name)
		if err != nil {
			return nil, fmt.Errorf("registrar: %w", err)
		}
		r.places.set(name, r.alive(list))
	}
	return r, nil
}

// Lookup gives where a user can be called, the preferred address first (by q, then the latest). The name is "1001" or
// an address like "sip:1001@hotline.example". It is empty if the user is not registered, and when the store fails.
func (r *Registrar) Lookup(name string) []Binding {
	key, ok := r.nameOf(name)
	if !ok {
		return nil
	}
	all, err := r.c.Store.Load(key)
	if err != nil {
		return nil
	}
	now := r.c.Now()
	list := slices.DeleteFunc(slices.Clone(all), func(b Binding) bool { return !now.Before(b.Until) })
	slices.SortStableFunc(list, func(a, b Binding) int {
		return cmp.Or(cmp.Compare(b.Q, a.Q), b.Since.Compare(a.Since))
	})
	return list
}

// Run forgets what has run out, once in a while, and saves, until ctx ends; then it saves once more.
func (r *Registrar) Run(ctx context.Context, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return r.c.Store.Flush()
		case <-tick.C:
			if err := errors.Join(r.Sweep(), r.c.Store.Flush()); err != nil {
				return fmt.Errorf("registrar: %w", err)
			}
		}
	}
}

// Sweep forgets bindings that have run out.
func (r *Registrar) Sweep() error {
	names, err := r.c.Store.Names()
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := r.sweep(name); err != nil {
			return err
		}
	}
	return nil
}

// Forget ends what is registered for a name: it is called nowhere until it registers anew.
func (r *Registrar) Forget(name string) error {
	l := r.lockOf(name)
	l.Lock()
	defer l.Unlock()
	all, err := r.c.Store.Load(name)
	if err != nil || len(all) == 0 {
		return err
	}
	return r.save(name, nil)
}

func (r *Registrar) sweep(name string) error {
	l := r.lockOf(name)
	l.Lock()
	defer l.Unlock()
	all, err := r.c.Store.Load(name)
	if err != nil {
		return err
	}
	kept := r.alive(all)
	if len(kept) == len(all) {
		return nil
	}
	return r.save(name, kept)
}

func (r *Registrar) save(name string, list []Binding) error {
	if err := r.c.Store.Save(name, list); err != nil {
		return err
	}
	r.places.set(name, list)
	if r.c.OnChange != nil {
		r.c.OnChange(name, slices.Clone(list))
	}
	return nil
}

func (r *Registrar) alive(all []Binding) []Binding {
	now := r.c.Now()
	return slices.DeleteFunc(slices.Clone(all), func(b Binding) bool { return !now.Before(b.Until) })
}

func (r *Registrar) lockOf(name string) *sync.Mutex {
	return &r.lock[maphash.String(r.seed, name)%uint64(len(r.lock))]
}

// nameOf takes the user out of an address, if the address is one of this server.
func (r *Registrar) nameOf(address string) (string, bool) {
	if !strings.ContainsAny(address, "@:") {
		return address, address != ""
	}
	if !strings.Contains(address, ":") || strings.IndexByte(address, '@') < strings.IndexByte(address, ':') {
		if !strings.HasPrefix(address, "sip:") && !strings.HasPrefix(address, "sips:") {
			address = "sip:" + address
		}
	}
	var u sip.Uri
	if sip.ParseUri(address, &u) != nil {
		return "", false
	}
	return r.userOf(&u)
}

func (r *Registrar) userOf(u *sip.Uri) (string, bool) {
	if u.User == "" || u.Scheme != "sip" && u.Scheme != "sips" || !r.ours(u.Host) {
		return "", false
	}
	return u.User, true
}

func (r *Registrar) ours(host string) bool {
	return len(r.c.Domains) == 0 || slices.ContainsFunc(r.c.Domains,
		func(d string) bool { return strings.EqualFold(d, host) })
}
