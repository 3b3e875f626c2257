package locale

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Rules are the named rule sets by which a language spells whole numbers, in the manner of Unicode's rule-based number
// formats (UTS #35, RBNF). A set is a list of rules `N: text`, of which the last whose N is not above the number is
// taken. Within the text
//
//	<set<   is the number divided by the rule's divisor, spelled by that set; << by the rule's own
//	>set>   is what remains of the division
//	=set=   is the number itself
//	[a|b]   is a where something remains, b where nothing does
//	#set    in place of a set spells the figures one by one, .3set figures behind a point: three of them, without the
//	        noughts at their end; 0 writes them as they are
//
// The divisor is the greatest power of ten that is not above N; N/D states another. A blank ends a word, which is what
// one recording holds; `_` is a blank within it, `\` takes a sign as it is. A comma that stands alone is a breath.
type Rules map[string]*set

type set struct {
	name  string
	rules []rule // by base, ascending
}

type rule struct {
	base, divisor uint64
	body          []piece
}

type pieceKind uint8

const (
	literal pieceKind = iota
	quotient
	remainder
	same
	option
)

// piece is one part of a rule's text.
type piece struct {
	kind          pieceKind
	text          string // of a literal
	set           string
	each          bool // the figures one by one
	places        int  // figures behind a point; 0: none
	figures       bool // as they are
	with, without []piece
}

// newRules reads the sets of a language.
func newRules(sources map[string]string) (Rules, error) {
	r := Rules{}
	for name, src := range sources {
		s := &set{name: name}
		for _, line := range strings.FieldsFunc(src, func(c rune) bool { return c == '\n' || c == ';' }) {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "//") {
				continue
			}
			one, err := newRule(line, name)
			if err != nil {
				return nil, fmt.Errorf("rules %s: %q: %w", name, line, err)
			}
			s.rules = append(s.rules, one)
		}
		slices.SortStableFunc(s.rules, func(a, b rule) int { return compare(a.base, b.base) })
		if len(s.rules) == 0 || s.rules[0].base > 1 {
			return nil, fmt.Errorf("rules %s: no rule begins at 0 or 1", name)
		}
		r[name] = s
	}
	for _, s := range r {
		for _, one := range s.rules {
			if err := r.known(one.body); err != nil {
				return nil, fmt.Errorf("rules %s: %w", s.name, err)
			}
		}
	}
	return r, nil
}

func compare(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// known tells whether all sets that a text names are there.
func (r Rules) known(body []piece) error {
	for _, p := range body {
		if p.set != "" && r[p.set] == nil {
			return fmt.Errorf("there are no rules %q", p.set)
		}
		if err := r.known(append(slices.Clone(p.with), p.without...)); err != nil {
			return err
		}
	}
	return nil
}

func newRule(line, own string) (rule, error) {
	head, text, ok := strings.Cut(line, ":")
	if !ok {
		return rule{}, fmt.Errorf("a rule is written N: text")
	}
	base, divisor, explicit := strings.Cut(strings.TrimSpace(head), "/")
	n, err := whole(base)
	if err != nil {
		return rule{}, err
	}
	one := rule{base: n, divisor: 1}
	for one.divisor <= n/10 {
		one.divisor *= 10
	}
	if explicit {
		if one.divisor, err = whole(divisor); err != nil {
			return rule{}, err
		}
	}
	p := &scanner{runes: []rune(strings.TrimSpace(text)), own: own}
	one.body, err = p.pieces("")
	if err == nil && one.divisor < 2 && p.divides {
		err = fmt.Errorf("nothing is divided below 10: write a divisor, as in %d/10", n)
	}
	return one, err
}

func whole(s string) (uint64, error) {
	n, err := strconv.ParseUint(strings.ReplaceAll(strings.TrimSpace(s), "_", ""), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no whole number", s)
	}
	return n, nil
}

// scanner reads the text of a rule.
type scanner struct {
	runes   []rune
	i       int
	own     string
	divides bool
}

// pieces reads up to one of some signs, which it leaves, or to the end.
func (p *scanner) pieces(until string) ([]piece, error) {
	var list []piece
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			list = append(list, piece{kind: literal, text: text.String()})
			text.Reset()
		}
	}
	for p.i < len(p.runes) {
		c := p.runes[p.i]
		if strings.ContainsRune(until, c) {
			break
		}
		p.i++
		switch c {
		case '\\':
			if p.i < len(p.runes) {
				text.WriteRune(p.runes[p.i])
				p.i++
			}
		case '<', '>', '=':
			flush()
			sub, err := p.substitution(c)
			if err != nil {
				return nil, err
			}
			list = append(list, sub)
		case '[':
			flush()
			o, err := p.option()
			if err != nil {
				return nil, err
			}
			list = append(list, o)
		case ']':
			return nil, fmt.Errorf("a ] without its [")
		case '_':
			text.WriteRune(joint)
		default:
			text.WriteRune(c)
		}
	}
	flush()
	return list, nil
}

func (p *scanner) option() (piece, error) {
	o := piece{kind: option}
	var err error
	p.divides = true
	if o.with, err = p.pieces("|]"); err != nil {
		return o, err
	}
	if p.i < len(p.runes) && p.runes[p.i] == '|' {
		p.i++
		if o.without, err = p.pieces("]"); err != nil {
			return o, err
		}
	}
	if p.i >= len(p.runes) {
		return o, fmt.Errorf("a [ without its ]")
	}
	p.i++
	return o, nil
}

// substitution reads what stands between two signs: the first has been read.
func (p *scanner) substitution(sign rune) (piece, error) {
	s := piece{kind: map[rune]pieceKind{'<': quotient, '>': remainder, '=': same}[sign]}
	p.divides = p.divides || sign != '='
	from := p.i
	for p.i < len(p.runes) && p.runes[p.i] != sign {
		p.i++
	}
	if p.i >= len(p.runes) {
		return s, fmt.Errorf("a %c without its other %c", sign, sign)
	}
	name := string(p.runes[from:p.i])
	p.i++
	if name == "0" {
		s.figures = true
		return s, nil
	}
	if rest, ok := strings.CutPrefix(name, "#"); ok {
		s.each, name = true, rest
	}
	if rest, ok := strings.CutPrefix(name, "."); ok {
		if rest == "" || rest[0] < '1' || rest[0] > '9' {
			return s, fmt.Errorf("%q: how many figures stand behind the point?", name)
		}
		s.places, name = int(rest[0]-'0'), rest[1:]
	}
	if name == "" {
		if sign == '=' {
			return s, fmt.Errorf("== names no rules")
		}
		name = p.own
	}
	s.set = name
	return s, nil
}

// deepest bounds how deep sets lead to each other. The longest number takes a tenth of it; only sets that lead in a
// circle come so far, which Check finds.
const deepest = 200

// Spell is a number in words, by the rules of a set. What the rules cannot say is written in figures.
func (r Rules) Spell(name string, n uint64) string {
	text, ok := r.spell(name, n, 0)
	if !ok {
		return strconv.FormatUint(n, 10)
	}
	return text
}

func (r Rules) spell(name string, n uint64, depth int) (string, bool) {
	s := r[name]
	if s == nil || depth > deepest {
		return "", false
	}
	i, found := slices.BinarySearchFunc(s.rules, n, func(one rule, n uint64) int { return compare(one.base, n) })
	if !found {
		i--
	}
	for found && i+1 < len(s.rules) && s.rules[i+1].base == n {
		i++
	}
	if i < 0 {
		return "", true // nothing is said of nought
	}
	one := &s.rules[i]
	var b strings.Builder
	ok := r.write(&b, one.body, one, n, depth+1)
	return b.String(), ok
}

func (r Rules) write(b *strings.Builder, body []piece, one *rule, n uint64, depth int) bool {
	for _, p := range body {
		value := n
		switch p.kind {
		case literal:
			b.WriteString(p.text)
			continue
		case option:
			branch := p.with
			if n%one.divisor == 0 {
				branch = p.without
			}
			if !r.write(b, branch, one, n, depth) {
				return false
			}
			continue
		case quotient:
			value = n / one.divisor
		case remainder:
			value = n % one.divisor
		}
		if !r.substitute(b, p, value, depth) {
			return false
		}
	}
	return true
}

func (r Rules) substitute(b *strings.Builder, p piece, n uint64, depth int) bool {
	figures := strconv.FormatUint(n, 10)
	switch {
	case p.figures:
		b.WriteString(figures)
		return true
	case p.places > 0:
		if n >= uint64(math.Pow10(p.places)) {
			return false
		}
		figures = strings.TrimRight(strings.Repeat("0", p.places-len(figures))+figures, "0")
	case !p.each:
		text, ok := r.spell(p.set, n, depth)
		b.WriteString(text)
		return ok
	}
	for i, f := range figures {
		if i > 0 {
			b.WriteByte(' ')
		}
		text, ok := r.spell(p.set, uint64(f-'0'), depth)
		if !ok {
			return false
		}
		b.WriteString(text)
	}
	return true
}

// joint is a blank within a word, once the data has been read.
const joint = '\u00a0'

// Words are the words of a spelling: what blanks part, with the blanks within them.
func Words(text string) []string {
	list := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' })
	for i, w := range list {
		list[i] = Plain(w)
	}
	return list
}

// Plain is a word as it is said.
func Plain(word string) string { return strings.ReplaceAll(word, string(joint), " ") }

// Joined makes one spelling of words, which Words takes apart again.
func Joined(words []string) string {
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = strings.ReplaceAll(w, " ", string(joint))
	}
	return strings.Join(parts, " ")
}
