package audio

// mp3Header is the four bytes that begin a frame (ISO/IEC 11172-3, 2.4.1.3, and 13818-3).
type mp3Header uint32

// The fields, named as the standard does.
func (h mp3Header) sync() bool      { return h>>21 == 0x7FF }
func (h mp3Header) version() int    { return int(h >> 19 & 3) } // 3 is MPEG-1, 2 MPEG-2, 0 MPEG-2.5
func (h mp3Header) layer() int      { return int(h >> 17 & 3) } // 1 is layer III
func (h mp3Header) checked() bool   { return h>>16&1 == 0 }     // two bytes of CRC follow
func (h mp3Header) bitrate() int    { return int(h >> 12 & 15) }
func (h mp3Header) frequency() int  { return int(h >> 10 & 3) }
func (h mp3Header) padding() int    { return int(h >> 9 & 1) }
func (h mp3Header) mode() int       { return int(h >> 6 & 3) } // 1 is joint stereo, 3 mono
func (h mp3Header) intensity() bool { return h.mode() == 1 && h>>4&1 == 1 }

const (
	mpeg1  = 3
	mpeg2  = 2
	mpeg25 = 0
)

// mp3Bitrates are thousands of bits a second of layer III, for MPEG-1 and for the others.
var mp3Bitrates = [2][15]int{
	{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
	{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
}

// plausible says that the four bytes may begin a frame of layer III whose size is known.
func (h mp3Header) plausible() bool {
	return h.sync() && h.version() != 1 && h.layer() == 1 && h.bitrate() != 15 && h.bitrate() != 0 && h.frequency() != 3
}

// like says that two frames can be of one stream: version, layer, rate and channels do not change. All are like 0.
func (h mp3Header) like(other mp3Header) bool {
	return h.plausible() && (other == 0 || (h^other)&0xFFFE0C00 == 0 && (h.mode() == 3) == (other.mode() == 3))
}

func (h mp3Header) rate() int {
	rate := [3]int{44100, 48000, 32000}[h.frequency()]
	switch h.version() {
	case mpeg2:
		return rate / 2
	case mpeg25:
		return rate / 4
	}
	return rate
}

func (h mp3Header) channels() int {
	if h.mode() == 3 {
		return 1
	}
	return 2
}

// granules is how many pieces of 576 samples a frame has.
func (h mp3Header) granules() int {
	if h.version() == mpeg1 {
		return 2
	}
	return 1
}

func (h mp3Header) samples() int { return 576 * h.granules() }

// size is that of the whole frame in bytes, 0 if it does not say.
func (h mp3Header) size() int {
	if !h.plausible() {
		return 0
	}
	rates := &mp3Bitrates[1]
	if h.version() == mpeg1 {
		rates = &mp3Bitrates[0]
	}
	return h.samples()/8*rates[h.bitrate()]*1000/h.rate() + h.padding()
}

// side is the size of the side information in bytes.
func (h mp3Header) side() int {
	switch {
	case h.version() == mpeg1 && h.channels() == 2:
		return 32
	case h.version() == mpeg1 || h.channels() == 2:
		return 17
	}
	return 9
}
