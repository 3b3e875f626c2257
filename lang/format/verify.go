package format

import (
	"fmt"
	"strconv"
	"strings"

	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/lang/token"
)

// meaning says what a lexeme stands for, apart from its spelling; text is that of a name.
func meaning(l *parse.Lexeme, text string) string {
	switch {
	case l.Class == parse.Through, l.Class == parse.TelKey, l.Class == parse.Language:
		return l.ID
	case l.Class.IsName():
		return "name " + strconv.Itoa(int(l.Class)) + " " + text
	case l.Class == parse.Sign:
		return strconv.Itoa(int(parse.Keyword)) + " " + l.ID
	case l.Class == parse.Keyword, l.Class == parse.Unit, l.Class == parse.Day:
		return strconv.Itoa(int(l.Class)) + " " + l.ID
	}
	switch l.Kind {
	case token.Number, token.Date, token.Month, token.Time:
		return strconv.Itoa(int(l.Kind)) + " " + strconv.FormatInt(l.N, 10)
	case token.Comment:
		return "comment " + strings.TrimRight(l.Text, " \t\u3000")
	}
	if s := l.Kind.Symbol(); s != "" {
		return s
	}
	return l.Text
}

// verify reads the output and compares it with what was to be written. It returns the output's pieces.
func verify(path string, pieces []*piece, out []byte) ([]*piece, error) {
	lexemes, found := parse.Tokens(path, out)
	for _, d := range found {
		if d.Severity == diag.Error {
			return nil, fmt.Errorf("%w: %s", ErrUnsafe, d.Sentence(diag.En))
		}
	}
	again := speller{src: out, lexemes: lexemes}
	got := again.spell()
	i := 0
	for _, want := range pieces {
		if want.lex.Class == parse.Measure {
			continue
		}
		for i < len(got) && got[i].lex.Class == parse.Measure {
			i++
		}
		if i >= len(got) {
			return nil, fmt.Errorf("%w: %s is lost", ErrUnsafe, want.text)
		}
		if got[i].means != want.means {
			return nil, fmt.Errorf("%w: %s reads as %s", ErrUnsafe, want.text, got[i].text)
		}
		i++
	}
	for i < len(got) && got[i].lex.Class == parse.Measure {
		i++
	}
	if i < len(got) {
		return nil, fmt.Errorf("%w: %s is new", ErrUnsafe, got[i].text)
	}
	return got, nil
}
