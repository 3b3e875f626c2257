package announce

// In squared distances of prints: within one kind of sound each of their numbers deviates by 8.
const (
	typical = 2600 // of two frames of one sound at most: what is nearer speaks for a way
	stays   = 700  // of a frame of a reference that lasts longer
	skips   = 1400 // of one that is left out
	latest  = 30   // frame of a reference at which what is heard may begin: sound may begin late
)

// cell is the best way to a frame of a reference.
type cell struct {
	score float32 // what speaks for it less what speaks against it
	n     int32   // frames that were heard on it; 0: there is no way
}

// end is where a reference was heard to its end.
type end struct {
	ref   int
	at, n int // end and number of the frames that were heard
	score float32
}

// distance of two prints.
func distance(a, b *Frame) float32 {
	sum := int32(0)
	for i := range a {
		d := int32(a[i]) - int32(b[i])
		sum += d * d
	}
	return float32(sum)
}

// step goes on from the ways to each frame of a reference to those a frame later, which has these distances.
func step(old, now []cell, dists []float32) {
	now, dists = now[:len(old)], dists[:len(old)]
	for j := range old {
		from, score := int32(0), float32(0)
		if c := &old[j]; c.n > 0 {
			from, score = c.n, c.score-stays
		}
		if j > 0 {
			if c := &old[j-1]; c.n > 0 && (from == 0 || c.score > score) {
				from, score = c.n, c.score
			}
		}
		if j > 1 {
			if c := &old[j-2]; c.n > 0 && (from == 0 || c.score-skips > score) {
				from, score = c.n, c.score-skips
			}
		}
		if j <= latest && (from == 0 || score < 0) {
			from, score = 0, 0
		} else if from == 0 {
			now[j] = cell{}
			continue
		}
		now[j] = cell{score + typical - dists[j], from + 1}
	}
}
