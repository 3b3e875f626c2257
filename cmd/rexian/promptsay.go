package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/source"
	"rexian/media/audio"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
	"rexian/runtime/session"
	"rexian/stdlib"
)

// promptsSayCmd lets a sentence be heard as a caller would.
type promptsSayCmd struct {
	Lang   string `help:"say_lang"`
	Output string `short:"o" help:"say_output" placeholder:"FILE.wav"`
	Flows  string `help:"say_flows" default:"." placeholder:"PATH"`
	Words  string `arg:"" help:"say_words"`
}

// Help shows examples.
func (promptsSayCmd) Help() string {
	return "  rexian prompts say --flows flows -o 听.wav \"您的欠税为一千二百元\"\n  rexian prompts say --flows flows 欢迎语"
}

// Run puts the words together from the same sounds as a call does, tells of which, and writes a WAV.
func (c *promptsSayCmd) Run(a *app) error {
	v, p, err := a.version(c.Flows)
	if err != nil {
		return err
	}
	lang := c.Lang
	if lang == "" {
		lang = v.Program.Languages[0]
	}
	if !slices.Contains(v.Program.Languages, lang) {
		return a.Usage("流程没有语种 %s；有：%s", "the flows have no language %s; they have %s", lang,
			strings.Join(v.Program.Languages, a.Say("、", ", ")))
	}
	voices, err := exchange.NewVoices(exchange.VoiceOptions{Packs: []string{source.Voices(p.Root())},
		Spoken: stdlib.Spoken})
	if err != nil {
		return cli.Wrong(err)
	}
	if err := voices.Prepare(context.Background(), v, nil); err != nil {
		return err
	}
	said := session.Sound{Lang: lang, Text: c.Words}
	if named := soundNamed(v, c.Words, lang); named != nil {
		said = *named
		fmt.Fprintln(a.Out, said.Text)
	}
	clips, missing := voices.Clips(v, said)
	pcm := []int16{}
	for _, clip := range clips {
		if clip.Sound != nil {
			pcm = audio.PCMA.Decode(pcm, clip.Sound.ALaw)
		}
		pcm = append(pcm, make([]int16, int(clip.Silence*audio.Rate/time.Second))...)
	}
	for _, part := range missing {
		fmt.Fprintln(a.Err, a.Say("没有声音：%s", "no sound for: %s", part))
	}
	if len(pcm) == 0 {
		return cli.ErrFindings
	}
	fmt.Fprintln(a.Out, a.Say("%d 段，%.1f 秒", "%d [piece|pieces], %.1f s", len(clips), float64(len(pcm))/audio.Rate))
	if c.Output != "" {
		if err := writeWAV(a.File(c.Output), pcm); err != nil {
			return cli.Wrong(err)
		}
	}
	if len(missing) > 0 {
		return cli.ErrFindings
	}
	return nil
}

// soundNamed is what a prompt that was declared by a name sounds like; nil: there is none, or it fills something in.
func soundNamed(v *deploy.Version, name, lang string) *session.Sound {
	var found *session.Sound
	for i := range v.Program.Prompts {
		if v.Program.Prompts[i].Name == name && v.Program.Prompts[i].Args == 0 {
			s := v.Renderer.Fixed(i, lang)
			found = &s
		}
	}
	return found
}

func writeWAV(path string, pcm []int16) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	err = audio.WriteWAV(f, 1, pcm)
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}
