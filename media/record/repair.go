package record

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
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
	last, err := os.Stat(part)
	length := time.Duration(0)
	if err == nil {
		length, err = mend(part)
	}
	if err == nil && length == 0 {
		err = os.Remove(part)
	} else if err == nil {
		r.Duration = length
		r.Path = strings.TrimSuffix(part, partial)
		// When sound came last is when the recording ended, not when it was mended.
		if err = os.Chtimes(part, time.Time{}, last.ModTime()); err != nil {
			err = fmt.Errorf("keep its time: %w", err)
		}
	}
	if err == nil && length > 0 {
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
	l, whole, ok := layoutOf(f)
	switch {
	case !ok:
		return 0, errForeign
	case !whole: // the crash came while the header was written
		return 0, nil
	}
	size := int64(l.frame())
	frames := (info.Size() - l.before()) / size
	if frames == 0 {
		return 0, nil
	}
	if err := f.Truncate(l.before() + frames*size); err != nil {
		return 0, err
	}
	if !l.wide {
		if err := hushHoles(f, l); err != nil {
			return 0, err
		}
	}
	if _, err := f.WriteAt(l.header(frames), 0); err != nil {
		return 0, err
	}
	return span(frames), f.Sync()
}

// hole is how many zeros in a row are what was never written: no sound in G.711 is so.
const hole = 64

// hushHoles makes silent what was never written.
func hushHoles(f *os.File, l layout) error {
	silence := make([]byte, 64<<10)
	l.hush(silence)
	b := make([]byte, len(silence))
	from := int64(-1) // where the zeros began
	fill := func(to int64) error {
		at := from
		from = -1
		if at < 0 || to-at < hole {
			return nil
		}
		for at < to {
			n, err := f.WriteAt(silence[:min(to-at, int64(len(silence)))], at)
			if err != nil {
				return err
			}
			at += int64(n)
		}
		return nil
	}
	for at := l.before(); ; {
		n, err := f.ReadAt(b, at)
		for i, v := range b[:n] {
			switch {
			case v == 0 && from < 0:
				from = at + int64(i)
			case v != 0 && from >= 0:
				if err := fill(at + int64(i)); err != nil {
					return err
				}
			}
		}
		at += int64(n)
		if errors.Is(err, io.EOF) {
			return fill(at)
		}
		if err != nil {
			return err
		}
	}
}
