package parse

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rexian/lang/ast"
	"rexian/lang/diag"
)

// declarations are what the texts of TestPartsAreTheWhole are made of. Some end without a brace, some hold what begins
// a declaration elsewhere, and some are wrong.
var declarations = []string{
	"流程 甲%d {\n  播放 \"您好{1 + %d}。\" // 说明\n  挂机\n}\n",
	"接入号 \"%d\",\n\"9%d\" 进入 甲1\n",
	"参数 值%d: 数值 = %d\n",
	"提示语 语%d { 中文 \"{%d}\" }\n// 流程 乙 {\n",
	"menu m%d {\n  say \"For %d press 1.\"\n  press 1 \"one\" hangup\n  otherwise hangup\n}\n",
	"测试 \"测%d\" {\n时间 2026-10-12 09:30\n拨打 \"%d\" 主叫 \"13800138000\"\n应当 挂机\n}\n",
	"call data c%d: text\n",
	"规则 \"则%d\" { 每个菜单 最多 4层, 9项 }。\n",
	"flow f%d {\nlet x = %d\nsay \"{x}\"\nhangup\n}",
	"  流程 缩%d { 挂机 } 流程 同行%d { 挂机 }\n",
	"流程 回%d(): 数值 { 返回 %d }\n",
}

var faulty = []string{
	"流程 错%d {\n  播放 %d号\n",
	"流程 返%d { 返回 甲%d }\n",
	"流程 多%d { 挂机 } }\n",
	"流程 引%d { 播放 \"没有完 挂机 }\n",
	"流程 名%d { 播放 您好，欢迎 挂机 }\n",
	"播放 \"%d\"\n",
}

// TestPartsAreTheWhole holds that a large file, which is read in parts, has the tree and the findings that it has when
// it is read as a whole.
func TestPartsAreTheWhole(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 570))
	inParts := 0
	for round := range 5 {
		var b strings.Builder
		for n := 0; b.Len() < large+large/4; n++ {
			list := declarations
			if round >= 3 && random.IntN(1000) == 0 {
				list = faulty
			}
			text := list[random.IntN(len(list))]
			if strings.Count(text, "%d") == 2 {
				text = fmt.Sprintf(text, n, random.IntN(100))
			} else {
				text = fmt.Sprintf(text, n)
			}
			b.WriteString(text)
			if random.IntN(3) == 0 {
				b.WriteString("\n")
			}
			if !strings.HasSuffix(text, "\n") {
				b.WriteString(" ")
			}
		}
		src := []byte(b.String())
		if file := readInParts("a.flow", src, &room{}); file != nil {
			inParts++
		}
		file, found := Parse("a.flow", src)
		r, whole := read("a.flow", src, &room{})
		if d := cmp.Diff(dumped(whole, round == 0), dumped(file, round == 0)); d != "" {
			t.Fatalf("round %d: the tree is another (-whole +parts):\n%.2000s", round, d)
		}
		if d := cmp.Diff(diag.Sort(r.diags), found); d != "" && len(found)+len(r.diags) > 0 {
			t.Fatalf("round %d: the findings are others (-whole +parts):\n%.2000s", round, d)
		}
	}
	if inParts < 3 {
		t.Errorf("only %d texts were read in parts", inParts)
	}
}

// dumped is a tree in full, or its nodes and their places and the comments.
func dumped(f *ast.File, full bool) string {
	var b strings.Builder
	if full {
		if err := ast.Dump(&b, f.Decls, true); err != nil {
			b.WriteString(err.Error())
		}
		return b.String()
	}
	for _, d := range f.Decls {
		ast.Walk(d, func(n ast.Node) bool {
			fmt.Fprintf(&b, "%T %v\n", n, n.Span())
			return true
		})
	}
	fmt.Fprintln(&b, f.Comments)
	return b.String()
}
