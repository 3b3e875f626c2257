package suite

import (
	"fmt"
	"strings"
	"testing"
)

// TestConditionsOnTheCaller asks for the day of the week, the time of day, the number's beginning and area, and splits
// callers by a share.
func TestConditionsOnTheCaller(t *testing.T) {
	const program = `接入号 "12366" 进入 甲
缺省 { 时区 "Asia/Shanghai" 当 出错 { 播放 "出错了。" 挂机 } 当 不可用 挂机 }
流程 甲 {
  如果 星期几(今天) 不低于 6 { 播放 "周末。" } 否则 { 播放 "周{星期几(今天)}。" }
  如果 钟点(现在) 早于 08:30 { 播放 "还早。" }
  如果 来电号码 不为空 {
    如果 开头是(来电号码, "0531") { 播放 "济南来电。" }
    设 地区 = 区号(来电号码)
    如果 地区 不为空 { 播放 "区号{地区:逐位}。" } 否则 { 播放 "没有区号。" }
  }
  播放 "再见。"
  挂机
}
`
	report := tested(t, program+`
测试 "周日清早，济南" {
  时间 2026-10-11 08:29
  拨打 "12366" 主叫 "053188880000"
  听到 "周末"  听到 "还早"  听到 "济南来电"  听到 "区号零五三幺"
}
测试 "周一上班，手机" {
  时间 2026-10-12 08:30
  拨打 "12366" 主叫 "13800138000"
  听到 "周一"  听不到 "济南"
}
测试 "北京，区号三位" {
  拨打 "12366" 主叫 "01065551234"
  听到 "区号零幺零"
}
测试 "应当里也能用" {
  应当 星期几(2026-10-17) 是 6
  应当 区号("02887654321") 是 "028"
  应当 开头是("12366", "123")
}
`)
	for _, r := range report.Results {
		if !r.Passed {
			t.Errorf("%s: %s", r.Name, told(r))
		}
	}
}

// TestShares splits a thousand callers: about as many as the share says fall into it, each caller the same each time,
// and two splits do not go together.
func TestShares(t *testing.T) {
	var src strings.Builder
	src.WriteString(`接入号 "12366" 进入 甲
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 当 不可用 挂机 }
流程 甲 {
  如果 抽中(30%) { 标记 "三成" }
  如果 抽中(30%) { 标记 "又三成" }
  如果 抽中(50%, "另一个") { 标记 "一半" }
  如果 抽中(0%) { 标记 "没有" }
  如果 抽中(100%) { 标记 "都有" }
  播放 "再见。"
  挂机
}
`)
	for i := range 1000 {
		fmt.Fprintf(&src, "测试 \"%d\" { 拨打 \"12366\" 主叫 \"1380013%04d\" 应当 标记 \"都有\" 不应 标记 \"没有\" }\n", i, i)
	}
	report := tested(t, src.String())
	if report.Failed > 0 {
		t.Fatalf("%d failed", report.Failed)
	}
	count := map[string]int{}
	for _, r := range report.Results {
		seen := map[string]bool{}
		for _, l := range r.Transcript {
			if l.Kind == "mark" {
				seen[l.Text] = true
			}
		}
		if seen["三成"] != seen["又三成"] {
			t.Errorf("%s: a caller is in a share and is not", r.Name)
		}
		for k := range seen {
			count[k]++
		}
		if seen["三成"] && seen["一半"] {
			count["both"]++
		}
	}
	if n := count["三成"]; n < 260 || n > 340 {
		t.Errorf("%d of 1000 are in a share of 30%%", n)
	}
	if n := count["一半"]; n < 455 || n > 545 {
		t.Errorf("%d of 1000 are in a share of 50%%", n)
	}
	if n := count["both"]; n < 110 || n > 190 {
		t.Errorf("%d of 1000 are in both splits, which go together", n)
	}
}
