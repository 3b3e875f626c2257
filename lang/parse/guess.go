package parse

import (
	"slices"
	"strings"
	"unicode/utf8"

	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/token"
	"rexian/lang/words"
)

// This file finds out what a writer meant where the grammar found nothing. Each finding names the
// likeliest slip: a colon after a keyword, two words without a blank between them, a misspelt keyword,
// a keyword of another place.

// guess is asked where a sibling should begin and none of the place's keywords stands. It reports, and
// returns the keyword that was meant if reading can go on as if it stood there (it has been passed), or
// "" after failing.
func (r *reader) guess(p *place) string {
	r.answered()
	t := r.tok()
	if t.Kind == token.Word {
		if s, ok := r.coloned(p); ok {
			colon := r.ahead(1).Span
			r.report("RX1021", colon, t.Text).Fix = r.uncolon(colon)
			r.marks[r.i] = mark{class: Keyword, id: s.Keyword.ID}
			r.advance()
			r.advance()
			return s.Keyword.ID
		}
		if id := r.cut(p); id != "" {
			return id
		}
		if id := synonym(t.Text, p.ids); id != "" && !r.reserved(r.i) {
			r.misspelt(id)
			r.marks[r.i] = mark{class: Keyword, id: id}
			r.advance()
			r.muted = true
			return id
		}
		if r.keywordBeforeColon() || r.dotted() || r.besideText() || r.pressed(p) || r.dayMeant(p) {
			return ""
		}
		if head, rest := r.glued(t, p); head == "返回" && !r.result && p.has(words.Goto) { // 返回主菜单
			r.fail("RX1026", t.Span, t.Text, "转到 "+rest).Fix = r.replace(t.Span, "转到 "+rest)
			return ""
		} else if head != "" {
			r.fail("RX1020", t.Span, t.Text, head+" "+rest).Fix = r.replace(t.Span, head+" "+rest)
			return ""
		}
		if id := r.assigned(p); id != "" {
			return id
		}
		if id := r.near(t.Text, p.ids); id != "" && !r.reserved(r.i) {
			r.misspelt(id)
			r.marks[r.i] = mark{class: Keyword, id: id}
			r.advance()
			r.muted = true
			return id
		}
		if s, ok := r.dialTo(t, p); ok {
			r.fail("RX1026", t.Span, t.Text, s).Fix = r.replace(t.Span, s)
			return ""
		}
		if _, ok := r.which(stepPlace); ok && !t.Has(token.FirstOnLine) &&
			(p == menuPlace || p == askPlace || p == armPlace) {
			r.secondStep()
			return ""
		}
		if s, ok := r.which(everyPlace); ok && (s.Keyword.Class == words.Reserved || t.Has(token.FirstOnLine)) {
			d := r.fail("RX1024", t.Span, t.Text, p.what)
			if p == choicePlace && s.Keyword.ID == words.Press { // the keys of answers stand by themselves
				d.Fix = r.delete(diag.Span{Start: t.Span.Start, End: r.ahead0(1).Span.Start})
			}
			return ""
		}
		d := r.fail("RX1025", t.Span, t.Text, p.what)
		if next := r.ahead0(1); p.has(words.On) && p.has(words.Otherwise) && !next.Has(token.FirstOnLine) &&
			(next.Kind == token.LBrace || r.begins(stepPlace, r.i+1) && r.reserved(r.i+1)) { // 没按键 播放 …
			d.Fix = r.insert(t.Span.Start, r.word(words.On, t.Span)+" ")
		}
		return ""
	}
	if (t.Kind == token.Hash || t.Kind == token.Slash) && t.Has(token.FirstOnLine) {
		r.foreignComment()
		return ""
	}
	r.mendSibling(r.unexpected(p.what), p)
	return ""
}

// assigned reports a value that is given to a name without set or let, 几 = 几 + 1, and reads on as if the word stood
// there.
func (r *reader) assigned(p *place) string {
	t := r.tok()
	if r.ahead(1).Kind != token.Eq || r.reserved(r.i) || !p.has(words.Set) {
		return ""
	}
	id := words.Let
	for i := range r.i {
		if before := &r.tokens[i]; before.Kind == token.Word && before.Text == t.Text && i > 0 &&
			r.marks[i-1].id == words.Let {
			id = words.Set
		}
	}
	k := words.ByID(words.Contextual, id)
	word := k.English[0]
	if t.Text[0] >= utf8.RuneSelf {
		word = k.Chinese[0]
	}
	at := diag.Span{Start: t.Span.Start, End: t.Span.Start}
	d := r.report("RX1026", t.Span, t.Text+" =", word+" "+t.Text+" =")
	d.Fix = r.insert(at.Start, word+" ")
	d.Fix.Safe = true
	return id
}

// cut reports a keyword that is written as two words, `go to` and `hang up`, and passes it.
func (r *reader) cut(p *place) string {
	t, next := r.tok(), r.ahead(1)
	if t.Text[0] >= utf8.RuneSelf || next.Kind != token.Word || next.Has(token.FirstOnLine) || r.reserved(r.i) {
		return ""
	}
	whole := t.Text + next.Text
	for _, id := range p.ids {
		if k := words.ByID(words.Contextual, id); slices.Contains(k.English, whole) {
			at := t.Span.Join(next.Span)
			r.report("RX1019", at, r.src[at.Start:at.End], whole).Fix = r.replace(at, whole)
			r.marks[r.i], r.marks[r.i+1] = mark{class: Keyword, id: id},
				mark{class: Keyword, id: id, rest: true}
			r.advance()
			r.advance()
			return id
		}
	}
	return ""
}

// foreignComment reports a line that begins with # or /*, as comments do elsewhere, and passes it.
func (r *reader) foreignComment() {
	t := r.tok()
	at := t.Span
	if t.Kind == token.Slash && r.ahead(1).Kind == token.Star && r.ahead(1).Has(token.Touching) {
		at.End = r.ahead(1).Span.End
	}
	d := r.report("RX1026", at, r.src[at.Start:at.End], "//")
	d.Fix = r.replace(at, "//")
	for r.advance(); !r.is(token.EOF) && !r.tok().Has(token.FirstOnLine); {
		r.advance()
	}
}

// everyPlace holds all keywords, to tell a misplaced one from a plain name.
var everyPlace = func() *place {
	p := &place{set: map[string]bool{}}
	for _, k := range words.All() {
		if k.Class <= words.Contextual {
			p.set[k.ID] = true
			p.ids = append(p.ids, k.ID)
		}
	}
	return p
}()

// coloned finds a keyword of the place with a colon after it.
func (r *reader) coloned(p *place) (words.Sense, bool) {
	t := r.tok()
	if t.Word == nil || r.ahead(1).Kind != token.Colon {
		return words.Sense{}, false
	}
	for _, s := range t.Word.Senses {
		if s.Keyword.Class <= words.Contextual && len(s.Rest) == 0 && p.has(s.Keyword.ID) {
			return s, true
		}
	}
	return words.Sense{}, false
}

// synonyms are words that people use for a keyword though they are not near it in spelling.
var synonyms = map[string][]string{
	"等于": {words.Is}, "等於": {words.Is}, "equals": {words.Is}, "不等于": {words.IsNot},
	"大于等于": {words.AtLeast},
	"小于等于": {words.NoMoreThan}, "不小于": {words.AtLeast}, "不大于": {words.NoMoreThan},
	"高于": {words.MoreThan},
	"多于": {words.MoreThan},
	"超出": {words.MoreThan}, "少于": {words.LessThan}, "不足": {words.LessThan}, "不到": {words.LessThan},
	"不少于": {words.AtLeast},
	"不多于": {words.NoMoreThan}, "在": {words.In}, "不在": {words.NotIn}, "上班": {words.IsOpen},
	"营业": {words.IsOpen},
	"开门": {words.IsOpen},
	"下班": {words.IsClosed}, "关门": {words.IsClosed}, "打开": {words.IsOn}, "开着": {words.IsOn},
	"关着": {words.IsOff},
	"关掉": {words.IsOff},
	"而且": {words.And}, "和": {words.And}, "与": {words.And}, "同时": {words.And, words.AtOnce}, "并": {words.And},
	"以及": {words.And}, "或是": {words.Or},
	"要么": {words.Or}, "转去": {words.Goto}, "转至": {words.Goto}, "跳转": {words.Goto}, "跳到": {words.Goto},
	"前往": {words.Goto}, "去": {words.Goto},
	"回到": {words.Goto}, "进入": {words.Goto}, "转入": {words.Goto}, "jump": {words.Goto}, "go": {words.Goto},
	"播报": {words.Say}, "朗读": {words.Say},
	"念": {words.Say}, "说": {words.Say}, "放音": {words.Say}, "播音": {words.Say}, "语音播报": {words.Say},
	"播放语音": {words.Say},
	"语音":   {words.Say},
	"play": {words.Say}, "speak": {words.Say}, "若": {words.If}, "假如": {words.If}, "要是": {words.If},
	"当":        {words.If},
	words.When: {words.If},
	"默认":       {words.Otherwise}, "其余": {words.Otherwise}, "其他": {words.Otherwise},
	"其它": {words.Otherwise},
	"不然": {words.Otherwise},
	"反之": {words.Otherwise}, "失败": {words.Otherwise}, "default": {words.Otherwise}, "结束": {words.Hangup},
	"挂掉":   {words.Hangup},
	"结束通话": {words.Hangup}, "挂断电话": {words.Hangup}, "挂电话": {words.Hangup}, "end": {words.Hangup},
	"exit": {words.Hangup}, "调用": {words.Do},
	words.Call: {words.Do}, "变量": {words.Let}, "定义": {words.Let}, "令": {words.Let}, "var": {words.Let},
	"赋值": {words.Set}, "改为": {words.Set},
	"修改": {words.Set}, "按键": {words.Press}, "选": {words.Press}, "按下": {words.Press}, "选择": {words.Press},
	"key":   {words.Press},
	"break": {words.Stop}, "暂停": {words.Pause}, "停": {words.Pause}, "sleep": {words.Pause}, "等待": {words.Pause},
	"超时":   {words.Wait},
	"等":    {words.Wait},
	"等待时间": {words.Wait}, "timeout": {words.Wait}, "次数": {words.Tries}, "重试": {words.Tries},
	"retries": {words.Tries},
	"循环":      {words.Repeat},
	"loop":    {words.Repeat}, "重播": {words.Again}, "重放": {words.Again}, "再听一遍": {words.Again},
	"function": {words.Flow},
	"子流程":      {words.Flow},
	"选单":       {words.Menu}, "提示": {words.Prompt, words.Greeting, words.Say}, "设置": {words.Setting, words.Let},
	"变数":   {words.Setting},
	"接入号码": {words.Number},
	"确认":   {words.Confirm}, "汉语": {words.Zh}, "普通话": {words.Zh}, "国语": {words.Zh}, "英语": {words.En},
	"所有路径": {words.EveryPath},
	"任何路径": {words.EveryPath}, "调休": {words.MakeUp}, "最长等待": {words.Longest},
	"最长时间": {words.Longest},
	"每隔":   {words.Every, words.After},
	"名单":   {words.Targets}, "预期": {words.Expect}, "期望": {words.Expect}, "拨号": {words.CallTest},
	"拨":   {words.CallTest},
	"其它的": {words.Otherwise},
	"不上班": {words.Closed}, "不开放": {words.Closed}, "放假": {words.Closed}, "不营业": {words.Closed},
	"收号":   {words.Ask},
	"发送短信": {words.SendSMS}, "sms": {words.SendSMS},
	"mail": {words.SendMail}, "email": {words.SendMail}, words.Wait: {words.Pause}, "input": {words.Ask},
	"collect": {words.Ask},
	"gather":  {words.Ask},
}

// near finds the keyword among ids that a word is a misspelling of.
func (r *reader) near(text string, ids []string) string {
	var spellings []string
	of := map[string]string{}
	for _, id := range ids {
		k := words.ByID(words.Contextual, id)
		for _, s := range slices.Concat(k.English, k.Chinese) {
			if !strings.Contains(s, " ") {
				spellings = append(spellings, s)
				of[s] = id
			}
		}
	}
	if id := synonym(text, ids); id != "" {
		return id
	}
	if lower := strings.ToLower(text); lower != text && of[lower] != "" {
		return of[lower]
	}
	return of[diag.Suggest(text, spellings)]
}

// misspelt reports the word here as a misspelling of a keyword.
func (r *reader) misspelt(id string) {
	t := r.tok()
	k := words.ByID(words.Contextual, id)
	want := k.English[0]
	if t.Text[0] >= utf8.RuneSelf {
		want = k.Chinese[0]
		for _, c := range k.Chinese[1:] {
			if diag.Suggest(t.Text, []string{c}) != "" {
				want = c
				break
			}
		}
	}
	r.report("RX1019", t.Span, t.Text, want).Fix = r.replace(t.Span, want)
}

// glued splits a word that hides a keyword of the place at its head: 播放欢迎词. The rest is split again
// where an operator stands in it. It returns "" if there is no such keyword, or if the file uses the
// whole word as a name.
func (r *reader) glued(t *token.Token, p *place) (head, rest string) {
	if t.Text[0] < utf8.RuneSelf || len(t.Text) > 150 { // nobody glues fifty characters
		return "", ""
	}
	for _, id := range p.ids {
		for _, c := range words.ByID(words.Contextual, id).Chinese {
			tail, ok := strings.CutPrefix(t.Text, c)
			if ok && tail != "" && len(c) > len(head) &&
				(utf8.RuneCountInString(c) > 1 || r.isKnown(tail) || r.gluedHere(t, p, id)) {
				head, rest = c, tail
			}
		}
	}
	if head == "" {
		return "", ""
	}
	if head == "重复" && rest[0] >= '0' && rest[0] <= '9' { // 重复3次
		return head, "最多 " + rest
	}
	return head, r.ungluedRest(rest)
}

// gluedHere tells whether a keyword of one character is glued to a name that nothing else in the file
// need know, which what follows shows: 设户数 = 3, 当出错 { 挂机 }.
func (r *reader) gluedHere(t *token.Token, p *place, id string) bool {
	if t != r.tok() || p == everyPlace {
		return false
	}
	next := r.ahead(1)
	switch id {
	case words.Let, words.Set:
		return next.Kind == token.Eq
	case words.On:
		_, step := r.whichAt(stepPlace, min(r.i+1, len(r.tokens)-1))
		return next.Kind == token.LBrace || next.Kind == token.Comma || step && !next.Has(token.FirstOnLine)
	}
	return false
}

// operators are the words that a glued condition is split at: long enough not to be part of a name.
var operators = []string{"不属于", "属于", "不是手机", "是手机", "不低于", "不超过", "不晚于",
	"不早于", "不为空", "为空", "大于", "超过",
	"小于", "低于", "晚于", "早于", "包含", "不是", "并且", "或者", "作为"}

func (r *reader) ungluedRest(s string) string {
	if r.isKnown(s) {
		return s
	}
	for _, op := range operators {
		if i := strings.Index(s, op); i > 0 {
			out := r.ungluedRest(s[:i]) + " " + op
			if tail := s[i+len(op):]; tail != "" {
				out += " " + r.ungluedRest(tail)
			}
			return out
		}
	}
	for _, verb := range []string{"转到", "播放", "挂机"} {
		if i := strings.Index(s, verb); i > 0 {
			return strings.TrimSpace(s[:i] + " " + verb + " " + s[i+len(verb):])
		}
	}
	return s
}

// isKnown tells whether the word stands alone somewhere else in the file.
func (r *reader) isKnown(s string) bool {
	r.consulted = true
	if r.known == nil {
		r.known = map[string]bool{}
		for i := range r.file {
			if t := &r.file[i]; t.Kind == token.Word {
				r.known[t.Text] = true
			}
		}
	}
	return r.known[s]
}

// dialTo reads 转人工 as 转到 人工.
func (r *reader) dialTo(t *token.Token, p *place) (string, bool) {
	rest, ok := strings.CutPrefix(t.Text, "转")
	if !ok || rest == "" || !p.has(words.Goto) {
		return "", false
	}
	return "转到 " + rest, true
}

func (r *reader) delete(at diag.Span) *diag.Fix {
	return &diag.Fix{Title: diag.Text{Zh: "删去", En: "delete it"}, Safe: true,
		Edits: []diag.Edit{{File: r.path, Span: at}}}
}

// unexpected fails where something else should stand, with the likeliest reason.
func (r *reader) unexpected(want diag.Text) *diag.Diagnostic {
	if r.failing {
		return nil
	}
	t := r.tok()
	switch t.Kind {
	case token.Bad: // has been reported
		r.failing = true
		return nil
	case token.EOF:
		if r.inHole {
			r.fail("RX1022", diag.Span{Start: t.Span.Start, End: t.Span.Start + 1}, want, "}")
			return nil
		}
		at := t.Span
		if r.i > 0 {
			at = diag.Span{Start: r.tokens[r.i-1].Span.End, End: r.tokens[r.i-1].Span.End}
		}
		r.fail("RX1027", at, want)
		return nil
	case token.Number:
		if next := r.ahead(1); next.Kind == token.Bad && next.Has(token.Touching) { // 5角: has been reported
			r.failing = true
			return nil
		}
	case token.Colon:
		if r.i > 0 && !r.inHole && !t.Has(token.FirstOnLine) {
			r.fail("RX1021", t.Span, r.raw(&r.tokens[r.i-1])).Fix = r.uncolon(t.Span)
			return nil
		}
	case token.Word:
		if t.Word == nil && t.Text[0] >= utf8.RuneSelf {
			if head, rest := r.glued(t, everyPlace); head != "" && !r.declared(t.Text) {
				r.fail("RX1020", t.Span, t.Text, head+" "+rest).Fix = r.replace(t.Span, head+" "+rest)
				return nil
			}
			if r.numeral(t) {
				return nil
			}
		}
	}
	if r.i > 0 && r.marks[r.i-1].class >= Name {
		before := &r.tokens[r.i-1]
		if before.Text[0] >= utf8.RuneSelf && before.Word == nil && !r.declared(before.Text) {
			if r.numeral(before) {
				return nil
			}
			if head, rest := r.glued(before, everyPlace); head != "" {
				r.fail("RX1020", before.Span, before.Text, head+" "+rest).Fix = r.replace(before.Span,
					head+" "+rest)
				return nil
			}
		}
	}
	return r.fail("RX1022", t.Span, want, r.raw(t))
}

// declared tells whether the word is declared in this file, or given a value or a type: it follows a
// word that declares, or stands before = or :.
func (r *reader) declared(s string) bool {
	r.consulted = true
	if r.names == nil {
		r.names = map[string]bool{}
		for i := 1; i+1 < len(r.file); i++ {
			t, before, after := &r.file[i], &r.file[i-1], r.file[i+1].Kind
			if t.Kind != token.Word {
				continue
			}
			if after == token.Eq || after == token.Colon ||
				before.Kind == token.Word && declares(before.Word) {
				r.names[t.Text] = true
			}
		}
	}
	return r.names[s]
}

// declares tells whether a name that follows this word is declared there.
func declares(w *words.Word) bool {
	if w == nil {
		return false
	}
	for _, s := range w.Senses {
		if s.Keyword.Class <= words.Contextual && (declPlace.has(s.Keyword.ID) || s.Keyword.ID == words.As) {
			return true
		}
	}
	return false
}

// gluedCondition reports a condition whose words are glued, 户数大于2: a lone unknown word before the
// block, split by an operator after a name of the file.
func (r *reader) gluedCondition() {
	t := r.tok()
	if t.Kind != token.Word || t.Word != nil || r.ahead(1).Kind != token.LBrace || t.Text[0] < utf8.RuneSelf ||
		len(t.Text) > 150 || r.declared(t.Text) {
		return
	}
	for _, op := range operators {
		if i := strings.Index(t.Text, op); i > 0 && r.isKnown(t.Text[:i]) {
			split := strings.TrimSpace(t.Text[:i] + " " + op + " " + t.Text[i+len(op):])
			r.fail("RX1020", t.Span, t.Text, split).Fix = r.replace(t.Span, split)
			return
		}
	}
}

// count reads the value of a cap; 三次 is written in figures there.
func (r *reader) count() ast.Expr {
	if t := r.tok(); t.Kind == token.Word && t.Word == nil {
		measure := strings.TrimLeft(t.Text, figures)
		spoken := t.Text[:len(t.Text)-len(measure)]
		w := words.Lookup(measure)
		if n, ok := spokenNumber(spoken); ok && spoken != "" && (measure == "" || w != nil && w.Measure) &&
			!r.declared(t.Text) {
			d := r.report("RX1029", t.Span, t.Text, n+measure)
			d.Fix = r.replace(t.Span, n+measure)
			from := r.i
			r.advance()
			return r.bad(from)
		}
	}
	x := r.value()
	if t := r.tok(); t.Kind == token.Word && t.Text == "times" && !t.Has(token.FirstOnLine) && r.i > 0 { // 3 times
		d := r.report("RX1015", t.Span, t.Text, r.tokens[r.i-1].Text)
		d.Fix = r.delete(diag.Span{Start: r.tokens[r.i-1].Span.End, End: t.Span.End})
		r.advance()
	}
	return x
}

// figures are the characters of numbers in words, those of cheques too.
const figures = "零一二两三四五六七八九十百千万壹贰叁肆伍陆柒捌玖拾佰仟"

// plainFigures writes those of cheques as all others.
var plainFigures = strings.NewReplacer("壹", "一", "贰", "二", "叁", "三", "肆", "四", "伍", "五", "陆",
	"六", "柒", "七",
	"捌", "八", "玖", "九", "拾", "十", "佰", "百", "仟", "千")

// numeral reports 一百元 and 百分之五: figures are written with digits.
func (r *reader) numeral(t *token.Token) bool {
	if part, ok := strings.CutPrefix(t.Text, "百分之"); ok {
		if n, ok := spokenNumber(plainFigures.Replace(part)); ok && part != "" {
			r.fail("RX1029", t.Span, t.Text, n+"%").Fix = r.replace(t.Span, n+"%")
			return true
		}
	}
	unit := strings.TrimLeft(t.Text, figures+"亿点")
	spoken := t.Text[:len(t.Text)-len(unit)]
	if spoken == "" {
		return false
	}
	w := words.Lookup(unit)
	if w == nil || !slices.ContainsFunc(w.Of(words.Unit),
		func(s words.Sense) bool { return s.Keyword.ID != "items" && s.Keyword.ID != "levels" }) {
		return false // 一笔, 一项 are good names
	}
	d := r.fail("RX1029", t.Span, t.Text)
	if n, ok := spokenNumber(plainFigures.Replace(spoken)); ok {
		d.Args = []any{t.Text, n + unit}
		d.Fix = r.replace(t.Span, n+unit)
	}
	return true
}
