package taxpayer

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/crypto/argon2"

	"rexian/stdlib/db"
	"rexian/stdlib/intake"
)

// Hash is the cost of an argon2id hash (RFC 9106).
type Hash struct {
	Time   uint32 // passes
	Memory uint32 // KiB
}

// DefaultHash is 2 passes over 19 MiB, one lane.
var DefaultHash = Hash{Time: 2, Memory: 19 << 10}

// maxHash bounds what a stored hash may ask for, so that a damaged row cannot take the machine.
var maxHash = Hash{Time: 16, Memory: 256 << 10}

const (
	maxPIN   = 32
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

// fits tells whether a PIN is that of a stored hash. A hash that cannot be read fits nothing.
func fits(stored, pin string) bool {
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

// nobody is hashed against where an account has no PIN, so that the time tells nothing.
var nobody = Hash{Time: 2, Memory: 19 << 10}.encode(make([]byte, saltSize), make([]byte, keySize))

// gate lets so many PINs be hashed at a time and so many wait. Without it a flood of guesses takes all cores and
// gigabytes of memory from the calls that ask for no PIN.
type gate struct{ running, waiting chan struct{} }

func newGate(running, waiting int) *gate {
	if running <= 0 {
		running = max(1, runtime.GOMAXPROCS(0)/2)
	}
	if waiting <= 0 {
		waiting = 64
	}
	return &gate{running: make(chan struct{}, running), waiting: make(chan struct{}, running+waiting)}
}

// errCrowded is why a PIN was not looked at: too many wait already.
var errCrowded = errors.New("too many PINs are being verified")

// enter waits for a turn; the caller calls leave after it. It fails at once if too many wait, or when ctx ends.
func (g *gate) enter(ctx context.Context) (leave func(), err error) {
	select {
	case g.waiting <- struct{}{}:
	default:
		return nil, errCrowded
	}
	select {
	case g.running <- struct{}{}:
		return func() { <-g.running; <-g.waiting }, nil
	case <-ctx.Done():
		<-g.waiting
		return nil, ctx.Err()
	}
}

// SetPIN sets the PIN of a taxpayer, 4 to 32 digits, and unlocks it. The outcome is not_found.
func (s *Store) SetPIN(ctx context.Context, id, pin string) error {
	if n := intake.Digits(pin, maxPIN); n != pin || len(pin) < 4 {
		return errors.New("a PIN has 4 to 32 digits") // never with the PIN
	}
	leave, err := s.gate.enter(ctx)
	if err != nil {
		return fmt.Errorf("set a PIN: %w", err)
	}
	hash := s.o.Hash.Of(pin)
	leave()
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		var set string
		if err := tx.Get(ctx, &set, `UPDATE taxpayers SET pin_hash = ? WHERE tax_id = ? RETURNING tax_id`, hash,
			id); err != nil {
			return asOutcome(err, "set a PIN")
		}
		_, err := tx.Exec(ctx, `DELETE FROM pin_tries WHERE scope = ? AND subject = ?`, scopeAccount, id)
		return err
	})
}
