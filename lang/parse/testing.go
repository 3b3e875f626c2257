package parse

import (
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/token"
	"rexian/lang/words"
)

func (r *reader) rule() ast.Decl {
	d := &ast.RuleDecl{Name: r.oneStr()}
	r.body(claimPlace, func(id string, at int) bool {
		r.once(d.Claim != nil, at)
		d.Claim = done(r, at, r.claim(id))
		return true
	}, r.dropped)
	return d
}

// claim reads the rest of Claim after its first keyword.
func (r *reader) claim(id string) *ast.Claim {
	c := &ast.Claim{}
	switch id {
	case words.EveryPath, words.NoPath:
		r.claimedPath(c, id)
		r.whenOf(c)
	case words.From:
		c.From = r.name(Name)
		switch {
		case r.keyword(words.EveryPath):
			r.claimedPath(c, words.EveryPath)
		case r.keyword(words.NoPath):
			r.claimedPath(c, words.NoPath)
		default:
			c.Kind = words.To
			r.needWord(words.ToRule)
			c.Points = r.points()
			r.needWord(words.AtMost)
			c.Most = r.most()
		}
		r.whenOf(c)
	case words.EveryMenu:
		if r.keyword(words.Press) {
			c.Kind = "every menu press"
			c.Key = r.key()
			r.needWord(words.Only)
			at := r.i
			if b := r.plainStep(at); len(b.Steps) > 0 {
				c.Only = b.Steps[0]
			} else {
				c.Only = done(r, at, &ast.Bad{})
			}
			return c
		}
		c.Kind = "every menu at most"
		r.needWord(words.AtMost)
		c.Most = r.most()
	}
	return c
}

// whenOf reads what a claim is limited to.
func (r *reader) whenOf(c *ast.Claim) {
	if r.keyword(words.When) {
		c.When = r.expr()
	}
}

// claimedPath reads the rest of Path: what every path says or does before, or what none reaches.
func (r *reader) claimedPath(c *ast.Claim, id string) {
	if id == words.NoPath {
		c.Kind = "no path reaches"
		r.needWord(words.Reaches)
		c.Points = r.points()
		return
	}
	c.Kind = "every path says"
	if r.keyword(words.Does) {
		c.Kind = "every path does"
	} else {
		r.needWord(words.Says)
	}
	c.Ref = r.ref()
	r.needWord(words.Before)
	c.Points = r.points()
}

func (r *reader) most() []ast.Expr {
	list := []ast.Expr{r.value()}
	for r.accept(token.Comma) {
		list = append(list, r.value())
	}
	return list
}

func (r *reader) points() []*ast.Point {
	list := []*ast.Point{r.point()}
	for r.accept(token.Comma) {
		list = append(list, r.point())
	}
	return list
}

func (r *reader) point() *ast.Point {
	from := r.i
	p := &ast.Point{}
	if s, ok := r.which(pointPlace); ok {
		r.take(s)
		p.Word = s.Keyword.ID
		if p.Word == words.Mark {
			p.Mark = r.oneStr()
		}
	} else {
		p.Ref = r.ref()
	}
	return done(r, from, p)
}

func (r *reader) test() ast.Decl {
	d := &ast.TestDecl{Name: r.oneStr()}
	r.body(testPlace, func(id string, at int) bool {
		d.Items = append(d.Items, done(r, at, r.testItem(id)))
		return true
	}, r.dropped)
	return d
}

func (r *reader) testItem(id string) *ast.TestItem {
	t := &ast.TestItem{Kind: id}
	switch id {
	case words.At:
		t.Date, t.Time = r.date(), r.time()
	case words.Given:
		t.Given = r.given()
	case words.CallTest, words.Text:
		if id == words.CallTest {
			t.Kind = words.Call
		}
		t.Number = r.oneStr()
		r.needWord(words.FromTest)
		t.From = r.oneStr()
	case words.Dial, words.SendTest:
		t.Kind = words.Dial
		t.Name = r.name(Name)
		r.needWord(words.To)
		t.Value = r.value()
		if r.keyword(words.Returns) {
			t.Returns = r.value()
		}
	case words.Hear, words.NotHear:
		t.Words = r.oneStr()
	case words.Press:
		t.Key = r.key()
		switch {
		case r.keyword(words.Slowly):
			t.Slowly = true
		case r.keyword(words.After):
			t.Value = r.value()
		}
	case words.AgentSignsIn:
		if r.keyword(words.Skill) {
			t.Skills = r.strs()
		}
	case words.Wait:
		t.Value = r.value()
	case words.Expect, words.ExpectNot:
		t.Outcome = r.outcome()
	}
	return t
}

// given reads "given" [ "enqueue" ] Ref ( returns | has | is | State ), or Act [ [ "to" ] Value ] returns.
func (r *reader) given() *ast.Given {
	from := r.i
	if s, ok := r.which(actPlace); ok && r.acts(s) {
		r.take(s)
		g := &ast.Given{Act: s.Keyword.ID}
		if !r.at(words.Returns) {
			r.keyword(words.To)
			g.To = r.value()
		}
		r.needWord(words.Returns)
		g.Returns = r.value()
		if r.keyword(words.After) {
			g.After = r.value()
		}
		return done(r, from, g)
	}
	g := &ast.Given{Enqueue: r.keyword(words.Enqueue)}
	g.Ref = r.ref()
	switch {
	case r.keyword(words.Returns):
		g.Returns = r.value()
		if r.keyword(words.After) {
			g.After = r.value()
		}
	case r.keyword(words.Has):
		g.Has = r.strs()
	default:
		s, ok := r.which(relationPlace)
		if st, state := states[senseID(s)]; ok && state && !st.Not && st.Kind != "empty" && st.Kind != "mobile" {
			r.take(s)
			g.State = st.Kind
		} else if r.keyword(words.Is) {
			g.Is = r.value()
		} else {
			r.unexpected(diag.Text{Zh: "“得到”“含”“是”或状态", En: "`returns`, `has`, `is` or a state"})
		}
	}
	return done(r, from, g)
}

// acts tells whether a word that is no reserved one (fax) names an act here: it does where its end or a recipient
// follows, else it is the name of something declared.
func (r *reader) acts(s words.Sense) bool {
	if s.Keyword.Class == words.Reserved {
		return true
	}
	i := r.i
	r.i += len(s.Rest) + 1
	defer func() { r.i = i }()
	return r.at(words.Returns) || r.at(words.To)
}

// outcome reads what a test expects.
func (r *reader) outcome() *ast.Outcome {
	from := r.i
	o := &ast.Outcome{Kind: "expr"}
	s, ok := r.which(outcomePlace)
	if !ok {
		o.Expr = r.expr()
		return done(r, from, o)
	}
	r.take(s)
	o.Kind = s.Keyword.ID
	switch o.Kind {
	case words.Mark:
		o.Mark = r.oneStr()
	case words.Enqueue:
		o.Ref = r.ref()
		if r.keyword(words.Priority) {
			o.Priority = r.value()
		}
	case words.Transfer:
		o.Expr = r.value()
	case words.Voicemail:
		o.Name = r.name(Name)
	case words.Callback:
		o.Ref = r.ref()
		r.needWord(words.To)
		o.Expr = r.value()
	case words.SendSMS, words.SendMail:
		r.needWord(words.To)
		o.To = r.recipient()
		o.Contains = r.containing()
	case words.Reply:
		o.Contains = r.containing()
	case words.Called:
		o.Ref = r.ref()
	case words.Redial:
		r.needWord(words.AtRedial)
		o.Date, o.Time = r.date(), r.time()
	}
	return done(r, from, o)
}

func (r *reader) containing() *ast.StringLit {
	if r.keyword(words.Contains) {
		return r.oneStr()
	}
	return nil
}
