package prove_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestPasses finds queues that pass callers on in circles, and calls refused after they were answered.
func TestPasses(t *testing.T) {
	const head = `接入号 "12366" 进入 甲
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 当 不可用 挂机 }
`
	const queues = "流程 甲 { 排队 一 否则 挂机\n挂机 }\n"
	for _, c := range []struct {
		name, src string
		want      []string
	}{
		{"one to the other", queues + `队列 一 { 技能组 "a" 满 60秒 转入 二 }
队列 二 { 技能组 "b" }`, nil},
		{"to itself", queues + `队列 一 { 技能组 "a" 满 60秒 转入 一 }`, []string{"RX3016 5"}},
		{"a circle of three", queues + `队列 一 { 技能组 "a" 满 60秒 转入 二 }
队列 二 { 技能组 "b" 满 60秒 转入 三 }
队列 三 { 技能组 "c" 满 60秒 转入 一 }`, []string{"RX3016 7"}},
		{"a circle that is inherited", queues + `队列 一 { 技能组 "a" 满 60秒 转入 二 }
队列 二 同 一 { 技能组 "b" }`, []string{"RX3016 5"}},
		{"refused at once", `流程 甲 { 如果 来电号码 是手机 { 不接听 } 播放 "您好。" 挂机 }`, nil},
		{"refused after words before the answer", "流程 甲 { 播放 接听前 \"已停用。\"\n不接听 }", nil},
		{"refused after words", "流程 甲 { 播放 \"您好。\"\n不接听 }", []string{"RX3017 4"}},
		{"refused after words in a flow that was done", "流程 乙 { 播放 \"您好。\" 返回 }\n流程 甲 { 执行 乙\n不接听 }",
			[]string{"RX3017 5"}},
		{"refused after a question", "流程 甲 { 设 数 = 询问 数字 4位 { 播放 \"请输入四位数字。\" 否则 挂机 }\n播放 \"{数}\"\n不接听 }",
			[]string{"RX3017 5"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range findings(t, head+c.src) {
				if strings.HasPrefix(f, "RX3016") || strings.HasPrefix(f, "RX3017") {
					got = append(got, f)
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("%v, want %v", findings(t, head+c.src), c.want)
			}
		})
	}
}
