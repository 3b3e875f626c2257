package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/source"
	"rexian/cmd/rexian/talent"
	"rexian/media/audio"
	"rexian/media/prompt"
	"rexian/runtime/exchange"
)

// promptsImportCmd takes in what a person recorded.
type promptsImportCmd struct {
	Voice  string `help:"import_voice" placeholder:"NAME"`
	Lang   string `help:"import_lang"`
	Force  bool   `help:"import_force"`
	DryRun bool   `help:"import_dry"`
	Prune  bool   `help:"import_prune"`
	Folder string `arg:"" help:"import_folder"`
	Path   string `arg:"" help:"path" default:"."`
}

// Help shows examples.
func (promptsImportCmd) Help() string {
	return "  rexian prompts import --voice 王芳 录音 flows\n  rexian prompts import --dry-run 录音 flows"
}

// take is one file of the folder that belongs to a line.
type take struct {
	file  string
	line  talent.Line
	bytes []byte
}

// Run takes the files in, each for the line that its name says: the key of the script, or the words themselves. What
// cannot be used is told and left out; the exit code is then 1.
func (c *promptsImportCmd) Run(a *app) error {
	list, p, err := a.scripts(c.Path, c.Lang)
	if err != nil {
		return err
	}
	files, err := c.files(a)
	if err != nil {
		return err
	}
	refused := 0
	for i := range list {
		s := &list[i]
		voice := s.catalogue.Voice
		if c.Voice != "" && voice != "" && voice != c.Voice {
			return a.Usage("%s 的录音是 %s 的；一句话里不要有两个人的声音。换人请先移走 %s",
				"the recordings in %s are of %s; two voices in one sentence are worse than one. To begin anew move %s away", s.lang,
				voice, filepath.Join(source.Voices(p.Root()), prompt.RecordedName(s.lang)))
		}
		if s.catalogue.Voice == "" {
			s.catalogue.Voice = c.Voice
		}
		mine, rest := match(s, files)
		files = rest
		taken, bad := c.take(a, s, mine)
		refused += bad
		pruned := 0
		if c.Prune {
			texts := make([]string, len(s.lines))
			for i := range s.lines {
				texts[i] = s.lines[i].Text
			}
			pruned = s.catalogue.Keep(texts)
		}
		if taken+pruned > 0 && !c.DryRun {
			if s.catalogue.Voice == "" {
				return a.Usage("请用 --voice 写明是谁的声音", "say with --voice whose voice it is")
			}
			path := filepath.Join(source.Voices(p.Root()), prompt.RecordedName(s.lang))
			if err := exchange.SaveCatalogue(path, s.catalogue); err != nil {
				return cli.Wrong(err)
			}
		}
		if len(mine)+pruned > 0 {
			missing, _ := talent.Compare(s.lines, s.catalogue)
			fmt.Fprintln(a.Out, a.Say("%s  收下 %d 句，退回 %d 句，去掉 %d 句；还缺 %d 句",
				"%s  %d taken, %d refused, %d dropped; %d [is|are] still missing",
				s.lang, taken, bad, pruned, len(missing)))
		}
	}
	for _, f := range files {
		fmt.Fprintln(a.Err, a.Say("%s：录音稿里没有这一句", "%s: the script has no such line", f))
	}
	if refused+len(files) > 0 {
		return cli.ErrFindings
	}
	return nil
}

// files are the recordings of the folder, by name.
func (c *promptsImportCmd) files(a *app) ([]string, error) {
	entries, err := os.ReadDir(a.File(c.Folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, a.Usage("找不到录音的文件夹 %s", "the folder of recordings %s is not there", c.Folder)
	}
	if err != nil {
		return nil, cli.Wrong(err)
	}
	var list []string
	for _, e := range entries {
		switch strings.ToLower(filepath.Ext(e.Name())) {
		case ".wav", ".mp3":
			list = append(list, filepath.Join(c.Folder, e.Name()))
		}
	}
	if len(list) == 0 {
		return nil, a.Usage("%s 里没有 .wav、.mp3 文件", "no .wav or .mp3 in %s", c.Folder)
	}
	return list, nil
}

// match finds the lines of files; rest are those without one in this language.
func match(s *scripted, files []string) (mine []take, rest []string) {
	at := map[string]int{}
	for i, l := range s.lines {
		at[l.Key] = i
	}
	for _, f := range files {
		stem := strings.TrimSuffix(filepath.Base(f), filepath.Ext(f))
		i, ok := at[stem]
		if !ok {
			i, ok = at[talent.KeyOf(s.lang, stem)]
		}
		if !ok {
			rest = append(rest, f)
			continue
		}
		mine = append(mine, take{file: f, line: s.lines[i]})
	}
	return mine, rest
}

// take judges the files and adds those that can be used.
func (c *promptsImportCmd) take(a *app, s *scripted, files []take) (taken, refused int) {
	for i, t := range files {
		if a.Progress {
			fmt.Fprintf(a.Err, "\r\x1b[K%s %s %d/%d", s.lang, bar(i, len(files), 30), i, len(files))
		}
		faults, err := c.add(a, s.catalogue, t)
		grave := err != nil || !c.Force && slices.ContainsFunc(faults, func(f talent.Fault) bool { return f.Grave })
		if grave {
			refused++
		} else {
			taken++
		}
		if a.Progress {
			fmt.Fprint(a.Err, "\r\x1b[K")
		}
		c.tell(a, t, faults, err, grave)
	}
	return taken, refused
}

func (c *promptsImportCmd) tell(a *app, t take, faults []talent.Fault, err error, grave bool) {
	mark := a.Say("收下，但", "taken, but")
	if grave {
		mark = a.Say("退回", "refused")
	}
	if err != nil {
		fmt.Fprintln(a.Err, a.Say("%s：%s：读不了：%v", "%s: %s: it cannot be read: %v", t.file, mark, err))
		return
	}
	for _, f := range faults {
		fmt.Fprintln(a.Err, a.Say("%s：%s：%s（%s）", "%s: %s: %s (%s)", t.file, mark, f.Text.In(a.Tongue),
			strings.TrimSpace(t.line.Text)))
	}
}

// add judges one file and adds it to the catalogue, unless it is bad.
func (c *promptsImportCmd) add(a *app, to *prompt.Catalogue, t take) ([]talent.Fault, error) {
	info, err := os.Stat(a.File(t.file))
	if err != nil {
		return nil, err
	}
	if info.Size() > audio.MaxBytes {
		return nil, fmt.Errorf("%d MB", info.Size()>>20)
	}
	b, err := os.ReadFile(a.File(t.file))
	if err != nil {
		return nil, err
	}
	clip, err := audio.Read(b)
	if err != nil {
		return nil, err
	}
	faults := talent.Judge(t.line, audio.Measure(clip))
	if !c.Force && slices.ContainsFunc(faults, func(f talent.Fault) bool { return f.Grave }) {
		return faults, nil
	}
	pcm, err := prompt.ImportWords(t.file, b)
	if err == nil {
		err = to.Add(t.line.Text, pcm)
	}
	return faults, errors.Join(err)
}
