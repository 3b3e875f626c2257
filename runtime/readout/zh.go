package readout

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Mandarin. The rules in short: groups of four digits with 万 and 亿 after them; a run of zeros inside is
// one 零, zeros at the end are silent; a leading 10–19 is 十…, elsewhere 一十…. 两 stands for a 2 that is a whole
// amount of something: before 千, before 万 and 亿 when the group is exactly 2, before 元 角 分 点 and
// before measure words; 二 in 十, 百, units, fractions and ordinals. Identifiers say 幺 for 1.

var (
	zhDigits  = [10]string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	zhSpelled = [10]string{"零", "幺", "二", "三", "四", "五", "六", "七", "八", "九"}
	zhUnits   = [...]string{UnitDay: "天", UnitHour: "小时", UnitMinute: "分钟", UnitSecond: "秒", UnitWorkday: "个工作日",
		UnitMonth: "个月"}
	zhWeek = [7]string{"日", "一", "二", "三", "四", "五", "六"}
)

// zhMeasures begins every word before which a 2 is 两. 号, 日, 月, 楼, 号线 are ranks and not among them.
const zhMeasures = "个位次笔条项件家户名人份张页遍种类门台部辆套批组队排行列道题层路通键步倍间栋天年周岁元角块毛秒刻亿万千" +
	"小星分支本封枚根只头对双段句片处期轮场届股级档环"

func init() {
	Register(Table{
		Tag:        "zh",
		Names:      map[string]string{"zh": "中文", "en": "Chinese"},
		Comma:      "，",
		Digits:     zhSpelled,
		Fraction:   zhDigits,
		Minus:      "负",
		Plus:       "加",
		Point:      "点",
		YesNo:      [2]string{"否", "是"},
		Hidden:     "已隐藏",
		Ending:     "尾号",
		MaskedName: func(first string) []string { return []string{first, "某"} },
		Cardinal:   zhCardinal,
		Count:      zhCount,
		Ordinal: func(n uint64, c Context) []string {
			if strings.HasSuffix(c.Prev, "第") {
				return zhCardinal(n)
			}
			return append([]string{"第"}, zhCardinal(n)...)
		},
		Agree:   zhAgree,
		Percent: func(number []string) []string { return append([]string{"百分之"}, number...) },
		Money:   zhMoney,
		Date:    zhDate,
		Weekday: func(day time.Weekday, date []string) []string {
			return append(date, Pause, "星期"+zhWeek[day])
		},
		Near: [4]string{"昨天", "今天", "明天", "后天"},
		Month: func(year int64, month int) []string {
			return append(append(zhYear(year), zhCardinal(uint64(month))...), "月")
		},
		Quarter: func(year int64, quarter int) []string {
			words := []string{"第", zhDigits[quarter], "季度"}
			if year != 0 {
				words = append(zhYear(year), words...)
			}
			return words
		},
		Clock:  zhClock,
		Moment: func(date, clock []string) []string { return append(date, clock...) },
		Span:   zhSpan,
		Figures: Figures{
			YesNo:   [2]string{"否", "是"},
			Money:   func(sign, yuan, fen string) string { return sign + yuan + "." + fen + "元" },
			Percent: func(number string) string { return number + "%" },
			Ordinal: func(n uint64, c Context) string {
				if strings.HasSuffix(c.Prev, "第") {
					return strconv.FormatUint(n, 10)
				}
				return "第" + strconv.FormatUint(n, 10)
			},
			Date: func(d Civil) string {
				return strconv.FormatInt(d.Year, 10) + "年" + strconv.Itoa(d.Month) + "月" + strconv.Itoa(d.Day) + "日"
			},
			Weekday: func(day time.Weekday, date string) string { return date + "（星期" + zhWeek[day] + "）" },
			Month: func(year int64, month int) string {
				return strconv.FormatInt(year, 10) + "年" + strconv.Itoa(month) + "月"
			},
			Quarter: func(year int64, quarter int) string {
				if year == 0 {
					return "第" + strconv.Itoa(quarter) + "季度"
				}
				return strconv.FormatInt(year, 10) + "年第" + strconv.Itoa(quarter) + "季度"
			},
			Moment: func(date, clock string) string { return date + clock },
			Unit:   func(number string, unit Unit, one bool) string { return number + zhUnits[unit] },
		},
		Syllables: zhSyllables,
	})
}

// zhAgree looks at the letters on either side of a hole: 第{n} is an ordinal, {n}笔 counts.
func zhAgree(c Context) Style {
	if strings.HasSuffix(c.Prev, "第") {
		return Ordinal
	}
	if r, _ := utf8.DecodeRuneInString(strings.TrimLeft(c.Next, " ")); c.Next != "" &&
		strings.ContainsRune(zhMeasures, r) {
		return Count
	}
	return Default
}

// zhCardinal reads a whole number, e.g. 100010000 as 一亿零一万. Above 亿 it recurs: 万亿, 亿亿.
func zhCardinal(n uint64) []string {
	if n == 0 {
		return []string{"零"}
	}
	words := zhNumber(n)
	if len(words) > 1 && words[0] == "一" && words[1] == "十" {
		return words[1:] // 十一万, not 一十一万
	}
	return words
}

func zhNumber(n uint64) []string {
	switch {
	case n >= 100_000_000:
		return zhScale(n/100_000_000, n%100_000_000, 10_000_000, "亿")
	case n >= 10_000:
		return zhScale(n/10_000, n%10_000, 1000, "万")
	}
	return zhGroup(n)
}

// zhScale reads high, its scale word, and low; low takes a 零 when it does not fill its places.
func zhScale(high, low, full uint64, scale string) []string {
	words := zhNumber(high)
	if last := len(words) - 1; words[last] == "二" && high%10_000 == 2 {
		words[last] = "两"
	}
	words = append(words, scale)
	if low == 0 {
		return words
	}
	if low < full {
		words = append(words, "零")
	}
	return append(words, zhNumber(low)...)
}

// zhGroup reads 1–9999, always with 一十 in the tens.
func zhGroup(n uint64) []string {
	var words []string
	zero := false
	for _, place := range []struct {
		size uint64
		word string
	}{{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
		d := n / place.size % 10
		if d == 0 {
			zero = len(words) > 0
			continue
		}
		if zero {
			words, zero = append(words, "零"), false
		}
		if d == 2 && place.size == 1000 {
			words = append(words, "两")
		} else {
			words = append(words, zhDigits[d])
		}
		if place.word != "" {
			words = append(words, place.word)
		}
	}
	return words
}

// zhCount reads a number before a measure word: only a 2 that is the whole number becomes 两.
func zhCount(n uint64) []string {
	if n == 2 {
		return []string{"两"}
	}
	return zhCardinal(n)
}

// zhMoney reads an amount: 零 stands for a missing 角 between 元 and 分; 整 is never said.
func zhMoney(yuan uint64, jiao, fen int) []string {
	var words []string
	if yuan > 0 || jiao == 0 && fen == 0 {
		words = append(zhCount(yuan), "元")
	}
	if jiao > 0 {
		words = append(append(words, zhCount(uint64(jiao))...), "角")
	}
	if fen > 0 {
		if len(words) > 0 && jiao == 0 {
			words = append(words, "零")
		}
		words = append(append(words, zhCount(uint64(fen))...), "分")
	}
	return words
}

// zhYear reads a year digit by digit, with 一, not 幺.
func zhYear(year int64) []string {
	neg, n := magnitude(year)
	var words []string
	if neg {
		words = append(words, "负")
	}
	for _, d := range strconv.FormatUint(n, 10) {
		words = append(words, zhDigits[d-'0'])
	}
	return append(words, "年")
}

func zhDate(d Civil, year bool) []string {
	var words []string
	if year {
		words = zhYear(d.Year)
	}
	words = append(append(words, zhCardinal(uint64(d.Month))...), "月")
	return append(append(words, zhCardinal(uint64(d.Day))...), "日")
}

// zhClock reads a time: 两点整, 零点零五分. Minutes and seconds are two places, so 02 is 零二.
func zhClock(h, m, s int) []string {
	words := append(zhCount(uint64(h)), "点")
	if m == 0 && s == 0 {
		return append(words, "整")
	}
	twoPlaces := func(n int) {
		if n < 10 {
			words = append(words, "零")
		}
		if n > 0 {
			words = append(words, zhCardinal(uint64(n))...)
		}
	}
	twoPlaces(m)
	words = append(words, "分")
	if s > 0 {
		twoPlaces(s)
		words = append(words, "秒")
	}
	return words
}

// zhSpan reads a duration: 零 stands for units left out between two parts (一小时零五秒), and minutes are
// 分钟 unless seconds follow.
func zhSpan(parts []Part) []string {
	var words []string
	for i, p := range parts {
		if i > 0 && p.Unit > parts[i-1].Unit+1 {
			words = append(words, "零")
		}
		if p.Millis > 0 {
			words = append(append(words, zhCardinal(p.N)...), "点")
			for _, d := range fractionDigits(uint64(p.Millis), 3) {
				words = append(words, zhDigits[d-'0'])
			}
		} else {
			words = append(words, zhCount(p.N)...)
		}
		unit := zhUnits[p.Unit]
		if p.Unit == UnitMinute && i < len(parts)-1 {
			unit = "分"
		}
		words = append(words, unit)
	}
	return words
}

// zhSyllables counts one for each Chinese character and digit; words in Latin letters as English ones.
func zhSyllables(text string) int { return syllables(text, func(r rune) int { return 1 }) }
