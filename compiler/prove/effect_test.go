package prove_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestClausesWithoutEffect finds what no caller ever meets, and where he hears nothing for long.
func TestClausesWithoutEffect(t *testing.T) {
	const head = `接入号 "12366" 进入 甲
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 当 不可用 挂机 }
`
	steps := func(s string) string { return "流程 甲 {\n" + s + "\n挂机\n}\n" }
	menu := func(s string) string {
		return "菜单 甲 { 播放 \"查询请按1。\" 按 1 \"查询\" 挂机\n" + s + "\n否则 挂机 }\n"
	}
	campaign := func(hours, clauses string) string {
		return steps("") + "作息 时间 { 工作日 " + hours + " }\n外呼任务 任 { 呼叫名单 纳税人.欠税名单() 呼叫 对象.电话 接通后 乙(对象)\n" +
			clauses + "\n}\n流程 乙(户: 纳税人) { 播放 \"{户.名称}。\" 挂机 }\n"
	}
	const look = "执行 消息.退订(来电号码)"
	for _, c := range []struct{ name, src, want string }{
		{"a miss beyond the tries", menu("当 按错(3) 播放 \"又错。\" 最多 2次"), "RX3019 4"},
		{"words at the last miss", menu("当 按错(2) 播放 \"又错。\" 最多 2次"), "RX3019 4"},
		{"an arm that leaves at the last miss", menu("当 按错(2) 挂机 最多 2次"), ""},
		{"a miss within the tries", menu("当 按错(2) 播放 \"又错。\" 最多 3次"), ""},
		{"a miss of one try", menu("当 没按键 播放 \"没听到。\" 最多 1次"), "RX3019 4"},
		{"a silence that is never over",
			steps("设 音 = 录音 { 播放 \"请说。\" 最长 10秒 静默 30秒 否则 挂机 }\n播放 音"), "RX3019 4"},
		{"a silence that ends it",
			steps("设 音 = 录音 { 播放 \"请说。\" 最长 30秒 静默 10秒 否则 挂机 }\n播放 音"), ""},
		{"of a mailbox", "流程 甲 { 留言 箱 }\n信箱 箱 { 问候 \"请留言。\" 最长 10秒 静默 10秒 }", "RX3019 4"},
		{"a key that is not offered",
			steps("排队 一 否则 {\n按 2 挂机\n否则 挂机 }") + "队列 一 { 技能组 \"a\" }", "RX3019 5"},
		{"a key that is offered", steps("排队 一 否则 {\n按 2 挂机\n否则 挂机 }") +
			"队列 一 { 技能组 \"a\" 满 30秒 播放 \"留言请按2。\" 满 30秒 可按 2 }", ""},
		{"a retry of one try", campaign("09:00-17:00", "重拨 占线 隔 10分钟 最多 1次 时段 时间"), "RX3019 9"},
		{"a retry", campaign("09:00-17:00", "重拨 占线 隔 10分钟 最多 2次 时段 时间"), ""},
		{"hours at which nobody is called", campaign("22:00-23:00", "时段 时间"), "RX3019 9"},
		{"hours that reach into the day", campaign("06:00-08:30", "时段 时间"), ""},
		{"a text in the quiet hours", steps("") + "作息 时间 { 工作日 21:00-22:00 }\n" +
			"短信任务 任 { 发送名单 纳税人.欠税名单()\n时段 时间\n发短信 给 对象.电话 \"请缴税。\" }", "RX3019 9"},
		{"a loop of pauses", steps("重复 最多 13次 { 停顿 5秒 }"), "RX3020 4"},
		{"a short one", steps("重复 最多 12次 { 停顿 5秒 }"), ""},
		{"a loop of lookups", steps("重复 最多 20次 {\n" + look + "\n}"), "RX3020 4"},
		{"with something to hear", steps("重复 最多 20次 { 播放 \"请稍候。\"\n" + look + "\n}"), ""},
		{"heard one way only", steps("重复 最多 20次 { 如果 来电号码 是手机 { 播放 \"请稍候。\" } 停顿 5秒 }"), "RX3020 4"},
		{"heard either way",
			steps("重复 最多 20次 { 如果 来电号码 是手机 { 播放 \"请稍候。\" } 否则 { 播放 \"等。\" } 停顿 5秒 }"), ""},
		{"loops within each other", steps("重复 最多 5次 { 重复 最多 5次 { 停顿 5秒 } }"), "RX3020 4"},
		{"said once a round", steps("重复 最多 9次 { 播放 \"等。\" 重复 最多 5次 { 停顿 5秒 } }"), ""},
		{"when nobody listens",
			"流程 甲 { 当 挂机 { 重复 最多 20次 { 执行 消息.退订(来电号码) 否则 继续 } }\n播放 \"好。\" 挂机 }", ""},
		{"a question without words", steps("播放 \"请输入。\"\n设 数 = 询问 数字 4位 { 否则 挂机 }\n播放 \"{数}。\""),
			"RX4208 5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			all := findings(t, head+c.src)
			var got []string
			for _, f := range all {
				if strings.HasPrefix(f, "RX3019") || strings.HasPrefix(f, "RX3020") || strings.HasPrefix(f, "RX4208") {
					got = append(got, f)
				} else if !strings.HasPrefix(f, "RX3") {
					t.Errorf("%v", all)
				}
			}
			if want := strings.Fields(strings.ReplaceAll(c.want, " ", "_")); strings.ReplaceAll(fmt.Sprint(got), " ",
				"_") != fmt.Sprint(want) {
				t.Errorf("%v, want %s", all, c.want)
			}
		})
	}
}
