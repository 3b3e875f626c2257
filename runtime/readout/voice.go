package readout

// Voice tells those who reckon with the length of words how long a voice takes for them. The zero value knows no
// recordings.
type Voice struct {
	// Recorded is how long a recording of the program takes, in milliseconds; false if it is not known. It may be nil.
	Recorded func(file string) (int64, bool)
}

// Spoken is how long a voice of a language takes for a text, in milliseconds.
func (Voice) Spoken(lang, text string) int64 { return SpokenTime(lang, text).Milliseconds() }

// Longest is the longest reading of a value, of a kind and a style by their English names: see the function Longest.
func (Voice) Longest(lang, kind, style string, width int) string {
	k, ok := ParseKind(kind)
	if !ok {
		k = Text
	}
	s, _ := ParseStyle(style)
	return Longest(lang, k, s, width)
}

// Recording is how long a recording of the program takes, in milliseconds; false if it is not known.
func (v Voice) Recording(file string) (int64, bool) {
	if v.Recorded == nil {
		return 0, false
	}
	return v.Recorded(file)
}

// Offers are the words in which a menu reads its options.
func (Voice) Offers(lang string, labels, keys []string) string {
	var parts []string
	for i, label := range labels {
		parts = append(parts, Offer(lang, label, keys[i]))
	}
	return Offers(lang, parts)
}
