package meaning

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rexian/compiler/bundle"
	"rexian/compiler/hours"
	"rexian/compiler/ident"
	"rexian/compiler/library"
	"rexian/compiler/types"
)

// about are the facts that compare a term with what is known.
func (s *script) about(t *term) (is *term, not []*term, in span) {
	in = span{-unbounded, unbounded}
	for _, f := range s.facts {
		g := f.t
		if (g.op == opEqN || g.op == opEqS) && g.args[0] == t && g.args[1].known() {
			if f.yes {
				is = g.args[1]
			} else {
				not = append(not, g.args[1])
			}
		}
		if g.op == opLess || g.op == opMost {
			one := (&facts{t: g, yes: f.yes}).bounds(t)
			in.low, in.high = max(in.low, one.low), min(in.high, one.high)
			in = s.beside(f, t, in)
		}
	}
	return is, not, in
}

// beside narrows the numbers that a term may be by a comparison with another that has its number already.
func (s *script) beside(f *facts, t *term, in span) span {
	x, y := f.t.args[0], f.t.args[1]
	apart := truth(f.t.op == opLess) // yes: x + apart ≤ y
	if !f.yes {                      // y + apart ≤ x
		x, y, apart = y, x, 1-apart
	}
	if n, known := s.chosen[x]; known && y == t {
		in.low = max(in.low, n+apart)
	}
	if n, known := s.chosen[y]; known && x == t {
		in.high = min(in.high, n-apart)
	}
	return in
}

// choose is a number near another that the facts about a term allow, in steps of unit.
func (s *script) choose(t *term, near, unit int64) int64 {
	if n, known := s.solved[t]; known {
		s.chosen[t] = n
		return n
	}
	s.today()
	is, not, in := s.about(t)
	if is != nil {
		s.chosen[t] = is.n
		return is.n
	}
	n := near
	if n > in.high {
		n = in.high - ((in.high%unit)+unit)%unit
	}
	if n < in.low {
		n = in.low + ((-in.low%unit)+unit)%unit
	}
	for slices.ContainsFunc(not, func(k *term) bool { return k.n == n }) {
		n += unit
	}
	s.chosen[t] = n
	return n
}

// today has the dates that are compared with the day of the call fit it.
func (s *script) today() {
	day, err := time.Parse(time.DateOnly, s.when[:min(len(s.when), len(time.DateOnly))])
	if err != nil {
		return
	}
	for _, f := range s.facts {
		for _, a := range f.t.args {
			if a.op == opWorld && a.s == "today" {
				s.chosen[a] = day.Unix() / 86400
			}
		}
	}
}

// literal is a value of a type, as the language writes it, of which the facts about a term hold.
func (s *script) literal(t *types.Type, v *term) string {
	is, not, _ := s.about(v)
	text := func(near string) string {
		if is != nil {
			return is.s
		}
		for slices.ContainsFunc(not, func(k *term) bool { return k.s == near }) {
			near += "1"
		}
		return near
	}
	switch t.Kind {
	case types.Number:
		return decimal(s.choose(v, 2_000_000, 1_000_000), 1_000_000)
	case types.Money:
		near := int64(120_050)
		if v.op == opField {
			near += 1_000 * v.n
		}
		return decimal(s.choose(v, near, 100), 100) + "元"
	case types.YesNo:
		yes, known := s.fact(v)
		if !known {
			yes = true
		}
		return map[bool]string{true: "是", false: "否"}[yes]
	case types.Date:
		return hours.Date(s.choose(v, 20_742, 1)).String()
	case types.Moment:
		return "2026-10-12 09:30"
	case types.Time:
		return "08:30"
	case types.Month:
		n := s.choose(v, 2026*12+8, 1)
		return fmt.Sprintf("%04d-%02d", n/12, n%12+1)
	case types.Duration:
		return strconv.FormatInt(s.choose(v, 60_000, 1000)/1000, 10) + "秒"
	case types.Workdays, types.Months:
		return strconv.FormatInt(s.choose(v, 3_000_000, 1_000_000)/1_000_000, 10) +
			map[bool]string{true: "工作日", false: "个月"}[t.Kind == types.Workdays]
	case types.Phone:
		return strconv.Quote(text(caller))
	case types.TaxpayerID:
		return strconv.Quote(text("913701001000000409"))
	case types.ResidentID:
		return strconv.Quote(text("11010519491231002X"))
	case types.Digits:
		return strconv.Quote(text(strings.Repeat("1", max(t.Min, 4))))
	case types.Tag:
		tag := text(t.Tags[0])
		return library.TagName(tag).Zh
	case types.ListOf:
		return s.list(t, v)
	case types.RecordOf:
		return s.record(t, v)
	}
	return strconv.Quote(text(s.field + "样例")) // two fields are never alike
}

// list is a list with as many items as the facts ask for.
func (s *script) list(t *types.Type, v *term) string {
	n := int64(1)
	if yes, known := s.fact(s.x.of(opEmpty, 0, "", v)); known && yes {
		return "[]"
	}
	for _, f := range s.facts {
		if f.t.op == opHas && f.t.args[0] == v && f.yes {
			n = max(n, f.t.n+1)
		}
	}
	if count := s.x.of("call:count", 0, "", v); n > 0 {
		n = max(n, min(s.choose(count, n*1_000_000, 1_000_000)/1_000_000, 20))
	}
	for _, f := range s.facts {
		if f.t.op == opHas && f.t.args[0] == v && !f.yes {
			n = min(n, f.t.n)
		}
	}
	var items []string
	for i := range n {
		item := s.x.of(opItem, i, "", v)
		if first := s.x.of("call:first", 0, "", v); i == 0 {
			for _, f := range s.facts {
				if mentions(f.t, first) {
					item = first
				}
			}
		}
		items = append(items, s.literal(t.Elem, item))
	}
	return "[" + strings.Join(items, ", ") + "]"
}

func mentions(t, part *term) bool {
	return t == part || slices.ContainsFunc(t.args, func(a *term) bool { return mentions(a, part) })
}

// record is a record without the fields that must be absent.
func (s *script) record(t *types.Type, v *term) string {
	var fields []string
	for _, f := range t.Record.Fields {
		field := s.x.of(opField, int64(f.Index), "", v)
		gone, _ := s.fact(s.x.of(opNone, 0, "", field))
		empty, _ := s.fact(s.x.of(opEmpty, 0, "", field))
		if gone || empty {
			continue
		}
		s.field = f.Name.Zh
		fields = append(fields, f.Name.Zh+": "+s.literal(f.Type, field))
		s.field = ""
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// decimal writes a number of parts of a unit.
func decimal(n, unit int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	text := sign + strconv.FormatInt(n/unit, 10)
	if rest := n % unit; rest != 0 {
		digits := strconv.FormatInt(unit+rest, 10)[1:]
		text += "." + strings.TrimRight(digits, "0")
	}
	return text
}

// keys are what a caller keys for a value of which the facts hold.
func (s *script) keys(t *term) string {
	var q *bundle.Question
	for _, n := range s.chain {
		if n.epoch == t.epoch && n.newIn != nil && n.newIn.wait != nil && collects(n.newIn) {
			q = &s.x.new.prog.Questions[n.newIn.wait.site.Index]
		}
	}
	if q == nil {
		return "1"
	}
	keys := s.spelt(q, t)
	_, most := q.Field.Lengths()
	if q.MaxLen > 0 {
		most = int(q.MaxLen)
	}
	if len(keys) < most && q.EndKey != 0 {
		keys += string(q.EndKey)
	}
	return keys
}

func (s *script) spelt(q *bundle.Question, t *term) string {
	is, not, _ := s.about(t)
	yes, known := s.fact(t)
	refused := func(v string) bool { return slices.ContainsFunc(not, func(k *term) bool { return k.s == v }) }
	if is != nil && is.op == opText {
		return is.s
	}
	switch q.Field {
	case ident.YesNo:
		return map[bool]string{true: "1", false: "2"}[yes || !known]
	case ident.Number, ident.Scale:
		return strings.ReplaceAll(decimal(s.choose(t, s.low(q, t, 1_000_000), 1_000_000), 1_000_000), ".", "*")
	case ident.Money:
		return strings.ReplaceAll(decimal(s.choose(t, s.low(q, t, 10_000), 100), 100), ".", "*")
	case ident.DateOf:
		return strings.ReplaceAll(hours.Date(s.choose(t, 20_742, 1)).String(), "-", "")
	case ident.MonthOf:
		n := s.choose(t, 2026*12+8, 1)
		return fmt.Sprintf("%04d%02d", n/12, n%12+1)
	case ident.TimeOf:
		return "0830"
	case ident.PhoneOf:
		if mobile, known := s.fact(s.x.of("mobile", 0, "", t)); known && !mobile {
			return landline
		}
		return "13900139000"
	case ident.TaxpayerOf:
		return "913701001000000409"
	case ident.ResidentOf:
		return "11010519491231002*"
	}
	for _, key := range rowKeys(s.x.new.prog, q) {
		if !refused(key) {
			return key
		}
	}
	if v, ok := s.inTable(q, t); ok {
		return v
	}
	n := max(int(q.MinLen), 1)
	for d := '1'; d <= '9'; d++ {
		if v := strings.Repeat(string(d), n); !refused(v) {
			return v
		}
	}
	return strings.Repeat("1", n)
}

// low is a number that a question with a range takes.
func (s *script) low(q *bundle.Question, t *term, near int64) int64 {
	for _, n := range s.chain {
		if n.epoch == t.epoch && n.newIn != nil && collects(n.newIn) && q.Ranged {
			if a := n.newIn.wait.args; a[3].op == opNumber && a[4].op == opNumber {
				return min(max(near, a[3].n), a[4].n)
			}
		}
	}
	return near
}

// inTable is a key of a table, or one that is none, as the call found it.
func (s *script) inTable(q *bundle.Question, t *term) (string, bool) {
	for _, n := range s.chain {
		if n.newIn == nil || n.newIn.wait == nil || n.newIn.wait.site.Name != "table" || n.newIn.wait.args[0] != t {
			continue
		}
		table := &s.x.new.prog.Tables[n.newIn.wait.site.Index]
		has := func(key string) bool {
			return slices.ContainsFunc(table.Rows, func(r []bundle.Const) bool { return r[0].S == key })
		}
		if n.event.kind == answers && len(table.Rows) > 0 {
			return table.Rows[0][0].S, true
		}
		for digit := '9'; digit >= '0'; digit-- { // of as many digits as are asked for
			if key := strings.Repeat(string(digit), max(int(q.MinLen), 1)); !has(key) {
				return key, true
			}
		}
	}
	return "", false
}
