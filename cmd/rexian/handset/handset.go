// Package handset is a telephone in software: real SIP and RTP, keys, and ears that know the words of a program.
//
// The words are not transcribed: what comes in is compared with the recordings that the program's prompts are made of,
// byte by byte. What is none of these is not heard as words.
package handset

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"rexian/media/audio"
	"rexian/media/prompt"
	"rexian/media/rtp"
	"rexian/media/sip"
)

// Options are what a Telephone is made of.
type Options struct {
	Listen netip.Addr    // the address to send and receive on; the zero value is this machine's loopback
	Index  *prompt.Index // the words to recognise; nil: none
	Logger *slog.Logger
}

// Telephone places calls. It may place many at once.
type Telephone struct {
	o      Options
	engine *rtp.Engine
	server *sip.Server
}

// New opens the ports of a telephone.
func New(ctx context.Context, o Options) (*Telephone, error) {
	if !o.Listen.IsValid() {
		o.Listen = netip.MustParseAddr("127.0.0.1")
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	engine, err := rtp.New(rtp.Config{Listen: o.Listen, Logger: o.Logger})
	if err != nil {
		return nil, fmt.Errorf("telephone: %w", err)
	}
	at := netip.AddrPortFrom(o.Listen, 0)
	server, err := sip.Listen(ctx, sip.Config{Listen: []string{"udp://" + at.String(), "tcp://" + at.String()},
		Media: engine, MediaAddr: o.Listen,
		UserAgent: "Rexian phone", MediaTimeout: -1, Lead: -1, Logger: o.Logger,
		OnCall: func(c *sip.Call) { c.Reject(486, "Busy Here") }})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("telephone: %w", err), engine.Close())
	}
	return &Telephone{o: o, engine: engine, server: server}, nil
}

// Close hangs up and gives the ports back.
func (t *Telephone) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := t.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil // the other side did not confirm our BYE in time: it does not matter to us
	}
	return errors.Join(err, t.engine.Close())
}

// Target makes a SIP address of what people type: sip:12366@host, 12366@host:5060, or host alone with a number.
func Target(s string) (string, error) {
	uri := s
	if !strings.HasPrefix(uri, "sip:") && !strings.HasPrefix(uri, "sips:") {
		uri = "sip:" + uri
	}
	_, rest, _ := strings.Cut(uri, ":")
	user, host, ok := strings.Cut(rest, "@")
	if !ok || user == "" || host == "" || strings.ContainsAny(rest, " \t\r\n<>\"") {
		return "", fmt.Errorf("%q is no address such as sip:12366@127.0.0.1:5060", s)
	}
	return uri, nil
}

// Word is something heard.
type Word struct {
	prompt.Heard
	When time.Time // when it began
}

// Call is a call in progress. Its methods may be called from any goroutine.
type Call struct {
	leg    *sip.Call
	stream *rtp.Stream
	began  time.Time

	mu      sync.Mutex
	ears    *prompt.Listener
	words   []Word
	samples []int16 // stereo, heard and said, if kept
	keep    bool
	heard   int64 // samples
	payload []byte
	changed chan struct{}
	voice   time.Time // when something louder than silence last came
}

// CallOptions say how a call is placed.
type CallOptions struct {
	From       string // the caller's number
	Keep       bool   // keep the sound, for Save
	OnProgress func(status int)
	Auth       *sip.Credentials
	Headers    map[string]string
}

// Dial places a call and returns when it was answered. A refusal is a *sip.Failure.
func (t *Telephone) Dial(ctx context.Context, target string, o CallOptions) (*Call, error) {
	uri, err := Target(target)
	if err != nil {
		return nil, err
	}
	c := &Call{keep: o.Keep, changed: make(chan struct{}), began: time.Now()}
	if t.o.Index != nil {
		c.ears = t.o.Index.Listener()
	}
	leg, err := t.server.Dial(ctx, sip.Outbound{To: uri, From: o.From, Auth: o.Auth, Headers: o.Headers,
		OnProgress: func(status int, _ bool) {
			if o.OnProgress != nil {
				o.OnProgress(status)
			}
		}})
	if err != nil {
		return nil, err
	}
	c.leg, c.stream = leg, leg.Stream()
	c.stream.Tap(c)
	return c, nil
}

// loud is the level above which a sample is no silence.
const loud = 64

// Samples takes both directions of the call. It makes a Call an rtp.Tap.
func (c *Call) Samples(heard, said []int16) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	start := now.Add(-time.Duration(len(heard)) * time.Second / audio.Rate)
	if c.heard == 0 {
		c.began = start
	}
	c.heard += int64(len(heard))
	for _, s := range heard {
		if s > loud || s < -loud {
			c.voice = now
			break
		}
	}
	if c.keep {
		for i := range heard {
			c.samples = append(c.samples, heard[i], said[i])
		}
	}
	if c.ears == nil {
		return
	}
	// What came was G.711: encoding it again by the same law gives the very bytes that were sent.
	codec := c.stream.Stats().Codec
	c.payload = codec.Encode(c.payload[:0], heard)
	c.take(c.ears.Feed(c.payload, codec))
}

// take keeps what was recognised and wakes who waits for it.
func (c *Call) take(found []prompt.Heard) {
	for _, h := range found {
		c.words = append(c.words, Word{Heard: h, When: c.began.Add(h.At)})
	}
	if len(found) > 0 {
		close(c.changed)
		c.changed = make(chan struct{})
	}
}

// Words returns what was heard from the nth on, and a channel that is closed when there is more.
func (c *Call) Words(n int) ([]Word, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n > len(c.words) {
		n = len(c.words)
	}
	return append([]Word(nil), c.words[n:]...), c.changed
}

// Hearing returns what Words does, and what is being said just now as far as it has come, nil if nothing is that is
// known.
func (c *Call) Hearing(n int) (words []Word, now *Word) {
	c.mu.Lock()
	defer c.mu.Unlock()
	words = append(words, c.words[min(n, len(c.words)):]...)
	if c.ears != nil {
		if h, ok := c.ears.Hearing(); ok {
			now = &Word{Heard: h, When: c.began.Add(h.At)}
		}
	}
	return words, now
}

// Quiet is how long nothing was heard.
func (c *Call) Quiet() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.voice.IsZero() {
		return time.Since(c.began)
	}
	return time.Since(c.voice)
}

// Press sends keys as telephone events, one after the other.
func (c *Call) Press(keys string) {
	c.leg.Stream().SendKeys(keys, 100*time.Millisecond, 60*time.Millisecond)
}

// Speak lets something like speech be heard: bursts of noise with pauses between them, as syllables are.
func (c *Call) Speak(d time.Duration) {
	const burst, pause = 300 * time.Millisecond, 150 * time.Millisecond
	speech.Do(func() {
		random := rand.New(rand.NewPCG(1, 1))
		pcm := make([]int16, int(burst*audio.Rate/time.Second))
		for i := range pcm {
			pcm[i] = int16(random.IntN(12000) - 6000)
		}
		syllable = &rtp.Sound{ULaw: audio.PCMU.Encode(nil, pcm), ALaw: audio.PCMA.Encode(nil, pcm)}
	})
	var clips []rtp.Clip
	for said := time.Duration(0); said < d; said += burst + pause {
		clips = append(clips, rtp.Clip{Sound: syllable}, rtp.Clip{Silence: pause})
	}
	c.stream.Play(rtp.Item{ID: 1, Clips: clips})
}

// Hush ends what Speak began.
func (c *Call) Hush() { c.stream.Silence() }

var (
	speech   sync.Once
	syllable *rtp.Sound
)

// Hangup ends the call.
func (c *Call) Hangup() { c.leg.Hangup("") }

// Done is closed when the call has ended.
func (c *Call) Done() <-chan struct{} { return c.leg.Done() }

// Cause is why it ended.
func (c *Call) Cause() sip.Cause { return c.leg.Cause() }

// Leg is the SIP call.
func (c *Call) Leg() *sip.Call { return c.leg }

// Flush tells what is left to be told when the call has ended.
func (c *Call) Flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ears != nil {
		c.take(c.ears.Flush())
	}
}

// Save writes the kept sound: a stereo WAV, what was heard on the left and what was said on the right.
func (c *Call) Save(path string) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	c.mu.Lock()
	defer c.mu.Unlock()
	return audio.WriteWAV(f, 2, c.samples)
}

// Address reads the address to listen on.
func Address(s string) (netip.Addr, error) { return netip.ParseAddr(s) }

// lastBit is how much may be missing at the end of words that still count as heard: a packet or two that were lost.
const lastBit = 150 * time.Millisecond

// Spoken is what was heard of the words: all of them, or the part before they were cut off.
func Spoken(w Word) (text string, cut bool) {
	if w.Complete || w.Length <= 0 || w.Length-w.To < lastBit {
		return w.Text, false
	}
	runes := []rune(w.Text)
	n := min(len(runes), int(int64(len(runes))*int64(w.To)/int64(w.Length)))
	return string(runes[:n]), true
}

// Show is what was heard as a person reads it: words that were cut off end with a dash.
func Show(w Word) string {
	text, cut := Spoken(w)
	if cut {
		text += "—"
	}
	return text
}
