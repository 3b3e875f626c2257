package sim

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

const hotline = `
语种 中文 缺则 中文
接入号 "12366" 进入 主流程
缺省 {
  时区 "Asia/Shanghai"
  当 不可用 挂机
  当 出错 挂机
  当 挂机 标记 "主叫挂机"
}
队列 无尽 { 技能组 "咨询"  每 30秒 播放 "请稍候。" }
菜单 主流程 {
  播放 "人工服务请按1，查询请按2。"
  按 1 "人工服务" { 排队 无尽 否则 挂机 播放 "再见。" 挂机 }
  按 2 "查询" { 设 未听 = 语音留言.未读() 期间播放 音乐 否则 挂机 播放 "{未听}条。" 挂机 }
  等待 5秒  最多 2次  否则 { 播放 "再见。" 挂机 }
}
提示语 音乐 { 音频 "音乐.mp3" }
`

// quiet is a world in which lookups take 700 ms and give 2.
type quiet struct{}

func (quiet) Lookup(vm.Effect, int64) (vm.Event, int64) {
	return vm.Event{Kind: vm.Answer, Value: vm.Int(2_000_000)}, 700
}
func (quiet) Query(vm.Effect, int64) vm.Event          { return vm.Event{Kind: vm.Answer} }
func (quiet) Outcome(vm.Effect, int64) (string, int64) { return "", 0 }

// image compiles the hotline, once for all tests.
var image = sync.OnceValues(func() (*vm.Image, error) {
	file, found := parse.Parse("a.flow", []byte(hotline))
	p, more := check.Check([]*ast.File{file}, check.Env{})
	for _, d := range append(found, more...) {
		if d.Severity == diag.Error {
			return nil, fmt.Errorf("%s %s", d.Code, d.Sentence(diag.En))
		}
	}
	out, err := emit.Emit(p, emit.Options{})
	if err != nil {
		return nil, err
	}
	return vm.Load(out.Program)
})

func started(t *testing.T) *Call {
	t.Helper()
	im, err := image()
	if err != nil {
		t.Fatal(err)
	}
	c := New(Options{Image: im, Func: int(im.Program.Numbers[0].Func), Now: 1_000_000, Number: "12366",
		Caller: "13800138000", Answers: quiet{}})
	c.Start()
	return c
}

func TestTimeIsSkippedToTheNextThing(t *testing.T) {
	c := started(t)
	u, speaking := c.Speaking()
	if !speaking || u.Text != "人工服务请按1，查询请按2。" || u.Until != 1_000_000+12*250 {
		t.Fatalf("%v %+v", speaking, u)
	}
	if at, ok := c.Next(); !ok || at != u.Until {
		t.Errorf("next at %d, %v", at, ok)
	}
	c.Rest()
	if c.Now() != u.Until || !c.Resting() {
		t.Errorf("rests at %d", c.Now())
	}
	if at, ok := c.Next(); !ok || at != u.Until+5000 {
		t.Errorf("the first-key timer is due at %d, %v", at, ok)
	}
	c.Press("2", KeyGap)
	if at, ok := c.Next(); !ok || at != c.Now()+700 {
		t.Errorf("the lookup answers at %d, %v", at, ok)
	}
	c.Rest()
	if how, over := c.Over(); !over || how != vm.EndHangup || c.Heard[len(c.Heard)-1].Text != "两条。" ||
		c.Now() != u.Until+700+500 {
		t.Errorf("%v %v at %d: %+v", over, how, c.Now(), c.Heard)
	}
	if c.Step() {
		t.Error("something happens after the end")
	}
}

func TestWhatIsCutOffWasHeardInPart(t *testing.T) {
	c := started(t)
	c.RunUntil(c.Now() + 1100)
	c.Press("2", KeyGap)
	if u := c.Heard[0]; u.Text != "人工服务" || !u.Cut || u.Until != 1_001_100 {
		t.Errorf("%+v", u)
	}
}

func TestACallThatNeverEndsIsGivenUp(t *testing.T) {
	c := started(t)
	c.Press("1", KeyGap)
	c.RunUntil(c.Started() + 2*MaxTime)
	if c.Err() == nil {
		t.Error("two days in a queue are simulated")
	}
	if said := len(c.Heard); said < 2000 || said > 3000 {
		t.Errorf("announced %d times", said)
	}
}

func TestAnAgentAnswersAndHangsUp(t *testing.T) {
	c := started(t)
	if c.AgentHangsUp() {
		t.Error("an agent hangs up who never answered")
	}
	c.Press("1", KeyGap)
	if !c.AgentAnswers() || c.AgentAnswers() {
		t.Error("one agent answers once")
	}
	if _, ok := c.Next(); ok {
		t.Error("something happens by itself while the two talk")
	}
	c.RunUntil(c.Now() + 60_000)
	if !c.AgentHangsUp() {
		t.Error("the agent cannot hang up")
	}
	c.Rest()
	if how, over := c.Over(); !over || how != vm.EndHangup {
		t.Errorf("%v, %v", how, over)
	}
}

func TestTheCallerHangsUpAnywhere(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := started(t)
		if keys := rapid.StringMatching(`[0-9*#]{0,6}`).Draw(r, "keys"); keys != "" {
			c.Press(keys, rapid.Int64Range(0, 4000).Draw(r, "gap"))
		}
		c.RunUntil(c.Now() + rapid.Int64Range(0, 90_000).Draw(r, "wait"))
		_, before := c.Over()
		c.Hangup()
		if _, over := c.Over(); !over || c.Err() != nil {
			r.Fatalf("the call goes on: %v", c.Err())
		}
		if !before && c.Did(HungUp, nil) {
			r.Fatal("both sides hung up")
		}
	})
}

func TestAgendaKeepsTheOrder(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		times := rapid.SliceOfN(rapid.Int64Range(-5, 20), 1, 30).Draw(r, "times")
		a := agenda{now: 100}
		type done struct{ at, seq int64 }
		var order []done
		for i, ms := range times {
			p := a.after(ms, func() { order = append(order, done{a.now, int64(i)}) })
			if i%5 == 4 {
				p.drop()
			}
		}
		for _, ok := a.next(); ok; _, ok = a.next() {
			a.step()
		}
		a.step()
		if len(order) != len(times)-len(times)/5 {
			r.Fatalf("%d of %d happened", len(order), len(times))
		}
		if !slices.IsSortedFunc(order, func(x, y done) int {
			if x.at != y.at {
				return int(x.at - y.at)
			}
			return int(x.seq - y.seq)
		}) {
			r.Fatalf("out of order: %v", order)
		}
	})
}

func TestSpokenAt(t *testing.T) {
	u := Utterance{At: 1000, Until: 3000, Lang: "zh", Text: "一二，三四五六七八"}
	for n, want := range map[int]int64{0: 1000, 1: 1250, 3: 1500, 4: 1750, 99: 3000} {
		if got := u.SpokenAt(n); got != want {
			t.Errorf("%d letters: %d, want %d", n, got, want)
		}
	}
	u.cut(1600)
	if u.Text != "一二，" || u.Until != 1600 {
		t.Errorf("%+v", u)
	}
	if got := length(session.Sound{Lang: "zh", Pause: 700}); got != 700 {
		t.Errorf("a pause of 700 ms takes %d", got)
	}
}
