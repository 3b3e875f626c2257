package diag

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Fill is fmt.Sprintf for sentences that count: “%d [file|files], nothing wrong”. Of two forms in brackets the first
// stands where the last number before them is 1, the second otherwise. Brackets without a number before them, or
// without two forms, stand as they are.
func Fill(format string, args ...any) string {
	if !strings.Contains(format, "|") {
		return fmt.Sprintf(format, args...)
	}
	var b strings.Builder
	var n count
	next := 0
	for i := 0; i < len(format); {
		switch format[i] {
		case '%':
			end, arg := verb(format, i, next)
			if arg >= 0 {
				next = arg + 1
				if arg < len(args) {
					n.of(args[arg])
				}
			}
			b.WriteString(format[i:end])
			i = end
		case '[':
			text, size := n.form(format[i:])
			b.WriteString(text)
			i += size
		default:
			b.WriteByte(format[i])
			i++
		}
	}
	return fmt.Sprintf(b.String(), args...)
}

// verb finds the end of a verb of fmt that begins at i, and its argument, the next one unless it says which; -1 for %%.
func verb(format string, i, next int) (end, arg int) {
	arg = next
	for i++; i < len(format); i++ {
		switch c := format[i]; {
		case c == '%':
			return i + 1, -1
		case c == '*':
			arg++
		case c == '[':
			in, _, closed := strings.Cut(format[i+1:], "]")
			if k, err := strconv.Atoi(in); closed && err == nil {
				arg = k - 1
				i += len(in) + 1
			}
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			return i + 1, arg
		}
	}
	return len(format), -1
}

// count is the last number of a sentence.
type count struct{ known, one bool }

// of takes note of a value, if it is a whole number, also one that is written out.
func (n *count) of(arg any) {
	if t, ok := arg.(Text); ok {
		if k, err := strconv.Atoi(t.En); err == nil {
			*n = count{true, k == 1}
		}
		return
	}
	switch v := reflect.ValueOf(arg); {
	case v.CanInt():
		*n = count{true, v.Int() == 1}
	case v.CanUint():
		*n = count{true, v.Uint() == 1}
	}
}

// form chooses between the forms in the brackets that s begins with, and tells how many bytes of s they take.
func (n *count) form(s string) (text string, size int) {
	in, _, closed := strings.Cut(s[1:], "]")
	one, many, two := strings.Cut(in, "|")
	switch {
	case !closed || !two || !n.known:
		return s[:1], 1
	case n.one:
		return one, len(in) + 2
	}
	return many, len(in) + 2
}
