// Package source is the program in a folder as every command takes it. check, build, test, serve and deploy read the
// same files by it (flows, tables, calendars, SQL files, recordings, rendered words) and find the same faults in them:
// what check passes starts, and what would not start check tells.
package source

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"rexian/cmd/rexian/queries"
	"rexian/compiler"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/compiler/library"
	"rexian/lang/diag"
	"rexian/media/audio"
	"rexian/media/prompt"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
	"rexian/runtime/meaning"
	"rexian/runtime/readout"
	"rexian/stdlib/sqlfunc"
)

// Bundle ends the names of programs that were built beforehand.
const Bundle = ".rxb"

// Program is what lies in a folder, or one flow file alone.
type Program struct {
	*compiler.Workspace
	Options compiler.Options  // of its check; Library and Playable are set by Open
	Queries *queries.Set      // the SQL files beside the flows
	Silent  bool              // its rendered words are not looked at
	base    *library.Registry // what it may call beside its own SQL files
	beside  map[string][]byte // texts that are no flow files, by the names that findings call them
	found   []diag.Diagnostic // in these texts
	sound   map[string]*pack  // the rendered words, as they were last looked at
}

// pack is a file of rendered words as it was looked at: many megabytes, that an editor's every key would read again.
type pack struct {
	at   time.Time // its time and size
	size int64
	err  error // what is wrong with it
}

// Open reads a program. base is what it may call beside its own SQL files. An error means that the path is not there or
// cannot be listed.
func Open(path string, base *library.Registry) (*Program, error) { return OpenAmong(nil, path, base) }

// OpenAmong is Open of a program that has files in common with others.
func OpenAmong(texts *compiler.Texts, path string, base *library.Registry) (*Program, error) {
	w, err := compiler.OpenAmong(texts, path)
	if err == nil {
		err = w.Load()
	}
	if err != nil {
		return nil, err
	}
	p := &Program{Workspace: w, base: base, sound: map[string]*pack{}}
	p.Options.Playable, p.Options.Voice = playable, readout.Voice{Recorded: p.recorded}
	p.readBeside()
	return p, nil
}

// Reload reads anew what has changed since. What was kept beside the flow files is forgotten; the caller keeps it
// again.
func (p *Program) Reload() error {
	if err := p.Load(); err != nil {
		return err
	}
	p.readBeside()
	return nil
}

// Fork is a program of its own that begins as this one is now: see compiler.Workspace.Fork.
func (p *Program) Fork() *Program {
	f := *p
	f.Workspace = p.Workspace.Fork()
	return &f
}

// readBeside reads the SQL files.
func (p *Program) readBeside() {
	p.beside, p.found = map[string][]byte{}, nil
	p.Queries = queries.Load(p.Root(), p.base)
	p.Options.Library = p.Queries.Registry
	for name, src := range p.Queries.Sources {
		p.Keep(name, src, nil)
	}
	p.found = append(p.found, p.Queries.Findings...)
}

// Keep keeps a text that is no flow file, so that findings can show it, and the findings in it.
func (p *Program) Keep(name string, text []byte, found []diag.Diagnostic) {
	p.beside[name] = text
	p.found = append(p.found, found...)
}

// Refused adds to the findings what databases said about the SQL files.
func (p *Program) Refused(wrong []sqlfunc.Problem) {
	before := len(p.Queries.Findings)
	p.Queries.Refused(p.Root(), wrong)
	for name, src := range p.Queries.Sources {
		p.Keep(name, src, nil)
	}
	p.found = append(p.found, p.Queries.Findings[before:]...)
}

// Source returns the text of a file that findings name: of the program, or of what lies beside it.
func (p *Program) Source(name string) []byte {
	if text, ok := p.beside[name]; ok {
		return text
	}
	return p.Workspace.Source(name)
}

// Check gives the program its meaning and returns all findings, sorted.
func (p *Program) Check() (*check.Program, []diag.Diagnostic) {
	checked, found := p.Workspace.Check(p.Options)
	return checked, p.all(found)
}

// Proved is Check with what the check was made of, its rules not decided yet: see compiler.Judged.Settle.
func (p *Program) Proved() compiler.Judged {
	j := p.Prove(p.Options)
	j.Findings = p.all(j.Findings)
	return j
}

// Judge is Check together with what only the machine's limits refuse: these are the findings of Compile.
func (p *Program) Judge() (*check.Program, []diag.Diagnostic, error) {
	checked, found, err := p.Workspace.Judge(p.Options)
	return checked, p.all(found), err
}

// all adds to the findings in the flow files those in what lies beside them.
func (p *Program) all(found []diag.Diagnostic) []diag.Diagnostic {
	more := append(p.packs(), p.found...)
	if len(more) > 0 {
		found = diag.Sort(append(p.Queries.Mute(found), more...))
	}
	return found
}

// Compile checks the program and makes it ready to serve; v is nil if the findings, which are all there are, hold an
// error.
func (p *Program) Compile() (v *deploy.Version, checked *check.Program, found []diag.Diagnostic, err error) {
	checked, found = p.Check()
	if diag.HasErrors(found) {
		return nil, checked, found, nil
	}
	v, err = deploy.FromChecked(p.Workspace, checked, p.Queries.Files())
	// what only the machine's limits refuse is found by compiling
	if large, ok := errors.AsType[*emit.TooLarge](err); ok {
		return nil, checked, diag.Sort(append(found, large.Finding())), nil
	}
	return v, checked, found, err
}

// Version is the program as it would serve. Its error is a *deploy.Refused, with all findings, if the program has
// errors.
func (p *Program) Version() (*deploy.Version, error) {
	v, _, found, err := p.Compile()
	if err == nil && v == nil {
		err = &deploy.Refused{Findings: found, Source: p.Source}
	}
	return v, err
}

// packs are the findings in the rendered words of the program.
func (p *Program) packs() []diag.Diagnostic {
	if p.Silent {
		return nil
	}
	var found []diag.Diagnostic
	dir := Voices(p.Root())
	for _, pack := range prompt.FileNames(readout.Languages()) {
		path := filepath.Join(dir, pack)
		err := p.heard(path)
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		name, err2 := filepath.Rel(p.Root(), path)
		if err2 != nil {
			name = path
		}
		found = append(found, diag.New("RX8022", filepath.ToSlash(name), diag.Span{}, filepath.ToSlash(name),
			reason(err)))
	}
	return found
}

// heard tells what is wrong with a file of rendered words. It is read again only where its time or size has changed.
func (p *Program) heard(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	was := p.sound[path]
	if was == nil || !was.at.Equal(info.ModTime()) || was.size != info.Size() {
		was = &pack{at: info.ModTime(), size: info.Size()}
		_, was.err = exchange.ReadCatalogue(path)
		p.sound[path] = was
	}
	return was.err
}

// voiceFolders are where a program keeps its rendered words, the first that is there.
var voiceFolders = []string{"语音", "voice"}

// Voices is the folder of rendered words of a program, by its root or by its bundle.
func Voices(root string) string {
	if filepath.Ext(root) == Bundle {
		root = filepath.Dir(root)
	}
	for _, name := range voiceFolders {
		if info, err := os.Stat(filepath.Join(root, name)); err == nil && info.IsDir() {
			return filepath.Join(root, name)
		}
	}
	return filepath.Join(root, voiceFolders[0])
}

// recorded is how long a recording of the program takes, in milliseconds.
func (p *Program) recorded(name string) (int64, bool) {
	b, err := p.ReadFile(name)
	if err != nil {
		return 0, false
	}
	pcm, err := prompt.Import(name, b)
	return int64(len(pcm)) * 1_000 / audio.Rate, err == nil
}

// playable tells why a recording cannot be played; nothing if it can.
func playable(name string, b []byte) diag.Text {
	if _, err := prompt.Import(name, b); err != nil {
		return reason(err)
	}
	return diag.Text{}
}

// Recordings are those of a program for comparing it: what counts is the sound, not the encoding.
func Recordings(read func(name string) ([]byte, error)) meaning.Recordings {
	return meaning.Recordings{Read: read, Sound: func(name string, file []byte) ([]byte, error) {
		pcm, err := prompt.Import(name, file)
		sound := make([]byte, 0, 2*len(pcm))
		for _, s := range pcm {
			sound = binary.LittleEndian.AppendUint16(sound, uint16(s))
		}
		return sound, err
	}}
}

// Beside reads a file that lies with a bundle, under the name that the program uses.
func Beside(path, name string) ([]byte, error) {
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	b, err := root.ReadFile(filepath.FromSlash(name))
	return b, errors.Join(err, root.Close())
}

// reason says in both tongues why a file of sound cannot be used.
func reason(err error) diag.Text {
	for _, r := range []struct {
		is   error
		text diag.Text
	}{
		{prompt.ErrEmptyRecording, diag.Text{Zh: "里面没有声音", En: "there is no sound in it"}},
		{audio.ErrUnsupported, diag.Text{Zh: "这种声音不认识，请存成 16 位 PCM 的 WAV 或 MP3",
			En: "this kind of sound is not read: save it as WAV with 16-bit PCM, or as MP3"}},
		{audio.ErrDamaged, diag.Text{Zh: "文件坏了，或者不是声音文件", En: "the file is damaged, or no sound"}},
		{audio.ErrTooLarge, diag.Text{Zh: "文件太大", En: "the file is too large"}},
		{prompt.ErrCorrupt, diag.Text{Zh: "文件坏了，或者不是语音包", En: "the file is damaged, or no rendered words"}},
		{fs.ErrPermission, diag.Text{Zh: "没有读的权限", En: "it may not be read"}},
	} {
		if errors.Is(err, r.is) {
			return r.text
		}
	}
	return diag.Text{Zh: "读不了：" + err.Error(), En: "it cannot be read: " + err.Error()}
}

// Load reads the program of a folder or a bundle as it would serve.
func Load(path string, base *library.Registry, o compiler.Options) (*deploy.Version, error) {
	if filepath.Ext(path) == Bundle {
		v, err := deploy.FromBundle(path)
		if err != nil {
			return nil, err
		}
		for name, b := range v.Audio {
			if why := playable(name, b); why.En != "" {
				return nil, fmt.Errorf("recording %s: %s", name, why.En)
			}
		}
		return v, nil
	}
	p, err := Open(path, base)
	if err != nil {
		return nil, err
	}
	o.Library, o.Playable, o.Voice = p.Options.Library, p.Options.Playable, p.Options.Voice
	p.Options = o
	return p.Version()
}

// Unpack puts what a version was compiled from into a temporary folder of its own.
func Unpack(v *deploy.Version) (dir string, clean func(), err error) {
	if dir, err = os.MkdirTemp("", "rexian-version-"); err != nil {
		return "", nil, err
	}
	clean = func() { _ = os.RemoveAll(dir) } // a leftover in the temporary folder harms nobody
	for _, files := range []map[string][]byte{v.Sources, v.Audio, v.Queries} {
		for name, b := range files {
			path := filepath.Join(dir, filepath.FromSlash(name))
			err = os.MkdirAll(filepath.Dir(path), 0o700)
			if err == nil {
				err = os.WriteFile(path, b, 0o600)
			}
			if err != nil {
				clean()
				return "", nil, err
			}
		}
	}
	return dir, clean, nil
}
