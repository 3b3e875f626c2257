// Package vm runs a compiled program: one Machine per call, resumable, never blocking.
//
// # The model
//
// A Machine is a register machine. It runs until the program needs something from outside, then it stops and
// hands its host an Effect; the host does it, however long that takes, and Resumes the machine with the Event
// that came of it. Whatever comes from outside comes as an event: keys, answers of other systems, whether a
// switch is on, even the time, which every event carries. So the log of events replays a call exactly.
//
//	host:     Start ──▶ effect ──▶ (does it) ──▶ Resume(event) ──▶ effect … ──▶ End
//
// All state is plain data: a stack of values, a stack of frames, a few figures. Snapshot gives it as JSON at any
// wait, Restore goes on from it, on another node if need be. A machine belongs to one call and is not safe for
// use by several goroutines at once.
//
// # Frames and handlers
//
// `do` pushes a frame whose registers lie over the caller's arguments. `goto` drops all frames. What goes wrong
// (an outcome that no arm names, an error) is raised: the machine walks from the innermost frame outward to
// the first function with a handler for it, and last to the program's defaults. It drops the frames inside that one
// and goes on in the handler. A frame that is running a handler already is passed over, so that a handler's own
// failure goes outward. `on hangup` is found the same way, once; it does data steps and the call is over.
//
// # Budgets
//
// A jump backward and a call cost one step. A resume has StepBudget of them, far beyond what the compiler's bounds on
// loops admit in a sane program; then `error` is raised. The same holds for the 201st valid input of a call, its
// 1,001st milestone, a text of more than 64 KB that is computed, spoken or comes from outside, a list of more than
// 10,000 items, a value of more than 200,000 parts, and calls nested deeper than a program without recursion can be.
// The 21st text, mail, fax or callback of a call ends in `unavailable`, the 21st reply to a message in `error`. The
// third error ends the call with an apology. Where a message is answered, defaults have no part: they speak. What the
// message's flow does not take is answered by an apology in writing.
package vm

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"rexian/compiler/bundle"
	"rexian/runtime/collect"
)

const (
	// StepBudget is how many backward jumps and calls one Resume may make.
	StepBudget = 20_000_000
	// MaxInputs is how many valid inputs a call may take before it counts as a loop.
	MaxInputs = 200
	// MaxMarks is how many milestones a call may set; the next is an error.
	MaxMarks = 1_000
	// MaxSent is how many texts, mails, faxes and callbacks a call may ask for, and how often a message is replied to;
	// the next ends in `unavailable`, a reply in `error`.
	MaxSent = 20
	// maxErrors is the error that ends the call with an apology.
	maxErrors = 3
	maxFrames = bundle.MaxFrames
	// DefaultWithin is how long a lookup may take if the flow does not say, milliseconds.
	DefaultWithin = 5_000
)

// Call is what is known about a call before it begins.
type Call struct {
	ID       string `json:"id,omitempty"`
	Caller   string `json:"caller,omitempty"` // the other party's number; "" when withheld
	Number   string `json:"number,omitempty"` // the number dialled
	Language string `json:"language,omitempty"`
}

// Frame is one flow that is running or waiting in a `do`.
type Frame struct {
	Func     int32 `json:"f"`
	PC       int32 `json:"pc"`
	Base     int32 `json:"b"`
	Handling bool  `json:"h,omitempty"` // it is in one of its handlers
}

// state is all that a suspended call is.
type state struct {
	Call   Call    `json:"call"`
	Agent  string  `json:"agent,omitempty"`
	Lang   string  `json:"lang"`
	Now    int64   `json:"now"`
	Stack  []Value `json:"stack"`
	Frames []Frame `json:"frames"`
	Data   []Value `json:"data,omitempty"`
	Path   []int32 `json:"path,omitempty"` // functions entered by goto
	Inputs int     `json:"inputs,omitempty"`
	Errors int     `json:"errors,omitempty"`
	Marks  int16   `json:"marks,omitempty"`
	Sent   int16   `json:"sent,omitempty"` // texts, mails, faxes, callbacks and replies
	Gone   bool    `json:"gone,omitempty"` // the caller has hung up
	Sorry  bool    `json:"sorry,omitempty"`
	Letter bool    `json:"letter,omitempty"` // it answers a message: nobody hears what defaults would say
	How    End     `json:"how,omitempty"`
	lost   bool    // an outcome came that nobody took
}

// Machine runs one call of one program.
type Machine struct {
	state
	im     *Image
	prog   *bundle.Program
	noted  *coverage // nil: nothing is noted
	budget int
	spec   collect.Spec
	offers []string
	result Value // what the entry function returned
}

// coverage is the edges of the flow graph that a call took: tests ask for it, and a caller's machine has none to carry.
type coverage struct {
	covered []uint64
	course  []int32 // the same in the order in which they were taken, each as often; at most maxCourse
}

// Image is a program made ready to run: shared by all calls of a version, safe for concurrent use.
type Image struct {
	stacks  sync.Pool // of *[]Value: see windowSize
	Program *bundle.Program
	zone    *time.Location
	consts  [][]Value       // of each function, as values
	code    [][]bundle.Code // of each function: see fused
	texts   [][]wording     // prompts ready to be written
	pure    []builtin       // Program.Builtins
	options [][]string      // keys of the options of each question
	rows    []listing       // of each table that a question asks for a row of
}

// listing is a table that questions ask for a row of: its keys, sorted, and the row of each.
type listing struct {
	keys []string
	rows []Value
}

// listings are those of a program by the number of the table.
func listings(p *bundle.Program) []listing {
	list := make([]listing, len(p.Tables))
	for i := range p.Questions {
		n := p.Questions[i].Rows - 1
		if n < 0 || list[n].keys != nil {
			continue
		}
		rows := slices.Clone(p.Tables[n].Rows)
		slices.SortFunc(rows, func(a, b []bundle.Const) int { return strings.Compare(a[0].S, b[0].S) })
		list[n].keys = []string{}
		for _, row := range rows {
			var fields []Value
			for _, c := range row {
				fields = append(fields, constant(c))
			}
			list[n].keys, list[n].rows = append(list[n].keys, row[0].S), append(list[n].rows, Record(fields...))
		}
	}
	return list
}

// Load makes a program ready to run. It fails if the program's zone is unknown on this system, or a
// built-in function to this machine.
func Load(p *bundle.Program) (*Image, error) {
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		return nil, fmt.Errorf("loading the program's zone: %w", err)
	}
	im := &Image{Program: p, zone: zone, consts: make([][]Value, len(p.Funcs))}
	for i := range p.Funcs {
		im.code = append(im.code, fused(p.Funcs[i].Code))
		for _, c := range p.Funcs[i].Consts {
			im.consts[i] = append(im.consts[i], constant(c))
		}
	}
	for i := range p.Prompts {
		im.texts = append(im.texts, compile(&p.Prompts[i], p.Languages))
	}
	for i := range p.Questions {
		var keys []string
		for _, o := range p.Questions[i].Options {
			keys = append(keys, o.Keys)
		}
		im.options = append(im.options, keys)
	}
	im.rows = listings(p)
	for _, id := range p.Builtins {
		b, ok := builtins[id]
		if !ok {
			return nil, fmt.Errorf("loading the program: it calls %q, which this machine does not have", id)
		}
		im.pure = append(im.pure, b)
	}
	return im, nil
}

func constant(c bundle.Const) Value {
	switch {
	case c.Absent:
		return Absent()
	case c.Text:
		return Text(c.S)
	}
	return Int(c.N)
}

// New makes the machine of one call.
func (im *Image) New(call Call) *Machine {
	m := &Machine{im: im, prog: im.Program}
	m.state.Call = call
	m.Lang = call.Language
	if m.Lang == "" && len(m.prog.Languages) > 0 {
		m.Lang = m.prog.Languages[0]
	}
	if n := len(m.prog.Data); n > 0 {
		m.Data = make([]Value, n)
		for i := range m.Data {
			m.Data[i] = Absent()
		}
	}
	return m
}

// Program is the program that the machine runs.
func (m *Machine) Program() *bundle.Program { return m.prog }

// Cover makes the machine note the edges of the flow graph that it takes. The bundle must have been emitted
// for coverage.
func (m *Machine) Cover() { m.noted = &coverage{covered: make([]uint64, (int(m.prog.Edges)+63)/64)} }

// Covered lists the edges taken so far, by their numbers.
func (m *Machine) Covered() []int {
	if m.noted == nil {
		return nil
	}
	var list []int
	for i := range int(m.prog.Edges) {
		if m.noted.covered[i/64]>>(i%64)&1 != 0 {
			list = append(list, i)
		}
	}
	return list
}

// Course lists the edges taken so far as they followed each other, each as often as it was taken.
func (m *Machine) Course() []int32 {
	if m.noted == nil {
		return nil
	}
	return m.noted.course
}

// maxCourse is how many edges of a call are remembered in their order.
const maxCourse = 1 << 16

func (m *Machine) cover(edge int32) {
	if n := m.noted; n != nil && edge >= 0 && int(edge/64) < len(n.covered) {
		n.covered[edge/64] |= 1 << (edge % 64)
		if len(n.course) < maxCourse {
			n.course = append(n.course, edge)
		}
	}
}

// Start enters a function of the program with its arguments, at a moment in Unix milliseconds, and runs to the
// first effect. Missing arguments are absent.
func (m *Machine) Start(fn int, args []Value, now int64) Effect {
	var e Effect
	m.Now = now
	m.budget = StepBudget
	if fn < 0 || fn >= len(m.prog.Funcs) {
		return *m.end(&e, EndDeparted)
	}
	m.Letter = m.answers(fn)
	if !bounded(args) {
		m.enter(fn, nil)
		return *m.raiseRun(&e, "error")
	}
	m.enter(fn, args)
	return *m.run(&e)
}

// bounded tells whether values from outside are within the bounds of any type.
func bounded(list []Value) bool {
	return !slices.ContainsFunc(list, func(v Value) bool { return !v.Bounded() })
}

// answers tells whether only messages enter a function.
func (m *Machine) answers(fn int) bool {
	enters := func(list []bundle.Entry) bool {
		return slices.ContainsFunc(list,
			func(e bundle.Entry) bool { return int(e.Func) == fn || e.Otherwise >= 0 && int(e.Otherwise) == fn })
	}
	return enters(m.prog.Messages) && !enters(m.prog.Numbers)
}

// enter begins afresh in a function.
func (m *Machine) enter(fn int, args []Value) {
	f := &m.prog.Funcs[fn]
	m.Frames = append(m.Frames[:0], Frame{Func: int32(fn)})
	m.Stack = resize(m.Stack[:0], int(f.Registers))
	for i := range f.Params {
		if i < len(args) {
			m.Stack[i] = args[i]
		} else {
			m.Stack[i] = Absent()
		}
	}
	if f.Kind != bundle.ExprFunc && f.Kind != bundle.DefaultsFunc {
		m.note(fn)
	}
}

// note keeps the way through the flows, for call.path; a long call keeps its last part.
func (m *Machine) note(fn int) {
	const most = 64
	if len(m.Path) == most {
		m.Path = append(m.Path[:0], m.Path[1:]...)
	}
	m.Path = append(m.Path, int32(fn))
}

// resize gives a stack of n values; new ones are zero.
func resize(s []Value, n int) []Value {
	if n <= len(s) {
		return s[:n]
	}
	if n <= cap(s) {
		old := len(s)
		s = s[:n]
		clear(s[old:])
		return s
	}
	t := make([]Value, n) // no more than is used: thousands of calls wait at a time
	copy(t, s)
	return t
}

// Ended tells whether the call is over, and how.
func (m *Machine) Ended() (End, bool) { return m.How, m.How != Running }

// Result is what the entry function returned, the zero Value if nothing.
func (m *Machine) Result() Value { return m.result }

// Where lists the places that are running, innermost first: the functions and their instructions.
func (m *Machine) Where() []Position {
	var list []Position
	for i := len(m.Frames) - 1; i >= 0; i-- {
		f := m.Frames[i]
		pc := int(f.PC) - 1 // the one that has been fetched
		list = append(list, Position{Func: int(f.Func), PC: max(pc, 0)})
	}
	return list
}

// Position is an instruction of a program; bundle.Program.Place tells its source.
type Position struct{ Func, PC int }

// ErrorCount counts the errors of the call so far.
func (m *Machine) ErrorCount() int { return m.Errors }

// Uncaught tells whether an outcome other than an error came so far that no arm and no handler took, which the compiler
// rules out.
func (m *Machine) Uncaught() bool { return m.lost }

// Datum returns call data by name; absent if it is not set or not declared.
func (m *Machine) Datum(name string) Value {
	if i := slices.Index(m.prog.Data, name); i >= 0 && i < len(m.Data) {
		return m.Data[i]
	}
	return Absent()
}

// Snapshot returns the state of a machine that waits for an event, as JSON.
func (m *Machine) Snapshot() ([]byte, error) {
	b, err := json.Marshal(&m.state)
	if err != nil {
		return nil, fmt.Errorf("saving a call: %w", err)
	}
	return b, nil
}

// Restore makes the machine of a Snapshot of the same program. A snapshot that does not fit the program is
// refused.
func (im *Image) Restore(snapshot []byte) (*Machine, error) {
	m := im.New(Call{})
	m.state = state{}
	if err := json.Unmarshal(snapshot, &m.state); err != nil {
		return nil, fmt.Errorf("restoring a call: %w", err)
	}
	if len(m.Data) != len(m.prog.Data) || len(m.Frames) > maxFrames {
		return nil, fmt.Errorf("restoring a call: the snapshot is of another program")
	}
	for _, f := range m.Path {
		if f < 0 || int(f) >= len(m.prog.Funcs) {
			return nil, fmt.Errorf("restoring a call: the snapshot is of another program")
		}
	}
	top := 0
	for i, f := range m.Frames {
		if f.Func < 0 || int(f.Func) >= len(m.prog.Funcs) || f.PC < 1 || int(f.PC) > len(m.prog.Funcs[f.Func].Code) ||
			f.Base < 0 || int(f.Base) > 1<<20 || i > 0 && f.Base < m.Frames[i-1].Base {
			return nil, fmt.Errorf("restoring a call: frame %d does not fit the program", i)
		}
		code := m.prog.Funcs[f.Func].Code[f.PC-1]
		if i == len(m.Frames)-1 && code.Op() != bundle.Effect || i < len(m.Frames)-1 && code.Op() != bundle.Call {
			return nil, fmt.Errorf("restoring a call: frame %d does not wait there", i)
		}
		top = max(top, int(f.Base)+int(m.prog.Funcs[f.Func].Registers))
	}
	m.Stack = resize(m.Stack, top)
	return m, nil
}
