package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"rexian/media/prompt"
	"rexian/media/rtp"
	"rexian/runtime/deploy"
	"rexian/runtime/readout"
	"rexian/runtime/session"
)

// Voices gives the words of programs their sound: recordings that a program names, and catalogues of rendered words.
// Words are rendered when a version is prepared, never in a call.
type Voices struct {
	store  *prompt.Store
	spoken func(lang string) []string
	dir    string       // where what is rendered here is kept; "" keeps it in memory
	voice  prompt.Voice // nil: nothing is rendered
	log    *slog.Logger
	now    func() time.Time
	mu     sync.Mutex // one version is prepared at a time
	own    map[string]*prompt.Catalogue
}

// VoiceOptions are what Voices are made of.
type VoiceOptions struct {
	Packs  []string                   // folders with catalogues, the first to know a text wins
	Dir    string                     // folder for the catalogues rendered here
	Voice  prompt.Voice               // may be nil
	Spoken func(lang string) []string // words that a program may be given and does not know itself; nil: none
	Known  *prompt.Store              // sounds that are known before any catalogue; nil: none
	// Bad hears of a damaged catalogue, which then counts as not there; nil: it is an error.
	Bad    func(path string, err error)
	Logger *slog.Logger
	Now    func() time.Time // nil: time.Now
}

// NewVoices loads the catalogues. A folder that is not there holds none; a damaged catalogue is an error.
func NewVoices(o VoiceOptions) (*Voices, error) {
	v := &Voices{store: prompt.NewStore(), spoken: o.Spoken, dir: o.Dir, voice: o.Voice, log: o.Logger,
		own: map[string]*prompt.Catalogue{}}
	if v.now = o.Now; v.now == nil {
		v.now = time.Now
	}
	if o.Known != nil {
		v.store = o.Known.Clone()
	}
	if v.spoken == nil {
		v.spoken = func(string) []string { return nil }
	}
	if v.log == nil {
		v.log = slog.New(slog.DiscardHandler)
	}
	folders := o.Packs
	if o.Dir != "" {
		folders = append(slices.Clone(folders), o.Dir)
	}
	// The store lets what is learnt later win; so the first folder comes last.
	for _, dir := range slices.Backward(folders) {
		for _, name := range slices.Backward(prompt.Kept(dir)) {
			path := filepath.Join(dir, name)
			c, err := ReadCatalogue(path)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err == nil {
				err = v.learn(path, c)
			}
			if err != nil && o.Bad != nil {
				o.Bad(path, err)
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			if dir == o.Dir && name == prompt.FileName(c.Lang) {
				v.own[c.Lang] = c
			}
		}
	}
	return v, nil
}

// Take makes the catalogue of a file known and keeps it as another, from which NewVoices learns it at the next start.
// Nothing is done where it is kept already.
func (v *Voices) Take(from, keep string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if kept, err := os.ReadFile(keep); err == nil && bytes.Equal(b, kept) {
		return nil
	}
	c, err := prompt.ReadCatalogue(bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.learn(keep, c); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	return SaveCatalogue(keep, c)
}

// learn makes a catalogue known.
func (v *Voices) learn(name string, c *prompt.Catalogue) error {
	if err := v.store.Learn(name, c); err != nil {
		return err
	}
	if c.Lang == "zh" {
		v.lend()
	}
	return nil
}

// ReadCatalogue reads the catalogue of a file.
func ReadCatalogue(path string) (*prompt.Catalogue, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return prompt.ReadCatalogue(f)
}

// Store is the sounds themselves.
func (v *Voices) Store() *prompt.Store { return v.store }

// Words lists all that a version can say in a language and that can be known beforehand.
func Words(ver *deploy.Version, lang string) []string {
	list := append(ver.Renderer.Phrases(lang), readout.Vocabulary(lang)...)
	slices.Sort(list)
	return slices.Compact(list)
}

// Characters are the Chinese characters in daily use (GB/T 2312, 6,763 of them) and the letters: a name that nobody
// could render beforehand is spoken character by character.
func Characters(lang string) []string {
	var list []string
	for r := 'A'; r <= 'Z'; r++ {
		list = append(list, string(r))
	}
	if lang != "zh" {
		return list
	}
	d := simplifiedchinese.GBK.NewDecoder()
	for high := 0xB0; high <= 0xF7; high++ {
		for low := 0xA1; low <= 0xFE; low++ {
			if high == 0xD7 && low > 0xF9 {
				continue
			}
			s, err := d.String(string([]byte{byte(high), byte(low)}))
			if err == nil && len([]rune(s)) == 1 && s != "\uFFFD" {
				list = append(list, s)
			}
		}
	}
	return list
}

// Missing lists the words of a version that have no sound of their own, by language. They might still be put together
// of single characters, but nobody would like to hear that.
func (v *Voices) Missing(ver *deploy.Version) map[string][]string {
	missing := map[string][]string{}
	for _, lang := range ver.Program.Languages {
		known := map[string]bool{}
		for text := range v.store.Sounds(lang) {
			known[prompt.Key(text)] = true
		}
		for _, text := range append(Words(ver, lang), v.spoken(lang)...) {
			if key := prompt.Key(text); key != "" && !known[key] {
				missing[lang] = append(missing[lang], text)
			}
		}
	}
	return missing
}

// ErrRecording is in the error of a recording that cannot be played.
var ErrRecording = errors.New("a recording cannot be played")

// Prepare makes the sound of a version ready: its recordings are imported, and words without sound are rendered if
// there is a voice. Words that remain without one are told in the log; a call leaves them out. A recording that cannot
// be read is an error.
func (v *Voices) Prepare(ctx context.Context, ver *deploy.Version,
	progress func(lang string, p prompt.Progress)) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	for file, b := range ver.Audio {
		if name := fileKey(ver, file); v.store.File(name) == nil {
			if _, err := v.store.AddFile(name, b); err != nil {
				return fmt.Errorf("%w: %s: %w", ErrRecording, file, err)
			}
		}
	}
	for lang, texts := range v.Missing(ver) {
		if v.voice == nil {
			v.log.Warn("words without a voice", "lang", lang, "count", len(texts), "first", texts[0])
			continue
		}
		if err := v.render(ctx, lang, texts, progress); err != nil {
			var failed *prompt.Failures
			if !errors.As(err, &failed) && !errors.Is(err, prompt.ErrNoVoice) &&
				!errors.Is(err, prompt.ErrNotInstalled) {
				return err
			}
			v.log.Warn("words without a voice", "lang", lang, "error", err)
		}
	}
	return nil
}

func (v *Voices) render(ctx context.Context, lang string, texts []string,
	progress func(string, prompt.Progress)) error {
	c := v.own[lang]
	if c == nil || c.Voice != v.voice.Name() {
		c = prompt.NewCatalogue(v.voice.Name(), lang)
		v.own[lang] = c
	}
	began := v.now()
	err := prompt.Render(ctx, c, v.voice, texts, func(p prompt.Progress) {
		if progress != nil {
			progress(lang, p)
		}
	})
	name := "rendered " + lang
	if v.dir != "" {
		name = filepath.Join(v.dir, prompt.FileName(lang))
		if saveErr := SaveCatalogue(name, c); saveErr != nil {
			return errors.Join(err, saveErr)
		}
	}
	if learnErr := v.learn(name, c); learnErr != nil {
		return errors.Join(err, learnErr)
	}
	v.log.Info("words rendered", "lang", lang, "count", len(texts), "voice", v.voice.Name(), "took",
		v.now().Sub(began).Round(time.Millisecond))
	return err
}

// Know makes texts known, in each of the languages, that no language knows.
func (v *Voices) Know(ctx context.Context, langs, texts []string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.voice == nil {
		return nil
	}
	known := map[string]bool{}
	for _, lang := range langs {
		for text := range v.store.Sounds(lang) {
			known[prompt.Key(text)] = true
		}
	}
	texts = slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return known[prompt.Key(text)] })
	for _, lang := range langs {
		if err := v.render(ctx, lang, texts, nil); err != nil {
			return err
		}
	}
	return nil
}

// SaveCatalogue writes a catalogue so that a crash leaves the old or the new.
func SaveCatalogue(path string, c *prompt.Catalogue) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".voice-*")
	if err != nil {
		return err
	}
	err = errors.Join(c.Write(f), f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// fileKey names a recording of a version in the store.
func fileKey(v *deploy.Version, file string) string { return short(v.Hash()) + "/" + file }

// Clips is the sound of what the session plays.
func (v *Voices) Clips(ver *deploy.Version, s session.Sound) (clips []rtp.Clip, missing []string) {
	if s.Tone {
		return []rtp.Clip{{Sound: v.store.Signal(prompt.Record)}}, nil
	}
	file := ""
	if s.Audio != "" {
		file = fileKey(ver, s.Audio)
	}
	return v.store.Say(s.Lang, s.Text, file)
}

// ringing is the tone of a telephone that rings, shared by all calls.
var ringing = shared(prompt.RingBack)

// shared is a signal that is made at its first use, for all calls.
func shared(s prompt.Signal) func() rtp.Item {
	return sync.OnceValue(func() rtp.Item {
		return rtp.Item{Clips: []rtp.Clip{{Sound: prompt.NewStore().Signal(s)}}}
	})
}
