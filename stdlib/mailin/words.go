package mailin

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
)

var decoder = mime.WordDecoder{CharsetReader: charset.Reader}

// encoded is an encoded word (RFC 2047, section 2), with the language that RFC 2231 lets it have. Text with blanks is
// no proper one, but programs write it.
var encoded = regexp.MustCompile(`=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?\r\n]*)\?=`)

// run is a row of encoded words of one charset with nothing but blanks between them.
type run struct {
	charset string
	bytes   []byte
	base64  string // of a word that ends within a group of four: the next one goes on with it
	raw     string // all as it stands
}

// words decodes a header (RFC 2047). Neighbouring words of one charset are joined as bytes before they are decoded:
// programs cut them wherever a line is full, also in the middle of a character or of a group of base64. A row that
// cannot be decoded stays as it is.
func words(s string) string {
	var b strings.Builder
	var r run
	end := 0 // of the word before
	for _, at := range encoded.FindAllStringSubmatchIndex(s, -1) {
		between, name := s[end:at[0]], strings.ToLower(s[at[2]:at[3]])
		blank := strings.TrimSpace(between) == ""
		if r.raw != "" && blank && name == r.charset {
			r.raw += between
		} else {
			text, ok := r.decode()
			b.WriteString(text)
			if !ok || !blank { // blanks between two that are decoded are none
				b.WriteString(between)
			}
			r = run{charset: name}
		}
		r.raw += s[at[0]:at[1]]
		r.add(s[at[4]:at[5]], s[at[6]:at[7]])
		end = at[1]
	}
	text, _ := r.decode()
	return plain(b.String() + text + s[end:])
}

// add puts the bytes of a word behind those before it.
func (r *run) add(how, text string) {
	if how == "q" || how == "Q" {
		r.flush()
		r.bytes = append(r.bytes, unquoted(text)...)
		return
	}
	r.base64 += strings.TrimRight(text, "= ")
	if strings.HasSuffix(text, "=") || len(r.base64)%4 == 0 {
		r.flush()
	}
}

// flush decodes what there is of base64, as far as it is any.
func (r *run) flush() {
	if len(r.base64)%4 == 1 { // no byte has so little
		r.base64 = r.base64[:len(r.base64)-1]
	}
	b, _ := io.ReadAll(base64.NewDecoder(base64.RawStdEncoding, strings.NewReader(r.base64)))
	r.bytes, r.base64 = append(r.bytes, b...), ""
}

// decode is the text of the row; without one that can be decoded, the row as it stands.
func (r *run) decode() (text string, ok bool) {
	if r.flush(); len(r.bytes) == 0 {
		return r.raw, false
	}
	if r.charset == "utf-8" || r.charset == "us-ascii" {
		return string(r.bytes), true // with what is none of it, which plain judges
	}
	in, err := charset.Reader(r.charset, bytes.NewReader(r.bytes))
	if err != nil {
		return r.raw, false
	}
	decoded, err := io.ReadAll(in)
	if err != nil {
		return r.raw, false
	}
	return string(decoded), true
}

// unquoted decodes the Q encoding (RFC 2047, section 4.2). An = without two figures is one.
func unquoted(s string) []byte {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '_':
			b = append(b, ' ')
		case c == '=' && i+2 < len(s) && figure(s[i+1]) >= 0 && figure(s[i+2]) >= 0:
			b = append(b, byte(figure(s[i+1])<<4|figure(s[i+2])))
			i += 2
		default:
			b = append(b, c)
		}
	}
	return b
}

func figure(c byte) int {
	return strings.IndexByte("0123456789ABCDEF", bytes.ToUpper([]byte{c})[0])
}

// hidden is a text without a secret: where it stands as a word of its own, and anywhere if it is so long that it is no
// part of another word by chance. A short one would take letters out of the text, and tell by that which they are.
func hidden(text, secret string) string {
	const long = 8
	if secret == "" {
		return text
	}
	var b strings.Builder
	for from := 0; ; {
		at := strings.Index(text[from:], secret)
		if at < 0 {
			return b.String() + text[from:]
		}
		at += from
		end := at + len(secret)
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[end:])
		first, _ := utf8.DecodeRuneInString(secret)
		last, _ := utf8.DecodeLastRuneInString(secret)
		b.WriteString(text[from:at])
		if utf8.RuneCountInString(secret) < long && (inWord(before) && inWord(first) || inWord(last) && inWord(after)) {
			b.WriteString(secret)
		} else {
			b.WriteString("•••")
		}
		from = end
	}
}

func inWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
