package meaning

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"rexian/compiler/bundle"
)

const office = `语种 中文, 英文 缺则 中文
接入号 "12366" 进入 主菜单
缺省 { 时区 "Asia/Shanghai" 日历 今年 等待 5秒 最多 2次 当 出错 挂机 当 不可用 挂机 }
日历 今年 {
  放假 "国庆节" 2026-10-01..2026-10-07 补班 2026-09-20
}
作息 大厅 { 日历 今年 工作日 08:30-17:30 }
参数 热线: 电话 = "053112366"
参数 门槛: 金额 = 100元
开关 停办 关闭
名单 贵宾
提示语 等待音乐 { 中文 "请稍候。" }
信箱 信箱一 { 问候 "请留言。" 最长 2分钟 静默 5秒 }
工单类型 "投诉" { 受理 1个工作日 办结 15个工作日 催办 50% }
队列 综合咨询 {
  技能组 "综合"  容量 10位  最长 5分钟  振铃 20秒  目标 80% 20秒  音乐 等待音乐
  每 30秒 播放 "请继续等待。"
  满 60秒 播放 "来电较多。"
}
问卷 满意度 { 抽样 20%  配额 500  询问 评价 单选 "满意请按1，不满意请按2。" { 1 "满意" 2 "不满意" } }
外呼任务 催缴 {
  呼叫名单 纳税人.欠税名单(至少: 100元)
  时段 大厅
  呼叫 对象.电话 接通后 通知(对象)
  外显号码 "053112366"  并发 5路  每秒 2通  最多 3次
  重拨 占线 隔 10分钟 限 2次
}
流程 通知(对象: 纳税人) { 播放 "{对象.名称}，您有税款逾期未缴。" 挂机 }
菜单 主菜单 {
  播放 "征期请按1，查验请按3，人工请按0。"
  按 1 "征期" 转到 征期截止日
  按 3 "查验" 转到 发票查验
  按 0 "人工" 转到 人工
  否则 挂机
}
流程 征期截止日 { 播放 "本月截止到二十六日。" 转到 人工 }
流程 发票查验 { 播放 "发票是真的。" 启动问卷 满意度 挂机 }
流程 人工 { 排队 综合咨询 否则 { 当 已满, 超时, 无座席, 休息 留言 信箱一 } 挂机 }
`

// sentences are changes of office, and what is said of each.
var sentences = []struct{ from, to, zh, en string }{
	{`按 3 "查验" 转到 发票查验`, `按 3 "查验" 转到 征期截止日`,
		"主菜单 键 3 改为 征期截止日，原来是 发票查验（拨打 12366，按 3）",
		"key 3 of 主菜单 leads to 征期截止日 now, it was 发票查验 (call 12366, press 3)"},
	{"  按 3 \"查验\" 转到 发票查验\n",
		"  按 3 \"查验\" 转到 发票查验\n  按 4 \"截止日\" 不播报 转到 征期截止日\n",
		"主菜单 新增键 4：征期截止日（拨打 12366，按 4）",
		"主菜单 takes key 4 now: 征期截止日 (call 12366, press 4)"},
	{`2026-10-01..2026-10-07 补班 2026-09-20`, `2026-10-01..2026-10-06`,
		"作息 大厅 有 2 天不同：08:30-17:30→休息（2026-09-20），休息→08:30-17:30（2026-10-07）",
		"hours 大厅 differ on 2 days: 08:30-17:30→closed (2026-09-20), closed→08:30-17:30 (2026-10-07)"},
	{`参数 热线: 电话 = "053112366"`, `参数 热线: 电话 = "053112399"`,
		"参数 热线 由 “053112366” 改为 “053112399”",
		`setting 热线 changes from "053112366" to "053112399"`},
	{`门槛: 金额 = 100元`, `门槛: 金额 = 250.5元`, "参数 门槛 由 100 元 改为 250.5 元",
		"setting 门槛 changes from 100 yuan to 250.5 yuan"},
	{"开关 停办 关闭", "开关 停办 开启", "开关 停办 起初开启", "switch 停办 begins on"},
	{"名单 贵宾", "名单 贵宾\n名单 黑名单", "新增名单 黑名单", "list 黑名单 is new"},
	{"静默 5秒", "静默 8秒", "信箱 信箱一 的“静默”由 5 秒 改为 8 秒",
		"mailbox 信箱一: silence changes from 5 s to 8 s"},
	{`问候 "请留言。"`, `问候 "请您留言。"`,
		"信箱 信箱一 的“问候”由 “请留言。” 改为 “请您留言。”",
		`mailbox 信箱一: greeting changes from "请留言。" to "请您留言。"`},
	{"办结 15个工作日", "办结 10个工作日",
		"工单类型 投诉 的“办结”由 15 个工作日 改为 10 个工作日",
		"ticket type 投诉: finish changes from 15 workdays to 10 workdays"},
	{"催办 50%", "催办 80%", "工单类型 投诉 的“催办”由 50% 改为 80%",
		"ticket type 投诉: urge changes from 50% to 80%"},
	{"最长 5分钟", "最长 10分钟", "队列 综合咨询 的“最长”由 5 分钟 改为 10 分钟",
		"queue 综合咨询: longest changes from 5 min to 10 min"},
	{"容量 10位", "容量 20位", "队列 综合咨询 的“容量”由 10 改为 20",
		"queue 综合咨询: capacity changes from 10 to 20"},
	{"目标 80% 20秒", "目标 90% 15秒", "队列 综合咨询 的“目标”由 80% 20 秒 改为 90% 15 秒",
		"queue 综合咨询: target changes from 80% in 20 s to 90% in 15 s"},
	{"每 30秒 播放 \"请继续等待。\"", "每 45秒 播放 \"请继续等待。\"",
		"队列 综合咨询 的“每”由 每 30 秒 “请继续等待。” 改为 每 45 秒 “请继续等待。”",
		`queue 综合咨询: every changes from every 30 s "请继续等待。" to every 45 s "请继续等待。"`},
	{"  满 60秒 播放 \"来电较多。\"\n", "",
		"队列 综合咨询 的“满”由 满 1 分钟 “来电较多。” 改为 没有",
		`queue 综合咨询: waiting changes from after 1 min "来电较多。" to none`},
	{"抽样 20%", "抽样 50%", "问卷 满意度 的“抽样”由 20% 改为 50%",
		"survey 满意度: sample changes from 20% to 50%"},
	{`2 "不满意" }`, `2 "差" }`, "问卷 满意度 的“评价”的“答案”由 1 满意、2 不满意 改为 1 满意、2 差",
		"survey 满意度: answers to 评价 changes from 1 满意, 2 不满意 to 1 满意, 2 差"},
	{"最多 3次\n", "最多 5次\n", "外呼任务 催缴 的“最多”由 3 改为 5",
		"campaign 催缴: tries changes from 3 to 5"},
	{"占线 隔 10分钟 限 2次", "占线 隔 1小时",
		"外呼任务 催缴 的“重拨”由 占线隔 10 分钟限 2 次 改为 占线隔 1 小时",
		"campaign 催缴: retry changes from busy after 10 min up to 2 times to busy after 1 h"},
	{`外显号码 "053112366"`, `外显号码 "053112377"`,
		"外呼任务 催缴 的“外显号码”由 053112366 改为 053112377",
		"campaign 催缴: show number changes from 053112366 to 053112377"},
	{"您有税款逾期未缴。", "您有税款没有缴。",
		"外呼任务 催缴：原来“…，您有税款逾期未缴。”，现在“…，您有税款没有缴。”（zh）",
		`campaign 催缴: it was "…，您有税款逾期未缴。", now it is "…，您有税款没有缴。" (zh)`},
	{"本月截止到二十六日。", "本月截止到二十七日。",
		"拨打 12366，按 1：原来“本月截止到二十六日。”，现在“本月截止到二十七日。”（zh）",
		`call 12366, press 1: it was "本月截止到二十六日。", now it is "本月截止到二十七日。" (zh)`},
}

func officeEdits() (list [][2]string) {
	for _, c := range sentences {
		list = append(list, [2]string{c.from, c.to})
	}
	return list
}

// TestSentences: what is changed is told in a sentence of its own, in both tongues, with what was and what is.
func TestSentences(t *testing.T) {
	old := writtenIn(t, office)
	for _, c := range sentences {
		if !strings.Contains(office, c.from) {
			t.Fatal(c.from)
		}
		came := Compare(old, writtenIn(t, strings.Replace(office, c.from, c.to, 1)), Limits{})
		if !slices.ContainsFunc(came.Differences, func(d Difference) bool {
			return d.Sentence.Zh == c.zh && d.Sentence.En == c.en
		}) {
			t.Errorf("%s:", c.to)
			for _, d := range came.Differences {
				t.Errorf("    %s | %s", d.Sentence.Zh, d.Sentence.En)
			}
		}
	}
}

// TestRecordingsBySound: what a recording is called makes no difference, what is heard does.
func TestRecordingsBySound(t *testing.T) {
	with := func(file string) *bundle.Program {
		p := *writtenIn(t, hotline)
		p.Prompts = slices.Clone(p.Prompts)
		i := slices.IndexFunc(p.Prompts, func(q bundle.Prompt) bool { return q.Name == "告知" })
		p.Prompts[i].Audio = []bundle.Audio{{Lang: "zh", File: file}}
		return &p
	}
	// The sound of a file is what stands before its comma.
	files := func(list map[string]string) Recordings {
		return Recordings{Read: func(name string) ([]byte, error) {
			if s, ok := list[name]; ok {
				return []byte(s), nil
			}
			return nil, errors.New("not there")
		}, Sound: func(_ string, file []byte) ([]byte, error) {
			before, _, _ := strings.Cut(string(file), ",")
			return []byte(before), nil
		}}
	}
	old := files(map[string]string{"a.wav": "hello,pcm"})
	for _, c := range []struct {
		file, content string
		same          bool
	}{{"a.wav", "hello,pcm", true}, {"b.wav", "hello,pcm", true}, {"b.mp3", "hello,mp3", true},
		{"a.wav", "goodbye,pcm", false}, {"b.wav", "goodbye,pcm", false}} {
		came := Compare(with("a.wav"), with(c.file), Limits{Old: old,
			New: files(map[string]string{c.file: c.content})})
		if came.Same() != c.same {
			t.Errorf("%s %s: same %v", c.file, c.content, came.Same())
		}
	}
	if came := Compare(with("a.wav"), with("b.wav"), Limits{}); came.Same() {
		t.Error("names stand for recordings that are not at hand")
	}
}
