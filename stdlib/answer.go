package stdlib

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
)

// most bounds how many functions may be at work at once: more are unavailable, rather than all of them slow.
const most = 4096

// errBusy is why a function was not even tried.
var errBusy = errors.New("too many functions are at work")

// Has tells whether a function can be called here.
func (l *Library) Has(id string) bool { _, ok := l.table.Load().answers[id]; return ok }

// Call runs a function of the library, by its canonical id. The arguments are checked against the signature first, the
// result and the outcome afterwards: a flow never sees what its check did not foresee. An fn.Outcome among the errors
// is for the flow; any other is to be logged, and the flow sees `unavailable`: a limit that passed, a database that is
// away, a function that panicked. No error holds the arguments.
func (l *Library) Call(ctx context.Context, id string, c fn.Caller, args []value.Value) (value.Value, error) {
	t := l.table.Load()
	f, a := t.registry.ByID(id), t.answers[id]
	if f == nil || a.do == nil {
		return value.Value{}, fmt.Errorf("call %s: this library has no such function", id)
	}
	if !l.Ready() {
		return value.Value{}, fmt.Errorf("call %s: %w", id, db.ErrUnavailable)
	}
	args, err := arguments(f, args)
	if err != nil {
		return value.Value{}, fmt.Errorf("call %s: %w", id, err)
	}
	if l.flying.Add(1) > most {
		l.flying.Add(-1)
		return value.Value{}, fmt.Errorf("call %s: %w", id, errBusy)
	}
	ctx, cancel := context.WithTimeout(ctx, a.limit)
	type outcome struct {
		v   value.Value
		err error
	}
	done := make(chan outcome, 1)
	// On a goroutine of its own: a function that does not heed its context must not hold the call beyond the limit. It
	// ends by itself, and counts as flying until then.
	go func() {
		defer cancel()
		defer l.flying.Add(-1)
		v, err := contained(ctx, a.do, c, args)
		done <- outcome{v, err}
	}()
	select {
	case r := <-done:
		return settled(f, r.v, r.err, longest(c))
	case <-ctx.Done():
		select { // it may have ended in the same moment
		case r := <-done:
			return settled(f, r.v, r.err, longest(c))
		default:
		}
		return value.Value{}, fmt.Errorf("call %s: %w", id, ctx.Err())
	}
}

// contained runs a function and turns its panic into an error.
func contained(ctx context.Context, do fn.Func, c fn.Caller, args []value.Value) (v value.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the function panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return do(ctx, c, args)
}

// settled checks what a function returned against its signature.
func settled(f *library.Function, v value.Value, err error, items int) (value.Value, error) {
	var o fn.Outcome
	if errors.As(err, &o) {
		if !slices.Contains(f.AllOutcomes(), string(o)) {
			return value.Value{}, fmt.Errorf("call %s: the outcome %q is not in its signature", f.ID, string(o))
		}
		return value.Value{}, o
	}
	if err != nil {
		return value.Value{}, fmt.Errorf("call %s: %w", f.ID, err)
	}
	if f.Result == nil {
		return value.Absent(), nil
	}
	if fault := fits(f.Result, v, items); fault != "" {
		return value.Value{}, fmt.Errorf("call %s: its result is no %s: %s", f.ID, f.Result, fault)
	}
	return v, nil
}

// longest is how many items a list may have for who asks.
func longest(c fn.Caller) int {
	if c.Long {
		return fn.LongList
	}
	return value.MaxItems
}

// arguments checks the arguments of a call, and adds absent ones for the optional that were not given.
func arguments(f *library.Function, args []value.Value) ([]value.Value, error) {
	if len(args) > len(f.Params) {
		return nil, fmt.Errorf("%d arguments for %d parameters", len(args), len(f.Params))
	}
	full := make([]value.Value, len(f.Params))
	for i, p := range f.Params {
		full[i] = value.Absent()
		if i < len(args) {
			full[i] = args[i]
		}
		if full[i].IsAbsent() {
			if !p.Optional {
				return nil, fmt.Errorf("the argument %s is missing", p.En)
			}
			continue
		}
		if fault := fits(p.Type, full[i], value.MaxItems); fault != "" {
			return nil, fmt.Errorf("the argument %s is no %s: %s", p.En, p.Type, fault)
		}
	}
	return full, nil
}

// furthest is what a number of a kind stays below, either way from zero: twelve digits, and for dates the year 9999.
func furthest(k types.Kind) int64 {
	switch k {
	case types.Money:
		return value.MoneyLimit
	case types.Date:
		return 2_932_897
	case types.Month:
		return 10_000 * 12
	case types.Time:
		return 24*3600 + 1
	case types.Moment, types.Duration:
		return value.IntLimit
	}
	return value.NumberLimit
}

// fits tells why a value is not one of a type, "" if it is. What is absent fits: a system may not know it. The text of
// a value is never part of the answer. items is how long a list may be.
func fits(t *types.Type, v value.Value, items int) string {
	if t == nil || v.IsAbsent() {
		return ""
	}
	switch t.Kind {
	case types.Number, types.Money, types.Date, types.Month, types.Time, types.Moment, types.Duration, types.Workdays,
		types.Months:
		if v.P != nil {
			return "it is a text or a list"
		}
		if most := furthest(t.Kind); v.N >= most || v.N <= -most {
			return "it is too large"
		}
	case types.YesNo:
		if v.P != nil || v.N != 0 && v.N != 1 {
			return "it is neither yes nor no"
		}
	case types.ListOf:
		if v.P == nil || v.P.Kind != value.ListObject {
			return "it is not a list"
		}
		if len(v.Items()) > items {
			return "it has too many items"
		}
		for i, x := range v.Items() {
			if fault := fits(t.Elem, x, items); fault != "" {
				return fmt.Sprintf("item %d: %s", i+1, fault)
			}
		}
	case types.RecordOf:
		if v.P == nil || v.P.Kind != value.RecordObject || len(v.Items()) != len(t.Record.Fields) {
			return "it is not such a record"
		}
		for i, x := range v.Items() {
			if fault := fits(t.Record.Fields[i].Type, x, items); fault != "" {
				return t.Record.Fields[i].ID + ": " + fault
			}
		}
	default:
		if v.P == nil || v.P.Kind != value.TextObject {
			return "it is not a text"
		}
		if len(v.P.S) > value.MaxText {
			return "it is too long"
		}
		if t.Kind == types.Digits {
			for i := range len(v.P.S) {
				if v.P.S[i] < '0' || v.P.S[i] > '9' {
					return "it has other characters than digits"
				}
			}
		}
	}
	return ""
}
