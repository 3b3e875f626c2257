package suite

import (
	"slices"
	"strconv"
	"strings"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/runtime/readout"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// given is an assumption about a lookup: which calls it answers, and how.
type given struct {
	name   string // the function's id
	args   []arg
	answer vm.Event
	after  int64
}

// arg is what an argument must be; any fits all.
type arg struct {
	any   bool
	value vm.Value
}

// queueGiven is how an enqueue ends.
type queueGiven struct {
	queue string
	tag   string
	after int64
}

// actGiven is how an act of the call ends that reaches somebody.
type actGiven struct {
	kind  bundle.SiteKind
	to    arg
	tag   string // "" if it goes well
	after int64
}

// acts are the acts that a test can assume the end of, by the keyword that begins them, and which argument of their
// effect says whom they reach, -1 for none.
var acts = map[string]struct {
	kind bundle.SiteKind
	to   int
}{
	"transfer": {bundle.TransferSite, 0}, "callback": {bundle.CallbackSite, 1}, "send sms": {bundle.SMSSite, 0},
	"send mail": {bundle.MailSite, 0}, "fax": {bundle.FaxSite, 1}, "receive fax": {bundle.ReceiveFaxSite, -1},
}

// assume takes a `given` up.
func (r *run) assume(g *ast.Given) bool {
	if g == nil || g.Ref == nil && g.Act == "" {
		return true
	}
	after := int64(0)
	if g.After != nil {
		d, ok := r.eval(g.After, nil)
		if !ok {
			return r.fail("RX7010", g.After.Span())
		}
		after = d.N
	}
	if g.Act != "" {
		return r.act(g, after)
	}
	m := r.Checked.RefOf(g.Ref)
	if m == nil || m.Symbol == nil {
		return r.fail("RX7010", g.Ref.Span())
	}
	s := m.Symbol
	switch s.Kind {
	case check.Queue:
		tag, ok := r.eval(g.Returns, nil)
		if !ok {
			return r.fail("RX7010", g.Span())
		}
		r.queues = append(r.queues, queueGiven{s.Name, ended(tag.Str()), after})
	case check.NamesList:
		for _, n := range g.Has {
			r.lists[s.Index] = append(r.lists[s.Index], readout.NormalPhone(plain(n)))
		}
	case check.Switch:
		r.switches[s.Index] = strings.HasSuffix(g.State, "on")
	case check.Hours:
		delete(r.reasons, s.Index)
		if g.Returns != nil {
			tag, ok := r.eval(g.Returns, nil)
			if !ok {
				return r.fail("RX7010", g.Span())
			}
			r.reasons[s.Index] = tag.Str()
		}
		r.hours[s.Index] = strings.HasSuffix(g.State, "open")
	case check.Setting:
		return r.setting(g, s)
	case check.Function:
		return r.lookup(g, m, after)
	default:
		return r.fail("RX7010", g.Ref.Span())
	}
	return true
}

// act takes up: given transfer to "139…" returns busy after 10s.
func (r *run) act(g *ast.Given, after int64) bool {
	a := actGiven{kind: acts[g.Act].kind, to: arg{any: g.To == nil}, after: after}
	ok := true
	if g.To != nil {
		a.to.value, ok = r.eval(g.To, nil)
	}
	end := vm.Text("")
	if _, well := g.Returns.(*ast.BoolLit); ok && !well {
		end, ok = r.eval(g.Returns, nil)
	}
	if !ok {
		return r.fail("RX7010", g.Span())
	}
	a.tag = ended(end.Str())
	r.acts = append(r.acts, a)
	return true
}

// ended is how a wait ends as an effect says it: nothing where all goes well.
func ended(tag string) string {
	if tag == "answered" {
		return ""
	}
	return tag
}

// lookup takes up: given f(_, "123") returns VALUE or OUTCOME.
func (r *run) lookup(g *ast.Given, m *check.Ref, after int64) bool {
	f := m.Symbol.Lib
	n := given{name: f.ID, after: after, answer: vm.Event{Kind: vm.Done}}
	outcomes, result := f.AllOutcomes(), f.Result
	for i := range m.Args {
		a, ok := r.match(m.Args[i], paramType(f, i))
		if !ok {
			return r.fail("RX7010", g.Ref.Span())
		}
		n.args = append(n.args, a)
	}
	if ref, ok := g.Returns.(*ast.Ref); ok && len(ref.Tail) == 0 {
		if w, tag := library.Tag(ref.Name.Text); tag && slices.Contains(outcomes, w.ID) {
			n.answer = vm.Event{Kind: vm.Outcome, Tag: w.ID}
			r.givens = append(r.givens, n)
			return true
		}
	}
	if result != nil && result.Kind != types.Nothing {
		v, ok := r.eval(g.Returns, result)
		if !ok {
			return r.fail("RX7010", g.Returns.Span())
		}
		n.answer = vm.Event{Kind: vm.Answer, Value: v}
	}
	r.givens = append(r.givens, n)
	return true
}

// match is what an argument of a given stands for.
func (r *run) match(e ast.Expr, want *types.Type) (arg, bool) {
	if e == nil {
		return arg{any: true}, true
	}
	if ref, ok := e.(*ast.Ref); ok && ref.Name.Text == "_" && len(ref.Tail) == 0 {
		return arg{any: true}, true
	}
	v, ok := r.eval(e, want)
	return arg{value: v}, ok
}

// setting runs the test on a program with another value for a setting.
func (r *run) setting(g *ast.Given, s *check.Symbol) bool {
	e := g.Is
	if e == nil {
		e = g.Returns
	}
	v, ok := r.eval(e, s.Type)
	if !ok {
		return r.fail("RX7010", g.Span())
	}
	p := *r.program
	p.Settings = slices.Clone(p.Settings)
	for i := range p.Settings {
		if p.Settings[i].Name == s.Name {
			p.Settings[i].Value = bundle.Const{N: v.N, S: v.Str(), Text: v.P != nil && !v.IsAbsent(),
				Absent: v.IsAbsent()}
		}
	}
	image, err := vm.Load(&p)
	if err != nil {
		return r.fail("RX7010", g.Span())
	}
	r.program, r.image = &p, image
	return true
}

// assumed answers a call with what its test assumes.
type assumed run

// Lookup finds the last given that fits. Tables without one have their own rows. Anything else fails the test.
func (a *assumed) Lookup(e vm.Effect, _ int64) (vm.Event, int64) {
	r := (*run)(a)
	for i := len(r.givens) - 1; i >= 0; i-- {
		g := r.givens[i]
		if g.name == e.Name && fits(g.args, e.Args) {
			return g.answer, g.after
		}
	}
	if n, ok := r.agentCount(e.Name); ok {
		return vm.Event{Kind: vm.Answer, Value: vm.Int(n * 1_000_000)}, 0
	}
	if e.Name == "table" && e.Index >= 0 && e.Index < len(r.program.Tables) && len(e.Args) > 0 {
		return session.Row(&r.program.Tables[e.Index], e.Args[0]), 0
	}
	if !r.broken {
		r.broken = true
		said, add := r.unmatched(e)
		r.fail("RX7012", r.current.Span(), said, add)
	}
	return vm.Event{Kind: vm.Outcome, Tag: "unavailable"}, 0
}

// agentCount answers how many agents are signed in or idle, once the test has said what its one agent does.
func (r *run) agentCount(function string) (n int64, ok bool) {
	switch {
	case r.agents == "":
		return 0, false
	case function == "agent.signed_in" && r.agents != "signs out", function == "agent.idle" && r.agents == "ready":
		return 1, true
	}
	return 0, function == "agent.signed_in" || function == "agent.idle"
}

func fits(want []arg, got []vm.Value) bool {
	for i, w := range want {
		if w.any {
			continue
		}
		if i >= len(got) || !same(w.value, got[i]) {
			return false
		}
	}
	return true
}

// unmatched shows a lookup that no given answers, and the line that would answer it. A secret argument is shown as `_`.
func (r *run) unmatched(e vm.Effect) (said, add diag.Text) {
	f := library.ByID(e.Name)
	if f == nil {
		return diag.Text{Zh: e.Name, En: e.Name}, diag.Text{Zh: "假设 " + e.Name, En: "given " + e.Name}
	}
	path := func(zh bool) string {
		var words []string
		for _, w := range f.Path {
			if zh {
				words = append(words, w.Zh)
			} else {
				words = append(words, w.En)
			}
		}
		return strings.Join(words, ".")
	}
	var shown, blank []string
	for i, p := range f.Params {
		if i >= len(e.Args) {
			break
		}
		text := "_"
		if p.Type == nil || !p.Type.Secret {
			text = literal(e.Args[i], p.Type)
		}
		shown = append(shown, text)
		blank = append(blank, "_")
	}
	answer := diag.Text{Zh: "…", En: "…"}
	if f.Result == nil {
		answer = diag.Text{Zh: "是", En: "yes"}
	} else if f.Fake != "" {
		answer = diag.Text{Zh: f.Fake, En: f.Fake}
	}
	args := "(" + strings.Join(shown, ", ") + ")"
	blanks := "(" + strings.Join(blank, ", ") + ")"
	return diag.Text{Zh: path(true) + args, En: path(false) + args},
		diag.Text{Zh: "假设 " + path(true) + blanks + " 得到 " + answer.Zh,
			En: "given " + path(false) + blanks + " returns " + answer.En}
}

// literal is a value as a flow would write it.
func literal(v vm.Value, t *types.Type) string {
	switch {
	case v.IsAbsent():
		return "none"
	case v.P != nil && v.P.Kind == vm.TextObject:
		return strconv.Quote(v.Str())
	case v.P != nil:
		return "…"
	case t == nil:
		return strconv.FormatInt(v.N, 10)
	}
	if t.Kind == types.Month {
		return strconv.FormatInt(v.N/12, 10) + "-" + strconv.FormatInt(v.N%12+101, 10)[1:]
	}
	return readout.Write("zh", session.Value(t.Kind.String(), v), readout.Default, readout.Context{})
}

// Query answers for lists, switches and opening hours.
func (a *assumed) Query(e vm.Effect, now int64) vm.Event {
	r := (*run)(a)
	switch e.Name {
	case "list":
		member := ""
		if len(e.Args) > 0 {
			member = e.Args[0].Str()
		}
		return vm.Event{Kind: vm.Answer, Value: vm.Bool(r.listed(e.Index, member))}
	case "switch":
		return vm.Event{Kind: vm.Answer, Value: vm.Bool(r.switchOn(e.Index))}
	case "hours":
		return r.open(e.Index, now)
	}
	return vm.Event{Kind: vm.Fault}
}

// Outcome tells how something ends that the call tries: as the test assumes, else well.
func (a *assumed) Outcome(e vm.Effect, _ int64) (string, int64) {
	r := (*run)(a)
	if e.Kind != bundle.EnqueueSite {
		for i := len(r.acts) - 1; i >= 0; i-- {
			if g := r.acts[i]; g.kind == e.Kind && g.reaches(e) {
				return g.tag, g.after
			}
		}
		return "", 0
	}
	if len(e.Args) == 0 {
		return "", 0
	}
	for i := len(r.queues) - 1; i >= 0; i-- {
		if r.queues[i].queue == e.Args[0].Str() {
			return r.queues[i].tag, r.queues[i].after
		}
	}
	return "", 0
}

// reaches tells whether an effect is meant for whom the test says.
func (g actGiven) reaches(e vm.Effect) bool {
	if g.to.any {
		return true
	}
	for _, a := range acts {
		if a.kind == e.Kind && a.to >= 0 && a.to < len(e.Args) {
			return telephone(e.Args[a.to].Str(), g.to.value.Str())
		}
	}
	return false
}

func (r *run) listed(list int, number string) bool {
	return slices.Contains(r.lists[list], readout.NormalPhone(number))
}

func (r *run) switchOn(i int) bool {
	if on, ok := r.switches[i]; ok {
		return on
	}
	return i < len(r.program.Switches) && r.program.Switches[i].On
}

// open answers for opening hours: what the test assumes, else what the schedule says.
func (r *run) open(i int, now int64) vm.Event {
	if i < 0 || i >= len(r.schedules) {
		return vm.Event{Kind: vm.Fault}
	}
	if reason := r.reasons[i]; reason != "" {
		return session.AssumeClosed(r.schedules[i], now, reason)
	}
	if open, assumed := r.hours[i]; assumed {
		return session.Assume(r.schedules[i], now, open)
	}
	return session.Opening(r.schedules[i].At(now, nil))
}
