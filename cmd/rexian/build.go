package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"rexian/compiler/bundle"
	"rexian/compiler/emit"
	"rexian/lang/diag"
)

type buildCmd struct {
	Output string `short:"o" help:"${output}" placeholder:"FILE"`
	Path   string `arg:"" help:"${path}" default:"."`
}

func (buildCmd) Help() string { return "  rexian build flows\n  rexian build -o hotline.rxb flows" }

// bundleExtension ends the names of bundles.
const bundleExtension = ".rxb"

// compiled checks and compiles a program without anything for tests in it.
func (a *app) compiled(path string) (*program, *bundle.Program, []byte, error) {
	p, checked, err := a.sound(path)
	if err != nil {
		return nil, nil, nil, err
	}
	out, err := emit.Emit(checked, emit.Options{})
	if err != nil {
		return nil, nil, nil, err
	}
	encoded, err := bundle.Encode(out.Program)
	return p, out.Program, encoded, err
}

func (c *buildCmd) Run(a *app) error {
	p, prog, encoded, err := a.compiled(c.Path)
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

func (c *disasmCmd) Run(a *app) error {
	var prog *bundle.Program
	source := func(string) []byte { return nil }
	if filepath.Ext(c.Path) == bundleExtension {
		encoded, err := os.ReadFile(a.file(c.Path))
		if err != nil {
			return usageError{err}
		}
		if prog, err = bundle.Decode(encoded); err != nil {
			return usageError{fmt.Errorf("%s: %w", c.Path, err)}
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
	var b bytes.Buffer
	fmt.Fprintf(&b, "; %s\n", prog.Hash)
	for fn := range prog.Funcs {
		if c.Flow == "" || prog.Funcs[fn].Name == c.Flow {
			disassemble(&b, prog, fn, source)
		}
	}
	_, err := b.WriteTo(a.out)
	return err
}

// disassemble writes one function: an instruction a line, with its operands and, where its place differs
// from that of the line before, the place in the sources.
func disassemble(w io.Writer, p *bundle.Program, fn int, source func(string) []byte) {
	f := &p.Funcs[fn]
	name := f.Name
	if name == "" {
		name = "-"
	}
	fmt.Fprintf(w, "\nfunc %d %s  params %d  registers %d\n", fn, name, len(f.Params), f.Registers)
	last := ""
	for pc, code := range f.Code {
		at := ""
		if file, start, _, ok := p.Place(fn, pc); ok {
			at = fmt.Sprintf("%s@%d", file, start)
			if src := source(file); src != nil {
				at = fmt.Sprintf("%s:%d", file, diag.Place(src, start).Line)
			}
		}
		line := fmt.Sprintf("%5d  %-11s %s", pc, code.Op(), operands(f, pc, code))
		if at != last && at != "" {
			line = fmt.Sprintf("%-56s ; %s", line, at)
		}
		last = at
		fmt.Fprintln(w, line)
	}
}

func operands(f *bundle.Func, pc int, code bundle.Code) string {
	switch code.Op().Layout() {
	case bundle.ABx:
		s := fmt.Sprintf("r%d %d", code.A(), code.Bx())
		switch code.Op() {
		case bundle.LoadK:
			if k := code.Bx(); k < len(f.Consts) {
				if f.Consts[k].Text {
					return s + fmt.Sprintf("  %q", f.Consts[k].S)
				}
				return s + fmt.Sprintf("  %d", f.Consts[k].N)
			}
		case bundle.LoadI:
			return fmt.Sprintf("r%d %d", code.A(), code.SBx())
		case bundle.Effect:
			if k := code.Bx(); k < len(f.Sites) {
				return s + "  " + f.Sites[k].Kind.String()
			}
		}
		return s
	case bundle.AJump:
		return fmt.Sprintf("r%d → %d", code.A(), pc+1+code.SBx())
	case bundle.JLong:
		return fmt.Sprintf("→ %d", pc+1+code.J())
	}
	return fmt.Sprintf("r%d r%d r%d", code.A(), code.B(), code.C())
}
