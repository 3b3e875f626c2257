package meaning

import (
	"slices"
	"strconv"
	"strings"

	"rexian/compiler/bundle"
	"rexian/runtime/vm"
)

// act is something that a call does without waiting. Two acts are the same for everybody exactly if their keys are.
type act struct {
	kind   bundle.SiteKind
	key    string
	shown  string // what was said or done, for people
	speech bool   // it is heard, or decides how
	must   bool   // and must be heard to its end
	early  bool   // and is heard before the call is answered
	lang   string
	whole  bool // shown is all that is said: nothing in it is computed
	file   string
	start  int
}

// wait is where a call goes on only when something comes from outside.
type wait struct {
	site   *bundle.Site
	fr     frame
	args   []*term
	named  string // see key
	in     *state // at the wait
	played *term  // by which number a prompt is heard meanwhile, nil: by none
	timers []*term
	shown  string // whom it waits for, for people
	lang   string
	file   string
	start  int
}

// wordy writes terms into keys.
type wordy struct{ strings.Builder }

func (w *wordy) term(t *term) *wordy {
	w.WriteByte('#')
	w.WriteString(strconv.Itoa(int(t.id)))
	return w
}

func (w *wordy) text(s string) *wordy {
	w.WriteString(strconv.Quote(s))
	return w
}

// words is a prompt's wording in a language with its holes filled with terms: as a key and for people.
func (m *machine) wording(prompt int, args []*term, lang string) (key, shown string, whole bool) {
	return m.filled(prompt, lang, func(k *wordy, arg int32) {
		if int(arg) < len(args) {
			k.term(args[arg])
		}
	})
}

// filled is wording with the holes written by hole.
func (m *machine) filled(prompt int, lang string, hole func(*wordy, int32)) (key, shown string, whole bool) {
	if prompt < 0 || prompt >= len(m.prog.Prompts) {
		return "", "", true
	}
	p := &m.prog.Prompts[prompt]
	var k wordy
	var out strings.Builder
	text := ""
	whole = true
	flush := func() {
		if text != "" {
			k.text(text)
		}
		text = ""
	}
	for _, piece := range p.Wording(lang, m.prog.Fallback) {
		if piece.Kind == "" && piece.From == "" {
			text += piece.Text
			out.WriteString(piece.Text)
			continue
		}
		flush()
		k.WriteString("{" + piece.Kind + ":" + piece.Style + ":" + piece.From)
		if piece.From == "" {
			hole(&k, piece.Arg)
		}
		k.WriteByte('}')
		out.WriteString("…")
		whole = false
	}
	flush()
	for _, a := range p.Audio {
		if p.Args == 0 && (a.Lang == lang || a.Lang == "") {
			k.WriteString("♪" + a.File)
			if out.Len() == 0 {
				out.WriteString("♪" + a.File)
				whole = false
			}
		}
	}
	return k.String(), out.String(), whole
}

// written is a template's text.
func (m *machine) written(prompt int, args []*term, lang string) *term {
	if n := int(m.prog.Prompts[prompt].Args); n < len(args) {
		args = args[:n]
	}
	key, shown, _ := m.filled(prompt, lang, func(k *wordy, arg int32) { k.WriteString(strconv.Itoa(int(arg))) })
	return m.of("written", 0, key+"\x00"+shown, args...)
}

// voice is the language in which a prompt is heard: see session.Renderer.
func (m *machine) voice(prompt int, lang string) string {
	p := &m.prog.Prompts[prompt]
	for _, w := range p.Words {
		if w.Lang == lang || w.Lang == "" {
			return lang
		}
	}
	for _, w := range p.Words {
		if w.Lang == m.prog.Fallback {
			return w.Lang
		}
	}
	if len(p.Words) > 0 {
		return p.Words[0].Lang
	}
	return lang
}

// spoke is one way to say something without values.
type spoke struct {
	prompt int
	lang   string

	must, each, early bool
}

// say is words spoken; without values they are put together once.
func (m *machine) say(prompt int, args []*term, lang string, site *bundle.Site) act {
	if len(args) > 0 {
		return m.saying(prompt, args, lang, site)
	}
	k := spoke{prompt: prompt, lang: lang}
	if site != nil {
		k.must, k.each, k.early = site.MustHear, site.Each, site.Early
	}
	a := m.spoken[k]
	if a == nil {
		one := m.saying(prompt, nil, lang, site)
		a = &one
		if m.spoken == nil {
			m.spoken = map[spoke]*act{}
		}
		m.spoken[k] = a
	}
	return *a
}

func (m *machine) saying(prompt int, args []*term, lang string, site *bundle.Site) act {
	langs := []string{lang}
	if site != nil && site.Each {
		langs = nil
		p := &m.prog.Prompts[prompt]
		for _, l := range m.prog.Languages {
			has := slices.ContainsFunc(p.Words, func(w bundle.Wording) bool { return w.Lang == l || w.Lang == "" }) ||
				slices.ContainsFunc(p.Audio, func(a bundle.Audio) bool { return a.Lang == l })
			if has {
				langs = append(langs, l)
			}
		}
	}
	a := act{kind: bundle.SaySite, speech: true, lang: lang, whole: true, must: site != nil && site.MustHear,
		early: site != nil && site.Early}
	var keys []string
	for _, l := range langs {
		key, shown, whole := m.wording(prompt, args, l)
		if key == "" {
			continue
		}
		keys = append(keys, m.voice(prompt, l)+key)
		a.shown += shown
		a.whole = a.whole && whole
	}
	if a.key = strings.Join(keys, "\n"); a.early {
		a.key = "before answering\n" + a.key
	}
	return a
}

func (m *machine) reply(text *term) act {
	var k wordy
	k.WriteString("reply")
	k.term(text)
	return act{kind: bundle.ReplySite, key: k.String(), shown: written(text)}
}

// written is the text of a template, or of a known text.
func written(t *term) string {
	switch t.op {
	case opText:
		return t.s
	case "written":
		_, shown, _ := strings.Cut(t.s, "\x00")
		return shown
	}
	return "…"
}

// options says which key does what.
func (m *machine) options(s *bundle.Site, mask int64, lang string) act {
	a := act{kind: bundle.OptionsSite, speech: true, lang: lang, whole: false}
	for i, o := range m.prog.Questions[s.Index].Options {
		if i < 64 && mask>>i&1 != 0 && o.Label >= 0 {
			key, shown, _ := m.wording(int(o.Label), nil, lang)
			a.key += "[" + o.Keys + ":" + m.voice(int(o.Label), lang) + key + "]"
			a.shown += shown + " " + o.Keys + " "
		}
	}
	return a
}

// effect does what a site asks for, or waits there.
func (r *run) effect(s *state, f *facts, acts []act, fr *frame, site *bundle.Site, a int) (*facts, []act, bool) {
	base := int(fr.base) + a
	args := s.stack[base : base+int(site.Args)]
	end := func(how vm.End) (*facts, []act, bool) {
		r.end(s, f, acts, how, r.zero)
		return f, acts, true
	}
	switch site.Kind {
	case bundle.HangupSite:
		return end(vm.EndHangup)
	case bundle.RejectSite:
		return end(vm.EndReject)
	}
	if s.gone && spoken(site.Kind) {
		return end(vm.EndCaller)
	}
	if site.Kind == bundle.QuerySite {
		s.stack[base] = r.query(site, args)
		return f, acts, false
	}
	if site.Kind == bundle.LanguageSite {
		return r.language(s, f, acts, args[0])
	}
	if one, ok := r.does(s, site, args); ok {
		fn := &r.prog.Funcs[fr.fn]
		one.file, one.start = r.place(fn, fr.pc-1)
		if one.key != "" {
			acts = and(acts, one)
		}
		return f, acts, false
	}
	w := r.waits(site, slices.Clone(args))
	w.fr, w.in, w.lang = *fr, s, s.lang
	w.file, w.start = r.place(&r.prog.Funcs[fr.fn], fr.pc-1)
	r.leaf(leaf{s: s, facts: f, acts: acts, wait: w})
	return f, acts, true
}

func (m *machine) place(fn *bundle.Func, pc int32) (file string, start int) {
	if pc < 0 || int(pc) >= len(fn.Places) {
		return "", 0
	}
	at := fn.Places[pc]
	if at.File < 0 || int(at.File) >= len(m.prog.Files) {
		return "", 0
	}
	return m.prog.Files[at.File], int(at.Start)
}

// spoken tells whether a step needs a caller on the line: see vm.
func spoken(k bundle.SiteKind) bool {
	switch k {
	case bundle.LookupSite, bundle.QuerySite, bundle.SMSSite, bundle.MailSite, bundle.AttachSite, bundle.TopicSite,
		bundle.MarkSite, bundle.AnswerSite, bundle.CallbackSite, bundle.FaxSite:
		return false
	}
	return true
}

// query is what is known of a list, a switch or opening hours at this moment.
func (r *run) query(site *bundle.Site, args []*term) *term {
	switch site.Name {
	case "list":
		return r.make(opMember, 0, r.prog.Lists[site.Index], r.epoch, args...)
	case "switch":
		return r.make(opSwitch, 0, r.prog.Switches[site.Index].Name, r.epoch)
	}
	return r.make(opHours, 0, r.prog.Hours[site.Index].Name, r.epoch)
}

// language turns to another language: to each of the program, where it is computed.
func (r *run) language(s *state, f *facts, acts []act, tag *term) (*facts, []act, bool) {
	if tag.known() {
		s.lang = tag.s
		return f, acts, false
	}
	for _, lang := range r.prog.Languages {
		is := r.compare(opEqS, tag, r.text(lang))
		after, on := r.fork(s, f, r.not(is), func(s *state, f *facts) {
			s.lang = lang
			r.walk(s, f, acts)
		})
		if !on {
			return f, acts, true
		}
		f = after
	}
	return f, acts, true
}

// does is a step that is done at once; ok is false for those that wait.
func (r *run) does(s *state, site *bundle.Site, args []*term) (a act, ok bool) {
	var k wordy
	k.WriteString(site.Kind.String() + " " + site.Name + " ")
	a = act{kind: site.Kind, lang: s.lang}
	switch site.Kind {
	case bundle.SaySite:
		return r.say(int(site.Index), args, s.lang, site), true
	case bundle.OptionsSite:
		if args[0].op != opNumber {
			r.over = true
			return a, true
		}
		return r.options(site, args[0].n, s.lang), true
	case bundle.PauseSite:
		a.speech = true
		if args[0].op == opNumber {
			if args[0].n == 0 {
				return a, true
			}
			a.shown = strconv.FormatInt(args[0].n, 10)
		}
	case bundle.ReplySite:
		return r.reply(args[0]), true
	case bundle.AnswerSite, bundle.AttachSite, bundle.MarkSite, bundle.SurveySite:
		a.shown = site.Name
	case bundle.TopicSite:
		a.shown = written(args[0])
	case bundle.PauseRecordingSite, bundle.ResumeRecordingSite:
	default:
		return a, false
	}
	for _, t := range args {
		k.term(t)
	}
	a.key = k.String()
	return a, true
}

// waits describes what a step waits for.
func (r *run) waits(site *bundle.Site, args []*term) *wait {
	w := &wait{site: site, args: args}
	switch site.Kind {
	case bundle.CollectSite:
		w.timers = args[:2]
		w.shown, _, _ = strings.Cut(r.prog.Questions[site.Index].Name, ".")
	case bundle.LookupSite:
		n := len(args)
		if site.Played && n > 0 {
			n--
			w.played = args[n]
		}
		if n > 0 {
			n--
			w.timers = args[n : n+1]
		}
		w.args = args[:n]
		w.shown = site.Name
		if site.Name == "table" {
			w.shown = r.prog.Tables[site.Index].Name
		}
	case bundle.VoicemailSite:
		w.shown = r.prog.Mailboxes[site.Index].Name
	case bundle.RecordSite:
		w.timers = args
	case bundle.TransferSite:
		w.timers, w.args = args[1:], args[:1]
		w.shown = known(args[0])
	default:
		if len(args) > 0 {
			w.shown = known(args[0])
		}
	}
	return w
}

// key is what a call waits for: the same for everybody exactly if it is the same.
func (m *machine) key(w *wait) string {
	if w.named != "" {
		return w.named
	}
	site := w.site
	var k wordy
	k.WriteString(site.Kind.String() + " ")
	all := func(list ...*term) {
		for _, t := range list {
			k.term(t)
		}
	}
	switch site.Kind {
	case bundle.CollectSite:
		q := &m.prog.Questions[site.Index]
		k.WriteString(strings.Join([]string{strconv.Itoa(int(q.Field)), strconv.Itoa(int(q.MinLen)),
			strconv.Itoa(int(q.MaxLen)), string(q.EndKey), strconv.FormatBool(q.AllowGlobal),
			strconv.FormatBool(q.Secret), m.globals(w.in)}, ","))
		if q.Rows > 0 {
			k.WriteString(" of " + strings.Join(rowKeys(m.prog, q), ","))
		}
		if q.Ranged {
			all(w.args[3], w.args[4])
		}
		all(w.args[5])
	case bundle.LookupSite:
		if w.played != nil {
			if w.played.op == opNumber {
				key, _, _ := m.wording(int(w.played.n), nil, w.lang)
				k.text(key)
			}
		} else if site.Playing >= 0 {
			key, _, _ := m.wording(int(site.Playing), nil, w.lang)
			k.text(key)
		}
		k.text(w.shown)
		all(w.args...)
	case bundle.VoicemailSite:
		k.text(w.shown)
	case bundle.RecordSite:
		k.WriteString(strconv.Itoa(int(site.Index)))
	case bundle.TransferSite:
		all(w.args...)
	default:
		k.WriteString(strconv.FormatBool(site.Named))
		all(w.args...)
		if site.Kind == bundle.EnqueueSite {
			k.text(strings.Join(pressed(site), ","))
		}
	}
	w.named = k.String()
	return w.named
}

// known is a term for people, where it is a text.
func known(t *term) string {
	if t.op == opText {
		return t.s
	}
	return ""
}

const pressTag = "press:"

// pressed are the keys that a queue offers.
func pressed(s *bundle.Site) []string {
	var list []string
	for _, arm := range s.Arms {
		if key, ok := strings.CutPrefix(arm.Tag, pressTag); ok {
			list = append(list, key)
		}
	}
	slices.Sort(list)
	return list
}
