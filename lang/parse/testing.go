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
	case "every path", "no path":
		r.claimedPath(c, id)
		r.whenOf(c)
	case "from":
		c.From = r.name(Name)
		switch {
		case r.keyword("every path"):
			r.claimedPath(c, "every path")
		case r.keyword("no path"):
			r.claimedPath(c, "no path")
		default:
			c.Kind = "to"
			r.needWord("to.rule")
			c.Points = r.points()
			r.needWord("at most")
			c.Most = r.most()
		}
		r.whenOf(c)
	case "every menu":
		if r.keyword("press") {
			c.Kind = "every menu press"
			c.Key = r.key()
			r.needWord("only")
			at := r.i
			if b := r.plainStep(at); len(b.Steps) > 0 {
				c.Only = b.Steps[0]
			} else {
				c.Only = done(r, at, &ast.Bad{})
			}
			return c
		}
		c.Kind = "every menu at most"
		r.needWord("at most")
		c.Most = r.most()
	}
	return c
}

// whenOf reads what a claim is limited to.
func (r *reader) whenOf(c *ast.Claim) {
	if r.keyword("when") {
		c.When = r.expr()
	}
}

// claimedPath reads the rest of Path: what every path says or does before, or what none reaches.
func (r *reader) claimedPath(c *ast.Claim, id string) {
	if id == "no path" {
		c.Kind = "no path reaches"
		r.needWord("reaches")
		c.Points = r.points()
		return
	}
	c.Kind = "every path says"
	if r.keyword("does") {
		c.Kind = "every path does"
	} else {
		r.needWord("says")
	}
	c.Ref = r.ref()
	r.needWord("before")
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
		if p.Word == "mark" {
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
	case "at":
		t.Date, t.Time = r.date(), r.time()
	case "given":
		t.Given = r.given()
	case "call.test", "text":
		if id == "call.test" {
			t.Kind = "call"
		}
		t.Number = r.oneStr()
		r.needWord("from.test")
		t.From = r.oneStr()
	case "dial", "send.test":
		t.Kind = "dial"
		t.Name = r.name(Name)
		r.needWord("to")
		t.Value = r.value()
		if r.keyword("returns") {
			t.Returns = r.value()
		}
	case "hear", "not hear":
		t.Words = r.oneStr()
	case "press":
		t.Key = r.key()
		switch {
		case r.keyword("slowly"):
			t.Slowly = true
		case r.keyword("after"):
			t.Value = r.value()
		}
	case "wait":
		t.Value = r.value()
	case "expect", "expect not":
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
		if !r.at("returns") {
			r.keyword("to")
			g.To = r.value()
		}
		r.needWord("returns")
		g.Returns = r.value()
		if r.keyword("after") {
			g.After = r.value()
		}
		return done(r, from, g)
	}
	g := &ast.Given{Enqueue: r.keyword("enqueue")}
	g.Ref = r.ref()
	switch {
	case r.keyword("returns"):
		g.Returns = r.value()
		if r.keyword("after") {
			g.After = r.value()
		}
	case r.keyword("has"):
		g.Has = r.strs()
	default:
		s, ok := r.which(relationPlace)
		if st, state := states[senseID(s)]; ok && state && !st.Not && st.Kind != "empty" && st.Kind != "mobile" {
			r.take(s)
			g.State = st.Kind
		} else if r.keyword("is") {
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
	return r.at("returns") || r.at("to")
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
	case "mark":
		o.Mark = r.oneStr()
	case "enqueue":
		o.Ref = r.ref()
		if r.keyword("priority") {
			o.Priority = r.value()
		}
	case "transfer":
		o.Expr = r.value()
	case "voicemail":
		o.Name = r.name(Name)
	case "callback":
		o.Ref = r.ref()
		r.needWord("to")
		o.Expr = r.value()
	case "send sms", "send mail":
		r.needWord("to")
		o.To = r.recipient()
		o.Contains = r.containing()
	case "reply":
		o.Contains = r.containing()
	case "called":
		o.Ref = r.ref()
	case "redial":
		r.needWord("at.redial")
		o.Date, o.Time = r.date(), r.time()
	}
	return done(r, from, o)
}

func (r *reader) containing() *ast.StringLit {
	if r.keyword("contains") {
		return r.oneStr()
	}
	return nil
}
