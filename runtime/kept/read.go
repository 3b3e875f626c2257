package kept

import (
	"bufio"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Folder is where in the data folder of a server its traces are.
const Folder = "traces"

// Segment is one file of a folder.
type Segment struct {
	Path  string
	Began time.Time
	Size  int64
}

const (
	segmentForm = "20060102T150405.000Z"
	segmentEnd  = ".calls"
)

func segmentName(at time.Time) string { return at.UTC().Format(segmentForm) + segmentEnd }

// Segments lists those of a folder, the oldest first; none where there is no such folder. Other files are no concern.
func Segments(dir string) ([]Segment, error) {
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the traces: %w", err)
	}
	var list []Segment
	for _, f := range files {
		stamp, ok := strings.CutSuffix(f.Name(), segmentEnd)
		if !ok {
			continue
		}
		began, err := time.Parse(segmentForm, stamp)
		if err != nil {
			continue
		}
		info, err := f.Info()
		if err != nil { // it was removed meanwhile
			continue
		}
		list = append(list, Segment{Path: filepath.Join(dir, f.Name()), Began: began, Size: info.Size()})
	}
	return list, nil
}

// longestCall is how long after its beginning a call is looked for: it is written when it ends.
const longestCall = 24 * time.Hour

// Read gives each record of the calls that began from a moment up to another to do, in the order in which they ended.
// The record is do's to keep. torn counts the segments whose end is missing or damaged; what came before it was given.
func Read(dir string, from, to time.Time, do func(record []byte) error) (torn int, err error) {
	list, err := Segments(dir)
	if err != nil {
		return 0, err
	}
	for i, s := range list {
		if s.Began.After(to.Add(longestCall)) || i+1 < len(list) && list[i+1].Began.Before(from) {
			continue
		}
		whole, err := s.read(func(record []byte) error {
			if began, ok := startOf(record); !ok || began < from.UnixMilli() || began >= to.UnixMilli() {
				return nil
			}
			return do(record)
		})
		if err != nil {
			return torn, err
		}
		if !whole {
			torn++
		}
	}
	return torn, nil
}

// startOf is when the call of a record began.
func startOf(record []byte) (int64, bool) {
	d := decoder{b: record}
	d.skip()
	d.skip()
	at := d.varint()
	return at, !d.bad
}

func (d *decoder) skip() {
	n := d.uvarint()
	if n > uint64(len(d.b)) {
		d.fail()
		return
	}
	d.b = d.b[n:]
}

// read gives the records of a segment to do; whole is false where it ends before its end, or is damaged. An error is
// one of do, or of a file that cannot be opened or is of another format.
func (s Segment) read(do func([]byte) error) (whole bool, err error) {
	f, err := os.Open(s.Path)
	if errors.Is(err, fs.ErrNotExist) { // removed meanwhile
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	plain := bufio.NewReaderSize(f, 64<<10)
	head := make([]byte, len(Format))
	if _, err := io.ReadFull(plain, head); err != nil {
		return false, nil
	}
	if string(head) != Format {
		return false, fmt.Errorf("%s: not a segment of traces, or of a newer rexian", s.Path)
	}
	r := bufio.NewReaderSize(flate.NewReader(plain), 64<<10)
	for {
		n, err := binary.ReadUvarint(r)
		if err == io.EOF {
			return true, nil
		}
		if err != nil || n > 2*MaxRecord {
			return false, nil
		}
		record := make([]byte, 4+n)
		if _, err := io.ReadFull(r, record); err != nil {
			return false, nil
		}
		sum := binary.LittleEndian.Uint32(record)
		if record = record[4:]; crc32.ChecksumIEEE(record) != sum {
			return false, nil
		}
		if err := do(record); err != nil {
			return true, err
		}
	}
}
