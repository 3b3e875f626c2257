package rules

import (
	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/lang/ast"
	"rexian/lang/words"
)

// says tells whether a step says a prompt.
func (d *decider) says(n *graph.Node, p *check.Symbol) bool {
	x, ok := n.Step.(*ast.Say)
	return ok && x.Said != nil && x.Said.Text != nil && d.p.SymbolOf(x.Said.Text.Ref) == p
}

// does tells whether a step runs a flow or calls a function of the library.
func (d *decider) does(n *graph.Node, p *check.Symbol) bool {
	is := func(r *ast.Ref) bool {
		s := d.p.SymbolOf(r)
		return s != nil && (s == p || s.Lib != nil && s.Lib == p.Lib)
	}
	switch x := n.Step.(type) {
	case *ast.Do:
		return is(x.Call)
	case *ast.RunSurvey:
		return d.p.Find(x.Name.Text) == p
	case *ast.Let:
		if x.Source == nil {
			return false
		}
		r, _ := x.Source.Expr.(*ast.Ref)
		return is(x.Source.Do) || is(r)
	}
	return false
}

// isPoint tells whether a node is what a rule speaks of.
func (d *decider) isPoint(n *graph.Node, p *ast.Point) bool {
	if p.Ref != nil {
		return d.isNamed(n, d.p.SymbolOf(p.Ref))
	}
	switch x := n.Step.(type) {
	case *ast.Let:
		return p.Word == "record" && n.Kind == graph.Question && x.Source.Ask.Record
	case *ast.SurveyAsk:
		return p.Word == "record" && x.Kind == words.Record
	case *ast.Enqueue:
		return p.Word == "enqueue"
	case *ast.Transfer:
		return p.Word == "transfer"
	case *ast.Voicemail:
		return p.Word == "voicemail"
	case *ast.Callback:
		return p.Word == "callback"
	case *ast.Word:
		return p.Word == x.Kind
	case *ast.Send:
		return p.Word == "send mail" && x.Mail || p.Word == "send sms" && !x.Mail
	case *ast.Mark:
		if p.Word != "mark" {
			return false
		}
		mark, _ := x.Name.Plain()
		wanted, _ := p.Mark.Plain()
		return mark == wanted
	}
	return false
}

// isNamed tells whether a node is a flow's beginning, or a step that names a prompt, a queue, a mailbox or a function.
func (d *decider) isNamed(n *graph.Node, s *check.Symbol) bool {
	if s == nil {
		return false
	}
	switch s.Kind {
	case check.Flow:
		return n.Kind == graph.Entry && n.Flow() != nil && n.Flow().Symbol == s
	case check.Prompt:
		return d.says(n, s)
	case check.Queue:
		x, ok := n.Step.(*ast.Enqueue)
		if !ok {
			return false
		}
		r, _ := x.Queue.(*ast.Ref)
		return d.p.SymbolOf(r) == s
	case check.Mailbox:
		x, ok := n.Step.(*ast.Voicemail)
		return ok && d.p.Find(x.Name.Text) == s
	}
	return d.does(n, s)
}
