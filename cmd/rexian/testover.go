package main

import (
	"context"
	"log/slog"
	"os"
	"strings"

	"rexian/cmd/rexian/handset"
	"rexian/cmd/rexian/linetest"
	"rexian/media/prompt"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
	"rexian/runtime/readout"
	"rexian/runtime/suite"

	"rexian/compiler/bundle"
)

// overLine is what `rexian test --over sip` plays its calls on.
type overLine struct {
	suite.Driver
	close func()
}

// callsAtOnce is how many tests are played at a time over real lines: their time is spent listening.
const callsAtOnce = 32

// where tells the address of a server from the path of a program: `test --over sip 10.0.0.1:5060 flows`. An argument that is a file or
// folder is a path.
func (c *testCmd) where(a *app) (path, address string, err error) {
	path = "."
	if len(c.Where) > 2 || len(c.Where) > 1 && c.Over == "" {
		return "", "", a.usage("多了“%s”", "%s is one too many", c.Where[len(c.Where)-1])
	}
	for _, arg := range c.Where {
		_, missing := os.Stat(a.file(arg))
		if c.Over == "" || missing == nil || !strings.ContainsAny(arg, ":@") {
			path = arg
			continue
		}
		address = strings.TrimPrefix(arg, "sip:")
	}
	return path, address, nil
}

// lineFor makes the driver. Words that the program's voices lack are given a noise of their own: in a test the caller must
// recognise them, not understand them.
func (a *app) lineFor(ctx context.Context, root, address string, clock bool, p *bundle.Program) (*overLine, error) {
	log := slog.New(slog.DiscardHandler)
	packs := []string{voiceFolder(root)}
	voices, err := exchange.NewVoices(exchange.VoiceOptions{Packs: packs, Logger: log, Voice: linetest.Noise{}})
	if err != nil {
		return nil, err
	}
	if address != "" {
		phone, err := handset.New(ctx, handset.Options{Index: linetest.Ears(voices), Logger: log})
		if err != nil {
			return nil, err
		}
		_, host, ok := strings.Cut(address, "@")
		if !ok {
			host = address
		}
		return &overLine{&linetest.Remote{Phone: phone, Host: host, Clock: clock}, func() { _ = phone.Close() }}, nil
	}
	v, err := deploy.Ready(p, nil, nil, nil)
	if err != nil {
		return nil, err
	}
	if err := voices.Prepare(ctx, v, func(lang string, p prompt.Progress) {
		a.meter(a.say("准备语音", "preparing sound"), p.Done, p.Total)
	}); err != nil {
		return nil, err
	}
	if err := voices.Spell(ctx, readout.Languages()); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "rexian-test-")
	if err != nil {
		return nil, err
	}
	own, err := linetest.NewOwn(ctx, linetest.Options{Voices: voices, Recordings: dir, Logger: log})
	if err != nil {
		return nil, err
	}
	return &overLine{own, func() {
		own.Close()
		if err := os.RemoveAll(dir); err != nil && !os.IsNotExist(err) {
			log.Warn("temporary recordings stay", "error", err)
		}
	}}, nil
}
