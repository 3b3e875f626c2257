package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/server"
	"rexian/cmd/rexian/source"
	"rexian/cmd/rexian/talent"
	"rexian/media/prompt"
	"rexian/runtime/exchange"
	"rexian/stdlib/table"
)

// promptsScriptCmd writes what a person is to record.
type promptsScriptCmd struct {
	Lang    string `help:"prompts_lang"`
	Missing bool   `help:"script_missing"`
	Output  string `short:"o" help:"script_output" placeholder:"FILE"`
	Path    string `arg:"" help:"path" default:"."`
}

// Help shows examples.
func (promptsScriptCmd) Help() string {
	return "  rexian prompts script -o 录音稿.xlsx flows\n  rexian prompts script --missing --lang zh -o 补录.xlsx flows"
}

// scripted is the script of one language with what is recorded of it.
type scripted struct {
	lang      string
	lines     []talent.Line
	catalogue *prompt.Catalogue
	missing   []talent.Line
	stale     []talent.Stale
}

// scripts are the scripts of a program's languages, or of one of them.
func (a *app) scripts(path, lang string) ([]scripted, *program, error) {
	v, p, err := a.version(path)
	if err != nil {
		return nil, nil, err
	}
	var list []scripted
	for _, l := range v.Program.Languages {
		if lang != "" && l != lang {
			continue
		}
		c, err := takesOf(p.Root(), l)
		if err != nil {
			return nil, nil, err
		}
		s := scripted{lang: l, lines: talent.Script(v, l, server.Said(l)), catalogue: c}
		s.missing, s.stale = talent.Compare(s.lines, c)
		list = append(list, s)
	}
	if len(list) == 0 {
		return nil, nil, a.Usage("流程没有语种 %s；有：%s", "the flows have no language %s; they have %s", lang,
			strings.Join(v.Program.Languages, a.Say("、", ", ")))
	}
	return list, p, nil
}

// takesOf is what a person has recorded for a program in a language; empty where there is nothing yet.
func takesOf(root, lang string) (*prompt.Catalogue, error) {
	path := filepath.Join(source.Voices(root), prompt.RecordedName(lang))
	c, err := exchange.ReadCatalogue(path)
	if errors.Is(err, fs.ErrNotExist) {
		return prompt.NewCatalogue("", lang), nil
	}
	if err != nil {
		return nil, cli.Wrong(fmt.Errorf("%s: %w", path, err))
	}
	return c, nil
}

// Run writes the script as XLSX or CSV; as CSV to the screen without a file.
func (c *promptsScriptCmd) Run(a *app) error {
	n := 0
	err := a.sheetTo(c.Output, func(out io.Writer, f table.Format) error {
		list, _, err := a.scripts(c.Path, c.Lang)
		if err == nil {
			n, err = c.write(a, out, f, list)
		}
		return err
	})
	if err == nil && c.Output != "" {
		fmt.Fprintln(a.Err, a.Say("%s：%d 句", "%s: %d [line|lines]", c.Output, n))
	}
	return err
}

func (c *promptsScriptCmd) write(a *app, out io.Writer, format table.Format, list []scripted) (n int, err error) {
	header := strings.Split(a.Say("文件名,语种,要说的话,种类,在哪里听到,最长（秒）,状态,原来录的",
		"file,language,words,kind,heard at,longest (s),state,recorded before"), ",")
	sheet, err := table.NewSheet(out, format, header...)
	if err != nil {
		return 0, err
	}
	for _, s := range list {
		before := map[string]string{} // by the key of the new words
		for _, old := range s.stale {
			if old.Now != nil {
				before[old.Now.Key] = old.Text
			}
		}
		lines := s.lines
		if c.Missing {
			lines = s.missing
		}
		for _, l := range lines {
			state := a.Say("缺", "missing")
			if s.catalogue.Has(l.Text) {
				state = a.Say("已录", "recorded")
			} else if before[l.Key] != "" {
				state = a.Say("改过，要重录", "changed, to be recorded again")
			}
			err = errors.Join(err, sheet.Row(l.Key+".wav", l.Lang, strings.TrimSpace(l.Text),
				l.Kind.Name().In(a.Tongue),
				strings.Join(l.Heard, "\n"), fmt.Sprintf("%.1f", l.Limit.Seconds()), state, before[l.Key]))
			n++
		}
	}
	return n, errors.Join(err, sheet.Close(err == nil))
}

// promptsCheckCmd tells what is missing or stale.
type promptsCheckCmd struct {
	Lang string `help:"prompts_lang"`
	Most int    `help:"check_most" default:"20"`
	Path string `arg:"" help:"path" default:"."`
}

// Help shows examples.
func (promptsCheckCmd) Help() string {
	return "  rexian prompts check flows\n  rexian prompts check --lang zh --most 0 flows"
}

// Run prints, by language, which sentences nobody recorded and which recordings are of words that are said no more; the
// exit code is 1 if there are any in a language that somebody has begun to record.
func (c *promptsCheckCmd) Run(a *app) error {
	list, _, err := a.scripts(c.Path, c.Lang)
	if err != nil {
		return err
	}
	wrong := false
	for _, s := range list {
		have := len(s.lines) - len(s.missing)
		if have == 0 && len(s.stale) == 0 {
			fmt.Fprintln(a.Out, a.Say("%s  没有真人录音；%d 句都由合成的声音说",
				"%s  nobody recorded anything; the rendered voice says all %d [line|lines]",
				s.lang, len(s.lines)))
			continue
		}
		fmt.Fprintln(a.Out, a.Say("%s  %s 录了 %d 句，缺 %d 句，%d 句录的是不再说的话",
			"%s  %s recorded %d [line|lines]; %d [is|are] missing, %d [is|are] of words said no more",
			s.lang, s.catalogue.Voice, have, len(s.missing), len(s.stale)))
		wrong = wrong || len(s.missing) > 0 || len(s.stale) > 0
		c.list(a, s)
	}
	if wrong {
		return cli.ErrFindings
	}
	return nil
}

func (c *promptsCheckCmd) list(a *app, s scripted) {
	shown := 0
	more := func() bool {
		shown++
		return c.Most == 0 || shown <= c.Most
	}
	changed := map[string]bool{}
	for _, old := range s.stale {
		if old.Now != nil {
			changed[old.Now.Key] = true
		}
		if !more() {
			continue
		}
		if old.Now == nil {
			fmt.Fprintln(a.Out, a.Say("  不再说  %s", "  not said any more  %s", old.Text))
			continue
		}
		fmt.Fprintln(a.Out, a.Say("  改过了  %s.wav  录的：%s\n          现在：%s",
			"  changed  %s.wav  recorded: %s\n           now: %s", old.Now.Key,
			old.Text, strings.TrimSpace(old.Now.Text)))
	}
	for _, l := range s.missing {
		if !changed[l.Key] && more() {
			fmt.Fprintln(a.Out, a.Say("  缺      %s.wav  %s", "  missing  %s.wav  %s", l.Key, strings.TrimSpace(l.Text)))
		}
	}
	if c.Most > 0 && shown > c.Most {
		fmt.Fprintln(a.Out, a.Say("  还有 %d 句；--most 0 全部列出", "  and %d more; --most 0 shows all", shown-c.Most))
	}
}
