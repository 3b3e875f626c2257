package mutate

import (
	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/lang/ast"
)

// spot is a byte offset in a file.
type spot struct {
	file string
	at   int
	end  int // of a declaration; else 0
}

// origin says what of the code an author wrote at the place that it is for. What the compiler puts into every question
// by itself (its standard words) nobody can leave out, and what stands in `defaults` is one slip for all questions.
type origin struct {
	questions map[spot][]*ast.Limit // what is written in each question
	within    map[spot]bool         // steps that say how long they wait
	said      map[spot]bool         // steps that speak
	defaults  map[string]spot       // the limits in `defaults`
	declared  map[string]spot       // names
	like      map[string]string     // queues: which one each takes after
}

// read finds what the author wrote; without the checked program everything counts as written.
func read(p *check.Program) *origin {
	if p == nil {
		return nil
	}
	o := &origin{questions: map[spot][]*ast.Limit{}, within: map[spot]bool{}, said: map[spot]bool{},
		defaults: map[string]spot{}, declared: map[string]spot{}, like: map[string]string{}}
	for _, f := range p.Files {
		for _, d := range f.Decls {
			o.walk(f.Path, d)
			if x, ok := d.(*ast.DefaultsDecl); ok {
				for _, l := range x.Limits {
					o.defaults[l.Kind] = spot{file: f.Path, at: l.Span().Start}
				}
			}
		}
	}
	symbol := func(s *check.Symbol) {
		at := spot{file: s.File, at: s.Span.Start}
		if s.Decl != nil {
			at.end = s.Decl.Span().End
		}
		o.declared[s.Name] = at
	}
	for _, list := range [][]*check.Symbol{p.Settings, p.Switches, p.Mailboxes} {
		for _, s := range list {
			symbol(s)
		}
	}
	for _, x := range p.Calendars {
		symbol(x.Symbol)
	}
	for _, x := range p.HoursList {
		symbol(x.Symbol)
	}
	for _, x := range append(p.Prompts, p.Templates...) {
		symbol(x.Symbol)
	}
	for _, x := range p.Queues {
		symbol(x.Symbol)
		if x.Like != nil {
			o.like[x.Name] = x.Like.Name
		}
	}
	for _, x := range p.Campaigns {
		symbol(x.Symbol)
	}
	return o
}

func (o *origin) walk(file string, d ast.Node) {
	ast.Walk(d, func(n ast.Node) bool {
		here := func() spot { return spot{file: file, at: n.Span().Start} }
		switch x := n.(type) {
		case *ast.Menu:
			o.questions[here()] = x.Limits
		case *ast.MenuStep:
			o.questions[here()] = x.Menu.Limits
		case *ast.Let:
			if x.Source != nil && x.Source.Ask != nil {
				o.questions[here()] = x.Source.Ask.Limits
			}
			if x.Source != nil {
				o.guarded(here(), x.Source.Guard)
			}
		case *ast.Do:
			o.guarded(here(), x.Guard)
		case *ast.Transfer:
			o.within[here()] = x.Within != nil
		case *ast.Say, *ast.Voicemail, *ast.Reply:
			o.said[here()] = true
		case *ast.SurveyAsk:
			o.said[here()] = true
			o.questions[here()] = nil
		}
		return true
	})
}

func (o *origin) guarded(at spot, g *ast.Guard) { o.within[at] = g != nil && g.Within != nil }

// limit says where a limit of the question at an instruction is written: the offset in it, -1 if it is not; and whether
// it is written in `defaults`.
func (m *maker) limit(fn, pc int, kind string) (own int, byDefault bool) {
	file, start, _, _ := m.p.Place(fn, pc)
	if m.o == nil {
		return start, false
	}
	list, asked := m.o.questions[spot{file: file, at: start}]
	if !asked {
		return -1, false
	}
	for _, l := range list {
		if l.Kind == kind {
			return l.Span().Start, false
		}
	}
	_, byDefault = m.o.defaults[kind]
	return -1, byDefault
}

// moved puts the latest mutant to another offset of its file.
func (m *maker) moved(to int) {
	last := &m.list[len(m.list)-1]
	last.Start, last.End = to, to
}

// speaks tells whether the words at an instruction are the author's.
func (m *maker) speaks(fn, pc int) bool {
	if m.o == nil {
		return true
	}
	file, start, _, _ := m.p.Place(fn, pc)
	return m.o.said[spot{file: file, at: start}]
}

// waits is the offset of a step that says itself how long it waits, -1 for others.
func (m *maker) waits(fn, pc int) int {
	file, start, _, _ := m.p.Place(fn, pc)
	if m.o == nil || m.o.within[spot{file: file, at: start}] {
		return start
	}
	return -1
}

// named is where a name is declared.
func (m *maker) named(name string) spot {
	if m.o == nil {
		return spot{}
	}
	return m.o.declared[name]
}

// patch is a change of one instruction.
type patch struct {
	fn, pc int
	change func(*bundle.Func)
}

// patched makes several of them at once.
func patched(list []patch) func(*bundle.Program) {
	return func(c *bundle.Program) {
		for _, one := range list {
			one.change(writable(c, one.fn))
		}
	}
}

// after tells whether a queue takes after another, and both have the same of something: then it is said but once.
func (m *maker) after(queue, other string, same bool) bool {
	if m.o == nil || !same {
		return false
	}
	for n := 0; n < len(m.o.like) && queue != ""; n++ {
		if queue = m.o.like[queue]; queue == other {
			return true
		}
	}
	return false
}
