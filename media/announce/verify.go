package announce

import "slices"

// The bounds of a match that is taken, found on the voices that were tried (lab.Tried).
const (
	worstMay = 2050.0 // the worst fifth of a second
	meanMay  = 750.0
	clearBy  = 8000.0
	recent   = 0.25 // weight of a frame among those of a fifth of a second
	rivals   = 8    // references of other classes that are looked at
)

// The bounds within which two prints are of one recording: mean distance, and as above.
const (
	alikeMay   = 1700.0
	alikeMean  = 500.0
	alikeWorst = 2700.0
)

type point [Dims]float32

// fit is how well a reference explains what was heard.
type fit struct {
	cost        float32 // of the whole way
	mean, worst float32 // of what goes beyond what any sound would cost
}

// judge looks whether what was heard is the reference ref of s, and nothing of another class.
func (s *Set) judge(heard []Frame, ref int) (Heard, bool) {
	w := scratches.Get().(*scratch)
	defer scratches.Put(w)
	r := &s.refs[ref]
	own := w.check(heard, r.Frames, false, s.frames)
	if own.worst > worstMay || own.mean > meanMay {
		return Heard{}, false
	}
	type rival struct {
		ref  int
		cost float32
	}
	var near []rival
	for i := range s.refs {
		if s.refs[i].Class != r.Class {
			near = append(near, rival{i, w.way(heard, s.refs[i].Frames, true, &point{})})
		}
	}
	slices.SortFunc(near, func(a, b rival) int { return int(min(max(a.cost-b.cost, -1e9), 1e9)) })
	clear := float32(1e9)
	for _, x := range near[:min(rivals, len(near))] {
		clear = min(clear, w.check(heard, s.refs[x.ref].Frames, true, nil).cost-own.cost)
	}
	return Heard{Class: r.Class, Name: r.Name, Far: own.mean, Clear: clear}, clear >= clearBy
}

// way is the cost of the cheapest way through a reference, which w keeps. Where open says so it may end anywhere.
func (w *scratch) way(heard, ref []Frame, open bool, bias *point) float32 {
	n, m := len(heard), len(ref)
	w.size(n, m)
	for i := range n {
		var q point
		for k := range q {
			q[k] = float32(heard[i][k]) + bias[k]
		}
		row := w.cost[i*m : i*m+m]
		for j := range row {
			best, from := float32(1e18), int8(0)
			if i == 0 && j <= latest {
				best = 0
			}
			if i > 0 {
				before := w.cost[(i-1)*m : i*m]
				best, from = before[j]+stays, 1
				if j > 0 && before[j-1] < best {
					best, from = before[j-1], 2
				}
				if j > 1 && before[j-2]+skips < best {
					best, from = before[j-2]+skips, 3
				}
			}
			row[j], w.from[i*m+j] = best+far(&q, &ref[j]), from
		}
	}
	last := w.cost[(n-1)*m:]
	at := m - 1
	first := max(m-3, 0)
	if open {
		first = 0
	}
	for j := first; j < m; j++ {
		if last[j] < last[at] {
			at = j
		}
	}
	cost := last[at]
	for i := n - 1; i >= 0; i-- {
		w.path[i] = at
		if from := w.from[i*m+at]; from > 0 {
			at -= int(from) - 1
		}
	}
	return cost
}

// far is the distance of what was heard from a frame.
func far(q *point, f *Frame) float32 {
	d := float32(0)
	for k := range q {
		x := q[k] - float32(f[k])
		d += x * x
	}
	return d
}

// check follows a reference through what was heard, with the voice's own colour taken out: what all frames have in
// common that the reference has not. all are the frames of the sounds that there are; nil leaves mean and worst out.
func (w *scratch) check(heard, ref []Frame, open bool, all []Frame) (f fit) {
	var bias point
	for round := 0; ; round++ {
		f.cost = w.way(heard, ref, open, &bias)
		if round == 2 {
			break
		}
		bias = point{}
		for i, j := range w.path {
			for k := range bias {
				bias[k] += float32(ref[j][k]) - float32(heard[i][k])
			}
		}
		for k := range bias {
			bias[k] /= float32(len(heard) + 8)
		}
	}
	if all == nil {
		return f
	}
	now := float32(0)
	for i, j := range w.path {
		var q point
		for k := range q {
			q[k] = float32(heard[i][k]) + bias[k]
		}
		base := float32(1e18)
		for a := range all {
			base = min(base, far(&q, &all[a]))
		}
		over := far(&q, &ref[j]) - base
		f.mean += over / float32(len(heard))
		now += recent * (over - now)
		f.worst = max(f.worst, now)
	}
	return f
}
