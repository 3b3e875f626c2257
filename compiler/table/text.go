package table

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	encunicode "golang.org/x/text/encoding/unicode"
)

// Encoding is how the text of a file was stored.
type Encoding uint8

const (
	UTF8    Encoding = iota
	UTF8BOM          // UTF-8 with a byte order mark, Excel's "CSV UTF-8"
	UTF16            // either byte order, Excel's "Unicode text"
	GB18030          // also its subsets GBK and GB2312, Excel's "CSV" on a Chinese Windows
)

// String returns the name people know the encoding by.
func (e Encoding) String() string {
	return [...]string{"UTF-8", "UTF-8 BOM", "UTF-16", "GB18030"}[e&3]
}

// EncodingError says at which byte a text stops being readable.
type EncodingError struct{ Offset int }

func (e *EncodingError) Error() string {
	return fmt.Sprintf("byte %d belongs to no known text encoding (UTF-8, UTF-16, GB18030)", e.Offset)
}

// DecodeText finds out how a text was stored and returns it in UTF-8, without a byte order mark. A mark decides; else
// valid UTF-8 is UTF-8; else two bytes of which one is often zero are UTF-16; else GB18030, unless
// the text is mostly UTF-8 with a damaged place, which is an error there, as is anything that does not decode. The
// error is an
// *EncodingError.
func DecodeText(data []byte) (string, Encoding, error) {
	if rest, ok := bytes.CutPrefix(data, []byte("\xef\xbb\xbf")); ok {
		if at := damage(rest); at >= 0 {
			return "", UTF8BOM, &EncodingError{at + 3}
		}
		return string(rest), UTF8BOM, nil
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return decodeUTF16(data, encunicode.LittleEndian)
	}
	at := damage(data)
	if at < 0 {
		return string(data), UTF8, nil
	}
	if even, odd := zeros(data); even+odd > 0 {
		switch {
		case (even+odd)*20 < len(data): // a stray zero byte, no UTF-16
		case odd > 4*even:
			return decodeUTF16(data, encunicode.LittleEndian)
		case even > 4*odd:
			return decodeUTF16(data, encunicode.BigEndian)
		}
		return "", UTF8, &EncodingError{bytes.IndexByte(data, 0)}
	}
	if mostlyUTF8(data) {
		return "", UTF8, &EncodingError{at}
	}
	return decodeGB18030(data)
}

// damage returns the offset of the first byte that is not UTF-8 text, or -1. A zero byte is not text.
func damage(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 || r == 0 {
			return i
		}
		i += size
	}
	return -1
}

// zeros counts zero bytes at even and odd offsets: ASCII in UTF-16 has one in every pair.
func zeros(data []byte) (even, odd int) {
	for i, b := range data {
		if b == 0 {
			if i%2 == 0 {
				even++
			} else {
				odd++
			}
		}
	}
	return even, odd
}

// mostlyUTF8 tells a UTF-8 text with a few damaged bytes from a GB18030 one: three-byte sequences of
// Chinese characters are plentiful in the one and rare accidents in the other.
func mostlyUTF8(data []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size >= 3:
			good++
		}
		i += size
	}
	return good > 4*bad
}

func decodeUTF16(data []byte, order encunicode.Endianness) (string, Encoding, error) {
	text, err := encunicode.UTF16(order, encunicode.UseBOM).NewDecoder().Bytes(data)
	if err != nil || len(data)%2 != 0 {
		return "", UTF16, &EncodingError{len(data)}
	}
	if at := bytes.IndexFunc(text, func(r rune) bool { return r == utf8.RuneError || r == 0 }); at >= 0 {
		mark := 0
		if data[0] >= 0xfe { // FE FF or FF FE; no text begins with either byte
			mark = 2
		}
		return "", UTF16, &EncodingError{mark + 2*len(utf16.Encode(bytes.Runes(text[:at])))}
	}
	return string(text), UTF16, nil
}

// decodeGB18030 decodes all at once, and one character at a time only to find the place of a fault. Private-use
// characters count as faults: they are what other encodings turn into, and no font shows them.
func decodeGB18030(data []byte) (string, Encoding, error) {
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	fault := err != nil
	if !fault {
		fault = bytes.ContainsFunc(text, func(r rune) bool {
			return r == utf8.RuneError || r == 0 || unicode.Is(unicode.Co, r)
		})
	}
	if !fault {
		return string(text), GB18030, nil
	}
	for i := 0; i < len(data); {
		size := gbSize(data[i:])
		text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data[i:min(i+size, len(data))])
		r, _ := utf8.DecodeRune(text)
		if err != nil || r == utf8.RuneError || r == 0 || unicode.Is(unicode.Co, r) {
			return "", GB18030, &EncodingError{i}
		}
		i += size
	}
	return "", GB18030, &EncodingError{0}
}

// gbSize is the length of the character that begins data: one byte below 0x80, four if the second is a
// digit, else two (GB 18030-2022, clause 5).
func gbSize(data []byte) int {
	switch {
	case data[0] < 0x81 || len(data) < 2:
		return 1
	case '0' <= data[1] && data[1] <= '9':
		return 4
	}
	return 2
}
