package digest

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strings"
)

// Algorithm is the hash of a digest.
type Algorithm string

// The algorithms of RFC 8760 that telephones know.
const (
	MD5    Algorithm = "MD5"
	SHA256 Algorithm = "SHA-256"
)

func (a Algorithm) hash() hash.Hash {
	if a == SHA256 {
		return sha256.New()
	}
	return md5.New()
}

// algorithm knows a name in any case; none means MD5 (RFC 7616, 3.3).
func algorithm(name string) (Algorithm, bool) {
	switch {
	case name == "", strings.EqualFold(name, string(MD5)):
		return MD5, true
	case strings.EqualFold(name, string(SHA256)):
		return SHA256, true
	}
	return "", false
}

// HA1 is the hash of user, realm and password: what a server may store instead of the password (RFC 7616, 3.4.2), in
// lower-case hexadecimal.
func HA1(a Algorithm, user, realm string, secret Secret) string {
	return a.join(user, realm, secret.text)
}

func (a Algorithm) join(parts ...string) string {
	h := a.hash()
	for i, p := range parts {
		if i > 0 {
			h.Write([]byte{':'})
		}
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// proof is what the client must answer (RFC 7616, 3.4.1). Without qop it is that of RFC 2069.
func (a Algorithm) proof(ha1, nonce, nc, cnonce, qop, method, uri string) string {
	ha2 := a.join(method, uri)
	if qop == "" {
		return a.join(ha1, nonce, ha2)
	}
	return a.join(ha1, nonce, nc, cnonce, qop, ha2)
}
