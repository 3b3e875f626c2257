// Package ticket is what a caller leaves to be done: complaints, reports, suggestions, questions to be answered.
//
// A ticket has a number of ten digits, a class, a state and a limit in working days. What may happen to it, and to
// which state that leads, is a table (actions.go); every step is one conditional UPDATE on its version, so that of two
// people who act at the same moment one is told that the other was first. Each step is an event in its history.
//
// The clock of a ticket runs in working days of the calendar: its limit ends with the n-th working day after the one on
// which it came in. While it waits for the customer the clock stands; when it goes on, the end moves by the working
// days that it stood. A complaint is accepted or refused within one working day; silence accepts it.
//
// Who reported is for the receiving side: an anonymous ticket tells nobody else the telephone or the name. The
// telephone that a ticket was registered from is the only one that may ask about it.
package ticket

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"rexian/compiler/hours"
	"rexian/compiler/value"
	"rexian/stdlib/calendar"
	"rexian/stdlib/call"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/intake"
	"rexian/stdlib/series"
)

// Kind is a class of tickets with its limits.
type Kind struct {
	Class  string
	Days   int64   // working days to the reply
	Accept int64   // working days to accept or refuse it, silence accepting; 0: needs no acceptance
	UrgeAt float64 // share of the limit after which it may be urged; Options.UrgeAt if 0
}

// Options are what a deployment may set.
type Options struct {
	Zone     *time.Location  // of a day's end; China's if nil
	Calendar *hours.Calendar // of working days; calendar.China if nil
	Kinds    []Kind          // DefaultKinds if nil; a class that is not among them has the limits of Other
	UrgeAt   float64         // share of the limit after which a ticket may be urged; 0.8 if 0
	Urges    int64           // how often, at most; 3 if 0
	UrgeGap  time.Duration   // between two urges; 24 hours if 0
}

// DefaultKinds are the classes of the hotline: 15 working days, 5 for what is answered from the books.
var DefaultKinds = []Kind{{Class: "投诉", Days: 15, Accept: 1}, {Class: "举报", Days: 15}, {Class: "建议", Days: 15},
	{Class: "咨询", Days: 5},
	{Class: "求助", Days: 5}}

// Other are the limits of a class that no kind names.
var Other = Kind{Days: 15}

// Store answers for the tickets in a database.
type Store struct {
	db    *db.DB
	o     Options
	terms atomic.Pointer[terms]
}

// terms are by what tickets are due.
type terms struct {
	calendar *hours.Calendar
	kinds    []Kind
}

// New returns the tickets in d.
func New(d *db.DB, o Options) *Store {
	if o.Kinds == nil {
		o.Kinds = DefaultKinds
	}
	if o.UrgeAt <= 0 {
		o.UrgeAt = 0.8
	}
	if o.Urges <= 0 {
		o.Urges = 3
	}
	if o.UrgeGap <= 0 {
		o.UrgeGap = 24 * time.Hour
	}
	s := &Store{db: d, o: o}
	s.Use(nil, nil)
	return s
}

// Use sets by what tickets are due from now on: the calendar of the deployed program, that of Options if nil, and the
// kinds that it declares, which come before those of Options. What a ticket was promised stays.
func (s *Store) Use(c *hours.Calendar, kinds []Kind) {
	if c == nil {
		c = s.o.Calendar
	}
	s.terms.Store(&terms{calendar.Or(c), append(slices.Clone(kinds), s.o.Kinds...)})
}

func (s *Store) calendar() *hours.Calendar { return s.terms.Load().calendar }

func (s *Store) kind(class string) Kind {
	for _, k := range s.terms.Load().kinds {
		if k.Class == class {
			return k
		}
	}
	return Other
}

// Ticket is a ticket as it is now. Moments are Unix milliseconds, 0 where there is none.
type Ticket struct {
	Number     string     `db:"number"`
	Class      string     `db:"class"`
	State      State      `db:"state"`
	Anonymous  bool       `db:"anonymous"`
	Phone      string     `db:"phone"`
	Name       string     `db:"name"`
	Content    string     `db:"content"`
	Unit       string     `db:"unit"` // who has it
	Reply      string     `db:"reply"`
	CallID     string     `db:"call_id"`
	Path       string     `db:"path"` // the flows that the call went through
	ReceivedAt int64      `db:"received_at"`
	AcceptBy   int64      `db:"accept_by"`
	AcceptedAt int64      `db:"accepted_at"`
	LimitDays  int64      `db:"limit_days"`
	DueAt      int64      `db:"due_at"`     // the end of the last working day
	WaitingOn  hours.Date `db:"waiting_on"` // the day its clock was stopped; 0 while it runs
	Urges      int64      `db:"urges"`
	UrgedAt    int64      `db:"urged_at"`
	Supervised bool       `db:"supervised"` // 督办
	Alerted    int64      `db:"alerted"`    // Alerts that were given, as bits
	ClosedAt   int64      `db:"closed_at"`
	Version    int64      `db:"version"`
}

const columns = `number, class, state, anonymous, phone, name, content, unit, reply, call_id, path, received_at, accept_by,
	accepted_at, limit_days, due_at, waiting_on, urges, urged_at, supervised, alerted, closed_at, version`

// Masked is the ticket as others than the receiving side see it: of an anonymous one neither telephone nor name.
func (t Ticket) Masked() Ticket {
	if t.Anonymous {
		t.Phone, t.Name = "", ""
	}
	return t
}

// Due is the last day of the ticket's limit.
func (s *Store) Due(t Ticket) hours.Date {
	return intake.Day(time.UnixMilli(t.DueAt-1), s.o.Zone)
}

// Accepted tells whether a complaint is accepted at a moment: by somebody, or by silence.
func (t Ticket) Accepted(now time.Time) bool {
	return t.AcceptBy == 0 || t.AcceptedAt > 0 || t.State != Refused && now.UnixMilli() >= t.AcceptBy
}

// Record is the ticket as flows see it: number, class, state, due, can it be urged, received, phone, name.
func (s *Store) Record(t Ticket, english bool, now time.Time) value.Value {
	t = t.Masked()
	return value.Record(value.Text(t.Number), value.Text(t.Class), value.Text(t.State.Word(english)),
		value.Int(int64(s.Due(t))),
		value.Bool(s.MayUrge(t, now)), value.Int(int64(intake.Day(time.UnixMilli(t.ReceivedAt), s.o.Zone))),
		intake.Optional(t.Phone), intake.Optional(t.Name))
}

// Draft is what a ticket is made of.
type Draft struct {
	Class     string
	Anonymous bool
	Phone     string // the reporter's, "" if it is not known
	Name      string
	Content   string
	Recording string // its id, "" if there is none
	CallID    string
	Path      string
	Actor     string // who enters it; "caller" if ""
}

// Create registers a ticket, binds its recording and the path of its call, and returns it. The same call registering
// the same once more (a flow that was asked again) gets the ticket it has.
func (s *Store) Create(ctx context.Context, d Draft, now time.Time) (Ticket, error) {
	k := s.kind(intake.Line(d.Class, 50))
	today := intake.Day(now, s.o.Zone)
	t := Ticket{Class: intake.Line(d.Class, 50), State: Received, Anonymous: d.Anonymous, Phone: intake.Phone(d.Phone),
		Name:    intake.Line(d.Name, intake.MaxName),
		Content: intake.Text(d.Content, intake.MaxNote), CallID: intake.Line(d.CallID, 128),
		Path: intake.Line(d.Path, 2000), ReceivedAt: now.UnixMilli(),
		LimitDays: min(max(k.Days, 1), 1000), Version: 1}
	if t.Class == "" {
		t.Class = "其他"
	}
	t.DueAt = intake.EndOf(calendar.Add(s.calendar(), today, t.LimitDays), s.o.Zone)
	if k.Accept > 0 {
		t.AcceptBy = intake.EndOf(calendar.Add(s.calendar(), today, k.Accept), s.o.Zone)
	}
	recording, actor := intake.Line(d.Recording, 200), intake.Line(d.Actor, intake.MaxName)
	if actor == "" {
		actor = "caller"
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		if t.CallID != "" {
			var there Ticket
			err := tx.Get(ctx, &there, `SELECT `+columns+` FROM tickets WHERE call_id = ? AND class = ? AND content = ? AND (? = '' OR
				EXISTS (SELECT 1 FROM ticket_recordings r WHERE r.ticket = number AND r.recording = ?)) ORDER BY number LIMIT 1`,
				t.CallID, t.Class, t.Content, recording, recording)
			if err == nil {
				t = there
				return nil
			}
			if !db.IsNotFound(err) {
				return err
			}
		}
		number, err := s.number(ctx, tx, now)
		if err != nil {
			return err
		}
		t.Number = number
		if _, err := tx.Exec(ctx,
			`INSERT INTO tickets (`+columns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			t.Number, t.Class, string(t.State), bit(t.Anonymous), t.Phone, t.Name, t.Content, t.Unit, t.Reply, t.CallID,
			t.Path, t.ReceivedAt, t.AcceptBy,
			t.AcceptedAt, t.LimitDays, t.DueAt, int64(t.WaitingOn), t.Urges, t.UrgedAt, bit(t.Supervised), t.Alerted,
			t.ClosedAt, t.Version); err != nil {
			return err
		}
		if recording != "" {
			if err := s.bind(ctx, tx, t.Number, recording, now); err != nil {
				return err
			}
		}
		return history(ctx, tx, t.Number, Event{At: t.ReceivedAt, Actor: actor, Action: "create", Became: Received})
	})
	if err != nil {
		return Ticket{}, fmt.Errorf("create a ticket: %w", err)
	}
	return t, nil
}

// number is the next number: two digits of the year, two of the month, six that count.
func (s *Store) number(ctx context.Context, tx *db.Tx, now time.Time) (string, error) {
	month := now.In(intake.Zone(s.o.Zone)).Format("0601")
	n, err := series.Next(ctx, tx, "ticket "+month)
	if err == nil && n > 999_999 {
		err = fmt.Errorf("the million tickets of the month %s are used up", month)
	}
	return fmt.Sprintf("%s%06d", month, n), err
}

// Get reads a ticket. The outcome is not_found.
func (s *Store) Get(ctx context.Context, number string) (Ticket, error) {
	number = intake.Digits(number, 10)
	if number == "" {
		return Ticket{}, fn.Outcome("not_found")
	}
	return get(ctx, s.db, number, "")
}

func get(ctx context.Context, q db.Queryer, number, lock string) (Ticket, error) {
	var t Ticket
	if err := q.Get(ctx, &t, `SELECT `+columns+` FROM tickets WHERE number = ?`+lock, number); err != nil {
		return t, fmt.Errorf("read a ticket: %w", asNotFound(err))
	}
	return t, nil
}

// asNotFound turns a missing row into the outcome not_found.
func asNotFound(err error) error {
	if db.IsNotFound(err) {
		return fn.Outcome("not_found")
	}
	return err
}

// Own reads a ticket for a caller's telephone. The outcomes are not_found and not_allowed.
func (s *Store) Own(ctx context.Context, number, phone string) (Ticket, error) {
	t, err := s.Get(ctx, number)
	if err != nil {
		return Ticket{}, err
	}
	if phone = intake.Phone(phone); phone == "" || phone != t.Phone {
		return Ticket{}, fn.Outcome("not_allowed")
	}
	return t, nil
}

// Open is the number of the latest ticket of a telephone that is not closed; "" if there is none.
func (s *Store) Open(ctx context.Context, phone string) (number string, err error) {
	if phone = intake.Phone(phone); phone == "" {
		return "", nil
	}
	err = s.db.Get(ctx, &number, `SELECT number FROM tickets WHERE phone = ? AND state NOT IN (?, ?, ?, ?)
		ORDER BY received_at DESC, number DESC LIMIT 1`, phone, string(Replied), string(FollowedUp), string(Archived),
		string(Refused))
	if err != nil && !db.IsNotFound(err) {
		return "", fmt.Errorf("look up the open ticket of a telephone: %w", err)
	}
	return number, nil
}

// Add adds a statement or a recording to a ticket that is not closed, for the telephone it was registered from. What is
// added again is kept once. The outcomes are not_found and not_allowed.
func (s *Store) Add(ctx context.Context, c fn.Caller, number, recording, content string) error {
	t, err := s.Own(ctx, number, c.Phone)
	if err != nil {
		return err
	}
	if t.State.Closed() {
		return fn.Outcome("not_allowed")
	}
	recording, content = intake.Line(recording, 200), intake.Text(content, intake.MaxNote)
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if _, err := get(ctx, tx, t.Number, tx.Engine().ForUpdate()); err != nil {
			return err
		}
		if recording != "" {
			if err := s.bind(ctx, tx, t.Number, recording, c.Now); err != nil {
				return err
			}
		}
		if content == "" {
			return nil
		}
		return history(ctx, tx, t.Number,
			Event{At: c.Now.UnixMilli(), Actor: "caller", Action: "add", Was: t.State, Became: t.State, Note: content})
	})
	if err != nil {
		return fmt.Errorf("add to a ticket: %w", err)
	}
	return nil
}

// Bind binds a recording to a ticket. The outcome is not_found.
func (s *Store) Bind(ctx context.Context, number, recording string, now time.Time) error {
	t, err := s.Get(ctx, number)
	if err != nil {
		return err
	}
	return s.bind(ctx, s.db, t.Number, intake.Line(recording, 200), now)
}

func (s *Store) bind(ctx context.Context, q db.Queryer, number, recording string, now time.Time) error {
	_, err := q.Exec(ctx,
		`INSERT INTO ticket_recordings (ticket, recording, bound_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, number,
		recording, now.UnixMilli())
	if err != nil {
		return fmt.Errorf("bind a recording: %w", err)
	}
	return nil
}

// Recordings lists what is bound to a ticket, in the order in which it was bound.
func (s *Store) Recordings(ctx context.Context, number string) ([]string, error) {
	var list []string
	if err := s.db.Select(ctx, &list,
		`SELECT recording FROM ticket_recordings WHERE ticket = ? ORDER BY bound_at, recording`, number); err != nil {
		return nil, fmt.Errorf("list the recordings: %w", err)
	}
	return list, nil
}

// Event is a step in a ticket's history.
type Event struct {
	Seq    int64  `db:"seq"`
	At     int64  `db:"at"` // Unix milliseconds
	Actor  string `db:"actor"`
	Action Action `db:"action"`
	Was    State  `db:"was"`
	Became State  `db:"became"`
	Note   string `db:"note"`
}

// history adds an event; its number is one more than the last, and the row of the ticket is locked by who calls.
func history(ctx context.Context, q db.Queryer, number string, e Event) error {
	_, err := q.Exec(ctx, `INSERT INTO ticket_events (ticket, seq, at, actor, action, was, became, note)
		SELECT CAST(? AS TEXT), COALESCE(MAX(seq), 0) + 1, CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT)
		FROM ticket_events WHERE ticket = ?`, number, e.At, e.Actor, string(e.Action), string(e.Was), string(e.Became), e.Note, number)
	if err != nil {
		return fmt.Errorf("write the history: %w", err)
	}
	return nil
}

// History lists what happened to a ticket.
func (s *Store) History(ctx context.Context, number string) ([]Event, error) {
	var list []Event
	if err := s.db.Select(ctx, &list,
		`SELECT seq, at, actor, action, was, became, note FROM ticket_events WHERE ticket = ? ORDER BY seq`,
		number); err != nil {
		return nil, fmt.Errorf("read the history: %w", err)
	}
	return list, nil
}

// ToFollowUp lists finished tickets that wait for their follow-up call and have a telephone, the oldest first, at most
// 5,000; of one class, or of all if class is "".
func (s *Store) ToFollowUp(ctx context.Context, class string) ([]Ticket, error) {
	var list []Ticket
	err := s.db.Select(ctx, &list, `SELECT `+columns+` FROM tickets WHERE state = ? AND phone <> '' AND anonymous = 0 AND (? = '' OR class = ?)
		ORDER BY received_at, number LIMIT 5000`, string(Replied), class, class)
	if err != nil {
		return nil, fmt.Errorf("list the tickets to follow up: %w", err)
	}
	return list, nil
}

// Search is which tickets are asked for; what is empty does not narrow.
type Search struct {
	State State
	Class string
	Unit  string      // who has it
	Of    call.Within // those that came in by calls of a part of the office
}

// Page lists tickets by number after one, at most limit and at most 1,000.
func (s *Store) Page(ctx context.Context, of Search, after string, limit int) ([]Ticket, error) {
	var list []Ticket
	query, args := `SELECT `+columns+` FROM tickets WHERE (? = '' OR state = ?) AND (? = '' OR class = ?)
		AND (? = '' OR unit = ?) AND number > ?`,
		[]any{string(of.State), string(of.State), of.Class, of.Class, of.Unit, of.Unit, after}
	if condition, with := of.Of.Where(s.db.Engine(), `tickets.call_id`); condition != "" {
		query, args = query+` AND `+condition, append(args, with...)
	}
	query, args, err := db.In(query+` ORDER BY number LIMIT ?`, append(args, min(max(limit, 1), 1000))...)
	if err == nil {
		err = s.db.Select(ctx, &list, query, args...)
	}
	if err != nil {
		return nil, fmt.Errorf("list the tickets: %w", err)
	}
	return list, nil
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
