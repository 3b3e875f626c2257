package editor_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rexian/compiler"
	"rexian/compiler/editor"
	"rexian/compiler/library"
	"rexian/lang/diag"
)

const head = `接入号 "12366" 进入 入口
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 当 不可用 挂机 }
队列 咨询 { 技能组 "综合" }
提示语 告知 { 中文 "会录音。" }
表格 办税厅 取自 "a.csv" { 代码: 文本, 地址: 文本 }
`

// at reads a program of one file in which | marks a place.
func at(t *testing.T, text string) (*editor.Program, int) {
	t.Helper()
	text = head + text
	offset := strings.Index(text, "|")
	if offset < 0 {
		t.Fatal("no place")
	}
	dir := t.TempDir()
	for name, s := range map[string]string{"a.flow": strings.Replace(text, "|", "", 1), "a.csv": "代码,地址\n01,甲路\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w, err := compiler.Open(dir)
	if err == nil {
		err = w.Load()
	}
	if err != nil {
		t.Fatal(err)
	}
	return &editor.Program{Judged: w.Prove(compiler.Options{Occurrences: true}), Paths: w.Paths(), Source: w.Source,
		Tree: w.Tree, Library: library.Default()}, offset
}

// TestComplete: what is offered at a place of a text that is only half there, and what is not.
func TestComplete(t *testing.T) {
	for _, c := range []struct{ text, offered, not string }{
		{"流程 入口 { | }", "播放 转到 设 如果 排队", "队列 工作日 中文 技能组"},
		{"流程 入口 { 转到 | }\n流程 乙 { 挂机 }", "入口 乙", "播放"},
		{"流程 入口 { 排队 | }", "咨询", "播放"},
		{"流程 入口 { 设 数 = 1 如果 | }", "数 非 咨询", "播放"},
		{"流程 入口 { 如果 是 { 设 里 = 1 } 设 数 = 2 附带 甲 = | }", "数", "里"},
		{"流程 入口(甲: 数值) { 附带 乙 = | }\n流程 丙(丁: 数值) { 挂机 }", "甲", "丁"},
		{"流程 入口(甲: |", "数值 文本 日期 纳税人", "播放 咨询"},
		{"流程 入口 { 设 户 = 纳税人.| }", "查找 核验", "播放 咨询 查询"},
		{"流程 入口 { 设 户 = 纳税人.查找(\"1\") 否则 挂机\n播放 \"{户.|}\" }", "名称 电话", "地址"},
		{"流程 入口 { 设 厅 = 办税厅[\"01\"] 否则 挂机\n播放 \"{厅.|}\" }", "地址 代码", "名称"},
		{"流程 入口 { 播放 \"{今天:|}\" }", "星期 简短", "播放"},
		{"流程 入口 { 停顿 5| }", "秒 分钟", "咨询"},
		{"作息 办公 { 时区 \"Asia/Shanghai\" | }", "工作日 周一 特殊日", "播放"},
		{"流程 入口 { 菜单 { 播放 \"请按1。\" 按 1 \"甲\" 挂机 | } }", "按 否则 等待", "设 队列"},
		{"|", "流程 菜单 队列 规则 测试", "播放 转到"},
		{"flow other { | }", "播放", ""},
		{"流程 入口 { 播放 \"|\" }", "", "播放 咨询"},
		{"流程 入口 { // |\n }", "", "播放 咨询"},
		{"流程 入口 { 设 户 = 纳税人.查找(| }", "税号", "播放"},
	} {
		p, offset := at(t, c.text)
		items, word := p.Complete("a.flow", offset)
		if word.Start > offset || word.End < word.Start {
			t.Errorf("%s: replaces %v at %d", c.text, word, offset)
		}
		var labels []string
		for _, i := range items {
			labels = append(labels, i.Label)
			if i.Kind == "keyword" && i.Doc == "" {
				t.Errorf("%s has no words", i.Label)
			}
		}
		for _, want := range strings.Fields(c.offered) {
			if !slices.Contains(labels, want) {
				t.Errorf("%s: %s is not offered, but %v", c.text, want, labels)
			}
		}
		for _, bad := range strings.Fields(c.not) {
			if slices.Contains(labels, bad) {
				t.Errorf("%s: %s is offered", c.text, bad)
			}
		}
	}
}

// TestCompleteInEnglish: a file with English keywords is offered English ones.
func TestCompleteInEnglish(t *testing.T) {
	p, offset := at(t, "flow a { say \"x\" hangup }\nflow b { say \"x\" hangup }\nflow c { say \"x\" hangup }\n"+
		"flow d { say \"x\" hangup }\nflow e { say \"x\" hangup }\nflow entry { say \"x\" if yes { | } }")
	items, _ := p.Complete("a.flow", offset)
	for _, want := range []string{"say", "goto", "enqueue"} {
		if !slices.ContainsFunc(items, func(i editor.Item) bool { return i.Label == want }) {
			t.Errorf("%s is not offered", want)
		}
	}
}

// TestHover: what is told of names, words and figures.
func TestHover(t *testing.T) {
	for _, c := range []struct{ text, told string }{
		{"流程 入口 { 转到 乙| }\n// 乙的说明\n流程 乙 { 挂机 }", "乙的说明"},
		{"流程 入口 { 设 户 = 纳税人.查|找(\"1\") 否则 挂机 挂机 }", "未找到"},
		{"流程 入口 { 设| 数 = 1 挂机 }", "给一个值起名"},
		{"流程 入口 { 设 数 = 1 附带 甲 = 数| 挂机 }", "数: 数值"},
		{"流程 入口 { 播放 告|知 挂机 }", "会录音"},
		{"流程 入口 { 挂机 }\n规则 \"甲|\" { 没有路径 到达 录音 }", "成立"},
	} {
		p, offset := at(t, c.text)
		p.Tongue = diag.Zh
		if told, where := p.Hover("a.flow", offset); !strings.Contains(told, c.told) || where.End < where.Start {
			t.Errorf("%s: %q", c.text, told)
		}
	}
}
