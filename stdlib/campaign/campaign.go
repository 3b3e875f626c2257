// Package campaign keeps outbound campaigns: a run with the list that it was started on, its targets, each attempt, and
// what was dialled over all campaigns. It keeps and guards; what is to be done next is decided by who asks.
//
//	run      running ⇄ paused, halted; at last done or stopped
//	target   waiting ─Claim─▶ claimed ─Begin─▶ dialing ─End─▶ waiting, closing or reached
//	         closing ─Close─▶ over · dropped: never called, or not any more
//
// No target is dialled twice at a time, by however many nodes, and no number by two campaigns: a claim takes the target
// and the number by conditional changes in one transaction. An attempt is written down before anything is sent; one
// whose node dies stays without an end, is found by Orphans and ends as unknown.
//
// Moments are Unix milliseconds, 0 where there is none.
package campaign

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"rexian/stdlib/bulk"
	"rexian/stdlib/db"
	"rexian/stdlib/filter"
	"rexian/stdlib/intake"
)

// The states of a run.
const (
	Running = "running"
	Paused  = "paused"
	Halted  = "halted" // by itself: a line is sick, or the program has changed
	Done    = "done"
	Stopped = "stopped" // for good
)

// The states of a target.
const (
	Waiting = "waiting"
	Claimed = "claimed" // a node looks whether it may be called
	Dialing = "dialing" // a call to it is on
	Closing = "closing" // given up; what is to be done then is not done yet
	Over    = "over"
	Reached = "reached"
	Dropped = "dropped"
)

// Reasons of dropped targets that are known when a run starts, beside those of who judges.
const (
	WhyTwice    = "twice"     // the list has it twice
	WhyNotDrawn = "not_drawn" // the sample left it out
	WhySkipped  = "skipped"   // `skip if` said yes
)

// The errors of changes that come too late or are wrong.
var (
	ErrActive = errors.New("the campaign has a run already")
	ErrNoRun  = errors.New("there is no such run")
)

// Run is a campaign that was started.
type Run struct {
	ID        string `db:"id"`
	Campaign  string `db:"campaign"`
	Program   string `db:"program"` // hash of the version it was started with
	Shape     string `db:"shape"`   // type of the list: what a stored target is
	State     string `db:"state"`
	Why       string `db:"why"` // of halted
	Priority  int64  `db:"priority"`
	AtOnce    int64  `db:"at_once"`
	Apart     int64  `db:"apart"` // least milliseconds between two calls
	Quota     int64  `db:"quota"`
	Seed      string `db:"seed"`
	Frame     string `db:"frame"`
	Share     int64  `db:"share"`  // millionths of the list that were drawn; 0: all
	Method    string `db:"method"` // of the sample: random, systematic or stratified
	Strata    string `db:"strata"` // field of the targets that stratified goes by
	Live      int64  `db:"live"`   // calls that are on
	Reached   int64  `db:"reached"`
	PacedAt   int64  `db:"paced_at"` // when the next call may begin
	StartedAt int64  `db:"started_at"`
	StartedBy string `db:"started_by"`
	ChangedAt int64  `db:"changed_at"`
	ChangedBy string `db:"changed_by"`
}

// Loading tells whether its targets are not all there yet.
func (r *Run) Loading() bool { return r.State == Paused && r.Why == loading }

const runColumns = `id, campaign, program, shape, state, why, priority, at_once, apart, quota, seed, frame, share, live,
	reached, paced_at, started_at, started_by, changed_at, changed_by, method, strata`

// Target is one of whom a run calls.
type Target struct {
	Run     string `db:"run"`
	Ordinal int64  `db:"ordinal"` // in the list, from 0
	Key     string `db:"key"`     // names the item of the list within the run
	Number  string `db:"number"`
	Target  string `db:"target"` // the item as JSON of value.Value
	State   string `db:"state"`
	Why     string `db:"why"`
	DueAt   int64  `db:"due_at"`
	Counted int64  `db:"counted"` // attempts
	Free    int64  `db:"free"`    // attempts that do not count
	Stratum string `db:"stratum"` // of the sample's frame, when a run starts; "": it is not in one
}

// WholeFrame is the stratum of all in a frame without strata.
const WholeFrame = "*"

// Holder names a target as the holder of a number.
func (t *Target) Holder() string { return fmt.Sprintf("%s/%d", t.Run, t.Ordinal) }

// Standing is what is known of a target's number.
type Standing struct {
	Holder    string `db:"holder"` // "": no call to it is on
	Day       int64  `db:"day"`
	Connected int64  `db:"connected"`
}

// Attempt is one call to a target.
type Attempt struct {
	Run        string `db:"run"`
	Ordinal    int64  `db:"ordinal"`
	Attempt    int64  `db:"attempt"` // from 1
	Number     string `db:"number"`
	CallID     string `db:"call_id"`
	BegunAt    int64  `db:"begun_at"`
	AnsweredAt int64  `db:"answered_at"`
	EndedAt    int64  `db:"ended_at"`
	Outcome    string `db:"outcome"`
	SIP        int64  `db:"sip"`    // status, 0 if there was none
	Q850       int64  `db:"q850"`   // cause
	Detail     string `db:"detail"` // what was said about it
	Trunk      string `db:"trunk"`
}

const attemptColumns = `run, ordinal, attempt, number, call_id, begun_at, answered_at, ended_at, outcome, sip, q850, detail,
	trunk`

// Options say who a node is.
type Options struct{ Node, Boot string }

// Store keeps the campaigns in a database.
type Store struct {
	db *db.DB
	o  Options
}

// New returns the campaigns in d, for a node.
func New(d *db.DB, o Options) *Store { return &Store{d, o} }

// loading is why a run is paused of which the targets are not all there yet.
const loading = "loading"

// insertAtOnce is how many targets one transaction enters: SQLite lets no other change anything meanwhile.
const insertAtOnce = 2000

// Start enters a run with its targets. It is paused until all of them are there, and runs then. ErrActive tells that
// the campaign has one that is not over, db.ErrConflict that somebody has stopped this one meanwhile.
func (s *Store) Start(ctx context.Context, r Run, targets []Target) error {
	r.StartedBy = intake.Line(r.StartedBy, intake.MaxName)
	_, err := s.db.Exec(ctx, `INSERT INTO campaign_runs (`+runColumns+`) VALUES
		(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, ?, ?, ?, ?)`, r.ID, r.Campaign, r.Program, r.Shape,
		Paused, loading, r.Priority, r.AtOnce, r.Apart, r.Quota, r.Seed, r.Frame, r.Share, r.StartedAt, r.StartedBy,
		r.StartedAt, r.StartedBy, cmp.Or(r.Method, "random"), r.Strata)
	if db.IsConflict(err) {
		return ErrActive
	}
	for len(targets) > 0 && err == nil {
		part := targets[:min(insertAtOnce, len(targets))]
		targets = targets[len(part):]
		err = s.db.Tx(ctx, func(tx *db.Tx) error { return insert(ctx, tx, r.ID, part) })
	}
	if err == nil {
		s.db.Learn(ctx, "campaign_targets")
		err = db.Changed(s.db.Exec(ctx, `UPDATE campaign_runs SET state = ?, why = '' WHERE id = ? AND why = ?`,
			Running, r.ID, loading))
	}
	if err != nil {
		return fmt.Errorf("start a campaign: %w", errors.Join(err, s.undo(ctx, r.ID)))
	}
	return nil
}

func insert(ctx context.Context, tx *db.Tx, run string, part []Target) error {
	rows := make([][]any, len(part))
	for i, t := range part {
		rows[i] = []any{run, t.Ordinal, t.Key, intake.Phone(t.Number), t.Target, t.State, t.Why, t.DueAt, 0, 0, "", "",
			intake.Line(t.Stratum, intake.MaxName)}
	}
	return bulk.Insert(ctx, tx, `INSERT INTO campaign_targets (run, ordinal, key, number, target, state, why, due_at,
		counted, free, node, boot, stratum)`, "", rows)
}

// undo takes back a run that could not be entered whole.
func (s *Store) undo(ctx context.Context, id string) error {
	_, err := s.db.Exec(context.WithoutCancel(ctx), `DELETE FROM campaign_runs WHERE id = ? AND why = ?`, id, loading)
	return err
}

// longestLoading is after how many milliseconds a run is taken back whose targets are not all there: its node has died.
const longestLoading = 10 * 60 * 1000

// Unload takes back the runs that were never loaded whole, and tells how many.
func (s *Store) Unload(ctx context.Context, now int64) (int64, error) {
	r, err := s.db.Exec(ctx, `DELETE FROM campaign_runs WHERE state = ? AND why = ? AND started_at < ?`, Paused,
		loading, now-longestLoading)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Active lists the runs that are running, those of the greatest priority first, of the same the oldest.
func (s *Store) Active(ctx context.Context) ([]Run, error) {
	var list []Run
	err := s.db.Select(ctx, &list, `SELECT `+runColumns+` FROM campaign_runs WHERE state = ?
		ORDER BY priority DESC, started_at, id LIMIT 200`, Running)
	return list, err
}

// Latest is the latest run of a campaign; ErrNoRun if there was none.
func (s *Store) Latest(ctx context.Context, campaign string) (Run, error) {
	var r Run
	err := s.db.Get(ctx, &r, `SELECT `+runColumns+` FROM campaign_runs WHERE campaign = ? ORDER BY started_at DESC, id DESC
		LIMIT 1`, campaign)
	if db.IsNotFound(err) {
		return r, ErrNoRun
	}
	return r, err
}

// Run is one run; ErrNoRun if there is none of that name.
func (s *Store) Run(ctx context.Context, id string) (Run, error) {
	var r Run
	err := s.db.Get(ctx, &r, `SELECT `+runColumns+` FROM campaign_runs WHERE id = ?`, id)
	if db.IsNotFound(err) {
		return r, ErrNoRun
	}
	return r, err
}

// Turn changes the state of a run from one of several others; db.ErrConflict if it is in none of them. One whose
// targets are not all there can only be stopped.
func (s *Store) Turn(ctx context.Context, id string, from []string, to, why, by string, now int64) error {
	whole := ""
	if to != Stopped {
		whole = ` AND why <> '` + loading + `'`
	}
	query, args, err := db.In(`UPDATE campaign_runs SET state = ?, why = ?, changed_at = ?, changed_by = ?
		WHERE id = ? AND state IN (?)`+whole, to, intake.Line(why, 200), now, intake.Line(by, intake.MaxName), id, from)
	if err != nil {
		return err
	}
	return db.Changed(s.db.Exec(ctx, query, args...))
}

// Finish ends a running run that has nothing left to do, or has reached its quota; false if it has.
func (s *Store) Finish(ctx context.Context, id string, now int64) (bool, error) {
	err := db.Changed(s.db.Exec(ctx, `UPDATE campaign_runs SET state = ?, changed_at = ? WHERE id = ? AND state = ? AND live = 0
		AND (quota > 0 AND reached >= quota AND NOT EXISTS (SELECT 1 FROM campaign_targets WHERE run = campaign_runs.id
			AND state IN ('claimed', 'dialing', 'closing'))
		OR NOT EXISTS (SELECT 1 FROM campaign_targets WHERE run = campaign_runs.id
			AND state IN ('waiting', 'claimed', 'dialing', 'closing')))`, Done, now, id, Running))
	if errors.Is(err, db.ErrConflict) {
		return false, nil
	}
	return err == nil, err
}

// Due lists targets that wait and are due, at most limit.
func (s *Store) Due(ctx context.Context, run string, now int64, limit int) ([]Target, error) {
	var list []Target
	err := s.db.Select(ctx, &list, `SELECT run, ordinal, key, number, target, state, why, due_at, counted, free
		FROM campaign_targets WHERE run = ? AND state = ? AND due_at <= ? ORDER BY due_at, ordinal LIMIT ?`, run, Waiting,
		now, limit)
	return list, err
}

// Forbidden tells whether a number is among those who are not to be called.
func (s *Store) Forbidden(ctx context.Context, number string, now int64) (bool, error) {
	return filter.Forbidden(ctx, s.db, number, now)
}

// PutOff lets a target wait until a moment.
func (s *Store) PutOff(ctx context.Context, t Target, until int64) error {
	_, err := s.db.Exec(ctx, `UPDATE campaign_targets SET due_at = ? WHERE run = ? AND ordinal = ? AND state = ?`,
		until,
		t.Run, t.Ordinal, Waiting)
	return err
}

// Drop gives up a target that waits, without calling it.
func (s *Store) Drop(ctx context.Context, t Target, why string) error {
	_, err := s.db.Exec(ctx,
		`UPDATE campaign_targets SET state = ?, why = ? WHERE run = ? AND ordinal = ? AND state = ?`,
		Dropped, why, t.Run, t.Ordinal, Waiting)
	return err
}

// Counts is how many targets of a run are in a state, for a reason.
type Counts struct {
	State string `db:"state"`
	Why   string `db:"why"`
	N     int64  `db:"n"`
}

// Targets counts the targets of a run.
func (s *Store) Targets(ctx context.Context, run string) ([]Counts, error) {
	var list []Counts
	err := s.db.Select(ctx, &list, `SELECT state, why, COUNT(*) AS n FROM campaign_targets WHERE run = ? GROUP BY state, why
		ORDER BY state, why`, run)
	return list, err
}

// Left is how many targets of a run are not done that have so much behind them, and are due within the same minute.
type Left struct {
	DueAt   int64  `db:"due_at"` // of the first
	Counted int64  `db:"counted"`
	Free    int64  `db:"free"`
	Abroad  string `db:"abroad"` // how their numbers begin that are abroad; "" at home
	N       int64  `db:"n"`
}

// Left counts the targets of a run that are not done.
func (s *Store) Left(ctx context.Context, run string) ([]Left, error) {
	var list []Left
	err := s.db.Select(ctx, &list, `SELECT MIN(due_at) AS due_at, counted, free,
		CASE WHEN substr(number, 1, 1) = '+' THEN substr(number, 1, 4) ELSE '' END AS abroad, COUNT(*) AS n
		FROM campaign_targets WHERE run = ? AND state IN ('waiting', 'claimed', 'dialing')
		GROUP BY due_at / 60000, counted, free, 4 ORDER BY 1, 2, 3, 4`, run)
	return list, err
}

// Outcome is how many attempts of a run ended so.
type Outcome struct {
	Outcome string `db:"outcome"` // "" of those that are on
	N       int64  `db:"n"`
	Took    int64  `db:"took"` // milliseconds from beginning to end, or to now, of all of them
}

// Outcomes counts the attempts of a run.
func (s *Store) Outcomes(ctx context.Context, run string, now int64) ([]Outcome, error) {
	var list []Outcome
	err := s.db.Select(ctx, &list, `SELECT outcome, COUNT(*) AS n,
		CAST(SUM(CASE WHEN ended_at = 0 THEN CAST(? AS BIGINT) ELSE ended_at END - begun_at) AS BIGINT) AS took
		FROM campaign_attempts WHERE run = ? GROUP BY outcome ORDER BY n DESC, outcome`, now, run)
	return list, err
}

// Attempts lists attempts of a run in their order, after one of them, at most limit.
func (s *Store) Attempts(ctx context.Context, run string, after Attempt, limit int) ([]Attempt, error) {
	var list []Attempt
	err := s.db.Select(ctx, &list, `SELECT `+attemptColumns+` FROM campaign_attempts WHERE run = ?
		AND (ordinal > ? OR ordinal = ? AND attempt > ?) ORDER BY ordinal, attempt LIMIT ?`, run, after.Ordinal,
		after.Ordinal, after.Attempt, limit)
	return list, err
}
