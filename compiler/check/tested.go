package check

import (
	"slices"

	"rexian/lang/ast"
	"rexian/lang/diag"
)

// Tested is a program that was checked, and holds no error, with the tests of one more file in place of its own. The
// file declares nothing but tests, which change nothing of what the program is: so they alone are looked at, and the
// findings are those in them. It shares what is known of the rest with the program, which is not to be used by others
// at the same time.
func Tested(p *Program, env Env, f *ast.File) (*Program, []diag.Diagnostic) {
	c := newChecker(append(slices.Clone(p.Files), f), env)
	files := c.p.Files
	with := *p
	c.p = &with
	with.Files, with.Tests = files, nil
	c.enter(f.Path)
	for _, d := range f.Decls {
		if t, ok := d.(*ast.TestDecl); ok {
			with.Tests = append(with.Tests, Located[*ast.TestDecl]{File: f.Path, Decl: t})
			c.testBlock(t)
		}
	}
	return c.p, diag.Sort(c.diags)
}
