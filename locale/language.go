// Package locale holds the languages that callers are spoken to in, as data: a folder with one file, language.toml,
// is a language. It tells what the language is called, how values are read and written, which voice speaks it, in which
// words a menu offers its options, how words name a key, and what is said where a flow has no words of its own. Nothing
// else in the product knows a language by more than its tag. The folders beside this file are shipped; a program brings
// further ones in its folder languages.
package locale

// File is the name of the file that describes a language, Folder of the folder in which a program keeps its own.
const (
	File   = "language.toml"
	Folder = "languages"
)

// Language is one language.
//
// A phrase is words with places in braces, as in `{day} {month}`. A place is spelled by the rules of its name, or of
// those behind a colon: `{day:ordinal}`. What is written keeps its blanks; what is spoken is cut at them into words.
type Language struct {
	Tag    string            `toml:"tag"`    // BCP 47, in small letters: "fr", "yue"
	Names  map[string]string `toml:"names"`  // by the tag of who calls it so; its own, zh and en are needed
	Espeak string            `toml:"espeak"` // the voice of espeak-ng; "" if it has none

	Speech   Speech            `toml:"speech"`
	Phrases  Phrases           `toml:"phrases"`
	Written  Written           `toml:"written"`
	Menu     Menu              `toml:"menu"`
	Keys     Keys              `toml:"keys"`
	Standard Standard          `toml:"standard"`
	Sources  map[string]string `toml:"rules"`
	Rules    Rules             `toml:"-"` // of Sources
}

// Speech are the words of a reading that are no numbers.
type Speech struct {
	Blank        string   `toml:"blank"` // between words, "" in Chinese
	Comma        string   `toml:"comma"`
	Digits       []string `toml:"digits"`   // on their own, in identifiers
	Fraction     []string `toml:"fraction"` // behind a point; Digits if there are none
	Minus        string   `toml:"minus"`
	Plus         string   `toml:"plus"`
	Point        string   `toml:"point"`
	No           string   `toml:"no"`
	Yes          string   `toml:"yes"`
	Hidden       string   `toml:"hidden"`        // in place of a masked value
	Ending       string   `toml:"ending"`        // before the last digits of a masked number
	Masked       string   `toml:"masked"`        // a masked name, by its {first} letter
	Near         []string `toml:"near"`          // yesterday, today, tomorrow, the day after
	Ordinal      string   `toml:"ordinal"`       // before an ordinal, unless the words before it end so: 第
	CountBefore  string   `toml:"count_before"`  // characters that begin what is counted: a bare number is a count there
	Vowels       string   `toml:"vowels"`        // by whose groups a word has syllables
	SilentEnding []string `toml:"silent_ending"` // of a word, which make no syllable
}

// Phrases are the readings that are put together of others.
type Phrases struct {
	Percent      string `toml:"percent"` // {number}
	Date         string `toml:"date"`    // {year} {month} {day}
	DateShort    string `toml:"date_short"`
	Weekday      string `toml:"weekday"` // {date} {weekday}, of which Sunday is 0
	Month        string `toml:"month"`   // {year} {month}
	Quarter      string `toml:"quarter"` // {year} {quarter}
	QuarterAlone string `toml:"quarter_alone"`
	Moment       string `toml:"moment"` // {date} {clock}
}

// Written is how values are written.
type Written struct {
	Thousands    string   `toml:"thousands"` // between groups of three digits
	Decimal      string   `toml:"decimal"`   // "." if it is not given
	No           string   `toml:"no"`
	Yes          string   `toml:"yes"`
	Ordinal      string   `toml:"ordinal"` // {n}
	Money        string   `toml:"money"`   // {sign} {yuan} {fen}
	Percent      string   `toml:"percent"` // {number}
	Date         string   `toml:"date"`
	Weekday      string   `toml:"weekday"`
	Month        string   `toml:"month"`
	Quarter      string   `toml:"quarter"`
	QuarterAlone string   `toml:"quarter_alone"`
	Moment       string   `toml:"moment"`
	Unit         string   `toml:"unit"` // {number} {unit}
	Gap          string   `toml:"gap"`  // between the parts of a duration
	One          []string `toml:"one"`  // day, hour, minute, second, working day, month
	Many         []string `toml:"many"` // One if they are not given
}

// Menu is how a menu reads its options: `for {label}, press {key}`.
type Menu struct {
	Choice string `toml:"choice"`
	Join   string `toml:"join"`
	End    string `toml:"end"`
	Star   string `toml:"star"`
	Pound  string `toml:"pound"`
}

// Keys are the words by which prompts name keys; in small letters.
type Keys struct {
	Press    []string          `toml:"press"`    // before a key
	Or       []string          `toml:"or"`       // between keys, and before the next option
	And      []string          `toml:"and"`      // between keys only
	Through  []string          `toml:"through"`  // within a range
	Article  []string          `toml:"article"`  // between a verb and a key
	Key      []string          `toml:"key"`      // before a key, which calls it one: key 1
	Called   []string          `toml:"called"`   // behind a key, likewise: 1号键
	Star     []string          `toml:"star"`     // names of *
	Pound    []string          `toml:"pound"`    // names of #
	Numerals []string          `toml:"numerals"` // keys in words, 0 to 9
	Aliases  map[string]string `toml:"aliases"`  // further words for keys: 幺 is 1
	Counted  []string          `toml:"counted"`  // behind a figure that is no key: digits, minutes
	Fillers  []string          `toml:"fillers"`  // beside keys, without a meaning
	Purpose  []string          `toml:"purpose"`  // behind a key, before what it is for
	Rate     []string          `toml:"rate"`     // behind that, what makes a rate of the figure: 1 for each
	Consent  []string          `toml:"consent"`  // what says yes
	Refusal  []string          `toml:"refusal"`  // what says no; looked for first
}

// Standard are the words that are said where a flow has none.
type Standard struct {
	NoInput  string `toml:"noinput"`
	Short    string `toml:"short"`
	Invalid  string `toml:"invalid"`
	Unlisted string `toml:"unlisted"`
	Apology  string `toml:"apology"` // the call fails
	Regret   string `toml:"regret"`  // the message fails
	Confirm  string `toml:"confirm"` // {value}, 1 keeps it, 2 asks again
	// Recorded reads back what the caller said: {value}, 1 keeps it, 2 plays it again, 3 records again. Without it the
	// program's fallback is heard.
	Recorded string `toml:"recorded"`
	Speech   string `toml:"speech"` // what a test hears where the caller's own words are played
}

// Units of Written.One and Many.
const units = 6
