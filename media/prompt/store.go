// Package prompt is what the machine says: recorded and rendered words, the tones and the music of a call.
//
// # The model
//
// A caller never waits for a voice. All words a program can say are rendered when it is deployed: Render has a
// Voice (espeak-ng on this machine, or a service on the network) say what is missing in a Catalogue, and the catalogue
// is kept as one file. At start-up a Store learns catalogues and recordings; from then on Say puts any text together
// from sounds in memory: the recording of the text, else the text as a whole, else the fewest pieces that make it up
// ("您的欠税为" + "一千" + "二百" + "元"), with breaths where the punctuation has them. What no piece is known for is left out
// and returned, so that a log tells which words to render.
//
// Each sound is held once in memory, however many texts, programs and calls use it, in both encodings of the telephone;
// it goes when nothing names it and nobody hears it any more.
//
// A Listener does the reverse: it recognises known sounds in a received stream and tells the words.
package prompt

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"weak"

	"rexian/media/audio"
	"rexian/media/rtp"
)

// Store holds the sounds of all programs. Say may be called by any number of calls at once and takes no lock.
type Store struct {
	books         atomic.Pointer[map[string]*book]      // by language tag
	files         atomic.Pointer[map[string]*rtp.Sound] // recordings by name
	said, missing atomic.Int64

	mu     sync.Mutex // for those who change the store
	layers []layer
	sounds map[soundHash]weak.Pointer[rtp.Sound]
	blobs  map[blob]weak.Pointer[rtp.Sound] // as they were learnt from catalogues

	signals [signals]*rtp.Sound // as they are first asked for
}

type soundHash [sha256.Size]byte

// blob is a sound as a catalogue keeps it: its name there and its length in samples.
type blob struct {
	hash    string
	samples int
}

// layer is one catalogue as it was learnt.
type layer struct {
	name, lang string
	texts      []known
}

type known struct {
	text  string
	sound *rtp.Sound
}

// NewStore makes a store that knows nothing.
func NewStore() *Store {
	s := &Store{sounds: map[soundHash]weak.Pointer[rtp.Sound]{}, blobs: map[blob]weak.Pointer[rtp.Sound]{}}
	s.books.Store(&map[string]*book{})
	s.files.Store(&map[string]*rtp.Sound{})
	return s
}

// Clone makes a store that knows what this one knows; what either learns afterwards the other does not. The sounds
// themselves are shared.
func (s *Store) Clone() *Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &Store{layers: slices.Clone(s.layers), sounds: maps.Clone(s.sounds), blobs: maps.Clone(s.blobs)}
	c.books.Store(s.books.Load())
	c.files.Store(s.files.Load())
	return c
}

// Sound makes pcm (8 kHz mono) a sound that can be played. Equal samples give the same sound for as long as somebody
// has it.
func (s *Store) Sound(pcm []int16) *rtp.Sound {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sound(pcm)
}

// sound is Sound with the lock held.
func (s *Store) sound(pcm []int16) *rtp.Sound {
	made := &rtp.Sound{
		ULaw: audio.PCMU.Encode(make([]byte, 0, len(pcm)), pcm),
		ALaw: audio.PCMA.Encode(make([]byte, 0, len(pcm)), pcm),
	}
	h := sha256.New()
	h.Write(made.ULaw)
	h.Write(made.ALaw)
	hash := soundHash(h.Sum(nil))
	if have := s.sounds[hash].Value(); have != nil {
		return have
	}
	s.sounds[hash] = weak.Make(made)
	runtime.AddCleanup(made, s.forget, hash)
	return made
}

// forget takes a sound that nobody holds any more off the list, unless it was made anew meanwhile.
func (s *Store) forget(hash soundHash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sounds[hash].Value() == nil {
		delete(s.sounds, hash)
	}
}

// Learn makes all texts of a catalogue known under the name of a layer, e.g. "shipped" or the name of a deployment. It
// takes the place of what that layer held in that language. Where layers know the same words, the one learnt first
// for the first time stays below those learnt after it. If the catalogue is damaged nothing changes.
func (s *Store) Learn(name string, c *Catalogue) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := layer{name: name, lang: strings.ToLower(c.Lang)}
	for _, e := range c.entries() {
		sound, err := s.learnt(c, e)
		if err != nil {
			return fmt.Errorf("learning %s in %s: %w", name, c.Lang, err)
		}
		l.texts = append(l.texts, known{e.Text, sound})
	}
	s.put(l)
	maps.DeleteFunc(s.blobs, func(_ blob, w weak.Pointer[rtp.Sound]) bool { return w.Value() == nil })
	return nil
}

// learnt is the sound of an entry, decoded only where it is new: a catalogue is learnt again with each deployment, and
// most of it is as it was. The lock is held.
func (s *Store) learnt(c *Catalogue, e entry) (*rtp.Sound, error) {
	b := blob{e.Hash, e.Samples}
	if have := s.blobs[b].Value(); have != nil {
		return have, nil
	}
	pcm, err := c.decoded(e)
	if err != nil {
		return nil, err
	}
	sound := s.sound(pcm)
	s.blobs[b] = weak.Make(sound)
	return sound, nil
}

// Lend makes sounds that the store holds already known in a further language, as a layer like those of Learn: a name
// that is written in Chinese within an English sentence. The sounds are shared, not copied.
func (s *Store) Lend(name, lang string, sounds map[string]*rtp.Sound) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := layer{name: name, lang: strings.ToLower(lang)}
	for _, text := range slices.Sorted(maps.Keys(sounds)) {
		l.texts = append(l.texts, known{text, sounds[text]})
	}
	s.put(l)
}

// put takes a layer in, in place of the one of its name and language. The lock is held.
func (s *Store) put(l layer) {
	if i := slices.IndexFunc(s.layers, func(o layer) bool { return o.name == l.name && o.lang == l.lang }); i >= 0 {
		s.layers[i] = l
	} else {
		s.layers = append(s.layers, l)
	}
	s.rebuild(l.lang)
}

// Drop forgets a layer in all languages. Calls that are playing its sounds play them to the end.
func (s *Store) Drop(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	langs := map[string]bool{}
	s.layers = slices.DeleteFunc(s.layers, func(l layer) bool {
		if l.name == name {
			langs[l.lang] = true
		}
		return l.name == name
	})
	for lang := range langs {
		s.rebuild(lang)
	}
}

// rebuild makes the book of a language anew from its layers. The lock is held.
func (s *Store) rebuild(lang string) {
	b := newBook()
	for _, l := range s.layers {
		if l.lang != lang {
			continue
		}
		for _, k := range l.texts {
			b.add(k.text, k.sound)
		}
	}
	b.finish()
	books := maps.Clone(*s.books.Load())
	books[lang] = b
	s.books.Store(&books)
}

// ErrEmptyRecording is the error for a recording that holds nothing but silence.
var ErrEmptyRecording = errors.New("the recording is silent")

// Import reads a recording (WAV or MP3, by its content) as it will be played: without the silence before and after.
func Import(name string, b []byte) ([]int16, error) {
	pcm, err := audio.Import(name, b)
	if err != nil {
		return nil, fmt.Errorf("recording %s: %w", name, err)
	}
	if pcm = Trim(pcm); len(pcm) == 0 {
		return nil, fmt.Errorf("recording %s: %w", name, ErrEmptyRecording)
	}
	return pcm, nil
}

// AddFile imports a recording (WAV or MP3, by its content) and makes it known by name; Say plays it where a prompt
// names it. A name should not mean two things while calls go on: give each version of a program names of its own. Words
// in a recording keep their pauses, but silence before and after is cut.
func (s *Store) AddFile(name string, b []byte) (*rtp.Sound, error) {
	pcm, err := Import(name, b)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sound := s.sound(pcm)
	files := maps.Clone(*s.files.Load())
	files[name] = sound
	s.files.Store(&files)
	return sound, nil
}

// DropFile forgets a recording.
func (s *Store) DropFile(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	files := maps.Clone(*s.files.Load())
	delete(files, name)
	s.files.Store(&files)
}

// File returns a recording by its name, nil if it is not known.
func (s *Store) File(name string) *rtp.Sound { return (*s.files.Load())[name] }

// Say puts a text together for playing. file names a recording of exactly these words, "" if there is none. missing
// lists the parts of the text that no sound is known for; a short silence stands in for each. The clips are shared and
// must not be changed; a text without words has none.
func (s *Store) Say(lang, text, file string) (clips []rtp.Clip, missing []string) {
	s.said.Add(1)
	if file != "" {
		if sound := s.File(file); sound != nil {
			return []rtp.Clip{{Sound: sound}}, nil
		}
	}
	b := s.book(lang)
	if whole := b.whole[text]; whole != nil {
		return whole, nil
	}
	clips, missing = b.compose(text)
	if len(missing) > 0 {
		s.missing.Add(1)
	}
	return clips, missing
}

// Knows reports whether the text can be said in full.
func (s *Store) Knows(lang, text string) bool {
	_, missing := s.book(lang).compose(text)
	return len(missing) == 0
}

var nothing = newBook()

// book finds the language's book by its tag or the primary part of it.
func (s *Store) book(lang string) *book {
	books := *s.books.Load()
	for tag := strings.ToLower(lang); tag != ""; {
		if b := books[tag]; b != nil {
			return b
		}
		tag = tag[:max(strings.LastIndexAny(tag, "-_"), 0)]
	}
	return nothing
}

// Sounds returns all sounds of a language by their texts, for a Listener.
func (s *Store) Sounds(lang string) map[string]*rtp.Sound { return maps.Clone(s.book(lang).texts) }

// Stats tells what a store holds and did.
type Stats struct {
	Texts, Files int
	Sounds       int   // different ones in memory
	Said         int64 // calls of Say
	Missing      int64 // of those, with parts that could not be said
}

// Stats counts.
func (s *Store) Stats() Stats {
	st := Stats{Files: len(*s.files.Load()), Said: s.said.Load(), Missing: s.missing.Load()}
	for _, b := range *s.books.Load() {
		st.Texts += len(b.texts)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.sounds {
		if w.Value() != nil {
			st.Sounds++
		}
	}
	return st
}
