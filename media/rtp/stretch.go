package rtp

// The delay changes by pieces of sound that are put in or left out, as long as a period of the voice where there is
// one.

const (
	step     = pitchMost // samples of the longest piece
	akin     = 0.7       // two pieces that are more alike than this can be blended without a trace
	hushed   = 150       // mean loudness of a piece that nobody misses: about −47 dBm0
	urgent   = 5         // ticks that a change waits for a good moment where it matters
	leisured = 40        // and where it does not
	searched = 3         // ticks between two looks for a good moment, which are long
	hurry    = 240       // samples of delay without use that matter: more than a frame and a piece
)

// adapt reads a frame that is made of more or of less than a frame, if the delay has to change and the moment is
// good. It says whether it did.
func (j *jitter) adapt(w *work, dst []byte) bool {
	room := min(j.room, j.before)
	switch {
	case j.grow > 0 && j.held() < most+frame:
		j.waited++
		return j.lengthen(w, dst)
	case j.grow <= 0 && j.before != unmeasured && room >= pitchLeast+unit:
		j.waited++
		return j.shorten(w, dst, room)
	}
	j.grow, j.missed, j.waited = 0, false, 0
	return false
}

// lengthen puts a piece in: what was just heard comes again, blended into from what follows it. It is as long as what
// is not there yet of the frame, at least.
func (j *jitter) lengthen(w *work, dst []byte) bool {
	there := int(j.present(j.next, j.next+frame))
	if j.gap.on || j.past < 2*step || there < frame-step {
		return false
	}
	before, x := w.past[:2*step], w.wave[:frame]
	j.copyOut(before, j.next-2*step)
	j.copyOut(x[:there], j.next)
	shortest := max(pitchLeast, frame-there)
	longest := min(step, there)
	if shortest > longest {
		return false
	}
	wanted := min(max(int(j.grow), shortest), longest)
	if there < frame {
		j.waited = leisured // now or never
	}
	p := j.piece(x, shortest, wanted, longest, j.missed, func(p int) []int16 { return before[2*step-p:] })
	if p == 0 {
		return false
	}
	pcm := w.mixed[:]
	cross(pcm[:p], x, before[2*step-p:])
	copy(pcm[p:], x)
	j.codec.Encode(dst[:0], pcm)
	j.advance(int32(frame - p))
	j.changed(int32(p))
	return true
}

// shorten leaves a piece out, no longer than there is room: the sound before it is blended into the sound after it.
func (j *jitter) shorten(w *work, dst []byte, room int32) bool {
	if j.gap.on || j.present(j.next, j.next+frame+step) < frame+step {
		return false
	}
	x := w.wave[:frame+step]
	j.copyOut(x, j.next)
	longest := int(min(room, step))
	p := j.piece(x, pitchLeast, longest, longest, room >= hurry, func(p int) []int16 { return x[p:] })
	if p == 0 {
		return false
	}
	pcm := w.mixed[:]
	cross(pcm[:p], x, x[p:])
	copy(pcm[p:], x[2*p:])
	j.codec.Encode(dst[:0], pcm)
	j.advance(int32(frame + p))
	j.changed(int32(-p))
	return true
}

// changed notes that the delay has become n samples longer.
func (j *jitter) changed(n int32) {
	j.waited = 0
	j.grow = max(j.grow-max(n, 0), 0)
	if j.room != unmeasured {
		j.room += n
	}
	if j.before != unmeasured {
		j.before += n
	}
	j.widest += n
}

// piece finds the length, from the shortest to the longest, of a piece of the sound x that can be blended with the
// other, which begins where the function says; 0 if the moment is not good. A soft piece is always good, of any
// length, and it is the wanted one. After a while one that repeats itself is, and when the change has waited for too
// long, the one that does so most.
func (j *jitter) piece(x []int16, shortest, wanted, longest int, matters bool, other func(p int) []int16) int {
	if soft(x[:wanted]) && soft(other(wanted)[:wanted]) {
		return wanted
	}
	patience := leisured
	if matters {
		patience = urgent
	}
	must := j.waited >= patience
	if !must && (j.waited <= patience/2 || j.waited%searched != 0) {
		return 0
	}
	best, at := float32(-1), 0
	for n := shortest; n <= longest; n += 2 {
		if s := likeness(x[:n], other(n), 2); s > best {
			best, at = s, n
		}
	}
	if must || best >= akin {
		return at
	}
	return 0
}

// soft says that a piece is so soft that nobody misses it.
func soft(x []int16) bool {
	sum := 0
	for _, v := range x {
		sum += max(int(v), -int(v))
	}
	return sum < hushed*len(x)
}

// cross blends from one sound into another.
func cross(dst, from, to []int16) {
	n := int32(len(dst))
	for i := range n {
		dst[i] = int16((int32(from[i])*(n-i) + int32(to[i])*(i+1)) / (n + 1))
	}
}
