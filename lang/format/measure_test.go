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
