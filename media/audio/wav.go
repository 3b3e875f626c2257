package audio

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// The encodings a WAV file may name (RFC 2361).
const (
	wavPCM        = 0x0001
	wavFloat      = 0x0003
	wavALaw       = 0x0006
	wavMuLaw      = 0x0007
	wavADPCM      = 0x0011
	wavExtensible = 0xFFFE
)

// wavSubFormat is what follows the two bytes of the encoding in the GUID of WAVE_FORMAT_EXTENSIBLE.
var wavSubFormat = []byte("\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71")

// wavFormat is the chunk "fmt ".
type wavFormat struct {
	encoding int
	channels int
	rate     int
	block    int // bytes of one sample of each channel, or of one block of ADPCM
	bits     int
	perBlock int // samples of each channel in one block of ADPCM
}

// ReadWAV reads a RIFF/WAVE file: PCM of 8 to 32 bits, float of 32 and 64 bits, A-law, µ-law and IMA ADPCM, each also
// as WAVE_FORMAT_EXTENSIBLE, with 1 to 8 channels at 4 to 192 kHz. Chunks may come in any order. A file that ends
// early, as a recording cut off by a crash does, is read as far as it goes. RIFX, RF64 and other encodings give
// ErrUnsupported, a file that contradicts itself ErrDamaged, one beyond MaxBytes or MaxSamples ErrTooLarge.
func ReadWAV(b []byte) (Clip, error) {
	if len(b) > MaxBytes {
		return Clip{}, fmt.Errorf("%w: %d bytes; %d are the most", ErrTooLarge, len(b), MaxBytes)
	}
	if len(b) < 12 || string(b[8:12]) != "WAVE" {
		return Clip{}, damaged("no WAV header")
	}
	if kind := string(b[:4]); kind != "RIFF" {
		return Clip{}, unsupported("a WAV file of the kind %q; only RIFF is read", kind)
	}
	format, data, frames, err := wavChunks(b)
	if err != nil {
		return Clip{}, err
	}
	clip := Clip{Rate: format.rate, Channels: format.channels}
	clip.Samples, err = format.decode(data, frames)
	return clip, err
}

// wavChunks finds the format, the sound, and in frames how many samples of each channel the file says it has, -1 if it
// does not. The first chunk of each kind counts.
func wavChunks(b []byte) (format wavFormat, data []byte, frames int64, err error) {
	// A program that is cut off, or that writes into a pipe, leaves these sizes open.
	size := binary.LittleEndian.Uint32(b[4:])
	open := size == 0 || size >= 0x7FFFFFFF
	frames = -1
	var seenFormat, seenData bool
	for at := 12; at+8 <= len(b); {
		name := string(b[at : at+4])
		size := uint64(binary.LittleEndian.Uint32(b[at+4:]))
		body := b[at+8:]
		if name == "data" && open && (size == 0 || size >= 0x7FFFFFFF) || size > uint64(len(body)) {
			size = uint64(len(body))
		}
		at += 8 + int(size)
		body = body[:size]
		switch {
		case name == "fmt " && !seenFormat:
			seenFormat = true
			if format, err = wavFormatOf(body); err != nil {
				return
			}
		case name == "data" && !seenData:
			seenData, data = true, body
		case name == "fact" && frames < 0 && len(body) >= 4:
			frames = int64(binary.LittleEndian.Uint32(body))
		}
		// Chunks begin at even places, but some writers forget the padding: then a name stands there.
		if size%2 == 1 && !(at < len(b) && b[at] >= ' ' && b[at] < 0x7F) {
			at++
		}
	}
	switch {
	case !seenFormat:
		err = damaged("the WAV file has no chunk \"fmt \"")
	case !seenData:
		err = damaged("the WAV file has no chunk \"data\"")
	}
	return
}

// wavFormatOf reads the chunk "fmt ".
func wavFormatOf(b []byte) (f wavFormat, err error) {
	if len(b) < 14 {
		return f, damaged("the WAV format has %d bytes", len(b))
	}
	word := func(at int) int {
		if at+2 > len(b) {
			return 0
		}
		return int(binary.LittleEndian.Uint16(b[at:]))
	}
	rate := binary.LittleEndian.Uint32(b[4:])
	f = wavFormat{encoding: word(0), channels: word(2), rate: int(min(rate, MaxRate+1)), block: word(12),
		bits: word(14)}
	if f.encoding == wavExtensible {
		if len(b) < 40 || !bytes.Equal(b[26:40], wavSubFormat) {
			return f, unsupported("the extended WAV format names an encoding of its own")
		}
		f.encoding = word(24)
	}
	if f.encoding == wavADPCM {
		f.perBlock = word(18)
	}
	return f, nil
}

// decode turns the bytes of the sound into samples.
func (f wavFormat) decode(data []byte, frames int64) ([]int16, error) {
	if err := check(f.rate, f.channels, 0); err != nil {
		return nil, err
	}
	if f.encoding == wavADPCM {
		return f.decodeADPCM(data, frames)
	}
	width := f.block / f.channels
	if f.block == 0 || f.block%f.channels != 0 {
		return nil, damaged("%d bytes do not hold a sample of each of %d channels", f.block, f.channels)
	}
	data = data[:len(data)-len(data)%f.block]
	if err := check(f.rate, f.channels, int64(len(data)/width)); err != nil {
		return nil, err
	}
	switch {
	case f.encoding == wavPCM && width <= 4 && f.bits >= 1 && f.bits <= 8*width:
		return decodePCM(data, width), nil
	case f.encoding == wavFloat && f.bits == 8*width && (width == 4 || width == 8):
		return decodeFloat(data, width), nil
	case f.encoding == wavALaw && width == 1:
		return PCMA.Decode(nil, data), nil
	case f.encoding == wavMuLaw && width == 1:
		return PCMU.Decode(nil, data), nil
	case f.encoding == wavPCM || f.encoding == wavFloat || f.encoding == wavALaw || f.encoding == wavMuLaw:
		return nil, unsupported("WAV encoding %#04x with %d bits in %d bytes", f.encoding, f.bits, width)
	}
	return nil, unsupported("WAV encoding %#04x; PCM, float, A-law, µ-law and IMA ADPCM are read", f.encoding)
}
