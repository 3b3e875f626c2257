package server

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rexian/media/announce"
	"rexian/media/audio"
	"rexian/runtime/exchange"
)

// announcements are those that are shipped and the bureau's own recordings in a folder, CLASS.NAME.wav or .mp3 each.
// One that cannot be used is told in the log, and the others are.
func announcements(folder string, log *slog.Logger) *announce.Set {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Error("the announcements of the bureau cannot be read", "folder", folder, "error", err)
	}
	var own []announce.Reference
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
	return announce.NewSet(own...)
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
