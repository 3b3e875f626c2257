package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"rexian/cmd/rexian/handset"
	"rexian/cmd/rexian/linetest"
	"rexian/cmd/rexian/source"
	"rexian/compiler/bundle"
	"rexian/compiler/library"
	"rexian/lang/diag"
	"rexian/media/prompt"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
	"rexian/runtime/sim"
	"rexian/runtime/suite"
	"rexian/stdlib"
)

// overLine is what `rexian test --over sip` plays its calls on.
type overLine struct {
	suite.Driver
	close func()
}

// callsAtOnce is how many tests are played at a time over real lines: their time is spent listening.
const callsAtOnce = 200

// where tells the address of a server from the path of a program: `test --over sip 10.0.0.1:5060 flows`. An argument
// that is a file or folder is a path.
func (c *testCmd) where(a *app) (path, address string, err error) {
	path = "."
	if len(c.Where) > 2 || len(c.Where) > 1 && c.Over == "" {
		return "", "", a.Usage("多了“%s”", "%s is one too many", c.Where[len(c.Where)-1])
	}
	for _, arg := range c.Where {
		_, missing := os.Stat(a.File(arg))
		if c.Over == "" || missing == nil || !strings.ContainsAny(arg, ":@") {
			path = arg
			continue
		}
		address = strings.TrimPrefix(arg, "sip:")
	}
	return path, address, nil
}

// leaveOut leaves out the tests whose calls last too long to wait for, and on a server elsewhere those that need what
// servers do not do yet: in virtual time it costs nothing to know.
func (c *testCmd) leaveOut(opt *suite.Options, elsewhere bool) error {
	report, err := suite.Run(*opt)
	if err != nil {
		return err
	}
	why := map[string]diag.Text{}
	for _, r := range report.Results {
		sends := func(l suite.Line) bool { return l.Kind == string(sim.Fax) }
		switch {
		case elsewhere && slices.ContainsFunc(r.Transcript, sends):
			why[r.Name] = diag.Text{Zh: "要发传真，服务器还不会", En: "it sends a fax, which servers cannot do yet"}
		case r.Millis > c.Longest.Milliseconds():
			long := time.Duration(r.Millis) * time.Millisecond
			why[r.Name] = diag.Text{
				Zh: fmt.Sprintf("通话长 %s，超过 %s，见 --longest", long.Round(time.Second), c.Longest),
				En: fmt.Sprintf("its calls last %s, over %s; see --longest", long.Round(time.Second), c.Longest),
			}
		}
	}
	opt.LeaveOut = func(name string) diag.Text { return why[name] }
	return nil
}

// quoted is a text in quotation marks without a hole.
var quoted = regexp.MustCompile(`"([^"{}\n]+)"`)

// assumedTexts are the texts that may be read out though no prompt holds them: those in quotation marks anywhere, for a
// test assumes answers in them, and those of the library's sample answers.
func assumedTexts(sources map[string][]byte, lib *library.Registry) []string {
	if lib == nil {
		lib = library.Default()
	}
	set := map[string]bool{}
	take := func(src string) {
		for _, m := range quoted.FindAllStringSubmatch(src, -1) {
			if strings.ContainsFunc(m[1], unicode.IsLetter) {
				set[m[1]] = true
			}
		}
	}
	for _, src := range sources {
		take(string(src))
	}
	for _, f := range lib.All() {
		take(f.Fake)
	}
	return slices.Sorted(maps.Keys(set))
}

// lineFor makes the driver. Words that the program's voices lack are given a noise of their own: in a test the caller
// must recognise them, not understand them.
func (a *app) lineFor(ctx context.Context, root, address string, clock bool, p *bundle.Program,
	sources map[string][]byte, lib *library.Registry) (*overLine, error) {
	log := slog.New(slog.DiscardHandler)
	packs := []string{source.Voices(root)}
	voices, err := exchange.NewVoices(exchange.VoiceOptions{Packs: packs, Logger: log, Voice: linetest.Noise{},
		Spoken: stdlib.Spoken})
	if err != nil {
		return nil, err
	}
	if address != "" {
		phone, err := handset.New(ctx, handset.Options{Index: voices.Ears(), Logger: log})
		if err != nil {
			return nil, err
		}
		_, host, ok := strings.Cut(address, "@")
		if !ok {
			host = address
		}
		return &overLine{&linetest.Remote{Phone: phone, Host: host, Clock: clock}, func() { _ = phone.Close() }}, nil
	}
	v, err := deploy.Ready(p, nil, deploy.Files{})
	if err != nil {
		return nil, err
	}
	if err := voices.Prepare(ctx, v, func(lang string, p prompt.Progress) {
		a.meter(a.Say("准备语音", "preparing sound"), p.Done, p.Total)
	}); err != nil {
		return nil, err
	}
	if err := voices.Know(ctx, p.Languages, assumedTexts(sources, lib)); err != nil {
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
