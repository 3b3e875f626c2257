package lab

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os/exec"
)

// Opus is sound behind Opus at 8 kbit/s (RFC 6716), by opus-tools.
func Opus(pcm []int16) ([]int16, error) {
	raw, err := binary.Append(nil, binary.LittleEndian, pcm)
	if err != nil {
		return nil, err
	}
	coded, err := piped(raw, "opusenc", "--quiet", "--bitrate", "8", "--raw", "--raw-rate", "8000", "--raw-chan", "1",
		"-", "-")
	if err != nil {
		return nil, err
	}
	if raw, err = piped(coded, "opusdec", "--quiet", "--rate", "8000", "-", "-"); err != nil {
		return nil, err
	}
	out := make([]int16, len(raw)/2)
	_, err = binary.Decode(raw, binary.LittleEndian, out)
	return out, err
}

func piped(in []byte, name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out, nil
}
