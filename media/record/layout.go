package record

import (
	"encoding/binary"
	"io"
	"os"
	"time"

	"rexian/media/audio"
)

// layout is how the sound lies in a file: frames of one sample of each channel behind a header. As it comes, in G.711,
// a call takes half as much room as in 16 bit PCM, and loses nothing.
type layout struct {
	wide     bool        // 16 bit PCM
	codec    audio.Codec // of G.711
	channels int
}

// frame is the bytes of a frame.
func (l layout) frame() int {
	if l.wide {
		return 2 * l.channels
	}
	return l.channels
}

// header is that of so many frames; one below 0 is of a file whose length is not known yet.
func (l layout) header(frames int64) []byte {
	size := frames * int64(l.frame())
	if frames < 0 {
		size = open
	}
	if l.wide {
		h := audio.WAVHeader(l.channels, size)
		return h[:]
	}
	h := audio.G711Header(l.codec, l.channels, size)
	return h[:]
}

// open is a size that is not known yet.
const open = 1<<32 - 1

// before is the bytes of the header.
func (l layout) before() int64 {
	if l.wide {
		return int64(len(audio.WAVHeader(1, 0)))
	}
	return int64(len(audio.G711Header(0, 1, 0)))
}

// hush makes bytes silent.
func (l layout) hush(b []byte) {
	if l.wide {
		clear(b)
		return
	}
	s := l.codec.Silence()
	for i := range b {
		b[i] = s
	}
}

// write fills b with frames of what both sides said, or the first where there is one channel. What either lacks is
// silence.
func (l layout) write(b []byte, c audio.Codec, heard, said []byte) {
	const most = 160 // frames at once
	var coded [2][most]byte
	var pcm [2][most]int16
	var sides [2][]byte
	frame := l.frame()
	for len(b) > 0 {
		n := min(len(b)/frame, most)
		for i, side := range [2]*[]byte{&heard, &said} {
			k := min(n, len(*side))
			switch {
			case l.wide:
				c.Decode(pcm[i][:0], (*side)[:k])
				clear(pcm[i][k:n])
			case k == n && c == l.codec:
				sides[i] = (*side)[:n]
			default:
				c.Transcode(coded[i][:0], (*side)[:k], l.codec)
				l.hush(coded[i][k:n])
				sides[i] = coded[i][:n]
			}
			*side = (*side)[k:]
		}
		switch {
		case l.wide && l.channels == 1:
			alone(b, pcm[0][:n])
		case l.wide:
			interleave(b, pcm[0][:n], pcm[1][:n])
		case l.channels == 1:
			copy(b, sides[0])
		default:
			zip(b[:2*n], sides[0], sides[1])
		}
		b = b[n*frame:]
	}
}

// zip writes frames of two bytes, four frames at once.
func zip(b, left, right []byte) {
	right = right[:len(left)]
	i := 0
	for ; i+4 <= len(left); i += 4 {
		l, r := binary.LittleEndian.Uint32(left[i:]), binary.LittleEndian.Uint32(right[i:])
		binary.LittleEndian.PutUint64(b[2*i:], apart(l)|apart(r)<<8)
	}
	for ; i < len(left); i++ {
		b[2*i], b[2*i+1] = left[i], right[i]
	}
}

// apart puts a byte of nothing behind each of four.
func apart(four uint32) uint64 {
	x := uint64(four)
	x = (x | x<<16) & 0x0000ffff0000ffff
	return (x | x<<8) & 0x00ff00ff00ff00ff
}

// interleave writes frames of two samples.
func interleave(b []byte, left, right []int16) {
	for i, v := range left {
		binary.LittleEndian.PutUint32(b[4*i:], uint32(uint16(v))|uint32(uint16(right[i]))<<16)
	}
}

// alone writes frames of one sample.
func alone(b []byte, from []int16) {
	for i, v := range from {
		binary.LittleEndian.PutUint16(b[2*i:], uint16(v))
	}
}

// layoutOf reads the header of a recording of ours. ok is false if it is none; whole is false if the file ends in it.
func layoutOf(f io.Reader) (l layout, whole, ok bool) {
	var b [64]byte
	n, _ := io.ReadFull(f, b[:44])
	if n < 44 {
		return l, false, string(b[:min(n, 4)]) == "RIFF"[:min(n, 4)]
	}
	l.channels = int(binary.LittleEndian.Uint16(b[22:]))
	switch binary.LittleEndian.Uint16(b[20:]) {
	case 1:
		l.wide = true
	case 6:
		l.codec = audio.PCMA
	case 7:
		l.codec = audio.PCMU
	default:
		return l, true, false
	}
	if l.channels != 1 && l.channels != 2 {
		return l, true, false
	}
	all := int(l.before())
	if m, _ := io.ReadFull(f, b[44:all]); m < all-44 {
		return l, false, true
	}
	size := int64(binary.LittleEndian.Uint32(b[all-4:]))
	frames := size / int64(l.frame())
	if size == open {
		frames = -1
	}
	return l, true, string(l.header(frames)) == string(b[:all])
}

// Length is how much sound the file of a recording holds, whether it is finished or not.
func Length(path string) (time.Duration, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	l, whole, ok := layoutOf(f)
	switch {
	case !ok:
		return 0, errForeign
	case !whole:
		return 0, nil
	}
	return span((info.Size() - l.before()) / int64(l.frame())), nil
}
