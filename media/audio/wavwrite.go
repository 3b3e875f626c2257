package audio

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// WAVHeader is the 44 bytes before the samples of a WAV file of 16 bit PCM at 8 kHz. bytes is the size of the samples;
// what does not fit into the header's 32 bits is stated as open, which readers take for "to the end of the file".
func WAVHeader(channels int, bytes int64) [44]byte {
	var h [44]byte
	riff, data := uint32(math.MaxUint32), uint32(math.MaxUint32)
	if bytes <= math.MaxUint32-44 {
		riff, data = uint32(bytes)+36, uint32(bytes)
	}
	block := 2 * channels
	b := append(h[:0], "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, riff)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = appendFormat(b, wavPCM, channels, block*Rate, block, 16)
	b = append(b, "data"...)
	binary.LittleEndian.AppendUint32(b, data)
	return h
}

// G711Header is the 58 bytes before the samples of a WAV file of G.711 at 8 kHz, a byte for each. bytes is as for
// WAVHeader. Any codec but PCMA is taken for PCMU.
func G711Header(c Codec, channels int, bytes int64) [58]byte {
	var h [58]byte
	riff, data, samples := uint32(math.MaxUint32), uint32(math.MaxUint32), uint32(math.MaxUint32)
	if bytes <= math.MaxUint32-58 {
		riff, data, samples = uint32(bytes)+50, uint32(bytes), uint32(bytes)/uint32(channels)
	}
	encoding := wavMuLaw
	if c == PCMA {
		encoding = wavALaw
	}
	b := append(h[:0], "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, riff)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 18)
	b = appendFormat(b, encoding, channels, channels*Rate, channels, 8)
	b = append(b, 0, 0) // no more of the format
	b = append(b, "fact"...)
	b = binary.LittleEndian.AppendUint32(b, 4)
	b = binary.LittleEndian.AppendUint32(b, samples)
	b = append(b, "data"...)
	binary.LittleEndian.AppendUint32(b, data)
	return h
}

// appendFormat appends the first 16 bytes of the chunk "fmt ".
func appendFormat(b []byte, encoding, channels, second, block, bits int) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(encoding))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels))
	b = binary.LittleEndian.AppendUint32(b, Rate)
	b = binary.LittleEndian.AppendUint32(b, uint32(second))
	b = binary.LittleEndian.AppendUint16(b, uint16(block))
	return binary.LittleEndian.AppendUint16(b, uint16(bits))
}

// WriteWAV writes the interleaved samples of 1 to 8 channels as a WAV file of 16 bit PCM at 8 kHz. The number of
// samples must be a multiple of the channels'.
func WriteWAV(w io.Writer, channels int, samples []int16) error {
	if channels < 1 || channels > MaxChannels || len(samples)%channels != 0 {
		return fmt.Errorf("writing a WAV file: %d samples in %d channels", len(samples), channels)
	}
	header := WAVHeader(channels, 2*int64(len(samples)))
	buffer := append(make([]byte, 0, 32<<10), header[:]...)
	for len(samples) > 0 {
		n := min(len(samples), (cap(buffer)-len(buffer))/2)
		for _, s := range samples[:n] {
			buffer = binary.LittleEndian.AppendUint16(buffer, uint16(s))
		}
		samples = samples[n:]
		if _, err := w.Write(buffer); err != nil {
			return fmt.Errorf("writing a WAV file: %w", err)
		}
		buffer = buffer[:0]
	}
	if len(buffer) > 0 {
		if _, err := w.Write(buffer); err != nil {
			return fmt.Errorf("writing a WAV file: %w", err)
		}
	}
	return nil
}

// WriteADPCM writes the samples as a WAV file of IMA ADPCM at 8 kHz with one channel: a quarter of the size of PCM, and
// 4,055 bytes a second. At most MaxSamples are written.
func WriteADPCM(w io.Writer, samples []int16) error {
	if len(samples) > MaxSamples {
		return fmt.Errorf("%w: %d samples; %d are the most", ErrTooLarge, len(samples), MaxSamples)
	}
	blocks := (len(samples) + adpcmBlockSamples - 1) / adpcmBlockSamples
	size := blocks * adpcmBlockBytes
	b := make([]byte, 0, 60+size)
	b = append(b, "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(52+size))
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 20)
	b = appendFormat(b, wavADPCM, 1, Rate*adpcmBlockBytes/adpcmBlockSamples, adpcmBlockBytes, 4)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, adpcmBlockSamples)
	b = append(b, "fact"...)
	b = binary.LittleEndian.AppendUint32(b, 4)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(samples)))
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(size))
	if _, err := w.Write(encodeADPCM(b, samples)); err != nil {
		return fmt.Errorf("writing a WAV file: %w", err)
	}
	return nil
}
