// Package queries makes the SQL files beside a program's flows part of what the program may call, for every command
// that compiles: one place decides where the files are, what a fault in one of them is called, and what is not said
// because of it.
package queries

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"rexian/compiler/library"
	"rexian/lang/diag"
	"rexian/runtime/deploy"
	"rexian/stdlib/sqlfunc"
)

// Set is what a program may call, and what is wrong with the files that it comes from.
type Set struct {
	Registry *library.Registry // the base with all files that are right
	Queries  []*sqlfunc.Query  // those files
	Findings []diag.Diagnostic
	Sources  map[string][]byte // the files with findings, by the names that the findings call them
	missing  []string          // names, in either tongue, that the files with findings would have made
}

// Load reads the SQL files under a program's root and adds them to base. A root that is no folder has none.
func Load(root string, base *library.Registry) *Set {
	s := &Set{Registry: base, Sources: map[string][]byte{}}
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		return s
	}
	list, wrong := sqlfunc.Load(os.DirFS(root))
	faulty := map[string]bool{}
	s.report(root, "RX8019", wrong, faulty)
	for _, q := range list {
		more, wrong := sqlfunc.Extend(base, append(slices.Clone(s.Queries), q))
		if len(wrong) > 0 {
			s.report(root, "RX8019", wrong, faulty)
			continue
		}
		s.Registry = more
		s.Queries = append(s.Queries, q)
	}
	for _, q := range s.Queries {
		s.report(root, "RX8019", s.prove(root, q), map[string]bool{}) // the function is there all the same
	}
	for file := range faulty {
		s.missing = append(s.missing, names(s.Sources[file])...)
	}
	return s
}

// Files are the texts of the files that are right, by their names.
func (s *Set) Files() map[string][]byte {
	files := map[string][]byte{}
	for _, q := range s.Queries {
		files[q.File] = q.Source
	}
	return files
}

// Of are the SQL files that a version came with, in the order of their names.
func Of(v *deploy.Version) []*sqlfunc.Query {
	var list []*sqlfunc.Query
	for _, name := range slices.Sorted(maps.Keys(v.Queries)) {
		if q, _ := sqlfunc.Parse(name, v.Queries[name]); q != nil {
			list = append(list, q)
		}
	}
	return list
}

// Refused adds what databases said about the files, see stdlib.CheckQueries.
func (s *Set) Refused(root string, wrong []sqlfunc.Problem) {
	s.report(root, "RX8020", wrong, map[string]bool{})
}

// report turns problems into findings with their places.
func (s *Set) report(root string, code diag.Code, wrong []sqlfunc.Problem, faulty map[string]bool) {
	for _, p := range wrong {
		src, seen := s.Sources[p.File]
		if !seen {
			// A file that cannot be read has its problem already, and is shown without its text.
			if info, err := os.Stat(filepath.Join(root, filepath.FromSlash(p.File))); err == nil &&
				info.Size() <= sqlfunc.MaxFile {
				src, _ = os.ReadFile(filepath.Join(root, filepath.FromSlash(p.File)))
			}
			s.Sources[p.File] = src
		}
		faulty[p.File] = true
		s.Findings = append(s.Findings, diag.New(code, p.File, line(src, p.Line), p.Text))
	}
}

// line is where the text of a line stands, blanks around it left out; n counts from 1.
func line(src []byte, n int) diag.Span {
	start := 0
	for ; n > 1; n-- {
		i := bytes.IndexByte(src[start:], '\n')
		if i < 0 {
			break
		}
		start += i + 1
	}
	end := len(src)
	if i := bytes.IndexByte(src[start:], '\n'); i >= 0 {
		end = start + i
	}
	text := string(src[start:end])
	left := strings.TrimLeft(text, "\ufeff \t")
	start += len(text) - len(left)
	return diag.Span{Start: start, End: start + len(strings.TrimRight(left, " \t\r"))}
}

var function = regexp.MustCompile(`(?m)^\s*--\s*(?:函数|function)\s*[:：]\s*([^\s|]+)\s*\|\s*([^\s|]+)`)

// names are the functions that a file with a fault meant to make, as far as its header can be read.
func names(src []byte) []string {
	m := function.FindSubmatch(src)
	if m == nil {
		return nil
	}
	zh, en := string(m[1]), string(m[2])
	list := []string{zh, en}
	zh1, zh2, _ := strings.Cut(zh, ".")
	en1, en2, _ := strings.Cut(en, ".")
	return append(list, zh1+"."+en2, en1+"."+zh2)
}

// Mute leaves out of a program's findings those that say only that a function is missing whose file has a finding
// itself.
func (s *Set) Mute(found []diag.Diagnostic) []diag.Diagnostic {
	if len(s.missing) == 0 {
		return found
	}
	text := func(d diag.Diagnostic, i int) string {
		if i < len(d.Args) {
			if t, ok := d.Args[i].(string); ok {
				return t
			}
		}
		return ""
	}
	return slices.DeleteFunc(slices.Clone(found), func(d diag.Diagnostic) bool {
		switch d.Code {
		case "RX2001": // the first word of a path is unknown
			return slices.ContainsFunc(s.missing,
				func(name string) bool { return strings.HasPrefix(name, text(d, 0)+".") })
		case "RX2005": // the second
			return slices.Contains(s.missing, text(d, 0)+"."+text(d, 1))
		}
		return false
	})
}
