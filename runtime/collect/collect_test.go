package collect

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rexian/compiler/ident"
)

var menu = Spec{Prompts: true, Options: []string{"1", "2", "0", "*"}, Offered: AllOffered}

func with(s Spec, change func(*Spec)) Spec { change(&s); return s }

func field(k ident.Kind, least, most int) Spec {
	return Spec{Prompts: true, Field: k, MinLen: least, MaxLen: most, EndKey: '#'}
}

// step is one event: a key, "end" (prompts ended), "lead" (must-hear part heard), "tick", "bye".
type step struct {
	at int64
	do string
}

func script(text string, from, gap int64) []step {
	var s []step
	for i := range len(text) {
		s = append(s, step{from + int64(i)*gap, text[i : i+1]})
	}
	return s
}

// play runs steps against a fresh machine; ticks come only where written.
func play(spec Spec, ahead string, steps []step) (Result, *Machine, *Buffer, []Output) {
	buf := &Buffer{}
	for i := range len(ahead) {
		offer(buf, Key{Digit: ahead[i], At: int64(i)})
	}
	return playWith(spec, buf, steps)
}

func playWith(spec Spec, buf *Buffer, steps []step) (Result, *Machine, *Buffer, []Output) {
	m := &Machine{}
	outs := []Output{m.Start(spec, buf, 1000)}
	for _, s := range steps {
		outs = append(outs, apply(m, s))
	}
	return m.Result, m, buf, outs
}

func apply(m *Machine, s step) Output {
	switch s.do {
	case "end":
		return m.PromptsEnded(s.at)
	case "lead":
		return m.LeadHeard(s.at)
	case "tick":
		return m.Tick(s.at)
	case "bye":
		return m.Hangup()
	}
	return m.Key(Key{Digit: s.do[0], At: s.at}, s.at)
}

func TestAlgorithm(t *testing.T) {
	value := func(text string, n int64, keys string) Result {
		return Result{Kind: Value, Text: text, N: n, Keys: keys}
	}
	option := func(i int, keys string) Result { return Result{Kind: Option, Index: i, Keys: keys} }
	miss := func(r Reason, keys string) Result { return Result{Kind: NoMatch, Reason: r, Keys: keys} }
	long := with(menu, func(s *Spec) { s.Options = []string{"1", "10", "2"} })
	global := with(menu, func(s *Spec) { s.Options, s.Global = []string{"1", "0"}, "0*" })
	rows := with(field(ident.Digits, 1, 2), func(s *Spec) { s.Listed = []string{"1", "12", "2", "31"} })
	for _, c := range []struct {
		name   string
		spec   Spec
		ahead  string
		steps  []step
		want   Result
		remain string // what waits in the buffer afterwards
	}{
		{"2 must hear: keys before and during are discarded", with(menu, func(s *Spec) { s.MustHear = true }), "1",
			[]step{{2000, "2"}, {3000, "end"}, {3500, "0"}}, option(2, "0"), ""},
		{"2 must hear lead, then interruptible words", with(menu, func(s *Spec) { s.MustHear = true }), "",
			[]step{{2000, "2"}, {3000, "lead"}, {3500, "0"}}, option(2, "0"), ""},
		{"3 keyed ahead: consumed, the rest waits", menu, "12", nil, option(0, "1"), "2"},
		{"3 keyed ahead into a field", field(ident.Digits, 6, 6), "123456#7", nil, value("123456", 0, "123456"), "7"},
		{"3 without prompts the wait begins at once", with(menu, func(s *Spec) { s.Prompts = false }), "",
			[]step{{5999, "tick"}, {6000, "tick"}}, Result{Kind: NoInput}, ""},
		{"4 wait runs from the end of the prompts", menu, "", []step{{60000, "tick"}, {70000, "end"}, {74999, "tick"}},
			Result{}, ""},
		{"4 and expires", menu, "", []step{{70000, "end"}, {75000, "tick"}}, Result{Kind: NoInput}, ""},
		{"4 a key too late for the wait counts for the next question", menu, "", []step{{70000, "end"}, {75000, "1"}},
			Result{Kind: NoInput}, "1"},
		{"4 the first key cancels the wait for good", field(ident.Digits, 4, 4), "",
			[]step{{2000, "end"}, {6900, "1"}, {7000, "tick"}, {9800, "2"}, {9900, "3"}, {9950, "4"}},
			value("1234", 0, "1234"), ""},
		{"4 prompts ending after the first key start no wait", field(ident.Digits, 1, 4), "",
			[]step{{2000, "1"}, {2100, "end"}, {5000, "tick"}}, value("1", 0, "1"), ""},
		{"5 an option at once", menu, "", []step{{2000, "*"}}, option(3, "*"), ""},
		{"5 an unlisted key", menu, "", []step{{2000, "7"}}, miss(Unlisted, "7"), ""},
		{"5 a row at once, since none goes on with it", rows, "", []step{{2000, "2"}}, value("2", 0, "2"), ""},
		{"5 a row with which another begins waits the critical time", rows, "", []step{{2000, "1"}, {3499, "tick"}},
			Result{}, ""},
		{"5 and is taken then", rows, "", []step{{2000, "1"}, {3500, "tick"}}, value("1", 0, "1"), ""},
		{"5 the longer row", rows, "", script("12", 2000, 100), value("12", 0, "12"), ""},
		{"5 no row", rows, "", []step{{2000, "7"}, {5000, "tick"}}, miss(Unlisted, "7"), ""},
		{"5 no row of its length", rows, "", script("13", 2000, 100), miss(Unlisted, "13"), ""},
		{"5 only the beginning of a row", rows, "", []step{{2000, "3"}, {5000, "tick"}}, miss(Unlisted, "3"), ""},
		{"5 an option beside rows", with(rows, func(s *Spec) { s.Options, s.Offered = []string{"0"}, AllOffered }), "",
			[]step{{2000, "0"}}, option(0, "0"), ""},
		{"5 a global key beside rows", with(rows, func(s *Spec) { s.Global, s.AllowGlobal = "09", true }), "",
			[]step{{2000, "9"}}, Result{Kind: Global, Index: 1, Keys: "9"}, ""},
		{"5 which a row goes before", with(rows, func(s *Spec) { s.Global, s.AllowGlobal = "2", true }), "",
			[]step{{2000, "2"}}, value("2", 0, "2"), ""},
		{"6 rows keyed ahead through two questions", rows, "22", nil, value("2", 0, "2"), "2"},
		{"5 an option not on offer", with(menu, func(s *Spec) { s.Offered = 0b1101 }), "", []step{{2000, "2"}},
			miss(Unlisted, "2"), ""},
		{"5 the local option beats the global key", global, "", []step{{2000, "0"}}, option(1, "0"), ""},
		{"5 a global key in a menu", global, "", []step{{2000, "*"}}, Result{Kind: Global, Index: 1, Keys: "*"}, ""},
		{"5 an option withheld leaves its key to the global handler", with(global, func(s *Spec) { s.Offered = 1 }), "",
			[]step{{2000, "0"}}, Result{Kind: Global, Index: 0, Keys: "0"}, ""},
		{"5 a field suppresses global keys", with(field(ident.Digits, 2, 2), func(s *Spec) { s.Global = "*" }), "",
			script("*1", 2000, 100), miss(Invalid, "*1"), ""},
		{"5 unless it allows them", with(field(ident.Digits, 2, 2),
			func(s *Spec) { s.Global, s.AllowGlobal = "*", true }), "", script("1*", 2000, 100),
			Result{Kind: Global, Keys: "1*"}, ""},
		{"5 a field keeps its own keys even then",
			with(field(ident.Digits, 2, 2), func(s *Spec) { s.Global, s.AllowGlobal = "0", true }), "",
			script("10", 2000, 100), value("10", 0, "10"), ""},
		{"5 an option beside a field, at the start",
			with(field(ident.Digits, 2, 2), func(s *Spec) { s.Options, s.Offered = []string{"*"}, AllOffered }), "",
			script("*", 2000, 100), option(0, "*"), ""},
		{"5 and when the caller has begun",
			with(field(ident.Digits, 2, 2), func(s *Spec) { s.Options, s.Offered = []string{"*"}, AllOffered }), "",
			script("1*", 2000, 100), option(0, "1*"), ""},
		{"5 end key, long enough", field(ident.Digits, 2, 8), "", script("123#", 2000, 100), value("123", 0, "123"),
			""},
		{"5 end key, too short", field(ident.Digits, 4, 8), "", script("123#", 2000, 100), miss(Short, "123"), ""},
		{"5 end key alone", field(ident.Digits, 1, 8), "", script("#", 2000, 100), miss(Short, ""), ""},
		{"5 end key in a menu with nothing keyed", with(menu, func(s *Spec) { s.EndKey = '#' }), "",
			script("#", 2000, 100), miss(Unlisted, ""), ""},
		{"5 at the greatest length no end key is needed", field(ident.Digits, 6, 6), "", script("123456", 2000, 100),
			value("123456", 0, "123456"), ""},
		{"5 and one that follows is swallowed", field(ident.Digits, 6, 6), "", script("123456#", 2000, 100),
			value("123456", 0, "123456"), ""},
		{"5 but only one", field(ident.Digits, 6, 6), "", script("123456##", 2000, 100), value("123456", 0, "123456"),
			"#"},
		{"5 and only as the next key", field(ident.Digits, 6, 6), "", script("1234561#", 2000, 100),
			value("123456", 0, "123456"), "1#"},
		{"5 and only soon", field(ident.Digits, 2, 2), "", []step{{2000, "1"}, {2100, "2"}, {5100, "#"}},
			value("12", 0, "12"), "#"},
		{"5 without an end key # is a key", with(field(ident.Digits, 2, 2), func(s *Spec) { s.EndKey = 0 }), "",
			script("1#", 2000, 100), miss(Invalid, "1#"), ""},
		{"5 complete and a prefix: the critical timer decides", long, "",
			[]step{{2000, "1"}, {3499, "tick"}, {3500, "tick"}}, option(0, "1"), ""},
		{"5 complete and a prefix: the longer one in time", long, "", []step{{2000, "1"}, {3499, "0"}}, option(1, "10"),
			""},
		{"5 complete and a prefix: the next key too late", long, "", []step{{2000, "1"}, {3500, "0"}}, option(0, "1"),
			"0"},
		{"5 complete, and the next key leads nowhere", long, "", []step{{2000, "1"}, {2200, "2"}}, option(0, "1"), "2"},
		{"5 complete, ended by the end key", with(long, func(s *Spec) { s.EndKey = '#' }), "", script("1#", 2000, 100),
			option(0, "1"), ""},
		{"5 only a prefix", with(long, func(s *Spec) { s.Options = []string{"10", "11"} }), "",
			[]step{{2000, "1"}, {4999, "tick"}, {5000, "tick"}}, miss(Short, "1"), ""},
		{"5 star is the point of an amount", field(ident.Money, 0, 0), "", script("1200*50#", 2000, 100),
			value("1200*50", 120050, "1200*50"), ""},
		{"5 star is the point of a number", field(ident.Number, 0, 0), "", script("2*5#", 2000, 100),
			value("2*5", 2500000, "2*5"), ""},
		{"5 star is a letter of a taxpayer number", field(ident.TaxpayerOf, 0, 0), "",
			script("91330100799655058*#", 2000, 100), value("91330100799655058*", 0, "91330100799655058*"), ""},
		{"5 star is the X of a resident number", field(ident.ResidentOf, 0, 0), "",
			script("11010519491231002*", 2000, 100), value("11010519491231002X", 0, "11010519491231002*"), ""},
		{"5 a mobile number is complete at 11 keys", field(ident.PhoneOf, 0, 0), "", script("13800138000", 2000, 100),
			value("13800138000", 0, "13800138000"), ""},
		{"6 between keys: long enough", field(ident.Digits, 2, 8), "",
			[]step{{2000, "1"}, {4900, "2"}, {7899, "tick"}, {7900, "tick"}}, value("12", 0, "12"), ""},
		{"6 between keys: too short", field(ident.Digits, 3, 8), "", []step{{2000, "1"}, {4900, "2"}, {7900, "tick"}},
			miss(Short, "12"), ""},
		{"6 between runs from the first key on", field(ident.Digits, 2, 8), "", []step{{2000, "1"}, {5000, "tick"}},
			miss(Short, "1"), ""},
		{"6 a late end key after the timer is swallowed", field(ident.Digits, 1, 8), "",
			[]step{{2000, "1"}, {5100, "#"}}, value("1", 0, "1"), ""},
		{"6 sixty seconds from the first key", with(field(ident.Digits, 1, 30), func(s *Spec) { s.Between = 50000 }),
			"", []step{{2000, "1"}, {40000, "2"}, {61999, "tick"}, {62000, "tick"}}, value("12", 0, "12"), ""},
		{"7 no such day", field(ident.DateOf, 0, 0), "", script("20260230", 2000, 100), miss(Invalid, "20260230"), ""},
		{"7 outside the range", with(field(ident.Money, 0, 0),
			func(s *Spec) { s.Ranged, s.Min, s.Max = true, 1, 999900 }), "", script("9999*01#", 2000, 100),
			miss(Invalid, "9999*01"), ""},
		{"7 both ends are in the range",
			with(field(ident.Money, 0, 0), func(s *Spec) { s.Ranged, s.Min, s.Max = true, 1, 999900 }), "",
			script("9999#", 2000, 100), value("9999", 999900, "9999"), ""},
		{"7 more digits than fit", field(ident.Money, 0, 0), "", script("1*234#", 2000, 100), miss(Long, "1*234"), ""},
		{"7 a slip costs one try, not its tail", field(ident.Digits, 4, 4), "", script("1*34", 2000, 100),
			miss(Invalid, "1*34"), ""},
		{"7 yes or no", field(ident.YesNo, 0, 0), "", script("2", 2000, 100), value("2", 0, "2"), ""},
		{"7 neither", field(ident.YesNo, 0, 0), "", script("3", 2000, 100), miss(Unlisted, "3"), ""},
		{"survey: a choice has a value", with(menu, func(s *Spec) { s.Field = ident.Choice }), "",
			script("2", 2000, 100), Result{Kind: Value, Index: 1, Text: "2", N: 2000000, Keys: "2"}, ""},
		{"survey: several, without repetition", with(menu, func(s *Spec) { s.Field, s.EndKey = ident.Several, '#' }),
			"", script("022#", 2000, 100), value("02", 6, "022"), ""},
		{"survey: several, one not on offer", with(menu, func(s *Spec) { s.Field, s.EndKey = ident.Several, '#' }), "",
			script("15#", 2000, 100), miss(Unlisted, "15"), ""},
		{"scale: nothing longer is possible",
			with(field(ident.Scale, 0, 0), func(s *Spec) { s.Ranged, s.Max = true, 10e6 }), "", script("7#", 2000, 100),
			value("7", 7e6, "7"), ""},
		{"scale: 1 could be 10", with(field(ident.Scale, 0, 0), func(s *Spec) { s.Ranged, s.Max = true, 10e6 }), "",
			[]step{{2000, "1"}, {3499, "tick"}, {3499, "0"}}, value("10", 10e6, "10"), ""},
		{"scale: 1 it was", with(field(ident.Scale, 0, 0), func(s *Spec) { s.Ranged, s.Max = true, 10e6 }), "",
			[]step{{2000, "1"}, {3500, "tick"}}, value("1", 1e6, "1"), ""},
		{"scale: 11 is no mark", with(field(ident.Scale, 0, 0), func(s *Spec) { s.Ranged, s.Max = true, 10e6 }), "",
			script("11", 2000, 100), miss(Invalid, "11"), ""},
		{"10 hang-up pre-empts every wait", field(ident.Digits, 4, 4), "",
			[]step{{2000, "1"}, {2100, "bye"}, {2200, "tick"}}, Result{Kind: Hangup, Keys: "1"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, m, buf, outs := play(c.spec, c.ahead, c.steps)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			var rest []byte
			for _, k := range buf.Keys {
				rest = append(rest, k.Digit)
			}
			if string(rest) != c.remain {
				t.Errorf("%q waits, want %q", rest, c.remain)
			}
			done := 0
			for _, o := range outs {
				if o.Done {
					done++
				}
			}
			if want := map[bool]int{true: 1}[m.Phase == Done]; done != want {
				t.Errorf("%d results", done)
			}
		})
	}
}

func TestOutputs(t *testing.T) {
	// The first key, and only it, stops the prompts; none is to be stopped when they have ended.
	_, _, _, outs := play(field(ident.Digits, 4, 4), "", script("12", 2000, 100))
	if !outs[1].StopPrompts || outs[2].StopPrompts {
		t.Error(outs)
	}
	_, _, _, outs = play(field(ident.Digits, 4, 4), "", []step{{2000, "end"}, {2100, "1"}})
	if outs[2].StopPrompts {
		t.Error(outs)
	}
	_, _, _, outs = play(menu, "1", nil)
	if !outs[0].StopPrompts {
		t.Error("keyed ahead, yet the prompt plays")
	}
	_, _, _, outs = play(with(menu, func(s *Spec) { s.MustHear = true }), "12", []step{{2000, "1"}})
	if outs[0].Discarded != 2 || outs[1].Discarded != 1 {
		t.Error(outs)
	}
}

// offer is a key pressed while no question listens.
func offer(b *Buffer, k Key) bool { return b.Admit(k) && b.Push(k) }

func TestBuffer(t *testing.T) {
	t.Run("one event counts once", func(t *testing.T) {
		b := &Buffer{}
		for _, k := range []Key{{'1', 0, 7}, {'1', 20, 7}, {'1', 900, 8}, {'1', 40, 7}, {'5', 950, 0}, {'5', 960, 0}} {
			offer(b, k)
		}
		if len(b.Keys) != 4 {
			t.Error(b.Keys)
		}
		m := &Machine{}
		m.Start(field(ident.Digits, 3, 3), &Buffer{}, 0)
		m.Key(Key{'1', 10, 7}, 10)
		m.Key(Key{'1', 30, 7}, 30)
		if len(m.Entry) != 1 {
			t.Error(m.Entry)
		}
	})
	t.Run("bounded", func(t *testing.T) {
		b := &Buffer{}
		for range 100 {
			offer(b, Key{Digit: '1'})
		}
		if len(b.Keys) != BufferKeys || b.Dropped != 36 {
			t.Error(len(b.Keys), b.Dropped)
		}
		if b.Clear() != BufferKeys || len(b.Keys) != 0 {
			t.Error("Clear")
		}
	})
	t.Run("no telephone key", func(t *testing.T) {
		b := &Buffer{}
		if offer(b, Key{Digit: 'x'}) || offer(b, Key{Digit: 0}) || !offer(b, Key{Digit: 'D'}) {
			t.Error(b.Keys)
		}
	})
	t.Run("an end key is swallowed in the next question, over a Clear", func(t *testing.T) {
		_, _, b, _ := play(field(ident.Digits, 2, 2), "", script("12", 2000, 100))
		b.Clear()
		r, m, _, _ := playWith(menu, b, []step{{2500, "#"}})
		if m.Phase == Done {
			t.Fatal(r)
		}
		if r, _, _, _ := playWith(menu, b, []step{{2600, "#"}}); r.Reason != Unlisted {
			t.Error(r)
		}
	})
	t.Run("a pause keyed ahead separates answers", func(t *testing.T) {
		b := &Buffer{Keys: []Key{{Digit: '1', At: 0}, {Digit: '0', At: 1500}}}
		long := with(menu, func(s *Spec) { s.Options = []string{"1", "10"} })
		if r, _, _, _ := playWith(long, b, nil); r.Keys != "1" || len(b.Keys) != 1 {
			t.Error(r, b.Keys)
		}
		b = &Buffer{Keys: []Key{{Digit: '1', At: 0}, {Digit: '2', At: 9000}}}
		if r, _, _, _ := playWith(field(ident.Digits, 2, 2), b, nil); r.Text != "12" {
			t.Error(r)
		}
	})
}

// FuzzMachine plays any keys at any times and holds the machine to its promises: one result, never
// later than the timers allow, never shorter than asked, the same however late the ticks come and
// whether or not the call is saved and read back before every event.
func FuzzMachine(f *testing.F) {
	f.Add([]byte("\x01\x10\x101\x202#"), uint8(1), uint8(2), uint8(6), "12")
	f.Add([]byte("\x201\x203\x20*\x20#"), uint8(3), uint8(0), uint8(0), "")
	f.Add([]byte("\xff1\xff0"), uint8(0), uint8(0), uint8(0), "1#")
	f.Add([]byte("\xff1\x030\x031"), uint8(13), uint8(1), uint8(2), "*")
	f.Fuzz(func(t *testing.T, events []byte, kind, least, most uint8, ahead string) {
		if len(events) > 200 || len(ahead) > 80 {
			return
		}
		spec := Spec{Prompts: kind&16 == 0, MustHear: kind&32 != 0, Field: ident.Kind(kind % 15),
			MinLen: int(least % 9), MaxLen: int(most % 21),
			Options: []string{"1", "10", "*", "102"}, Offered: uint64(most), EndKey: '#', Global: "0*",
			AllowGlobal: kind&64 != 0, Ranged: kind&128 != 0, Max: 10e6}
		var buf, saved Buffer
		for i := range len(ahead) {
			offer(&buf, Key{Digit: ahead[i], At: int64(i) * 700})
			offer(&saved, Key{Digit: ahead[i], At: int64(i) * 700})
		}
		// m gets each tick when due; late none but at the end, and a save before every event.
		m, late := &Machine{}, &Machine{}
		now, ended, results := int64(60_000), int64(-1), 0
		count := func(o Output) {
			if o.Done {
				results++
				if o.Result != m.Result {
					t.Fatal("the result given is not the result kept")
				}
			}
		}
		count(m.Start(spec, &buf, now))
		late.Start(spec, &saved, now)
		restore := func() {
			j, err := json.Marshal(late)
			if err != nil {
				t.Fatal(err)
			}
			jb, _ := json.Marshal(saved)
			late, saved = &Machine{}, Buffer{}
			if json.Unmarshal(j, late) != nil || json.Unmarshal(jb, &saved) != nil {
				t.Fatal("cannot read back")
			}
			late.Attach(&saved)
		}
		until := func(to int64) {
			for {
				at, ok := m.Deadline()
				if !ok || at > to {
					return
				}
				count(m.Tick(at))
				if m.Phase != Done {
					if again, ok := m.Deadline(); ok && again <= at {
						t.Fatal("a tick that changes nothing")
					}
				}
			}
		}
		for i := 0; i+1 < len(events); i += 2 {
			now += int64(events[i]) * 20
			until(now)
			restore()
			if events[i+1] == 1 {
				m.PromptsEnded(now)
				late.Tick(now) // the prompts' end is an event of the host's clock
				late.PromptsEnded(now)
				if ended < 0 {
					ended = now
				}
				continue
			}
			k := Key{Digit: "0123456789*#AB*#"[events[i+1]%16], At: now}
			count(m.Key(k, now))
			late.Key(k, now)
		}
		m.PromptsEnded(now)
		late.PromptsEnded(now)
		end := now + DefaultWait + DefaultTotal
		until(end)
		late.Tick(end)
		if results != 1 || m.Phase != Done {
			t.Fatalf("%d results, phase %d", results, m.Phase)
		}
		if d := cmp.Diff(m.Result, late.Result); d != "" {
			t.Fatalf("late or restored: %s", d)
		}
		if d := cmp.Diff(buf.Keys, saved.Keys, cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("waiting keys differ: %s", d)
		}
		r := m.Result
		if r.Kind == Value && spec.Field != ident.Choice && len(r.Keys) < m.Spec.MinLen {
			t.Fatalf("accepted %q, shorter than %d", r.Keys, m.Spec.MinLen)
		}
		if r.Kind == Value && spec.Field == ident.Digits &&
			(len(r.Keys) > m.Spec.MaxLen || strings.ContainsAny(r.Text, "*#AB")) {
			t.Fatalf("accepted %q", r.Keys)
		}
		if r.Kind == Pending || r.Kind == NoMatch && r.Reason == NoReason {
			t.Fatalf("%+v", r)
		}
	})
}

func BenchmarkCollect(b *testing.B) {
	spec := field(ident.TaxpayerOf, 0, 0)
	var m Machine
	var buf Buffer
	b.ReportAllocs()
	for range b.N {
		m.Start(spec, &buf, 0)
		for i := range 18 {
			m.Key(Key{Digit: "91330100799655058*"[i], At: int64(i)}, int64(i))
		}
		m.Key(Key{Digit: '#', At: 20}, 20)
	}
}
