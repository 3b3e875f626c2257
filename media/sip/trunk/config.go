// Package trunk connects the server to the telephone network: it logs in where a carrier wants that, watches whether
// each trunk is alive, and chooses the trunks for a number.
//
// A trunk is static (the carrier knows our address) or registering (we log in and keep the log-in fresh: RFC 3261,
// 10.2). Failed log-ins are repeated after a time that doubles, and is drawn anew each time so that many servers do not
// come back at one moment (RFC 5626, 4.5). A refused password is tried seldom: carriers lock those who insist.
//
// Calls only go out because a flow or an agent places them; nothing that comes in over a trunk is passed on to another.
package trunk

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"rexian/media/sip"
	"rexian/media/sip/digest"
	"rexian/media/sip/guard"
	"rexian/number"
)

// CallerID says which number the called party sees.
type CallerID string

const (
	Own      CallerID = "own"      // the trunk's own number, whoever calls
	Given    CallerID = "given"    // the number that the call was placed with, where there is one
	Asserted CallerID = "asserted" // the given number, with our own in P-Asserted-Identity (RFC 3325)
	Remote   CallerID = "remote"   // our own number, with the given one in Remote-Party-ID
	Hidden   CallerID = "hidden"   // none; our own in P-Asserted-Identity, with Privacy: id (RFC 3323)
)

// Config is one trunk. Name and Server are needed.
type Config struct {
	Name   string
	Server string // "sip.carrier.example", "10.0.0.1:5060"; an IPv6 address with a port stands in brackets
	// Transport is udp, tcp or tls. Empty: what the name's NAPTR records want most (RFC 3263, 4.1), else udp.
	Transport string
	Proxies   []string // addresses of proxies to go through, the nearest first (RFC 3261, 8.1.1.1)

	User       string        // of the log-in, and in our address
	AuthUser   string        // where the log-in's name differs from User
	Secret     digest.Secret // of the log-in and of challenged calls
	Register   bool          // log in and stay so
	Expires    time.Duration // asked for; 10 min
	FromDomain string        // host in From and To; the Server's host

	Number   string   // our own number on this trunk; User
	CallerID CallerID // own (also when empty), given, asserted, remote, hidden

	Rules number.Rules // how the carrier writes numbers

	Prefixes []string // numbers that begin so go here; empty: every number. The longest match comes first
	Priority int      // among equal matches, the lower first
	Weight   int      // among those of one priority, how much of the calls: none for all, and they go in their order
	// Allow are the beginnings of numbers that may be called over the trunk; "all" is every number. Empty: the numbers
	// of
	// +86, and those that one of Prefixes begins. Deny goes before it.
	Allow, Deny []string

	// Ceilings; 0: none.
	Channels  int     // calls at once, those that come in counted
	PerSecond float64 // new calls of ours a second
	Minutes   int     // minutes that calls of ours talk in a day

	Distrust bool // do not believe P-Asserted-Identity and Remote-Party-ID of its calls

	Ping    time.Duration // between OPTIONS that ask whether the trunk lives; 30 s; negative: never
	Sources []string      // networks and addresses from which its calls come, beside the Server itself
	Profile sip.Profile   // how the sound of its calls is described

	// CA are the authorities that may have signed its certificate, Cert and Key what we show it, in PEM; empty: the
	// system's, and nothing.
	CA, Cert string
	Key      digest.Secret
}

// ErrNumber means that a text cannot be dialled.
var ErrNumber = errors.New("no number that can be dialled")

// ErrNoTrunk means that no trunk takes the number, or that there is none of that name.
var ErrNoTrunk = errors.New("no trunk for the number")

// Check tells what is wrong with a trunk. A name is not looked up.
func Check(c Config) error {
	c.Proxies = slices.Clone(c.Proxies)
	_, _, err := c.fill()
	return err
}

// fill checks a trunk and puts the defaults in.
func (c *Config) fill() (host string, sources *guard.Prefixes, err error) {
	fail := func(format string, args ...any) (string, *guard.Prefixes, error) {
		return "", nil, fmt.Errorf("trunk %q: "+format, append([]any{c.Name}, args...)...)
	}
	if c.Name == "" {
		return fail("it needs a name")
	}
	host, port, err := splitHost(c.Server)
	if err != nil {
		return fail("server %q: %w", c.Server, err)
	}
	c.Transport = strings.ToLower(c.Transport)
	switch c.Transport {
	case "":
		c.Transport = "udp"
	case "udp", "tcp", "tls":
	default:
		return fail("transport %q is none of udp, tcp, tls", c.Transport)
	}
	if port == 0 {
		port = 5060
		if c.Transport == "tls" {
			port = 5061
		}
	}
	c.Server = net.JoinHostPort(host, strconv.Itoa(port))
	for i, p := range c.Proxies {
		h, port, err := splitHost(p)
		if err != nil {
			return fail("proxy %q: %w", p, err)
		}
		if port != 0 {
			h = net.JoinHostPort(h, strconv.Itoa(port))
		} else {
			h = bracket(h)
		}
		c.Proxies[i] = h
	}
	if c.Register && (c.User == "" || !c.Secret.Set()) {
		return fail("a log-in needs user and secret")
	}
	for _, word := range []string{c.User, c.Number, c.FromDomain} {
		if strings.ContainsAny(word, " \t\r\n<>\"@;?") {
			return fail("%q cannot stand in an address", word)
		}
	}
	if c.AuthUser == "" {
		c.AuthUser = c.User
	}
	if c.Number == "" {
		c.Number = c.User
	}
	if c.FromDomain == "" {
		c.FromDomain = bracket(host)
	}
	if c.Expires == 0 {
		c.Expires = 10 * time.Minute
	}
	if c.Expires < 10*time.Second || c.Expires > 24*time.Hour {
		return fail("log-ins of %v are not kept; take 10 s to 24 h", c.Expires)
	}
	if c.Ping == 0 {
		c.Ping = 30 * time.Second
	}
	if c.Ping > 0 && c.Ping < time.Second {
		return fail("pings every %v are too many", c.Ping)
	}
	switch c.CallerID {
	case "":
		c.CallerID = Own
	case Own, Given, Asserted, Remote, Hidden:
	default:
		return fail("caller id %q is none of own, given, asserted, remote, hidden", c.CallerID)
	}
	if _, err := c.secured(""); err != nil {
		return fail("%w", err)
	}
	if p := c.Profile.Ptime; p != 0 && (p < 10 || p > 60 || p%10 != 0) {
		return fail("packets of %d ms are not sent; take 10 to 60, by tens", p)
	}
	if c.Weight < 0 {
		return fail("a weight is not less than 0")
	}
	if err := c.fillRules(); err != nil {
		return fail("%w", err)
	}
	if sources, err = guard.ParsePrefixes(c.Sources...); err != nil {
		return fail("sources: %w", err)
	}
	return host, sources, nil
}

// secured is how TLS connections to the trunk are made: host is its certificate's name. Nil if nothing special is
// wanted.
func (c *Config) secured(host string) (*tls.Config, error) {
	config := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if c.CA != "" {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM([]byte(c.CA)) {
			return nil, errors.New("there is no certificate among its authorities")
		}
	}
	if (c.Cert == "") != !c.Key.Set() {
		return nil, errors.New("a certificate and its key go together")
	}
	if c.Cert != "" {
		pair, err := tls.X509KeyPair([]byte(c.Cert), []byte(c.Key.Reveal()))
		if err != nil {
			return nil, fmt.Errorf("our certificate for it: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

func splitHost(s string) (host string, port int, err error) {
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return a.String(), 0, nil
	}
	host = s
	if h, p, err := net.SplitHostPort(s); err == nil {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return "", 0, fmt.Errorf("port %q", p)
		}
		host, port = h, int(n)
	}
	if host == "" || strings.ContainsAny(host, " \t\r\n<>\"@;?/") || strings.Contains(host, ":") &&
		!strings.Contains(host, "::") && strings.Count(host, ":") < 2 {
		return "", 0, errors.New("no host")
	}
	return host, port, nil
}

// bracket writes a host for an address: IPv6 in brackets.
func bracket(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// fillRules checks what concerns numbers, and brings beginnings of numbers into their one form.
func (c *Config) fillRules() error {
	if err := c.Rules.Check(); err != nil {
		return err
	}
	for _, list := range []*[]string{&c.Prefixes, &c.Allow, &c.Deny} {
		*list = slices.Clone(*list)
		for i, p := range *list {
			if list == &c.Allow && p == everything {
				continue
			}
			form := number.Prefix(p)
			if p != "" && form != "+" && !number.Dialable(form) || p == "" && list != &c.Prefixes {
				return fmt.Errorf("prefix %q is no beginning of a number", p)
			}
			(*list)[i] = form
		}
	}
	if c.Channels < 0 || c.PerSecond < 0 || c.Minutes < 0 {
		return errors.New("a ceiling is not less than 0")
	}
	return nil
}

// everything, in Allow, is every number.
const everything = "all"
