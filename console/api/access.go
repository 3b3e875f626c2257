package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"math"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// guarded lets through who may.
func (a *admin) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if a.Token.IsSet() {
			if !a.admitted(w, r) {
				return
			}
		} else if !local(r.Host) || !source(r).IsLoopback() {
			a.refused.WithLabelValues("host").Inc()
			fault(w, http.StatusForbidden, "ask for this machine by its own name")
			return
		}
		if r.Method != http.MethodGet && !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
			fault(w, http.StatusUnsupportedMediaType, "send application/json")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// admitted tells whether a request has the token; else it is answered. A source that goes on with wrong ones waits
// longer and longer before one of its tokens is looked at again, be it the right one.
func (a *admin) admitted(w http.ResponseWriter, r *http.Request) bool {
	from := source(r)
	given, there := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if wait := a.guesses.wait(from); wait > 0 && there {
		a.refused.WithLabelValues("throttled").Inc()
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		fault(w, http.StatusTooManyRequests, "too many wrong tokens from here: wait")
		return false
	}
	// Of the hashes, so that not even the length of the token shows in how long it takes.
	want, have := sha256.Sum256([]byte(a.Token.Reveal())), sha256.Sum256([]byte(given))
	if there && subtle.ConstantTimeCompare(have[:], want[:]) == 1 {
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
