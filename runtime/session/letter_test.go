package session

import (
	"testing"

	"rexian/compiler/bundle"
)

// A mail is read by its first line, then by its subject; what stands under the line belongs to flows that end in a
// text.
func TestLetter(t *testing.T) {
	p := &bundle.Program{Messages: []bundle.Entry{{Text: "QS", Func: 0}, {Text: "投诉", Func: 1}, {Func: 2}},
		Funcs: []bundle.Func{{Params: []bundle.Param{{Kind: "taxpayer_id"}}},
			{Params: []bundle.Param{{Kind: "phone"}, {Kind: "text"}}}, {}}}
	for _, c := range []struct{ subject, text, want string }{
		{"", "QS 1\n\n张三\n历下区", "QS 1"},
		{"QS 2", "ｑｓ 1\n谢谢", "ｑｓ 1"},
		{"QS 2", "您好：\nQS 1", "QS 2"},
		{"qs 2", "", "qs 2"},
		{"Re: QS 2", "谢谢", "谢谢"},
		{"", "\n 投诉 13800138000 一\n二", "投诉 13800138000 一\n二"},
		{"投诉 13800138000", "一\n二", "投诉 13800138000\n一\n二"},
		{"投诉 13800138000 一", "", "投诉 13800138000 一"},
		{"征期", "几号截止？\n谢谢", "几号截止？\n谢谢"},
		{"", "", ""},
	} {
		if got := Letter(p, c.subject, c.text); got != c.want {
			t.Errorf("%q, %q: %q, want %q", c.subject, c.text, got, c.want)
		}
	}
}
