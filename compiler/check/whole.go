package check

import (
	"cmp"
	"slices"
	"strings"

	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/words"
	"rexian/locale"
)

// whole checks what can only be told of the program as a whole: where calls and messages come in, who catches
// which outcome, which flows a message may reach, tables and hours.
func (c *checker) whole() {
	p := c.p
	c.owner = wholeProgram
	defer func() { c.owner = nil }()
	c.pass()
	c.paramExits()
	c.eachLanguage()
	c.entries()
	c.channels()
	c.workdays()
	c.workdayYears()
	c.outOfReach()
	c.titles()
	p.Marks = nil
	for m, n := range c.marks {
		if n > 0 {
			p.Marks = append(p.Marks, m)
		}
	}
	slices.Sort(p.Marks)
	slices.SortStableFunc(p.Missing, func(a, b Missing) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Span.Start, b.Span.Start),
			cmp.Compare(a.Language, b.Language))
	})
}

// outOfReach points, for an unknown name, at the place where another flow or an arm that has ended declares it:
// beginners take a let to hold everywhere.
func (c *checker) outOfReach() {
	var locals map[string]*Symbol
	for i := range c.diags {
		d := &c.diags[i]
		if d.Code != "RX2001" || d.Fix != nil || len(d.Related) > 0 {
			continue
		}
		if locals == nil {
			locals = map[string]*Symbol{}
			for _, f := range c.p.Flows {
				for _, s := range f.Locals {
					if locals[s.Name] == nil {
						locals[s.Name] = s
					}
				}
			}
		}
		name, _ := d.Args[0].(string)
		if s := locals[name]; s != nil {
			*d = d.WithRelated(s.File, s.Span, diag.Text{Zh: "“" + name + "”是在这里设的，只在它的花括号里有效；别处要用，请作为参数或返回值传过去",
				En: name + " is set here and known only within its braces: hand it on as a parameter or a result"})
		}
	}
}

// longestNumber is how long a number may be that is called: fifteen digits (ITU-T E.164) and a plus.
const longestNumber = 16

// entries checks where calls and messages come in.
func (c *checker) entries() {
	p := c.p
	p.Numbers, p.Messages = nil, nil
	numbers, words := map[string]diag.Span{}, map[string]diag.Span{}
	for _, f := range p.Files {
		c.enter(f.Path)
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.NumberDecl:
				target := c.entered(d.Target, false)
				for _, n := range d.Numbers {
					text := plain(n)
					c.holesForbidden(n)
					if strings.Trim(text, "0123456789") != "" &&
						strings.Trim(strings.TrimPrefix(text, "+"), "0123456789") != "" || text == "" ||
						len(text) > longestNumber {
						c.report("RX2150", n.Span(), text)
						continue
					}
					if _, twice := numbers[text]; twice {
						c.report("RX2019", n.Span(), text)
						continue
					}
					numbers[text] = n.Span()
					if target != nil {
						p.Numbers = append(p.Numbers,
							Entry{Text: text, Flow: target, File: f.Path, Span: d.Target.Span()})
					}
				}
			case *ast.MessageDecl:
				target := c.entered(d.Target, true)
				var otherwise *FlowInfo
				if d.Otherwise != nil {
					if otherwise = c.entered(d.Otherwise, true); otherwise != nil && len(otherwise.Params) > 0 {
						c.report("RX2020", d.Otherwise.Span(), otherwise.Name)
					}
				}
				if target != nil && len(target.Params) > 0 && d.Otherwise == nil {
					c.report("RX2021", d.Target.Span(), target.Name)
				}
				if target == nil {
					continue
				}
				if d.Other {
					if len(target.Params) > 0 {
						c.report("RX2020", d.Target.Span(), target.Name)
					}
					p.Messages = append(p.Messages,
						Entry{Flow: target, Otherwise: otherwise, File: f.Path, Span: d.Target.Span()})
				}
				for _, w := range d.Words {
					text := locale.Fold(plain(w))
					c.fixed(w)
					if len(strings.Fields(text)) > 1 {
						c.report("RX2106", w.Span(), text, diag.Text{Zh: "来信的词", En: "a message's word"},
							diag.Text{Zh: "只看来信的第一个词，里面不能有空格", En: "a message is known by its first word, so no blank is in it"})
						continue
					}
					key := strings.ToUpper(text)
					if _, twice := words[key]; twice {
						c.report("RX2019", w.Span(), text)
						continue
					}
					words[key] = w.Span()
					p.Messages = append(p.Messages,
						Entry{Text: text, Flow: target, Otherwise: otherwise, File: f.Path, Span: d.Target.Span()})
				}
			}
		}
	}
	byText := func(a, b Entry) int {
		if (a.Text == "") != (b.Text == "") {
			if a.Text == "" {
				return 1
			}
			return -1
		}
		return cmp.Compare(a.Text, b.Text)
	}
	slices.SortStableFunc(p.Numbers, byText)
	slices.SortStableFunc(p.Messages, byText)
}

// entered finds the flow that a number or message enters. A caller brings no arguments, and there is nothing to return
// to.
func (c *checker) entered(n *ast.Name, message bool) *FlowInfo {
	s := c.wants(n, Flow)
	if s == nil {
		return nil
	}
	f := c.p.Flows[s.Index]
	if f.Form == SurveyForm {
		c.report("RX2014", n.Span(), n.Text)
		return nil
	}
	if message {
		for _, p := range f.Params {
			switch {
			case p.Type.IsBad():
			case !askable(p.Type) && p.Type.Kind != types.Text:
				c.report("RX2022", n.Span(), n.Text, p.Name, p.Type.Describe())
				return f
			}
		}
		return f
	}
	if len(f.Params) > 0 {
		c.report("RX2020", n.Span(), n.Text)
	} else if f.Returns {
		c.report("RX2013", n.Span(), n.Text)
	}
	return f
}

// use notes that the current flow needs a channel; a flow that needs both is told at the second.
func (c *checker) use(ch Channel, at ast.Node) {
	f := c.flow
	if f == nil || f.Form == HandlersForm {
		return
	}
	switch f.Channel {
	case AnyChannel:
		f.Channel = ch
	case ch:
	default:
		c.report("RX3105", at.Span(), channelText[ch])
		if c.mixed == nil {
			c.mixed = map[*FlowInfo]bool{}
		}
		c.mixed[f] = true
	}
}

var channelText = map[Channel]diag.Text{Voice: {Zh: "电话", En: "a call"}, Written: {Zh: "短信或邮件", En: "a text message"}}

// channelOf notes what a step needs, and reports a step that a handler of a hang-up cannot do.
func (c *checker) channelOf(s ast.Step) {
	voice, live := false, false
	switch s := s.(type) {
	case *ast.Say, *ast.MenuStep, *ast.Voicemail, *ast.Pause, *ast.RunSurvey, *ast.SurveyAsk, *ast.Language:
		voice, live = true, true
	case ast.Act:
		row := Acts[s.Act()]
		voice, live = row.Voice, row.Live
	case *ast.Let:
		voice = s.Source != nil && s.Source.Ask != nil
		live = voice
	case *ast.Word:
		voice = voiceWords[s.Kind]
		live = voice || s.Kind == words.Again
	case *ast.Goto, *ast.Return:
		live = true
	case *ast.Reply:
		live = true
		c.use(Written, s)
	}
	if voice {
		c.use(Voice, s)
	}
	if c.data && live {
		c.report("RX3104", s.Span())
	}
}

// channels follows messages through goto and do: none may reach a flow that needs a call, and no call one that
// replies in writing.
func (c *checker) channels() {
	type step struct {
		flow *FlowInfo
		ch   Channel
	}
	seen := map[step]bool{}
	var walk func(f *FlowInfo, ch Channel)
	walk = func(f *FlowInfo, ch Channel) {
		if f == nil || seen[step{f, ch}] {
			return
		}
		seen[step{f, ch}] = true
		for _, x := range f.Exits {
			if x.Target == nil || x.Ref == nil {
				continue
			}
			if x.Target.Channel != AnyChannel && x.Target.Channel != ch && !c.mixed[x.Target] {
				c.enter(f.File)
				c.report("RX3113", x.Ref.Span(), x.Target.Name, channelText[x.Target.Channel], channelText[ch])
				continue
			}
			walk(x.Target, ch)
		}
	}
	enter := func(list []Entry, ch Channel) {
		for _, e := range list {
			if e.Flow.Channel != AnyChannel && e.Flow.Channel != ch && !c.mixed[e.Flow] {
				c.enter(e.File)
				c.report("RX3113", e.Span, e.Flow.Name, channelText[e.Flow.Channel], channelText[ch])
				continue
			}
			walk(e.Flow, ch)
			walk(e.Otherwise, ch)
		}
	}
	enter(c.p.Numbers, Voice)
	enter(c.p.Messages, Written)
	for _, f := range c.p.Flows {
		if f.Channel != AnyChannel {
			walk(f, f.Channel)
			continue
		}
		switch {
		case seen[step{f, Written}] && !seen[step{f, Voice}]:
			f.Channel = Written
		case seen[step{f, Voice}] && !seen[step{f, Written}]:
			f.Channel = Voice
		}
	}
}

// HeadSpan is the part of a step that a finding about its outcomes points at: what is asked for, without the arms.
func HeadSpan(s ast.Step) diag.Span {
	span := func(n ast.Node, ok bool) diag.Span {
		if ok {
			return diag.Span{Start: s.Span().Start, End: n.Span().End}
		}
		return s.Span()
	}
	switch s := s.(type) {
	case *ast.Let:
		if s.Source != nil && s.Source.Expr != nil {
			return s.Source.Expr.Span()
		}
		return span(s.Name, s.Name != nil)
	case *ast.Do:
		return span(s.Call, s.Call != nil)
	case *ast.Callback:
		return span(s.Number, s.Number != nil)
	case ast.Act:
		if parts := s.Parts(); len(parts) > 0 {
			return span(parts[0], true)
		}
	}
	return s.Span()
}
