package diag

import "strconv"

// Grouped writes a count with commas: 4,310.
func Grouped(n int) string {
	s := strconv.Itoa(n)
	least := 0
	if n < 0 {
		least = 1
	}
	for i := len(s) - 3; i > least; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
