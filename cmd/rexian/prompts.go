package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/server"
	"rexian/cmd/rexian/source"
	"rexian/media/prompt"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
)

// promptsCmd shows and renders the words that a program speaks.
type promptsCmd struct {
	List   promptsListCmd   `cmd:"" help:"prompts_list"`
	Render promptsRenderCmd `cmd:"" help:"prompts_render"`
	Script promptsScriptCmd `cmd:"" help:"prompts_script"`
	Check  promptsCheckCmd  `cmd:"" help:"prompts_check"`
	Import promptsImportCmd `cmd:"" help:"prompts_import"`
	Say    promptsSayCmd    `cmd:"" help:"prompts_say"`
}

type promptsListCmd struct {
	Lang    string `help:"prompts_lang"`
	Missing bool   `help:"prompts_missing"`
	Path    string `arg:"" help:"path" default:"."`
}

func (promptsListCmd) Help() string {
	return "  rexian prompts list flows\n  rexian prompts list --missing --lang en flows"
}

type promptsRenderCmd struct {
	Voice      string `help:"prompts_voice" enum:"espeak-ng,http" default:"espeak-ng"`
	URL        string `help:"prompts_url" placeholder:"URL"`
	Config     string `help:"prompts_config" placeholder:"FILE"`
	Characters bool   `help:"prompts_characters"`
	Output     string `short:"o" help:"prompts_output" placeholder:"DIR"`
	Path       string `arg:"" help:"path" default:"."`
}

func (promptsRenderCmd) Help() string {
	return "  rexian prompts render flows\n  rexian prompts render --characters -o flows/语音 flows\n" +
		"  rexian prompts render --config rexian.toml flows"
}

// version compiles a program into what a server would deploy; findings are printed. Its rendered words may be damaged:
// they are what the commands here make anew.
func (a *app) version(path string) (*deploy.Version, *program, error) {
	p, err := a.load(path)
	if err != nil {
		return nil, nil, err
	}
	p.Silent = true
	v, err := p.Version()
	var refused *deploy.Refused
	if errors.As(err, &refused) {
		return nil, nil, errors.Join(a.print(refused.Findings, refused.Source), cli.ErrFindings)
	}
	if err != nil {
		return nil, nil, cli.Wrong(err)
	}
	return v, p, nil
}

func (c *promptsListCmd) Run(a *app) error {
	v, p, err := a.version(c.Path)
	if err != nil {
		return err
	}
	voices, err := exchange.NewVoices(exchange.VoiceOptions{Packs: []string{source.Voices(p.Root())},
		Spoken: server.Spoken})
	if err != nil {
		return err
	}
	missing := voices.Missing(v)
	total := 0
	for _, lang := range v.Program.Languages {
		if c.Lang != "" && c.Lang != lang {
			continue
		}
		without := map[string]bool{}
		for _, text := range missing[lang] {
			without[text] = true
		}
		total += len(without)
		texts := append(v.Renderer.Phrases(lang), server.Spoken(lang)...)
		slices.Sort(texts) // the library's words among the program's, each once
		for _, text := range slices.Compact(texts) {
			mark := "  "
			if without[text] {
				mark = "- "
			} else if c.Missing {
				continue
			}
			fmt.Fprintf(a.Out, "%s%s  %s\n", mark, lang, strings.ReplaceAll(text, "\n", " "))
		}
	}
	if total > 0 {
		fmt.Fprintln(a.Out, a.Say("%d 句还没有声音（包括读数字、金额、日期用的片段），用 rexian prompts render 生成",
			"%d [piece has|pieces have] no sound yet (those that read numbers, money and dates among them); rexian prompts render makes [it|them]", total))
	}
	return nil
}

func (c *promptsRenderCmd) Run(a *app) error {
	v, p, err := a.version(c.Path)
	if err != nil {
		return err
	}
	voice, err := c.voice(a)
	if err != nil {
		return err
	}
	dir := c.Output
	if dir == "" {
		dir = source.Voices(p.Root())
	} else {
		dir = a.File(dir)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	for _, lang := range v.Program.Languages {
		if err := c.language(ctx, a, v, voice, lang, dir); err != nil {
			return err
		}
	}
	return nil
}

// voice is the engine: that of a configuration, or as the flags say.
func (c *promptsRenderCmd) voice(a *app) (prompt.Voice, error) {
	v := config.Voice{Engine: c.Voice, URL: c.URL, Token: config.Plain(os.Getenv("REXIAN_VOICE_TOKEN")),
		Header: "Authorization", Scheme: "Bearer"}
	if c.Config != "" {
		cfg, err := config.Load(a.File(c.Config))
		if err != nil {
			return nil, cli.Wrong(err)
		}
		v = cfg.Voice
	}
	switch {
	case v.Engine != "http":
		return &prompt.Espeak{}, nil
	case v.URL == "":
		return nil, a.Usage("--voice http 需要 --url，或者用 --config 指明有 [voice] 的配置文件",
			"--voice http needs --url, or --config with a file that has [voice]")
	}
	return server.VoiceService(v), nil
}

// language renders what one language lacks and drops what is said no more.
func (c *promptsRenderCmd) language(ctx context.Context, a *app, v *deploy.Version, voice prompt.Voice, lang,
	dir string) error {
	path := filepath.Join(dir, prompt.FileName(lang))
	catalogue, err := exchange.ReadCatalogue(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		catalogue = prompt.NewCatalogue(voice.Name(), lang)
	case errors.Is(err, prompt.ErrCorrupt):
		if err := os.Rename(path, path+".damaged"); err != nil {
			return cli.Wrong(err)
		}
		fmt.Fprintln(a.Err, a.Say("%s 坏了，全部重新生成；坏的留在 %s.damaged",
			"%s is damaged and is rendered anew; the damaged one is kept as %s.damaged", path, path))
		catalogue = prompt.NewCatalogue(voice.Name(), lang)
	case err != nil:
		return fmt.Errorf("%s: %w", path, err)
	case catalogue.Voice != voice.Name():
		catalogue = prompt.NewCatalogue(voice.Name(), lang) // two voices in one sentence are worse than waiting
	}
	texts := append(exchange.Words(v, lang), server.Spoken(lang)...)
	if c.Characters {
		texts = append(texts, exchange.Characters(lang)...)
	}
	before := len(catalogue.Missing(texts))
	err = prompt.Render(ctx, catalogue, voice, texts, func(p prompt.Progress) {
		if a.Progress {
			fmt.Fprintf(a.Err, "\r\x1b[K%s %s %d/%d", lang, bar(p.Done, p.Total, 30), p.Done, p.Total)
		}
	})
	if a.Progress {
		fmt.Fprint(a.Err, "\r\x1b[K")
	}
	dropped := catalogue.Keep(texts)
	if saveErr := exchange.SaveCatalogue(path, catalogue); saveErr != nil {
		return errors.Join(err, saveErr)
	}
	var failed *prompt.Failures
	if errors.As(err, &failed) {
		for _, text := range failed.Texts {
			fmt.Fprintln(a.Err, a.Say("没有生成：%s（%v）", "not rendered: %s (%v)", text, failed.First))
		}
		return cli.ErrFindings
	}
	if errors.Is(err, prompt.ErrNotInstalled) {
		return a.Usage("没有安装 espeak-ng：apt-get install espeak-ng",
			"espeak-ng is not installed: apt-get install espeak-ng")
	}
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	fmt.Fprintln(a.Out, a.Say("%s  新生成 %d 句，去掉 %d 句，共 %d KB", "%s  %d rendered, %d dropped, %d KB in all", path, before,
		dropped, info.Size()/1024))
	return nil
}

// bar is a progress bar.
func bar(done, total, width int) string {
	if total <= 0 {
		return ""
	}
	full := done * width / total
	return "[" + strings.Repeat("#", full) + strings.Repeat(".", width-full) + "]"
}
