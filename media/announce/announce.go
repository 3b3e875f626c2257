// Package announce recognises what carriers say before a call is answered ("the number you have dialled is switched
// off"), through codecs, noise and lost packets, and in voices that it has not heard before.
//
// Sound becomes prints, one for each 40 ms: the strengths of 18 bands of hearing in three frames of the spectrum, by a
// linear map to 16 numbers that leaves what differs from sound to sound and takes out what differs from voice to voice
// and from line to line. The map was found by discriminant analysis (Fisher; Haeb-Umbach and Ney 1992) on sentences of
// our own that thirty voices of espeak-ng 1.51 spoke, each as lines spoil it; so were the references that are shipped,
// the mean of all voices (`make announcements` makes both anew, and measures). No recording of a carrier or of a person
// is among them. A bureau adds its own.
//
// What is heard is followed through all references at once by dynamic time warping. Where one is heard to its end, it
// is looked at again with the voice's own colour taken out, and taken only if no part of it is far off and the next
// class is clearly further: announcements share their beginnings, and one that nobody knows must stay unknown.
package announce

import (
	"slices"
	"sync"
)

// Reference is an announcement that is known.
type Reference struct {
	Class  string // what it says of the call: a class of Classes
	Name   string
	Frames []Frame
}

// Heard is an announcement that was recognised.
type Heard struct {
	Class string
	Name  string  // of the reference
	Far   float32 // mean distance over what any sound would cost; the less the surer
	Clear float32 // how much further the next class is
}

// Longest is how much of an announcement is compared, in frames: 10 s.
const Longest = 10 * PerSecond

// Set is the announcements that are known. It does not change, so that many calls may use it.
type Set struct {
	refs   []Reference
	starts []int // of each reference in frames
	frames []Frame
}

// NewSet is the shipped announcements and more. Of a reference without frames nothing is heard.
func NewSet(more ...Reference) *Set {
	_, refs := shipped()
	return only(append(slices.Clone(refs), more...))
}

func only(refs []Reference) *Set {
	s := &Set{}
	for _, r := range refs {
		if r.Frames = r.Frames[:min(len(r.Frames), Longest)]; len(r.Frames) < shortest {
			continue
		}
		s.refs, s.starts = append(s.refs, r), append(s.starts, len(s.frames))
		s.frames = append(s.frames, r.Frames...)
	}
	s.starts = append(s.starts, len(s.frames))
	return s
}

// shortest is how long a reference is at least, in frames: less can be heard anywhere.
const shortest = PerSecond * 3 / 4

// Print is the print of a recording of 8,000 samples a second, from its first voice to its last, at most Longest; nil
// if it is too short to be told from others.
func Print(samples []int16) []Frame {
	l := New(&Set{starts: []int{0}}, nil)
	l.keep = true
	l.Write(samples)
	l.Write(make([]int16, (delay+1)*hop*every))
	if p := l.Print(); len(p) >= shortest {
		return p
	}
	return nil
}

const (
	quietEnds = PerSecond // frames without a voice after which what follows is something new
	spoken    = PerSecond // frames with a voice that make an announcement
	// frames after a reference was heard to its end until it is looked at: a better one may end
	settle = 8
	apart  = PerSecond / 2 // frames between two looks
)

// Listener hears one call. It is used by one goroutine at a time.
type Listener struct {
	set     *Set
	told    func(Heard)
	printer printer
	tell    func(*[stacked]float32, bool) // l.hear, made once
	model   *model
	keep    bool // all that is heard is kept, for Print of a recording

	heard  []Frame // since the voice began; its capacity does not change
	voiced int     // frames of it with a voice
	most   int     // of what was heard before, and its print
	before []Frame
	last   int // frame of the last voice
	dists  []float32
	cells  []cell
	next   []cell

	whole   end // the likeliest of those that were heard to their end
	pending int // frames until it is looked at; 0: none was
	rest    int // frames until one may be
	done    bool
}

// New makes a listener. told is told once of the announcement that was recognised, by the goroutine that writes.
func New(set *Set, told func(Heard)) *Listener {
	m, _ := shipped()
	l := &Listener{set: set, told: told, model: m}
	l.tell = l.hear
	return l
}

// Write hears sound of 8,000 samples a second.
func (l *Listener) Write(samples []int16) {
	if !l.done {
		l.printer.write(samples, l.tell)
	}
}

// Finish looks at what was heard last: the call has ended.
func (l *Listener) Finish() {
	if l.pending > 0 && !l.done {
		l.look()
	}
}

// Print is the print of what was said, the longest piece of it; nil if it was no announcement.
func (l *Listener) Print() []Frame {
	if l.voiced >= l.most {
		return l.trimmed()
	}
	return slices.Clone(l.before)
}

// Spoke tells whether somebody or something spoke as long as an announcement.
func (l *Listener) Spoke() bool { return max(l.voiced, l.most) >= spoken }

// Hearing tells whether there is a voice, or was one a moment ago.
func (l *Listener) Hearing() bool { return len(l.heard) > 0 }

// trimmed is what is being heard, to its last voice.
func (l *Listener) trimmed() []Frame {
	return slices.Clone(l.heard[:min(l.last, len(l.heard))])
}

// hear takes the next 40 ms.
func (l *Listener) hear(x *[stacked]float32, voice bool) {
	if l.done || len(l.heard) == 0 && !voice {
		return
	}
	var f Frame
	l.model.print(x, &f)
	l.take(&f, voice)
}

// take takes the next print.
func (l *Listener) take(f *Frame, voice bool) {
	if l.done {
		return
	}
	if l.heard == nil {
		l.begin()
	}
	if len(l.heard) < cap(l.heard) {
		l.heard = l.heard[:len(l.heard)+1]
	} else if l.keep {
		l.done = true
		return
	} else { // something long: its end counts
		copy(l.heard, l.heard[1:])
		l.last, l.whole.at = l.last-1, l.whole.at-1
	}
	l.heard[len(l.heard)-1] = *f
	if voice {
		l.voiced, l.last = l.voiced+1, len(l.heard)
	}
	if len(l.set.refs) > 0 {
		l.follow(f)
	}
	if len(l.heard)-l.last >= quietEnds && !l.keep {
		l.forget()
	}
}

// begin makes what a call needs from its first voice on.
func (l *Listener) begin() {
	l.heard = make([]Frame, 0, Longest)
	l.dists = make([]float32, len(l.set.frames))
	l.cells, l.next = make([]cell, len(l.set.frames)), make([]cell, len(l.set.frames))
}

// forget ends what was heard: after a pause comes something new.
func (l *Listener) forget() {
	l.Finish()
	if l.voiced >= l.most && l.voiced >= spoken {
		l.most, l.before = l.voiced, l.trimmed()
	}
	l.heard, l.voiced, l.last, l.pending, l.rest, l.whole = l.heard[:0], 0, 0, 0, 0, end{}
	clear(l.cells)
}

// follow goes on with all references, and looks at what was heard to its end.
func (l *Listener) follow(f *Frame) {
	base := float32(1e9)
	for i := range l.set.frames {
		d := distance(f, &l.set.frames[i])
		l.dists[i] = d
		base = min(base, d)
	}
	found := false
	for i := range l.set.refs {
		from, to := l.set.starts[i], l.set.starts[i+1]
		step(l.cells[from:to], l.next[from:to], l.dists[from:to])
		c := &l.next[to-1]
		if c.score <= 0 || int(c.n)*2 < to-from {
			continue
		}
		found = true
		if l.whole.n == 0 || c.score > l.whole.score {
			l.whole = end{ref: i, at: len(l.heard), n: int(c.n), score: c.score}
			if l.pending > 0 {
				l.pending = settle + 1
			}
		}
	}
	l.cells, l.next = l.next, l.cells
	l.rest--
	switch {
	case l.pending > 0:
		if l.pending--; l.pending == 0 {
			l.look()
		}
	case found && l.rest <= 0 && l.voiced >= shortest:
		l.pending = settle
	}
}

// look decides on what was heard so far.
func (l *Listener) look() {
	w := l.whole
	l.pending, l.rest, l.whole = 0, apart, end{}
	if w.n == 0 {
		return
	}
	h, ok := l.set.judge(l.heard[max(w.at-w.n, 0):min(max(w.at, 1), len(l.heard))], w.ref)
	if !ok {
		return
	}
	l.done = true
	if l.told != nil {
		l.told(h)
	}
}

// Recognise is what a print is of; false if no announcement of the set was heard in it surely enough.
func (s *Set) Recognise(print []Frame) (h Heard, ok bool) {
	l := New(s, func(x Heard) { h, ok = x, true })
	for i := range print {
		l.take(&print[i], true)
	}
	l.Finish()
	return h, ok
}

// scratch is what a look needs.
type scratch struct {
	cost []float32
	from []int8
	path []int
	free []float32
}

var scratches = sync.Pool{New: func() any { return &scratch{} }}

func (s *scratch) size(n, m int) {
	if cap(s.cost) < n*m {
		s.cost, s.from = make([]float32, n*m), make([]int8, n*m)
	}
	s.cost, s.from = s.cost[:n*m], s.from[:n*m]
	if cap(s.path) < n {
		s.path, s.free = make([]int, n), make([]float32, n)
	}
	s.path, s.free = s.path[:n], s.free[:n]
}

// Alike tells whether two prints are of one recording, as far as both have it: neither needs to be whole.
func Alike(a, b []Frame) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	a, b = a[:min(len(a), Longest)], b[:min(len(b), Longest)]
	if len(a) < shortest || len(a)*2 < len(b) {
		return false
	}
	w := scratches.Get().(*scratch)
	defer scratches.Put(w)
	f := w.check(a, b, true, b)
	return f.cost/float32(len(a)) < alikeMay && f.mean < alikeMean && f.worst < alikeWorst
}
