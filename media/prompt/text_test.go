package prompt

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rexian/media/rtp"
)

func TestTokens(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"您好，欢迎致电12366热线。", "您 好 , 欢 迎 致 电 12366 热 线 ."},
		{"请按１", "请 按 1"},
		{"“系统”繁忙！", "系 统 繁 忙 ."},
		{"是、否；另：其他…", "是 、 否 ; 另 ; 其 他 ."},
		{"是？否", "是 ? 否"},
		{"（草稿）好", "草 稿 , 好"},
		{"，。开头", "开 头"},
		{"好，。、再见", "好 . 再 见"},
		{"Press one. It's 8 a.m. on Monday", "press one . it's 8 a.m. on monday"},
		{"twenty-one yuan", "twenty-one yuan"},
		{"1,000.50 yuan, 3.", "1,000.50 yuan , 3 ."},
		{"A x B", "A x B"},
		{"尾号XZ9", "尾 号 X Z 9"},
		{"PDF, Pdf", "P D F , pdf"},
		{"50%的App", "50 % 的 app"},
		{"a - b", "a b"},
		{"按*键", "按 * 键"},
		{"第1页\n第2页", "第 1 页 . 第 2 页"},
		{"", ""},
		{" ，。 ", ""},
	} {
		var got []string
		for _, tok := range tokens(c.text) {
			got = append(got, tok.text)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%q: %q, want %q", c.text, s, c.want)
		}
	}
}

func TestKey(t *testing.T) {
	for _, alike := range [][]string{
		{"系统繁忙", "系统繁忙。", "“系统繁忙！”", " 系统 繁忙 ", "，系统繁忙？"},
		{"Press one, please", "press  one, please.", "Ｐress one， please!"},
	} {
		for _, text := range alike {
			if Key(text) != Key(alike[0]) {
				t.Errorf("%q and %q are different recordings", alike[0], text)
			}
		}
	}
	for _, other := range [][2]string{{"你好，世界", "你好世界"}, {"你好，世界", "你好。世界"}, {"A", "a"}, {"twenty one", "twenty-one"}} {
		if Key(other[0]) == Key(other[1]) {
			t.Errorf("%q and %q are one recording", other[0], other[1])
		}
	}
}

// Every token stands for its own part of the text, in order.
func TestTokensCoverTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-c.,' 0-9，。、好请-]{0,40}`)).Draw(t, "text")
		checkTokens(t, text)
	})
}

func checkTokens(t interface{ Fatalf(string, ...any) }, text string) {
	at, breathBefore := 0, true
	for _, tok := range tokens(text) {
		if tok.from < at || tok.to <= tok.from || tok.to > len(text) || tok.text == "" {
			t.Fatalf("%q: token %+v after %d", text, tok, at)
		}
		if tok.pause > 0 && breathBefore {
			t.Fatalf("%q: two breaths in a row, or one at the beginning", text)
		}
		at, breathBefore = tok.to, tok.pause > 0
	}
}

func FuzzTokens(f *testing.F) {
	for _, s := range []string{"您好，12366。", "a.m.", "1,000.5.", "\xff", "’’'-a", "ｱ．", "é́"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkTokens(t, strings.ToValidUTF8(text, "?"))
		Key(text)
		b := newBook()
		b.add("好", &rtp.Sound{})
		clips, missing := b.compose(text)
		if len(missing) > len(clips) {
			t.Fatalf("%q: %d parts are missing among %d clips", text, len(missing), len(clips))
		}
	})
}
