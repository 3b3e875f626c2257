package sip

import (
	"context"
	"log/slog"
	"strings"

	wire "github.com/emiago/sipgo/sip"
)

// quiet is a logger for the layers below. They log whole messages of strangers as errors; of that only the bare text is
// kept, at Debug. With nil nothing is kept.
func quiet(l *slog.Logger) *slog.Logger { return slog.New(quietHandler{l}) }

type quietHandler struct{ l *slog.Logger }

// Enabled lets only what the layers take for serious pass, and only while Debug is wanted.
func (q quietHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return q.l != nil && level >= slog.LevelWarn && q.l.Enabled(ctx, slog.LevelDebug)
}

// Handle keeps the text and drops the attributes, which carry messages and numbers.
func (q quietHandler) Handle(ctx context.Context, r slog.Record) error {
	q.l.DebugContext(ctx, "sip layer: "+r.Message)
	return nil
}

// WithAttrs and WithGroup change nothing: attributes are not kept.
func (q quietHandler) WithAttrs([]slog.Attr) slog.Handler { return q }
func (q quietHandler) WithGroup(string) slog.Handler      { return q }

// mask hides the middle of a telephone number or a name: 13812345678 becomes 138****5678.
func mask(number string) string {
	r := []rune(number)
	front, back := 3, 4
	switch n := len(r); {
	case n <= 3:
		front, back = 0, 0
	case n <= 6:
		front, back = 1, 1
	case n <= 10:
		back = 2
	}
	return string(r[:front]) + strings.Repeat("*", len(r)-front-back) + string(r[len(r)-back:])
}

// callID is the Call-ID for logs, cut where a stranger makes it long.
func callID(m wire.Message) string {
	h := m.CallID()
	if h == nil {
		return ""
	}
	return cut(string(*h), 64)
}

func cut(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

// clean takes line breaks and other control characters out of a text that goes into a header: nobody may add headers
// through it.
func clean(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}
