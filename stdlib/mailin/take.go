package mailin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"rexian/stdlib/message"
)

const longestCaller = 64 // characters of a number: a flow's caller is no longer, and half an address is another's

// take keeps a mail and has it answered. After an error it is to be taken again; what cannot be read is not.
func (w *Watcher) take(ctx context.Context, uid uint32, raw []byte, arrived time.Time) (err error) {
	defer func() { // one mail must not end all
		if r := recover(); r != nil {
			w.failed.Add(1)
			w.log.Error("a mail is left unanswered", "uid", uid, "error", message.Mask(fmt.Sprint("panic: ", r)))
			err = nil
		}
	}()
	w.received.Add(1)
	in, err := Read(raw)
	if err != nil {
		w.failed.Add(1)
		w.log.Warn("a mail cannot be read and is left out", "uid", uid, "bytes", len(raw), "error",
			message.Mask(err.Error()))
		return nil
	}
	now := w.o.Now()
	id, first, err := w.o.Store.Receive(ctx, in, now)
	if err != nil {
		return err
	}
	if !first { // it came before: answered, or broken off before its answer
		if waits, err := w.o.Store.Waits(ctx, id); err != nil || !waits {
			return err
		}
	}
	l := Letter{ID: letterID(id), From: in.Sender, Subject: in.Subject, Text: in.Body}
	log := w.log.With("message", l.ID)
	if !arrived.IsZero() && now.Sub(arrived) > stale {
		log.Info("a mail is too old to be answered", "arrived", arrived)
		_, err := w.o.Store.Answer(ctx, id, "", now)
		return err
	}
	if ended, err := w.o.Store.Declines(ctx, in, w.o.OptOut, now); err != nil {
		return err
	} else if ended {
		log.Info("a sender of a mail wants no more notices")
	}
	if len([]rune(l.From)) > longestCaller {
		l.From = ""
	}
	reply, err := w.o.Flow(ctx, l)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		w.failed.Add(1)
		log.Error("the flow of a mail failed", "error", message.Mask(err.Error()))
	}
	sent, err := w.o.Store.Answer(ctx, id, reply, w.o.Now())
	switch {
	case err != nil:
		return err
	case sent:
		w.answered.Add(1)
		log.Info("a mail is answered")
	case reply != "":
		log.Warn("a mail is not answered: too many answers have gone to its sender, or another node answered")
	}
	return nil
}

// letterID is the id by which the journal and the library know the mail. Senders make Message-IDs, so it is not taken
// as it is.
func letterID(id string) string {
	sum := sha256.Sum256([]byte(id))
	return "mail-" + hex.EncodeToString(sum[:12])
}
