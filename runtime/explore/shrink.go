package explore

import "strings"

// Shrink takes lines and whole blocks out of a program as long as the same promise is broken, and returns what is left.
func (x *Explorer) Shrink(v Verdict, seed uint64, calls int) Verdict {
	if len(v.Found) == 0 {
		return v
	}
	for again := true; again; {
		again = false
		for i := 0; i < strings.Count(v.Source, "\n")+1; i++ {
			lines := strings.Split(v.Source, "\n")
			for _, to := range []int{end(lines, i), i} { // the block that begins here, else the line
				smaller := strings.Join(append(append([]string{}, lines[:i]...), lines[min(to+1, len(lines)):]...),
					"\n")
				u := x.Program(smaller, seed, calls)
				if len(u.Found) > 0 && u.Found[0].Kind == v.Found[0].Kind {
					v, again = u, true
					i--
					break
				}
			}
		}
	}
	return v
}

// end is the line in which the block that line i opens is closed; i itself if it opens none.
func end(lines []string, i int) int {
	deep := 0
	for j := i; j < len(lines); j++ {
		deep += strings.Count(lines[j], "{") - strings.Count(lines[j], "}")
		if deep <= 0 {
			return j
		}
	}
	return i
}
