package record

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rexian/media/audio"
	"rexian/media/rtp"
)

var _ rtp.Recording = (*Recorder)(nil)

// ramp is n samples that tell their place, as they follow each other: of µ-law, none of them zero or negative.
func ramp(k, n int) []int16 {
	b := make([]byte, n)
	for i := range b {
		b[i] = 0x80 | byte(uint32(k+i)*2654435761>>24)%0x7f
	}
	return audio.PCMU.Decode(nil, b)
}

// minus is the other leg's, so that no sample of either is zero or the other's.
func minus(pcm []int16) []int16 {
	out := make([]int16, len(pcm))
	for i, v := range pcm {
		out[i] = -v
	}
	return out
}

// feed gives a recording what comes in µ-law.
func feed(r *Recorder, heard, said []int16) {
	r.Coded(audio.PCMU, audio.PCMU.Encode(nil, heard), audio.PCMU.Encode(nil, said))
}

func finished(t testing.TB, r *Recorder) Result {
	t.Helper()
	r.End()
	select {
	case <-r.Done():
	case <-time.After(20 * time.Second):
		t.Fatal("the recording does not end")
	}
	return r.Result()
}

func read(t testing.TB, path string, channels int) []int16 {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	clip, err := audio.ReadWAV(b)
	if err != nil {
		t.Fatal(err)
	}
	if clip.Channels != channels || clip.Rate != audio.Rate || len(b) != headerSize+2*len(clip.Samples) &&
		len(b) != len(audio.G711Header(0, 1, 0))+len(clip.Samples) {
		t.Fatalf("%d channels at %d Hz, %d samples in %d bytes", clip.Channels, clip.Rate, len(clip.Samples), len(b))
	}
	return clip.Samples
}

func stereo(heard, said []int16) []int16 {
	var out []int16
	for i := range heard {
		out = append(out, heard[i], said[i])
	}
	return out
}

func TestBothLegsInStep(t *testing.T) {
	dir := t.TempDir()
	p := New(Options{Batch: 30 * time.Millisecond})
	defer p.Close()
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(dir, "2026", "10", fmt.Sprintf("%d.wav", rapid.Uint64().Draw(rt, "name")))
		if _, err := os.Stat(path); err == nil {
			return
		}
		r := p.Record(About{Path: path})
		at := 0
		for range rapid.IntRange(1, 8).Draw(rt, "batches") {
			n := rapid.IntRange(0, 700).Draw(rt, "samples")
			feed(r, ramp(at, n), minus(ramp(at, n)))
			at += n
		}
		got := finished(t, r)
		if at == 0 {
			if got.Path != "" || got.Err != nil {
				rt.Fatalf("an empty recording: %+v", got)
			}
			return
		}
		if diff := cmp.Diff(Result{Path: path, Duration: span(int64(at))}, got); diff != "" {
			rt.Fatal(diff)
		}
		if !slices.Equal(read(t, path, 2), stereo(ramp(0, at), minus(ramp(0, at)))) {
			rt.Fatal("the file is not what was said")
		}
	})
	if left, _ := filepath.Glob(filepath.Join(dir, "*", "*", "*"+partial)); len(left) > 0 || p.Running() != 0 {
		t.Errorf("left behind: %v, %d running", left, p.Running())
	}
}

func TestUnequalLegsAndVoicemail(t *testing.T) {
	p := New(Options{})
	defer p.Close()
	path := filepath.Join(t.TempDir(), "a.wav")
	r := p.Record(About{Path: path})
	a, b, c := ramp(1, 3), ramp(7, 1), ramp(9, 2)
	feed(r, a, b)
	feed(r, nil, c)
	finished(t, r)
	if got := read(t, path, 2); !slices.Equal(got, []int16{a[0], b[0], a[1], 0, a[2], 0, 0, c[0], 0, c[1]}) {
		t.Errorf("%v", got)
	}

	path = filepath.Join(t.TempDir(), "mail.wav")
	var mu sync.Mutex
	var told []string
	r = p.Record(About{
		Path: path, Heard: true, Limit: time.Second,
		Full: func() { mu.Lock(); defer mu.Unlock(); told = append(told, "full") },
		Done: func(res Result) { mu.Lock(); defer mu.Unlock(); told = append(told, "done "+filepath.Base(res.Path)) },
	})
	for i := range 10 {
		feed(r, ramp(i*1600, 1600), ramp(0, 1600))
	}
	<-r.Done() // by itself
	p.Close()
	if res := r.Result(); !res.Limited || res.Duration != time.Second ||
		!slices.Equal(read(t, path, 1), ramp(0, 8000)) {
		t.Errorf("%+v", res)
	}
	if !slices.Equal(told, []string{"full", "done mail.wav"}) {
		t.Errorf("told %q", told)
	}
}

// What was said while paused, and up to Lag before the resumption, is not in the file nor in any buffer of the
// recorder.
func TestPause(t *testing.T) {
	p := New(Options{})
	defer p.Close()
	path := filepath.Join(t.TempDir(), "a.wav")
	r := p.Record(About{Path: path, Lag: 250 * time.Millisecond})
	say := func(from, n int) { feed(r, ramp(from, n), minus(ramp(from, n))) }
	say(0, 4000)
	r.Pause()
	r.Pause()
	say(4000, 3000)
	for _, b := range r.filling.bytes {
		if b != 0 {
			t.Fatal("the secret is in a buffer")
		}
	}
	r.Resume()
	say(7000, 1600)
	r.Resume()
	say(8600, 1400)
	res := finished(t, r)
	want := stereo(ramp(0, 10_000), minus(ramp(0, 10_000)))
	clear(want[2*4000 : 2*9000])
	if !slices.Equal(read(t, path, 2), want) {
		t.Error("the file is not silent exactly while it was paused")
	}
	if diff := cmp.Diff([]Span{{500 * time.Millisecond, 1125 * time.Millisecond}}, res.Paused); diff != "" ||
		len(res.Gaps) > 0 || res.Err != nil {
		t.Errorf("%s %+v", diff, res)
	}
}

// faulty is a file system with faults that can be switched on.
type faulty struct {
	osFS
	mu     sync.Mutex
	write  error
	create error
	rename error
	stuck  chan struct{} // writes wait until it is closed
	ends   []int64       // where writes ended that went well
}

func (f *faulty) set(write, create error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.write, f.create = write, create
}

func (f *faulty) Create(path string) (File, error) {
	f.mu.Lock()
	err := f.create
	f.mu.Unlock()
	if err != nil {
		return nil, err
	}
	file, err := f.osFS.Create(path)
	return &faultyFile{file, f}, err
}

func (f *faulty) Rename(from, to string) error {
	if f.rename != nil {
		return f.rename
	}
	return f.osFS.Rename(from, to)
}

type faultyFile struct {
	File
	fs *faulty
}

func (f *faultyFile) WriteAt(b []byte, at int64) (int, error) {
	if f.fs.stuck != nil {
		<-f.fs.stuck
	}
	f.fs.mu.Lock()
	err := f.fs.write
	f.fs.mu.Unlock()
	if err != nil {
		n, _ := f.File.WriteAt(b[:len(b)/3], at) // a full disk takes a part
		return n, err
	}
	f.fs.mu.Lock()
	f.fs.ends = append(f.fs.ends, at+int64(len(b)))
	f.fs.mu.Unlock()
	return f.File.WriteAt(b, at)
}

var errFull = errors.New("no space left on device")

// drained waits until the writer has nothing of the recording left.
func drained(t *testing.T, r *Recorder) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; runtime.Gosched() {
		r.mu.Lock()
		waiting := r.waiting
		r.mu.Unlock()
		if waiting == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the writer does not come to an end")
		}
	}
}

// early is how many frames before a whole number of batches a chunk of two channels ends.
const (
	headerSize = 44
	early      = headerSize / 4
)

func TestDiskFull(t *testing.T) {
	for name, c := range map[string]struct{ write, create error }{
		"writing fails": {write: errFull}, "making the file fails": {create: errFull},
	} {
		for _, when := range []string{"at first", "in the middle", "at the end"} {
			disk := &faulty{}
			p := New(Options{FS: disk, Batch: 100 * time.Millisecond})
			p.held = 0 // a chunk goes to the disk at once
			path := filepath.Join(t.TempDir(), "a.wav")
			r := p.Record(About{Path: path})
			want := stereo(ramp(0, 2400), minus(ramp(0, 2400)))
			var gaps []Span
			for i, part := range []string{"at first", "in the middle", "at the end"} {
				if part == when {
					disk.set(c.write, c.create)
				}
				feed(r, ramp(i*800, 800), minus(ramp(i*800, 800)))
				drained(t, r)
				if part == when && (c.write != nil || i == 0) {
					gaps = []Span{{span(max(int64(i*800-early), 0)), span(int64((i+1)*800 - early))}}
				}
				disk.set(nil, nil)
			}
			res := finished(t, r)
			if diff := cmp.Diff(gaps, res.Gaps); diff != "" || res.Path != path ||
				res.Duration != 300*time.Millisecond {
				t.Errorf("%s %s: %s%+v", name, when, diff, res)
			}
			if (res.Err != nil) != (gaps != nil) || gaps != nil && !errors.Is(res.Err, errFull) {
				t.Errorf("%s %s: error %v", name, when, res.Err)
			}
			got := read(t, path, 2)
			for _, g := range gaps { // what a failing disk left there is not sound that can be trusted
				clear(got[2*frames(g.From) : 2*frames(g.To)])
				clear(want[2*frames(g.From) : 2*frames(g.To)])
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s %s: the rest of the file is not what was said", name, when)
			}
			p.Close()
		}
	}
}

func TestWhatCannotBeFinished(t *testing.T) {
	p := New(Options{FS: &faulty{create: errFull}})
	defer p.Close()
	r := p.Record(About{Path: filepath.Join(t.TempDir(), "a.wav")})
	feed(r, ramp(0, 9000), nil)
	if res := finished(t, r); res.Path != "" || !errors.Is(res.Err, errFull) || len(res.Gaps) != 1 ||
		res.Gaps[0].To != res.Duration {
		t.Errorf("no file can be made: %+v", res)
	}
	path := filepath.Join(t.TempDir(), "taken.wav")
	if err := os.WriteFile(path, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	q := New(Options{})
	r = q.Record(About{Path: path})
	feed(r, ramp(0, 100), nil)
	if res := finished(t, r); res.Path != path+partial || !errors.Is(res.Err, fs.ErrExist) {
		t.Errorf("a name that is taken: %+v", res)
	}
	if b, _ := os.ReadFile(path); string(b) != "kept" {
		t.Error("another file was overwritten")
	}
	q.Close()
	r = q.Record(About{Path: filepath.Join(t.TempDir(), "late.wav")})
	feed(r, ramp(0, 100), nil)
	if res := finished(t, r); !errors.Is(res.Err, errShut) || res.Path != "" {
		t.Errorf("after the end: %+v", res)
	}
}

// What is written while a call goes on are whole pages of the file: a part of one costs the system as much.
func TestWholePages(t *testing.T) {
	for _, heard := range []bool{false, true} {
		disk := &faulty{}
		p := New(Options{FS: disk})
		r := p.Record(About{Path: filepath.Join(t.TempDir(), "a.wav"), Heard: heard})
		for i := range 30 {
			feed(r, ramp(i*800, 800), ramp(i*800, 800))
		}
		drained(t, r)
		disk.mu.Lock()
		ends := slices.Clone(disk.ends)
		disk.mu.Unlock()
		if len(ends) < 4 {
			t.Errorf("%d writes in three seconds", len(ends))
		}
		for _, end := range ends[1:] { // the first is the header
			if end%4096 != 0 {
				t.Errorf("a write ends at %d", end)
			}
		}
		finished(t, r)
		p.Close()
	}
}

// A disk that hangs holds nobody: what does not fit is a gap, the rest arrives when the disk comes back.
func TestSlowDisk(t *testing.T) {
	disk := &faulty{stuck: make(chan struct{})}
	p := New(Options{FS: disk, Writers: 1, Batch: 100 * time.Millisecond, Behind: 500 * time.Millisecond})
	p.held = 0
	defer p.Close()
	path := filepath.Join(t.TempDir(), "a.wav")
	r := p.Record(About{Path: path})
	for i := range 20 { // two seconds, though nothing can be written
		feed(r, ramp(i*800, 800), minus(ramp(i*800, 800)))
	}
	if res := r.Result(); len(res.Gaps) != 1 || res.Gaps[0] != (Span{span(4000 - early), span(16_000 - early)}) ||
		!errors.Is(res.Err, ErrBehind) {
		t.Errorf("%+v", res)
	}
	close(disk.stuck)
	drained(t, r)
	feed(r, ramp(16_000, 400), minus(ramp(16_000, 400)))
	res := finished(t, r)
	want := stereo(ramp(0, 16_400), minus(ramp(0, 16_400)))
	clear(want[2*(4000-early) : 2*(16_000-early)])
	if res.Path != path || !slices.Equal(read(t, path, 2), want) {
		t.Errorf("%+v", res)
	}
}

func TestCloseFinishesEverything(t *testing.T) {
	before := runtime.NumGoroutine()
	p := New(Options{})
	var all []*Recorder
	dir := t.TempDir()
	for i := range 50 {
		r := p.Record(About{Path: filepath.Join(dir, fmt.Sprint(i, ".wav"))})
		feed(r, ramp(0, 1000+i), nil)
		all = append(all, r)
	}
	p.Close()
	for i, r := range all {
		if res := r.Result(); res.Err != nil || res.Duration != span(int64(1000+i)) {
			t.Errorf("%+v", res)
		}
		feed(r, ramp(0, 1000), nil)
		r.End()
	}
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if runtime.NumGoroutine() <= before {
			return
		}
	}
	t.Errorf("%d goroutines, before %d", runtime.NumGoroutine(), before)
}

func TestManyAtOnce(t *testing.T) {
	p := New(Options{Batch: 20 * time.Millisecond, Behind: time.Hour})
	dir := t.TempDir()
	var calls sync.WaitGroup
	for i := range 40 {
		calls.Go(func() {
			r := p.Record(About{Path: filepath.Join(dir, fmt.Sprint(i, ".wav"))})
			for k := range 30 {
				if k == 10 {
					r.Pause()
				}
				if k == 20 {
					r.Resume()
				}
				feed(r, ramp(k*100, 100), ramp(k, 100))
				r.Result()
			}
			if res := finished(t, r); res.Err != nil || res.Duration != span(3000) || len(res.Gaps) > 0 ||
				len(res.Paused) != 1 {
				t.Errorf("%+v", res)
			}
		})
	}
	calls.Wait()
	p.Close()
}
