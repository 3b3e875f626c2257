package compiler_test

import (
	"fmt"
	"strings"
	"testing"

	"rexian/compiler"
	"rexian/lang/diag"
)

// announced are ways in which people name keys, each with the keys that are named.
var announced = []struct{ lang, words, keys string }{
	{"zh", "查询请按１。", "1"}, {"zh", "查询请按1或2。", "12"}, {"zh", "查询请按1、2。", "12"},
	{"zh", "查询请按一。", "1"},
	{"zh", "查询请按下1。", "1"}, {"zh", "查询请按数字1。", "1"}, {"zh", "查询请按数字键１。", "1"},
	{"zh", "查询请拨1。", "1"},
	{"zh", "查询请选1。", "1"}, {"zh", "查询请输入1。", "1"},
	{"zh", "查询用1号键，办理用2号键。", "12"}, {"zh", "按1查询，2办理。", "12"},
	{"zh", "查询请按“1”。", "1"}, {"zh", "查询请按一或者二。", "12"},
	{"zh", "查询请按1键，返回请按星号键。", "1*"},
	{"zh", "滞纳金按3天计算。查询请按1。", "1"},
	{"zh", "税款按5%征收，按一定比例减免。查询请按1。", "1"},
	{"zh", "请在1个工作日内办理。查询请按2。", "2"},
	{"en", "For billing press 1.", "1"}, {"en", "For billing dial 1.", "1"}, {"en", "For billing hit 1.", "1"},
	{"en", "For billing push 1.", "1"}, {"en", "For billing enter 1.", "1"},
	{"en", "Press the 1 key for billing.", "1"},
	{"en", "Press 1 for billing or 2 for support.", "12"}, {"en", "1 for billing or press 2 for support.", "12"},
	{"en", "For billing press one, to go back press star.", "1*"}, {"en", "Press 1, 2 or 3.", "123"},
	{"en", "1 for your balance or 2 for orders.", "12"}, {"en", "For payments 1, for refunds 2.", "12"},
	{"en", "1 for billing, 2 for support or 3 to go back.", "123"}, {"en", "Billing is 1, support is 2.", "12"},
	{"zh", "1查询，2办理。", "12"}, {"zh", "满意1，不满意2。", "12"},
	{"en", "Allow 3 days. For billing press 1.", "1"}, {"en", "Enter within 2 days. Press 1 to go on.", "1"},
}

// TestAnnouncedKeys: a menu whose words name its keys in whatever way is sound; one that lacks a key that its words
// name is told so at the words, and one that has a key more at the key.
func TestAnnouncedKeys(t *testing.T) {
	for _, c := range announced {
		if found := announcing(t, c.lang, c.words, c.keys); len(found) > 0 {
			t.Errorf("%s with the keys %s: %v", c.words, c.keys, codes(found))
		}
		last := c.keys[len(c.keys)-1:]
		fewer := strings.TrimSuffix(c.keys, last)
		found := announcing(t, c.lang, c.words, fewer+"8")
		if len(found) != 1 || found[0].Code != "RX4201" || len(found[0].Related) != 1 {
			t.Errorf("%s with the keys %s8: %s, want one RX4201 that shows the key beside it", c.words,
				fewer,
				codesOf(found))
		}
		if found := announcing(t, c.lang, c.words, c.keys+"8"); len(found) != 1 || found[0].Code != "RX4202" {
			t.Errorf("%s with the keys %s8: %s, want RX4202", c.words, c.keys, codesOf(found))
		}
	}
}

// TestFiguresThatAreNoKeys: figures in a menu's words that are none of its keys, though an option has one of them.
func TestFiguresThatAreNoKeys(t *testing.T) {
	for _, c := range []struct{ lang, words, keys, without string }{
		{"en", "1 for each of you. For billing press 2.", "12", "1"},
		{"en", "2 for 1 this week. Press 1.", "12", "2"},
		{"en", "Tickets are 2 for 1. Press 3.", "13", "1"},
		{"en", "2 to 3 of us are here. Press 1.", "12", "2"},
		{"en", "1 for every caller. Press 2.", "12", "1"}, {"en", "Wait 2 minutes. Press 1.", "12", "2"},
		{"zh", "按2天计算。查询请按1。", "12", "2"},
	} {
		found := announcing(t, c.lang, c.words, c.keys)
		if len(found) != 1 || found[0].Code != "RX4202" || found[0].Args[0] != c.without {
			t.Errorf("%s with the keys %s: %v, want one RX4202 for %s", c.words, c.keys, found, c.without)
		}
		keys := strings.Replace(c.keys, c.without, "", 1)
		if found := announcing(t, c.lang, c.words, keys); len(found) > 0 {
			t.Errorf("%s with the keys %s: %v", c.words, keys, codes(found))
		}
	}
	// a figure that has a clause for itself names a key that there is, and no other
	for _, c := range []struct{ lang, words, keys string }{
		{"en", "For billing, 1; for support, 2.", "12"}, {"en", "Billing: 1. Support: 2.", "12"},
		{"zh", "查询，1；办理，2。", "12"}, {"en", "For billing press 1. Opening days: Monday, 3, 5.", "1"},
	} {
		if found := announcing(t, c.lang, c.words, c.keys); len(found) > 0 {
			t.Errorf("%s with the keys %s: %v", c.words, c.keys, codes(found))
		}
	}
}

// announcing checks a menu that says some words and has some keys.
func announcing(t *testing.T, lang, words, keys string) []diag.Diagnostic {
	t.Helper()
	tongue := map[string]string{"zh": "中文", "en": "英文"}[lang]
	var arms strings.Builder
	for _, k := range keys {
		fmt.Fprintf(&arms, "  按 %c 挂机\n", k)
	}
	w, err := compiler.Open("testdata/broken/root")
	if err != nil {
		t.Fatal(err)
	}
	w.Overlay("a.flow", fmt.Appendf(nil,
		"语种 %s 缺则 %s\n接入号 \"12366\" 进入 甲\n缺省 { 时区 \"Asia/Shanghai\" 当 出错 挂机 }\n"+
			"菜单 甲 {\n  播放 %q\n%s  否则 挂机\n}\n", tongue, tongue, words, &arms))
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	_, found := w.Check(compiler.Options{Today: today})
	return found
}
