package parse_test

import (
	"fmt"
	"strings"
	"testing"

	"rexian/lang/parse"
	"rexian/lang/token"
)

var classNames = map[parse.Class]string{parse.Keyword: "keyword", parse.Unit: "unit", parse.Day: "day",
	parse.Measure: "measure",
	parse.TelKey:  "key", parse.Dropped: "dropped", parse.Through: "through", parse.Name: "name",
	parse.Declared: "declared",
	parse.Field:    "field", parse.ArgName: "arg", parse.Type: "type", parse.Style: "style", parse.Tag: "tag"}

func show(list []parse.Lexeme) string {
	var b strings.Builder
	for _, l := range list {
		if name := classNames[l.Class]; name != "" {
			fmt.Fprintf(&b, "%s/%s", l.Text, name)
			if l.ID != "" {
				fmt.Fprintf(&b, ":%s", l.ID)
			}
			if l.Rest {
				b.WriteByte('+')
			}
			b.WriteByte(' ')
		}
		for _, h := range l.Holes {
			b.WriteString("{" + strings.TrimSpace(show(h.Lexemes)) + "} ")
		}
	}
	return b.String()
}

// TestTokens tells what each word stood as: the same spelling is one thing here and another there.
func TestTokens(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"流程 等待(最多: 数字 2位) { 播放 \"{等待.多少(一: 最多):逐位}\" 挂机 }",
			"流程/keyword:flow 等待/declared 最多/declared 数字/type 位/measure 播放/keyword:say {等待/name 多少/field 一/arg 最多/name 逐位/style} 挂机/keyword:hangup"},
		{"flow a { if x is not empty { stop } else { stop } }",
			"flow/keyword:flow a/declared if/keyword:if x/name is/keyword:is not empty not/keyword:is not empty+ empty/keyword:is not empty+ stop/keyword:stop else/keyword:else stop/keyword:stop"},
		{"队列 甲 { 最长 5分钟 满 5 秒 播放 乙 分配 循环 }",
			"队列/keyword:queue 甲/declared 最长/keyword:longest 分钟/unit:m 满/keyword:from.queue 秒/unit:s 播放/keyword:say 乙/name 分配/keyword:order 循环/tag"},
		{"setting a: money = 5 wan yuan",
			"setting/keyword:setting a/declared money/type wan/unit:wan yuan yuan/unit:wan yuan+"},
		{"hours a { workdays～周日 8:30-9:00 on 2026-01-01 closed }",
			"hours/keyword:hours a/declared workdays/day:workdays -/through:.. 周日/day:sunday on/keyword:on.date closed/keyword:closed"},
		{"菜单 甲 { 按井号键 重听 否则 挂机 }",
			"菜单/keyword:menu 甲/declared 按/keyword:press 井号键/key:# 重听/keyword:again 否则/keyword:otherwise 挂机/keyword:hangup"},
	} {
		lexemes, found := parse.Tokens("a.flow", []byte(c.src))
		if len(found) > 0 {
			t.Errorf("%s\n%s", c.src, render([]byte(c.src), found))
		}
		if got := strings.TrimSpace(show(lexemes)); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.src, got, c.want)
		}
	}
}

// TestTokensKeepAll gives comments and separators too, and EOF last.
func TestTokensKeepAll(t *testing.T) {
	src := "// 一\n名单 甲； // 二\n"
	lexemes, _ := parse.Tokens("a.flow", []byte(src))
	var kinds []token.Kind
	for _, l := range lexemes {
		kinds = append(kinds, l.Kind)
	}
	want := []token.Kind{token.Comment, token.Word, token.Word, token.Sep, token.Comment, token.EOF}
	if fmt.Sprint(kinds) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", kinds, want)
	}
}
