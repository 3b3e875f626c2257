package suite

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"rexian/compiler/bundle"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/runtime/acd"
	"rexian/runtime/readout"
	"rexian/runtime/session"
	"rexian/runtime/sim"
	"rexian/runtime/vm"
)

// run is one test being played.
type run struct {
	*suite
	file    string
	image   *vm.Image       // the suite's, or one with the settings that the test assumes
	program *bundle.Program // the same
	result  Result

	now    int64 // while no call is on
	call   Call
	number string
	caller string
	cursor int // how much of what was heard, as Searchable, earlier hits have used up
	talk   []byte
	ends   []int // where each utterance ends in talk

	givens   []given
	switches map[int]bool
	lists    map[int][]string
	hours    map[int]bool
	reasons  map[int]string // why hours are closed
	queues   []queueGiven
	acts     []actGiven

	house   *sim.House
	skills  []string // those of the agent that signed in; none: all
	agents  string   // what the agent last did: "signs in", "signs out", "ready", "break"; "" if nothing was said
	dialled *attempt
	current *ast.TestItem // the line being played
	broken  bool          // a failure that ends the test has been reported
}

// time is the present moment, Unix milliseconds.
func (r *run) time() int64 {
	if r.call != nil {
		return r.call.Now()
	}
	return r.now
}

// fail reports a failure at a place of the test.
func (r *run) fail(code diag.Code, span diag.Span, args ...any) bool {
	r.result.Failures = append(r.result.Failures, diag.New(code, r.file, span, args...))
	return false
}

// item plays one line; false ends the test.
func (r *run) item(i *ast.TestItem) bool {
	r.current = i
	ok := r.play(i)
	if r.call != nil && r.call.Err() != nil && !r.broken {
		r.broken = true
		r.fail("RX7009", i.Span())
	}
	return ok && !r.broken
}

func (r *run) play(i *ast.TestItem) bool {
	switch i.Kind {
	case "at":
		return r.clock(i)
	case "given":
		return r.assume(i.Given)
	case "call":
		return r.dialIn(i)
	case "text":
		return r.text(i)
	case "dial":
		return r.dial(i)
	case "answer":
		return r.answer(i)
	case "agent signs in", "agent signs out", "agent ready", "agent break":
		r.agents = strings.TrimPrefix(i.Kind, "agent ")
		if r.agents == "signs out" {
			r.house.SignOut(r.time())
		} else {
			r.skills = nil
			for _, s := range i.Skills {
				r.skills = append(r.skills, plain(s))
			}
			if unknown := r.unasked(); unknown.Zh != "" {
				return r.fail("RX7005", i.Span(), unknown)
			}
			r.house.SignIn(r.time(), r.skills...)
		}
		return true
	case "expect":
		return r.expect(i, true)
	case "expect not":
		return r.expect(i, false)
	}
	if r.call == nil {
		return r.fail("RX7003", i.Span())
	}
	if _, over := r.call.Over(); over && i.Kind != "hangup" && i.Kind != "hear" && i.Kind != "not hear" {
		return r.fail("RX7004", i.Span())
	}
	switch i.Kind {
	case "hear":
		return r.hear(i)
	case "not hear":
		return r.notHear(i)
	case "press":
		gap := int64(sim.KeyGap)
		if i.Slowly {
			gap = slowGap
		}
		if i.Value != nil {
			d, ok := r.eval(i.Value, nil)
			if !ok {
				return r.fail("RX7010", i.Value.Span())
			}
			r.call.RunUntil(r.call.Now() + d.N)
		}
		r.call.Press(i.Key.Keys, gap)
	case "wait":
		d, ok := r.eval(i.Value, nil)
		if !ok {
			return r.fail("RX7010", i.Span())
		}
		r.call.RunUntil(r.call.Now() + d.N)
	case "say nothing":
		r.call.SayNothing()
	case "hangup":
		r.call.Hangup()
	case "agent answers":
		if r.agents == "signs out" || r.agents == "break" {
			return r.fail("RX7005", i.Span(),
				diag.Text{Zh: "座席已经签出或示忙", En: "the agent has signed out or is on a break"})
		}
		if !r.call.AgentAnswers() {
			if len(r.skills) > 0 && r.house.Waits() {
				return r.fail("RX7005", i.Span(), r.unskilled())
			}
			not, now := diag.Text{Zh: "通话不在排队，", En: "the call is in no queue; "}, r.doing()
			return r.fail("RX7005", i.Span(), diag.Text{Zh: not.Zh + now.Zh, En: not.En + now.En})
		}
	case "agent hangs up":
		if !r.call.AgentHangsUp() {
			return r.fail("RX7006", i.Span(), r.doing())
		}
	}
	return true
}

// unasked says that the agent of the test has a skill that no queue asks for.
func (r *run) unasked() diag.Text {
	for _, s := range r.skills {
		if !slices.ContainsFunc(r.program.Queues, func(q bundle.Queue) bool {
			return slices.Contains(acd.FromProgram(&q).AllSkills(), s)
		}) {
			return diag.Textf("没有一个队列要技能组“%s”", "no queue asks for skill %q", s)
		}
	}
	return diag.Text{}
}

// unskilled says that the call is not for the agent of the test, whose skills are other ones.
func (r *run) unskilled() diag.Text {
	zh, en := strings.Join(r.skills, "、"), strings.Join(r.skills, ", ")
	return diag.Text{Zh: "这通电话此刻不派给技能组“" + zh + "”的座席", En: "at this moment the call is not for an agent of skill " + en}
}

// slowGap is the time between keys pressed slowly: longer than the critical timer, shorter than that between keys.
const slowGap = 2_000

// clock sets the time before a call, and lets it pass up to it in one.
func (r *run) clock(i *ast.TestItem) bool {
	if i.Date == nil || i.Time == nil {
		return true
	}
	at := r.at(i.Date.Days, i.Time.Seconds)
	if r.call != nil {
		if _, over := r.call.Over(); !over {
			r.call.RunUntil(at)
			return true
		}
		r.keep()
	}
	r.now = at
	return true
}

// keep puts a call that is over to the result, so that another can begin.
func (r *run) keep() {
	if r.call == nil {
		return
	}
	r.now = r.call.Now()
	r.result.Transcript = append(r.result.Transcript, r.transcript(r.call)...)
	r.result.Millis += r.call.Now() - r.call.Started()
	r.result.covered = append(r.result.covered, r.call.Covered()...)
	r.call = nil
}

// finish ends the test: a call that is still on is hung up, so that its `on hangup` is run and covered.
func (r *run) finish() {
	if r.call != nil {
		r.call.Hangup()
	}
	r.keep()
}

// begin begins a call in a function; false if the driver cannot.
func (r *run) begin(fn int, args []vm.Value) bool {
	r.finish()
	r.cursor, r.talk, r.ends = 0, nil, nil
	c, err := r.driver.Dial(r.ctx, Start{Image: r.image, Func: fn, Args: args, Now: r.now, Number: r.number,
		Caller:  r.caller,
		Assumed: (*assumed)(r), Renderer: r.renderer, House: r.house})
	if err != nil {
		r.broken = true
		return r.fail("RX7019", r.current.Span(), err)
	}
	r.call = c
	return true
}

// dialIn: call "12366" from "138…".
func (r *run) dialIn(i *ast.TestItem) bool {
	r.number, r.caller = plain(i.Number), plain(i.From)
	for _, e := range r.program.Numbers {
		if e.Text == r.number {
			return r.begin(int(e.Func), nil)
		}
	}
	return r.fail("RX7007", i.Span(), r.number)
}

// text: text "ZQ" from "138…".
func (r *run) text(i *ast.TestItem) bool {
	r.number, r.caller = "", plain(i.From)
	fn, args, ok := session.Inbound(r.program, plain(i.Number))
	if !ok {
		return r.fail("RX7008", i.Span(), plain(i.Number))
	}
	if !r.begin(fn, args) {
		return false
	}
	r.rest()
	return true
}

// listen brings talk up to date with what was heard. The last utterance may have been cut off since, so it is taken
// anew.
func (r *run) listen() {
	n := max(len(r.ends)-1, 0)
	r.ends = r.ends[:n]
	end := 0
	if n > 0 {
		end = r.ends[n-1]
	}
	r.talk = r.talk[:end]
	for _, u := range r.call.Heard()[n:] {
		r.talk = append(r.talk, readout.Searchable(u.Text)...)
		r.ends = append(r.ends, len(r.talk))
	}
	// Words found at the very moment of the cut may have lost their last sound since: what comes after them begins
	// there.
	if n < len(r.ends) {
		r.cursor = min(r.cursor, r.ends[n])
	}
}

// hear: the call runs on until the words were spoken.
func (r *run) hear(i *ast.TestItem) bool {
	words := []byte(readout.Searchable(plain(i.Words)))
	if len(words) == 0 {
		return r.fail("RX7002", i.Span())
	}
	sought := 0 // what ends before it has been looked through
	for {
		r.listen()
		from := min(max(r.cursor, sought-len(words)+1), len(r.talk))
		if n := len(r.ends) - 1; n > 0 { // the last utterance may yet be cut off
			sought = r.ends[n-1]
		}
		if at := bytes.Index(r.talk[from:], words); at >= 0 {
			r.cursor = from + at + len(words)
			r.call.RunUntil(r.spokenAt(r.cursor))
			return true
		}
		if r.call.Silent() || !r.call.Step() || r.broken {
			break
		}
	}
	if r.broken {
		return false
	}
	r.listen()
	heard := r.lastHeard()
	if _, over := r.call.Over(); over {
		return r.fail("RX7001", i.Span(), plain(i.Words), diag.Text{Zh: "通话结束了也没有听到", En: "the call ended without it"},
			heard)
	}
	return r.fail("RX7001", i.Span(), plain(i.Words),
		diag.Text{Zh: "系统在等待按键，不会再说什么", En: "the system awaits keys and says no more"}, heard)
}

// rest lets time pass until the call waits for somebody.
func (r *run) rest() {
	for !r.call.Resting() && r.call.Step() {
	}
}

// did tells whether the call did something that fits.
func (r *run) did(kind sim.FactKind, fits func(sim.Fact) bool) bool {
	for _, f := range r.call.Facts() {
		if f.Kind == kind && (fits == nil || fits(f)) {
			return true
		}
	}
	return false
}

// spokenAt is the moment at which talk was spoken up to an offset.
func (r *run) spokenAt(offset int) int64 {
	for n, end := range r.ends {
		if offset > end {
			continue
		}
		begin := 0
		if n > 0 {
			begin = r.ends[n-1]
		}
		heard := r.call.Heard()
		if n >= len(heard) { // over a line the last words may have come to be others since
			break
		}
		u := heard[n]
		letters := 0
		for k := range []rune(u.Text) {
			if len(readout.Searchable(string([]rune(u.Text)[:k+1]))) >= offset-begin {
				letters = k + 1
				break
			}
		}
		return u.SpokenAt(letters)
	}
	return r.call.Now()
}

// notHear: the words are not spoken until the call waits for somebody.
func (r *run) notHear(i *ast.TestItem) bool {
	words := []byte(readout.Searchable(plain(i.Words)))
	if len(words) == 0 {
		return r.fail("RX7002", i.Span())
	}
	r.rest()
	r.listen()
	if bytes.Contains(r.talk[min(r.cursor, len(r.talk)):], words) {
		r.fail("RX7011", i.Span(), plain(i.Words))
	}
	return true
}

// lastHeard is what was said last, for messages.
func (r *run) lastHeard() diag.Text {
	text := ""
	heard := r.call.Heard()
	for i := len(heard) - 1; i >= 0 && text == ""; i-- {
		text = heard[i].Text
	}
	if text == "" {
		return diag.Text{Zh: "还什么都没有播放", En: "nothing has been said yet"}
	}
	if letters := []rune(text); len(letters) > 60 {
		text = string(letters[:59]) + "…"
	}
	return diag.Text{Zh: "最后听到的是“" + text + "”", En: fmt.Sprintf("last heard: %q", text)}
}

// doing says what the call is doing, for messages.
func (r *run) doing() diag.Text {
	if how, over := r.call.Over(); over {
		return diag.Text{Zh: "通话已经结束（" + how.String() + "）", En: "the call is over (" + how.String() + ")"}
	}
	return r.lastHeard()
}
