// Package record keeps what was said on calls: WAV files with what the far side said on the left and what we said on
// the right, in step to the sample.
//
// # The model
//
// A Recorder is put on a stream as its tap. It takes samples, never waits and never fails: the call is more important
// than its recording. It fills chunks of a quarter to half a second, which are whole pages of the file, and hands them
// to the few writers of a Pool, which serve all recordings; a recording belongs to one writer, so its chunks stay in
// order. If the disk is full or so slow that chunks pile up, chunks are dropped: the file stays in step, with silence
// where they were, and the result tells the gaps.
//
// While a recording runs its file is called NAME.part. At its end the header gets the true length, the file is synced,
// and only then it gets its name: a file without ".part" is whole. What a crash leaves behind Repair finishes at the
// next start.
//
// While a recording is paused (an account is named) silence of the same length is written: what was said never reaches
// the disk or a buffer, and the time of everything after it stays true. While a PIN is typed only the far side is
// silent, and what we say is kept. Keys in the sound are never kept, whenever they come: see keys.go.
package record

import (
	"sync"
	"sync/atomic"
	"time"

	"rexian/media/audio"
)

// Options say how a Pool works. The zero value is right for a server.
type Options struct {
	Writers int // goroutines that write; 0 is 2
	// sound handed to a writer at once; 0 is 512 ms, of G.711 256. A crash loses that much, 240 ms, and what the disk
	// had not kept yet
	Batch  time.Duration
	Behind time.Duration // sound of one recording that may wait for the disk; 0 is 10 s. Beyond it there is a gap
	G711   bool          // files are in G.711, as calls come; else in 16 bit PCM, twice as large
	FS     FS            // nil is the operating system's
}

// Pool writes recordings. Its goroutines end with Close.
type Pool struct {
	fs     FS
	g711   bool
	batch  int // frames of a chunk; the first is shorter, for the header is before it
	behind int // chunks of one recording that may wait
	held   int // frames that stay with a recording before they go to the writer
	queues []*queue
	next   atomic.Uint32
	chunks sync.Pool
	work   sync.WaitGroup

	mu   sync.Mutex
	open map[*Recorder]struct{}
	shut bool
}

// New starts a pool.
func New(o Options) *Pool {
	if o.Writers <= 0 {
		o.Writers = 2
	}
	if o.Batch <= 0 {
		o.Batch = 512 * time.Millisecond // four pages of two channels
		if o.G711 {
			o.Batch /= 2 // one page
		}
	}
	if o.Behind <= 0 {
		o.Behind = 10 * time.Second
	}
	if o.FS == nil {
		o.FS = osFS{}
	}
	p := &Pool{fs: o.FS, g711: o.G711, batch: max(1, frames(o.Batch)), held: held, open: map[*Recorder]struct{}{}}
	p.behind = max(2, frames(o.Behind)/p.batch)
	p.chunks.New = func() any { return new(chunk) }
	for range o.Writers {
		q := newQueue()
		p.queues = append(p.queues, q)
		p.work.Go(func() { p.write(q) })
	}
	return p
}

// frames converts time to samples of one channel.
func frames(d time.Duration) int { return int(d * audio.Rate / time.Second) }

// span converts frames to time.
func span(frames int64) time.Duration { return time.Duration(frames) * time.Second / audio.Rate }

// Close ends all recordings, waits until they are on the disk and stops the writers. Recordings begun after it come to
// nothing.
func (p *Pool) Close() {
	p.mu.Lock()
	p.shut = true
	open := p.open
	p.open = map[*Recorder]struct{}{}
	p.mu.Unlock()
	for r := range open {
		r.End()
	}
	for r := range open {
		<-r.done
	}
	for _, q := range p.queues {
		q.close()
	}
	p.work.Wait()
}

// Running counts the recordings that have not ended.
func (p *Pool) Running() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.open)
}

// chunk is a stretch of sound on its way to the disk, as it lies in the file.
type chunk struct {
	at    int64 // its first frame
	bytes []byte
}

// job is what a writer does for a recording: write a chunk, tell that the limit is reached, finish.
type job struct {
	r      *Recorder
	chunk  *chunk
	full   bool
	finish bool
}

// queue is a writer's work, first in first out. Chunks are bounded by what each recording may have waiting, the rest by
// the number of recordings, so it needs no bound of its own.
type queue struct {
	mu     sync.Mutex
	jobs   []job
	closed bool

	some   chan struct{} // there is something again
	urgent chan struct{} // and it is not to wait for more
}

func newQueue() *queue { return &queue{some: make(chan struct{}, 1), urgent: make(chan struct{}, 1)} }

func (q *queue) put(j job) {
	q.mu.Lock()
	first := len(q.jobs) == 0
	q.jobs = append(q.jobs, j)
	q.mu.Unlock()
	if first {
		signal(q.some)
	}
	if j.chunk == nil {
		signal(q.urgent)
	}
}

func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	signal(q.urgent)
}

// signal puts a token into a channel that has room for one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// gather is how long a writer that was idle lets chunks come together. Those of many recordings become full one soon
// after the other, and to wake the writer for each costs more than to write it.
const gather = 40 * time.Millisecond

// take waits for work and takes all of it; spare is memory to be used again. nil is the end.
func (q *queue) take(spare []job) []job {
	for {
		q.mu.Lock()
		jobs, closed := q.jobs, q.closed
		if len(jobs) > 0 {
			q.jobs = spare[:0]
		}
		q.mu.Unlock()
		if len(jobs) > 0 {
			return jobs
		}
		if closed {
			return nil
		}
		select {
		case <-q.urgent:
			continue
		case <-q.some:
		}
		select {
		case <-q.urgent:
		case <-time.After(gather):
		}
	}
}

// write is a writer.
func (p *Pool) write(q *queue) {
	var jobs []job
	for {
		if jobs = q.take(jobs); jobs == nil {
			return
		}
		for i, j := range jobs {
			switch {
			case j.chunk != nil:
				j.r.keep(j.chunk)
				p.chunks.Put(j.chunk)
			case j.full:
				j.r.about.Full()
			case j.finish:
				j.r.finish()
			}
			jobs[i] = job{}
		}
	}
}
