package exchange

import (
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"rexian/compiler/bundle"
	"rexian/media/record"
)

// RecordingKind is what a recording is of.
type RecordingKind string

const (
	RecordingCall      RecordingKind = "call"      // the whole call, both legs
	RecordingStep      RecordingKind = "step"      // what the caller said to a step of the flow
	RecordingVoicemail RecordingKind = "voicemail" // a message left in a mailbox
)

// Recorded is a recording that is finished.
type Recorded struct {
	ID       string
	Call     string
	Kind     RecordingKind
	Mailbox  string   // of a voicemail
	Notify   []string // who is told of a voicemail: mail addresses and mobile numbers, as the mailbox says
	Phone    string   // the other party's number
	File     string   // relative to the folder of recordings
	Began    time.Time
	Duration time.Duration
	Gaps     time.Duration // lost because the disk was full or too slow
	Paused   time.Duration // left silent, the caller because a secret was asked for, or both because the flow paused it
}

// Index is told of finished recordings.
type Index interface {
	Recorded(ctx context.Context, r Recorded) error
}

// Recordings writes what calls record: files by day under one folder.
type Recordings struct {
	pool    *record.Pool
	dir     string
	entries *entries
	log     *slog.Logger
	metrics *Metrics
}

// NewRecordings makes Recordings in a folder; index may be nil.
func NewRecordings(pool *record.Pool, dir string, index Index, metrics *Metrics, log *slog.Logger) *Recordings {
	r := &Recordings{pool: pool, dir: dir, log: log, metrics: metrics}
	if index != nil {
		r.entries = newEntries(index, filepath.Join(dir, "unlisted.json"), log)
	}
	return r
}

// Enter puts a recording into the index that was finished elsewhere: mended after a crash.
func (r *Recordings) Enter(x Recorded) {
	if r.entries != nil {
		r.entries.put(x)
	}
}

// Close returns when all recordings that have ended are in the index, or in a file for the next start. Close the pool
// before.
func (r *Recordings) Close() error {
	if r.entries == nil {
		return nil
	}
	return r.entries.close()
}

// recording is one that is running.
type recording struct {
	Recorded
	c    *telephone
	all  *Recordings
	rec  *record.Recorder
	drop atomic.Bool
}

// MarkOf is how a call is known in the ids of its recordings, YYYYMMDD-mark-count.
func MarkOf(call string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(call))
	return fmt.Sprintf("%012x", h.Sum64()>>16)
}

// start begins a recording; nil if there is no place for one. The id of a recording is short enough to be read out, and
// is not repeated: the day, a hash of the call's id, and a count.
func (r *Recordings) start(c *telephone, kind RecordingKind, box *bundle.Mailbox) *recording {
	if r == nil {
		return nil
	}
	c.recorded++
	now := c.stamp()
	id := fmt.Sprintf("%s-%s-%d", now.Format("20060102"), MarkOf(c.id), c.recorded)
	file := filepath.Join(now.Format("2006"), now.Format("01"), now.Format("02"), id+".wav")
	x := &recording{Recorded: Recorded{ID: id, Call: c.id, Kind: kind, Phone: c.caller.Phone,
		File: filepath.ToSlash(file), Began: now},
		c: c, all: r}
	if box != nil {
		x.Mailbox, x.Notify = box.Name, box.Notify
	}
	x.rec = r.pool.Record(record.About{Path: filepath.Join(r.dir, file), Heard: kind != RecordingCall,
		Done: x.finished})
	c.join(x.rec)
	return x
}

// whole records a call from now to its end.
func (r *Recordings) whole(c *telephone) *recording {
	x := r.start(c, RecordingCall, nil)
	if x != nil && c.off {
		x.rec.Pause()
	}
	if x != nil && c.secret {
		x.rec.Deafen(true)
	}
	return x
}

// close ends a recording, with all that was said up to now. One that is not to be kept is removed. The file is
// completed elsewhere: a call does not wait for a disk.
func (x *recording) close(keep bool) {
	x.drop.Store(!keep)
	x.c.leave(x.rec)
}

// finished puts a recording into the index. It runs on a writer of the pool.
func (x *recording) finished(result record.Result) {
	log := x.all.log.With("call", x.Call, "recording", x.ID)
	x.Duration, x.Gaps, x.Paused = result.Duration, total(result.Gaps), total(result.Paused)
	if x.Gaps > 0 || result.Err != nil {
		x.all.metrics.gaps.Inc()
		log.Error("a recording has a gap", "lost", x.Gaps, "error", result.Err)
	}
	if result.Path == "" {
		return
	}
	if x.drop.Load() {
		if err := os.Remove(result.Path); err != nil {
			log.Error("a recording without words stays", "error", err)
		}
		return
	}
	x.all.Enter(x.Recorded)
}

func total(spans []record.Span) time.Duration {
	var sum time.Duration
	for _, s := range spans {
		sum += s.To - s.From
	}
	return sum
}

// holdRecording pauses and resumes the whole call's recording while the flow wants it. While a secret is asked for the
// caller is left out, who may say it as well as key it; what the caller is told stays.
func (c *telephone) holdRecording() {
	if c.whole == nil {
		return
	}
	c.whole.rec.Deafen(c.secret || c.linger)
	if c.off {
		c.whole.rec.Pause()
	} else {
		c.whole.rec.Resume()
	}
}
