package sqlfunc

import "strings"

// place follows where in a statement one is, for the parameters that are secret: they may be compared, and not handed
// back or written as they are.
type place struct {
	at   frame
	over []frame // those of the brackets around
	last string  // the word before, "" if something else stood between
}

// frame is the place within one pair of brackets.
type frame struct {
	clause   string // the word that began it: SELECT, WHERE…
	when     int    // how many WHEN wait for their THEN
	function bool   // an argument of a function
}

// clauses are the words after which other rules hold.
var clauses = map[string]bool{"SELECT": true, "FROM": true, "WHERE": true, "HAVING": true, "ON": true, "GROUP": true,
	"ORDER": true, "LIMIT": true, "SET": true, "VALUES": true, "RETURNING": true, "USING": true, "OFFSET": true}

// word takes the next word of a statement.
func (p *place) word(word string) {
	word = strings.ToUpper(word)
	switch {
	case clauses[word]:
		p.at.clause, p.at.when = word, 0
	case word == "WHEN":
		p.at.when++
	case word == "THEN" && p.at.when > 0:
		p.at.when--
	}
	p.last = word
}

// sign takes what is no word.
func (p *place) sign(c rune) {
	switch c {
	case ' ', '\t', '\n', '\r':
		return
	case '(':
		p.over = append(p.over, p.at)
		p.at.function = p.at.function || p.last != "" && !clauses[p.last] && !operators[p.last]
	case ')':
		if n := len(p.over); n > 0 {
			p.at, p.over = p.over[n-1], p.over[:n-1]
		}
	}
	p.last = ""
}

// operators are words that are followed by brackets and are no function.
var operators = map[string]bool{"IN": true, "AND": true, "OR": true, "NOT": true, "AS": true, "WHEN": true,
	"THEN": true, "ELSE": true, "BETWEEN": true, "LIKE": true, "IS": true, "EXISTS": true, "UNION": true,
	"ALL": true, "BY": true}

// compares tells whether what stands here decides something and is not handed back or written itself. What a function
// makes of it may be written: a password is kept as its hash.
func (p *place) compares() bool {
	switch p.at.clause {
	case "WHERE", "HAVING", "ON":
		return true
	case "SET", "VALUES":
		return p.at.when > 0 || p.at.function
	}
	return p.at.when > 0
}
