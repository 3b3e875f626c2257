package taxpayer

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"rexian/stdlib/db"
	"rexian/stdlib/intake"
	"rexian/stdlib/pin"
)

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
func (s *Store) SetPIN(ctx context.Context, id, secret string) error {
	if n := intake.Digits(secret, pin.MaxLength); n != secret || len(secret) < 4 {
		return errors.New("a PIN has 4 to 32 digits") // never with the PIN
	}
	leave, err := s.gate.enter(ctx)
	if err != nil {
		return fmt.Errorf("set a PIN: %w", err)
	}
	hash := s.o.Hash.Of(secret)
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
