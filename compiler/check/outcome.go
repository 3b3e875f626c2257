package check

import (
	"fmt"
	"slices"

	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// constKey tells two values of one type apart.
func constKey(k Const) string { return fmt.Sprintf("%d/%s/%t", k.N, k.S, k.None) }

// guarded checks what follows the right side of a let or set, or of do: its time limit, what plays meanwhile,
// and the arms. A pure value has no outcomes, so nothing may follow it.
func (c *checker) guarded(step ast.Step, m *Ref, result *types.Type, outcomes []string, g *ast.Guard) {
	if g == nil {
		return
	}
	if l, ok := step.(*ast.Let); ok && l.Source != nil && l.Source.Do != nil {
		return // doFlow has seen to it
	}
	c.figure(g.Within, types.Of(types.Duration), "within")
	if g.Playing != nil {
		c.value(g.Playing, types.Of(types.Prompt))
	}
	if outcomes == nil {
		if l, ok := step.(*ast.Let); ok && l.Source != nil && l.Source.Expr != nil &&
			c.p.TypeOf(l.Source.Expr).IsBad() {
			if g.Else != nil {
				c.elseBodies(g.Else)
			}
			return
		}
		if d, ok := step.(*ast.Do); ok && c.p.TypeOf(d.Call).IsBad() {
			if g.Else != nil {
				c.elseBodies(g.Else)
			}
			return
		}
		switch {
		case g.Else != nil:
			c.report("RX3108", g.Else.Span())
			c.elseBodies(g.Else)
		case g.Within != nil:
			c.report("RX3108", g.Within.Span())
		case g.Playing != nil:
			c.report("RX3108", g.Playing.Span())
		}
		return
	}
	c.guard(step, m, result, outcomes, g.Else, "")
}

// guard finds which arm catches each outcome of a step. The others are raised: the graph knows where they come to.
func (c *checker) guard(s ast.Step, m *Ref, result *types.Type, outcomes []string, els *ast.Else, kind string) {
	g := &Guard{Lookup: m, Result: result}
	c.p.guards[s] = g
	var caught map[string]Catch
	var rest *Catch
	if els != nil && els.Body != nil {
		c.block(els.Body)
		rest = &Catch{By: ByOtherwise, Body: els.Body}
	}
	named := outcomes
	if m != nil && m.Symbol.Kind == Table {
		named = append(slices.Clone(outcomes), "unavailable")
	}
	if els != nil {
		keys, labels := map[string]bool{}, map[string]bool{}
		caught = make(map[string]Catch, len(els.Arms))
		for _, a := range els.Arms {
			for _, k := range a.Keys {
				if kind != "enqueue" {
					c.report("RX3112", k.Span())
					break
				}
				if keys[k.Keys] {
					c.report("RX3103", k.Span(), k.Keys)
				}
				keys[k.Keys] = true
			}
			if a.When != nil {
				c.value(a.When, types.Of(types.YesNo))
			}
			c.announced(a, spelt("排队的分支", "an arm of enqueue"))
			for _, l := range a.Labels {
				if l.Hangup {
					c.report("RX3111", l.Span(), library.TagList(outcomes))
					continue
				}
				before := len(c.diags)
				w, r, ok := c.tagLabel(l, named)
				if !ok {
					for i := before; i < len(c.diags); i++ {
						explain(&c.diags[i], m)
					}
					continue
				}
				c.p.labels[l] = c.label(w.ID)
				if len(r.Tail) > 0 {
					c.report("RX3110", l.Span())
				}
				c.once(labels, w.ID, l)
				if _, twice := caught[w.ID]; !twice {
					caught[w.ID] = Catch{Tag: w.ID, By: ByArm, Arm: a, Label: l, Body: a.Body}
				}
			}
			if a.Otherwise {
				if rest != nil {
					c.report("RX3103", a.Span(), spelt("否则", "otherwise"))
				}
				rest = &Catch{By: ByOtherwise, Arm: a, Body: a.Body}
			}
			c.block(a.Body)
		}
	}
	g.Catches = make([]Catch, 0, len(outcomes))
	for _, tag := range outcomes {
		x, ok := caught[tag]
		switch {
		case ok:
		case rest != nil:
			x = *rest
			x.Tag = tag
		default:
			x = Catch{Tag: tag, By: Raised}
		}
		g.Catches = append(g.Catches, x)
	}
}

// handlerOf finds the handler of a tag, by its spelling in either tongue.
func handlerOf(handlers []*ast.Arm, tag string) *ast.Arm {
	for _, h := range handlers {
		for _, l := range h.Labels {
			if r, ok := l.Value.(*ast.Ref); ok && r.Name != nil {
				if w, ok := library.Tag(r.Name.Text); ok && w.ID == tag {
					return h
				}
			}
		}
	}
	return nil
}

// handlerTags are the outcomes that a handler of a flow, or of defaults, may name.
func (c *checker) handlerTags() []string {
	if c.catchable != nil {
		return c.catchable
	}
	list := []string{"error", "unavailable"}
	for _, f := range c.env.Library.All() {
		list = append(list, f.Outcomes...)
	}
	list = append(list, library.QueueOutcomes...)
	list = append(list, library.CallOutcomes...)
	var unique []string
	for _, t := range list {
		if !slices.Contains(unique, t) {
			unique = append(unique, t)
		}
	}
	c.catchable = unique
	return unique
}

// handlerArms checks the handlers at the head of a flow, or of defaults: for a hang-up data steps only.
func (c *checker) handlerArms(handlers []*ast.Arm) {
	seen, keys := map[string]bool{}, map[string]bool{}
	for _, h := range handlers {
		hangup := false
		c.announced(h, spelt("流程的处理", "a handler"))
		for _, k := range h.Keys {
			if keys[k.Keys] {
				c.report("RX3103", k.Span(), k.Keys)
			}
			keys[k.Keys] = true
		}
		for _, l := range h.Labels {
			if l.Hangup {
				hangup = true
				c.once(seen, "hangup", l)
				continue
			}
			if w, r, ok := c.tagLabel(l, c.handlerTags()); ok {
				c.p.labels[l] = c.label(w.ID)
				if len(r.Tail) > 0 {
					c.report("RX3110", l.Span())
				}
				c.once(seen, w.ID, l)
			}
		}
		c.data = hangup
		c.block(h.Body)
		c.data = false
	}
}

// label is what a label means that is a tag alone.
func (c *checker) label(tag string) *Label {
	l := c.labels[tag]
	if l == nil {
		l = &Label{Tag: tag}
		c.labels[tag] = l
	}
	return l
}

// announced reports that an arm tells its keys not to be named where no prompt would have to.
func (c *checker) announced(a *ast.Arm, place diag.Text) {
	if a.Unannounced && len(a.Keys) > 0 {
		c.report("RX2139", a.Keys[0].Span(), spelt("不播报", "unannounced"), place)
	}
}
