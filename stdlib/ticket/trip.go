package ticket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/intake"
)

// TripState is where a field unit on its way to a ticket's matter stands.
//
//	sent ─take─▶ taken ─depart─▶ underway ─arrive─▶ on site ─finish─▶ finished ─return─▶ back
//	  └─decline─▶ declined
//	sent, taken, underway ─recall─▶ recalled
type TripState string

// The states of a trip.
const (
	Sent     TripState = "sent"     // 已派
	Taken    TripState = "taken"    // 接单
	Underway TripState = "underway" // 出发
	OnSite   TripState = "on_site"  // 到达
	Finished TripState = "finished" // 完成
	Back     TripState = "back"     // 返回: the unit is free again
	Declined TripState = "declined" // 拒单
	Recalled TripState = "recalled" // 召回
)

var tripWords = map[TripState][2]string{Sent: {"已派", "sent"}, Taken: {"已接单", "taken"}, Underway: {"已出发", "under way"},
	OnSite:   {"已到达", "on site"},
	Finished: {"已完成", "finished"}, Back: {"已返回", "back"}, Declined: {"已拒单", "declined"}, Recalled: {"已召回", "recalled"}}

// Word is the state as people read it.
func (s TripState) Word(english bool) string {
	if english {
		return tripWords[s][1]
	}
	return tripWords[s][0]
}

// Over tells whether nobody is out any more.
func (s TripState) Over() bool { return s == Back || s == Declined || s == Recalled }

// Move is what happens to a trip.
type Move string

// The moves.
const (
	Take    Move = "take"    // 接单
	Decline Move = "decline" // 拒单, with a reason
	Depart  Move = "depart"  // 出发
	Arrive  Move = "arrive"  // 到达
	Finish  Move = "finish"  // 完成, with what was done
	GoBack  Move = "return"  // 返回
	Recall  Move = "recall"  // 召回, with a reason
	Report  Move = "report"  // where the unit is, or when it will arrive; the state stays
)

// moves is from which states a move leads where; to "" leaves the state.
var moves = map[Move]struct {
	from []TripState
	to   TripState
	note bool // it needs a reason
}{
	Take:    {from: []TripState{Sent}, to: Taken},
	Decline: {from: []TripState{Sent}, to: Declined, note: true},
	Depart:  {from: []TripState{Taken}, to: Underway},
	Arrive:  {from: []TripState{Underway}, to: OnSite},
	Finish:  {from: []TripState{OnSite}, to: Finished, note: true},
	GoBack:  {from: []TripState{Finished}, to: Back},
	Recall:  {from: []TripState{Sent, Taken, Underway}, to: Recalled, note: true},
	Report:  {from: []TripState{Taken, Underway}},
}

// The errors of trips beside not_found, ErrAction, ErrNote and db.ErrConflict.
var (
	ErrETA  = errors.New("a unit arrives in the future, within thirty days")
	ErrSent = errors.New("the unit is out for this ticket already")
)

const longestETA = 30 * 24 * time.Hour

// Trip is a field unit that is sent to what a ticket is about. Moments are Unix milliseconds.
type Trip struct {
	Ticket  string    `db:"ticket"`
	Trip    int64     `db:"trip"` // counts the ticket's, from 1
	Unit    string    `db:"unit"`
	State   TripState `db:"state"`
	Place   string    `db:"place"` // where it is to go; once it reports, where it is
	ETA     int64     `db:"eta"`   // when it is expected on site, 0 if that is not known
	Changed int64     `db:"changed_at"`
	Version int64     `db:"version"`
}

const tripColumns = `ticket, trip, unit, state, place, eta, changed_at, version`

// Late tells whether a unit should have arrived by now.
func (t Trip) Late(now time.Time) bool {
	return t.ETA > 0 && now.UnixMilli() > t.ETA && (t.State == Sent || t.State == Taken || t.State == Underway)
}

// TripStep is a move with what belongs to it.
type TripStep struct {
	Move    Move
	Actor   string
	Place   string    // "" leaves what is known
	ETA     time.Time // zero leaves what is known
	Note    string
	Version int64 // of the trip that the actor saw; 0 acts on whatever it is now
}

// eta is a moment of arrival as it is stored, 0 for none.
func eta(t, now time.Time) (int64, error) {
	if t.IsZero() {
		return 0, nil
	}
	if !t.After(now) || t.Sub(now) > longestETA {
		return 0, ErrETA
	}
	return t.UnixMilli(), nil
}

// Send sends a unit out for a ticket that somebody has signed for or works on. A unit goes once at a time for a ticket.
func (s *Store) Send(ctx context.Context, number, unit, place string, expected time.Time, actor string,
	now time.Time) (Trip, error) {
	unit, place, actor = intake.Line(unit, intake.MaxName), intake.Line(place, intake.MaxName),
		intake.Line(actor, intake.MaxName)
	if unit == "" || place == "" || actor == "" {
		return Trip{}, ErrNote
	}
	at, err := eta(expected, now)
	if err != nil {
		return Trip{}, err
	}
	var t Trip
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		of, err := get(ctx, tx, intake.Digits(number, 10), tx.Engine().ForUpdate())
		if err != nil {
			return err
		}
		if of.State != Signed && of.State != Processing {
			return ErrAction
		}
		before, err := trips(ctx, tx, of.Number)
		if err != nil {
			return err
		}
		for _, b := range before {
			if b.Unit == unit && !b.State.Over() {
				return ErrSent
			}
		}
		t = Trip{of.Number, int64(len(before)) + 1, unit, Sent, place, at, now.UnixMilli(), 1}
		if _, err := tx.Exec(ctx, `INSERT INTO trips (`+tripColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			t.Ticket, t.Trip, t.Unit, string(t.State), t.Place, t.ETA, t.Changed, t.Version); err != nil {
			return err
		}
		return tripEvent(ctx, tx, t, "", actor, "")
	})
	if err != nil {
		return Trip{}, fmt.Errorf("send a unit: %w", err)
	}
	return t, nil
}

// Travel does a step of a trip. Of two who act at the same moment on the same version the later gets an error for which
// db.IsConflict holds.
func (s *Store) Travel(ctx context.Context, number string, trip int64, step TripStep, now time.Time) (Trip, error) {
	m, known := moves[step.Move]
	step.Actor, step.Place, step.Note = intake.Line(step.Actor, intake.MaxName),
		intake.Line(step.Place, intake.MaxName), intake.Text(step.Note, intake.MaxNote)
	at, err := eta(step.ETA, now)
	switch {
	case !known:
		return Trip{}, fmt.Errorf("move a unit: no move %q", step.Move)
	case step.Actor == "", m.note && step.Note == "", step.Move == Report && step.Place == "" && at == 0 && err == nil:
		return Trip{}, ErrNote
	case err != nil:
		return Trip{}, err
	}
	var t Trip
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		err := tx.Get(ctx, &t,
			`SELECT `+tripColumns+` FROM trips WHERE ticket = ? AND trip = ?`+tx.Engine().ForUpdate(),
			intake.Digits(number, 10), trip)
		if err != nil {
			return asNotFound(err)
		}
		if step.Version != 0 && step.Version != t.Version {
			return db.ErrConflict
		}
		if !slices.Contains(m.from, t.State) {
			return ErrAction
		}
		was, version := t.State, t.Version
		if m.to != "" {
			t.State = m.to
		}
		if step.Place != "" {
			t.Place = step.Place
		}
		if at != 0 {
			t.ETA = at
		}
		t.Changed, t.Version = now.UnixMilli(), t.Version+1
		if err := db.Changed(tx.Exec(ctx,
			`UPDATE trips SET state = ?, place = ?, eta = ?, changed_at = ?, version = ? WHERE ticket = ? AND trip = ? AND version = ?`,
			string(t.State), t.Place, t.ETA, t.Changed, t.Version, t.Ticket, t.Trip, version)); err != nil {
			return err
		}
		return tripEvent(ctx, tx, t, was, step.Actor, step.Note)
	})
	if err != nil {
		return Trip{}, fmt.Errorf("%s of a unit: %w", step.Move, err)
	}
	return t, nil
}

// tripEvent writes what a trip has become into its history; the version counts the events.
func tripEvent(ctx context.Context, q db.Queryer, t Trip, was TripState, actor, note string) error {
	_, err := q.Exec(ctx,
		`INSERT INTO trip_events (ticket, trip, seq, at, actor, was, became, place, eta, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.Ticket, t.Trip, t.Version, t.Changed, actor, string(was), string(t.State), t.Place, t.ETA, note)
	if err != nil {
		return fmt.Errorf("write the trip's history: %w", err)
	}
	return nil
}

// Trips lists the trips for a ticket, in the order in which they were sent.
func (s *Store) Trips(ctx context.Context, number string) ([]Trip, error) {
	return trips(ctx, s.db, intake.Digits(number, 10))
}

func trips(ctx context.Context, q db.Queryer, number string) ([]Trip, error) {
	var list []Trip
	if err := q.Select(ctx, &list, `SELECT `+tripColumns+` FROM trips WHERE ticket = ? ORDER BY trip`,
		number); err != nil {
		return nil, fmt.Errorf("list the trips: %w", err)
	}
	return list, nil
}

// Out lists the trips of a unit ("" for all) that are not over, by when they are expected, those without it last; at
// most limit and at most 1,000.
func (s *Store) Out(ctx context.Context, unit string, limit int) ([]Trip, error) {
	var list []Trip
	err := s.db.Select(ctx, &list, `SELECT `+tripColumns+` FROM trips WHERE (? = '' OR unit = ?) AND state NOT IN (?, ?, ?)
		ORDER BY CASE WHEN eta = 0 THEN 1 ELSE 0 END, eta, ticket, trip LIMIT ?`, unit, unit, string(Back), string(Declined), string(Recalled), min(max(limit, 1), 1000))
	if err != nil {
		return nil, fmt.Errorf("list who is out: %w", err)
	}
	return list, nil
}

// TripEvent is a step in a trip's history.
type TripEvent struct {
	Seq    int64     `db:"seq"`
	At     int64     `db:"at"` // Unix milliseconds
	Actor  string    `db:"actor"`
	Was    TripState `db:"was"`
	Became TripState `db:"became"`
	Place  string    `db:"place"`
	ETA    int64     `db:"eta"`
	Note   string    `db:"note"`
}

// Journey lists what happened on a trip.
func (s *Store) Journey(ctx context.Context, number string, trip int64) ([]TripEvent, error) {
	var list []TripEvent
	err := s.db.Select(ctx, &list,
		`SELECT seq, at, actor, was, became, place, eta, note FROM trip_events WHERE ticket = ? AND trip = ? ORDER BY seq`,
		intake.Digits(number, 10), trip)
	if err != nil {
		return nil, fmt.Errorf("read the trip's history: %w", err)
	}
	return list, nil
}
