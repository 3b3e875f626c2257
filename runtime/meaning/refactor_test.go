package meaning

import (
	"regexp"
	"strings"
	"testing"

	"rexian/lang/format"
)

// TestRefactoringsAreEqual: what changes nothing for a caller is said to be equal.
func TestRefactoringsAreEqual(t *testing.T) {
	before := program(t, "../../flows", nil)
	n := 0
	equal := func(name string, edit func(path, text string) string) {
		t.Helper()
		n++
		after := program(t, "../../flows", edit)
		if c := Compare(before, after, Limits{}); !c.Same() {
			for _, d := range c.Differences {
				t.Errorf("%s: %s", name, d.Sentence.Zh)
			}
			if !c.Decided {
				t.Errorf("%s: not decided", name)
			}
		}
	}
	for _, name := range renamed() {
		whole := regexp.MustCompile(`([^\p{Han}\d]|^)` + name + `([^\p{Han}\d]|$)`)
		equal("rename "+name, func(_, text string) string {
			return renames(text, func(line string) string {
				return whole.ReplaceAllString(whole.ReplaceAllString(line, "${1}新"+name+"${2}"),
					"${1}新"+name+"${2}")
			})
		})
	}
	if everything {
		equal("English keywords", func(_, text string) string { return converted(t, text) })
	}
	equal("without comments", func(_, text string) string {
		return regexp.MustCompile(`(?m)\s*//[^\n"]*$`).ReplaceAllString(text, "")
	})
	equal("declarations turned round", func(path, text string) string {
		if path != "人工.flow" && path != "自助查询.flow" && path != "投诉举报.flow" {
			return text
		}
		blocks := regexp.MustCompile(`\n\n(流程|菜单|测试|问卷|队列) `).Split(text, -1)
		heads := regexp.MustCompile(`\n\n(流程|菜单|测试|问卷|队列) `).FindAllString(text, -1)
		out := blocks[0] + "\n"
		for i := len(heads) - 1; i >= 0; i-- {
			out += heads[i] + blocks[i+1] + "\n"
		}
		return out
	})
	equal("words made a prompt", func(path, text string) string {
		if path != "咨询.flow" {
			return text
		}
		return "提示语 没有公告 { 中文 \"目前没有新的公告。\" 英文 \"目前没有新的公告。\" }\n提示语 没有区县 { 中文 \"没有这个区县代码。\" 英文 \"没有这个区县代码。\" }\n" +
			strings.NewReplacer(`播放 "目前没有新的公告。"`, "播放 没有公告",
				`播放 "没有这个区县代码。"`, "播放 没有区县").Replace(text)
	})
	equal("steps made a flow", func(path, text string) string {
		if path != "入口.flow" {
			return text
		}
		return strings.Replace(text, "  播放 欢迎词\n", "  执行 问候\n",
			1) + "\n流程 问候() { 播放 欢迎词 返回 }\n"
	})
	equal("a flow split in two", func(path, text string) string {
		if path != "入口.flow" {
			return text
		}
		return strings.Replace(text, "  如果 紧急公告 开启 {",
			"  转到 第二段\n}\n\n流程 第二段 {\n  如果 紧急公告 开启 {", 1)
	})
	equal("options in another order", func(path, text string) string {
		const one, two = "  按 1 \"业务咨询\" 转到 业务咨询\n", "  按 2 \"自助查询\" 转到 自助查询\n"
		if path == "入口.flow" && !strings.Contains(text, one+two) {
			t.Fatal("the menu is another")
		}
		return strings.Replace(text, one+two, two+one, 1)
	})
	moved := ""
	equal("a menu moved to another file", func(path, text string) string {
		menu := regexp.MustCompile(`(?s)\n菜单 选择语言 \{.*?\n\}\n`)
		switch path {
		case "入口.flow": // the files come by their names, this one before that
			moved = menu.FindString(text)
			return menu.ReplaceAllString(text, "")
		case "提示语.flow":
			return text + moved
		}
		return text
	})
	if moved == "" {
		t.Error("no menu was moved")
	}
	t.Logf("%d refactorings", n)
}

// renames changes lines but for what is said in them.
func renames(text string, line func(string) string) string {
	var out strings.Builder
	for i, part := range strings.Split(text, `"`) {
		if i > 0 {
			out.WriteByte('"')
		}
		if i%2 == 0 {
			part = line(part)
		} else {
			part = regexp.MustCompile(`\{[^}]*\}`).ReplaceAllStringFunc(part, line)
		}
		out.WriteString(part)
	}
	return out.String()
}

// renamed are names of flows, menus, prompts and variables.
func renamed() []string {
	names := strings.Fields("主流程 选择语言 主菜单 业务咨询 个税咨询 政策公告 办税厅查询 下班菜单 留言流程 夜间值班 预约回呼流程 " +
		"回呼其他号码 身份核验 欠税查询 申报状态 退税进度 征期截止日 滞纳金计算 短信发给我 还需要什么 电话申报 发票查验 " +
		"欢迎词 再见语 系统繁忙 录音告知 语言提示 黑名单告知 投诉须知 举报须知 本厅 公告列表")
	if !everything {
		return names[:4]
	}
	return names
}

// converted is a flow file with English keywords.
func converted(t *testing.T, text string) string {
	out, err := format.Format("a.flow", []byte(text), format.Options{Tongue: format.En})
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
