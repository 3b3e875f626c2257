package trunk

import (
	"context"

	"fmt"
	"reflect"
	"slices"
	"sync"

	wire "github.com/emiago/sipgo/sip"
)

// watch is a trunk that logs in and is watched.
type watch struct {
	stop  context.CancelFunc
	ended chan struct{}
}

// trunks are those of now. The slice is never changed, only replaced.
func (s *Set) trunks() []*trunk { return *s.list.Load() }

// made checks trunks and makes them, in their order. Those that are there already, as they are, stay.
func (s *Set) made(list []Config) ([]*trunk, error) {
	var all []*trunk
	for _, c := range list {
		c.Proxies = slices.Clone(c.Proxies)
		port, open := portOf(c.Server), c.Transport == ""
		host, sources, err := c.fill()
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(all, func(t *trunk) bool { return t.c.Name == c.Name }) {
			return nil, fmt.Errorf("trunk %q: there are two of that name", c.Name)
		}
		if c.Register && s.o.Contact == "" {
			return nil, fmt.Errorf("trunk %q: a log-in needs our own address", c.Name)
		}
		old := s.named(c.Name)
		if old != nil && old.open == (open && port == 0) && reflect.DeepEqual(old.c, c) {
			all = append(all, old)
			continue
		}
		t := &trunk{o: &s.o, c: c, host: host, port: port, open: open && port == 0, sources: sources,
			contact: s.o.Contact, expires: c.Expires,
			usage: &usage{}}
		if old != nil {
			t.usage = old.usage // calls that are on keep their channels
		}
		t.login.User, t.login.Secret = c.AuthUser, c.Secret
		t.callID = wire.CallIDHeader(t.token() + "@" + host)
		t.fromTag = t.token()
		t.status = Status{Name: c.Name}
		t.resolve(context.Background(), true)
		all = append(all, t)
	}
	return all, nil
}

// Check tells what Replace would say.
func (s *Set) Check(list []Config) error {
	_, err := s.made(list)
	return err
}

// Replace takes other trunks instead of those that are there. One that stays as it is goes on; one that is changed or
// gone is logged out of. Calls that are on go on over any of them. With an error nothing changes.
func (s *Set) Replace(list []Config) error {
	s.change.Lock()
	defer s.change.Unlock()
	next, err := s.made(list)
	if err != nil {
		return err
	}
	before := s.trunks()
	s.list.Store(&next)
	gone := map[string]*watch{}
	for _, t := range before {
		if !slices.Contains(next, t) && t.watch != nil {
			t.watch.stop()
			gone[t.c.Name] = t.watch
		}
	}
	for _, t := range next {
		if t.watch == nil {
			s.start(t, gone[t.c.Name])
		}
	}
	if s.o.OnNetworks != nil {
		s.o.OnNetworks()
	}
	return nil
}

// start lets a trunk log in and be watched, after an earlier one of its name has ended. change is held.
func (s *Set) start(t *trunk, after *watch) {
	if s.running == nil {
		return
	}
	ctx, stop := context.WithCancel(s.running)
	ended := make(chan struct{})
	t.watch = &watch{stop, ended}
	s.all.Go(func() {
		defer close(ended)
		defer stop()
		if after != nil {
			<-after.ended
		}
		t.keep(ctx)
	})
}

// keep does what a trunk does as long as it is there.
func (t *trunk) keep(ctx context.Context) {
	var all sync.WaitGroup
	if t.c.Register {
		all.Go(func() { t.keepLogin(ctx) })
	}
	switch {
	case t.c.Ping > 0:
		all.Go(func() { t.keepAsking(ctx) })
	case !t.c.Register:
		all.Go(func() { t.keepName(ctx) })
	}
	if t.c.Minutes > 0 && t.o.Tally != nil {
		all.Go(func() { t.keepTally(ctx) })
	}
	all.Wait()
	<-ctx.Done()
	t.change(func() { t.status.State = Disabled })
}

// Run logs in and watches until ctx ends, then logs out and returns when that is done, a few seconds at most.
func (s *Set) Run(ctx context.Context) {
	s.change.Lock()
	s.running = ctx
	for _, t := range s.trunks() {
		s.start(t, nil)
	}
	s.change.Unlock()
	<-ctx.Done()
	s.change.Lock()
	s.running = nil
	s.change.Unlock()
	s.all.Wait()
}
