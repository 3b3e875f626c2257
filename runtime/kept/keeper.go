package kept

import (
	"bufio"
	"compress/flate"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"rexian/compiler/bundle"
)

// Options are what a Keeper is made of.
type Options struct {
	Dir    string
	MB     int // how many megabytes of segments there may be
	Days   int // how long a segment is kept after it was begun
	Now    func() time.Time
	Logger *slog.Logger
	// Secret is what the tokens of personal data are made with. Open makes one where there is none; it is kept nowhere.
	Secret []byte
}

// Keeper writes the records of calls to segments. One goroutine owns the file; Close ends it.
type Keeper struct {
	o       Options
	queue   chan []byte
	stop    chan struct{}
	ended   chan struct{}
	once    sync.Once
	kept    atomic.Uint64
	dropped atomic.Uint64
	bytes   atomic.Uint64 // written, compressed
	toldAt  atomic.Int64
	mu      sync.Mutex
	words   map[*bundle.Program]*words // of the programs that serve

	// of the goroutine
	file    *os.File
	buffer  *bufio.Writer
	packed  *flate.Writer
	began   time.Time // of the segment
	written int64     // to the segment
	retry   time.Time // after a fault of the disk
}

const (
	// waiting is how many records may wait to be written: some seconds of the busiest server.
	waiting = 2048
	// segmentTime is how long one segment is written to.
	segmentTime = time.Hour
	// segmentParts is into how many segments at least what is kept is divided, so that what goes is little.
	segmentParts = 16
	// tellEvery is how often it is told that calls are not kept.
	tellEvery = time.Minute
	// gathering is how long records wait for others, once some were written: to compress and write each by itself would
	// be most of what it costs. A program that is killed loses what came meanwhile.
	gathering = 100 * time.Millisecond
	// retryAfter is when a folder that cannot be written to is tried again.
	retryAfter = 10 * time.Second
)

// Open makes the folder, removes what need not be kept any more, and begins to keep calls.
func Open(o Options) (*Keeper, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	if len(o.Secret) == 0 {
		o.Secret = make([]byte, 32)
		if _, err := rand.Read(o.Secret); err != nil {
			return nil, err
		}
	}
	k := &Keeper{o: o, queue: make(chan []byte, waiting), stop: make(chan struct{}), ended: make(chan struct{})}
	if err := k.prune(); err != nil {
		return nil, err
	}
	go k.run()
	return k, nil
}

// Begin begins the record of a call of a program; of a nil Keeper it is nil, which records nothing.
func (k *Keeper) Begin(p *bundle.Program, h Header) *Recorder {
	if k == nil {
		return nil
	}
	return newRecorder(k, p, h)
}

// mostPrograms is of how many programs the words are remembered: those that serve, and some whose calls still go on.
const mostPrograms = 8

// wordsOf are the texts of a program.
func (k *Keeper) wordsOf(p *bundle.Program) *words {
	k.mu.Lock()
	defer k.mu.Unlock()
	w := k.words[p]
	if w == nil {
		if len(k.words) >= mostPrograms || k.words == nil {
			k.words = map[*bundle.Program]*words{}
		}
		w = wordsOf(p)
		k.words[p] = w
	}
	return w
}

// Kept, Dropped and Bytes are how many calls were kept and how many were not, and how much was written, since Open.
func (k *Keeper) Kept() uint64 { return k.kept.Load() }

// Dropped: see Kept.
func (k *Keeper) Dropped() uint64 { return k.dropped.Load() }

// Bytes: see Kept.
func (k *Keeper) Bytes() uint64 { return k.bytes.Load() }

// take puts a record into the queue, or drops it.
func (k *Keeper) take(record []byte) {
	select {
	case k.queue <- record:
	default:
		k.drop(errors.New("too many calls end at once"))
	}
}

// drop counts a record that is not kept, and tells why once in a while.
func (k *Keeper) drop(why error) {
	n := k.dropped.Add(1)
	now, last := k.o.Now().UnixNano(), k.toldAt.Load()
	if (last == 0 || now-last >= int64(tellEvery)) && k.toldAt.CompareAndSwap(last, now) {
		k.o.Logger.Warn("the trace of a call is not kept", "error", why, "not kept so far", n)
	}
}

// Close writes what waits and ends the goroutine.
func (k *Keeper) Close() {
	if k == nil {
		return
	}
	k.once.Do(func() { close(k.stop) })
	<-k.ended
}

func (k *Keeper) run() {
	defer close(k.ended)
	hourly := time.NewTicker(segmentTime)
	defer hourly.Stop()
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case r := <-k.queue:
			k.batch(r)
			pause.Reset(gathering)
			select {
			case <-pause.C:
			case <-k.stop:
			}
		case <-hourly.C:
			k.turn()
		case <-k.stop:
			for {
				select {
				case r := <-k.queue:
					k.batch(r)
					continue
				default:
				}
				break
			}
			k.finish()
			return
		}
	}
}

// turn ends a segment that no call came to any more, and removes what is too old.
func (k *Keeper) turn() {
	if k.file != nil && k.o.Now().Sub(k.began) >= segmentTime {
		k.finish()
	}
	if err := k.prune(); err != nil {
		k.o.Logger.Warn("old traces of calls are not removed", "error", err)
	}
}

// batch writes a record, all that wait behind it, and then flushes.
func (k *Keeper) batch(r []byte) {
	n := uint64(0)
	fault := func(err error) {
		if k.file != nil {
			_ = k.file.Close() // it is the error before that counts
		}
		k.file, k.retry = nil, k.o.Now().Add(retryAfter)
		k.drop(err)
	}
	for {
		if err := k.write(r); err != nil {
			fault(err)
		} else {
			n++
		}
		select {
		case r = <-k.queue:
			continue
		default:
		}
		break
	}
	if k.file != nil {
		if err := errors.Join(k.packed.Flush(), k.buffer.Flush()); err != nil {
			fault(err)
			k.dropped.Add(n - 1)
			return
		}
	}
	k.kept.Add(n)
}

// errResting means that the folder could not be written to a moment ago.
var errResting = errors.New("the folder of the traces cannot be written to")

// write appends a record to the segment, and begins one where there is none, or an old one.
func (k *Keeper) write(r []byte) error {
	now := k.o.Now()
	if now.Before(k.retry) {
		return errResting
	}
	if k.file != nil && (now.Sub(k.began) >= segmentTime || k.written >= k.segmentSize()) {
		k.finish()
	}
	if k.file == nil {
		if err := k.begin(now); err != nil {
			return err
		}
	}
	var head [binary.MaxVarintLen64 + 4]byte
	h := binary.AppendUvarint(head[:0], uint64(len(r)))
	h = binary.LittleEndian.AppendUint32(h, crc32.ChecksumIEEE(r))
	if _, err := k.packed.Write(h); err != nil {
		return err
	}
	_, err := k.packed.Write(r)
	return err
}

func (k *Keeper) segmentSize() int64 { return int64(k.o.MB) << 20 / segmentParts }

// begin begins a segment. Its name is when: names sort as times do.
func (k *Keeper) begin(now time.Time) error {
	if err := k.prune(); err != nil {
		return err
	}
	for at := now.UTC(); ; at = at.Add(time.Millisecond) {
		f, err := os.OpenFile(filepath.Join(k.o.Dir, segmentName(at)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		k.file, k.began, k.written = f, now, 0
		break
	}
	if k.buffer == nil {
		k.buffer = bufio.NewWriterSize(counted{k}, 16<<10)
		k.packed, _ = flate.NewWriter(k.buffer, flate.BestSpeed) // the level is a good one
	} else {
		k.buffer.Reset(counted{k})
		k.packed.Reset(k.buffer)
	}
	_, err := k.buffer.WriteString(Format)
	return err
}

// counted writes to the segment and counts.
type counted struct{ k *Keeper }

func (c counted) Write(b []byte) (int, error) {
	n, err := c.k.file.Write(b)
	c.k.written += int64(n)
	c.k.bytes.Add(uint64(n))
	return n, err
}

var _ io.Writer = counted{}

// finish ends the segment.
func (k *Keeper) finish() {
	if k.file == nil {
		return
	}
	if err := errors.Join(k.packed.Close(), k.buffer.Flush(), k.file.Close()); err != nil {
		k.o.Logger.Warn("a segment of traces was not ended", "file", k.file.Name(), "error", err)
	}
	k.file = nil
}

// prune removes segments: those that are too old, and the oldest until there is room for another.
func (k *Keeper) prune() error {
	list, err := Segments(k.o.Dir)
	if err != nil {
		return err
	}
	var total int64
	for _, s := range list {
		total += s.Size
	}
	most, oldest := int64(k.o.MB)<<20-k.segmentSize(), k.o.Now().Add(-time.Duration(k.o.Days)*24*time.Hour)
	for _, s := range list {
		if k.file != nil && s.Path == k.file.Name() {
			break
		}
		if total <= most && s.Began.After(oldest) {
			break
		}
		if err := os.Remove(s.Path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove an old trace: %w", err)
		}
		total -= s.Size
	}
	return nil
}
