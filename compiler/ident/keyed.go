package ident

// Kind is what a question asks for: the types of the language as a telephone can answer them.
type Kind uint8

const (
	None       Kind = iota // a menu: only the options on offer
	Digits                 // a run of digits, kept as text
	Number                 // an exact decimal; `*` is the point
	Money                  // yuan; `*` is the point, at most two places
	YesNo                  // 1 yes, 2 no
	DateOf                 // YYYYMMDD
	MonthOf                // YYYYMM
	TimeOf                 // HHMM, to 2400
	PhoneOf                // see Phone
	TaxpayerOf             // see TaxpayerID; `*` is any one letter
	ResidentOf             // see ResidentID; `*` is X
	Choice                 // one of the listed answers
	Several                // several of the listed answers, each of one key
	Scale                  // a whole number within a range
	Text                   // keys as they are pressed: digits and `*`
)

var kindNames = [...]string{"none", "digits", "number", "money", "yesno", "date", "month", "time", "phone",
	"taxpayer_id", "resident_id", "choice", "several", "scale", "text"}

// String returns the kind's name, which is the language's English name of the type where it has one.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// Takes tells whether key may be part of an answer of kind k. The compiler refuses an option or a
// permitted global key that the field would take for itself.
func (k Kind) Takes(key byte) bool {
	switch k {
	case None, Choice:
		return false // the options decide
	case YesNo:
		return key == '1' || key == '2'
	case Number, Money, TaxpayerOf, ResidentOf, Text:
		return isDigit(key) || key == '*'
	}
	return isDigit(key)
}

// Lengths are the least and greatest number of keys, without the end key, of an answer of kind k
// when the flow does not say. For Choice, Several, Scale and None the options decide: 1 and 1.
func (k Kind) Lengths() (least, most int) {
	switch k {
	case Digits, Text:
		return 1, 30
	case Number:
		return 1, 19 // 12 before the point, the point, 6 after
	case Money:
		return 1, 15 // 12, the point, 2
	case DateOf:
		return 8, 8
	case MonthOf:
		return 6, 6
	case TimeOf:
		return 4, 4
	case PhoneOf:
		return 3, 17
	case TaxpayerOf:
		return 15, 20
	case ResidentOf:
		return 15, 18
	}
	return 1, 1
}

// Value is what keys mean. N is in the conventions of the language's values: millionths for
// numbers (also of a scale), fen, 0 or 1, days since 1970-01-01, year*12+month-1, seconds since
// midnight. Text is set for every kind: for phone and the identifiers it is the form to store, for
// the others the keys themselves.
type Value struct {
	Text string
	N    int64
}

// Limits of number and money: twelve digits before the point.
const (
	wholeDigits = 12
	million     = 1_000_000
)

// ParseKeys says what keys mean as an answer of kind k. Choice, Several and None depend on options
// and are not answered here (fault Unlisted). It never fails on what a stranger may press: any
// string of any bytes gives a value or a fault.
func ParseKeys(k Kind, keys string) (Value, Fault) {
	switch k {
	case Digits:
		if keys == "" {
			return Value{}, Length
		}
		if !allDigits(keys) {
			return Value{}, Character
		}
		return Value{Text: keys}, OK
	case Text:
		if keys == "" {
			return Value{}, Length
		}
		for i := range len(keys) {
			if !k.Takes(keys[i]) {
				return Value{}, Character
			}
		}
		return Value{Text: keys}, OK
	case Number:
		n, f := decimal(keys, 6)
		return Value{keys, n}, f
	case Money:
		n, f := decimal(keys, 2)
		return Value{keys, n}, f
	case Scale:
		if keys == "" {
			return Value{}, Length
		}
		if !allDigits(keys) {
			return Value{}, Character
		}
		if len(keys) > wholeDigits {
			return Value{}, Long
		}
		return Value{keys, atoi(keys) * million}, OK
	case YesNo:
		switch keys {
		case "1":
			return Value{keys, 1}, OK
		case "2":
			return Value{keys, 0}, OK
		}
		return Value{}, Unlisted
	case DateOf, MonthOf, TimeOf:
		return calendarKeys(k, keys)
	case PhoneOf:
		text, _, f := Phone(keys)
		return Value{Text: text}, f
	case TaxpayerOf:
		text, _, f := TaxpayerID(keys)
		return Value{Text: text}, f
	case ResidentOf:
		if len(keys) == 18 && keys[17] == '*' {
			keys = keys[:17] + "X"
		}
		text, f := ResidentID(keys)
		return Value{Text: text}, f
	}
	return Value{}, Unlisted
}

// decimal reads an amount whose point is `*`, exactly, in units of 10^-places. "*5" is 0.5 and
// "5*" is 5: people press both.
func decimal(keys string, places int) (int64, Fault) {
	var n int64
	whole, after, point, seen := 0, 0, false, false
	for i := range len(keys) {
		c := keys[i]
		switch {
		case c == '*' && point:
			return 0, Character
		case c == '*':
			point = true
			continue
		case !isDigit(c):
			return 0, Character
		}
		seen = true
		if point {
			if after++; after > places {
				return 0, Long
			}
		} else if n != 0 || c != '0' { // leading zeros take no room
			if whole++; whole > wholeDigits {
				return 0, Long
			}
		}
		n = n*10 + int64(c-'0')
	}
	if !seen {
		return 0, Length
	}
	for ; after < places; after++ {
		n *= 10
	}
	return n, OK
}

func calendarKeys(k Kind, keys string) (Value, Fault) {
	least, _ := k.Lengths()
	if len(keys) != least {
		return Value{}, Length
	}
	if !allDigits(keys) {
		return Value{}, Character
	}
	switch k {
	case DateOf:
		if n, ok := days(keys); ok {
			return Value{keys, n}, OK
		}
	case MonthOf:
		year, month := atoi(keys[:4]), atoi(keys[4:])
		if year > 0 && month >= 1 && month <= 12 {
			return Value{keys, year*12 + month - 1}, OK
		}
	case TimeOf:
		hour, minute := atoi(keys[:2]), atoi(keys[2:])
		if minute < 60 && (hour < 24 || hour == 24 && minute == 0) {
			return Value{keys, hour*3600 + minute*60}, OK
		}
	}
	return Value{}, Date
}
