package replay

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rexian/compiler/bundle"
	"rexian/runtime/kept"
	"rexian/runtime/session"
	"rexian/runtime/sim"
	"rexian/runtime/vm"
)

// small is a hotline with one of everything that may be different.
const small = `语种 中文 缺则 中文
接入号 "12366" 进入 主流程
接入号 "12367" 进入 登录
缺省 { 时区 "Asia/Shanghai"  当 出错 { 播放 "系统忙。" 挂机 }  当 挂机 { 标记 "走了" 标记 "挂了" } }
作息 大厅 { 每天 08:00-20:00 }
名单 黑名单
开关 公告 关闭
队列 综合 { 技能组 "综合" }
队列 外语 { 技能组 "英文" }
信箱 信箱一 { 问候 "请留言。" 最长 1分钟 静默 5秒 }
流程 主流程 {
  如果 来电号码 属于 黑名单 { 播放 "再见。" 挂机 }
  播放 "您好。"
  菜单 {
    播放 选项
    按 1 "查询" 转到 查询
    按 2 "人工" 转到 人工
    按 3 "留言" 转到 说话
    按 4 "短信" 转到 短信登记
    等待 5秒 最多 2次 否则 挂机
  }
}
流程 查询 {
  设 欠税 = 纳税人.欠税("913701001000000409") 否则 { 播放 "查不到。" 挂机 }
  标记 "查了"
  播放 "您有{数量(欠税)}笔欠税。"
  转到 人工
}
流程 人工 {
  如果 大厅 休息 { 播放 "已下班。" 挂机 }
  排队 综合 否则 { 播放 "没有人。" 挂机 }
  播放 "谢谢。"
  挂机
}
流程 说话 { 留言 信箱一 }
流程 短信登记 {
  发短信 给 来电号码 "您的号码已登记。" 否则 { 播放 "发不出。" 挂机 }
  播放 "已发送。"
  挂机
}
流程 登录 {
  设 密码 = 询问 保密 数字 6位 { 播放 "密码？" 最多 2次 否则 挂机 }
  设 本户 = 纳税人.核验("913701001000000409", 密码) 否则 { 播放 "不对。" 挂机 }
  播放 "{本户.名称}，您好。"
  挂机
}
`

// caller acts in a call that rests.
type caller func(c *sim.Call)

func presses(keys string) caller { return func(c *sim.Call) { c.Press(keys, sim.KeyGap) } }
func silent(c *sim.Call)         { c.SayNothing() }
func hangsUpNow(c *sim.Call)     { c.Hangup() }
func later(ms int64) caller      { return func(c *sim.Call) { c.RunUntil(c.Now() + ms) } }
func talks(c *sim.Call) {
	c.AgentAnswers()
	c.RunUntil(c.Now() + 30_000)
	c.AgentHangsUp()
}

// steady answers lookups by what a test says, and lists and switches with no.
type steady struct {
	v *world
}

func (s steady) Lookup(e vm.Effect, _ int64) (vm.Event, int64) {
	if e.Name == "table" {
		return session.Row(&s.v.v.Program.Tables[e.Index], e.Args[0]), 0
	}
	return vm.Event{Kind: vm.Answer, Value: s.v.samples[e.Name]}, 300
}
func (s steady) Query(e vm.Effect, now int64) vm.Event {
	if e.Name == "hours" {
		return s.v.Query(e, now)
	}
	return vm.Event{Kind: vm.Answer, Value: vm.Bool(false)}
}
func (s steady) Outcome(vm.Effect, int64) (string, int64) { return "", 0 }

// call is one call by a caller to a number, as it is kept.
func call(t *testing.T, w *world, number string, does []caller) (c kept.Call) {
	t.Helper()
	if err := c.Decode(record(t, w, number, does)); err != nil {
		t.Fatal(err)
	}
	return c
}

// record is the record of such a call.
func record(t *testing.T, w *world, number string, does []caller) []byte {
	t.Helper()
	dir := t.TempDir()
	k, err := kept.Open(kept.Options{Dir: dir, MB: 16, Days: 9, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	p := w.v.Program
	i := slices.IndexFunc(p.Numbers, func(e bundle.Entry) bool { return e.Text == number })
	fn := int(p.Numbers[i].Func)
	const from = "13800138000"
	r := k.Begin(p, kept.Header{Version: w.v.Hash(), ID: "c", Started: nine, Direction: "in", Number: number,
		Caller: from, Entry: p.Funcs[fn].Name})
	c := sim.New(sim.Options{Image: w.v.Image, Func: fn, Now: nine, Number: number, Caller: from,
		Answers: steady{w}, Watch: r})
	c.Start()
	for _, do := range does {
		do(c)
		c.Rest()
	}
	if _, over := c.Over(); !over {
		c.Hangup()
	}
	how, _ := c.Over()
	r.End(how, c.Now())
	k.Close()
	return only(t, dir)
}

// told says what of a result a test compares: class: old → new, and whether it went to its end.
func told(r *Result) (list []string) {
	for _, d := range r.Differences {
		list = append(list, fmt.Sprintf("%s %s: %s → %s", d.Class, d.After.Zh, d.Old.Zh, d.New.Zh))
	}
	if r.Open != nil {
		list = append(list, "open "+r.Open.Zh)
	}
	return list
}

func TestWhatIsDifferentForACaller(t *testing.T) {
	const elsewhere = "open 去处不同，来电人接着会怎么做不知道"
	const gone = "open 来电人要的没有了，接着会怎么做不知道"
	rest := func(c *sim.Call) { c.Rest() }
	for _, c := range []struct {
		name   string
		number string
		does   []caller
		change []string
		want   []string
	}{
		{name: "nothing", does: []caller{rest, presses("1"), talks}, want: nil},
		{name: "a secret", number: "12367", does: []caller{rest, presses("482915")}, want: nil},
		{"names, order, a flow of its own", "", []caller{rest, presses("1"), talks},
			[]string{"转到 查询", "转到 欠税查询", "流程 查询", "流程 欠税查询", `播放 "您好。"`, `执行 问好`, "流程 说话",
				"流程 问好 { 播放 \"您好。\" 返回 }\n流程 说话"}, nil},
		{"milestones of one moment change places", "", []caller{rest, presses("1"), later(1000), hangsUpNow},
			[]string{`标记 "走了" 标记 "挂了"`, `标记 "挂了" 标记 "走了"`}, nil},
		{"another key", "", []caller{rest, presses("1"), talks},
			[]string{`按 1 "查询"`, `按 5 "查询"`},
			[]string{"words 拨打 12366: 报选项“查询 1 人工 2 留言 3 短信 4” → 报选项“查询 5 人工 2 留言 3 短信 4”",
				"keys 拨打 12366: “查询”按 1 → 按 5"}},
		{"another name", "", []caller{rest, presses("1"), talks}, []string{`按 1 "查询"`, `按 1 "查欠税"`},
			[]string{"words 拨打 12366: 报选项“查询 1 人工 2 留言 3 短信 4” → 报选项“查欠税 1 人工 2 留言 3 短信 4”"}},
		{"an option is gone", "", []caller{rest, presses("1"), talks}, []string{`按 1 "查询" 转到 查询`, ""},
			[]string{"words 拨打 12366: 报选项“查询 1 人工 2 留言 3 短信 4” → 报选项“人工 2 留言 3 短信 4”",
				"goes 拨打 12366: “主流程”可按 1（查询） → 没有“查询”", gone}},
		{"its key is another option's", "", []caller{rest, presses("3")},
			[]string{`按 3 "留言" 转到 说话`, `按 3 "投诉" 转到 人工`},
			[]string{"words 拨打 12366: 报选项“查询 1 人工 2 留言 3 短信 4” → 报选项“查询 1 人工 2 投诉 3 短信 4”",
				"goes 拨打 12366: “主流程”可按 3（留言） → 没有“留言”", gone}},
		{"a wrong key is an option", "", []caller{rest, presses("5"), presses("2"), talks},
			[]string{`按 4 "短信"`, `按 5 "投诉" 转到 说话 按 4 "短信"`},
			[]string{"words 拨打 12366: 报选项“查询 1 人工 2 留言 3 短信 4” → 报选项“查询 1 人工 2 留言 3 投诉 5 短信 4”",
				"goes 拨打 12366: 按 5 无效 → 按 5 是“投诉”",
				"voicemail “主流程”按错: 到“主流程” → 在 信箱一 留言", elsewhere}},
		{"other words", "", []caller{rest, presses("2"), talks}, []string{`"您好。"`, `"欢迎。"`},
			[]string{"words 拨打 12366: 播放“您好。” → 播放“欢迎。”"}},
		{"words behind a value", "", []caller{rest, presses("1"), talks}, []string{`笔欠税。`, `笔欠缴。`},
			[]string{"words “主流程”按 1（查询）: 播放“您有…笔欠税。” → 播放“您有…笔欠缴。”"}},
		{"another queue", "", []caller{rest, presses("2"), talks}, []string{`排队 综合`, `排队 外语`},
			[]string{"queue “主流程”按 2（人工）: 排队 综合 → 排队 外语", elsewhere}},
		{"another place in it", "", []caller{rest, presses("2"), talks}, []string{`排队 综合`, `排队 综合 优先级 5`},
			[]string{"queue “主流程”按 2（人工）: 排队 综合 → 排队 综合（优先级 5）"}},
		{"no agent any more", "", []caller{rest, presses("2"), talks}, []string{`按 2 "人工" 转到 人工`,
			`按 2 "人工" 转到 说话`}, []string{"agent “主流程”按 2（人工）: 排队 综合 → 在 信箱一 留言", elsewhere}},
		{"what follows an agent", "", []caller{rest, presses("2"), talks}, []string{"播放 \"谢谢。\"\n  挂机",
			"播放 \"谢谢。\"\n  转到 说话"}, []string{"ending 排队 综合，座席讲完: 挂机 → 在 信箱一 留言"}},
		{"opening hours", "", []caller{rest, presses("2"), talks}, []string{`08:00-20:00`, `13:00-20:00`},
			[]string{"agent “主流程”按 2（人工）: 排队 综合 → 挂机"}},
		{"another text", "", []caller{rest, presses("4")}, []string{`已登记`, `已记下`},
			[]string{"text “主流程”按 4（短信）: 发短信“您的号码已登记。” → 发短信“您的号码已记下。”"}},
		{"a lookup less", "", []caller{rest, presses("1"), talks},
			[]string{"设 欠税 = 纳税人.欠税(\"913701001000000409\") 否则 { 播放 \"查不到。\" 挂机 }\n", "",
				`您有{数量(欠税)}笔欠税。`, "没有。"},
			[]string{"words “主流程”按 1（查询）: 播放“您有…笔欠税。” → 播放“没有。”", "lookups “主流程”按 1（查询）: 纳税人.欠税 → 没有"}},
		{"a lookup that nobody made", "", []caller{rest, presses("1"), talks},
			[]string{"913701001000000409\") 否则 { 播放 \"查不到", "11010519491231002X\") 否则 { 播放 \"查不到"},
			[]string{"lookups “主流程”按 1（查询）: 纳税人.欠税 → 纳税人.欠税（内容不同）",
				"open 纳税人.欠税：当时没有这样问过，回答不知道"}},
		{"a list that nobody asked", "", []caller{rest, presses("2"), talks},
			[]string{"名单 黑名单", "名单 黑名单\n名单 白名单", "如果 大厅 休息", "如果 来电号码 属于 白名单 { 挂机 }\n  如果 大厅 休息"},
			[]string{"open 名单 白名单：当时没有这样问过，回答不知道"}},
		{"another question first", "", []caller{rest, presses("2"), talks},
			[]string{`播放 "您好。"`, "设 税号 = 询问 数字 4位 { 播放 \"税号？\" 最多 1次 否则 挂机 }\n  播放 \"{税号}\""},
			[]string{"goes 拨打 12366: 到“主流程” → 到“主流程.税号”", elsewhere}},
		{"the number is gone", "", []caller{rest}, []string{`接入号 "12366" 进入 主流程`, ``},
			[]string{"ending 拨打 12366: 有流程接 → 没有流程接"}},
		{"a question less", "12367", []caller{rest, silent, presses("482915")},
			[]string{`最多 2次 否则 挂机 }`, `最多 1次 否则 挂机 }`},
			[]string{"ending “登录.密码”不按键: 到“登录.密码” → 挂机"}},
		{"the caller hung up before", "", []caller{later(100), hangsUpNow}, []string{`按 2 "人工" 转到 人工`,
			`按 2 "人工" 转到 说话`}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.number == "" {
				c.number = "12366"
			}
			w := &world{v: written(t, small), samples: samples(t)}
			src := small
			for i := 0; i+1 < len(c.change); i += 2 {
				if !strings.Contains(src, c.change[i]) {
					t.Fatalf("no %q", c.change[i])
				}
				src = strings.Replace(src, c.change[i], c.change[i+1], 1)
			}
			k := call(t, w, c.number, c.does)
			var worker Worker
			r := worker.Call(NewPair(w.v, w.v), &k)
			if r.Unlike || len(r.Differences) > 0 || r.Open != nil {
				t.Fatalf("on its own version: %+v", r)
			}
			r = worker.Call(NewPair(w.v, written(t, src)), &k)
			if got := told(&r); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}
