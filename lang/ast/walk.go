package ast

// Walk calls f for n and then for the nodes below it, in the order of the source; where f returns
// false, what is below is left out. Words, holes of strings and tails are walked too.
func Walk(n Node, f func(Node) bool) {
	if isNil(n) || !f(n) {
		return
	}
	switch x := n.(type) {
	case *FlowDecl:
		walkAll(x.Handlers, f)
		Walk(x.Body, f)
	case *MenuDecl:
		Walk(x.Menu, f)
	case *SurveyDecl:
		Walk(x.Body, f)
	case *Block:
		walkAll(x.Steps, f)
	case *Said:
		Walk(x.Text, f)
	case *Text:
		walkAll(x.Words, f)
		Walk(x.Ref, f)
	case *Worded:
		Walk(x.Text, f)
	case *Say:
		Walk(x.Said, f)
	case *If:
		Walk(x.Cond, f)
		Walk(x.Then, f)
		Walk(x.Else, f)
	case *Let:
		Walk(x.Source, f)
	case *Do:
		Walk(x.Call, f)
		Walk(x.Guard, f)
	case *Source:
		Walk(x.Ask, f)
		Walk(x.Do, f)
		Walk(x.Expr, f)
		Walk(x.Guard, f)
	case *Guard:
		Walk(x.Within, f)
		Walk(x.Playing, f)
		Walk(x.Else, f)
	case *Else:
		walkAll(x.Arms, f)
		Walk(x.Body, f)
	case *Arm:
		walkAll(x.Keys, f)
		Walk(x.When, f)
		walkAll(x.Labels, f)
		Walk(x.Body, f)
	case *ArmLabel:
		Walk(x.Value, f)
		Walk(x.To, f)
	case *Ask:
		walkAll(x.Lead, f)
		walkAll(x.Limits, f)
		walkAll(x.Arms, f)
	case *Limit:
		Walk(x.Value, f)
		Walk(x.To, f)
		walkAll(x.Words, f)
	case *Menu:
		walkAll(x.Lead, f)
		walkAll(x.Limits, f)
		walkAll(x.Arms, f)
	case *MenuStep:
		Walk(x.Menu, f)
	case *Pause:
		Walk(x.For, f)
	case *Language:
		Walk(x.To, f)
	case *Goto:
		Walk(x.Target, f)
	case *Match:
		Walk(x.Value, f)
		walkAll(x.Arms, f)
	case *Repeat:
		Walk(x.Most, f)
		Walk(x.Body, f)
	case *ForEach:
		Walk(x.List, f)
		Walk(x.Most, f)
		Walk(x.Body, f)
	case *Return:
		Walk(x.Value, f)
	case *Reply:
		Walk(x.Text, f)
	case *Attach:
		Walk(x.Value, f)
	case *Topic:
		Walk(x.Value, f)
	case *SurveyAsk:
		walkAll(x.Words, f)
	case *Binary:
		Walk(x.X, f)
		Walk(x.Y, f)
	case *Unary:
		Walk(x.X, f)
	case *State:
		Walk(x.X, f)
	case *StringLit:
		for _, p := range x.Parts {
			if p.Hole != nil {
				Walk(p.Hole, f)
			}
		}
	case *Hole:
		Walk(x.Expr, f)
	case *Ref:
		walkTail(x.Tail, f)
	case *Paren:
		Walk(x.X, f)
		walkTail(x.Tail, f)
	case *Cond:
		Walk(x.C, f)
		Walk(x.Then, f)
		Walk(x.Else, f)
		walkTail(x.Tail, f)
	case *List:
		walkAll(x.Items, f)
	case *Record:
		for _, fl := range x.Fields {
			Walk(fl.Value, f)
		}
	case Act:
		walkAll(x.Parts(), f)
		Walk(x.Otherwise(), f)
	}
}

// WalkSteps is Walk without expressions and words: declarations, blocks, steps, questions and their arms.
func WalkSteps(n Node, f func(Node) bool) {
	Walk(n, func(n Node) bool {
		switch n.(type) {
		case Expr, *Said, *Text:
			return false
		}
		return f(n)
	})
}

func walkAll[N Node](nodes []N, f func(Node) bool) {
	for _, n := range nodes {
		Walk(n, f)
	}
}

func walkTail(tail []Tail, f func(Node) bool) {
	for i := range tail {
		for _, arg := range tail[i].Args {
			Walk(arg.Value, f)
		}
		Walk(tail[i].Index, f)
	}
}

// isNil sees through the interface: an absent child is a typed nil here.
func isNil(n Node) bool {
	switch x := n.(type) {
	case nil:
		return true
	case *Block:
		return x == nil
	case *Said:
		return x == nil
	case *Text:
		return x == nil
	case *Ref:
		return x == nil
	case *Source:
		return x == nil
	case *Guard:
		return x == nil
	case *Else:
		return x == nil
	case *Ask:
		return x == nil
	case *Menu:
		return x == nil
	case *StringLit:
		return x == nil
	}
	return false
}
