package check

import (
	"cmp"
	"slices"

	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// match checks a match: its labels are values of its value's type, or the states of opening hours.
func (c *checker) match(s *ast.Match) {
	t := c.expr(s.Value, nil)
	if !t.IsBad() {
		switch {
		case t.Secret:
			c.report("RX6002", s.Value.Span())
			t = bad
		case t.Kind == types.ListOf || t.Kind == types.RecordOf || t.IsNamed() && t.Kind != types.Hours ||
			t.Kind == types.Nothing ||
			t.Kind == types.Recording || t.Kind == types.Message:
			c.report("RX2146", s.Value.Span(), t.Describe())
			t = bad
		}
	}
	seen, other, others := &labelled{tags: map[string]bool{}}, s.Faulty, 0
	for _, a := range s.Arms {
		if a.Otherwise {
			if others++; others > 1 {
				c.report("RX3103", a.Span(), spelt("否则", "otherwise"))
			}
			other = true
		}
		if len(a.Keys) > 0 {
			c.report("RX3112", a.Span())
			other = true
		}
		c.scope(func() {
			for _, l := range a.Labels {
				c.matchLabel(l, t, seen)
			}
			if a.Body != nil {
				for _, st := range a.Body.Steps {
					c.step(st)
				}
			}
		})
	}
	if other || t.IsBad() {
		return
	}
	var all []string
	switch t.Kind {
	case types.Hours:
		all = library.HoursStates
	case types.Tag:
		all = t.Tags
	case types.YesNo:
		all = []string{"yes", "no"}
	default:
		c.report("RX3106", s.Span(), diag.Text{Zh: "其他情况", En: "everything else"})
		return
	}
	var missing []string
	for _, tag := range all {
		if !seen.tags[tag] {
			missing = append(missing, tag)
		}
	}
	if len(missing) > 0 {
		names := library.TagList(missing)
		if t.Kind == types.YesNo {
			names = map[string]diag.Text{"yes": {Zh: "是", En: "yes"}, "no": {Zh: "否", En: "no"}}[missing[0]]
		}
		c.report("RX3106", s.Span(), names)
	}
}

// labelled is what the labels of a match have named so far.
type labelled struct {
	tags  map[string]bool // tags and single values
	spans []span          // ranges and single values, in the units of their type
}

// span is a range of values, both ends included.
type span struct{ low, high int64 }

// covers takes a span in; it tells whether all of it was named before.
func (n *labelled) covers(s span) bool {
	slices.SortFunc(n.spans, func(a, b span) int { return cmp.Compare(a.low, b.low) })
	from := s.low
	for _, known := range n.spans {
		if known.low <= from && known.high >= from {
			from = known.high + 1
		}
	}
	n.spans = append(n.spans, s)
	return from > s.high
}

// covered reports a label whose values earlier ones have taken, so that it is never come to. What a setting says may be
// otherwise elsewhere.
func (c *checker) covered(seen *labelled, l *ast.ArmLabel, low, high ast.Expr, t *types.Type) {
	x, okX := c.p.folded(low)
	y, okY := c.p.folded(high)
	_, set := low.(*ast.Ref)
	_, alsoSet := high.(*ast.Ref)
	if set || alsoSet || !okX || !okY || !t.IsOrdered() {
		return
	}
	from, whole := x.millis()
	to, alike := y.millis()
	if whole && alike && seen.covers(span{from, to}) {
		c.report("RX3103", l.Span(), c.labelText(l))
	}
}

// matchLabel checks one label of a match on a value of type t, and binds what it names.
func (c *checker) matchLabel(l *ast.ArmLabel, t *types.Type, seen *labelled) {
	if l.Hangup {
		c.report("RX3112", l.Span())
		return
	}
	if t.IsBad() {
		if _, isRef := l.Value.(*ast.Ref); !isRef {
			c.expr(l.Value, nil)
		}
		return
	}
	if t.Kind == types.Hours || t.Kind == types.Tag {
		tags := t.Tags
		if t.Kind == types.Hours {
			tags = library.HoursStates
		}
		w, r, ok := c.tagLabel(l, tags)
		if !ok {
			for _, tag := range tags {
				seen.tags[tag] = true // one fault, one finding
			}
			return
		}
		m := &Label{Tag: w.ID}
		c.p.labels[l] = m
		compares := false
		if t.Kind == types.Hours && w.ID == "closed" {
			compares = c.brackets(m, r, []*types.Type{types.OfTags(library.ClosedReasons...), types.Of(types.Moment)})
			if reason := c.reasonAlone(m); reason != "" {
				c.once(seen.tags, reason, l)
			}
		} else if len(r.Tail) > 0 {
			c.report("RX3110", l.Span())
		}
		if !compares {
			c.once(seen.tags, w.ID, l)
		}
		return
	}
	c.p.labels[l] = &Label{}
	c.value(l.Value, t)
	if l.To != nil {
		c.value(l.To, t)
		if !t.IsOrdered() {
			c.report("RX2142", l.Span(), t.Describe())
		}
		if c.backwards(l.Value, l.To) {
			c.report("RX2143", l.Span())
		} else {
			c.covered(seen, l, l.Value, l.To, t)
		}
		return
	}
	if b, ok := l.Value.(*ast.BoolLit); ok && t.Kind == types.YesNo {
		key := "no"
		if b.Yes {
			key = "yes"
		}
		c.once(seen.tags, key, l)
		return
	}
	if k, ok := c.p.ConstOf(l.Value); ok && k.Type != nil {
		if key := constKey(k); seen.tags[key] || !t.IsOrdered() {
			c.once(seen.tags, key, l)
		} else {
			seen.tags[key] = true
			c.covered(seen, l, l.Value, l.Value, t)
		}
	} else if _, isBad := l.Value.(*ast.Bad); !isBad && !c.p.TypeOf(l.Value).IsBad() {
		c.report("RX2135", l.Value.Span())
	}
}

// reasonAlone is the reason that a label asks for and nothing else; "" if it is not so.
func (c *checker) reasonAlone(m *Label) string {
	if len(m.Fields) == 0 || m.Fields[0].Compare == nil || len(m.Fields) > 1 && m.Fields[1].Compare != nil {
		return ""
	}
	r, ok := m.Fields[0].Compare.(*ast.Ref)
	if s := c.p.SymbolOf(r); ok && s != nil && s.Kind == Tag {
		return "closed." + s.Tag
	}
	return ""
}

// brackets reads what stands in the brackets of a label: a new name binds, a literal or a tag compares. It
// returns whether anything compares.
func (c *checker) brackets(m *Label, r *ast.Ref, parts []*types.Type) (compares bool) {
	if len(r.Tail) == 0 {
		return false
	}
	t := r.Tail[0]
	if t.Kind != ast.CallTail || len(r.Tail) > 1 || len(t.Args) > len(parts) {
		c.report("RX3110", r.Span())
		return false
	}
	for i, a := range t.Args {
		part := LabelPart{Type: parts[i]}
		if n, ok := a.Value.(*ast.Ref); ok && n.Name != nil && len(n.Tail) == 0 {
			w, isTag := library.Tag(n.Name.Text)
			switch {
			case n.Name.Text == "_":
			case isTag && contains(parts[i].Tags, w.ID):
				c.expr(n, parts[i])
				part.Compare = n
			default:
				part.Bind = c.declare(Local, n.Name, parts[i], n)
				c.p.types.Set(n, parts[i])
				c.p.refs.Set(n, part.Bind.plain())
			}
		} else {
			c.value(a.Value, parts[i])
			part.Compare = a.Value
		}
		compares = compares || part.Compare != nil
		m.Fields = append(m.Fields, part)
	}
	return compares
}
