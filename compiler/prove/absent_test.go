package prove_test

import (
	"slices"
	"testing"
)

// TestAbsentByNature: an area code that a mobile number has not, a wait that nobody can tell and the agent before there
// is one are met before they are used, or found.
func TestAbsentByNature(t *testing.T) {
	const head = "接入号 \"12366\" 进入 甲\n缺省 { 时区 \"Asia/Shanghai\" 当 出错 挂机 当 不可用 挂机 }\n队列 咨询 { 技能组 \"甲\" }\n"
	const area = "如果 来电号码 为空 { 挂机 }\n设 区 = 区号(来电号码)\n"
	const wait = "设 等 = 队列.预计等待(咨询)\n"
	const queued = "排队 咨询 否则 挂机\n"
	for _, c := range []struct {
		name, steps string
		want        []string
	}{
		{"an area code", area + "播放 \"{区}。\"\n" + queued, []string{"RX3014 7"}},
		{"an area code that was tested", area + "如果 区 不为空 { 播放 \"{区}。\" }\n" + queued, nil},
		{"an area code without a name", "如果 来电号码 为空 { 挂机 }\n播放 \"{区号(来电号码)}。\"\n" + queued, []string{"RX3014 6"}},
		{"an area code without a name that was tested",
			"如果 来电号码 为空 { 挂机 }\n如果 区号(来电号码) 不为空 { 播放 \"{区号(来电号码)}。\" }\n" + queued, nil},
		{"a wait", wait + "播放 \"{等}。\"\n" + queued, []string{"RX3014 6"}},
		{"a wait that was tested", wait + "如果 等 为空 { 播放 \"请稍候。\" } 否则 { 播放 \"{等}。\" }\n" + queued, nil},
		{"the agent before the queue", "播放 \"{通话.座席}。\"\n" + queued, []string{"RX3014 5"}},
		{"the agent behind the queue", queued + "附带 座席 = 通话.座席\n", nil},
		{"the agent behind a queue at times",
			"如果 来电号码 是手机 { " + queued + " }\n附带 座席 = 通话.座席\n", []string{"RX3014 7"}},
		{"the agent where none was had", "排队 咨询 否则 {\n当 超时 { 附带 座席 = 通话.座席 挂机 } 否则 挂机 }\n", []string{"RX3014 6"}},
		{"the agent that was tested", "如果 通话.座席 不为空 { 播放 \"{通话.座席}。\" }\n" + queued, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := findings(t, head+"流程 甲 {\n"+c.steps+"挂机\n}\n"); !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}
