package record

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// Peaks are how loud a recording is as it goes on, for a waveform.
type Peaks struct {
	Length time.Duration
	// Loudest is the loudest sample of each part, for each channel, 0 to 255: what was heard, then what was said. All
	// parts are of the same length, but for the last.
	Loudest [][]int
}

// ReadPeaks reads those of a recording in so many parts, fewer where it has fewer samples. A file that is no recording
// of ours is an error.
func ReadPeaks(f io.ReadSeeker, parts int) (Peaks, error) {
	size, err := f.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return Peaks{}, fmt.Errorf("read the peaks: %w", err)
	}
	l, whole, ok := layoutOf(f)
	if !ok {
		return Peaks{}, errForeign
	}
	p := Peaks{Loudest: make([][]int, l.channels)}
	for i := range p.Loudest {
		p.Loudest[i] = []int{}
	}
	if !whole || parts < 1 {
		return p, nil
	}
	frames := max(size-l.before(), 0) / int64(l.frame())
	p.Length = span(frames)
	each := max((frames+int64(parts)-1)/int64(parts), 1)
	return p, p.read(f, l, frames, each)
}

// read goes through the frames, so many to a part.
func (p *Peaks) read(f io.Reader, l layout, frames, each int64) error {
	b := make([]byte, 4096*l.frame())
	pcm := make([]int16, 0, 4096*l.channels)
	for at := int64(0); at < frames; {
		n := min(frames-at, 4096)
		if _, err := io.ReadFull(f, b[:n*int64(l.frame())]); err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
				return nil // it was cut off since its size was read
			}
			return fmt.Errorf("read the peaks: %w", err)
		}
		pcm = l.samples(pcm[:0], b[:n*int64(l.frame())])
		for i, v := range pcm {
			list := &p.Loudest[i%l.channels]
			if part := int((at + int64(i/l.channels)) / each); part == len(*list) {
				*list = append(*list, 0)
			}
			last := &(*list)[len(*list)-1]
			*last = max(*last, loudness(v))
		}
		at += n
	}
	return nil
}

// samples appends those of whole frames, the channels in turn.
func (l layout) samples(to []int16, b []byte) []int16 {
	if !l.wide {
		return l.codec.Decode(to, b)
	}
	for ; len(b) > 1; b = b[2:] {
		to = append(to, int16(binary.LittleEndian.Uint16(b)))
	}
	return to
}

// loudness is a sample without its sign, 0 to 255. Both silences of G.711 are 0.
func loudness(v int16) int {
	n := int(v)
	if n < 0 {
		n = -n
	}
	if n <= quietest {
		return 0
	}
	return min(n>>7, 255)
}

// quietest is as loud as the silence of the codecs may be.
const quietest = 8
