package token_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"rexian/lang/diag"
	"rexian/lang/token"
)

var kindNames = map[token.Kind]string{token.EOF: "end", token.Bad: "bad", token.Comment: "comment", token.Sep: "sep",
	token.Word:   "word",
	token.Number: "number", token.Unit: "unit", token.Measure: "measure", token.Date: "date", token.Month: "month",
	token.Time: "time", token.String: "string"}

func show(tokens []token.Token) string {
	var parts []string
	for _, t := range tokens[:len(tokens)-1] {
		switch name := kindNames[t.Kind]; t.Kind {
		case token.Number, token.Date, token.Month, token.Time:
			parts = append(parts, fmt.Sprintf("%s:%s=%d", name, t.Text, t.N))
		default:
			if name == "" {
				parts = append(parts, t.Kind.Symbol())
			} else {
				parts = append(parts, name+":"+t.Text)
			}
		}
	}
	return strings.Join(parts, " ")
}

func TestScan(t *testing.T) {
	for _, c := range []struct{ src, want, codes string }{
		// words
		{"播放 欢迎词", "word:播放 word:欢迎词", ""},
		{"菜单2 VIP名单 _x1 a_b", "word:菜单2 word:VIP名单 word:_x1 word:a_b", ""},
		{"按1 按１ 等待5秒 最多3次",
			"word:按 number:1=1000000 word:按 number:1=1000000 word:等待 number:5=5000000 unit:秒 word:最多 number:3=3000000 measure:次", ""},
		{"等待时长5", "word:等待时长5", ""},
		{"ｈａｎｇｕｐ", "word:hangup", ""},
		{"按星号键 按井号 星号", "word:按 word:星号键 word:按 word:井号 word:星号", ""},
		{"周一至周五 周六至 至周日 甲至乙", "word:周一 .. word:周五 word:周六 .. .. word:周日 word:甲至乙", ""},
		{"ئۇيغۇرچە हिन्दी", "word:ئۇيغۇرچە word:हिन्दी", ""},
		// numbers
		{"12 1200.50 0.000001 1..5",
			"number:12=12000000 number:1200.50=1200500000 number:0.000001=1 number:1=1000000 .. number:5=5000000", ""},
		{"5s 5秒钟 500万元 20% 2．5",
			"number:5=5000000 unit:s number:5=5000000 unit:秒钟 number:500=500000000 unit:万元 number:20=20000000 % number:2.5=2500000", ""},
		{"1个工作日 15个月 3小时 4次按键",
			"number:1=1000000 unit:个工作日 number:15=15000000 unit:个月 number:3=3000000 unit:小时 number:4=4000000 unit:次按键",
			""},
		{"5元至10元 1至5", "number:5=5000000 unit:元 .. number:10=10000000 unit:元 number:1=1000000 .. number:5=5000000", ""},
		{"1234567890123 0.1234567", "number:1234567890123=0 number:0.1234567=0", "RX1013 RX1013"},
		{"5分 5sec 5碗", "number:5=5000000 bad:分 number:5=5000000 bad:sec number:5=5000000 bad:碗",
			"RX1014 RX1016 RX1015"},
		// dates and times
		{"2026-10-01 2026年10月1日 2026-08 2026年8月",
			"date:2026-10-01=20727 date:2026-10-01=20727 month:2026-08=24319 month:2026-08=24319", ""},
		{"1969-12-31 2024-02-29", "date:1969-12-31=-1 date:2024-02-29=19782", ""},
		{"２０２６－１０－０１..2026-10-07", "date:2026-10-01=20727 .. date:2026-10-07=20733", ""},
		{"2026-1-5 2026/10/01", "date:2026-01-05=20458 date:2026-10-01=20727", "RX1011 RX1011"},
		{"2026-13 2026-02-30 2025-02-29", "month:2026-13=24323 date:2026-02-30=20485 date:2025-02-29=20120",
			"RX1010 RX1010 RX1010"},
		{"8:30 08:30-12:00 24:00 ８：３０～９：００",
			"time:08:30=30600 time:08:30=30600 - time:12:00=43200 time:24:00=86400 time:08:30=30600 - time:09:00=32400",
			""},
		{"9点 9点30分 9点半 下午2点半 上午9点",
			"time:09:00=32400 time:09:30=34200 time:09:30=34200 time:14:30=52200 time:09:00=32400", "RX1012 RX1012"},
		{"中午12点 中午1点 凌晨12点 晚上11点45分", "time:12:00=43200 time:13:00=46800 time:00:00=0 time:23:45=85500",
			"RX1012 RX1012 RX1012 RX1012"},
		{"25:00 24:01 8:61", "time:00:00=0 time:00:00=0 time:00:00=0", "RX1017 RX1017 RX1017"},
		{"10月1日 3月", "bad:10 bad:3", "RX1018 RX1018"},
		// strings
		{`"a“b”c" “甲“乙”丙” 「丁」 『戊』 ”己” ＂庚＂`, "string:a“b”c string:甲“乙”丙 string:丁 string:戊 string:己 string:庚", ""},
		{`"a\"b" "a//b" // c`, `string:a\"b string:a//b comment: c`, ""},
		{"\"abc\n\"def\"", "bad:abc string:def", "RX1005"},
		{"“abc\"\n\"abc”", "string:abc string:abc", "RX1006 RX1006"},
		{"“abc\" \"abc”", "string:abc\" \"abc", ""},
		{"'abc' ‘def’", "string:abc string:def", "RX1007 RX1007"},
		// signs
		{"≥ ≤ ≠ >= <= != == = × ÷ ＋ －", ">= <= != >= <= != = = * / + -", ""},
		{"｛｝（）［］，、：．．", "{ } ( ) [ ] , , : ..", ""},
		{"a；b。c;", "word:a sep:; word:b sep:; word:c sep:;", ""},
		{"——–~", "- - -", ""},
		{"／／注", "comment:注", ""},
		{"@@ ￥", "bad:@@ bad:￥", "RX1003 RX1003"},
		{"\xff\xfe a \x00", "bad:\xff bad:\xfe word:a bad:\x00", "RX1001 RX1002"},
	} {
		tokens, found := token.Scan("a.flow", []byte(c.src))
		if got := show(tokens); got != c.want {
			t.Errorf("%q\n got %s\nwant %s", c.src, got, c.want)
		}
		var codes []string
		for _, d := range found {
			codes = append(codes, string(d.Code))
		}
		if got := strings.Join(codes, " "); got != c.codes {
			t.Errorf("%q: codes %s, want %s", c.src, got, c.codes)
		}
	}
}

// TestFlags checks how tokens lie on their lines.
func TestFlags(t *testing.T) {
	tokens, _ := token.Scan("a.flow", []byte("\ufeffa b1 5s\n  c\r\n\"{x}\" d"))
	want := []token.Flags{token.FirstOnLine | token.AtColumn1, 0, 0, token.Touching, token.FirstOnLine,
		token.FirstOnLine | token.AtColumn1 | token.Holes, 0, token.Touching}
	for i, f := range want {
		if tokens[i].Flags != f {
			t.Errorf("token %d %q has flags %b, want %b", i, tokens[i].Text, tokens[i].Flags, f)
		}
	}
}

// TestSpans has spans in bytes of the file, also within a part of it.
func TestSpans(t *testing.T) {
	src := "播放 “{甲.乙}”"
	tokens, _ := token.Scan("a.flow", []byte(src))
	if s := tokens[1].Span; src[s.Start:s.End] != "“{甲.乙}”" {
		t.Errorf("string at %v", s)
	}
	from := strings.Index(src, "甲")
	inner, _ := token.ScanWithin(nil, "a.flow", src, from, from+len("甲.乙"))
	var cut []string
	for _, k := range inner {
		cut = append(cut, src[k.Span.Start:k.Span.End])
	}
	if got := strings.Join(cut, "|"); got != "甲|.|乙|" {
		t.Errorf("cut into %s", got)
	}
}

// blank is what stands between tokens; what nobody sees of it is a finding.
const blank = " \t\r\n\u3000\u00a0\u00ad\u200b\u2060\ufeff"

// FuzzScan cuts anything: no panic, and the tokens cover the text but for white space.
func FuzzScan(f *testing.F) {
	hotline, err := os.ReadFile("../parse/testdata/hotline.flow")
	if err != nil {
		f.Fatal(err)
	}
	for _, line := range strings.Split(string(hotline), "\n")[:200] {
		f.Add(line)
	}
	for _, s := range []string{"下午2点半", "２０２６－１３", "9点99分", "\\", "\"\\", "“”“", "5秒最多3次", "'", "‘", "1.", "1..",
		"2026-", "2026年13月1", "12:", "——", "／／", "\xe3\x80", "\xef\xbb\xbf\xef\xbb\xbf", "\u00ad\u200b\u2060"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		tokens, found := token.Scan("a.flow", []byte(src))
		at := 0
		for _, k := range tokens {
			if k.Span.Start < at || k.Span.End < k.Span.Start || k.Span.End > len(src) {
				t.Fatalf("token at %v after %d", k.Span, at)
			}
			if gap := src[at:k.Span.Start]; strings.Trim(gap, blank) != "" {
				t.Fatalf("%q lies between the tokens", gap)
			}
			if k.Kind != token.EOF && k.Span.Start == k.Span.End {
				t.Fatal("a token of nothing")
			}
			at = k.Span.End
		}
		if tokens[len(tokens)-1].Kind != token.EOF || strings.Trim(src[at:], blank) != "" {
			t.Fatal("the end is missing")
		}
		for _, d := range found {
			if d.Span.Start < 0 || d.Span.End > len(src) || d.Span.Start > d.Span.End || d.Sentence(diag.Zh) == "" {
				t.Fatalf("%s at %v", d.Code, d.Span)
			}
		}
	})
}

func BenchmarkScan(b *testing.B) {
	hotline, err := os.ReadFile("../parse/testdata/hotline.flow")
	if err != nil {
		b.Fatal(err)
	}
	src := bytes.Repeat(hotline, 10)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		token.Scan("a.flow", src)
	}
}
