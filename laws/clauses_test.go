package laws

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/lang/words"
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
队列 乙队 { 技能组 "乙" 容量 7位 }
队列 丁队 «同» { 技能组 "丁" }
参数 门槛: 金额 = «参数|100元»
队列 甲队 { 技能组 "甲" «队列» }
工单类型 "咨询" { 受理 1个工作日 办结 5个工作日 «工单» }
外呼任务 任务 { 呼叫名单 纳税人.欠税名单(至少: 100元) 呼叫 对象.电话 接通后 被叫(对象) «外呼» }
短信任务 通知 { 发送名单 纳税人.欠税名单(至少: 100元) 发短信 给 对象.电话 条 «短信» }
表格 网点 取自 "n.csv" { 序号: 数字 2位, 名称: 文本 }
来信 "查" 进入 回答
来信 其他 进入 回答
流程 回答 { 当 出错 { 回复 "抱歉。" } «来信» 回复 "请来电。" }
流程 子流(数: 数值): 数值 { 返回 数 + 1 }
流程 无果 { 返回 }
问卷 卷 { «问卷» 询问 好 "好请按1，不好请按2。" { 1 "好" 2 "不好" } 询问 分数 打分 «打分» "请打分。" }
流程 留话(户: 纳税人) { 播放 "{户.名称}，请回电。" 挂机 }
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
  «步骤»
  如果 «条件|来电号码 是手机» { 标记 "是的" }
  附带 量 = «量|1» 附带 门槛 = 门槛
  启动问卷 卷
  转接 "12366" «转接» 否则 继续
  转到 声明
}
`

// clauses are written at their places; "" is every place where a question is asked.
var clauses = map[string][]string{
	"缺省": {`等待 7秒`, `键间隔 6秒`, `最多 2次`, `期间播放 音乐甲`, `日历 另历`, `最长 9秒`, `静默 2秒`, `按 9 { 播放 "九。" 挂机 }`, `当 有多个 挂机`},
	"同":  {`同 乙队`}, "参数": {`200元`},
	"日历": {`放假 "中秋" 2026-09-25..2026-09-27 补班 2026-09-20`, `放假 "中秋" 2026-09-25..2026-09-27`, `时期 征期 2026-10-01..2026-10-26`},
	"作息": {`周六 9:00-12:00`, `周日 9:00-12:00`, `周末 9:00-12:00`, `周一至周五 13:00-14:00`, `周二 13:00-14:00`, `周三 13:00-14:00`,
		`周四 13:00-14:00`, `每天 20:00-21:00`, `特殊日 2026-12-31 休息`, `时区 "Asia/Urumqi"`, `工作日 9:00-17:00 仅限 2026-10-20..2026-10-30`},
	"开关": {`开启`}, "提示语": {`音频 "a.wav"`}, "模板": {`英文 "Hello."`},
	"信箱": {`最长 1分钟`, `静默 3秒`, `通知 "a@example.cn"`},
	"队列": {`分配 循环`, `首问负责 30天`, `容量 9位`, `最长 3分钟`, `音乐 音乐甲`, `每 20秒 播放 "请稍候。"`,
		`每 20秒 播放 必听 "请稍候。"`, `满 1分钟 增加 技能组 "丙"`, `满 1分钟 播放 "请稍候。"`, `满 1分钟 可按 2`, `满 1分钟 转入 乙队`,
		`振铃 9秒`, `话后处理 9秒`, `漏接 3次`, `保留排位 1分钟`, `目标 90% 20秒`},
	"工单": {`催办 80%`},
	"外呼": {`抽样 20%`, `配额 9份`, `并发 3路`, `每秒 2通`, `最多 3次`, `时段 办公`, `重拨 占线 隔 9分钟`, `重拨 占线 隔 9分钟 限 2次`,
		`免拨条件 纳税人.已结清(对象.税号)`, `未接通 标记 "没打通"`, `滴声后 留话(对象)`, `外显号码 "12366"`, `从 2026-10-01 到 2026-10-31`, `每天启动 09:00`},
	"短信": {`抽样 20%`, `每秒 2条`, `时段 办公`, `免发条件 纳税人.已结清(对象.税号)`, `每天启动 09:00`, `从 2026-10-01 到 2026-10-31`},
	"来信": {`设 户 = 纳税人.查找("913701001000000409") 否则 返回 回复 "{户.名称}。"`, `回复 条`},
	"步骤": {`停顿 1秒`, `语言 英文`, `业务类型 "甲"`, `暂停录音`, `恢复录音`, `不接听`, `标记 "点"`, `挂机`, `改 变量甲 = "乙"`, `执行 无果()`,
		`设 几 = 执行 子流(2) 附带 几 = 几`, `传真 "a.tif" 本机接收 否则 挂机`, `传真 "a.tif" 给 "12366" 否则 挂机`,
		`接收传真 件 否则 挂机 附带 件 = 件`, `预约回呼 甲队 给 来电号码 否则 挂机`, `发短信 给 来电号码 条 否则 继续`, `留言 箱`,
		`重复 最多 2次 { 跳出 }`, `逐条 [1, 2] 作为 项 最多 2 { 下一轮 }`, `根据 办公 { 当 开放 挂机 当 休息 继续 }`,
		`根据 变量甲 { 当 "乙" 挂机 否则 继续 }`, `播放 接听前 "请稍候。"`, `播放 "您好。" 仅当 办公 开放`, `播放 中文 "您好。" 英文 "Hello."`,
		`菜单 { 播放 选项 按 1 "查询" 继续 按 * 重听 按 # 挂机 否则 挂机 }`, `设 密 = 询问 保密 数字 6位 { 播放 "密码。" 否则 挂机 }
			执行 纳税人.核对尾号("913701001000000409", 密) 否则 挂机`, `设 行 = 询问 网点 { 播放 "代码。" 否则 挂机 } 播放 "{行.名称}。"`,
		`附带 值 = (如果 来电号码 为空 则 1 否则 2)`, `附带 值 = [1, 2]`},
	"条件": {`非 (来电号码 是手机)`, `来电号码 不是手机`, `来电号码 为空`, `来电号码 不为空`, `来电号码 属于 名单甲`, `来电号码 不属于 名单甲`,
		`来电号码 是 "13800138000"`, `来电号码 不是 "13800138000"`, `办公 开放`, `办公 休息`, `开关甲 开启`, `开关甲 关闭`,
		`变量甲 包含 "乙"`, `数甲 不低于 1`, `数甲 至少 1`, `数甲 不超过 1`, `数甲 至多 1`, `数甲 大于 1`, `数甲 超过 1`, `数甲 小于 1`,
		`数甲 低于 1`, `今天 晚于 2026-10-01`, `今天 早于 2026-10-01`, `今天 不晚于 2026-10-01`, `今天 不早于 2026-10-01`,
		`来电号码 是手机 且 办公 开放`, `来电号码 是手机 或 办公 开放`, `来电号码 是手机 并且 办公 开放`, `来电号码 是手机 或者 办公 开放`},
	"量": {`1秒`, `1分钟`, `1小时`, `1天`, `1个工作日`, `1个月`, `1元`, `1万元`, `1亿元`, `1%`, `2`},
	"问卷": {`配额 9份`, `抽样 20%`, `询问 原因 多选 "快请按1，好请按2。" { 1 "快" 2 "好" }`, `询问 选 单选 "快请按1，好请按2。" { 1 "快" 2 "好" }`,
		`询问 推荐 推荐值 "请按0到10。"`, `询问 意见 录音 "请说。"`}, "打分": {`1..3`},
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
		if fault == "" && with == without {
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

// elsewhere are the keywords that stand in no clause of a program that answers calls, with the test that uses them.
var elsewhere = map[string]string{
	"rule": "rules", "every path": "rules", "no path": "rules", "says": "rules", "does": "rules", "reaches": "rules",
	"before": "rules", "every menu": "rules", "only": "rules", "keys": "rules", "levels": "rules", "items": "rules",
}

// TestEveryWordIsInAClause: each keyword of a program, tests and rules aside, stands in the program above or in one of
// its clauses, so that none is left out of the law.
func TestEveryWordIsInAClause(t *testing.T) {
	text := around
	for _, list := range clauses {
		text += strings.Join(list, "\n") + "\n"
	}
	inTests := map[string]bool{}
	for _, id := range strings.Split("test,at,given,has,returns,call.test,from.test,text,dial,send.test,answer,hear,not hear,"+
		"expect,expect not,at.redial,agent answers,agent hangs up,agent signs in,agent signs out,agent ready,agent break,"+
		"slowly,say nothing,called", ",") {
		inTests[id] = true
	}
	for _, k := range words.All() {
		if inTests[k.ID] || elsewhere[k.ID] != "" {
			continue
		}
		if !slices.ContainsFunc(k.Chinese, func(s string) bool { return strings.Contains(text, s) }) {
			t.Errorf("%s %s stands in no clause", k.ID, k.Chinese[0])
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
	p, more := check.Check([]*ast.File{file}, check.Env{Files: func() []string { return []string{"a.wav"} },
		ReadFile: func(string) ([]byte, error) { return []byte("序号,名称\n01,历下\n02,市中\n"), nil }})
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
