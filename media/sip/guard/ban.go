package guard

import (
	"errors"
	"net/netip"
	"time"
)

// Offence is what a source did wrong. Each has its own limit in Limits.
type Offence uint8

const (
	Garbage  Offence    = iota // what is no SIP message, or breaks its rules
	Scan                       // it said that it is a scanner
	BadAuth                    // a wrong name or password
	offences                   // of a source; what follows is no offence
	Hand     = offences        // banned by hand
)

// String names it for logs and figures.
func (o Offence) String() string {
	return [...]string{"garbage", "scan", "bad credentials", "by hand"}[min(o, Hand)]
}

// ban is one of a source, also when it is over: the next is longer then.
type ban struct {
	until int64 // nanoseconds since zero
	times uint8 // how often in a row, for doubling
	why   Offence
	by    string // who banned it by hand
}

// Ban says that a source is not heard for a while.
type Ban struct {
	Source netip.Prefix
	Why    Offence
	By     string // who did it, if by hand
	Until  time.Time
}

// Report counts an offence of src and says whether it is banned for it now. proved says that the source has sent this
// very message, and not somebody in its name; what is not proved bans nobody.
func (g *Guard) Report(src netip.AddrPort, o Offence, proved bool) (banned bool) {
	if g == nil || o >= offences {
		return false
	}
	g.stats.offences[o].Add(1)
	addr := src.Addr().Unmap()
	l := g.limits.Load()
	limit := [offences]int{l.Garbage, l.Scans, l.BadAuths}[o]
	if !proved {
		g.stats.unproved.Add(1)
		return false
	}
	if limit < 0 || g.protects(addr) != nil {
		return false
	}
	key, now := keyOf(addr), g.since()
	g.mu.Lock()
	s, _ := g.sources.touch(key)
	// The bucket holds limit−1 offences and leaks one each Window/limit: the limit-th in a Window spills over.
	if s.wrong[o].take(now, int64(l.Window)/int64(max(limit, 1)), limit-1) {
		g.mu.Unlock()
		return false
	}
	s.wrong[o] = 0
	b := g.lengthen(key, now, l)
	b.why, b.by = o, ""
	told := g.told(key, b)
	g.mu.Unlock()

	g.stats.bans[o].Add(1)
	if g.c.OnBan != nil {
		g.c.OnBan(told)
	}
	return true
}

// lengthen bans key from now on: twice as long as the last time, if that was not longer ago than MaxBan.
func (g *Guard) lengthen(key netip.Addr, now int64, l *Limits) *ban {
	b, known := g.bans.touch(key)
	if !known || now-b.until > int64(l.MaxBan) {
		*b = ban{}
	}
	length := l.Ban
	for range b.times {
		if length >= l.MaxBan/2 {
			length = l.MaxBan
			break
		}
		length *= 2
	}
	b.times = min(b.times+1, 40)
	b.until = now + int64(length)
	return b
}

// Why a source cannot be banned.
var (
	ErrTrusted = errors.New("the source is a trunk or trusted")
	ErrOwn     = errors.New("the source is this machine itself")
	ErrPhone   = errors.New("a telephone is registered there")
)

// protects says why an address is never banned, nil if it may be.
func (g *Guard) protects(addr netip.Addr) error {
	switch {
	case g.Trusted(addr):
		return ErrTrusted
	case g.c.Own.Contains(addr):
		return ErrOwn
	case g.isPhone(addr):
		return ErrPhone
	}
	return nil
}

// Ban bans a source by hand for so long. It fails with ErrTrusted, ErrOwn or ErrPhone where nobody may be banned.
func (g *Guard) Ban(addr netip.Addr, length time.Duration, by string) (Ban, error) {
	addr = addr.Unmap()
	if err := g.protects(addr); err != nil {
		return Ban{}, err
	}
	key := keyOf(addr)
	g.mu.Lock()
	b, _ := g.bans.touch(key)
	b.until, b.why, b.by = g.since()+int64(length), Hand, by
	told := g.told(key, b)
	g.mu.Unlock()
	g.stats.bans[Hand].Add(1)
	if g.c.OnBan != nil {
		g.c.OnBan(told)
	}
	return told, nil
}

// Restore takes over bans from an earlier start, without telling of them; those that are over are left out.
func (g *Guard) Restore(list []Ban) {
	for i := len(list) - 1; i >= 0; i-- { // the latest last, as they came
		x := list[i]
		until := int64(x.Until.Sub(g.zero))
		if !x.Source.IsValid() || until <= g.since() || g.protects(x.Source.Addr()) != nil {
			continue
		}
		g.mu.Lock()
		b, _ := g.bans.touch(keyOf(x.Source.Addr().Unmap()))
		*b = ban{until: until, times: 1, why: min(x.Why, Hand), by: x.By}
		g.mu.Unlock()
	}
}

// Unban lets a source be heard again at once, and forgets its offences. It says whether it was banned.
func (g *Guard) Unban(addr netip.Addr) bool {
	key := keyOf(addr.Unmap())
	g.mu.Lock()
	defer g.mu.Unlock()
	b, ok := g.bans.get(key)
	was := ok && g.since() < b.until
	g.bans.drop(key)
	g.sources.drop(key)
	return was
}

// Banned lists who is not heard at this moment, the latest ban first.
func (g *Guard) Banned() []Ban {
	if g == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.since()
	var list []Ban
	g.bans.each(func(key netip.Addr, b *ban) {
		if now < b.until {
			list = append(list, g.told(key, b))
		}
	})
	return list
}

func (g *Guard) told(key netip.Addr, b *ban) Ban {
	return Ban{prefixOf(key), b.why, b.by, g.zero.Add(time.Duration(b.until))}
}
