// Package deploy keeps the versions of a program that answer the telephone: which one a new call gets, how a new one
// comes in while calls go on, and the way back.
//
// # The model
//
// A Version is a compiled program made ready to run; it never changes, and its name is the hash of its bundle. A
// Deployment holds at most two of them: the stable one, and a canary that takes a share of the new calls. A call picks
// its version once and keeps it to its end, so a change is one pointer stored; nothing waits for anything.
//
//	sources ── Compile ──▶ Version ── Prepare (voices) ──▶ Deploy ──▶ Pick ──▶ calls
//	                        │ findings: refused, the old one keeps serving
//	                        ▼
//	                <hash>.rxb with its recordings, SQL files and sources; serving.json: what serves after a restart;
//	                history.json: what to come back to
package deploy

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"rexian/compiler"
	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/compiler/hours"
	"rexian/lang/ast"
	"rexian/lang/diag"
	"rexian/locale"
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// Version is a program ready to run, shared by all its calls.
type Version struct {
	Program   *bundle.Program
	Image     *vm.Image
	Schedules []*hours.Hours
	Renderer  *session.Renderer
	Zone      *time.Location
	Encoded   []byte // the bundle
	Files
	hash    string
	lines   map[string][]int32
	numbers numbers
	calls   atomic.Int64 // running
}

// Files are what belongs to a version beside its bundle, by their names in the program's folder.
type Files struct {
	Audio   map[string][]byte // the recordings that the program names
	Queries map[string][]byte // the SQL files of what it may call
	Sources map[string][]byte // the files it was compiled from; nil if only the bundle is known
}

// Hash names the version: hex SHA-256 of the bundle's content, and of the recordings and SQL files where there are any.
func (v *Version) Hash() string { return v.hash }

// hashOf is the name of a version. Its sources do not count: they say only where its instructions come from.
func hashOf(p *bundle.Program, f Files) string {
	if len(f.Audio) == 0 && len(f.Queries) == 0 {
		return p.Hash
	}
	h := sha256.New()
	fmt.Fprintln(h, p.Hash)
	for _, files := range []map[string][]byte{f.Audio, f.Queries} {
		for _, name := range slices.Sorted(maps.Keys(files)) {
			fmt.Fprintf(h, "%q %x\n", name, sha256.Sum256(files[name]))
		}
		fmt.Fprintln(h)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Calls is how many calls run on this version now.
func (v *Version) Calls() int { return int(v.calls.Load()) }

// Function is what a call to a number, in whatever form it comes, enters; false if the program does not answer the
// number.
func (v *Version) Function(number string) (fn int, ok bool) { return v.numbers.find(number) }

// Answers says whether a number is one of the program's, in whatever form it is dialled here. The same short number of
// another area is not: a call that comes in with it is for us, one that goes out to it is for somebody there.
func (v *Version) Answers(number string) bool { return v.numbers.own(number) }

// Lacks returns the first date from a day on whose year a calendar that the version goes by does not hold, and that
// calendar; false if it goes by none.
func (v *Version) Lacks(from hours.Date) (day hours.Date, calendar string, ok bool) {
	used := []int{int(v.Program.Calendar)}
	for i := range v.Program.Hours {
		used = append(used, v.Program.Hours[i].Calendar)
	}
	for _, i := range used {
		if i < 0 || i >= len(v.Program.Calendars) {
			continue
		}
		c := &v.Program.Calendars[i]
		if end := c.Lacks(from); !ok || end < day {
			day, calendar, ok = end, c.Name, true
		}
	}
	return day, calendar, ok
}

// At is where an instruction comes from, "file:line:column" with columns in characters; without the sources
// "file:+offset" with the offset in bytes, and "" for code of no place.
func (v *Version) At(fn, pc int) string {
	file, start, _, ok := v.Program.Place(fn, pc)
	if !ok {
		return ""
	}
	src, starts := v.Sources[file], v.lines[file]
	if src == nil || start > len(src) {
		return fmt.Sprintf("%s:+%d", file, start)
	}
	line, exact := slices.BinarySearch(starts, int32(start))
	if !exact {
		line--
	}
	column := utf8.RuneCount(src[starts[line]:start])
	return fmt.Sprintf("%s:%d:%d", file, line+1, column+1)
}

// lineStarts are the offsets at which the lines of each file begin.
func lineStarts(sources map[string][]byte) map[string][]int32 {
	all := map[string][]int32{}
	for name, src := range sources {
		starts := []int32{0}
		for i, b := range src {
			if b == '\n' {
				starts = append(starts, int32(i+1))
			}
		}
		all[name] = starts
	}
	return all
}

// Ready makes a version of a bundle and what belongs to it.
func Ready(p *bundle.Program, encoded []byte, files Files) (*Version, error) {
	for _, text := range p.Tongues {
		if _, err := locale.Learn([]byte(text)); err != nil {
			return nil, fmt.Errorf("make the program ready: a language of its own: %w", err)
		}
	}
	image, err := vm.Load(p)
	if err != nil {
		return nil, fmt.Errorf("make the program ready: %w", err)
	}
	schedules, err := session.Schedules(p)
	if err != nil {
		return nil, fmt.Errorf("make the program ready: %w", err)
	}
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		return nil, fmt.Errorf("make the program ready: %w", err)
	}
	v := &Version{Program: p, Image: image, Schedules: schedules, Renderer: session.NewRenderer(p), Zone: zone,
		Encoded: encoded,
		Files:   files, hash: hashOf(p, files), lines: lineStarts(files.Sources),
		numbers: newNumbers(p.Numbers)}
	return v, nil
}

// Refused means that the sources hold errors: nothing was deployed. Findings has all of them, warnings too.
type Refused struct {
	Findings []diag.Diagnostic
	Source   func(file string) []byte
}

func (r *Refused) Error() string {
	for _, d := range r.Findings {
		if d.Severity == diag.Error {
			return fmt.Sprintf("%s: %s %s", d.File, d.Code, d.Sentence(diag.En))
		}
	}
	return "the program has errors"
}

// Compile reads, checks and compiles the program of a folder or file. Its error is a *Refused if the program has
// errors.
func Compile(path string, o compiler.Options) (*Version, error) {
	if filepath.Ext(path) == ".rxb" {
		return FromBundle(path)
	}
	w, err := compiler.Open(path)
	if err == nil {
		err = w.Load()
	}
	if err != nil {
		return nil, fmt.Errorf("read the program: %w", err)
	}
	checked, found := w.Check(o)
	if diag.HasErrors(found) {
		return nil, &Refused{Findings: found, Source: w.Source}
	}
	return FromChecked(w, checked, nil)
}

// FromChecked compiles a program that was found free of errors; queries are the SQL files beside it.
func FromChecked(w *compiler.Workspace, checked *check.Program, queries map[string][]byte) (*Version, error) {
	out, err := emit.Emit(checked, emit.Options{})
	if err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	encoded, err := bundle.Encode(out.Program)
	if err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	audio, err := recordings(out.Program, w.ReadFile)
	if err != nil {
		return nil, err
	}
	sources, err := sources(w, checked)
	if err != nil {
		return nil, err
	}
	return Ready(out.Program, encoded, Files{Audio: audio, Queries: queries, Sources: sources})
}

// sources are the files that a program was compiled from: flow files, tables and calendars.
func sources(w *compiler.Workspace, checked *check.Program) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, name := range w.Paths() {
		files[name] = w.Source(name)
	}
	read := func(file *ast.StringLit) error {
		if file == nil {
			return nil
		}
		name, _ := file.Plain()
		b, err := w.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		files[name] = b
		return nil
	}
	for _, t := range checked.Tables {
		if err := read(t.Decl.File); err != nil {
			return nil, err
		}
	}
	for _, c := range checked.Calendars {
		if err := read(c.Decl.File); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// FromBundle takes a bundle that was built elsewhere; its recordings lie beside it, under the names the program uses.
func FromBundle(path string) (*Version, error) {
	encoded, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the bundle: %w", err)
	}
	p, err := bundle.Decode(encoded)
	if err != nil {
		return nil, fmt.Errorf("read the bundle %s: %w", filepath.Base(path), err)
	}
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("read the bundle: %w", err)
	}
	defer root.Close()
	audio, err := recordings(p,
		func(name string) ([]byte, error) { return root.ReadFile(filepath.FromSlash(name)) })
	if err != nil {
		return nil, err
	}
	return Ready(p, encoded, Files{Audio: audio})
}

// recordings reads the files that the program's prompts name.
func recordings(p *bundle.Program, read func(string) ([]byte, error)) (map[string][]byte, error) {
	audio := map[string][]byte{}
	var failed error
	for i := range p.Prompts {
		for _, a := range p.Prompts[i].Audio {
			if audio[a.File] != nil {
				continue
			}
			b, err := read(a.File)
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("recording %s: %w", a.File, err))
				continue
			}
			audio[a.File] = b
		}
	}
	return audio, failed
}
