package server

import (
	"sync/atomic"

	"rexian/cmd/rexian/config"
	"rexian/media/sip"
	"rexian/media/sip/digest"
	"rexian/media/sip/guard"
)

// accounts are the telephones that may register, with their passwords. Others may take their place at any time.
type accounts struct {
	of atomic.Pointer[digest.Passwords]
}

// set takes others and lists those who were there with another password or are gone.
func (a *accounts) set(phones []config.Phone) (gone []string) {
	next := digest.Passwords{}
	for _, p := range phones {
		next[p.User] = digest.NewSecret(p.Password.Reveal())
	}
	if before := a.of.Swap(&next); before != nil {
		for user, secret := range *before {
			if now, ok := next[user]; !ok || !now.Equal(secret) {
				gone = append(gone, user)
			}
		}
	}
	return gone
}

// HA1 is that of a telephone.
func (a *accounts) HA1(user, realm string, algorithm digest.Algorithm) (string, bool) {
	return a.of.Load().HA1(user, realm, algorithm)
}

// Routes gives the ways to what is dialled, by the dial plan of now.
func (l *lines) Routes(o sip.Outbound) ([]sip.Route, error) { return l.plan.Load().Routes(o) }

// own is the number of this server's that what is dialled names, by the dial plan of now.
func (l *lines) own(target string) (string, bool) { return l.plan.Load().Own(target) }

// take goes by a configuration, and lists the telephones whose password is another, or that are gone.
func (l *lines) take(c *config.Config) (gone []string) {
	listed := c.SIP.From
	if c.SIP.Inbound == "trunks" {
		listed = nil
	}
	l.listed.Store(guard.NewPrefixes(networks(listed)...))
	l.proxies.Store(proxies(c.SIP.Proxies))
	l.config.Store(c)
	return l.accounts.set(c.Phones)
}

// check looks at the lines of a configuration; the change takes them. A telephone that is gone, or has another
// password, has to log in anew before it is called again.
func (l *lines) check(next *config.Config) (change func(), err error) {
	trunks := trunkList(next)
	if err := l.trunks.Check(trunks); err != nil {
		return nil, next.Wrong([]config.Problem{{Key: "trunk[1]", Text: says("中继不能用：%v", "%v", err)}})
	}
	plan, err := l.dialplan(next)
	if err != nil {
		return nil, next.Wrong([]config.Problem{{Key: "agent[1]", Text: says("座席的话机不能用：%v", "%v", err)}})
	}
	return func() {
		if err := l.trunks.Replace(trunks); err != nil { // it was looked at just now
			l.s.log.Error("the trunks stay as they were", "error", err)
		}
		for _, user := range l.take(next) {
			if err := l.registrar.Forget(user); err != nil {
				l.s.log.Error("a telephone is not logged out", "user", user, "error", err)
			}
		}
		l.plan.Store(plan)
	}, nil
}
