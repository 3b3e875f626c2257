package message

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
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
func (f *File) Ask(_ context.Context, id string) (State, error) {
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
		if json.Unmarshal(l, &x) == nil && x.ID == id {
			return Sent, nil
		}
	}
	return Queued, nil
}

// Gateway sends text messages through an HTTP gateway: POST {"id", "to", "text"} to URL, answered 2xx {"id"}; and asks
// by GET AskURL?id=…, answered {"state": "sent" | "delivered" | "failed" | "unknown"}, or 404 if it never heard of it.
type Gateway struct {
	URL    string
	AskURL string // "" where it cannot be asked: what is unknown stays so
	Token  string // of the Authorization header, "" for none
	Secret string // of the X-Signature header, the HMAC-SHA256 of the body in hex; "" for none
	Client *http.Client
}

const maxAnswer = 64 << 10

// Send hands a text over. 4xx refuse it for good but 408 and 429; 429 and 503, and a gateway that cannot be connected
// to, have not taken it; whatever else goes wrong leaves it uncertain.
func (g *Gateway) Send(ctx context.Context, m Message) (string, error) {
	body, err := json.Marshal(map[string]string{"id": m.ID, "to": m.Recipient, "text": m.Body})
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrRefused, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.URL, bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("the gateway's address: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if g.Secret != "" {
		mac := hmac.New(sha256.New, []byte(g.Secret))
		mac.Write(body)
		req.Header.Set("X-Signature", hex.EncodeToString(mac.Sum(nil)))
	}
	status, answer, err := g.do(req)
	if err != nil {
		if op := (*net.OpError)(nil); errors.As(err, &op) && op.Op == "dial" {
			return "", err // nobody was there to take it
		}
		return "", fmt.Errorf("%w: %w", ErrUncertain, err)
	}
	switch {
	case status/100 == 2:
		var a struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal(answer, &a) // a gateway without ids of its own is asked by ours
		return a.ID, nil
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		return "", fmt.Errorf("the gateway is busy: status %d", status)
	case status/100 == 4 && status != http.StatusRequestTimeout:
		return "", fmt.Errorf("%w: status %d", ErrRefused, status)
	}
	return "", fmt.Errorf("%w: status %d", ErrUncertain, status)
}

// Ask asks what became of a text.
func (g *Gateway) Ask(ctx context.Context, id string) (State, error) {
	if g.AskURL == "" {
		return Unknown, nil
	}
	at, err := url.Parse(g.AskURL)
	if err != nil {
		return Unknown, errors.New("the gateway's address to ask is no URL")
	}
	q := at.Query()
	q.Set("id", id)
	at.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return Unknown, fmt.Errorf("ask the gateway: %w", err)
	}
	status, answer, err := g.do(req)
	if err != nil {
		return Unknown, err
	}
	if status == http.StatusNotFound {
		return Queued, nil
	}
	var a struct {
		State State `json:"state"`
	}
	if status/100 != 2 || json.Unmarshal(answer, &a) != nil {
		return Unknown, fmt.Errorf("ask the gateway: status %d", status)
	}
	switch a.State {
	case Sent, Delivered, Failed:
		return a.State, nil
	}
	return Unknown, nil
}

func (g *Gateway) do(req *http.Request) (int, []byte, error) {
	if g.Token != "" {
		req.Header.Set("Authorization", "Bearer "+g.Token)
	}
	client := g.Client
	if client == nil {
		client = &http.Client{Timeout: 15 * time.Second}
	}
	res, err := client.Do(req)
	if err != nil {
		// The address may carry a key: the error goes without it.
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return 0, nil, fmt.Errorf("the gateway %s: %w", strings.ToLower(req.URL.Host), err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return 0, nil, fmt.Errorf("the gateway's answer: %w", err)
	}
	return res.StatusCode, answer, nil
}
