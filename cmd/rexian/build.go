package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"rexian/compiler/bundle"
	"rexian/compiler/emit"
	"rexian/lang/diag"
)

type buildCmd struct {
	Output string `short:"o" help:"${output}" placeholder:"FILE"`
	settingFlags
	Path string `arg:"" help:"${path}" default:"."`
}

func (buildCmd) Help() string { return "  rexian build flows\n  rexian build -o hotline.rxb flows" }

// bundleExtension ends the names of bundles.
const bundleExtension = ".rxb"

// compiled checks and compiles a program without anything for tests in it.
func (a *app) compiled(path string, set ...settingFlags) (*program, *bundle.Program, []byte, error) {
	p, checked, err := a.sound(path, set...)
	if err != nil {
		return nil, nil, nil, err
	}
	out, err := a.emit(p, checked, emit.Options{})
	if err != nil {
		return nil, nil, nil, err
	}
	encoded, err := bundle.Encode(out.Program)
	return p, out.Program, encoded, err
}

func (c *buildCmd) Run(a *app) error {
	p, prog, encoded, err := a.compiled(c.Path, c.settingFlags)
	if err != nil {
		return err
	}
	name := c.Output
	if name == "" {
		abs, err := filepath.Abs(p.Root())
		if err != nil {
			return usageError{err}
		}
		name = filepath.Base(abs) + bundleExtension
	}
	if err := os.WriteFile(a.file(name), encoded, 0o644); err != nil {
		return usageError{err}
	}
	fmt.Fprintln(a.out, a.say("%s  %d 字节  版本 %s", "%s  %d bytes  version %s", name, len(encoded), prog.Hash))
	return nil
}

type disasmCmd struct {
	Flow string `help:"${disasm_flow}"`
	Path string `arg:"" help:"${disasm_path}" default:"."`
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
	return errors.Join(a.print(found, func(string) []byte { return nil }), errFindings)
}

func (c *disasmCmd) Run(a *app) error {
	var prog *bundle.Program
	source := func(string) []byte { return nil }
	if filepath.Ext(c.Path) == bundleExtension {
		encoded, err := os.ReadFile(a.file(c.Path))
		if err != nil {
			return usageError{err}
		}
		if prog, err = bundle.Decode(encoded); err != nil {
			return a.refused(c.Path, err)
		}
	} else {
		p, compiled, _, err := a.compiled(c.Path)
		if err != nil {
			return err
		}
		prog, source = compiled, p.Source
	}
	if c.Flow != "" && prog.FuncNamed(c.Flow) < 0 {
		return a.usage("没有流程“%s”", "there is no flow %s", c.Flow)
	}
	line := func(file string, offset int) int {
		if src := source(file); src != nil {
			return diag.Place(src, offset).Line
		}
		return 0
	}
	return bundle.Disassemble(a.out, prog, bundle.Listing{Flow: c.Flow, Line: line})
}
