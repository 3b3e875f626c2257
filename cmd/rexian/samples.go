package main

import (
	"fmt"
	"slices"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/hours"
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// samples answers a simulated call in the terminal: lookups with the library's sample answers, tables,
// opening hours, switches and lists with the program's own. Nothing leaves the machine.
type samples struct {
	program   *bundle.Program
	schedules []*hours.Hours
	answers   map[string]vm.Value // by function
	members   []string            // telephone numbers that are in every list
	switches  map[int]bool        // those that were flipped
}

// lookupTime is how long a sample answer takes, in milliseconds: long enough to notice `playing`.
const lookupTime = 800

func newSamples(p *bundle.Program, members []string) (*samples, error) {
	schedules, err := session.Schedules(p)
	if err != nil {
		return nil, fmt.Errorf("simulate: %w", err)
	}
	s := &samples{program: p, schedules: schedules, answers: map[string]vm.Value{}, members: members, switches: map[int]bool{}}
	for _, f := range library.All() {
		if f.Class != library.Lookup || f.Fake == "" || f.Result == nil {
			continue
		}
		// The sample is written as a literal of the language: read it as the answer of a test's `given`.
		src := "测试 \"样例\" {\n  假设 甲() 得到 " + f.Fake + "\n}\n"
		tree, found := parse.Parse(f.ID, []byte(src))
		if diag.HasErrors(found) {
			return nil, fmt.Errorf("the sample answer of %s cannot be read: %s", f.ID, found[0].Sentence(diag.En))
		}
		test := tree.Decls[0].(*ast.TestDecl)
		s.answers[f.ID] = literal(test.Items[0].Given.Returns, f.Result)
	}
	return s, nil
}

var noProgram = &check.Program{}

// literal is the value of a literal that stands for a type. Fields that are not written are absent.
func literal(e ast.Expr, want *types.Type) vm.Value {
	switch x := e.(type) {
	case *ast.List:
		items := make([]vm.Value, len(x.Items))
		for i, item := range x.Items {
			items[i] = literal(item, want.Elem)
		}
		return vm.List(items...)
	case *ast.Record:
		if want == nil || want.Record == nil {
			return vm.Absent()
		}
		fields := make([]vm.Value, len(want.Record.Fields))
		for i := range fields {
			fields[i] = vm.Absent()
		}
		for _, f := range x.Fields {
			if field := want.Record.Field(f.Name.Text); field != nil {
				fields[field.Index] = literal(f.Value, field.Type)
			}
		}
		return vm.Record(fields...)
	case *ast.StringLit:
		text, _ := x.Plain()
		return vm.Text(text)
	case *ast.DateLit:
		if x.Time != nil { // samples are told by China's clock
			return vm.Int((x.Days*86400 + x.Time.Seconds - 8*3600) * 1000)
		}
		return vm.Int(x.Days)
	}
	c, ok := noProgram.ConstOf(e)
	if !ok || c.None {
		return vm.Absent()
	}
	return vm.Int(c.N)
}

// Lookup answers a library function or a table.
func (s *samples) Lookup(e vm.Effect, _ int64) (vm.Event, int64) {
	if e.Name == "table" {
		return session.Row(&s.program.Tables[e.Index], e.Args[0]), 0
	}
	if v, ok := s.answers[e.Name]; ok {
		return vm.Event{Kind: vm.Answer, Value: v}, lookupTime
	}
	return vm.Event{Kind: vm.Done}, lookupTime
}

// Query answers whether a number is in a list, a switch is on, hours are open.
func (s *samples) Query(e vm.Effect, now int64) vm.Event {
	switch e.Name {
	case "list":
		yes := len(e.Args) > 0 && slices.Contains(s.members, s.program.Lists[e.Index]+"="+e.Args[0].Str())
		return vm.Event{Kind: vm.Answer, Value: vm.Bool(yes)}
	case "switch":
		on := s.program.Switches[e.Index].On != s.switches[e.Index]
		return vm.Event{Kind: vm.Answer, Value: vm.Bool(on)}
	}
	return session.Opening(s.schedules[e.Index].At(now, nil))
}

// Outcome lets everything go well.
func (s *samples) Outcome(vm.Effect, int64) (string, int64) { return "", 0 }
