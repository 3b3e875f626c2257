package prove

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"rexian/lang/ast"
	"rexian/lang/diag"
)

// heard is what a question's prompts say in one language.
type heard struct {
	lang  string // "" where all languages are heard one after the other
	texts []*spoken
}

// spoken is one text as it is heard.
type spoken struct {
	*wording
	meant []string // the words beside each mention
	at    diag.Span
	src   string // of the text in its file, from at on; "" where it is declared elsewhere
	whole []rune // the text with its letter case and widths
}

// each gives every place where keys are named.
func (h heard) each(f func(*spoken, mention)) {
	for _, s := range h.texts {
		for _, m := range s.said {
			f(s, m)
		}
	}
}

// names tells whether a key is named, by itself or within a range.
func (h heard) names(key string) bool {
	found := false
	h.each(func(_ *spoken, m mention) {
		found = found || slices.Contains(m.keys, key) || within(key, m.low, m.top)
	})
	return found
}

// listed tells whether figures alone name the keys of a question: nothing says to press, and they name all of its keys
// but one at most. Then any other figure in such a place is a key as well.
func (h heard) listed(must []option) bool {
	verb, named := false, 0
	h.each(func(_ *spoken, m mention) { verb = verb || m.verb })
	for _, o := range must {
		if h.names(o.key) {
			named++
		}
	}
	return !verb && named > 0 && named >= len(must)-1
}

// named tells whether a mention names its keys; listed says that figures alone do.
func (m mention) named(listed bool) bool { return m.verb || listed && !m.alone }

func within(key, low, top string) bool {
	k, err := strconv.Atoi(key)
	l, err1 := strconv.Atoi(low)
	t, err2 := strconv.Atoi(top)
	return err == nil && err1 == nil && err2 == nil && l <= k && k <= t
}

// mention finds where a key is named first; nil if it is not.
func (h heard) mention(key string) (*spoken, mention) {
	for _, s := range h.texts {
		for _, m := range s.said {
			if slices.Contains(m.keys, key) {
				return s, m
			}
		}
	}
	return nil, mention{}
}

// words are those beside a key, "" if it is not named.
func (h heard) words(key string) string {
	s, m := h.mention(key)
	if s == nil {
		return ""
	}
	for i := range s.said {
		if s.said[i].from == m.from {
			return s.meant[i]
		}
	}
	return ""
}

// place is where a mention stands in its file; the whole text if that cannot be told.
func (s *spoken) place(m mention) diag.Span {
	said := strings.TrimSpace(string(s.whole[m.from:m.to]))
	if i := strings.Index(s.src, said); i >= 0 && said != "" {
		return diag.Span{Start: s.at.Start + i, End: s.at.Start + i + len(said)}
	}
	return s.at
}

// digit is where the figure of a mention stands, so that a fix may put another one there.
func (s *spoken) digit(m mention, key string) (diag.Span, bool) {
	at := s.place(m)
	if at == s.at || len(m.keys) != 1 {
		return at, false
	}
	i := strings.Index(s.src[at.Start-s.at.Start:at.End-s.at.Start], key)
	if i < 0 {
		return at, false
	}
	return diag.Span{Start: at.Start + i, End: at.Start + i + len(key)}, true
}

// hear lists what is said, in each language that has any words of its own.
func (g *listener) hear(said []*ast.Said, list []*ast.Worded) []heard {
	by := map[string][]*spoken{}
	each := false
	hear := func(lang string, text *ast.StringLit, at diag.Span, here bool) {
		s := &spoken{at: at}
		if here {
			s.src = g.source(at)
		}
		h := g.hearing(text, lang)
		s.wording, s.whole, s.meant = h.words, h.whole, h.meant
		by[lang] = append(by[lang], s)
	}
	main := "zh"
	if len(g.p.Languages) > 0 {
		main = g.p.Languages[0]
	}
	worded := func(list []*ast.Worded) {
		for _, w := range list {
			lang := main
			if w.Lang != nil {
				lang = w.Lang.Tag
			}
			hear(lang, w.Text, w.Text.Span(), true)
		}
	}
	worded(list)
	for _, s := range said {
		each = each || s.Each
		switch {
		case s.Text == nil:
		case s.Text.Ref != nil:
			for _, p := range g.prompts(s.Text.Ref) {
				for lang, text := range p.Words {
					hear(lang, text, s.Text.Ref.Span(), false)
				}
			}
		default:
			worded(s.Text.Words)
		}
	}
	var out []heard
	var all []*spoken
	for _, lang := range slices.Sorted(maps.Keys(by)) {
		out, all = append(out, heard{lang, by[lang]}), append(all, by[lang]...)
	}
	if each && len(all) > 0 { // said one after the other: all of it is heard by everybody
		return []heard{{"", all}}
	}
	return out
}
