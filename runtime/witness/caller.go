package witness

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/runtime/readout"
	"rexian/runtime/sim"
	"rexian/runtime/vm"
)

// say writes a line of what the caller does.
func (l *led) say(line string) {
	l.input = len(l.lines)
	l.lines = append(l.lines, line)
}

// listen writes down the last words that the caller has heard since.
func (l *led) listen() {
	heard := l.call.Heard
	for i := len(heard) - 1; i >= l.heard; i-- {
		if words := quotable(heard[i].Text); words != "" {
			l.heard = len(heard)
			l.say("听到 " + strconv.Quote(words))
			return
		}
	}
}

// quotable is the end of a text as a test quotes it.
func quotable(s string) string {
	letters := []rune(s)
	if i := strings.LastIndexAny(s, "\"\\{}"); i >= 0 {
		letters = []rune(s[i+1:])
	}
	if len(letters) > 30 {
		letters = letters[len(letters)-30:]
	}
	words := strings.TrimSpace(string(letters))
	if readout.Searchable(words) == "" {
		return ""
	}
	return words
}

// press presses keys, the first after a second, the others a second apart.
func (l *led) press(keys string) {
	l.listen()
	for _, k := range strings.Split(keys, "") {
		l.say(fmt.Sprintf("按 %q 隔 1秒", k))
		l.call.RunUntil(l.call.Now() + 1_000)
		l.call.Press(k, sim.KeyGap)
	}
}

func (l *led) hangup() {
	l.listen()
	l.say("挂机")
	l.call.Hangup()
}

func (l *led) silence() {
	l.listen()
	l.say("不按键")
	l.call.SayNothing()
}

// answer does what takes an edge of a question.
func (l *led) answer(e *graph.Edge) {
	switch e.Kind {
	case graph.Press:
		l.press(e.Label)
	case graph.Answer:
		l.key(e)
	case graph.Hangup:
		l.hangup()
	case graph.NoInput:
		l.misses(e, l.silence)
	case graph.NoMatch:
		l.misses(e, func() { l.press(wrong(e)) })
	case graph.Tries:
		for range 12 {
			if l.covered(e) || !l.asks() {
				return
			}
			l.silence()
			l.call.Rest()
		}
	case graph.Branch, graph.Error:
		l.press("1")
	}
}

func (l *led) asks() bool {
	_, asking := l.call.Session().Asking()
	return asking
}

func (l *led) covered(e *graph.Edge) bool {
	return e.ID >= 0 && slices.Contains(l.call.Machine().Covered(), int(e.ID))
}

// misses misses as often as it takes.
func (l *led) misses(e *graph.Edge, miss func()) {
	n, _ := strconv.Atoi(e.Label)
	for range max(n, 1) {
		if !l.asks() {
			return
		}
		miss()
		l.call.Rest()
	}
}

// wrong are keys that answer no question of a node.
func wrong(e *graph.Edge) string {
	var taken string
	var m *ast.Menu
	switch x := e.From.Step.(type) {
	case *ast.Menu:
		m = x
	case *ast.MenuStep:
		m = x.Menu
	default:
		return "#"
	}
	for _, arm := range m.Arms {
		for _, k := range arm.Keys {
			taken += k.Keys
		}
	}
	for _, k := range "7894561230" {
		if !strings.ContainsRune(taken, k) {
			return string(k)
		}
	}
	return "#"
}

// key keys a good answer.
func (l *led) key(e *graph.Edge) {
	switch x := e.From.Step.(type) {
	case *ast.SurveyAsk:
		s, chosen := l.chosen[choice{step: x}]
		switch {
		case chosen && s.whole != nil && !s.whole.value.IsAbsent():
			l.press(strconv.FormatInt(s.whole.value.N/1_000_000, 10))
		case len(x.Choices) > 0:
			l.press(x.Choices[0].Key)
		case x.Kind == "record":
			l.press("#")
		default:
			l.press(strconv.Itoa(max(x.Min, 1)))
		}
	case *ast.Let:
		if x.Source.Ask.Record {
			l.press("#")
		} else {
			l.press(l.keys(x))
		}
		if check.Confirms(x.Source.Ask) != nil {
			l.call.Rest()
			l.press("1")
		}
	}
}

// keys are those of an answer to a question.
func (l *led) keys(x *ast.Let) string {
	t := l.p.AskType(x.Source.Ask)
	s, chosen := l.chosen[choice{step: x}]
	if rows := l.p.AskRows(x.Source.Ask); rows != nil {
		return row(rows, s)
	}
	v := plain(t).value
	if chosen && s.whole != nil && !s.whole.value.IsAbsent() {
		v = s.whole.value
	} else if lo := check.LimitOf(l.p, x.Source.Ask.Limits, "range"); lo != nil {
		if k, ok := l.p.ConstOf(lo.Value); ok {
			v = vm.Int(k.N)
		}
	}
	switch t.Kind {
	case types.YesNo:
		return either(v.N != 0, "1", "2")
	case types.Number:
		return strings.ReplaceAll(decimal(v.N, 6), ".", "*") + "#"
	case types.Money:
		return strings.ReplaceAll(decimal(v.N, 2), ".", "*") + "#"
	case types.Date:
		return strings.ReplaceAll(number(types.Date, v.N).text, "-", "")
	case types.Month:
		return strings.ReplaceAll(number(types.Month, v.N).text, "-", "")
	case types.Time:
		return strings.ReplaceAll(number(types.Time, v.N).text, ":", "")
	case types.Phone:
		return v.Str() + either(len(v.Str()) == 11 && v.Str()[0] == '1', "", "#")
	case types.Digits:
		return v.Str() + either(t.Max > 0 && len(v.Str()) == t.Max, "", "#")
	}
	return v.Str() + "#"
}

// row is the key of a row of a table: the one that is chosen, else the first.
func row(t *check.TableInfo, chosen shape) string {
	if w := chosen.whole; w != nil && t.Has(w.value.Str()) {
		return w.value.Str()
	}
	if len(t.Rows) == 0 {
		return "#"
	}
	return t.Rows[0][0].S
}

// offered is how long a caller waits in the queue until a key works, in whole seconds of milliseconds, and a little
// longer: what is said must have been heard.
func (l *led) offered(key string) int64 {
	const more, most = 5_000, 60_000
	e, _ := l.call.Session().Working()
	if len(e.Args) == 0 {
		return most + more
	}
	name, wait := e.Args[0].Str(), int64(0)
	for range l.program.Queues { // a caller may have been moved
		i := slices.IndexFunc(l.program.Queues, func(q bundle.Queue) bool { return q.Name == name })
		if i < 0 {
			break
		}
		tiers := l.program.Queues[i].Tiers
		if at := slices.IndexFunc(tiers, func(t bundle.Tier) bool { return slices.Contains(t.Offer, key) }); at >= 0 {
			return (wait + tiers[at].After + more + 999) / 1_000 * 1_000
		}
		at := slices.IndexFunc(tiers, func(t bundle.Tier) bool { return t.MoveTo != "" })
		if at < 0 {
			break
		}
		name, wait = tiers[at].MoveTo, wait+tiers[at].After
	}
	return most + more
}

// queue does what takes an edge of an enqueue.
func (l *led) queue() bool {
	i := l.find(func(i int) bool {
		_, ok := stepOf[*ast.Enqueue](l.path.Moves[i])
		return ok || l.path.Moves[i].At != nil && l.path.Moves[i].Edge.Kind == graph.Hangup
	})
	if i < 0 {
		return false
	}
	e := l.path.Moves[i].Edge
	l.pos = i + 1
	switch e.Kind {
	case graph.Next:
		l.say("座席接听")
		l.say("座席挂机")
		return l.call.AgentAnswers() && l.call.AgentHangsUp()
	case graph.Press:
		wait := l.offered(e.Label)
		l.listen()
		l.say(fmt.Sprintf("等待 %d秒", wait/1_000))
		l.call.RunUntil(l.call.Now() + wait)
		l.say(fmt.Sprintf("按 %q", e.Label))
		l.call.Press(e.Label, sim.KeyGap)
	case graph.Hangup:
		l.listen()
		l.say("等待 1秒")
		l.call.RunUntil(l.call.Now() + 1_000)
		l.hangup()
	default:
		return l.call.Step()
	}
	return true
}
