package prove

import (
	"strings"

	"rexian/compiler/graph"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
)

// goesOn reports the arms of outcomes that go on at the step that follows without a word: that is written for the case
// that all went well, so who means it says `continue`.
func (a *analysis) goesOn() {
	texts := map[string]string{}
	for _, f := range a.p.Files {
		texts[f.Path] = f.Text
	}
	for _, n := range a.g.Nodes {
		if n.Kind != graph.Through || !a.g.Live(n) || !a.silent(n) {
			continue
		}
		b, _ := n.Step.(*ast.Block)
		at := b.Span()
		if k := len(b.Steps); k > 0 {
			at = b.Steps[k-1].Span()
		}
		s := source{n.File(), texts[n.File()]}
		a.report(diag.New("RX3115", n.File(), at).WithFix(s.sayContinue(b)))
	}
}

// silent tells whether some way through an arm comes to its end without `continue`.
func (a *analysis) silent(n *graph.Node) bool {
	for _, e := range a.g.In(n) {
		if w, ok := e.From.Step.(*ast.Word); a.g.Live(e.From) && !(ok && w.Kind == words.Continue) {
			return true
		}
	}
	return false
}

// source is a file of the program.
type source struct{ path, text string }

// sayContinue ends a block with `continue`, in the tongue of its steps and laid out as they are.
func (s source) sayContinue(b *ast.Block) diag.Fix {
	at := b.Span()
	insert := func(place int, text string) diag.Edit {
		return diag.Edit{File: s.path, Span: diag.Span{Start: place, End: place}, New: text}
	}
	fix := diag.Fix{Title: diag.Text{Zh: "补上“继续”", En: "add continue"}, Safe: true}
	if len(b.Steps) == 0 {
		word := " " + s.wordAt(at.Start, "继续", "continue")
		if strings.HasPrefix(s.text[at.Start+1:], "}") {
			word += " "
		}
		fix.Edits = []diag.Edit{insert(at.Start+1, word)}
		return fix
	}
	last := b.Steps[len(b.Steps)-1].Span()
	word := s.wordAt(last.Start, "继续", "continue")
	if b.Steps[0].Span().Start == at.Start {
		fix.Edits = []diag.Edit{insert(at.Start, "{ "), insert(at.End, " "+word+" }")}
		return fix
	}
	before := s.text[strings.LastIndexByte(s.text[:last.Start], '\n')+1 : last.Start]
	if strings.TrimSpace(before) == "" {
		word = "\n" + before + word
	} else {
		word = " " + word
	}
	fix.Edits = []diag.Edit{insert(last.End, word)}
	return fix
}

// wordAt chooses between the two spellings of a word by what stands at, or before, a place of the file.
func (s source) wordAt(at int, zh, en string) string {
	for _, line := range []string{s.text[at:], s.text[:at]} {
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
