package prompt

import (
	"cmp"
	"maps"
	"slices"

	"rexian/media/audio"
	"rexian/media/rtp"
)

// Recognising is exact: a sound that was sent without change of encoding arrives byte for byte. Each known sound is
// marked at places 20 ms apart by the hash of the next few bytes; the same hash is rolled over what arrives, and where
// it meets a mark the bytes around are compared with the sound. One mark suffices to know the sound and the place in
// it, so a call that is heard from the middle or has lost packets is understood again 30 ms later.

const (
	markWidth  = 64  // bytes under a mark
	markStride = 160 // bytes from one mark to the next
	markVaried = 12  // different bytes a mark must have: silence and steady hum mark nothing
	markShared = 24  // places that may have the same mark, as in tones and copied fragments
)

// place is where in which sound a mark stands.
type place struct {
	sound int32 // index into Index.sounds
	at    int32
}

// Index is what Listeners know the sounds by. It is made once and may be shared by any number of them.
type Index struct {
	sounds []indexed
	marks  map[audio.Codec]map[uint64][]place
}

type indexed struct {
	text   string
	marked []int32 // where its marks stand
	*rtp.Sound
}

// bytes is the sound in the encoding.
func (s indexed) bytes(codec audio.Codec) []byte {
	if codec == audio.PCMA {
		return s.ALaw
	}
	return s.ULaw
}

// NewIndex marks the sounds, given by their texts. Sounds that hold nothing but silence and hum, and those shorter
// than a mark, cannot be recognised.
func NewIndex(sounds map[string]*rtp.Sound) *Index {
	x := &Index{marks: map[audio.Codec]map[uint64][]place{audio.PCMU: {}, audio.PCMA: {}}}
	for _, text := range slices.SortedFunc(maps.Keys(sounds), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(sounds[b].ULaw), len(sounds[a].ULaw)), cmp.Compare(a, b)) // long ones first
	}) {
		x.sounds = append(x.sounds, indexed{text: text, Sound: sounds[text]})
	}
	for codec, marks := range x.marks {
		for i := range x.sounds {
			x.sounds[i].marked = markSound(marks, int32(i), x.sounds[i].bytes(codec))
		}
	}
	return x
}

func markSound(marks map[uint64][]place, sound int32, b []byte) (marked []int32) {
	for at := 0; at+markWidth <= len(b); {
		window := b[at : at+markWidth]
		if !varied(window) {
			at++ // the mark moves on until it stands in sound
			continue
		}
		h := hashWindow(window)
		if len(marks[h]) < markShared {
			marks[h] = append(marks[h], place{sound, int32(at)})
			marked = append(marked, int32(at))
		}
		at += markStride
	}
	return marked
}

// varied reports whether a window holds enough different bytes to mark a place.
func varied(window []byte) bool {
	var seen [256]bool
	n := 0
	for _, b := range window {
		if !seen[b] {
			seen[b] = true
			if n++; n == markVaried {
				return true
			}
		}
	}
	return false
}

// rolling is a polynomial hash of the last markWidth bytes, modulo 2^64, of bytes spread by a table so that
// neighbouring values of a soft sound differ in all bits.
type rolling struct {
	sum    uint64
	window [markWidth]byte
	next   int
	filled bool
}

const hashBase = 0x9E3779B97F4A7C15 | 1

var (
	hashOut   = power64(hashBase, markWidth) // the weight of the byte that leaves
	hashBytes = spread()
)

func power64(base uint64, n int) uint64 {
	p := uint64(1)
	for range n {
		p *= base
	}
	return p
}

// spread makes 256 fixed well-mixed values (the generator splitmix64).
func spread() (table [256]uint64) {
	state := uint64(1)
	for i := range table {
		state += 0x9E3779B97F4A7C15
		z := state
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		table[i] = z ^ z>>31
	}
	return table
}

// push takes one byte in and, once the window is full, one out.
func (r *rolling) push(b byte) {
	leaving := r.window[r.next]
	r.sum = r.sum*hashBase + hashBytes[b]
	if r.filled {
		r.sum -= hashBytes[leaving] * hashOut
	}
	r.window[r.next] = b
	if r.next++; r.next == markWidth {
		r.next, r.filled = 0, true
	}
}

func hashWindow(window []byte) uint64 {
	sum := uint64(0)
	for _, b := range window {
		sum = sum*hashBase + hashBytes[b]
	}
	return sum
}
