package readout

import (
	"fmt"
	"strconv"
	"strings"

	"rexian/locale"
)

// Write returns the figures for a reader, as in an SMS or a mail: 1200.50元, 2026年10月26日, 138****8000
// when masked. Unlike Speak it always tells dates in full: a message is read later than it is sent. A language
// that is not registered gets the plain figures.
func Write(lang string, v Value, style Style, c Context) string {
	t, ok := Lookup(lang)
	if !ok {
		return figures(v, style)
	}
	switch style {
	case Masked:
		return masked(v)
	case Spelled:
		return plain(v)
	}
	f := t.Written
	switch v.Kind {
	case Number:
		neg, n := magnitude(v.N)
		switch {
		case style == Percentage:
			return t.text(f.Percent, map[string]string{"number": t.writtenPercent(v.N)})
		case style == Default && t.Agree(c) == Ordinal, style == Ordinal:
			if !neg && n%1_000_000 == 0 {
				return t.writtenOrdinal(n/1_000_000, c)
			}
		}
		return sign(neg) + t.grouped(n/1_000_000) + t.fraction(n%1_000_000, 6)
	case Percent:
		return t.text(f.Percent, map[string]string{"number": t.writtenPercent(v.N)})
	case Money:
		neg, n := magnitude(v.N)
		return t.text(f.Money, map[string]string{"sign": sign(neg), "yuan": t.grouped(n / 100),
			"fen": fmt.Sprintf("%02d", n%100)})
	case YesNo:
		return [2]string{f.No, f.Yes}[truth(v.N)]
	case Date:
		d := civil(v.N)
		if style == Weekday {
			return t.text(f.Weekday, map[string]string{"date": t.writtenDate(d),
				"weekday": t.Rules.Spell("weekday", uint64(d.Weekday))})
		}
		return t.writtenDate(d)
	case Month:
		y, m := floorDiv(v.N, 12)
		return t.writtenMonth(y, int(m)+1)
	case Quarter:
		y, q := floorDiv(v.N, 4)
		return t.writtenQuarter(y, int(q)+1)
	case Moment:
		day, second := local(v.N, c.Zone)
		return t.text(f.Moment, map[string]string{"date": t.writtenDate(civil(day)),
			"clock": plainClock(second / 60 * 60)})
	case Duration:
		return t.writtenDuration(v.N)
	case Workdays, Months:
		neg, n := magnitude(v.N)
		unit := map[Kind]Unit{Workdays: UnitWorkday, Months: UnitMonth}[v.Kind]
		return sign(neg) + t.writtenUnit(t.grouped(n), unit, n == 1)
	case Phone:
		return address(v.S)
	case Language:
		return languageName(v.S, t.Tag)
	}
	return plain(v)
}

func (t *Table) writtenPercent(n int64) string {
	neg, u := magnitude(n)
	return sign(neg) + t.grouped(u/10_000) + t.fraction(u%10_000, 4)
}

func (t *Table) writtenDuration(ms int64) string {
	neg, u := magnitude(ms)
	var parts []string
	add := func(n, millis uint64, unit Unit) {
		if n > 0 || millis > 0 || unit == UnitSecond && parts == nil {
			parts = append(parts, t.writtenUnit(t.grouped(n)+t.fraction(millis, 3), unit, n == 1 && millis == 0))
		}
	}
	add(u/86_400_000, 0, UnitDay)
	add(u/3_600_000%24, 0, UnitHour)
	add(u/60_000%60, 0, UnitMinute)
	add(u/1000%60, u%1000, UnitSecond)
	return sign(neg) + strings.Join(parts, t.Written.Gap)
}

// grouped writes a whole number with the language's separator between thousands.
func (t *Table) grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	if t.Written.Thousands == "" {
		return s
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + t.Written.Thousands + s[i:]
	}
	return s
}

// masked writes as much of a value as may be shown: a phone keeps the first three and last four, an id the
// first six and last four, a name its first letter, all else nothing.
func masked(v Value) string {
	switch v.Kind {
	case Phone:
		return mask(address(v.S), 3, 4)
	case TaxpayerID, ResidentID:
		return mask(locale.Fold(v.S), 6, 4)
	case Digits:
		return mask(locale.Fold(v.S), 0, visibleTail(len([]rune(v.S))))
	case Text:
		r := []rune(v.S)
		return mask(v.S, min(1, len(r)/2), 0)
	}
	return "***"
}

// figures is the reading in a language that has no table. What is masked stays masked.
func figures(v Value, style Style) string {
	if style == Masked {
		return masked(v)
	}
	return plain(v)
}

// plain writes a value the way the flow language writes its literals; no language is involved.
func plain(v Value) string {
	switch v.Kind {
	case Number:
		neg, n := magnitude(v.N)
		return sign(neg) + strconv.FormatUint(n/1_000_000, 10) + fraction(n%1_000_000, 6)
	case Percent:
		neg, n := magnitude(v.N)
		return sign(neg) + strconv.FormatUint(n/10_000, 10) + fraction(n%10_000, 4) + "%"
	case Money:
		neg, n := magnitude(v.N)
		return fmt.Sprintf("%s%d.%02d", sign(neg), n/100, n%100)
	case YesNo:
		return strconv.Itoa(truth(v.N))
	case Date:
		return plainDate(v.N)
	case Month:
		y, m := floorDiv(v.N, 12)
		return fmt.Sprintf("%04d-%02d", y, m+1)
	case Quarter:
		y, q := floorDiv(v.N, 4)
		return fmt.Sprintf("%04dQ%d", y, q+1)
	case Time:
		return plainClock(v.N)
	case Moment:
		day, second := local(v.N, nil)
		return plainDate(day) + "T" + plainClock(second) + "Z"
	case Duration:
		neg, n := magnitude(v.N)
		return sign(neg) + strconv.FormatUint(n/1000, 10) + fraction(n%1000, 3) + "s"
	case Workdays, Months:
		return strconv.FormatInt(v.N, 10)
	case Phone:
		return address(v.S)
	}
	return v.S
}

func plainDate(days int64) string {
	d := civil(days)
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

func plainClock(seconds int64) string {
	h, m, s := clock(seconds)
	if s == 0 {
		return fmt.Sprintf("%02d:%02d", h, m)
	}
	return fmt.Sprintf("%02d:%02d:%02d", h, m, s)
}

func sign(neg bool) string {
	if neg {
		return "-"
	}
	return ""
}

// fraction writes a fraction as the language does: ",5".
func (t *Table) fraction(n uint64, places int) string {
	if n == 0 {
		return ""
	}
	return t.Written.Decimal + fractionDigits(n, places)
}

// fraction writes ".5" for 500 of three places, "" for zero.
func fraction(n uint64, places int) string {
	if n == 0 {
		return ""
	}
	return "." + fractionDigits(n, places)
}

// fractionDigits writes n as a fraction of the given places, without the zeros at its end.
func fractionDigits(n uint64, places int) string {
	return strings.TrimRight(fmt.Sprintf("%0*d", places, n), "0")
}

// address is a number as it is written. The caller of a mail's flow is a mail address, which stays as it is.
func address(s string) string {
	if strings.Contains(s, "@") {
		return s
	}
	return NormalPhone(s)
}
