package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	longestID     = 128 // of a call, in bytes
	longestNumber = 64  // of the other party or of what was dialled, in characters: no number and no user is longer
)

// known is the id by which a call is kept: its Call-ID, or what stands for one that is too long or has characters that
// cannot be kept everywhere, such as a NUL. It is the same each time.
func known(id string) string {
	strange := func(r rune) bool { return r <= ' ' || r >= 0x7f }
	if id != "" && len(id) <= longestID && !strings.ContainsFunc(id, strange) {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "sha256-" + hex.EncodeToString(sum[:16])
}

// tame is a number as a stranger wrote it, without control characters and broken UTF-8, and not longer than numbers
// are.
func tame(number string) string {
	number = number[:min(len(number), longestNumber*utf8.UTFMax)]
	number = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) {
			return -1
		}
		return r
	}, number)
	if r := []rune(number); len(r) > longestNumber {
		number = string(r[:longestNumber])
	}
	return number
}
