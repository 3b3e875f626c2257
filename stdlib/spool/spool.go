// Package spool keeps records in append-only files until whoever they are for has them: what a call writes while the
// database is away, and what it wrote in the moment before the program was killed.
//
// The folder holds segments, 00000001.spool and so on, each a few letters of magic and then records:
//
//	| length uint32 | CRC-32C of the payload uint32 | payload |      little endian
//
// Records are read in order and acknowledged in order. A segment of which all is acknowledged is removed; how far
// within a segment is not written down, so after a restart up to one segment is read again. Whoever takes the records
// must therefore know each by an id and take it once.
//
// A write that was cut short leaves a broken record at the end of the last segment: it is cut off at Open. A broken
// record elsewhere (a damaged disk) is left out, reading goes on at the next whole one, and Gaps counts it.
package spool

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

const (
	extension = ".spool"
	magic     = "RXSPOOL1"
	headSize  = 8
	// MaxRecord is the greatest length of a record in bytes.
	MaxRecord = 16 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrFull means that the spool holds as much as it may. The record was not taken.
var ErrFull = errors.New("the spool is full")

// Options are the spool's limits. A zero field takes the default beside it.
type Options struct {
	Segment int64 // bytes after which a new segment begins: 1 MiB
	Max     int64 // bytes in all, more is ErrFull: 4 GiB
	// Sync makes each Append wait for the disk: what was appended survives a power cut. Without it, it survives the end
	// of the program, however that ends, but the last seconds not the end of the machine.
	Sync bool
}

// Spool is an open folder. It is safe for use by several goroutines; one at a time should read and acknowledge.
type Spool struct {
	dir      string
	o        Options
	lock     *os.File
	mu       sync.Mutex
	segments []segment // those there are, oldest first; the last is written to
	out      *os.File  // nil until the first Append
	acked    Mark
	next     int64 // number of the next segment: never used twice, so that an old mark means nothing new
	gaps     int
	closed   bool
}

type segment struct {
	number int64
	size   int64
	whole  []int64 // where each record begins, known to the end
}

// Mark is a place between two records. Marks are compared with Before.
type Mark struct {
	segment int64
	offset  int64
}

// Before tells whether m lies before n.
func (m Mark) Before(n Mark) bool {
	return m.segment < n.segment || m.segment == n.segment && m.offset < n.offset
}

// Open opens a folder, which is made if it is not there, and mends what a crash left. Only one Spool may have a folder
// open; a second Open fails, of another process too.
func Open(dir string, o Options) (*Spool, error) {
	if o.Segment <= 0 {
		o.Segment = 1 << 20
	}
	if o.Max <= 0 {
		o.Max = 4 << 30
	}
	s := &Spool{dir: dir, o: o}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the spool: %w", err)
	}
	var err error
	if s.lock, err = lockFolder(dir); err != nil {
		return nil, fmt.Errorf("open the spool %s: %w", dir, err)
	}
	if err := s.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("open the spool %s: %w", dir, err), s.lock.Close())
	}
	return s, nil
}

// load looks at all segments, and cuts a broken end off the last.
func (s *Spool) load() error {
	list, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, e := range list {
		base, ok := strings.CutSuffix(e.Name(), extension)
		n, err := strconv.ParseInt(base, 10, 64)
		if !ok || err != nil || n <= 0 || e.IsDir() || e.Name() != filepath.Base(s.path(n)) {
			continue
		}
		s.segments = append(s.segments, segment{number: n})
	}
	slices.SortFunc(s.segments, func(a, b segment) int { return int(a.number - b.number) })
	for i := range s.segments {
		g := &s.segments[i]
		b, err := os.ReadFile(s.path(g.number))
		if err != nil {
			return err
		}
		whole, end, gaps := scan(b)
		g.whole, g.size = whole, end
		s.gaps += gaps
		if end < int64(len(b)) {
			if i < len(s.segments)-1 {
				s.gaps++
			}
			if err := os.Truncate(s.path(g.number), end); err != nil {
				return err
			}
		}
	}
	s.next = 1
	if n := len(s.segments); n > 0 {
		s.acked, s.next = Mark{s.segments[0].number, 0}, s.segments[n-1].number+1
	}
	return nil
}

// scan finds the whole records of a segment: where each begins, where the last one ends, and how many gaps lie between.
func scan(b []byte) (whole []int64, end int64, gaps int) {
	if len(b) < len(magic) || string(b[:len(magic)]) != magic {
		return nil, 0, 0
	}
	at := len(magic)
	end = int64(at)
	for at < len(b) {
		if n, ok := recordAt(b, at); ok {
			whole = append(whole, int64(at))
			at += n
			end = int64(at)
			continue
		}
		next := at + 1
		for next < len(b) {
			if _, ok := recordAt(b, next); ok {
				break
			}
			next++
		}
		if next < len(b) {
			gaps++
		}
		at = next
	}
	return whole, end, gaps
}

// recordAt returns the length in the file of the record that begins at an offset, if a whole one does.
func recordAt(b []byte, at int) (int, bool) {
	if len(b)-at < headSize {
		return 0, false
	}
	n := int(binary.LittleEndian.Uint32(b[at:]))
	if n == 0 || n > MaxRecord || n > len(b)-at-headSize {
		return 0, false
	}
	payload := b[at+headSize : at+headSize+n]
	return headSize + n, crc32.Checksum(payload, castagnoli) == binary.LittleEndian.Uint32(b[at+4:])
}

func (s *Spool) path(n int64) string {
	return filepath.Join(s.dir, fmt.Sprintf("%08d%s", n, extension))
}

// Append adds records behind all others in one write, and returns the mark behind them. An empty record and one longer
// than MaxRecord are errors. If it fails, none of them is in the spool.
func (s *Spool) Append(records ...[]byte) (Mark, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return Mark{}, fs.ErrClosed
	}
	size := 0
	for _, r := range records {
		if len(r) == 0 || len(r) > MaxRecord {
			return Mark{}, fmt.Errorf("append to the spool: a record of %d bytes", len(r))
		}
		size += headSize + len(r)
	}
	if s.bytes()+int64(size) > s.o.Max {
		return Mark{}, ErrFull
	}
	if err := s.writable(); err != nil {
		return Mark{}, fmt.Errorf("append to the spool: %w", err)
	}
	g := &s.segments[len(s.segments)-1]
	b := make([]byte, 0, size)
	known := len(g.whole)
	for _, r := range records {
		g.whole = append(g.whole, g.size+int64(len(b)))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(r)))
		b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(r, castagnoli))
		b = append(b, r...)
	}
	_, err := s.out.WriteAt(b, g.size)
	if err == nil && s.o.Sync {
		err = s.out.Sync()
	}
	if err != nil { // a full disk: take back the half
		g.whole = g.whole[:known]
		return Mark{}, errors.Join(fmt.Errorf("append to the spool: %w", err), s.out.Truncate(g.size))
	}
	g.size += int64(len(b))
	return Mark{g.number, g.size}, nil
}

// writable makes sure that there is a segment with room, open for writing.
func (s *Spool) writable() error {
	n := len(s.segments)
	if s.out != nil && s.segments[n-1].size < s.o.Segment {
		return nil
	}
	if s.out != nil {
		if err := s.out.Close(); err != nil {
			return err
		}
		s.out = nil
	}
	number := s.next
	out, err := os.OpenFile(s.path(number), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := out.WriteString(magic); err != nil {
		return errors.Join(err, out.Close(), os.Remove(s.path(number)))
	}
	if s.o.Sync {
		if err := syncFolder(s.dir); err != nil {
			return errors.Join(err, out.Close())
		}
	}
	s.out, s.next = out, number+1
	s.segments = append(s.segments, segment{number: number, size: int64(len(magic))})
	if n == 0 {
		s.acked = Mark{number, 0}
	}
	return nil
}

// syncFolder makes a new file's name survive a power cut.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Read returns up to limit records that are not acknowledged, oldest first, at least one if there is any, about 1 MiB
// at most; and the mark behind them, for Ack.
func (s *Spool) Read(limit int) ([][]byte, Mark, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	mark := s.acked
	if s.closed {
		return nil, mark, fs.ErrClosed
	}
	for _, g := range s.segments {
		first, _ := slices.BinarySearch(g.whole, mark.offset)
		if g.number < mark.segment || g.number == mark.segment && first == len(g.whole) {
			continue
		}
		if g.number > mark.segment {
			first = 0
		}
		f, err := os.Open(s.path(g.number))
		if err != nil {
			return nil, mark, fmt.Errorf("read the spool: %w", err)
		}
		records, end, err := readRecords(f, g, first, limit)
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, mark, fmt.Errorf("read the spool: %w", err)
		}
		if len(records) > 0 {
			return records, Mark{g.number, end}, nil
		}
	}
	return nil, mark, nil
}

// readRecords reads records of a segment from the first on.
func readRecords(f *os.File, g segment, first, limit int) (records [][]byte, end int64, err error) {
	var head [headSize]byte
	total := 0
	for _, at := range g.whole[first:min(len(g.whole), first+max(limit, 1))] {
		if _, err := f.ReadAt(head[:], at); err != nil {
			return nil, 0, err
		}
		b := make([]byte, binary.LittleEndian.Uint32(head[:]))
		if _, err := f.ReadAt(b, at+headSize); err != nil {
			return nil, 0, err
		}
		if crc32.Checksum(b, castagnoli) != binary.LittleEndian.Uint32(head[4:]) {
			return nil, 0, fmt.Errorf("the record at %d of %d changed on the disk", at, g.number)
		}
		records, end = append(records, b), at+headSize+int64(len(b))
		if total += len(b); total >= 1<<20 {
			break
		}
	}
	return records, end, nil
}

// Ack says that all records before a mark have been taken. Segments that are done with are removed.
func (s *Spool) Ack(m Mark) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.acked.Before(m) {
		return nil
	}
	s.acked = m
	for len(s.segments) > 0 {
		g := s.segments[0]
		last := len(s.segments) == 1
		done := g.number < m.segment || g.number == m.segment && m.offset >= g.size
		if !done || last && s.out != nil && g.size < s.o.Segment {
			return nil // the one being written to stays until it is full
		}
		if last && s.out != nil {
			if err := s.out.Close(); err != nil {
				return fmt.Errorf("acknowledge: %w", err)
			}
			s.out = nil
		}
		if err := os.Remove(s.path(g.number)); err != nil {
			return fmt.Errorf("acknowledge: %w", err)
		}
		s.segments = s.segments[1:]
	}
	return nil
}

// Pending counts the records that are not acknowledged.
func (s *Spool) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pending()
}

func (s *Spool) pending() int {
	n := 0
	for _, g := range s.segments {
		switch first, _ := slices.BinarySearch(g.whole, s.acked.offset); {
		case g.number == s.acked.segment:
			n += len(g.whole) - first
		case g.number > s.acked.segment:
			n += len(g.whole)
		}
	}
	return n
}

// Bytes is what the spool takes on the disk.
func (s *Spool) Bytes() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bytes()
}

func (s *Spool) bytes() int64 {
	n := int64(0)
	for _, g := range s.segments {
		n += g.size
	}
	return n
}

// Gaps counts the places where damaged records were left out at Open.
func (s *Spool) Gaps() int { s.mu.Lock(); defer s.mu.Unlock(); return s.gaps }

// Close flushes the spool to the disk and closes it. If all is acknowledged nothing is left in the folder.
func (s *Spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	var errs []error
	if s.out != nil {
		errs = append(errs, s.out.Sync(), s.out.Close())
	}
	if s.pending() == 0 {
		for _, g := range s.segments {
			errs = append(errs, os.Remove(s.path(g.number)))
		}
	}
	return errors.Join(append(errs, s.lock.Close())...)
}
