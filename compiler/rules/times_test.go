package rules_test

import (
	"testing"
	"time"

	"rexian/compiler/rules"
)

// TestTimes reckons worst and best cases by hand: a syllable is a quarter of a second, a key a second.
func TestTimes(t *testing.T) {
	const head = `接入号 "12366" 进入 甲
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 当 不可用 挂机 }
提示语 八字 { 中文 "一二三四五六七八。" }
队列 咨询 { 技能组 "综合" }
队列 有限 { 技能组 "综合" 最长 40秒 }
信箱 箱 { 问候 "请留言。" }
开关 通知 关闭
`
	const enqueue = "排队 咨询 否则 挂机\n挂机 "
	for _, c := range []struct {
		name, rule, flow  string
		state             rules.State
		best, worst       time.Duration
		bestKeys, mostKey int64
	}{
		{"words", "从 甲 到 排队 最多 2秒, 0次按键", "流程 甲 { 播放 八字 " + enqueue + "}", rules.Proved, 2000, 2000, 0, 0},
		{"words are too long", "从 甲 到 排队 最多 1秒", "流程 甲 { 播放 八字 " + enqueue + "}", rules.Refuted, 2000, 2000, 0, 0},
		{"the machine chooses the longer branch", "从 甲 到 排队 最多 1分钟",
			"流程 甲 { 如果 通知 开启 { 播放 八字 } 否则 { 播放 \"一。\" } " + enqueue + "}", rules.Proved, 250, 2000, 0, 0},
		{"only while", "从 甲 到 排队 最多 1秒 仅当 通知 关闭",
			"流程 甲 { 如果 通知 开启 { 播放 八字 } 否则 { 播放 \"一。\" } " + enqueue + "}", rules.Proved, 250, 250, 0, 0},
		{"the caller chooses the shorter option", "从 甲 到 排队 最多 4秒, 1次按键",
			"流程 甲 { 菜单 { 播放 \"慢请按1，快请按2。\" 按 1 \"慢\" { 播放 八字 继续 } 按 2 \"快\" 继续 否则 挂机 } " + enqueue + "}",
			rules.Proved, 3000, 3000, 1, 1},
		{"a loop its cap", "从 甲 到 排队 最多 6秒", "流程 甲 { 重复 最多 3次 { 播放 八字 } " + enqueue + "}", rules.Proved,
			2000, 6000, 0, 0},
		{"a loop within a loop", "从 甲 到 排队 最多 12秒", "流程 甲 { 重复 最多 3次 { 重复 最多 2次 { 播放 八字 } } " + enqueue + "}",
			rules.Proved, 2000, 12000, 0, 0},
		{"a loop that may leave in its last round", "从 甲 到 排队 最多 8秒",
			"流程 甲 { 重复 最多 3次 { 播放 八字 如果 通知 开启 { 播放 八字 转到 乙 } } 挂机 }\n流程 乙 { " + enqueue + "}", rules.Proved,
			4000, 8000, 0, 0},
		{"a flow that is done twice", "从 甲 到 排队 最多 4秒", "流程 乙 { 播放 八字 返回 }\n流程 甲 { 执行 乙 执行 乙 " + enqueue + "}",
			rules.Proved, 4000, 4000, 0, 0},
		{"a lookup as long as it is waited for", "从 甲 到 排队 最多 5秒",
			"流程 甲 { 播放 八字 设 户 = 纳税人.查找(\"913701001000000409\") 限时 3秒 否则 转到 乙\n播放 \"{户.名称}\" 挂机 }\n流程 乙 { " +
				enqueue + "}", rules.Proved, 2000, 5000, 0, 0},
		{"a queue with a bound", "从 甲 到 留言 最多 42秒", "流程 甲 { 播放 八字 排队 有限 否则 留言 箱\n挂机 }", rules.Proved,
			2000, 42000, 0, 0},
		{"a queue without one", "从 甲 到 留言 最多 1分钟", "流程 甲 { 播放 八字 排队 咨询 否则 留言 箱\n挂机 }", rules.Undecided,
			2000, -1, 0, 0},
		{"sent back by the machine as often as it likes", "从 甲 到 排队 最多 1小时",
			"流程 甲 { 播放 八字 菜单 { 播放 \"继续请按1。\" 按 1 \"继续\" 继续 否则 挂机 } 如果 通知 开启 { 转到 甲 } " + enqueue + "}",
			rules.Refuted, 4250, -1, 1, -1},
		{"a global key", "从 甲 到 排队 最多 3秒, 1次按键",
			"流程 甲 { 按 0 { " + enqueue + "}\n菜单 { 播放 \"继续请按1。\" 按 1 \"继续\" 继续 否则 挂机 } 播放 八字 " + enqueue + "}",
			rules.Proved, 2250, 2250, 1, 1},
		{"an answer its full length and end key", "从 甲 到 排队 最多 9秒, 7次按键",
			"流程 甲 { 设 码 = 询问 数字 6位 { 播放 八字 否则 挂机 } 附带 码 = 码 " + enqueue + "}", rules.Proved, 9000, 9000, 7, 7},
		{"one condition asked twice", "从 甲 到 排队 最多 2秒",
			"流程 甲 { 如果 通知 开启 { 播放 八字 } 如果 通知 关闭 { 播放 八字 } " + enqueue + "}", rules.Proved, 2000, 2000, 0, 0},
		{"one condition asked in two flows", "从 甲 到 排队 最多 2秒",
			"流程 乙 { 如果 通知 开启 { 播放 八字 } 返回 }\n流程 甲 { 执行 乙 如果 通知 关闭 { 播放 八字 } " + enqueue + "}",
			rules.Proved, 2000, 2000, 0, 0},
		{"what the call has come by", "从 乙 到 排队 最多 1秒",
			"流程 甲 { 如果 通知 关闭 { 挂机 } 转到 乙 }\n流程 乙 { 如果 通知 关闭 { 播放 八字 } 播放 \"一。\" " + enqueue + "}",
			rules.Proved, 250, 250, 0, 0},
		{"a round may set what the next one asks", "从 甲 到 排队 最多 3秒",
			"通话变量 码: 文本\n流程 甲 { 重复 最多 2次 { 如果 码 不为空 { 播放 八字 播放 八字 } 改 码 = \"一\" } " + enqueue + "}",
			rules.Refuted, 0, 8000, 0, 0},
		{"nobody there", "从 甲 到 排队 最多 9秒", "流程 甲 { 播放 八字 挂机 }", rules.Refuted, 0, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := decided(t, head+c.flow+"\n规则 \"一\" { "+c.rule+" }\n")[0]
			if v.State != c.state {
				t.Fatalf("%s: %v %v", c.flow, v.State, v.Why)
			}
			if v.State == rules.Refuted && v.Path == nil {
				t.Error("no path shows it")
			}
			got := v.Times[0]
			worst := c.worst * time.Millisecond
			if c.worst < 0 {
				worst = -1
			}
			if got.Best != c.best*time.Millisecond || got.Worst != worst || got.BestKeys != c.bestKeys ||
				got.WorstKeys != c.mostKey {
				t.Errorf("%s: %+v", c.flow, got)
			}
		})
	}
}
