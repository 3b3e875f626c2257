package editor

import (
	"strings"

	"rexian/compiler/check"
	"rexian/lang/diag"
	"rexian/lang/token"
)

// same tells whether two names stand for one thing.
func same(a, b check.Occurrence) bool {
	switch {
	case a.Field != nil || b.Field != nil:
		return a.Field == b.Field
	case a.Symbol.Kind == check.Function && b.Symbol.Kind == check.Function:
		return a.Symbol.Lib == b.Symbol.Lib
	case a.Symbol.Kind == check.Tag && b.Symbol.Kind == check.Tag:
		return a.Symbol.Tag == b.Symbol.Tag
	}
	return a.Symbol == b.Symbol
}

// References are all places where what stands at an offset is named, its declaration among them where asked for.
func (p *Program) References(path string, offset int, declaration bool) []Location {
	o, ok := p.occurrence(path, offset)
	if !ok {
		return nil
	}
	var list []Location
	for _, file := range p.Paths {
		for _, x := range p.Checked.Occurrences(file) {
			if same(o, x) && (declaration || !x.Decl) {
				list = append(list, Location{file, x.At})
			}
		}
	}
	return list
}

// Definition is where what stands at an offset is declared; nothing for what the library has.
func (p *Program) Definition(path string, offset int) []Location {
	o, ok := p.occurrence(path, offset)
	if !ok {
		return nil
	}
	if o.Symbol != nil && o.Symbol.File != "" && o.Symbol.Span.End > 0 {
		return []Location{{o.Symbol.File, o.Symbol.Span}}
	}
	var list []Location
	for _, file := range p.Paths {
		for _, x := range p.Checked.Occurrences(file) {
			if x.Decl && same(o, x) {
				list = append(list, Location{file, x.At})
			}
		}
	}
	return list
}

// Renamable is the name at an offset that a rename would change. Refused says why there is none.
func (p *Program) Renamable(path string, offset int) (at diag.Span, refused *diag.Text) {
	o, ok := p.occurrence(path, offset)
	switch {
	case !ok:
		return at, &diag.Text{Zh: "这里没有可以改名的名称", En: "no name stands here that could be changed"}
	case o.Field != nil && len(p.Definition(path, offset)) > 0:
		return at, &diag.Text{Zh: "表格的列名要和表格文件里的一致，请连同文件一起改",
			En: "the columns of a table are named as in its file: change them there as well"}
	case o.Field != nil || o.Symbol.Kind == check.Function || o.Symbol.Kind == check.Tag ||
		o.Symbol.Kind == check.Target ||
		o.Symbol.Kind == check.Blank:
		return at, &diag.Text{Zh: "这是库里的名称，不能改", En: "this is a name of the library and stays as it is"}
	}
	return o.At, nil
}

// Rename is what to change so that what stands at an offset has another name. The name is refused, with a sentence,
// where it is none, where it is taken, and where the program would then read otherwise. again checks the program with
// some files changed; the names must mean there what they mean now.
func (p *Program) Rename(path string, offset int, name string, again func(map[string][]byte) *Program) ([]diag.Edit,
	*diag.Text) {
	if _, refused := p.Renamable(path, offset); refused != nil {
		return nil, refused
	}
	o, _ := p.occurrence(path, offset)
	name = strings.TrimSpace(name)
	if refused := p.nameable(name); refused != nil {
		return nil, refused
	}
	if name == o.Symbol.Name {
		return nil, nil
	}
	var edits []diag.Edit
	for _, at := range p.References(path, offset, true) {
		edits = append(edits, diag.Edit{File: at.File, Span: at.At, New: name})
	}
	after := again(p.edited(edits))
	if where, ok := p.agree(after, edits); !ok {
		if s := p.Checked.Find(name); s != nil {
			return nil, &diag.Text{Zh: "“" + name + "”已经是" + p.place(s.File, s.Span, diag.Zh) + "的名称",
				En: name + " is a name already, in " + p.place(s.File, s.Span, diag.En)}
		}
		return nil, &diag.Text{Zh: "改成“" + name + "”以后，" + p.place(where.File, where.At, diag.Zh) + "的意思会变",
			En: "with the name " + name + ", " + p.place(where.File, where.At, diag.En) + " would mean something else"}
	}
	return edits, nil
}

// nameable tells why a text is no name; nil if it is one.
func (p *Program) nameable(name string) *diag.Text {
	tokens, found := token.Scan("name", []byte(name))
	if len(found) > 0 || len(tokens) != 2 || tokens[0].Kind != token.Word || tokens[0].Text != name {
		return &diag.Text{Zh: "“" + name + "”不能作名称：名称是文字、数字和下划线，不以数字开头",
			En: "\"" + name + "\" is no name: names are letters, digits and underscores, and begin with no digit"}
	}
	if tokens[0].Word.IsReserved() {
		return &diag.Text{Zh: "“" + name + "”是关键词，不能作名称", En: name + " is a keyword and cannot be a name"}
	}
	return nil
}

// edited are the files that edits change, as they then are. Edits of a file do not overlap and stand in the order of
// the text.
func (p *Program) edited(edits []diag.Edit) map[string][]byte {
	files := map[string][]byte{}
	last := map[string]int{}
	for _, e := range edits {
		src := p.Source(e.File)
		files[e.File] = append(append(files[e.File], src[last[e.File]:e.Span.Start]...), e.New...)
		last[e.File] = e.Span.End
	}
	for file, from := range last {
		files[file] = append(files[file], p.Source(file)[from:]...)
	}
	return files
}

// agree tells whether the names of two states mean the same, edits apart; if not, the first that does not.
func (p *Program) agree(after *Program, edits []diag.Edit) (Location, bool) {
	twin := map[*check.Symbol]*check.Symbol{}
	back := map[*check.Symbol]*check.Symbol{}
	for _, file := range p.Paths {
		was, is := p.Checked.Occurrences(file), after.Checked.Occurrences(file)
		for i, o := range was {
			here := Location{file, o.At}
			if i >= len(is) || is[i].At.Start != moved(edits, file, o.At.Start) ||
				(is[i].Symbol == nil) != (o.Symbol == nil) ||
				is[i].Decl != o.Decl {
				return here, false
			}
			if o.Symbol == nil {
				continue
			}
			if o.Symbol.Kind != is[i].Symbol.Kind {
				return here, false
			}
			if o.Symbol.Kind == check.Function || o.Symbol.Kind == check.Tag {
				if !same(o, is[i]) {
					return here, false
				}
				continue
			}
			a, b := twin[o.Symbol], back[is[i].Symbol]
			if a == nil && b == nil {
				twin[o.Symbol], back[is[i].Symbol] = is[i].Symbol, o.Symbol
			} else if a != is[i].Symbol || b != o.Symbol {
				return here, false
			}
		}
		if len(is) != len(was) {
			return Location{file, diag.Span{}}, false
		}
	}
	if len(after.Findings) > len(p.Findings) {
		for _, d := range after.Findings {
			return Location{d.File, d.Span}, false
		}
	}
	return Location{}, true
}

// moved is where an offset of a file comes to lie.
func moved(edits []diag.Edit, file string, at int) int {
	to := at
	for _, e := range edits {
		if e.File == file && e.Span.End <= at {
			to += len(e.New) - (e.Span.End - e.Span.Start)
		}
	}
	return to
}

// place names a place for a sentence: 入口.flow 第 12 行.
func (p *Program) place(file string, at diag.Span, tongue diag.Tongue) string {
	line := diag.Place(p.Source(file), at.Start).Line
	return diag.Text{Zh: file + " 第 " + itoa(line) + " 行", En: file + ", line " + itoa(line)}.In(tongue)
}
