package replay

import (
	"crypto/sha256"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"rexian/compiler/bundle"
	"rexian/runtime/deploy"
)

// Pair is two versions made ready to be compared; safe for concurrent use.
type Pair struct {
	old, new *version
	// names of opening hours and tables that are the same in both
	hours, tables map[string]bool
}

// version is one of them. What prompts say is numbered over both: the same number is the same in every language, in
// words and recordings.
type version struct {
	*deploy.Version
	prompts []int
	options [][]option // of each question
	lists   []int      // of options as they are read out, numbered as prompts are
}

// option is an option by what people call it.
type option struct {
	keys  string
	label int    // what its label says, -1 for none
	to    string // where it leads, where it has no label
	says  string // its label in the first language, or where it leads
}

// numbering gives the same number to the same text.
type numbering map[string]int

func (n numbering) of(s string) int {
	i, ok := n[s]
	if !ok {
		i = len(n)
		n[s] = i
	}
	return i
}

// NewPair makes two versions ready.
func NewPair(old, new *deploy.Version) *Pair {
	n := numbering{}
	p := &Pair{old: ready(old, n), new: ready(new, n), hours: map[string]bool{}, tables: map[string]bool{}}
	for i := range old.Program.Hours {
		for j := range new.Program.Hours {
			a, b := &old.Program.Hours[i], &new.Program.Hours[j]
			if a.Name == b.Name {
				p.hours[a.Name] = sameHours(old.Program, new.Program, i, j)
			}
		}
	}
	for i := range old.Program.Tables {
		for j := range new.Program.Tables {
			a, b := &old.Program.Tables[i], &new.Program.Tables[j]
			if a.Name == b.Name {
				p.tables[a.Name] = reflect.DeepEqual(a.Rows, b.Rows)
			}
		}
	}
	return p
}

// sameHours tells whether opening hours of two programs are the same, with their calendars.
func sameHours(p, q *bundle.Program, i, j int) bool {
	a, b := p.Hours[i], q.Hours[j]
	calendar := func(p *bundle.Program, at int) any {
		if at < 0 || at >= len(p.Calendars) {
			return nil
		}
		return p.Calendars[at]
	}
	if !reflect.DeepEqual(calendar(p, a.Calendar), calendar(q, b.Calendar)) {
		return false
	}
	a.Calendar, b.Calendar = 0, 0
	return reflect.DeepEqual(a, b)
}

func ready(v *deploy.Version, n numbering) *version {
	r := &version{Version: v, prompts: make([]int, len(v.Program.Prompts))}
	for i := range v.Program.Prompts {
		r.prompts[i] = n.of("prompt " + content(v, i))
	}
	for i := range v.Program.Questions {
		q := &v.Program.Questions[i]
		var list []option
		read := "options"
		for j := range q.Options {
			o := option{keys: q.Options[j].Keys, label: -1, to: leads(v.Program, i, j)}
			o.says = o.to
			if l := q.Options[j].Label; l >= 0 {
				o.label, o.says = r.prompts[l], template(v.Program, int(l), "")
			}
			list = append(list, o)
			read += " " + o.keys + " " + strconv.Itoa(o.label)
		}
		r.options = append(r.options, list)
		r.lists = append(r.lists, n.of(read))
	}
	return r
}

// content is all that a prompt is.
func content(v *deploy.Version, i int) string {
	p := v.Program.Prompts[i]
	p.Name = ""
	b, err := json.Marshal(p)
	if err != nil {
		return strconv.Itoa(i) // plain data always encode
	}
	s := string(b)
	for _, a := range p.Audio {
		sum := sha256.Sum256(v.Audio[a.File])
		s += string(sum[:])
	}
	return s
}

// leads is the flow that an option goes to, "" if it does something else first.
func leads(p *bundle.Program, question, option int) string {
	for i := range p.Funcs {
		f := &p.Funcs[i]
		for j := range f.Sites {
			s := &f.Sites[j]
			if s.Kind == bundle.CollectSite && int(s.Index) == question && option < len(s.Options) {
				return firstFlow(p, f, int(s.Options[option]))
			}
		}
	}
	return ""
}

// firstFlow is the flow that code from pc on goes to before it does anything else.
func firstFlow(p *bundle.Program, f *bundle.Func, pc int) string {
	for range 16 {
		if pc < 0 || pc >= len(f.Code) {
			return ""
		}
		switch c := f.Code[pc]; c.Op() {
		case bundle.Goto, bundle.Call:
			return p.Funcs[c.Bx()].Name
		case bundle.Effect, bundle.Raise, bundle.Return, bundle.ReturnNone, bundle.Jump, bundle.JumpIf,
			bundle.JumpIfNot:
			return ""
		}
		pc++
	}
	return ""
}

// template is what a prompt says in a language, "" for the first that it has, a hole as its kind in braces.
func template(p *bundle.Program, prompt int, lang string) string {
	if prompt < 0 || prompt >= len(p.Prompts) {
		return ""
	}
	if lang == "" && len(p.Languages) > 0 {
		lang = p.Languages[0]
	}
	var b strings.Builder
	for _, piece := range p.Prompts[prompt].Wording(lang, p.Fallback) {
		if piece.Kind != "" || piece.From != "" {
			b.WriteString("…")
			continue
		}
		b.WriteString(piece.Text)
	}
	if b.Len() == 0 {
		return p.Prompts[prompt].Name
	}
	return b.String()
}

// wanted finds the option of another version that a caller wanted who chose one of these. moved tells that its key is
// another; named, that it is called otherwise.
func wanted(old []option, chose int, new []option) (at int, moved, named bool) {
	if chose < 0 || chose >= len(old) {
		return -1, false, false
	}
	o := &old[chose]
	same := func(a *option) bool {
		if o.label >= 0 {
			return a.label == o.label
		}
		return a.label < 0 && a.to == o.to && a.to != ""
	}
	// The same key first, where several are called the same.
	for i := range new {
		if new[i].keys == o.keys && same(&new[i]) {
			return i, false, false
		}
	}
	for i := range new {
		if same(&new[i]) {
			return i, true, false
		}
	}
	// An option under its key that is called otherwise is the same one, if it leads where the other led, or if neither
	// name is on the other side.
	at = slices.IndexFunc(new, func(a option) bool { return a.keys == o.keys })
	if at < 0 {
		return -1, false, false
	}
	a := &new[at]
	if a.to == o.to && a.to != "" || a.to == o.to && a.label < 0 && o.label < 0 {
		return at, false, true
	}
	known := slices.ContainsFunc(old, func(x option) bool { return x.label == a.label && x.label >= 0 })
	if !known && (a.to == "" || o.to == "") {
		return at, false, true
	}
	return -1, false, false
}
