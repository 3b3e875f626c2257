package readout

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestVocabularyHoldsWhatIsOftenSaid(t *testing.T) {
	for lang, words := range map[string]string{
		"zh": "零 幺 一 两 二十六 九十九 一百 两千 万 亿 元 两角 零五分 十月 二十六日 二零二六年 九点 两点 整 三天 五分钟 十五个工作日 百分之 负 点 星期日 尾号 已隐藏 第二 A X 中文",
		"en": "zero|oh|twenty-six|one hundred|two thousand|million|yuan|January|twenty-sixth|twenty twenty-six|a.m.|noon|five minutes|one day|per cent|minus|point|Sunday|ending in|hidden|A|Z|quarter|English",
	} {
		all := Vocabulary(lang)
		sep := " "
		if lang == "en" {
			sep = "|"
		}
		for _, w := range strings.Split(words, sep) {
			if !contains(all, w) {
				t.Errorf("%s: %q is not in the vocabulary", lang, w)
			}
		}
		if n := len(all); n < 200 || n > 1500 {
			t.Errorf("%s: %d fragments: too few to be whole or too many to record", lang, n)
		}
		t.Logf("%s: %d fragments", lang, len(all))
	}
	if got := Vocabulary("xx"); got != nil {
		t.Errorf("a language nobody registered has %v", got)
	}
	if a, b := Vocabulary("zh-CN"), Vocabulary("zh"); strings.Join(a, " ") != strings.Join(b, " ") {
		t.Error("zh-CN is not zh")
	}
}

func contains(all []string, w string) bool {
	for _, a := range all {
		if a == w {
			return true
		}
	}
	return false
}

// Nothing is recorded in vain: each fragment is part of a reading that is named.
func TestEveryFragmentIsSaid(t *testing.T) {
	for _, lang := range Languages() {
		table, _ := Lookup(lang)
		for fragment, e := range table.vocabulary() {
			spoken := Speak(lang, e.value, e.style, e.ctx)
			if !strings.Contains(spoken, fragment) {
				t.Errorf("%s: %q is not in %q, the reading of %+v", lang, fragment, spoken, e)
			}
		}
	}
}

// Nothing is missing: whatever is read falls into fragments of the vocabulary.
func TestEveryReadingIsInTheVocabulary(t *testing.T) {
	known := map[string]map[string]bool{}
	for _, lang := range Languages() {
		known[lang] = map[string]bool{Pause: true}
		for _, f := range Vocabulary(lang) {
			known[lang][f] = true
		}
	}
	words := map[Kind]*rapid.Generator[string]{
		Digits:     rapid.StringMatching(`[-+]?[0-9A-Za-z .]{0,32}`),
		Phone:      rapid.StringMatching(`(\+86|0086|\+)?[0-9 ]{0,14}`),
		TaxpayerID: rapid.StringMatching(`[0-9A-Z]{0,20}`), ResidentID: rapid.StringMatching(`[0-9]{17}[0-9Xx]`),
		Language: rapid.SampledFrom(Languages()),
	}
	rapid.Check(t, func(t *rapid.T) {
		v := Value{Kind: Kind(rapid.IntRange(int(Digits), int(kinds)-1).Draw(t, "kind")), N: anyInt().Draw(t, "n")}
		if g := words[v.Kind]; g != nil {
			v.S = g.Draw(t, "s")
		}
		style := Style(rapid.IntRange(0, int(styles)-1).Draw(t, "style"))
		c := Context{
			Now:  rapid.SampledFrom([]int64{0, 1, 1_770_000_000_000, v.N}).Draw(t, "now"),
			Prev: rapid.SampledFrom([]string{"", "第", "number"}).Draw(t, "prev"),
			Next: rapid.SampledFrom([]string{"", "位", "日", "calls"}).Draw(t, "next"),
		}
		for lang, set := range known {
			for _, f := range Fragments(lang, v, style, c) {
				if !set[f] {
					t.Fatalf("%s: %q, of the reading %q of %+v, is not in the vocabulary", lang, f,
						Speak(lang, v, style, c), v)
				}
			}
		}
	})
}

func BenchmarkVocabulary(b *testing.B) {
	t, _ := Lookup("zh")
	for b.Loop() {
		t.vocabulary()
	}
}
