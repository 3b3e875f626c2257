package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// entries brings finished recordings into the index, one after the other. While the index is away they wait; what still
// waits when the program stops is kept in a file.
type entries struct {
	index Index
	file  string
	log   *slog.Logger

	mu      sync.Mutex
	waiting []Recorded
	more    chan struct{}
	stop    context.CancelFunc
	done    chan struct{}
}

const (
	entryTime  = 10 * time.Second // that the index may take for one
	entryRetry = 5 * time.Second
)

func newEntries(index Index, file string, log *slog.Logger) *entries {
	e := &entries{index: index, file: file, log: log, more: make(chan struct{}, 1), done: make(chan struct{})}
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, &e.waiting)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Error("recordings that were not in the index yet cannot be read", "file", file, "error", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	e.stop = stop
	go e.run(ctx)
	if len(e.waiting) > 0 {
		e.wake()
	}
	return e
}

func (e *entries) wake() {
	select {
	case e.more <- struct{}{}:
	default:
	}
}

func (e *entries) put(r Recorded) {
	e.mu.Lock()
	e.waiting = append(e.waiting, r)
	e.mu.Unlock()
	e.wake()
}

func (e *entries) run(ctx context.Context) {
	defer close(e.done)
	retry := time.NewTimer(time.Hour)
	defer retry.Stop()
	for {
		select {
		case <-e.more:
		case <-retry.C:
		case <-ctx.Done():
			e.enter() // once more, for what has just ended
			return
		}
		if !e.enter() {
			retry.Reset(entryRetry)
		}
	}
}

// enter brings in what waits; false if the index is away.
func (e *entries) enter() bool {
	for {
		e.mu.Lock()
		if len(e.waiting) == 0 {
			e.mu.Unlock()
			return true
		}
		r := e.waiting[0]
		e.mu.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), entryTime)
		err := e.index.Recorded(ctx, r)
		cancel()
		if err != nil {
			e.log.Warn("a recording is not in the index yet", "recording", r.ID, "error", err)
			return false
		}
		e.mu.Lock()
		e.waiting = e.waiting[1:]
		e.mu.Unlock()
	}
}

// close enters what it can and keeps the rest for the next start.
func (e *entries) close() error {
	e.stop()
	<-e.done
	if len(e.waiting) == 0 {
		err := os.Remove(e.file)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return err
	}
	b, err := json.Marshal(e.waiting)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(e.file), 0o700)
	}
	if err == nil {
		err = os.WriteFile(e.file, b, 0o600)
	}
	if err != nil {
		return fmt.Errorf("keep what is not in the index of recordings yet: %w", err)
	}
	return nil
}
