package compiler

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/lang/diag"
)

// TestOwnLibrary: a deployment's own function is called like a built-in one, with the same faults, and only where it
// was added.
func TestOwnLibrary(t *testing.T) {
	word := func(en, zh string) library.Word { return library.Word{ID: en, Text: diag.Text{Zh: zh, En: en}} }
	balance := &library.Function{ID: "bureau.balance",
		Path:     []library.Word{word("bureau", "外部"), word("balance", "余额")},
		Params:   []library.Param{{Word: word("id", "税号"), Type: types.Of(types.TaxpayerID)}},
		Result:   types.Of(types.Money),
		Outcomes: []string{"not_found"}, Doc: diag.Text{Zh: "账户余额。", En: "The balance."}}
	own, err := library.Default().Extend([]*library.Function{balance}, nil)
	if err != nil {
		t.Fatal(err)
	}
	check := func(call string, reg *library.Registry) []string {
		dir := t.TempDir()
		src := "接入号 \"12366\" 进入 总机\n缺省 { 时区 \"Asia/Shanghai\"  当 出错 { 挂机 } }\n流程 总机 {\n    设 余额 = " + call +
			"\n    播放 \"{余额}\"\n    挂机\n}\n"
		if err := os.WriteFile(filepath.Join(dir, "a.flow"), []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		w, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Load(); err != nil {
			t.Fatal(err)
		}
		_, found := w.Check(Options{Library: reg})
		var codes []string
		for _, d := range found {
			if d.Severity == diag.Error {
				codes = append(codes, string(d.Code))
			}
		}
		return codes
	}
	good := `外部.余额("913701001000000409") 否则 挂机`
	if codes := check(good, own); len(codes) > 0 {
		t.Errorf("a good call: %v", codes)
	}
	if codes := check(`bureau.balance(税号: "913701001000000409") 否则 挂机`, own); len(codes) > 0 {
		t.Errorf("in English: %v", codes)
	}
	for call, reg := range map[string]*library.Registry{good: nil, `外部.余额(3元) 否则 挂机`: own, `外部.余额() 否则 挂机`: own,
		`外部.余款("913701001000000409") 否则 挂机`: own} {
		if codes := check(call, reg); len(codes) != 1 {
			t.Errorf("%s: %v", call, codes)
		}
	}
	// What is not caught goes to the flow's handlers, and there are none.
	if codes := check(`外部.余额("913701001000000409")`, own); !slices.ContainsFunc(codes,
		func(c string) bool { return c == "RX3101" }) {
		t.Errorf("an outcome nobody catches: %v", codes)
	}
}
