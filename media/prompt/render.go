package prompt

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
)

// Progress is how far rendering has come.
type Progress struct {
	Done, Total int
	Text        string // the one just done
	Err         error  // why it has no sound; nil if it has
}

// Failures are the texts a voice could not say.
type Failures struct {
	Voice string
	Texts []string
	First error // of the first of them
}

// Error names the first of the texts and how many there are.
func (f *Failures) Error() string {
	return fmt.Sprintf("the voice %s could not say %d texts, first %q: %v", f.Voice, len(f.Texts), f.Texts[0], f.First)
}

// Unwrap gives the first failure.
func (f *Failures) Unwrap() error { return f.First }

// Render has voice say all of texts that are missing in the catalogue, several at once, and adds them. progress, which
// may be nil, is called after each, never by two goroutines at once. A text that fails does not stop the others, and
// the error at the end is a *Failures; but a voice that is not installed or does not speak the language stops it at
// once. What was rendered before ctx ended stays in the catalogue: rendering again does the rest.
func Render(ctx context.Context, c *Catalogue, voice Voice, texts []string, progress func(Progress)) error {
	if voice.Name() != c.Voice {
		return fmt.Errorf("the catalogue holds the voice %q, not %q", c.Voice, voice.Name())
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	missing := c.Missing(texts)
	work := make(chan string)
	var (
		workers  sync.WaitGroup
		mu       sync.Mutex
		done     int
		failures = &Failures{Voice: voice.Name()}
	)
	finished := func(text string, err error) {
		mu.Lock()
		defer mu.Unlock()
		done++
		if err != nil {
			if failures.First == nil {
				failures.First = err
			}
			failures.Texts = append(failures.Texts, text)
		}
		if progress != nil {
			progress(Progress{Done: done, Total: len(missing), Text: text, Err: err})
		}
	}
	for range min(len(missing), 2*runtime.GOMAXPROCS(0)) { // the voice itself limits how many really run
		workers.Go(func() {
			for text := range work {
				pcm, err := voice.Render(ctx, c.Lang, text)
				if errors.Is(err, ErrNotInstalled) || errors.Is(err, ErrNoVoice) {
					stop(err)
				}
				if ctx.Err() != nil {
					return
				}
				if err == nil {
					err = c.Add(text, pcm)
				}
				finished(text, err)
			}
		})
	}
feed:
	for _, text := range missing {
		select {
		case work <- text:
		case <-ctx.Done():
			break feed
		}
	}
	close(work)
	workers.Wait()
	if err := context.Cause(ctx); err != nil {
		return fmt.Errorf("rendering in %s: %w", c.Lang, err)
	}
	if failures.First != nil {
		return failures
	}
	return nil
}
