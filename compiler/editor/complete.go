package editor

import (
	"slices"
	"strings"

	"rexian/compiler/check"
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/lang/token"
	"rexian/lang/words"
	"rexian/locale"
)

// Item is one thing that may stand at a place.
type Item struct {
	Label  string
	Kind   string // keyword, unit, day, type, style, tag, field, function, or what a symbol is: flow, prompt, local…
	Detail string
	Doc    string
	Insert string // what to write; Label if empty
	Rank   int    // lower first
}

// Complete lists what may stand at an offset of a file, and the word there that it replaces.
func (p *Program) Complete(path string, offset int) (list []Item, replaces diag.Span) {
	src := p.Source(path)
	e := parse.Expect(path, src, offset)
	author := p.Author(path)
	if offset < e.Word.End {
		e.Word.End = max(offset, e.Word.Start)
	}
	for i, id := range e.Keywords {
		if k := words.ByID(words.Reserved, id); k != nil {
			list = append(list, Item{Label: keyword(id, author), Kind: "keyword", Detail: keyword(id, other(author)),
				Doc: Words(id).In(p.Tongue), Rank: 200 + i})
		}
	}
	if e.Units {
		list = append(list, vocabulary(words.Unit, "unit", author)...)
	}
	if e.Days {
		list = append(list, vocabulary(words.Day, "day", author)...)
	}
	for _, role := range e.Names {
		switch role {
		case parse.Name:
			list = append(list, p.values(path, e.Word.Start, author)...)
		case parse.Field:
			list = append(list, p.fields(path, e.Word.Start, author)...)
		case parse.Type:
			list = append(list, p.typeNames(author)...)
			if p.before(path, e.Word.Start) == "ask" { // one of its rows
				for _, t := range p.Checked.Tables {
					list = append(list, p.item(t.Symbol, 3))
				}
			}
		case parse.Style:
			for _, w := range library.Styles {
				list = append(list, Item{Label: w.In(author), Kind: "style", Detail: w.In(other(author)), Rank: 10})
			}
		case parse.Language:
			list = append(list, tongues(author)...)
		case parse.ArgName:
			list = append(list, p.arguments(path, e.Word.Start, author)...)
		}
	}
	if slices.Contains(e.Names, parse.Name) && !slices.Contains(e.Names, parse.ArgName) {
		list = append(list, p.arguments(path, e.Word.Start, author)...)
	}
	return unique(list), e.Word
}

// tongues are the languages that are no keywords, by what a flow in the author's tongue calls them.
func tongues(author diag.Tongue) (list []Item) {
	for _, tag := range locale.Tags() {
		l, _ := locale.Lookup(tag)
		if words.Lookup(l.Tag) != nil {
			continue
		}
		label, detail := l.Tag, l.Name("zh")
		if author == diag.Zh {
			label, detail = detail, label
		}
		list = append(list, Item{Label: label, Kind: words.Language, Detail: detail, Rank: 20})
	}
	return list
}

func unique(list []Item) []Item {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(i Item) bool {
		dup := seen[i.Label+"\n"+i.Kind]
		seen[i.Label+"\n"+i.Kind] = true
		return dup || i.Label == ""
	})
}

// keyword is how a keyword is written in a tongue.
func keyword(id string, tongue diag.Tongue) string {
	if id == parse.Else {
		id = "otherwise"
	}
	k := words.ByID(words.Reserved, id)
	switch {
	case k == nil:
		return id
	case tongue == diag.En:
		return k.English[0]
	}
	return k.Chinese[0]
}

func vocabulary(class words.Class, kind string, author diag.Tongue) (list []Item) {
	for _, k := range words.All() {
		if k.Class != class {
			continue
		}
		label, detail := k.English[0], k.Chinese[0]
		if author == diag.Zh {
			label, detail = detail, label
		}
		list = append(list, Item{Label: label, Kind: kind, Detail: detail, Rank: 10})
	}
	return list
}

// before is the keyword in front of an offset, and whether only names and commas stand between.
func (p *Program) before(path string, offset int) string {
	list := p.tokens(path)
	for i := len(list) - 1; i >= 0; i-- {
		l := &list[i]
		switch {
		case l.Span.Start >= offset || l.Kind == token.Comma:
		case l.Class == parse.Keyword:
			return l.ID
		case l.Kind == token.Word && l.Word != nil && len(l.Word.Senses) > 0 && l.Class == parse.Plain:
			return l.Word.Senses[0].Keyword.ID // of a part that could not be read
		case l.Span.End == offset && l.Kind == token.Word:
		default:
			return ""
		}
	}
	return ""
}

// wanted are the kinds of thing that usually follow a keyword.
var wanted = map[string][]check.SymbolKind{"goto": {check.Flow}, "do": {check.Flow, check.Function},
	"enters": {check.Flow}, "with": {check.Flow}, "enqueue": {check.Queue}, "move to": {check.Queue},
	"like": {check.Queue}, "callback": {check.Queue}, "say": {check.Prompt}, "must hear": {check.Prompt},
	"playing": {check.Prompt}, "voicemail": {check.Mailbox}, "calendar": {check.Calendar}, "run survey": {check.Flow},
	"hours.campaign": {check.Hours}, "in": {check.NamesList}, "not in": {check.NamesList}, "reply": {check.Template},
	"dial": {check.Campaign}}

// values are the names that may stand where a name or a value is wanted.
func (p *Program) values(path string, offset int, author diag.Tongue) (list []Item) {
	first := p.before(path, offset)
	rank := func(k check.SymbolKind, otherwise int) int {
		if slices.Contains(wanted[first], k) {
			return 1
		}
		return otherwise
	}
	for _, s := range p.locals(path, offset) {
		list = append(list, p.item(s, rank(s.Kind, 20)))
	}
	for _, s := range p.Checked.Symbols() {
		list = append(list, p.item(s, rank(s.Kind, 40)))
	}
	for _, id := range p.tags(first) {
		t := library.TagName(id)
		list = append(list, Item{Label: t.In(author), Kind: "tag", Detail: t.In(other(author)), Rank: 5})
	}
	heads := map[string]bool{}
	for _, f := range p.Library.All() {
		name := f.Path[0].In(author)
		if len(f.Path) == 1 {
			i := Item{Label: name, Kind: "function", Detail: f.Signature().In(p.Tongue), Doc: f.Doc.In(p.Tongue),
				Rank: rank(check.Function, 60)}
			if f.Class == library.Builtin {
				i.Insert = name + "("
			}
			list = append(list, i)
		} else if !heads[name] {
			heads[name] = true
			list = append(list, Item{Label: name, Kind: "module", Detail: f.Path[0].In(other(author)),
				Doc: p.members(f.Path[0].ID), Rank: rank(check.Function, 60)})
		}
	}
	return list
}

// members lists what a first word of the library has.
func (p *Program) members(head string) string {
	var list []string
	for _, f := range p.Library.All() {
		if len(f.Path) == 2 && f.Path[0].ID == head {
			list = append(list, "- "+f.Signature().In(p.Tongue))
		}
	}
	return strings.Join(list, "\n")
}

// tags are the outcomes that may follow a keyword.
func (p *Program) tags(keyword string) []string {
	switch keyword {
	case "on":
		var list []string
		for _, set := range [][]string{library.Misses, {"error", "unavailable", "not_found", "several", "not_allowed",
			"wrong_pin", "locked", "mismatch", "limit_reached", "already_filed", "too_late", "not_eligible"},
			library.HoursStates, library.QueueOutcomes, library.CallOutcomes, library.ClosedReasons} {
			list = append(list, set...)
		}
		return list
	case "order":
		return library.Orders
	case "retry":
		return library.CallOutcomes
	}
	return nil
}

func (p *Program) item(s *check.Symbol, rank int) Item {
	detail := check.KindText(s.Kind).In(p.Tongue)
	if s.Type != nil && !s.Type.IsBad() && !s.Type.IsNamed() && s.Kind != check.Flow {
		detail += " · " + s.Type.Describe().In(p.Tongue)
	}
	return Item{Label: s.Name, Kind: kindName(s.Kind), Detail: detail, Doc: p.about(check.Occurrence{Symbol: s}),
		Rank: rank}
}

// locals are the parameters and values in scope at an offset: declared before it in a block that holds it.
func (p *Program) locals(path string, offset int) (list []*check.Symbol) {
	tree := p.Tree(path)
	if tree == nil {
		return nil
	}
	var decl ast.Decl
	for _, d := range tree.Decls {
		if s := d.Span(); s.Start <= offset {
			decl = d
		}
	}
	if decl == nil {
		return nil
	}
	var holds []diag.Span // blocks and arms of the declaration
	ast.Walk(decl, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.Block, *ast.Arm, *ast.ForEach:
			holds = append(holds, n.Span())
		}
		return true
	})
	for _, o := range p.Checked.Occurrences(path) {
		if !o.Decl || o.Symbol == nil || o.Symbol.Kind != check.Local && o.Symbol.Kind != check.Param ||
			o.At.Start >= offset || o.At.Start < decl.Span().Start {
			continue
		}
		in := decl.Span()
		for _, h := range holds {
			if h.Start <= o.At.Start && o.At.End <= h.End && h.End-h.Start <= in.End-in.Start {
				in = h
			}
		}
		if offset <= in.End || in.End >= decl.Span().End-1 {
			list = append(list, o.Symbol)
		}
	}
	return list
}

// fields are what may stand behind the dot before an offset: fields of a record, the second words of the library.
func (p *Program) fields(path string, offset int, author diag.Tongue) (list []Item) {
	chain := p.chain(path, offset)
	if len(chain) == 0 {
		return nil
	}
	t, head := p.typeOfChain(path, offset, chain)
	if head {
		w, _ := p.Library.Head(chain[0])
		for _, f := range p.Library.All() {
			if len(f.Path) != 2 || f.Path[0].ID != w.ID {
				continue
			}
			i := Item{Label: f.Path[1].In(author), Kind: "function", Detail: f.Signature().In(p.Tongue),
				Doc: f.Doc.In(p.Tongue), Rank: 1}
			if f.Class != library.Value {
				i.Insert = i.Label + "("
			}
			list = append(list, i)
		}
		return list
	}
	if t != nil && t.Kind == types.ListOf {
		t = t.Elem
	}
	if t == nil || t.Kind != types.RecordOf || t.Record == nil {
		return nil
	}
	for _, f := range t.Record.Fields {
		list = append(list, Item{Label: f.Name.In(author), Kind: "field", Detail: f.Type.Describe().In(p.Tongue),
			Rank: 1})
	}
	return list
}

// chain are the words before the dot that ends at an offset, 户.地址. gives 户 and 地址; brackets are passed over, and
// the word before them stands with "()" or "[]".
func (p *Program) chain(path string, offset int) (words []string) {
	tokens := flat(p.tokens(path), offset)
	i := len(tokens) - 1
	for i >= 0 && tokens[i].Span.End > offset {
		i--
	}
	for i >= 0 && tokens[i].Kind == token.Dot {
		i--
		suffix := ""
		for i >= 0 && (tokens[i].Kind == token.RParen || tokens[i].Kind == token.RBracket) {
			if suffix = "()"; tokens[i].Kind == token.RBracket {
				suffix = "[]"
			}
			depth := 0
			for ; i >= 0; i-- {
				switch tokens[i].Kind {
				case token.RParen, token.RBracket:
					depth++
				case token.LParen, token.LBracket:
					depth--
				}
				if depth == 0 {
					break
				}
			}
			i--
		}
		if i < 0 || tokens[i].Kind != token.Word {
			return nil
		}
		words = append([]string{tokens[i].Text + suffix}, words...)
		i--
	}
	return words
}

// flat are the tokens around an offset: those of the hole that it is in, else those of the file.
func flat(list []parse.Lexeme, offset int) []parse.Lexeme {
	for i := range list {
		for _, h := range list[i].Holes {
			if h.Span.Start < offset && offset <= h.Span.End {
				return flat(h.Lexemes, offset)
			}
		}
	}
	return list
}

// typeOfChain is the type of what a chain of words stands for; head says that it is a first word of the library.
func (p *Program) typeOfChain(path string, offset int, chain []string) (t *types.Type, head bool) {
	name := strings.TrimRight(chain[0], "()[]")
	rest := chain[1:]
	s := p.Checked.Find(name)
	for _, l := range p.locals(path, offset) {
		if l.Name == name {
			s = l
		}
	}
	switch {
	case s != nil && s.Kind == check.Table:
		t = types.OfRecord(p.Checked.Tables[s.Index].Row)
	case s != nil:
		t = s.Type
	default:
		f := p.Library.Find(name, "")
		if f == nil && len(rest) > 0 {
			f, rest = p.Library.Find(name, strings.TrimRight(rest[0], "()[]")), rest[1:]
		}
		if f == nil {
			_, head = p.Library.Head(name)
			return nil, head && len(chain) == 1
		}
		t = f.Result
	}
	for _, w := range rest {
		if t != nil && t.Kind == types.ListOf {
			t = t.Elem
		}
		if t == nil || t.Kind != types.RecordOf || t.Record == nil {
			return nil, false
		}
		f := t.Record.Field(strings.TrimRight(w, "()[]"))
		if f == nil {
			return nil, false
		}
		t = f.Type
	}
	return t, false
}

func (p *Program) typeNames(author diag.Tongue) (list []Item) {
	for _, word := range types.Words() {
		zh := word != "" && word[0] >= 0x80
		if zh == (author == diag.Zh) {
			list = append(list, Item{Label: word, Kind: "type", Rank: 1})
		}
	}
	for _, r := range p.Library.Records() {
		list = append(list, Item{Label: r.Name.In(author), Kind: "type", Detail: r.Name.In(other(author)), Rank: 2})
	}
	return list
}

// arguments are the names of the parameters of the call that an offset is in.
func (p *Program) arguments(path string, offset int, author diag.Tongue) (list []Item) {
	s, _ := p.Signature(path, offset)
	if s == nil {
		return nil
	}
	for _, a := range s.Params {
		list = append(list, Item{Label: a.Name.In(author), Kind: "argument", Detail: a.Type.In(p.Tongue),
			Insert: a.Name.In(author) + ": ", Rank: 15})
	}
	return list
}
