package value

// Bounds of what a value may be. The machine raises `error` for what it would compute beyond them, and a library
// function whose result is beyond them is unavailable.
const (
	NumberLimit = 1_000_000_000_000_000_000 // 12 digits before the point, in millionths
	MoneyLimit  = 100_000_000_000_000       // 12 digits of yuan, in fen
	IntLimit    = 1_000_000_000_000_000     // days, milliseconds, months
	MaxText     = 64 << 10                  // bytes of a text
	MaxItems    = 10_000                    // of a list
	MaxParts    = 200_000                   // of a value: its items, their fields, and so on
)

// Bounded tells whether a value from outside, whose type is not known, is within the bounds that hold for every type.
func (v Value) Bounded() bool {
	parts := 0
	return v.bounded(&parts)
}

func (v Value) bounded(parts *int) bool {
	if *parts++; *parts > MaxParts {
		return false
	}
	if v.P == nil {
		return v.N > -NumberLimit && v.N < NumberLimit
	}
	items := v.Items()
	if len(v.P.S) > MaxText || len(items) > MaxItems {
		return false
	}
	for _, x := range items {
		if !x.bounded(parts) {
			return false
		}
	}
	return true
}
