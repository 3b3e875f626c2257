package token

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"rexian/lang/words"
)

// number reads what begins with a digit: a date, a month, a time, or a number and the unit or measure
// word that touches it.
func (l *lexer) number() {
	from := l.pos
	whole, i := l.digits(from)
	switch {
	case len(whole) == 4 && l.calendar(from, i, whole):
		return
	case len(whole) <= 2 && l.clock(from, i, whole):
		return
	case len(whole) <= 2 && (l.dayAfterDate(from, i, whole) || l.dayOfMonth(from, i, whole)):
		return
	}
	if l.thousands(from, i, whole) {
		return
	}
	fraction := ""
	if c, m := l.at(i); c == '.' {
		if f, j := l.digits(i + m); f != "" {
			fraction, i = f, j
		}
	}
	text := whole
	if fraction != "" {
		text += "." + fraction
	}
	n, ok := millionths(whole, fraction)
	if !ok {
		d := l.report("RX1013", from, i, text)
		if fraction == "" && len(whole) >= 15 && len(whole) <= 20 { // an identifying number is a text
			l.mend(d, from, i, `"`+whole+`"`, false)
		}
	}
	l.add(Number, from, i, text).N = n
	l.suffix(text)
}

// thousands reports a sum of money with its thousands set apart, 1,000元, and takes it for the sum.
func (l *lexer) thousands(from, i int, whole string) bool {
	if len(whole) > 3 {
		return false
	}
	groups := 0
	for {
		c, m := l.at(i)
		if c != ',' {
			break
		}
		group, j := l.digits(i + m)
		if len(group) != 3 {
			return false
		}
		whole, i, groups = whole+group, j, groups+1
	}
	fraction := ""
	if c, m := l.at(i); groups > 0 && c == '.' {
		if f, j := l.digits(i + m); f != "" {
			fraction, i = "."+f, j
		}
	}
	at := i
	if groups > 0 && at < len(l.src) && l.src[at] == ' ' { // 1,000 yuan
		at++
	}
	n, _ := l.letters(at, false)
	unit := l.src[at : at+n]
	if groups == 0 || unit != "元" && unit != "yuan" {
		return false
	}
	value, ok := millionths(whole, strings.TrimPrefix(fraction, "."))
	if !ok {
		return false
	}
	l.mend(l.report("RX1026", from, i, l.src[from:i], whole+fraction), from, i, whole+fraction, true)
	l.add(Number, from, i, whole+fraction).N = value
	l.suffix(whole + fraction)
	return true
}

// suffix reads the letters that touch a number.
func (l *lexer) suffix(number string) {
	from := l.pos
	n, wide := l.letters(from, false)
	if n == 0 {
		return
	}
	raw := l.src[from : from+n]
	text := l.canonical(raw, wide)
	if text == "至" {
		l.add(Range, from, from+n, "..")
		return
	}
	if text == "到" {
		l.mend(l.report("RX1026", from, from+n, text, "至"), from, from+n, "至", true)
		l.add(Range, from, from+n, "..")
		return
	}
	if unit, ok := strings.CutPrefix(text, "个半"); ok && (unit == "小时" || unit == "钟头" || unit == "月") && unit != "月" {
		whole := from - len(number)
		l.mend(l.report("RX1026", whole, from+n, number+text, number+".5小时"), whole, from+n, number+".5小时", true)
		l.add(Unit, from, from+n, "小时").Word = words.Lookup("小时")
		return
	}
	if l.counted(from, from+n, text) {
		return
	}
	if head, ok := strings.CutSuffix(text, "至"); ok && len(text) == len(raw) && l.counted(from, from+len(head), head) {
		l.add(Range, l.pos, l.pos+len("至"), "..")
		return
	}
	if head, ok := strings.CutSuffix(text, "到"); ok && len(text) == len(raw) && l.counted(from, from+len(head), head) {
		at := l.pos
		l.mend(l.report("RX1026", at, at+len("到"), "到", "至"), at, at+len("到"), "至", true)
		l.add(Range, at, at+len("到"), "..")
		return
	}
	if text == "分" {
		l.report("RX1014", from-len(number), from+n, number)
		l.add(Bad, from, from+n, text)
		return
	}
	// A unit and then a word without a blank: 5秒最多3次.
	for _, r := range breaks(text) {
		if NearUnit(text) != "" { // min is m, and no m in
			break
		}
		head, tail := text[:r], text[r:]
		if u := words.Lookup(head); u != nil && (u.Measure || len(u.Of(words.Unit)) > 0) && words.Lookup(tail) != nil &&
			len(text) == len(raw) {
			d := l.report("RX1020", from, from+n, text, head+" "+tail)
			l.mend(d, from, from+n, head+" "+tail, true)
			l.counted(from, from+len(head), head)
			l.one(l.pos, l.pos+len(tail), tail, words.Lookup(tail))
			return
		}
	}
	if w := words.Lookup(text); w.IsReserved() && len(text) == len(raw) { // 按 1转到
		l.mend(l.report("RX1020", from, from+n, number+text, number+" "+text), from, from+n, " "+text, true)
		l.one(from, from+n, text, w)
		return
	}
	if near := NearUnit(text); near != "" {
		l.mend(l.report("RX1016", from, from+n, text, near), from, from+n, near, false)
	} else {
		l.report("RX1015", from, from+n, text, number)
	}
	l.add(Bad, from, from+n, text)
}

// breaks lists the places between the characters of s, from the last to the first.
func breaks(s string) []int {
	var list []int
	if len(s) > 60 { // no unit and keyword are that long
		return nil
	}
	for i := range s {
		if i > 0 {
			list = append([]int{i}, list...)
		}
	}
	return list
}

// counted adds a unit or a measure word if the text is one.
func (l *lexer) counted(from, to int, text string) bool {
	w := words.Lookup(text)
	if w == nil {
		return false
	}
	if units := w.Of(words.Unit); len(units) > 0 {
		l.add(Unit, from, to, text).Word = w
		return true
	}
	if w.Measure {
		l.add(Measure, from, to, text).Word = w
		return true
	}
	return false
}

// calendar reads 2026-10-01, 2026-08, 2026年10月1日, 2026年8月. A date that does not exist is reported
// and still taken for one.
func (l *lexer) calendar(from, i int, year string) bool {
	chinese := strings.HasPrefix(l.src[i:], "年")
	c, n := l.at(i)
	if chinese {
		n = len("年")
	} else if c != '-' && c != '/' && c != '.' {
		return false
	}
	month, j := l.digits(i + n)
	if len(month) == 0 || len(month) > 2 {
		return false
	}
	day, end := "", j
	if chinese {
		if !strings.HasPrefix(l.src[j:], "月") {
			return false
		}
		end = j + len("月")
		if d, k := l.digits(end); d != "" && len(d) <= 2 {
			if n := dayWord(l.src[k:]); n > 0 {
				day, end = d, k+n
			}
		}
	} else if c2, m := l.at(j); c2 == c {
		if d, k := l.digits(j + m); d != "" && len(d) <= 2 {
			day, end = d, k
		}
	}
	if (c == '/' || c == '.') && day == "" { // 2026/8 may be a division, 2026.10 is a number
		return false
	}
	y, _ := small(year)
	mo, _ := small(month)
	d, _ := small(day)
	iso := fmt.Sprintf("%04d-%02d", y, mo)
	if day != "" {
		iso = fmt.Sprintf("%s-%02d", iso, d)
	}
	when := time.Date(int(y), time.Month(mo), int(max(d, 1)), 0, 0, 0, 0, time.UTC)
	exists := y >= 1900 && y < 2200 && when.Year() == int(y) && when.Month() == time.Month(mo) &&
		(day == "" || when.Day() == int(d))
	written := l.canonical(l.src[from:end], true)
	switch {
	case !exists:
		l.report("RX1010", from, end, written)
		when = time.Date(int(y), time.Month(min(max(mo, 1), 12)), 1, 0, 0, 0, 0, time.UTC)
	case !chinese && written != iso:
		l.mend(l.report("RX1011", from, end, written, iso), from, end, iso, true)
	}
	if day != "" {
		l.add(Date, from, end, iso).N = when.Unix() / 86400
	} else {
		l.add(Month, from, end, iso).N = int64(when.Year())*12 + int64(when.Month()) - 1
	}
	return true
}

func dayWord(s string) int {
	if strings.HasPrefix(s, "日") || strings.HasPrefix(s, "号") {
		return len("日")
	}
	return 0
}

// clock reads 8:30, 9点, 9点30分.
func (l *lexer) clock(from, i int, hours string) bool {
	hour, _ := small(hours)
	var minute int64
	end := i
	rest := l.src[i:]
	switch {
	case strings.HasPrefix(rest, "点"):
		m, n, ok := minutes(l.canonical(rest[len("点"):min(len(rest), len("点")+24)], false))
		if !ok {
			return false
		}
		minute, end = m, i+len("点")+n
		if strings.HasPrefix(l.src[i+len("点"):], "分") {
			return false
		}
	default:
		c, n := l.at(i)
		if c != ':' {
			return false
		}
		m, j := l.digits(i + n)
		if len(m) != 2 {
			return false
		}
		minute, _ = small(m)
		end = j
	}
	if hour > 24 || minute > 59 || hour == 24 && minute > 0 {
		l.report("RX1017", from, end, l.canonical(l.src[from:end], true))
		hour, minute = 0, 0
	}
	if half := strings.TrimLeft(l.src[end:min(len(l.src), end+3)], " "); len(half) >= 2 { // 8:30am, 5:30 pm
		n, _ := l.letters(end+len(l.src[end:min(len(l.src), end+3)])-len(half), false)
		if h := strings.ToLower(half[:2]); n == 2 && (h == "am" || h == "pm") {
			to := end + len(l.src[end:min(len(l.src), end+3)]) - len(half) + 2
			if h == "pm" && hour < 12 {
				hour += 12
			}
			clock := clockText(hour, minute)
			l.mend(l.report("RX1012", from, to, l.src[from:to], clock), from, to, clock, true)
			end = to
		}
	}
	l.add(Time, from, end, clockText(hour, minute)).N = hour*3600 + minute*60
	return true
}

// dayAfterDate reports 2026年10月1日至7日: the second date is written whole.
func (l *lexer) dayAfterDate(from, i int, first string) bool {
	k := len(l.tokens)
	if k < 2 || l.tokens[k-1].Kind != Range && l.tokens[k-1].Kind != Minus || l.tokens[k-2].Kind != Date {
		return false
	}
	before := time.Unix(l.tokens[k-2].N*86400, 0).UTC()
	month, day, end := int64(before.Month()), int64(0), i
	if strings.HasPrefix(l.src[i:], "月") {
		month, _ = small(first)
		if first, i = l.digits(i + len("月")); first == "" {
			return false
		}
	}
	n := dayWord(l.src[i:])
	if n == 0 {
		return false
	}
	day, _ = small(first)
	end = i + n
	when := time.Date(before.Year(), time.Month(month), int(day), 0, 0, 0, 0, time.UTC)
	if when.Day() != int(day) || int64(when.Month()) != month {
		return false
	}
	whole := when.Format("2006-01-02")
	l.mend(l.report("RX1026", from, end, l.src[from:end], whole), from, end, whole, true)
	l.add(Date, from, end, whole).N = when.Unix() / 86400
	return true
}

// dayOfMonth reports 10月1日: the year is missing.
func (l *lexer) dayOfMonth(from, i int, month string) bool {
	if !strings.HasPrefix(l.src[i:], "月") {
		return false
	}
	end := i + len("月")
	if d, k := l.digits(end); d != "" {
		if n := dayWord(l.src[k:]); n > 0 {
			end = k + n
		}
	}
	if end == i+len("月") {
		if n, _ := l.letters(end, false); n > 0 {
			return false
		}
	}
	l.report("RX1018", from, end, l.canonical(l.src[from:end], true))
	l.add(Bad, from, end, month)
	return true
}

func clockText(hour, minute int64) string { return fmt.Sprintf("%02d:%02d", hour, minute) }

// at returns the ASCII twin of the character at byte i, and its length.
func (l *lexer) at(i int) (byte, int) {
	if i >= len(l.src) {
		return 0, 0
	}
	if c := l.src[i]; c < 0x80 {
		return c, 1
	}
	r, n := utf8.DecodeRuneInString(l.src[i:])
	return ascii(r), n
}

// digits reads ASCII or full-width digits from byte i; it returns them as ASCII and the byte after.
func (l *lexer) digits(i int) (string, int) {
	from := i
	for i < len(l.src) && l.src[i] >= '0' && l.src[i] <= '9' {
		i++
	}
	c, n := l.at(i)
	if n == 0 || c < '0' || c > '9' {
		return l.src[from:i], i
	}
	b := []byte(l.src[from:i])
	for n > 0 && c >= '0' && c <= '9' {
		b = append(b, c)
		i += n
		c, n = l.at(i)
	}
	return string(b), i
}

// small reads a few digits; false for none or for more than nine.
func small(s string) (int64, bool) {
	if s == "" || len(s) > 9 {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// millionths returns the exact value of whole.fraction in millionths; false if it needs more than
// twelve digits before or six after the point.
func millionths(whole, fraction string) (int64, bool) {
	whole = strings.TrimLeft(whole, "0")
	fraction = strings.TrimRight(fraction, "0")
	if len(whole) > 12 || len(fraction) > 6 {
		return 0, false
	}
	var n int64
	for _, c := range []byte(whole) {
		n = n*10 + int64(c-'0')
	}
	for i := range 6 {
		n *= 10
		if i < len(fraction) {
			n += int64(fraction[i] - '0')
		}
	}
	return n, true
}

// NearUnit finds the unit that a writer most likely meant, "" if none: the abbreviations and everyday
// words that are no spelling of ours.
func NearUnit(text string) string {
	switch strings.ToLower(text) {
	case "sec", "secs", "second", "seconds":
		return "s"
	case "min", "mins", "minute", "minutes":
		return "m"
	case "hr", "hrs", "hour", "hours":
		return "h"
	case "钟头", "个钟头", "小时整":
		return "小时"
	case "day", "days":
		return "d"
	case "天整", "日":
		return "天"
	case "块", "块钱", "元钱", "圆", "rmb", "cny":
		return "元"
	case "万", "万块":
		return "万元"
	case "亿":
		return "亿元"
	case "月":
		return "个月"
	case "遍", "回", "轮", "趟", "下":
		return "次"
	case "个", "名":
		return "位"
	}
	return ""
}
