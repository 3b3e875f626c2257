package explore

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"

	"rexian/compiler/bundle"
	"rexian/compiler/ident"
	"rexian/compiler/library"
	"rexian/runtime/collect"
	"rexian/runtime/session"
	"rexian/runtime/sim"
	"rexian/runtime/trace"
	"rexian/runtime/vm"
)

const (
	// morning is 2026-10-12 09:30 in Shanghai, Unix milliseconds.
	morning = 1_791_768_600_000
	// longestCall bounds what a caller who does nothing any more has to hear, milliseconds.
	longestCall = 2 * 3_600_000
	// longestSilence is how long nothing may be heard while no question is open and nobody talks: two lookups that
	// take all the time they may, milliseconds.
	longestSilence = 61_000
)

// player is one call: the caller, the world, and the watch over both.
type player struct {
	x        *Explorer
	rng      *rand.Rand
	im       *vm.Image
	call     *sim.Call
	secret   string // digits of every secret of this call
	quiet    bool   // the caller does nothing any more
	alone    bool   // nobody calls
	question bool   // see entry
	told     bool   // the notice was played
	course   []string
	found    *Finding
	outcome  string // the outcome that was given last, "" if it was none
	last     bundle.SiteKind
	log      bytes.Buffer
	recorder *trace.Recorder
}

// entry is where something begins: a call by a telephone number, or a campaign's flow once somebody answered; with
// alone, what runs without a caller: a message's flow, and the expressions of campaigns.
type entry struct {
	number string
	fn     int
	args   []vm.Value
	alone  bool
	// question: its answer is all that is wanted, and that there is none is for whoever asks to see to. So are the
	// steps of a campaign in which nobody is called: what could not be written is written later.
	question bool
}

// entries are those of a program whose arguments are known.
func (x *Explorer) entries(p *bundle.Program) []entry {
	var list []entry
	for _, e := range p.Numbers {
		list = append(list, entry{number: e.Text, fn: int(e.Func)})
	}
	target := []vm.Value{x.samples["taxpayer.find"]}
	for _, c := range p.Campaigns {
		if !c.Text && c.With >= 0 {
			list = append(list, entry{fn: int(c.With), args: target[:len(p.Funcs[c.With].Params)]})
		}
		if c.Unreached >= 0 {
			list = append(list, entry{fn: int(c.Unreached), args: target, alone: true, question: true})
		}
		if c.SkipIf >= 0 { // where it cannot be asked, the campaign asks again
			list = append(list, entry{fn: int(c.SkipIf), args: target, alone: true, question: true})
		}
		if c.Text { // what cannot be written is written later, or noted with its reason
			list = append(list, entry{fn: int(c.Send), args: target, alone: true, question: true})
		}
	}
	for _, m := range p.Messages {
		var args []vm.Value
		for _, param := range p.Funcs[m.Func].Params {
			v, _ := session.Word(param, words[param.Kind])
			args = append(args, v)
		}
		list = append(list, entry{fn: int(m.Func), args: args, alone: true})
	}
	return list
}

// words are what senders write for parameters of each kind.
var words = map[string]string{"number": "12", "money": "100元", "text": "甲乙", "phone": "13800138000",
	"date": "2026-10-20", "digits": "0409"}

// play plays one call; nil if nothing was found. Other secrets make the same call with other digits.
func (x *Explorer) play(im *vm.Image, entry entry, seed, secrets uint64) (found *Finding) {
	p := &player{x: x, rng: seeded(seed, 1), im: im, alone: entry.alone, question: entry.question}
	digits := seeded(seed, 100+secrets)
	for range 18 {
		p.secret += string(rune('0' + digits.IntN(10)))
	}
	caller := []string{"13800138000", "053188886666", ""}[p.rng.IntN(3)]
	now := int64(morning + p.rng.IntN(14)*3_600_000)
	p.recorder = trace.Record(&p.log, im.Program, vm.Call{ID: "sim", Caller: caller, Number: entry.number}, entry.fn,
		entry.args, now)
	p.call = sim.New(sim.Options{Image: im, Func: entry.fn, Args: entry.args, Now: now, Number: entry.number,
		Caller: caller, Answers: p, Watch: p})
	defer func() {
		if r := recover(); r != nil {
			p.find(Crash, fmt.Sprintf("%v\n%s", r, debug.Stack()))
		}
		found = p.found
	}()
	p.call.Start()
	for turns := max(0, p.rng.IntN(16)-3); turns > 0 && !p.alone && p.found == nil && p.going(); turns-- {
		p.turn()
	}
	p.quiet = true
	p.course = append(p.course, "does nothing any more")
	p.drift(longestCall)
	p.ended()
	return p.found
}

func (p *player) going() bool {
	_, over := p.call.Over()
	return !over && p.call.Err() == nil
}

func (p *player) find(kind Kind, what string) {
	if p.found == nil {
		p.found = &Finding{Kind: kind, What: what, Course: slices.Clone(p.course)}
	}
}

// turn lets the caller do something when the call waits for somebody.
func (p *player) turn() {
	if p.rng.IntN(6) > 0 {
		p.rest()
	} else {
		p.drift(int64(p.rng.IntN(20_000)))
	}
	if !p.going() || p.found != nil {
		return
	}
	s := p.call.Session()
	switch _, asking := s.Asking(); {
	case s.Talking():
		p.did("agent hangs up")
		p.call.AgentHangsUp()
	case p.rng.IntN(12) == 0:
		p.did("hangs up")
		p.call.Hangup()
	case asking && p.rng.IntN(5) > 0:
		p.answer()
	case !asking && p.rng.IntN(3) == 0 && p.call.AgentAnswers():
		p.did("agent answers")
	case p.rng.IntN(2) == 0:
		p.press(string("0123456789*#"[p.rng.IntN(12)]))
	default:
		p.did("waits")
		p.drift(int64(p.rng.IntN(30_000)))
	}
}

func (p *player) did(what string) { p.course = append(p.course, what) }

func (p *player) press(keys string) {
	p.did("presses " + keys)
	p.call.Press(keys, sim.KeyGap)
}

// answer gives a good answer to the open question, or one that may be.
func (p *player) answer() {
	i, _ := p.call.Session().Asking()
	if i < 0 || i >= len(p.im.Program.Questions) {
		return
	}
	q := &p.im.Program.Questions[i]
	if n := len(q.Options); n > 0 {
		p.press(q.Options[p.rng.IntN(n)].Keys)
		return
	}
	if q.Secret {
		p.did("keys the secret")
		p.call.Press(p.secret[:max(int(q.MinLen), min(int(q.MaxLen), 18))]+"#", sim.KeyGap)
		return
	}
	keys, ok := fields[q.Field]
	if !ok {
		keys = []string{"1"}
	}
	k := keys[p.rng.IntN(len(keys))]
	if q.Rows > 0 && p.rng.IntN(4) > 0 {
		rows := p.im.Program.Tables[q.Rows-1].Rows
		k = rows[p.rng.IntN(len(rows))][0].S
	} else if q.Field == ident.Digits {
		k = strings.Repeat("7", max(int(q.MinLen), 1))
	}
	if p.rng.IntN(3) > 0 {
		k += "#"
	}
	p.press(k)
}

var fields = map[ident.Kind][]string{
	ident.Number: {"1", "12*5", "9999", "0"}, ident.Money: {"1", "100*50", "1000000"}, ident.YesNo: {"1", "2"},
	ident.DateOf: {"20261020", "20270101"}, ident.MonthOf: {"202609", "202612"}, ident.TimeOf: {"0830", "2400"},
	ident.PhoneOf: {"13800138000", "053188886666"}, ident.TaxpayerOf: {"913701001000000409"},
	ident.ResidentOf: {"11010519491231002*"}, ident.Scale: {"1", "5", "10"}, ident.Text: {"123", "1*2"},
	ident.Choice: {"1", "2"}, ident.Several: {"12", "1"},
}

// rest lets time pass until the call waits for somebody.
func (p *player) rest() {
	for !p.call.Resting() && p.found == nil && p.step() {
	}
}

// drift lets time pass.
func (p *player) drift(ms int64) {
	until := p.call.Now() + ms
	for p.found == nil {
		if at, ok := p.call.Next(); ok && at > until {
			return
		}
		if !p.step() {
			return
		}
	}
}

// step does the next thing and watches how long nothing was to be heard before it.
func (p *player) step() bool {
	s := p.call.Session()
	at, ok := p.call.Next()
	if !ok {
		if p.going() && !s.Talking() {
			if e, working := s.Working(); !working || e.Kind != bundle.EnqueueSite {
				p.find(Stuck, fmt.Sprintf("nothing is to come at %s", p.where()))
			}
		}
		return false
	}
	_, asking := s.Asking()
	_, speaking := p.call.Speaking()
	e, working := s.Working()
	heard := asking || speaking || p.call.Music() || s.Talking() || working && e.Kind != bundle.LookupSite
	if gap := at - p.call.Now(); !heard && gap > longestSilence {
		p.find(Silence, fmt.Sprintf("nothing is heard for %d s at %s", gap/1000, p.where()))
	}
	return p.call.Step()
}

// ended judges how the call ended.
func (p *player) ended() {
	if p.found != nil {
		return
	}
	how, over := p.call.Over()
	switch {
	case p.call.Err() != nil:
		p.find(Endless, p.call.Err().Error())
	case !over && p.call.Now()-p.call.Started() >= longestCall/2:
		p.find(Endless, fmt.Sprintf("it still runs after %d minutes, at %s", (p.call.Now()-p.call.Started())/60_000,
			p.where()))
	case !p.alone && how == vm.EndReturn || how == vm.EndDeparted && p.last != bundle.TransferSite:
		p.find(FellOff, fmt.Sprintf("it ended as %s", how))
	case strings.Contains(p.log.String(), p.secret[:4]) && p.keyed() && strings.Contains(p.log.String(), p.longest()):
		p.find(Leak, "the log of the call holds the secret")
	}
}

// keyed tells whether the caller keyed a secret.
func (p *player) keyed() bool { return slices.Contains(p.course, "keys the secret") }

// longest is the shortest run of digits that any secret of the program has, at least four.
func (p *player) longest() string {
	least := 18
	for i := range p.im.Program.Questions {
		if q := &p.im.Program.Questions[i]; q.Secret {
			least = min(least, max(int(q.MinLen), 4))
		}
	}
	return p.secret[:least]
}

func (p *player) where() string {
	fn, pc := p.call.Place()
	file, start, end, ok := p.im.Program.Place(fn, pc)
	if !ok {
		return "no place"
	}
	return fmt.Sprintf("%s bytes %d-%d", file, start, end)
}

// Event, Effect and Collected watch what passes between machine and host.
func (p *player) Event(now int64, e vm.Event) {
	p.recorder.Event(now, e)
	p.outcome = ""
	if e.Kind == vm.Outcome {
		p.outcome = e.Tag
	}
}

func (p *player) Effect(now int64, e vm.Effect) {
	p.recorder.Effect(now, e)
	if p.call.Machine().Uncaught() && !p.question {
		p.find(Uncaught, p.outcome)
	}
	if !e.End {
		p.last = e.Kind
		p.keepsRules(e)
	}
	if p.keyed() {
		p.guard(e)
	}
}

func (p *player) Collected(now int64, question int, r collect.Result) {
	p.recorder.Collected(now, question, r)
}

// keepsRules watches the rules of the program, which the checker has decided.
func (p *player) keepsRules(e vm.Effect) {
	switch forbids, tells := p.x.forbids, p.x.tells; {
	case e.Kind == bundle.SaySite && p.im.Program.Prompts[e.Prompt].Name == notice:
		p.told = true
	case forbids && e.Kind == bundle.MarkSite && e.Name == forbidden:
		p.find(Rule, "the mark that no path reaches is set at "+p.where())
	case tells && e.Kind == bundle.RecordSite && !p.told && !p.alone:
		p.find(Rule, "something is recorded without the notice at "+p.where())
	}
}

// guard looks for the secret in what leaves the call.
func (p *player) guard(e vm.Effect) {
	digits := p.longest()
	var declared []library.Param
	if e.Kind == bundle.LookupSite {
		if f := p.x.library.ByID(e.Name); f != nil {
			declared = f.Params
		}
	}
	for i, v := range e.Args {
		if i < len(declared) && declared[i].Type != nil && declared[i].Type.Secret {
			continue
		}
		if holds(v, digits) {
			p.find(Leak, fmt.Sprintf("%s %s has it in argument %d at %s", e.Kind, e.Name, i, p.where()))
		}
	}
	if strings.Contains(e.Name, digits) {
		p.find(Leak, fmt.Sprintf("the name of %s is it", e.Kind))
	}
}

// holds tells whether a value holds the digits somewhere.
func holds(v vm.Value, digits string) bool {
	return strings.Contains(v.Str(), digits) ||
		slices.ContainsFunc(v.Items(), func(v vm.Value) bool { return holds(v, digits) })
}

// Lookup answers a table with a row, and a function with a sample, or with any of its outcomes.
func (p *player) Lookup(e vm.Effect, _ int64) (vm.Event, int64) {
	after := int64(p.rng.IntN(3)) * 900
	if e.Name == "table" {
		if p.rng.IntN(3) == 0 {
			return vm.Event{Kind: vm.Outcome, Tag: "not_found"}, after
		}
		return session.Row(&p.im.Program.Tables[e.Index], vm.Text([]string{"01", "02", "9"}[p.rng.IntN(3)])), after
	}
	f := p.x.library.ByID(e.Name)
	if f == nil {
		return vm.Event{Kind: vm.Done}, after
	}
	if tags := f.AllOutcomes(); p.rng.IntN(2) == 0 && len(tags) > 0 {
		if p.rng.IntN(4) == 0 {
			return vm.Event{Kind: vm.Done}, 1 << 40 // never: the limit of time decides
		}
		return vm.Event{Kind: vm.Outcome, Tag: tags[p.rng.IntN(len(tags))]}, after
	}
	if v, ok := p.x.samples[e.Name]; ok {
		return vm.Event{Kind: vm.Answer, Value: v}, after
	}
	return vm.Event{Kind: vm.Done}, after
}

// Query answers anything.
func (p *player) Query(e vm.Effect, _ int64) vm.Event {
	if e.Name != "hours" {
		return vm.Event{Kind: vm.Answer, Value: vm.Bool(p.rng.IntN(2) == 0)}
	}
	reasons := library.ClosedReasons
	open, next := p.rng.IntN(2) == 0, vm.Int(morning+3_600_000)
	if p.rng.IntN(4) == 0 {
		next = vm.Absent()
	}
	return vm.Event{Kind: vm.Answer, Value: vm.Record(vm.Bool(open), vm.Text(reasons[p.rng.IntN(len(reasons))]), next)}
}

// Outcome lets acts fail, always where nobody is to come to a caller who does nothing.
func (p *player) Outcome(e vm.Effect, _ int64) (string, int64) {
	if !p.quiet && p.rng.IntN(2) == 0 {
		return "", int64(p.rng.IntN(3)) * 1000
	}
	after := int64(p.rng.IntN(4)) * 5_000
	switch e.Kind {
	case bundle.EnqueueSite:
		return library.QueueOutcomes[p.rng.IntN(len(library.QueueOutcomes))], after
	case bundle.TransferSite:
		return library.CallOutcomes[p.rng.IntN(len(library.CallOutcomes))], after
	}
	return "unavailable", after
}
