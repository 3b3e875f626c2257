package call

import (
	"context"
	"strings"

	"rexian/stdlib/db"
)

// write writes a batch into the database in one transaction; an error means that the database is away, and nothing was
// written. Should the database refuse the batch, its records are written one by one and those it refuses are
// logged and given up, lest one bad record hold up all that follow.
func (r *Recorder) write(ctx context.Context, batch []record) error {
	if len(batch) == 0 {
		return nil
	}
	err := r.db.Tx(ctx, func(t *db.Tx) error { return writeAll(ctx, t, batch) })
	switch {
	case err == nil:
		r.written(len(batch))
		return nil
	case db.IsUnavailable(err):
		return err
	}
	for i := range batch {
		one := batch[i : i+1]
		err := r.db.Tx(ctx, func(t *db.Tx) error { return writeAll(ctx, t, one) })
		if db.IsForeignKey(err) { // the call's beginning is lost, its events shall not be
			err = r.db.Tx(ctx, func(t *db.Tx) error {
				stub := record{K: begins, Call: one[0].Call, At: one[0].At, Node: r.o.Node, Boot: "?", Direction: "in"}
				return writeAll(ctx, t, []record{stub, one[0]})
			})
		}
		if db.IsUnavailable(err) {
			return err // the whole batch comes again; what is written is known
		}
		if err != nil {
			r.refuse(one[0].Call, one[0].Seq, err)
			continue
		}
		r.written(1)
	}
	return nil
}

func (r *Recorder) written(n int) {
	if r.o.Written != nil {
		r.o.Written(n)
	}
}

// group is how the records of one kind are written: many rows in one statement.
type group struct {
	kind    kind
	head    string
	columns int
	tail    string
	values  func(x *record) []any
}

// groups stand in the order in which a batch is written: a call's row before what refers to it, its end last.
var groups = []group{
	{begins, `INSERT INTO calls (id, node, boot, direction, caller, number, program, flow, lang, started, answered) VALUES `, 11,
		` ON CONFLICT (id) DO NOTHING`, func(x *record) []any {
			return []any{x.Call, x.Node, x.Boot, x.Direction, x.Caller, x.Number, x.Program, x.Flow, x.Lang, x.At, some(x.Answered)}
		}},
	{event, `INSERT INTO call_events (call_id, seq, at, kind, pos, data) VALUES `, 6,
		` ON CONFLICT (call_id, seq) DO NOTHING`, func(x *record) []any {
			return []any{x.Call, x.Seq, x.At, x.Name, x.Pos, text(x.Data)}
		}},
	{milestone, `INSERT INTO milestones (call_id, seq, at, name, pos) VALUES `, 5,
		` ON CONFLICT (call_id, seq) DO NOTHING`, func(x *record) []any {
			return []any{x.Call, x.Seq, x.At, x.Name, x.Pos}
		}},
}

// legUpsert adds to a leg what has become known.
const legUpsert = `INSERT INTO call_legs (call_id, leg, kind, number, agent, started, answered, ended, cause, sip, q850)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (call_id, leg) DO UPDATE SET
	agent = COALESCE(excluded.agent, call_legs.agent), answered = COALESCE(excluded.answered, call_legs.answered),
	ended = COALESCE(excluded.ended, call_legs.ended), cause = COALESCE(excluded.cause, call_legs.cause),
	sip = COALESCE(excluded.sip, call_legs.sip), q850 = COALESCE(excluded.q850, call_legs.q850)`

// known are the columns of a Change.
const known = `answered = COALESCE(?, answered), lang = COALESCE(?, lang), path = COALESCE(?, path), agent = COALESCE(?, agent),
	topic = COALESCE(?, topic), rating = COALESCE(?, rating), score = COALESCE(?, score), data = COALESCE(?, data)`

const (
	changeUpdate = `UPDATE calls SET ` + known + ` WHERE id = ?`
	endUpdate    = `UPDATE calls SET ` + known + `, ended = ?, result = ?, ended_by = ?, sip = ?, q850 = ?
	WHERE id = ? AND (ended IS NULL OR result = '` + Interrupted + `')`
)

func writeAll(ctx context.Context, t *db.Tx, batch []record) error {
	for i := range groups {
		if err := groups[i].write(ctx, t, batch); err != nil {
			return err
		}
	}
	for i := range batch {
		var err error
		switch x := &batch[i]; x.K {
		case leg:
			_, err = t.Exec(ctx, legUpsert, x.Call, x.Seq, x.Name, x.Number, some(x.Agent), x.At, some(x.Answered), some(x.Ended),
				some(x.Result), some(x.SIP), some(x.Q850))
		case change:
			_, err = t.Exec(ctx, changeUpdate, append(changed(x), x.Call)...)
		case ends:
			_, err = t.Exec(ctx, endUpdate, append(changed(x), x.Ended, x.Result, some(x.By), some(x.SIP), some(x.Q850), x.Call)...)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fold joins to a call's beginning that it was answered, which mostly comes at once. It is for records that the database cannot know yet: of one that it
// knows the beginning is not written again.
func fold(batch []record) []record {
	begun := map[string]int{}
	folded := batch[:0]
	for i := range batch {
		x := &batch[i]
		switch x.K {
		case begins:
			begun[x.Call] = len(folded)
		case change:
			if at, ok := begun[x.Call]; ok && x.Answered != 0 && x.onlyAnswered() {
				folded[at].Answered = x.Answered
				continue
			}
		}
		folded = append(folded, *x)
	}
	return folded
}

func changed(x *record) []any {
	score := some(x.Score)
	if x.Rating == "rated" {
		score = x.Score
	}
	return []any{some(x.Answered), some(x.Lang), some(x.Path), some(x.Agent), some(x.Topic), some(x.Rating), score, some(string(x.Data))}
}

// sizes are how many rows one statement writes. There are few of them, so that each stays prepared.
var sizes = []int{64, 16, 4, 1}

func (g *group) write(ctx context.Context, t *db.Tx, batch []record) error {
	var args []any
	rows := 0
	for i := range batch {
		if batch[i].K == g.kind {
			args = append(args, g.values(&batch[i])...)
			rows++
		}
	}
	for _, size := range sizes {
		for ; rows >= size; rows -= size {
			if _, err := t.Exec(ctx, g.statement(size), args[:size*g.columns]...); err != nil {
				return err
			}
			args = args[size*g.columns:]
		}
	}
	return nil
}

// statements are the texts of the groups' statements, by size.
var statements = func() map[kind]map[int]string {
	all := map[kind]map[int]string{}
	for _, g := range groups {
		all[g.kind] = map[int]string{}
		row := "(" + strings.Repeat("?, ", g.columns-1) + "?)"
		for _, n := range sizes {
			all[g.kind][n] = g.head + strings.Repeat(row+", ", n-1) + row + g.tail
		}
	}
	return all
}()

func (g *group) statement(rows int) string { return statements[g.kind][rows] }

// some is a value, or NULL for a zero one.
func some[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// text is data as it is stored.
func text(data []byte) string {
	if len(data) == 0 {
		return "{}"
	}
	return string(data)
}
