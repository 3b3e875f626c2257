package check_test

import (
	"strings"
	"testing"

	"rexian/lang/diag"
)

// around makes a program of the steps of its one flow and of further declarations.
func around(steps, rest string) string {
	return "语种 中文, 英文 缺则 中文\n接入号 \"12366\" 进入 主流程\n" +
		"缺省 { 时区 \"Asia/Shanghai\"  当 不可用 挂机  当 出错 挂机 }\n" +
		"流程 主流程 {\n" + steps + "\n挂机\n}\n" + rest
}

const (
	askSecret = "设 密码 = 询问 保密 数字 6位 { 播放 \"请输入密码。\" 否则 挂机 }\n"
	getList   = "设 欠税 = 纳税人.欠税(\"913701001000000409\")\n"
	queue     = "队列 咨询 { 技能组 \"咨询\" }\n"
)

// dated asks for a date within a range.
func dated(limits string) string {
	return "设 日 = 询问 日期 { 播放 \"日期？\" 范围 " + limits + " 否则 挂机 }  播放 \"{日}\""
}

// TestFaults holds faults one by one: each gives its code and nothing else, at the text it is about. An empty code
// means that nothing is wrong.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name, steps, rest, code, at string
	}{
		// Names.
		{"an unknown name is silent afterwards", `设 甲 = 没有 + 1  设 乙 = 甲 * 2元  如果 乙 大于 3 且 甲 { 挂机 }`, "", "RX2001",
			"没有"},
		{"a name of an inner block is unknown after it", `如果 今天 是 今天 { 设 甲 = 1  播放 "{甲}" }  播放 "{甲}"`, "", "RX2001",
			"甲"},
		{"inner blocks side by side may share names", `如果 今天 是 今天 { 设 甲 = 1  播放 "{甲}" } 否则 { 设 甲 = 2  播放 "{甲}" }`, "",
			"", ""},
		{"an inner name may not hide an outer", `设 甲 = 1  如果 甲 是 1 { 设 甲 = 2  播放 "{甲}" }`, "", "RX2003", "甲"},
		{"the answer is unknown in its own arms", `设 甲 = 询问 日期 { 播放 "请输入日期。" 当 按错 播放 "{甲}" 否则 挂机 }  播放 "{甲}"`, "",
			"RX2001", "甲"},
		{"the confirmation knows the answer", `设 甲 = 询问 日期 { 播放 "请输入日期。" 复核 "是{甲}吗？" 否则 挂机 }  播放 "{甲}"`, "", "", ""},
		{"the library gives way to a declared name", `播放 今天`, "提示语 今天 { 中文 \"今天好。\" }\n", "", ""},
		{"true", `设 甲 = true  如果 甲 { 挂机 }`, "", "RX2001", "true"},
		{"a flow is no value", `播放 "{问好}"`, "流程 问好 { 播放 \"您好。\" 挂机 }\n", "RX2125", "问好"},

		// Types.
		{"text takes a telephone number", `播放 "{长度(来电号码)}"`, "", "", ""},
		{"money times money", `设 甲 = 1元 * 1元  播放 "{甲}"`, "", "RX2111", "1元 * 1元"},
		{"money by money is a number", `设 甲 = 1元 / 2元  如果 甲 大于 0.3 { 挂机 }`, "", "", ""},
		{"dates differ by days", `设 甲 = 今天 - 2026-10-01  如果 甲 大于 3天 { 挂机 }`, "", "", ""},
		{"a date plus a bare number", `设 甲 = 今天 + 3  播放 "{甲}"`, "", "RX2105", "3"},
		{"a month plus months", `设 甲 = 本月 + 2个月  播放 "{甲}"`, "", "", ""},
		{"a missing unit in a range", `设 甲 = 询问 金额 { 播放 "金额？" 范围 1..500元 否则 挂机 }  播放 "{甲}"`, "", "RX2105", "1"},
		{"the sum of texts", getList + `播放 "{合计(欠税.税种)}"`, "", "RX2124", "欠税.税种"},
		{"the field of a list", getList + `播放 "{最大(欠税.金额)}"`, "", "", ""},
		{"an absent value is compared with none", getList + `如果 首个(欠税) 是 无 { 挂机 }`, "", "", ""},
		{"a condition that is none", `如果 今天 { 挂机 }`, "", "RX2101", "今天"},
		{"a taxpayer number that cannot be", `设 户 = 纳税人.查找("913701001000000408") 否则 挂机  播放 "{户.名称}"`, "", "RX2106",
			"\"913701001000000408\""},
		{"who is told of messages has a mobile", `挂机`, "信箱 箱 { 通知 \"13900139000\", \"a@example.org\" }\n", "", ""},
		{"who is told of messages has a mail address", `挂机`, "信箱 箱 { 通知 \"88880000\" }\n", "RX2106", "\"88880000\""},
		{"digits of the wrong width", `执行 说("12345")`, "流程 说(号: 数字 6位) { 播放 \"{号:逐位}\" 返回 }\n", "RX2106", "\"12345\""},
		{"a table's key keeps its width", `设 厅 = 办税厅["01"] 否则 挂机  播放 "{厅.名称}"`,
			"表格 办税厅 取自 \"表格/办税厅.csv\" { 代码: 数字 2位, 名称: 文本 }\n", "", ""},
		{"a branch of another type", `设 甲 = (如果 今天 是 今天 则 1 否则 1元)  播放 "{甲}"`, "", "RX2101", "1元"},
		{"in a list of values", `如果 来电号码 属于 ["13800138000", "13900139000"] { 挂机 }`, "", "", ""},
		{"in something that is no list", `如果 来电号码 属于 今天 { 挂机 }`, "", "RX2101", "今天"},
		{"hours are no switch", `如果 办公 开启 { 挂机 }`, "作息 办公 { 工作日 08:30-17:30 }\n", "RX2101", "办公"},

		// Outcomes.
		{"defaults catch unavailable", getList + `播放 "{数量(欠税)}"`, "", "", ""},
		{"a handler of the flow catches", `执行 查()`,
			"流程 查 { 当 未找到, 有多个 挂机  设 户 = 纳税人.查找(\"913701001000000409\")  播放 \"{户.名称}\" 返回 }\n", "", ""},
		{"a handler of every caller catches", `转到 外面`,
			"流程 外面 { 当 未找到, 有多个 挂机  执行 查()  挂机 }\n流程 查 { 设 户 = 纳税人.查找(\"913701001000000409\")  播放 \"{户.名称}\" 返回 }\n",
			"", ""},
		{"the arm of a dropped lookup may go on", `执行 工单.催办("2026101200") 否则 { 当 未找到 播放 "没有。" 否则 继续 }`, "", "", ""},
		{"both ways of an if leave", `排队 咨询 否则 { 如果 今天 是 今天 { 挂机 } 否则 { 转到 主流程 } }`, queue, "", ""},
		{"a miss may go on", `设 甲 = 询问 日期 { 播放 "日期？" 当 没按键 播放 "请按键。" 当 按错(2) 播放 "又错了。" 否则 挂机 }  播放 "{甲}"`, "", "", ""},
		{"every reason but one", "根据 办公 {\n当 开放 继续\n当 休息(午休, 何时) 播放 \"{何时}\"\n}", "作息 办公 { 工作日 08:30-17:30 }\n",
			"RX3106", "根据 办公 {\n当 开放 继续\n当 休息(午休, 何时) 播放 \"{何时}\"\n}"},
		{"all reasons bind", "根据 办公 {\n当 开放 继续\n当 休息(为何, 何时) 播放 \"{何时}\"\n}", "作息 办公 { 工作日 08:30-17:30 }\n", "", ""},
		{"yes and no are all", "设 好 = 询问 是否 { 播放 \"好请按1，不好请按2。\" 否则 挂机 }\n根据 好 { 当 是 播放 \"好。\" 当 否 播放 \"不好。\" }", "",
			"", ""},
		{"yes alone", "设 好 = 询问 是否 { 播放 \"好请按1，不好请按2。\" 否则 挂机 }\n根据 好 { 当 是 播放 \"好。\" }", "", "RX3106",
			"根据 好 { 当 是 播放 \"好。\" }"},

		// Secrets.
		{"a secret in a template", askSecret + `发短信 给 来电号码 条(密码) 否则 继续`, "模板 条(码: 数字) { 中文 \"{码}\" }\n", "RX6003",
			"密码"},
		{"a secret under another name", askSecret + `设 也是 = 密码  播放 "{也是}"`, "", "RX6001", "也是"},
		{"a secret in a list", askSecret + `播放 "{连接([密码])}"`, "", "RX6003", "密码"},
		{"a secret in a choice", askSecret + `设 也是 = (如果 今天 是 今天 则 密码 否则 "123456")  播放 "{也是}"`, "", "RX6001", "也是"},
		{"the length of a secret", askSecret + `播放 "{长度(密码)}"`, "", "RX6003", "密码"},
		{"a secret that is matched", askSecret + `根据 密码 { 否则 继续 }`, "", "RX6002", "密码"},
		{"a secret is set", askSecret + `改 旧 = 密码`, "通话变量 旧: 数字\n", "RX6004", "密码"},
		{"a secret is returned as none", askSecret + `设 又 = 执行 取(密码)  播放 "{又}"`, "流程 取(码: 保密 数字): 数字 { 返回 码 }\n",
			"RX6003", "码"},
		{"a secret is dialled", `设 分机 = 询问 保密 数字 4位 { 播放 "请输入分机。" 否则 挂机 }  转接 分机 否则 挂机`, "", "RX6003", "分机"},
		{"one of two extensions", `转接 (如果 今天 是 今天 则 "8001" 否则 "8002") 否则 挂机`, "", "", ""},
		{"a secret may be empty", askSecret + `如果 密码 为空 { 挂机 }`, "", "", ""},

		// Channels and handlers.
		{"a hang-up is marked", ``, "流程 另 { 当 挂机 标记 \"走了\"  播放 \"您好。\" 挂机 }\n", "", ""},
		{"a hang-up does a flow", ``, "流程 另 { 当 挂机 { 执行 问() }  播放 \"您好。\" 挂机 }\n流程 问 { 播放 \"您好。\" 返回 }\n", "RX3104",
			"问()"},
		{"a message reaches a call by do", ``, "来信 \"QS\" 进入 查\n流程 查 { 执行 问()  回复 \"好。\" }\n流程 问 { 播放 \"您好。\" 返回 }\n",
			"RX3113", "问()"},
		{"a shared flow serves both", `执行 记()`, "来信 \"QS\" 进入 查\n流程 查 { 执行 记()  回复 \"好。\" }\n流程 记 { 标记 \"来过\" 返回 }\n",
			"", ""},

		// Ranges and figures that are computed.
		{"from today back", dated("今天..今天 - 1天"), "", "RX2143", "范围 今天..今天 - 1天"},
		{"from a day to an earlier one", dated("今天 + 9天..今天 + 8天"), "", "RX2143", "范围 今天 + 9天..今天 + 8天"},
		{"until today", dated("今天 - 30天..今天"), "", "", ""},
		{"until a day that nobody knows", "设 末 = 今天 + 1天 " + dated("今天..末"), "", "", ""},
		{"from this month to the last", `设 月 = 询问 月份 { 播放 "月份？" 范围 本月..上月 否则 挂机 }  播放 "{月}"`, "", "RX2143",
			"范围 本月..上月"},
		{"a label within an earlier one", `根据 数量([1]) { 当 1..9 挂机 当 3..4 挂机 否则 继续 }`, "", "RX3103", "3..4"},
		{"a label within earlier ones", `根据 合计([1元]) { 当 1元..2元 挂机 当 2.01元..3元 挂机 当 1.5元..3元 挂机 否则 继续 }`, "",
			"RX3103", "1.5元..3元"},
		{"a label that reaches further", `根据 数量([1]) { 当 1..5 挂机 当 6..9 挂机 当 4..8 挂机 否则 继续 }`, "", "", ""},
		{"a figure within an earlier range", `根据 今天 { 当 2026-10-01..2026-10-07 挂机 当 2026-10-05 挂机 否则 继续 }`, "",
			"RX3103", "2026-10-05"},
		{"a label after a setting", `根据 数量([1]) { 当 1..多 挂机 当 3 挂机 否则 继续 }`, "参数 多: 数值 = 5\n", "", ""},
		{"nobody's share, for now", `如果 抽中(0%) { 挂机 }`, "", "", ""},
		{"more than all", `如果 抽中(150%) { 挂机 }`, "", "RX2136", "150%"},
		{"no notices", `设 列 = 公告.最新(条数: 0) 否则 挂机  播放 "{数量(列)}"`, "", "RX2136", "0"},
		{"an end key that is a decimal point", `设 值 = 询问 金额 { 播放 "金额？" 结束键 * 否则 挂机 }  播放 "{值}"`, "", "RX3109", "*"},

		// Clauses that would do nothing.
		{"a recording waits for no first key", `设 音 = 录音 { 播放 "请说。" 等待 5秒 否则 挂机 }  附带 音 = 音`, "", "RX2139", "等待 5秒"},
		{"a recording has an end key", `设 音 = 录音 { 播放 "请说。" 结束键 * 否则 挂机 }  附带 音 = 音`, "", "", ""},

		// Parameters that stand for declared things.
		{"a flow that takes parameters is handed on", `转到 去处(丙)`,
			"流程 去处(去: 流程) { 转到 去 }\n流程 丙(甲: 文本) { 播放 \"{甲}\" 挂机 }\n", "RX2020", "去"},
		{"a flow that returns is gone to", `转到 去处(丙)`, "流程 去处(去: 流程) { 转到 去 }\n流程 丙 { 返回 }\n", "RX2013", "去"},
		{"a survey is gone to", `转到 去处(丙)`,
			"流程 去处(去: 流程) { 转到 去 }\n问卷 丙 { 询问 好 \"好请按1。\" { 1 \"好\" } }\n", "RX2014", "去"},
		{"arguments for a flow that is not known", `转到 去处(丙)`, "流程 去处(去: 流程) { 转到 去(1) }\n流程 丙 { 挂机 }\n", "RX2102",
			"1"},
		{"a mailbox is gone to", `转到 去处(箱)`, "流程 去处(去: 信箱) { 转到 去 }\n信箱 箱 { 问候 \"请留言。\" }\n", "RX2004", "去"},
		{"a message is left in a queue", `转到 去处(咨询)`, "流程 去处(去: 队列) { 留言 去 }\n" + queue, "RX2004", "去"},
		{"in each language through a parameter", `执行 说(好)`,
			"流程 说(话: 提示语) { 播放 话 各语言 返回 }\n提示语 好 { 中文 \"您好。\" }\n", "RX4102", "话"},

		// Languages.
		{"words without a language need no other", `播放 "您好。"`, "", "", ""},
		{"a prompt without English is only listed", `播放 好`, "提示语 好 { 中文 \"您好。\" }\n", "", ""},
		{"a prompt without the fallback", `播放 好`, "提示语 好 { 英文 \"Hello.\" }\n", "RX4101", "好"},
		{"each language of a prompt", `播放 好 各语言`, "提示语 好 { 中文 \"您好。\" }\n", "RX4102", "好"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := around(c.steps, c.rest)
			_, found := run(src)
			var errors []diag.Diagnostic
			for _, d := range found {
				if d.Severity == diag.Error {
					errors = append(errors, d)
				}
			}
			switch {
			case c.code == "" && len(errors) == 0:
			case len(errors) == 1 && string(errors[0].Code) == c.code &&
				src[errors[0].Span.Start:errors[0].Span.End] == c.at:
			default:
				t.Errorf("want %q at %q, have\n%s%s", c.code, c.at, render(src, errors), strings.TrimSpace(c.steps))
			}
		})
	}
}
