package ident

import "rexian/number"

// PhoneKind tells what a telephone number reaches.
type PhoneKind = number.Kind

// The kinds of telephone numbers.
const (
	Mobile        = number.Mobile
	Landline      = number.Landline
	TollFree      = number.TollFree
	Service       = number.Service
	International = number.International
)

// Phone judges a telephone number, literal or keyed, and returns the one form in which it is
// compared and stored; its rules are those of [number.Parse], which the lines go by too.
func Phone(s string) (text string, kind PhoneKind, fault Fault) {
	text, kind, wrong := number.Parse(s)
	switch wrong {
	case number.Length:
		fault = Length
	case number.Character:
		fault = Character
	case number.Region:
		fault = Region
	}
	return text, kind, fault
}

// IsMobile tells whether a number, in any of the forms Phone takes, is a mobile one of +86.
func IsMobile(s string) bool { return number.IsMobile(s) }

// PhoneLength is the greatest number of keys with which a number that begins with keys can go on.
func PhoneLength(keys string) int { return number.Longest(keys) }

// IsExtension tells whether a text is the number of a telephone within an office: 3 to 8 digits.
func IsExtension(s string) bool { return number.IsExtension(s) }
