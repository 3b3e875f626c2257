package ast_test

import (
	"strings"
	"testing"

	"rexian/lang/ast"
	"rexian/lang/diag"
)

func TestDump(t *testing.T) {
	at := ast.At(diag.Span{Start: 1, End: 4})
	tree := &ast.Goto{Base: at, Target: &ast.Ref{Base: at, Name: &ast.Name{Base: at, Text: "甲"}}}
	for spans, want := range map[bool]string{
		false: "(Goto\n  :Target (Ref :Name 甲))\n",
		true:  "(Goto @1-4\n  :Target (Ref @1-4\n    :Name (Name @1-4 :Text \"甲\")))\n",
	} {
		var b strings.Builder
		if err := ast.Dump(&b, tree, spans); err != nil || b.String() != want {
			t.Errorf("spans %v: %v\n%s", spans, err, b.String())
		}
	}
}
