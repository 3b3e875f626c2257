// Package emit turns a checked program into a bundle.
//
// # The model
//
// Each flow, menu and survey becomes one function. Its parameters and locals have the registers that the checker
// numbered them with; temporaries lie above, in the manner of a stack. An expression is evaluated into a register
// that its user names; a local is used where it is.
//
// Everything that waits is an Effect with a Site. The arms of a step are code of the same function; the site says at
// which instruction each begins. A question is a small loop around one Collect:
//
//	restart:  no misses yet, all tries left
//	lead:     the says before it
//	          Collect ─ value ──▶ confirm ──▶ after the question
//	             ├ option ──────▶ its arm ──▶ after the question
//	             ├ noinput ─┐
//	             └ nomatch ─┴──▶ one try less; the arm, or standard words; again from lead,
//	                             or `otherwise` when no try is left
//
// With Options.Cover each edge of the graph begins with a Cover instruction, so that a test run can tell which edges
// were taken. A production bundle has none of them.
//
// Emitting a program that has errors gives nothing: the caller looks at the checker's findings first.
package emit

import (
	"errors"
	"fmt"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/locale"
)

// Options say what is emitted beside the flows.
type Options struct {
	Graph *graph.Graph // the program's graph; nil: it is made
	Cover bool         // count the edges taken
	Rules bool         // the conditions of rules, as functions
	Tests bool         // also the expressions of the test blocks
	// Discard lets the code of each flow go as soon as it is made: all that is asked is whether the program fits the
	// machine.
	Discard bool
}

// Output is a bundle and, for those who run tests, where the expressions of the test blocks are: an expression's
// function takes no arguments and returns its value.
type Output struct {
	Program *bundle.Program
	Exprs   map[ast.Expr]int
}

// ErrTooLarge means that a flow does not fit the machine: more than 250 values in one flow, or code of more than 32,000
// instructions.
var ErrTooLarge = errors.New("the flow is too large")

// TooLarge is an ErrTooLarge with its place: where the flow goes beyond what the machine holds.
type TooLarge struct {
	Flow string
	What diag.Text // what there is too much of
	File string
	Span diag.Span
}

func (t *TooLarge) Error() string { return fmt.Sprintf("%s: %v: %s", t.Flow, ErrTooLarge, t.What.En) }

// Unwrap makes it an ErrTooLarge.
func (t *TooLarge) Unwrap() error { return ErrTooLarge }

// Finding is the error as a diagnostic.
func (t *TooLarge) Finding() diag.Diagnostic {
	return diag.New("RX8018", t.File, t.Span, t.Flow, t.What)
}

// Emit makes the bundle of a program without errors.
func Emit(p *check.Program, opt Options) (*Output, error) {
	if opt.Graph == nil {
		opt.Graph = graph.Build(p)
	}
	e := &emitter{p: p, g: opt.Graph, opt: opt, out: &bundle.Program{}, prompts: map[string]int{},
		symbols:  map[*check.Symbol]int{},
		builtins: map[string]int{}, worlds: map[string]int{}, lookups: map[string]bool{}, exprs: map[ast.Expr]int{},
		files: map[string]int{}}
	e.program()
	if e.err != nil {
		return nil, e.err
	}
	return &Output{Program: e.out, Exprs: e.exprs}, nil
}

type emitter struct {
	p        *check.Program
	g        *graph.Graph
	opt      Options
	out      *bundle.Program
	prompts  map[string]int
	symbols  map[*check.Symbol]int // prompts' place among the bundle's
	builtins map[string]int
	worlds   map[string]int
	lookups  map[string]bool
	exprs    map[ast.Expr]int
	files    map[string]int
	std      standard
	spare    spare            // what the code of a flow took that was let go
	terms    []term           // room for the operations of one step
	key      []byte           // room for the key of a prompt
	wordings []bundle.Wording // room for the words of a prompt that is let go, and for what they are cut into
	cut      []bundle.Piece
	err      error
}

// spare is the room of a flow's code, for the next flow where each is let go.
type spare struct {
	f        bundle.Func
	function function
	consts   map[bundle.Const]int
	absent   map[*check.Symbol]bool
}

// room gives what the code of a flow takes: that of the flow before, if it was let go.
func (e *emitter) room() (*bundle.Func, *function) {
	if !e.opt.Discard {
		return &bundle.Func{}, &function{consts: map[bundle.Const]int{}, absent: map[*check.Symbol]bool{}}
	}
	s := &e.spare
	if s.consts == nil {
		s.consts, s.absent = map[bundle.Const]int{}, map[*check.Symbol]bool{}
	}
	clear(s.consts)
	clear(s.absent)
	s.f = bundle.Func{Code: s.f.Code[:0], Places: s.f.Places[:0], Consts: s.f.Consts[:0], Sites: s.f.Sites[:0],
		Exacts: s.f.Exacts[:0], Params: s.f.Params[:0]}
	s.function = function{consts: s.consts, absent: s.absent}
	return &s.f, &s.function
}

// fail keeps the first error.
func (e *emitter) fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

// edge finds the number of an edge; -1 without a graph.
func (e *emitter) edge(step ast.Node, kind graph.EdgeKind, label string, arm *ast.Arm) int32 {
	if !e.opt.Cover {
		return -1
	}
	return int32(e.g.EdgeOf(step, kind, label, arm))
}

func (e *emitter) program() {
	p, out := e.p, e.out
	out.Zone, out.Languages, out.Fallback, out.Playing, out.Defaults = p.Zone, p.Languages, p.Fallback, -1, -1
	for _, tag := range p.Languages {
		if text, own := locale.Own(tag); own {
			out.Tongues = append(out.Tongues, text)
		}
	}
	if out.Zone == "" {
		out.Zone = "UTC"
	}
	if e.opt.Cover {
		out.Edges = int32(len(e.g.Edges))
	}
	for _, f := range p.Files {
		e.files[f.Path] = len(out.Files)
		out.Files = append(out.Files, f.Path)
	}
	e.data()
	for _, x := range p.Prompts {
		e.symbols[x.Symbol] = e.declared(x)
	}
	e.standard()
	if d := p.Defaults; d != nil && d.Playing != nil {
		out.Playing = e.promptOf(d.Playing)
	}
	// All functions have their number before any is emitted: they name each other.
	out.Funcs = make([]bundle.Func, 0, len(p.Flows)+1)
	for _, f := range p.Flows {
		out.Funcs = append(out.Funcs, bundle.Func{Name: f.Name})
	}
	if p.DefaultsFlow != nil {
		out.Defaults = int32(len(out.Funcs))
		out.Funcs = append(out.Funcs, bundle.Func{Name: "defaults", Kind: bundle.DefaultsFunc})
	}
	e.surveys()
	for i, f := range p.Flows {
		e.flow(i, f)
	}
	if p.DefaultsFlow != nil {
		e.flow(int(out.Defaults), p.DefaultsFlow)
	}
	for _, x := range p.Numbers {
		out.Numbers = append(out.Numbers, bundle.Entry{Text: x.Text, Func: int32(x.Flow.Index), Otherwise: -1})
	}
	for _, x := range p.Messages {
		m := bundle.Entry{Text: x.Text, Func: int32(x.Flow.Index), Otherwise: -1}
		if x.Otherwise != nil {
			m.Otherwise = int32(x.Otherwise.Index)
		}
		out.Messages = append(out.Messages, m)
	}
	e.queues()
	e.campaigns()
	if e.opt.Tests {
		e.tests()
	}
	if e.opt.Rules {
		e.whens()
	}
}

// flow emits one flow, menu or survey, or the defaults, as function i.
func (e *emitter) flow(i int, f *check.FlowInfo) {
	out, fn := e.room()
	out.Name, out.Returns, out.Kind = f.Name, f.Returns, e.out.Funcs[i].Kind
	switch f.Form {
	case check.MenuForm:
		out.Kind = bundle.MenuFunc
	case check.SurveyForm:
		out.Kind = bundle.SurveyFunc
	}
	for _, s := range f.Params {
		out.Params = append(out.Params, param(s.Name, s.Type))
	}
	file := int32(-1)
	if n, ok := e.files[f.File]; ok {
		file = int32(n)
	}
	fn.e, fn.f, fn.flow, fn.file, fn.next = e, out, f, file, len(f.Locals)
	if len(f.Locals) > maxRegisters {
		fn.at(f.Locals[maxRegisters].Span)
	}
	fn.use(fn.next)
	fn.findAbsent(f)
	if e.opt.Cover {
		if fl := e.g.FlowOf(f); fl != nil {
			for _, edge := range e.g.Out(fl.Entry) {
				if edge.Kind == graph.Next {
					fn.cover(int32(edge.ID))
				}
			}
		}
	}
	switch {
	case f.Menu != nil:
		fn.at(f.Menu.Span())
		fn.menu(f.Menu, f.Menu)
	case f.Body != nil:
		fn.block(f.Body)
	}
	fn.emit(bundle.MakeABC(bundle.ReturnNone, 0, 0, 0))
	handlers := f.Handlers
	if out.Kind == bundle.DefaultsFunc && e.p.Defaults != nil {
		handlers = e.p.Defaults.Handlers
	}
	for _, arm := range handlers {
		pc := int32(len(out.Code))
		for _, k := range arm.Keys {
			out.Handlers = append(out.Handlers,
				bundle.Handler{Keys: k.Keys, PC: pc, Edge: e.edge(arm, graph.Press, k.Keys, arm)})
		}
		for _, l := range arm.Labels {
			h := bundle.Handler{PC: pc, Edge: -1}
			switch m := e.p.LabelOf(l); {
			case l.Hangup:
				h.Tag, h.Edge = "hangup", e.edge(arm, graph.Hangup, "", arm)
			case m != nil && m.Tag == "error":
				h.Tag, h.Edge = "error", e.edge(arm, graph.Error, "", arm)
			case m != nil:
				h.Tag, h.Edge = m.Tag, e.edge(arm, graph.Outcome, m.Tag, arm)
			default:
				continue
			}
			out.Handlers = append(out.Handlers, h)
		}
		fn.block(arm.Body)
		fn.emit(bundle.MakeABC(bundle.ReturnNone, 0, 0, 0))
	}
	fn.finish()
	if !e.opt.Discard {
		e.out.Funcs[i] = *out
	}
}

// value emits an expression as a function of its own: of no arguments, or of a campaign's target.
func (e *emitter) value(name, file string, target *check.Symbol, body func(f *function) int) int {
	out := &bundle.Func{Name: name, Kind: bundle.ExprFunc, Returns: true}
	fn := &function{e: e, f: out, file: -1, consts: map[bundle.Const]int{}, bound: map[*check.Symbol]int{}}
	if n, ok := e.files[file]; ok {
		fn.file = int32(n)
	}
	if target != nil {
		out.Params = []bundle.Param{param("target", target.Type)}
		fn.bound[target] = 0
		fn.next = 1
	}
	fn.use(fn.next)
	r := body(fn)
	if r >= 0 {
		fn.emit(bundle.MakeABC(bundle.Return, r, 0, 0))
	}
	fn.emit(bundle.MakeABC(bundle.ReturnNone, 0, 0, 0))
	fn.finish()
	e.out.Funcs = append(e.out.Funcs, *out)
	return len(e.out.Funcs) - 1
}

func param(name string, t *types.Type) bundle.Param {
	return bundle.Param{Name: name, Kind: t.Kind.String(), Min: int32(t.Min), Max: int32(t.Max), Secret: t.Secret}
}

// constant is a value of the checker's as one of the bundle's.
func constant(k check.Const) bundle.Const {
	switch {
	case k.None:
		return bundle.Const{Absent: true}
	case k.Type != nil && isText(k.Type):
		return bundle.Const{S: k.S, Text: true}
	}
	return bundle.Const{N: k.N}
}

// isText tells whether values of a type are texts in the machine.
func isText(t *types.Type) bool {
	switch t.Kind {
	case types.Language, types.Tag, types.Message, types.Recording:
		return true
	}
	return t.IsText() || t.IsNamed()
}

// function is one function being emitted.
type function struct {
	e      *emitter
	f      *bundle.Func
	flow   *check.FlowInfo // nil for an expression
	file   int32
	place  diag.Span
	next   int // first free register
	consts map[bundle.Const]int
	pinned map[bundle.Const]int  // numbers that a loop keeps in registers
	bound  map[*check.Symbol]int // a template's parameters, a campaign's target
	absent map[*check.Symbol]bool
	again  *label
	offer  *offer // of the menu whose lead is being emitted
	round  *label // the loop's next
	stop   *label
}

// tooLarge fails at the step that is being emitted.
func (f *function) tooLarge(zh, en string) {
	t := &TooLarge{Flow: f.f.Name, What: diag.Text{Zh: zh, En: en}, Span: f.place}
	if f.file >= 0 && int(f.file) < len(f.e.out.Files) {
		t.File = f.e.out.Files[f.file]
	}
	f.e.fail(t)
}

// maxRegisters is how many values the window of a flow holds.
const maxRegisters = 250

// use makes sure that the window holds n registers.
func (f *function) use(n int) {
	if n > maxRegisters {
		f.tooLarge("一个流程里超过250个值", "more than 250 values in one flow")
		return
	}
	f.f.Registers = max(f.f.Registers, int32(n))
}

// temp takes n registers; the caller gives them back by setting next to what it was.
func (f *function) temp(n int) int {
	r := f.next
	f.next += n
	f.use(f.next)
	if f.next > maxRegisters {
		return 0
	}
	return r
}

// window takes n registers for the arguments of what leaves its result in the first of them, and in r in the end: from
// r on where r is the temporary taken last, so that nothing is moved, else new ones. A local is not written before its
// new value is complete: the arguments may read it.
func (f *function) window(r, n int) int {
	if f.flow == nil || r < len(f.flow.Locals) || r != f.next-1 {
		return f.temp(n)
	}
	if n > 1 {
		f.temp(n - 1)
	}
	return r
}

// further takes the register of a window's next value; the first has one already. Taken one by one, a first argument
// that has arguments itself needs no more registers than it does alone.
func (f *function) further(i int) {
	if i > 0 {
		f.temp(1)
	}
}

func (f *function) at(s diag.Span) { f.place = s }

func (f *function) emit(c bundle.Code) int {
	f.f.Code = append(f.f.Code, c)
	f.f.Places = append(f.f.Places, bundle.Place{File: f.file, Start: int32(f.place.Start), End: int32(f.place.End)})
	return len(f.f.Code) - 1
}

func (f *function) abc(o bundle.Op, a, b, c int) { f.emit(bundle.MakeABC(o, a, b, c)) }
func (f *function) abx(o bundle.Op, a, bx int) {
	if bx > 65535 {
		f.tooLarge("超过65535个不同的值", "more than 65,535 different values")
	}
	f.emit(bundle.MakeABx(o, a, bx))
}

// load puts a constant into a register.
func (f *function) load(r int, k bundle.Const) {
	switch {
	case k.Absent:
		f.abc(bundle.LoadAbsent, r, 0, 0)
		return
	case !k.Text && k.N >= -32768 && k.N <= 32767:
		f.emit(bundle.MakeABx(bundle.LoadI, r, int(k.N)))
		return
	}
	f.abx(bundle.LoadK, r, f.constIndex(k))
}

func (f *function) constIndex(k bundle.Const) int {
	i, ok := f.consts[k]
	if !ok {
		i = len(f.f.Consts)
		f.consts[k] = i
		f.f.Consts = append(f.f.Consts, k)
	}
	return i
}

func (f *function) loadText(r int, s string) { f.load(r, bundle.Const{S: s, Text: true}) }

func (f *function) move(to, from int) {
	if to != from {
		f.abc(bundle.Move, to, from, 0)
	}
}

// cover notes that an edge is taken here.
func (f *function) cover(edge int32) {
	if edge >= 0 {
		f.abx(bundle.Cover, 0, int(edge))
	}
}

// label is a place in the code that jumps lead to, perhaps before it is known.
type label struct {
	pc   int
	here bool
	refs []int
	then []func(pc int32)
}

func (f *function) mark(l *label) {
	l.pc, l.here = len(f.f.Code), true
	for _, at := range l.refs {
		f.patch(at, l.pc)
	}
	for _, fn := range l.then {
		fn(int32(l.pc))
	}
	l.refs, l.then = nil, nil
}

func (f *function) patch(at, to int) {
	j := to - at - 1
	c := f.f.Code[at]
	if c.Op() == bundle.Jump {
		f.f.Code[at] = bundle.MakeJump(j)
		return
	}
	if j > 32767 || j < -32768 {
		f.tooLarge("步骤太多", "too many steps")
	}
	f.f.Code[at] = bundle.MakeABx(c.Op(), c.A(), j)
}

// jump emits a jump to a label: Jump, or a conditional one on register a.
func (f *function) jump(o bundle.Op, a int, l *label) {
	at := f.emit(bundle.MakeABx(o, a, 0))
	if l.here {
		f.patch(at, l.pc)
		return
	}
	l.refs = append(l.refs, at)
}

// ref tells fn the place of a label, now or when it is known.
func (l *label) ref(fn func(pc int32)) {
	if l.here {
		fn(int32(l.pc))
		return
	}
	l.then = append(l.then, fn)
}

func (f *function) finish() {
	if len(f.f.Code) > 1<<20 {
		f.tooLarge("步骤太多", "too many steps")
	}
}

// site adds an effect's site and emits the effect with its register. The site is filled in through the returned
// function, since the list may move.
func (f *function) effect(a int, s bundle.Site) func() *bundle.Site {
	i := len(f.f.Sites)
	f.f.Sites = append(f.f.Sites, s)
	f.abx(bundle.Effect, a, i)
	return func() *bundle.Site { return &f.f.Sites[i] }
}

// plainSite is a site without outcomes of its own.
func plainSite(k bundle.SiteKind, args int) bundle.Site {
	return bundle.Site{Kind: k, Args: int32(args), Playing: -1, Else: -1, NoInput: -1, NoMatch: -1, HangEdge: -1,
		OutEdge: -1}
}
