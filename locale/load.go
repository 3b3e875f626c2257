package locale

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Parse reads the file of a language. The error says in one sentence what is wrong with it.
func Parse(text []byte) (*Language, error) {
	l, err := decode(text)
	if err != nil {
		return nil, err
	}
	return l, l.check()
}

// decode is Parse without the check of what the rules say, which takes its time.
func decode(text []byte) (*Language, error) {
	l := &Language{}
	meta, err := toml.Decode(string(text), l)
	if err != nil {
		return nil, fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "toml: "))
	}
	if left := meta.Undecoded(); len(left) > 0 {
		return nil, fmt.Errorf("%s is not known", left[0])
	}
	if !tag.MatchString(l.Tag) {
		return nil, fmt.Errorf("tag = %q is no tag of a language such as \"fr\"", l.Tag)
	}
	for _, in := range []string{l.Tag, "zh", "en"} {
		if l.Names[in] == "" {
			return nil, fmt.Errorf("names.%s is missing", in)
		}
	}
	for _, in := range []string{"zh", "en"} {
		if !word.MatchString(l.Names[in]) {
			return nil, fmt.Errorf("names.%s = %q is not one word, so no flow can name it", in, l.Names[in])
		}
	}
	if len(l.Speech.Fraction) == 0 {
		l.Speech.Fraction = l.Speech.Digits
	}
	if len(l.Written.Many) == 0 {
		l.Written.Many = l.Written.One
	}
	if l.Written.Decimal == "" {
		l.Written.Decimal = "."
	}
	if hole := missing(reflect.ValueOf(*l), ""); hole != "" {
		return nil, fmt.Errorf("%s is missing", hole)
	}
	for name, list := range map[string]struct{ has, wants int }{
		"speech.digits": {len(l.Speech.Digits), 10}, "speech.fraction": {len(l.Speech.Fraction), 10},
		"speech.near": {len(l.Speech.Near), 4}, "written.one": {len(l.Written.One), units},
		"written.many": {len(l.Written.Many), units}, "keys.numerals": {len(l.Keys.Numerals), 10},
	} {
		if list.has != list.wants {
			return nil, fmt.Errorf("%s has %d words instead of %d", name, list.has, list.wants)
		}
	}
	for _, part := range []any{&l.Speech, &l.Phrases} {
		join(reflect.ValueOf(part).Elem())
	}
	if l.Rules, err = newRules(l.Sources); err != nil {
		return nil, err
	}
	for _, name := range needed {
		if l.Rules[name] == nil {
			return nil, fmt.Errorf("rules.%s is missing", name)
		}
	}
	for _, name := range []string{"count", "year", "day", "quarter"} {
		if l.Rules[name] == nil {
			l.Rules[name] = l.Rules["number"]
		}
	}
	return l, nil
}

var (
	tag  = regexp.MustCompile(`^[a-z]{2,3}(-[a-z0-9]{1,8})*$`)
	word = regexp.MustCompile(`^\p{L}[\p{L}\p{M}\p{Nd}_]*$`)
)

// optional lists what may be left out, or be empty.
var optional = []string{"espeak", "speech.blank", "speech.ordinal", "speech.count_before", "speech.vowels",
	"speech.silent_ending", "written.thousands", "written.gap", "keys.and", "keys.key", "keys.aliases",
	"keys.article", "keys.called", "keys.counted",
	"standard.recorded", "standard.speech", "keys.fillers", "keys.purpose", "keys.rate", "keys.consent", "keys.refusal",
	"keys.through", "keys.star", "keys.pound"}

// missing is the first value of a struct that is empty and may not be.
func missing(v reflect.Value, path string) string {
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("toml")
		if name == "-" {
			continue
		}
		if path != "" {
			name = path + "." + name
		}
		if v.Field(i).Kind() == reflect.Struct {
			if hole := missing(v.Field(i), name); hole != "" {
				return hole
			}
		} else if v.Field(i).IsZero() && !slices.Contains(optional, name) {
			return name
		}
	}
	return ""
}

// join makes blanks within words of the `_` in what is spoken.
func join(v reflect.Value) {
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString(strings.ReplaceAll(f.String(), "_", string(joint)))
		case reflect.Slice:
			for j := range f.Len() {
				f.Index(j).SetString(strings.ReplaceAll(f.Index(j).String(), "_", string(joint)))
			}
		}
	}
}

// needed are the sets of rules that every language has; count, year and such fall back to number.
var needed = []string{"number", "ordinal", "month", "weekday", "money", "clock", "span", "workdays", "months"}

// check spells numbers of all sizes by every set, so that rules that lead in a circle, or to nothing, are found when
// they are read and not when a caller listens.
func (l *Language) check() error {
	for _, name := range slices.Sorted(maps.Keys(l.Rules)) {
		for n := range probes() {
			text, ok := l.Rules.spell(name, n, 0)
			if !ok {
				return fmt.Errorf("rules.%s lead in a circle at %d", name, n)
			}
			if n > 0 && strings.TrimSpace(text) == "" && slices.Contains(needed, name) && inRange(name, n) {
				return fmt.Errorf("rules.%s say nothing for %d", name, n)
			}
		}
	}
	return l.phrases(reflect.ValueOf(*l))
}

// inRange tells whether a set is ever asked for a number.
func inRange(set string, n uint64) bool {
	switch set {
	case "weekday":
		return n < 7
	case "month":
		return n <= 12
	case "clock":
		return n <= 86_400
	}
	return true
}

// phrases checks that the places of all phrases can be filled.
func (l *Language) phrases(v reflect.Value) error {
	for i := range v.NumField() {
		f := v.Field(i)
		switch f.Kind() {
		case reflect.Struct:
			if err := l.phrases(f); err != nil {
				return err
			}
		case reflect.String:
			for _, p, rest, ok := nextPlace(f.String()); ok; _, p, rest, ok = nextPlace(rest) {
				name := v.Type().Field(i).Tag.Get("toml")
				if !slices.Contains(places, p.name) {
					return fmt.Errorf("%s: there is no place {%s}", name, p.name)
				}
				if p.rules != "" && l.Rules[p.rules] == nil {
					return fmt.Errorf("%s: there are no rules %q", name, p.rules)
				}
			}
		}
	}
	return nil
}

var places = []string{"number", "year", "month", "day", "weekday", "date", "quarter", "clock", "first", "sign", "yuan",
	"fen", "unit", "n", "label", "key", "value"}

// probes yields numbers of all sizes: small ones, and each digit at each place.
func probes() func(yield func(uint64) bool) {
	return func(yield func(uint64) bool) {
		for n := range uint64(130) {
			if !yield(n) {
				return
			}
		}
		for size := uint64(100); ; size *= 10 {
			for d := uint64(1); d <= 9; d++ {
				if !yield(d*size) || !yield(d*size+size/10+1) || !yield(d*size-1) {
					return
				}
			}
			if size == 1_000_000_000_000_000_000 {
				return
			}
		}
	}
}
