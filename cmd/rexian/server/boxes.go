package server

import (
	"context"
	"errors"
	"time"

	"rexian/console/api"
	"rexian/runtime/deploy"
	"rexian/stdlib"
	"rexian/stdlib/call"
	"rexian/stdlib/callback"
	"rexian/stdlib/voicemail"
)

// boxes are the messages of the mailboxes, and what may be done with them.
type boxes struct {
	library    *stdlib.Library
	deployment *deploy.Deployment
	now        func() time.Time
}

func (b boxes) Voicemails(ctx context.Context, mailbox string, state voicemail.State, of call.Within,
	after voicemail.After, limit int,
) ([]voicemail.Voicemail, error) {
	return b.library.Slices().Voicemails.Page(ctx, mailbox, state, of, after, limit)
}

func (b boxes) Get(ctx context.Context, id string) (voicemail.Voicemail, error) {
	return b.library.Slices().Voicemails.Get(ctx, id)
}

// Order carries out what a person asks about a message.
func (b boxes) Order(ctx context.Context, id string, o api.VoicemailOrder) error {
	if o.By == "" {
		return api.ErrNobody
	}
	s, now := b.library.Slices().Voicemails, b.now()
	switch o.Do {
	case "read":
		return s.Listen(ctx, id, o.By, now)
	case "done":
		return s.Finish(ctx, id, o.By, o.Reply, now)
	case "release":
		return s.Release(ctx, id, o.By, now)
	case "callback":
		return b.callback(ctx, id, o)
	}
	return api.ErrNoVerb
}

// callback has the caller of a message called back by a queue: the message is taken, the callback is written down, once
// for each message and queue, and the message is finished with it.
func (b boxes) callback(ctx context.Context, id string, o api.VoicemailOrder) error {
	if !b.queue(o.Queue) {
		return api.ErrNoQueue
	}
	s := b.library.Slices()
	v, err := s.Voicemails.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := s.Voicemails.Listen(ctx, id, o.By, b.now()); err != nil {
		return err
	}
	r, err := s.Recordings.Get(ctx, id)
	if err != nil {
		return err
	}
	err = s.Callbacks.Ask(ctx, callback.Callback{CallID: r.CallID, Queue: o.Queue, Number: v.Phone}, b.now())
	if errors.Is(err, callback.ErrNumber) {
		return api.ErrNoNumber
	}
	if err != nil {
		return err
	}
	return s.Voicemails.Finish(ctx, id, o.By, "callback "+r.CallID+"/"+o.Queue, b.now())
}

// queue tells whether the program that serves has a queue of a name.
func (b boxes) queue(name string) bool {
	v := b.deployment.Stable()
	if v == nil {
		return false
	}
	for i := range v.Program.Queues {
		if v.Program.Queues[i].Name == name {
			return true
		}
	}
	return false
}
