package registrar

import (
	"net/netip"
	"slices"
	"sync"
)

// places says at which addresses telephones are, whoever they are: an index beside the store.
type places struct {
	mu sync.RWMutex
	of map[string][]netip.Addr // by name
	at map[netip.Addr][]string // whose bindings are there, each as often as there are
}

// set replaces the addresses of a name.
func (p *places) set(name string, list []Binding) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		p.of, p.at = map[string][]netip.Addr{}, map[netip.Addr][]string{}
	}
	for _, a := range p.of[name] {
		if p.at[a] = without(p.at[a], name); len(p.at[a]) == 0 {
			delete(p.at, a)
		}
	}
	delete(p.of, name)
	for _, b := range list {
		if a := b.Source.Addr().Unmap(); a.IsValid() {
			p.of[name] = append(p.of[name], a)
			p.at[a] = append(p.at[a], name)
		}
	}
}

// At says whether a telephone is registered from this address. Those whose registration has run out count until the
// next Sweep.
func (r *Registrar) At(a netip.Addr) bool {
	r.places.mu.RLock()
	defer r.places.mu.RUnlock()
	return len(r.places.at[a.Unmap()]) > 0
}

// Names are the telephones that are registered from this address.
func (r *Registrar) Names(a netip.Addr) []string {
	r.places.mu.RLock()
	defer r.places.mu.RUnlock()
	list := slices.Clone(r.places.at[a.Unmap()])
	slices.Sort(list)
	return slices.Compact(list)
}

// Registered counts the places of each telephone that is registered.
func (r *Registrar) Registered() map[string]int {
	r.places.mu.RLock()
	defer r.places.mu.RUnlock()
	n := map[string]int{}
	for name, list := range r.places.of {
		n[name] = len(list)
	}
	return n
}

// without takes a name out of a list, once. The list is never changed: who reads it may still hold it.
func without(list []string, name string) []string {
	i := slices.Index(list, name)
	if i < 0 {
		return list
	}
	return append(slices.Clone(list[:i]), list[i+1:]...)
}
