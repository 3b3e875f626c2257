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
		if head, rest := r.glued(t, p); head != "" {
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
			if p == choicePlace && s.Keyword.ID == "press" { // the keys of answers stand by themselves
				d.Fix = r.delete(diag.Span{Start: t.Span.Start, End: r.ahead0(1).Span.Start})
			}
			return ""
		}
		d := r.fail("RX1025", t.Span, t.Text, p.what)
		if next := r.ahead0(1); p.has("on") && p.has("otherwise") && !next.Has(token.FirstOnLine) &&
			(next.Kind == token.LBrace || r.begins(stepPlace, r.i+1) && r.reserved(r.i+1)) { // 没按键 播放 …
			d.Fix = r.insert(t.Span.Start, r.word("on", t.Span)+" ")
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
	if r.ahead(1).Kind != token.Eq || r.reserved(r.i) || !p.has("set") {
		return ""
	}
	id := "let"
	for i := range r.i {
		if before := &r.tokens[i]; before.Kind == token.Word && before.Text == t.Text && i > 0 &&
			r.marks[i-1].id == "let" {
			id = "set"
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
			r.marks[r.i], r.marks[r.i+1] = mark{class: Keyword, id: id}, mark{class: Keyword, id: id, rest: true}
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
	"等于": {"is"}, "等於": {"is"}, "equals": {"is"}, "不等于": {"is not"}, "大于等于": {"at least"},
	"小于等于": {"no more than"}, "不小于": {"at least"}, "不大于": {"no more than"}, "高于": {"more than"}, "多于": {"more than"},
	"超出": {"more than"}, "少于": {"less than"}, "不足": {"less than"}, "不到": {"less than"}, "不少于": {"at least"},
	"不多于": {"no more than"}, "在": {"in"}, "不在": {"not in"}, "上班": {"is open"}, "营业": {"is open"}, "开门": {"is open"},
	"下班": {"is closed"}, "关门": {"is closed"}, "打开": {"is on"}, "开着": {"is on"}, "关着": {"is off"}, "关掉": {"is off"},
	"而且": {"and"}, "和": {"and"}, "与": {"and"}, "同时": {"and", "at once"}, "并": {"and"}, "以及": {"and"}, "或是": {"or"},
	"要么": {"or"}, "转去": {"goto"}, "转至": {"goto"}, "跳转": {"goto"}, "跳到": {"goto"}, "前往": {"goto"}, "去": {"goto"},
	"回到": {"goto"}, "进入": {"goto"}, "转入": {"goto"}, "jump": {"goto"}, "go": {"goto"}, "播报": {"say"}, "朗读": {"say"},
	"念": {"say"}, "说": {"say"}, "放音": {"say"}, "播音": {"say"}, "语音播报": {"say"}, "播放语音": {"say"}, "语音": {"say"},
	"play": {"say"}, "speak": {"say"}, "若": {"if"}, "假如": {"if"}, "要是": {"if"}, "当": {"if"}, "when": {"if"},
	"默认": {"otherwise"}, "其余": {"otherwise"}, "其他": {"otherwise"}, "其它": {"otherwise"}, "不然": {"otherwise"},
	"反之": {"otherwise"}, "失败": {"otherwise"}, "default": {"otherwise"}, "结束": {"hangup"}, "挂掉": {"hangup"},
	"结束通话": {"hangup"}, "挂断电话": {"hangup"}, "挂电话": {"hangup"}, "end": {"hangup"}, "exit": {"hangup"}, "调用": {"do"},
	"call": {"do"}, "变量": {"let"}, "定义": {"let"}, "令": {"let"}, "var": {"let"}, "赋值": {"set"}, "改为": {"set"},
	"修改": {"set"}, "按键": {"press"}, "选": {"press"}, "按下": {"press"}, "选择": {"press"}, "key": {"press"},
	"break": {"stop"}, "暂停": {"pause"}, "停": {"pause"}, "sleep": {"pause"}, "等待": {"pause"}, "超时": {"wait"},
	"等":    {"wait"},
	"等待时间": {"wait"}, "timeout": {"wait"}, "次数": {"tries"}, "重试": {"tries"}, "retries": {"tries"}, "循环": {"repeat"},
	"loop": {"repeat"}, "重播": {"again"}, "重放": {"again"}, "再听一遍": {"again"}, "function": {"flow"}, "子流程": {"flow"},
	"选单": {"menu"}, "提示": {"prompt", "greeting", "say"}, "设置": {"setting", "let"}, "变数": {"setting"},
	"接入号码": {"number"},
	"确认":   {"confirm"}, "汉语": {"zh"}, "普通话": {"zh"}, "国语": {"zh"}, "英语": {"en"}, "所有路径": {"every path"},
	"任何路径": {"every path"}, "调休": {"make up"}, "最长等待": {"longest"}, "最长时间": {"longest"}, "每隔": {"every", "after"},
	"名单": {"targets"}, "预期": {"expect"}, "期望": {"expect"}, "拨号": {"call.test"}, "拨": {"call.test"},
	"其它的": {"otherwise"},
	"不上班": {"closed"}, "不开放": {"closed"}, "放假": {"closed"}, "不营业": {"closed"}, "收号": {"ask"}, "发送短信": {"send sms"},
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
	case "let", "set":
		return next.Kind == token.Eq
	case "on":
		_, step := r.whichAt(stepPlace, min(r.i+1, len(r.tokens)-1))
		return next.Kind == token.LBrace || next.Kind == token.Comma || step && !next.Has(token.FirstOnLine)
	}
	return false
}

// operators are the words that a glued condition is split at: long enough not to be part of a name.
var operators = []string{"不属于", "属于", "不是手机", "是手机", "不低于", "不超过", "不晚于", "不早于", "不为空", "为空", "大于", "超过",
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
	if !ok || rest == "" || !p.has("goto") {
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
				r.fail("RX1020", before.Span, before.Text, head+" "+rest).Fix = r.replace(before.Span, head+" "+rest)
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
			if after == token.Eq || after == token.Colon || before.Kind == token.Word && declares(before.Word) {
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
		if s.Keyword.Class <= words.Contextual && (declPlace.has(s.Keyword.ID) || s.Keyword.ID == "as") {
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
	return r.value()
}

// figures are the characters of numbers in words, those of cheques too.
const figures = "零一二两三四五六七八九十百千万壹贰叁肆伍陆柒捌玖拾佰仟"

// plainFigures writes those of cheques as all others.
var plainFigures = strings.NewReplacer("壹", "一", "贰", "二", "叁", "三", "肆", "四", "伍", "五", "陆", "六", "柒", "七",
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
