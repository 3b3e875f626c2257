package editor

import (
	"strconv"
	"strings"

	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/lang/token"
	"rexian/lang/words"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Entry is one line of a file's outline.
type Entry struct {
	Name   string
	Detail string // what it is, in the reader's tongue
	Kind   string // the canonical keyword that declares it: flow, menu, queue, prompt…; step and press within them
	File   string
	At     diag.Span // all of it
	Title  diag.Span // its name
	Within []Entry
}

// Outline is what a file declares, in the order of the text; the steps of a flow that wait for the caller are below it.
func (p *Program) Outline(path string) []Entry {
	tree := p.Tree(path)
	if tree == nil {
		return nil
	}
	var list []Entry
	for _, d := range tree.Decls {
		if e, ok := p.entry(path, d); ok {
			list = append(list, e)
		}
	}
	return list
}

func (p *Program) entry(path string, d ast.Decl) (Entry, bool) {
	e := Entry{File: path, At: d.Span(), Title: d.Span()}
	kind, name := declared(d)
	if kind == "" {
		return e, false
	}
	e.Kind, e.Detail = kind, keyword(kind, p.Tongue)
	switch n := name.(type) {
	case *ast.Name:
		if n != nil {
			e.Name, e.Title = n.Text, n.Span()
		}
	case *ast.StringLit:
		if n != nil {
			e.Name, _ = n.Plain()
			e.Title = n.Span()
		}
	}
	if e.Name == "" {
		e.Name = e.Detail
	}
	ast.WalkSteps(d, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.Arm:
			if len(x.Keys) == 0 {
				return true
			}
			var keys []string
			for _, k := range x.Keys {
				keys = append(keys, k.Keys)
			}
			label := ""
			if x.Label != nil {
				label, _ = x.Label.Plain()
			}
			e.Within = append(e.Within, Entry{Name: strings.TrimSpace(keyword("press", p.Tongue) + " " +
				strings.Join(keys, "、") + " " + label), Kind: words.Press, File: path, At: x.Span(),
				Title:  x.Keys[0].Span(),
				Detail: keyword("press", p.Tongue)})
			return false
		}
		return true
	})
	return e, true
}

// declared is the keyword of a declaration and what names it: an *ast.Name, an *ast.StringLit or nil.
func declared(d ast.Decl) (string, ast.Node) {
	switch d := d.(type) {
	case *ast.NumberDecl:
		if len(d.Numbers) > 0 {
			return "number", d.Numbers[0]
		}
		return "number", nil
	case *ast.MessageDecl:
		if len(d.Words) > 0 {
			return "message", d.Words[0]
		}
		return "message", nil
	case *ast.LanguagesDecl:
		return "languages", nil
	case *ast.SettingDecl:
		return "setting", d.Name
	case *ast.SwitchDecl:
		return "switch", d.Name
	case *ast.ListDecl:
		return "list", d.Name
	case *ast.TableDecl:
		return "table", d.Name
	case *ast.CallDataDecl:
		return "call data", d.Name
	case *ast.DefaultsDecl:
		return "defaults", nil
	case *ast.CalendarDecl:
		return "calendar", d.Name
	case *ast.HoursDecl:
		return "hours", d.Name
	case *ast.PromptDecl:
		return "prompt", d.Name
	case *ast.TemplateDecl:
		return "template", d.Name
	case *ast.MailboxDecl:
		return "mailbox", d.Name
	case *ast.TicketTypeDecl:
		return "ticket type", d.Name
	case *ast.FlowDecl:
		return "flow", d.Name
	case *ast.MenuDecl:
		return "menu", d.Name
	case *ast.QueueDecl:
		return "queue", d.Name
	case *ast.CampaignDecl:
		return "campaign", d.Name
	case *ast.SurveyDecl:
		return "survey", d.Name
	case *ast.RuleDecl:
		return "rule", d.Name
	case *ast.TestDecl:
		return "test", d.Name
	}
	return "", nil
}

// Symbols are the declarations of the whole program whose names hold a text, those that begin with it first.
func (p *Program) Symbols(query string) []Entry {
	var first, rest []Entry
	q := strings.ToLower(query)
	for _, path := range p.Paths {
		for _, e := range p.Outline(path) {
			e.Within = nil
			switch i := strings.Index(strings.ToLower(e.Name), q); {
			case i == 0:
				first = append(first, e)
			case i > 0:
				rest = append(rest, e)
			}
		}
	}
	return append(first, rest...)
}

// Fold is a part of a file that may be folded, by its lines from 0.
type Fold struct {
	First, Last int
	Comment     bool
}

// Folds are the blocks of more than one line, and comments of more than one line.
func (p *Program) Folds(path string) []Fold {
	src := p.Source(path)
	var list []Fold
	var open []int
	line, at := 0, 0
	comment, from := -1, -1 // the lines of a run of comments
	run := func() {
		if comment > from && from >= 0 {
			list = append(list, Fold{from, comment, true})
		}
		comment, from = -1, -1
	}
	for _, l := range p.tokens(path) {
		line += strings.Count(string(src[at:l.Span.Start]), "\n")
		at = l.Span.Start
		if l.Kind == token.Comment && l.Has(token.FirstOnLine) {
			if line != comment+1 || from < 0 {
				run()
				from = line
			}
			comment = line
			continue
		}
		run()
		switch l.Kind {
		case token.LBrace, token.LParen, token.LBracket:
			open = append(open, line)
		case token.RBrace, token.RParen, token.RBracket:
			if n := len(open); n > 0 {
				if open[n-1] < line-1 {
					list = append(list, Fold{First: open[n-1], Last: line - 1})
				}
				open = open[:n-1]
			}
		}
	}
	run()
	return list
}

// Coloured is a word or a sign with what it is: keyword, function, variable, parameter, property, type, enumMember,
// string, number, comment, namespace, class or operator, as the Language Server Protocol names them.
type Coloured struct {
	At       diag.Span
	Kind     string
	Declared bool
}

// Colours are the meanings of the tokens of a file, in the order of the text; they do not overlap.
func (p *Program) Colours(path string) []Coloured {
	what := map[int]Coloured{}
	for _, o := range p.Checked.Occurrences(path) {
		what[o.At.Start] = Coloured{o.At, colourOf(o), o.Decl}
	}
	return colours(p.tokens(path), what, nil)
}

func colours(tokens []parse.Lexeme, what map[int]Coloured, list []Coloured) []Coloured {
	for i := range tokens {
		l := &tokens[i]
		c := Coloured{At: l.Span}
		switch {
		case l.Kind == token.Comment:
			c.Kind = "comment"
		case l.Kind == token.String:
			from := l.Span.Start
			for _, h := range l.Holes {
				list = append(list, Coloured{At: diag.Span{Start: from, End: h.Span.Start}, Kind: "string"})
				list = colours(h.Lexemes, what, list)
				from = h.Span.End
			}
			c = Coloured{At: diag.Span{Start: from, End: l.Span.End}, Kind: "string"}
		case l.Class == parse.Keyword || l.Class == parse.Day:
			c.Kind = "keyword"
		case l.Class == parse.Unit || l.Kind == token.Number || l.Kind == token.Date || l.Kind == token.Time ||
			l.Kind == token.Month || l.Class == parse.TelKey:
			c.Kind = "number"
		case l.Class == parse.Type:
			c.Kind = "type"
		case l.Class == parse.Style || l.Class == parse.Tag:
			c.Kind = "enumMember"
		case l.Class.IsName():
			var known bool
			if c, known = what[l.Span.Start]; !known {
				c = Coloured{At: l.Span, Kind: "variable", Declared: l.Class == parse.Declared}
			}
		default:
			continue
		}
		if c.At.End > c.At.Start {
			list = append(list, c)
		}
	}
	return list
}
