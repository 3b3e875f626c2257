package check

import (
	"slices"
	"strings"
	"unicode/utf8"

	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// This file says how to mend what has a name or a type and does not fit, where one thing is likely to be meant.

// aliases are words that people use for a name of the library.
var aliases = map[string][]string{
	"超时": {"没按键", "无人接听"}, "无输入": {"没按键"}, "没输入": {"没按键"}, "不按": {"没按键"}, "没有按键": {"没按键"}, "timeout": {"noinput"},
	"输错": {"按错"}, "输入错误": {"按错"}, "错误": {"按错"}, "查不到": {"未找到"}, "没找到": {"未找到"}, "找不到": {"未找到"},
	"不存在": {"未找到"}, "没人接": {"无人接听"}, "无人接": {"无人接听"}, "没接": {"无人接听"}, "忙线": {"占线"}, "忙音": {"占线"}, "忙": {"占线"},
	"轮流": {"循环"}, "轮询": {"循环"}, "钱": {"金额"}, "字符串": {"文本"}, "文字": {"文本"}, "整数": {"数值"}, "名字": {"名称"},
	"姓名": {"名称"}, "号码": {"电话"}, "满员": {"已满"}, "排满": {"已满"},
}

// change is the fix that writes something else at a place of the file.
func (c *checker) change(at diag.Span, to string) diag.Fix {
	return diag.Fix{Title: diag.Text{Zh: "改为“" + to + "”", En: "change it to " + to},
		Edits: []diag.Edit{{File: c.file, Span: at, New: to}}}
}

func (c *checker) written(at diag.Span) string { return c.texts[c.file][at.Start:at.End] }

// split finds a known name at the head of one that is not known, with the field or the state that is glued to it:
// 户的名称, 人工服务开放. "" if there is none.
func (c *checker) split(text string) string {
	for i := len(text) - 1; i > 0; i-- {
		if !utf8.RuneStart(text[i]) || c.symbol(text[:i]) == nil {
			continue
		}
		rest := text[i:]
		if field, ok := strings.CutPrefix(rest, "的"); ok && field != "" {
			return text[:i] + "." + field
		}
		if w := words.Lookup(rest); w != nil && slices.ContainsFunc(w.Senses, func(s words.Sense) bool {
			return strings.HasPrefix(s.Keyword.ID, "is ") && len(s.Rest) == 0
		}) {
			return text[:i] + " " + rest
		}
	}
	return ""
}

// mendValue says how to mend a value of another type than is wanted: a number that is one of telephones, a queue that
// is no telephone.
func (c *checker) mendValue(d *diag.Diagnostic, e ast.Expr, t, want *types.Type) {
	at := e.Span()
	switch n, isNumber := e.(*ast.NumberLit); {
	case isNumber && n.Unit == "" && want.IsText() && !strings.ContainsAny(c.written(at), ". "):
		*d = d.WithFix(c.change(at, `"`+c.written(at)+`"`))
	case t.Kind == types.Queue && want.Kind == types.Phone:
		before := strings.TrimRight(c.texts[c.file][:at.Start], " \t")
		for word, own := range map[string]string{"转接": "排队", "transfer": "enqueue"} {
			if strings.HasSuffix(before, word) {
				*d = d.WithFix(c.change(diag.Span{Start: len(before) - len(word), End: len(before)}, own))
			}
		}
	}
}

// mendSpoken puts a value that is to be spoken into words.
func (c *checker) mendSpoken(d *diag.Diagnostic, r *ast.Ref, t *types.Type) {
	switch t.Kind {
	case types.Number, types.Money, types.Date, types.Month, types.Time, types.Moment, types.Duration, types.YesNo,
		types.Language:
		*d = d.WithFix(c.change(r.Span(), `"{`+c.written(r.Span())+`}"`))
	}
}

// mendCompared takes the quotes off a figure that a number is compared with.
func (c *checker) mendCompared(d *diag.Diagnostic, x, y ast.Expr, t *types.Type) {
	s, ok := y.(*ast.StringLit)
	if !ok {
		if s, ok = x.(*ast.StringLit); !ok {
			return
		}
	}
	text, whole := s.Plain()
	if whole && text != "" && t.Kind == types.Number && strings.Trim(text, "0123456789") == "" {
		*d = d.WithFix(c.change(s.Span(), text))
	}
}

// mendAlternative repeats what is compared before a value that stands by itself behind `or`: 户数 是 1 或 2.
func (c *checker) mendAlternative(e *ast.Binary, before int) {
	if len(c.diags) != before+1 || c.diags[before].Code != "RX2101" || c.diags[before].Span != e.Y.Span() {
		return
	}
	x, ok := e.X.(*ast.Binary)
	for ok && x.Op == words.Or {
		x, ok = x.Y.(*ast.Binary)
	}
	if !ok || x.Op != words.Is || !isLiteral(e.Y) {
		return
	}
	start := diag.Span{Start: x.X.Span().Start, End: x.Y.Span().Start}
	at := diag.Span{Start: e.Y.Span().Start, End: e.Y.Span().Start}
	c.diags[before] = c.diags[before].WithFix(c.change(at, c.written(start)))
}

// equalsForColon finds the parameter that an argument names with = instead of a colon, -1 if it does not, and reports
// it.
func (c *checker) equalsForColon(a *ast.Arg, index func(name string) int) (i int, value ast.Expr) {
	b, ok := a.Value.(*ast.Binary)
	if !ok || a.Name != nil || b.Op != words.Is {
		return -1, nil
	}
	r, ok := b.X.(*ast.Ref)
	if !ok || len(r.Tail) > 0 || r.Name == nil || c.symbol(r.Name.Text) != nil {
		return -1, nil
	}
	if i = index(r.Name.Text); i < 0 {
		return -1, nil
	}
	sign := diag.Span{Start: r.Span().End, End: b.Y.Span().Start}
	if strings.TrimSpace(c.written(sign)) != "=" && strings.TrimSpace(c.written(sign)) != "＝" {
		return -1, nil
	}
	d := c.report("RX1026", sign, strings.TrimSpace(c.written(sign)), ":")
	*d = d.WithFix(c.change(sign, ": "))
	return i, b.Y
}

// longest tells whether a figure stands behind 最长, where minutes are as likely as seconds.
func (c *checker) longest(e ast.Expr) bool {
	before := strings.TrimRight(c.texts[c.file][:e.Span().Start], " \t")
	return strings.HasSuffix(before, "最长") || strings.HasSuffix(before, "longest")
}

// mendTransfer puts goto for the transfer to a flow: 转接 人工(综合咨询) 否则 挂机. A flow takes nothing behind it.
func (c *checker) mendTransfer(s *ast.Transfer, before int) {
	r, ok := s.Number.(*ast.Ref)
	if !ok || r.Name == nil || len(c.diags) != before+1 || c.diags[before].Fix != nil {
		return
	}
	target := c.symbol(r.Name.Text)
	if target == nil || target.Kind != Flow {
		return
	}
	fix := c.change(diag.Span{Start: s.Span().Start, End: r.Span().Start}, c.wordAt(s.Span().Start, "转到 ", "goto "))
	fix.Edits = append(fix.Edits, diag.Edit{File: c.file, Span: diag.Span{Start: r.Span().End, End: s.Span().End}})
	c.diags[before] = c.diags[before].WithFix(fix)
}
