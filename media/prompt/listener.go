package prompt

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"time"

	"rexian/media/audio"
	"rexian/media/rtp"
)

// Heard is a known sound that was recognised.
type Heard struct {
	Text     string
	At       time.Duration // from the beginning of the stream to where the sound began, or would have begun
	From, To time.Duration // the part of the sound that was heard; a few lost packets in between do not matter
	Length   time.Duration // of the whole sound
	Complete bool          // heard from its beginning to its end
}

// Listener recognises known sounds in one stream of received G.711. It is not for several goroutines at once.
type Listener struct {
	index   *Index
	codec   audio.Codec
	roll    rolling
	recent  [history]byte // the last bytes, at their position modulo its size
	at      int64         // bytes received
	tracks  []track
	claims  []claim
	emitted int64 // where the last sound that was told ends
}

const (
	history   = 4096 // bytes looked back for the beginning of a sound: half a second; a power of two
	grace     = 800  // bytes that may be lost in a row: five packets
	slack     = 400  // bytes by which sounds may overlap or be short of their end: 50 ms, two packets and a half
	leastPart = 320  // bytes of a sound that must be heard to tell it was cut off
	maxTracks = 64
)

// track is a guess: this sound is being heard, and began (or would have) at byte start of the stream.
type track struct {
	sound   int32
	start   int64
	from    int   // the first byte of the sound that was heard
	next    int   // the byte of the sound that comes next
	matched int   // bytes that were as they should be
	stalled int64 // the position where it fell out of step; 0 while it is in step
}

func (t *track) begin() int64 { return t.start + int64(t.from) }

// claim is a track that is over: it says it explains these bytes of the stream.
type claim struct {
	begin, end int64
	track      track
	complete   bool
}

// NewListener makes a listener for a few sounds, given by their texts. Whoever listens to many calls makes one Index
// for all.
func NewListener(sounds map[string]*rtp.Sound) *Listener { return NewIndex(sounds).Listener() }

// Listener makes a listener for one stream.
func (x *Index) Listener() *Listener { return &Listener{index: x, emitted: -1} }

// Feed takes the payload of the next packet and returns what was recognised up to now, in the order in which it began.
// A sound that was played to its end is told at its end, unless a longer one that begins alike may still be going on;
// one that was cut off 200 ms later.
func (l *Listener) Feed(payload []byte, codec audio.Codec) []Heard {
	if codec != l.codec {
		l.codec, l.roll = codec, rolling{}
	}
	marks := l.index.marks[codec]
	for _, b := range payload {
		l.recent[l.at%history] = b
		l.at++
		l.follow(b)
		l.roll.push(b)
		if l.roll.filled {
			if places := marks[l.roll.sum]; len(places) > 0 {
				l.sight(places)
			}
		}
	}
	l.giveUp(false)
	return l.settle()
}

// Flush tells what is left at the end of a call.
func (l *Listener) Flush() []Heard {
	l.giveUp(true)
	return l.settle()
}

// leastHearing is how many bytes of a sound make it known well enough to tell while it is still played: half a second.
const leastHearing = audio.Rate / 2

// Hearing tells what is being played just now, as far as it has been played: the first part of its words, by its share
// of the sound's time. Of sounds that have been alike so far it tells what their words have in common. What was
// finished or cut off before is told first: until then nothing is being heard.
func (l *Listener) Hearing() (now Heard, ok bool) {
	alive := func(t *track) bool {
		return t.stalled == 0 && t.matched >= leastHearing && t.from <= slack && t.begin() >= l.emitted-slack
	}
	var best *track
	for i := range l.tracks {
		if t := &l.tracks[i]; alive(t) && (best == nil || t.matched > best.matched) {
			best = t
		}
	}
	if best == nil || slices.ContainsFunc(l.claims, func(c claim) bool { return c.begin < best.begin()-slack }) {
		return Heard{}, false
	}
	text := l.said(best)
	for i := range l.tracks {
		if t := &l.tracks[i]; alive(t) && abs(t.start-best.start) <= slack {
			text = alike(text, l.said(t))
		}
	}
	to := samples(int64(best.next))
	return Heard{Text: text, At: samples(best.start), To: to, Length: to}, text != ""
}

// said is the part of a track's words that has been played.
func (l *Listener) said(t *track) string {
	s := l.index.sounds[t.sound]
	words := []rune(s.text)
	return string(words[:len(words)*t.next/len(s.bytes(l.codec))])
}

// alike is the beginning that two texts have in common.
func alike(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return strings.ToValidUTF8(a[:n], "")
}

// follow compares the byte with what each track expects.
func (l *Listener) follow(b byte) {
	kept := l.tracks[:0]
	for _, t := range l.tracks {
		if t.stalled == 0 {
			if sound := l.index.sounds[t.sound].bytes(l.codec); sound[t.next] != b {
				t.stalled = l.at
			} else if t.matched, t.next = t.matched+1, t.next+1; t.next == len(sound) {
				l.claim(t)
				continue
			}
		}
		kept = append(kept, t)
	}
	l.tracks = kept
}

// sight follows up what a mark says: the places are where the last bytes stand in known sounds.
func (l *Listener) sight(places []place) {
	for _, p := range places {
		next := int(p.at) + markWidth
		start := l.at - int64(next)
		if l.resume(p.sound, start, next) || len(l.tracks) >= maxTracks {
			continue
		}
		sound := l.index.sounds[p.sound].bytes(l.codec)
		from := l.back(sound, next)
		if next-from < markWidth { // the hash lied
			continue
		}
		t := track{sound: p.sound, start: start, from: from, next: next, matched: next - from}
		if next == len(sound) {
			l.claim(t)
			continue
		}
		l.tracks = append(l.tracks, t)
	}
}

// resume finds the track that a sighting continues: one in step, or else one that lost packets and is now in step
// again further on.
func (l *Listener) resume(sound int32, start int64, next int) bool {
	lost := -1
	for i := range l.tracks {
		t := &l.tracks[i]
		switch {
		case t.sound != sound:
		case t.stalled == 0 && t.start == start:
			return true
		case t.stalled != 0 && next > t.next-slack && abs(t.start-start) <= history: // a repeated packet steps back
			lost = i
		}
	}
	if lost < 0 {
		return false
	}
	t := &l.tracks[lost]
	t.start, t.next, t.stalled = start, next, 0
	t.matched += markWidth
	return true
}

// back compares backwards from the last byte received, which is sound[next-1], and returns the first byte that agrees.
func (l *Listener) back(sound []byte, next int) int {
	from := next
	for from > 0 && next-from < history && int64(next-from) < l.at && l.at-int64(next-from)-1 >= l.emitted &&
		sound[from-1] == l.recent[(l.at-int64(next-from)-1)%history] {
		from--
	}
	return from
}

// giveUp ends tracks that have been out of step for too long; all of them at the end of the call. A sound whose next
// stretch is silent cannot come back into step before that is over.
func (l *Listener) giveUp(all bool) {
	kept := l.tracks[:0]
	for _, t := range l.tracks {
		waited := l.at - t.stalled
		if all || t.stalled != 0 && waited > 2*grace+int64(l.index.nextMark(t.sound, t.next+grace)) {
			l.claim(t)
			continue
		}
		kept = append(kept, t)
	}
	l.tracks = kept
}

// claim ends a track and keeps what it explains.
func (l *Listener) claim(t track) {
	size := len(l.index.sounds[t.sound].bytes(l.codec))
	if t.matched < leastPart && t.matched < size-slack {
		return
	}
	l.claims = append(l.claims, claim{
		begin: t.begin(), end: t.start + int64(t.next), track: t,
		complete: t.from <= slack && t.next >= size-slack,
	})
}

// settle tells the claims that nothing can overtake any more.
func (l *Listener) settle() (heard []Heard) {
	for len(l.claims) > 0 {
		slices.SortFunc(l.claims, func(a, b claim) int {
			return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.track.sound, b.track.sound))
		})
		best := l.claims[0]
		for _, c := range l.claims[1:] {
			if c.begin < best.end-slack && c.score() > best.score() {
				best = c
			}
		}
		for _, t := range l.tracks {
			if t.begin() < best.end-slack {
				return heard // it began before this one ended: it may be the longer or the earlier one
			}
		}
		l.emitted = best.end
		l.claims = slices.DeleteFunc(l.claims,
			func(c claim) bool { return c.begin < max(best.end-slack, best.begin+1) })
		heard = append(heard, l.tell(best))
	}
	return heard
}

// score prefers the claim that explains more; a complete sound is worth the few bytes by which a cut one may run on.
func (c claim) score() int {
	if c.complete {
		return c.track.matched + slack
	}
	return c.track.matched
}

func (l *Listener) tell(c claim) Heard {
	s := l.index.sounds[c.track.sound]
	size := len(s.bytes(l.codec))
	h := Heard{
		Text: s.text, At: samples(c.track.start), From: samples(int64(c.track.from)), To: samples(int64(c.track.next)),
		Length: samples(int64(size)), Complete: c.complete,
	}
	if c.complete {
		h.From, h.To = 0, h.Length
	}
	return h
}

func samples(n int64) time.Duration { return time.Duration(n) * time.Second / audio.Rate }

func abs(n int64) int64 { return max(n, -n) }

// nextMark is how many bytes after a place in a sound its next mark stands, at most a second. There is none in silence.
func (x *Index) nextMark(sound int32, at int) int {
	marked := x.sounds[sound].marked
	i := sort.Search(len(marked), func(i int) bool { return int(marked[i]) >= at })
	if i == len(marked) {
		return 0
	}
	return min(int(marked[i])-at, audio.Rate) + markWidth
}
