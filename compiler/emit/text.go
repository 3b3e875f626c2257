package emit

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/locale"
)

// phrase is a prompt with the expressions of its holes, one for each argument.
type phrase struct {
	prompt int
	args   []ast.Expr
	bound  map[*check.Symbol]int // a template's parameters
}

// words makes a prompt of words in place.
func (e *emitter) words(list []*ast.Worded, written bool) phrase {
	p := bundle.Prompt{Written: written}
	if e.opt.Discard { // nothing of the prompt is kept
		p.Words, e.cut = e.wordings[:0], e.cut[:0]
	}
	var args []ast.Expr
	for _, w := range list {
		tag := ""
		if w.Lang != nil {
			tag = w.Lang.Tag
		}
		p.Words = append(p.Words, bundle.Wording{Lang: tag, Pieces: e.pieces(w.Text, &args)})
	}
	p.Args = int32(len(args))
	if e.opt.Discard {
		e.wordings = p.Words
	}
	return phrase{prompt: e.prompt(p), args: args}
}

// declared makes the prompt of a declared prompt or template.
func (e *emitter) declared(x *check.PromptInfo) int {
	p, _ := e.declaredWords(x)
	return e.prompt(p)
}

func (e *emitter) declaredWords(x *check.PromptInfo) (bundle.Prompt, []ast.Expr) {
	p := bundle.Prompt{Name: x.Name, Written: x.Kind == check.Template}
	var args []ast.Expr
	for _, lang := range sorted(x.Words) {
		p.Words = append(p.Words, bundle.Wording{Lang: lang, Pieces: e.pieces(x.Words[lang], &args)})
	}
	for _, lang := range sorted(x.Audio) {
		p.Audio = append(p.Audio, bundle.Audio{Lang: lang, File: x.Audio[lang]})
	}
	p.Args = int32(len(args))
	return p, args
}

func sorted[T any](m map[string]T) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// pieces turns a string into text and holes. Holes of the same plain name share an argument, so that a prompt in
// several languages asks for each value once.
func (e *emitter) pieces(s *ast.StringLit, args *[]ast.Expr) []bundle.Piece {
	list := []bundle.Piece{}
	if s == nil {
		return list
	}
	if e.opt.Discard {
		list = e.cut[len(e.cut):]
		defer func() { e.cut = append(e.cut[:len(e.cut):cap(e.cut)], list...) }()
	}
	for _, part := range s.Parts {
		if part.Hole == nil || part.Hole.Expr == nil {
			list = append(list, bundle.Piece{Text: part.Text})
			continue
		}
		t := e.p.TypeOf(part.Hole.Expr)
		q := bundle.Piece{Kind: kindName(t)}
		if st := part.Hole.Style; st != nil {
			if w, ok := library.Style(st.Text); ok {
				q.Style = w.ID
			}
		}
		if ref, ok := part.Hole.Expr.(*ast.Ref); ok {
			if m := e.p.RefOf(ref); m != nil && m.Symbol != nil && m.Symbol.Kind == check.Function &&
				m.Symbol.Lib.Where == "queue" {
				q.From = m.Symbol.Lib.ID
				list = append(list, q)
				continue
			}
		}
		at := slices.IndexFunc(*args, func(x ast.Expr) bool { return e.same(x, part.Hole.Expr) })
		if at < 0 {
			at = len(*args)
			*args = append(*args, part.Hole.Expr)
		}
		q.Arg = int32(at)
		list = append(list, q)
	}
	return list
}

// kindName is the kind under which a value is read out.
func kindName(t *types.Type) string {
	switch t.Kind {
	case types.Tag, types.Message, types.Bad, types.Queue:
		return types.Text.String()
	}
	return t.Kind.String()
}

// same tells whether two holes are the same plain name with the same fields.
func (e *emitter) same(x, y ast.Expr) bool {
	a, okA := x.(*ast.Ref)
	b, okB := y.(*ast.Ref)
	if !okA || !okB {
		return false
	}
	m, n := e.p.RefOf(a), e.p.RefOf(b)
	return m != nil && n != nil && m.Symbol == n.Symbol && !m.Called && !n.Called && m.Key == nil && n.Key == nil &&
		slices.Equal(m.Fields, n.Fields)
}

// prompt adds a prompt to the bundle, or finds one that is the same.
func (e *emitter) prompt(p bundle.Prompt) int {
	e.key = appendKey(e.key[:0], &p)
	if e.opt.Discard { // how many there are is all that counts
		sum := sha256.Sum256(e.key)
		e.key = append(e.key[:0], sum[:8]...)
	}
	i, ok := e.prompts[string(e.key)]
	if !ok {
		i = len(e.prompts)
		e.prompts[string(e.key)] = i
		if !e.opt.Discard {
			e.out.Prompts = append(e.out.Prompts, p)
		}
	}
	return i
}

// appendKey writes all that a prompt says: two have the same key only if they are the same.
func appendKey(b []byte, p *bundle.Prompt) []byte {
	text := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	text(p.Name)
	b = strconv.AppendBool(b, p.Written)
	b = binary.AppendUvarint(b, uint64(p.Args))
	b = binary.AppendUvarint(b, uint64(len(p.Words)))
	for _, w := range p.Words {
		text(w.Lang)
		b = binary.AppendUvarint(b, uint64(len(w.Pieces)))
		for _, q := range w.Pieces {
			text(q.Text)
			text(q.Kind)
			text(q.Style)
			text(q.From)
			b = binary.AppendUvarint(b, uint64(q.Arg))
		}
	}
	for _, a := range p.Audio {
		text(a.Lang)
		text(a.File)
	}
	return b
}

// literal makes a prompt of fixed words.
func (e *emitter) literal(byLang map[string]string) int {
	p := bundle.Prompt{}
	for _, lang := range sorted(byLang) {
		if byLang[lang] != "" {
			p.Words = append(p.Words, bundle.Wording{Lang: lang, Pieces: []bundle.Piece{{Text: byLang[lang]}}})
		}
	}
	return e.prompt(p)
}

// promptOf finds the prompt that a reference names; -1 if it names none.
func (e *emitter) promptOf(r *ast.Ref) int32 {
	if s := e.p.SymbolOf(r); s != nil && s.Kind == check.Prompt {
		return int32(e.symbols[s])
	}
	return -1
}

// arguments evaluates the holes of a phrase from register base on.
func (f *function) arguments(p phrase, base int) {
	if p.bound != nil {
		outer := f.bound
		f.bound = map[*check.Symbol]int{}
		for s, r := range outer {
			f.bound[s] = r
		}
		for s, r := range p.bound {
			f.bound[s] = r
		}
		defer func() { f.bound = outer }()
	}
	for i, x := range p.args {
		f.present(x, base+i)
	}
}

// format writes a phrase as text into r.
func (f *function) format(p phrase, r int) {
	next := f.next
	defer func() { f.next = next }()
	base := f.window(r, max(len(p.args), 1))
	f.arguments(p, base)
	f.abx(bundle.Format, base, p.prompt)
	f.move(r, base)
}

// template writes a template with its arguments into r.
func (f *function) template(x *check.PromptInfo, args []ast.Expr, r int) {
	next := f.next
	defer func() { f.next = next }()
	p, holes := f.e.declaredWords(x)
	ph := phrase{prompt: f.e.prompt(p), args: holes, bound: map[*check.Symbol]int{}}
	base := f.temp(max(len(x.Params), 1))
	for i, s := range x.Params {
		if i < len(args) && args[i] != nil {
			f.present(args[i], base+i)
		} else {
			f.abc(bundle.LoadAbsent, base+i, 0, 0)
		}
		ph.bound[s] = base + i
	}
	f.format(ph, r)
}

// text evaluates words to be written into r.
func (f *function) text(t *ast.Text, r int) {
	if t.Ref == nil {
		f.format(f.e.words(t.Words, true), r)
		return
	}
	f.present(t.Ref, r)
}

// say emits one say; early is one before answering.
func (f *function) say(s *ast.Said, early bool) {
	if s == nil || s.Text == nil {
		return
	}
	next := f.next
	defer func() { f.next = next }()
	site := plainSite(bundle.SaySite, 0)
	site.MustHear, site.Each, site.Early = s.MustHear, s.Each, early
	ph := phrase{}
	if ref := s.Text.Ref; ref == nil {
		ph = f.e.words(s.Text.Words, false)
	} else if f.sayNamed(ref, site) {
		return
	} else {
		t := f.e.p.TypeOf(ref)
		p := bundle.Prompt{Words: []bundle.Wording{{Pieces: []bundle.Piece{{Kind: kindName(t)}}}}, Args: 1}
		ph = phrase{prompt: f.e.prompt(p), args: []ast.Expr{ref}}
	}
	f.speak(ph, site)
}

// speak emits the say of a phrase.
func (f *function) speak(ph phrase, site bundle.Site) {
	next := f.next
	defer func() { f.next = next }()
	base := f.temp(max(len(ph.args), 1))
	f.arguments(ph, base)
	site.Index, site.Args = int32(ph.prompt), int32(len(ph.args))
	f.effect(base, site)
}

// standard are the words that the program says where the flow has none: after a miss, and to read back an answer.
type standard struct {
	noinput, short, invalid, unlisted int
}

func (e *emitter) standard() {
	in := func(words func(locale.Standard) string) map[string]string {
		list := map[string]string{}
		for _, l := range e.tongues() {
			list[l.Tag] = words(l.Standard)
		}
		return list
	}
	e.std = standard{
		noinput:  e.literal(in(func(s locale.Standard) string { return s.NoInput })),
		short:    e.literal(in(func(s locale.Standard) string { return s.Short })),
		invalid:  e.literal(in(func(s locale.Standard) string { return s.Invalid })),
		unlisted: e.literal(in(func(s locale.Standard) string { return s.Unlisted })),
	}
	e.out.Apology = int32(e.literal(in(func(s locale.Standard) string { return s.Apology })))
	regret := e.literal(in(func(s locale.Standard) string { return s.Regret }))
	if e.out.Regret = int32(regret); !e.opt.Discard {
		e.out.Prompts[regret].Written = true
	}
}

// confirmation is the standard reading back of a value.
func (e *emitter) confirmation(t *types.Type) int {
	hole := bundle.Piece{Kind: kindName(t)}
	p := bundle.Prompt{Args: 1}
	for _, l := range e.tongues() {
		words := l.Standard.Confirm
		if t.Kind == types.Recording {
			words = l.Standard.Recorded
		}
		if words == "" {
			continue
		}
		before, after, _ := strings.Cut(words, "{value}")
		pieces := []bundle.Piece{hole}
		if before != "" {
			pieces = []bundle.Piece{{Text: before}, hole}
		}
		p.Words = append(p.Words, bundle.Wording{Lang: l.Tag, Pieces: append(pieces, bundle.Piece{Text: after})})
	}
	return e.prompt(p)
}

// tongues are the languages that the program is spoken in, and those of its keywords, by their tags.
func (e *emitter) tongues() []*locale.Language {
	tags := slices.Concat([]string{"en", "zh"}, e.p.Languages)
	slices.Sort(tags)
	var list []*locale.Language
	for _, tag := range slices.Compact(tags) {
		if l, ok := locale.Lookup(tag); ok {
			list = append(list, l)
		}
	}
	return list
}

// plain is the text of a string without holes.
func plain(s *ast.StringLit) string {
	if s == nil {
		return ""
	}
	text, _ := s.Plain()
	return strings.TrimSpace(text)
}
