package lsp

import (
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"rexian/cmd/rexian/source"
	"rexian/compiler"
	"rexian/compiler/check"
	"rexian/compiler/editor"
	"rexian/compiler/library"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/runtime/readout"
)

// program is one program that is open: the folder, and what is known of its present text.
type program struct {
	*source.Program
	root  string
	now   *editor.Program // nil where the text has changed since
	lines map[string]*lines
	sent  map[string]string // findings by file, as they were last sent
	told  map[string]int    // the versions of documents that they were sent of
	moved bool              // the text has changed since the findings were sent
	open  bool              // they were sent without those of the rules
	stale bool              // files may have changed that are not open
	typed map[string]bool   // files whose text was changed in the editor
}

// document is a file that the editor has open: its text is the editor's, saved or not.
type document struct {
	uri     string
	version int
	text    *lines
	in      *program
	name    string // in the program
}

// rootFor finds the folder of the program that a file belongs to: within the folders that the editor has open, the
// outermost that holds flow files itself; its own folder where none is open around it.
func (s *Server) rootFor(path string) string {
	if s.fixed != "" {
		if _, ok := within(s.fixed, path); ok {
			return s.fixed
		}
	}
	root := filepath.Dir(path)
	for _, folder := range s.folders {
		if _, ok := within(folder, path); !ok {
			continue
		}
		for dir := root; ; dir = filepath.Dir(dir) {
			if holdsFlows(dir) {
				root = dir
			}
			if dir == folder || dir == filepath.Dir(dir) {
				break
			}
		}
		break
	}
	return root
}

func holdsFlows(dir string) bool {
	list, _ := os.ReadDir(dir) // what cannot be read holds none
	for _, e := range list {
		if !e.IsDir() && strings.HasSuffix(e.Name(), compiler.Extension) {
			return true
		}
	}
	return false
}

// within is the path of a file below a folder, with "/"; false if it is not there.
func within(folder, path string) (string, bool) {
	name, err := filepath.Rel(folder, path)
	if err != nil || name == ".." || strings.HasPrefix(name, ".."+string(filepath.Separator)) {
		return "", false
	}
	return filepath.ToSlash(name), true
}

// programOf opens the program of a file, or gives the one that is open.
func (s *Server) programOf(path string) (*program, string, error) {
	root := s.rootFor(path)
	name, _ := within(root, path)
	if p := s.programs[root]; p != nil {
		return p, name, nil
	}
	src, err := source.Open(root, s.Library)
	if err != nil {
		return nil, "", err
	}
	src.Options.Today, src.Options.Occurrences, src.Options.Again = compiler.Today(s.Now()), true, true
	p := &program{Program: src, root: root, sent: map[string]string{}, moved: true}
	s.programs[root] = p
	return p, name, nil
}

// state is the checked program of the present text.
func (s *Server) state(p *program) *editor.Program {
	if p.now == nil {
		if p.stale {
			if err := p.Load(); err != nil {
				s.log(err)
			}
		} else {
			for name := range p.typed {
				p.Reread(name)
			}
		}
		p.stale, p.typed = false, nil
		p.now = s.snapshot(p.Program)
		p.lines = map[string]*lines{}
	}
	return p.now
}

func (s *Server) snapshot(p *source.Program) *editor.Program {
	lib := p.Options.Library
	if lib == nil {
		lib = library.Default()
	}
	// What is read anew later is not this state.
	paths := p.Paths()
	sources, trees := make(map[string][]byte, len(paths)), make(map[string]*ast.File, len(paths))
	for _, path := range paths {
		sources[path], trees[path] = p.Source(path), p.Tree(path)
	}
	return &editor.Program{Judged: p.Proved(), Paths: paths, Library: lib, Tongue: s.Tongue, Voice: p.Options.Voice,
		Source: func(path string) []byte { return sources[path] },
		Tree:   func(path string) *ast.File { return trees[path] },
		Speak:  speak, Today: p.Options.Today}
}

// again checks the program with some files as they would be.
func (s *Server) again(p *program) func(map[string][]byte) *editor.Program {
	return func(files map[string][]byte) *editor.Program {
		then := p.Fork()
		for name, text := range files {
			then.Overlay(name, text)
			then.Reread(name)
		}
		return s.snapshot(then)
	}
}

// touch says that anything may have changed; edited that the text of one open document has.
func (p *program) touch() { p.now, p.lines, p.moved, p.stale = nil, nil, true, true }

func (p *program) edited(name string) {
	p.now, p.lines, p.moved = nil, nil, true
	if p.typed == nil {
		p.typed = map[string]bool{}
	}
	p.typed[name] = true
}

// linesIn are the lines of a file of the program.
func (p *program) linesIn(name string) *lines {
	l := p.lines[name]
	if l == nil {
		l = linesOf(p.Source(name))
		if p.lines == nil {
			p.lines = map[string]*lines{}
		}
		p.lines[name] = l
	}
	return l
}

// uri is the address of a file of a program.
func (s *Server) uri(p *program, name string) string {
	if s.Remote {
		return remoteURI(name)
	}
	return uriOf(filepath.Join(p.root, filepath.FromSlash(name)))
}

// pathOf is the file of an address; false if it is none of this machine, or none that this editor may see.
func (s *Server) pathOf(uri string) (string, bool) {
	if s.Remote {
		return s.remotePath(uri)
	}
	return pathOf(uri)
}

// uriOf is the address of a file.
func uriOf(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // C:/…
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// pathOf is the file of an address; false if it is none of this machine.
func pathOf(uri string) (string, bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Path == "" || u.Host != "" && u.Host != "localhost" {
		return "", false
	}
	path := u.Path
	if runtime.GOOS == "windows" {
		path = strings.TrimPrefix(path, "/")
	}
	return filepath.Clean(filepath.FromSlash(path)), true
}

// speak reads a value out.
func speak(lang, kind string, c check.Const) string {
	k, ok := readout.ParseKind(kind)
	if _, spoken := readout.Lookup(lang); !ok || !spoken || c.None {
		return ""
	}
	return readout.Speak(lang, readout.Value{Kind: k, N: c.N, S: c.S}, readout.Default, readout.Context{})
}

// say picks the sentence of the reader's tongue.
func (s *Server) say(zh, en string) string { return diag.Text{Zh: zh, En: en}.In(s.Tongue) }
