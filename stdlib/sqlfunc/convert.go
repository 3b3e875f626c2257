package sqlfunc

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"rexian/compiler/types"
	"rexian/compiler/value"
)

// convertible tells whether values of a kind can be a column or a parameter.
func convertible(k types.Kind) bool {
	switch k {
	case types.Text, types.Digits, types.Number, types.Money, types.YesNo, types.Date, types.Month, types.Moment,
		types.Duration,
		types.Phone, types.TaxpayerID, types.ResidentID, types.Recording, types.Language:
		return true
	}
	return false
}

const (
	million = 1_000_000
)

// toArgument is a value as a statement gets it: texts as they are, money in fen, a duration in milliseconds, a moment
// in Unix milliseconds, a number as an integer if it is whole; NULL if absent. A date is the count of days since
// 1970-01-01 and a month year*12+month-1, as the program's own tables hold them; for the bureau's they are `2026-10-08`
// and `2026-10`.
func toArgument(t *types.Type, v value.Value, own bool) any {
	if v.IsAbsent() {
		return nil
	}
	switch t.Kind {
	case types.Number:
		if v.N%million == 0 {
			return v.N / million
		}
		return float64(v.N) / million
	case types.Money, types.Moment, types.Duration:
		return v.N
	case types.YesNo:
		return v.N != 0
	case types.Date:
		if own {
			return v.N
		}
		return time.Unix(0, 0).UTC().AddDate(0, 0, int(v.N)).Format(time.DateOnly)
	case types.Month:
		if own {
			return v.N
		}
		return fmt.Sprintf("%04d-%02d", v.N/12, v.N%12+1)
	}
	return v.Str()
}

// errColumn is the reason why a column is not what the header says.
var errColumn = errors.New("the column does not fit its type")

// fromColumn is a column as the flow gets it. NULL is absent.
//
//	text, digits, phone …  a text, or an integer as its digits
//	number                 an integer, a float, a decimal
//	money                  an integer is fen; a decimal or a float is yuan
//	yesno                  a boolean, an integer
//	date                   `2026-10-08…`, 20261008, a timestamp by its own day; a smaller integer is days since 1970-01-01
//	month                  `2026-10…`, 202610, a timestamp; a smaller integer is year*12+month-1
//	moment                 an integer is Unix milliseconds; a timestamp; `2026-10-08 09:00:00` in zone
//	duration               an integer, milliseconds
func fromColumn(t *types.Type, x any, zone *time.Location) (value.Value, error) {
	if b, ok := x.([]byte); ok {
		x = string(b)
	}
	if x == nil {
		return value.Absent(), nil
	}
	bad := func() (value.Value, error) {
		return value.Value{}, fmt.Errorf("%T for %s: %w", x, t, errColumn)
	}
	switch t.Kind {
	case types.Number:
		return scaled(x, million, million, bad)
	case types.Money:
		return scaled(x, 1, 100, bad)
	case types.YesNo:
		switch x := x.(type) {
		case bool:
			return value.Bool(x), nil
		case int64:
			return value.Bool(x != 0), nil
		}
	case types.Date:
		if n, ok := x.(int64); ok && n < 10_000_000 {
			return value.Int(n), nil
		}
		if d, ok := asDay(x); ok {
			return value.Int(int64(math.Floor(d.Sub(time.Unix(0, 0)).Hours() / 24))), nil
		}
	case types.Month:
		if n, ok := x.(int64); ok && n < 100_000 {
			return value.Int(n), nil
		}
		if d, ok := asDay(x); ok {
			return value.Int(int64(d.Year())*12 + int64(d.Month()) - 1), nil
		}
	case types.Moment:
		switch x := x.(type) {
		case int64:
			return value.Int(x), nil
		case time.Time:
			return value.Int(x.UnixMilli()), nil
		case string:
			for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05",
				"2006-01-02 15:04"} {
				if m, err := time.ParseInLocation(layout, x, zone); err == nil {
					return value.Int(m.UnixMilli()), nil
				}
			}
		}
	case types.Duration:
		if n, ok := x.(int64); ok {
			return value.Int(n), nil
		}
	default:
		switch x := x.(type) {
		case string:
			if !utf8.ValidString(x) {
				return bad()
			}
			return value.Text(x), nil
		case int64:
			return value.Text(strconv.FormatInt(x, 10)), nil
		}
	}
	return bad()
}

// impossible tells whether [fromColumn] makes nothing of any value of a kind of PostgreSQL's. What it does not know is
// let pass, and a text may say anything.
func impossible(t types.Kind, kind string) bool {
	number, day := t == types.Number || t == types.Money, t == types.Date || t == types.Month || t == types.Moment
	switch kind {
	case "BOOL":
		return t != types.YesNo
	case "DATE", "TIMESTAMP", "TIMESTAMPTZ":
		return !day
	case "FLOAT4", "FLOAT8":
		return !number
	case "NUMERIC":
		return t == types.YesNo || t == types.Duration || t == types.Moment // 20261008 is a day
	case "TEXT", "VARCHAR", "BPCHAR":
		return t == types.YesNo || t == types.Duration
	}
	return false
}

// scaled is a number: an integer times whole, a fraction times broken, rounded half away from zero.
func scaled(x any, whole, broken int64, bad func() (value.Value, error)) (value.Value, error) {
	const most = 1e18
	switch n := x.(type) {
	case int64:
		if n > most/whole || n < -most/whole {
			return bad()
		}
		return value.Int(n * whole), nil
	case float64:
		if f := n * float64(broken); f > -most && f < most { // NaN is neither
			return value.Int(int64(math.Round(f))), nil
		}
	case string:
		if n, ok := decimal(n, broken); ok {
			return value.Int(n), nil
		}
	}
	return bad()
}

// decimal reads `-1200.505` exactly, times unit, a power of ten, rounded half away from zero.
func decimal(s string, unit int64) (int64, bool) {
	s = strings.TrimSpace(s)
	negative := strings.HasPrefix(s, "-")
	s = strings.TrimLeft(s, "+-")
	front, back, _ := strings.Cut(s, ".")
	if front+back == "" || len(front) > 15 || strings.Trim(front+back, "0123456789") != "" {
		return 0, false
	}
	n := int64(0)
	if front != "" {
		n, _ = strconv.ParseInt(front, 10, 64)
	}
	n *= unit
	for i := range back {
		if unit /= 10; unit == 0 {
			if back[i] >= '5' {
				n++
			}
			break
		}
		n += int64(back[i]-'0') * unit
	}
	if negative {
		n = -n
	}
	return n, true
}

// asDay is the day of a column, at midnight UTC. A month's day is its first.
func asDay(x any) (time.Time, bool) {
	if n, ok := x.(int64); ok {
		x = strconv.FormatInt(n, 10)
	}
	switch x := x.(type) {
	case time.Time:
		return time.Date(x.Year(), x.Month(), x.Day(), 0, 0, 0, 0, time.UTC), true
	case string:
		for _, layout := range []string{time.DateOnly, "20060102", "2006-01", "200601"} {
			if d, err := time.Parse(layout, x[:min(len(x), len(layout))]); err == nil {
				return d, true
			}
		}
	}
	return time.Time{}, false
}

// fromRow is a row as a value of a type: a record by the columns' names, anything else by the first column.
func fromRow(t *types.Type, columns []string, row []any, zone *time.Location) (value.Value, error) {
	if t.Kind != types.RecordOf {
		return fromColumn(t, row[0], zone)
	}
	fields := make([]value.Value, len(t.Record.Fields))
	for i := range fields {
		fields[i] = value.Absent()
	}
	for i, c := range columns {
		f := t.Record.Field(c)
		if f == nil {
			continue
		}
		v, err := fromColumn(f.Type, row[i], zone)
		if err != nil {
			return v, fmt.Errorf("column %s: %w", c, err)
		}
		fields[f.Index] = v
	}
	return value.Record(fields...), nil
}
