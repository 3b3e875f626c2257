package exchange

import (
	"bytes"
	"log/slog"
	"net/netip"
	"sync"
	"testing"
	"time"

	"rexian/media/audio"
	"rexian/media/rtp"
	"rexian/media/sdp"
)

// listing is a recording that counts the loud samples it gets, and what comes after its end.
type listing struct {
	mu    sync.Mutex
	loud  int
	late  int
	ended chan struct{}
	once  sync.Once
}

func newListing() *listing { return &listing{ended: make(chan struct{})} }

func (l *listing) Coded(c audio.Codec, _, coded []byte) {
	said := c.Decode(nil, coded)
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.ended:
		l.late += len(said)
		return
	default:
	}
	for _, v := range said {
		if v != 0 {
			l.loud++
		}
	}
}

func (l *listing) Keys(int, int) {}
func (l *listing) Key()          {}
func (l *listing) End()          { l.once.Do(func() { close(l.ended) }) }

// total waits for the end and tells how much sound came before it.
func (l *listing) total(t *testing.T) int {
	t.Helper()
	select {
	case <-l.ended:
	case <-time.After(10 * time.Second):
		t.Fatal("a recording is not ended")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.loud
}

// A recording that ends has all that was said before, also if another one goes on, and if the call's sound has ended.
func TestARecordingHasTheLastMoment(t *testing.T) {
	t.Parallel()
	e, err := rtp.New(rtp.Config{Listen: netip.MustParseAddr("127.0.0.1"), Threads: 1,
		Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	played := make(chan int, 10)
	s, err := e.Open(rtp.Options{Events: func(e rtp.Event) {
		if e.Kind == rtp.Played {
			played <- e.ID
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Connect(sdp.Media{Addr: netip.MustParseAddrPort("127.0.0.1:9"), Codec: audio.PCMU,
		Events: -1}); err != nil {
		t.Fatal(err)
	}
	const spoken = 777
	loud := bytes.Repeat([]byte{0x20}, spoken)
	say := func() {
		s.Play(rtp.Item{Clips: []rtp.Clip{{Sound: &rtp.Sound{ULaw: loud, ALaw: loud}}}})
		<-played
	}
	c := &telephone{stream: s}
	whole, step, none := newListing(), newListing(), newListing()
	c.join(whole)
	say()
	c.join(step)
	say()
	c.leave(step)
	say()
	s.Close()
	c.join(none)
	c.leave(none)
	c.leave(whole)
	for _, x := range []struct {
		what string
		l    *listing
		want int
	}{{"the whole call's", whole, 3 * spoken}, {"the step's", step, spoken}, {"one that begins too late", none, 0}} {
		if got := x.l.total(t); got != x.want {
			t.Errorf("%s recording has %d samples of %d", x.what, got, x.want)
		}
	}
	if err := e.Close(); err != nil { // all that was on its way has been given
		t.Fatal(err)
	}
	if step.late > 0 || whole.late > 0 {
		t.Error("sound comes after the end of a recording")
	}
}
