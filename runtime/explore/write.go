package explore

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Write writes the program of a seed: declarations of every kind, and flows whose steps jump, call, ask and fail in
// ways that nobody would write. About a third are accepted by the checker; what the others are refused for is no
// concern here.
func Write(seed uint64) string {
	w := &writer{rng: seeded(seed, 0)}
	return w.program()
}

// writer writes one program.
type writer struct {
	rng    *rand.Rand
	names  int
	budget int // steps left in the flow at hand
	out    strings.Builder
	flows  []flow
	loops  int  // how many loops the step at hand is in
	letter bool // a message is answered: nobody is on the line
	wild   int  // of a hundred: how often something is written that is likely to be refused
}

// flow is one flow, menu or survey that others may enter.
type flow struct {
	name   string
	params []variable
	result string // its type, "" for none
	menu   bool
	survey bool
}

// returns tells whether a flow is entered by do.
func (f *flow) returns() bool { return strings.HasPrefix(f.name, "子") }

// variable is a name in scope.
type variable struct {
	name, kind string
	secret     bool
	fixed      bool // a parameter, an item: not to be changed
}

// scope is what the steps of a block see.
type scope struct {
	flow *flow
	vars []variable
	deep int
	// keyed: a key leads here, so that going back is no loop without a caller.
	keyed bool
	// left: the step just written never goes on.
	left bool
}

func (s scope) with(v variable) scope {
	s.vars = append(s.vars[:len(s.vars):len(s.vars)], v)
	return s
}

func (s scope) inner() scope { s.deep++; s.left = false; return s }

func (s scope) pressed() scope { s = s.inner(); s.keyed = true; return s }

func (w *writer) one(list ...string) string { return list[w.rng.IntN(len(list))] }
func (w *writer) chance(ofTen int) bool     { return w.rng.IntN(10) < ofTen }
func (w *writer) odd() bool                 { return w.rng.IntN(100) < w.wild }
func (w *writer) pf(format string, args ...any) {
	fmt.Fprintf(&w.out, format, args...)
}

func (w *writer) fresh(stem string) string {
	w.names++
	return fmt.Sprintf("%s%d号", stem, w.names)
}

// paramKinds are the kinds of parameters, with the words for them.
var paramKinds = map[string]string{
	"number": "数值", "money": "金额", "text": "文本", "phone": "电话", "yesno": "是否", "date": "日期", "secret": "保密 数字 6位",
	"queue": "队列", "flow": "流程", "hours": "作息", "mailbox": "信箱", "prompt": "提示语", "language": "语言", "digits": "数字 4位",
	"message": "短信",
}

var paramOrder = []string{"number", "money", "text", "phone", "yesno", "date", "secret", "secret", "queue", "hours",
	"mailbox", "prompt", "flow", "language", "digits", "message"}

func (w *writer) program() string {
	w.wild = []int{0, 0, 1, 2, 4}[w.rng.IntN(5)]
	w.declare()
	w.head()
	for i := range w.flows {
		f := &w.flows[i]
		w.budget = 18
		switch {
		case f.menu:
			w.menuFlow(f)
		case f.survey:
			w.survey(f)
		default:
			w.plainFlow(f)
		}
	}
	if w.chance(3) {
		w.campaign()
	}
	if w.chance(2) {
		w.textCampaign()
	}
	if w.chance(3) {
		w.messages()
	}
	w.rules()
	return w.out.String()
}

// declare chooses the flows, before any is written, since each may name all.
func (w *writer) declare() {
	w.flows = append(w.flows, flow{name: "主流程"})
	for i := range 1 + w.rng.IntN(5) {
		w.flows = append(w.flows, flow{name: fmt.Sprintf("流程%d", i+1), params: w.params(2)})
	}
	for i := range w.rng.IntN(3) {
		w.flows = append(w.flows, flow{name: fmt.Sprintf("菜单%d", i+1), menu: true, params: w.params(1)})
	}
	for i := range w.rng.IntN(4) {
		f := flow{name: fmt.Sprintf("子%d", i+1), params: w.params(3)}
		if w.chance(5) {
			f.result = w.one("number", "money", "text", "phone")
		}
		w.flows = append(w.flows, f)
	}
	if w.chance(5) {
		w.flows = append(w.flows, flow{name: "满意度", survey: true})
	}
}

func (w *writer) params(most int) []variable {
	if !w.chance(4) {
		return nil
	}
	var list []variable
	for range 1 + w.rng.IntN(most) {
		kind := paramOrder[w.rng.IntN(len(paramOrder))]
		list = append(list, variable{name: w.fresh("参"), kind: kind, secret: kind == "secret", fixed: true})
	}
	return list
}

func (w *writer) head() {
	w.pf("语种 中文, 英文 缺则 中文\n接入号 \"12366\", \"12367\" 进入 主流程\n")
	if f := w.flows[len(w.flows)-1]; len(f.params) == 0 && !f.survey && !f.returns() {
		w.pf("接入号 \"12368\" 进入 %s\n", f.name)
	}
	w.pf("缺省 {\n  时区 \"Asia/Shanghai\"  日历 中国\n  等待 5秒  键间隔 3秒  最多 %s\n", w.one("1次", "2次", "3次"))
	for _, tag := range []string{"不可用", "出错", "挂机"} {
		if tag != "出错" && w.chance(3) {
			continue
		}
		switch {
		case tag == "挂机":
			w.pf("  当 挂机 标记 \"挂机\"\n")
		case w.chance(3) && len(w.flows[1].params) == 0:
			w.pf("  当 %s { 播放 \"系统繁忙。\" 转到 %s }\n", tag, w.flows[1].name)
		default:
			w.pf("  当 %s { 播放 \"系统繁忙。\" 挂机 }\n", tag)
		}
	}
	if w.chance(2) {
		w.pf("  按 0 { 播放 \"总机。\" 挂机 }\n")
	}
	w.pf(`}
日历 中国 { 放假 "国庆节" 2026-10-01..2026-10-07 补班 2026-09-20, 2026-10-10  时期 征期 2026-10-01..2026-10-26 }
作息 大厅 { 日历 中国 工作日 08:30-12:00, 13:30-17:30 周六 09:00-12:00 仅限 征期 }
名单 黑名单
开关 公告 关闭
参数 起点: 金额 = 100元
参数 值班: 电话 = "053188880000"
通话变量 上次金额: 金额
通话变量 记下: 文本
通话变量 户头: 纳税人
表格 办税厅 取自 "t.csv" { 代码: 数字 2位, 名称: 文本, 电话: 电话 }
提示语 欢迎词 { 中文 "欢迎。" 英文 "Welcome." }
提示语 等待音乐 { 中文 "音乐。" 英文 "Music." }
模板 回执(单号: 文本) { 中文 "编号{单号}。" }
信箱 综合信箱 { 问候 "请留言。" 最长 1分钟 静默 5秒 }
队列 综合咨询 { 技能组 "综合" 容量 40位 最长 2分钟 每 20秒 播放 "前面{前面人数}位。" 满 30秒 播放 "留言请按2。" 满 30秒 可按 2 }
表格 网点 取自 "n.csv" { 序号: 数字 1位, 名称: 文本, 电话: 电话 }
工单类型 "咨询" { 受理 1个工作日 办结 5个工作日 催办 80%% }
`)
	w.queues()
}

// queues writes queues like the one of every program, with other clauses.
func (w *writer) queues() {
	w.pf("队列 专家 同 综合咨询 { 技能组 \"专家\"%s%s%s%s }\n",
		w.one("", " 分配 循环 漏接 3次", " 首问负责 30天 保留排位 1分钟"), w.one("", " 音乐 等待音乐 振铃 9秒 话后处理 9秒"),
		w.one("", " 目标 90% 20秒", " 满 40秒 增加 技能组 \"综合\""), w.one("", " 满 50秒 转入 综合咨询"))
	w.pf("队列 夜间 { 技能组 \"夜间\" 容量 %s 最长 %s 满 0秒 播放 \"留言请按2。\" 满 0秒 可按 2%s }\n", w.one("1位", "40位"),
		w.one("10秒", "2分钟"), w.one("", " 满 5秒 转入 专家", map[bool]string{true: " 满 5秒 转入 夜间"}[w.odd()]))
}

func (w *writer) plainFlow(f *flow) {
	w.pf("流程 %s%s {\n", f.name, w.signature(f))
	s := scope{flow: f, vars: f.params}
	w.handlers(s)
	w.block(s, "  ", true)
	w.pf("}\n")
}

func (w *writer) signature(f *flow) string {
	var parts []string
	for _, p := range f.params {
		parts = append(parts, p.name+": "+paramKinds[p.kind])
	}
	text := ""
	if len(parts) > 0 {
		text = "(" + strings.Join(parts, ", ") + ")"
	}
	if f.result != "" {
		if text == "" {
			text = "()"
		}
		text += ": " + paramKinds[f.result]
	}
	return text
}

// handlers writes those of a flow.
func (w *writer) handlers(s scope) {
	if w.chance(2) {
		w.pf("  按 9 {\n    播放 \"全局。\"\n")
		w.leave(s, "    ")
		w.pf("  }\n")
	}
	if w.chance(2) {
		w.pf("  当 挂机 { 标记 \"挂机\" %s }\n", w.one("", "执行 工单.催办(\"1\") 否则 继续", "附带 尾 = 记下"))
	}
	for _, tag := range []string{"出错", "不可用"} {
		if w.chance(2) {
			w.pf("  当 %s {\n    %s\n", tag, w.one("播放 \"出了问题。\"", "标记 \"出错\"", "停顿 1秒"))
			w.leave(s, "    ")
			w.pf("  }\n")
		}
	}
}

func (w *writer) menuFlow(f *flow) {
	w.pf("菜单 %s%s {\n", f.name, w.signature(f))
	w.menuBody(scope{flow: f, vars: f.params}, "  ", true)
	w.pf("}\n")
}

// menuBody writes what stands in a menu. Of a declared one the arms leave. It tells whether all do.
func (w *writer) menuBody(s scope, ind string, leaves bool) (left bool) {
	two, three := w.chance(8), w.chance(3)
	w.pf("%s播放 \"查询请按1", ind)
	if two {
		w.pf("，其他请按2")
	}
	if three {
		w.pf("，办事请按3")
	}
	w.pf("，重听请按星号键。\"\n")
	left = true
	arm := func(head string, s scope, leaves bool) {
		w.pf("%s%s {\n", ind, head)
		left = w.block(s, ind+"  ", leaves) && left
		w.pf("%s}\n", ind)
	}
	arm("按 1 \"查询\"", s.pressed(), leaves || w.chance(3))
	if two {
		arm("按 2 \"其他\"", s.pressed(), leaves || w.chance(3))
	}
	if three {
		arm("按 3 \"办事\"", s.pressed(), leaves || w.chance(3))
	}
	w.pf("%s按 * 重听\n", ind)
	w.questionTail(s, ind)
	arm("否则", s.inner(), leaves || w.chance(5))
	return left
}

// questionTail writes timers, tries and what is said of a miss.
func (w *writer) questionTail(s scope, ind string) {
	if w.chance(4) {
		w.pf("%s等待 %s  最多 %s\n", ind, w.one("1秒", "3秒", "8秒"), w.one("1次", "2次", "3次"))
	}
	if w.chance(2) {
		w.pf("%s当 没按键 播放 \"没有听到。\"\n", ind)
	}
	if w.chance(2) {
		w.pf("%s当 按错 { 播放 \"按错了。\" %s }\n", ind, map[bool]string{true: "重听"}[w.odd()])
	}
	if w.chance(1) {
		w.pf("%s当 按错(2) {\n", ind)
		w.block(s.inner(), ind+"  ", w.chance(5))
		w.pf("%s}\n", ind)
	}
	if w.chance(1) {
		w.pf("%s当 挂机 标记 \"问题里挂机\"\n", ind)
	}
	if w.chance(1) {
		w.pf("%s当 出错 {\n", ind)
		w.leave(s, ind+"  ")
		w.pf("%s}\n", ind)
	}
}

func (w *writer) survey(f *flow) {
	w.pf("问卷 %s {\n%s  询问 评价 \"满意请按1，不满意请按2。\" { 1 \"满意\" 2 \"不满意\" }\n", f.name,
		w.one("", "  抽样 50%\n", "  配额 9份\n"))
	w.pf("%s", w.one("", "  询问 原因一 多选 \"快请按1，好请按2。\" { 1 \"快\" 2 \"好\" }\n",
		"  询问 分数 打分 1..5 \"请打分，1到5分。\"\n", "  询问 推荐 推荐值 \"请按0到10。\"\n", "  询问 意见 录音 \"请说。\"\n"))
	if w.chance(6) {
		w.pf("  如果 评价 不为空 且 评价 是 2 {\n    %s\n  }\n",
			w.one("播放 \"抱歉。\"", "询问 原因 \"太慢请按1，太忙请按2。\" { 1 \"太慢\" 2 \"太忙\" }",
				map[bool]string{true: "转到 主流程", false: "标记 \"不满意\""}[w.odd()],
				map[bool]string{true: "启动问卷 满意度", false: "停顿 1秒"}[w.odd()]))
	}
	w.pf("}\n")
}

func (w *writer) campaign() {
	f := w.flows[w.rng.IntN(len(w.flows))]
	if len(f.params) > 0 || f.survey || f.returns() {
		f = flow{name: "主流程"}
	}
	w.pf(`作息 外呼时段 { 工作日 09:00-12:00 }
外呼任务 催缴 {
  呼叫名单 纳税人.欠税名单(至少: 起点)
  时段     外呼时段
  呼叫     对象.电话 接通后 %s
  并发     5路
  重拨     占线 隔 10分钟
  最多     2次
  %s
}
`, f.name, w.one("", "免拨条件 纳税人.已结清(对象.税号)", "未接通 发短信 给 对象.电话 \"请缴税。\"", "免拨条件 公告 开启"))
}
