package record

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rexian/media/audio"
)

// Repaired is a recording that a crash had left unfinished.
type Repaired struct {
	Path     string        // its file now; "" if it held no sound and was removed
	Part     string        // the file that was found
	Duration time.Duration // of the sound that was saved
	Err      error         // why it could not be repaired; the file is left as it is
}

var errForeign = errors.New("it is not a recording of ours")

// Repair finishes what a crash left in a folder and the folders below: each NAME.part gets a header with the length it
// really has and its name. It is called before the first recording. The error is that of reading the folder; a folder
// that is not there has nothing to repair.
func Repair(dir string) ([]Repaired, error) {
	var list []Repaired
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case d.Type().IsRegular() && strings.HasSuffix(path, partial):
			list = append(list, repair(path))
		}
		return nil
	})
	if err != nil {
		return list, fmt.Errorf("repairing recordings: %w", err)
	}
	return list, nil
}

func repair(part string) Repaired {
	r := Repaired{Part: part}
	length, err := mend(part)
	if err == nil && length == 0 {
		err = os.Remove(part)
	} else if err == nil {
		r.Duration = length
		r.Path = strings.TrimSuffix(part, partial)
		err = osFS{}.Rename(part, r.Path)
	}
	if err != nil {
		r.Path, r.Duration, r.Err = "", 0, fmt.Errorf("%s: %w", part, err)
	}
	return r
}

// mend makes the header true and cuts off a broken frame at the end. A file without a sound has the length 0.
func mend(part string) (length time.Duration, err error) {
	f, err := os.OpenFile(part, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer func() {
		if closing := f.Close(); err == nil {
			err = closing
		}
	}()
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return 0, err
	}
	var header [headerSize]byte
	if n, err := io.ReadFull(f, header[:]); errors.Is(err, io.ErrUnexpectedEOF) &&
		strings.HasPrefix("RIFF", string(header[:min(n, 4)])) {
		return 0, nil // the crash came while the header was written
	} else if err != nil {
		return 0, errForeign
	}
	channels := int(binary.LittleEndian.Uint16(header[22:]))
	if channels != 1 && channels != 2 ||
		audio.WAVHeader(channels, int64(binary.LittleEndian.Uint32(header[40:]))) != header {
		return 0, errForeign
	}
	frame := int64(2 * channels)
	frames := (info.Size() - headerSize) / frame
	if frames == 0 {
		return 0, nil
	}
	header = audio.WAVHeader(channels, frames*frame)
	if err := f.Truncate(headerSize + frames*frame); err != nil {
		return 0, err
	}
	if _, err := f.WriteAt(header[:], 0); err != nil {
		return 0, err
	}
	return span(frames), f.Sync()
}
