package suite

import (
	"fmt"
	"strings"
	"testing"

	"rexian/compiler/bundle"
	"rexian/runtime/vm"
)

// frame is a program in which a flow hands a value on through two others, once directly and once by a condition, to a
// parameter of a kind.
const frame = `接入号 "1" 进入 甲
接入号 "2" 进入 乙
语种 中文, 英文 缺则 中文
缺省 { 时区 "Asia/Shanghai" 当 出错 { 播放 "出错了。" 挂机 } 当 不可用 { 播放 "查不到。" 挂机 } }
日历 中国 { 放假 "国庆节" 2026-10-01..2026-10-07 补班 2026-10-10 }
作息 白班 { 日历 中国 工作日 8:30-12:00, 13:00-17:30 }
作息 夜班 { 日历 中国 每天 20:00-23:00 }
队列 综合 { 技能组 "综合" 容量 40位 }
队列 专席 { 技能组 "专席" 容量 40位 }
信箱 投诉箱 { 问候 "请在投诉箱留言。" }
信箱 建议箱 { 问候 "请在建议箱留言。" }
参数 热线: 电话 = "12366"
提示语 欢迎 { 中文 "欢迎拨打{热线}。" 英文 "Welcome." }
提示语 致歉 { 中文 "对不起，让您久等。" 英文 "Sorry." }
模板 回执(号: 文本) { 中文 "【回执】{号}。" 英文 "[receipt] {号}." }
模板 通知单 { 中文 "【通知】请及时办理。" 英文 "[notice]" }
流程 丙 { 播放 "到了丙。" 挂机 }
菜单 丁 { 播放 "到了丁，继续请按1。" 按 1 "继续" 挂机 否则 挂机 }
流程 戊 { 播放 "做了戊。" 返回 }
流程 己 { 播放 "做了己。" 返回 }
流程 甲 { 转到 中间(%[2]s) }
流程 乙 { 转到 中间((如果 来电号码 是 "13800138000" 则 %[3]s 否则 %[2]s)) }
流程 中间(值: %[1]s) { 执行 末(另: 3, 值: 值) 挂机 }
流程 末(另: 数值, 值: %[1]s) {
  附带 另 = 另
  %[4]s
  返回
}
测试 "直接" { 时间 2026-10-12 10:00 拨打 "1" 主叫 "13800138000" %[5]s }
测试 "条件" { 时间 2026-10-12 10:00 拨打 "2" 主叫 "13800138000" %[6]s }
`

// TestParametersOfEveryKindRun hands a declared thing of every kind on and does with it all that can be done.
func TestParametersOfEveryKindRun(t *testing.T) {
	for _, c := range []struct{ name, kind, one, two, use, first, second string }{
		{"goto a flow or a menu", "流程", "丙", "丁", "转到 值", `听到 "到了丙"`, `听到 "到了丁" 按 "1"`},
		{"do a flow", "流程", "戊", "己", `执行 值() 播放 "回来了。"`, `听到 "做了戊" 听到 "回来了"`, `听到 "做了己" 听到 "回来了"`},
		{"hours in a condition", "作息", "白班", "夜班", `如果 值 开放 { 播放 "开着。" } 否则 { 播放 "关着。" }`,
			`听到 "开着"`, `听到 "关着"`},
		{"hours in a value", "作息", "白班", "夜班", `设 否定 = 非 (值 休息) 播放 "{否定}。"`, `听到 "是"`, `听到 "否"`},
		{"hours in a match, and when they open", "作息", "白班", "夜班", `根据 值 {
    当 开放 播放 "开着。"
    当 休息(原因, 何时) { 附带 原因 = 原因 播放 "{何时}营业。" }
  }`, `听到 "开着"`, `听到 "二十点整营业"`},
		{"a mailbox", "信箱", "投诉箱", "建议箱", "留言 值", `听到 "投诉箱" 应当 留言 投诉箱`,
			`听到 "建议箱" 应当 留言 建议箱`},
		{"a prompt, its holes filled", "提示语", "欢迎", "致歉", "播放 值", `听到 "欢迎拨打幺二三六六"`, `听到 "久等"`},
		{"a prompt that must be heard in each language", "提示语", "欢迎", "致歉", "播放 必听 值 各语言",
			`听到 "欢迎" 听到 "Welcome"`, `听到 "久等" 听到 "Sorry"`},
		{"a prompt during a lookup", "提示语", "欢迎", "致歉",
			`设 户 = 纳税人.查找("913701001000000409") 期间播放 值 否则 { 播放 "没有。" 挂机 } 播放 "{户.名称}。"`,
			`听到 "没有"`, `听到 "没有"`},
		{"a queue", "队列", "综合", "专席", `排队 值 否则 挂机 播放 "感谢来电。"`,
			`应当 排队 综合 座席接听 座席挂机 听到 "感谢"`, `应当 排队 专席 座席接听 座席挂机 听到 "感谢"`},
		{"a call back in a queue", "队列", "综合", "专席", `预约回呼 值 给 来电号码 否则 挂机 播放 "{值}会回电。"`,
			`应当 预约回呼 综合 给 "13800138000" 听到 "综合会回电"`,
			`应当 预约回呼 专席 给 "13800138000" 听到 "专席会回电"`},
		{"a language", "语言", "中文", "英文", "语言 值 播放 欢迎", `听到 "欢迎"`, `听到 "Welcome"`},
		{"a filled template", "短信", `回执("7")`, "通知单", "发短信 给 来电号码 值 否则 挂机",
			`应当 发短信 给 "13800138000" 包含 "【回执】7"`, `应当 发短信 给 "13800138000" 包含 "【通知】"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := fmt.Sprintf(frame, c.kind, c.one, c.two, c.use, c.first, c.second)
			if strings.Contains(c.use, "查找") {
				src = strings.ReplaceAll(src, "10:00 拨打", "10:00 假设 纳税人.查找(_) 得到 未找到 隔 2秒 拨打")
			}
			if strings.Contains(c.use, "期间播放") {
				for number, want := range map[string]string{"1": "欢迎", "2": "致歉"} {
					if got := heardMeanwhile(t, built(t, src).Program, number); got != want {
						t.Errorf("during the lookup of %s: %q, not %q", number, got, want)
					}
				}
			}
			for _, r := range tested(t, src).Results {
				if !r.Passed {
					t.Errorf("%s", told(r))
				}
			}
		})
	}
}

// heardMeanwhile is the prompt that plays during the first lookup of a call.
func heardMeanwhile(t *testing.T, p *bundle.Program, number string) string {
	im, err := vm.Load(p)
	if err != nil {
		t.Fatal(err)
	}
	m := im.New(vm.Call{Caller: "13800138000"})
	for _, n := range p.Numbers {
		if n.Text != number {
			continue
		}
		e := m.Start(int(n.Func), nil, 0)
		for !e.End {
			if e.Kind == bundle.LookupSite {
				return p.Prompts[e.Playing].Name
			}
			e = m.Resume(vm.Event{Kind: vm.Done})
		}
	}
	return ""
}
