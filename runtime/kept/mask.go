package kept

import (
	"crypto/hmac"
	"crypto/sha256"
	"math/rand/v2"
	"strings"
	"unicode"
	"unicode/utf8"

	"rexian/compiler/bundle"
	"rexian/compiler/ident"
	"rexian/compiler/library"
	"rexian/compiler/types"
)

// shortest is how many digits a text of digits has that may say who somebody is; shorter ones are keys and counts.
const shortest = 5

// stems stand for Chinese letters, so that a reader sees that no name is one.
var stems = []rune("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥")

// masker writes texts that came from outside, in one call, as tokens of the same form: letter for letter of the same
// kind, the same for the same text, another for another. A flow that compares them with each other, asks for their
// length, or looks for words of its own in them is answered as before. The key is made for the call and kept nowhere:
// nobody can tell a text from its token, nor whether two calls are of the same person.
type masker struct {
	words  *words
	secret []byte // of the keeper
	call   string // what tells the call from others
	key    []byte // of the call, once it is needed
}

// token is the text as it is kept.
func (m *masker) token(s string) string {
	if m.words.whole[s] || digits(s) && len(s) < shortest {
		return s
	}
	if _, _, fault := ident.Phone(s); fault == ident.OK {
		return Mask(s)
	}
	if m.key == nil {
		mac := hmac.New(sha256.New, m.secret)
		mac.Write([]byte(m.call))
		m.key = mac.Sum(nil)
	}
	mac := hmac.New(sha256.New, m.key)
	mac.Write([]byte(s))
	rng := rand.New(rand.NewChaCha8([sha256.Size]byte(mac.Sum(nil))))
	var b strings.Builder
	b.Grow(len(s))
	for i, keep := 0, region(s); i < len(s); {
		keep = max(keep, i+m.words.at(s[i:]))
		r, n := utf8.DecodeRuneInString(s[i:])
		if i < keep {
			b.WriteString(s[i : i+n])
		} else {
			b.WriteRune(stand(r, rng))
		}
		i += n
	}
	return b.String()
}

// region is how many letters of a taxpayer's or a resident's number say where they are, 0 of another text.
func region(s string) int {
	if _, _, fault := ident.TaxpayerID(s); fault == ident.OK {
		return 6
	}
	return 0
}

// stand is a letter of the same kind.
func stand(r rune, rng *rand.Rand) rune {
	switch {
	case r == utf8.RuneError:
		return '?'
	case r >= '0' && r <= '9':
		return '0' + rune(rng.IntN(10))
	case unicode.IsDigit(r):
		return '0'
	case r >= 'A' && r <= 'Z':
		return 'A' + rune(rng.IntN(26))
	case unicode.Is(unicode.Han, r):
		return stems[rng.IntN(len(stems))]
	case unicode.IsUpper(r):
		return 'X'
	case unicode.IsLetter(r):
		return 'a' + rune(rng.IntN(26))
	}
	return r
}

func digits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// part is the type of the i-th part of a value of a type, nil where it is not known.
func part(t *types.Type, i int) *types.Type {
	switch {
	case t == nil || t == word:
		return t
	case t.Kind == types.ListOf:
		return t.Elem
	case t.Kind != types.RecordOf || i >= len(t.Record.Fields):
		return nil
	}
	if f := t.Record.Fields[i]; f.Type.Kind != types.Text || !impersonal[f.ID] {
		return f.Type
	}
	return word
}

// word is the type of texts that say nothing of anybody, and of values that hold only such.
var word = types.Of(types.Tag)

// spoken are the kinds of texts that are words of the language, or names that the program declares.
var spoken = map[types.Kind]bool{types.Tag: true, types.Language: true, types.Queue: true, types.Flow: true,
	types.Prompt: true, types.Hours: true, types.Switch: true, types.Names: true, types.Mailbox: true}

// impersonal are the fields of the library's records whose texts say nothing of anybody, and by which flows decide:
// the states of things. Of what a lookup of another make answers nothing is known, so all of its texts are tokens.
var impersonal = map[string]bool{"class": true, "office": true, "tax": true, "result": true, "status": true,
	"step": true, "title": true, "summary": true, "question": true}

// answers is the type of what a lookup answers, nil where it is not known.
func answers(function string) *types.Type {
	if f := library.Default().ByID(function); f != nil {
		return f.Result
	}
	return nil
}

// words are the texts of a program: what its own author wrote is nobody's secret, and what it compares with must stay.
type words struct {
	whole  map[string]bool
	within map[[2]rune][]string // by their first two letters: those that may stand within others
}

func wordsOf(p *bundle.Program) *words {
	w := &words{whole: map[string]bool{}, within: map[[2]rune][]string{}}
	add := func(s string) {
		if s == "" || w.whole[s] {
			return
		}
		w.whole[s] = true
		if r := []rune(s); len(r) > 1 && !digits(s) {
			at := [2]rune{r[0], r[1]}
			w.within[at] = append(w.within[at], s)
		}
	}
	for i := range p.Funcs {
		for _, c := range p.Funcs[i].Consts {
			add(c.S)
		}
	}
	for i := range p.Tables {
		for _, row := range p.Tables[i].Rows {
			for _, c := range row {
				add(c.S)
			}
		}
	}
	for i := range p.Settings {
		add(p.Settings[i].Value.S)
	}
	for i := range p.Queues {
		add(p.Queues[i].Name)
	}
	for i := range p.Messages {
		add(p.Messages[i].Text)
	}
	return w
}

// at is how long the longest of them is with which a text begins, in bytes; 0 where none is.
func (w *words) at(s string) (n int) {
	a, size := utf8.DecodeRuneInString(s)
	b, _ := utf8.DecodeRuneInString(s[size:])
	for _, x := range w.within[[2]rune{a, b}] {
		if len(x) > n && strings.HasPrefix(s, x) {
			n = len(x)
		}
	}
	return n
}
