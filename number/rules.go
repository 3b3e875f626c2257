package number

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Form is how the other side of a line wants numbers written.
type Form string

const (
	AsDialled Form = ""         // as the flow or the agent gave it, without blanks and dashes
	National  Form = "national" // as one dials in the country: 053188880000, 13800138000; 00 before other countries
	E164      Form = "e164"     // +8653188880000 (ITU-T E.164)
	Plain     Form = "plain"    // the same without +: 8653188880000
	Dialled00 Form = "00"       // 008653188880000
)

// Rules are how one side of a line writes numbers. The zero value reads every form that Parse takes and writes numbers
// as they are given.
type Rules struct {
	Area string // our area code, with its 0: whose a subscriber number without one is
	// what numbers that come in may begin with and lose, such as the 9 for an outside line; the longest first
	StripIn []string
	AddIn   string // what is put in front of them afterwards
	Form    Form   // of numbers that go out
	Strip   int    // digits then taken off the front
	Add     string // what is put in front after that
}

// Check tells what is wrong with rules.
func (r *Rules) Check() error {
	switch r.Form {
	case AsDialled, National, E164, Plain, Dialled00:
	default:
		return fmt.Errorf("form %q is none of national, e164, plain, 00", r.Form)
	}
	if r.Area != "" && areaLength(r.Area) != len(r.Area) {
		return fmt.Errorf("area %q is no area code of +86, such as 0531", r.Area)
	}
	for _, p := range append([]string{r.Add, r.AddIn}, r.StripIn...) {
		if p != "" && p != "+" && !Dialable(p) {
			return fmt.Errorf("%q is no beginning of a number", p)
		}
	}
	if r.Strip < 0 || r.Strip > 20 {
		return fmt.Errorf("%d digits cannot be taken off a number", r.Strip)
	}
	return nil
}

// In is the one form of a number that comes in. What is no number of the network, an extension or a name say, stays as
// it came.
func (r *Rules) In(s string) string {
	name := s
	if s = Clean(s); !Dialable(s) {
		return name
	}
	best := ""
	for _, p := range r.StripIn {
		if len(p) > len(best) && len(s) > len(p) && strings.HasPrefix(s, p) {
			best = p
		}
	}
	s = r.AddIn + s[len(best):]
	text, _ := r.Canonical(s)
	return text
}

// Canonical is the one form of a number, and what it reaches: 0 where it is no number of the network, or where nobody
// can tell; then the text is as it was given, without blanks and dashes.
func (r *Rules) Canonical(s string) (string, Kind) {
	s = Clean(s)
	text, kind, fault := Parse(s)
	if fault == OK {
		return text, kind
	}
	if r.Area != "" && digits(s) && s[0] != '0' {
		if text, kind, fault = Parse(r.Area + s); fault == OK && kind == Landline {
			return text, kind
		}
	}
	return s, 0
}

// ErrShort means that a number has no digit left where some are to be taken off.
var ErrShort = errors.New("the number is too short")

// Out writes a number for the other side.
func (r *Rules) Out(s string) (string, error) {
	s = Clean(s)
	if r.Form != AsDialled {
		if text, kind := r.Canonical(s); kind != 0 {
			s = r.Form.write(text, kind, r.Area)
		}
	}
	if len(s) <= r.Strip {
		return "", ErrShort
	}
	return r.Add + s[r.Strip:], nil
}

// write puts the one form of a number into another. A short number without an area has no other form: it is dialled as
// it is, unless the line says whose it is.
func (f Form) write(text string, kind Kind, area string) string {
	if f == National {
		if kind == International {
			return "00" + text[1:]
		}
		return text
	}
	country := "86" // digits of E.164
	switch {
	case kind == International:
		country, text = "", text[1:]
	case kind == Service && text[0] != '0':
		if area == "" || len(text) < 5 {
			return text
		}
		text = area[1:] + text
	case text[0] == '0':
		text = text[1:]
	}
	switch f {
	case E164:
		return "+" + country + text
	case Dialled00:
		return "00" + country + text
	}
	return country + text
}

// Local is a number without its area code: the form in which a program may know the number that was dialled. It is
// false where there is no area code.
func Local(s string) (string, bool) {
	if n := areaLength(s); n > 0 && len(s) > n {
		return s[n:], true
	}
	return s, false
}

// Begins tells whether a number, in its one form, begins with a prefix as people write it: 0085, +85, +8610 or 010.
func Begins(canonical, prefix string) bool { return strings.HasPrefix(canonical, Prefix(prefix)) }

// Prefix is the beginning of numbers in the one form: 00 becomes +, and +86 becomes what is dialled at home.
func Prefix(s string) string {
	s = Clean(s)
	if rest, ok := strings.CutPrefix(s, "00"); ok {
		s = "+" + rest
	}
	rest, home := strings.CutPrefix(s, "+86")
	switch {
	case !home || rest == "":
		return s
	case mobilePrefix(rest), rest == "1", strings.HasPrefix(rest, "400"), strings.HasPrefix(rest, "800"):
		return rest
	}
	return "0" + strings.TrimPrefix(rest, "0")
}

// Dialable tells whether a text can be dialled: digits, * and #, perhaps a + in front.
func Dialable(s string) bool {
	s = strings.TrimPrefix(s, "+")
	return s != "" && len(s) <= 40 && strings.Trim(s, "0123456789*#") == ""
}

// Clean takes out of a number what is there to be read by people: blanks, and the visual separators of RFC 3966.
func Clean(s string) string {
	return strings.ReplaceAll(fold(s), ".", "")
}

// Withheld tells whether the user of an address says that its number is not told.
func Withheld(user string) bool {
	switch strings.ToLower(user) {
	case "", "anonymous", "unknown", "restricted", "unavailable", "private", "withheld":
		return true
	}
	return false
}

// OfUser is the number in the user part of a SIP URI, or behind "tel:" (RFC 3966, RFC 3261 19.1.6): without escapes,
// parameters and separators. Of the parameters only phone-context counts, which says whose a local number is; npdi and
// rn (RFC 4694) tell the network where a number has moved to, and change nothing about the number.
func OfUser(user string) string {
	user, params, _ := strings.Cut(user, ";")
	if strings.Contains(user, "%") {
		if v, err := url.PathUnescape(user); err == nil {
			user = v
		}
	}
	if !Dialable(Clean(user)) {
		return user // a name
	}
	user = Clean(user)
	if strings.HasPrefix(user, "+") {
		return user
	}
	for p := range strings.SplitSeq(params, ";") {
		k, v, _ := strings.Cut(p, "=")
		if strings.EqualFold(k, "phone-context") && strings.HasPrefix(v, "+") && Dialable(Clean(v)) {
			return Clean(v) + user
		}
	}
	return user
}
