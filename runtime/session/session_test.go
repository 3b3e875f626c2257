package session

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rexian/compiler/bundle"
	"rexian/compiler/ident"
	"rexian/runtime/collect"
	"rexian/runtime/vm"
)

// script is a machine that says its effects in order, whatever it hears, and keeps what it heard.
type script struct {
	effects []vm.Effect
	heard   []string
}

func (m *script) next() vm.Effect {
	if len(m.effects) == 0 {
		return vm.Effect{End: true, How: vm.EndHangup, Playing: -1}
	}
	e := m.effects[0]
	m.effects = m.effects[1:]
	return e
}

func (m *script) Start(int, []vm.Value, int64) vm.Effect { return m.next() }

func (m *script) Resume(e vm.Event) vm.Effect {
	s := e.Kind.String()
	switch e.Kind {
	case vm.Outcome:
		s += " " + e.Tag
		for _, v := range e.Values {
			s += " " + v.Str()
		}
	case vm.Collected:
		s += fmt.Sprintf(" %d %s", e.Collect.Kind, e.Collect.Keys)
	case vm.Answer:
		s += " " + e.Value.Str()
	}
	m.heard = append(m.heard, s)
	return m.next()
}

// tape is a line that keeps what it was told.
type tape struct {
	did     []string
	answers int
}

func (t *tape) Answer()       { t.answers++ }
func (t *tape) Progress()     { t.did = append(t.did, "progress") }
func (t *tape) Reject()       { t.did = append(t.did, "reject") }
func (t *tape) Silence()      { t.did = append(t.did, "silence") }
func (t *tape) Hold(Sound)    { t.did = append(t.did, "hold") }
func (t *tape) Unhold()       { t.did = append(t.did, "unhold") }
func (t *tape) Hangup()       { t.did = append(t.did, "hangup") }
func (t *tape) Play(s Sound)  { t.did = append(t.did, fmt.Sprintf("play %d %s", s.ID, s.Text)) }
func (t *tape) since() string { s := strings.Join(t.did, "; "); t.did = nil; return s }

// desk is a world that keeps what it was asked.
type desk struct {
	s      *Session
	now    bool // answer within Begin
	last   Ticket
	did    []string
	answer vm.Event
	place  Waiting
}

func (d *desk) Begin(t Ticket, e vm.Effect) {
	d.last = t
	d.did = append(d.did, "begin "+e.Kind.String())
	if d.now {
		d.s.Finish(t, d.answer, 0)
	}
}
func (d *desk) Cancel(Ticket)          { d.did = append(d.did, "cancel") }
func (d *desk) Key(_ Ticket, k byte)   { d.did = append(d.did, "key "+string(rune(k))) }
func (d *desk) Note(e vm.Effect)       { d.did = append(d.did, "note "+e.Kind.String()) }
func (d *desk) Place(Ticket) Waiting   { return d.place }
func (d *desk) since() (s string)      { s = strings.Join(d.did, "; "); d.did = nil; return s }
func key(d byte, at int64) collect.Key { return collect.Key{Digit: d, At: at} }

func program() *bundle.Program {
	words := func(name, s string) bundle.Prompt {
		return bundle.Prompt{Name: name, Words: []bundle.Wording{{Pieces: []bundle.Piece{{Text: s}}}}}
	}
	return &bundle.Program{Zone: "UTC", Languages: []string{"zh", "en"}, Fallback: "zh",
		Prompts: []bundle.Prompt{words("hello", "您好"), words("menu", "咨询请按一"), words("notice", "录音告知"),
			words("place", "排队播报"), words("offer", "回电请按一"),
			{Name: "both", Words: []bundle.Wording{{Lang: "zh",
				Pieces: []bundle.Piece{{Text: "共"}, {Kind: "number"}, {Text: "笔"}}},
				{Lang: "en", Pieces: []bundle.Piece{{Text: "number "}, {Kind: "number"}}}}, Args: 1},
			{Name: "soon", Words: []bundle.Wording{{Pieces: []bundle.Piece{{Text: "约"}, {From: "expected_wait"}}}}}},
		Questions: []bundle.Question{{Name: "menu",
			Options: []bundle.Option{{Keys: "1", Label: 0}, {Keys: "*", Label: -1}}}, {Name: "pin", Secret: true}},
		Queues: []bundle.Queue{{Name: "q", Music: -1,
			Every: []bundle.Announcement{{Interval: 30_000, Prompt: 3}},
			Tiers: []bundle.Tier{{After: 60_000, Prompt: 4, Offer: []string{"1"}}}},
			{Name: "r", Music: -1, Every: []bundle.Announcement{{Interval: 20_000, Prompt: 6}}}},
		Mailboxes: []bundle.Mailbox{{Name: "box", Greeting: 0}},
	}
}

func begin(effects ...vm.Effect) (*Session, *script, *tape, *desk) {
	m, l, d := &script{effects: effects}, &tape{}, &desk{}
	s := New(Options{Program: program(), Machine: m, Line: l, World: d})
	d.s = s
	s.Start(0, nil, 1_000_000)
	return s, m, l, d
}

func say(prompt int) vm.Effect  { return vm.Effect{Kind: bundle.SaySite, Prompt: prompt, Playing: -1} }
func must(prompt int) vm.Effect { e := say(prompt); e.MustHear = true; return e }

func menu() vm.Effect {
	return vm.Effect{Kind: bundle.CollectSite, Playing: -1,
		Spec: &collect.Spec{Options: []string{"1", "2"}, Offered: collect.AllOffered, Wait: 5000}}
}

func check(t *testing.T, what, want, got string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s:\n%s", what, d)
	}
}

func TestSoundIsQueuedAndTheFirstKeyCutsIt(t *testing.T) {
	s, m, l, _ := begin(say(0), say(1), menu())
	check(t, "line", "play 1 您好; play 2 咨询请按一", l.since())
	if _, ok := s.Deadline(); ok {
		t.Error("a timer runs while the prompt plays")
	}
	s.Key(key('1', 200), 1_000_200)
	check(t, "line", "silence; hangup", l.since())
	check(t, "machine", "done; done; collected 1 1", strings.Join(m.heard, "; "))
	if how, over := s.Over(); !over || how != vm.EndHangup {
		t.Errorf("over %v, %v", over, how)
	}
}

func TestFirstKeyTimerStartsWhenTheLastPromptEnds(t *testing.T) {
	s, m, _, _ := begin(say(0), say(1), menu())
	s.Played(1, 1_000_500)
	if _, ok := s.Deadline(); ok {
		t.Error("a timer runs while the second prompt plays")
	}
	s.Played(2, 1_001_500)
	if at, ok := s.Deadline(); !ok || at != 1_006_500 {
		t.Errorf("deadline %d, %v", at, ok)
	}
	s.Tick(1_006_499)
	if len(m.heard) != 2 {
		t.Errorf("too early: %v", m.heard)
	}
	s.Tick(1_006_500)
	check(t, "machine", "collected 4 ", m.heard[2])
}

// announcements are so many sounds, then the rest.
func announcements(n int, rest ...vm.Effect) []vm.Effect {
	list := make([]vm.Effect, n, n+len(rest))
	for i := range list {
		list[i] = say(0)
	}
	return append(list, rest...)
}

func TestTheMachineWaitsWhenEnoughIsQueued(t *testing.T) {
	s, m, l, _ := begin(announcements(2*fewAhead, menu())...)
	if n := len(l.did); n != fewAhead {
		t.Fatalf("%d sounds are queued at once, want %d", n, fewAhead)
	}
	for id := 1; id <= fewAhead+1; id++ {
		if _, asking := s.Asking(); asking || len(s.Unheard()) != fewAhead {
			t.Fatalf("before sound %d: %d wait, asking %v", id, len(s.Unheard()), asking)
		}
		s.Played(id, 1_000_000+int64(id)*100)
	}
	if _, asking := s.Asking(); !asking || len(m.heard) != 2*fewAhead {
		t.Errorf("asking %v after %v", asking, m.heard)
	}
}

func TestAKeyFindsItsQuestionBehindMuchSound(t *testing.T) {
	s, m, l, _ := begin(announcements(mostAhead-1, menu())...)
	l.since()
	s.Key(key('2', 50), 1_000_050)
	if got := m.heard[len(m.heard)-1]; got != "collected 1 2" {
		t.Errorf("the machine hears %q", got)
	}
	if did := l.since(); !strings.HasSuffix(did, "; silence; hangup") {
		t.Errorf("the sound is not cut off: %s", did)
	}
}

func TestAKeyWhoseQuestionIsFarWaits(t *testing.T) {
	s, m, l, _ := begin(announcements(2*mostAhead, menu(), say(0))...)
	s.Key(key('2', 50), 1_000_050)
	if n := len(l.did); n != mostAhead {
		t.Fatalf("%d sounds are queued after a key, want %d", n, mostAhead)
	}
	for id := 1; id <= mostAhead+1; id++ {
		if _, asking := s.Asking(); asking || len(s.Unheard()) != mostAhead {
			t.Fatalf("before sound %d: %d wait, asking %v", id, len(s.Unheard()), asking)
		}
		s.Played(id, 1_000_000+int64(id)*100)
	}
	if got := m.heard[len(m.heard)-2]; got != "collected 1 2" {
		t.Errorf("the key pressed meanwhile: %s", got)
	}
	if s.room != fewAhead {
		t.Errorf("after the question %d sounds may wait", s.room)
	}
}

func TestHangupWhileTheMachineWaitsForSound(t *testing.T) {
	s, m, _, _ := begin(announcements(2 * mostAhead)...)
	s.Hangup(1_000_500)
	if got := m.heard[fewAhead-1]; got != "hangup" {
		t.Errorf("the machine hears %q", got)
	}
	if len(s.Unheard()) != 0 {
		t.Errorf("%d sounds wait for nobody", len(s.Unheard()))
	}
}

func TestMustHearThrowsKeysAway(t *testing.T) {
	s, m, l, _ := begin(must(2), say(1), menu())
	s.Key(key('1', 100), 1_000_100)
	if len(m.heard) != 2 {
		t.Fatalf("a key was taken during words that must be heard: %v", m.heard)
	}
	s.Played(1, 1_000_800)
	l.since()
	s.Key(key('2', 900), 1_000_900)
	check(t, "line", "silence; hangup", l.since())
	check(t, "machine", "collected 1 2", m.heard[2])
}

func TestKeysKeyedAheadSkipThePrompt(t *testing.T) {
	s, m, l, d := begin(vm.Effect{Kind: bundle.LookupSite, Name: "f", Within: 3000, Playing: 1}, say(1), menu())
	check(t, "world", "begin lookup", d.since())
	check(t, "line", "hold", l.since())
	s.Key(key('2', 100), 1_000_100)
	s.Finish(d.last, vm.Event{Kind: vm.Answer, Value: vm.Text("x")}, 1_001_000)
	check(t, "machine", "answer x; done; collected 1 2", strings.Join(m.heard, "; "))
	check(t, "line", "unhold; play 1 咨询请按一; silence; hangup", l.since())
}

func TestALookupWaitsForTheSoundAndNotForEver(t *testing.T) {
	s, m, _, d := begin(say(0), vm.Effect{Kind: bundle.LookupSite, Name: "f", Within: 3000, Playing: -1})
	check(t, "world", "", d.since())
	s.Played(1, 1_000_500)
	check(t, "world", "begin lookup", d.since())
	if at, ok := s.Deadline(); !ok || at != 1_003_500 {
		t.Errorf("deadline %d, %v", at, ok)
	}
	old := d.last
	s.Tick(1_003_500)
	check(t, "world", "cancel", d.since())
	s.Finish(old, vm.Event{Kind: vm.Answer}, 1_003_600)
	check(t, "machine", "done; outcome unavailable", strings.Join(m.heard, "; "))
}

func TestAnAnswerWithinBegin(t *testing.T) {
	m, l, d := &script{effects: []vm.Effect{{Kind: bundle.QuerySite, Name: "list", Playing: -1}, say(0)}}, &tape{},
		&desk{now: true, answer: vm.Event{Kind: vm.Answer, Value: vm.Text("y")}}
	s := New(Options{Program: program(), Machine: m, Line: l, World: d})
	d.s = s
	s.Start(0, nil, 1_000_000)
	check(t, "machine", "answer y; done", strings.Join(m.heard, "; "))
	check(t, "line", "play 1 您好", l.since())
	s.Played(1, 1_000_500)
	check(t, "line", "hangup", l.since())
}

func TestHangupPreEmptsEveryWait(t *testing.T) {
	lookup := vm.Effect{Kind: bundle.LookupSite, Name: "f", Playing: -1}
	mark := vm.Effect{Kind: bundle.MarkSite, Name: "left", Playing: -1}
	for _, c := range []struct {
		name, world string
		effects     []vm.Effect
		last        string
	}{
		{"a question", "note mark", []vm.Effect{menu(), mark}, "hangup"},
		{"a lookup", "begin lookup; cancel; note mark", []vm.Effect{lookup, mark}, "hangup"},
		{"sound before a lookup", "note mark", []vm.Effect{say(0), lookup, mark}, "hangup"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, m, l, d := begin(c.effects...)
			l.since()
			s.Hangup(1_000_100)
			check(t, "world", c.world, d.since())
			check(t, "line", "silence", l.since())
			if m.heard[len(m.heard)-2] != c.last {
				t.Errorf("heard %v", m.heard)
			}
			if _, over := s.Over(); !over {
				t.Error("the session goes on")
			}
			s.Hangup(1_000_200)
			s.Key(key('1', 300), 1_000_300)
		})
	}
	t.Run("steps that take too long", func(t *testing.T) {
		s, _, _, d := begin(menu(), lookup)
		s.Hangup(1_000_000)
		if at, ok := s.Deadline(); !ok || at != 1_005_000 {
			t.Errorf("deadline %d, %v", at, ok)
		}
		s.Tick(1_005_000)
		if how, over := s.Over(); !over || how != vm.EndCaller {
			t.Errorf("%v, %v", how, over)
		}
		check(t, "world", "begin lookup; cancel", d.since())
	})
	t.Run("the last words of a call that ends", func(t *testing.T) {
		s, m, _, _ := begin(say(0))
		s.Hangup(1_000_100)
		if how, over := s.Over(); !over || how != vm.EndHangup || len(m.heard) != 1 {
			t.Errorf("%v, %v, %v", how, over, m.heard)
		}
	})
}

func TestTheCallIsPickedUpOnceAndNotBeforeItMust(t *testing.T) {
	query := vm.Effect{Kind: bundle.QuerySite, Name: "list", Playing: -1}
	s, _, l, d := begin(query, vm.Effect{End: true, How: vm.EndReject, Playing: -1})
	s.Finish(d.last, vm.Event{Kind: vm.Answer, Value: vm.Int(1)}, 1_000_010)
	if how, over := s.Over(); !over || how != vm.EndReject || l.answers != 0 ||
		!strings.HasPrefix(l.since(), "reject") {
		t.Errorf("%v, %v, picked up %d times", how, over, l.answers)
	}
	for _, effects := range [][]vm.Effect{{say(0), say(1), menu()}, {menu()}, {enqueue()}} {
		if _, _, l, _ := begin(effects...); l.answers != 1 {
			t.Errorf("%v: picked up %d times", effects[0].Kind, l.answers)
		}
	}
}

func TestWordsInEachLanguage(t *testing.T) {
	e := say(5)
	e.Each, e.Args = true, []vm.Value{vm.Int(2_000_000)}
	_, _, l, _ := begin(e)
	check(t, "line", "play 1 共两笔; play 2 number two", l.since())
}

func TestOptionsAreReadWithTheirKeys(t *testing.T) {
	p := program()
	p.Questions[0].Options[1].Label = 2
	r := NewRenderer(p)
	check(t, "zh", "您好请按1，录音告知请按星号键。", r.options(0, 3, "zh", 0))
	check(t, "en", "for 录音告知, press star.", r.options(0, 2, "en", 0))
	check(t, "none", "", r.options(0, 0, "zh", 0))
	check(t, "no such question", "", r.options(9, 3, "zh", 0))
}

func TestInboundMessages(t *testing.T) {
	p := &bundle.Program{Messages: []bundle.Entry{{Text: "QS", Func: 0, Otherwise: 2},
		{Text: "zq", Func: 1, Otherwise: -1}, {Func: 2, Otherwise: -1}},
		Funcs: []bundle.Func{{Name: "owed",
			Params: []bundle.Param{{Kind: "taxpayer_id"}, {Kind: "digits", Min: 6, Max: 6}}}, {Name: "due"},
			{Name: "usage"}}}
	for _, c := range []struct {
		text string
		fn   int
		args string
	}{
		{"QS 913701001000000409 123456", 0, "913701001000000409 123456"},
		{"ｑｓ　913701001000000409　１２３４５６", 0, "913701001000000409 123456"},
		{"QS 913701001000000409", 2, ""},
		{"QS 913701001000000409 12345", 2, ""},
		{"QS x 123456", 2, ""},
		{" ZQ ", 1, ""},
		{"zq 1", 2, ""},
		{"hello", 2, ""},
		{"", 2, ""},
	} {
		fn, args, ok := Inbound(p, c.text)
		var got []string
		for _, a := range args {
			got = append(got, a.Str())
		}
		if !ok || fn != c.fn || strings.Join(got, " ") != c.args {
			t.Errorf("%q: %d %v %v", c.text, fn, got, ok)
		}
	}
	if _, _, ok := Inbound(&bundle.Program{}, "x"); ok {
		t.Error("a program without messages takes one")
	}
}

func TestRowsOfATable(t *testing.T) {
	text := func(s string) bundle.Const { return bundle.Const{S: s, Text: true} }
	table := &bundle.Table{Rows: [][]bundle.Const{{text("01"), text("历下")}, {text("02"), text("市中")}, {}}}
	if e := Row(table, vm.Text("02")); e.Kind != vm.Answer || e.Value.Items()[1].Str() != "市中" {
		t.Errorf("%+v", e)
	}
	if e := Row(table, vm.Text("2")); e.Kind != vm.Outcome || e.Tag != "not_found" {
		t.Errorf("%+v", e)
	}
}

// FuzzSession throws any order of events at a session: it never panics, its deadline never lies in the past for long,
// and a hang-up always ends it.
func FuzzSession(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7})
	f.Add([]byte{5, 5, 0, 9, 2, 7, 1, 3, 3, 3})
	f.Fuzz(func(t *testing.T, b []byte) {
		b = b[:min(len(b), 200)]
		var effects []vm.Effect
		for _, x := range b {
			effects = append(effects,
				[...]vm.Effect{say(0), must(2), menu(), enqueue(), {Kind: bundle.LookupSite, Name: "f", Playing: 0},
					{Kind: bundle.CollectSite, Playing: -1,
						Spec: &collect.Spec{Field: ident.Digits, MinLen: 2, MaxLen: 4, EndKey: '#'}},
					{Kind: bundle.RecordSite, Playing: -1},
					{Kind: bundle.TransferSite, Args: []vm.Value{vm.Text("1"), vm.Int(30_000)}, Playing: -1}}[x%8])
		}
		s, _, _, d := begin(effects...)
		now := int64(1_000_000)
		for _, x := range b {
			now += int64(x) * 100
			switch x % 5 {
			case 0:
				s.Key(key("0123456789*#"[int(x)%12], now-1_000_000), now)
			case 1:
				if u := s.Unheard(); len(u) > 0 {
					s.Played(u[0].ID, now)
				}
			case 2:
				s.Tick(now)
				if at, ok := s.Deadline(); ok && at < now {
					s.Tick(now)
				}
			case 3:
				s.Finish(d.last, vm.Event{Kind: vm.Outcome, Tag: "busy"}, now)
			case 4:
				s.Connected(now)
			}
		}
		s.Hangup(now)
		for range 100 {
			at, ok := s.Deadline()
			if !ok {
				break
			}
			s.Tick(max(at, now))
		}
		if _, over := s.Over(); !over {
			t.Error("the session goes on after a hang-up")
		}
	})
}

// FuzzInbound throws any text at a program's messages: it never panics, and arguments fit the parameters.
func FuzzInbound(f *testing.F) {
	p := &bundle.Program{Messages: []bundle.Entry{{Text: "QS", Func: 0, Otherwise: 2},
		{Text: "JE", Func: 1, Otherwise: -1}, {Func: 2, Otherwise: -1}},
		Funcs: []bundle.Func{{Params: []bundle.Param{{Kind: "taxpayer_id"}, {Kind: "digits", Min: 6, Max: 6}}},
			{Params: []bundle.Param{{Kind: "money"}, {Kind: "date"}, {Kind: "phone"}, {Kind: "text"}}}, {}}}
	for _, s := range []string{"QS 913701001000000409 123456", "JE 12.5 2026-10-01 13800138000 你好 再见", "je",
		"\xff \x00", "ＱＳ １"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fn, args, ok := Inbound(p, s)
		if !ok || len(args) != len(p.Funcs[fn].Params) {
			t.Errorf("%q: %d, %d arguments, %v", s, fn, len(args), ok)
		}
	})
}

func TestCallsShareARenderer(t *testing.T) {
	r := NewRenderer(program())
	for range 2 {
		m, l, d := &script{effects: []vm.Effect{say(0), menu()}}, &tape{}, &desk{}
		s := New(Options{Program: program(), Machine: m, Line: l, World: d, Renderer: r})
		s.Start(0, nil, 0)
		check(t, "line", "play 1 您好", l.since())
		if s.render != r {
			t.Error("the session made a renderer of its own")
		}
	}
}

// A transfer that is answered has no time limit any more: the two may talk as long as they like.
func TestTheTalkAfterATransferIsNotLimited(t *testing.T) {
	transfer := vm.Effect{Kind: bundle.TransferSite, Args: []vm.Value{vm.Text("1"), vm.Int(30_000)}, Playing: -1}
	for _, answered := range []bool{false, true} {
		m, d := &script{effects: []vm.Effect{transfer}}, &desk{}
		s := New(Options{Program: &bundle.Program{Languages: []string{"zh"}}, Machine: m, Line: &tape{}, World: d})
		d.s = s
		s.Start(0, nil, 0)
		if answered {
			s.Connected(10_000)
		}
		s.Tick(31_000)
		if got := strings.Join(m.heard, ", "); answered && got != "" || !answered && got != "outcome no_answer" {
			t.Errorf("answered %v: the flow heard %q", answered, got)
		}
		if _, due := s.Deadline(); answered && due {
			t.Error("a deadline runs while the two talk")
		}
	}
}

// Words before the answer are heard before anything else happens: what follows may refuse the call or answer it.
func TestWordsBeforeTheAnswer(t *testing.T) {
	early := say(0)
	early.Early = true
	s, m, l, _ := begin(early, vm.Effect{Kind: bundle.RejectSite, End: true, How: vm.EndReject})
	if did := l.since(); did != "progress; play 1 您好" || l.answers != 0 {
		t.Fatalf("%s, %d answers", did, l.answers)
	}
	s.Key(key('1', 100), 1_000_100)
	s.Played(1, 1_001_000)
	if did := l.since(); did != "reject; hangup" || l.answers != 0 || len(m.effects) != 0 {
		t.Fatalf("%s, %d answers", did, l.answers)
	}
	s, _, l, _ = begin(early, say(2), early, vm.Effect{Kind: bundle.HangupSite, End: true})
	s.Played(1, 1_001_000)
	if did := l.since(); did != "progress; play 1 您好; play 2 录音告知; play 3 您好" || l.answers != 1 {
		t.Fatalf("%s, %d answers", did, l.answers)
	}
	s, _, l, _ = begin(early, vm.Effect{Kind: bundle.HangupSite, End: true})
	s.Hangup(1_000_500)
	if _, over := s.Over(); !over || l.answers != 0 {
		t.Fatalf("%v, %d answers", over, l.answers)
	}
}
