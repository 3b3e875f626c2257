package explore

import "strings"

// What a program has beside its calls: campaigns, texts that it sends and answers, rules.

// textCampaign writes a campaign that texts or mails its targets.
func (w *writer) textCampaign() {
	s := scope{vars: []variable{{name: "对象.名称", kind: "text", fixed: true},
		{name: "对象.电话", kind: "phone", fixed: true}}}
	w.pf("短信任务 通知 {\n  发送名单 纳税人.欠税名单(至少: 起点)\n  发短信 给 对象.电话 %s\n%s%s}\n",
		w.one("回执(对象.名称)", "\""+w.words(s)+"\""),
		w.one("", "  免发条件 纳税人.已结清(对象.税号)\n", "  免发条件 公告 开启\n"),
		w.one("", "  每秒 2条\n", "  抽样 20%\n", "  从 2026-10-01 到 2026-10-31\n"))
}

// arguments that the words of a message fill.
var messageKinds = []string{"number", "money", "text", "phone", "date", "digits"}

// messages writes flows that answer texts and mails.
func (w *writer) messages() {
	var params []variable
	for range w.rng.IntN(3) {
		kind := messageKinds[w.rng.IntN(len(messageKinds))]
		params = append(params, variable{name: w.fresh("词"), kind: kind, fixed: true})
	}
	w.pf("来信 \"查询\", \"cx\" 进入 答复")
	if len(params) > 0 || w.chance(2) {
		w.pf(" 否则 不懂")
	}
	w.pf("\n来信 其他 进入 不懂\n流程 不懂 {\n  当 出错 { 回复 \"抱歉。\" 返回 }\n  回复 \"请发“查询”。\"\n}\n")
	f := &flow{name: "答复", params: params}
	w.pf("流程 答复%s {\n", w.signature(f))
	if !w.odd() {
		w.pf("  当 出错, 不可用 { 回复 \"抱歉。\" 返回 }\n")
	}
	w.letter, w.budget = true, 12
	s := scope{flow: f, vars: params}
	if !w.block(s, "  ", false) {
		w.pf("  回复 \"%s\"\n", w.words(s))
	}
	w.pf("}\n")
	w.letter = false
}

// reply writes an answer, or a part of one.
func (w *writer) reply(s scope, ind string) scope {
	w.pf("%s回复 %s\n", ind, w.one("\""+w.words(s)+"\"", "回执("+w.expr("text", s, 1)+")"))
	return s
}

// tell is the word for words: a message is replied to.
func (w *writer) tell() string {
	if w.letter {
		return "回复"
	}
	return "播放"
}

// letterSteps are what may stand in a flow that answers a message.
func letterSteps() []weighted {
	return []weighted{
		{10, (*writer).let}, {6, (*writer).set}, {10, (*writer).condition}, {10, (*writer).lookup}, {4, (*writer).loop},
		{8, (*writer).match}, {6, (*writer).send}, {6, (*writer).note}, {10, (*writer).reply},
	}
}

// The marks and words that the rules of programs are about.
const (
	forbidden = "禁"
	notice    = "欢迎词"
)

// rules writes what the paths of the program shall keep to: whether they do is watched in its calls.
func (w *writer) rules() {
	if w.chance(4) {
		w.pf("规则 \"不到\" { 没有路径 到达 标记 \"%s\" }\n", forbidden)
	}
	if w.chance(1) {
		w.pf("规则 \"先告知\" { 每条路径 先播放 %s 再 录音 }\n", notice)
	}
	if w.chance(1) {
		w.pf("规则 \"键少\" { 每个菜单 最多 %s }\n", w.one("4项", "3项"))
	}
}

// rulesOf are the rules of this kind that a source has.
func rulesOf(src string) (forbids, tells bool) {
	return strings.Contains(src, "规则 \"不到\""), strings.Contains(src, "规则 \"先告知\"")
}

// askRow asks for a row of a table whose keys the question reads out.
func (w *writer) askRow(s scope, ind string) scope {
	v := variable{name: w.fresh("点"), kind: "row", fixed: true}
	item := w.fresh("行")
	w.pf("%s设 %s = 询问 网点 {\n%s  逐条 网点 作为 %s 最多 9 { 播放 \"{%s.名称}请按{%s.序号:逐位}。\" }\n", ind, v.name, ind, item,
		item, item)
	w.questionTail(s, ind+"  ")
	w.pf("%s  否则 {\n", ind)
	w.block(s.inner(), ind+"    ", true)
	w.pf("%s  }\n%s}\n", ind, ind)
	if w.chance(6) {
		w.pf("%s%s\n", ind, w.one("播放 \"{"+v.name+".名称}。\"", "转接 "+v.name+".电话 否则 继续"))
	}
	return s.with(v)
}

// options writes a menu that reads its options, some of them only at times.
func (w *writer) options(s scope, ind string) scope {
	w.pf("%s菜单 {\n%s  播放 选项\n", ind, ind)
	left := true
	for i, label := range []string{"查询", "办理", "人工"}[:2+w.rng.IntN(2)] {
		when := ""
		if w.chance(4) {
			when = " 仅当 " + w.expr("yesno", s, 1)
		}
		w.pf("%s  按 %d \"%s\"%s {\n", ind, i+1, label, when)
		left = w.block(s.pressed(), ind+"    ", w.chance(3)) && left
		w.pf("%s  }\n", ind)
	}
	w.questionTail(s, ind+"  ")
	w.pf("%s  否则 {\n", ind)
	left = w.block(s.inner(), ind+"    ", w.chance(5)) && left
	w.pf("%s  }\n%s}\n", ind, ind)
	s.left = left
	return s
}
