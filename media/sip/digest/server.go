package digest

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Secrets knows the users.
type Secrets interface {
	// HA1 gives the hash of a user by HA1, or false if there is no such user (or none for this algorithm).
	HA1(user, realm string, a Algorithm) (string, bool)
}

// Passwords are users and their passwords: the simplest Secrets.
type Passwords map[string]Secret

// HA1 hashes the user's password. A user with an empty password cannot log in.
func (p Passwords) HA1(user, realm string, a Algorithm) (string, bool) {
	s, ok := p[user]
	if !ok || !s.Set() {
		return "", false
	}
	return HA1(a, user, realm, s), true
}

// Config of a server's side.
type Config struct {
	Realm      string
	Algorithms []Algorithm   // offered, best first; nil: SHA-256, then MD5
	Secrets    Secrets       // who may log in
	Lifetime   time.Duration // of a nonce; 0: 5 min
	Key        []byte        // seals nonces; the same for servers that share users; nil: a random one
	Uses       int           // answered nonces remembered; 0: 16,384
	Proxy      bool          // 407 and Proxy-Authenticate instead of 401 and WWW-Authenticate
	Now        func() time.Time
	Rand       io.Reader
}

// Server challenges and checks. It is safe for use by many goroutines.
type Server struct {
	c    Config
	zero map[Algorithm]string // the HA1 of nobody, so that an unknown user takes as long as a known one
	used uses
}

// New makes a server. It fails without a realm or users.
func New(c Config) (*Server, error) {
	if c.Realm == "" || c.Secrets == nil {
		return nil, errors.New("digest: a realm and users are needed")
	}
	if c.Algorithms == nil {
		c.Algorithms = []Algorithm{SHA256, MD5}
	}
	for _, a := range c.Algorithms {
		if a != MD5 && a != SHA256 {
			return nil, fmt.Errorf("digest: no algorithm %q", a)
		}
	}
	if c.Lifetime == 0 {
		c.Lifetime = 5 * time.Minute
	}
	if c.Uses == 0 {
		c.Uses = 1 << 14
	}
	if c.Lifetime < time.Second || c.Uses < 1 {
		return nil, fmt.Errorf("digest: a lifetime of %v and %d uses cannot be", c.Lifetime, c.Uses)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if len(c.Key) == 0 {
		c.Key = make([]byte, 32)
		if _, err := io.ReadFull(c.Rand, c.Key); err != nil {
			return nil, fmt.Errorf("digest: making a key: %w", err)
		}
	}
	s := &Server{c: c, zero: map[Algorithm]string{}}
	for _, a := range c.Algorithms {
		s.zero[a] = HA1(a, "", c.Realm, Secret{})
	}
	s.used.init(c.Uses)
	return s, nil
}

// Verdict is what Check found.
type Verdict uint8

const (
	Missing  Verdict = iota // no credentials for this realm: challenge
	Stale                   // right, but the nonce is old or used: challenge again, the secret need not be asked for
	Wrong                   // wrong user, secret or request: challenge or refuse, and count it
	Accepted                // it is the user
)

func (v Verdict) String() string { return [...]string{"missing", "stale", "wrong", "accepted"}[v] }

// Check looks at the credentials of req. The user is set when Accepted, and as the request claims it when Wrong.
func (s *Server) Check(req *sip.Request) (user string, v Verdict) {
	worst := Missing
	for _, h := range req.GetHeaders(s.field()) {
		c, ok := parseCredentials(h.Value())
		if !ok || c.realm != s.c.Realm {
			continue // another scheme or realm: as if it were not there (RFC 3261, 22.3)
		}
		switch u, v := c.user, s.check(c, req); {
		case v == Accepted:
			return u, v
		case v >= worst:
			user, worst = u, v
		}
	}
	return user, worst
}

func (s *Server) check(c credentials, req *sip.Request) Verdict {
	alg, ok := algorithm(c.algorithm)
	if !ok || !slices.Contains(s.c.Algorithms, alg) {
		return Wrong
	}
	ha1, known := s.c.Secrets.HA1(c.user, s.c.Realm, alg)
	if !known {
		ha1 = s.zero[alg]
	}
	want := alg.proof(ha1, c.nonce, c.ncText, c.cnonce, c.qop, string(req.Method), c.uri)
	right := subtle.ConstantTimeCompare([]byte(want), []byte(strings.ToLower(c.response))) == 1
	issued, ours := s.open(c.nonce)
	switch {
	case !ours:
		// Perhaps sealed by a key from before a restart: whoever knows the secret will answer the next one.
		return Stale
	case !right || !known || !sameTarget(c.uri, &req.Recipient):
		return Wrong
	case s.c.Now().Sub(issued) > s.c.Lifetime:
		return Stale
	case !s.used.take(c.nonce, issued, c.nc):
		return Stale // used before: a copy of someone's request
	}
	return Accepted
}

// Status of a challenge: 401, or 407 for a proxy.
func (s *Server) Status() int {
	if s.c.Proxy {
		return sip.StatusProxyAuthRequired
	}
	return sip.StatusUnauthorized
}

// Challenge makes the header fields of a challenge to req, one for each algorithm, best first (RFC 8760, 2.4).
func (s *Server) Challenge(req *sip.Request, stale bool) []sip.Header {
	name := "WWW-Authenticate"
	if s.c.Proxy {
		name = "Proxy-Authenticate"
	}
	nonce := s.seal(address(req))
	fields := make([]sip.Header, 0, len(s.c.Algorithms))
	for _, a := range s.c.Algorithms {
		var b strings.Builder
		b.WriteString("Digest realm=" + quoted(s.c.Realm) + `, nonce="` + nonce + `", algorithm=` + string(a) +
			`, qop="auth"`)
		if stale {
			b.WriteString(", stale=true")
		}
		fields = append(fields, sip.NewHeader(name, b.String()))
	}
	return fields
}

// Refuse answers req with a challenge.
func (s *Server) Refuse(req *sip.Request, v Verdict) *sip.Response {
	reason := "Unauthorized"
	if s.c.Proxy {
		reason = "Proxy Authentication Required"
	}
	res := sip.NewResponseFromRequest(req, s.Status(), reason, nil)
	for _, h := range s.Challenge(req, v == Stale) {
		res.AppendHeader(h)
	}
	return res
}

// A nonce is milliseconds since 1970, salt, a mark of the address that it was given to, and the seal of these.
const (
	timeLen  = 8
	saltLen  = 6
	markLen  = 8
	sealLen  = 16
	nonceLen = timeLen + saltLen + markLen + sealLen
)

// seal makes a nonce for a client at an address.
func (s *Server) seal(addr string) string {
	var b [nonceLen]byte
	binary.BigEndian.PutUint64(b[:], uint64(s.c.Now().UnixMilli()))
	// Without randomness two challenges of one millisecond are alike; their counts then share a row of the table, and
	// the second user is asked once more. Nothing becomes less safe.
	_, _ = io.ReadFull(s.c.Rand, b[timeLen:timeLen+saltLen])
	copy(b[timeLen+saltLen:], s.mark(b[:timeLen+saltLen], addr))
	copy(b[nonceLen-sealLen:], s.mac(b[:nonceLen-sealLen]))
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// open says when a nonce was made, if this key made it.
func (s *Server) open(nonce string) (time.Time, bool) {
	b, err := base64.RawURLEncoding.DecodeString(nonce)
	if err != nil || len(b) != nonceLen || !hmac.Equal(b[nonceLen-sealLen:], s.mac(b[:nonceLen-sealLen])) {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(b))), true
}

// mark tells addresses apart without showing them.
func (s *Server) mark(salt []byte, addr string) []byte {
	m := hmac.New(sha256.New, s.c.Key)
	m.Write(salt)
	m.Write([]byte("for " + addr))
	return m.Sum(nil)[:markLen]
}

// Proved says whether the credentials of req answer a challenge that was sent to the very address that req comes from:
// then nobody has sent it in that address's name. A client that moved meanwhile is served all the same, by Check.
func (s *Server) Proved(req *sip.Request) bool {
	for _, h := range req.GetHeaders(s.field()) {
		c, ok := parseCredentials(h.Value())
		if !ok || c.realm != s.c.Realm {
			continue
		}
		if issued, ours := s.open(c.nonce); !ours || s.c.Now().Sub(issued) > s.c.Lifetime {
			continue
		}
		b, _ := base64.RawURLEncoding.DecodeString(c.nonce) // it was opened
		if hmac.Equal(b[timeLen+saltLen:nonceLen-sealLen], s.mark(b[:timeLen+saltLen], address(req))) {
			return true
		}
	}
	return false
}

// address is where a request comes from, without the port: routers change that.
func address(req *sip.Request) string {
	host, _, err := net.SplitHostPort(req.Source())
	if err != nil {
		return ""
	}
	return host
}

// field is the name of the header field with credentials.
func (s *Server) field() string {
	if s.c.Proxy {
		return "proxy-authorization"
	}
	return "authorization"
}

func (s *Server) mac(b []byte) []byte {
	m := hmac.New(sha256.New, s.c.Key)
	m.Write([]byte(s.c.Realm))
	m.Write(b)
	return m.Sum(nil)[:sealLen]
}

type credentials struct {
	user, realm, nonce, uri, response, algorithm, cnonce, qop, ncText string
	nc                                                                uint32
}

// parseCredentials reads an Authorization field. It is false for what is no digest that could be checked.
func parseCredentials(s string) (c credentials, ok bool) {
	scheme, list, err := parseParams(s)
	if err != nil || !strings.EqualFold(scheme, "Digest") {
		return c, false
	}
	into := map[string]*string{
		"username": &c.user, "realm": &c.realm, "nonce": &c.nonce, "uri": &c.uri, "response": &c.response,
		"algorithm": &c.algorithm, "cnonce": &c.cnonce, "qop": &c.qop, "nc": &c.ncText,
	}
	for _, p := range list {
		if to := into[p.name]; to != nil {
			if *to != "" {
				return c, false // twice: which one is meant?
			}
			*to = p.value
		}
	}
	if c.nonce == "" || c.response == "" || c.uri == "" {
		return c, false
	}
	switch {
	case c.qop == "":
		c.nc, c.ncText = 1, "" // RFC 2069: a nonce serves once
	case strings.EqualFold(c.qop, "auth"):
		n, err := strconv.ParseUint(c.ncText, 16, 32)
		if err != nil || n == 0 || len(c.ncText) != 8 || c.cnonce == "" {
			return c, false
		}
		c.nc = uint32(n)
	default:
		return c, false
	}
	return c, true
}

// sameTarget says whether the address that was hashed is the one that was asked for. Ports and parameters may differ:
// telephones write them in one place and not in the other.
func sameTarget(uri string, target *sip.Uri) bool {
	var u sip.Uri
	if sip.ParseUri(uri, &u) != nil {
		return false
	}
	return u.User == target.User && strings.EqualFold(u.Host, target.Host)
}
