package stdlib

import (
	"fmt"
	"go/format"
	"strings"
	"unicode"

	"rexian/stdlib/sqlfunc"
)

// ScaffoldSQL returns the text of a SQL file for a new function of the library, to be put into the folder 查询 beside the
// flows: zh and en are its names, such as 外部.余额 and bureau.balance. It fails if they are no names of two words.
func ScaffoldSQL(zh, en string) (string, error) { return sqlfunc.Scaffold(zh, en) }

// ScaffoldGo returns the text of a Go file for a new function of the library: its signature and its body, to be handed
// to Options.Own by a program that a bureau builds for itself. It fails if zh and en are no names of two words.
func ScaffoldGo(zh, en string) (string, error) {
	if _, err := sqlfunc.Scaffold(zh, en); err != nil {
		return "", err
	}
	headEn, tailEn, _ := strings.Cut(en, ".")
	headZh, tailZh, _ := strings.Cut(zh, ".")
	text := fmt.Sprintf(`// Package %[1]s holds functions of the deployment's own.
package %[1]s

import (
	"context"
	"errors"
	"time"

	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/compiler/value"
	"rexian/lang/diag"
	"rexian/stdlib"
	"rexian/stdlib/fn"
)

// %[3]s is %[4]s.%[5]s in a flow. Values: texts as texts, numbers in millionths, money in fen, a date as days since
// 1970-01-01, a moment as Unix milliseconds; see package value.
var %[3]s = stdlib.Own{
	Limit: 3 * time.Second,
	Function: &library.Function{
		ID:    "%[1]s.%[2]s",
		Class: library.Lookup,
		Path: []library.Word{{ID: "%[1]s", Text: diag.Text{Zh: "%[4]s", En: "%[1]s"}}, {ID: "%[2]s", Text: diag.Text{Zh: "%[5]s", En: "%[2]s"}}},
		Params:   []library.Param{{Word: library.Word{ID: "id", Text: diag.Text{Zh: "税号", En: "id"}}, Type: types.Of(types.TaxpayerID)}},
		Result:   types.Of(types.Money),
		Outcomes: []string{"not_found"}, // unavailable need not be named
		Doc:      diag.Text{Zh: "按税号查余额。", En: "The balance of a taxpayer."},
		Example:  `+"`"+`设 余额 = %[4]s.%[5]s("913701001000000409") 否则 挂机  播放 "{余额}"`+"`"+`,
		Fake:     "100元",
	},
	Do: func(ctx context.Context, c fn.Caller, args []value.Value) (value.Value, error) {
		fen, err := ask%[3]s(ctx, args[0].Str())
		if errors.Is(err, errNo%[3]s) {
			return value.Value{}, fn.Outcome("not_found") // for the flow
		}
		return value.Int(fen), err // any other error is logged, and the flow sees unavailable
	},
}

var errNo%[3]s = errors.New("no such taxpayer")

// ask%[3]s asks the system that knows. It must end when ctx does.
func ask%[3]s(ctx context.Context, id string) (fen int64, err error) {
	known := map[string]int64{"913701001000000409": 100_00}
	if fen, ok := known[id]; ok {
		return fen, ctx.Err()
	}
	return 0, errNo%[3]s
}
`, headEn, tailEn, Exported(tailEn), headZh, tailZh)
	out, err := format.Source([]byte(text))
	if err != nil {
		return "", fmt.Errorf("the names do not make Go: %w", err)
	}
	return string(out), nil
}

// Exported is the Go name of a function of the library: its words joined, each with a capital, tax_due → TaxDue.
func Exported(name string) string {
	var out strings.Builder
	for _, part := range strings.Split(name, "_") {
		for i, r := range part {
			if i == 0 {
				r = unicode.ToUpper(r)
			}
			out.WriteRune(r)
		}
	}
	return out.String()
}
