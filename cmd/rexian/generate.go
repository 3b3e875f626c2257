package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"unicode"

	"rexian/compiler/check"
	"rexian/lang/diag"
	"rexian/lang/format"
	"rexian/runtime/meaning"
	"rexian/runtime/score"
)

// generateFlags propose tests.
type generateFlags struct {
	Generate bool   `help:"generate"`
	Out      string `help:"generate_out" placeholder:"FILE"`
}

// propose writes tests for what no test takes or notices.
func (c *testCmd) propose(a *app, path string, p *program, checked *check.Program) error {
	if c.form() != "text" {
		return a.Usage("--generate 输出测试，没有别的格式", "--generate prints tests and has no other form")
	}
	o, err := c.slips(a, path, p, checked)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	r, err := score.Run(ctx, o)
	if err != nil {
		return err
	}
	if r.Tests.Failed > 0 {
		return a.Usage("有 %d 个测试本来就不通过：先改好它们", "%d [test fails|tests fail] as it is: mend that first", r.Tests.Failed)
	}
	tongue := p.tongue()
	came, err := o.Generate(ctx, r, p.side(checked, o.Graph), tongue)
	if err != nil {
		return err
	}
	text, err := written(came, tongue)
	if err != nil {
		return err
	}
	if err := (reportFlags{Output: c.Out}).send(a, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}); err != nil {
		return err
	}
	slips, edges := 0, 0
	for _, t := range came.Tests {
		slips, edges = slips+t.Slips, edges+t.Edges
	}
	fmt.Fprintln(a.Err, a.Say("%d 个测试，每个都试打过：发现 %d 处改动，走过 %d 条分支；还有 %d 处改动、%d 条分支没有测试",
		"%d [test|tests], each played: %d [slip|slips] noticed, %d [edge|edges] taken; without a test are %d [slip|slips] and %d [edge|edges]",
		len(came.Tests), slips, edges, len(came.Left), len(came.Edges)))
	return nil
}

// written are tests as they stand in a flow file of the author's tongue.
func written(came *score.Proposed, tongue diag.Tongue) (string, error) {
	var b strings.Builder
	for i, t := range came.Tests {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(meaning.Block(t.Name, t.Body))
	}
	to := format.Zh
	if tongue == diag.En {
		to = format.En
	}
	out, err := format.Format("tests.flow", []byte(b.String()), format.Options{Tongue: to})
	return string(out), err
}

// tongue is that in which most lines of a program are written.
func (p *program) tongue() diag.Tongue {
	zh, en := 0, 0
	for _, name := range p.Paths() {
		for line := range strings.Lines(string(p.Source(name))) {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "//") {
				continue
			}
			switch first := []rune(line)[0]; {
			case unicode.Is(unicode.Han, first):
				zh++
			case unicode.IsLetter(first):
				en++
			}
		}
	}
	if en > zh {
		return diag.En
	}
	return diag.Zh
}
