package parse

import (
	"slices"
	"sort"
	"strings"
	"unsafe"

	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/token"
)

// Draft is a file that is being written. At each reading only the declarations that changed since the last are read
// anew: what came of a reading, tree and findings, is what Parse gives for the same text. The zero value has read
// nothing. A draft serves one goroutine at a time.
//
// The tree of one reading shares the declarations that did not change with that of the reading before, and moves them
// to where they stand now: the places in a tree hold until the next reading.
type Draft struct {
	text string
	list []*declared
	now  []*declared // of the reading that is under way

	same  int // so many bytes at the beginning are as they were
	after int // from here on in the old text all is as it was
	moved int // by so many bytes
}

// declared is a declaration that was read.
type declared struct {
	decl    ast.Decl
	start   int // of its first token
	source  string
	places  *ast.Places
	returns []*ast.Return
	last    mark // of its last token
	whole   bool // nothing was found wrong, and nothing outside of it was asked for
}

// heldMost is how many bytes of texts that were read may be kept for the declarations that are still as they were in
// them.
const heldMost = 16 << 20

// Read reads the file as it is now, as Parse does.
func (d *Draft) Read(path string, src []byte) (*ast.File, []diag.Diagnostic) {
	in := rooms.Get().(*room)
	defer rooms.Put(in)
	r := &reader{path: path, suspect: -1, closedAt: -1, room: in, draft: d}
	d.compare(unsafe.String(unsafe.SliceData(src), len(src)))
	old := d.list
	d.list, d.now = nil, make([]*declared, 0, len(old)+1) // a reading that breaks off leaves nothing half moved behind
	r.was = old
	file := r.readAll(src)
	d.text, d.list, d.now = r.src, d.now, nil
	return file, diag.Sort(r.diags)
}

// compare finds what the new text has in common with the old.
func (d *Draft) compare(text string) {
	if d.held() > heldMost {
		d.list = nil
	}
	old := d.text
	n := min(len(old), len(text))
	d.same = 0
	for d.same < n && old[d.same] == text[d.same] {
		d.same++
	}
	tail := 0
	for tail < n-d.same && old[len(old)-1-tail] == text[len(text)-1-tail] {
		tail++
	}
	d.after, d.moved = len(old)-tail, len(text)-len(old)
}

// held counts the bytes of the texts that the declarations are parts of.
func (d *Draft) held() int {
	total := 0
	seen := map[*byte]bool{}
	for _, x := range d.list {
		if p := unsafe.StringData(x.source); !seen[p] {
			seen[p] = true
			total += len(x.source)
		}
	}
	return total
}

// next is the next declaration of the file: as it was, or read anew; nil at the end.
func (d *Draft) next(r *reader) ast.Decl {
	if d == nil {
		return r.declaration()
	}
	for r.is(token.Comma) {
		r.advance()
	}
	if x := d.kept(r); x != nil {
		d.now = append(d.now, x)
		r.returns = append(r.returns, x.returns...)
		return x.decl
	}
	from, returns := r.i, len(r.returns)
	x := &declared{start: r.tokens[from].Span.Start, source: r.src, places: &ast.Places{}}
	r.faults, r.consulted = 0, false
	r.numbers = ast.Noting(x.places)
	x.decl = r.declaration()
	if x.decl == nil {
		return nil
	}
	x.returns = slices.Clone(r.returns[returns:])
	x.last = r.marks[max(r.i-1, 0)]
	within := diag.Span{Start: x.start, End: r.tok().Span.Start}
	x.whole = r.faults == 0 && !r.consulted && !slices.ContainsFunc(r.diags[:r.lexed], func(f diag.Diagnostic) bool {
		return f.Span.End >= within.Start && f.Span.Start <= within.End
	})
	d.now = append(d.now, x)
	return x.decl
}

// kept passes a declaration that is as it was, and returns it; nil if what stands here is to be read.
func (d *Draft) kept(r *reader) *declared {
	at := r.tok().Span.Start
	by := 0
	i, ok := find(r.was, at)
	if !ok || i+1 >= len(r.was) || d.lineEnd(r.was[i+1].start) > d.same {
		by = d.moved
		if i, ok = find(r.was, at-by); !ok || at == by || at-by <= d.after || d.text[at-by-1] != '\n' || r.plain(r.i) {
			return nil
		}
	}
	x := r.was[i]
	if !x.whole {
		return nil
	}
	next := len(r.tokens) - 1
	if i+1 < len(r.was) {
		to := r.was[i+1].start + by
		next = sort.Search(len(r.tokens), func(k int) bool { return r.tokens[k].Span.Start >= to })
		if next == len(r.tokens) || r.tokens[next].Span.Start != to || next <= r.i {
			return nil
		}
	}
	if by != 0 {
		x.places.Move(by)
		moved := *x // the old list is still searched
		moved.start += by
		x = &moved
	}
	r.i = next
	r.marks[next-1] = x.last
	return x
}

// lineEnd is where the line of an offset ends: a declaration before may have been read with an eye on it.
func (d *Draft) lineEnd(at int) int {
	if n := strings.IndexByte(d.text[at:], '\n'); n >= 0 {
		return at + n + 1
	}
	return len(d.text) + 1
}

// find finds the declaration that begins at an offset.
func find(list []*declared, at int) (int, bool) {
	return slices.BinarySearchFunc(list, at, func(x *declared, at int) int { return x.start - at })
}
