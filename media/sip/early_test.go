package sip

import (
	"errors"
	"testing"

	"rexian/media/sip/guard"
)

// A stranger is not sent sound before it has shown to be there; a caller who is known needs no 100rel.
func TestEarlySoundIsForWhoIsKnown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		guard guard.Config
		want  error
	}{
		"known":      {guard.Config{Allow: mustPrefixes(t, "127.0.0.0/8")}, nil},
		"a stranger": {guard.Config{}, ErrNoEarlySound},
	} {
		t.Run(name, func(t *testing.T) {
			g, err := guard.New(c.guard)
			if err != nil {
				t.Fatal(err)
			}
			got := make(chan error, 1)
			s := serve(t, loopback(t), func(c *Call) { got <- c.Progress(); c.Reject(480, "") },
				func(cfg *Config) { cfg.Guard = g })
			r := newRaw(t, s)
			r.send(r.text("INVITE", newTag(), nil, r.sdp("")))
			if body := r.status(183, "INVITE").Body(); (len(body) > 0) != (c.want == nil) {
				t.Errorf("%s", body)
			}
			if err := within(t, "Progress", got); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}
