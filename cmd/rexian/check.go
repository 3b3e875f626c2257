package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/report"
	"rexian/compiler"
	"rexian/lang/diag"
	"rexian/runtime/witness"
	"rexian/stdlib"
	"rexian/stdlib/sqlfunc"
)

type checkCmd struct {
	reportFlags
	Strict bool   `help:"strict"`
	All    bool   `help:"check_all"`
	Words  bool   `help:"missing_words"`
	Rules  bool   `help:"check_rules"`
	Watch  bool   `help:"check_watch"`
	DB     string `name:"db" help:"check_db" placeholder:"URL"`
	Bureau string `help:"check_bureau" placeholder:"URL"`
	settingFlags
	Path string `arg:"" help:"path" default:"."`
}

func (checkCmd) Help() string {
	return "  rexian check flows\n  rexian check --json flows\n  rexian check --strict flows/main.flow\n  rexian check --format sarif --output rexian.sarif flows\n  rexian check --format github flows\n  rexian check --format gitlab --output gl-code-quality-report.json flows\n  rexian check --format azure flows\n  rexian check --format gitea --output review.json flows\n  rexian check --format checkstyle --output checkstyle.xml flows\n  rexian check --all flows\n  rexian check --words flows\n  rexian check --rules flows\n  rexian check --watch flows\n  rexian check --set 最长等待=60秒 flows\n  rexian check --db postgres://rexian@db/rexian --bureau postgres://read@hall/hall flows"
}

func (c *checkCmd) Run(a *app) error {
	if !c.Watch {
		a.sparing()
	}
	p, err := a.load(c.Path, c.settingFlags)
	if err != nil {
		return err
	}
	if c.Watch {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		return c.watch(ctx, a, p)
	}
	return c.once(a, p)
}

// once checks the program as it was read and tells what is wrong; errFindings if that is enough to fail.
func (c *checkCmd) once(a *app, p *program) error {
	engines, err := c.prepare(a, p)
	if err != nil {
		return err
	}
	checked, found, err := p.Judge()
	if err != nil {
		return err
	}
	var missing []diag.Diagnostic
	if !diag.HasErrors(found) {
		missing = checked.MissingWords()
	}
	if c.Words {
		found = diag.Sort(append(found, missing...))
	}
	var judged compiler.Judged
	var examples []witness.Test
	if c.Rules {
		judged = p.Decide(p.Options)
		if examples, err = a.examples(judged); err != nil {
			return err
		}
	}
	failed, warned := count(found)
	screen := a.Out
	text := func(all bool) error {
		printer := a.plain(p.Source)
		printer.Colour = a.Colour && a.Out == screen
		if all || c.All || c.Words {
			printer.Most = 0
		}
		if err := printer.Print(a.Out, found); err != nil {
			return err
		}
		if len(found) > 0 {
			fmt.Fprintln(a.Out)
		}
		if c.Rules {
			a.ruleCard(judged.Verdicts, examples)
			fmt.Fprintln(a.Out)
		}
		fmt.Fprintln(a.Out, a.tally(len(p.Paths()), failed, warned))
		for _, line := range c.asked(a, p, engines) {
			fmt.Fprintln(a.Out, line)
		}
		if len(missing) > 0 && !c.Words {
			fmt.Fprintln(a.Out, a.Say("%d 处文字不是每种语种都有，会用后备语种代替；--words 逐处列出",
				"%d [text lacks|texts lack] words in some language, where the fallback is spoken; --words lists [it|them]", len(missing)))
		}
		return nil
	}
	if c.forPeople() {
		if err := text(false); err != nil {
			return err
		}
	}
	if c.form() != report.Text || c.Output != "" {
		if err := c.send(a, func(w io.Writer) error {
			switch c.form() {
			case report.Text:
				defer func() { a.Out = screen }()
				a.Out = w
				return text(true)
			case report.JSON:
				return cli.WriteJSON(w, struct {
					Files    int           `json:"files"`
					Errors   int           `json:"errors"`
					Warnings int           `json:"warnings"`
					Missing  int           `json:"missing_words"`
					Queries  int           `json:"queries"`
					Engines  []string      `json:"engines,omitempty"`
					Findings []diag.Record `json:"findings"`
					Rules    []ruleRecord  `json:"rules,omitempty"`
				}{len(p.Paths()), failed, warned, len(missing), len(p.Queries.Queries), engines,
					diag.Records(found, a.Tongue, p.Source), a.ruleRecords(p, judged.Verdicts, examples)})
			}
			return report.WriteFindings(w, c.form(), a.findings(p, found))
		}); err != nil {
			return err
		}
	}
	if failed > 0 || c.Strict && warned > 0 {
		return cli.ErrFindings
	}
	return nil
}

// prepare lets the databases that were named prepare the program's SQL files; what they refuse is among its findings.
// It returns which were asked, none if none was named.
func (c *checkCmd) prepare(a *app, p *program) ([]string, error) {
	if c.DB == "" && c.Bureau == "" {
		return nil, nil
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	url := c.DB
	if url == "sqlite::memory:" { // the throw-away one that is asked anyway
		url = ""
	}
	wrong, engines, err := stdlib.CheckQueries(ctx, p.Queries.Queries, url, c.Bureau)
	if err != nil {
		return nil, a.Usage("打不开数据库：%v", "the database cannot be opened: %v", err)
	}
	p.Refused(wrong)
	return engines, nil
}

// asked says which databases prepared how many of the program's SQL files, and of how many none did.
func (c *checkCmd) asked(a *app, p *program, engines []string) (lines []string) {
	if c.DB == "" && c.Bureau == "" {
		return nil
	}
	foreign := 0
	for _, q := range p.Queries.Queries {
		if q.Database == sqlfunc.Bureau {
			foreign++
		}
	}
	own := slices.DeleteFunc(slices.Clone(engines), func(e string) bool { return e == sqlfunc.Bureau })
	switch ours := len(p.Queries.Queries) - foreign; {
	case ours > 0:
		lines = append(lines, a.Say("%d 个查询文件，问过 %s", "%d query [file|files], asked of %s", ours,
			strings.Join(own, a.Say("、", ", "))))
	case foreign == 0:
		lines = append(lines, a.Say("没有查询文件", "there are no query files"))
	}
	switch {
	case foreign > 0 && len(own) < len(engines):
		lines = append(lines, a.Say("%d 个查询文件，问过业务库", "%d query [file|files], asked of the bureau's database", foreign))
	case foreign > 0:
		lines = append(lines, a.Say("%d 个查询文件是业务库的，没有问：加上 --bureau 地址",
			"%d query [file is|files are] for the bureau's database, which was not asked: add --bureau ADDRESS", foreign))
	}
	return lines
}

func (a *app) tally(files, failed, warned int) string {
	if failed == 0 && warned == 0 {
		return a.Say("%d 个文件，没有问题", "%d [file|files], nothing wrong", files)
	}
	return a.Say("%d 个文件，%d 个错误，%d 个警告", "%d [file|files], %d [error|errors], %d [warning|warnings]", files, failed, warned)
}
