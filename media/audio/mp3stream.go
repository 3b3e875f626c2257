package audio

import (
	"bytes"
	"encoding/binary"
)

// mp3Frame is one frame taken apart.
type mp3Frame struct {
	header mp3Header
	side   []byte
	main   []byte // what of the stream of main data lies in this frame
}

// mp3Stream is a file's frames, and how many samples of silence the encoder says it put before and after.
type mp3Stream struct {
	frames        []mp3Frame
	told          bool
	count         int // of frames the file says it has
	delay, behind int
}

// decoderDelay is how many samples late every decoder is.
const decoderDelay = 529

func mp3HeaderAt(b []byte, at int) mp3Header {
	if at+4 > len(b) {
		return 0
	}
	return mp3Header(binary.BigEndian.Uint32(b[at:]))
}

// mp3Frames finds the frames in the file. A frame cut off at the end of the file does not count. Rubbish between frames
// is passed over, but when there is more of it than of frames, the file is none of ours.
func mp3Frames(b []byte) (s mp3Stream, err error) {
	b = b[afterID3(b):]
	var first mp3Header
	locked, rubbish, used := false, 0, 0
	for at := 0; at+4 <= len(b) && !endTag(b[at:]); {
		h := mp3HeaderAt(b, at)
		end := at + h.size()
		// Where the last frame did not lead here, four bytes are not enough to tell a frame from rubbish.
		if !h.like(first) || !locked && end != len(b) && !mp3HeaderAt(b, end).like(h) {
			locked = false
			rubbish++
			at++
			continue
		}
		if end > len(b) {
			break
		}
		s.add(h, b[at:end], first == 0)
		first, locked, at = h, true, end
		used += h.size()
	}
	if len(s.frames) == 0 || rubbish > used {
		return s, mp3HeaderAt(b, 0).why()
	}
	return s, s.refuse()
}

// why says what a file is in which no frames were found.
func (h mp3Header) why() error {
	switch {
	case !h.sync() || h.version() == 1 || h.layer() == 0:
		return unsupported("it is neither WAV nor MP3")
	case h.layer() > 1:
		return unsupported("MPEG audio of layer %s; only layer III is read", [...]string{2: "II", 3: "I"}[h.layer()])
	case h.bitrate() == 0:
		return unsupported("MP3 of free bit rate")
	}
	return damaged("there are no whole MP3 frames in it")
}

// refuse says what the decoder cannot do.
func (s *mp3Stream) refuse() error {
	if h := s.frames[0].header; h.rate() == 8000 {
		return unsupported("MPEG-2.5 at 8 kHz; a WAV file at 8 kHz is read")
	}
	for _, f := range s.frames {
		if f.header.version() == mpeg1 {
			continue
		}
		if f.header.intensity() {
			return unsupported("MPEG-2 with intensity stereo; mono is read")
		}
		for _, g := range f.granules() {
			if g.mixed {
				return unsupported("MPEG-2 with mixed blocks")
			}
		}
	}
	return nil
}

// add takes a frame apart. The first of a file may hold no sound but facts about the file.
func (s *mp3Stream) add(h mp3Header, frame []byte, first bool) {
	body := frame[4:]
	if h.checked() {
		body = body[min(2, len(body)):]
	}
	if len(body) < h.side() {
		return
	}
	f := mp3Frame{header: h, side: body[:h.side()], main: body[h.side():]}
	if first && s.facts(frame[4+h.side():], frame) {
		return
	}
	s.frames = append(s.frames, f)
}

// facts reads what encoders put into a first frame without sound: the tags Xing, Info and VBRI. They do not count the
// CRC.
func (s *mp3Stream) facts(main, frame []byte) bool {
	if len(frame) >= 40 && string(frame[36:40]) == "VBRI" {
		return true
	}
	if !bytes.HasPrefix(main, []byte("Xing")) && !bytes.HasPrefix(main, []byte("Info")) {
		return false
	}
	if len(main) < 8 {
		return true
	}
	at, flags := 8, binary.BigEndian.Uint32(main[4:])
	if flags&1 == 1 && len(main) >= 12 {
		s.count = int(binary.BigEndian.Uint32(main[8:]))
	}
	for bit, size := range [4]int{4, 4, 100, 4} {
		if flags>>bit&1 == 1 {
			at += size
		}
	}
	// Then come the encoder's name and, 21 bytes on, the silence it added: twice twelve bits.
	if at += 21; at+3 <= len(main) {
		s.delay = int(main[at])<<4 | int(main[at+1])>>4
		s.behind = int(main[at+1]&15)<<8 | int(main[at+2])
		s.told = s.delay > 0
	}
	return true
}

// trim is where the sound begins and ends within the samples decoded. Of a file that was cut off the end is sound.
func (s *mp3Stream) trim(total int) (begin, end int) {
	begin, end = s.delay+decoderDelay, total
	if len(s.frames) >= s.count {
		end -= max(0, s.behind-decoderDelay)
	}
	if !s.told || begin >= end {
		return 0, total
	}
	return begin, end
}

// afterID3 is where the file goes on after ID3v2 tags.
func afterID3(b []byte) int {
	at := 0
	for len(b)-at >= 10 && string(b[at:at+3]) == "ID3" {
		size := 0
		for _, c := range b[at+6 : at+10] {
			size = size<<7 | int(c&0x7F)
		}
		at = min(at+10+size, len(b))
	}
	return at
}

func endTag(b []byte) bool {
	return bytes.HasPrefix(b, []byte("TAG")) || bytes.HasPrefix(b, []byte("APETAGEX")) ||
		bytes.HasPrefix(b, []byte("LYRICSBEGIN"))
}
