package suite

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rexian/lang/diag"
)

// small is a program with one of each thing that a test can speak of.
const small = `
语种 中文 缺则 中文
接入号 "12366" 进入 主流程
缺省 {
  时区 "Asia/Shanghai"
  当 不可用 { 播放 "系统不可用。" 挂机 }
  当 出错 { 播放 "对不起，系统出错。" 挂机 }
  当 挂机 标记 "主叫挂机"
}
参数 限额: 金额 = 100元
参数 值班: 电话 = "053188880000"
开关 公告 关闭
名单 贵宾
作息 人工 { 时区 "Asia/Shanghai"  工作日 08:30-17:30 }
信箱 信箱甲 { 问候 "请留言。" 最长 1分钟 静默 5秒 }
队列 咨询 { 技能组 "咨询"  容量 5位  最长 3分钟  每 30秒 播放 "请稍候。"  满 40秒 增加 技能组 "后备"  满 60秒 播放 "要回电请按1。"  满 60秒 可按 1 }
表格 办税厅 取自 "表格/办税厅.csv" { 代码: 数字, 名称: 文本, 地址: 文本, 电话: 电话 }

流程 主流程 {
  播放 "您好。"
  如果 公告 开启 { 播放 必听 "今天停电。" }
  如果 来电号码 属于 贵宾 { 播放 "尊敬的贵宾。" }
  如果 人工 休息 { 播放 "已经下班。" 挂机 }
  转到 主菜单
}
菜单 主菜单 {
  播放 "查询请按1，人工请按2，留言请按3，地址请按4，反映请按12，转接请按5，限额请按6。"
  按 1 "查询" 转到 查询
  按 2 "人工" 转到 人工流程
  按 3 "留言" 留言 信箱甲
  按 4 "地址" 转到 地址
  按 12 "反映" 转到 反映
  按 5 "转接" 转到 转接流程
  按 6 "限额" 转到 限额流程
  等待 5秒  最多 2次
  否则 { 播放 "没有选择，再见。" 挂机 }
}
流程 查询 {
  设 税号 = 询问 税号 { 播放 "请输入识别号。" 否则 挂机 }
  设 密码 = 询问 保密 数字 6位 { 播放 "请输入密码。" 否则 挂机 }
  设 本户 = 纳税人.核验(税号, 密码) 限时 3秒 否则 { 当 密码错误 { 播放 "密码不正确。" 挂机 } 否则 { 播放 "查不到。" 挂机 } }
  标记 "已核验"
  播放 "{本户.名称}您好。"
  如果 本户.电话 为空 { 播放 "没有登记电话。" }
  发短信 给 来电号码 "查询成功" 否则 继续
  挂机
}
流程 人工流程 {
  排队 咨询 优先级 5 否则 {
    当 超时 { 播放 "没有等到。" 挂机 }
    按 1 { 预约回呼 咨询 给 来电号码 播放 "已登记。" 挂机 }
    否则 { 播放 "人数已满。" 挂机 }
  }
  播放 "通话结束。"
  挂机
}
流程 地址 {
  设 代码 = 询问 数字 2位 { 播放 "请输入区县代码。" 最多 2次 否则 { 播放 "再见。" 挂机 } }
  设 本厅 = 办税厅[代码] 否则 { 当 未找到 { 播放 "没有这个代码。" 挂机 } }
  播放 "{本厅.名称}。"
  挂机
}
流程 反映 {
  设 陈述 = 录音 { 播放 "请反映情况。" 最长 1分钟 静默 5秒 最多 1次 否则 { 播放 "没有听到您的声音。" 挂机 } }
  设 单号 = 工单.新建(类别: "建议", 录音: 陈述, 电话: 来电号码)
  播放 "编号{单号:逐位}。"
  挂机
}
流程 转接流程 {
  转接 值班 限时 30秒 否则 { 播放 "没有接通。" 挂机 }
}
流程 限额流程 { 播放 "限额{限额}。" 挂机 }

外呼任务 催缴 {
  呼叫名单 纳税人.欠税名单(至少: 100元)
  时段 人工
  呼叫 对象.电话 接通后 催缴电话(对象)
  重拨 占线 隔 10分钟, 无人接听 隔 20小时
  最多 2次
  免拨条件 纳税人.已结清(对象.税号)
  未接通 发短信 给 对象.电话 "请尽快缴税"
}
流程 催缴电话(对象: 纳税人) { 播放 必听 "{对象.名称}，请缴税。" 标记 "已告知" 挂机 }

来信 "ZQ" 进入 查征期
来信 "JE" 进入 算额 否则 用法
来信 其他 进入 用法
流程 查征期 { 回复 "截止到{2026-10-26}。" }
流程 算额(税款: 金额) { 回复 "税款{税款}。" }
流程 用法 { 回复 "请发ZQ。" }
`

const menuCall = `拨打 "12366" 主叫 "13800138000" 听到 "限额请按6" `

func TestLines(t *testing.T) {
	cases := []struct {
		name, lines string
		codes       string // of the failures, in order; "" passes
	}{
		// hear, press, time
		{"barge-in", `拨打 "12366" 主叫 "13800138000" 听到 "您好" 按 "2" 座席接听 座席挂机 听到 "通话结束" 应当 挂机`, ""},
		{"words are searched without punctuation", `拨打 "12366" 主叫 "13800138000" 听到 "您好查询，请按１"`, ""},
		{"not behind the last hit", menuCall + `听到 "您好"`, "RX7001"},
		{"words that never come", menuCall + `听到 "没有的话"`, "RX7001"},
		{"signs only", menuCall + `听到 "。！"`, "RX7002"},
		{"not hear", menuCall + `听不到 "您好"`, ""},
		{"not hear fails", `拨打 "12366" 主叫 "13800138000" 听不到 "查询请按1"`, "RX7011"},
		{"what was cut off was not spoken", `拨打 "12366" 主叫 "13800138000" 听到 "查询请按1" 按 "6" 听不到 "地址请按4"`, ""},
		{"type-ahead", `拨打 "12366" 主叫 "13800138000" 按 "6" 听到 "限额一百元"`, ""},
		{"the critical timer", menuCall + `按 "1" 听到 "请输入识别号"`, ""},
		{"a longer option", menuCall + `按 "12" 听到 "请反映情况"`, ""},
		{"slowly, the shorter option", menuCall + `按 "12" 慢按 听到 "请输入识别号"`, ""},
		{"a field takes keys pressed slowly", menuCall + `按 "4" 听到 "区县代码" 按 "02" 慢按 听到 "市中区税务局"`, ""},
		{"in time", menuCall + `按 "6" 隔 4秒 听到 "限额"`, ""},
		{"too late, the question is asked again", menuCall + `按 "6" 隔 6秒 听到 "限额一百元"`, ""},
		{"say nothing, once and again", menuCall + `不按键 听到 "查询请按1" 不按键 听到 "没有选择" 应当 挂机`, ""},
		{"wait beyond the last try", menuCall + `等待 60秒 听到 "没有选择"`, ""},
		{"a wrong key", menuCall + `按 "9" 听到 "查询请按1"`, ""},
		{"must hear throws keys away", `假设 公告 开启 拨打 "12366" 主叫 "13800138000" 按 "6" 听到 "今天停电" 听到 "查询请按1" 不按键`, ""},
		// what is assumed
		{"a lookup", `假设 纳税人.核验(_, "123456") 得到 {名称: "测试公司"} ` + menuCall +
			`按 "1" 听到 "识别号" 按 "913701001000000409#" 听到 "密码" 按 "123456" 听到 "测试公司您好" 听到 "没有登记电话" 应当 标记 "已核验" 应当 发短信 给 "13800138000" 包含 "成功" 应当 调用 纳税人.核验`, ""},
		{"the last given that fits",
			`假设 纳税人.核验(_, _) 得到 {名称: "甲"} 假设 纳税人.核验(_, "123456") 得到 密码错误 ` + menuCall +
				`按 "1" 听到 "识别号" 按 "913701001000000409#" 听到 "密码" 按 "123456" 听到 "密码不正确" 不应 标记 "已核验"`, ""},
		{"a lookup that nobody assumed", menuCall + `按 "1" 听到 "识别号" 按 "913701001000000409#" 听到 "密码" 按 "123456" 听到 "您好"`,
			"RX7012"},
		{"a lookup too slow", `假设 纳税人.核验(_, _) 得到 {名称: "甲"} 隔 4秒 ` + menuCall +
			`按 "1" 听到 "识别号" 按 "913701001000000409#" 听到 "密码" 按 "123456" 听到 "查不到"`, ""},
		{"a list", `假设 贵宾 含 "13800138000" 拨打 "12366" 主叫 "13800138000" 听到 "尊敬的贵宾"`, ""},
		{"hours that are closed for a reason", `时间 2026-10-12 09:30 假设 人工 得到 午休 应当 人工 休息
			拨打 "12366" 主叫 "13800138000" 听到 "已经下班" 应当 挂机`, ""},
		{"hours that are closed, and open again", `时间 2026-10-12 09:30 假设 人工 得到 紧急停用 假设 人工 开放 应当 人工 开放`, ""},
		{"hours", `假设 人工 休息 拨打 "12366" 主叫 "13800138000" 听到 "已经下班" 应当 挂机`, ""},
		{"the program's own hours", `时间 2026-10-11 10:00 拨打 "12366" 主叫 "13800138000" 听到 "已经下班"`, ""},
		{"a setting", `假设 限额 是 250元 ` + menuCall + `按 "6" 听到 "二百五十元"`, ""},
		{"a table's rows", menuCall + `按 "4" 听到 "代码" 按 "99" 听到 "没有这个代码"`, ""},
		// queues
		{"full", `假设 排队 咨询 得到 已满 ` + menuCall + `按 "2" 听到 "人数已满" 应当 排队 咨询 优先级 5`, ""},
		{"another priority", menuCall + `按 "2" 应当 排队 咨询 优先级 6`, "RX7013"},
		{"announcements and an offer",
			menuCall + `按 "2" 听到 "请稍候" 听到 "要回电请按1" 按 "1" 听到 "已登记" 应当 预约回呼 咨询 给 "13800138000"`, ""},
		{"an offer before its time", menuCall + `按 "2" 等待 10秒 按 "1" 等待 5秒 不应 预约回呼 咨询 给 "13800138000"`, ""},
		{"nobody answers", menuCall + `按 "2" 听到 "没有等到"`, ""},
		{"no queue to answer from", menuCall + `座席接听`, "RX7005"},
		{"no agent to hang up", menuCall + `座席挂机`, "RX7006"},
		{"an agent of a skill that serves later", `座席签入 技能组 "后备" ` + menuCall + `按 "2" 等待 45秒 座席接听`, ""},
		{"an agent of a skill that does not serve yet", `座席签入 技能组 "后备" ` + menuCall + `按 "2" 等待 30秒 座席接听`,
			"RX7005"},
		{"an agent of all skills again", `座席签入 技能组 "后备" 座席签入 ` + menuCall + `按 "2" 座席接听`, ""},
		{"an agent of a skill that nobody asks for", `座席签入 技能组 "法语" ` + menuCall + `按 "2" 等待 45秒 座席接听`,
			"RX7005"},
		{"nobody is signed in", `座席签出 ` + menuCall + `按 "2" 听到 "人数已满"`, ""},
		{"a break", menuCall + `按 "2" 座席示忙 座席接听`, "RX7005"},
		{"ready again", menuCall + `按 "2" 座席示忙 座席示闲 座席接听 座席挂机 听到 "通话结束"`, ""},
		// recordings, transfers
		{"a recording that a key ends",
			`假设 工单.新建(_) 得到 "2026101200" ` + menuCall + `按 "12" 听到 "请反映情况" 等待 3秒 按 "#" 听到 "编号二零二六幺零幺二零零"`, ""},
		{"nothing is said", menuCall + `按 "12" 听到 "请反映情况" 不按键 听到 "没有听到您的声音"`, ""},
		{"voicemail", menuCall + `按 "3" 听到 "请留言" 挂机 应当 留言 信箱甲 应当 标记 "主叫挂机"`, ""},
		{"transfer", menuCall + `按 "5" 应当 转接 "053188880000" 应当 挂机`, ""},
		{"a transfer that fails", `假设 转接 得到 占线 隔 3秒 ` + menuCall + `按 "5" 听到 "没有接通" 应当 挂机`, ""},
		{"a transfer to another number", `假设 转接 "053188881111" 得到 占线 ` + menuCall + `按 "5" 听不到 "没有接通" 应当 挂机`, ""},
		{"the last assumption that fits",
			`假设 转接 得到 占线 假设 转接 给 "053188880000" 得到 接通 隔 1秒 ` + menuCall + `按 "5" 听不到 "没有接通"`, ""},
		{"a text message that is not sent",
			`假设 发短信 得到 不可用 假设 纳税人.核验(_, _) 得到 {名称: "测试公司"} ` + menuCall +
				`按 "1" 听到 "识别号" 按 "913701001000000409#" 听到 "密码" 按 "123456" 听到 "测试公司" 不应 发短信 给 "13800138000"`, ""},
		{"a text message to somebody else",
			`假设 发短信 给 "13900139000" 得到 不可用 假设 发短信 给 "13700137000" 得到 是 假设 纳税人.核验(_, _) 得到 {名称: "测试公司"} ` + menuCall +
				`按 "1" 听到 "识别号" 按 "913701001000000409#" 听到 "密码" 按 "123456" 应当 发短信 给 "13800138000"`, ""},
		{"a callback that is not taken",
			`假设 预约回呼 给 "13800138000" 得到 不可用 ` + menuCall + `按 "2" 听到 "要回电请按1" 按 "1" 听到 "系统不可用" 应当 挂机`, ""},
		// order of the lines
		{"no call", `听到 "您好"`, "RX7003"},
		{"after the end", menuCall + `按 "6" 应当 挂机 按 "1"`, "RX7004"},
		{"two calls", `拨打 "12366" 主叫 "13800138000" 听到 "您好" 挂机 拨打 "12366" 主叫 "13900139000" 听到 "您好"`, ""},
		{"both expectations are told", menuCall + `应当 标记 "甲" 应当 标记 "乙"`, "RX7013 RX7013"},
		{"what should not be", menuCall + `按 "6" 不应 挂机`, "RX7015"},
		// expressions
		{"a comparison", `应当 限额 是 100元 应当 限额 + 1元 大于 100元 应当 限额 * 0.5 是 50元 应当 非 (限额 是 99元)`, ""},
		{"a comparison that fails", `应当 限额 是 99元`, "RX7014"},
		{"dates", `时间 2026-10-12 09:30 应当 今天 是 2026-10-12 应当 今天 + 3天 是 2026-10-15 应当 相差天数(2026-10-01, 今天) 是 11天`, ""},
		{"states", `时间 2026-10-12 09:30 应当 人工 开放 应当 公告 关闭 时间 2026-10-12 19:30 应当 人工 休息`, ""},
		// messages
		{"a message", `发来 "zq" 主叫 "13800138000" 应当 回复 包含 "10月26日"`, ""},
		{"a message with words", `发来 "JE 12.5" 主叫 "13800138000" 应当 回复 包含 "12.50元"`, ""},
		{"a wrong word", `发来 "JE 很多" 主叫 "13800138000" 应当 回复 包含 "请发ZQ"`, ""},
		{"another reply", `发来 "ZQ" 主叫 "13800138000" 应当 回复 包含 "10月27日"`, "RX7013"},
		// campaigns
		{"answered", `拨出 催缴 给 {名称: "甲公司", 电话: "13800138000"} 接听 听到 "甲公司" 应当 标记 "已告知"`, ""},
		{"busy", `时间 2026-10-12 10:00 拨出 催缴 给 {名称: "甲公司", 电话: "13800138000"} 得到 占线 应当 重拨 于 2026-10-12 10:10`, ""},
		{"not before the hours begin",
			`时间 2026-10-12 17:25 拨出 催缴 给 {名称: "甲公司", 电话: "13800138000"} 得到 占线 应当 重拨 于 2026-10-13 08:30`, ""},
		{"at another time", `时间 2026-10-12 10:00 拨出 催缴 给 {名称: "甲公司", 电话: "13800138000"} 得到 占线 应当 重拨 于 2026-10-12 10:11`,
			"RX7017"},
		{"the last try",
			`时间 2026-10-12 10:00 拨出 催缴 给 {名称: "甲公司", 电话: "13800138000"} 得到 占线 拨出 催缴 给 {名称: "甲公司", 电话: "13800138000"} 得到 占线 不应 重拨 于 2026-10-12 10:10 应当 发短信 给 "13800138000" 包含 "缴税"`, ""},
		{"paid in the meantime",
			`假设 纳税人.已结清(_) 得到 是 拨出 催缴 给 {名称: "甲公司", 税号: "913701001000000409", 电话: "13800138000"} 接听`, "RX7016"},
		{"nobody was dialled", `接听`, "RX7016"},
	}
	var src strings.Builder
	src.WriteString(small)
	for _, c := range cases {
		fmt.Fprintf(&src, "测试 %q {\n  %s\n}\n", c.name, c.lines)
	}
	o := built(t, src.String())
	report, err := Run(o)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Results) != len(cases) {
		t.Fatalf("%d results of %d tests", len(report.Results), len(cases))
	}
	missed := map[int]bool{}
	for _, e := range report.Coverage.Missed {
		missed[e.ID] = true
	}
	taken := map[string]int{}
	for _, e := range o.Graph.Edges {
		if !missed[int(e.ID)] {
			taken[e.Kind.String()]++
		}
	}
	for _, kind := range []string{"next", "branch", "outcome", "press", "answer", "noinput", "nomatch", "otherwise",
		"hangup"} {
		if taken[kind] == 0 {
			t.Errorf("no edge of kind %s is covered: %v", kind, taken)
		}
	}
	for i, r := range report.Results {
		t.Run(cases[i].name, func(t *testing.T) {
			var codes []string
			for _, f := range r.Failures {
				codes = append(codes, string(f.Code))
			}
			if got := strings.Join(codes, " "); got != cases[i].codes || r.Passed != (cases[i].codes == "") {
				t.Errorf("failures %q, want %q\n%s", got, cases[i].codes, told(r))
			}
		})
	}
}

func TestAnUnmatchedLookupSaysWhatToAdd(t *testing.T) {
	report := tested(t,
		small+`测试 "甲" { 拨打 "12366" 主叫 "13800138000" 按 "1" 听到 "识别号" 按 "913701001000000409#" 听到 "密码" 按 "123456" 听到 "您好" }`)
	f := report.Results[0].Failures[0]
	want := `流程查询了 纳税人.核验("913701001000000409", _)，测试没有假设它的结果，请加一行：假设 纳税人.核验(_, _) 得到 {`
	if got := f.Sentence(diag.Zh); !strings.HasPrefix(got, want) {
		t.Error(got)
	}
	if got := f.Sentence(diag.En); !strings.HasPrefix(got,
		`the flow asked for taxpayer.verify("913701001000000409", _), which the test does not assume; add: given taxpayer.verify(_, _) returns {`) {
		t.Error(got)
	}
	for _, l := range report.Results[0].Transcript {
		if strings.Contains(l.Text, "123456") || l.Kind == "press" && l.Text == "5" {
			t.Errorf("the PIN is in the transcript: %+v", l)
		}
	}
}

func TestTranscript(t *testing.T) {
	report := tested(t, small+`测试 "甲" { 拨打 "12366" 主叫 "13800138000" 听到 "查询请按1" 按 "6" 听到 "限额" }`)
	type row struct {
		At   int64
		Kind string
		Text string
		Cut  bool
	}
	var got []row
	for _, l := range report.Results[0].Transcript {
		got = append(got, row{l.At, l.Kind, l.Text, l.Cut})
		if l.Kind == "say" && (l.Line == 0 || l.File != "a.flow") {
			t.Errorf("no place: %+v", l)
		}
	}
	want := []row{{0, "say", "您好。", false}, {500, "say", "查询请按1，", true}, {1750, "press", "6", false},
		{1750, "say", "限额", true}, {2250, "caller hangs up", "", false}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestSelectAndCoverage(t *testing.T) {
	o := built(t,
		small+`测试 "甲" { 拨打 "12366" 主叫 "13800138000" 听到 "您好" } 测试 "乙" { 拨打 "12366" 主叫 "13800138000" 按 "6" 听到 "限额" }`)
	all, err := Run(o)
	if err != nil {
		t.Fatal(err)
	}
	o.Select = func(name string) bool { return name == "甲" }
	one, err := Run(o)
	if err != nil {
		t.Fatal(err)
	}
	if all.Passed != 2 || one.Passed != 1 || one.Coverage.Covered >= all.Coverage.Covered {
		t.Errorf("%d, %d passed; %d, %d edges", all.Passed, one.Passed, all.Coverage.Covered, one.Coverage.Covered)
	}
	if got := len(all.Coverage.Missed) + all.Coverage.Covered; got != all.Coverage.Edges ||
		all.Coverage.Edges != len(o.Graph.Edges) {
		t.Errorf("%d edges told of %d", got, all.Coverage.Edges)
	}
	for _, e := range all.Coverage.Missed {
		if e.Kind == "press" && e.Label == "6" {
			t.Error("key 6 was pressed and is told as missed")
		}
	}
}

func TestAThousandCalls(t *testing.T) {
	var src strings.Builder
	src.WriteString(small)
	for i := range 1000 {
		fmt.Fprintf(&src,
			"测试 \"第%d通\" { 拨打 \"12366\" 主叫 \"13800138000\" 听到 \"您好\" 按 \"2\" 听到 \"要回电请按1\" 按 \"1\" 听到 \"已登记\" 应当 挂机 }\n", i)
	}
	o := built(t, src.String())
	report, err := Run(o)
	if err != nil || report.Failed > 0 {
		t.Fatalf("%v, %d failed", err, report.Failed)
	}
	if report.Passed != 1000 {
		t.Errorf("%d passed", report.Passed)
	}
}

// A key of defaults works in every menu of a call, however deep.
func TestGlobalKeysOfDefaults(t *testing.T) {
	o := built(t, `
接入号 "1" 进入 甲
缺省 { 时区 "Asia/Shanghai" 按 # "主菜单" { 播放 "回到开头。" 挂机 } 当 出错 挂机 }
菜单 甲 { 播放 "继续请按1。" 按 1 "继续" 转到 乙 否则 挂机 }
流程 乙 { 菜单 { 播放 "再继续请按1。" 按 1 "继续" 继续 否则 挂机 } 播放 "完。" 挂机 }
测试 "一级" { 拨打 "1" 主叫 "13800138000" 听到 "继续请按1" 按 "#" 听到 "回到开头" }
测试 "二级" { 拨打 "1" 主叫 "13800138000" 听到 "继续请按1" 按 "1" 听到 "再继续" 按 "#" 听到 "回到开头" }
`)
	report, err := Run(o)
	if err != nil || report.Passed != 2 {
		t.Errorf("%d passed, %v", report.Passed, err)
	}
}
