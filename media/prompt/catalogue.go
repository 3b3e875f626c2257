package prompt

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"rexian/media/audio"
)

// Catalogue holds what one voice said in one language: each text with its sound. It is made when prompts are rendered,
// is kept as one file (see Write), and is learnt by a Store when the program starts. Sounds are kept as IMA ADPCM, a
// quarter of their size as samples and close to the telephone's own quality; equal sounds are kept once.
//
// A Catalogue may be used by several goroutines.
type Catalogue struct {
	Voice string // Name of the voice
	Lang  string // tag of the language

	mu    sync.Mutex
	texts map[string]entry // by Key
	blobs map[string][]byte
}

// entry is one text of a catalogue.
type entry struct {
	Text    string `json:"text"`
	Hash    string `json:"hash"`    // of the blob that holds its sound
	Samples int    `json:"samples"` // its length at 8 kHz
}

// NewCatalogue makes an empty catalogue for what voice says in lang.
func NewCatalogue(voice, lang string) *Catalogue {
	return &Catalogue{Voice: voice, Lang: lang, texts: map[string]entry{}, blobs: map[string][]byte{}}
}

var (
	errNoWords = errors.New("the text has nothing to say")
	errNoSound = errors.New("the sound is empty")
)

// Add keeps pcm (8 kHz mono) as the sound of text, in place of an earlier one.
func (c *Catalogue) Add(text string, pcm []int16) error {
	key := Key(text)
	switch {
	case key == "":
		return fmt.Errorf("%q: %w", text, errNoWords)
	case len(pcm) == 0:
		return fmt.Errorf("%q: %w", text, errNoSound)
	case len(pcm) > maxBlob:
		return fmt.Errorf("%q: %d samples are more than a recording may have (%d)", text, len(pcm), maxBlob)
	}
	var b bytes.Buffer
	if err := audio.WriteADPCM(&b, pcm); err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	hash := hashOf(b.Bytes())
	c.mu.Lock()
	defer c.mu.Unlock()
	c.texts[key] = entry{Text: text, Hash: hash, Samples: len(pcm)}
	c.blobs[hash] = b.Bytes()
	return nil
}

// hashOf names a blob: the first 128 bits of its SHA-256, in hexadecimal.
func hashOf(blob []byte) string {
	sum := sha256.Sum256(blob)
	return hex.EncodeToString(sum[:16])
}

// Has reports whether the catalogue holds a sound for the text.
func (c *Catalogue) Has(text string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.texts[Key(text)]
	return ok
}

// Texts lists the texts of the catalogue in alphabetical order.
func (c *Catalogue) Texts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []string
	for _, e := range c.sorted() {
		list = append(list, e.Text)
	}
	return list
}

// Missing returns those of texts that are not in the catalogue, each once, in a fixed order: what is left to render. Of
// texts that are one recording the longest is given to the voice, for it holds the punctuation that sets the melody.
func (c *Catalogue) Missing(texts []string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	wanted := map[string]string{}
	for _, text := range texts {
		key := Key(text)
		if _, have := c.texts[key]; key == "" || have {
			continue
		}
		if other, twice := wanted[key]; !twice || len(text) > len(other) || len(text) == len(other) && text < other {
			wanted[key] = text
		}
	}
	return slices.Sorted(maps.Values(wanted))
}

// Keep drops every text that is not among texts, and the sounds that nothing names any more, and returns how many texts
// went.
func (c *Catalogue) Keep(texts []string) int {
	wanted := map[string]bool{}
	for _, text := range texts {
		wanted[Key(text)] = true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.texts)
	maps.DeleteFunc(c.texts, func(key string, _ entry) bool { return !wanted[key] })
	c.sweep()
	return before - len(c.texts)
}

// sweep drops blobs without a text. The lock is held.
func (c *Catalogue) sweep() {
	named := map[string]bool{}
	for _, e := range c.texts {
		named[e.Hash] = true
	}
	maps.DeleteFunc(c.blobs, func(hash string, _ []byte) bool { return !named[hash] })
}

// Each calls f for every text in alphabetical order with its sound as 8 kHz samples, until f returns an error.
func (c *Catalogue) Each(f func(text string, pcm []int16) error) error {
	for _, e := range c.entries() {
		pcm, err := c.decoded(e)
		if err != nil {
			return err
		}
		if err := f(e.Text, pcm); err != nil {
			return err
		}
	}
	return nil
}

// entries lists the entries by text.
func (c *Catalogue) entries() []entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sorted()
}

// decoded is the sound of an entry as 8 kHz samples.
func (c *Catalogue) decoded(e entry) ([]int16, error) {
	c.mu.Lock()
	blob := c.blobs[e.Hash]
	c.mu.Unlock()
	clip, err := audio.ReadWAV(blob)
	if err != nil {
		return nil, fmt.Errorf("the sound of %q: %w", e.Text, err)
	}
	if clip.Rate != audio.Rate || clip.Channels != 1 || len(clip.Samples) < e.Samples {
		return nil, fmt.Errorf("the sound of %q has %d samples in %d channels at %d Hz, not %d at 8000: %w",
			e.Text, len(clip.Samples), clip.Channels, clip.Rate, e.Samples, ErrCorrupt)
	}
	return clip.Samples[:e.Samples], nil
}

// sorted lists the entries by text. The lock is held.
func (c *Catalogue) sorted() []entry {
	return slices.SortedFunc(maps.Values(c.texts), func(a, b entry) int { return cmp.Compare(a.Text, b.Text) })
}

// Summary tells how much a catalogue holds.
type Summary struct {
	Texts   int
	Sounds  int   // different ones
	Samples int64 // of all texts, at 8 kHz
	Bytes   int64 // of all sounds as kept
}

// Summary counts what the catalogue holds.
func (c *Catalogue) Summary() Summary {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := Summary{Texts: len(c.texts), Sounds: len(c.blobs)}
	for _, e := range c.texts {
		s.Samples += int64(e.Samples)
	}
	for _, b := range c.blobs {
		s.Bytes += int64(len(b))
	}
	return s
}
