package table

import (
	"math"
	"strconv"
	"strings"
)

// format is a number format (ECMA-376 part 1, 18.8.31): one to four sections, for positive numbers, negative ones, zero
// and text, or for numbers that meet a condition.
type format []section

// section is what a format says of one kind of number.
type section struct {
	parts    []part
	when     condition
	date     dateParts
	elapsed  bool // [h]:mm, a length of time
	percent  int  // signs of per cent: each shows a hundredfold
	scale    int  // commas behind the digits: each shows a thousandth
	grouped  bool // 1,200
	whole    int  // digit places before the point
	places   int  // after it
	exponent bool // 1.2E+03
	fraction int  // the largest denominator of # ?/?, 0 where the format has none
	words    bool // [DBNum1]: Chinese numerals, or full-width ones
}

// part is a place of a digit ('0', '#', '?'), the point ('.'), the number as it is ('g'), or text ('t').
type part struct {
	kind byte
	text string
}

// condition is that of [>=100]; its comparison is empty where there is none.
type condition struct {
	comparison string
	than       float64
}

func (c condition) holds(v float64) bool {
	switch c.comparison {
	case "<":
		return v < c.than
	case "<=":
		return v <= c.than
	case ">":
		return v > c.than
	case ">=":
		return v >= c.than
	case "<>":
		return v != c.than
	}
	return v == c.than
}

// parseFormat reads a number format. There is none that it refuses: what it does not know is text.
func parseFormat(code string) format {
	var f format
	for _, text := range sectionTexts(code) {
		f = append(f, parseSection(text))
	}
	return f
}

// sectionTexts cuts a format at its semicolons, but not at those that are quoted or escaped.
func sectionTexts(code string) []string {
	var texts []string
	begin := 0
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '\\', '!':
			i++
		case '"':
			if end := strings.IndexByte(code[i+1:], '"'); end >= 0 {
				i += end + 1
			}
		case ';':
			texts, begin = append(texts, code[begin:i]), i+1
		}
	}
	return append(texts, code[begin:])
}

func parseSection(text string) section {
	s := section{date: customDates(text)}
	for rest := text; rest != ""; {
		rest = s.take(rest)
	}
	s.fraction = denominator(s.parts)
	return s
}

// take reads what stands first in a section, and returns what follows.
func (s *section) take(rest string) string {
	switch c := rest[0]; c {
	case '"', '[':
		inside, after, closed := strings.Cut(rest[1:], map[byte]string{'"': `"`, '[': `]`}[c])
		if !closed {
			return ""
		}
		if c == '"' {
			s.text(inside)
		} else {
			s.bracket(inside)
		}
		return after
	case '\\', '!':
		r := firstRune(rest[1:])
		s.text(r)
		return rest[1+len(r):]
	case '_', '*': // a blank as wide as the next character; that character again and again
		return rest[1+len(firstRune(rest[1:])):]
	case '0', '#', '?':
		s.parts = append(s.parts, part{kind: c})
		if s.has('.') {
			s.places++
		} else {
			s.whole++
		}
	case '.':
		if !s.has('.') {
			s.parts = append(s.parts, part{kind: c})
		}
	case ',':
		s.comma(rest[1:])
	case '%':
		s.percent++
		s.text("%")
	case '@':
		s.parts = append(s.parts, part{kind: 'g'})
	case 'E', 'e':
		if len(rest) > 1 && (rest[1] == '+' || rest[1] == '-') && s.whole > 0 {
			s.exponent = true
			return strings.TrimLeft(rest[2:], "0#?")
		}
		s.text(rest[:1])
	default:
		for _, general := range []string{"General", "G/通用格式"} {
			if len(rest) >= len(general) && strings.EqualFold(rest[:len(general)], general) {
				s.parts = append(s.parts, part{kind: 'g'})
				return rest[len(general):]
			}
		}
		r := firstRune(rest)
		s.text(r)
		return rest[len(r):]
	}
	return rest[1:]
}

func firstRune(s string) string {
	for i := range s {
		if i > 0 {
			return s[:i]
		}
	}
	return s
}

func (s *section) text(t string) { s.parts = append(s.parts, part{'t', t}) }

func (s *section) has(kind byte) bool { return s.count(kind) > 0 }

// count is how many parts of a kind there are; a section that does not exist has none.
func (s *section) count(kind byte) int {
	if s == nil {
		return 0
	}
	n := 0
	for _, p := range s.parts {
		if p.kind == kind {
			n++
		}
	}
	return n
}

// comma groups by thousands between digits, and shows thousandths behind the last of them.
func (s *section) comma(rest string) {
	switch last := len(s.parts) - 1; {
	case last < 0 || !strings.ContainsRune("0#?", rune(s.parts[last].kind)):
		s.text(",")
	case strings.IndexAny(strings.TrimLeft(rest, ","), "0#?") == 0:
		s.grouped = true
	default:
		s.scale++
	}
}

// bracket takes a condition, a currency, a length of time or the script of the figures; colours change nothing.
func (s *section) bracket(inside string) {
	lower := strings.ToLower(inside)
	switch {
	case strings.HasPrefix(inside, "$"):
		symbol, _, _ := strings.Cut(inside[1:], "-")
		s.text(symbol)
	case strings.HasPrefix(lower, "dbnum"):
		s.words = true
	case lower != "" && strings.Trim(lower, lower[:1]) == "" && strings.Contains("hms", lower[:1]):
		s.elapsed = true
	case strings.IndexAny(inside, "<>=") == 0:
		n := len(inside) - len(strings.TrimLeft(inside, "<>="))
		if than, err := strconv.ParseFloat(strings.TrimSpace(inside[n:]), 64); err == nil {
			s.when = condition{inside[:n], than}
		}
	}
}

// denominator is the largest of a format such as # ?/? (9), # ??/?? (99) or # ?/4 (4); 0 for one that shows no
// fraction.
func denominator(parts []part) int {
	for i, p := range parts {
		if p.kind != 't' || p.text != "/" {
			continue
		}
		fixed, most := "", 0
		for _, q := range parts[i+1:] {
			switch {
			case q.kind == 't' && isDigits(q.text):
				fixed += q.text
			case q.kind == '?' || q.kind == '#' || q.kind == '0':
				most = most*10 + 9
			}
		}
		if n, err := strconv.Atoi(fixed); err == nil && most == 0 {
			return min(n, 999)
		}
		return min(most, 999)
	}
	return 0
}

// shown is a stored number as the format shows it. Where that is another number than the stored one, since the format
// rounds it, leaves out its sign or hides it, stored is that in full; else stored is empty.
func (f format) shown(value float64) (text, stored string) {
	d := decimalOf(value)
	s, first := f.choose(value)
	if s == nil || s.has('g') && s.whole == 0 {
		if s.count('g') > 1 { // the figures twice in a row are another number
			return s.around(d.plain()), d.plain()
		}
		return s.around(d.plain()), ""
	}
	signed := value < 0 && first
	for range s.percent {
		d.shift(2)
	}
	full := d.plain() + strings.Repeat("%", s.percent)
	for range s.scale {
		d.shift(-3)
	}
	switch {
	case s.exponent, s.fraction > 0, s.words:
		if text, exact := s.otherwise(d); !exact {
			return s.sign(value < 0, text), full
		}
		return full, ""
	case d.exponent > precision: // no spreadsheet keeps so many figures: the rest would be made up
		return full, ""
	}
	rounded, exact := d.round(s.places)
	text = s.sign(signed, s.layout(rounded))
	switch {
	case d.digits == "" && strings.ContainsAny(text, "-–—") && strings.Trim(text, "-–— ¥￥$") == "":
		return "0", "" // the dash of the accountants
	case tidy(text) == "", !exact, s.scale > 0 && d.digits != "",
		value < 0 && !signed && !strings.ContainsAny(text, "-−－(（负△▲"):
		return text, full
	}
	return text, ""
}

// choose finds the section of a number; first tells that it shows the sign of a negative one by itself. There is none
// where the format leaves the number as it is.
func (f format) choose(v float64) (s *section, first bool) {
	conditions := false
	for i := range f {
		if f[i].when.comparison != "" {
			conditions = true
			if f[i].when.holds(v) {
				return &f[i], true
			}
		}
	}
	switch n := min(len(f), 3); {
	case n == 0:
		return nil, true
	case conditions: // the last of those without one takes the rest
		for i := n - 1; i >= 0; i-- {
			if f[i].when.comparison == "" {
				return &f[i], true
			}
		}
		return nil, true
	case n == 3 && v == 0:
		return &f[2], false
	case n >= 2 && v < 0:
		return &f[1], false
	}
	return &f[0], true
}

// around puts the texts of a section about a number that is shown as it is.
func (s *section) around(number string) string {
	if s == nil {
		return number
	}
	var b strings.Builder
	for _, p := range s.parts {
		if p.kind == 'g' {
			p.text = number
		}
		b.WriteString(p.text)
	}
	return b.String()
}

func (s *section) sign(negative bool, text string) string {
	if negative && strings.Trim(text, "0.,% ") != "" {
		return "-" + text
	}
	return text
}

// otherwise is what a section shows that writes a number in another way, as 1.20E+03 or 1/2, without its sign; exact
// tells that it is all of the number.
func (s *section) otherwise(d decimal15) (text string, exact bool) {
	switch {
	case s.exponent:
		return strconv.FormatFloat(d.float(), 'E', s.places, 64), len(d.digits) <= s.whole+s.places
	case s.fraction > 0:
		v, off := d.float(), 1.0
		for q := 1; q <= s.fraction; q++ {
			p := math.Round(v * float64(q))
			if miss := math.Abs(v - p/float64(q)); miss < off {
				off, text = miss, strconv.FormatFloat(p, 'f', 0, 64)+"/"+strconv.Itoa(q)
			}
		}
		return text, off < 1e-12*max(v, 1)
	}
	rounded, exact := d.round(s.places)
	rounded.negative = false
	return rounded.plain(), exact
}

// layout puts the figures of a number, which has no more places than the section, into its digit places.
func (s *section) layout(d decimal15) string {
	whole, fraction := d.split()
	for len(fraction) < s.places {
		fraction += "0"
	}
	used := len(strings.TrimRight(fraction, "0")) // what # and ? show of the places after the point
	var b strings.Builder
	seen, place := 0, 0
	for _, p := range s.parts {
		switch p.kind {
		case 't':
			b.WriteString(p.text)
		case '.':
			if used > 0 || s.zeros() {
				b.WriteByte('.')
			}
			place = 1
		case '0', '#', '?':
			if place > 0 {
				if p.kind == '0' || place <= used {
					b.WriteByte(fraction[place-1])
				}
				place++
				continue
			}
			seen++
			b.WriteString(s.digits(whole, p.kind, s.whole-seen))
		}
	}
	return b.String()
}

// zeros tells whether a place after the point always shows a figure.
func (s *section) zeros() bool {
	point := false
	for _, p := range s.parts {
		if p.kind == '.' {
			point = true
		} else if point && p.kind == '0' {
			return true
		}
	}
	return false
}

// digits are the figures of whole at the place with after places behind it; the first place takes all that are left
// over.
func (s *section) digits(whole string, kind byte, after int) string {
	end := len(whole) - after
	begin := end - 1
	if after == s.whole-1 {
		begin = 0
	}
	if end <= 0 {
		if kind != '0' {
			return ""
		}
		return s.group("0", after)
	}
	var b strings.Builder
	for i := max(begin, 0); i < end; i++ {
		b.WriteString(s.group(whole[i:i+1], len(whole)-1-i))
	}
	return b.String()
}

// group writes a figure with the comma of the thousands behind it, if one belongs there.
func (s *section) group(figure string, after int) string {
	if s.grouped && after > 0 && after%3 == 0 {
		return figure + ","
	}
	return figure
}

// builtIn are the numbered formats of numbers (ECMA-376 part 1, 18.8.30), where a workbook does not spell them out;
// those of currencies as a Chinese Excel has them.
var builtIn = map[int]string{1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
	5: `"¥"#,##0;"¥"-#,##0`, 6: `"¥"#,##0;"¥"-#,##0`,
	7: `"¥"#,##0.00;"¥"-#,##0.00`, 8: `"¥"#,##0.00;"¥"-#,##0.00`,
	9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
	37: "#,##0_);(#,##0)", 38: "#,##0_);(#,##0)", 39: "#,##0.00_);(#,##0.00)", 40: "#,##0.00_);(#,##0.00)",
	41: `_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ `, 42: `_ "¥"* #,##0_ ;_ "¥"* -#,##0_ ;_ "¥"* "-"_ ;_ @_ `,
	43: `_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ `,
	44: `_ "¥"* #,##0.00_ ;_ "¥"* -#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ `,
	46: "[h]:mm:ss", 48: "##0.0E+0", 49: "@"}
