package prompt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"rexian/locale"
	"rexian/media/audio"
)

// Voice turns words into sound. A voice is asked when a program is deployed or its prompts are rendered, never while a
// caller waits. Render returns 8 kHz mono; it may be called from several goroutines and keeps its own limit of how many
// work at once.
type Voice interface {
	// Name tells voices apart: the recordings of one are not taken for those of another.
	Name() string
	Render(ctx context.Context, lang, text string) ([]int16, error)
}

var (
	// ErrNoVoice is the error for a language that the voice does not speak.
	ErrNoVoice = errors.New("the voice does not speak this language")
	// ErrNotInstalled is the error when the program behind a voice is not on this machine.
	ErrNotInstalled = errors.New("the voice's program is not installed")
)

// maxText is the longest text given to a voice, in bytes: about ten minutes of speech.
const maxText = 10_000

// maxSound bounds what a voice may return for one text: 64 MB, ten minutes in any format we read.
const maxSound = 64 << 20

// Espeak speaks through the program espeak-ng, which needs no network and no model. The zero value is ready.
type Espeak struct {
	Program  string            // "" is espeak-ng, found on the path
	Voices   map[string]string // espeak's voice for a language tag; nil: what each language names
	Speed    int               // words a minute; 0 is 175: 250 ms a syllable, which is what the compiler reckons with
	Limit    time.Duration     // for one text; 0 is 30 s
	Parallel int               // texts at once; 0 is one per processor

	gate gate
}

// Name is "espeak-ng" and what differs from the ordinary.
func (e *Espeak) Name() string {
	if e.Speed != 0 {
		return fmt.Sprintf("espeak-ng at %d", e.Speed)
	}
	return "espeak-ng"
}

// Render runs espeak-ng once. The text goes in on standard input, so that no text is taken for an option.
func (e *Espeak) Render(ctx context.Context, lang, text string) ([]int16, error) {
	name, err := e.voice(lang)
	if err != nil {
		return nil, err
	}
	if len(text) > maxText {
		return nil, fmt.Errorf("the text has %d bytes, more than the %d of ten minutes", len(text), maxText)
	}
	leave, err := e.gate.enter(ctx, e.Parallel)
	if err != nil {
		return nil, err
	}
	defer leave()
	limit := e.Limit
	if limit == 0 {
		limit = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	program, speed := e.Program, e.Speed
	if program == "" {
		program = "espeak-ng"
	}
	if speed == 0 {
		speed = 175
	}
	cmd := exec.CommandContext(ctx, program, "-v", name, "-s", strconv.Itoa(speed), "-b", "1", "--stdin", "--stdout")
	cmd.Stdin = strings.NewReader(text + "\n")
	out, complaint := &limited{most: maxSound}, &limited{most: 4096, quiet: true}
	cmd.Stdout, cmd.Stderr = out, complaint
	cmd.WaitDelay = time.Second // a child that keeps the pipe open must not hold us
	switch err := cmd.Run(); {
	case errors.Is(err, exec.ErrNotFound):
		return nil, fmt.Errorf("%s: %w", program, ErrNotInstalled)
	case out.full != nil:
		return nil, fmt.Errorf("%s: %w", program, out.full)
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%s: %w", program, context.Cause(ctx))
	case err != nil:
		return nil, fmt.Errorf("%s: %w: %s", program, err, strings.TrimSpace(complaint.buffer.String()))
	}
	return ImportWords(program, streamed(out.buffer.Bytes()))
}

func (e *Espeak) voice(lang string) (string, error) {
	if e.Voices == nil {
		if l, ok := locale.Lookup(lang); ok && l.Espeak != "" {
			return l.Espeak, nil
		}
	}
	for tag := strings.ToLower(lang); tag != ""; {
		if v := e.Voices[tag]; v != "" {
			return v, nil
		}
		cut := strings.LastIndexAny(tag, "-_")
		tag = tag[:max(cut, 0)]
	}
	return "", fmt.Errorf("espeak-ng, %q: %w", lang, ErrNoVoice)
}

// streamed puts the true length into the header of a WAV that was written to a pipe: a program that does not know it
// yet writes 0 or a huge number.
func streamed(b []byte) []byte {
	const header = 44
	if len(b) < header || string(b[:4]) != "RIFF" || string(b[36:40]) != "data" {
		return b
	}
	put := func(at, n int) {
		b[at], b[at+1], b[at+2], b[at+3] = byte(n), byte(n>>8), byte(n>>16), byte(n>>24)
	}
	put(4, len(b)-8)
	put(40, len(b)-header)
	return b
}

// ImportWords makes what a voice returned, a WAV or MP3 file, telephone sound: trimmed, and its syllables as loud as
// those of all other words, so that it can be put together with them.
func ImportWords(from string, b []byte) ([]int16, error) {
	pcm, err := audio.Import(from, b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	pcm = level(Trim(pcm))
	if len(pcm) == 0 {
		return nil, fmt.Errorf("%s: the voice was silent", from)
	}
	return pcm, nil
}

// gate lets a bounded number work at once. Its size is fixed by the first to enter.
type gate struct {
	once sync.Once
	room chan struct{}
}

func (g *gate) enter(ctx context.Context, size int) (leave func(), err error) {
	g.once.Do(func() {
		if size <= 0 {
			size = runtime.GOMAXPROCS(0)
		}
		g.room = make(chan struct{}, size)
	})
	select {
	case g.room <- struct{}{}:
		return func() { <-g.room }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// limited is a buffer that refuses, or silently drops, what goes beyond its limit. The buffer is no embedded field:
// io.Copy would find its ReadFrom and pass the limit by.
type limited struct {
	buffer bytes.Buffer
	most   int
	quiet  bool
	full   error // set when something was refused
}

func (l *limited) Write(p []byte) (int, error) {
	if room := l.most - l.buffer.Len(); len(p) > room {
		if !l.quiet {
			l.full = fmt.Errorf("more than %d MB came back: %w", l.most>>20, io.ErrShortBuffer)
			return 0, l.full
		}
		l.buffer.Write(p[:room])
		return len(p), nil
	}
	return l.buffer.Write(p)
}
