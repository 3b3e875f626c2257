package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	mp3 "github.com/hajimehoshi/go-mp3"
)

// ReadMP3 reads an MP3 file: MPEG-1 and MPEG-2 layer III at 16 to 48 kHz, and MPEG-2.5 at 11.025 and 12 kHz, of
// constant or changing bit rate, mono or stereo. The silence that the encoder put before and after the sound is cut off
// if the file says how much that is. Tags and rubbish between the frames are passed over.
//
// Not read, and refused with ErrUnsupported: layers I and II, free bit rate, MPEG-2.5 at 8 kHz, and of MPEG-2 intensity
// stereo and mixed blocks, which telephone prompts hardly ever have; and what is no MP3 file. A damaged file gives
// ErrDamaged, one beyond MaxBytes or MaxSamples ErrTooLarge.
func ReadMP3(b []byte) (Clip, error) {
	if len(b) > MaxBytes {
		return Clip{}, fmt.Errorf("%w: %d bytes; %d are the most", ErrTooLarge, len(b), MaxBytes)
	}
	stream, err := mp3Frames(b)
	if err != nil {
		return Clip{}, err
	}
	first := stream.frames[0].header
	clip := Clip{Rate: first.rate(), Channels: first.channels()}
	total := len(stream.frames) * first.samples()
	if err := check(clip.Rate, clip.Channels, int64(total*clip.Channels)); err != nil {
		return Clip{}, err
	}
	plain, err := stream.repack()
	if err != nil {
		return Clip{}, err
	}
	if clip.Samples, err = decodeMP3(plain, total, clip.Channels); err != nil {
		return Clip{}, err
	}
	begin, end := stream.trim(total)
	clip.Samples = clip.Samples[begin*clip.Channels : end*clip.Channels]
	return clip, nil
}

// decodeMP3 gives the samples of the frames, which must be as many as the headers promise. The library always makes two
// channels and has no bounds for what a damaged file may ask of it, so it is held here.
func decodeMP3(frames []byte, total, channels int) (samples []int16, err error) {
	defer func() {
		if r := recover(); r != nil {
			samples, err = nil, damaged("a frame of the MP3 file cannot be decoded")
		}
	}()
	// Only a reader: the library would go through the whole file first if it could seek.
	d, err := mp3.NewDecoder(struct{ io.Reader }{bytes.NewReader(frames)})
	if err != nil {
		return nil, damaged("%v", err)
	}
	samples = make([]int16, 0, total*channels)
	buffer := make([]byte, 4*1152)
	for {
		n, err := io.ReadFull(d, buffer)
		for i := 0; i+4 <= n; i += 4 {
			samples = append(samples, int16(binary.LittleEndian.Uint16(buffer[i:])))
			if channels == 2 {
				samples = append(samples, int16(binary.LittleEndian.Uint16(buffer[i+2:])))
			}
		}
		if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return nil, damaged("%v", err)
		}
	}
	if len(samples) != total*channels {
		return nil, damaged("the MP3 file has %d samples where its frames promise %d", len(samples)/channels, total)
	}
	return samples, nil
}
