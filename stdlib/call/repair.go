package call

import (
	"context"

	"rexian/stdlib/db"
)

// repair gives the calls of earlier starts of this node an end, once. What their legs lack of an end, they get too. It tells whether that is done.
func (r *Recorder) repair(ctx context.Context) bool {
	r.state.Lock()
	done := r.repaired
	r.state.Unlock()
	if done {
		return true
	}
	var n int64
	err := r.db.Tx(ctx, func(t *db.Tx) error {
		result, err := t.Exec(ctx, `UPDATE calls SET result = ?, ended_by = 'local', ended = `+t.Engine().Greatest("started",
			`COALESCE((SELECT MAX(at) FROM call_events WHERE call_id = calls.id), started)`)+
			` WHERE ended IS NULL AND node = ? AND boot <> ?`, Interrupted, r.o.Node, r.o.Boot)
		if err != nil {
			return err
		}
		if n, err = result.RowsAffected(); err != nil {
			return err
		}
		_, err = t.Exec(ctx, `UPDATE call_legs SET ended = (SELECT `+t.Engine().Greatest("c.ended", "call_legs.started")+
			` FROM calls c WHERE c.id = call_legs.call_id) WHERE ended IS NULL
			AND call_id IN (SELECT id FROM calls WHERE node = ? AND boot <> ? AND result = ?)`, r.o.Node, r.o.Boot, Interrupted)
		return err
	})
	if err != nil {
		if !db.IsUnavailable(err) {
			r.o.Logger.Error("calls that were interrupted cannot be given an end", "error", err)
		}
		return false
	}
	if n > 0 {
		r.o.Logger.Warn("calls were interrupted when the program ended", "calls", n)
	}
	r.turn(func() { r.repaired = true })
	return true
}
