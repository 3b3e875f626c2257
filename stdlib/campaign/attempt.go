package campaign

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"rexian/stdlib/db"
	"rexian/stdlib/dunning"
	"rexian/stdlib/filter"
	"rexian/stdlib/intake"
)

// Claim takes a target that is due, and its number, for this node, and tells what is known of the number:
// db.ErrConflict if another has it, ErrEngaged if another has its number.
func (s *Store) Claim(ctx context.Context, t Target, now int64) (n Standing, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := db.Changed(tx.Exec(ctx, `UPDATE campaign_targets SET state = ?, node = ?, boot = ? WHERE run = ? AND ordinal = ?
			AND state = ? AND due_at <= ?`, Claimed, s.o.Node, s.o.Boot, t.Run, t.Ordinal, Waiting, now)); err != nil {
			return err
		}
		err := tx.Get(ctx, &n, `INSERT INTO dialled_numbers (number, holder, day, connected) VALUES (?, ?, 0, 0)
			ON CONFLICT (number) DO UPDATE SET holder = excluded.holder WHERE dialled_numbers.holder = ''
			RETURNING holder, day, connected`, t.Number, t.Holder())
		if db.IsNotFound(err) {
			return ErrEngaged
		}
		return err
	})
	return n, err
}

// Release gives a claimed target back: it waits until a moment, or is dropped if why is given.
func (s *Store) Release(ctx context.Context, t Target, until int64, why string) error {
	state := Waiting
	if why != "" {
		state = Dropped
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := db.Changed(tx.Exec(ctx, `UPDATE campaign_targets SET state = ?, why = ?, due_at = ?, node = '', boot = ''
			WHERE run = ? AND ordinal = ? AND state = ?`, state, why, until, t.Run, t.Ordinal, Claimed)); err != nil {
			return err
		}
		return free(ctx, tx, t)
	})
}

// free lets go of a number.
func free(ctx context.Context, tx *db.Tx, t Target) error {
	_, err := tx.Exec(ctx, `UPDATE dialled_numbers SET holder = '' WHERE number = ? AND holder = ?`, t.Number,
		t.Holder())
	return err
}

// The reasons for which a claimed target is not called now.
var (
	ErrNotNow    = errors.New("the campaign does not run, or has as many calls as it may")
	ErrForbidden = errors.New("the number is not to be called")
	ErrEngaged   = errors.New("a call to the number is on")
)

// Begin writes down an attempt for a claimed target, and counts it among the calls that are on: what follows may call,
// at the moment that the attempt has as its beginning. That is now, or up to ahead milliseconds later if the pace of
// the run has no earlier one left. ErrNotNow tells that the run was paused, or that its pace or quota does not allow
// one more; ErrForbidden that the number has come onto the list meanwhile. The target stays claimed then.
//
// All nodes wait for the row of the run: it is changed last, so that nobody holds it longer than a commit takes.
func (s *Store) Begin(ctx context.Context, t Target, now, ahead int64) (Attempt, error) {
	a := Attempt{Run: t.Run, Ordinal: t.Ordinal, Number: t.Number, BegunAt: now}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		if forbidden, err := filter.Forbidden(ctx, tx, t.Number, now); err != nil || forbidden {
			return errors.Join(err, whenever(forbidden, ErrForbidden))
		}
		if err := db.Changed(tx.Exec(ctx, `UPDATE campaign_targets SET state = ? WHERE run = ? AND ordinal = ? AND state = ?
			AND node = ? AND boot = ?`, Dialing, t.Run, t.Ordinal, Claimed, s.o.Node, s.o.Boot)); err != nil {
			return err
		}
		if err := tx.Get(ctx, &a.Attempt, `SELECT COUNT(*) + 1 FROM campaign_attempts WHERE run = ? AND ordinal = ?`,
			t.Run, t.Ordinal); err != nil {
			return err
		}
		a.CallID = fmt.Sprintf("%s.%d.%d", a.Run, a.Ordinal, a.Attempt)
		if _, err := tx.Exec(ctx, `INSERT INTO campaign_attempts (`+attemptColumns+`, node, boot)
			VALUES (?, ?, ?, ?, ?, ?, 0, 0, '', 0, 0, '', '', ?, ?)`, a.Run, a.Ordinal, a.Attempt, a.Number, a.CallID,
			now, s.o.Node, s.o.Boot); err != nil {
			return err
		}
		err := tx.Get(ctx, &a.BegunAt, `UPDATE campaign_runs SET live = live + 1,
			paced_at = CASE WHEN paced_at > ? THEN paced_at ELSE ? END + apart WHERE id = ? AND state = ?
			AND live < at_once AND paced_at <= ? AND (quota = 0 OR reached + live < quota) RETURNING paced_at - apart`,
			now, now, t.Run, Running, now+ahead)
		if db.IsNotFound(err) {
			return ErrNotNow
		}
		return err
	})
	return a, err
}

// Still tells whether an attempt that waited for its moment may be made: its run goes on and its number is on no list.
func (s *Store) Still(ctx context.Context, a Attempt, now int64) (bool, error) {
	r, err := s.Run(ctx, a.Run)
	if err != nil || r.State != Running {
		return false, err
	}
	forbidden, err := s.Forbidden(ctx, a.Number, now)
	return !forbidden && err == nil, err
}

func whenever(yes bool, err error) error {
	if yes {
		return err
	}
	return nil
}

// Answered writes down that an attempt was answered. The number is held until its end, which counts the connection.
func (s *Store) Answered(ctx context.Context, a Attempt, at int64) error {
	_, err := s.db.Exec(ctx, `UPDATE campaign_attempts SET answered_at = ? WHERE run = ? AND ordinal = ? AND attempt = ?
		AND answered_at = 0`, at, a.Run, a.Ordinal, a.Attempt)
	return err
}

// History is how many attempts of a target there were that ended so.
func (s *Store) History(ctx context.Context, run string, ordinal int64, outcome string) (n int64, err error) {
	err = s.db.Get(ctx, &n, `SELECT COUNT(*) FROM campaign_attempts WHERE run = ? AND ordinal = ? AND outcome = ?`, run,
		ordinal, outcome)
	return n, err
}

// Target is one target of a run.
func (s *Store) Target(ctx context.Context, run string, ordinal int64) (Target, error) {
	var t Target
	err := s.db.Get(ctx, &t, `SELECT run, ordinal, key, number, target, state, why, due_at, counted, free
		FROM campaign_targets WHERE run = ? AND ordinal = ?`, run, ordinal)
	return t, err
}

// End is how an attempt ended, and what follows for its target.
type End struct {
	Attempt
	// Day is that of the number at the moment of the answer, or of the attempt if nobody knows whether it was answered.
	Day     int64
	State   string // of the target: Waiting, Closing or Reached
	DueAt   int64
	Counted int64
	Free    int64
	Debtor  string // number of the taxpayer who was called; "": it is no taxpayer
	Result  string // of Debtor's: what came of the attempt, in words
	Lost    bool   // nobody knows whether it was answered: it counts as a connection of its number
}

// End writes down the ends of attempts, each once: those that have one already are left as they are, and late names
// their calls. The runs have as many calls less, the targets go where End says, and their numbers are free.
func (s *Store) End(ctx context.Context, ends ...End) (late map[string]bool, err error) {
	type change struct{ live, reached int64 }
	slices.SortFunc(ends, func(x, y End) int { // as others take them: nobody waits in a ring
		return cmp.Or(cmp.Compare(x.Run, y.Run), cmp.Compare(x.Ordinal, y.Ordinal))
	})
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		late = map[string]bool{}
		runs := map[string]change{}
		for i := range ends {
			e := &ends[i]
			err := s.end(ctx, tx, e)
			if errors.Is(err, db.ErrConflict) {
				late[e.CallID] = true
				continue
			}
			if err != nil {
				return err
			}
			c := runs[e.Run]
			if c.live++; e.State == Reached {
				c.reached++
			}
			runs[e.Run] = c
		}
		for _, id := range slices.Sorted(maps.Keys(runs)) { // last: all nodes wait for these rows
			if _, err := tx.Exec(ctx, `UPDATE campaign_runs SET live = live - ?, reached = reached + ? WHERE id = ?`,
				runs[id].live, runs[id].reached, id); err != nil {
				return err
			}
		}
		return nil
	})
	return late, err
}

// end writes down one end but for its run: db.ErrConflict if the attempt has one.
func (s *Store) end(ctx context.Context, tx *db.Tx, e *End) error {
	a := &e.Attempt
	if err := db.Changed(tx.Exec(ctx, `UPDATE campaign_attempts SET ended_at = ?, outcome = ?, sip = ?, q850 = ?, detail = ?,
		trunk = ?, answered_at = CASE WHEN answered_at = 0 THEN ? ELSE answered_at END
		WHERE run = ? AND ordinal = ? AND attempt = ? AND ended_at = 0`, a.EndedAt, a.Outcome, a.SIP, a.Q850,
		intake.Line(a.Detail, 200), intake.Line(a.Trunk, 100), a.AnsweredAt, a.Run, a.Ordinal, a.Attempt)); err != nil {
		return err
	}
	if e.Debtor != "" {
		if err := dunning.Note(ctx, tx, dunning.Result{TaxID: e.Debtor, CallID: a.CallID, Phone: a.Number,
			Reached: cmp.Or(a.AnsweredAt, a.EndedAt), Result: e.Result}); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE campaign_targets SET state = ?, due_at = ?, counted = ?, free = ?, node = '', boot = ''
		WHERE run = ? AND ordinal = ? AND state = ?`, e.State, e.DueAt, e.Counted, e.Free, a.Run, a.Ordinal,
		Dialing); err != nil {
		return err
	}
	number := Target{Run: a.Run, Ordinal: a.Ordinal, Number: a.Number}
	if a.AnsweredAt == 0 && !e.Lost {
		return free(ctx, tx, number)
	}
	_, err := tx.Exec(ctx, `UPDATE dialled_numbers SET connected = CASE WHEN day = ? THEN connected + 1 ELSE 1 END, day = ?,
		holder = CASE WHEN holder = ? THEN '' ELSE holder END WHERE number = ?`, e.Day, e.Day, number.Holder(), a.Number)
	return err
}

// Closing lists targets of a run for whom there is something left to do, at most limit.
func (s *Store) Closing(ctx context.Context, run string, limit int) ([]Target, error) {
	var list []Target
	err := s.db.Select(ctx, &list, `SELECT run, ordinal, key, number, target, state, why, due_at, counted, free
		FROM campaign_targets WHERE run = ? AND state = ? ORDER BY ordinal LIMIT ?`, run, Closing, limit)
	return list, err
}

// Close ends a target for whom all is done.
func (s *Store) Close(ctx context.Context, t Target) error {
	_, err := s.db.Exec(ctx, `UPDATE campaign_targets SET state = ? WHERE run = ? AND ordinal = ? AND state = ?`, Over,
		t.Run,
		t.Ordinal, Closing)
	return err
}

// Restore gives a target back the try that a sick line took: it waits again. The attempt is known by its call, and gets
// another outcome.
func (s *Store) Restore(ctx context.Context, callID, outcome string, due int64) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		var a Attempt
		err := tx.Get(ctx, &a, `SELECT `+attemptColumns+` FROM campaign_attempts WHERE call_id = ?`, callID)
		if err != nil {
			return err
		}
		if err := db.Changed(tx.Exec(ctx, `UPDATE campaign_targets SET state = ?, due_at = ?, counted = counted - 1,
			free = free + 1 WHERE run = ? AND ordinal = ? AND state = ?`, Waiting, due, a.Run, a.Ordinal, Reached)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE campaign_runs SET reached = reached - 1 WHERE id = ?`, a.Run); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE campaign_attempts SET outcome = ? WHERE call_id = ?`, outcome, callID)
		return err
	})
}

// Dead is a start of a node that is gone.
type Dead struct{ Node, Boot string }

// gone is the condition for what a start holds that no node goes on with. It takes the node and the start that are
// known to be dead, beside those that the table of nodes does not have.
const gone = `(NOT EXISTS (SELECT 1 FROM nodes n WHERE n.name = %[1]s.node AND n.boot = %[1]s.boot AND n.ended IS NULL)
	OR %[1]s.node = ? AND %[1]s.boot = ?)`

// Orphans lists attempts without an end whose node is gone, and lets its claims go; at most limit.
func (s *Store) Orphans(ctx context.Context, dead Dead, limit int) ([]Attempt, error) {
	var claims []Target
	if err := s.db.Select(ctx, &claims, fmt.Sprintf(`SELECT t.run, t.ordinal, t.key, t.number, t.target, t.state, t.why,
		t.due_at, t.counted, t.free FROM campaign_targets t WHERE t.state = 'claimed' AND `+gone+` LIMIT ?`, "t"), dead.Node,
		dead.Boot, limit); err != nil {
		return nil, err
	}
	for _, t := range claims {
		if err := s.Release(ctx, t, t.DueAt, ""); err != nil && !errors.Is(err, db.ErrConflict) {
			return nil, err
		}
	}
	var list []Attempt
	err := s.db.Select(ctx, &list, fmt.Sprintf(`SELECT `+attemptColumns+` FROM campaign_attempts a WHERE a.ended_at = 0
		AND `+gone+` ORDER BY a.begun_at LIMIT ?`, "a"), dead.Node, dead.Boot, limit)
	return list, err
}

// Mine lists what this start of the node holds: its claims, and its attempts without an end; at most limit of each.
func (s *Store) Mine(ctx context.Context, limit int) (claims []Target, open []Attempt, err error) {
	err = s.db.Select(ctx, &claims, `SELECT run, ordinal, key, number, target, state, why, due_at, counted, free
		FROM campaign_targets WHERE state = 'claimed' AND node = ? AND boot = ? LIMIT ?`, s.o.Node, s.o.Boot, limit)
	if err != nil {
		return nil, nil, err
	}
	err = s.db.Select(ctx, &open, `SELECT `+attemptColumns+` FROM campaign_attempts WHERE ended_at = 0 AND node = ?
		AND boot = ? ORDER BY begun_at LIMIT ?`, s.o.Node, s.o.Boot, limit)
	return claims, open, err
}
