package compiler

import (
	"errors"
	"fmt"

	"rexian/compiler/bundle"
	"rexian/compiler/check"
	"rexian/compiler/emit"
	"rexian/lang/diag"
)

// ErrFindings means that a program has errors and was not built; the findings say which.
var ErrFindings = errors.New("the program has errors")

// Judge is Check together with what only the machine's limits refuse, which is known once the code has been made. The
// code is not kept. An error means that it could not be made for another reason.
func (w *Workspace) Judge(o Options) (*check.Program, []diag.Diagnostic, error) {
	program, g, found := w.check(o)
	if diag.HasErrors(found) {
		return program, found, nil
	}
	g.Forget()
	_, err := emit.Emit(program, emit.Options{Graph: g, Discard: true})
	if t, ok := errors.AsType[*emit.TooLarge](err); ok {
		return program, diag.Sort(append(found, t.Finding())), nil
	}
	return program, found, err
}

// Build checks the program of the last Load and compiles it. The same sources and settings give the same bundle. The
// findings are those of Check, warnings included; if they hold an error the bundle is nil and the
// error is ErrFindings. Any other error means that the program is beyond what the machine holds.
func (w *Workspace) Build(o Options) (*bundle.Program, []diag.Diagnostic, error) {
	program, g, found := w.check(o)
	if diag.HasErrors(found) {
		return nil, found, ErrFindings
	}
	out, err := emit.Emit(program, emit.Options{Graph: g})
	if t, ok := errors.AsType[*emit.TooLarge](err); ok {
		return nil, diag.Sort(append(found, t.Finding())), ErrFindings
	}
	if err != nil {
		return nil, found, fmt.Errorf("emit the program: %w", err)
	}
	return out.Program, found, nil
}
