package sqlfunc

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/compiler/value"
	"rexian/lang/diag"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
)

// Func returns what answers calls of a query: on own, or on bureau if the query names it. bureau may be nil; then such
// a query is unavailable. zone is that of moments written as texts.
func (q *Query) Func(own, bureau *db.DB, zone *time.Location) fn.Func {
	d := own
	if q.Database == Bureau {
		d = bureau
	}
	return func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
		if d == nil {
			return value.Value{}, fmt.Errorf("%s: no bureau database is configured: %w", q.Function.ID,
				db.ErrUnavailable)
		}
		ctx, cancel := context.WithTimeout(ctx, q.Limit)
		defer cancel()
		v, err := q.run(ctx, d, c, args, zone)
		if o := fn.Outcome(""); err != nil && !errors.As(err, &o) {
			return v, fmt.Errorf("%s: %w", q.Function.ID, err)
		}
		return v, err
	}
}

func (q *Query) run(ctx context.Context, d *db.DB, c fn.Caller, args []value.Value, zone *time.Location) (value.Value,
	error) {
	given := q.arguments(c, args)
	if q.Function.Result == nil {
		_, err := d.Exec(ctx, q.SQL, given...)
		return value.Absent(), err
	}
	result, limit := q.Function.Result, 2
	if result.Kind == types.ListOf {
		result, limit = result.Elem, MaxRows
		if c.Long {
			limit = fn.LongList
		}
	}
	var rows []value.Value
	err := d.Rows(ctx, q.SQL, limit, func(columns []string, row []any) error {
		columns, row, err := q.ended(columns, row)
		if err != nil {
			return err
		}
		v, err := fromRow(result, columns, row, zone)
		rows = append(rows, v)
		return err
	}, given...)
	switch {
	case err != nil:
		return value.Value{}, err
	case q.Function.Result.Kind == types.ListOf:
		if len(rows) == 0 && q.may("not_found") {
			return value.Value{}, fn.Outcome("not_found")
		}
		return value.List(rows...), nil
	case len(rows) > 1 && q.may("several"):
		return value.Value{}, fn.Outcome("several")
	case len(rows) == 0 && q.may("not_found"):
		return value.Value{}, fn.Outcome("not_found")
	case len(rows) == 0:
		return value.Absent(), nil
	}
	return rows[0], nil
}

// outcomeColumn is where a row names the outcome that the lookup ends in; -1 if it has no such column. A record with a
// field of that name keeps it.
func (q *Query) outcomeColumn(columns []string) int {
	result := q.Function.Result
	if result.Kind == types.ListOf {
		result = result.Elem
	}
	return slices.IndexFunc(columns, func(c string) bool {
		return (strings.EqualFold(c, "outcome") || c == "结局") &&
			(result.Kind != types.RecordOf || result.Record.Field(c) == nil)
	})
}

// ended takes that column out of a row. What stands in it ends the lookup with that outcome; nothing in it is a row as
// any other.
func (q *Query) ended(columns []string, row []any) ([]string, []any, error) {
	i := q.outcomeColumn(columns)
	if i < 0 {
		return columns, row, nil
	}
	var name string
	switch v := row[i].(type) {
	case nil:
	case string:
		name = v
	case []byte:
		name = string(v)
	default:
		return nil, nil, fmt.Errorf("the column outcome holds %v, which names no outcome", v)
	}
	if name != "" {
		w, ok := library.Tag(name)
		if !ok || !q.may(w.ID) {
			return nil, nil, fmt.Errorf("the column outcome holds %q, which the header does not list", name)
		}
		return nil, nil, fn.Outcome(w.ID)
	}
	return slices.Delete(slices.Clone(columns), i, i+1), slices.Delete(slices.Clone(row), i, i+1), nil
}

func (q *Query) arguments(c fn.Caller, args []value.Value) []any {
	given := make([]any, len(q.args))
	for i, index := range q.args {
		switch {
		case index == callerArg:
			given[i] = c.Phone
		case index == callArg:
			given[i] = c.CallID
		case index == nowArg:
			given[i] = c.Now.UnixMilli()
		case index < len(args):
			given[i] = toArgument(q.Function.Params[index].Type, args[index], q.Database == "")
		}
	}
	return given
}

// AsOf is the field of a record that tells of when an answer is: the library fills it in.
const AsOf = "as_of"

// Question names what is asked, so that answers to the same are known: the statement, its arguments, and the caller
// where that is one.
func (q *Query) Question(c fn.Caller, args []value.Value) string {
	var b strings.Builder
	b.Write(q.Source)
	for _, index := range q.args {
		switch {
		case index == callerArg:
			fmt.Fprintf(&b, "\x00%s", c.Phone)
		case index >= 0 && index < len(args):
			text, _ := args[index].MarshalJSON()
			fmt.Fprintf(&b, "\x00%s", text)
		}
	}
	return b.String()
}

func (q *Query) may(outcome string) bool {
	for _, o := range q.Function.Outcomes {
		if o == outcome {
			return true
		}
	}
	return false
}

// Verify prepares queries against the schemas of databases, of both engines if both are given: own are the program's
// database on each engine, bureau the second one, or none. It tells what an engine does not understand, and the columns
// that a result lacks. Nothing is changed. Queries for the bureau are let pass if there is none.
func Verify(ctx context.Context, queries []*Query, own []*db.DB, bureau *db.DB) []Problem {
	var wrong []Problem
	for _, q := range queries {
		on := own
		if q.Database == Bureau {
			if on = nil; bureau != nil {
				on = []*db.DB{bureau}
			}
		}
		for _, d := range on {
			if p := q.verify(ctx, d); p != nil {
				wrong = append(wrong, *p)
			}
		}
	}
	return wrong
}

func (q *Query) verify(ctx context.Context, d *db.DB) *Problem {
	problem := func(zh, en string) *Problem {
		return &Problem{q.File, q.line,
			diag.Text{Zh: d.Engine().String() + "：" + zh, En: d.Engine().String() + ": " + en}}
	}
	if err := d.Check(ctx, q.SQL); err != nil {
		return problem("语句不能用："+err.Error(), "the statement does not work: "+err.Error())
	}
	if q.Function.Result == nil || q.Writes {
		return nil
	}
	given := make([]any, len(q.args))
	for i, index := range q.args {
		switch index {
		case callerArg, callArg:
			given[i] = ""
		case nowArg:
			given[i] = int64(0)
		}
	}
	columns, kinds, err := d.Columns(ctx, "SELECT * FROM ("+q.SQL+"\n) AS q LIMIT 0", given...)
	if err != nil {
		return problem("语句不能用："+err.Error(), "the statement does not work: "+err.Error())
	}
	if i := q.outcomeColumn(columns); i >= 0 {
		columns, kinds = slices.Delete(columns, i, i+1), slices.Delete(kinds, i, i+1)
	}
	row := q.Function.Result
	if row.Kind == types.ListOf {
		row = row.Elem
	}
	if row.Kind != types.RecordOf {
		if len(columns) != 1 {
			return problem(fmt.Sprintf("结果是一个值，语句却有 %d 列", len(columns)),
				fmt.Sprintf("the result is one value, the statement has %d columns", len(columns)))
		}
		return misfit(columns[0], row, kinds[0], problem)
	}
	has := map[int]bool{}
	for i, c := range columns {
		f := row.Record.Field(c)
		if f == nil {
			return problem("记录没有“"+c+"”这一列的字段", "the record has no field for the column "+c)
		}
		if p := misfit(c, f.Type, kinds[i], problem); p != nil {
			return p
		}
		has[f.Index] = true
	}
	if q.Record == nil {
		return nil // a record of the library: what a bureau does not have is absent
	}
	var lack []string
	for _, f := range row.Record.Fields {
		if !has[f.Index] && f.ID != AsOf {
			lack = append(lack, f.ID)
		}
	}
	if len(lack) > 0 {
		return problem("语句缺少列："+strings.Join(lack, "、"), "the statement lacks the columns "+strings.Join(lack, ", "))
	}
	return nil
}

// misfit tells that a column is of a kind of PostgreSQL's that no value of a type can be made of.
func misfit(column string, t *types.Type, kind string, problem func(zh, en string) *Problem) *Problem {
	if !impossible(t.Kind, kind) {
		return nil
	}
	of := t.Describe()
	return problem(fmt.Sprintf("列“%s”是 %s，变不成%s", column, kind, of.Zh),
		fmt.Sprintf("the column %s is %s, of which no %s is made", column, kind, of.En))
}
