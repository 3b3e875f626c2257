package rules_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"rexian/compiler/check"
	"rexian/compiler/prove"
	"rexian/compiler/rules"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/runtime/readout"
)

// The second explorer knows nothing of the flow graph. It writes random programs out of steps of its own and goes all
// their ways by what SPEC.md says of each step, one state of the switches after the other.

// move is a step of a random program.
type move struct {
	kind string // say, mark, if, menu, do, goto, return, hangup, enqueue, repeat
	name string // of the prompt, milestone, switch or flow
	not  bool   // of an if: the switch is off
	a, b []*move
	over string // of a menu, what follows when no try is left: "go on", "hang up", or a flow
}

// sheet is a random program: flows by name, those named R return.
type sheet struct {
	flows map[string][]*move
	keys  map[string][]*move // what key 0 does in a flow
	order []string
}

// author writes a sheet.
type author struct {
	*rand.Rand
	marks int
}

func (w *author) pick(of ...string) string { return of[w.IntN(len(of))] }

// steps writes a few steps that go on, and how they end: "return", "hangup", a later flow, or nothing.
func (w *author) steps(depth, at int, end string) (list []*move) {
	for range 1 + w.IntN(3) {
		switch n := w.IntN(10); {
		case n < 3:
			list = append(list, &move{kind: "say", name: w.pick("告知", "问候")})
		case n < 4:
			list = append(list, &move{kind: "mark", name: w.pick("到", "过")})
		case n < 6 && depth > 0:
			s := &move{kind: "if", name: w.pick("甲关", "乙关"), not: w.IntN(2) == 0, a: w.steps(depth-1, at, "")}
			if w.IntN(2) == 0 {
				s.b = w.steps(depth-1, at, "")
			}
			list = append(list, s)
		case n < 7 && depth > 0:
			list = append(list, &move{kind: "menu", a: w.steps(depth-1, at, ""), b: w.steps(depth-1, at, ""),
				over: w.pick("go on", "hang up", "F"+strconv.Itoa(at+1+w.IntN(5-at)))})
		case n < 8 && depth > 0:
			list = append(list, &move{kind: "repeat", a: w.steps(depth-1, at, "")})
		case n < 9 && depth > 0:
			list = append(list, &move{kind: "do", name: w.pick("R1", "R2")})
		default:
			list = append(list, &move{kind: "say", name: "问候"})
		}
	}
	switch {
	case end == "return":
		list = append(list, &move{kind: "return"})
	case end == "leave":
		switch w.IntN(3) {
		case 0:
			list = append(list, &move{kind: "goto", name: "F" + strconv.Itoa(at+1+w.IntN(5-at))})
		case 1:
			list = append(list, &move{kind: "enqueue"})
		default:
			list = append(list, &move{kind: "hangup"})
		}
	}
	return list
}

// write makes the sheet of a seed: F1 to F4 go on to later ones, F5 is a menu that may go back to F1.
func write(seed uint64) *sheet {
	w := &author{Rand: rand.New(rand.NewPCG(seed, 18))}
	s := &sheet{flows: map[string][]*move{}, keys: map[string][]*move{}}
	for i := 1; i <= 4; i++ {
		name := "F" + strconv.Itoa(i)
		s.flows[name] = w.steps(2, i, "leave")
		if w.IntN(3) == 0 {
			s.keys[name] = []*move{{kind: w.pick("say", "mark"), name: "告知"}, {kind: w.pick("enqueue", "hangup")}}
			if s.keys[name][0].kind == "mark" {
				s.keys[name][0].name = "到"
			}
		}
		s.order = append(s.order, name)
	}
	s.flows["F5"] = []*move{{kind: "menu", a: []*move{{kind: "goto", name: "F1"}}, b: w.steps(1, 4, ""),
		over: "hang up"},
		{kind: "enqueue"}}
	s.flows["R1"] = w.steps(1, 4, "return")
	s.flows["R2"] = append([]*move{{kind: "if", name: "甲关", a: []*move{{kind: "return"}}}}, w.steps(2, 4, "return")...)
	for name := range map[string]bool{"R1": true, "R2": true} {
		s.flows[name] = without(s.flows[name], "do")
	}
	s.order = append(s.order, "F5", "R1", "R2")
	return s
}

// without leaves steps of a kind out.
func without(list []*move, kind string) (out []*move) {
	for _, m := range list {
		if m.kind != kind {
			m.a, m.b = without(m.a, kind), without(m.b, kind)
			if len(m.a) == 0 && (m.kind == "if" || m.kind == "menu" || m.kind == "repeat") {
				m.a = []*move{{kind: "say", name: "问候"}}
			}
			if len(m.b) == 0 && m.kind == "menu" {
				m.b = []*move{{kind: "say", name: "问候"}}
			}
			out = append(out, m)
		}
	}
	return out
}

// text is the program in the language.
func (s *sheet) text() string {
	var b strings.Builder
	b.WriteString(`接入号 "12366" 进入 F1
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 当 不可用 挂机 }
提示语 告知 { 中文 "本次通话将被录音。" }
提示语 问候 { 中文 "您好。" }
队列 咨询 { 技能组 "综合" }
开关 甲关 关闭
开关 乙关 开启
`)
	for _, name := range s.order {
		fmt.Fprintf(&b, "流程 %s {\n", name)
		if key := s.keys[name]; key != nil {
			fmt.Fprintf(&b, "按 0 { %s }\n", lines(key))
		}
		fmt.Fprintf(&b, "%s}\n", lines(s.flows[name]))
	}
	return b.String()
}

func lines(list []*move) string {
	var b strings.Builder
	for _, m := range list {
		switch m.kind {
		case "say":
			b.WriteString("播放 " + m.name + "\n")
		case "mark":
			b.WriteString("标记 \"" + m.name + "\"\n")
		case "if":
			state := "开启"
			if m.not {
				state = "关闭"
			}
			fmt.Fprintf(&b, "如果 %s %s { %s}", m.name, state, lines(m.a))
			if m.b != nil {
				fmt.Fprintf(&b, " 否则 { %s}", lines(m.b))
			}
			b.WriteString("\n")
		case "menu":
			fmt.Fprintf(&b, "菜单 { 播放 \"一请按1，二请按2。\" 按 1 \"一\" { %s%s } 按 2 \"二\" { %s继续 } 否则 %s }\n", lines(m.a),
				onward(m.a),
				lines(m.b), map[string]string{"go on": "继续", "hang up": "挂机"}[m.over]+target(m.over))
		case "do":
			b.WriteString("执行 " + m.name + "\n")
		case "goto":
			b.WriteString("转到 " + m.name + "\n")
		case "return":
			b.WriteString("返回\n")
		case "hangup":
			b.WriteString("挂机\n")
		case "enqueue":
			b.WriteString("排队 咨询 否则 挂机\n挂机\n")
		case "repeat":
			fmt.Fprintf(&b, "重复 最多 3次 { %s}\n", lines(m.a))
		}
	}
	return b.String()
}

func onward(list []*move) string {
	if len(list) > 0 && list[len(list)-1].kind == "goto" {
		return ""
	}
	return "继续"
}

func target(over string) string {
	if strings.HasPrefix(over, "F") {
		return "转到 " + over
	}
	return ""
}

// question is a rule, for the explorer and in the language.
type question struct {
	say, do string // what must come before; neither: nothing may reach the point
	point   string // "排队", or a milestone
	from    string
	when    string // a switch that is on
}

func (q question) text() string {
	b := ""
	if q.from != "" {
		b = "从 " + q.from + " "
	}
	switch {
	case q.say != "":
		b += "每条路径 先播放 " + q.say + " 再 "
	case q.do != "":
		b += "每条路径 先执行 " + q.do + " 再 "
	default:
		b += "没有路径 到达 "
	}
	if q.point == "排队" {
		b += q.point
	} else {
		b += "标记 \"" + q.point + "\""
	}
	if q.when != "" {
		b += " 仅当 " + q.when + " 开启"
	}
	return b
}

// frame is a flow in progress: what is left of its steps, and who is to go on when it returns.
type frame struct {
	flow   string
	todo   *todo
	below  *frame
	counts bool // the paths of the rule have begun in it, or before
	id     string
}

// todo is a list of steps to do, and what comes after them.
type todo struct {
	list []*move
	then *todo
}

// explorer goes all ways of a sheet.
type explorer struct {
	*sheet
	q     question
	on    map[string]bool
	seen  map[string]bool
	found bool
}

// holds decides a question by going all ways.
func (s *sheet) holds(q question) bool {
	for bits := range 4 {
		on := map[string]bool{"甲关": bits&1 != 0, "乙关": bits&2 != 0}
		if q.when != "" && !on[q.when] {
			continue
		}
		x := &explorer{sheet: s, q: q, on: on, seen: map[string]bool{}}
		x.enter("F1", nil, q.from == "", false)
		if x.found {
			return false
		}
	}
	return true
}

// enter begins a flow; a path that begins there begins anew.
func (x *explorer) enter(flow string, below *frame, counts, met bool) {
	x.run(&frame{flow: flow, todo: &todo{list: x.flows[flow]}, below: below, counts: counts}, met)
	if x.q.from == flow {
		x.run(&frame{flow: flow, todo: &todo{list: x.flows[flow]}, below: below, counts: true}, false)
	}
}

func (f *frame) key() string {
	if f == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %v", f.flow, f.counts)
	for t := f.todo; t != nil; t = t.then {
		if len(t.list) > 0 {
			fmt.Fprintf(&b, " %p", t.list[0])
		}
	}
	return b.String() + "|" + f.below.key()
}

// next is a frame with other steps to do.
func (f *frame) next(t *todo) *frame { n := *f; n.todo = t; return &n }

// run goes on from a frame. met tells whether what the rule wants has been done since its path began.
func (x *explorer) run(f *frame, met bool) {
	for f.todo != nil && len(f.todo.list) == 0 {
		f = f.next(f.todo.then)
	}
	if x.found || f.todo == nil {
		return
	}
	key := fmt.Sprint(met, " ", f.key())
	if x.seen[key] {
		return
	}
	x.seen[key] = true
	m, rest := f.todo.list[0], &todo{f.todo.list[1:], f.todo.then}
	into := func(list []*move) { x.run(f.next(&todo{list, rest}), met) }
	reach := func(point string) {
		if x.q.point == point && f.counts && !met {
			x.found = true
		}
	}
	switch m.kind {
	case "say":
		x.run(f.next(rest), met || x.q.say == m.name)
	case "mark":
		reach(m.name)
		x.run(f.next(rest), met)
	case "if":
		if x.on[m.name] != m.not {
			into(m.a)
		} else {
			into(m.b)
		}
	case "menu":
		into(m.a)
		into(m.b)
		switch m.over {
		case "go on":
			into(nil)
		case "hang up":
		default:
			x.enter(m.over, nil, f.counts, met)
		}
		for g := f; g != nil; g = g.below {
			if key := x.keys[g.flow]; key != nil {
				h := g.next(&todo{list: key})
				h.counts = f.counts
				x.run(h, met)
				break
			}
		}
	case "repeat":
		into(m.a)
		into(append(append([]*move(nil), m.a...), m.a...))
	case "do":
		x.enter(m.name, f.next(rest), f.counts, met)
	case "goto":
		x.enter(m.name, nil, f.counts, met)
	case "return":
		if g := f.below; g != nil {
			if !g.counts {
				met = false
			}
			x.run(g, met || x.q.do == f.flow)
		}
	case "enqueue":
		reach("排队")
	}
}

// TestASecondExplorer asks the same of random programs twice: of the rules, and of an explorer that goes all ways by
// itself. REXIAN_RULE_PROGRAMS sets how many programs.
func TestASecondExplorer(t *testing.T) {
	programs := 300
	if n, err := strconv.Atoi(os.Getenv("REXIAN_RULE_PROGRAMS")); err == nil {
		programs = n
	}
	asked, true_, skipped := 0, 0, 0
	for seed := range uint64(programs) {
		s := write(seed)
		var qs []question
		w := &author{Rand: rand.New(rand.NewPCG(seed, 81))}
		for range 5 {
			q := question{point: w.pick("排队", "排队", "到"), from: w.pick("", "", "F2", "F3"), when: w.pick("", "", "甲关")}
			switch w.IntN(3) {
			case 0:
				q.do = w.pick("R1", "R2")
			case 1:
				q.say = "告知"
			}
			qs = append(qs, q)
		}
		src := s.text()
		for i, q := range qs {
			src += fmt.Sprintf("规则 \"%d\" { %s }\n", i, q.text())
		}
		file, bad := parse.Parse("t.flow", []byte(src))
		if diag.HasErrors(bad) {
			t.Fatalf("%s\n%s", bad[0].Sentence(diag.En), src)
		}
		p, bad := check.Check([]*ast.File{file}, check.Env{})
		g, more := prove.Program(p)
		if diag.HasErrors(append(bad, more...)) {
			skipped++
			continue
		}
		for i, v := range rules.Decide(p, g, readout.Voice{}) {
			want := s.holds(qs[i])
			asked++
			if want {
				true_++
			}
			if (v.State == rules.Proved) != want || v.State == rules.Undecided {
				t.Errorf("seed %d: %s is %v, and the second explorer says %v\n%s", seed, qs[i].text(), v.State, want,
					src)
				if testing.Short() || t.Failed() {
					return
				}
			}
		}
	}
	t.Logf("%d questions, %d of them true, %d programs refused", asked, true_, skipped)
	if asked < programs || true_ < asked/20 || true_ > asked*19/20 {
		t.Errorf("%d questions, %d of them true, %d of %d programs refused: the programs show little", asked, true_,
			skipped, programs)
	}
}
