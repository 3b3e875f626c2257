package stdlib

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"time"
)

// freshCopy is how old the copy may be that answers: what staff set is in force everywhere after this.
const freshCopy = time.Second

// lastKnown is what staff have set, with a copy in memory and in a file for when the database is away.
type lastKnown[T any] struct {
	what string // for the log: the switches
	file string
	now  func() time.Time
	log  *slog.Logger
	read func(ctx context.Context) (T, error)

	mu    sync.Mutex // one reader of the database at a time
	copy  T
	known bool
	at    time.Time
	away  bool
}

// open takes the copy of an earlier start.
func (k *lastKnown[T]) open() *lastKnown[T] {
	if b, err := os.ReadFile(k.file); err == nil {
		if err := json.Unmarshal(b, &k.copy); err != nil {
			k.log.Warn("the last copy cannot be read", "of", k.what, "error", err)
			var none T
			k.copy = none
		} else {
			k.known = true
		}
	}
	return k
}

// stale lets the next question read the database.
func (k *lastKnown[T]) stale() {
	k.mu.Lock()
	k.at = time.Time{}
	k.mu.Unlock()
}

// get returns the copy, read anew if it is too old. It is not to be changed.
func (k *lastKnown[T]) get(ctx context.Context) (T, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	if k.known && now.Sub(k.at) < freshCopy && !now.Before(k.at) {
		return k.copy, nil
	}
	fresh, err := k.read(ctx)
	if err != nil {
		if !k.known {
			return fresh, fmt.Errorf("read %s: %w", k.what, err)
		}
		if !k.away {
			k.log.Warn(k.what+" are as last known", "error", err)
		}
		k.away, k.at = true, now // not again before the copy is old
		return k.copy, nil
	}
	changed := !k.known || !reflect.DeepEqual(k.copy, fresh)
	k.copy, k.known, k.at, k.away = fresh, true, now, false
	if changed {
		if err := keep(k.file, fresh); err != nil {
			k.log.Warn("a copy is not kept", "of", k.what, "error", err)
		}
	}
	return fresh, nil
}

// keep writes a copy whole or not at all.
func keep(file string, all any) error {
	b, err := json.Marshal(all)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".copy-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // after the rename there is none
	_, err = f.Write(b)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
