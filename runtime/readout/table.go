package readout

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// Table is how one language speaks and writes values. Every field must be filled: Register refuses a
// table with a hole, so a language is whole or absent.
//
// The functions get magnitudes; signs, kinds, styles and calendar arithmetic are the package's. They return fragments
// (see Fragments) and must accept any argument of their types.
type Table struct {
	Tag   string            // BCP 47 primary tag: "zh", "yue"
	Names map[string]string // what speakers of other languages (by tag) call this one; its own tag is required

	Blank, Comma string     // between fragments, and for Pause, when fragments become text
	Digits       [10]string // a digit on its own, in identifiers
	Fraction     [10]string // a digit after the decimal point
	Minus, Plus  string
	Point        string
	YesNo        [2]string // no, yes
	Hidden       string    // said in place of a masked value
	Ending       string    // said before the last digits of a masked number
	MaskedName   func(first string) []string

	Cardinal func(n uint64) []string            // 22
	Count    func(n uint64) []string            // 22, before a measure word
	Ordinal  func(n uint64, c Context) []string // 22nd; c.Prev may already hold the ordinal's prefix
	Agree    func(c Context) Style              // the style a bare number takes between these words
	Percent  func(number []string) []string
	Money    func(yuan uint64, jiao, fen int) []string
	Date     func(d Civil, year bool) []string // year: say it
	Weekday  func(day time.Weekday, date []string) []string
	Near     [4]string // yesterday, today, tomorrow, the day after tomorrow
	Month    func(year int64, month int) []string
	Quarter  func(year int64, quarter int) []string // year 0: not said
	Clock    func(hour, minute, second int) []string
	Moment   func(date, clock []string) []string
	Span     func(parts []Part) []string // from the largest unit down, none of them zero save a lone one

	Figures   Figures
	Syllables func(text string) int // of a text as a voice reads it: an estimate that does not fall short
}

// Figures is how one language writes values.
type Figures struct {
	Thousands string // between groups of three digits in numbers and money
	YesNo     [2]string
	Money     func(sign, yuan, fen string) string
	Percent   func(number string) string
	Ordinal   func(n uint64, c Context) string
	Date      func(d Civil) string
	Weekday   func(day time.Weekday, date string) string
	Month     func(year int64, month int) string
	Quarter   func(year int64, quarter int) string
	Moment    func(date, clock string) string
	Unit      func(number string, unit Unit, one bool) string
	UnitGap   string // between the parts of a duration
}

// Unit is the unit of one part of a duration.
type Unit uint8

const (
	UnitDay Unit = iota
	UnitHour
	UnitMinute
	UnitSecond
	UnitWorkday
	UnitMonth
)

// Part is one part of a duration: N units, and for seconds the thousandths beyond them.
type Part struct {
	N      uint64
	Unit   Unit
	Millis int
}

var registry = struct {
	sync.RWMutex
	byTag map[string]*Table
}{byTag: map[string]*Table{}}

// Register makes a language known under its tag. It is called from a language's file at start-up and panics
// on a table that is incomplete or registered twice, which only a programmer can cause.
func Register(t Table) {
	if hole := firstHole(reflect.ValueOf(t), "Table"); hole != "" {
		panic(fmt.Sprintf("readout: language %q: %s is missing", t.Tag, hole))
	}
	if t.Names[t.Tag] == "" {
		panic(fmt.Sprintf("readout: language %q has no name of its own", t.Tag))
	}
	registry.Lock()
	defer registry.Unlock()
	if _, twice := registry.byTag[t.Tag]; twice {
		panic(fmt.Sprintf("readout: language %q registered twice", t.Tag))
	}
	registry.byTag[t.Tag] = &t
}

// mayBeEmpty lists the columns for which "" is a meaning of its own.
var mayBeEmpty = []string{"Table.Blank", "Table.Figures.Thousands", "Table.Figures.UnitGap"}

func firstHole(v reflect.Value, path string) string {
	for i := range v.NumField() {
		name := path + "." + v.Type().Field(i).Name
		if v.Field(i).Kind() == reflect.Struct {
			if hole := firstHole(v.Field(i), name); hole != "" {
				return hole
			}
		} else if v.Field(i).IsZero() && !slices.Contains(mayBeEmpty, name) {
			return name
		}
	}
	return ""
}

// Lookup finds a language by its tag, or by the primary part of a longer one: "zh-Hans-CN" finds "zh".
func Lookup(tag string) (*Table, bool) {
	tag = strings.ToLower(tag)
	registry.RLock()
	defer registry.RUnlock()
	for tag != "" {
		if t, ok := registry.byTag[tag]; ok {
			return t, true
		}
		cut := strings.LastIndexAny(tag, "-_")
		if cut < 0 {
			break
		}
		tag = tag[:cut]
	}
	return nil, false
}

// Languages returns the tags of all registered languages, in alphabetical order.
func Languages() []string {
	registry.RLock()
	defer registry.RUnlock()
	return slices.Sorted(maps.Keys(registry.byTag))
}

// languageName is what speakers of the language in call the one tagged of; its own name if they have none,
// the tag itself if it is unknown.
func languageName(of, in string) string {
	t, ok := Lookup(of)
	if !ok {
		return of
	}
	if name := t.Names[in]; name != "" {
		return name
	}
	return t.Names[t.Tag]
}
