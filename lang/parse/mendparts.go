package parse

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/token"
	"rexian/lang/words"
)

// touch tells whether the word before a place ends where a digit begins, so that nothing need part them.
func (r *reader) touch(at diag.Span) bool {
	for k := r.i; k >= 0; k-- {
		if t := &r.tokens[k]; t.Span.End == at.Start {
			return t.Word != nil && t.Word.Touch
		}
	}
	return false
}

// colonForEquals reports a colon where a value is given, 附带 次数：几, and a type that is not written there, 设 几: 数值
// = 1.
func (r *reader) colonForEquals() {
	t := r.tok()
	if r.ahead(1).Kind == token.Word && r.ahead(2).Kind == token.Eq {
		at := t.Span.Join(r.ahead(1).Span)
		r.fail("RX1022", t.Span, diag.Text{Zh: "“=”", En: "`=`"}, r.raw(t)).Fix = r.delete(at)
		return
	}
	r.fail("RX1026", t.Span, r.raw(t), "=").Fix = r.replace(t.Span, " = ")
}

// stateBehind reports `is` or = before a state, and `is not` before one that has an opposite: 人工服务 是 开放.
func (r *reader) stateBehind(at int, not bool) bool {
	t := r.tok()
	if t.Kind != token.Word || t.Word == nil || r.ahead(1).Kind == token.LParen || r.inHole {
		return false
	}
	opposite := map[string]string{words.IsOpen: words.IsClosed, words.IsOn: words.IsOff, words.IsOff: words.IsOn}
	for _, s := range t.Word.Senses {
		id := s.Keyword.ID
		if opposite[id] == "" || t.Text[0] < utf8.RuneSelf || len(s.Rest) > 0 {
			continue
		}
		if not {
			id = opposite[id]
		}
		want := words.ByID(words.Contextual, id).Chinese[0]
		from := r.tokens[at].Span
		span := from.Join(t.Span)
		r.fail("RX1026", span, r.src[span.Start:span.End], want).Fix = r.replace(span, want)
		return true
	}
	return false
}

// amongList reads 在黑名单中 as 属于 黑名单; "" if that is not meant.
func (r *reader) amongList(t *token.Token) string {
	relation := "属于 "
	rest, ok := strings.CutPrefix(t.Text, "在")
	if !ok {
		if rest, ok = strings.CutPrefix(t.Text, "不在"); !ok {
			return ""
		}
		relation = "不属于 "
	}
	for _, end := range []string{"之中", "中", "里面", "里", "内"} {
		if list, ok := strings.CutSuffix(rest, end); ok && list != "" {
			return relation + list
		}
	}
	return ""
}

// pressed reports 如果按1 in a menu: an option begins with the key.
func (r *reader) pressed(p *place) bool {
	t := r.tok()
	if !p.has(words.Press) {
		return false
	}
	for _, lead := range []string{"如果按", "假如按", "要是按", "当按"} {
		if rest, ok := strings.CutPrefix(t.Text, lead); ok {
			r.fail("RX1026", t.Span, t.Text, "按"+rest).Fix = r.replace(t.Span, "按"+rest)
			return true
		}
	}
	return false
}

// otherDays are words for days that are no spelling of ours.
var otherDays = map[string]string{"每日": "每天", "天天": "每天", "平日": "工作日", "平时": "工作日",
	"双休日": "周末", "星期天": "周日",
	"礼拜天": "周日", "礼拜日": "周日", "礼拜一": "周一", "礼拜二": "周二", "礼拜三": "周三",
	"礼拜四": "周四", "礼拜五": "周五",
	"礼拜六": "周六", "周天": "周日"}

// dayMeant reports a day by another word, and two that are glued by 到: 周一到周五.
func (r *reader) dayMeant(p *place) bool {
	t := r.tok()
	if p != hoursPlace {
		return false
	}
	want := otherDays[t.Text]
	if from, to, ok := strings.Cut(t.Text, "到"); ok && want == "" && isDayWord(from) && isDayWord(to) {
		want = from + "至" + to
	}
	if want == "" {
		return false
	}
	r.fail("RX1026", t.Span, t.Text, want).Fix = r.replace(t.Span, want)
	return true
}

func isDayWord(text string) bool {
	w := words.Lookup(text)
	return w != nil && len(w.Of(words.Day)) > 0
}

// andForComma reports 和 between two spans, and passes it.
func (r *reader) andForComma() bool {
	t := r.tok()
	if t.Kind != token.Word || !slices.Contains([]string{"和", "及", "与", words.And}, t.Text) ||
		r.ahead(1).Kind != token.Time {
		return false
	}
	r.report("RX1026", t.Span, t.Text, ",").Fix = r.replace(t.Span, ",")
	r.advance()
	return true
}

// mendTime mends 上午8:30, 下午5点 where a time is wanted, and 24小时 where spans are.
func (r *reader) mendTime(d *diag.Diagnostic) {
	t, colon, minute := r.ahead0(0), r.ahead0(1), r.ahead0(2)
	if !mendable(d) {
		return
	}
	if t.Text == "全天" || t.Kind == token.Number && t.Text == "24" && colon.Kind == token.Unit {
		at := t.Span
		if t.Kind == token.Number {
			at = at.Join(colon.Span)
		}
		d.Fix = r.replace(at, "00:00-24:00")
		return
	}
	for _, half := range []string{"上午", "早上", "中午", "下午", "晚上", "傍晚"} {
		rest, ok := strings.CutPrefix(t.Text, half)
		hour, err := strconv.Atoi(rest)
		if !ok || err != nil || colon.Kind != token.Colon || minute.Kind != token.Number ||
			len(minute.Text) != 2 {
			continue
		}
		if (half == "下午" || half == "晚上" || half == "傍晚") && hour < 12 {
			hour += 12
		}
		d.Fix = r.replace(t.Span.Join(minute.Span), fmt.Sprintf("%02d:%s", hour, minute.Text))
	}
}

// minusForRange reports a dash between the ends of a range of values.
func (r *reader) minusForRange(b *ast.Binary) {
	for k := r.i - 1; k >= 0; k-- {
		t := &r.tokens[k]
		if t.Kind == token.Minus && t.Span.Start >= b.X.Span().End && t.Span.End <= b.Y.Span().Start {
			r.fail("RX1026", t.Span, "-", "..").Fix = r.replace(t.Span, "..")
			return
		}
	}
}

// bareLabel reports the name of an option without quotes: 按 2 留言 转到 留言流程.
func (r *reader) bareLabel() {
	t, next := r.tok(), r.ahead(1)
	if t.Kind != token.Word || next.Kind != token.Word || next.Has(token.FirstOnLine) || t.Has(token.FirstOnLine) ||
		!r.begins(stepPlace, r.i+1) || !r.reserved(r.i+1) {
		return
	}
	s, step := r.which(stepPlace)
	if step && (lone[s.Keyword.ID] || r.reserved(r.i) && s.Keyword.ID != words.Voicemail) ||
		r.at(words.Unannounced) ||
		r.at(words.When) {
		return
	}
	if !step && (synonym(t.Text, stepPlace.ids) != "" || r.near(t.Text, stepPlace.ids) != "") {
		return
	}
	r.fail("RX1022", t.Span, stringWanted, t.Text).Fix = r.quote(t.Span)
}

// mendKey mends 按 二, 按 数字2 and 按 米字键.
func (r *reader) mendKey(d *diag.Diagnostic) {
	t := r.ahead0(0)
	if !mendable(d) || t.Kind != token.Word {
		return
	}
	text := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(t.Text, "数字"), "键"), "按键")
	english := []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
	if n := slices.Index(english, strings.ToLower(text)); n >= 0 {
		d.Fix = r.replace(t.Span, strconv.Itoa(n))
		return
	}
	switch text {
	case "star", "asterisk":
		d.Fix = r.replace(t.Span, "*")
		return
	case "pound", "hash":
		d.Fix = r.replace(t.Span, "#")
		return
	case "米字键", "米字", "星":
		d.Fix = r.replace(t.Span, "星号键")
		return
	case "井字键", "井字", "井":
		d.Fix = r.replace(t.Span, "井号键")
		return
	}
	text = strings.TrimSuffix(text, "键")
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		d.Fix = r.replace(t.Span, text)
	} else if n, ok := spokenNumber(text); ok && text != "" && len(n) == 1 {
		d.Fix = r.replace(t.Span, n)
	}
}

// digitsMeant reports 10位数字 and 数字10位 where a type is wanted.
func (r *reader) digitsMeant() bool {
	t := r.tok()
	switch {
	case t.Kind == token.Number:
		k := 1
		if r.ahead(k).Kind == token.Measure {
			k++
		}
		if bad := r.ahead(1); bad.Kind == token.Bad && bad.Text == "位数字" { // told as no unit
			r.faults++
			r.diags = slices.DeleteFunc(r.diags, func(d diag.Diagnostic) bool { return d.Span == bad.Span })
			at := t.Span.Join(bad.Span)
			r.fail("RX1026", at, r.src[at.Start:at.End], "数字 "+t.Text+"位").Fix = r.replace(at,
				"数字 "+t.Text+"位")
			return true
		}
		if w := r.ahead(1); w.Kind == token.Word && w.Text == "digits" && !w.Has(token.FirstOnLine) {
			at := t.Span.Join(w.Span)
			r.fail("RX1026", at, r.src[at.Start:at.End], "digits "+t.Text).Fix = r.replace(at,
				"digits "+t.Text)
			return true
		}
		if w := r.ahead(k); w.Kind == token.Word && w.Text == "数字" && !w.Has(token.FirstOnLine) {
			at := t.Span.Join(w.Span)
			r.fail("RX1026", at, r.src[at.Start:at.End], "数字 "+t.Text+"位").Fix = r.replace(at,
				"数字 "+t.Text+"位")
			return true
		}
	case t.Kind == token.Word:
		rest, ok := strings.CutPrefix(t.Text, "数字")
		if n := strings.TrimSuffix(rest, "位"); ok && n != "" && strings.Trim(n, "0123456789") == "" {
			r.fail("RX1020", t.Span, t.Text, "数字 "+n+"位").Fix = r.replace(t.Span, "数字 "+n+"位")
			return true
		}
	}
	return false
}

// spokenLength reads 十位 as 10位.
func spokenLength(text string) (string, bool) {
	spoken, ok := strings.CutSuffix(text, "位")
	if !ok || spoken == "" {
		return "", false
	}
	n, ok := spokenNumber(spoken)
	return n + "位", ok
}

// mendSwitch mends 开关 台风 开 and 开关 台风 = 关闭.
func (r *reader) mendSwitch(d *diag.Diagnostic) {
	t := r.ahead0(0)
	if !mendable(d) || t.Has(token.FirstOnLine) {
		return
	}
	switch t.Text {
	case "开", "打开", "开着", "true", words.Yes:
		d.Fix = r.replace(t.Span, "开启")
	case "关", "关上", "关掉", "false", words.No:
		d.Fix = r.replace(t.Span, "关闭")
	case "=", ":":
		d.Fix = r.delete(t.Span)
	}
}

// otherMeant reports 来信 其它, and passes it.
func (r *reader) otherMeant() bool {
	t := r.tok()
	if t.Kind != token.Word || !slices.Contains([]string{"其它", "其余", "别的", "others", "else"}, t.Text) {
		return false
	}
	word := "其他"
	if t.Text[0] < utf8.RuneSelf {
		word = words.Other
	}
	r.report("RX1019", t.Span, t.Text, word).Fix = r.replace(t.Span, word)
	r.advance()
	return true
}

// askMissing reports a type with a length where a value should be, as if it were asked for: 设 编号 = 数字 10位 {.
func (r *reader) askMissing() bool {
	t, n := r.tok(), r.ahead(1)
	if t.Kind != token.Word || t.Text != "数字" && t.Text != "digits" || n.Kind != token.Number ||
		n.Has(token.FirstOnLine) {
		return false
	}
	word := r.word(words.Ask, t.Span) + " " + t.Text
	r.report("RX1026", t.Span, t.Text, word).Fix = r.replace(t.Span, word)
	return true
}

// than reports `greater than` and `is greater than`, from token at on.
func (r *reader) than(at int, is bool) bool {
	t, next := r.tok(), r.ahead(1)
	if t.Kind != token.Word || next.Kind != token.Word || next.Text != "than" || r.inHole {
		return false
	}
	want := ""
	switch t.Text {
	case "greater", "bigger", "higher", "larger":
		want = words.MoreThan
	case "smaller", "lower", "fewer":
		want = words.LessThan
	case "more", "less":
		if is {
			want = t.Text + " than"
		}
	}
	if want == "" {
		return false
	}
	span := r.tokens[at].Span.Join(next.Span)
	r.fail("RX1026", span, r.src[span.Start:span.End], want).Fix = r.replace(span, want)
	return true
}

// needless passes a word that is not wanted before a value, and reports it: transfer to "053188880000".
func (r *reader) needless(list ...string) {
	t := r.tok()
	if t.Kind != token.Word || t.Has(token.FirstOnLine) || !slices.Contains(list, t.Text) ||
		r.ahead(1).Has(token.FirstOnLine) {
		return
	}
	switch r.ahead(1).Kind {
	case token.String, token.Number, token.Word:
		r.report("RX1022", t.Span, exprWanted,
			t.Text).Fix = r.delete(diag.Span{Start: t.Span.Start, End: r.ahead(1).Span.Start})
		r.advance()
	}
}
