// Package pin keeps PINs as argon2id hashes (RFC 9106): of taxpayers, and of agents.
package pin

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"

	"golang.org/x/crypto/argon2"
)

// Hash is the cost of an argon2id hash (RFC 9106).
type Hash struct {
	Time   uint32 // passes
	Memory uint32 // KiB
}

// Default is 2 passes over 19 MiB, one lane.
var Default = Hash{Time: 2, Memory: 19 << 10}

// maxHash bounds what a stored hash may ask for, so that a damaged row cannot take the machine.
var maxHash = Hash{Time: 16, Memory: 256 << 10}

// MaxLength is the most digits of a PIN.
const MaxLength = 32

const (
	saltSize = 16
	keySize  = 32
)

// Of returns the hash of a PIN with a fresh salt in the usual notation ($argon2id$v=19$m=19456,t=2,p=1$salt$key).
func (h Hash) Of(pin string) string {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails (crypto/rand)
	return h.encode(salt, argon2.IDKey([]byte(pin), salt, h.Time, h.Memory, 1, keySize))
}

func (h Hash) encode(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, h.Memory, h.Time, b64.EncodeToString(salt),
		b64.EncodeToString(key))
}

// Fits tells whether a PIN is that of a stored hash. A hash that cannot be read fits nothing.
func Fits(stored, pin string) bool {
	var h Hash
	var version int
	var salt64, key64 string
	var rest string
	if n, err := fmt.Sscanf(stored, "$argon2id$v=%d$m=%d,t=%d,p=1$%s", &version, &h.Memory, &h.Time,
		&rest); err != nil || n != 4 || version != argon2.Version {
		return false
	}
	for i := range len(rest) {
		if rest[i] == '$' {
			salt64, key64 = rest[:i], rest[i+1:]
			break
		}
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(salt64)
	key, err2 := base64.RawStdEncoding.DecodeString(key64)
	if err1 != nil || err2 != nil || len(salt) < 8 || len(key) < 16 || len(key) > 64 || h.Time < 1 ||
		h.Time > maxHash.Time || h.Memory > maxHash.Memory {
		return false
	}
	got := argon2.IDKey([]byte(pin), salt, h.Time, h.Memory, 1, uint32(len(key)))
	return subtle.ConstantTimeCompare(got, key) == 1
}

// Nobody is hashed against where an account has no PIN, so that the time tells nothing.
var Nobody = Hash{Time: 2, Memory: 19 << 10}.encode(make([]byte, saltSize), make([]byte, keySize))
