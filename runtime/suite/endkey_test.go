package suite

import (
	"fmt"
	"strings"
	"testing"
)

// TestTheEndKeyOfAFullAnswerGoesNowhere keys `#` after an answer that is complete without it: at once, a second later,
// and both ahead. Whatever comes next neither ends nor answers by it.
func TestTheEndKeyOfAFullAnswerGoesNowhere(t *testing.T) {
	answers := []struct{ name, steps, key string }{
		{"digits", `设 值 = 询问 数字 2位 { 播放 "请输入两位。" 否则 挂机 } 附带 值 = 值`, "12"},
		{"yes or no", `设 值 = 询问 是否 { 播放 "是请按1，否请按2。" 否则 挂机 } 附带 值 = 值`, "1"},
		{"a mobile number", `设 值 = 询问 电话 { 播放 "请输入手机号码。" 否则 挂机 } 附带 值 = 值`, "13800138000"},
		{"a date", `设 值 = 询问 日期 { 播放 "请输入日期。" 否则 挂机 } 附带 值 = 值`, "20261012"},
		{"a scale", "启动问卷 打分卷", "4"},
		{"nps", "启动问卷 推荐卷", "6"},
		{"a choice", "启动问卷 单选卷", "1"},
		{"several", "启动问卷 多选卷", "12"},
	}
	follow := []struct{ name, steps, hear, then string }{
		{"a recording", `设 音 = 录音 { 播放 "请说意见。" 最长 20秒 静默 5秒 否则 挂机 } 附带 音 = 音 播放 "说完了。"`,
			"请说意见", `按 "#" 听到 "说完了"`},
		{"a menu", `菜单 { 播放 "继续请按3。" 按 3 "继续" 继续 按 # 不播报 挂机 否则 挂机 }`,
			"继续请按3", `按 "3"`},
		{"a field", `设 乙数 = 询问 数字 1..3位 { 播放 "请再输入。" 最多 1次 否则 挂机 } 附带 乙 = 乙数`,
			"请再输入", `按 "7#"`},
		{"a queue", `排队 咨询 否则 { 按 # 挂机 否则 挂机 }`, "您好座席", `座席接听 座席挂机`},
		{"words that must be heard, then a menu", `播放 必听 "请听完。" 菜单 { 播放 "继续请按3。" 按 3 "继续" 继续 按 # 不播报 挂机 否则 挂机 }`,
			"继续请按3", `按 "3"`},
	}
	for _, a := range answers {
		for _, f := range follow {
			src := fmt.Sprintf(`接入号 "1" 进入 甲
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 当 不可用 挂机 }
队列 咨询 { 技能组 "综合" 满 1秒 播放 "您好座席。" 满 1秒 可按 # }
问卷 打分卷 { 询问 值 打分 1..5 "请按1到5打分。" }
问卷 推荐卷 { 询问 值 推荐值 "请按0到10打分。" }
问卷 单选卷 { 询问 值 "满意请按1，不满意请按2。" { 1 "满意" 2 "不满意" } }
问卷 多选卷 { 询问 值 多选 "电话请按1，网上请按2。" { 1 "电话" 2 "网上" } }
流程 甲 {
  播放 "欢迎。"
  %s
  %s
  播放 "再见。" 挂机
}
`, a.steps, f.steps)
			for how, keys := range map[string]string{
				"at once":        fmt.Sprintf(`听到 "欢迎" 等待 3秒 按 "%s#"`, a.key),
				"a second later": fmt.Sprintf(`听到 "欢迎" 等待 3秒 按 "%s" 按 "#" 隔 1秒`, a.key),
				"ahead":          fmt.Sprintf(`按 "%s#"`, a.key),
			} {
				src += fmt.Sprintf("测试 %q { 时间 2026-10-12 09:30 拨打 \"1\" 主叫 \"13800138000\" %s 听到 %q %s 听到 \"再见\" }\n",
					how, keys, f.hear, f.then)
			}
			for _, r := range tested(t, src).Results {
				if !r.Passed {
					t.Errorf("%s, then %s: %s", a.name, f.name, told(r))
				}
			}
		}
	}
}

// TestConfirmedWithAnEndKey keys `1#` at the reading back.
func TestConfirmedWithAnEndKey(t *testing.T) {
	report := tested(t, `接入号 "1" 进入 甲
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 }
流程 甲 {
  设 值 = 询问 数字 2位 { 播放 "请输入两位。" 复核 否则 挂机 }
  设 音 = 录音 { 播放 "编号{值}，请说意见。" 否则 挂机 }
  附带 音 = 音  播放 "再见。" 挂机
}
测试 "一" { 时间 2026-10-12 09:30 拨打 "1" 主叫 "13800138000"
  听到 "请输入" 按 "12#" 听到 "您输入的是" 按 "1#" 听到 "请说意见" 按 "#" 听到 "再见" }
`)
	for _, r := range report.Results {
		if !r.Passed || strings.Count(told(r), "按 #") > 1 {
			t.Error(told(r))
		}
	}
}
