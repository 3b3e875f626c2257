package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"math"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rexian/stdlib/user"
)

// sessionCookie is the cookie of a session.
const sessionCookie = "rexian_session"

// requestID is the header by which an answer is found in the log.
const requestID = "X-Request-Id"

type principalKey struct{}

// asker is who a request comes from.
func asker(r *http.Request) *Principal {
	p, _ := r.Context().Value(principalKey{}).(*Principal)
	if p == nil {
		return &Principal{}
	}
	return p
}

// guarded lets through who may do what needs a permission.
func (a *admin) guarded(needs Permission, next http.Handler) http.Handler {
	return a.limited(needs, maxBody, true, next)
}

// limited is guarded, for bodies of another length. by tells that the query's by says who asks; in a list it says what
// is counted by.
func (a *admin) limited(needs Permission, longest int64, by bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(requestID, rand.Text()[:16])
		r.Body = http.MaxBytesReader(w, r.Body, longest)
		p := &Principal{}
		if needs == anybody {
			if !a.near(w, r) {
				return
			}
		} else if p = a.admitted(w, r); p == nil {
			return
		}
		if needs != anybody && !p.may(needs) {
			a.refused.WithLabelValues("permission").Inc()
			a.Logger.Warn("administration: refused", "by", p.Name, "needs", string(needs), "path", r.URL.Path)
			reply(w, http.StatusForbidden, Fault{Error: "this needs the permission " + string(needs),
				Reason: ReasonForbidden})
			return
		}
		if r.Method != http.MethodGet && !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
			fault(w, http.StatusUnsupportedMediaType, "send application/json")
			return
		}
		if by && !p.Whole && p.Name != "" { // who does something is who was let in, whatever the request says
			q := r.URL.Query()
			q.Set("by", p.Name)
			r.URL.RawQuery = q.Encode()
		}
		a.once(w, r.WithContext(context.WithValue(r.Context(), principalKey{}, p)), next)
	})
}

// Reasons of requests that are not let through.
const (
	ReasonForbidden = "forbidden"
	ReasonScope     = "scope"
	ReasonOrigin    = "origin"
	ReasonSignIn    = "sign in"
	ReasonLocked    = "locked"
)

// near tells whether a request may be looked at without a token: where none is set it must come from this machine and
// name it, so that no web page elsewhere can send it through a browser.
func (a *admin) near(w http.ResponseWriter, r *http.Request) bool {
	if a.Token.IsSet() || local(r.Host) && source(r).IsLoopback() {
		return true
	}
	a.refused.WithLabelValues("host").Inc()
	fault(w, http.StatusForbidden, "ask for this machine by its own name")
	return false
}

// admitted is who a request comes from; else it is answered. A program shows the server's token or a key of its own, a
// person the cookie of a session. Where no token is set, this machine is trusted with everything.
func (a *admin) admitted(w http.ResponseWriter, r *http.Request) *Principal {
	given, there := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if there && a.Users != nil && user.IsKey(given) {
		return a.keyed(w, r, given)
	}
	if !there {
		if c, err := r.Cookie(sessionCookie); err == nil && a.Users != nil {
			return a.person(w, r, c.Value)
		}
	}
	if !a.Token.IsSet() {
		if !a.near(w, r) {
			return nil
		}
		return onBehalf(r, &Principal{Name: "local", Whole: true})
	}
	// Of the hashes, so that not even the length of the token shows in how long it takes.
	want, have := sha256.Sum256([]byte(a.Token.Reveal())), sha256.Sum256([]byte(given))
	if !a.proved(w, r, there, func() bool { return subtle.ConstantTimeCompare(have[:], want[:]) == 1 }) {
		return nil
	}
	return onBehalf(r, &Principal{Name: "token", Whole: true})
}

// proved tells whether what a request shows is right; else it is answered. A source that goes on with wrong ones waits
// longer and longer before one of them is looked at again, be it the right one.
func (a *admin) proved(w http.ResponseWriter, r *http.Request, there bool, right func() bool) bool {
	from := source(r)
	if wait := a.guesses.wait(from); wait > 0 && there {
		a.refused.WithLabelValues("throttled").Inc()
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		fault(w, http.StatusTooManyRequests, "too many wrong tokens from here: wait")
		return false
	}
	if there && right() {
		a.guesses.right(from)
		return true
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="rexian"`)
	fault(w, http.StatusUnauthorized, "the token is missing or wrong")
	if !there { // no guess: somebody asks who does not know that there is one
		a.refused.WithLabelValues("missing").Inc()
		if a.missing.first(from) {
			a.Logger.Warn("administration: a request without the token", "source", from, "path", r.URL.Path)
		}
		return false
	}
	a.refused.WithLabelValues("wrong").Inc()
	count, wait := a.guesses.wrong(from)
	a.Logger.Warn("administration: a wrong token", "source", from, "path", r.URL.Path, "wrong", count, "closed_for",
		wait)
	return false
}

// keyed is the program whose key a request shows; else it is answered.
func (a *admin) keyed(w http.ResponseWriter, r *http.Request, secret string) *Principal {
	var k user.Key
	var away error
	if !a.proved(w, r, true, func() bool {
		var err error
		k, err = a.Users.ByKey(r.Context(), secret, a.Now())
		if err != nil && !errors.Is(err, user.ErrKey) {
			away = err
			return true
		}
		return err == nil
	}) {
		return nil
	}
	if away != nil {
		a.usersAway(w, away)
		return nil
	}
	p := &Principal{Name: "key:" + k.ID, Scope: k.Scope, Key: true}
	for _, x := range k.Permits {
		p.May = append(p.May, Permission(x))
	}
	return p
}

// person is whose session a request shows; else it is answered. An order must come from a page of this server.
func (a *admin) person(w http.ResponseWriter, r *http.Request, token string) *Principal {
	u, err := a.Users.Session(r.Context(), token, a.Now())
	switch {
	case errors.Is(err, user.ErrSession):
		reply(w, http.StatusUnauthorized, Fault{Error: "the session has ended: sign in again", Reason: ReasonSignIn})
		return nil
	case err != nil:
		a.usersAway(w, err)
		return nil
	case !own(r):
		a.refused.WithLabelValues("origin").Inc()
		reply(w, http.StatusForbidden, Fault{Error: "orders come from a page of this server", Reason: ReasonOrigin})
		return nil
	}
	return &Principal{Name: u.Name, Roles: u.Roles, May: permitted(u.Roles), Scope: u.Scope}
}

// permitted is what roles may.
func permitted(list []string) []Permission {
	var out []Permission
	for _, r := range list {
		for _, p := range roles[r] {
			if !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	slices.Sort(out)
	return out
}

// own tells whether a request that a browser sends comes from a page of this server. Reading is harmless: no other page
// gets to see the answer.
func own(r *http.Request) bool {
	if r.Method == http.MethodGet && r.Header.Get("Upgrade") == "" {
		return true
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		at, err := url.Parse(origin)
		return err == nil && at.Host == r.Host
	}
	site := r.Header.Get("Sec-Fetch-Site")
	return site == "" || site == "same-origin"
}

// source is the address that a request comes from, whatever its headers say.
func source(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{} // one for all that have none
	}
	return at.Addr().Unmap()
}

// local tells whether a Host header names this machine.
func local(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.IsLoopback()
}

// The throttle of wrong tokens.
const (
	free       = 5                // wrong ones before a source waits
	firstWait  = time.Second      // after the next; it doubles with each
	longest    = 5 * time.Minute  // of the waits
	forgiven   = 15 * time.Minute // after the last wrong one a source begins anew
	maxSources = 4096             // that are remembered; of more the one that was heard of longest ago is forgotten
)
