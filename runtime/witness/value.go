package witness

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rexian/compiler/check"
	"rexian/compiler/hours"
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/runtime/readout"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// literal is a value and how a test writes it.
type literal struct {
	text  string
	value vm.Value
}

var (
	absent = literal{"无", vm.Absent()}
	yes    = literal{"是", vm.Bool(true)}
	no     = literal{"否", vm.Bool(false)}
)

// shape is what of a value that the world gives can be chosen: how many items a list has, and single fields.
type shape struct {
	items  int
	whole  *literal           // instead of what its type stands for
	fields map[string]literal // by the field's English id, of every item
}

func (s shape) with(field string, l literal) shape {
	n := shape{items: s.items, whole: s.whole, fields: map[string]literal{}}
	for k, v := range s.fields {
		n.fields[k] = v
	}
	if field == "" {
		n.whole = &l
	} else {
		n.fields[field] = l
	}
	return n
}

// make makes a value of a type.
func (s shape) make(t *types.Type) literal {
	if s.whole != nil {
		return *s.whole
	}
	switch t.Kind {
	case types.ListOf:
		one := s.make(t.Elem)
		text := make([]string, s.items)
		values := make([]vm.Value, s.items)
		for i := range s.items {
			text[i], values[i] = one.text, one.value
		}
		return literal{"[" + strings.Join(text, ", ") + "]", vm.List(values...)}
	case types.RecordOf:
		var text []string
		values := make([]vm.Value, len(t.Record.Fields))
		for i, f := range t.Record.Fields {
			l, chosen := s.fields[f.ID]
			if !chosen {
				l = shape{items: 1}.make(f.Type)
			}
			values[i] = l.value
			if !l.value.IsAbsent() {
				text = append(text, f.Name.Zh+": "+l.text)
			}
		}
		return literal{"{" + strings.Join(text, ", ") + "}", vm.Record(values...)}
	}
	return plain(t)
}

// plain is an ordinary value of a type without parts.
func plain(t *types.Type) literal {
	switch t.Kind {
	case types.YesNo:
		return yes
	case types.Number:
		return number(t.Kind, 3_000_000)
	case types.Money:
		return number(t.Kind, 100_00)
	case types.Date:
		return number(t.Kind, 20_742) // 2026-10-16
	case types.Month:
		return number(t.Kind, 2026*12+8)
	case types.Time:
		return number(t.Kind, 10*3600)
	case types.Moment:
		return number(t.Kind, 1_792_116_000_000)
	case types.Duration:
		return number(t.Kind, 60_000)
	case types.Digits:
		n := 4
		if t.Min > 0 {
			n = t.Min
		}
		return text("1234567890123456789012345678901234567890"[:min(n, 40)])
	case types.Phone:
		return text("13800138000")
	case types.TaxpayerID:
		return text("913701001000000409")
	case types.ResidentID:
		return text("110101199003070011")
	case types.Tag:
		if len(t.Tags) > 0 {
			return tag(t.Tags[0])
		}
	case types.Language:
		return literal{"中文", vm.Text("zh")}
	}
	return text("测试")
}

func text(s string) literal { return literal{strconv.Quote(s), vm.Text(s)} }

func tag(id string) literal { return literal{library.TagName(id).Zh, vm.Text(id)} }

// Literal is a value that is held as a number as a test writes it; a moment in UTC.
func Literal(k types.Kind, n int64) string { return number(k, n).text }

// number writes a value that is held as a number.
func number(k types.Kind, n int64) literal {
	v := vm.Int(n)
	switch k {
	case types.YesNo:
		if n != 0 {
			return yes
		}
		return no
	case types.Number:
		return literal{decimal(n, 6), v}
	case types.Money:
		return literal{decimal(n, 2) + "元", v}
	case types.Date:
		y, m, d := hours.Date(n).Civil()
		return literal{fmt.Sprintf("%04d-%02d-%02d", y, m, d), v}
	case types.Month:
		return literal{fmt.Sprintf("%04d-%02d", n/12, n%12+1), v}
	case types.Time:
		return literal{fmt.Sprintf("%02d:%02d", n/3600, n/60%60), v}
	case types.Moment:
		y, m, d := hours.Date(n / 86_400_000).Civil()
		return literal{fmt.Sprintf("%04d-%02d-%02d %02d:%02d", y, m, d, n/3_600_000%24, n/60_000%60), v}
	case types.Duration:
		return literal{strconv.FormatInt(n/1000, 10) + "秒", v}
	}
	return literal{readout.Write("zh", session.Value(k.String(), v), readout.Default, readout.Context{}), v}
}

// decimal writes an exact number with so many places behind the point, none of them a zero at the end.
func decimal(n int64, places int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := fmt.Sprintf("%0*d", places+1, n)
	whole, rest := s[:len(s)-places], strings.TrimRight(s[len(s)-places:], "0")
	if rest != "" {
		whole += "." + rest
	}
	return sign + whole
}

// around lists values of a type at which a comparison with some constants may turn.
func around(t *types.Type, consts []check.Const) (list []literal) {
	add := func(l literal) {
		if !slices.ContainsFunc(list, func(m literal) bool { return m.text == l.text }) {
			list = append(list, l)
		}
	}
	step := map[types.Kind]int64{types.Number: 1_000_000, types.Money: 1, types.Date: 1, types.Month: 1, types.Time: 60,
		types.Moment: 60_000, types.Duration: 1_000}[t.Kind]
	for _, c := range consts {
		switch {
		case c.None || c.Type == nil:
		case step > 0 && c.S == "" && c.Type.Kind == t.Kind:
			for _, n := range []int64{c.N, c.N - step, c.N + step} {
				add(number(t.Kind, n))
			}
		case c.S != "" && t.Kind != types.YesNo && step == 0:
			add(text(c.S))
		}
	}
	switch t.Kind {
	case types.YesNo:
		add(yes)
		add(no)
	case types.Tag:
		for _, id := range t.Tags {
			add(tag(id))
		}
	case types.Number, types.Money:
		add(number(t.Kind, 0))
		add(number(t.Kind, 1_000_000_000))
	}
	if t.Kind != types.ListOf && t.Kind != types.RecordOf {
		add(plain(t))
	}
	add(absent)
	return list
}
