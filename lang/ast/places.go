package ast

// Places are where the nodes of a declaration stand: while its file is written, what stands behind a change is moved
// and not read anew.
type Places struct{ list []*Base }

// note keeps the places of a node and of those parts of it that are no nodes of their own.
func (p *Places) note(n Node) {
	p.list = append(p.list, n.base())
	switch n := n.(type) {
	case *Ref:
		p.tail(n.Tail)
	case *Paren:
		p.tail(n.Tail)
	case *Cond:
		p.tail(n.Tail)
	case *HoursLine:
		for i := range n.Days {
			p.list = append(p.list, n.Days[i].base())
		}
	case *StringLit:
		for _, part := range n.Parts {
			if part.Hole != nil {
				p.list = append(p.list, part.Hole.base())
			}
		}
	}
}

func (p *Places) tail(tail []Tail) {
	for i := range tail {
		p.list = append(p.list, tail[i].base())
	}
}

// Move moves all of them by so many bytes.
func (p *Places) Move(by int) {
	for _, b := range p.list {
		b.start += int32(by)
		b.end += int32(by)
	}
}
