package suite

import (
	"strings"
	"testing"
	"time"

	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/diag"
	"rexian/runtime/vm"
)

// Every lookup that answers something has a sample, of the form that its type has.
func TestSamples(t *testing.T) {
	samples, err := Samples(nil, time.FixedZone("", 8*3600))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range library.All() {
		if f.Class != library.Lookup || f.Result == nil {
			continue
		}
		v, ok := samples[f.ID]
		switch {
		case !ok:
			t.Errorf("%s has no sample", f.ID)
		case f.Result.Kind == types.RecordOf &&
			(v.P == nil || v.P.Kind != vm.RecordObject || len(v.Items()) != len(f.Result.Record.Fields)):
			t.Errorf("the sample of %s is %+v", f.ID, v)
		case f.Result.Kind == types.ListOf && (v.P == nil || v.P.Kind != vm.ListObject):
			t.Errorf("the sample of %s is %+v", f.ID, v)
		}
	}
}

func TestASampleThatDoesNotFit(t *testing.T) {
	lib, err := library.Default().Extend([]*library.Function{{ID: "own.sum", Class: library.Lookup,
		Result: types.Of(types.Money), Fake: `"很多"`,
		Path: []library.Word{{ID: "own", Text: diag.Text{Zh: "自家", En: "own"}},
			{ID: "sum", Text: diag.Text{Zh: "总额", En: "sum"}}},
		Doc: diag.Text{Zh: "总额。", En: "The sum."}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Samples(lib, time.UTC); err == nil || !strings.Contains(err.Error(), "sample answers") {
		t.Error(err)
	}
}
