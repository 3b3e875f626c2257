package meaning

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const counter = `语种 中文, 英文 缺则 中文
接入号 "12366" 进入 主菜单
接入号 "12367" 进入 主菜单
缺省 {
  时区 "Asia/Shanghai"
  等待 5秒 键间隔 3秒 最多 2次
  当 不可用, 出错 { 播放 "系统繁忙。" 挂机 }
  当 挂机 标记 "主叫挂机"
}
参数 起催金额: 金额 = 100元
提示语 音乐 { 中文 "请稍候。" 英文 "Please wait." }
表格 大厅 取自 "大厅.csv" { 代码: 数字, 地址: 文本, 电话: 电话 }
日历 中国 { 放假 "国庆节" 2026-10-01..2026-10-07 }
作息 大厅时间 { 时区 "Asia/Shanghai" 日历 中国 工作日 08:30-17:30 }
队列 综合 { 技能组 "综合" 容量 10位 最长 5分钟 }
队列 专席 同 综合 { 技能组 "专席" }
模板 短信(户名: 文本) { 中文 "【12366】{户名}，请缴款。" }
菜单 主菜单 {
  播放 "查询请按1，登记请按2，大厅请按3，英文请按4，人工请按0。"
  按 1 "查询" 转到 查询
  按 2 "登记" 转到 登记
  按 3 "大厅" 转到 大厅查询
  按 4 "英文" { 语言 英文 转到 人工 }
  按 0 "人工" 转到 人工
  否则 转到 人工
}
流程 查询 {
  设 税号 = 询问 税号 { 播放 "请输入识别号，按井号键结束。" 否则 挂机 }
  设 欠税 = 纳税人.欠税(税号) 限时 5秒 期间播放 音乐
  播放 "共{数量(欠税)}笔。"
  发短信 给 来电号码 短信("张三")
  挂机
}
流程 登记 {
  设 本人 = 询问 是否 { 播放 "是您本人吗？是请按1，不是请按2。" 否则 挂机 }
  如果 非 本人 { 播放 "请本人来电。" 挂机 }
  设 缴款日 = 询问 日期 { 播放 "请输入八位日期。" 范围 今天..今天 + 30天 否则 挂机 }
  播放 "已登记{缴款日}。"
  挂机
}
流程 大厅查询 {
  设 代码 = 询问 数字 2位 { 播放 "请输入两位代码。" 否则 挂机 }
  设 本厅 = 大厅[代码] 否则 { 当 未找到 { 播放 "没有。" 挂机 } }
  播放 "地址：{本厅.地址}。"
  挂机
}
流程 人工 {
  根据 大厅时间 {
    当 开放 继续
    当 休息(原因, 下次) { 播放 "已下班。" 挂机 }
  }
  排队 综合 否则 { 当 已满, 超时, 无座席, 休息 { 播放 "请改日再来电。" 挂机 } }
  挂机
}
`

const halls = "代码,地址,电话\n01,历山路1号,053188880001\n02,经七路2号,053188880002\n"

// counterEdits are changes of counter or of its table, what is said of each, and how much is said in all.
var counterEdits = []struct {
	from, to, zh, en string
	all              int
	seen             bool // by a call that is simulated: how many may wait, and music, is heard in none
}{
	{`中文 "请稍候。"`, `中文 "请等一等。"`,
		"原来查询 纳税人.欠税（期间播放“请稍候。”），现在查询 纳税人.欠税（期间播放“请等一等。”）",
		`it was look up taxpayer.arrears (playing "请稍候。")`, 1, false},
	{"今天 + 30天", "今天 + 15天",
		"拨打 12366，按 2，答“是”：原来收 8 位，范围 今天 到 今天 + 30天，现在收 8 位，范围 今天 到 今天 + 15天",
		"answer yes: it was a question for 8 keys, from today to today + 30d, now it is a question for 8 keys, from today to today + 15d", 1, true},
	{"请缴款。", "请尽快缴款。", "原来发短信（“【12366】…，请缴款。”），现在发短信（“【12366】…，请尽快缴款。”）",
		"it was send a text (", 1, true},
	{"02,经七路2号", "02,经七路12号", "表格 大厅 改动 1 行：02 的地址由 “经七路2号” 改为 “经七路12号”",
		`table 大厅 changes 1 row: 02: 地址 changes from "经七路2号" to "经七路12号"`, 1, true},
	{"地址：{本厅.地址}", "地址：{本厅.电话}", "现在“地址：…。”，填进去的值换了", `now it is "地址：…。" with other values`, 3, true},
	{"容量 10位", "容量 20位", "队列 专席、综合 的“容量”由 10 改为 20", "queue 专席, 综合: capacity changes from 10 to 20", 1, false},
	{"{ 语言 英文 转到 人工 }", "{ 语言 英文 转到 查询 }", "主菜单 键 4 改为 查询，原来是 人工（拨打 12366，按 4）",
		"key 4 of 主菜单 leads to 查询 now, it was 人工 (call 12366, press 4)", 1, true},
	{"询问 数字 2位", "询问 数字 3位", "拨打 12366，按 3：原来收 2 位，现在收 3 位",
		"call 12366, press 3: it was a question for 2 keys, now it is a question for 3 keys", 1, true},
	{"作息 大厅时间 { 时区 \"Asia/Shanghai\"", "作息 大厅时间 { 时区 \"Asia/Urumqi\"",
		"作息 大厅时间 的“时区”由 Asia/Shanghai 改为 Asia/Urumqi",
		"hours 大厅时间: zone changes from Asia/Shanghai to Asia/Urumqi", 1, true},
	{"如果 非 本人", "如果 本人", "拨打 12366，按 2，答“否”：原来", "call 12366, press 2, answer no: it was", 2, true},
	{"最多 2次\n", "最多 3次\n", "不按键，不按键：原来", "press nothing, press nothing: it was", 8, true},
}

// TestSentencesOfCalls: what an officer changes is told once, by the names of the language, with what was and what is;
// the call that shows it comes out differently.
func TestSentencesOfCalls(t *testing.T) {
	written := func(from, to string) *openedProgram {
		t.Helper()
		dir := t.TempDir()
		for name, text := range map[string]string{"a.flow": counter, "大厅.csv": halls} {
			text = strings.Replace(text, from, to, 1)
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return opened(t, dir)
	}
	old := written("", "")
	for _, c := range counterEdits {
		if !strings.Contains(counter+halls, c.from) {
			t.Fatal(c.from)
		}
		new := written(c.from, c.to)
		came := Compare(old.program, new.program, Limits{})
		came.Tests(nil)
		if err := came.Play(old.side(), new.side()); err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(came.Differences, func(d Difference) bool {
			return strings.Contains(d.Sentence.Zh, c.zh) && strings.Contains(d.Sentence.En, c.en)
		})
		switch {
		case i < 0 || len(came.Differences) > c.all:
			t.Errorf("%s: %d differences", c.to, len(came.Differences))
			for _, d := range came.Differences {
				t.Errorf("    %s | %s", d.Sentence.Zh, d.Sentence.En)
			}
		case !came.Differences[i].Seen && c.seen:
			t.Errorf("%s: is not seen:\n%s", c.to, came.Differences[i].Test+came.Differences[i].course)
		}
	}
}
