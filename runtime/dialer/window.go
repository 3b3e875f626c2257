package dialer

import (
	"strings"
	"time"
)

// The statutory window: nobody is called before 8:00 or from 22:00 on by the clock of the called number.
const (
	dayBegins = 8 * 60 // minutes
	dayEnds   = 22 * 60
)

// span is the offsets from UTC, in minutes, at which the telephones of a country may be, summer time included.
type span struct{ least, most int }

// home is China's, which has one zone.
var home = span{480, 480}

// abroad are the offsets by calling code. A country that is not here is not called: nobody knows its hour.
var abroad = map[string]span{"852": home, "853": home, "886": home, "65": home, "60": home, "63": home,
	"81": {540, 540}, "82": {540, 540}, "66": {420, 420}, "84": {420, 420}, "62": {420, 540}, "91": {330, 330},
	"92": {300, 300}, "93": {270, 270}, "94": {330, 330}, "95": {390, 390}, "971": {240, 240}, "966": {180, 180},
	"44": {0, 60}, "353": {0, 60}, "351": {-60, 60}, "34": {0, 120}, "33": {60, 120}, "49": {60, 120}, "39": {60, 120},
	"31": {60, 120}, "32": {60, 120}, "41": {60, 120}, "43": {60, 120}, "45": {60, 120}, "46": {60, 120},
	"47": {60, 120}, "48": {60, 120}, "36": {60, 120}, "420": {60, 120}, "30": {120, 180}, "358": {120, 180},
	"90": {180, 180}, "380": {120, 180}, "7": {120, 720}, "20": {120, 180}, "27": {120, 120}, "61": {480, 660},
	"64": {720, 780}, "1": {-600, -150}, "52": {-480, -300}, "55": {-300, -120}, "54": {-180, -180},
	"56": {-240, -180}}

// offsets are those of a number's telephone; false if they are not known.
func offsets(number string) (span, bool) {
	code, far := strings.CutPrefix(number, "+")
	if !far {
		return home, true
	}
	for n := min(3, len(code)); n > 0; n-- {
		if s, ok := abroad[code[:n]]; ok {
			return s, true
		}
	}
	return span{}, false
}

const minute = int64(time.Minute / time.Millisecond)

// of is the minute of the day at an offset, at a moment.
func ofDay(at int64, offset int) int64 {
	m := (at/minute + int64(offset)) % (24 * 60)
	return (m + 24*60) % (24 * 60)
}

// Lawful is the first moment from at on at which a number may be called by law, wherever its telephone is; false if
// there is none, because nobody knows where that is.
func Lawful(number string, at int64) (int64, bool) {
	s, ok := offsets(number)
	if !ok || s.most-s.least >= dayEnds-dayBegins {
		return 0, false
	}
	early, late := ofDay(at, s.least), ofDay(at, s.most)
	if early >= dayBegins && late < dayEnds && early <= late {
		return at, true
	}
	// The westernmost telephone is the last to see eight o'clock.
	wait := (dayBegins - early + 24*60) % (24 * 60)
	return (at/minute + wait) * minute, true
}

// Day is the day of a number's own calendar at a moment, for what may happen a few times a day.
func Day(number string, at int64) int64 {
	s, _ := offsets(number)
	return (at/minute + int64(s.least)) / (24 * 60)
}

// NextDay is the first moment of the next of a number's own days.
func NextDay(number string, at int64) int64 {
	s, _ := offsets(number)
	return ((Day(number, at)+1)*24*60 - int64(s.least)) * minute
}

// looks bounds the search for a moment at which all windows are open: each look is at another opening.
const looks = 400

// Opens is the first moment from at on at which the campaign may call a number: within its hours, its days and the
// law; false if there is none.
func (r *Rules) Opens(number string, at int64) (int64, bool) {
	for range looks {
		if r.To != 0 && r.day(at) > r.To {
			return 0, false
		}
		if r.From != 0 && r.day(at) < r.From {
			y, m, d := time.Unix(r.From*86400, 0).UTC().Date()
			at = time.Date(y, m, d, 0, 0, 0, 0, r.zone()).UnixMilli()
		}
		if r.Hours != nil {
			if a := r.Hours.At(at, nil); !a.Open {
				if !a.HasNext {
					return 0, false
				}
				at = a.NextOpen
				continue
			}
		}
		lawful, ok := Lawful(number, at)
		if !ok {
			return 0, false
		}
		if lawful == at {
			return at, true
		}
		at = lawful
	}
	return 0, false
}

func (r *Rules) zone() *time.Location {
	if r.Zone == nil {
		return time.UTC
	}
	return r.Zone
}

// day is the day of the campaign's calendar at a moment.
func (r *Rules) day(at int64) int64 {
	y, m, d := time.UnixMilli(at).In(r.zone()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}
