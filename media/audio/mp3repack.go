package audio

import "encoding/binary"

// The decoder has limits that a file need not share: it counts the bytes of a padded MPEG-2 frame wrong at some bit
// rates, and it does not know MPEG-2.5. But it only has to see the same sound in other frames. So the file is taken
// apart and put together anew: each frame's main data, which in the file begins somewhere in the frames before, is put
// into a stream of frames of the highest bit rate, without padding and checksums. MPEG-2.5 at 11.025 and 12 kHz is told
// to be MPEG-2 at 16 kHz, with which it shares all tables; what rate it is to be played at the decoder does not care.

// mp3Granule is what is needed of the side information of one channel of 576 samples.
type mp3Granule struct {
	bits  int // of main data
	mixed bool
}

// granules reads the side information.
func (f mp3Frame) granules() []mp3Granule {
	channels := f.header.channels()
	first, each := 18, 59 // MPEG-1, mono: 9 bits of main data begin, 5 private, 4 that share scale factors
	switch {
	case f.header.version() == mpeg1 && channels == 2:
		first = 20
	case f.header.version() != mpeg1:
		first, each = 8+channels, 63
	}
	all := make([]mp3Granule, 0, 4)
	for i := range channels * f.header.granules() {
		at := first + i*each
		window := at + 12 + 9 + 8 + (each-59)/4*5 + 4 // behind length, big values, gain and scale factors
		g := mp3Granule{bits: bitsAt(f.side, at, 12)}
		g.mixed = bitsAt(f.side, window, 4) == 0b1101 // window switching, short blocks, mixed
		all = append(all, g)
	}
	return all
}

// bitsAt reads n bits, at most 16, the highest first. Beyond the end there are zeros.
func bitsAt(b []byte, at, n int) (v int) {
	for i := at; i < at+n; i++ {
		v <<= 1
		if i/8 < len(b) {
			v |= int(b[i/8]>>(7-i%8)) & 1
		}
	}
	return
}

// begin is how many bytes before the frame its main data begins, and in how many bits the side information says so.
func (f mp3Frame) begin() (back, bits int) {
	bits = 8
	if f.header.version() == mpeg1 {
		bits = 9
	}
	return bitsAt(f.side, 0, bits), bits
}

// repack gives the same sound in frames that the decoder reads. A frame of which the main data is not in the file, as
// at the beginning of a file cut out of another, becomes silence.
func (s mp3Stream) repack() ([]byte, error) {
	header := s.frames[0].header.largest()
	slot := header.size() - 4 - header.side()
	out := make([]byte, 0, len(s.frames)*header.size())
	var past []byte // the main data of the frames before
	written := 0    // how far the slots are filled, counted through
	for i, f := range s.frames {
		back, bits := f.begin()
		need := 0
		for _, g := range f.granules() {
			need += g.bits
		}
		need = (need + 7) / 8
		side := append([]byte(nil), f.side...)
		data := append(past[max(0, len(past)-back):len(past):len(past)], f.main...)
		if back > len(past) || need > len(data) {
			clear(side)
			need = 0
		}
		past = append(past, f.main...)
		past = past[max(0, len(past)-1<<bits):]

		// The data goes as early as it may, so that the next frame has room.
		start := i * slot
		place := max(written, start-(1<<bits-1), 0)
		if place > start || place+need > start+slot {
			return nil, damaged("a frame of the MP3 file holds more than a frame can")
		}
		setBits(side, bits, start-place)
		out = binary.BigEndian.AppendUint32(out, uint32(header.withMode(f.header)))
		out = append(out, side...)
		out = append(out, make([]byte, slot)...)
		spread(out, header.size(), slot, place, data[:need])
		written = place + need
	}
	return out, nil
}

// spread writes the data into the slots of the frames, from the place on, counted through all slots.
func spread(out []byte, size, slot, place int, data []byte) {
	for len(data) > 0 {
		at := place/slot*size + size - slot + place%slot
		n := copy(out[at:at+slot-place%slot], data)
		data = data[n:]
		place += n
	}
}

// setBits sets the first n bits.
func setBits(b []byte, n, v int) {
	b[0] = byte(v >> (n - 8))
	if n == 9 {
		b[1] = b[1]&0x7F | byte(v&1)<<7
	}
}

// largest is the header of a frame of the highest bit rate, without padding and checksum, in a version the decoder
// reads.
func (h mp3Header) largest() mp3Header {
	h = h&^(0xF<<12|1<<9) | 14<<12 | 1<<16
	if h.version() == mpeg25 {
		h = h&^(3<<10) | mpeg2<<19 | 2<<10
	}
	return h
}

// withMode takes the way the two channels are joined, which may change with every frame, from another header.
func (h mp3Header) withMode(other mp3Header) mp3Header {
	return h&^(0xF<<4) | other&(0xF<<4)
}
