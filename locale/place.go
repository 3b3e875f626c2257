package locale

import "strings"

// placed is one place of a phrase, such as {month} or {day:ordinal}: the value's name, and the rules that the place
// names itself, if any.
type placed struct{ name, rules string }

// nextPlace finds the first place of a phrase: what is before and after it. Braces around anything else are words.
func nextPlace(phrase string) (before string, p placed, after string, ok bool) {
	for from := 0; ; {
		open := strings.IndexByte(phrase[from:], '{')
		if open < 0 {
			return phrase, placed{}, "", false
		}
		open += from
		from = open + 1
		end := strings.IndexByte(phrase[from:], '}')
		if end < 0 {
			return phrase, placed{}, "", false
		}
		name, rules, ruled := strings.Cut(phrase[from:from+end], ":")
		if of(name, letters) && (!ruled || of(rules, letters+"0123456789_-")) {
			return phrase[:open], placed{name, rules}, phrase[from+end+1:], true
		}
	}
}

const letters = "abcdefghijklmnopqrstuvwxyz"

// of says that a word is there and has none but these characters.
func of(word, characters string) bool { return word != "" && strings.Trim(word, characters) == "" }

// Value fills one place of a phrase: N by the rules that the place names, else by Rule, with Text before it.
type Value struct {
	Text string
	N    uint64
	Rule string // "": Text alone
}

// Fill puts values into a phrase. A place that has no value becomes empty.
func (l *Language) Fill(phrase string, values map[string]Value) string {
	var b strings.Builder
	for {
		before, p, after, ok := nextPlace(phrase)
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		v := values[p.name]
		if p.rules != "" {
			b.WriteString(l.Rules.Spell(p.rules, v.N))
		} else {
			b.WriteString(v.Text)
			if v.Rule != "" {
				b.WriteString(l.Rules.Spell(v.Rule, v.N))
			}
		}
		phrase = after
	}
}
