package pending_test

import (
	"testing"

	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/compiler/pending"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
)

const frame = `接入号 "1" 进入 甲
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 当 不可用 挂机 }
队列 乙队 { 技能组 "乙" }
流程 甲 { 执行 丙 排队 丁队 否则 挂机 }
`

// TestEveryWordIsFound writes each word of the list twice and expects one warning at the first place, and the word in
// the compiled program where it has fields.
func TestEveryWordIsFound(t *testing.T) {
	steps := map[string]string{"fax": `传真 "表.tif" 给 来电号码 否则 继续`, "receive fax": "接收传真 文 否则 { 继续 }"}
	decls := map[string]string{"to.rule": `规则 "一" { 从 甲 到 排队 最多 9次按键 }`}
	for _, w := range pending.Words {
		t.Run(w.ID, func(t *testing.T) {
			src := frame + "流程 丙 { " + steps[w.ID] + " 返回 }\n队列 丁队 { 技能组 \"丁\" }\n" + decls[w.ID]
			file, found := parse.Parse("a.flow", []byte(src))
			p, more := check.Check([]*ast.File{file}, check.Env{})
			for _, d := range append(found, more...) {
				if d.Severity == diag.Error {
					t.Fatal(d.Sentence(diag.Zh), src)
				}
			}
			list := pending.Find(p.Files)
			if len(list) != 1 || list[0].Args[0] != w.Spelling() {
				t.Fatalf("%v in %s", list, src)
			}
			out, err := emit.Emit(p, emit.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if in := pending.Compiled(out.Program); len(w.Fields) > 0 && (len(in) != 1 || in[0].ID != w.ID) {
				t.Errorf("the compiled program is said to hold %v", in)
			}
		})
	}
}

// TestEachWordIsToldOnce counts the further places.
func TestEachWordIsToldOnce(t *testing.T) {
	file, _ := parse.Parse("a.flow", []byte(`流程 甲 {
		传真 "表.tif" 给 来电号码 否则 继续
		传真 "表.tif" 给 来电号码 否则 继续
		传真 "表.tif" 给 来电号码 否则 继续
	}`))
	list := pending.Find([]*ast.File{file})
	if len(list) != 1 || len(list[0].Notes) != 1 || list[0].Notes[0].En != "and in 2 more places" {
		t.Error(list)
	}
}
