package check

import (
	"strings"

	"rexian/lang/ast"
	"rexian/lang/diag"
)

// goesOn checks what is done about an outcome of a step. leave: there is nothing to go on with, so it must leave.
// Else it may go on at the step that follows, which is written for the case that all went well: so it says so.
func (c *checker) goesOn(b *ast.Block, leave bool) {
	switch {
	case b == nil || c.leaves(b):
	case leave:
		c.mustLeave(b)
	case !c.saysSo(b):
		at := b.Span()
		if n := len(b.Steps); n > 0 {
			at = b.Steps[n-1].Span()
		}
		*c.report("RX3115", at) = diag.New("RX3115", c.file, at).WithFix(c.sayContinue(b))
	}
}

// saysSo tells whether a block that goes on ends in `continue`, by whatever way through it.
func (c *checker) saysSo(b *ast.Block) bool {
	if b == nil || len(b.Steps) == 0 {
		return false
	}
	switch s := b.Steps[len(b.Steps)-1].(type) {
	case *ast.Word:
		return s.Kind == "continue"
	case *ast.If:
		return s.Else != nil && (c.leaves(s.Then) || c.saysSo(s.Then)) && (c.leaves(s.Else) || c.saysSo(s.Else))
	}
	return false
}

// sayContinue ends a block with `continue`, in the tongue of its steps and laid out as they are.
func (c *checker) sayContinue(b *ast.Block) diag.Fix {
	at := b.Span()
	insert := func(place int, text string) diag.Edit {
		return diag.Edit{File: c.file, Span: diag.Span{Start: place, End: place}, New: text}
	}
	fix := diag.Fix{Title: diag.Text{Zh: "补上“继续”", En: "add continue"}, Safe: true}
	if len(b.Steps) == 0 {
		word := " " + c.wordAt(at.Start, "继续", "continue")
		if strings.HasPrefix(c.src[at.Start+1:], "}") {
			word += " "
		}
		fix.Edits = []diag.Edit{insert(at.Start+1, word)}
		return fix
	}
	last := b.Steps[len(b.Steps)-1].Span()
	word := c.wordAt(last.Start, "继续", "continue")
	if b.Steps[0].Span().Start == at.Start {
		fix.Edits = []diag.Edit{insert(at.Start, "{ "), insert(at.End, " "+word+" }")}
		return fix
	}
	before := c.src[strings.LastIndexByte(c.src[:last.Start], '\n')+1 : last.Start]
	if strings.TrimSpace(before) == "" {
		word = "\n" + before + word
	} else {
		word = " " + word
	}
	fix.Edits = []diag.Edit{insert(last.End, word)}
	return fix
}

// wordAt chooses between the two spellings of a word by what stands at, or before, a place of the file.
func (c *checker) wordAt(at int, zh, en string) string {
	for _, line := range []string{c.src[at:], c.src[:at]} {
		for _, r := range line {
			switch {
			case r >= 0x80:
				return zh
			case 'a' <= r|0x20 && r|0x20 <= 'z':
				return en
			}
		}
	}
	return zh
}
