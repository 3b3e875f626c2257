package vm

import (
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"strings"
	"time"
	"unicode/utf8"

	"rexian/compiler/hours"
	"rexian/compiler/ident"
	"rexian/compiler/value"
	"rexian/number"
	"rexian/runtime/readout"
)

// builtin is a pure function of the language. It gets its arguments, absent where left out, and returns false
// on a fault.
type builtin struct {
	args int
	call func(m *Machine, a []Value) (Value, bool)
}

// builtins by the ids of compiler/library; round has a second one for money, whose unit differs.
var builtins = map[string]builtin{
	"count": {1, func(_ *Machine, a []Value) (Value, bool) {
		return Int(int64(len(a[0].Items())) * million), isList(a[0])
	}},
	"sum":             {1, sum},
	"average":         {1, average},
	"first":           {1, func(_ *Machine, a []Value) (Value, bool) { return item(a[0], 0) }},
	"last":            {1, func(_ *Machine, a []Value) (Value, bool) { return item(a[0], len(a[0].Items())-1) }},
	"max":             {2, func(_ *Machine, a []Value) (Value, bool) { return extreme(a, 1) }},
	"min":             {2, func(_ *Machine, a []Value) (Value, bool) { return extreme(a, -1) }},
	"round":           {2, func(_ *Machine, a []Value) (Value, bool) { return round(a, 6) }},
	"round.money":     {2, func(_ *Machine, a []Value) (Value, bool) { return round(a, 2) }},
	"days_between":    {2, daysBetween},
	"add_workdays":    {2, addWorkdays},
	"filing.deadline": {1, deadline},
	"filing.late_fee": {3, lateFee},
	"length": {1, func(_ *Machine, a []Value) (Value, bool) {
		return Int(int64(utf8.RuneCountInString(a[0].Str())) * million), !a[0].IsAbsent()
	}},
	"join": {2, join},
	"mask": {1, mask},
	"weekday": {1, func(_ *Machine, a []Value) (Value, bool) {
		return Int((floorMod(a[0].N+3, 7) + 1) * million), !a[0].IsAbsent() // 1970-01-01 was a Thursday
	}},
	"time_of_day": {1, func(m *Machine, a []Value) (Value, bool) {
		at := time.UnixMilli(a[0].N).In(m.im.zone)
		return Int(int64(at.Hour()*3600 + at.Minute()*60 + at.Second())), !a[0].IsAbsent()
	}},
	"starts_with": {2, func(_ *Machine, a []Value) (Value, bool) {
		return Bool(strings.HasPrefix(a[0].Str(), a[1].Str())), !a[0].IsAbsent() && !a[1].IsAbsent()
	}},
	"area_code": {1, areaCode},
	"share":     {2, share},
}

func floorMod(n, by int64) int64 { return (n%by + by) % by }

// areaCode is the area code of a landline, absent for all other numbers.
func areaCode(_ *Machine, a []Value) (Value, bool) {
	if code := number.AreaCode(a[0].Str()); code != "" {
		return Text(code), true
	}
	return Absent(), true
}

// share tells whether the caller falls into a part of all callers: by the number, so that one who calls again finds the
// same, or by the call where none is shown. The name of the split is mixed in, so that splits do not go together.
func share(m *Machine, a []Value) (Value, bool) {
	if a[0].IsAbsent() || a[0].N < 0 || a[0].N > million {
		return Value{}, false
	}
	who := m.Call.Caller
	if who == "" {
		who = m.Call.ID
	}
	sum := sha256.Sum256([]byte(a[1].Str() + "\x00" + who))
	return Bool(int64(binary.BigEndian.Uint64(sum[:])%million) < a[0].N), true
}

func isList(v Value) bool { return v.P != nil && v.P.Kind == ListObject }

func item(v Value, i int) (Value, bool) {
	if items := v.Items(); i >= 0 && i < len(items) {
		return items[i], true
	}
	return Absent(), isList(v)
}

func sum(_ *Machine, a []Value) (Value, bool) {
	var n int64
	for _, v := range a[0].Items() {
		if n += v.N; v.IsAbsent() || outside(n, numberLimit) {
			return Value{}, false
		}
	}
	return Int(n), isList(a[0])
}

func average(m *Machine, a []Value) (Value, bool) {
	total, ok := sum(m, a)
	if !ok || len(a[0].Items()) == 0 {
		return Value{}, false
	}
	var v Value
	ok = rounded(&v, total.N, 1, int64(len(a[0].Items())), numberLimit)
	return v, ok
}

// extreme is the greatest (way 1) or least (-1) of a list or of two values.
func extreme(a []Value, way int64) (Value, bool) {
	items := a[:2]
	if isList(a[0]) {
		items = a[0].Items()
	}
	best, found := Absent(), false
	for _, v := range items {
		if v.IsAbsent() {
			if isList(a[0]) {
				return v, false
			}
			continue
		}
		if !found || v.N*way > best.N*way {
			best, found = v, true
		}
	}
	return best, found || isList(a[0])
}

// round rounds half away from zero to places after the point, of a value with digits places in its unit.
func round(a []Value, digits int64) (Value, bool) {
	places := int64(0)
	if !a[1].IsAbsent() {
		places = a[1].N / million
	}
	if a[0].IsAbsent() || places < 0 {
		return Value{}, false
	}
	unit := int64(1)
	for i := places; i < digits; i++ {
		unit *= 10
	}
	var v Value
	if !rounded(&v, a[0].N, 1, unit, numberLimit) {
		return v, false
	}
	n := new(big.Int).Mul(big.NewInt(v.N), big.NewInt(unit))
	return Int(n.Int64()), n.IsInt64() && !outside(n.Int64(), numberLimit)
}

func daysBetween(_ *Machine, a []Value) (Value, bool) {
	n := hours.DaysBetween(hours.Date(a[0].N), hours.Date(a[1].N))
	return Int(n * dayMillis), !a[0].IsAbsent() && !a[1].IsAbsent() && !outside(n, intLimit/dayMillis)
}

// calendar is the working year that deadlines are reckoned by. A program that counts working days has one: the compiler
// sees to it.
func (m *Machine) calendar() *hours.Calendar {
	if i := int(m.prog.Calendar); i >= 0 && i < len(m.prog.Calendars) {
		return &m.prog.Calendars[i]
	}
	return &hours.Calendar{}
}

func addWorkdays(m *Machine, a []Value) (Value, bool) {
	if a[0].IsAbsent() || a[1].IsAbsent() || a[1].N%million != 0 {
		return Value{}, false
	}
	d, err := hours.AddWorkdays(m.calendar(), hours.Date(a[0].N), a[1].N/million)
	return Int(int64(d)), err == nil
}

func deadline(m *Machine, a []Value) (Value, bool) {
	if a[0].IsAbsent() {
		return Value{}, false
	}
	d, err := hours.DeadlineOfMonth(m.calendar(), a[0].N)
	return Int(int64(d)), err == nil
}

func lateFee(_ *Machine, a []Value) (Value, bool) {
	if a[0].IsAbsent() || a[1].IsAbsent() || a[2].IsAbsent() {
		return Value{}, false
	}
	fee, err := hours.LateFeeBetween(a[0].N, hours.Date(a[1].N), hours.Date(a[2].N), false)
	return Int(fee), err == nil && !outside(fee, moneyLimit)
}

func join(_ *Machine, a []Value) (Value, bool) {
	between := "、"
	if !a[1].IsAbsent() {
		between = a[1].Str()
	}
	var parts []string
	long := 0
	for _, v := range a[0].Items() {
		if long += len(v.Str()) + len(between); v.IsAbsent() || long > value.MaxText {
			return Value{}, false
		}
		parts = append(parts, v.Str())
	}
	return Text(strings.Join(parts, between)), isList(a[0])
}

func mask(m *Machine, a []Value) (Value, bool) {
	v := readout.Value{Kind: readout.Text, S: a[0].Str()}
	if _, _, fault := ident.Phone(v.S); fault == ident.OK {
		v.Kind = readout.Phone
	} else if _, _, fault := ident.TaxpayerID(v.S); fault == ident.OK {
		v.Kind = readout.TaxpayerID
	}
	return Text(readout.Write(m.Lang, v, readout.Masked, readout.Context{})), !a[0].IsAbsent()
}

// world is a value of the call or of the clock.
func (m *Machine) world(id string) (Value, bool) {
	known := func(s string) (Value, bool) {
		if s == "" {
			return Absent(), true
		}
		return Text(s), true
	}
	local := time.UnixMilli(m.Now).In(m.im.zone)
	y, mo, d := local.Date()
	month := int64(y)*12 + int64(mo) - 1
	switch id {
	case "caller":
		return known(m.Call.Caller)
	case "call.number":
		return known(m.Call.Number)
	case "call.id":
		return known(m.Call.ID)
	case "call.agent":
		return known(m.Agent)
	case "call.path":
		names := make([]string, len(m.Path))
		for i, f := range m.Path {
			names[i] = m.prog.Funcs[f].Name
		}
		return Text(strings.Join(names, " > ")), true
	case "now":
		return Int(m.Now), true
	case "today":
		return Int(int64(hours.DateOf(y, mo, d))), true
	case "this_month":
		return Int(month), true
	case "last_month":
		return Int(month - 1), true
	case "next_month":
		return Int(month + 1), true
	}
	return Value{}, false
}
