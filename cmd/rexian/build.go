package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"rexian/cmd/rexian/cli"
	"rexian/compiler/bundle"
	"rexian/lang/diag"
	"rexian/runtime/deploy"
)

type buildCmd struct {
	Output string `short:"o" help:"output" placeholder:"FILE"`
	settingFlags
	Path string `arg:"" help:"path" default:"."`
}

func (buildCmd) Help() string { return "  rexian build flows\n  rexian build -o hotline.rxb flows" }

// bundleExtension ends the names of bundles.
const bundleExtension = ".rxb"

// compiled checks and compiles a program as it would serve, without anything for tests in it; findings are printed.
func (a *app) compiled(path string, set ...settingFlags) (*program, *deploy.Version, error) {
	p, _, err := a.sound(path, set...)
	if err != nil {
		return nil, nil, err
	}
	v, err := p.Version()
	if refused, ok := errors.AsType[*deploy.Refused](err); ok {
		return nil, nil, errors.Join(a.plain(refused.Source).Print(a.Err, refused.Findings), cli.ErrFindings)
	}
	return p, v, err
}

func (c *buildCmd) Run(a *app) error {
	p, v, err := a.compiled(c.Path, c.settingFlags)
	if err != nil {
		return err
	}
	name := c.Output
	if name == "" {
		abs, err := filepath.Abs(p.Root())
		if err != nil {
			return cli.Wrong(err)
		}
		name = filepath.Base(abs) + bundleExtension
	}
	if err := os.WriteFile(a.File(name), v.Encoded, 0o644); err != nil {
		return cli.Wrong(err)
	}
	fmt.Fprintln(a.Out, a.Say("%s  %d 字节  版本 %s", "%s  %d [byte|bytes]  version %s", name, len(v.Encoded), v.Hash()))
	return nil
}

type disasmCmd struct {
	Flow string `help:"disasm_flow"`
	Path string `arg:"" help:"disasm_path" default:"."`
}

func (disasmCmd) Help() string {
	return "  rexian disasm flows\n  rexian disasm --flow 主菜单 hotline.rxb"
}

// refused reports a bundle that cannot be read.
func (a *app) refused(name string, err error) error {
	code := diag.Code("RX8013")
	switch {
	case errors.Is(err, bundle.ErrNotBundle):
		code = "RX8011"
	case errors.Is(err, bundle.ErrVersion):
		code = "RX8012"
	}
	found := []diag.Diagnostic{diag.New(code, name, diag.Span{}, filepath.Base(name))}
	return errors.Join(a.print(found, func(string) []byte { return nil }), cli.ErrFindings)
}

func (c *disasmCmd) Run(a *app) error {
	var prog *bundle.Program
	source := func(string) []byte { return nil }
	if filepath.Ext(c.Path) == bundleExtension {
		encoded, err := os.ReadFile(a.File(c.Path))
		if err != nil {
			return cli.Wrong(err)
		}
		if prog, err = bundle.Decode(encoded); err != nil {
			return a.refused(c.Path, err)
		}
	} else {
		p, v, err := a.compiled(c.Path)
		if err != nil {
			return err
		}
		prog, source = v.Program, p.Source
	}
	if c.Flow != "" && prog.FuncNamed(c.Flow) < 0 {
		return a.Usage("没有流程“%s”", "there is no flow %s", c.Flow)
	}
	sources := diag.Sources{Source: source}
	return bundle.Disassemble(a.Out, prog, bundle.Listing{Flow: c.Flow, Line: sources.Line})
}
