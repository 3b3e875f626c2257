package vm_test

import (
	"testing"

	"rexian/runtime/collect"
	"rexian/runtime/vm"
)

const busyProgram = head + `
switch late off
list blocked
queue help { from 60s offer 1 }
call data who: taxpayer
flow main {
  press 0 goto people(help)
  if caller in blocked { reject }
  if late is on { say "晚" }
  let id = ask taxpayer_id { say "识别号" confirm otherwise goto people(help) }
  let who2 = taxpayer.find(id) otherwise { on not_found { say "没有" goto main } on several goto people(help) }
  set who = who2
  let owed = taxpayer.arrears(id) within 3s
  for each owed as item at most 3 { say "{item.amount * 0.5 + item.late_fee * 0.3}" }
  menu { say "请按1" press 1 "一" goto main press 2 "二" when late is on continue otherwise { say "{average(owed.amount)}" hangup } }
  do tell(count(owed))
  goto people(help)
}
flow tell(list: number) { say "{list}" return }
flow people(q: queue) { enqueue q otherwise { on full, timeout, no_agents, closed hangup press 1 { callback q to "13800138000" hangup } } hangup }`

// Whatever a host answers, in kind and in content, the machine goes on or ends; and a snapshot of it can be restored.
func FuzzEvents(f *testing.F) {
	im := image(f, busyProgram)
	f.Add([]byte{0, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 6, 7})
	f.Add([]byte{17, 17, 3, 19, 35, 51, 1, 1, 1, 67, 83, 2, 2})
	values := []vm.Value{vm.Int(0), vm.Int(1), vm.Int(-1 << 62), vm.Absent(), vm.Text(""), vm.Text("13800138000"),
		vm.List(),
		vm.List(vm.Record(), vm.Int(1), vm.Absent()),
		vm.List(vm.Record(vm.Int(1), vm.Text("a"), vm.Int(1<<40), vm.Int(3), vm.Int(5))),
		vm.Record(), vm.Record(vm.Text("a"), vm.Text("b"))}
	tags := []string{"", "not_found", "unavailable", "several", "full", "press", "error", "hangup", "strange"}
	f.Fuzz(func(t *testing.T, script []byte) {
		m := im.New(vm.Call{Caller: "13800138000"})
		e := m.Start(int(im.Program.Numbers[0].Func), nil, morning)
		for _, b := range script {
			if e.End {
				break
			}
			v := values[int(b/8)%len(values)]
			e = m.Resume(vm.Event{Kind: vm.EventKind(b % 7), Now: morning, Value: v, Values: []vm.Value{v},
				Tag: tags[int(b/8)%len(tags)],
				Collect: collect.Result{Kind: collect.Kind(b / 8 % 8), Index: int(b/64) - 1, Text: "913701001000000409",
					N: int64(b)}})
			if snapshot, err := m.Snapshot(); err != nil {
				t.Fatal(err)
			} else if m, err = im.Restore(snapshot); err != nil {
				t.Fatalf("%v\n%s", err, snapshot)
			}
		}
	})
}

// A snapshot that was tampered with is refused, or goes on without a crash.
func FuzzRestore(f *testing.F) {
	im := image(f, busyProgram)
	m := im.New(vm.Call{Caller: "13800138000"})
	e := m.Start(int(im.Program.Numbers[0].Func), nil, morning)
	for range 4 {
		if snapshot, err := m.Snapshot(); err == nil && !e.End {
			f.Add(snapshot)
		}
		e = m.Resume(vm.Event{Kind: vm.Answer, Now: morning})
	}
	f.Fuzz(func(t *testing.T, snapshot []byte) {
		m, err := im.Restore(snapshot)
		if err != nil {
			return
		}
		for range 5 {
			m.Resume(vm.Event{Kind: vm.Answer, Now: morning})
		}
	})
}
