package talent

import (
	"rexian/media/prompt"
)

// Stale is a recording of words that are said no more.
type Stale struct {
	Key, Text string
	Now       *Line // the line that its words most likely became; nil: none is like it
}

// Compare tells which lines a catalogue of recordings lacks, in the order of the script, and which recordings are
// stale. A changed sentence is both: its old words are stale, and the new ones are missing.
func Compare(lines []Line, c *prompt.Catalogue) (missing []Line, stale []Stale) {
	wanted := map[string]bool{}
	for _, l := range lines {
		wanted[l.Key] = true
		if !c.Has(l.Text) {
			missing = append(missing, l)
		}
	}
	for _, text := range c.Texts() {
		if key := KeyOf(c.Lang, text); !wanted[key] {
			stale = append(stale, Stale{Key: key, Text: text, Now: likest(text, missing)})
		}
	}
	return missing, stale
}

// likely is how much of two texts is alike at least for one to have become the other.
const likely = 0.5

// likest is the line that is most like a text.
func likest(text string, lines []Line) *Line {
	best, at := likely, -1
	old := pairs(text)
	for i := range lines {
		if a := alike(old, pairs(lines[i].Text)); a > best {
			best, at = a, i
		}
	}
	if at < 0 {
		return nil
	}
	return &lines[at]
}

// alike is the share of the pairs of characters that two texts have in common, from 0 to 1 (Sørensen and Dice).
func alike(a, b map[[2]rune]int) float64 {
	common, total := 0, 0
	for p, n := range a {
		common += min(n, b[p])
		total += n
	}
	for _, n := range b {
		total += n
	}
	if total == 0 {
		return 0
	}
	return 2 * float64(common) / float64(total)
}

// pairs counts the pairs of neighbouring characters of a text as it is spoken.
func pairs(text string) map[[2]rune]int {
	m := map[[2]rune]int{}
	last := rune(0)
	for _, r := range prompt.Key(text) {
		if r == ' ' {
			continue
		}
		m[[2]rune{last, r}]++
		last = r
	}
	return m
}
