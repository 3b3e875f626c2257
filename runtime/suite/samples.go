package suite

import (
	"fmt"
	"strings"
	"time"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/library"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/runtime/vm"
)

// Samples are the library's sample answers as values, by function. A sample is written as a literal of the language; it
// is checked and computed as the answer of a test's `given` is. Moments in it are told in zone. lib nil is the library
// built in. It fails if a sample does not fit its function.
func Samples(lib *library.Registry, zone *time.Location) (map[string]vm.Value, error) {
	if lib == nil {
		lib = library.Default()
	}
	var src strings.Builder
	src.WriteString("语种 中文 缺则 中文\n接入号 \"0\" 进入 样例\n缺省 { 时区 \"UTC\"  当 出错 挂机 }\n流程 样例 { 播放 \"样例\" 挂机 }\n")
	var named []*library.Function
	for _, f := range lib.All() {
		if f.Class != library.Lookup || f.Fake == "" || f.Result == nil {
			continue
		}
		var path []string
		for _, w := range f.Path {
			path = append(path, w.Zh)
		}
		blanks := strings.TrimSuffix(strings.Repeat("_, ", len(f.Params)), ", ")
		fmt.Fprintf(&src, "测试 %q {\n  假设 %s(%s) 得到 %s\n}\n", f.ID, strings.Join(path, "."), blanks, f.Fake)
		named = append(named, f)
	}
	tree, found := parse.Parse("samples.flow", []byte(src.String()))
	p, more := check.Check([]*ast.File{tree}, check.Env{Library: lib})
	for _, d := range append(found, more...) {
		if d.Severity == diag.Error {
			line := src.String()[:d.Span.Start]
			return nil, fmt.Errorf("the sample answers of the library: line %d of them: %s",
				strings.Count(line, "\n")+1, d.Sentence(diag.En))
		}
	}
	r := &run{suite: &suite{Options: Options{Checked: p, Program: &bundle.Program{Zone: zone.String(), Calendar: -1}},
		zone: zone}}
	r.program = r.Program
	samples := make(map[string]vm.Value, len(named))
	for i, t := range p.Tests {
		v, ok := r.eval(t.Decl.Items[0].Given.Returns, named[i].Result)
		if !ok {
			return nil, fmt.Errorf("the sample answer of %s cannot be computed", named[i].ID)
		}
		samples[named[i].ID] = v
	}
	return samples, nil
}
