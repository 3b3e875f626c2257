// Package dtmf hears and sends the keys of a telephone in the three ways they travel: as tones in the sound (ITU-T Q.23
// and Q.24), as events beside it in RTP (RFC 4733), and as SIP INFO.
//
// A key is its character: '0' to '9', '*', '#', 'A' to 'D'.
package dtmf

// codes holds the keys by their event code (RFC 4733, table 3).
const codes = "0123456789*#ABCD"

// Valid says whether the character is one of the sixteen keys.
func Valid(key byte) bool { _, ok := code(key); return ok }

// code is the event code of a key. Letters may be small.
func code(key byte) (uint8, bool) {
	if key >= 'a' && key <= 'd' {
		key -= 'a' - 'A'
	}
	for i := range len(codes) {
		if codes[i] == key {
			return uint8(i), true
		}
	}
	return 0, false
}

// rows and columns are the two groups of tones in hertz, and keypad the key where they cross (Q.23).
var (
	rows    = [4]float64{697, 770, 852, 941}
	columns = [4]float64{1209, 1336, 1477, 1633}
)

const keypad = "123A456B789C*0#D"

// tones are the two frequencies of a key in hertz.
func tones(key byte) (low, high float64, ok bool) {
	if key >= 'a' && key <= 'd' {
		key -= 'a' - 'A'
	}
	for i := range len(keypad) {
		if keypad[i] == key {
			return rows[i/4], columns[i%4], true
		}
	}
	return 0, 0, false
}
