package laws

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

// around is a program with a place, «», for a clause of each kind of declaration and step. Other places are empty, or
// hold what stands behind a stroke.
const around = `接入号 "1" 进入 甲
语种 中文, 英文 缺则 中文
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 当 不可用 挂机 按 0 挂机 «缺省» }
日历 中国 { 放假 "国庆节" 2026-10-01..2026-10-07 «日历» }
日历 另历 { 放假 "元旦" 2026-01-01..2026-01-03 }
作息 办公 { 日历 中国 工作日 8:30-12:00 «作息» }
名单 名单甲
开关 开关甲 «开关|关闭»
通话变量 变量甲: 文本
提示语 音乐甲 { 中文 "请稍候。" 英文 "Please wait." «提示语» }
模板 条 { 中文 "您好。" «模板» }
信箱 箱 { 问候 "请留言。" «信箱» }
队列 乙队 { 技能组 "乙" }
队列 甲队 { 技能组 "甲" «队列» }
工单类型 "咨询" { 受理 1个工作日 办结 5个工作日 «工单» }
外呼任务 任务 { 呼叫名单 纳税人.欠税名单(至少: 100元) 呼叫 对象.电话 接通后 被叫(对象) «外呼» }
问卷 卷 { «问卷» 询问 好 "好请按1，不好请按2。" { 1 "好" 2 "不好" } 询问 分数 打分 «打分» "请打分。" }
流程 被叫(户: 纳税人) { 播放 "{户.名称}" 挂机 }
菜单 声明 { 播放 "查询请按1，退出请按2。" 按 1 "查询" «分支» 挂机 按 2 "退出" 挂机 «菜单» 否则 挂机 }
流程 甲 {
  当 未找到 挂机
  «处理»
  播放 «说前» 音乐甲 «说后»
  设 数甲 = 询问 数值 { 播放 "请输入，按井号键结束。" «数值» 否则 挂机 }
  设 码 = 询问 数字 4位 { 播放 "请输入四位。" «数字» 否则 挂机 }
  设 音 = 录音 { 播放 "请说。" «录音» 否则 挂机 }
  附带 数甲 = 数甲 附带 码 = 码 附带 音 = 音
  菜单 { 播放 "继续请按1。" 按 1 "继续" 继续 «步骤菜单» 否则 挂机 }
  设 户 = 纳税人.查找("913701001000000409") «查询» 否则 { 当 有多个 挂机 }
  附带 名称 = 户.名称
  发邮件 给 "a@example.cn" 条 «邮件» 否则 继续
  排队 甲队 «排队» 否则 { «排队分支» 否则 挂机 }
  启动问卷 卷
  转接 "12366" «转接» 否则 继续
  转到 声明
}
`

// clauses are written at their places; "" is every place where a question is asked.
var clauses = map[string][]string{
	"缺省": {`等待 7秒`, `键间隔 6秒`, `最多 2次`, `期间播放 音乐甲`, `日历 另历`, `最长 9秒`, `静默 2秒`, `按 9 { 播放 "九。" 挂机 }`, `当 有多个 挂机`},
	"日历": {`放假 "中秋" 2026-09-25..2026-09-27`, `时期 征期 2026-10-01..2026-10-26`},
	"作息": {`周六 9:00-12:00`, `特殊日 2026-12-31 休息`, `时区 "Asia/Urumqi"`, `工作日 9:00-17:00 仅限 2026-10-20..2026-10-30`},
	"开关": {`开启`}, "提示语": {`音频 "a.wav"`}, "模板": {`英文 "Hello."`},
	"信箱": {`最长 1分钟`, `静默 3秒`, `通知 "a@example.cn"`},
	"队列": {`分配 循环`, `首问负责 30天`, `容量 9位`, `最长 3分钟`, `音乐 音乐甲`, `每 20秒 播放 "请稍候。"`,
		`每 20秒 播放 必听 "请稍候。"`, `满 1分钟 增加 技能组 "丙"`, `满 1分钟 播放 "请稍候。"`, `满 1分钟 可按 2`, `满 1分钟 转入 乙队`,
		`振铃 9秒`, `话后处理 9秒`, `漏接 3次`, `保留排位 1分钟`, `目标 90% 20秒`},
	"工单": {`催办 80%`},
	"外呼": {`抽样 20%`, `配额 9份`, `并发 3路`, `每秒 2通`, `最多 3次`, `时段 办公`, `重拨 占线 隔 9分钟`, `重拨 占线 隔 9分钟 限 2次`,
		`免拨条件 纳税人.已结清(对象.税号)`, `未接通 标记 "没打通"`, `外显号码 "12366"`, `从 2026-10-01 到 2026-10-31`},
	"问卷": {`配额 9份`, `抽样 20%`}, "打分": {`1..3`},
	"分支": {`不播报`, `仅当 来电号码 属于 名单甲`}, "处理": {`按 8 挂机`, `当 挂机 标记 "走了"`, `当 有多个 挂机`},
	"说前": {`必听`}, "说后": {`各语言`}, "查询": {`限时 2秒`, `期间播放 音乐甲`}, "邮件": {`主题 "回执"`},
	"排队": {`优先级 9`}, "排队分支": {`按 2 挂机`, `当 已满 { 播放 "满了。" 挂机 }`}, "转接": {`限时 9秒`},
	"": {`等待 9秒`, `键间隔 9秒`, `最多 2次`, `最长 9秒`, `静默 2秒`, `复核`, `复核 "对请按1，不对请按2。"`, `范围 1..5`,
		`结束键 *`, `允许全局键`, `当 没按键 播放 "请按键。"`, `当 按错(2) 播放 "又错了。"`, `当 挂机 标记 "走了"`, `当 出错 挂机`},
}

var asking = []string{"数值", "数字", "录音", "步骤菜单", "菜单"}

// TestEveryClauseIsCompiled adds each clause at each place where the checker lets it stand, to find those that change
// nothing in the compiled program: they would be read and never carried out. What only the figures of a survey change
// stands in the list of what is not carried out.
func TestEveryClauseIsCompiled(t *testing.T) {
	without, fault := compiledWith("", "")
	if fault != "" {
		t.Fatal(fault)
	}
	try := func(place, clause string) bool {
		with, fault := compiledWith(place, clause)
		if fault == "" && with == without && place != "问卷" {
			t.Errorf("%s: %s changes nothing in the compiled program", place, clause)
		}
		return fault == ""
	}
	for place, list := range clauses {
		for _, clause := range list {
			if place != "" {
				if !try(place, clause) {
					_, fault := compiledWith(place, clause)
					t.Errorf("%s: %s cannot be written: %s", place, clause, fault)
				}
				continue
			}
			somewhere := false
			for _, p := range asking {
				somewhere = try(p, clause) || somewhere
			}
			if !somewhere {
				t.Errorf("%s cannot be written anywhere", clause)
			}
		}
	}
}

// compiledWith is the program with a clause at a place, without the places in the source, or why it has errors.
func compiledWith(place, clause string) (program, fault string) {
	src := around
	for {
		i := strings.Index(src, "«")
		if i < 0 {
			break
		}
		j := strings.Index(src, "»")
		name, put, _ := strings.Cut(src[i+len("«"):j], "|")
		if name == place {
			put = clause
		}
		src = src[:i] + put + src[j+len("»"):]
	}
	file, found := parse.Parse("a.flow", []byte(src))
	p, more := check.Check([]*ast.File{file}, check.Env{Files: func() []string { return []string{"a.wav"} }})
	for _, d := range append(found, more...) {
		if d.Severity == diag.Error {
			return "", fmt.Sprintf("%s %s", d.Code, d.Sentence(diag.En))
		}
	}
	out, err := emit.Emit(p, emit.Options{})
	if err != nil {
		return "", err.Error()
	}
	for i := range out.Program.Funcs {
		out.Program.Funcs[i].Places = []bundle.Place{}
	}
	b, err := json.Marshal(out.Program)
	if err != nil {
		return "", err.Error()
	}
	return string(b), ""
}
