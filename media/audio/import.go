package audio

import "fmt"

// Import makes a prompt or music out of a WAV or MP3 file, told apart by content: 8 kHz, one channel, without DC and
// rumble, at Loudness, peaks limited. name is used in errors only. The errors are those of ReadWAV and ReadMP3.
func Import(name string, b []byte) ([]int16, error) {
	clip, err := Read(b)
	if err != nil {
		return nil, fmt.Errorf("importing %s: %w", name, err)
	}
	return clip.Telephone(), nil
}

// Read reads a WAV or MP3 file, told apart by content. The errors are those of ReadWAV and ReadMP3.
func Read(b []byte) (Clip, error) {
	if len(b) >= 4 && (string(b[:3]) == "RIF" || string(b[:4]) == "RF64") {
		return ReadWAV(b)
	}
	return ReadMP3(b)
}

// Telephone is the clip as Import makes it.
func (c Clip) Telephone() []int16 {
	x := withoutDC(resample(c.mono(), c.Rate, Rate))
	even(x)
	out := make([]int16, len(x))
	for i, v := range x {
		out[i] = sample(v)
	}
	return out
}
