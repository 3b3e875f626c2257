package main

import (
	"encoding/json"
	"fmt"
	"io"

	"rexian/lang/diag"
)

type checkCmd struct {
	JSON   bool   `help:"${json}"`
	Strict bool   `help:"${strict}"`
	Path   string `arg:"" help:"${path}" default:"."`
}

func (checkCmd) Help() string {
	return "  rexian check flows\n  rexian check --json flows\n  rexian check --strict flows/main.flow"
}

func (c *checkCmd) Run(a *app) error {
	p, err := a.load(c.Path)
	if err != nil {
		return err
	}
	_, found := a.check(p)
	failed, warned := count(found)
	if c.JSON {
		if err := writeJSON(a.out, struct {
			Files    int           `json:"files"`
			Errors   int           `json:"errors"`
			Warnings int           `json:"warnings"`
			Findings []diag.Record `json:"findings"`
		}{len(p.Paths()), failed, warned, diag.Records(found, a.tongue, p.Source)}); err != nil {
			return err
		}
	} else {
		if err := a.print(found, p.Source); err != nil {
			return err
		}
		if len(found) > 0 {
			fmt.Fprintln(a.out)
		}
		fmt.Fprintln(a.out, a.tally(len(p.Paths()), failed, warned))
	}
	if failed > 0 || c.Strict && warned > 0 {
		return errFindings
	}
	return nil
}

func (a *app) tally(files, failed, warned int) string {
	if failed == 0 && warned == 0 {
		return a.say("%d 个文件，没有问题", "%d files, nothing wrong", files)
	}
	return a.say("%d 个文件，%d 个错误，%d 个警告", "%d files, %d errors, %d warnings", files, failed, warned)
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
