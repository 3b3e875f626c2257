package call

import (
	"context"
	"errors"
	"time"

	"rexian/stdlib/db"
)

// repair gives the calls of earlier starts of this node an end, once. What their legs lack of an end, they get too. It
// tells whether that is done.
func (r *Recorder) repair(ctx context.Context) bool {
	r.state.Lock()
	done := r.repaired
	r.state.Unlock()
	if done {
		return true
	}
	n, err := interrupt(ctx, r.db, `node = ? AND boot <> ?`, r.o.Node, r.o.Boot)
	if err == nil {
		err = r.mend(ctx)
	}
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

// mend puts right the ends that another node gave calls of this one, which did not know what was still in our spool.
func (r *Recorder) mend(ctx context.Context) error {
	const ours = ` FROM calls c WHERE c.result = '` + Interrupted + `' AND c.node = ? AND c.boot <> ?`
	return r.db.Tx(ctx, func(t *db.Tx) error {
		const last = `(SELECT MAX(at) FROM call_events WHERE call_id = calls.id)`
		if _, err := t.Exec(ctx,
			`UPDATE calls SET ended = `+last+` WHERE ended < `+last+` AND id IN (SELECT c.id`+ours+`)`,
			r.o.Node, r.o.Boot); err != nil {
			return err
		}
		_, err := t.Exec(ctx, endLegs+`cause IS NULL AND call_id IN (SELECT c.id`+ours+`)`, r.o.Node, r.o.Boot)
		return err
	})
}

// Lasted tells that a call which was interrupted went on until a moment at least: so long it was recorded. Its last
// event may have been before that.
func Lasted(ctx context.Context, d *db.DB, id string, until time.Time) error {
	return d.Tx(ctx, func(t *db.Tx) error {
		err := db.Changed(t.Exec(ctx,
			`UPDATE calls SET ended = ? WHERE id = ? AND result = '`+Interrupted+`' AND ended < ?`,
			until.UnixMilli(), id, until.UnixMilli()))
		if errors.Is(err, db.ErrConflict) {
			return nil // it had its end, or lasted longer
		}
		if err == nil {
			_, err = t.Exec(ctx, endLegs+`cause IS NULL AND call_id = ?`, id)
		}
		return err
	})
}

// endLegs gives legs the end of their call. Those whose end is known have a cause, those whose end was assumed have
// not.
const endLegs = `UPDATE call_legs SET ended = (
	SELECT CASE WHEN c.ended > call_legs.started THEN c.ended ELSE call_legs.started END
	FROM calls c WHERE c.id = call_legs.call_id) WHERE `

// callersLeg gives a call the leg of its caller, which is written when it ends. Who that was stands in the call's row.
const callersLeg = `INSERT INTO call_legs (call_id, leg, kind, direction, number, started, answered, ended)
	SELECT id, 0, 'caller', direction, '', started, answered, ended FROM calls WHERE id = ?
	ON CONFLICT (call_id, leg) DO NOTHING`

// RepairGone gives the calls of a node that is gone their ends, as a start of that node itself would; it returns how
// many. boot is the start of it that is gone: if the node has started anew meanwhile it does so itself, and nothing
// is changed. The end of a call that runs all the same, and is only cut off from the database, takes the place of
// such an end.
func RepairGone(ctx context.Context, d *db.DB, node, boot string) (int64, error) {
	return interrupt(ctx, d, `node = ? AND EXISTS (SELECT 1 FROM nodes WHERE name = calls.node AND boot = ?)`, node,
		boot)
}

// RepairNameless gives the calls of nodes that the database does not know their ends: those of a program before nodes
// had names, or of one whose row was removed.
func RepairNameless(ctx context.Context, d *db.DB) (int64, error) {
	return interrupt(ctx, d, `NOT EXISTS (SELECT 1 FROM nodes WHERE name = calls.node)`)
}

// interrupt gives the calls that fit a condition, and have no end, the moment of their last event and the result
// Interrupted; and their legs that moment. A leg that is being hung up ends after its call: of calls that fit and had
// their end, the legs without one get that.
func interrupt(ctx context.Context, d *db.DB, which string, args ...any) (n int64, err error) {
	err = d.Tx(ctx, func(t *db.Tx) error {
		var ids []string
		end := t.Engine().Greatest("started",
			`COALESCE((SELECT MAX(at) FROM call_events WHERE call_id = calls.id), started)`)
		if err := t.Select(ctx, &ids,
			`UPDATE calls SET result = '`+Interrupted+`', ended_by = 'local', ended = `+end+
				` WHERE ended IS NULL AND `+which+` RETURNING id`, args...); err != nil {
			return err
		}
		n = int64(len(ids))
		for _, id := range ids {
			if _, err := t.Exec(ctx, endLegs+`ended IS NULL AND call_id = ?`, id); err != nil {
				return err
			}
			if _, err := t.Exec(ctx, callersLeg, id); err != nil {
				return err
			}
		}
		_, err := t.Exec(ctx, endLegs+`ended IS NULL AND EXISTS (SELECT 1 FROM calls
			WHERE calls.id = call_legs.call_id AND calls.ended IS NOT NULL AND `+which+`)`, args...)
		return err
	})
	return n, err
}
