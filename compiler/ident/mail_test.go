package ident

import (
	"strings"
	"testing"
)

func TestMail(t *testing.T) {
	for s, want := range map[string]Fault{
		"tousu@example.org": OK, "a.b+c@mail.example.gov.cn": OK, "信箱@例子.公司": OK,
		"": Character, "不是邮箱": Character, "a@b": Unlisted, "a@b.": Character, "@b.cn": Character, "a b@c.cn": Character,
		"a@b@c.cn": Character, "a@-b.cn": Character, "张三 <a@b.cn>": Character, "a@b.cn, c@d.cn": Character,
		"a@b..cn":                          Character,
		strings.Repeat("a", 250) + "@b.cn": Long,
	} {
		if have := Mail(s); have != want {
			t.Errorf("%q: %v, want %v", s, have, want)
		}
	}
}
