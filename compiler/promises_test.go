package compiler_test

import (
	"fmt"
	"slices"
	"testing"

	"rexian/compiler"
	"rexian/lang/diag"
	"rexian/runtime/session"
)

// TestWhatAuthorsWriteIsKept holds programs, as people write them, that once were let pass though a caller would have
// met something else than they say; each with its finding, and beside it the one that says what it does.
func TestWhatAuthorsWriteIsKept(t *testing.T) {
	const head = "语种 中文, 英文 缺则 中文\n接入号 \"12366\" 进入 甲\n缺省 { 时区 \"Asia/Shanghai\" 当 不可用 挂机 当 出错 挂机 }\n"
	steps := func(s string) string { return "流程 甲 {\n" + s + "\n挂机\n}\n" }
	campaign := func(clause, flow string) string {
		return steps("播放 \"好。\"") + "作息 白天 { 工作日 09:00-17:00 }\n外呼任务 任 { 呼叫名单 纳税人.欠税名单(至少: 1元) 时段 白天 " +
			"呼叫 对象.电话 接通后 乙(对象)\n" + clause + "\n}\n流程 乙(户: 纳税人) { 播放 \"{户.名称}。\" " + flow + " }\n"
	}
	message := func(s string) string {
		return steps("播放 \"好。\"") + "来信 \"查\" 进入 乙\n流程 乙 { 回复 \"好\" }\n流程 丙 { 回复 \"不\" }\n" + s
	}
	circle := func(arm, end string) string {
		return steps("排队 一 否则 {\n"+arm+"\n否则 挂机 }") + "队列 一 { 技能组 \"甲\" 满 1分钟 转入 二 }\n" +
			"队列 二 { 技能组 \"甲\" 满 1分钟 转入 三 }\n队列 三 { 技能组 \"甲\" " + end + " }\n"
	}
	const offer = "满 30秒 播放 \"留言请按2。\" 满 30秒 可按 2"
	desks := map[string]string{"k.csv": "键,名称,电话\n1,征收科,053188880001\n2,法规科,053188880002\n"}
	desk := func(lead string) string {
		return "表格 科室 取自 \"k.csv\" { 键: 数字 1位, 名称: 文本, 电话: 电话 }\n" +
			"流程 甲 {\n设 科 = 询问 科室 {\n" + lead + "\n否则 挂机 }\n转接 科.电话 否则 挂机\n}\n"
	}
	closed := func(arms string) string {
		return "作息 大厅 { 工作日 09:00-12:00, 13:00-17:00 }\n" + steps("根据 大厅 {\n当 开放 继续\n"+arms+"\n}")
	}
	survey := func(s string) string { return steps("启动问卷 卷") + "问卷 卷 {\n" + s + "\n}\n" }
	field := func(words, kind string) string {
		return "流程 甲 {\n按 * { 播放 \"退出。\" 挂机 }\n按 0 { 播放 \"总机。\" 挂机 }\n设 数 = 询问 " + kind +
			" {\n播放 \"" + words + "\"\n允许全局键\n否则 挂机 }\n播放 \"{数}。\"\n挂机\n}\n"
	}
	for _, c := range []struct {
		name, src, want string
		files           map[string]string
	}{
		{"a key that the queue it is moved to offers", circle("按 2 挂机", offer), "", nil},
		{"and that nobody takes", circle("", offer), "RX4204 5", nil},
		{"a key that none of them offers", circle("按 2 挂机", ""), "RX3019 6", nil},
		{"a campaign that refuses a call it made",
			steps("播放 \"好。\"") + "作息 白天 { 工作日 09:00-17:00 }\n外呼任务 任 { 呼叫名单 " +
				"纳税人.欠税名单(至少: 1元) 时段 白天 呼叫 对象.电话 接通后 乙(对象) }\n流程 乙(户: 纳税人) {\n附带 名 = 户.名称 不接听 }\n",
			"RX3017 11", nil},
		{"words during a lookup, then a refusal", "提示语 乐 { 中文 \"音乐。\" }\n流程 甲 {\n设 户 = 纳税人.查找(\"913701001000000409\") " +
			"期间播放 乐 否则 挂机\n附带 名 = 户.名称\n不接听\n}\n", "RX3017 8", nil},
		{"a retry that another one hides", campaign("重拨 占线 隔 1小时 限 1\n重拨 占线 隔 2小时 最多 3次", "挂机"), "RX3103 11", nil},
		{"two retries", campaign("重拨 占线 隔 1小时\n重拨 无人接听 隔 2小时 最多 3次", "挂机"), "", nil},
		{"a number that nobody can see", campaign("外显号码 \"12\"", "挂机"), "RX2150 10", nil},
		{"no number", campaign("外显号码 \"总机\"", "挂机"), "RX2150 10", nil},
		{"a number to see", campaign("外显号码 \"+8653112366\"", "挂机"), "", nil},
		{"a time that no day has", campaign("每天启动 24:00", "挂机"), "RX2136 10", nil},
		{"a time", campaign("每天启动 23:59", "挂机"), "", nil},
		{"one word in two widths", message("来信 \"ＡＢ\" 进入 乙\n来信 \"ab\" 进入 丙\n"), "RX2019 12", nil},
		{"a word with a blank", message("来信 \"查 税\" 进入 丙\n"), "RX2106 11", nil},
		{"a survey that asks nothing", survey("播放 \"谢谢。\""), "RX3019 8", nil},
		{"a survey", survey("询问 好 \"好请按1，不好请按2。\" { 1 \"好\" 2 \"不好\" }"), "", nil},
		{"a grade that is not told of", survey("询问 好 打分 1..3 \"满意请按3，不满意请按1。\""), "RX4202 9", nil},
		{"all grades by themselves", survey("询问 好 打分 1..3 \"满意请按3，一般请按2，不满意请按1。\""), "", nil},
		{"grades from and to", survey("询问 好 打分 1..5 \"请按1到5打分。\""), "", nil},
		{"a scale whose ends are told", survey("询问 好 打分 1..5 \"请打分，最低1分，最高5分。\""), "", nil},
		{"rows that are exchanged", desk("播放 \"法规科请按1，征收科请按2。\""), "RX4205 6", desks},
		{"rows as they are", desk("播放 \"征收科请按1，法规科请按2。\""), "", desks},
		{"rows by other words", desk("播放 \"缴税请按1，咨询请按2。\""), "", desks},
		{"no row", desk("播放 \"请选择。\""), "RX3019 6", map[string]string{"k.csv": "键,名称,电话\n"}},
		{"a global key that a field takes", field("请输入四位，总机请按0。", "数字 4位"), "RX3019 8", nil},
		{"a global point", field("请输入金额，退出请按星号键。", "金额"), "RX3019 8", nil},
		{"a global key that a field leaves", field("请输入四位，退出请按星号键。", "数字 4位"), "", nil},
		{"a digit that is one", field("请输入四位，按井号键结束。", "数字 1..4位"), "", nil},
		{"a next opening that nobody knows", closed("当 休息(因, 何时) 播放 \"{何时}恢复。\""), "RX3021 8", nil},
		{"after a break it is known", closed("当 休息(午休, 何时) 播放 \"{何时}恢复。\"\n当 休息 播放 \"再见。\""), "", nil},
		{"an emergency has its arm", closed("当 休息(紧急停用, _) 播放 \"停用。\"\n当 休息(_, 何时) 播放 \"{何时}恢复。\""), "", nil},
		{"an emergency that is bound", closed("当 休息(紧急停用, 何时) 播放 \"{何时}恢复。\"\n当 休息 播放 \"再见。\""), "RX3021 8", nil},
		{"it is tested", closed("当 休息(_, 何时) { 如果 何时 不为空 { 播放 \"{何时}恢复。\" } }"), "", nil},
		{"a reason that was taken", closed("当 休息(午休, _) 播放 \"一。\"\n当 休息(午休, _) 播放 \"二。\"\n当 休息 播放 \"三。\""),
			"RX3103 9", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{"a.flow": head + c.src}
			for name, text := range c.files {
				files[name] = text
			}
			w, err := compiler.Open(writeTree(t, files))
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Load(); err != nil {
				t.Fatal(err)
			}
			_, found := w.Check(compiler.Options{Today: today})
			var got []string
			for _, d := range found {
				if d.Code == "RX3009" || d.Code == "RX3008" { // nothing comes to a flow that only shows something
					continue
				}
				got = append(got, fmt.Sprintf("%s %d", d.Code, diag.Place(w.Source(d.File), d.Span.Start).Line))
			}
			if want := []string{c.want}; c.want == "" && len(got) > 0 || c.want != "" && !slices.Equal(got, want) {
				t.Errorf("%v, want %q, of\n%s", got, c.want, files["a.flow"])
			}
		})
	}
}

// TestAMessagesWordInFullWidth holds that a word written in full width is the one that a message is compared with.
func TestAMessagesWordInFullWidth(t *testing.T) {
	w, err := compiler.Open(writeTree(t, map[string]string{"a.flow": "接入号 \"12366\" 进入 甲\n" +
		"缺省 { 时区 \"Asia/Shanghai\" 当 出错 挂机 }\n流程 甲 { 挂机 }\n来信 \"ＪＤ\" 进入 乙\n流程 乙 { 回复 \"好\" }\n"}))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	p, found, err := w.Build(compiler.Options{Today: today})
	if err != nil {
		t.Fatal(err, found)
	}
	if _, _, ok := session.Inbound(p, "jd"); !ok {
		t.Errorf("no flow takes the message: %+v", p.Messages)
	}
}
