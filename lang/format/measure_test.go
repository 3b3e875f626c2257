package format_test

import (
	"strings"
	"testing"

	"rexian/lang/format"
)

// TestMeasureWordsComeBack writes programs in English and back: what a measure word's author chose is not lost, and
// where the loop's name says it, English has none.
func TestMeasureWordsComeBack(t *testing.T) {
	for _, c := range []struct{ zh, en string }{
		{`流程 甲 { 逐条 [1, 2] 作为 笔 最多 5笔 { 播放 "{笔}。" } 挂机 }`, "at most 5 {"},
		{`流程 甲 { 逐条 [1, 2] 作为 一笔 最多 5笔 { 播放 "{一笔}。" } 挂机 }`, "at most 5 {"},
		{`流程 甲 { 逐条 [1, 2] 作为 数 最多 5条 { 播放 "{数}。" } 挂机 }`, "at most 5 {"},
		{`流程 甲 { 逐条 [1, 2] 作为 人 最多 9位 { 播放 "{人}。" } 挂机 }`, "at most 9位 {"},
		{`流程 甲 { 重复 最多 3次 { 播放 "您好。" } 挂机 }`, "at most 3 {"},
		{`流程 甲 { 如果 人数 不超过 5位 { 播放 "少。" } 挂机 }`, "no more than 5位 {"},
		{`流程 甲 { 播放 "{数 > 5位}" 挂机 }`, "{数 more than 5位}"},
		{`外呼任务 乙 { 每秒 20通 }`, "per second 20 }"},
		{`外呼任务 乙 { 每秒 20条 }`, "per second 20条 }"},
		{`外呼任务 乙 { 重拨 占线 隔 15分钟 限 3次 }`, "up to 3"},
	} {
		write := func(src string, to format.Tongue) string {
			out, err := format.Format("t.flow", []byte(src), format.Options{Tongue: to})
			if err != nil {
				t.Fatalf("%s: %v", src, err)
			}
			return string(out)
		}
		zh := write(c.zh, format.Zh)
		en := write(zh, format.En)
		if back := write(en, format.Zh); back != zh {
			t.Errorf("%s became\n%s and then\n%s", zh, en, back)
		}
		if again := write(en, format.En); again != en {
			t.Errorf("%s was laid out again as\n%s", en, again)
		}
		if !strings.Contains(en, c.en) {
			t.Errorf("%s has no %q", en, c.en)
		}
	}
}

// TestComparisonsAreWords writes the signs of comparisons as words, in the tongue of the words around them; beside a
// date or a time as those of dates. A sign stays where its word would make a phrase of the name behind it.
func TestComparisonsAreWords(t *testing.T) {
	for _, c := range []struct{ src, keep, en string }{
		{"如果 几>=2 且 几!=5", "如果 几 不低于 2 且 几 不是 5", "if 几 at least 2 and 几 is not 5"},
		{"if n <= 2 or n == m", "if n no more than 2 or n is m", "if n no more than 2 or n is m"},
		{"如果 日子 > 2026-10-01", "如果 日子 晚于 2026-10-01", "if 日子 later than 2026-10-01"},
		{"如果 8:30 ≥ 时候", "如果 08:30 不早于 时候", "if 08:30 not earlier than 时候"},
		{"if n = open", "if n = open", "if n = open"},
		{"如果 n = open", "如果 n 是 open", "if n = open"},
		{"如果 几 > -2", "如果 几 大于 -2", "if 几 more than -2"},
		{"如果 几 -m<2", "如果 几 - m 小于 2", "if 几 - m less than 2"},
		{"如果 1 yuan - 2元 < 几", "如果 1 yuan - 2元 小于 几", "if 1 yuan - 2 yuan less than 几"},
		{"如果 几 是 5 - m", "如果 几 是 5 - m", "if 几 is 5 - m"},
	} {
		src := "流程 甲 {\n  " + c.src + " { 挂机 }\n}\n"
		for tongue, want := range map[format.Tongue]string{format.Keep: c.keep, format.En: c.en} {
			out, err := format.Format("t.flow", []byte(src), format.Options{Tongue: tongue})
			if err != nil {
				t.Errorf("%s: %v", c.src, err)
				continue
			}
			got := strings.Split(string(out), "\n")[1]
			if got, _, _ = strings.Cut(strings.TrimSpace(got), " {"); got != want {
				t.Errorf("%s is written %q, want %q", c.src, got, want)
			}
		}
	}
}
