package laws_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/library"
	"rexian/compiler/pending"
	"rexian/compiler/prove"
	"rexian/compiler/table"
	"rexian/compiler/types"
	"rexian/compiler/value"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/lang/token"
	"rexian/lang/words"
	"rexian/runtime/collect"
	"rexian/runtime/readout"
	"rexian/runtime/trace"
	"rexian/runtime/vm"
)

var update = flag.Bool("update", false, "write the generated tables of SPEC.md anew")

// generated are the tables of SPEC.md that come from the code.
var generated = map[string]func() string{
	"reserved":    func() string { return keywordTable(words.Reserved) },
	"contextual":  func() string { return keywordTable(words.Contextual) },
	"day":         func() string { return keywordTable(words.Day) },
	"unit":        func() string { return keywordTable(words.Unit) },
	"measure":     func() string { return strings.Join(words.Measures(), " ") },
	"touch":       touchWords,
	"types":       typeTable,
	"styles":      styleTable,
	"readout":     readoutTable,
	"lookups":     func() string { return functionTable(library.Lookup) },
	"builtins":    func() string { return functionTable(library.Builtin, library.Value) },
	"records":     recordTable,
	"tags":        tagTable,
	"effects":     effectList,
	"figures":     check.Bounds,
	"opcodes":     opcodeTable,
	"limits":      limitTable,
	"diagnostics": func() string { return diagnosticTable("code||sentence", diag.En) },
	"诊断":          func() string { return diagnosticTable("代码||说明", diag.Zh) },
	"pending":     pendingTable,
}

var section = regexp.MustCompile(`(?s)<!-- generated:(\S+) -->(.*?)<!-- /generated -->`)

// generatedIn are the pages that have a part of the tables; SPEC.md has all others.
var generatedIn = map[string][]string{
	"docs/diagnostics.md": {"diagnostics"},
	"docs/诊断.md":          {"诊断"},
}

// TestSpecTables compares the tables of SPEC.md and of the pages beside it with the code; -update writes them.
func TestSpecTables(t *testing.T) {
	rest := slices.Collect(maps.Keys(generated))
	for doc, tables := range generatedIn {
		compareTables(t, doc, tables)
		rest = slices.DeleteFunc(rest, func(name string) bool { return slices.Contains(tables, name) })
	}
	compareTables(t, "SPEC.md", rest)
}

// compareTables compares the tables of one page, which are to be just these.
func compareTables(t *testing.T, doc string, tables []string) {
	t.Helper()
	src, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	now := section.ReplaceAllStringFunc(string(src), func(s string) string {
		m := section.FindStringSubmatch(s)
		if !slices.Contains(tables, m[1]) {
			t.Errorf("%s has a table %q, which is none of its own", doc, m[1])
			return s
		}
		seen[m[1]] = true
		body := generated[m[1]]()
		if m[1] != "effects" && m[1] != "figures" { // which stand within a line
			body = "\n" + body + "\n"
		}
		if m[2] != body && !*update {
			t.Errorf("the table %q of %s differs from the code; go test ./laws -run TestSpecTables -update\n%s", m[1],
				doc, cmp.Diff(strings.Split(m[2], "\n"), strings.Split(body, "\n")))
		}
		return "<!-- generated:" + m[1] + " -->" + body + "<!-- /generated -->"
	})
	for _, name := range tables {
		if !seen[name] {
			t.Errorf("%s has no place for the table %q", doc, name)
		}
	}
	if *update && now != string(src) {
		if err := os.WriteFile(doc, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var mentioned = regexp.MustCompile(`RX[0-9]{4}`)

// TestSpecCodes looks up every code that the documents mention.
func TestSpecCodes(t *testing.T) {
	for _, doc := range documents {
		src, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range mentioned.FindAllString(string(src), -1) {
			if _, ok := diag.Lookup(diag.Code(code)); !ok {
				t.Errorf("%s mentions %s, which is no code", doc, code)
			}
		}
	}
}

// rows writes a table of markdown.
func rows(head string, list [][]string) string {
	columns := strings.Split(head, "|")
	var b strings.Builder
	line := func(cells []string) {
		for i, c := range cells {
			cells[i] = strings.ReplaceAll(strings.ReplaceAll(strings.TrimSpace(c), "|", `\|`), "\n", " ")
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	line(columns)
	b.WriteString(strings.Repeat("|---", len(columns)) + "|\n")
	for _, r := range list {
		line(r)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// keywordTable lists the keywords of a class, two to a row where there are many.
func keywordTable(class words.Class) string {
	var list [][]string
	for _, k := range words.All() {
		if k.Class != class {
			continue
		}
		id := k.ID
		if len(k.English) > 1 {
			id = strings.Join(k.English, "/")
		}
		list = append(list, []string{"`" + id + "`", strings.Join(k.Chinese, "/")})
	}
	columns := 4
	head := strings.TrimSuffix(strings.Repeat("English|中文|", columns), "|")
	var wide [][]string
	for len(list) > 0 {
		var r []string
		for range columns {
			if len(list) > 0 {
				r, list = append(r, list[0]...), list[1:]
			} else {
				r = append(r, "", "")
			}
		}
		wide = append(wide, r)
	}
	return rows(head, wide)
}

func touchWords() string {
	var list []string
	for _, k := range words.All() {
		for _, s := range k.Chinese {
			if w := words.Lookup(s); w != nil && w.Touch && !slices.Contains(list, s) {
				list = append(list, s)
			}
		}
	}
	if w := words.Lookup("至"); w != nil && w.Touch { // no keyword: it is the range sign
		list = append(list, "至")
	}
	return strings.Join(list, " ")
}

// representations say how values of each writable type are held.
var representations = []struct {
	kind    types.Kind
	held    string
	literal string
}{
	{types.Text, "string", `"增值税"`}, {types.Digits, "string of 0–9", `"0409"`},
	{types.Number, "millionths", "12, 1200.5, 20%"}, {types.Money, "fen", "100元, 0.05元, 500万元"},
	{types.YesNo, "0 or 1", "是, 否"}, {types.Date, "days since 1970-01-01", "2026-10-01, 2026年10月1日"},
	{types.Month, "year·12 + month − 1", "2026-08"}, {types.Time, "seconds since midnight", "08:30, 9点半"},
	{types.Moment, "milliseconds since 1970-01-01T00:00Z", "2026-10-12 09:30"},
	{types.Duration, "milliseconds", "5秒, 30分钟, 2小时, 7天"}, {types.Phone, "string, normalised", `"13800138000"`},
	{types.TaxpayerID, "string", `"913701001000000409"`}, {types.ResidentID, "string", ""},
	{types.Language, "its tag", "中文, 英文"}, {types.Message, "a template with its arguments", `回执("1")`},
	{types.Recording, "its id", ""}, {types.Queue, "its name", "综合咨询"}, {types.Flow, "its name", ""},
	{types.Prompt, "its name", ""}, {types.Hours, "its name", ""}, {types.Mailbox, "its name", ""},
}

func typeTable() string {
	var list [][]string
	var named []string
	for _, r := range representations {
		n := r.kind.Name()
		named = append(named, n.Zh, n.En)
		literal := r.literal
		if literal != "" {
			literal = "`" + literal + "`"
		}
		list = append(list, []string{"`" + n.En + "`", n.Zh, r.held, literal})
	}
	for _, w := range types.Words() {
		if !slices.Contains(named, w) {
			list = append(list, []string{"`" + w + "`", "", "not described", ""}) // fails the comparison until it is
		}
	}
	return rows("type|中文|held as|literals", list)
}

// spoken reads a value in a language; it panics on a row of our own that cannot be read.
func spoken(lang, kind, text, style string, write bool) string {
	v, err := readout.ParseValue(kind, text)
	if err != nil {
		panic(err)
	}
	s := readout.Default
	if style != "" {
		var ok bool
		if s, ok = readout.ParseStyle(style); !ok {
			panic("no style " + style)
		}
	}
	if write {
		return readout.Write(lang, v, s, readout.Context{})
	}
	c := readout.Context{}
	if s == readout.Short || s == readout.Near { // on the twelfth of October
		c.Now = time.Date(2026, 10, 12, 10, 0, 0, 0, time.UTC).UnixMilli()
	}
	return readout.Speak(lang, v, s, c)
}

func styleTable() string {
	from := map[string][2]string{"digits": {"digits", "010"}, "ordinal": {"number", "2"}, "count": {"number", "2"},
		"masked": {"phone", "13800138000"}, "percent": {"number", "0.05"}, "weekday": {"date", "2026-10-12"},
		"short": {"date", "2026-10-12"}, "near": {"date", "2026-10-13"}}
	var list [][]string
	for _, s := range library.Styles {
		x := from[s.ID]
		list = append(list, []string{"`:" + s.En + "`", ":" + s.Zh, x[1] + " (" + x[0] + ")",
			spoken("zh", x[0], x[1], s.ID, false), spoken("en", x[0], x[1], s.ID, false)})
	}
	return rows("style|中文|value|in Chinese|in English", list)
}

// readings are the values whose reading the specification shows.
var readings = [][2]string{
	{"money", "0"}, {"money", "0.01"}, {"money", "0.10"}, {"money", "0.22"}, {"money", "1"}, {"money", "1.05"},
	{"money", "1.50"}, {"money", "2"}, {"money", "12"},
	{"money", "20.20"}, {"money", "101.01"}, {"money", "110"}, {"money", "1000.05"}, {"money", "1010"},
	{"money", "1200.50"},
	{"money", "10500"}, {"money", "12000"}, {"money", "100500"}, {"money", "110000"}, {"money", "20000000"},
	{"money", "100010000"},
	{"money", "1234567.89"}, {"money", "-12.5"},
	{"number", "2"}, {"number", "22"}, {"number", "200"}, {"number", "2002"}, {"number", "22000"}, {"number", "2.5"},
	{"phone", "12366"}, {"phone", "13800138000"}, {"phone", "053188880000"}, {"phone", "4008205000"}, {"digits", "010"},
	{"taxpayer_id", "913701001000000409"},
	{"date", "2026-10-01"}, {"month", "2026-08"}, {"time", "00:05"}, {"time", "02:00"}, {"time", "12:00"},
	{"time", "13:30"},
	{"duration", "1h0m5s"}, {"duration", "65s"}, {"duration", "30d"}, {"duration", "2h"}, {"yesno", "yes"},
	{"language", "en"},
}

func readoutTable() string {
	var list [][]string
	for _, r := range readings {
		list = append(list, []string{"`" + r[0] + "`", r[1], spoken("zh", r[0], r[1], "", false),
			spoken("zh", r[0], r[1], "", true),
			spoken("en", r[0], r[1], "", false), spoken("en", r[0], r[1], "", true)})
	}
	return rows("type|value|spoken in Chinese|written|spoken in English|written", list)
}

func path(f *library.Function) (en, zh string) {
	var e, z []string
	for _, w := range f.Path {
		e, z = append(e, w.En), append(z, w.Zh)
	}
	return strings.Join(e, "."), strings.Join(z, ".")
}

func functionTable(classes ...library.Class) string {
	var list [][]string
	for _, f := range library.All() {
		if !slices.Contains(classes, f.Class) {
			continue
		}
		en, zh := path(f)
		var pe, pz, out []string
		for _, p := range f.Params {
			mark := ""
			if p.Optional {
				mark = "?"
			}
			kind := "any"
			if p.Type != nil {
				kind = p.Type.Describe().En
			}
			pe = append(pe, p.En+mark+": "+kind)
			pz = append(pz, p.Zh+mark)
		}
		if f.Class != library.Value {
			en, zh = en+"("+strings.Join(pe, ", ")+")", zh+"("+strings.Join(pz, ", ")+")"
		}
		result := "—"
		switch {
		case f.Shape != nil:
			result = "by its argument"
		case f.Result != nil:
			result = f.Result.Describe().En
		case f.ID == "target":
			result = "an item of the targets"
		}
		for _, tag := range f.Outcomes {
			out = append(out, library.TagName(tag).Zh+" `"+tag+"`")
		}
		row := []string{"`" + en + "`", zh, result, f.Doc.En}
		if classes[0] == library.Lookup {
			row = []string{"`" + en + "`", zh, result, strings.Join(out, ", "), f.Doc.En}
		}
		list = append(list, row)
	}
	if classes[0] == library.Lookup {
		return rows("function|中文|result|outcomes|", list)
	}
	return rows("name|中文|result|", list)
}

func recordTable() string {
	var list [][]string
	for _, r := range library.Records() {
		var fields []string
		for _, f := range r.Fields {
			fields = append(fields, f.Name.Zh+" `"+f.Name.En+"`: "+f.Type.Describe().En)
		}
		list = append(list, []string{"`" + r.Name.En + "`", r.Name.Zh, strings.Join(fields, " · ")})
	}
	return rows("record|中文|fields", list)
}

func tagTable() string {
	var list [][]string
	for _, set := range []struct {
		name string
		tags []string
	}{
		{"any step", append([]string{"error"}, library.Misses...)}, {"a table", library.TableOutcomes},
		{"a queue", library.QueueOutcomes},
		{"a call that was not answered", library.CallOutcomes}, {"opening hours", library.HoursStates},
		{"why closed", library.ClosedReasons},
		{"how a queue distributes", library.Orders},
	} {
		var all []string
		for _, id := range set.tags {
			all = append(all, library.TagName(id).Zh+" `"+id+"`")
		}
		list = append(list, []string{set.name, strings.Join(all, ", ")})
	}
	return rows("of|words", list)
}

// effectList names the kinds of effect, in the order of the format.
func effectList() string {
	var all []string
	for k := bundle.SiteKind(0); k.String() != "?"; k++ {
		all = append(all, k.String())
	}
	return strings.Join(all, " · ") + "."
}

func opcodeTable() string {
	names := map[bundle.Layout]string{bundle.ABC: "ABC", bundle.ABx: "ABx", bundle.AJump: "AJump",
		bundle.JLong: "JLong"}
	by := map[string][]string{}
	for o := bundle.Op(0); o.String() != "?"; o++ {
		by[names[o.Layout()]] = append(by[names[o.Layout()]], fmt.Sprintf("%s %d", o, o))
	}
	var list [][]string
	for _, n := range []string{"ABC", "ABx", "AJump", "JLong"} {
		list = append(list, []string{n, strings.Join(by[n], ", ")})
	}
	return rows("layout|operations and their numbers", list)
}

// pendingTable lists the words that are not carried out yet.
func pendingTable() string {
	var list [][]string
	for _, w := range pending.Words {
		list = append(list, []string{"`" + w.Spelling().En + "`", w.Spelling().Zh, w.Place.En, w.Lacks.En})
	}
	return rows("word|中文|where|instead", list)
}

func limitTable() string {
	seconds := func(ms int) string { return fmt.Sprintf("%g s", float64(ms)/1000) }
	return rows("limit|value", [][]string{
		{"size of a file", fmt.Sprintf("%d MiB", parse.MaxBytes>>20)},
		{"nesting of blocks and brackets; operators of an expression", fmt.Sprint(parse.MaxDepth)},
		{"a text, strings side by side joined", fmt.Sprintf("%d KiB", token.MaxText>>10)},
		{"digits of a number before and after the point", "12 and 6"},
		{"a name", fmt.Sprintf("%d bytes", check.MaxName)},
		{"rounds of `repeat` and `for each`", "1000"},
		{"rounds of loops within each other", fmt.Sprint(prove.MaxRounds)},
		{"tries of a question", "10"},
		{"first-key timer `wait`, unless stated", seconds(collect.DefaultWait)},
		{"between-keys timer `between`, unless stated", seconds(collect.DefaultBetween)},
		{"critical timer", seconds(collect.DefaultCritical)},
		{"total of an entry, from its first key", seconds(collect.DefaultTotal)},
		{"keys in a call's buffer", fmt.Sprint(collect.BufferKeys)},
		{"options of a question", fmt.Sprint(bundle.MaxOptions)},
		{"a lookup, unless `within` says else", seconds(vm.DefaultWithin)},
		{"valid inputs of a call; milestones; texts, mails, faxes and callbacks, or replies",
			fmt.Sprintf("%d; %d; %d", vm.MaxInputs, vm.MaxMarks, vm.MaxSent)},
		{"a text at run time, in all holes of one `say` too; items of a list; parts of a value",
			fmt.Sprintf("%d KiB; %d; %d", value.MaxText>>10, value.MaxItems, value.MaxParts)},
		{"backward jumps and calls between two events", fmt.Sprint(vm.StepBudget)},
		{"a table file; its rows; its columns",
			fmt.Sprintf("%d MiB; %d; %d", table.MaxBytes>>20, table.MaxRows, table.MaxColumns)},
		{"a line of a log", fmt.Sprintf("%d MiB", trace.MaxLine>>20)},
		{"content of a bundle", fmt.Sprintf("%d MiB", bundle.MaxSize>>20)},
		{"values at once in a flow; instructions of a flow", "250; 32000"},
		{"version of the bundle's format; of the log's", fmt.Sprintf("%d; %d", bundle.FormatVersion, trace.Version)},
		{"search for the next opening", "400 days"},
		{"a syllable, where time is reckoned", readout.SyllableTime.String()},
	})
}

// diagnosticTable lists the findings in a tongue. Only what is no error says what it is.
func diagnosticTable(head string, tongue diag.Tongue) string {
	var list [][]string
	for _, e := range diag.All() {
		severity := ""
		if e.Severity != diag.Error {
			severity = e.Severity.Word(tongue)
		}
		list = append(list, []string{string(e.Code), severity, e.Message.In(tongue)})
	}
	return rows(head, list)
}
