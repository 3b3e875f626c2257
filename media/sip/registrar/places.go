package registrar

import (
	"net/netip"
	"sync"
)

// places says at which addresses telephones are, whoever they are: an index beside the store.
type places struct {
	mu sync.RWMutex
	of map[string][]netip.Addr // by name
	at map[netip.Addr]int      // how many bindings are there
}

// set replaces the addresses of a name.
func (p *places) set(name string, list []Binding) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		p.of, p.at = map[string][]netip.Addr{}, map[netip.Addr]int{}
	}
	for _, a := range p.of[name] {
		if p.at[a]--; p.at[a] <= 0 {
			delete(p.at, a)
		}
	}
	delete(p.of, name)
	for _, b := range list {
		if a := b.Source.Addr().Unmap(); a.IsValid() {
			p.of[name] = append(p.of[name], a)
			p.at[a]++
		}
	}
}

// At says whether a telephone is registered from this address. Those whose registration has run out count until the
// next Sweep.
func (r *Registrar) At(a netip.Addr) bool {
	r.places.mu.RLock()
	defer r.places.mu.RUnlock()
	return r.places.at[a.Unmap()] > 0
}
