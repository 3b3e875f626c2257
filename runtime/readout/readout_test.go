package readout

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func value(t *testing.T, kind, text string) Value {
	t.Helper()
	v, err := ParseValue(kind, text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The first block is the table of the readout rules, row by row.
func TestSpeakChinese(t *testing.T) {
	for _, c := range []struct {
		kind, text string
		style      Style
		want       string
	}{
		{"money", "0", Default, "零元"},
		{"money", "0.01", Default, "一分"},
		{"money", "0.10", Default, "一角"},
		{"money", "0.22", Default, "两角两分"},
		{"money", "1.05", Default, "一元零五分"},
		{"money", "1.50", Default, "一元五角"},
		{"money", "12", Default, "十二元"},
		{"money", "20.20", Default, "二十元两角"},
		{"money", "101.01", Default, "一百零一元零一分"},
		{"money", "110", Default, "一百一十元"},
		{"money", "1000.05", Default, "一千元零五分"},
		{"money", "1010", Default, "一千零一十元"},
		{"money", "10500", Default, "一万零五百元"},
		{"money", "12000", Default, "一万两千元"},
		{"money", "100500", Default, "十万零五百元"},
		{"money", "110000", Default, "十一万元"},
		{"money", "20000000", Default, "两千万元"},
		{"money", "100010000", Default, "一亿零一万元"},
		{"money", "1234567.89", Default, "一百二十三万四千五百六十七元八角九分"},
		{"money", "-12.5", Default, "负十二元五角"},
		{"phone", "12366", Default, "幺二三六六"},
		{"digits", "010", Default, "零幺零"},
		{"date", "2026-01-04", Weekday, "二零二六年一月四日，星期日"},
		{"time", "02:00", Default, "两点整"},
		{"duration", "1h0m5s", Default, "一小时零五秒"},
		{"number", "2", Count, "两"},
		{"number", "22", Count, "二十二"},
		{"number", "2", Ordinal, "第二"},
		{"money", "1200.50", Default, "一千二百元五角"},

		{"money", "2", Default, "两元"},
		{"money", "30000", Default, "三万元"},
		{"money", "200.02", Default, "二百元零两分"},
		{"money", "100000000000000", Default, "一百万亿元"},
		{"money", "9999万元", Default, "九千九百九十九万元"},
		{"number", "2002", Default, "两千零二"},
		{"number", "20020000", Default, "两千零二万"},
		{"number", "22000", Default, "两万两千"},
		{"number", "100100000", Default, "一亿零一十万"},
		{"number", "100005000", Default, "一亿零五千"},
		{"number", "101000", Default, "十万一千"},
		{"number", "100010", Default, "十万零一十"},
		{"number", "200", Default, "二百"},
		{"number", "0", Default, "零"},
		{"number", "2.5", Default, "二点五"},
		{"number", "-0.000001", Default, "负零点零零零零零一"},
		{"number", "12", Spelled, "幺二"},
		{"number", "0.2", Percentage, "百分之二十"},
		{"percent", "0.05%", Default, "百分之零点零五"},
		{"percent", "20", Default, "百分之二十"},
		{"yesno", "是", Default, "是"},
		{"date", "2026-10-01", Default, "二零二六年十月一日"},
		{"date", "2011-11-11", Default, "二零一一年十一月十一日"},
		{"month", "2026-08", Default, "二零二六年八月"},
		{"month", "2026-02", Default, "二零二六年二月"},
		{"quarter", "Q2", Default, "第二季度"},
		{"quarter", "2026Q2", Default, "二零二六年第二季度"},
		{"time", "00:05", Default, "零点零五分"},
		{"time", "12:00", Default, "十二点整"},
		{"time", "13:30", Default, "十三点三十分"},
		{"time", "02:02", Default, "两点零二分"},
		{"time", "08:00:05", Default, "八点零分零五秒"},
		{"time", "24:00", Default, "二十四点整"},
		{"duration", "30d", Default, "三十天"},
		{"duration", "2h", Default, "两小时"},
		{"duration", "90m", Default, "一小时三十分钟"},
		{"duration", "65s", Default, "一分五秒"},
		{"duration", "1d5m", Default, "一天零五分钟"},
		{"duration", "0s", Default, "零秒"},
		{"duration", "2.5s", Default, "二点五秒"},
		{"workdays", "2", Default, "两个工作日"},
		{"months", "3", Default, "三个月"},
		{"phone", "13800138000", Default, "幺三八，零零幺三，八零零零"},
		{"phone", "+86 138 0013 8000", Default, "幺三八，零零幺三，八零零零"},
		{"phone", "0531-88880000", Default, "零五三幺，八八八八，零零零零"},
		{"phone", "01088880000", Default, "零幺零，八八八八，零零零零"},
		{"phone", "4008205000", Default, "四零零，八二零，五零零零"},
		{"phone", "13800138000", Masked, "尾号八零零零"},
		{"taxpayer_id", "91370100MA3C12345X", Default, "九幺三七零幺零零MA三C幺二三四五X"},
		{"resident_id", "11010519491231002X", Default, "幺幺零幺零五，幺九四九幺二三幺，零零二X"},
		{"resident_id", "11010519491231002X", Masked, "尾号零零二X"},
		{"text", "GD2026-01", Spelled, "GD二零二六，零幺"},
		{"text", "测试公司", Default, "测试公司"},
		{"text", "张三", Masked, "张某"},
		{"money", "5", Masked, "已隐藏"},
		{"language", "zh", Default, "中文"},
		{"language", "en", Default, "英文"},
	} {
		if got := Speak("zh", value(t, c.kind, c.text), c.style, Context{}); got != c.want {
			t.Errorf("%s %s %v: %q, want %q", c.kind, c.text, c.style, got, c.want)
		}
	}
}

func TestSpeakEnglish(t *testing.T) {
	for _, c := range []struct {
		kind, text string
		style      Style
		want       string
	}{
		{"money", "1", Default, "one yuan"},
		{"money", "0.50", Default, "fifty fen"},
		{"money", "1.05", Default, "one yuan and five fen"},
		{"money", "1234567.89", Default,
			"one million two hundred thirty-four thousand five hundred sixty-seven yuan and eighty-nine fen"},
		{"money", "-12.5", Default, "minus twelve yuan and fifty fen"},
		{"money", "0", Default, "zero yuan"},
		{"number", "1000001", Default, "one million one"},
		{"number", "-2.05", Default, "minus two point zero five"},
		{"number", "21", Ordinal, "twenty-first"},
		{"number", "20", Ordinal, "twentieth"},
		{"number", "12", Ordinal, "twelfth"},
		{"number", "100", Ordinal, "one hundredth"},
		{"number", "10", Spelled, "one zero"},
		{"percent", "0.05%", Default, "zero point zero five per cent"},
		{"date", "2026-10-01", Default, "October first, twenty twenty-six"},
		{"date", "2005-01-04", Weekday, "Tuesday, January fourth, two thousand five"},
		{"date", "1905-12-12", Default, "December twelfth, nineteen oh five"},
		{"month", "1900-08", Default, "August nineteen hundred"},
		{"quarter", "2026Q2", Default, "the second quarter of twenty twenty-six"},
		{"time", "00:05", Default, "twelve oh five a.m."},
		{"time", "12:00", Default, "twelve noon"},
		{"time", "00:00", Default, "twelve midnight"},
		{"time", "12:30", Default, "twelve thirty p.m."},
		{"time", "23:59", Default, "eleven fifty-nine p.m."},
		{"time", "02:00", Default, "two a.m."},
		{"duration", "1h0m5s", Default, "one hour and five seconds"},
		{"duration", "1d1h1m", Default, "one day, one hour and one minute"},
		{"duration", "1.5s", Default, "one point five seconds"},
		{"workdays", "1", Default, "one working day"},
		{"phone", "13800138000", Default, "one three eight, zero zero one three, eight zero zero zero"},
		{"phone", "13800138000", Masked, "ending in eight zero zero zero"},
		{"language", "zh", Default, "Chinese"},
		{"yesno", "0", Default, "no"},
	} {
		if got := Speak("en", value(t, c.kind, c.text), c.style, Context{}); got != c.want {
			t.Errorf("%s %s %v: %q, want %q", c.kind, c.text, c.style, got, c.want)
		}
	}
}

func TestSurroundingWords(t *testing.T) {
	for _, c := range []struct{ lang, number, prev, next, want string }{
		{"zh", "2", "您有", "笔欠税", "两"},
		{"zh", "2", "您前面还有", "位", "两"},
		{"zh", "22", "您前面还有", "位", "二十二"},
		{"zh", "2", "第", "位", "二"},
		{"zh", "2", "得分", "，", "二"},
		{"zh", "2", "得分", "", "二"},
		{"zh", "2", "今年", "月", "二"},
		{"zh", "2.5", "", "倍", "二点五"},
		{"zh", "-2", "", "笔", "负两"},
		{"en", "2", "There are ", " callers", "two"},
	} {
		got := Speak(c.lang, value(t, "number", c.number), Default, Context{Prev: c.prev, Next: c.next})
		if got != c.want {
			t.Errorf("%s%s%s: %q, want %q", c.prev, c.number, c.next, got, c.want)
		}
	}
	for prev, want := range map[string]string{"法规科请按": "一", "号码": "幺"} { // a key is no account
		if got := Speak("zh", value(t, "digits", "1"), Default, Context{Prev: prev}); got != want {
			t.Errorf("%s: 1 is read %q, want %q", prev, got, want)
		}
	}
	if got := Speak("zh", value(t, "number", "2"), Ordinal, Context{Prev: "第"}); got != "二" {
		t.Errorf("ordinal after 第: %q", got)
	}
}

func TestMomentIsToldRelativeToThePresent(t *testing.T) {
	shanghai := time.FixedZone("CST", 8*3600)
	at := func(s string) int64 {
		m, err := time.ParseInLocation("2006-01-02 15:04", s, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return m.UnixMilli()
	}
	now := at("2026-08-20 12:30")
	for _, c := range []struct {
		lang, at string
		now      int64
		want     string
	}{
		{"zh", "2026-08-20 13:30", now, "十三点三十分"},
		{"zh", "2026-08-20 00:00", now, "零点整"}, // 16:00 of the day before in UTC
		{"zh", "2026-10-09 08:30", now, "十月九日八点三十分"},
		{"zh", "2027-01-04 08:30", now, "二零二七年一月四日八点三十分"},
		{"zh", "2026-08-20 13:30", 0, "二零二六年八月二十日十三点三十分"},
		{"en", "2026-08-20 13:30", now, "one thirty p.m."},
		{"en", "2026-10-09 08:30", now, "October ninth, eight thirty a.m."},
	} {
		v := Value{Kind: Moment, N: at(c.at)}
		if got := Speak(c.lang, v, Default, Context{Zone: shanghai, Now: c.now}); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.lang, c.at, got, c.want)
		}
	}
	v := Value{Kind: Moment, N: at("2026-08-20 13:30")}
	if got := Write("zh", v, Default, Context{Zone: shanghai, Now: now}); got != "2026年8月20日13:30" {
		t.Errorf("in writing a moment is told in full: %q", got)
	}
}

func TestWrite(t *testing.T) {
	for _, c := range []struct {
		lang, kind, text string
		style            Style
		want             string
	}{
		{"zh", "money", "1200.5", Default, "1200.50元"},
		{"zh", "money", "-0.05", Default, "-0.05元"},
		{"en", "money", "1200.5", Default, "1,200.50 yuan"},
		{"zh", "date", "2026-10-26", Default, "2026年10月26日"},
		{"zh", "date", "2026-10-26", Weekday, "2026年10月26日（星期一）"},
		{"en", "date", "2026-10-26", Default, "26 October 2026"},
		{"zh", "month", "2026-08", Default, "2026年8月"},
		{"zh", "number", "1234567.50", Default, "1234567.5"},
		{"en", "number", "1234567.5", Default, "1,234,567.5"},
		{"en", "number", "22", Ordinal, "22nd"},
		{"en", "number", "112", Ordinal, "112th"},
		{"zh", "number", "2", Ordinal, "第2"},
		{"zh", "percent", "0.05", Default, "0.05%"},
		{"zh", "number", "0.2", Percentage, "20%"},
		{"zh", "time", "08:30", Default, "08:30"},
		{"zh", "duration", "1h5s", Default, "1小时5秒"},
		{"en", "duration", "1h5s", Default, "1 hour 5 seconds"},
		{"zh", "duration", "0s", Default, "0秒"},
		{"zh", "phone", "+86 13800138000", Default, "13800138000"},
		{"zh", "phone", "13800138000", Masked, "138****8000"},
		{"zh", "resident_id", "11010519491231002X", Masked, "110105********002X"},
		{"zh", "taxpayer_id", "913701001000000409", Masked, "913701********0409"},
		{"zh", "text", "张三", Masked, "张*"},
		{"zh", "text", "张", Masked, "*"},
		{"zh", "money", "5", Masked, "***"},
		{"zh", "quarter", "2026Q2", Default, "2026年第2季度"},
		{"zh", "yesno", "yes", Default, "是"},
	} {
		if got := Write(c.lang, value(t, c.kind, c.text), c.style, Context{}); got != c.want {
			t.Errorf("%s %s %s %v: %q, want %q", c.lang, c.kind, c.text, c.style, got, c.want)
		}
	}
}

// The caller of a mail's flow is a mail address.
func TestWriteAMailAddress(t *testing.T) {
	v := Value{Kind: Phone, S: "li.si@example.com"}
	for style, want := range map[Style]string{Default: "li.si@example.com", Masked: "li.**********.com"} {
		if got := Write("zh", v, style, Context{}); got != want {
			t.Errorf("%v: %q, want %q", style, got, want)
		}
	}
}

func TestFragments(t *testing.T) {
	got := Fragments("zh", value(t, "money", "1200.50"), Default, Context{})
	if diff := cmp.Diff([]string{"一", "千", "二", "百", "元", "五", "角"}, got); diff != "" {
		t.Error(diff)
	}
	got = Fragments("en", value(t, "phone", "12366"), Default, Context{})
	if diff := cmp.Diff([]string{"one", "two", "three", "six", "six"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestLanguageLookup(t *testing.T) {
	if diff := cmp.Diff([]string{"en", "fr", "yue", "zh"}, Languages()); diff != "" {
		t.Error(diff)
	}
	for _, tag := range []string{"zh", "ZH", "zh-Hans-CN", "zh_CN"} {
		if got, ok := Lookup(tag); !ok || got.Tag != "zh" {
			t.Errorf("Lookup(%q)", tag)
		}
	}
	for _, tag := range []string{"", "z", "xx", "-"} {
		if _, ok := Lookup(tag); ok {
			t.Errorf("Lookup(%q) finds a language", tag)
		}
	}
	if got := Speak("xx", value(t, "money", "1200.5"), Default, Context{}); got != "1200.50" {
		t.Errorf("a language without a table: %q", got)
	}
	if got := Write("xx", value(t, "phone", "13800138000"), Masked, Context{}); got != "138****8000" {
		t.Errorf("masking does not need a table: %q", got)
	}
	if got := Speak("xx", value(t, "phone", "13800138000"), Masked, Context{}); strings.Contains(got, "13800138000") {
		t.Errorf("masking does not need a table: %q", got)
	}
}

func TestSearchable(t *testing.T) {
	for in, want := range map[string]string{
		"截至二零二六年十月十二日，合计一千二百元五角。": "截至二零二六年十月十二日合计一千二百元五角",
		"For English, press ２. ": "forenglishpress2",
		"twenty-two":             "twentytwo",
		" ，。！":                   "",
		"“是”或「否」":                "是或否",
	} {
		if got := Searchable(in); got != want {
			t.Errorf("Searchable(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSyllables(t *testing.T) {
	for _, c := range []struct {
		lang, text string
		want       int
	}{
		{"zh", "您好，欢迎致电12366。", 11},
		{"zh", "", 0},
		{"zh", "……", 0},
		{"en", "seven zero", 4},
		{"en", "12306", 6},
		{"en", "please", 1},
		{"en", "twentieth", 3},
		{"en", "W", 3},
		{"en", "VIP", 3},
		{"xx", "您好a1", 4},
	} {
		if got := Syllables(c.lang, c.text); got != c.want {
			t.Errorf("Syllables(%s, %q) = %d, want %d", c.lang, c.text, got, c.want)
		}
	}
	if got := SpokenTime("zh", "二零二六年"); got != 1250*time.Millisecond {
		t.Errorf("SpokenTime: %v", got)
	}
}

func TestParseValueRefuses(t *testing.T) {
	for _, c := range []struct{ kind, text string }{
		{"money", ""}, {"money", "1.005"}, {"money", "一百元"}, {"money", "1.2.3"}, {"money", "99999999999999999999"},
		{"money", "-"},
		{"number", "1."}, {"number", ".5"}, {"number", "0.0000001"}, {"number", "1e5"},
		{"date", "2026-13-01"}, {"date", "2026-02-29"}, {"date", "2026-10-01x"}, {"date", "10月1日"},
		{"month", "2026-13"}, {"month", "2026-08-01"}, {"time", "24:01"}, {"time", "8"}, {"time", "08:60"},
		{"duration", "5"}, {"duration", ""}, {"duration", "5x"}, {"duration", "99999999999999999d"},
		{"duration", "1h 99999999999999999d"},
		{"digits", "12a"}, {"digits", ""}, {"phone", "abc"}, {"taxpayer_id", "9 1"}, {"language", "xx"},
		{"yesno", "maybe"}, {"yesno", ""}, {"quarter", "2026Q5"}, {"moment", "2026-10-01"}, {"colour", "red"},
	} {
		if v, err := ParseValue(c.kind, c.text); err == nil {
			t.Errorf("%s %q: %+v", c.kind, c.text, v)
		}
	}
}

func TestNamesOfKindsAndStyles(t *testing.T) {
	for k := range kinds {
		for _, name := range kindNames[k] {
			if got, ok := ParseKind(name); !ok || got != k {
				t.Errorf("ParseKind(%q) = %v, %v", name, got, ok)
			}
		}
		if v, err := ParseValue(k.String(), examples[k]); err != nil {
			t.Errorf("the example of %v: %v", k, err)
		} else if v.Kind != k {
			t.Errorf("the example of %v is %+v", k, v)
		}
	}
	for s := range styles {
		for _, name := range styleNames[s] {
			if got, ok := ParseStyle(name); !ok || got != s {
				t.Errorf("ParseStyle(%q) = %v, %v", name, got, ok)
			}
		}
	}
	if _, ok := ParseKind(""); ok {
		t.Error("the empty name is a kind")
	}
}

func TestCivilAgreesWithTheStandardLibrary(t *testing.T) {
	for days := int64(-800_000); days < 3_000_000; days += 61 {
		want := time.Unix(days*86_400, 0).UTC()
		got := civil(days)
		if got != (Civil{int64(want.Year()), int(want.Month()), want.Day(), want.Weekday()}) {
			t.Fatalf("civil(%d) = %+v, want %v", days, got, want)
		}
	}
	for _, days := range []int64{math.MinInt64, math.MaxInt64} {
		if d := civil(days); d.Month < 1 || d.Month > 12 || d.Day < 1 || d.Day > 31 {
			t.Errorf("civil(%d) = %+v", days, d)
		}
	}
}

// TestDatesNearTheDay tells days by their distance from the present one.
func TestDatesNearTheDay(t *testing.T) {
	shanghai := time.FixedZone("Asia/Shanghai", 8*3600)
	now := time.Date(2026, 12, 30, 23, 0, 0, 0, shanghai).UnixMilli()
	for _, c := range []struct {
		kind, value, style, zh, en string
	}{
		{"date", "2026-12-29", "near", "昨天", "yesterday"},
		{"date", "2026-12-30", "near", "今天", "today"},
		{"date", "2026-12-31", "near", "明天", "tomorrow"},
		{"date", "2027-01-01", "near", "后天", "the day after tomorrow"},
		{"date", "2027-01-02", "near", "二零二七年一月二日", "January second, twenty twenty-seven"},
		{"date", "2026-12-28", "相对", "十二月二十八日", "December twenty-eighth"},
		{"date", "2026-12-30", "short", "十二月三十日", "December thirtieth"},
		{"date", "2025-12-30", "简短", "二零二五年十二月三十日", "December thirtieth, twenty twenty-five"},
		{"moment", "2026-12-31 00:30", "near", "明天八点三十分", "tomorrow, eight thirty a.m."},
		{"number", "0.05", "百分比", "百分之五", "five per cent"},
	} {
		v, err := ParseValue(c.kind, c.value)
		if err != nil {
			t.Fatal(err)
		}
		style, ok := ParseStyle(c.style)
		if !ok {
			t.Fatalf("no style %s", c.style)
		}
		for lang, want := range map[string]string{"zh": c.zh, "en": c.en} {
			if got := Speak(lang, v, style, Context{Zone: shanghai, Now: now}); got != want {
				t.Errorf("%s %s:%s in %s: %s, want %s", c.kind, c.value, c.style, lang, got, want)
			}
		}
	}
	v, _ := ParseValue("date", "2026-12-31")
	if got := Speak("zh", v, Near, Context{}); got != "二零二六年十二月三十一日" {
		t.Errorf("at an unknown time: %s", got)
	}
}
