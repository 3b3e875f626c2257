package server

import (
	"bytes"
	"context"
	"fmt"

	"rexian/console/api"
	"rexian/media/announce"
	"rexian/media/audio"
	engine "rexian/runtime/campaign"
	"rexian/stdlib/campaign"
)

// announcer shows and names the announcements before answers.
type announcer struct {
	*engine.Engine
	known *known
	store *campaign.Store
}

// Known lists those that were given names, those in the folder, and those that are shipped.
func (a announcer) Known(ctx context.Context) ([]api.Announcement, error) {
	list, err := a.store.Announcements(ctx)
	if err != nil {
		return nil, err
	}
	out := []api.Announcement{}
	for _, x := range list {
		out = append(out, api.Announcement{ID: x.ID, Class: x.Class, Name: x.Name, From: "named", At: x.AddedAt,
			By: x.AddedBy})
	}
	a.known.set()
	a.known.mu.Lock()
	own := a.known.own
	a.known.mu.Unlock()
	for i, x := range own {
		out = append(out, api.Announcement{ID: fmt.Sprintf("folder.%d", i+1), Class: x.Class, Name: x.Name,
			From: "folder"})
	}
	for i, x := range announce.NewSet().Names() {
		out = append(out, api.Announcement{ID: fmt.Sprintf("shipped.%d", i+1), Class: x.Class, Name: x.Name,
			From: "shipped"})
	}
	return out, nil
}

// Sound is a kind of unknown announcements as WAV.
func (a announcer) Sound(ctx context.Context, kin string) ([]byte, error) {
	b, err := a.Engine.Sound(ctx, kin)
	if err != nil {
		return nil, err
	}
	var wav bytes.Buffer
	if err := audio.WriteWAV(&wav, 1, audio.PCMA.Decode(nil, b)); err != nil {
		return nil, err
	}
	return wav.Bytes(), nil
}

// Forget takes a name back.
func (a announcer) Forget(ctx context.Context, id, by string) error {
	if err := a.store.Unlearn(ctx, id); err != nil {
		return err
	}
	a.known.log.Info("the name of an announcement was taken back", "id", id, "by", by)
	a.known.refresh(ctx)
	return nil
}
