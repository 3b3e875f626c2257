package readout

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// anyInt draws numbers of every size, and the ends of the range.
func anyInt() *rapid.Generator[int64] {
	return rapid.OneOf(
		rapid.Int64(),
		rapid.Int64Range(-100_000, 100_000),
		rapid.SampledFrom([]int64{0, math.MinInt64, math.MinInt64 + 1, math.MaxInt64}),
		rapid.Custom(func(t *rapid.T) int64 { // many zeros inside
			n := int64(0)
			for range rapid.IntRange(0, 17).Draw(t, "places") {
				n = n*10 + rapid.SampledFrom([]int64{0, 0, 0, 1, 2, 9}).Draw(t, "digit")
			}
			return n
		}),
	)
}

// heardNumber is a caller who writes down the number heard: the inverse of zhCardinal, written from the rules of
// Chinese numerals and not from the code. It wants the grammar right: 零 exactly where places are skipped.
func heardNumber(t *rapid.T, s string) uint64 {
	if s == "" {
		t.Fatalf("nothing heard where a number is due")
	}
	if head, rest, ok := cutLast(s, "亿"); ok {
		return heardNumber(t, head)*100_000_000 + heardRest(t, rest, 10_000_000)
	}
	if head, rest, ok := cutLast(s, "万"); ok {
		return heardNumber(t, head)*10_000 + heardRest(t, rest, 1000)
	}
	digits := map[rune]uint64{'零': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}
	places := map[rune]uint64{'千': 1000, '百': 100, '十': 10}
	if strings.HasPrefix(s, "十") {
		s = "一" + s
	}
	sum, digit, pending := uint64(0), uint64(0), false
	for _, r := range s {
		if place, ok := places[r]; ok {
			if !pending || digit == 0 {
				t.Fatalf("%q: %c without a digit", s, r)
			}
			sum, pending = sum+digit*place, false
			continue
		}
		d, ok := digits[r]
		if !ok || pending && digit != 0 {
			t.Fatalf("%q: unexpected %c", s, r)
		}
		digit, pending = d, true
	}
	if pending {
		sum += digit
	}
	return sum
}

// heardRest is what follows 万 or 亿: nothing, or a number, with 零 exactly when it is below full.
func heardRest(t *rapid.T, s string, full uint64) uint64 {
	if s == "" {
		return 0
	}
	s, zero := strings.CutPrefix(s, "零")
	if strings.HasPrefix(s, "十") {
		t.Fatalf("%q inside a number: must be 一十", s)
	}
	n := heardNumber(t, s)
	if zero != (n < full) {
		t.Fatalf("%q: 零 is %v before %d", s, zero, n)
	}
	return n
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func heardMoney(t *rapid.T, s string) int64 {
	s, neg := strings.CutPrefix(s, "负")
	fen := uint64(0)
	if yuan, rest, ok := strings.Cut(s, "元"); ok {
		fen, s = heardNumber(t, yuan)*100, rest
	}
	if jiao, rest, ok := strings.Cut(s, "角"); ok {
		fen, s = fen+heardNumber(t, jiao)*10, rest
	}
	if last, ok := strings.CutSuffix(s, "分"); ok {
		fen, s = fen+heardNumber(t, strings.TrimPrefix(last, "零")), ""
	}
	if s != "" {
		t.Fatalf("%q is left over", s)
	}
	if neg {
		return -int64(fen)
	}
	return int64(fen)
}

func TestChineseMoneyIsUnderstood(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := anyInt().Draw(t, "fen")
		s := Speak("zh", Value{Kind: Money, N: n}, Default, Context{})
		if got := heardMoney(t, s); got != n {
			t.Fatalf("%d fen is spoken %q and heard %d", n, s, got)
		}
		if i := strings.IndexFunc(s, func(r rune) bool { return r < 128 }); i >= 0 {
			t.Fatalf("%q is not all Chinese", s)
		}
		if strings.Contains(s, "零零") || strings.Contains(s, "两十") || strings.Contains(s, "两百") ||
			strings.Contains(s, "二千") || strings.Contains(s, "整") {
			t.Fatalf("%d fen is spoken %q", n, s)
		}
	})
}

func TestTwoAmountsNeverSoundTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyInt().Draw(t, "a"), anyInt().Draw(t, "b")
		kind := rapid.SampledFrom([]Kind{Money, Number, Duration, Workdays, Percent, Month}).Draw(t, "kind")
		lang := rapid.SampledFrom(Languages()).Draw(t, "lang")
		if a != b && Speak(lang, Value{Kind: kind, N: a}, Default, Context{}) == Speak(lang, Value{Kind: kind, N: b},
			Default, Context{}) {
			t.Fatalf("%v %d and %d sound the same in %s", kind, a, b, lang)
		}
	})
}

// Neighbours are where a collision would hide; rapid seldom draws them.
func TestSmallAmountsAllSoundDifferent(t *testing.T) {
	for _, lang := range Languages() {
		heard := map[string]int64{}
		for n := int64(-300); n < 30_000; n++ {
			s := Searchable(Speak(lang, Value{Kind: Money, N: n}, Default, Context{}))
			if other, taken := heard[s]; taken {
				t.Fatalf("%s: %d and %d fen are both %q", lang, other, n, s)
			}
			heard[s] = n
		}
	}
}

var controls = regexp.MustCompile(`[\x00-\x1f]`)

func TestEveryValueHasAReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := Value{
			Kind: Kind(rapid.IntRange(0, int(kinds)+1).Draw(t, "kind")),
			N:    anyInt().Draw(t, "n"),
			S:    rapid.String().Draw(t, "s"),
		}
		style := Style(rapid.IntRange(0, int(styles)+1).Draw(t, "style"))
		c := Context{Now: anyInt().Draw(t, "now"), Prev: rapid.String().Draw(t, "prev"),
			Next: rapid.String().Draw(t, "next")}
		for _, lang := range append(Languages(), "", "xx") {
			spoken, written := Speak(lang, v, style, c), Write(lang, v, style, c)
			numeric := v.Kind > Digits && v.Kind < Phone
			if numeric && (spoken == "" || written == "") {
				t.Fatalf("%+v in %s: %q, %q", v, lang, spoken, written)
			}
			if numeric && controls.MatchString(spoken+written) {
				t.Fatalf("%+v in %s: %q, %q", v, lang, spoken, written)
			}
			Syllables(lang, spoken)
		}
	})
}

func TestMaskingHides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[0-9]{1,30}`).Draw(t, "digits")
		kind := rapid.SampledFrom([]Kind{Phone, Digits, TaxpayerID, ResidentID}).Draw(t, "kind")
		v := Value{Kind: kind, S: s}
		shown := strings.ReplaceAll(Write("zh", v, Masked, Context{}), "*", "")
		if hidden := len([]rune(plain(v))) - len(shown); hidden < 1 {
			t.Fatalf("%v %s is shown as %s", kind, s, shown)
		}
		if n := len(Fragments("zh", v, Masked, Context{})); n > 5 {
			t.Fatalf("%v %s is spoken in %d fragments", kind, s, n)
		}
	})
}

func TestLongestIsABound(t *testing.T) {
	ranges := map[Kind][2]int64{
		Number: {-999_999_999_999_999_999, 999_999_999_999_999_999}, Money: {-99_999_999_999_999, 99_999_999_999_999},
		Percent: {-999_999_999_999, 999_999_999_999}, YesNo: {0, 1},
		Date: {-135_000, 365_000}, Month: {1600 * 12, 2999*12 + 11}, Quarter: {1600 * 4, 2999*4 + 3}, Time: {0, 86_400},
		Moment: {-11_600_000_000_000, 31_500_000_000_000}, Duration: {-999 * 86_400_000, 999 * 86_400_000},
		Workdays: {-999, 999}, Months: {-999, 999},
	}
	longest := map[string]int{}
	bound := func(lang string, kind Kind, style Style) int {
		key := lang + kind.String() + style.String()
		if _, known := longest[key]; !known {
			longest[key] = Syllables(lang, Longest(lang, kind, style, 0))
		}
		return longest[key]
	}
	rapid.Check(t, func(t *rapid.T) {
		v := Value{Kind: Kind(rapid.IntRange(int(Digits), int(kinds)-1).Draw(t, "kind"))}
		if r, numeric := ranges[v.Kind]; numeric {
			v.N = rapid.Int64Range(r[0], r[1]).Draw(t, "n")
		} else {
			v.S = map[Kind]*rapid.Generator[string]{
				Digits: rapid.StringMatching(`[0-9]{0,32}`), Phone: rapid.StringMatching(`[0-9]{3,12}`),
				TaxpayerID: rapid.StringMatching(`[0-9A-Z]{0,20}`), ResidentID: rapid.StringMatching(`[0-9]{17}[0-9X]`),
				Language: rapid.SampledFrom(Languages()),
			}[v.Kind].Draw(t, "s")
		}
		lang := rapid.SampledFrom(Languages()).Draw(t, "lang")
		style := Style(rapid.IntRange(0, int(styles)-1).Draw(t, "style"))
		s := Speak(lang, v, style, Context{})
		if got, most := Syllables(lang, s), bound(lang, v.Kind, style); got > most {
			t.Fatalf("%s %v: %q has %d syllables, the longest is said to have %d", lang, v, s, got, most)
		}
	})
}

func FuzzParseValue(f *testing.F) {
	for k := range kinds {
		f.Add(k.String(), examples[k])
	}
	f.Add("duration", "1h 2h3")
	f.Add("date", "2026年10月1日")
	f.Add("phone", "0086 1")
	f.Fuzz(func(t *testing.T, kind, text string) {
		v, err := ParseValue(kind, text)
		if err != nil {
			return
		}
		for _, lang := range Languages() {
			Speak(lang, v, Default, Context{})
		}
		if v.Kind == Text || v.Kind == Moment { // a moment's plain form is RFC 3339 to the minute or second
			return
		}
		again, err := ParseValue(kind, plain(v))
		if err != nil || again != v {
			t.Fatalf("%s %q is %+v, written %q, read again %+v, %v", kind, text, v, plain(v), again, err)
		}
	})
}
