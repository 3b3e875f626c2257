package compiler

import (
	"errors"
	"fmt"

	"rexian/compiler/bundle"
	"rexian/compiler/emit"
	"rexian/lang/diag"
)

// ErrFindings means that a program has errors and was not built; the findings say which.
var ErrFindings = errors.New("the program has errors")

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
