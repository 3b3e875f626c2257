package dialer

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rexian/compiler/bundle"
	"rexian/compiler/hours"
)

var shanghai = time.FixedZone("CST", 8*3600)

// at is a moment of the wall clock in China.
func at(s string) int64 {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, shanghai)
	if err != nil {
		panic(err)
	}
	return t.UnixMilli()
}

func when(ms int64) string { return time.UnixMilli(ms).In(shanghai).Format("2006-01-02 15:04") }

// office is open 9:00 to 12:00 and 14:00 to 20:00 on workdays.
func office(t testing.TB) *hours.Hours {
	clock := func(h int64) int64 { return h * 3600 }
	workdays := hours.Monday | hours.Tuesday | hours.Wednesday | hours.Thursday | hours.Friday
	h, err := hours.Resolve(hours.Schedule{Name: "外呼时段", Zone: "Asia/Shanghai", Calendar: -1,
		Lines: []hours.Line{{Days: workdays,
			Spans: []hours.Span{{From: clock(9), To: clock(12)}, {From: clock(14), To: clock(20)}}}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestWindows(t *testing.T) {
	o := office(t)
	for _, c := range []struct {
		name, number, from, want string
		rules                    Rules
	}{
		{"within", "13800138000", "2026-10-12 10:00", "2026-10-12 10:00", Rules{Hours: o}},
		{"at noon it waits for two", "13800138000", "2026-10-12 12:00", "2026-10-12 14:00", Rules{Hours: o}},
		{"Friday evening it waits for Monday", "13800138000", "2026-10-16 20:00", "2026-10-19 09:00", Rules{Hours: o}},
		{"the law alone, at night", "13800138000", "2026-10-12 22:00", "2026-10-13 08:00", Rules{}},
		{"the law alone, in the last minute", "13800138000", "2026-10-12 21:59", "2026-10-12 21:59", Rules{}},
		{"the law alone, early", "13800138000", "2026-10-12 07:59", "2026-10-12 08:00", Rules{}},
		{"not before its first day", "13800138000", "2026-10-01 10:00", "2026-10-12 09:00",
			Rules{Hours: o, Zone: shanghai, From: int64(hours.DateOf(2026, 10, 12))}},
		{"on its last day", "13800138000", "2026-10-12 19:00", "2026-10-12 19:00",
			Rules{Hours: o, Zone: shanghai, To: int64(hours.DateOf(2026, 10, 12))}},
		{"not after it", "13800138000", "2026-10-12 20:00", "",
			Rules{Hours: o, Zone: shanghai, To: int64(hours.DateOf(2026, 10, 12))}},
		{"Tokyo is an hour ahead", "+81312345678", "2026-10-12 21:00", "2026-10-13 07:00", Rules{}},
		{"London's eight o'clock may be in winter time", "+442071234567", "2026-10-12 15:30", "2026-10-12 16:00",
			Rules{}},
		{"a country whose hour nobody knows", "+999123456789", "2026-10-12 10:00", "", Rules{}},
	} {
		got := ""
		if next, ok := c.rules.Opens(c.number, at(c.from)); ok {
			got = when(next)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestWhatFollows(t *testing.T) {
	minutes := func(n int64) int64 { return n * minute }
	r := Rules{Hours: office(t), Tries: 3, Retries: []bundle.Retry{{Outcome: "busy", After: minutes(10)},
		{Outcome: "no_answer", After: minutes(120), UpTo: 1}, {Outcome: "powered_off", After: minutes(240)}}}
	now := at("2026-10-12 11:00")
	for _, c := range []struct {
		name, outcome string
		before        History
		want          string
		counted       int64
	}{
		{"busy", "busy", History{Same: 1}, "2026-10-12 11:10", 1},
		{"into the break", "no_answer", History{Same: 1}, "2026-10-12 14:00", 1},
		{"into the next day", "powered_off", History{Counted: 1, Same: 1}, "2026-10-12 15:00", 2},
		{"the last try", "busy", History{Counted: 2, Same: 3}, "over", 3},
		{"more often than this outcome may be", "no_answer", History{Counted: 1, Same: 2}, "over", 2},
		{"not declared", "vacant_number", History{Same: 1}, "over", 1},
		{"answered", "answered", History{Counted: 1, Same: 1}, "reached", 2},
		{"the line's fault does not count", "line_fault", History{Counted: 2, Same: 1}, "2026-10-12 11:01", 2},
		{"but for ever", "line_fault", History{Counted: 2, Free: 10, Same: 11}, "over", 3},
		{"a blocked line does not count", "carrier_blocked", History{Counted: 2, Same: 1}, "2026-10-12 11:01", 2},
		{"nobody knows", "unknown", History{Same: 1}, "2026-10-12 15:00", 1},
		{"nobody knows, at the last try", "unknown", History{Counted: 2, Same: 1}, "over", 3},
	} {
		next, h := r.After("13800138000", c.outcome, c.before, now)
		got := [...]string{"reached", when(next.At), "over"}[next.Step]
		if got != c.want || h.Counted != c.counted {
			t.Errorf("%s: %s and %d counted, want %s and %d", c.name, got, h.Counted, c.want, c.counted)
		}
	}
}

func TestJudge(t *testing.T) {
	r := Rules{Hours: office(t)}
	now := at("2026-10-12 10:00")
	day := Day("13800138000", now)
	for _, c := range []struct {
		name, number string
		standing     Standing
		want         Verdict
	}{
		{"it may be called", "13800138000", Standing{Day: day, Connected: 2}, Verdict{}},
		{"no number", "", Standing{}, Verdict{Do: Drop, Why: WhyNumber}},
		{"on the list, whatever else", "13800138000", Standing{Forbidden: true, Engaged: true},
			Verdict{Do: Drop, Why: WhyForbidden}},
		{"a call to it is on", "13800138000", Standing{Engaged: true},
			Verdict{Wait, now + engagedPause, WhyEngaged}},
		{"three times today", "13800138000", Standing{Day: day, Connected: 3},
			Verdict{Wait, at("2026-10-13 09:00"), WhyOften}},
		{"three times yesterday", "13800138000", Standing{Day: day - 1, Connected: 3}, Verdict{}},
		{"nobody knows the hour there", "+999123456789", Standing{}, Verdict{Do: Drop, Why: WhyZone}},
		{"not there at this hour", "+12025550100", Standing{}, Verdict{Wait, at("2026-10-13 02:00"), WhyWindow}},
	} {
		rules := r
		if c.number == "+12025550100" {
			rules.Hours = nil
		}
		if got := rules.Judge(c.number, c.standing, now); got != c.want {
			t.Errorf("%s: %+v until %s, want %+v", c.name, got, when(got.Until), c.want)
		}
	}
}

func TestASickLineHalts(t *testing.T) {
	run := func(end func(i int) Ended) (halted int, restore []string) {
		var h Health
		for i := 1; i <= 40; i++ {
			e := end(i)
			e.ID = fmt.Sprint(i)
			if halt, back := h.End(e); halt {
				return i, back
			}
		}
		return 0, nil
	}
	if n, back := run(func(int) Ended { return Ended{Outcome: LineFault} }); n == 0 || n > 20 || len(back) != 0 {
		t.Errorf("503 after 503: %d, %v", n, back)
	}
	if n, _ := run(func(int) Ended { return Ended{Outcome: Blocked} }); n == 0 || n > 20 {
		t.Errorf("403 after 403: %d", n)
	}
	n, back := run(func(int) Ended { return Ended{Outcome: Answered, FarEnd: true} })
	if n == 0 || n > 20 || len(back) != n {
		t.Errorf("answers of no length: halt after %d, %v get their try back", n, back)
	}
	if n, _ := run(func(int) Ended { return Ended{Outcome: Answered, FarEnd: true, Talked: 5000} }); n != 0 {
		t.Errorf("people who hang up after five seconds halt it after %d", n)
	}
	if n, _ := run(func(i int) Ended { return Ended{Outcome: []string{LineFault, "busy"}[i%2]} }); n != 0 {
		t.Errorf("every second: %d", n)
	}
	if n, _ := run(func(i int) Ended {
		return Ended{Outcome: []string{"busy", LineFault, LineFault, LineFault, LineFault}[i%5]}
	}); n == 0 || n > 20 {
		t.Errorf("four of five: %d", n)
	}
}

func TestDraw(t *testing.T) {
	keys := make([]string, 1000)
	for i := range keys {
		keys[i] = fmt.Sprintf("%016d", i)
	}
	count := func(d []bool) (n int) {
		for _, x := range d {
			if x {
				n++
			}
		}
		return n
	}
	first := Draw("seed", keys, 200_000)
	if n := count(first); n != 200 {
		t.Errorf("a fifth of 1,000 is %d", n)
	}
	if !slices.Equal(first, Draw("seed", keys, 200_000)) || slices.Equal(first, Draw("other", keys, 200_000)) {
		t.Error("the seed does not decide")
	}
	// by hand: printf 'seed\n0000000000000000' | sha256sum
	if got := rank("seed", keys[0])[:16]; got != "907305d56f5b8d3d" {
		t.Error(got)
	}
	backward := slices.Clone(keys)
	slices.Reverse(backward)
	if Frame(keys) != Frame(backward) || Frame(keys) == Frame(keys[1:]) {
		t.Error("the frame's hash depends on its order, or not on its keys")
	}
	again := Draw("seed", backward, 200_000)
	slices.Reverse(again)
	if !slices.Equal(first, again) {
		t.Error("the order of the keys decides")
	}
	if count(Draw("s", keys, 0)) != 1000 || count(Draw("s", keys[:2], 1)) != 1 || count(Draw("s", nil, 1)) != 0 {
		t.Error("bounds")
	}
}

// TestNoCallOutsideTheLaw lets campaigns of any hours, paces and retries share numbers, at any moment: every call is
// within its hours and the law, no number has two calls at a time or a fourth connection on a day, no target more
// attempts that count than tries, no campaign more calls at a time than it may.
func TestNoCallOutsideTheLaw(t *testing.T) {
	o := office(t)
	outcomes := []string{Answered, Answered, "busy", "no_answer", LineFault, Blocked, Unknown, "powered_off"}
	numbers := []string{"13800138000", "13900139000", "053188880000", "+81312345678", "+442071234567", "+12025550100",
		"+999123456789"}
	zones := map[string][]int{"+81": {540}, "+44": {0, 60}, "+12": {-600, -150}}
	rapid.Check(t, func(t *rapid.T) {
		from := at("2026-01-01 00:00") + rapid.Int64Range(0, 400*86400_000).Draw(t, "from")
		plans := make([]Plan, rapid.IntRange(1, 4).Draw(t, "campaigns"))
		for i := range plans {
			p := &plans[i]
			p.Begins = from + rapid.Int64Range(0, 3*86400_000).Draw(t, "begins")
			p.AtOnce, p.Apart = rapid.Int64Range(0, 3).Draw(t, "at once"),
				500*rapid.Int64Range(0, 3).Draw(t, "apart")
			p.Tries, p.Priority = rapid.Int64Range(0, 4).Draw(t, "tries"), rapid.IntRange(0, 2).Draw(t, "priority")
			if rapid.Bool().Draw(t, "hours") {
				p.Hours = o
			}
			for _, x := range outcomes[2:] {
				if rapid.Bool().Draw(t, "retry") {
					p.Retries = append(p.Retries, bundle.Retry{Outcome: x,
						After: rapid.Int64Range(1, 40*3600_000).Draw(t, "after"),
						UpTo:  rapid.Int64Range(0, 2).Draw(t, "up to")})
				}
			}
			p.Numbers = rapid.SliceOfN(rapid.SampledFrom(numbers), 1, 12).Draw(t, "numbers")
		}
		tape := rapid.SliceOfN(rapid.IntRange(0, len(outcomes)-1), 20, 20).Draw(t, "tape")
		n := 0
		callee := func(string, int64) (string, int64, int64) {
			n++
			return outcomes[tape[n%len(tape)]], int64(n%60) * 1000, int64(n%7) * 40_000
		}
		busyUntil, connected := map[string]int64{}, map[string]int{}
		counted := map[string]int64{}
		type span struct{ from, to int64 }
		running := make([][]span, len(plans))
		Simulate(plans, rapid.IntRange(0, 3).Draw(t, "lines"), callee, from+60*86400_000, func(p Placed) {
			plan := &plans[p.Campaign]
			if plan.Hours != nil && !o.At(p.At, nil).Open {
				t.Fatalf("%s is called at %s, outside the hours", p.Number, when(p.At))
			}
			offsets := []int{480}
			if p.Number[0] == '+' {
				offsets = zones[p.Number[:3]]
				if offsets == nil {
					t.Fatalf("%s is called, whose hour nobody knows", p.Number)
				}
			}
			for _, minutes := range offsets {
				if h := time.UnixMilli(p.At).In(time.FixedZone("", minutes*60)).Hour(); h < 8 || h >= 22 {
					t.Fatalf("%s is called at %d o'clock of its own", p.Number, h)
				}
			}
			if p.At < busyUntil[p.Number] {
				t.Fatalf("%s is called while a call to it is on", p.Number)
			}
			busyUntil[p.Number] = p.Ended
			if p.Outcome == Answered {
				day := p.Number + time.UnixMilli(p.At).In(time.FixedZone("", offsets[0]*60)).Format("0102")
				if connected[day]++; connected[day] > MostConnected {
					t.Fatalf("%s is connected a fourth time on a day", p.Number)
				}
			}
			if p.Outcome != LineFault && p.Outcome != Blocked {
				key := fmt.Sprint(p.Campaign, p.Target)
				tries := plan.Tries
				if tries == 0 {
					tries = MostTries
				}
				if counted[key]++; counted[key] > tries {
					t.Fatalf("target %s has %d attempts of %d", key, counted[key], tries)
				}
			}
			on := int64(1)
			for _, s := range running[p.Campaign] {
				if s.to > p.At {
					on++
				}
			}
			running[p.Campaign] = append(running[p.Campaign], span{p.At, p.Ended})
			if most, _ := plan.Pace(); on > most {
				t.Fatalf("%d calls at once of %d", on, most)
			}
		})
	})
}

// TestASimulationCounts compares the counts of a campaign with its calls.
func TestASimulationCounts(t *testing.T) {
	numbers := make([]string, 3000)
	for i := range numbers {
		numbers[i] = fmt.Sprintf("138%08d", i)
	}
	numbers[7] = ""
	plan := Plan{Rules: Rules{Hours: office(t), AtOnce: 20, Apart: 500, Tries: 3,
		Retries: []bundle.Retry{{Outcome: "busy",
			After: 10 * minute}}}, Numbers: numbers, Begins: at("2026-10-12 09:00")}
	calls := 0
	callee := func(number string, _ int64) (string, int64, int64) {
		if number[10] == '3' {
			return "busy", 5000, 0
		}
		return Answered, 10_000, 20_000
	}
	got := Simulate([]Plan{plan}, 0, callee, at("2026-11-12 09:00"), func(Placed) { calls++ })[0]
	if got.Reached != 2699 || got.Over != 300 || got.Dropped[WhyNumber] != 1 || got.Left != 0 ||
		got.Placed != int64(calls) || got.Outcomes["busy"] != 900 || got.Outcomes[Answered] != 2699 {
		t.Errorf("%+v", got)
	}
	// Twenty lines at some thirty seconds a call carry 0.7 calls a second: 3,599 calls take less than two hours.
	if e := when(got.Ends); e < "2026-10-12 10:00" || e > "2026-10-12 14:59" {
		t.Errorf("it ends at %s", e)
	}
	plan.Quota = 100
	if got := Simulate([]Plan{plan}, 0, callee, at("2026-11-12 09:00"), nil)[0]; got.Reached != 100 {
		t.Errorf("%d reached of a quota of 100", got.Reached)
	}
}

// TestPaceAsWritten: a rate may be less than one call a second, and a bundle may be of a compiler that knew whole ones.
func TestPaceAsWritten(t *testing.T) {
	for per, want := range map[int64]int64{0: 1000, 500_000: 2000, 100_000: 10_000, 2_000_000: 500, 2: 500,
		100_000_000: 10} {
		r := Of(&bundle.Campaign{PerSecond: per, Hours: -1}, nil, nil)
		if _, apart := r.Pace(); apart != want {
			t.Errorf("%d: a call each %d ms, want %d", per, apart, want)
		}
	}
}
