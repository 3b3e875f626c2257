package queries

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"rexian/compiler/check"
	"rexian/compiler/library"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/stdlib/sqlfunc"
)

// frame is what stands around an example. The calendar is for examples that count working days.
const frame = `语种 中文 缺则 中文
接入号 "0" 进入 样例
缺省 { 时区 "Asia/Shanghai"  当 不可用 挂机  当 出错 挂机 }
日历 样例日历 { 放假 "元旦" 2000-01-01 }
`

// Prove compiles the example and the sample answer of a function, which its documentation and the simulator use. The
// texts are nil where they are right.
func Prove(lib *library.Registry, f *library.Function) (example, fake *diag.Text) {
	var path []string
	for _, w := range f.Path {
		path = append(path, w.Zh)
	}
	if f.Example != "" {
		example = judge(lib, frame+"流程 样例 {\n"+f.Example+"\n挂机\n}\n")
	}
	if f.Fake != "" && f.Result != nil {
		blanks := strings.TrimSuffix(strings.Repeat("_, ", len(f.Params)), ", ")
		fake = judge(lib, frame+"流程 样例 { 播放 \"样例\" 挂机 }\n测试 \"样例\" {\n假设 "+strings.Join(path,
			".")+"("+blanks+") 得到 "+f.Fake+"\n}\n")
	}
	return example, fake
}

// judge is the first error of a program, nil if there is none.
func judge(lib *library.Registry, src string) *diag.Text {
	tree, found := parse.Parse("example.flow", []byte(src))
	_, more := check.Check([]*ast.File{tree}, check.Env{Library: lib})
	for _, d := range append(found, more...) {
		if d.Severity == diag.Error {
			return &diag.Text{Zh: d.Sentence(diag.Zh), En: d.Sentence(diag.En)}
		}
	}
	return nil
}

var (
	exampleLine = regexp.MustCompile(`^\s*--\s*(例|example)\s*[:：]`)
	fakeLine    = regexp.MustCompile(`^\s*--\s*(假定|fake)\s*[:：]`)
)

// prove tells what is wrong with the example and the sample answer of a file, at their lines.
func (s *Set) prove(root string, q *sqlfunc.Query) []sqlfunc.Problem {
	example, fake := Prove(s.Registry, q.Function)
	if example == nil && fake == nil {
		return nil
	}
	src, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(q.File)))
	if err != nil {
		return nil // it was there a moment ago; whoever asks next is told
	}
	var wrong []sqlfunc.Problem
	at := func(key *regexp.Regexp) int {
		for i, line := range strings.Split(string(src), "\n") {
			if key.MatchString(line) {
				return i + 1
			}
		}
		return 1
	}
	tell := func(key *regexp.Regexp, zh, en string, why *diag.Text) {
		if why != nil {
			wrong = append(wrong, sqlfunc.Problem{File: q.File, Line: at(key),
				Text: diag.Text{Zh: fmt.Sprintf("%s：%s", zh, why.Zh), En: fmt.Sprintf("%s: %s", en, why.En)}})
		}
	}
	tell(exampleLine, "例子编译不了", "the example does not compile", example)
	tell(fakeLine, "假定的答案不对", "the sample answer does not fit", fake)
	return wrong
}
