package message

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Gateway sends text messages through an HTTP gateway as its profile says.
type Gateway struct {
	Profile
	Timeout time.Duration    // of a request; 15 s if 0
	Client  *http.Client     // one of its own if nil
	Now     func() time.Time // time.Now if nil
}

const maxAnswer = 1 << 20

// Send hands a text over. What the profile calls success has taken it, what it calls busy has not; 4xx refuse it for
// good but 408 and 429; 429 and 503, and a gateway that cannot be connected to, have not taken it; whatever else goes
// wrong leaves it uncertain.
func (g *Gateway) Send(ctx context.Context, m Message) (string, error) {
	method := g.Method
	if method == "" {
		method = http.MethodPost
	}
	req, err := g.request(ctx, method, g.URL, g.Body, g.Headers, m)
	if err != nil {
		return "", err
	}
	status, answer, err := g.do(req)
	if err != nil {
		if op := (*net.OpError)(nil); errors.As(err, &op) && op.Op == "dial" {
			return "", err // nobody was there to take it
		}
		return "", fmt.Errorf("%w: %w", ErrUncertain, err)
	}
	return g.verdict(status, answer)
}

// request fills a request in for a message.
func (g *Gateway) request(ctx context.Context, method, address, body string, headers []string,
	m Message) (*http.Request, error) {
	now := time.Now
	if g.Now != nil {
		now = g.Now
	}
	with := g.values(m, now())
	escape := escapes[g.Format]
	if escape == nil {
		escape = escapes["json"]
	}
	defined, _, err := g.definitions()
	if err != nil {
		return nil, err
	}
	define(defined, with, g.Secret, false)
	body = fill(body, with, g.Secret, escape)
	with["body"] = body
	define(defined, with, g.Secret, true)
	req, err := http.NewRequestWithContext(ctx, method, fill(address, with, g.Secret, url.QueryEscape),
		strings.NewReader(body))
	if err != nil {
		return nil, errors.New("the gateway's address is none")
	}
	switch {
	case body == "":
	case g.Format == "form":
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	case g.Format != "raw":
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ":")
		req.Header.Set(strings.TrimSpace(name), strings.TrimSpace(fill(value, with, g.Secret, escapes["raw"])))
	}
	return req, nil
}

// Ask asks what became of a text.
func (g *Gateway) Ask(ctx context.Context, m Message) (State, error) {
	a := &g.Profile.Ask
	byTheirs := strings.Contains(a.URL+a.Body, "provider_id")
	if a.URL == "" || byTheirs && m.ProviderID == "" {
		return Unknown, nil
	}
	method := a.Method
	if method == "" {
		method = http.MethodGet
		if a.Body != "" {
			method = http.MethodPost
		}
	}
	req, err := g.request(ctx, method, a.URL, a.Body, slices.Concat(g.Headers, a.Headers), m)
	if err != nil {
		return Unknown, err
	}
	status, answer, err := g.do(req)
	if err != nil {
		return Unknown, err
	}
	if status == http.StatusNotFound && !byTheirs {
		return Queued, nil
	}
	fields, ok := parse(answer)
	if status/100 != 2 || !ok {
		return Unknown, fmt.Errorf("ask the gateway: status %d", status)
	}
	said := field(fields, a.State)
	for _, is := range []struct {
		state  State
		values []string
	}{{Delivered, a.Delivered}, {Failed, a.Failed}, {Sent, a.Sent}, {Queued, a.Unheard}} {
		if said != "" && slices.Contains(is.values, said) {
			return is.state, nil
		}
	}
	return Unknown, nil
}

// Follows tells whether the gateway can say what became of a text that it has taken.
func (g *Gateway) Follows() bool { return g.Profile.Ask.URL != "" && len(g.Profile.Ask.Delivered) > 0 }

// Pulls tells whether reports are fetched.
func (g *Gateway) Pulls() bool { return g.Receipt.PullURL != "" }

// Pull fetches the reports since the last time.
func (g *Gateway) Pull(ctx context.Context) ([]Report, error) {
	method := http.MethodGet
	if g.Receipt.PullBody != "" {
		method = http.MethodPost
	}
	req, err := g.request(ctx, method, g.Receipt.PullURL, g.Receipt.PullBody, slices.Concat(g.Headers,
		g.Profile.Ask.Headers), Message{})
	if err != nil {
		return nil, err
	}
	status, answer, err := g.do(req)
	if err != nil {
		return nil, err
	}
	if status/100 != 2 {
		return nil, fmt.Errorf("fetch the gateway's reports: status %d", status)
	}
	return g.Reports(answer, nil)
}

// own is the client of gateways without one: what redirects a text has not taken it as it was meant.
var own = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (g *Gateway) do(req *http.Request) (int, []byte, error) {
	client := g.Client
	if client == nil {
		client = own
	}
	limit := g.Timeout
	if limit <= 0 {
		limit = 15 * time.Second
	}
	ctx, cancel := context.WithTimeout(req.Context(), limit)
	defer cancel()
	res, err := client.Do(req.WithContext(ctx))
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
