package digest

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/emiago/sipgo/sip"
)

// ErrRefused means that the server asked again although the answer was right for its last question: the user or the
// secret is wrong.
var ErrRefused = errors.New("the user or the secret is refused")

// ErrNoChallenge means that a 401 or 407 asks nothing that can be answered.
var ErrNoChallenge = errors.New("no challenge that can be answered")

// Client answers challenges for one user. It counts how often a nonce is used, so that the next request is accepted
// without being asked again. It is safe for use by many goroutines.
type Client struct {
	User   string
	Secret Secret
	Rand   io.Reader // nil: crypto/rand

	mu   sync.Mutex
	last map[string]*challenge // by the field that carries credentials
}

type challenge struct {
	realm, nonce, opaque string
	alg                  Algorithm
	qop                  bool
	stale                bool
	nc                   uint32
}

// Answer looks at the challenge in res (401 or 407) and puts credentials into req, in place of older ones. req must be
// the request that is sent next: its CSeq and branch are the caller's matter. ErrRefused says that there is no use in
// sending it.
func (c *Client) Answer(req *sip.Request, res *sip.Response) error {
	asks, field := "www-authenticate", "Authorization"
	if res.StatusCode == sip.StatusProxyAuthRequired {
		asks, field = "proxy-authenticate", "Proxy-Authorization"
	}
	best, err := pick(res.GetHeaders(asks))
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	// Asked again right after an answer: only a stale nonce or another realm is a reason. A nonce that was used before
	// may have aged without the server saying so.
	if had := req.GetHeader(field); had != nil && !best.stale {
		if sent, ok := parseCredentials(had.Value()); ok && sent.realm == best.realm && sent.nc == 1 {
			return ErrRefused
		}
	}
	if c.last == nil {
		c.last = map[string]*challenge{}
	}
	c.last[field] = best
	return c.put(req, field, best)
}

// Prepare puts credentials for the last challenges into req, so that it need not be asked. It does nothing before the
// first challenge.
func (c *Client) Prepare(req *sip.Request) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for field, ch := range c.last {
		if !ch.qop {
			continue // such a nonce serves once
		}
		if err := c.put(req, field, ch); err != nil {
			return err
		}
	}
	return nil
}

// Forget drops what was asked, as when the server has another address.
func (c *Client) Forget() {
	c.mu.Lock()
	c.last = nil
	c.mu.Unlock()
}

func (c *Client) put(req *sip.Request, field string, ch *challenge) error {
	uri := req.Recipient.String()
	var b strings.Builder
	b.WriteString("Digest username=" + quoted(c.User) + ", realm=" + quoted(ch.realm) + ", nonce=" + quoted(ch.nonce) +
		", uri=" + quoted(uri) + ", algorithm=" + string(ch.alg))
	ha1 := HA1(ch.alg, c.User, ch.realm, c.Secret)
	if ch.qop {
		cnonce, err := c.cnonce()
		if err != nil {
			return err
		}
		ch.nc++
		nc := fmt.Sprintf("%08x", ch.nc)
		b.WriteString(`, qop=auth, nc=` + nc + `, cnonce="` + cnonce + `", response="` +
			ch.alg.proof(ha1, ch.nonce, nc, cnonce, "auth", string(req.Method), uri) + `"`)
	} else {
		b.WriteString(`, response="` + ch.alg.proof(ha1, ch.nonce, "", "", "", string(req.Method), uri) + `"`)
	}
	if ch.opaque != "" {
		b.WriteString(", opaque=" + quoted(ch.opaque))
	}
	for req.RemoveHeader(field) {
	}
	req.AppendHeader(sip.NewHeader(field, b.String()))
	return nil
}

func (c *Client) cnonce() (string, error) {
	r := c.Rand
	if r == nil {
		r = rand.Reader
	}
	var b [12]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return "", fmt.Errorf("making a client nonce: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}

// pick chooses the first challenge that can be answered: servers list the best first (RFC 8760, 2.4).
func pick(fields []sip.Header) (*challenge, error) {
	for _, h := range fields {
		scheme, list, err := parseParams(h.Value())
		if err != nil || !strings.EqualFold(scheme, "Digest") {
			continue
		}
		ch, ok := challenge{}, true
		algName, qop := "", ""
		for _, p := range list {
			switch p.name {
			case "realm":
				ch.realm = p.value
			case "nonce":
				ch.nonce = p.value
			case "opaque":
				ch.opaque = p.value
			case "algorithm":
				algName = p.value
			case "qop":
				qop = p.value
			case "stale":
				ch.stale = strings.EqualFold(p.value, "true")
			}
		}
		if ch.alg, ok = algorithm(algName); !ok || ch.nonce == "" {
			continue
		}
		for one := range strings.SplitSeq(qop, ",") {
			ch.qop = ch.qop || strings.EqualFold(strings.TrimSpace(one), "auth")
		}
		if qop != "" && !ch.qop {
			continue // only auth-int: bodies change on their way
		}
		return &ch, nil
	}
	return nil, ErrNoChallenge
}
