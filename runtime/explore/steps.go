package explore

import (
	"fmt"
	"strings"
)

// block writes some steps; the last leaves where it must. It tells whether nothing follows the block.
func (w *writer) block(s scope, ind string, leaves bool) (left bool) {
	n := w.rng.IntN(4)
	if s.deep == 0 {
		n += 2
	}
	wrote := false
	for range n {
		if w.budget--; w.budget < 0 || s.deep > 4 {
			break
		}
		s = w.step(s, ind)
		wrote = true
		if s.left && !w.odd() {
			return true
		}
	}
	switch {
	case leaves != w.odd():
		w.leave(s, ind)
		return w.loops == 0
	case !wrote:
		w.pf("%s继续\n", ind)
	}
	return false
}

// leave writes a step after which nothing follows.
func (w *writer) leave(s scope, ind string) {
	if w.letter {
		w.pf("%s%s\n", ind, map[bool]string{true: "返回", false: "跳出"}[w.loops == 0 || w.chance(5)])
		return
	}
	target := w.target(s)
	if to := w.held("flow", s, ""); to != "" {
		w.pf("%s转到 %s\n", ind, to)
		return
	}
	switch r := w.rng.IntN(10); {
	case s.flow != nil && s.flow.returns() && r < 6:
		if s.flow.result != "" {
			w.pf("%s返回 %s\n", ind, w.expr(s.flow.result, s, 1))
			return
		}
		w.pf("%s返回\n", ind)
	case w.loops > 0 && r < 4:
		w.pf("%s%s\n", ind, w.one("跳出", "下一轮"))
	case r < 7 && !target.survey && (!target.returns() || w.odd()):
		w.pf("%s转到 %s%s\n", ind, target.name, w.arguments(target, s))
	case r == 7:
		w.pf("%s留言 %s\n", ind, w.held("mailbox", s, "综合信箱"))
	default:
		w.pf("%s挂机\n", ind)
	}
}

// onward is a jump in one line.
func (w *writer) onward(s scope) string {
	if w.letter {
		return "返回"
	}
	if f := w.target(s); len(f.params) == 0 && !f.returns() && !f.survey {
		return "转到 " + f.name
	}
	return "挂机"
}

// target is a flow to go to: mostly one further on, so that not every program goes round for ever.
func (w *writer) target(s scope) *flow {
	from := 0
	for i := range w.flows {
		if s.flow == &w.flows[i] {
			from = i + 1
		}
	}
	if from >= len(w.flows) || w.odd() || s.keyed && w.chance(4) {
		from = 0
	}
	return &w.flows[from+w.rng.IntN(len(w.flows)-from)]
}

// arguments writes those of a call of a flow.
func (w *writer) arguments(f *flow, s scope) string {
	if len(f.params) == 0 {
		return ""
	}
	var parts []string
	for _, p := range f.params {
		parts = append(parts, w.expr(p.kind, s, 1))
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// weighted is a step that block may choose.
type weighted struct {
	weight int
	write  func(w *writer, s scope, ind string) scope
}

// steps are what block chooses from.
func steps() []weighted {
	return []weighted{
		{20, (*writer).say}, {10, (*writer).let}, {6, (*writer).set}, {10, (*writer).condition}, {8, (*writer).ask},
		{5, (*writer).askSecret}, {8, (*writer).menu}, {10, (*writer).lookup}, {4, (*writer).loop},
		{8, (*writer).match},
		{7, (*writer).do}, {4, (*writer).enqueue}, {6, (*writer).send}, {6, (*writer).note}, {3, (*writer).record},
		{3, (*writer).transfer}, {2, (*writer).startSurvey}, {3, (*writer).keep}, {3, (*writer).askRow},
		{4, (*writer).options},
	}
}

func (w *writer) step(s scope, ind string) scope {
	total, steps := 0, steps()
	if w.letter {
		steps = letterSteps()
	}
	for _, c := range steps {
		total += c.weight
	}
	r := w.rng.IntN(total)
	for _, c := range steps {
		if r -= c.weight; r < 0 {
			return c.write(w, s, ind)
		}
	}
	return s
}

func (w *writer) say(s scope, ind string) scope {
	switch w.rng.IntN(9) {
	case 0:
		w.pf("%s%s\n", ind, w.one("停顿 1秒", "语言 中文", "语言 英文", "播放 必听 欢迎词", "播放 欢迎词 各语言", "暂停录音", "恢复录音"))
	case 1:
		w.pf("%s播放 \"%s\" 仅当 %s\n", ind, w.words(s), w.expr("yesno", s, 1))
	case 2:
		w.pf("%s播放 中文 \"%s\" 英文 \"Hello.\"\n", ind, w.words(s))
	case 3:
		w.pf("%s播放 %s\n", ind, w.expr("prompt", s, 1))
	default:
		w.pf("%s播放 %s\"%s\"\n", ind, w.one("", "", "必听 "), w.words(s))
	}
	return s
}

// words are a sentence with a hole or two.
func (w *writer) words(s scope) string {
	text := w.one("您好", "请稍候", "共有", "结果是")
	if w.chance(6) {
		text += "{" + w.hole(s) + "}"
	}
	return text + "。"
}

func (w *writer) let(s scope, ind string) scope {
	kind := w.one("number", "money", "text", "phone", "yesno", "date", "list")
	if w.odd() {
		kind = "secret"
	}
	v := variable{name: w.fresh("值"), kind: kind, secret: kind == "secret"}
	w.pf("%s设 %s = %s\n", ind, v.name, w.expr(kind, s, 0))
	return s.with(v)
}

func (w *writer) set(s scope, ind string) scope {
	var own []variable
	for _, v := range s.vars {
		if !v.fixed && (!v.secret || w.odd()) {
			own = append(own, v)
		}
	}
	if len(own) == 0 || w.chance(3) {
		w.pf("%s改 %s\n", ind, w.one("上次金额 = "+w.expr("money", s, 1), "记下 = "+w.expr("text", s, 1)))
		return s
	}
	v := own[w.rng.IntN(len(own))]
	w.pf("%s改 %s = %s\n", ind, v.name, w.expr(v.kind, s, 1))
	return s
}

func (w *writer) condition(s scope, ind string) scope {
	w.pf("%s如果 %s {\n", ind, w.expr("yesno", s, 0))
	then, other := w.block(s.inner(), ind+"  ", w.chance(3)), false
	if w.chance(4) {
		w.pf("%s} 否则 {\n", ind)
		other = w.block(s.inner(), ind+"  ", w.chance(3))
	}
	w.pf("%s}\n", ind)
	s.left = then && other
	return s
}

var askable = []struct{ words, kind string }{
	{"数字 4位", "digits"}, {"办税厅", "row"}, {"数值", "number"}, {"金额", "money"}, {"是否", "yesno"},
	{"日期", "date"}, {"电话", "phone"},
}

func (w *writer) ask(s scope, ind string) scope {
	a := askable[w.rng.IntN(len(askable))]
	v := variable{name: w.fresh("答"), kind: a.kind, fixed: a.kind == "digits" || a.kind == "row"}
	w.pf("%s设 %s = 询问 %s {\n%s  播放 \"%s\"\n", ind, v.name, a.words, ind,
		map[bool]string{true: "是请按1，否请按2。", false: "请输入。"}[a.kind == "yesno"])
	w.questionTail(s, ind+"  ")
	if a.kind != "yesno" && a.kind != "row" && w.chance(2) {
		w.pf("%s  复核 \"是{%s}，正确请按1，重新输入请按2。\"\n", ind, v.name)
	}
	if w.chance(1) {
		w.pf("%s  允许全局键\n", ind)
	}
	w.pf("%s  否则 {\n", ind)
	w.block(s.inner(), ind+"    ", true)
	w.pf("%s  }\n%s}\n", ind, ind)
	return s.with(v)
}

func (w *writer) askSecret(s scope, ind string) scope {
	v := variable{name: w.fresh("密"), kind: "secret", secret: true}
	w.pf("%s设 %s = 询问 保密 数字 6位 {\n%s  播放 \"请输入密码。\"\n", ind, v.name, ind)
	w.questionTail(s, ind+"  ")
	w.pf("%s  否则 挂机\n%s}\n", ind, ind)
	return s.with(v)
}

func (w *writer) menu(s scope, ind string) scope {
	w.pf("%s菜单 {\n", ind)
	s.left = w.menuBody(s, ind+"  ", false)
	w.pf("%s}\n", ind)
	return s
}

var lookups = []struct {
	call, kind string
	outcomes   []string
}{
	{`纳税人.查找("913701001000000409")`, "taxpayer", []string{"未找到", "有多个", "不可用"}},
	{`纳税人.欠税("913701001000000409")`, "arrears", []string{"不可用"}},
	{`纳税人.已结清("913701001000000409")`, "yesno", []string{"不可用"}},
	{`办税厅["01"]`, "row", []string{"未找到"}},
	{`纳税人.核对尾号("913701001000000409", ?)`, "", []string{"不一致", "不可用"}},
	{`纳税人.核验("913701001000000409", ?)`, "taxpayer", []string{"密码错误", "已锁定", "未找到", "不可用"}},
	{`工单.催办("1")`, "", []string{"未找到", "次数超限", "不可用"}},
}

func (w *writer) lookup(s scope, ind string) scope {
	l := lookups[w.rng.IntN(len(lookups))]
	call := strings.Replace(l.call, "?", w.expr("secret", s, 1), 1)
	if !strings.HasPrefix(call, "办") {
		call += w.one("", " 限时 3秒", " 限时 2秒 期间播放 "+w.held("prompt", s, "等待音乐"))
	}
	v := variable{name: w.fresh("查"), kind: l.kind, fixed: true}
	if l.kind == "" {
		w.pf("%s执行 %s", ind, call)
	} else {
		w.pf("%s设 %s = %s", ind, v.name, call)
	}
	w.failing(s, ind, l.outcomes, l.kind != "")
	if l.kind == "" {
		return s
	}
	s = s.with(v)
	switch l.kind {
	case "taxpayer":
		w.pf("%s%s \"{%s.名称}。\"\n", ind, w.tell(), v.name)
		if w.chance(2) {
			w.pf("%s改 户头 = %s\n", ind, v.name)
		}
	case "row":
		w.pf("%s%s \"{%s.名称}。\"\n", ind, w.tell(), v.name)
	case "arrears":
		item := w.fresh("笔")
		w.pf("%s逐条 %s 作为 %s 最多 %s {\n%s  %s \"{%s.金额}。\"\n", ind, v.name, item,
			w.one("1笔", "3笔"), ind, w.tell(), item)
		w.loops++
		w.block(s.inner(), ind+"  ", w.chance(2))
		w.loops--
		w.pf("%s}\n", ind)
	}
	return s
}

// failing writes what follows a call that may end otherwise.
func (w *writer) failing(s scope, ind string, outcomes []string, leaves bool) {
	switch w.rng.IntN(5) {
	case 0:
		end := "挂机"
		if w.letter {
			end = "返回"
		}
		word := w.one(end, w.onward(s), "继续")
		if leaves && word == "继续" && !w.odd() {
			word = end
		}
		w.pf(" 否则 %s\n", word)
		return
	case 1:
		if w.odd() {
			w.pf("\n") // whatever is not caught here is caught further out, or refused
			return
		}
	}
	w.pf(" 否则 {\n")
	cut := w.rng.IntN(len(outcomes) + 1)
	for _, o := range outcomes[:cut] {
		w.pf("%s  当 %s {\n", ind, o)
		w.block(s.inner(), ind+"    ", leaves)
		w.pf("%s  }\n", ind)
	}
	if cut < len(outcomes) || w.chance(2) {
		w.pf("%s  否则 {\n", ind)
		w.block(s.inner(), ind+"    ", leaves)
		w.pf("%s  }\n", ind)
	}
	w.pf("%s}\n", ind)
}

func (w *writer) loop(s scope, ind string) scope {
	w.pf("%s重复 最多 %s {\n", ind, w.one("1次", "2次", "3次"))
	w.loops++
	w.block(s.inner(), ind+"  ", w.odd())
	w.loops--
	w.pf("%s}\n", ind)
	return s
}

func (w *writer) match(s scope, ind string) scope {
	left := true
	arm := func(label string) {
		w.pf("%s  %s {\n", ind, label)
		left = w.block(s.inner(), ind+"    ", w.chance(4)) && left
		w.pf("%s  }\n", ind)
	}
	switch w.rng.IntN(4) {
	case 0:
		w.pf("%s根据 %s {\n", ind, w.expr("hours", s, 1))
		arm("当 开放")
		arm("当 休息")
	case 1:
		w.pf("%s根据 %s {\n", ind, w.expr("number", s, 1))
		arm("当 1, 2")
		arm("当 3..9")
		arm("当 10, 20")
		arm("否则")
	case 2:
		w.pf("%s根据 %s {\n", ind, w.expr("yesno", s, 1))
		arm("当 是")
		arm("当 否")
	default:
		w.pf("%s根据 %s {\n", ind, w.expr("text", s, 1))
		arm("当 \"甲\"")
		arm("否则")
	}
	w.pf("%s}\n", ind)
	s.left = left
	return s
}

func (w *writer) do(s scope, ind string) scope {
	f := &w.flows[w.rng.IntN(len(w.flows))]
	if f.survey || f.menu && !w.odd() || !f.returns() && !w.odd() {
		return w.say(s, ind)
	}
	call := fmt.Sprintf("执行 %s%s", f.name, w.arguments(f, s))
	if f.result == "" {
		w.pf("%s%s\n", ind, call)
		return s
	}
	v := variable{name: w.fresh("得"), kind: f.result}
	w.pf("%s设 %s = %s\n", ind, v.name, call)
	return s.with(v)
}

func (w *writer) enqueue(s scope, ind string) scope {
	w.pf("%s排队 %s%s 否则 {\n", ind, w.expr("queue", s, 1), w.one("", " 优先级 10"))
	for _, label := range []string{"当 已满, 超时", "当 无座席, 休息", "按 2"} {
		w.pf("%s  %s {\n", ind, label)
		w.block(s.inner(), ind+"    ", !w.odd())
		w.pf("%s  }\n", ind)
	}
	w.pf("%s}\n", ind)
	return s
}

func (w *writer) send(s scope, ind string) scope {
	end := " 否则 挂机"
	if w.letter {
		end = " 否则 返回"
	}
	otherwise := w.one(" 否则 继续", end, " 否则 "+w.onward(s), "")
	kind := w.rng.IntN(4)
	if w.letter { // which asks nobody to call back
		kind = kind / 2 * 3
	}
	switch kind {
	case 0:
		text := "回执(" + w.expr("text", s, 1) + ")"
		w.pf("%s发短信 给 %s %s%s\n", ind, w.phone(s), w.held("message", s, text), otherwise)
	case 1:
		w.pf("%s预约回呼 %s 给 %s%s\n", ind, w.expr("queue", s, 1), w.expr("phone", s, 1), otherwise)
	case 2:
		w.pf("%s传真 %s 给 %s%s\n", ind, w.expr("text", s, 1), w.expr("phone", s, 1), otherwise)
	default:
		w.pf("%s发短信 给 %s \"%s\"%s\n", ind, w.phone(s), w.words(s), otherwise)
	}
	return s
}

// phone is a plain name: what a message goes to is no expression.
func (w *writer) phone(s scope) string {
	for _, v := range s.vars {
		if v.kind == "phone" && w.chance(5) {
			return v.name
		}
	}
	return w.one("来电号码", "值班", `"13800138000"`)
}

func (w *writer) note(s scope, ind string) scope {
	switch w.rng.IntN(3) {
	case 0:
		w.pf("%s附带 资料 = %s\n", ind, w.expr(w.one("number", "money", "text", "date", "list"), s, 1))
	case 1:
		w.pf("%s业务类型 %s\n", ind, w.expr("text", s, 1))
	default:
		if w.rng.IntN(40) == 0 {
			w.pf("%s标记 \"%s\"\n", ind, forbidden)
			return s
		}
		w.pf("%s标记 \"点%d\"\n", ind, w.rng.IntN(5))
	}
	return s
}

func (w *writer) record(s scope, ind string) scope {
	v := variable{name: w.fresh("音"), kind: "recording", fixed: true}
	confirm := ""
	if w.chance(4) {
		confirm = fmt.Sprintf("%s  复核 \"您说的是{%s}，确认请按1，重听请按2，重录请按3。\"\n", ind, v.name)
	}
	w.pf("%s设 %s = 录音 {\n%s  播放 \"请说。\"\n%s  最长 1分钟\n%s%s  否则 %s\n%s}\n", ind, v.name, ind, ind, confirm,
		ind, w.one("挂机", w.onward(s)), ind)
	if w.chance(4) {
		w.pf("%s播放 %s\n", ind, v.name)
	}
	return s.with(v)
}

func (w *writer) transfer(s scope, ind string) scope {
	w.pf("%s转接 %s 限时 20秒 否则 {\n", ind, w.expr("phone", s, 1))
	s.left = true
	for _, label := range []string{"当 占线, 无人接听", "否则"} {
		w.pf("%s  %s {\n", ind, label)
		s.left = w.block(s.inner(), ind+"    ", w.chance(5)) && s.left
		w.pf("%s  }\n", ind)
	}
	w.pf("%s}\n", ind)
	return s
}

func (w *writer) startSurvey(s scope, ind string) scope {
	if last := w.flows[len(w.flows)-1]; last.survey {
		w.pf("%s启动问卷 满意度\n", ind)
	}
	return s
}

func (w *writer) keep(s scope, ind string) scope {
	w.pf("%s如果 上次金额 不为空 {\n%s  播放 \"{上次金额}。\"\n%s}\n", ind, ind, ind)
	return s
}
