package vm_test

import (
	"testing"

	"rexian/compiler/bundle"
	"rexian/runtime/vm"
)

// What a campaign asks before it calls has no caller: where it comes to nothing, the handlers of defaults neither speak
// nor do anything, and it is not taken for an answer, by which somebody would be called who is not to be.
func TestDefaultsDoNotAnswerACampaign(t *testing.T) {
	im := image(t, `
语种 中文 缺则 中文
接入号 "12366" 进入 主流程
缺省 { 时区 "Asia/Shanghai" 当 不可用 { 标记 "查不到" 播放 "系统繁忙。" 挂机 } 当 出错 挂机 }
流程 主流程 { 播放 "您好。" 挂机 }
作息 办公 { 时区 "Asia/Shanghai" 工作日 08:30-17:30 }
外呼任务 催缴 {
  呼叫名单 纳税人.欠税名单(至少: 100元)
  时段 办公
  呼叫 对象.电话 接通后 催缴电话(对象)
  免拨条件 纳税人.已结清(对象.税号)
}
流程 催缴电话(对象: 纳税人) { 播放 "请缴税。" 挂机 }`)
	m := im.New(vm.Call{ID: "c"})
	e := m.Start(int(im.Program.Campaigns[0].SkipIf), []vm.Value{vm.Record(vm.Text("913701001000000409"))}, morning)
	if e.Kind != bundle.LookupSite {
		t.Fatalf("%v", e.Kind)
	}
	for e = m.Resume(vm.Event{Kind: vm.Outcome, Tag: "unavailable", Now: morning}); !e.End; {
		if e.Kind == bundle.MarkSite || e.Kind == bundle.EnqueueSite {
			t.Errorf("defaults do %s", e.Kind)
		}
		e = m.Resume(vm.Event{Kind: vm.Done, Now: morning})
	}
	if e.How == vm.EndReturn || e.How == vm.EndHangup {
		t.Errorf("it ends by %s", e.How)
	}
}
