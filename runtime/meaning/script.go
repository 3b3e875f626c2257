package meaning

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rexian/compiler/bundle"
	"rexian/compiler/hours"
	"rexian/compiler/ident"
	"rexian/compiler/library"
	"rexian/compiler/types"
)

// script writes the call that a difference was found by as the body of a test.
type script struct {
	x     *product
	lib   *library.Registry
	chain []*node // from the beginning of the call
	facts []*facts
	lines []string
	given map[string]string // what a lookup answers, by its path in the language
	when  string
	field string // of a record that is being written
	// chosen are the numbers that terms were given, so that those that are compared with them fit.
	chosen map[*term]int64
	solved map[*term]int64 // those that several conditions decide together: see solve
	// dates are the days on which the call may be made, and tells says what else must be so then: see dated. None: any
	// day will do.
	dates []hours.Date
	tells func(at time.Time) bool
}

func (x *product) script(lib *library.Registry) *script {
	return &script{x: x, lib: lib, given: map[string]string{}, chosen: map[*term]int64{}, solved: map[*term]int64{}}
}

// caller is who calls in the tests that are written.
const (
	caller   = "13800138000"
	landline = "053186868686"
)

// write is the body of the test, and the course of the call without what it is to show; "" if no test can play such a
// call, or if it is not known how it shows.
func (x *product) write(f *found, lib *library.Registry) (test, course string) {
	return x.script(lib).write(f)
}

// write writes a call of which nothing is written yet.
func (s *script) write(f *found) (test, course string) {
	if !s.way(f) {
		return "", ""
	}
	if s.chain[0].entry.kind == "skip" {
		if f.old.wait != nil || f.new.wait != nil {
			return "", ""
		}
		s.line("接听") // who is not called cannot answer
		test = strings.Join(s.lines, "\n")
		return test, test
	}
	lines := slices.Clone(s.lines)
	if f.class == Timing {
		lines = append(lines, "  不按键")
	}
	if keys := s.between(f); keys != "" {
		lines = append(lines, "  按 "+strconv.Quote(keys))
	}
	if f.class != Timing {
		lines = append(lines, "  等待 20秒") // for what is said then
	}
	course = strings.Join(lines, "\n")
	if !s.expect(f) {
		return "", course
	}
	return strings.Join(s.lines, "\n"), course
}

// way writes the call up to where a difference was found.
func (s *script) way(f *found) bool {
	for n := f.at; n != nil; n = n.before {
		s.chain = append(s.chain, n)
	}
	slices.Reverse(s.chain)
	seen := map[*term]bool{}
	collect := func(list *facts) {
		for g := list; g != nil; g = g.before {
			if !seen[g.t] {
				seen[g.t] = true
				s.facts = append(s.facts, g)
			}
		}
	}
	collect(f.new.facts)
	for i := len(s.chain) - 1; i >= 0; i-- {
		if s.chain[i].newIn != nil {
			collect(s.chain[i].newIn.facts)
		}
	}
	e := s.chain[0].entry
	switch {
	case e.kind == "number":
	case e.kind == "message" && s.words(e) != "":
	case s.campaign(e) != nil && s.target(e) != "":
	default:
		return false
	}
	if !s.moment() {
		return false
	}
	s.solve()
	for i, n := range s.chain {
		next := f.new
		other := f.old
		if i+1 < len(s.chain) {
			next, other = s.chain[i+1].newIn, s.chain[i+1].oldIn
		}
		s.assume(i, next)
		if i+1 < len(s.chain) && s.chain[i+1].event.kind == ends {
			s.outcome(next, s.chain[i+1].event)
		}
		if i+1 < len(s.chain) && s.chain[i+1].event.kind == answers {
			s.answer(next, s.chain[i+1].epoch)
		}
		if !s.act(i, n) {
			return false
		}
		if i+1 < len(s.chain) {
			s.hear(next, other)
		}
	}
	return true
}

// words are those of a message, with a value for each parameter of its flow; "" where one cannot be written.
func (s *script) words(e entry) string {
	text := e.name
	for i, p := range s.x.new.prog.Funcs[e.fn[1]].Params {
		v := s.x.make("parameter", int64(i), "", 0)
		kind, ok := types.Lookup(p.Kind)
		if !ok {
			return ""
		}
		value := strings.Trim(s.literal(&types.Type{Kind: kind, Min: int(p.Min), Max: int(p.Max)}, v), `"`)
		text += " " + strings.NewReplacer("-", "", "元", "").Replace(value)
	}
	return text
}

func (s *script) line(format string, args ...any) {
	s.lines = append(s.lines, "  "+fmt.Sprintf(format, args...))
}

// fact tells whether a condition is known.
func (s *script) fact(t *term) (yes, known bool) {
	for _, f := range s.facts {
		if f.t == t {
			return f.yes, true
		}
	}
	return false, false
}

// from is the number that the call comes from.
func (s *script) from() string {
	number := caller
	for _, f := range s.facts {
		if len(f.t.args) == 0 || f.t.args[0].op != opWorld || f.t.args[0].s != "caller" {
			continue
		}
		switch {
		case (f.t.op == opEmpty || f.t.op == opNone) && f.yes:
			return ""
		case f.t.op == "mobile" && !f.yes:
			number = landline
		case f.t.op == opEqS && f.yes:
			return f.t.args[1].s
		}
	}
	return number
}

// assume writes what must be so in the world for a unit to go as it went: lists and switches.
func (s *script) assume(i int, l *leaf) {
	if l == nil {
		return
	}
	for g := l.facts; g != nil; g = g.before {
		t := g.t
		if t.epoch != s.chain[i].epoch {
			continue
		}
		switch t.op {
		case opSwitch:
			s.once("假设 %s %s", t.s, map[bool]string{true: "开启", false: "关闭"}[g.yes])
		case opMember:
			if number := s.text(t.args[0]); g.yes && number != "" {
				s.once("假设 %s 含 %q", t.s, number)
			}
		}
	}
}

// once writes an assumption that does not stand already.
func (s *script) once(format string, args ...any) {
	line := "  " + fmt.Sprintf(format, args...)
	key, value, _ := strings.Cut(line, " 得到 ")
	if f := strings.Fields(line); value == "" && len(f) > 2 {
		key, value = strings.Join(f[:2], " "), line
	}
	if s.given[key] == value {
		return
	}
	s.given[key] = value
	at := len(s.lines) // before what sets it off
	for at > 0 && deedLine(s.lines[at-1]) {
		at--
	}
	s.lines = slices.Insert(s.lines, at, line)
}

// deedLine tells whether somebody does something in a line of a test.
func deedLine(line string) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	return slices.Contains([]string{"按", "不按键", "拨打", "拨出", "接听", "发来", "座席接听", "座席挂机"}, word)
}

// text is a term as a text that the call knows, "" if it is not one.
func (s *script) text(t *term) string {
	switch {
	case t.op == opText:
		return t.s
	case t.op == opWorld && t.s == "caller":
		return s.from()
	case t.op == opKeyed:
		return strings.TrimSuffix(s.keys(t), "#")
	}
	return ""
}

// called is a function with blanks for its arguments, as an assumption names it.
func (s *script) called(id string) (f *library.Function, name string) {
	if f = s.lib.ByID(id); f == nil {
		return nil, ""
	}
	var words []string
	for _, w := range f.Path {
		words = append(words, w.Zh)
	}
	blanks := strings.TrimSuffix(strings.Repeat("_, ", len(f.Params)), ", ")
	return f, strings.Join(words, ".") + "(" + blanks + ")"
}

// answer writes what a lookup answers.
func (s *script) answer(l *leaf, epoch int32) {
	if l.wait.site.Kind != bundle.LookupSite || l.wait.site.Name == "table" {
		return
	}
	f, name := s.called(l.wait.site.Name)
	if f == nil || f.Result == nil {
		return
	}
	t := s.x.make(opAnswer, s.x.new.mayBeEmpty(l.wait.site), l.wait.shown, epoch)
	s.once("假设 %s 得到 %s", name, s.literal(f.Result, t))
}

// acts that a test may assume the end of.
var assumable = map[bundle.SiteKind]string{bundle.TransferSite: "转接", bundle.CallbackSite: "预约回呼",
	bundle.SMSSite: "发短信", bundle.MailSite: "发邮件", bundle.FaxSite: "传真", bundle.ReceiveFaxSite: "接收传真"}

// Assumable is the word for an act that a test may assume the end of, "" for another.
func Assumable(kind bundle.SiteKind) string { return assumable[kind] }

// outcome writes how something ends.
func (s *script) outcome(l *leaf, e event) {
	tag := library.TagName(e.tag).Zh
	switch k := l.wait.site.Kind; k {
	case bundle.LookupSite:
		if l.wait.site.Name == "table" {
			return
		}
		if _, name := s.called(l.wait.site.Name); name != "" {
			if e.tag == "" {
				tag = "是"
			}
			s.once("假设 %s 得到 %s", name, tag)
		}
	case bundle.EnqueueSite:
		if queue := s.text(l.wait.args[0]); queue != "" && e.tag != "" && !strings.HasPrefix(e.tag, pressTag) {
			s.once("假设 排队 %s 得到 %s", queue, tag)
		}
	default:
		word := assumable[k]
		switch {
		case word == "":
		case e.tag != "":
			s.once("假设 %s 得到 %s", word, tag)
		case s.given["  假设 "+word] != "":
			s.once("假设 %s 得到 %s", word, map[bool]string{true: "接通", false: "是"}[k == bundle.TransferSite])
		}
	}
}

// act writes what the caller, or an agent, does.
func (s *script) act(i int, n *node) bool {
	switch n.event.kind {
	case begins:
		if n.entry.kind == "message" {
			s.line("发来 %q 主叫 %q", s.words(n.entry), s.from())
			break
		}
		if s.campaign(n.entry) != nil {
			return s.dials(n.entry)
		}
		s.line("拨打 %q 主叫 %q", n.entry.name, s.from())
	case presses:
		s.line("按 %q", n.event.keys)
	case answers:
		if l := n.newIn; collects(l) {
			t := s.x.make(opKeyed, 0, "", n.epoch)
			s.line("按 %q", s.keys(t))
		}
	case noInput:
		s.line("不按键")
	case noMatch:
		keys := s.wrong(n)
		if keys == "" {
			return false
		}
		s.line("按 %q", keys)
	case hangsUp:
		s.line("挂机")
	case ends:
		switch l := n.newIn; l.wait.site.Kind {
		case bundle.EnqueueSite:
			key, pressed := strings.CutPrefix(n.event.tag, pressTag)
			switch {
			case pressed:
				if ms := s.offered(s.text(l.wait.args[0]), key); ms > 0 {
					s.arrives(l, "应当 ") // from then on it is waited
					s.line("等待 %d秒", ms/1000+5)
				}
				s.line("按 %q", key)
			case n.event.tag == "":
				s.line("座席接听")
				s.line("座席挂机")
			}
		case bundle.RecordSite:
			if n.event.tag == "noinput" {
				s.line("不按键")
			}
		}
	}
	return true
}

// offered is when a queue first offers a key, milliseconds of waiting; 0 where it does at once.
func (s *script) offered(queue, key string) int64 {
	for _, q := range s.x.new.prog.Queues {
		if q.Name != queue {
			continue
		}
		for _, t := range q.Tiers {
			if slices.Contains(t.Offer, key) {
				return t.After
			}
		}
	}
	return 0
}

// wrong are keys that a question does not take.
func (s *script) wrong(n *node) string {
	l := n.newIn
	q := &s.x.new.prog.Questions[l.wait.site.Index]
	if q.Field == ident.None {
		for _, k := range "8760954321*#" {
			key := string(k)
			taken := strings.ContainsRune(s.x.new.globals(l.s)+s.x.old.globals(n.oldIn.s), k)
			for _, side := range []struct {
				m *machine
				w *wait
			}{{s.x.new, l.wait}, {s.x.old, n.oldIn.wait}} {
				for _, o := range side.m.prog.Questions[side.w.site.Index].Options {
					taken = taken || strings.HasPrefix(o.Keys, key)
				}
			}
			if !taken {
				return key
			}
		}
		return ""
	}
	least, most := q.Field.Lengths()
	if q.MinLen > 0 {
		least, most = int(q.MinLen), int(q.MaxLen)
	}
	switch n.event.n {
	case 1:
		if least > 1 {
			return "1#"
		}
	case 3:
		bad := map[ident.Kind]string{ident.DateOf: "20261399", ident.MonthOf: "202613", ident.TimeOf: "2599",
			ident.TaxpayerOf: "123456789012345678#", ident.ResidentOf: "110105194912310021", ident.Number: "1**1#",
			ident.Money: "1*1*1#", ident.PhoneOf: "000#"}
		return bad[q.Field]
	case 4:
		if q.Ranged {
			return strings.Repeat("9", min(most, 9)) + "#"
		}
		if q.Rows > 0 {
			return stranger(rowKeys(s.x.new.prog, q), most)
		}
	}
	return ""
}

// stranger is an entry of some length that is none of some keys.
func stranger(keys []string, n int) string {
	for _, d := range "9876543210" {
		if entry := strings.Repeat(string(d), n); !slices.Contains(keys, entry) {
			return entry + "#"
		}
	}
	return ""
}

// hear writes the last words of what both say before they wait, so that the next key answers them.
func (s *script) hear(next, other *leaf) {
	if next.wait == nil || next.wait.site.Kind != bundle.CollectSite {
		return
	}
	for i := len(next.acts) - 1; i >= 0; i-- {
		a := next.acts[i]
		if !a.speech || a.shown == "" || a.kind != bundle.SaySite {
			continue
		}
		if slices.ContainsFunc(other.acts, func(b act) bool { return b.key == a.key }) {
			if words := phrase(a.shown, true); words != "" {
				s.line("听到 %q", words)
				return
			}
		}
	}
}
