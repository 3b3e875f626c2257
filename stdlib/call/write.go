package call

import (
	"cmp"
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
	columns int
	text    func(e db.Engine, rows int) string
	add     func(args []any, x *record) []any // the values of a row
}

// groups stand in the order in which a batch is written: a call's row before what refers to it, its end last.
var groups = []group{
	{begins, 11,
		insert(`INSERT INTO calls (id, node, boot, direction, caller, number, program, flow, lang, started, answered)`,
			11, `(id)`),
		func(args []any, x *record) []any {
			return append(args, x.Call, x.Node, x.Boot, x.Direction, x.Caller, x.Number, x.Program, x.Flow, x.Lang,
				x.At, some(x.Answered))
		}},
	{whole, 22,
		insert(`INSERT INTO calls (id, node, boot, direction, caller, number, program, flow, lang, started, answered,
			path, agent, topic, rating, score, data, ended, result, ended_by, sip, q850)`, 22, `(id)`),
		func(args []any, x *record) []any {
			return append(args, x.Call, x.Node, x.Boot, x.Direction, x.Caller, x.Number, x.Program, x.Flow, x.Lang,
				x.At, some(x.Answered), x.Path, some(x.Agent), some(x.Topic), some(x.Rating), x.score(),
				text(x.Data), x.Ended, x.Result, some(x.By), some(x.SIP), some(x.Q850))
		}},
	{event, 6, insert(`INSERT INTO call_events (call_id, seq, at, kind, pos, data)`, 6, `(call_id, seq)`),
		func(args []any, x *record) []any {
			return append(args, x.Call, x.Seq, x.At, x.Name, x.Pos, text(x.Data))
		}},
	{milestone, 5, insert(`INSERT INTO milestones (call_id, seq, at, name, pos)`, 5, `(call_id, seq)`),
		func(args []any, x *record) []any {
			return append(args, x.Call, x.Seq, x.At, x.Name, x.Pos)
		}},
	{leg, 2 + len(legColumns), legUpsert, legValues},
	{segment, 7, insert(`INSERT INTO agent_segments (agent, began, ended, state, reason, call_id, node)`, 7,
		`(agent, began)`),
		func(args []any, x *record) []any {
			return append(args, x.Agent, x.At, x.Ended, x.Name, x.Result, x.Call, x.Node)
		}},
	{rating, 7, insert(`INSERT INTO ratings (call_id, seq, at, agent, queue, rating, score)`, 7, `(call_id, seq)`),
		func(args []any, x *record) []any {
			return append(args, x.Call, x.Seq, x.At, x.Agent, x.Name, x.Rating, x.Score)
		}},
	{ends, 14, endUpdate, func(args []any, x *record) []any {
		return append(changed(args, x), x.Ended, x.Result, some(x.By), some(x.SIP), some(x.Q850), x.Call)
	}},
}

// insert is a statement that writes rows; of those that are there already it leaves what is there.
func insert(head string, columns int, key string) func(db.Engine, int) string {
	row := "(" + strings.Repeat("?, ", columns-1) + "?)"
	return func(_ db.Engine, rows int) string {
		return head + " VALUES " + strings.Repeat(row+", ", rows-1) + row + " ON CONFLICT " + key + " DO NOTHING"
	}
}

// endUpdate is a statement that gives calls their ends. The first end counts, but one that Repair assumed gives way.
func endUpdate(e db.Engine, rows int) string {
	row := "(" + strings.Repeat("?, ", 13) + "?)"
	first := row
	if e == db.Postgres { // takes the types of a list from its first row, and a value without one for text
		first = `(CAST(? AS bigint), CAST(? AS text), CAST(? AS text), CAST(? AS text), CAST(? AS text), CAST(? AS text), CAST(? AS integer), CAST(? AS text),
			CAST(? AS bigint), CAST(? AS text), CAST(? AS text), CAST(? AS integer), CAST(? AS integer), CAST(? AS text))`
	}
	return `WITH e (answered, lang, path, agent, topic, rating, score, data, ended, result, ended_by, sip, q850, id) AS (VALUES ` +
		first + strings.Repeat(", "+row, rows-1) + `)
		UPDATE calls SET answered = COALESCE(e.answered, calls.answered), lang = COALESCE(e.lang, calls.lang), path = COALESCE(e.path, calls.path),
			agent = COALESCE(e.agent, calls.agent), topic = COALESCE(e.topic, calls.topic), rating = COALESCE(e.rating, calls.rating),
			score = COALESCE(e.score, calls.score), data = COALESCE(e.data, calls.data), ended = e.ended, result = e.result, ended_by = e.ended_by,
			sip = e.sip, q850 = e.q850
		FROM e WHERE calls.id = e.id AND (calls.ended IS NULL OR calls.result = '` + Interrupted + `')`
}

// legColumns are what a leg's row holds beside its key, in the order of legValues. The first four stand from the
// beginning.
var legColumns = []string{"kind", "number", "started", "direction", "agent", "answered", "ended", "cause", "sip",
	"q850",
	"trunk", "phone", "rang", "codec", "sent", "received", "lost", "far_lost", "jitter", "mos", "sip_id"}

// legUpsert is a statement that writes legs; to those that are there it adds what has become known.
func legUpsert(_ db.Engine, rows int) string {
	row := "(?, ?" + strings.Repeat(", ?", len(legColumns)) + ")"
	var b strings.Builder
	b.WriteString("INSERT INTO call_legs (call_id, leg, " + strings.Join(legColumns, ", ") + ") VALUES " +
		strings.Repeat(row+", ", rows-1) + row +
		" ON CONFLICT (call_id, leg) DO UPDATE SET number = excluded.number, direction = excluded.direction")
	for _, c := range legColumns[4:] {
		b.WriteString(", " + c + " = COALESCE(excluded." + c + ", call_legs." + c + ")")
	}
	return b.String()
}

// legValues adds a leg's key and its columns.
func legValues(args []any, x *record) []any {
	q := x.Leg
	if q == nil { // written by a program that knew less
		q = &legRecord{}
	}
	args = append(args, x.Call, x.Seq, x.Name, x.Number, x.At, x.Direction, some(x.Agent), some(x.Answered),
		some(x.Ended), some(x.Result), some(x.SIP), some(x.Q850), some(q.Trunk), some(q.Phone), some(q.Rang),
		some(q.Codec))
	for _, n := range []uint64{q.Sent, q.Received, q.Lost, q.FarLost} {
		if q.Codec == "" {
			args = append(args, nil)
		} else {
			args = append(args, int64(n)) // nothing lost is known, too
		}
	}
	return append(args, some(q.Jitter), some(q.MOS), some(q.CallID))
}

// known are the columns of a Change.
const known = `answered = COALESCE(?, answered), lang = COALESCE(?, lang), path = COALESCE(?, path), agent = COALESCE(?, agent),
	topic = COALESCE(?, topic), rating = COALESCE(?, rating), score = COALESCE(?, score), data = COALESCE(?, data)`

const changeUpdate = `UPDATE calls SET ` + known + ` WHERE id = ?`

func writeAll(ctx context.Context, t *db.Tx, batch []record) error {
	days, err := follow(ctx, t, batch)
	if err != nil {
		return err
	}
	last := len(groups) - 1
	for i := range groups[:last] {
		rows := batch
		if groups[i].kind == segment {
			rows = days
		}
		if err := groups[i].write(ctx, t, rows); err != nil {
			return err
		}
	}
	for i := range batch {
		var err error
		if x := &batch[i]; x.K == change {
			_, err = t.Exec(ctx, changeUpdate, append(changed(nil, x), x.Call)...)
		}
		if err != nil {
			return err
		}
	}
	return groups[last].write(ctx, t, batch)
}

// fold joins to a call's beginning that it was answered, which mostly comes at once, and how it ended, if nothing else
// became known between: one row is written in place of one that is changed twice. It is for records that the database
// cannot know yet: of one that it knows the beginning is not written again.
func fold(batch []record) []record {
	begun, more := map[string]int{}, map[string]bool{}
	folded := batch[:0]
	for i := range batch {
		x := &batch[i]
		at, ok := begun[x.Call]
		switch {
		case x.K == begins:
			begun[x.Call] = len(folded)
		case x.K == change && ok && x.Answered != 0 && x.onlyAnswered():
			folded[at].Answered = x.Answered
			continue
		case x.K == change:
			more[x.Call] = true
		case x.K == ends && ok && !more[x.Call] && folded[at].K == begins:
			folded[at].over(x)
			continue
		}
		folded = append(folded, *x)
	}
	return folded
}

// over makes the record of a call that begins one of a whole call.
func (x *record) over(end *record) {
	x.K = whole
	x.Answered, x.Lang = cmp.Or(end.Answered, x.Answered), cmp.Or(end.Lang, x.Lang)
	x.Path, x.Agent, x.Topic, x.Rating, x.Score, x.Data =
		end.Path, end.Agent, end.Topic, end.Rating, end.Score, end.Data
	x.Ended, x.Result, x.By, x.SIP, x.Q850 = end.Ended, end.Result, end.By, end.SIP, end.Q850
}

// changed adds the values of what has become known of a call.
func changed(args []any, x *record) []any {
	return append(args, some(x.Answered), some(x.Lang), some(x.Path), some(x.Agent), some(x.Topic), some(x.Rating),
		x.score(), some(string(x.Data)))
}

// score is how the call was rated, NULL where it was not: 0 is a rating, too.
func (x *record) score() any {
	if x.Rating == "rated" {
		return x.Score
	}
	return some(x.Score)
}

// sizes are how many rows one statement writes. There are few of them, so that each stays prepared.
var sizes = []int{64, 16, 4, 1}

func (g *group) write(ctx context.Context, t *db.Tx, batch []record) error {
	rows := 0
	for i := range batch {
		if batch[i].K == g.kind {
			rows++
		}
	}
	if rows == 0 {
		return nil
	}
	args, once := make([]any, 0, rows*g.columns), g.once(batch)
	rows = 0
	for i := range batch {
		x := &batch[i]
		if x.K != g.kind || once != nil && once[key{x.Call, x.Seq}] != i {
			continue
		}
		args = g.add(args, x)
		rows++
	}
	for _, size := range sizes {
		for ; rows >= size; rows -= size {
			if _, err := t.Exec(ctx, statements[g.kind][t.Engine()][size], args[:size*g.columns]...); err != nil {
				return err
			}
			args = args[size*g.columns:]
		}
	}
	return nil
}

// key is what a row is known by.
type key struct {
	call string
	seq  int64
}

// once says which record of a batch counts where one statement may write a row only once: of a call's ends the first,
// of what is told of a leg the last, which knows all that was told before. Nil: all count.
func (g *group) once(batch []record) map[key]int {
	if g.kind != ends && g.kind != leg {
		return nil
	}
	list := map[key]int{}
	for i := range batch {
		x := &batch[i]
		if x.K != g.kind {
			continue
		}
		if _, is := list[key{x.Call, x.Seq}]; !is || g.kind == leg {
			list[key{x.Call, x.Seq}] = i
		}
	}
	return list
}

// statements are the texts of the groups' statements, by kind, engine and size.
var statements = func() map[kind]map[db.Engine]map[int]string {
	all := map[kind]map[db.Engine]map[int]string{}
	for _, g := range groups {
		all[g.kind] = map[db.Engine]map[int]string{}
		for _, e := range []db.Engine{db.SQLite, db.Postgres} {
			all[g.kind][e] = map[int]string{}
			for _, n := range sizes {
				all[g.kind][e][n] = g.text(e, n)
			}
		}
	}
	return all
}()

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
