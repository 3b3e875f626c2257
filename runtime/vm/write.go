package vm

import (
	"strconv"

	"rexian/compiler/bundle"
	"rexian/compiler/value"
	"rexian/runtime/readout"
)

// wording is one wording of a prompt with its kinds and styles looked up.
type wording struct {
	lang   string
	pieces []piece
}

type piece struct {
	text  string
	hole  bool
	kind  readout.Kind
	style readout.Style
	arg   int32
	below int64 // a whole number from 0 up to this is only its digits here
}

// compile looks up the kinds and styles of a prompt's holes, once for all calls. Kinds that have no readout of their
// own (a tag, a template's text, a recording) are texts.
func compile(p *bundle.Prompt, languages []string) []wording {
	var list []wording
	for _, w := range p.Words {
		// Words without a language are written in that of the call, whichever it is.
		langs := languages
		if w.Lang != "" {
			langs = []string{w.Lang}
		}
		out := wording{lang: w.Lang}
		for i, from := range w.Pieces {
			q := piece{text: from.Text, hole: from.Kind != "", arg: from.Arg}
			if q.hole {
				q.kind, _ = readout.ParseKind(from.Kind)
				if from.Style != "" {
					q.style, _ = readout.ParseStyle(from.Style)
				}
				c := around(w.Pieces, i)
				if q.kind == readout.Number && q.style == readout.Default && len(langs) > 0 {
					q.below = numberLimit
				}
				for _, lang := range langs {
					switch t, ok := readout.Lookup(lang); {
					case !ok || t.Agree(c) == readout.Ordinal:
						q.below = 0
					case t.Figures.Thousands != "":
						q.below = min(q.below, 1000*million)
					}
				}
			}
			out.pieces = append(out.pieces, q)
		}
		list = append(list, out)
	}
	return list
}

// around is the text before and after a piece.
func around(list []bundle.Piece, i int) readout.Context {
	var c readout.Context
	if i > 0 {
		c.Prev = list[i-1].Text
	}
	if i+1 < len(list) {
		c.Next = list[i+1].Text
	}
	return c
}

// write renders a template in figures, in the caller's language or the nearest that it has. It returns false where a
// value that it needs is absent.
func (m *Machine) write(index int, args []Value) (Value, bool) {
	w := m.pick(m.im.texts[index])
	if w == nil {
		return Text(""), true
	}
	lang := w.lang
	if lang == "" {
		lang = m.Lang
	}
	if len(w.pieces) == 1 && !w.pieces[0].hole {
		return Text(w.pieces[0].text), true
	}
	buffer := new(value.Buffer)
	b := buffer.Bytes()
	for i := range w.pieces {
		p := &w.pieces[i]
		if !p.hole {
			b = append(b, p.text...)
			continue
		}
		if int(p.arg) >= len(args) || args[p.arg].IsAbsent() {
			return Value{}, false
		}
		v := args[p.arg]
		switch {
		case p.kind == readout.Text && p.style == readout.Default:
			b = append(b, v.Str()...)
		case v.N >= 0 && v.N < p.below && v.N%million == 0:
			b = strconv.AppendInt(b, v.N/million, 10)
		default:
			c := readout.Context{Zone: m.im.zone, Now: m.Now}
			if i > 0 {
				c.Prev = w.pieces[i-1].text
			}
			if i+1 < len(w.pieces) {
				c.Next = w.pieces[i+1].text
			}
			b = append(b, readout.Write(lang, readout.Value{Kind: p.kind, N: v.N, S: v.Str()}, p.style, c)...)
		}
	}
	return buffer.Text(b), true
}

// pick chooses a wording as bundle.Prompt.Wording does.
func (m *Machine) pick(list []wording) *wording {
	var any, fall *wording
	for i := range list {
		switch w := &list[i]; w.lang {
		case m.Lang, "":
			return w
		case m.prog.Fallback:
			fall = w
		default:
			any = w
		}
	}
	if fall != nil {
		return fall
	}
	return any
}
