package guard

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strings"
)

// Prefixes is a set of networks. It is not changed once made, so it may be shared and swapped while calls go on.
// Looking an address up costs one map access for each length of prefix that occurs, however many networks there are.
type Prefixes struct {
	nets map[netip.Prefix]struct{}
	bits [2][]int // the lengths that occur, IPv4 and IPv6
}

// NewPrefixes makes a set.
func NewPrefixes(list ...netip.Prefix) *Prefixes {
	p := &Prefixes{nets: make(map[netip.Prefix]struct{}, len(list))}
	var seen [2][129]bool
	for _, n := range list {
		if !n.IsValid() {
			continue
		}
		if a := n.Addr(); a.Is4In6() && n.Bits() >= 96 {
			n = netip.PrefixFrom(a.Unmap(), n.Bits()-96)
		}
		n = n.Masked()
		p.nets[n] = struct{}{}
		f := family(n.Addr())
		if !seen[f][n.Bits()] {
			seen[f][n.Bits()] = true
			p.bits[f] = append(p.bits[f], n.Bits())
		}
	}
	return p
}

// With is a set of these networks and others. The set itself may be nil.
func (p *Prefixes) With(more ...netip.Prefix) *Prefixes {
	if p == nil {
		return NewPrefixes(more...)
	}
	return NewPrefixes(slices.AppendSeq(slices.Clone(more), maps.Keys(p.nets))...)
}

// ParsePrefixes makes a set of texts, each a network ("10.0.0.0/8", "2001:db8::/32") or an address ("192.0.2.7").
func ParsePrefixes(list ...string) (*Prefixes, error) {
	nets := make([]netip.Prefix, 0, len(list))
	for _, s := range list {
		n, err := parsePrefix(s)
		if err != nil {
			return nil, err
		}
		nets = append(nets, n)
	}
	return NewPrefixes(nets...), nil
}

// ReadPrefixes reads one network or address a line. What follows a # or a ; is a comment. The error names the line.
func ReadPrefixes(r io.Reader) (*Prefixes, error) {
	var nets []netip.Prefix
	in := bufio.NewScanner(r)
	for line := 1; in.Scan(); line++ {
		text := in.Text()
		if i := strings.IndexAny(text, "#;"); i >= 0 {
			text = text[:i]
		}
		if text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff")); text == "" {
			continue
		}
		n, err := parsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		nets = append(nets, n)
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("reading a list of networks: %w", err)
	}
	return NewPrefixes(nets...), nil
}

// ReadPrefixFile reads a file as ReadPrefixes does.
func ReadPrefixFile(path string) (*Prefixes, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p, err := ReadPrefixes(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// Contains says whether an address lies in one of the networks. A nil set contains nothing.
func (p *Prefixes) Contains(a netip.Addr) bool {
	if p == nil || !a.IsValid() {
		return false
	}
	a = a.Unmap().WithZone("")
	for _, bits := range p.bits[family(a)] {
		n, err := a.Prefix(bits)
		if err != nil {
			continue
		}
		if _, ok := p.nets[n]; ok {
			return true
		}
	}
	return false
}

// Len is the number of networks.
func (p *Prefixes) Len() int {
	if p == nil {
		return 0
	}
	return len(p.nets)
}

func parsePrefix(s string) (netip.Prefix, error) {
	s = strings.TrimSpace(s)
	if strings.Contains(s, "/") {
		n, err := netip.ParsePrefix(s)
		if err != nil {
			return n, fmt.Errorf("%q is no network: %w", s, err)
		}
		return n, nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is no address: %w", s, err)
	}
	a = a.Unmap().WithZone("")
	return netip.PrefixFrom(a, a.BitLen()), nil
}

func family(a netip.Addr) int {
	if a.Is4() {
		return 0
	}
	return 1
}
