package rules_test

import (
	"testing"

	"rexian/compiler/check"
	"rexian/compiler/prove"
	"rexian/compiler/rules"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/runtime/readout"
)

// decided checks a program of one file and decides its rules.
func decided(t testing.TB, src string) []rules.Verdict {
	t.Helper()
	file, bad := parse.Parse("t.flow", []byte(src))
	if diag.HasErrors(bad) {
		t.Fatalf("does not parse: %s\n%s", bad[0].Sentence(diag.En), src)
	}
	p, bad := check.Check([]*ast.File{file}, check.Env{})
	g, more := prove.Program(p)
	for _, d := range append(bad, more...) {
		if d.Severity == diag.Error {
			t.Fatalf("does not check: %s %s\n%s", d.Code, d.Sentence(diag.En), src)
		}
	}
	return rules.Decide(p, g, readout.Voice{})
}

// TestRules proves and disproves each kind of claim.
func TestRules(t *testing.T) {
	const head = `接入号 "12366" 进入 甲
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 当 不可用 挂机 }
提示语 告知 { 中文 "本次通话将被录音。" }
队列 咨询 { 技能组 "综合" }
信箱 箱 { 问候 "请留言。" }
流程 核验 { 播放 "核验。" 返回 }
开关 通知 关闭
名单 名单
通话变量 本户: 纳税人
`
	menu := func(body string) string { return `菜单 { 播放 "转接请按1。" ` + body + " 否则 挂机 } " }
	for _, c := range []struct {
		name, rule, flow string
		holds            bool
	}{
		{"said first", "每条路径 先播放 告知 再 排队", "流程 甲 { 播放 告知 排队 咨询 否则 挂机\n挂机 }", true},
		{"said afterwards", "每条路径 先播放 告知 再 排队", "流程 甲 { 排队 咨询 否则 挂机\n播放 告知 挂机 }", false},
		{"said on one branch", "每条路径 先播放 告知 再 排队",
			"流程 甲 { 如果 来电号码 是手机 { 播放 告知 } 排队 咨询 否则 挂机\n挂机 }", false},
		{"said on both branches", "每条路径 先播放 告知 再 排队",
			"流程 甲 { 如果 来电号码 是手机 { 播放 告知 } 否则 { 播放 告知 } 排队 咨询 否则 挂机\n挂机 }", true},
		{"said by a flow that is done", "每条路径 先播放 告知 再 排队",
			"流程 乙 { 播放 告知 返回 }\n流程 甲 { 执行 乙 排队 咨询 否则 挂机\n挂机 }", true},
		{"said by the flow before", "每条路径 先播放 告知 再 排队",
			"流程 乙 { 排队 咨询 否则 挂机\n挂机 }\n流程 甲 { 播放 告知 转到 乙 }", true},
		{"a key that may be pressed before it is said", "每条路径 先播放 告知 再 排队",
			"流程 甲 { 按 0 { 排队 咨询 否则 挂机\n挂机 }\n" + menu(`按 1 "转接" 继续`) + "播放 告知 挂机 }", false},
		{"a key that cannot be pressed before it is said", "每条路径 先播放 告知 再 排队",
			"流程 甲 { 按 0 { 排队 咨询 否则 挂机\n挂机 }\n播放 告知\n" + menu(`按 1 "转接" 继续`) + "挂机 }", true},
		{"an error before it is said", "每条路径 先播放 告知 再 排队",
			"流程 甲 { 当 出错 { 排队 咨询 否则 挂机\n挂机 }\n设 数 = 10 / 长度(通话.编号)\n播放 告知 播放 \"{数}\" 挂机 }", false},
		{"done first", "每条路径 先执行 核验 再 留言", "流程 甲 { 执行 核验 留言 箱 }", true},
		{"not done", "每条路径 先执行 核验 再 留言", "流程 甲 { 播放 告知 留言 箱 }", false},
		{"inside what must be done", "每条路径 先执行 乙 再 标记 \"到\"",
			"流程 乙 { 标记 \"到\" 返回 }\n流程 甲 { 执行 乙 挂机 }", false},
		{"never reached", "没有路径 到达 转接, 留言", "流程 甲 { 播放 告知 挂机 }", true},
		{"reached by a flow that nothing enters", "没有路径 到达 留言", "流程 甲 { 挂机 }\n流程 乙 { 留言 箱 }", true},
		{"reached from there", "从 乙 没有路径 到达 留言", "流程 甲 { 转到 乙 }\n流程 乙 { 留言 箱 }", false},
		{"reached, but not from there", "从 乙 没有路径 到达 箱",
			"流程 甲 { 如果 来电号码 是手机 { 转到 乙 } 留言 箱 }\n流程 乙 { 挂机 }", true},
		{"a flow by name", "没有路径 到达 核验", "流程 甲 { 执行 核验 挂机 }", false},
		{"the same asked twice", "每条路径 先播放 告知 再 排队",
			"流程 甲 { 如果 通知 开启 { 播放 告知 } 播放 \"您好。\" 如果 通知 开启 { 排队 咨询 否则 挂机\n挂机 } 挂机 }", true},
		{"the other way asked twice", "每条路径 先播放 告知 再 排队",
			"流程 甲 { 如果 通知 开启 { 播放 告知 } 如果 通知 关闭 { 排队 咨询 否则 挂机\n挂机 } 挂机 }", false},
		{"asked again after it was set", "每条路径 先播放 告知 再 排队",
			"流程 甲 { 设 数 = 长度(通话.编号) 如果 数 > 3 { 播放 告知 } 改 数 = 长度(通话.路径) 如果 数 > 3 { 排队 咨询 否则 挂机\n挂机 } 挂机 }",
			false},
		{"a condition of both", "每条路径 先播放 告知 再 排队",
			"流程 甲 { 如果 通知 关闭 或 来电号码 属于 名单 { 挂机 } 如果 通知 开启 { 播放 告知 } 排队 咨询 否则 挂机\n挂机 }", true},
		{"only while", "每条路径 先播放 告知 再 排队 仅当 通知 开启",
			"流程 甲 { 如果 通知 开启 { 播放 告知 } 排队 咨询 否则 挂机\n挂机 }", true},
		{"only while it is not", "每条路径 先播放 告知 再 排队 仅当 通知 关闭",
			"流程 甲 { 如果 通知 开启 { 播放 告知 } 排队 咨询 否则 挂机\n挂机 }", false},
		{"while one of two is so", "没有路径 到达 排队 仅当 通知 开启 或 来电号码 属于 名单",
			"流程 甲 { 如果 通知 开启 { 挂机 } 如果 来电号码 属于 名单 { 挂机 } 排队 咨询 否则 挂机\n挂机 }", true},
		{"while one of two is so, and only the other is asked", "没有路径 到达 排队 仅当 通知 开启 或 来电号码 属于 名单",
			"流程 甲 { 如果 通知 开启 { 挂机 } 排队 咨询 否则 挂机\n挂机 }", false},
		{"while not both are so", "没有路径 到达 排队 仅当 非 (通知 开启 且 来电号码 是手机)",
			"流程 甲 { 如果 通知 关闭 { 挂机 } 如果 来电号码 不是手机 { 挂机 } 排队 咨询 否则 挂机\n挂机 }", true},
		{"on one day of the week", "没有路径 到达 排队 仅当 星期几(今天) 是 6",
			"流程 甲 { 如果 星期几(今天) 是 6 { 挂机 } 排队 咨询 否则 挂机\n挂机 }", true},
		{"on another day of the week", "没有路径 到达 排队 仅当 星期几(今天) 是 6",
			"流程 甲 { 如果 星期几(今天) 是 7 { 排队 咨询 否则 挂机\n挂机 } 挂机 }", true},
		{"at an hour", "每条路径 先播放 告知 再 排队 仅当 钟点(现在) 早于 08:30",
			"流程 甲 { 如果 钟点(现在) 早于 08:30 { 播放 告知 } 排队 咨询 否则 挂机\n挂机 }", true},
		{"one constant is no other", "每条路径 先播放 告知 再 排队",
			"流程 甲 { 设 码 = 询问 数字 1位 { 播放 \"请输入。\" 否则 挂机 } 如果 码 是 \"1\" { 播放 告知 } " +
				"如果 码 是 \"2\" { 挂机 } 如果 码 是 \"1\" { 排队 咨询 否则 挂机\n挂机 } 挂机 }", true},
		{"later is not not later", "每条路径 先播放 告知 再 排队",
			"流程 甲 { 如果 今天 不晚于 2026-10-26 { 播放 告知 } 如果 今天 晚于 2026-10-26 { 挂机 } 排队 咨询 否则 挂机\n挂机 }", true},
		{"before one hour is not after a later one", "每条路径 先播放 告知 再 排队",
			"流程 甲 { 如果 钟点(现在) 早于 09:00 { 播放 告知 } 如果 钟点(现在) 早于 08:30 { 排队 咨询 否则 挂机\n挂机 } 挂机 }", true},
		{"before one hour may be before an earlier one", "每条路径 先播放 告知 再 排队",
			"流程 甲 { 如果 钟点(现在) 早于 08:30 { 播放 告知 } 如果 钟点(现在) 早于 09:00 { 排队 咨询 否则 挂机\n挂机 } 挂机 }", false},
		{"neither earlier nor later", "没有路径 到达 排队",
			"流程 甲 { 如果 钟点(现在) 早于 09:00 { 挂机 } 如果 钟点(现在) 晚于 08:30 { 挂机 } 排队 咨询 否则 挂机\n挂机 }", true},
		{"a day of the week among days", "没有路径 到达 排队 仅当 星期几(今天) 是 3",
			"流程 甲 { 如果 星期几(今天) 不低于 6 { 排队 咨询 否则 挂机\n挂机 } 挂机 }", true},
		{"a part of all callers", "没有路径 到达 排队 仅当 抽中(10%)",
			"流程 甲 { 如果 抽中(10%) { 挂机 } 排队 咨询 否则 挂机\n挂机 }", true},
		{"done in one place, not in another", "每条路径 先播放 告知 再 排队",
			"流程 乙 { 播放 \"您好。\" 返回 }\n流程 甲 { 如果 通知 开启 { 播放 告知 执行 乙 排队 咨询 否则 挂机\n挂机 } 执行 乙 挂机 }", true},
		{"call data filled before", "每条路径 先执行 核验 再 排队",
			"流程 甲 { 如果 本户 为空 { 执行 核验 改 本户 = 纳税人.查找(\"913701001000000409\") 否则 挂机\n } " +
				"如果 本户 不为空 { 排队 咨询 否则 挂机\n挂机 } 挂机 }", true},
		{"menus deep enough", "每个菜单 最多 2层, 1项",
			"流程 甲 { " + menu(`按 1 "转接" { `+menu(`按 1 "转接" 继续`)+"继续 }") + "挂机 }", true},
		{"menus too deep", "每个菜单 最多 1层",
			"流程 甲 { " + menu(`按 1 "转接" { `+menu(`按 1 "转接" 继续`)+"继续 }") + "挂机 }", false},
		{"a menu that comes back is no deeper", "每个菜单 最多 1层",
			"菜单 甲 { 播放 \"转接请按1。\" 按 1 \"转接\" 转到 甲 否则 挂机 }", true},
		{"too many items", "每个菜单 最多 1项",
			"菜单 甲 { 播放 \"转接请按1，留言请按2。\" 按 1 \"转接\" 挂机 按 2 \"留言\" 挂机 否则 挂机 }", false},
		{"one thing with a key", "每个菜单 按 * 只做 重听",
			"菜单 甲 { 播放 \"转接请按1，重听请按星号。\" 按 1 \"转接\" 挂机 按 * \"重听\" 重听 否则 挂机 }", true},
		{"another thing with a key", "每个菜单 按 * 只做 重听",
			"菜单 甲 { 播放 \"转接请按1，返回请按星号。\" 按 1 \"转接\" 挂机 按 * \"返回\" 挂机 否则 挂机 }", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := head + c.flow + "\n规则 \"一\" { " + c.rule + " }\n"
			v := decided(t, src)[0]
			if (v.State == rules.Proved) != c.holds || v.State == rules.Undecided {
				t.Errorf("%s\n%v %v", src, v.State, v.Why)
			}
			if v.State == rules.Refuted && v.Path == nil {
				t.Errorf("%s\nno path shows it", src)
			}
		})
	}
}

// TestRulesOfNoCall tells of a rule whose `when` no call meets that it holds and says nothing.
func TestRulesOfNoCall(t *testing.T) {
	const head = `接入号 "12366" 进入 甲
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 当 不可用 挂机 }
提示语 告知 { 中文 "本次通话将被录音。" }
队列 咨询 { 技能组 "综合" }
开关 通知 关闭
流程 甲 { 如果 通知 开启 { 转到 乙 } 挂机 }
流程 乙 { 播放 告知 排队 咨询 否则 挂机
挂机 }
`
	for rule, unmet := range map[string]bool{
		"没有路径 到达 排队 仅当 来电号码 是手机 且 来电号码 为空":                true,
		"没有路径 到达 排队 仅当 星期几(今天) 是 6 且 星期几(今天) 是 7":         true,
		"没有路径 到达 排队 仅当 钟点(现在) 早于 08:30 且 钟点(现在) 晚于 09:00": true,
		"从 乙 没有路径 到达 排队 仅当 通知 关闭":                         true,
		"从 乙 到 排队 最多 1秒 仅当 通知 关闭":                         true,
		"从 乙 到 排队 最多 1秒 仅当 来电号码 是手机 且 来电号码 为空":            true,
		"从 甲 每条路径 先播放 告知 再 排队 仅当 通知 关闭":                   false,
		"每条路径 先播放 告知 再 排队 仅当 钟点(现在) 早于 08:30":             false,
		"从 乙 到 排队 最多 1分钟 仅当 通知 开启":                        false,
		"从 甲 到 排队 最多 1分钟":                                 false,
	} {
		v := decided(t, head+"规则 \"一\" { "+rule+" }\n")[0]
		if v.State != rules.Proved || v.Unmet != unmet {
			t.Errorf("%s: %v, unmet %v: %v", rule, v.State, v.Unmet, v.Why)
		}
	}
}

// TestCampaignsCallWithinTheirHours knows of calls of a campaign that they go to a number, and when they can be.
func TestCampaignsCallWithinTheirHours(t *testing.T) {
	const head = `缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 当 不可用 挂机 }
日历 中国 { 放假 "元旦" 2026-01-01..2026-01-03 补班 2026-01-04 放假 "国庆节" 2026-10-01..2026-10-07 补班 2026-10-10 }
作息 外呼时段 { 日历 中国 工作日 09:00-12:00, 14:00-20:00 }
作息 周末时段 { 周末 10:00-12:00 }
外呼任务 催缴 {
  呼叫名单 纳税人.欠税名单(至少: 100元)
  时段 外呼时段
  呼叫 对象.电话 接通后 甲(对象)
}
外呼任务 周末 {
  呼叫名单 纳税人.欠税名单(至少: 100元)
  时段 周末时段
  呼叫 对象.电话 接通后 乙(对象)
}
流程 甲(对象: 纳税人) { 标记 "到" 挂机 }
流程 乙(对象: 纳税人) { 标记 "周末" 挂机 }
`
	for rule, want := range map[string]rules.State{
		"没有路径 到达 标记 \"到\" 仅当 来电号码 为空":                        rules.Proved,
		"没有路径 到达 标记 \"到\" 仅当 钟点(现在) 早于 09:00":                rules.Proved,
		"没有路径 到达 标记 \"到\" 仅当 钟点(现在) 早于 09:01":                rules.Refuted,
		"没有路径 到达 标记 \"到\" 仅当 钟点(现在) 晚于 20:10":                rules.Proved,
		"没有路径 到达 标记 \"到\" 仅当 钟点(现在) 晚于 19:00":                rules.Refuted,
		"没有路径 到达 标记 \"到\" 仅当 星期几(今天) 是 6":                    rules.Refuted, // made up for
		"没有路径 到达 标记 \"周末\" 仅当 星期几(今天) 是 5":                   rules.Proved,
		"没有路径 到达 标记 \"周末\" 仅当 星期几(今天) 不是 7":                  rules.Refuted,
		"没有路径 到达 标记 \"周末\" 仅当 星期几(今天) 小于 6":                  rules.Proved,
		"没有路径 到达 标记 \"周末\" 仅当 星期几(今天) 是 6 且 钟点(现在) 早于 09:30": rules.Proved,
		"没有路径 到达 标记 \"到\", 标记 \"周末\" 仅当 钟点(现在) 早于 08:30":     rules.Proved,
		"没有路径 到达 标记 \"到\", 标记 \"周末\" 仅当 外呼时段 休息 且 周末时段 休息":   rules.Proved,
	} {
		if v := decided(t, head+"规则 \"一\" { "+rule+" }\n")[0]; v.State != want {
			t.Errorf("%s: %v, %v", rule, v.State, v.Why)
		}
	}
}
