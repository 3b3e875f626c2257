package table

import (
	"strconv"
	"strings"
)

// precision is how many figures a spreadsheet keeps of a number.
const precision = 15

// decimal15 is a number without its sign, as exactly as a spreadsheet keeps it: 0.digits × 10^exponent, with neither
// zeros in front nor behind; zero has no digits.
type decimal15 struct {
	digits   string
	exponent int
	negative bool
}

// decimalOf rounds a stored number to the figures that count: 0.1+0.2 is stored as 0.30000000000000004 and means 0.3.
func decimalOf(v float64) decimal15 {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', precision-1, 64), "e")
	mantissa, negative := strings.CutPrefix(mantissa, "-")
	digits := strings.TrimRight(strings.Replace(mantissa, ".", "", 1), "0")
	n, err := strconv.Atoi(exponent)
	if digits == "" || err != nil { // zero; no number at all is not stored in a cell
		return decimal15{}
	}
	return decimal15{digits, n + 1, negative}
}

func (d *decimal15) shift(places int) {
	if d.digits != "" {
		d.exponent += places
	}
}

// round keeps some places after the point, halves away from zero, and tells whether nothing was lost by it.
func (d decimal15) round(places int) (rounded decimal15, exact bool) {
	keep := d.exponent + places
	switch {
	case keep >= len(d.digits):
		return d, true
	case keep < 0:
		return decimal15{}, false
	}
	figures := []byte("0" + d.digits[:keep])
	if d.digits[keep] >= '5' {
		for i := keep; ; i-- {
			if figures[i]++; figures[i] <= '9' {
				break
			}
			figures[i] = '0'
		}
	}
	exponent := d.exponent + 1
	if figures[0] == '0' {
		figures, exponent = figures[1:], d.exponent
	}
	digits := strings.TrimRight(string(figures), "0")
	if digits == "" {
		return decimal15{}, false
	}
	return decimal15{digits, exponent, d.negative}, false
}

// split returns the figures before the point, without zeros in front, and those after it.
func (d decimal15) split() (whole, fraction string) {
	switch {
	case d.exponent <= 0:
		return "", strings.Repeat("0", -d.exponent) + d.digits
	case d.exponent >= len(d.digits):
		return d.digits + strings.Repeat("0", d.exponent-len(d.digits)), ""
	}
	return d.digits[:d.exponent], d.digits[d.exponent:]
}

// plain writes the number in full: -1200.5. One with more figures than are kept, or far behind the point, is written as
// 9.13701E+17, since its further figures are not known.
func (d decimal15) plain() string {
	sign := ""
	if d.negative {
		sign = "-"
	}
	if d.digits == "" {
		return "0"
	}
	if d.exponent > precision || d.exponent < -precision {
		e := strconv.Itoa(d.exponent - 1)
		if d.exponent > 0 {
			e = "+" + e
		}
		mantissa := d.digits[:1]
		if len(d.digits) > 1 {
			mantissa += "." + d.digits[1:]
		}
		return sign + mantissa + "E" + e
	}
	whole, fraction := d.split()
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return sign + whole
}

// float is the number without its sign.
func (d decimal15) float() float64 {
	v, _ := strconv.ParseFloat("0."+d.digits+"0e"+strconv.Itoa(d.exponent), 64) // digits, by construction
	return v
}
