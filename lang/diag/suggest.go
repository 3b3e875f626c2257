package diag

// Suggest finds the candidate that the writer of a word most likely meant, "" if none is near or two are equally near.
// Whoever asks more than once for the same candidates keeps them as Names.
func Suggest(word string, candidates []string) string { return Nearest(word, NamesOf(candidates)) }

// Nearest finds the name of some sets that the writer of a word most likely meant, "" if none is near or two are
// equally near. Distance counts inserted, dropped, replaced and swapped characters, not bytes: a Chinese word of two
// characters may differ in one, if they share the other; a longer word in a third of its characters.
func Nearest(word string, sets ...*Names) string {
	var all guess
	for _, n := range sets {
		all.join(n.nearest(word))
	}
	if all.tied {
		return ""
	}
	return all.name
}

// guess is the name that is nearest to a word, and how far it is; the zero guess is none.
type guess struct {
	name     string
	distance int
	tied     bool // another is as near
}

// join takes a guess of another set if it is nearer.
func (g *guess) join(o guess) {
	switch {
	case o.name == "":
	case g.name == "" || o.distance < g.distance:
		*g = o
	case o.distance == g.distance && (o.tied || o.name != g.name):
		g.tied = true
	}
}

// limit is how far two words of so many characters may be from each other.
func limit(a, b int) int { return max(1, min(a, b)/3) }

// distance is the optimal string alignment distance of two words, or more than most if it is more than that. The rows
// are room of at least three times the length of b and three.
func distance(a, b []rune, most int, rows []int) int {
	w := len(b) + 1
	before, last, row := rows[:w], rows[w:2*w], rows[2*w:3*w]
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		least := row[0]
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			d := min(row[j]+1, last[j+1]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				d = min(d, before[j-1]+1)
			}
			row[j+1] = d
			least = min(least, d)
		}
		if least > most+1 {
			return least // a swap may go back two rows, and adds one
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
