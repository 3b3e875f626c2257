package table

import (
	"strconv"
	"strings"
	"time"
)

// Kind is the type of a column, with the value its cells become.
type Kind uint8

const (
	Text       Kind = iota // S, unchanged
	Digits                 // S, ASCII digits
	Number                 // N in millionths
	Money                  // N in fen
	YesNo                  // N 0 or 1
	Date                   // N in days since 1970-01-01
	Month                  // N is year*12 + month-1
	Time                   // N in seconds since midnight, to 86400
	Moment                 // N in milliseconds since 1970-01-01T00:00, read as UTC: the caller applies the zone
	Duration               // N in milliseconds
	Phone                  // S, normalised: digits only, without +86
	TaxpayerID             // S, capital letters and digits; the check digits are not checked here
	ResidentID             // S, as TaxpayerID
)

// Column is the type of a column. Min and Max bound the length of Digits; 0 leaves it open.
type Column struct {
	Kind     Kind
	Min, Max int
}

// Value is a typed cell: N or S, as the Kind says.
type Value struct {
	N int64
	S string
}

// ParseCell reads a cell's text as a value of the column's type. It takes what people write in spreadsheets:
// "1,200.50", "1200.5元", "￥80", "500万元" as money; 2026-10-01, 2026/10/1, 2026年10月1日 as a date; 是/否/√/×
// as yesno; +86 138-0013-8000 as a phone; full-width characters everywhere; the apostrophe in front with which a
// spreadsheet is told to keep a number as text, and the .0 that programs add to whole numbers. Dates of two-digit
// years or of unclear order (10/1/2026) are refused. The error is a *CellError; a blank cell is Blank even for text.
func ParseCell(column Column, text string) (Value, error) {
	trimmed := unmarked(tidy(text))
	s := trimmed
	if column.Kind != Text {
		s = folded(trimmed)
	}
	var v Value
	misfit := Misfit(0)
	switch {
	case s == "":
		misfit = Blank
	case column.Kind != Text && column.Kind != Number && column.Kind != Money && isScientific(s):
		misfit = LostDigits
	default:
		v, misfit = parse(column, s, trimmed)
	}
	if misfit != 0 {
		return Value{}, &CellError{Misfit: misfit, Column: column, Text: text}
	}
	return v, nil
}

func parse(column Column, s, original string) (v Value, misfit Misfit) {
	switch column.Kind {
	case Digits, YesNo, Date, Month, Phone, TaxpayerID, ResidentID:
		if s, misfit = wholeNumber(s); misfit != 0 {
			return v, misfit
		}
	}
	switch column.Kind {
	case Text:
		v.S = original
	case Digits:
		v.S, misfit = parseDigits(s, column.Min, column.Max)
	case Number:
		v.N, misfit = parseNumber(s)
		misfit = below(v.N, numberLimit, misfit)
	case Money:
		v.N, misfit = parseMoney(s)
		misfit = below(v.N, moneyLimit, misfit)
	case YesNo:
		v.N, misfit = parseYesNo(s)
	case Date:
		v.N, misfit = parseDate(s)
	case Month:
		v.N, misfit = parseMonth(s)
	case Time:
		v.N, misfit = parseTime(s)
	case Moment:
		v.N, misfit = parseMoment(s)
	case Duration:
		v.N, misfit = parseDuration(s)
	case Phone:
		v.S, misfit = parsePhone(s)
	case TaxpayerID, ResidentID:
		v.S, misfit = parseID(s)
	default:
		misfit = NotOfKind
	}
	return v, misfit
}

// What numbers and amounts stay below, either way from zero: twelve digits before the point, in millionths and in fen,
// as compiler/value has it.
const (
	numberLimit = 1_000_000_000_000_000_000
	moneyLimit  = 100_000_000_000_000
)

func below(n, limit int64, misfit Misfit) Misfit {
	if misfit == 0 && (n >= limit || n <= -limit) {
		return OutOfRange
	}
	return misfit
}

// isScientific recognises what a spreadsheet makes of a long identifier: 9.13701E+17.
func isScientific(s string) bool {
	mantissa, exponent, ok := strings.Cut(strings.ToUpper(s), "E+")
	return ok && mantissa != "" && strings.Trim(mantissa, "0123456789.") == "" && isDigits(exponent)
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func parseDigits(s string, least, most int) (string, Misfit) {
	switch {
	case !isDigits(s):
		return "", NotOfKind
	case len(s) < least && s[0] != '0':
		return "", LostZeros
	case len(s) < least || most > 0 && len(s) > most:
		return "", WrongWidth
	}
	return s, 0
}

func parseNumber(s string) (int64, Misfit) {
	if percent, ok := strings.CutSuffix(s, "%"); ok {
		return decimal(percent, 4)
	}
	return decimal(s, 6)
}

// parseMoney reads an amount with or without sign, thousands and unit. The accountants' (1,200.50) is minus.
func parseMoney(s string) (int64, Misfit) {
	if inner, ok := strings.CutPrefix(s, "("); ok && strings.HasSuffix(inner, ")") {
		n, misfit := parseMoney(inner[:len(inner)-1])
		if n < 0 {
			return 0, NotOfKind
		}
		return -n, misfit
	}
	sign, rest := "", s
	if r, ok := strings.CutPrefix(rest, "-"); ok {
		sign, rest = "-", r
	}
	for _, symbol := range []string{"¥", "CNY", "RMB"} {
		if r, ok := strings.CutPrefix(rest, symbol); ok {
			rest = strings.TrimSpace(r)
			break
		}
	}
	if r, ok := strings.CutPrefix(rest, "-"); ok && sign == "" { // ¥-80
		sign, rest = "-", r
	}
	places := 2
	for _, unit := range []struct {
		name   string
		places int
	}{{"万元", 6}, {"亿元", 10}, {"元", 2}, {"wan yuan", 6}, {"yi yuan", 10}, {"yuan", 2}} {
		if r, ok := strings.CutSuffix(rest, unit.name); ok {
			rest, places = strings.TrimSpace(r), unit.places
			break
		}
	}
	if strings.HasPrefix(rest, "-") {
		return 0, NotOfKind
	}
	return decimal(sign+rest, places)
}

// decimal reads an exact number into units of 10^-places. Commas may group its whole part by threes.
func decimal(s string, places int) (int64, Misfit) {
	s, negative := strings.CutPrefix(s, "-")
	if !negative {
		s = strings.TrimPrefix(s, "+")
	}
	whole, fraction, point := strings.Cut(s, ".")
	if groups := strings.Split(whole, ","); len(groups) > 1 {
		for i, g := range groups {
			if len(g) != 3 && (i > 0 || len(g) == 0 || len(g) > 3) {
				return 0, NotOfKind
			}
		}
		whole = strings.Join(groups, "")
	}
	if !isDigits(whole) || point && !isDigits(fraction) {
		return 0, NotOfKind
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > places {
		return 0, TooPrecise
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", places-len(fraction)), 10, 64)
	if err != nil {
		return 0, OutOfRange
	}
	if negative {
		n = -n
	}
	return n, 0
}

func parseYesNo(s string) (int64, Misfit) {
	switch strings.ToLower(s) {
	case "是", "有", "对", "yes", "y", "true", "1", "√", "✓":
		return 1, 0
	case "否", "无", "不", "no", "n", "false", "0", "×", "✗":
		return 0, 0
	}
	return 0, NotOfKind
}

// numbers splits s at the separators, one after each number, and wants all of s to be used. The last separator may be
// "".
func numbers(s string, separators ...string) ([]int, bool) {
	var ns []int
	for _, separator := range separators {
		digits, rest := s, ""
		if separator != "" {
			var ok bool
			if digits, rest, ok = strings.Cut(s, separator); !ok {
				return nil, false
			}
		}
		digits = strings.TrimSpace(digits)
		if !isDigits(digits) || len(digits) > 4 {
			return nil, false
		}
		n, _ := strconv.Atoi(digits)
		ns, s = append(ns, n), rest
	}
	return ns, strings.TrimSpace(s) == ""
}

// firstForm returns the numbers by the first list of separators that fits.
func firstForm(s string, forms ...[]string) ([]int, bool) {
	for _, form := range forms {
		if ns, ok := numbers(s, form...); ok {
			return ns, true
		}
	}
	return nil, false
}

func parseDate(s string) (int64, Misfit) {
	// A date cell may carry a midnight that its format hides.
	for _, midnight := range []string{" 00:00:00", " 00:00", " 0:00:00", " 0:00"} {
		s = strings.TrimSuffix(s, midnight)
	}
	if len(s) == 8 && isDigits(s) {
		s = s[:4] + "-" + s[4:6] + "-" + s[6:]
	}
	ns, ok := firstForm(s, []string{"-", "-", ""}, []string{"/", "/", ""}, []string{".", ".", ""},
		[]string{"年", "月", "日"})
	if !ok || !isYear(ns[0], s) {
		return 0, NotOfKind
	}
	t := time.Date(ns[0], time.Month(ns[1]), ns[2], 0, 0, 0, 0, time.UTC)
	if int(t.Month()) != ns[1] || t.Day() != ns[2] {
		return 0, OutOfRange
	}
	return floorDay(t.Unix()), 0
}

// isYear wants the year written in four figures: 26-10-01 has three readings.
func isYear(n int, s string) bool { return n >= 1000 && isDigits(s[:4]) }

func floorDay(seconds int64) int64 {
	day := seconds / 86_400
	if seconds%86_400 < 0 {
		day--
	}
	return day
}

// parseMonth also takes the first of a month as a date, which is what a spreadsheet stores for "2026年8月".
func parseMonth(s string) (int64, Misfit) {
	if len(s) == 6 && isDigits(s) {
		s = s[:4] + "-" + s[4:]
	}
	ns, ok := firstForm(s, []string{"-", ""}, []string{"/", ""}, []string{".", ""}, []string{"年", "月"})
	if !ok {
		day, misfit := parseDate(s)
		if misfit != 0 {
			return 0, misfit
		}
		t := time.Unix(day*86_400, 0).UTC()
		if t.Day() != 1 {
			return 0, NotOfKind
		}
		ns = []int{t.Year(), int(t.Month())}
	} else if !isYear(ns[0], s) {
		return 0, NotOfKind
	}
	if ns[1] < 1 || ns[1] > 12 {
		return 0, OutOfRange
	}
	return int64(ns[0]*12 + ns[1] - 1), 0
}

func parseTime(s string) (int64, Misfit) {
	ns, ok := firstForm(s, []string{":", ":", ""}, []string{":", ""}, []string{"点", "分"}, []string{"时", "分"},
		[]string{"点"}, []string{"时"})
	if !ok {
		return 0, NotOfKind
	}
	ns = append(ns, 0, 0)
	n := int64(ns[0])*3600 + int64(ns[1])*60 + int64(ns[2])
	if ns[1] > 59 || ns[2] > 59 || n > 86_400 {
		return 0, OutOfRange
	}
	return n, 0
}

func parseMoment(s string) (int64, Misfit) {
	i := strings.LastIndexAny(s, " T日")
	if i < 0 {
		return 0, NotOfKind
	}
	date, clock := strings.TrimRight(s[:i], " T"), strings.TrimLeft(s[i:], " T")
	if rest, ok := strings.CutPrefix(clock, "日"); ok {
		date, clock = date+"日", rest
	}
	day, misfit := parseDate(date)
	if misfit != 0 {
		return 0, misfit
	}
	second, misfit := parseTime(strings.TrimSpace(clock))
	return (day*86_400 + second) * 1000, misfit
}

// durationUnits in milliseconds, the longer spelling first where one begins another.
var durationUnits = []struct {
	name   string
	millis int64
}{
	{"秒钟", 1000}, {"秒", 1000}, {"s", 1000}, {"分钟", 60_000}, {"m", 60_000},
	{"个小时", 3_600_000}, {"小时", 3_600_000}, {"h", 3_600_000}, {"天", 86_400_000}, {"d", 86_400_000},
}

// parseDuration reads 30秒, 5分钟, 1h30m, 1小时30分钟. A number alone is refused: of what?
func parseDuration(s string) (int64, Misfit) {
	total := int64(0)
	for s != "" {
		end := strings.IndexFunc(s, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
		if end <= 0 {
			return 0, NotOfKind
		}
		thousandths, misfit := decimal(s[:end], 3)
		if misfit != 0 {
			return 0, misfit
		}
		s = strings.TrimLeft(s[end:], " ")
		found := false
		for _, unit := range durationUnits {
			rest, ok := strings.CutPrefix(s, unit.name)
			if !ok {
				continue
			}
			if thousandths > (1<<62-total)/unit.millis {
				return 0, OutOfRange
			}
			total += thousandths * unit.millis / 1000
			s, found = strings.TrimLeft(rest, " "), true
			break
		}
		if !found {
			return 0, NotOfKind
		}
	}
	return total, 0
}

// parsePhone takes off what people write around a number and the country code. A landline written from
// abroad (+86 531 …) gets the 0 of its area code back.
func parsePhone(s string) (string, Misfit) {
	abroad := false
	for _, code := range []string{"+86", "(+86)", "0086", "86-"} {
		if rest, ok := strings.CutPrefix(s, code); ok {
			s, abroad = rest, true
			break
		}
	}
	n := strings.Map(func(r rune) rune {
		if isBlank(r) || strings.ContainsRune("-()–—", r) {
			return -1
		}
		return r
	}, s)
	if !isDigits(n) {
		return "", NotOfKind
	}
	mobile := len(n) == 11 && n[0] == '1'
	if abroad && !mobile && len(n) >= 9 && n[0] != '0' && n[0] != '4' && n[0] != '8' {
		n = "0" + n
	}
	if len(n) < 3 || len(n) > 15 { // 15 is the longest number there is (ITU-T E.164)
		return "", WrongWidth
	}
	return n, 0
}

func parseID(s string) (string, Misfit) {
	id := strings.ToUpper(strings.Map(func(r rune) rune {
		if isBlank(r) {
			return -1
		}
		return r
	}, s))
	if strings.Trim(id, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "", NotOfKind
	}
	if len(id) < 15 || len(id) > 20 {
		return "", WrongWidth
	}
	return id, 0
}
