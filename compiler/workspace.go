// Package compiler is the way from a folder of flow files to a checked and compiled program: reading, parsing,
// checking (package check), proving (package prove), and emitting (package emit), in that order, each
// stage only if the one before found no error.
//
// A Workspace is one root folder. It keeps the tree of each file with the hash of its text, so that a second Load
// parses only what changed: a language server or a console that checks at every key calls it freely. The stages
// after parsing look at the program as a whole and run anew each time; they take milliseconds.
package compiler

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"rexian/compiler/check"
	"rexian/compiler/graph"
	"rexian/compiler/library"
	"rexian/compiler/pending"
	"rexian/compiler/prove"
	"rexian/compiler/rules"
	"rexian/compiler/table"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/lang/parse"
	"rexian/locale"
)

// Extension ends the names of flow files.
const Extension = ".flow"

// Workspace is the program under one root. It is not safe for use by several goroutines at once.
type Workspace struct {
	root     string
	single   string // the one file of the program, "" for all under the root
	overlays map[string][]byte
	files    map[string]*file
	paths    []string
	misnamed []string       // files that their names alone keep from being flow files: see rightName
	tongues  []locale.Found // the program's own languages
	memory   *check.Memory
	proofs   *prove.Memory
	loaded   bool // since the last check: files that the flows name may have changed
	texts    *Texts
}

// file is one source file as it was last read.
type file struct {
	sum   [sha256.Size]byte
	text  []byte // UTF-8, also where the file is not
	tree  *ast.File
	found []diag.Diagnostic
	uses  pending.Uses
	draft *parse.Draft // of a file with an overlay: it is being written
}

// Open returns the workspace of a root folder, or of one flow file alone, whose folder is then the root for the
// tables it names. Nothing is read yet but whether path is there; it fails if it is not.
func Open(path string) (*Workspace, error) { return OpenAmong(nil, path) }

// OpenAmong is Open of a program that has files in common with others.
func OpenAmong(texts *Texts, path string) (*Workspace, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open the program: %w", err)
	}
	w := &Workspace{root: path, overlays: map[string][]byte{}, files: map[string]*file{}, memory: &check.Memory{},
		proofs: &prove.Memory{}, texts: texts}
	if !info.IsDir() {
		w.root, w.single = filepath.Dir(path), filepath.Base(path)
	}
	return w, nil
}

// Root returns the root folder.
func (w *Workspace) Root() string { return w.root }

// Overlay lets text stand for a file, saved or not, from the next Load on; nil takes it off. The path is relative to
// the root, with "/".
func (w *Workspace) Overlay(path string, text []byte) {
	if text == nil {
		delete(w.overlays, path)
		return
	}
	w.overlays[path] = slices.Clone(text)
}

// Load reads the files under the root, hidden folders left out, and parses those that changed since the last Load, as
// many at a time as there are processors. A file that cannot be read becomes a finding of its own; an
// error is returned only if the folder cannot be listed.
func (w *Workspace) Load() error {
	paths, err := w.list()
	if err != nil {
		return fmt.Errorf("list the flow files: %w", err)
	}
	w.languages()
	now := make([]*file, len(paths))
	turn := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i, path := range paths {
		wg.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			now[i] = w.read(path)
		})
	}
	wg.Wait()
	w.loaded = true
	w.paths, w.files = paths, make(map[string]*file, len(paths))
	for i, path := range paths {
		w.files[path] = now[i]
	}
	return nil
}

// languages makes the program's own languages known. Their names are read in the flows, so where one has changed all
// files are read anew.
func (w *Workspace) languages() {
	found := locale.LearnAll(os.DirFS(w.root))
	same := slices.EqualFunc(found, w.tongues, func(a, b locale.Found) bool {
		return a.Path == b.Path && bytes.Equal(a.Text, b.Text)
	})
	if !same {
		w.files, w.memory = map[string]*file{}, &check.Memory{}
	}
	w.tongues = found
}

// Reread is Load for one file whose overlay has changed: the others are taken to be as they were, and are not even
// looked at. A file that the last Load did not have is not there before the next.
func (w *Workspace) Reread(path string) {
	if w.files[path] != nil {
		w.files[path] = w.read(path)
	}
}

// list returns the paths of the program's files, relative to the root, with "/", sorted.
func (w *Workspace) list() ([]string, error) {
	var paths []string
	w.misnamed = nil
	if w.single != "" {
		paths = append(paths, w.single)
	} else {
		err := filepath.WalkDir(w.root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && path != w.root && strings.HasPrefix(d.Name(), ".") {
				return filepath.SkipDir
			}
			if _, wrong := rightName(d.Name()); d.IsDir() || !wrong && !strings.HasSuffix(d.Name(), Extension) {
				return nil
			}
			name, err := filepath.Rel(w.root, path)
			paths = append(paths, filepath.ToSlash(name))
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for path := range w.overlays {
		if !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return slices.DeleteFunc(paths, w.hides), nil
}

// hides notes a file whose name keeps it from being a flow file. It is read all the same, so that the name is all that
// is told; true if the file of the right name is there, of which this one is a copy.
func (w *Workspace) hides(path string) bool {
	right, wrong := rightName(path)
	if wrong {
		w.misnamed = append(w.misnamed, path)
		_, err := os.Stat(filepath.Join(w.root, filepath.FromSlash(right)))
		return err == nil && w.single == ""
	}
	return false
}

// read reads and parses one file, or returns what is known of it if it is as it was.
func (w *Workspace) read(path string) *file {
	src, written := w.overlays[path]
	if !written {
		var err error
		if src, err = os.ReadFile(filepath.Join(w.root, filepath.FromSlash(path))); err != nil {
			reason := err
			if p := (*fs.PathError)(nil); errors.As(err, &p) {
				reason = p.Err
			}
			return &file{tree: &ast.File{Path: path},
				found: []diag.Diagnostic{diag.New("RX8009", path, diag.Span{}, path, reason)}}
		}
	}
	sum := sha256.Sum256(src)
	old := w.files[path]
	if old != nil && old.tree != nil && old.sum == sum {
		return old
	}
	if written {
		return w.parsed(path, src, sum, true, old)
	}
	return w.texts.file(textKey{path, sum, w.spoken()}, func() *file { return w.parsed(path, src, sum, false, old) })
}

// parsed is a file that is parsed; written says that it is an overlay, old what was known of it.
func (w *Workspace) parsed(path string, src []byte, sum [sha256.Size]byte, written bool, old *file) *file {
	f := &file{sum: sum, text: src}
	if other := encoding(src); other != "" {
		text, _, _ := table.DecodeText(src)
		f.text = []byte(text)
		whole := diag.Edit{File: path, Span: diag.Span{End: len(text)}, New: text} // of Source, which is UTF-8 already
		f.found = append(f.found, diag.New("RX8008", path, diag.Span{}, path, other).WithFix(diag.Fix{
			Title: diag.Text{Zh: "另存为 UTF-8", En: "save it as UTF-8"}, Edits: []diag.Edit{whole}, Safe: true}))
	}
	var found []diag.Diagnostic
	if written {
		f.draft = &parse.Draft{}
		if old != nil && old.draft != nil {
			f.draft = old.draft
		}
		f.tree, found = f.draft.Read(path, f.text)
	} else {
		f.tree, found = parse.Parse(path, f.text)
	}
	f.found = append(f.found, found...)
	f.uses = pending.In(f.tree)
	f.tree.Outline()
	return f
}

// Fork is a workspace of its own that begins as this one is now: somebody asks what would be if some files were other.
// It holds until this one reads a file anew.
func (w *Workspace) Fork() *Workspace {
	f := *w
	f.memory, f.proofs = &check.Memory{}, &prove.Memory{}
	f.overlays, f.files = maps.Clone(w.overlays), make(map[string]*file, len(w.files))
	for path, x := range w.files {
		kept := *x
		kept.draft = nil // this one's
		f.files[path] = &kept
	}
	return &f
}

// encoding names the encoding of a text that is not UTF-8 but can be read; "" for UTF-8 and for what no encoding
// explains (the lexer points at its bytes).
func encoding(src []byte) string {
	bom := bytes.HasPrefix(src, []byte{0xff, 0xfe}) || bytes.HasPrefix(src, []byte{0xfe, 0xff})
	if utf8.Valid(src) && !bom {
		return ""
	}
	_, e, err := table.DecodeText(src)
	if err != nil || e == table.UTF8 {
		return ""
	}
	return e.String()
}

// Paths returns the files of the last Load.
func (w *Workspace) Paths() []string { return slices.Clone(w.paths) }

// Source returns the text of a file as it was parsed, which the spans of findings are about; nil if there is none. The
// tree is about the same bytes: they are not to be changed.
func (w *Workspace) Source(path string) []byte {
	if f := w.files[path]; f != nil {
		return f.text
	}
	return nil
}

// Tree returns the tree of a file; nil if there is none.
func (w *Workspace) Tree(path string) *ast.File {
	if f := w.files[path]; f != nil {
		return f.tree
	}
	return nil
}

// ReadFile reads a file that the program names, a table or a calendar. It cannot leave the root.
func (w *Workspace) ReadFile(name string) ([]byte, error) {
	root, err := os.OpenRoot(w.root)
	if err != nil {
		return nil, fmt.Errorf("open the root: %w", err)
	}
	src, err := root.ReadFile(filepath.FromSlash(name))
	return src, errors.Join(err, root.Close())
}

// others lists the files under the root that are no flow files, hidden folders left out, with "/".
func (w *Workspace) others() []string {
	var paths []string
	// What cannot be listed is not there for the program either.
	_ = filepath.WalkDir(w.root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fs.SkipDir
		case d.IsDir() && path != w.root && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case !d.IsDir() && !strings.HasSuffix(d.Name(), Extension):
			if name, err := filepath.Rel(w.root, path); err == nil {
				paths = append(paths, filepath.ToSlash(name))
			}
		}
		return nil
	})
	return paths
}

// Today is the day of a moment in the zone of the bureau's calendars, which are Chinese: days since 1970-01-01.
func Today(now time.Time) int64 { return (now.Unix() + 8*3600) / 86400 }

// rightName gives the name that a flow file should have whose own hides it: an editor has put .txt behind it, or the
// ending is in capitals.
func rightName(path string) (right string, wrong bool) {
	const text = ".txt"
	name := path
	if n := len(name) - len(text); n > 0 && strings.EqualFold(name[n:], text) {
		name = name[:n]
	}
	n := len(name) - len(Extension)
	if n < 1 || name[n-1] == '/' || !strings.EqualFold(name[n:], Extension) || strings.HasSuffix(path, Extension) {
		return "", false
	}
	return name[:n] + Extension, true
}

// hidden reports the files that their names alone keep out of the program, which would be another one without them.
func (w *Workspace) hidden() (found []diag.Diagnostic) {
	for _, path := range w.misnamed {
		right, _ := rightName(path)
		found = append(found, diag.New("RX8024", path, diag.Span{}, path, right))
	}
	return found
}

// Options are what a check takes from outside.
type Options struct {
	Today    int64             // days since 1970-01-01 in the bureau's zone; 0 leaves the calendars' horizon unchecked
	Lasting  bool              // a calendar that lacks a year of the horizon is an error: see check.Env
	Settings map[string]string // a deployment's values, by the settings' names
	// SettingsAt tells where these values were given, for those that have a place: see ReadSettings.
	SettingsAt map[string]check.SettingPlace
	Playable   func(name string, content []byte) diag.Text // see check.Env
	Voice      rules.Voice                                 // how long words take; nil: rules of time stay undecided
	Library    *library.Registry                           // what the program may call; nil: the library built in
	// Occurrences asks for check.Program.Occurrences.
	Occurrences bool
	// Again says that nobody asks the Program of the check before any more: see check.Memory.
	Again bool
}

// Check checks the program of the last Load, and proves its paths if its names and types hold no error. The
// findings are sorted and include the parser's. The program is whole only if they hold no error.
func (w *Workspace) Check(o Options) (*check.Program, []diag.Diagnostic) {
	p, _, found := w.check(o)
	return p, found
}

// Judged is a checked program with the graph that was proved and what became of its rules.
type Judged struct {
	Checked  *check.Program
	Graph    *graph.Graph    // nil if the proofs were not come to
	Verdicts []rules.Verdict // none where the paths hold an error
	Findings []diag.Diagnostic

	undecided bool // its rules have not been looked at, and may be
}

// check also gives the graph that was proved; nil if the proofs were not come to.
func (w *Workspace) check(o Options) (*check.Program, *graph.Graph, []diag.Diagnostic) {
	j := w.Decide(o)
	return j.Checked, j.Graph, j.Findings
}

// Decide is Check with what the check was made of.
func (w *Workspace) Decide(o Options) Judged {
	j := w.Prove(o)
	j.Settle(o.Voice)
	return j
}

// Settle decides the rules of a program, if Prove left them open and its paths hold no error, and adds what it finds.
func (j *Judged) Settle(v rules.Voice) { j.SettleUnless(v, func() bool { return false }) }

// SettleUnless is Settle that gives up as soon as stop says so, and leaves the rules open; it tells whether they are
// decided.
func (j *Judged) SettleUnless(v rules.Voice, stop func() bool) bool {
	if !j.undecided {
		return true
	}
	verdicts, decided := rules.DecideUnless(j.Checked, j.Graph, v, stop)
	if !decided {
		return false
	}
	j.undecided, j.Verdicts = false, verdicts
	for i := range j.Verdicts {
		if d, not := j.Verdicts[i].Finding(); not {
			j.Findings = append(j.Findings, d)
		}
	}
	j.Findings = diag.Sort(j.Findings)
	return true
}

// checked gives the program its meaning.
func (w *Workspace) checked(trees []*ast.File, env check.Env, again bool) (*check.Program, []diag.Diagnostic) {
	if !again {
		return check.Check(trees, env)
	}
	same := !w.loaded
	w.loaded = false
	return w.memory.Check(trees, env, same)
}

// Prove is Decide without the rules, which take about as long as all the rest: an editor shows what was found until
// then first.
func (w *Workspace) Prove(o Options) Judged {
	var found []diag.Diagnostic
	if len(w.paths) == 0 {
		empty, _ := check.Check(nil, check.Env{})
		none := diag.New("RX8010", ".", diag.Span{}, filepath.Base(w.root))
		return Judged{Checked: empty, Findings: []diag.Diagnostic{none}}
	}
	trees, uses := make([]*ast.File, len(w.paths)), make([]pending.Uses, len(w.paths))
	for i, path := range w.paths {
		f := w.files[path]
		trees[i], uses[i] = f.tree, f.uses
		found = append(found, f.found...)
	}
	program, more := w.checked(trees, w.env(o), o.Again)
	found = append(found, withoutFollowOns(trees, found, more)...)
	for _, t := range w.tongues {
		if t.Err != nil {
			found = append(found, diag.New("RX8023", t.Path, diag.Span{}, t.Path, t.Err))
		}
	}
	j := Judged{Checked: program}
	if !diag.HasErrors(found) {
		if o.Again {
			j.Graph, more = w.proofs.Program(program)
		} else {
			j.Graph, more = prove.Program(program)
		}
		found = append(append(found, more...), pending.Warn(uses)...)
		j.undecided = !diag.HasErrors(more)
	}
	j.Findings = diag.Sort(append(found, w.hidden()...))
	return j
}

// env is what a program has around it.
func (w *Workspace) env(o Options) check.Env {
	return check.Env{ReadFile: w.ReadFile, Library: o.Library, Files: w.others, Today: o.Today, Lasting: o.Lasting,
		Playable: o.Playable, Occurrences: o.Occurrences, Settings: o.Settings, SettingsAt: o.SettingsAt}
}

// Tested is a checked program that holds no error, with the tests of a text in place of its own; the findings are those
// in the text. Nothing else is looked at again: see check.Tested.
func (w *Workspace) Tested(p *check.Program, o Options, name string, text []byte) (*check.Program, []diag.Diagnostic) {
	tree, found := parse.Parse(name, text)
	with, more := check.Tested(p, w.env(o), tree)
	return with, diag.Sort(append(found, more...))
}
