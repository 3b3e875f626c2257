package prove

import (
	"slices"
	"strings"

	"rexian/compiler/check"
	"rexian/lang/ast"
)

// utterance is a text in a language.
type utterance struct {
	text *ast.StringLit
	lang string
}

// hearing is what was heard in one.
type hearing struct {
	words *wording
	meant []string
	whole []rune
}

// hearing listens to a text, unless that was done at the last proof.
func (g *listener) hearing(text *ast.StringLit, lang string) *hearing {
	key := utterance{text, lang}
	g.uses = append(g.uses, key)
	h := g.now.hearing(key)
	if h == nil {
		h = g.was.hearing(key)
	}
	if h == nil {
		var b strings.Builder
		for _, part := range text.Parts {
			b.WriteString(part.Text)
			if part.Hole != nil {
				b.WriteRune(hole)
			}
		}
		h = &hearing{words: listen(b.String(), lang), whole: []rune(b.String())}
		h.meant = h.words.beside()
	}
	if g.now != nil {
		g.now.heard[key] = h
	}
	return h
}

// listening is what is kept from one proof to the next.
type listening struct {
	heard map[utterance]*hearing
	// agreed are the questions of which nothing was found, with what was heard in them: one and its words are the same
	// as long as these are.
	agreed map[ast.Node][]utterance
	around around
}

// around is what a question has to agree with beside its own text: a key of a handler may be named anywhere, and a
// prompt stands elsewhere.
type around struct {
	languages, keys []string
	prompts         []*ast.StringLit
	of              []string // whose they are
}

func (a around) same(b around) bool {
	return slices.Equal(a.languages, b.languages) && slices.Equal(a.keys, b.keys) &&
		slices.Equal(a.prompts, b.prompts) && slices.Equal(a.of, b.of)
}

// listeningTo begins to listen to a program. What agreed at the last proof does so still if all around it is as it was.
func listeningTo(p *check.Program, was *listening) *listening {
	now := &listening{heard: map[utterance]*hearing{}, agreed: map[ast.Node][]utterance{}}
	now.around = around{languages: slices.Clone(p.Languages), keys: globalKeys(p)}
	for _, x := range p.Prompts {
		tags := make([]string, 0, len(x.Words))
		for tag := range x.Words {
			tags = append(tags, tag)
		}
		slices.Sort(tags)
		now.around.of = append(now.around.of, x.Name+" "+strings.Join(tags, " "))
		for _, tag := range tags {
			now.around.prompts = append(now.around.prompts, x.Words[tag])
		}
	}
	if was != nil && !was.around.same(now.around) {
		was.agreed = nil
	}
	return now
}

func (l *listening) hearing(key utterance) *hearing {
	if l == nil {
		return nil
	}
	return l.heard[key]
}

// agreed tells whether a question agreed with its words when both were as they are now, and keeps that.
func (g *listener) agreed(n ast.Node) bool {
	if g.was == nil || g.now == nil {
		return false
	}
	list, ok := g.was.agreed[n]
	if !ok {
		return false
	}
	for _, key := range list {
		if h := g.was.heard[key]; h != nil {
			g.now.heard[key] = h
		}
	}
	g.now.agreed[n] = list
	return true
}

// agrees keeps that nothing was found of a question, unless its words are those of a parameter: who hands it on may
// change.
func (g *listener) agrees(n ast.Node) {
	if g.now == nil {
		return
	}
	own := true
	ast.WalkSteps(n, func(n ast.Node) bool {
		if say, ok := n.(*ast.Say); ok && say.Said != nil && say.Said.Text != nil && say.Said.Text.Ref != nil {
			own = own && g.prompt(say.Said.Text.Ref) != nil
		}
		return own
	})
	if own {
		g.now.agreed[n] = slices.Clone(g.uses)
	}
}
