package check_test

import (
	"strings"
	"testing"

	"rexian/compiler/check"
	"rexian/compiler/library"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

// families are the codes that this package reports: names, types and outcomes, languages, hours, secrets, files.
var families = []string{"RX20", "RX21", "RX31", "RX41", "RX50", "RX60", "RX80"}

// proved are codes of these families that the graph has to tell.
var proved = map[diag.Code]bool{"RX3101": true, "RX3102": true, "RX3114": true, "RX3115": true}

// TestCatalogue checks the example programs of every code of these families: the bad one gives the code and no other
// error, the good one nothing.
func TestCatalogue(t *testing.T) {
	for _, e := range diag.All() {
		mine := false
		for _, f := range families {
			mine = mine || strings.HasPrefix(string(e.Code), f)
		}
		if !mine || proved[e.Code] {
			continue
		}
		t.Run(string(e.Code), func(t *testing.T) {
			if e.Bad == "" && !strings.HasPrefix(string(e.Code), "RX80") {
				t.Fatal("no example")
			}
			if e.Bad != "" {
				found := asked(e.Code, e.Bad)
				if len(found) != 1 || found[0].Code != e.Code {
					t.Errorf("bad program:\n%s\ngives\n%s", e.Bad, render(e.Bad, found))
				}
				for _, d := range found {
					for _, tongue := range []diag.Tongue{diag.Zh, diag.En} {
						if s := d.Sentence(tongue); strings.Contains(s, "{") && !strings.Contains(s, "{…}") &&
							!strings.Contains(s, "{ …") {
							t.Errorf("a hole is not filled: %s", s)
						}
					}
				}
			}
			if e.Good != "" {
				if found := asked(e.Code, e.Good); len(found) != 0 {
					t.Errorf("good program:\n%s\ngives\n%s", e.Good, render(e.Good, found))
				}
			}
		})
	}
}

// asked checks a program for the entry of a code, in a folder without recordings. What nobody is told without asking
// is asked for by its own entry only.
func asked(code diag.Code, src string) []diag.Diagnostic {
	file, _ := parse.Parse("a.flow", []byte(src))
	p, found := check.Check([]*ast.File{file},
		check.Env{ReadFile: readTable, Today: today, Files: func() []string { return nil }})
	if code == "RX4106" {
		found = append(found, p.MissingWords()...)
	}
	return found
}

// calendarFor is the calendar by which a function counts, "" if it does not.
func calendarFor(id string) string {
	if id == "filing.deadline" || id == "add_workdays" {
		return "日历 中国 { 放假 \"国庆节\" 2026-10-01..2026-10-07 }\n"
	}
	return ""
}

// queueFor declares the queue that an example asks about.
func queueFor(example string) string {
	if !strings.Contains(example, "综合咨询") {
		return ""
	}
	return "队列 综合咨询 { 技能组 \"综合\" }\n"
}

// TestLibraryExamples checks the example of every function in a flow.
func TestLibraryExamples(t *testing.T) {
	for _, f := range library.All() {
		if f.Example == "" {
			continue
		}
		src := "语种 中文 缺则 中文\n接入号 \"12366\" 进入 主流程\n缺省 { 时区 \"Asia/Shanghai\"  当 不可用 挂机  当 出错 挂机 }\n" +
			calendarFor(f.ID) + queueFor(f.Example) + "流程 主流程 {\n  " + f.Example + "\n  挂机\n}\n"
		if f.Fake != "" {
			args := make([]string, len(f.Params))
			for i := range args {
				args[i] = "_"
			}
			src += "测试 \"例\" {\n  时间 2026-10-12 09:30\n  假设 " + f.Path[0].Zh + "." + f.Path[1].Zh + "(" +
				strings.Join(args, ", ") + ") 得到 " + f.Fake + "\n}\n"
		}
		if _, found := run(src); len(found) > 0 {
			t.Errorf("%s: %s\n%s", f.ID, src, render(src, found))
		}
		if f.Class == library.Lookup && f.Result != nil && f.Fake == "" {
			t.Errorf("%s has no answer for the simulator", f.ID)
		}
	}
}
