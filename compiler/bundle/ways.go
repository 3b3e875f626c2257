package bundle

// Next is where an instruction may lead within its function; places outside of it, such as -1, stand for nowhere.
func (f *Func) Next(pc int) []int32 {
	c := f.Code[pc]
	on := int32(pc + 1)
	switch c.Op() {
	case Jump:
		return []int32{on + int32(c.J())}
	case JumpIf, JumpIfNot, Loop, Each:
		return []int32{on, on + int32(c.SBx())}
	case TryMul:
		return []int32{on, on + 1}
	case Return, ReturnNone, Goto, Raise:
		return nil
	case Dispatch:
		t := &f.Jumps[c.Bx()]
		return append([]int32{t.Else, t.Fraction}, t.To...)
	case Effect:
		s := &f.Sites[c.Bx()]
		list := append([]int32{on, s.Else, s.NoInput, s.NoMatch}, s.Options...)
		for _, a := range s.Arms {
			list = append(list, a.PC)
		}
		return list
	}
	return []int32{on}
}

// Before lists for each instruction those that may lead to it. A handler may be come to from anywhere; that does not
// count.
func (f *Func) Before() [][]int32 {
	before := make([][]int32, len(f.Code))
	for pc := range f.Code {
		for _, to := range f.Next(pc) {
			if to >= 0 && int(to) < len(before) {
				before[to] = append(before[to], int32(pc))
			}
		}
	}
	return before
}

// QueuesOf lists the queues that a call may come to which begins in some functions, in the program's order: those whose
// names stand in what they run, whatever decides which of them it is. A number below 0 stands for no function.
func (p *Program) QueuesOf(from ...int32) []string {
	seen, named, queued := make([]bool, len(p.Funcs)), map[string]bool{}, false
	for len(from) > 0 {
		f := from[0]
		from = from[1:]
		if f < 0 || int(f) >= len(p.Funcs) || seen[f] {
			continue
		}
		seen[f] = true
		fn := &p.Funcs[f]
		for _, k := range fn.Consts {
			named[k.S] = named[k.S] || k.Text
		}
		for i := range fn.Sites {
			queued = queued || fn.Sites[i].Kind == EnqueueSite || fn.Sites[i].Kind == CallbackSite
		}
		for _, c := range fn.Code {
			if op := c.Op(); op == Call || op == Goto {
				from = append(from, int32(c.Bx()))
			}
		}
	}
	var list []string
	for i := range p.Queues {
		if queued && named[p.Queues[i].Name] {
			list = append(list, p.Queues[i].Name)
		}
	}
	return list
}
