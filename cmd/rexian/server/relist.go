package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"rexian/media/record"
	"rexian/runtime/exchange"
	"rexian/stdlib/call"
	"rexian/stdlib/db"
)

// lastDays is how many of the latest days with recordings are looked through at the start: a crash loses no older ones.
const lastDays = 14

// relistEvery is how often recordings are tried to be entered while the database is away.
const relistEvery = 10 * time.Second

// found is a finished recording that lay in the folder at the start.
type found struct {
	id, file string
	ended    time.Time
	length   time.Duration
}

// finished lists the recordings of the latest days under dir, which has folders year/month/day. One that cannot be read
// is told and left.
func (s *Server) finished(dir string) ([]found, error) {
	days, err := filepath.Glob(filepath.Join(dir, "[0-9][0-9][0-9][0-9]", "[0-9][0-9]", "[0-9][0-9]"))
	if err != nil {
		return nil, err
	}
	slices.Sort(days)
	var list []found
	for _, day := range days[max(len(days)-lastDays, 0):] {
		files, err := os.ReadDir(day)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			id, ok := strings.CutSuffix(f.Name(), ".wav")
			if !ok || !f.Type().IsRegular() {
				continue
			}
			x, err := measure(filepath.Join(day, f.Name()), f)
			if err != nil {
				s.log.Error("a recording cannot be read", "file", filepath.Join(day, f.Name()), "error", err)
				continue
			}
			file, err := filepath.Rel(dir, filepath.Join(day, f.Name()))
			if err != nil {
				return nil, err
			}
			x.id, x.file = id, filepath.ToSlash(file)
			list = append(list, x)
		}
	}
	return list, nil
}

// measure reads when a recording ended and how long it is.
func measure(path string, e fs.DirEntry) (x found, err error) {
	info, err := e.Info()
	if err != nil {
		return x, err
	}
	x.ended = info.ModTime()
	x.length, err = record.Length(path)
	return x, err
}

// relist enters the recordings that an earlier start finished, or a crash left for us to finish, and that are not in
// the index, with the calls that they are of. It waits until the database has the records of those calls, and tries
// again where it goes away.
func (s *Server) relist(ctx context.Context, list []found) {
	if s.library.Calls().Repair(ctx) != nil {
		return // the program ends before the database is there: the next start does it
	}
	retry := time.NewTicker(relistEvery)
	defer retry.Stop()
	for {
		err := s.enter(ctx, list)
		if err == nil || ctx.Err() != nil {
			return
		}
		s.log.Warn("recordings of an earlier start are not in the index yet", "error", err)
		select {
		case <-retry.C:
		case <-ctx.Done():
			return
		}
	}
}

// enter enters those of the recordings that are not in the index.
func (s *Server) enter(ctx context.Context, list []found) error {
	missing, err := s.unlisted(ctx, list)
	if err != nil {
		return err
	}
	days := map[string]map[string]once{} // calls by day, by their mark
	for _, x := range missing {
		day, rest, _ := strings.Cut(x.id, "-")
		mark, count, _ := strings.Cut(rest, "-")
		calls, ok := days[day]
		if !ok {
			if calls, err = s.callsOf(ctx, day); err != nil {
				return err
			}
			days[day] = calls
		}
		r := exchange.Recorded{ID: x.id, Kind: exchange.RecordingCall, File: x.file, Began: x.ended.Add(-x.length),
			Duration: x.length, Gaps: 1}
		if c, ok := calls[mark]; ok {
			r.Call, r.Phone = c.ID, c.Caller
			if err = call.Lasted(ctx, s.library.DB(), c.ID, x.ended); err != nil {
				return err
			}
			if r.Kind, r.Mailbox, err = s.kindOf(ctx, c.ID, count); err != nil {
				return err
			}
			r.Notify = s.notify(r.Mailbox)
		}
		s.recordings.Enter(r)
	}
	if len(missing) > 0 {
		s.log.Info("recordings of an earlier start are in the index now", "recordings", len(missing))
	}
	return nil
}

// notify are who is told of messages in a mailbox, as the version that serves now says.
func (s *Server) notify(mailbox string) []string {
	v := s.deployment.Stable()
	if v == nil || mailbox == "" {
		return nil
	}
	for i := range v.Program.Mailboxes {
		if b := &v.Program.Mailboxes[i]; b.Name == mailbox {
			return b.Notify
		}
	}
	return nil
}

// unlisted are those that the index does not have.
func (s *Server) unlisted(ctx context.Context, list []found) ([]found, error) {
	var missing []found
	for part := range slices.Chunk(list, 500) {
		ids := make([]string, len(part))
		for i, x := range part {
			ids[i] = x.id
		}
		query, args, err := db.In(`SELECT id FROM recordings WHERE id IN (?)`, ids)
		if err != nil {
			return nil, err
		}
		var there []string
		if err := s.library.DB().Select(ctx, &there, query, args...); err != nil {
			return nil, err
		}
		for _, x := range part {
			if !slices.Contains(there, x.id) {
				missing = append(missing, x)
			}
		}
	}
	return missing, nil
}

// once is a call that was recorded.
type once struct {
	ID     string `db:"id"`
	Caller string `db:"caller"`
}

// callsOf are the calls of a day, of any zone, by their marks.
func (s *Server) callsOf(ctx context.Context, day string) (map[string]once, error) {
	at, err := time.Parse("20060102", day)
	if err != nil {
		return nil, nil // no recording of ours
	}
	var list []once
	if err := s.library.DB().Select(ctx, &list, `SELECT id, caller FROM calls WHERE started >= ? AND started < ?`,
		at.AddDate(0, 0, -2).UnixMilli(), at.AddDate(0, 0, 2).UnixMilli()); err != nil {
		return nil, err
	}
	calls := make(map[string]once, len(list))
	for _, c := range list {
		calls[exchange.MarkOf(c.ID)] = c
	}
	return calls, nil
}

// kindOf tells what the nth recording of a call is of. Where whole calls are recorded the first is that; the others are
// what the flow recorded, in turn.
func (s *Server) kindOf(ctx context.Context, call, count string) (kind exchange.RecordingKind, mailbox string,
	err error) {
	n, err := strconv.Atoi(count)
	if err != nil {
		return exchange.RecordingCall, "", nil
	}
	if s.config.Recording.Calls == "all" {
		n--
	}
	if n < 1 {
		return exchange.RecordingCall, "", nil
	}
	var events []struct {
		Kind string `db:"kind"`
		Data string `db:"data"`
	}
	if err := s.library.DB().Select(ctx, &events,
		`SELECT kind, data FROM call_events WHERE call_id = ? AND kind IN ('record', 'voicemail') ORDER BY seq`,
		call); err != nil {
		return "", "", err
	}
	if n > len(events) || events[n-1].Kind != "voicemail" {
		return exchange.RecordingStep, "", nil
	}
	var data struct {
		Mailbox string `json:"mailbox"`
	}
	if err := json.Unmarshal([]byte(events[n-1].Data), &data); err != nil {
		return "", "", fmt.Errorf("the mailbox of a voicemail: %w", err)
	}
	return exchange.RecordingVoicemail, data.Mailbox, nil
}
