package token

import "golang.org/x/text/unicode/norm"

// Normal gives a text in Unicode's normal form C, in which equal words are equal bytes.
func Normal(text string) string {
	if isNormal(text) {
		return text
	}
	return norm.NFC.String(text)
}

// isNormal tells whether a text is in normal form C. Nearly every text is shown to be so by the first bytes of its
// characters alone: below U+0300 nothing composes, and the ideographs, their punctuation and the full-width forms do
// not either.
func isNormal(text string) bool {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c < 0xCC: // ASCII, Latin, and all but the first byte of a character
		case c >= 0xE4 && c <= 0xE9:
		case c == 0xE2 && i+2 < len(text) && text[i+1] == 0x80 && text[i+2] >= 0x82: // U+2002 to U+203F
			i += 2
		case c == 0xE3 && i+2 < len(text) && text[i+1] == 0x80 && text[i+2] < 0xAA: // U+3000 to U+3029
			i += 2
		case c == 0xEF && i+2 < len(text) && (text[i+1] == 0xBC || text[i+1] == 0xBD): // U+FF00 to U+FF7F
			i += 2
		default:
			return norm.NFC.IsNormalString(text)
		}
	}
	return true
}
