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

// Many counts things in English: 1 key, 2 keys.
func Many[N int | int64](n N, thing string) string {
	s := strconv.FormatInt(int64(n), 10) + " " + thing
	if n != 1 {
		s += "s"
	}
	return s
}

// Figure is a number whose thousands stand apart where it is written, and by which Fill chooses between one and many.
type Figure int

// String is the number with its thousands apart.
func (f Figure) String() string { return Grouped(int(f)) }
