package readout

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"rexian/locale"
)

// kindNames are the names of the kinds as flows spell them, English first.
var kindNames = [kinds][2]string{
	Text: {"text", "文本"}, Digits: {"digits", "数字"}, Number: {"number", "数值"}, Percent: {"percent", "百分比"},
	Money: {"money", "金额"}, YesNo: {"yesno", "是否"}, Date: {"date", "日期"}, Month: {"month", "月份"},
	Quarter: {"quarter", "季度"}, Time: {"time", "时刻"}, Moment: {"moment", "时间点"}, Duration: {"duration", "时长"},
	Workdays: {"workdays", "工作日"}, Months: {"months", "月数"}, Phone: {"phone", "电话"},
	TaxpayerID: {"taxpayer_id", "税号"}, ResidentID: {"resident_id", "身份证号"}, Language: {"language", "语言"},
}

var styleNames = [styles][2]string{
	Default: {"default", "默认"}, Spelled: {"digits", "逐位"}, Ordinal: {"ordinal", "序数"}, Count: {"count", "计数"},
	Masked: {"masked", "脱敏"}, Percentage: {"percent", "百分比"}, Weekday: {"weekday", "星期"},
	Short: {"short", "简短"}, Near: {"near", "相对"},
}

// String returns the kind's English name.
func (k Kind) String() string {
	if k < kinds {
		return kindNames[k][0]
	}
	return fmt.Sprintf("Kind(%d)", k)
}

// String returns the style's English name.
func (s Style) String() string {
	if s < styles {
		return styleNames[s][0]
	}
	return fmt.Sprintf("Style(%d)", s)
}

// ParseKind finds a kind by its name in either tongue.
func ParseKind(name string) (Kind, bool) {
	for k, names := range kindNames {
		if name == names[0] || name == names[1] {
			return Kind(k), true
		}
	}
	return 0, false
}

// ParseStyle finds a style by its name in either tongue.
func ParseStyle(name string) (Style, bool) {
	for s, names := range styleNames {
		if name == names[0] || name == names[1] {
			return Style(s), true
		}
	}
	return 0, false
}

// ParseValue reads a value as flows write their literals: money "1200.50" or "500万元", date "2026-10-01" or
// "2026年10月1日", duration "1h30m" or "5分钟", moment "2026-10-01 08:30" (in UTC) or RFC 3339. kind is the kind's name in
// either tongue. The error is one sentence that says what was expected.
func ParseValue(kind, text string) (Value, error) {
	k, ok := ParseKind(kind)
	if !ok {
		return Value{}, fmt.Errorf("no such kind of value: %q", kind)
	}
	s := strings.TrimSpace(locale.Fold(text))
	v := Value{Kind: k}
	ok = false
	switch k {
	case Text:
		v.S, ok = text, true
	case Digits:
		v.S, ok = s, s != "" && strings.Trim(s, "0123456789") == ""
	case Phone:
		v.S, ok = NormalPhone(s), strings.ContainsAny(s, "0123456789")
	case TaxpayerID, ResidentID:
		v.S = strings.ToUpper(s)
		ok = s != "" && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) && !isLatin(r) }) < 0
	case Language:
		_, ok = Lookup(s)
		v.S = s
	case Number:
		v.N, ok = decimal(s, 6)
	case Percent:
		v.N, ok = decimal(strings.TrimSuffix(s, "%"), 4)
	case Money:
		v.N, ok = parseMoney(s)
	case Workdays, Months:
		v.N, ok = decimal(s, 0)
	case YesNo:
		v.N, ok = map[string]int64{"yes": 1, "是": 1, "1": 1, "no": 0, "否": 0, "0": 0}[s],
			strings.Contains(" yes no 是 否 1 0 ", " "+s+" ")
	case Date:
		v.N, ok = parseDate(s)
	case Month:
		v.N, ok = parseMonth(s)
	case Quarter:
		v.N, ok = parseQuarter(s)
	case Time:
		v.N, ok = parseTime(s)
	case Moment:
		v.N, ok = parseMoment(s)
	case Duration:
		v.N, ok = parseDuration(s)
	}
	if !ok {
		return Value{}, fmt.Errorf("%q is not a %s, such as %s", text, k, examples[k])
	}
	return v, nil
}

var examples = [kinds]string{
	Text: "测试公司", Digits: "0123", Number: "1234.5", Percent: "0.05%", Money: "1200.50", YesNo: "yes",
	Date:  "2026-10-01",
	Month: "2026-10", Quarter: "2026Q4", Time: "08:30", Moment: "2026-10-01 08:30", Duration: "1h30m", Workdays: "15",
	Months: "3", Phone: "13800138000", TaxpayerID: "913701001000000409", ResidentID: "11010519491231002X",
	Language: "zh",
}

// decimal reads an exact decimal number into units of 10^-places; more places than that are refused, not rounded.
func decimal(s string, places int) (int64, bool) {
	s, neg := strings.CutPrefix(s, "-")
	whole, frac, point := strings.Cut(s, ".")
	if whole == "" || point && frac == "" || len(frac) > places {
		return 0, false
	}
	n, ok := uint64(0), true
	for _, r := range whole + frac + strings.Repeat("0", places-len(frac)) {
		if r < '0' || r > '9' {
			return 0, false
		}
		if n, ok = mulDecimal(n, uint64(r-'0')); !ok {
			return 0, false
		}
	}
	if neg {
		return -int64(n), true
	}
	return int64(n), true
}

// parseMoney reads 1200.50, 1200.5元, 500万元, 1.5亿元, 100 yuan.
func parseMoney(s string) (int64, bool) {
	places := 2
	for _, unit := range []struct {
		name   string
		places int
	}{
		{"wan yuan", 6}, {"yi yuan", 10}, {"万元", 6}, {"亿元", 10}, {"yuan", 2}, {"元", 2},
	} {
		if before, ok := strings.CutSuffix(s, unit.name); ok {
			s, places = strings.TrimSpace(before), unit.places
			break
		}
	}
	return decimal(s, places)
}

// scan matches s against a format of fmt.Sscanf and demands that all of it was used: the round trip proves it.
func scan(s, format string, into ...any) bool {
	var rest string
	n, err := fmt.Sscanf(s+"\x00", format+"%s", append(into, &rest)...)
	return err == nil && n == len(into)+1 && rest == "\x00"
}

func parseDate(s string) (int64, bool) {
	var y, m, d int
	if !scan(s, "%4d-%2d-%2d", &y, &m, &d) && !scan(s, "%4d年%2d月%2d日", &y, &m, &d) {
		return 0, false
	}
	return daysOf(y, m, d)
}

func parseMonth(s string) (int64, bool) {
	var y, m int
	if !scan(s, "%4d-%2d", &y, &m) && !scan(s, "%4d年%2d月", &y, &m) {
		return 0, false
	}
	return int64(y*12 + m - 1), y >= 0 && m >= 1 && m <= 12
}

func parseQuarter(s string) (int64, bool) {
	var y, q int
	if !scan(s, "%4dQ%1d", &y, &q) && !scan(s, "%4d年第%1d季度", &y, &q) && !scan(s, "Q%1d", &q) && !scan(s, "第%1d季度", &q) {
		return 0, false
	}
	return int64(y*4 + q - 1), y >= 0 && q >= 1 && q <= 4
}

func parseTime(s string) (int64, bool) {
	var h, m, sec int
	if !scan(s, "%2d:%2d:%2d", &h, &m, &sec) {
		sec = 0
		if !scan(s, "%2d:%2d", &h, &m) && !scan(s, "%2d点%2d分", &h, &m) {
			m = 0
			if !scan(s, "%2d点", &h) {
				return 0, false
			}
		}
	}
	n := int64(h*3600 + m*60 + sec)
	return n, h >= 0 && m >= 0 && m < 60 && sec >= 0 && sec < 60 && n <= 86_400
}

func parseMoment(s string) (int64, bool) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UnixMilli(), true
	}
	date, clock, _ := strings.Cut(s, " ")
	d, ok := parseDate(date)
	n, ok2 := parseTime(strings.TrimSpace(clock))
	return (d*86_400 + n) * 1000, ok && ok2
}

// parseDuration reads amounts with units, largest first or not: 1h30m, 1小时5秒, 30 天, 1.5s.
func parseDuration(s string) (int64, bool) {
	s, neg := strings.CutPrefix(s, "-")
	total := int64(0)
	for first := true; first || s != ""; first = false {
		end := strings.IndexFunc(s, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
		if end <= 0 {
			return 0, false
		}
		n, ok := decimal(s[:end], 3)
		s = strings.TrimLeft(s[end:], " ")
		unit := strings.IndexFunc(s, func(r rune) bool { return '0' <= r && r <= '9' })
		if unit < 0 {
			unit = len(s)
		}
		scale := map[string]int64{
			"s": 1, "秒": 1, "秒钟": 1, "m": 60, "分钟": 60, "分": 60, "h": 3600, "小时": 3600, "个小时": 3600, "d": 86_400,
			"天": 86_400,
		}[strings.TrimSpace(s[:unit])]
		s = s[unit:]
		if !ok || scale == 0 || n > (1<<62-total)/scale {
			return 0, false
		}
		total += n * scale
	}
	if neg {
		total = -total
	}
	return total, true
}
