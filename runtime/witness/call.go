package witness

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/lang/ast"
	"rexian/runtime/session"
	"rexian/runtime/sim"
	"rexian/runtime/vm"
)

// led is one call being led along a path.
type led struct {
	*writer
	result
	call   *sim.Call
	pos    int               // the next move that is not done
	heard  int               // utterances that were written down
	input  int               // in lines: where the last thing that the caller did stands
	told   map[string]string // what was assumed of each, since the caller last did something
	since  map[string]int    // and where
	caller string
	last   map[*graph.Node]*graph.Edge // what was last done at each question
	// one lookup had to give two answers with nothing between that a test can stop at
	leaving bool // the caller hangs up during the lookup or act that has begun
	torn    bool
}

// led is a call with what is chosen, that has not begun.
func (w *writer) led() *led {
	l := &led{writer: w, told: map[string]string{}, since: map[string]int{}, last: map[*graph.Node]*graph.Edge{},
		caller: callers[0]}
	if s, ok := w.chosen[choice{name: "clock"}]; ok {
		l.clock = s.whole.value.Str()
	} else if w.path.Begin.Open != nil {
		l.clock = "2026-10-12 09:30"
	}
	if i := w.campaign(); i >= 0 {
		if n, ok := l.compute(w.program.Campaigns[i].Number, l.target()); ok && n.Str() != "" {
			l.caller = n.Str()
		}
		return l
	}
	if s, ok := w.chosen[choice{name: "caller"}]; ok {
		l.caller = s.whole.value.Str()
	}
	return l
}

// run makes a call with what is chosen.
func (w *writer) run() *result {
	l := w.led()
	l.assume()
	if !l.dial() {
		return &l.result
	}
	l.call.Start()
	for range 400 {
		if !l.next() {
			break
		}
	}
	l.call.Rest()
	if l.pos >= len(l.path.Moves) || l.done() {
		for range 50 { // what is still to be said and asked before the point
			if l.done() || !l.call.Step() {
				break
			}
		}
	}
	l.stays = stays(l.path.To)
	if l.far = l.measure(l.call); l.far >= len(l.path.Moves) {
		l.seen = l.expected()
		if l.torn {
			l.far--
		}
	}
	l.stays = l.stays && l.far >= len(l.path.Moves)
	l.shown = w.when() && (l.far >= len(l.path.Moves) || !l.torn && w.breaks(l.call))
	return &l.result
}

// expected is the line that expects what the step at the end of the path does; "" if no line can. It also notes when
// that step began.
func (l *led) expected() string {
	l.elapsed = time.Duration(l.call.Now()-l.call.Started()) * time.Millisecond
	last := func(kind sim.FactKind) (f sim.Fact, ok bool) {
		for _, g := range l.call.Facts {
			if g.Kind == kind {
				f, ok = g, true
				l.elapsed = time.Duration(f.At-l.call.Started()) * time.Millisecond
			}
		}
		return f, ok
	}
	switch x := l.path.To.Step.(type) {
	case *ast.Enqueue:
		if f, ok := last(sim.Enqueued); ok {
			return "应当 排队 " + f.Name
		}
	case *ast.Transfer:
		if f, ok := last(sim.Transfer); ok {
			return "应当 转接 " + strconv.Quote(f.Name)
		}
	case *ast.Voicemail:
		if f, ok := last(sim.Voicemail); ok {
			return "应当 留言 " + f.Name
		}
	case *ast.Callback:
		if f, ok := last(sim.Callback); ok {
			return "应当 预约回呼 " + f.Name + " 给 " + strconv.Quote(f.Text)
		}
	case *ast.Mark:
		if f, ok := last(sim.Marked); ok {
			return "应当 标记 " + strconv.Quote(f.Name)
		}
	case *ast.Word:
		if _, over := l.call.Over(); over && x.Kind == "hangup" {
			return "应当 挂机"
		}
	}
	return ""
}

func (l *led) done() bool {
	return l.measure(l.call) >= len(l.path.Moves)
}

// assume writes down what is chosen of lists, hours, switches and settings.
func (l *led) assume() {
	for c, s := range l.chosen {
		if c.symbol == nil || s.whole == nil {
			continue
		}
		on := s.whole.value.N != 0
		line := ""
		switch c.symbol.Kind {
		case check.Hours:
			line = c.symbol.Name + either(on, " 开放", " 休息")
			if c.name == closedFor {
				line = c.symbol.Name + " 得到 " + s.whole.text
			} else if _, why := l.chosen[choice{symbol: c.symbol, name: closedFor}]; why {
				continue
			}
		case check.Switch:
			line = c.symbol.Name + either(on, " 开启", " 关闭")
		case check.NamesList:
			if !on {
				continue
			}
			line = c.symbol.Name + " 含 " + strconv.Quote(l.caller)
		case check.Setting:
			line = c.symbol.Name + " 是 " + s.whole.text
		}
		l.givens = append(l.givens, "假设 "+line)
	}
	slices.Sort(l.givens)
}

func either(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

// now is the moment at which the call begins: that of a test without a time, unless one is chosen.
func (l *led) now() int64 {
	at, err := time.ParseInLocation("2006-01-02 15:04", cmp.Or(l.clock, "2026-01-05 10:00"), l.zone)
	if err != nil {
		return 0
	}
	return at.UnixMilli()
}

// dial begins the call.
func (l *led) dial() bool {
	o := sim.Options{Image: l.image, Now: l.now(), Caller: l.caller, Answers: l, Cover: true, Renderer: l.renderer}
	b := l.path.Begin
	switch b.Kind {
	case "call":
		l.begin = fmt.Sprintf("拨打 %q 主叫 %q", b.Text, l.caller)
		o.Number = b.Text
		i := slices.IndexFunc(l.program.Numbers, func(e bundle.Entry) bool { return e.Text == b.Text })
		if i < 0 {
			return false
		}
		o.Func = int(l.program.Numbers[i].Func)
	case "text":
		words := cmp.Or(b.Text, "您好")
		for _, p := range b.Flow.Params {
			words += " " + shape{items: 1}.make(p.Type).value.Str()
		}
		l.begin = fmt.Sprintf("发来 %q 主叫 %q", words, l.caller)
		fn, args, ok := session.Inbound(l.program, words)
		if !ok {
			return false
		}
		o.Func, o.Args = fn, args
	case "dial", "beep", "unreached", "written":
		return l.outbound(o)
	default:
		return false
	}
	l.settle(&o)
	l.call = sim.New(o)
	return true
}

// target is the target of the campaign that is chosen.
func (l *led) target() literal {
	s, ok := l.chosen[choice{name: "target"}]
	if !ok {
		s = shape{items: 1}
	}
	return s.make(l.targetType())
}

// compute runs one of a campaign's expressions on a target.
func (l *led) compute(fn int32, to literal) (vm.Value, bool) {
	if fn < 0 {
		return vm.List(), true
	}
	e := l.image.New(vm.Call{ID: "sim"}).Start(int(fn), []vm.Value{to.value}, l.now())
	if !e.End || e.How != vm.EndReturn || len(e.Args) == 0 {
		return vm.Value{}, false
	}
	return e.Args[0], true
}

// outbound begins a call of a campaign.
func (l *led) outbound(o sim.Options) bool {
	i := slices.IndexFunc(l.program.Campaigns, func(c bundle.Campaign) bool { return c.Name == l.path.Begin.Text })
	if i < 0 {
		return false
	}
	c := l.program.Campaigns[i]
	to := l.target()
	l.begin = fmt.Sprintf("拨出 %s 给 %s 接听", c.Name, to.text)
	switch l.path.Begin.Kind {
	case "beep":
		l.begin = fmt.Sprintf("拨出 %s 给 %s 得到 语音信箱", c.Name, to.text)
	case "unreached":
		l.begin = fmt.Sprintf("拨出 %s 给 %s 得到 无人接听", c.Name, to.text)
	case "written":
		l.begin = fmt.Sprintf("发送 %s 给 %s", c.Name, to.text)
	}
	o.Caller = l.caller
	switch l.path.Begin.Kind {
	case "unreached":
		o.Func, o.Args = int(c.Unreached), []vm.Value{to.value}
	case "written":
		o.Func, o.Args = int(c.Send), []vm.Value{to.value}
	}
	if l.path.Begin.Kind != "dial" && l.path.Begin.Kind != "beep" {
		l.settle(&o)
		l.call = sim.New(o)
		return o.Func >= 0
	}
	flow, with := c.With, c.WithArgs
	if l.path.Begin.Kind == "beep" {
		flow, with = c.Beep-1, c.BeepArgs
	}
	args, ok := l.compute(with, to)
	if !ok {
		return false
	}
	o.Func, o.Args, o.Number = int(flow), args.Items(), c.Show
	l.settle(&o)
	l.call = sim.New(o)
	return true
}

// settle gives settings the values that are chosen.
func (l *led) settle(o *sim.Options) {
	p := *l.program
	changed := false
	for c, s := range l.chosen {
		if c.symbol == nil || c.symbol.Kind != check.Setting || s.whole == nil {
			continue
		}
		if !changed {
			p.Settings, changed = slices.Clone(p.Settings), true
		}
		for i := range p.Settings {
			if v := s.whole.value; p.Settings[i].Name == c.symbol.Name {
				p.Settings[i].Value = bundle.Const{N: v.N, S: v.Str(), Text: v.P != nil && !v.IsAbsent()}
			}
		}
	}
	if image, err := vm.Load(&p); changed && err == nil {
		o.Image = image
	}
}

// find is the next move that fits, from where the call is on; -1 if none is.
func (l *led) find(fits func(int) bool) int {
	for i := l.pos; i < len(l.path.Moves); i++ {
		if fits(i) {
			return i
		}
	}
	return -1
}

// next lets time pass until somebody has to do something, and does it; false if nothing is left to do.
func (l *led) next() bool {
	for !l.leaving && !l.call.Resting() && l.call.Step() {
	}
	if _, over := l.call.Over(); over || l.call.Err() != nil || l.done() {
		return false
	}
	if l.leaving {
		l.leaving = false
		l.listen()
		l.say("等待 1秒")
		l.call.RunUntil(l.call.Now() + 1_000)
		l.hangup()
		return true
	}
	if e, busy := l.call.Session().Working(); busy && e.Kind == bundle.EnqueueSite {
		return l.queue()
	}
	if _, asking := l.call.Session().Asking(); !asking {
		return l.call.Step()
	}
	i := l.find(func(i int) bool {
		m := l.path.Moves[i]
		return m.At != nil && m.At.Kind == graph.Question || m.At == nil && m.Edge.From.Kind == graph.Question
	})
	q := l.question()
	if e := l.last[q]; e != nil && (i < 0 || l.path.Moves[i].At == nil && l.path.Moves[i].Edge.From != q) {
		l.answer(e) // another round than the path has
		return true
	}
	if i < 0 {
		return false
	}
	move := l.path.Moves[i]
	if q != nil && move.At == nil {
		l.last[q] = move.Edge
	}
	l.pos = i + 1
	if move.At != nil {
		switch move.Edge.Kind {
		case graph.Press:
			l.press(move.Edge.Label)
		case graph.Hangup:
			l.hangup()
		default:
			l.pos = i + 1
			l.press("1")
		}
		return true
	}
	l.answer(move.Edge)
	return true
}

// question is the one that the call asks; nil if it cannot be told.
func (l *led) question() (q *graph.Node) {
	file, start, end, ok := l.program.Place(l.call.Place())
	if !ok {
		return nil
	}
	for _, n := range l.questions {
		if n.File() == file && n.Span().Start <= start && end <= n.Span().End &&
			(q == nil || n.Span().End-n.Span().Start < q.Span().End-q.Span().Start) {
			q = n
		}
	}
	return q
}
