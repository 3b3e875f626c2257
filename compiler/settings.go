package compiler

import (
	"strings"
	"unicode/utf8"

	"rexian/compiler/check"
	"rexian/compiler/table"
	"rexian/lang/diag"
)

// SettingsFile is a deployment's values for the settings of a program, as read from a file or from the command line.
type SettingsFile struct {
	Text   []byte // UTF-8; the places are in it
	Values map[string]string
	At     map[string]check.SettingPlace
}

// ReadSettings reads lines NAME = VALUE; name is what findings call the file. A value is written as in a flow (5s, 200
// yuan, "text"), the quotes of a text may be left out, and ＝ does for =. Blank lines and lines that begin with # or //
// are passed over. UTF-8 and GB18030 are read, with a byte order mark or without. A line that does not fit and a name
// that comes twice are findings; whether the program has such a setting, and whether the value is of its type, Check
// tells.
func ReadSettings(name string, src []byte) (SettingsFile, []diag.Diagnostic) {
	s := SettingsFile{Text: src, Values: map[string]string{}, At: map[string]check.SettingPlace{}}
	if text, _, err := table.DecodeText(src); err == nil {
		s.Text = []byte(text)
	}
	var found []diag.Diagnostic
	for start := 0; start < len(s.Text); {
		end := start
		for end < len(s.Text) && s.Text[end] != '\n' {
			end++
		}
		line := place(s.Text, diag.Span{Start: start, End: end})
		start = end + 1
		text := string(s.Text[line.Start:line.End])
		if text == "" || strings.HasPrefix(text, "#") || strings.HasPrefix(text, "//") {
			continue
		}
		sign := strings.IndexAny(text, "=＝")
		if sign < 0 {
			found = append(found, diag.New("RX8015", name, line))
			continue
		}
		_, width := utf8.DecodeRuneInString(text[sign:])
		at := check.SettingPlace{File: name, Name: place(s.Text, diag.Span{Start: line.Start, End: line.Start + sign}),
			Value: place(s.Text, diag.Span{Start: line.Start + sign + width, End: line.End})}
		key, value := string(s.Text[at.Name.Start:at.Name.End]), unquoted(string(s.Text[at.Value.Start:at.Value.End]))
		if key == "" || at.Value.Start == at.Value.End {
			found = append(found, diag.New("RX8015", name, line))
			continue
		}
		if first, twice := s.At[key]; twice {
			found = append(found, diag.New("RX8016", name, at.Name, key).WithRelated(name, first.Name,
				diag.Text{Zh: "先在这里给了值", En: "first given here"}))
			continue
		}
		s.Values[key], s.At[key] = value, at
	}
	return s, found
}

// place is a span without the blanks and byte order marks at its ends.
func place(src []byte, at diag.Span) diag.Span {
	const blanks = " \t\r\u3000\ufeff"
	text := string(src[at.Start:at.End])
	left := len(text) - len(strings.TrimLeft(text, blanks))
	return diag.Span{Start: at.Start + left, End: at.Start + max(left, len(strings.TrimRight(text, blanks)))}
}

// unquoted takes the quotes off a text, straight or curled.
func unquoted(s string) string {
	for _, q := range []string{`""`, "“”", "「」"} {
		left, right := string([]rune(q)[0]), string([]rune(q)[1])
		if len(s) >= len(left)+len(right) && strings.HasPrefix(s, left) && strings.HasSuffix(s, right) {
			return s[len(left) : len(s)-len(right)]
		}
	}
	return s
}

// Over puts values over those of s: a command line's over a file's.
func (s SettingsFile) Over(others SettingsFile) (map[string]string, map[string]check.SettingPlace) {
	values, at := map[string]string{}, map[string]check.SettingPlace{}
	for _, from := range []SettingsFile{s, others} {
		for name, value := range from.Values {
			values[name], at[name] = value, from.At[name]
		}
	}
	return values, at
}
