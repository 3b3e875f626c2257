package prompt

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The pack: a catalogue as one file, for thousands of small ones are clumsy in a repository and slow to open.
//
//	16 bytes   "rexian voice 1\n" and a zero
//	4 bytes    length of the index, big-endian
//	32 bytes   SHA-256 of the index
//	index      JSON: the voice, the language, the texts in alphabetical order, the blobs in order of their hash
//	blobs      one after another, each an IMA ADPCM WAV of 8 kHz mono; a blob's name is the hash of its bytes
//
// The same texts and sounds make the same bytes. Everything read is checked against a hash, so a damaged file is told
// and never played.

const (
	packMagic = "rexian voice 1\n\x00"
	maxIndex  = 32 << 20        // bytes
	maxBlob   = 3600 * 8000     // samples, and so well above the bytes of a blob: one hour
	maxTexts  = 1_000_000       // of one catalogue
	maxPack   = int64(4) << 30  // bytes of all blobs
	packName  = "voice-%s.pack" // by language

	recordedName = "recorded-%s.pack"
)

// ErrCorrupt is the error for a file that is damaged or not a catalogue.
var ErrCorrupt = errors.New("the file is damaged or not a voice catalogue")

type packIndex struct {
	Voice string     `json:"voice"`
	Lang  string     `json:"lang"`
	Texts []entry    `json:"texts"`
	Blobs []packBlob `json:"blobs"`
}

type packBlob struct {
	Hash string `json:"hash"`
	Size int    `json:"size"`
}

// FileName is the name under which the catalogue of a language is kept in a voice folder.
func FileName(lang string) string { return fmt.Sprintf(packName, lang) }

// RecordedName is the name under which the recordings of a person are kept beside it.
func RecordedName(lang string) string { return fmt.Sprintf(recordedName, lang) }

// Kept are the names of the catalogues in a folder, of whichever languages, in the order of FileNames: a language that
// a program brings is known only once the program is read.
func Kept(dir string) []string {
	entries, _ := os.ReadDir(dir) // a folder that is not there holds none
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return Catalogues(names)
}

// Catalogues are those of some names that are names of catalogues, in the order of FileNames.
func Catalogues(names []string) []string {
	var list []string
	for _, pattern := range []string{recordedName, packName} {
		head, tail, _ := strings.Cut(pattern, "%s")
		for _, name := range names {
			if lang := strings.TrimSuffix(strings.TrimPrefix(name, head), tail); name == head+lang+tail && lang != "" &&
				!strings.ContainsAny(lang, `/\`) {
				list = append(list, name)
			}
		}
	}
	return list
}

// FileNames are the catalogues of some languages in a voice folder. Where several know a text, the first wins: what a
// person recorded is heard rather than what was rendered.
func FileNames(langs []string) []string {
	list := make([]string, 0, 2*len(langs))
	for _, lang := range langs {
		list = append(list, RecordedName(lang), FileName(lang))
	}
	return list
}

// Write writes the catalogue. Equal catalogues give equal bytes.
func (c *Catalogue) Write(w io.Writer) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sweep()
	index := packIndex{Voice: c.Voice, Lang: c.Lang, Texts: c.sorted(), Blobs: []packBlob{}}
	hashes := slices.Sorted(maps.Keys(c.blobs))
	for _, hash := range hashes {
		index.Blobs = append(index.Blobs, packBlob{hash, len(c.blobs[hash])})
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(index); err != nil {
		return fmt.Errorf("voice catalogue: %w", err)
	}
	head := binary.BigEndian.AppendUint32([]byte(packMagic), uint32(text.Len()))
	sum := sha256.Sum256(text.Bytes())
	out := bufio.NewWriter(w)
	for _, part := range [][]byte{head, sum[:], text.Bytes()} {
		if _, err := out.Write(part); err != nil {
			return fmt.Errorf("voice catalogue: %w", err)
		}
	}
	for _, hash := range hashes {
		if _, err := out.Write(c.blobs[hash]); err != nil {
			return fmt.Errorf("voice catalogue: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("voice catalogue: %w", err)
	}
	return nil
}

// ReadCatalogue reads what Write wrote, from beginning to end, without seeking. Errors wrap ErrCorrupt when the content
// is wrong.
func ReadCatalogue(r io.Reader) (*Catalogue, error) {
	in := bufio.NewReader(r)
	index, err := readIndex(in)
	if err != nil {
		return nil, fmt.Errorf("voice catalogue: %w", err)
	}
	c := NewCatalogue(index.Voice, index.Lang)
	for i, b := range index.Blobs {
		blob, err := take(in, b.Size)
		if err != nil {
			return nil, fmt.Errorf("voice catalogue, sound %d of %d: %w", i+1, len(index.Blobs), err)
		}
		if hashOf(blob) != b.Hash {
			return nil, fmt.Errorf("voice catalogue, sound %d of %d is not what it was: %w", i+1, len(index.Blobs),
				ErrCorrupt)
		}
		c.blobs[b.Hash] = blob
	}
	if _, err := in.ReadByte(); err != io.EOF {
		return nil, fmt.Errorf("voice catalogue: more follows after the last sound: %w", ErrCorrupt)
	}
	for _, e := range index.Texts {
		key := Key(e.Text)
		if _, have := c.blobs[e.Hash]; !have || key == "" || e.Samples <= 0 || e.Samples > maxBlob {
			return nil, fmt.Errorf("voice catalogue: %q names no sound: %w", e.Text, ErrCorrupt)
		}
		c.texts[key] = e
	}
	return c, nil
}

func readIndex(in io.Reader) (packIndex, error) {
	var index packIndex
	head, err := take(in, len(packMagic)+4+sha256.Size)
	if err != nil {
		return index, err
	}
	if string(head[:len(packMagic)]) != packMagic {
		return index, fmt.Errorf("it does not begin as one: %w", ErrCorrupt)
	}
	size := binary.BigEndian.Uint32(head[len(packMagic):])
	if size > maxIndex {
		return index, fmt.Errorf("its index would have %d bytes: %w", size, ErrCorrupt)
	}
	text, err := take(in, int(size))
	if err != nil {
		return index, err
	}
	if sum := sha256.Sum256(text); !bytes.Equal(sum[:], head[len(packMagic)+4:]) {
		return index, fmt.Errorf("its index is not what it was: %w", ErrCorrupt)
	}
	if err := json.Unmarshal(text, &index); err != nil {
		return index, fmt.Errorf("its index: %w: %w", err, ErrCorrupt)
	}
	total := int64(0)
	for i, b := range index.Blobs {
		if b.Size <= 0 || b.Size > maxBlob || i > 0 && cmp.Compare(index.Blobs[i-1].Hash, b.Hash) >= 0 {
			return index, fmt.Errorf("its index lists sound %d wrongly: %w", i+1, ErrCorrupt)
		}
		total += int64(b.Size)
	}
	if total > maxPack || len(index.Texts) > maxTexts {
		return index, fmt.Errorf("it claims %d texts and %d bytes of sound: %w", len(index.Texts), total, ErrCorrupt)
	}
	return index, nil
}

// take reads exactly n bytes. It grows with what really comes, so that a false size costs no memory.
func take(in io.Reader, n int) ([]byte, error) {
	var b bytes.Buffer
	got, err := io.Copy(&b, io.LimitReader(in, int64(n)))
	if err == nil && got < int64(n) {
		err = fmt.Errorf("it ends early: %w", ErrCorrupt)
	}
	return b.Bytes(), err
}

// Save writes the catalogue to a file. The file is whole or the old one: a crash or a full disk leaves no half.
func (c *Catalogue) Save(path string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part")
	if err != nil {
		return fmt.Errorf("voice catalogue: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	err = c.Write(f)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}

// Load reads a catalogue from a file.
func Load(path string) (*Catalogue, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("voice catalogue: %w", err)
	}
	defer f.Close()
	c, err := ReadCatalogue(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}
