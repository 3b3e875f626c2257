package record

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"rexian/media/audio"
)

// About says what is recorded and where.
type About struct {
	// of the finished file, which must not exist; folders are made. While recording it is Path + ".part"
	Path  string
	Heard bool          // only what the far side says, in one channel, as for voicemail; else both in two
	Limit time.Duration // the recording ends itself after so much sound; 0 is as much as a WAV can hold (37 hours)

	// Lag is how late samples come: after Resume so much is still left out, for it may have been said before. 0 is 400
	// ms, twice what a stream keeps before it hands samples to its tap.
	Lag time.Duration

	Full func() // called once, on a writer's goroutine, when Limit is reached; must return soon; nil is nobody
	// called once, on a writer's goroutine, when the file is finished; must return soon; nil is nobody
	Done func(Result)
}

// Span is a stretch of a recording.
type Span struct{ From, To time.Duration }

// Result is what became of a recording.
type Result struct {
	Path     string // the file; that with .part if it could not be finished; "" if there is none
	Duration time.Duration
	Gaps     []Span // stretches of silence in place of sound that was lost
	Paused   []Span // stretches of silence in place of what was not to be recorded, of the far side or of both
	Limited  bool   // Limit was reached
	Err      error  // what went wrong last, also if it was only for a time
}

// ErrBehind is the error of a recording whose disk was too slow.
var ErrBehind = errors.New("the disk is too slow for the recordings")

// errShut is the error of a recording that was begun after its pool was closed.
var errShut = errors.New("the recorder is shut down")

// Recorder records one call. It is a Recording of media/rtp, which tells it what to record and where there are keys in
// it; its methods may be called by several goroutines and return at once.
type Recorder struct {
	pool  *Pool
	queue *queue
	about About
	form  layout
	size  int   // bytes of a frame
	most  int64 // frames the file may have
	done  chan struct{}

	mu      sync.Mutex // held for microseconds, never while the disk works
	frames  int64      // taken so far
	turn    int64      // the frame at which the chunk being filled is full: there a page of the file ends
	filling *chunk
	fresh   []*chunk // full, but so new that a key may still be found in them
	waiting int      // chunks with the writer
	paused  bool
	lag     int // frames still to be left out after Resume
	deaf    bool
	deafLag int   // frames of the far side still to be left out after Deafen(false)
	keyed   int64 // the far side is left out up to this frame: it presses keys
	ended   bool
	result  Result

	file    File // the writer's alone
	started bool // the file has a header
}

// Record begins a recording. The file is made when the first sound is written, by the writer: a disk that hangs holds
// nobody.
func (p *Pool) Record(about About) *Recorder {
	if about.Lag <= 0 {
		about.Lag = 400 * time.Millisecond
	}
	r := &Recorder{
		pool: p, about: about, form: layout{wide: !p.g711, channels: 2}, done: make(chan struct{}),
		queue: p.queues[int(p.next.Add(1))%len(p.queues)],
	}
	if about.Heard {
		r.form.channels = 1
	}
	r.size = r.form.frame()
	if before := r.form.before() / int64(r.size); before < int64(p.batch) {
		r.turn = -before
	}
	r.most = (math.MaxUint32 - 100) / int64(r.size)
	if n := int64(frames(about.Limit)); about.Limit > 0 {
		r.most = min(r.most, n)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shut {
		r.ended, r.result.Err = true, errShut
		close(r.done)
		return r
	}
	p.open[r] = struct{}{}
	return r
}

// Coded takes a stretch of both directions; they should have one length, and what one lacks is silence. A file in G.711
// keeps the encoding of the first of it.
func (r *Recorder) Coded(c audio.Codec, heard, said []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.frames == 0 {
		r.form.codec = c
	}
	for n := max(len(heard), len(said)); n > 0 && !r.ended && r.frames < r.most; {
		if r.filling == nil {
			r.filling = r.pool.chunks.Get().(*chunk)
			r.filling.at, r.filling.bytes = r.frames, slices.Grow(r.filling.bytes[:0], r.pool.batch*r.size)
			r.turn += int64(r.pool.batch)
		}
		take := min(n, int(min(r.turn, r.most)-r.frames))
		both, out, take := r.silence(take)
		mine := heard[:min(take, len(heard))]
		if out {
			mark(&r.result.Paused, r.frames, r.frames+int64(take))
			mine = nil
		}
		r.fill(c, mine, said[:min(take, len(said))], take, both)
		if at := r.frames - int64(take); at < r.keyed {
			r.blank(at, min(r.keyed, r.frames))
		}
		heard, said = heard[min(take, len(heard)):], said[min(take, len(said)):]
		n -= take
		if r.frames == r.turn {
			r.fresh, r.filling = append(r.fresh, r.filling), nil
		}
		for len(r.fresh) > 0 && r.fresh[0].at+int64(len(r.fresh[0].bytes)/r.size+r.pool.held) <= r.frames {
			r.hand()
		}
		if r.frames == r.most {
			r.result.Limited = true
			if r.about.Full != nil {
				r.queue.put(job{r: r, full: true})
			}
			r.end()
		}
	}
}

// fill appends n frames to the chunk. Silence is written without a look at the samples. The lock is held.
func (r *Recorder) fill(c audio.Codec, heard, said []byte, n int, silent bool) {
	b := r.filling.bytes
	at := len(b)
	b = slices.Grow(b, n*r.size)[:at+n*r.size]
	if silent {
		r.form.hush(b[at:])
	} else {
		r.form.write(b[at:], c, heard, said)
	}
	r.filling.bytes = b
	r.frames += int64(n)
}

// hand gives the oldest of the fresh chunks to the writer, or drops it if too many wait already. The lock is held.
func (r *Recorder) hand() {
	c := r.fresh[0]
	r.fresh = slices.Delete(r.fresh, 0, 1)
	if r.waiting >= r.pool.behind {
		mark(&r.result.Gaps, c.at, c.at+int64(len(c.bytes)/r.size))
		r.result.Err = ErrBehind
		r.pool.chunks.Put(c)
		return
	}
	r.waiting++
	r.queue.put(job{r: r, chunk: c})
}

// mark adds a stretch to a list, joined to the last if it follows it.
func mark(list *[]Span, from, to int64) {
	s := Span{span(from), span(to)}
	if n := len(*list); n > 0 && (*list)[n-1].To == s.From {
		(*list)[n-1].To = s.To
		return
	}
	*list = append(*list, s)
}

// Pause leaves out what is said from now on: the file has silence of the same length there. Samples that come now may
// have been said up to Lag ago; they are left out too.
func (r *Recorder) Pause() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.paused = true
}

// Resume records again what is said from now on.
func (r *Recorder) Resume() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.paused {
		r.paused, r.lag = false, frames(r.about.Lag)
	}
}

// End finishes the recording. The file is whole when Done is closed. Samples after End are ignored.
func (r *Recorder) End() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end()
}

// end is End with the lock held.
func (r *Recorder) end() {
	if r.ended {
		return
	}
	r.ended = true
	if r.filling != nil {
		r.fresh, r.filling = append(r.fresh, r.filling), nil
	}
	for len(r.fresh) > 0 {
		r.waiting = 0 // the last chunks are never dropped
		r.hand()
	}
	r.queue.put(job{r: r, finish: true})
}

// Done is closed when the recording has ended and its file is finished, or given up.
func (r *Recorder) Done() <-chan struct{} { return r.done }

// Result tells how it stands; after Done it is final.
func (r *Recorder) Result() Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	result := r.result
	result.Duration = span(r.frames)
	result.Gaps, result.Paused = slices.Clone(result.Gaps), slices.Clone(result.Paused)
	return result
}

// keep writes a chunk to its place in the file; a chunk that cannot be written is a gap. It runs on the writer.
func (r *Recorder) keep(c *chunk) {
	err := r.begin()
	if err == nil {
		_, err = r.file.WriteAt(c.bytes, r.form.before()+c.at*int64(r.size))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting--
	if err != nil {
		mark(&r.result.Gaps, c.at, c.at+int64(len(c.bytes)/r.size))
		r.result.Err = err
	}
}

// begin makes the file, with a header that says "to the end of the file".
func (r *Recorder) begin() (err error) {
	if r.file == nil {
		if r.file, err = r.pool.fs.Create(r.about.Path + partial); err != nil {
			r.file = nil
			return fmt.Errorf("recording: %w", err)
		}
	}
	if r.started {
		return nil
	}
	_, err = r.file.WriteAt(r.form.header(-1), 0)
	r.started = err == nil
	return err
}

// finish gives the file its header and its name. It runs on the writer, after the last chunk.
func (r *Recorder) finish() {
	r.mu.Lock()
	frames := r.frames
	r.mu.Unlock()
	path, err := "", error(nil)
	if frames > 0 {
		path, err = r.close(frames)
	}
	r.mu.Lock()
	r.result.Path = path
	if err != nil {
		r.result.Err = err
	}
	r.mu.Unlock()
	r.pool.mu.Lock()
	delete(r.pool.open, r)
	r.pool.mu.Unlock()
	close(r.done)
	if r.about.Done != nil {
		r.about.Done(r.Result())
	}
}

func (r *Recorder) close(frames int64) (path string, err error) {
	if err := r.begin(); err != nil && r.file == nil {
		return "", err
	}
	path = r.about.Path + partial
	err = r.file.Truncate(r.form.before() + frames*int64(r.size)) // sound missing at the end is silence too
	if err == nil {
		r.mendGaps()
		_, err = r.file.WriteAt(r.form.header(frames), 0)
	}
	if err == nil {
		err = r.file.Sync()
	}
	if closing := r.file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = r.pool.fs.Rename(path, r.about.Path)
	}
	if err != nil {
		return path, fmt.Errorf("finishing the recording: %w", err)
	}
	return r.about.Path, nil
}

// mendGaps makes silent what could not be written. In PCM what was never written is; in G.711 it is a click, which is
// left where even that cannot be written.
func (r *Recorder) mendGaps() {
	if r.form.wide {
		return
	}
	r.mu.Lock()
	gaps := slices.Clone(r.result.Gaps)
	r.mu.Unlock()
	b := make([]byte, frames(time.Second)*r.size)
	r.form.hush(b)
	for _, g := range gaps {
		for at, end := frames(g.From), frames(g.To); at < end; {
			n := min(end-at, len(b)/r.size)
			if _, err := r.file.WriteAt(b[:n*r.size], r.form.before()+int64(at*r.size)); err != nil {
				return
			}
			at += n
		}
	}
}
