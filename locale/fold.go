package locale

import (
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// Fold brings full-width letters, digits and signs to their ASCII twins and composes accents (NFC), so that
// １２３６６ and 12366 are the same number.
func Fold(s string) string { return norm.NFC.String(width.Fold.String(s)) }
