package cli

import (
	"errors"
	"testing"

	"rexian/lang/diag"
)

// What is wrong with a command line is told in Chinese to who reads Chinese.
func TestSlip(t *testing.T) {
	for en, zh := range map[string]string{
		`unexpected argument unhold`:                            "多了 unhold",
		`unexpected argument calld, did you mean "calls"?`:      `多了 calld，是不是 "calls"`,
		`unknown flag --http, did you mean "--help"?`:           `没有选项 --http，是不是 "--help"`,
		`unknown flag --x`:                                      "没有选项 --x",
		`missing flags: --to=NAME,…, --note=TEXT`:               "缺少选项 --to=NAME,…, --note=TEXT",
		`expected "<name>"`:                                     `这里要写 "<name>"`,
		`expected one of "list", "show"`:                        `这里要写其中之一："list", "show"`,
		`--of must be one of "agent","queue" but got "x"`:       `--of 要写 "agent","queue" 之一，写的是 "x"`,
		`--for and --until can't be used together`:              "--for and --until 不能一起写",
		`--most: expected a valid 64 bit int but got "x" (int)`: `--most 的值 "x" (int) 不对`,
		`something else`:                                        "something else",
	} {
		if got := Slip(errors.New(en), diag.Zh); got != zh {
			t.Errorf("%s: %s", en, got)
		}
		if got := Slip(errors.New(en), diag.En); got != en {
			t.Errorf("%s: %s", en, got)
		}
	}
}
