package vm

import (
	"strconv"

	"rexian/compiler/bundle"
	"rexian/compiler/value"
	"rexian/runtime/readout"
)

// wording is one wording of a prompt with its kinds and styles looked up.
type wording struct {
	lang   string // "" is any
	pieces []piece
}

type piece struct {
	text  string
	hole  bool
	kind  readout.Kind
	style readout.Style
	arg   int32
	whole bool   // a whole number from 0 up is only its digits here
	sep   string // what stands between its thousands
}

// compile looks up the kinds and styles of a prompt's holes, once for all calls. Kinds that have no readout of their
// own (a tag, a template's text, a recording) are texts.
func compile(p *bundle.Prompt, languages []string) []wording {
	var list []wording
	for _, w := range p.Words {
		if w.Lang == "" {
			// Words without a language are written in that of the call, whichever it is.
			for _, lang := range languages {
				list = append(list, wording{lang: lang, pieces: pieces(w.Pieces, lang)})
			}
		}
		list = append(list, wording{lang: w.Lang, pieces: pieces(w.Pieces, w.Lang)})
	}
	return list
}

// pieces are those of a wording that is written in a language, "" where that is not known yet.
func pieces(from []bundle.Piece, lang string) []piece {
	var list []piece
	for i, p := range from {
		q := piece{text: p.Text, hole: p.Kind != "", arg: p.Arg}
		if q.hole {
			q.kind, _ = readout.ParseKind(p.Kind)
			if p.Style != "" {
				q.style, _ = readout.ParseStyle(p.Style)
			}
			t, ok := readout.Lookup(lang)
			if ok && q.kind == readout.Number && q.style == readout.Default {
				q.whole, q.sep = t.Agree(around(from, i)) != readout.Ordinal, t.Written.Thousands
			}
		}
		list = append(list, q)
	}
	return list
}

// digits appends a whole number of millionths, with sep between its thousands.
func digits(b []byte, n int64, sep string) []byte {
	n /= million
	if sep == "" || n < 1000 {
		return strconv.AppendInt(b, n, 10)
	}
	b = digits(b, n/1000*million, sep)
	b = append(b, sep...)
	rest := n % 1000
	return append(b, byte('0'+rest/100), byte('0'+rest/10%10), byte('0'+rest%10))
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
		if len(b) > value.MaxText {
			return Value{}, false
		}
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
		case p.whole && v.N >= 0 && v.N%million == 0:
			b = digits(b, v.N, p.sep)
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
	return buffer.Text(b), len(b) <= value.MaxText
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
