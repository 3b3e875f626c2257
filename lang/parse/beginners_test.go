package parse_test

import (
	"sort"
	"strings"
	"testing"

	"rexian/lang/diag"
	"rexian/lang/parse"
)

// The mistakes of beginners, by their numbers in the language's list. A slip either reads as the right
// spelling does, in silence or with a warning; or is an error that its fix mends; or an error.

func inFlow(step string) string { return "流程 甲 {\n  " + step + "\n  挂机\n}\n" }
func inMenu(arm string) string {
	return "菜单 甲 {\n  播放 \"您好。\"\n  " + arm + "\n  否则 挂机\n}\n"
}
func inHours(line string) string {
	return "作息 甲 {\n  时区 \"Asia/Shanghai\"\n  " + line + "\n}\n"
}
func inCalendar(item string) string {
	return "日历 甲 {\n  " + item + "\n}\n"
}

func TestAccepted(t *testing.T) {
	for _, c := range []struct{ name, slip, right, code string }{
		{"1 full-width digit", inMenu("等待 ５秒"), inMenu("等待 5秒"), ""},
		{"1 full-width colon", "参数 甲： 金额 ＝ １００元", "参数 甲: 金额 = 100元", ""},
		{"1 full-width brackets", inFlow("转到 乙（１，２）"), inFlow("转到 乙(1, 2)"), ""},
		{"1 full-width braces", "流程 甲 ｛　挂机　｝", "流程 甲 { 挂机 }", ""},
		{"2 closing quote twice", inFlow("播放 ”欢迎”"), inFlow(`播放 "欢迎"`), ""},
		{"2 pair", inFlow("播放 “欢迎”"), inFlow(`播放 "欢迎"`), ""},
		{"2 corner", inFlow("播放 「欢迎」"), inFlow(`播放 "欢迎"`), ""},
		{"2 nested", inFlow(`播放 “请说“是””`), inFlow("播放 「请说“是”」"), ""},
		{"4 list comma", inFlow("排队 乙 否则 { 当 已满、超时 挂机 }"), inFlow("排队 乙 否则 { 当 已满, 超时 挂机 }"), ""},
		{"5 touching", inMenu("按1 重听"), inMenu("按 1 重听"), ""},
		{"5 touching timer", inMenu("等待5秒 最多3次"), inMenu("等待 5秒 最多 3次"), ""},
		{"6 key and 键", inMenu("按1键 重听"), inMenu("按 1 重听"), ""},
		{"6 star", inMenu("按星号 重听"), inMenu("按 * 重听"), ""},
		{"6 star key", inMenu("按 星号键 重听"), inMenu("按 * 重听"), ""},
		{"6 pound key", inMenu("按井号键 重听"), inMenu("按 # 重听"), ""},
		{"6 full-width star", inMenu("按＊ 重听"), inMenu("按 * 重听"), ""},
		{"10 full stop", inFlow(`播放 "您好"。`), inFlow(`播放 "您好"`), ""},
		{"10 semicolon", inFlow(`播放 "您好"；`), inFlow(`播放 "您好"`), ""},
		{"10 comma", inFlow(`播放 "您好"，`), inFlow(`播放 "您好"`), ""},
		{"10 commas between declarations", "名单 甲，\n名单 乙，\n", "名单 甲\n名单 乙\n", ""},
		{"11 spoken time", inHours("每天 9点30分-17点"), inHours("每天 09:30-17:00"), ""},
		{"13 tilde", inHours("每天 8:30～12:00"), inHours("每天 08:30-12:00"), ""},
		{"13 至", inHours("每天 8:30至12:00"), inHours("每天 08:30-12:00"), ""},
		{"13 long dash", inHours("每天 8:30——12:00"), inHours("每天 08:30-12:00"), ""},
		{"14 days", inHours("周一至周六 8:30-12:00"), inHours("周一..周六 8:30-12:00"), ""},
		{"14 monday to friday", inHours("周一至周五 8:30-12:00"), inHours("周一..周五 8:30-12:00"), "RX1047"},
		{"15 Chinese date", inCalendar(`放假 "国庆节" 2026年10月1日至2026年10月7日`), inCalendar(`放假 "国庆节" 2026-10-01..2026-10-07`),
			""},
		{"15 号", inCalendar(`放假 "国庆节" 2026年10月1号`), inCalendar(`放假 "国庆节" 2026-10-01`), ""},
		{"15 dash between dates", inCalendar(`放假 "国庆节" 2026-10-01～2026-10-07`),
			inCalendar(`放假 "国庆节" 2026-10-01..2026-10-07`), ""},
		{"17 秒钟", inMenu("等待 5秒钟"), inMenu("等待 5秒"), ""},
		{"17 blank before the unit", inMenu("等待 5 秒"), inMenu("等待 5s"), ""},
		{"那么", inFlow("如果 x 是 1 那么 { 挂机 }"), inFlow("如果 x 是 1 { 挂机 }"), ""},
		{"坐席", "测试 \"甲\" { 坐席接听 }", "测试 \"甲\" { 座席接听 }", ""},
		{"byte order mark and CRLF", "\ufeff流程 甲 {\r\n  挂机\r\n}\r\n", "流程 甲 {\n  挂机\n}\n", ""},
		{"decomposed letters", "名单 cafe\u0301", "名单 caf\u00e9", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			slip, found := parse.Parse("a.flow", []byte(c.slip))
			var codes []string
			for _, d := range found {
				codes = append(codes, string(d.Code))
			}
			if strings.Join(codes, " ") != c.code {
				t.Errorf("findings:\n%s", render([]byte(c.slip), found))
			}
			if c.code != "" && found[0].Severity != diag.Warning {
				t.Error("no warning but an error")
			}
			right, _ := parse.Parse("a.flow", []byte(c.right))
			if got, want := dump(t, slip.Decls, false), dump(t, right.Decls, false); got != want {
				t.Errorf("reads as\n%s\nnot as\n%s", got, want)
			}
		})
	}
}

// TestMended applies the fix and reads again: no finding is left, and the text is the one expected.
func TestMended(t *testing.T) {
	prompt := "提示语 欢迎词 { 中文 \"好\" }\n"
	for _, c := range []struct{ name, code, slip, mended string }{
		{"3 quotes", "RX1006", inFlow("播放 “欢迎\""), inFlow("播放 “欢迎”")},
		{"3 quotes the other way", "RX1006", inFlow("播放 \"欢迎”"), inFlow("播放 \"欢迎\"")},
		{"3 two strings", "RX1006", inMenu("按 1 \"欢迎” { 播放 \"好\" }"), inMenu("按 1 \"欢迎\" { 播放 \"好\" }")},
		{"7 glued", "RX1020", prompt + inFlow("播放欢迎词"), prompt + inFlow("播放 欢迎词")},
		{"8 glued condition", "RX1020", inFlow("如果来电号码属于黑名单 { 挂机 }"), inFlow("如果 来电号码 属于 黑名单 { 挂机 }")},
		{"8 glued let", "RX1020", inFlow("设 甲 = 询问数字 4位 { 播放 \"您好。\" 否则 挂机 }"),
			inFlow("设 甲 = 询问 数字 4位 { 播放 \"您好。\" 否则 挂机 }")},
		{"8 glued after a unit", "RX1020", inMenu("等待5秒最多3次"), inMenu("等待5秒 最多3次")},
		{"9 colon", "RX1021", inFlow("播放：“欢迎”"), inFlow("播放“欢迎”")},
		{"12 afternoon", "RX1012", inHours("每天 8:30-下午2点半"), inHours("每天 8:30-14:30")},
		{"16 figures", "RX1029", "参数 甲: 金额 = 一百元", "参数 甲: 金额 = 100元"},
		{"18 转人工", "RX1026", inFlow("转人工"), inFlow("转到 人工")},
		{"18 quoted target", "RX1039", inFlow("转到 \"主菜单\""), inFlow("转到 主菜单")},
		{"18 return to an arm's target", "RX1035", inMenu("按 1 返回 乙"), inMenu("按 1 转到 乙")},
		{"misspelt Chinese", "RX1019", inFlow("播方 \"好\""), inFlow("播放 \"好\"")},
		{"misspelt English", "RX1019", inFlow("hangpu"), inFlow("hangup")},
		{"capitals", "RX1019", inFlow("Say \"好\""), inFlow("say \"好\"")},
		{"misspelt declaration", "RX1019", "流成 甲 {\n  挂机\n}\n", "流程 甲 {\n  挂机\n}\n"},
		{"misspelt clause", "RX1019", "接入号 \"12366\" 进人 甲", "接入号 \"12366\" 进入 甲"},
		{"single quotes", "RX1007", inFlow("播放 '好'"), inFlow("播放 \"好\"")},
		{"short date", "RX1011", inCalendar(`放假 "国庆节" 2026-10-1`), inCalendar(`放假 "国庆节" 2026-10-01`)},
		{"then", "RX1038", inFlow("如果 x 是 1 则 { 挂机 }"), inFlow("如果 x 是 1  { 挂机 }")},
		{"9 colon after a key", "RX1021", inMenu("按 1：重听"), inMenu("按 1 重听")},
		{"9 colon before a name", "RX1021", inFlow("转到：乙"), inFlow("转到 乙")},
		{"7 a digit before the keyword", "RX1020", inMenu("按1重听"), inMenu("按1 重听")},
		{"8 glued let without a known name", "RX1020", inFlow("设户数 = 3"), inFlow("设 户数 = 3")},
		{"否则如果", "RX1020", inFlow("如果 x 是 1 { 挂机 } 否则如果 x 是 2 { 挂机 }"), inFlow("如果 x 是 1 { 挂机 } 否则 如果 x 是 2 { 挂机 }")},
		{"16 三次", "RX1029", inMenu("最多 三次"), inMenu("最多 3次")},
		{"misspelt comparison", "RX1019", inFlow("如果 x 属与 y { 挂机 }"), inFlow("如果 x 属于 y { 挂机 }")},
		{"two words for one", "RX1019", inFlow("go to 乙"), inFlow("goto 乙")},
		{"is not in", "RX1019", inFlow("if x is not in y { hangup }"), inFlow("if x not in y { hangup }")},
		{"only the target", "RX1026", inMenu("按 1 主菜单"), inMenu("按 1 转到 主菜单")},
		{"a comment with a hash", "RX1026", "# 甲乙\n名单 甲\n", "// 甲乙\n名单 甲\n"},
		{"braces in an arm", "RX1037", inMenu("按 1 转接 \"123\""), inMenu("按 1 { 转接 \"123\" }")},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, found := parse.Parse("a.flow", []byte(c.slip))
			if len(found) != 1 || string(found[0].Code) != c.code || found[0].Fix == nil {
				t.Fatalf("findings:\n%s", render([]byte(c.slip), found))
			}
			got := mend(c.slip, found[0].Fix)
			if got != c.mended {
				t.Errorf("mended to\n%s\nnot\n%s", got, c.mended)
			}
			if _, left := parse.Parse("a.flow", []byte(got)); len(left) > 0 {
				t.Errorf("left after the fix:\n%s", render([]byte(got), left))
			}
		})
	}
}

func mend(src string, fix *diag.Fix) string {
	edits := append([]diag.Edit{}, fix.Edits...)
	sort.Slice(edits, func(i, j int) bool { return edits[i].Span.Start > edits[j].Span.Start })
	for _, e := range edits {
		src = src[:e.Span.Start] + e.New + src[e.Span.End:]
	}
	return src
}

// TestRefused gives each slip's one finding, with its place.
func TestRefused(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"15 no year", "日历 甲 { 放假 \"国庆节\" 10月1日 }", "1:17 RX1018 “10月1日”请写明年份，例如 2026-10-01\n"},
		{"17 分", inMenu("等待 5分"), "3:6 RX1014 “5分”是分钟还是钱？分钟请写 5分钟，钱请写成元\n"},
		{"18 return a menu", inFlow("返回 乙")[:len(inFlow("返回 乙"))-len("  挂机\n}\n")] + "}\n菜单 乙 { 播放 \"好\" 否则 挂机 }",
			"2:6 RX1035 “返回”不能去另一个流程，去“乙”要用“转到” 〔改为 转到〕\n"},
		{"19 no otherwise", "菜单 甲 {\n  播放 \"您好，请按1。\"\n  按 1 重听\n}\n", "1:4 RX1041 没按键、按错以后怎么办？请写“否则”\n"},
		{"留言 as a name", "流程 留言 {\n  挂机\n}\n", "1:4 RX1023 “留言”是关键词，不能作名称，请改名\n"},
		{"month 13", "日历 甲 { 时期 征期 2026-13-01 }", "1:14 RX1010 没有 2026-13-01 这一天或这个月\n"},
		{"unknown unit", inMenu("等待 5碗"), "3:7 RX1015 数字 5 后面的“碗”不是单位\n"},
		{"stray sign", inFlow("播放 \"好\" ¥"), "2:10 RX1003 不认识符号“¥”\n"},
		{"clause in the wrong place", inFlow("容量 40位"), "2:3 RX1024 “容量”不能写在这里，这里应为步骤\n"},
		{"a sentence cut short", "接入号 \"12366\" 进入", "1:15 RX1027 文件到这里就完了，还缺名称\n"},
		{"holes", inFlow(`播放 "{甲" 播放 "乙}" 播放 "{}" 播放 "{1 2}"`),
			"2:7 RX1009 文字里的花括号没有配对；要播放花括号本身请写 \\{\n" +
				"2:16 RX1031 文字里多了一个“}”；要播放花括号本身请写 \\}\n" +
				"2:23 RX1032 花括号里是空的，请写上要播放的值\n" +
				"2:34 RX1022 这里应为“}”，却是“2”\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, found := parse.Parse("a.flow", []byte(c.src))
			if got := render([]byte(c.src), found); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}
