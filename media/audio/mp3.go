package audio

import (
	"bytes"
	"fmt"
	"io"

	mp3 "github.com/hajimehoshi/go-mp3"
)

// ReadMP3 reads an MP3 file.
func ReadMP3(b []byte) (clip Clip, err error) {
	if len(b) > MaxBytes {
		return Clip{}, fmt.Errorf("%w: %d bytes; %d are the most", ErrTooLarge, len(b), MaxBytes)
	}
	d, err := mp3.NewDecoder(bytes.NewReader(b))
	if err != nil {
		return Clip{}, damaged("%v", err)
	}
	raw, err := io.ReadAll(d)
	if err != nil {
		return Clip{}, damaged("%v", err)
	}
	return Clip{d.SampleRate(), 2, decodePCM(raw, 2)}, nil
}
