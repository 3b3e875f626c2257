package stdlib

import (
	"container/list"
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"rexian/compiler/types"
	"rexian/compiler/value"
	"rexian/stdlib/fn"
	"rexian/stdlib/sqlfunc"
)

const (
	// mostKept is how many answers are kept at most, the ones that were not asked for the longest go first.
	mostKept = 10_000
	// mostItems is how long a list may be that is kept.
	mostItems = 100
	// spare is what is left of a call's time for a kept answer.
	spare = 200 * time.Millisecond
)

// memory keeps the last answers of SQL files that say so. Questions are kept as digests: they may hold a secret.
type memory struct {
	mu     sync.Mutex
	at     map[[sha256.Size]byte]*list.Element
	order  list.List // the latest asked in front
	served atomic.Int64
}

// kept is an answer, and when it was given.
type kept struct {
	key [sha256.Size]byte
	v   value.Value
	end fn.Outcome // instead of a value
	at  time.Time
}

func (m *memory) put(k kept) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.at == nil {
		m.at = map[[sha256.Size]byte]*list.Element{}
	}
	if e := m.at[k.key]; e != nil {
		e.Value = k
		m.order.MoveToFront(e)
		return
	}
	m.at[k.key] = m.order.PushFront(k)
	if m.order.Len() > mostKept {
		last := m.order.Back()
		old, _ := m.order.Remove(last).(kept)
		delete(m.at, old.key)
	}
}

func (m *memory) get(key [sha256.Size]byte) (kept, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.at[key]
	if e == nil {
		return kept{}, false
	}
	m.order.MoveToFront(e)
	k, ok := e.Value.(kept)
	return k, ok
}

// Stale is how many answers of SQL files were kept ones, since the start, because the database did not answer.
func (l *Library) Stale() int64 { return l.memory.served.Load() }

// asked is what answers calls of a SQL file: its statement, or the last answer to the same question while the database
// is away or slow, where the file says for how long.
func (l *Library) asked(q *sqlfunc.Query) answer {
	ask := q.Func(l.db, l.bureau, l.o.Zone)
	if q.Keep <= 0 {
		return answer{dated(q, ask, l.o.Now), q.Limit}
	}
	do := func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
		limited := ctx
		if end, ok := ctx.Deadline(); ok {
			var cancel context.CancelFunc
			limited, cancel = context.WithDeadline(ctx, end.Add(-spare))
			defer cancel()
		}
		v, err := ask(limited, c, args)
		k := kept{key: sha256.Sum256([]byte(q.Question(c, args))), v: v, at: l.o.Now()}
		if err == nil || errors.As(err, &k.end) {
			if err != nil || q.Function.Result.Kind != types.ListOf || len(v.Items()) <= mostItems {
				l.memory.put(k)
			}
			return asOf(q, v, k.at), err
		}
		old, ok := l.memory.get(k.key)
		if !ok || k.at.Sub(old.at) > q.Keep {
			return v, err
		}
		l.memory.served.Add(1)
		l.o.Logger.Warn("an answer that was kept serves", "function", q.Function.ID, "as_of", old.at, "error", err)
		if old.end != "" {
			return value.Value{}, old.end
		}
		return asOf(q, old.v, old.at), nil
	}
	return answer{do, q.Limit + 2*spare}
}

// dated tells of answers that they are of now, where their record has a field for it.
func dated(q *sqlfunc.Query, ask fn.Func, now func() time.Time) fn.Func {
	if field(q) < 0 {
		return ask
	}
	return func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
		v, err := ask(ctx, c, args)
		if err == nil {
			v = asOf(q, v, now())
		}
		return v, err
	}
}

// field is the index of the field that tells of when an answer is, -1 if the file's record has none.
func field(q *sqlfunc.Query) int {
	if q.Record == nil {
		return -1
	}
	if f := q.Record.Field(sqlfunc.AsOf); f != nil && f.Type.Kind == types.Moment {
		return f.Index
	}
	return -1
}

// asOf tells of when an answer is, where its record has a field for it.
func asOf(q *sqlfunc.Query, v value.Value, at time.Time) value.Value {
	i := field(q)
	if i < 0 || v.IsAbsent() {
		return v
	}
	one := func(v value.Value) value.Value {
		fields := append([]value.Value(nil), v.Items()...)
		if i < len(fields) && fields[i].IsAbsent() {
			fields[i] = value.Int(at.UnixMilli())
		}
		return value.Record(fields...)
	}
	if q.Function.Result.Kind != types.ListOf {
		return one(v)
	}
	var rows []value.Value
	for _, row := range v.Items() {
		rows = append(rows, one(row))
	}
	return value.List(rows...)
}
