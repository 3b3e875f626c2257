package hours

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func day(s string) Date {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return DateOf(t.Date())
}

func days(first, last string) Range { return Range{day(first), day(last)} }

func one(s string) []Range { return []Range{days(s, s)} }

func clock(from, to string) Span { return Span{seconds(from), seconds(to)} }

func seconds(s string) int64 {
	var h, m int64
	fmt.Sscanf(s, "%d:%d", &h, &m)
	return h*3600 + m*60
}

func moment(t *testing.T, zone, s string) int64 {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", s, loc)
	if err != nil {
		t.Fatal(err)
	}
	return at.UnixMilli()
}

// china is the published years 2025 and 2026, with the periods of the hotline.
func china() Calendar {
	return Calendar{Name: "中国", Holidays: []Holiday{
		{"元旦", one("2025-01-01"), nil},
		{"春节", []Range{days("2025-01-28", "2025-02-04")}, append(one("2025-01-26"), one("2025-02-08")...)},
		{"清明节", []Range{days("2025-04-04", "2025-04-06")}, nil},
		{"劳动节", []Range{days("2025-05-01", "2025-05-05")}, one("2025-04-27")},
		{"端午节", []Range{days("2025-05-31", "2025-06-02")}, nil},
		{"国庆节", []Range{days("2025-10-01", "2025-10-08")}, append(one("2025-09-28"), one("2025-10-11")...)},
		{"元旦", []Range{days("2026-01-01", "2026-01-03")}, one("2026-01-04")},
		{"春节", []Range{days("2026-02-15", "2026-02-23")}, append(one("2026-02-14"), one("2026-02-28")...)},
		{"清明节", []Range{days("2026-04-04", "2026-04-06")}, nil},
		{"劳动节", []Range{days("2026-05-01", "2026-05-05")}, one("2026-05-09")},
		{"端午节", []Range{days("2026-06-19", "2026-06-21")}, nil},
		{"中秋节", []Range{days("2026-09-25", "2026-09-27")}, nil},
		{"国庆节", []Range{days("2026-10-01", "2026-10-07")}, append(one("2026-09-20"), one("2026-10-10")...)},
	}, Periods: []Period{
		{"征期", []Range{days("2026-09-01", "2026-09-15"), days("2026-10-01", "2026-10-26"),
			days("2026-11-01", "2026-11-16")}},
		{"汇算期", []Range{days("2026-03-01", "2026-06-30")}},
	}}
}

func office() Schedule {
	return Schedule{Name: "人工服务", Zone: "Asia/Shanghai", Lines: []Line{
		{Days: Workdays, Spans: []Span{clock("08:30", "12:00"), clock("13:30", "17:30")}},
		{Days: Workdays, Spans: []Span{clock("08:30", "17:30")}, Periods: []string{"征期"}},
		{Days: Saturday, Spans: []Span{clock("09:00", "12:00")}, Periods: []string{"征期", "汇算期"}},
	}, Dated: []Dated{
		{Days: one("2026-02-14"), Spans: []Span{clock("08:30", "12:00")}},
		{Days: one("2026-12-31")},
	}}
}

func resolve(t testing.TB, s Schedule, c ...Calendar) *Hours {
	t.Helper()
	h, err := Resolve(s, c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHotline(t *testing.T) {
	h := resolve(t, office(), china())
	const zone = "Asia/Shanghai"
	for _, c := range []struct {
		at     string
		open   bool
		reason Reason
		next   string
	}{
		{"2026-10-01 10:00", false, HolidayClosed, "2026-10-08 08:30"},
		{"2026-10-09 12:30", true, 0, ""},                         // filing period: no lunch break
		{"2026-10-10 10:00", true, 0, ""},                         // Saturday, made up
		{"2026-10-10 14:00", true, 0, ""},                         // by the workdays line, not Saturday's
		{"2026-10-17 11:00", true, 0, ""},                         // Saturday of the filing period
		{"2026-10-17 12:00", false, OffHours, "2026-10-19 08:30"}, // half-open
		{"2026-10-31 11:00", false, OffHours, "2026-11-02 08:30"},
		{"2026-12-31 10:00", false, Special, ""}, // and nothing is known of 2027
		{"2026-08-20 12:30", false, Break, "2026-08-20 13:30"},
		{"2026-08-20 08:29", false, OffHours, "2026-08-20 08:30"},
		{"2026-08-20 08:30", true, 0, ""},
		{"2026-02-14 10:00", true, 0, ""},                        // override beats the make-up line
		{"2026-02-14 14:00", false, Special, "2026-02-24 08:30"}, // usually open at this hour
		{"2026-02-14 20:00", false, OffHours, "2026-02-24 08:30"},
		{"2026-05-02 10:00", false, HolidayClosed, "2026-05-06 08:30"}, // Saturday of 汇算期, but a holiday
	} {
		t.Run(c.at, func(t *testing.T) {
			a := h.At(moment(t, zone, c.at), nil)
			next := ""
			if a.HasNext {
				next = time.UnixMilli(a.NextOpen).In(h.Zone()).Format("2006-01-02 15:04")
			}
			if a.Open != c.open || a.Reason != c.reason || next != c.next || a.Alarm {
				t.Errorf("open %v, %v, next %q, alarm %v; want %v, %v, %q", a.Open, a.Reason.Words().En, next, a.Alarm,
					c.open, c.reason.Words().En, c.next)
			}
		})
	}
	a := h.At(moment(t, zone, "2027-03-01 10:00"), nil)
	if a.Open || !a.Alarm || a.HasNext {
		t.Errorf("a year the calendar lacks: %+v", a)
	}
}

func TestEmergency(t *testing.T) {
	h := resolve(t, office(), china())
	at := func(s string) int64 { return moment(t, "Asia/Shanghai", s) }
	typhoon := Closure{at("2026-08-20 09:00"), at("2026-08-20 15:00")}
	for _, c := range []struct {
		at, next string
		closures []Closure
		reason   Reason
	}{
		{"2026-08-20 10:00", "2026-08-20 15:00", []Closure{typhoon}, Emergency},
		{"2026-08-20 12:30", "2026-08-20 15:00", []Closure{typhoon}, Emergency},
		{"2026-08-19 20:00", "2026-08-20 08:30", []Closure{typhoon}, OffHours},
		{"2026-08-20 15:00", "", []Closure{typhoon}, NotClosed},
		{"2026-08-20 10:00", "", []Closure{{at("2026-08-20 09:00"), 0}}, Emergency},
		{"2026-08-20 10:00", "2026-08-21 08:30", []Closure{typhoon, {at("2026-08-20 14:00"), at("2026-08-20 18:00")}},
			Emergency},
		{"2026-10-01 10:00", "2026-10-08 08:30", []Closure{{at("2026-10-01 00:00"), at("2026-10-02 00:00")}},
			Emergency},
	} {
		a := h.At(at(c.at), c.closures)
		next := ""
		if a.HasNext {
			next = time.UnixMilli(a.NextOpen).In(h.Zone()).Format("2006-01-02 15:04")
		}
		if a.Reason != c.reason || next != c.next {
			t.Errorf("%s %v: %v next %q; want %v, %q", c.at, c.closures, a.Reason, next, c.reason, c.next)
		}
	}
}

func TestPrecedence(t *testing.T) {
	at := func(from string) []Span { return []Span{clock(from, "20:00")} }
	h := resolve(t, Schedule{Name: "x", Zone: "Asia/Shanghai", Lines: []Line{
		{Days: Daily, Spans: at("01:00")},
		{Days: Workdays, Spans: at("02:00")},
		{Days: Weekend, Spans: at("03:00")},
		{Days: Friday | Saturday, Spans: at("04:00")},
		{Days: Daily, Spans: at("05:00"), During: []Range{days("2026-08-03", "2026-08-03")}},
	}}, china())
	h2 := resolve(t, Schedule{Name: "y", Zone: "Asia/Shanghai", Lines: []Line{
		{Days: Daily, Spans: at("01:00")}, {Days: Saturday | Sunday, Spans: at("04:00")},
	}}, china())
	for _, c := range []struct {
		h    *Hours
		date string
		want int
		src  Source
	}{
		{h, "2026-08-06", 1, Weekly}, // Thursday
		{h, "2026-08-07", 3, Weekly}, // a named day beats workdays
		{h, "2026-08-08", 3, Weekly}, // and the weekend
		{h, "2026-08-09", 2, Weekly},
		{h, "2026-08-03", 4, Weekly},         // during replaces what is plain
		{h, "2026-10-10", 1, MakeUpWorkday},  // never Saturday's
		{h2, "2026-10-10", 0, MakeUpWorkday}, // daily covers it, Saturday's does not
		{h, "2026-10-02", -1, PublicHoliday}, // also a daily line rests
	} {
		if d := c.h.Day(day(c.date)); d.Line != c.want || d.Source != c.src {
			t.Errorf("%s: line %d, source %d; want %d, %d", c.date, d.Line, d.Source, c.want, c.src)
		}
	}
}

func TestMidnightAndClockChanges(t *testing.T) {
	for _, c := range []struct {
		name, zone string
		span       Span
		at         string // UTC
		open       bool
	}{
		{"before midnight", "Asia/Shanghai", clock("22:00", "06:00"), "2026-08-20 15:00", true},
		{"after midnight", "Asia/Shanghai", clock("22:00", "06:00"), "2026-08-20 21:59", true},
		{"half-open", "Asia/Shanghai", clock("22:00", "06:00"), "2026-08-20 22:00", false},
		{"to midnight", "Asia/Shanghai", clock("08:00", "24:00"), "2026-08-20 15:59", true},
		{"New York, before the jump", "America/New_York", clock("01:30", "02:30"), "2026-03-08 06:59", true},
		{"New York, 02:30 does not exist: ends at 03:00", "America/New_York", clock("01:30", "02:30"),
			"2026-03-08 07:00", false},
		{"New York, whole span skipped", "America/New_York", clock("02:15", "02:45"), "2026-03-08 07:20", false},
		{"New York, first 01:15", "America/New_York", clock("01:00", "01:30"), "2026-11-01 05:15", true},
		{"New York, second 01:15 opens nothing again", "America/New_York", clock("01:00", "01:30"), "2026-11-01 06:15",
			false},
		{"New York, 00:30-02:00 lasts through both", "America/New_York", clock("00:30", "02:00"), "2026-11-01 06:59",
			true},
		// the 31st, 12:00
		{"Samoa skipped 2011-12-30", "Pacific/Apia", clock("09:00", "17:00"), "2011-12-30 22:00", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := resolve(t, Schedule{Name: "x", Zone: c.zone, Calendar: -1,
				Lines: []Line{{Days: Daily, Spans: []Span{c.span}}}})
			if a := h.At(moment(t, "UTC", c.at), nil); a.Open != c.open {
				t.Errorf("open %v", a.Open)
			}
		})
	}
	// A holiday does not cut the night that began before it.
	h := resolve(t, Schedule{Name: "x", Zone: "Asia/Shanghai",
		Lines: []Line{{Days: Daily, Spans: []Span{clock("22:00", "06:00")}}}}, china())
	if a := h.At(moment(t, "Asia/Shanghai", "2026-10-01 05:00"), nil); !a.Open || a.Day.Date != day("2026-09-30") {
		t.Errorf("%+v", a)
	}
	if a := h.At(moment(t, "Asia/Shanghai", "2026-10-08 05:00"), nil); a.Open {
		t.Errorf("%+v", a)
	}
}

func TestMonth(t *testing.T) {
	h := resolve(t, office(), china())
	month := h.Month(2026, time.October)
	if len(month) != 31 {
		t.Fatalf("%d days", len(month))
	}
	var notes []string
	for _, d := range month[6:10] {
		notes = append(notes, fmt.Sprintf("%v %v %d %s", d.Date, d.Date.Weekday(), len(d.Spans), d.Note.Zh))
	}
	want := []string{"2026-10-07 Wednesday 0 国庆节", "2026-10-08 Thursday 1 征期", "2026-10-09 Friday 1 征期",
		"2026-10-10 Saturday 1 补班（国庆节）"}
	if d := cmp.Diff(want, notes); d != "" {
		t.Error(d)
	}
}

func TestValidate(t *testing.T) {
	plain := []Span{clock("08:30", "12:00")}
	horizon := days("2026-01-01", "2026-12-31")
	for _, c := range []struct {
		name    string
		s       Schedule
		horizon Range
		want    []Problem
	}{
		{"the hotline", office(), horizon, nil},
		{"no lines", Schedule{Zone: "UTC"}, horizon, []Problem{{Fault: NoLines}}},
		{"zone", Schedule{Zone: "Asia/Jinan", Lines: []Line{{Days: Daily, Spans: plain}}}, horizon,
			[]Problem{{Fault: UnknownZone, Name: "Asia/Jinan"}}},
		{"period", Schedule{Zone: "UTC", Lines: []Line{{Days: Daily, Spans: plain, Periods: []string{"暑期"}}}}, horizon,
			[]Problem{{Fault: UnknownPeriod, Name: "暑期"}}},
		{"plain lines", Schedule{Zone: "UTC",
			Lines: []Line{{Days: Monday, Spans: plain}, {Days: Monday | Tuesday, Spans: plain}}}, horizon,
			[]Problem{{Fault: LinesOverlap, A: 0, B: 1, Date: 4}}},
		{"a named day beside workdays is fine",
			Schedule{Zone: "UTC", Lines: []Line{{Days: Workdays, Spans: plain}, {Days: Friday, Spans: plain}}}, horizon,
			nil},
		{"during twice", Schedule{Zone: "UTC", Lines: []Line{
			{Days: Workdays, Spans: plain, Periods: []string{"征期"}},
			{Days: Friday, Spans: plain, During: []Range{days("2026-09-01", "2026-09-30")}}}}, horizon,
			[]Problem{{Fault: DuringOverlap, A: 0, B: 1, Date: day("2026-09-04")}}},
		{"during on other days", Schedule{Zone: "UTC", Lines: []Line{
			{Days: Workdays, Spans: plain, Periods: []string{"征期"}},
			{Days: Saturday, Spans: plain, Periods: []string{"征期"}}}}, horizon, nil},
		{"spans", Schedule{Zone: "UTC",
			Lines: []Line{{Days: Monday, Spans: []Span{clock("08:00", "12:00"), clock("11:00", "13:00")}}}}, horizon,
			[]Problem{{Fault: SpansOverlap, B: 0, C: 1}}},
		{"touching spans", Schedule{Zone: "UTC",
			Lines: []Line{{Days: Monday, Spans: []Span{clock("08:00", "12:00"), clock("12:00", "13:00")}}}}, horizon,
			nil},
		{"night into morning", Schedule{Zone: "UTC",
			Lines: []Line{{Days: Daily, Spans: []Span{clock("22:00", "06:00"), clock("05:00", "09:00")}}}}, horizon,
			[]Problem{{Fault: SpansOverlap, B: 0, C: 1}}},
		{"empty span", Schedule{Zone: "UTC", Lines: []Line{{Days: Monday, Spans: []Span{clock("08:00", "08:00")}}}},
			horizon, []Problem{{Fault: EmptySpan}}},
		{"never", Schedule{Zone: "UTC",
			Lines: []Line{{Days: Daily, Spans: plain}, {Days: Workdays, Spans: plain}, {Days: Weekend, Spans: plain}}},
			horizon,
			[]Problem{{Fault: Unreachable, A: 0}}},
		{"only in the past", Schedule{Zone: "UTC", Calendar: -1,
			Lines: []Line{{Days: Daily, Spans: plain, During: []Range{days("2025-07-01", "2025-08-31")}}}}, horizon,
			[]Problem{{Fault: NeverAgain}}},
		{"only in the past, and nobody asks", Schedule{Zone: "UTC", Calendar: -1,
			Lines: []Line{{Days: Daily, Spans: plain, During: []Range{days("2025-07-01", "2025-08-31")}}}}, Range{},
			nil},
		{"only special days that are closed", Schedule{Zone: "UTC", Calendar: -1,
			Dated: []Dated{{Days: []Range{days("2026-05-01", "2026-05-01")}}}}, horizon,
			[]Problem{{Fault: NeverAgain}}},
		{"only next summer", Schedule{Zone: "UTC", Calendar: -1,
			Lines: []Line{{Days: Daily, Spans: plain, During: []Range{days("2026-07-01", "2026-08-31")}}}}, horizon,
			nil},
		{"no Saturday in the dates",
			Schedule{Zone: "UTC", Lines: []Line{{Days: Workdays, Spans: plain},
				{Days: Saturday, Spans: plain, During: []Range{days("2026-08-03", "2026-08-07")}}}}, horizon,
			[]Problem{{Fault: Unreachable, A: 1}}},
		{"override twice", Schedule{Zone: "UTC",
			Dated: []Dated{{Days: one("2026-08-03")}, {Days: []Range{days("2026-08-01", "2026-08-09")}}}}, horizon,
			[]Problem{{Fault: DatedOverlap, Dated: true, A: 0, B: 1, Date: day("2026-08-03")}}},
		{"backward", Schedule{Zone: "UTC", Dated: []Dated{{Days: []Range{days("2026-08-09", "2026-08-01")}}}}, horizon,
			[]Problem{{Fault: BackwardRange, Dated: true, Date: day("2026-08-09")}}},
		{"horizon", office(), days("2026-06-01", "2027-06-01"), []Problem{{Fault: YearLacking, Year: 2027}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, Validate(c.s, []Calendar{china()}, c.horizon)); d != "" {
				t.Error(d)
			}
		})
	}
	if p := ValidateCalendar(china()); p != nil {
		t.Error(p)
	}
	bad := Calendar{Holidays: []Holiday{{"a", one("2026-10-01"), append(one("2026-10-01"), one("2026-10-12")...)},
		{"b", one("2026-10-01"), nil}},
		Periods: []Period{{"p", nil}, {"p", nil}}}
	want := []Problem{{Fault: MakeUpHoliday, Date: day("2026-10-01")}, {Fault: MakeUpWeekday, Date: day("2026-10-12")},
		{Fault: HolidayOverlap, B: 1, Date: day("2026-10-01")}, {Fault: PeriodTwice, B: 1, Name: "p"}}
	if d := cmp.Diff(want, ValidateCalendar(bad)); d != "" {
		t.Error(d)
	}
}

func TestDeadlines(t *testing.T) {
	c := china()
	for month, want := range map[string]string{
		"2025-01": "2025-01-15", "2025-02": "2025-02-20", "2025-03": "2025-03-17", "2025-04": "2025-04-18",
		"2025-05": "2025-05-22",
		"2025-06": "2025-06-16", "2025-10": "2025-10-27", "2026-01": "2026-01-20", "2026-02": "2026-02-24",
		"2026-03": "2026-03-16",
		"2026-04": "2026-04-20", "2026-05": "2026-05-22", "2026-08": "2026-08-17", "2026-10": "2026-10-26",
		"2026-11": "2026-11-16",
	} {
		var y, m int64
		fmt.Sscanf(month, "%d-%d", &y, &m)
		if d, err := DeadlineOfMonth(&c, y*12+m-1); err != nil || d.String() != want {
			t.Errorf("%s: %v, %v; want %s", month, d, err, want)
		}
	}
	if _, err := DeadlineOfMonth(&c, 2027*12); err != ErrYear {
		t.Error(err)
	}
	if _, err := DeadlineOfMonth(&c, -5); err != ErrRange {
		t.Error(err)
	}
	for _, x := range []struct {
		from string
		n    int64
		want string
	}{{"2026-09-30", 1, "2026-10-08"}, {"2026-10-09", 1, "2026-10-10"}, {"2026-10-08", -1, "2026-09-30"},
		{"2026-10-03", 0, "2026-10-03"}} {
		if d, err := AddWorkdays(&c, day(x.from), x.n); err != nil || d.String() != x.want {
			t.Errorf("%s + %d = %v, %v; want %s", x.from, x.n, d, err, x.want)
		}
	}
	if _, err := AddWorkdays(&c, day("2026-12-30"), 20); err != ErrYear {
		t.Error(err)
	}
	for _, x := range []struct {
		tax, days, want int64
		capped          bool
		err             error
	}{
		{1_000_000, 10, 5000, false, nil}, {100, 10, 1, false, nil}, {99, 10, 0, false, nil}, {1, 1000, 1, false, nil},
		{1, 999, 0, false, nil},
		{100, 4000, 200, false, nil}, {100, 4000, 100, true, nil}, {100, -1, 0, false, nil}, {-100, 10, 0, false, nil},
		{1<<63 - 1, 1<<63 - 1, 0, false, ErrRange}, {1<<63 - 1, 1<<63 - 1, 1<<63 - 1, true, nil},
	} {
		if fee, err := LateFee(x.tax, x.days, x.capped); fee != x.want || err != x.err {
			t.Errorf("LateFee(%d, %d) = %d, %v; want %d, %v", x.tax, x.days, fee, err, x.want, x.err)
		}
	}
	if fee, _ := LateFeeBetween(1_000_000, day("2026-10-26"), day("2026-11-05"), false); fee != 5000 {
		t.Error(fee)
	}
}

func TestResolveRefuses(t *testing.T) {
	for _, s := range []Schedule{{Zone: ""}, {Zone: "Nowhere/At_All"}, {Zone: "UTC", Calendar: 3}} {
		if _, err := Resolve(s, nil); err == nil {
			t.Errorf("%+v", s)
		}
	}
}

// drawn is a schedule of any shape, in a zone with and without clock changes.
func drawn(t *rapid.T) (*Hours, int64, []Closure) {
	span := rapid.Custom(func(t *rapid.T) Span {
		return Span{rapid.Int64Range(0, 95).Draw(t, "from") * 900, rapid.Int64Range(0, 96).Draw(t, "to") * 900}
	})
	start := day("2026-01-01")
	dates := rapid.Custom(func(t *rapid.T) Range {
		first := start + Date(rapid.Int64Range(0, 400).Draw(t, "first"))
		return Range{first, first + Date(rapid.Int64Range(0, 40).Draw(t, "long"))}
	})
	s := Schedule{Name: "x", Zone: rapid.SampledFrom([]string{"Asia/Shanghai", "America/New_York",
		"Australia/Lord_Howe"}).Draw(t, "zone"), Calendar: rapid.IntRange(-1, 0).Draw(t, "calendar")}
	for range rapid.IntRange(0, 4).Draw(t, "lines") {
		l := Line{Days: DaySet(rapid.IntRange(0, 1023).Draw(t, "days")),
			Spans: rapid.SliceOfN(span, 0, 3).Draw(t, "spans")}
		if rapid.Bool().Draw(t, "during") {
			l.During = rapid.SliceOfN(dates, 1, 2).Draw(t, "dates")
		}
		s.Lines = append(s.Lines, l)
	}
	for range rapid.IntRange(0, 2).Draw(t, "dated") {
		s.Dated = append(s.Dated, Dated{rapid.SliceOfN(dates, 1, 2).Draw(t, "dates"),
			rapid.SliceOfN(span, 0, 2).Draw(t, "spans")})
	}
	h, err := Resolve(s, []Calendar{china()})
	if err != nil {
		t.Fatal(err)
	}
	// Near a clock change half of the time.
	changes := []int64{1772953200_000, 1793512800_000, 1775314800_000}
	at := int64(start)*86400_000 + rapid.Int64Range(0, 400*86400).Draw(t, "at")*1000
	if rapid.Bool().Draw(t, "near") {
		at = rapid.SampledFrom(changes).Draw(t, "change") + rapid.Int64Range(-7200_000, 7200_000).Draw(t, "off")
	}
	var closures []Closure
	for range rapid.IntRange(0, 2).Draw(t, "closures") {
		from := at + rapid.Int64Range(-86400_000, 3*86400_000).Draw(t, "begin")
		closures = append(closures, Closure{from, from + rapid.Int64Range(1, 2*86400_000).Draw(t, "lasts")})
	}
	return h, at, closures
}

// NextOpen is open, the moment before it is closed, and nothing between is open.
func TestNextOpenIsTheNext(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, at, closures := drawn(t)
		a := h.At(at, closures)
		if a.Open {
			return
		}
		if !a.HasNext {
			if later := at + rapid.Int64Range(0, 300*86400_000).Draw(t, "later"); h.At(later, closures).Open {
				t.Fatalf("open at %d though none was promised", later)
			}
			return
		}
		if a.NextOpen <= at || !h.At(a.NextOpen, closures).Open || h.At(a.NextOpen-1, closures).Open {
			t.Fatalf("closed at %d, next %d", at, a.NextOpen)
		}
		if mid := rapid.Int64Range(at, a.NextOpen-1).Draw(t, "between"); h.At(mid, closures).Open {
			t.Fatalf("closed at %d, next %d, but open at %d", at, a.NextOpen, mid)
		}
	})
}

// What Month prints is what At answers, minute by minute, on days without a clock change; a closure
// only ever closes.
func TestMonthAgreesWithAt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, at, closures := drawn(t)
		local := time.UnixMilli(at).In(h.Zone())
		y, m, d := local.Date()
		open := h.At(at, nil).Open
		if h.At(at, closures).Open && !open {
			t.Fatal("a closure opened the service")
		}
		before := time.Date(y, m, d-1, 12, 0, 0, 0, h.Zone())
		after := time.Date(y, m, d+1, 12, 0, 0, 0, h.Zone())
		_, o1 := before.Zone()
		if _, o2 := after.Zone(); o1 != o2 {
			return
		}
		second := int64(local.Hour()*3600 + local.Minute()*60 + local.Second())
		today := DateOf(y, m, d)
		py, pm, pd := (today - 1).Civil()
		shown := false
		for _, s := range h.Month(y, m)[d-1].Spans {
			to := s.To
			if s.To < s.From {
				to = 86400
			}
			shown = shown || s.From <= second && second < to
		}
		for _, s := range h.Month(py, pm)[pd-1].Spans {
			shown = shown || s.To < s.From && second < s.To
		}
		if shown != open {
			t.Fatalf("%v: the month shows %v, At says %v", local, shown, open)
		}
	})
}

func BenchmarkAt(b *testing.B) {
	h := resolve(b, office(), china())
	at := int64(day("2026-10-01"))*86400_000 + 3600_000
	b.ReportAllocs()
	for range b.N {
		if h.At(at, nil).Open {
			b.Fatal("open")
		}
	}
}

// TestLacks: the first day of the first year that the calendar does not hold, or the day itself.
func TestLacks(t *testing.T) {
	c := china()
	for from, want := range map[string]string{"2026-03-01": "2027-01-01", "2026-12-31": "2027-01-01",
		"2027-05-01": "2027-05-01"} {
		if got := c.Lacks(days(from, from).First).String(); got != want {
			t.Errorf("from %s: %s, want %s", from, got, want)
		}
	}
}
