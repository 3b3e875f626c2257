package meaning

import (
	"os"
	"path/filepath"
	"rexian/compiler/bundle"
	"slices"
	"strings"
	"testing"
)

// bureau is a program in which much is heard late, seldom, or on some days only.
const bureau = `语种 中文, 英文 缺则 中文
接入号 "12366" 进入 主菜单
缺省 {
  时区 "Asia/Shanghai" 日历 今年
  等待 5秒 键间隔 3秒 最多 2次
  当 不可用 { 播放 "系统繁忙。" 转到 人工 }
  当 出错 { 播放 "对不起，出了故障。" 转到 留言流程 }
}
日历 今年 { 放假 "元旦" 2026-01-01..2026-01-03 放假 "国庆节" 2026-10-01..2026-10-07 }
作息 大厅 { 日历 今年 工作日 08:30-17:30 }
开关 停拨 关闭
提示语 回呼提示 { 中文 "不想等了请按1。" 英文 "Press 1 to be called back." }
信箱 信箱一 { 问候 "请留言。" 最长 2分钟 静默 5秒 }
队列 综合 {
  技能组 "综合" 满 40秒 增加 技能组 "后备"
  容量 10位 最长 5分钟 每 30秒 播放 "请继续等待。"
  满 60秒 播放 回呼提示 满 60秒 可按 1
}
外呼任务 催缴 {
  呼叫名单 纳税人.欠税名单(至少: 100元)
  时段 大厅
  呼叫 对象.电话 接通后 催缴电话(对象)
  免拨条件 停拨 开启
}
流程 催缴电话(对象: 纳税人) { 播放 "{对象.名称}，请缴税。" 挂机 }
菜单 主菜单 {
  播放 "征期请按1，读数请按2，英文请按4，人工请按0。"
  按 1 "征期" { 播放 "截止到{申报.截止日(本月)}。" 挂机 }
  按 2 "读数" 转到 读数
  按 4 "英文" { 语言 英文 转到 人工 }
  按 0 "人工" 转到 人工
  否则 挂机
}
流程 读数 {
  设 表号 = 询问 数字 8位 { 播放 "请输入表号。" 键间隔 4秒 否则 挂机 }
  设 本次 = 询问 数值 { 播放 "请输入读数，按井号键结束。" 范围 0..9999 否则 挂机 }
  设 上期 = 抄表.上期(表号, 本月) 限时 3秒 否则 { 当 未找到 挂机 }
  如果 上期.平均用量 大于 0 且 本次 - 上期.读数 大于 上期.平均用量 * 3 { 播放 "比平常多得多。" 挂机 }
  播放 "已登记。" 挂机
}
流程 人工 {
  根据 大厅 {
    当 开放 继续
    当 休息(原因, 下次) {
      根据 原因 { 当 节假日 播放 "今天放假。" 否则 继续 }
      播放 "{下次}恢复。" 挂机
    }
  }
  排队 综合 否则 { 当 已满, 超时, 无座席, 休息 转到 留言流程 按 1 挂机 }
  挂机
}
流程 留言流程 { 播放 "以下录音。" 留言 信箱一 }
`

// TestWhatIsHeardLateIsShown: what a caller meets only after a while in a queue, in the other language, on a holiday,
// by figures that go together, or not at all because the campaign does not call, is shown by a call all the same.
func TestWhatIsHeardLateIsShown(t *testing.T) {
	written := func(from, to string) *openedProgram {
		t.Helper()
		if !strings.Contains(bureau, from) {
			t.Fatal(from)
		}
		dir := t.TempDir()
		text := strings.Replace(bureau, from, to, 1)
		if err := os.WriteFile(filepath.Join(dir, "a.flow"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return opened(t, dir)
	}
	old := written("", "")
	for _, c := range []struct{ from, to, kind, line string }{
		{"满 40秒 增加", "满 80秒 增加", "queue", `座席签入 技能组 "后备"`},
		{`播放 回呼提示 满`, `播放 "要回电请按1。" 满`, "queue", "要回电请按1"},
		{` 英文 "Press 1 to be called back."`, "", "queue", `按 "4"`},
		{`播放 "请继续等待。"`, `播放 "请耐心等待。"`, "queue", "请耐心等待"},
		{"开关 停拨 关闭", "开关 停拨 开启", "switch", "接听"},
		{"免拨条件 停拨 开启", "免拨条件 停拨 关闭", "reaches", "接听"},
		{"2026-01-01..2026-01-03", "2026-01-01..2026-01-02", "calendar", "2026-01"},
		{"2026-01-01..2026-01-03", "2026-01-01..2026-01-02", "hours", "时间 2026-01-03"},
		{"键间隔 4秒", "键间隔 2秒", "timing", `按 "1"`},
		{"比平常多得多", "多得出奇", "words", "假设 抄表.上期"},
		{`播放 "对不起，出了故障。"`, `播放 "出了故障。"`, "words", "对不起"},
	} {
		new := written(c.from, c.to)
		came := Compare(old.program, new.program, Limits{})
		came.Tests(nil)
		if err := came.Play(old.side(), new.side()); err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(came.Differences, func(d Difference) bool {
			return d.Kind == c.kind && d.Seen && strings.Contains(d.Test, c.line)
		}) {
			t.Errorf("%s: no call shows it", c.to)
			for _, d := range came.Differences {
				t.Errorf("    %s: %s (%v)\n%s", d.Kind, d.Sentence.Zh, d.Seen, d.Test+d.course)
			}
		}
	}
}

// TestACampaignsQuestionHasNoCaller: what `defaults` do where a lookup fails makes no difference to what a campaign
// asks.
func TestACampaignsQuestionHasNoCaller(t *testing.T) {
	const asks = `语种 中文 缺则 中文
缺省 { 时区 "Asia/Shanghai" 当 不可用 { 播放 "系统繁忙。" 挂机 } 当 出错 挂机 }
作息 大厅 { 工作日 08:30-17:30 }
外呼任务 催缴 {
  呼叫名单 纳税人.欠税名单(至少: 100元)
  时段 大厅
  呼叫 对象.电话 接通后 催缴电话(对象)
  免拨条件 纳税人.已结清(对象.税号)
}
流程 催缴电话(对象: 纳税人) { 播放 "请缴税。" 挂机 }
`
	var list []*openedProgram
	for _, text := range []string{asks, strings.Replace(asks, "系统繁忙", "稍后再来电", 1)} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "a.flow"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		list = append(list, opened(t, dir))
	}
	for _, d := range Compare(list[0].program, list[1].program, Limits{}).Differences {
		t.Errorf("nobody can hear: %s", d.Sentence.Zh)
	}
}

// TestACallWithoutEndIsTold: a slip by which a call speaks for ever and waits for nobody is a difference that is found
// at once.
func TestACallWithoutEndIsTold(t *testing.T) {
	dir := t.TempDir()
	text := `语种 中文 缺则 中文
接入号 "12366" 进入 甲
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 }
流程 甲 { 播放 "一。" 转到 乙 }
流程 乙 { 播放 "二。" 挂机 }
`
	if err := os.WriteFile(filepath.Join(dir, "a.flow"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := opened(t, dir)
	slip := *p.program
	slip.Funcs = slices.Clone(slip.Funcs)
	for fn := range slip.Funcs {
		f := &slip.Funcs[fn]
		for pc, c := range f.Code {
			if c.Op() == bundle.Goto {
				f.Code = slices.Clone(f.Code)
				f.Code[pc] = bundle.MakeABx(bundle.Goto, c.A(), fn)
			}
		}
	}
	c := Compare(p.program, &slip, Limits{})
	if !c.Decided || len(c.Differences) != 1 || !strings.Contains(c.Differences[0].Sentence.Zh, "一直播放下去") {
		t.Errorf("decided %v: %v", c.Decided, c.Differences)
	}
	if c := Compare(&slip, &slip, Limits{}); !c.Same() {
		t.Error("it differs from itself")
	}
	again := slip
	again.Funcs = slices.Clone(slip.Funcs)
	again.Hash = "another"
	if c := Compare(&slip, &again, Limits{}); !c.Same() {
		t.Error("it differs from what is the same")
	}
}
