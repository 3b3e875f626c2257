package editor

import (
	"rexian/compiler/check"
	"rexian/lang/diag"
	"rexian/lang/token"
)

// Signature is what a call takes.
type Signature struct {
	Text   string // of all, in the reader's tongue
	Doc    string
	Params []Argument
}

// Argument is one parameter of a call.
type Argument struct {
	Name, Type diag.Text
}

// Signature tells what the call takes whose brackets an offset is in, and at which of its arguments; nil if it is in
// none.
func (p *Program) Signature(path string, offset int) (*Signature, int) {
	tokens := flat(p.tokens(path), offset)
	depth, commas := 0, 0
	for i := len(tokens) - 1; i >= 0; i-- {
		l := &tokens[i]
		if l.Span.End > offset {
			continue
		}
		switch l.Kind {
		case token.RParen, token.RBracket, token.RBrace:
			depth++
		case token.LBracket, token.LBrace:
			if depth--; depth < 0 {
				return nil, 0
			}
		case token.Comma:
			if depth == 0 {
				commas++
			}
		case token.LParen:
			if depth--; depth >= 0 {
				continue
			}
			if i == 0 || tokens[i-1].Kind != token.Word {
				return nil, 0
			}
			first, second := tokens[i-1].Text, ""
			if i > 2 && tokens[i-2].Kind == token.Dot {
				first, second = tokens[i-3].Text, tokens[i-1].Text
			}
			return p.signature(first, second), commas
		}
	}
	return nil, 0
}

func (p *Program) signature(first, second string) *Signature {
	if s := p.Checked.Find(first); s != nil && second == "" {
		var params []*check.Symbol
		switch {
		case s.Kind == check.Flow && p.Checked.FlowNamed(first) != nil:
			params = p.Checked.FlowNamed(first).Params
		case s.Kind == check.Template && s.Index < len(p.Checked.Templates):
			params = p.Checked.Templates[s.Index].Params
		default:
			return nil
		}
		sig := &Signature{Text: p.heading(s), Doc: p.comment(s)}
		for _, x := range params {
			sig.Params = append(sig.Params, Argument{diag.Text{Zh: x.Name, En: x.Name}, x.Type.Describe()})
		}
		return sig
	}
	f := p.Library.Find(first, second)
	if f == nil {
		return nil
	}
	sig := &Signature{Text: f.Signature().In(p.Tongue), Doc: f.Doc.In(p.Tongue)}
	for _, x := range f.Params {
		a := Argument{Name: x.Text}
		if x.Type != nil {
			a.Type = x.Type.Describe()
		}
		sig.Params = append(sig.Params, a)
	}
	return sig
}
