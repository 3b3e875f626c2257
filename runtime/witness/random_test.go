package witness_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rexian/compiler"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/compiler/rules"
	"rexian/lang/diag"
	"rexian/runtime/readout"
	"rexian/runtime/suite"
	"rexian/runtime/witness"
)

// asker writes random rules about a program.
type asker struct {
	*rand.Rand
	p *check.Program
}

func (a *asker) pick(list ...string) string { return list[a.IntN(len(list))] }

// flow is a flow or menu by name; "" if the program has none.
func (a *asker) flow() string {
	var names []string
	for _, f := range a.p.Flows {
		if f.Form != check.HandlersForm && f.Form != check.SurveyForm && f.Channel != check.Written {
			names = append(names, f.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return a.pick(names...)
}

// prompts are those without values: some are for queues only.
func (a *asker) prompts() (names []string) {
	for _, p := range a.p.Prompts {
		plain := true
		for _, words := range p.Words {
			_, whole := words.Plain()
			plain = plain && whole
		}
		if plain {
			names = append(names, p.Name)
		}
	}
	return names
}

func (a *asker) points() string {
	list := []string{"排队", "转接", "留言", "预约回呼", "挂机", "挂机", "发短信", "发邮件", "录音"}
	if f := a.flow(); f != "" {
		list = append(list, f, f, a.flow())
	}
	list = append(list, a.prompts()...)
	for _, m := range a.p.Marks {
		list = append(list, "标记 "+strconv.Quote(m))
	}
	text := a.pick(list...)
	if other := a.pick(list...); a.IntN(3) == 0 && other != text {
		text += ", " + other
	}
	return text
}

// when is a condition of a rule, mostly none.
func (a *asker) when() string {
	if a.IntN(2) == 0 {
		return ""
	}
	var list []string
	for _, h := range a.p.HoursList {
		list = append(list, h.Name+" 开放", h.Name+" 休息")
	}
	for _, s := range a.p.Switches {
		list = append(list, s.Name+" 开启", s.Name+" 关闭")
	}
	for _, l := range a.p.Lists {
		list = append(list, "来电号码 属于 "+l.Name, "来电号码 不属于 "+l.Name)
	}
	list = append(list, "来电号码 是手机", "来电号码 为空", "来电号码 不为空", "星期几(今天) 是 6", "钟点(现在) 早于 08:30", "抽中(10%)")
	text := a.pick(list...)
	if other := a.pick(list...); a.IntN(4) == 0 && other != text {
		text += a.pick(" 且 ", " 或 ") + other
	}
	return " 仅当 " + text
}

func (a *asker) rule() string {
	from := ""
	if f := a.flow(); f != "" && a.IntN(3) == 0 {
		from = "从 " + f + " "
	}
	switch n := a.IntN(8); {
	case n < 2 && len(a.prompts()) > 0:
		return from + "每条路径 先播放 " + a.pick(a.prompts()...) + " 再 " + a.points() + a.when()
	case n == 2 && a.flow() != "":
		return from + "每条路径 先执行 " + a.flow() + " 再 " + a.points() + a.when()
	case n == 3 && a.flow() != "":
		most := fmt.Sprintf("%d秒", 5+a.IntN(120))
		if a.IntN(2) == 0 {
			most = fmt.Sprintf("%d次按键", 1+a.IntN(4))
		}
		return "从 " + a.flow() + " 到 " + a.points() + " 最多 " + most + a.when()
	case n == 4:
		return a.pick(fmt.Sprintf("每个菜单 最多 %d层", 1+a.IntN(3)), fmt.Sprintf("每个菜单 最多 %d项", 1+a.IntN(6)),
			fmt.Sprintf("每个菜单 按 %s 只做 %s", a.pick("0", "1", "*", "9"), a.pick("重听", "挂机")))
	}
	return from + "没有路径 到达 " + a.points() + a.when()
}

// asked is what became of the random rules of a program.
type asked struct{ proved, shown, unshown, named, undecided, failed int }

// unbound tells whether a verdict that decides nothing names the step that nothing bounds: a fax, a queue without a
// longest wait.
func unbound(v *rules.Verdict) bool {
	return v.Rule.Decl.Claim.Kind == "to" && (strings.Contains(v.Why.Zh, "传真") || strings.Contains(v.Why.Zh, "排队"))
}

// drawn tells whether a rule speaks of a share of the callers without a number: these are drawn call by call, so that
// no test can choose one.
func drawn(rule string) bool {
	return strings.Contains(rule, "抽中") && strings.Contains(rule, "来电号码 为空")
}

// askAbout decides random rules about a program, and plays the counter-example of each that is refuted.
func askAbout(t *testing.T, dir string, seed uint64, n int) (got asked) {
	t.Helper()
	w, err := compiler.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	o := compiler.Options{Voice: readout.Voice{}}
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	j := w.Decide(o)
	if diag.HasErrors(j.Findings) {
		t.Fatalf("%s: %s", dir, diag.Sort(j.Findings)[0].Sentence(diag.En))
	}
	a := &asker{rand.New(rand.NewPCG(seed, uint64(len(dir)))), j.Checked}
	var src strings.Builder
	text := map[string]string{}
	for i := range n {
		name := fmt.Sprintf("随机%d", i)
		text[name] = a.rule()
		fmt.Fprintf(&src, "规则 %q { %s }\n", name, text[name])
	}
	w.Overlay("随机.flow", []byte(src.String()))
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	j = w.Decide(o)
	for _, d := range j.Findings {
		if d.Severity == diag.Error && d.Code != "RX3015" {
			t.Fatalf("%s: %s %s\n%s", dir, d.Code, d.Sentence(diag.En), src.String())
		}
	}
	out, err := emit.Emit(j.Checked, emit.Options{Graph: j.Graph, Cover: true, Rules: true})
	if err != nil {
		t.Fatal(err)
	}
	writer, err := witness.New(j.Checked, j.Graph, out)
	if err != nil {
		t.Fatal(err)
	}
	var tests strings.Builder
	for i := range j.Verdicts {
		v := &j.Verdicts[i]
		rule := text[v.Name()]
		switch {
		case rule == "":
		case v.State == rules.Proved:
			got.proved++
		case v.State == rules.Undecided && unbound(v):
			got.named++
		case v.State == rules.Undecided:
			got.undecided++
			t.Errorf("%s: %s: %s", dir, rule, v.Why.En)
		case v.Path == nil:
			got.unshown++
			t.Errorf("%s: %s is refuted without a path: %s", dir, rule, v.Why.En)
		default:
			if test := writer.Refutation(v); test.Unmet && drawn(rule) {
				got.named++
			} else if test.Shown {
				got.shown++
				tests.WriteString(test.Source)
			} else {
				got.unshown++
				t.Errorf("%s: %s: no call goes %s\n%s", dir, rule, course(v.Path), test.Source)
			}
		}
	}
	w.Overlay("反例.flow", []byte(tests.String()))
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	j = w.Decide(o)
	if out, err = emit.Emit(j.Checked, emit.Options{Graph: j.Graph, Cover: true, Tests: true}); err != nil {
		t.Fatal(err)
	}
	report, err := suite.Run(suite.Options{Checked: j.Checked, Program: out.Program, Graph: j.Graph,
		Select: func(name string) bool { return strings.HasPrefix(name, "反例：随机") }})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Results) != got.shown {
		t.Errorf("%s: %d of %d tests were played", dir, len(report.Results), got.shown)
	}
	for _, r := range report.Results {
		if !r.Passed {
			got.failed++
			t.Errorf("%s: %s does not play: %s", dir, text[strings.TrimPrefix(r.Name, "反例：")],
				r.Failures[0].Sentence(diag.En))
		}
	}
	return got
}

// TestRandomRules decides random rules about the shipped flows and the lessons: none is undecided, and the call that
// shows why one does not hold plays. REXIAN_RULE_QUESTIONS=40 asks so many of each program, and twelve times as many
// of the flows, by REXIAN_RULE_SEED; else it is one lesson and the flows, a few of each by three seeds.
func TestRandomRules(t *testing.T) {
	lessons, err := filepath.Glob("../../examples/*/*")
	if err != nil || len(lessons) == 0 {
		t.Fatal("no lessons", err)
	}
	lessons = slices.DeleteFunc(lessons, func(dir string) bool { // their lookups are their own
		sql, _ := filepath.Glob(dir + "/*/*.sql")
		return len(sql) > 0
	})
	slices.Sort(lessons)
	n, err := strconv.Atoi(os.Getenv("REXIAN_RULE_QUESTIONS"))
	few := err != nil
	if few {
		n, lessons = 1, lessons[:1]
	}
	seeds := []uint64{1, 2, 3}
	if seed, err := strconv.ParseUint(os.Getenv("REXIAN_RULE_SEED"), 10, 64); err == nil {
		seeds = []uint64{seed}
	}
	var all asked
	add := func(dir string, n int) {
		for _, seed := range seeds {
			got := askAbout(t, dir, seed, n)
			all.proved += got.proved
			all.shown += got.shown
			all.unshown += got.unshown
			all.named += got.named
			all.undecided += got.undecided
			all.failed += got.failed
		}
	}
	for _, dir := range lessons {
		add(dir, n)
	}
	add("../../flows", 12*n)
	if more := os.Getenv("REXIAN_RULE_PROGRAMS"); more != "" {
		for _, dir := range filepath.SplitList(more) {
			add(dir, n)
		}
	}
	if all.shown == 0 {
		t.Error("no rule was refuted")
	}
	t.Logf("%d proved, %d refuted by calls that play, %d refuted by none, %d named what is unbound, %d undecided",
		all.proved, all.shown-all.failed, all.unshown+all.failed, all.named, all.undecided)
}
