package explore

import (
	"fmt"
	"strings"
)

// expr writes an expression of a kind over what is in scope.
func (w *writer) expr(kind string, s scope, deep int) string {
	var fits []string
	for _, v := range s.vars {
		// A secret where a text is wanted, or a number, is what the checker must find.
		if v.kind == kind || v.secret && kind == "text" && w.odd() {
			fits = append(fits, v.name)
		}
	}
	if len(fits) > 0 && w.chance(6) {
		return fits[w.rng.IntN(len(fits))]
	}
	if deep < 3 && w.chance(5) {
		if x := w.compound(kind, s, deep+1); x != "" {
			return x
		}
	}
	return w.literal(kind, s)
}

// held is a parameter that stands for a declared thing of a kind, where only a name may stand; otherwise what is given.
func (w *writer) held(kind string, s scope, otherwise string) string {
	var fits []string
	for _, v := range s.vars {
		if v.kind == kind {
			fits = append(fits, v.name)
		}
	}
	if len(fits) > 0 && w.chance(5) {
		return fits[w.rng.IntN(len(fits))]
	}
	return otherwise
}

func (w *writer) literal(kind string, s scope) string {
	switch kind {
	case "number":
		return w.one("0", "1", "2", "3", "7", "12.5", "100", "20%")
	case "money":
		return w.one("0元", "0.01元", "100元", "1200.50元", "500万元", "起点")
	case "yesno":
		return w.one("是", "否")
	case "date":
		return w.one("2026-10-01", "今天", "2026-12-31")
	case "text":
		return w.one(`"甲"`, `"增值税"`, "通话.编号", "通话.路径")
	case "phone":
		return w.one("来电号码", "通话.接入号", "值班")
	case "digits":
		return `"0409"`
	case "list":
		return w.one("[1, 2]", "[3]")
	case "secret":
		return `"123456"`
	case "queue":
		return w.one("综合咨询", "专家", "夜间")
	case "hours":
		return "大厅"
	case "mailbox":
		return "综合信箱"
	case "prompt":
		return w.one("欢迎词", "等待音乐")
	case "language":
		return w.one("中文", "英文")
	case "message":
		if len(s.vars) > 0 && w.odd() {
			return "回执(" + s.vars[w.rng.IntN(len(s.vars))].name + ")"
		}
		return w.one("回执(\"甲\")", "回执(通话.编号)")
	case "flow":
		for _, f := range w.flows {
			if len(f.params) == 0 && !f.returns() && !f.survey && w.chance(5) {
				return f.name
			}
		}
		return "主流程"
	}
	return "1"
}

// compound writes an expression made of others, "" where a kind has none.
func (w *writer) compound(kind string, s scope, deep int) string {
	e := func(kind string) string { return w.expr(kind, s, deep) }
	if kind != "prompt" && kind != "digits" && (kind != "secret" || w.odd()) && w.chance(2) {
		return fmt.Sprintf("(如果 %s 则 %s 否则 %s)", e("yesno"), e(kind), e(kind))
	}
	switch kind {
	case "number":
		switch w.rng.IntN(4) {
		case 0:
			return fmt.Sprintf("(%s %s %s)", e("number"), w.one("+", "-", "*", "/"), e("number"))
		case 1:
			return fmt.Sprintf("长度(%s)", e("text"))
		case 2:
			return fmt.Sprintf("数量(%s)", e("list"))
		}
		return fmt.Sprintf("最大([%s, %s])", e("number"), e("number"))
	case "money":
		return w.one(fmt.Sprintf("(%s %s %s)", e("money"), w.one("+", "-"), e("money")),
			fmt.Sprintf("(%s * %s)", e("money"), e("number")))
	case "yesno":
		switch w.rng.IntN(7) {
		case 0:
			return fmt.Sprintf("(%s %s %s)", e("number"), w.one("大于", "小于", "是", "不超过"), e("number"))
		case 1:
			return fmt.Sprintf("(%s %s %s)", e("yesno"), w.one("且", "或"), e("yesno"))
		case 2:
			return fmt.Sprintf("(%s 属于 黑名单)", e("phone"))
		case 3:
			return w.one("(公告 开启)", "(大厅 开放)", "(来电号码 为空)", "(上次金额 为空)", "(记下 不为空)")
		case 4:
			return fmt.Sprintf("(%s 是 %s)", e("text"), e("text"))
		case 5:
			return fmt.Sprintf("(非 %s)", e("yesno"))
		}
		return fmt.Sprintf("(%s 是手机)", e("phone"))
	case "date":
		return fmt.Sprintf("(%s + %s)", e("date"), w.one("1天", "30天"))
	case "text":
		switch w.rng.IntN(4) {
		case 0:
			return fmt.Sprintf("脱敏(%s)", e("text"))
		case 1:
			return fmt.Sprintf("连接([%s, %s], \"、\")", e("text"), e("text"))
		case 2:
			return "记下"
		}
		return `"乙{` + w.inHole(s) + `}"`
	case "list":
		return w.one(fmt.Sprintf("[%s, %s]", e("number"), e("number")), "[1, 2, 3]")
	}
	return ""
}

// hole is what stands in the braces of a sentence: nothing with quotation marks of its own.
func (w *writer) hole(s scope) string {
	kind := w.one("number", "money", "text", "phone", "yesno", "date")
	for range 4 {
		if x := w.expr(kind, s, 2); !strings.Contains(x, `"`) {
			if v := s.find(x); kind == "phone" && w.chance(3) && v != nil {
				return x + ":脱敏"
			}
			return x
		}
	}
	return w.one("今天", "1", "起点")
}

func (w *writer) inHole(s scope) string {
	for _, v := range s.vars {
		if v.secret && w.odd() {
			return v.name
		}
	}
	return w.hole(s)
}

func (s scope) find(name string) *variable {
	for i := range s.vars {
		if s.vars[i].name == name {
			return &s.vars[i]
		}
	}
	return nil
}
