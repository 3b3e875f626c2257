package library

import (
	"strings"

	"rexian/lang/diag"
)

// Signature says in both tongues how f is called and how it may end: its path, its parameters with their types, those
// that may be left out in brackets, its result, and its outcomes.
//
//	纳税人.核验(税号: 税号, 密码: 保密的数字) → 纳税人；结局：未找到、密码错误、锁定、不可用
func (f *Function) Signature() diag.Text {
	return diag.Text{Zh: f.signature(diag.Zh), En: f.signature(diag.En)}
}

func (f *Function) signature(tongue diag.Tongue) string {
	say := func(zh, en string) string { return diag.Text{Zh: zh, En: en}.In(tongue) }
	var b strings.Builder
	b.WriteString(f.Name().In(tongue))
	if f.Class != Value {
		b.WriteByte('(')
		for i, p := range f.Params {
			if i > 0 {
				b.WriteString(", ")
			}
			text := p.In(tongue)
			if p.Type != nil {
				text += ": " + p.Type.Describe().In(tongue)
			}
			if p.Optional {
				text = "[" + text + "]"
			}
			b.WriteString(text)
		}
		b.WriteByte(')')
	}
	if f.Result != nil {
		b.WriteString(" → " + f.Result.Describe().In(tongue))
	}
	if tags := f.AllOutcomes(); len(tags) > 0 {
		var names []string
		for _, tag := range tags {
			names = append(names, TagName(tag).In(tongue))
		}
		b.WriteString(say("；结局：", "; outcomes: ") + strings.Join(names, say("、", ", ")))
	}
	return b.String()
}

// Name is f's path in both tongues.
func (f *Function) Name() diag.Text {
	var zh, en []string
	for _, w := range f.Path {
		zh, en = append(zh, w.Zh), append(en, w.En)
	}
	return diag.Text{Zh: strings.Join(zh, "."), En: strings.Join(en, ".")}
}
