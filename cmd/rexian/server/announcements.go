package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rexian/media/announce"
	"rexian/media/audio"
	"rexian/runtime/exchange"
	"rexian/stdlib/campaign"
)

// knownEvery is how often is looked whether another node has learnt an announcement.
const knownEvery = 30 * time.Second

// known are the announcements that are known: those that are shipped, the bureau's recordings in a folder, and those
// that were given names on whatever node.
type known struct {
	folder string
	store  *campaign.Store
	log    *slog.Logger

	first   sync.Once
	now     atomic.Pointer[announce.Set]
	mu      sync.Mutex
	own     []announce.Reference
	n, last int64 // of the names, as they were read
}

func newKnown(folder string, store *campaign.Store, log *slog.Logger) *known {
	return &known{folder: folder, store: store, log: log}
}

// set is what is known now. The folder is read when the first call asks.
func (k *known) set() *announce.Set {
	k.first.Do(func() {
		own := recordings(k.folder, k.log)
		k.mu.Lock()
		defer k.mu.Unlock()
		k.own = own
		if k.now.Load() == nil {
			k.now.Store(announce.NewSet(own...))
		}
	})
	return k.now.Load()
}

// run looks for new names until ctx ends.
func (k *known) run(ctx context.Context, ready func() bool) {
	tick := time.NewTicker(knownEvery)
	defer tick.Stop()
	for {
		if ready() {
			k.refresh(ctx)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// refresh reads the names that were given, if there are others than before.
func (k *known) refresh(ctx context.Context) {
	n, last, err := k.store.Named(ctx)
	k.mu.Lock()
	same := n == k.n && last == k.last
	k.mu.Unlock()
	if err != nil || same { // the database says itself that it is away
		return
	}
	list, err := k.store.Announcements(ctx)
	if err != nil {
		return
	}
	k.set()
	var named []announce.Reference
	for _, a := range list {
		named = append(named, announce.Reference{Class: a.Class, Name: a.Name,
			Frames: announce.Said(audio.PCMA.Decode(nil, a.Sound))})
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.n, k.last = n, last
	k.now.Store(announce.NewSet(append(slices.Clone(k.own), named...)...))
}

// recordings are the bureau's own in a folder, CLASS.NAME.wav or .mp3 each. One that cannot be used is told in the log,
// and the others are.
func recordings(folder string, log *slog.Logger) (own []announce.Reference) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Error("the announcements of the bureau cannot be read", "folder", folder, "error", err)
	}
	for _, e := range entries {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		ref, err := announcement(filepath.Join(folder, e.Name()))
		if err != nil {
			log.Error("an announcement of the bureau is left out", "error", err)
			continue
		}
		own = append(own, ref)
	}
	if len(own) > 0 {
		log.Info("announcements of the bureau", "recordings", len(own))
	}
	return own
}

// announcement reads one recording. Its class is the first part of its name.
func announcement(file string) (announce.Reference, error) {
	base := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	class, name, _ := strings.Cut(base, ".")
	if !slices.Contains(exchange.AnnouncementClasses(), class) {
		return announce.Reference{}, fmt.Errorf("%s: a name is CLASS.NAME.wav with a CLASS of %s", filepath.Base(file),
			strings.Join(exchange.AnnouncementClasses(), ", "))
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return announce.Reference{}, err
	}
	pcm, err := audio.Import(filepath.Base(file), b)
	if err != nil {
		return announce.Reference{}, err
	}
	ref := announce.Reference{Class: class, Name: name, Frames: announce.Print(pcm)}
	if ref.Frames == nil {
		return ref, fmt.Errorf("%s: less than a second is said in it", filepath.Base(file))
	}
	return ref, nil
}
