package check

import (
	"slices"
	"strings"
	"unicode"

	"rexian/compiler/ident"
	"rexian/lang/ast"
	"rexian/lang/diag"
)

// wordless tells whether a text holds nothing to be read: no letter, no figure, no hole.
func wordless(s *ast.StringLit) bool {
	if s == nil {
		return false
	}
	for i := range s.Parts {
		if s.Parts[i].Hole != nil || strings.ContainsFunc(s.Parts[i].Text, func(r rune) bool {
			return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsSymbol(r)
		}) {
			return false
		}
	}
	return true
}

// worth reports a text in which nothing is written.
func (c *checker) worth(s *ast.StringLit) {
	if wordless(s) {
		c.report("RX4107", s.Span())
	}
}

// fixed checks a text that is fixed and says something: the name of a skill, a milestone, the label of an option.
func (c *checker) fixed(s *ast.StringLit) {
	c.holesForbidden(s)
	c.worth(s)
}

// address checks an address for mail that stands in quotes.
func (c *checker) address(s *ast.StringLit) {
	if text, whole := s.Plain(); whole {
		if fault := ident.Mail(text); fault != ident.OK {
			c.report("RX2106", s.Span(), text, diag.Text{Zh: "邮箱地址", En: "mail address"}, faultText[fault])
		}
	}
}

// ticketClass reports a class of ticket, in quotes, that the program does not declare although it declares others.
func (c *checker) ticketClass(e ast.Expr) {
	switch e := e.(type) {
	case *ast.Paren:
		c.ticketClass(e.X)
	case *ast.Cond:
		c.ticketClass(e.Then)
		c.ticketClass(e.Else)
	case *ast.StringLit:
		text, whole := e.Plain()
		known, said := c.ticketNames()
		if !whole || known == nil || known.Has(text) {
			return
		}
		c.fixText(c.report("RX2153", e.Span(), text, said), e, diag.Nearest(text, known))
	}
}

// wordAt chooses between the two spellings of a word by what stands before a place of the file.
func (c *checker) wordAt(at int, zh, en string) string {
	before := []rune(c.src[max(0, min(at, len(c.src))-200):min(at, len(c.src))])
	for _, r := range slices.Backward(before) {
		switch {
		case unicode.Is(unicode.Han, r):
			return zh
		case 'a' <= r|0x20 && r|0x20 <= 'z':
			return en
		}
	}
	return zh
}
