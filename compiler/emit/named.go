package emit

import (
	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/compiler/types"
	"rexian/lang/ast"
)

// Queues, flows, prompts, opening hours and mailboxes are values only as parameters, and all that a parameter may stand
// for is known: in the machine it is a name, and what is done with the thing is emitted once for each that it may be.

// named emits what is done with the declared thing that an expression stands for.
func (f *function) named(x ast.Expr, body func(*check.Symbol)) {
	if ref, ok := x.(*ast.Ref); ok {
		if s := f.e.p.SymbolOf(ref); s != nil && s.Kind != check.Param {
			body(s)
			return
		}
	}
	r := f.temp(1)
	f.expr(x, r)
	f.among(r, f.e.p.ThingsOf(x), body)
}

// among emits what is done with each of the things that the name in register r may be of.
func (f *function) among(r int, things []*check.Symbol, body func(*check.Symbol)) {
	var end label
	for _, s := range things {
		next := f.next
		var no label
		is := f.temp(1)
		f.loadText(is, s.Name)
		f.abc(bundle.EqS, is, r, is)
		f.jump(bundle.JumpIfNot, is, &no)
		f.next = next
		body(s)
		f.jump(bundle.Jump, 0, &end)
		f.mark(&no)
		f.next = next
	}
	f.abx(bundle.Raise, 0, f.constIndex(bundle.Const{S: "error", Text: true})) // nobody hands on anything else
	f.mark(&end)
}

// flows emits what is done with the flow that a goto or do enters. through is the flow's name where it is entered
// through a parameter, "" where it is named.
func (f *function) flows(r *ast.Ref, body func(target *check.FlowInfo, through string)) {
	if target := f.e.p.FlowOf(r); target != nil {
		body(target, "")
		return
	}
	f.named(r, func(s *check.Symbol) {
		if s.Kind == check.Flow {
			body(f.e.p.Flows[s.Index], s.Name)
		}
	})
}

// voicemail leaves a message in a mailbox; the call is over then.
func (f *function) voicemail(x *ast.Voicemail) {
	leave := func(s *check.Symbol) {
		site := plainSite(bundle.VoicemailSite, 0)
		site.Index = int32(s.Index)
		site.HangEdge = f.e.edge(x, graph.Hangup, "", nil)
		site.OutEdge = f.e.edge(x, graph.Next, "", nil)
		f.effect(f.temp(1), site)
	}
	switch s := f.e.p.Named(x.Name); {
	case s == nil:
	case s.Kind == check.Param:
		r, ok := f.slot(s)
		if ok {
			f.among(r, f.e.p.Passed(s), leave)
		}
	default:
		leave(s)
	}
}

// byName tells whether a reference stands for something that is known only by its name at run time.
func (f *function) byName(r *ast.Ref) bool {
	s := f.e.p.SymbolOf(r)
	return s != nil && s.Kind == check.Param
}

// meanwhile says which prompt is heard during a lookup. Which one a parameter stands for is told by one more argument
// of the site, the prompt's number, behind those in the registers before r.
func (f *function) meanwhile(playing *ast.Ref, site *bundle.Site, r int) {
	if !f.byName(playing) {
		site.Playing = f.e.promptOf(playing)
		return
	}
	site.Args++
	site.Played = true
	f.named(playing, func(s *check.Symbol) { f.load(r, bundle.Const{N: int64(f.e.symbols[s])}) })
}

// sayNamed says the declared prompt that an expression stands for, its holes with the values of now.
func (f *function) sayNamed(ref *ast.Ref, site bundle.Site) bool {
	if f.e.p.TypeOf(ref).Kind != types.Prompt {
		return false
	}
	f.named(ref, func(s *check.Symbol) {
		if s.Kind == check.Prompt {
			p, args := f.e.declaredWords(f.e.p.Prompts[s.Index])
			f.speak(phrase{prompt: f.e.prompt(p), args: args}, site)
		}
	})
	return true
}
