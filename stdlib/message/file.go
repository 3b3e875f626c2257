package message

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// File writes messages as lines of JSON into a file and calls them sent: the provider of a system that has no gateway
// yet.
type File struct {
	Path string
	mu   sync.Mutex
}

// line is a message in the file.
type line struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Channel Channel   `json:"channel"`
	To      string    `json:"to"`
	Subject string    `json:"subject,omitempty"`
	Text    string    `json:"text"`
	Answers string    `json:"in_reply_to,omitempty"` // the message that this one answers
}

// Send appends a message and makes sure that it is on the disk. The file and its folder are made with the first.
func (f *File) Send(_ context.Context, m Message) (string, error) {
	b, err := json.Marshal(line{m.ID, time.UnixMilli(m.ChangedAt).UTC(), m.Channel, m.Recipient, m.Subject, m.Body,
		m.Thread})
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrRefused, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := os.MkdirAll(filepath.Dir(f.Path), 0o700); err != nil {
		return "", fmt.Errorf("write a message: %w", err)
	}
	out, err := os.OpenFile(f.Path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return "", fmt.Errorf("write a message: %w", err)
	}
	_, err = out.Write(append(b, '\n'))
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return "", fmt.Errorf("%w: write a message: %w", ErrUncertain, err)
	}
	return m.ID, nil
}

// Local tells that the file is this node's: another cannot say what is in it.
func (f *File) Local() bool { return true }

// Ask looks the message up in the file.
func (f *File) Ask(_ context.Context, m Message) (State, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b, err := os.ReadFile(f.Path)
	if errors.Is(err, os.ErrNotExist) {
		return Queued, nil
	}
	if err != nil {
		return Unknown, fmt.Errorf("read the messages: %w", err)
	}
	for l := range bytes.Lines(b) {
		var x line
		if json.Unmarshal(l, &x) == nil && x.ID == m.ID {
			return Sent, nil
		}
	}
	return Queued, nil
}
