package rtp

import "slices"

// other is what a leg hears of another one: what that has heard, and where it is put into this leg's time.
type other struct {
	from *link
	far  *jitter
}

// arrange is told what the leg hears from now on, and who hears it. What stays goes on as it was.
func (l *leg) arrange(hears, told []*link) {
	for _, e := range l.others {
		if !slices.Contains(hears, e.from) {
			l.keys.release(e.from, l.now, 0)
		}
	}
	was := l.others
	l.others = nil
	for _, k := range hears {
		i := slices.IndexFunc(was, func(e other) bool { return e.from == k })
		if i >= 0 {
			l.others = append(l.others, was[i])
		} else {
			l.others = append(l.others, other{k, newJitter(l.media.Codec)})
		}
	}
	if l.told = told; len(told) == 0 {
		l.held = heldKey{}
	}
}

// hearOthers takes what those in the room whom the leg hears have sent, and writes the end of this tick's frame of it.
// It says whether there is any.
func (l *leg) hearOthers(w *work, dst []byte) bool {
	if len(l.others) == 1 && len(dst) == frame {
		return l.others[0].hear(l, w, dst)
	}
	b, voices := w.other[:], 0
	for i := range l.others {
		if !l.others[i].hear(l, w, b) {
			continue
		}
		switch voices++; voices {
		case 1: // as it is, if no other follows
			b = w.second[:]
		case 2:
			clear(w.sum[:])
			l.addVoice(w, w.other[:])
			fallthrough
		default:
			l.addVoice(w, b)
		}
	}
	switch voices {
	case 0:
		return false
	case 1:
		copy(dst, w.other[frame-len(dst):])
	default:
		w.pcm = w.pcm[:0]
		for _, v := range w.sum[frame-len(dst):] {
			w.pcm = append(w.pcm, sixteen(v))
		}
		l.media.Codec.Encode(dst[:0], w.pcm)
	}
	return true
}

// addVoice adds a frame to the sum.
func (l *leg) addVoice(w *work, b []byte) {
	w.pcm = l.media.Codec.Decode(w.pcm[:0], b)
	for i, v := range w.pcm {
		w.sum[i] += int32(v)
	}
}

// hear takes what has come by the link and writes this tick's frame of it.
func (e *other) hear(l *leg, w *work, dst []byte) bool {
	if e.far.codec != l.media.Codec {
		e.far = newJitter(l.media.Codec)
	}
	e.from.take(e.far, w, l.now)
	return e.far.read(w, dst)
}
