//go:build campaigns

package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/server"
)

// TestTheOfficesTrial runs testdata/trial/*.txtar: what an office does with its first campaign, over real calls to
// another server that is the line's other side. `hotline` serves at ten in the morning, $SIP is where; `fill` puts
// $TRUNK into a file; `sheet` makes a spreadsheet of a CSV; `until RE COMMAND…` asks until it prints that.
func TestTheOfficesTrial(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/trial",
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"rexian": inProcess,
			"hotline": atTen, "fill": fill, "sheet": sheet, "until": until},
		Setup: func(e *testscript.Env) error {
			e.Setenv("LANG", "zh_CN.UTF-8")
			e.Setenv("LC_ALL", "")
			return nil
		},
	})
}

func atTen(ts *testscript.TestScript, _ bool, args []string) {
	cfg, err := config.Load(ts.MkAbs(args[0]))
	ts.Check(err)
	now := time.Now().In(time.FixedZone("CST", 8*3600))
	shift := time.Date(now.Year(), now.Month(), now.Day(), 10, 0, 0, 0, now.Location()).Sub(now)
	s, err := server.Start(context.Background(), server.Options{Config: cfg, Logger: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return time.Now().Add(shift) }})
	ts.Check(err)
	ts.Defer(func() { ts.Check(s.Close()) })
	ts.Setenv("HTTP", "http://"+s.Web().String())
	ts.Setenv("SIP", s.Addrs()[0])
}

func fill(ts *testscript.TestScript, _ bool, args []string) {
	b := strings.ReplaceAll(ts.ReadFile(args[0]), "$TRUNK", ts.Getenv("TRUNK"))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b), 0o600))
}

func sheet(ts *testscript.TestScript, _ bool, args []string) {
	rows, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[0]))).ReadAll()
	ts.Check(err)
	book := excelize.NewFile()
	for i, row := range rows {
		ts.Check(book.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row))
	}
	ts.Check(book.SaveAs(ts.MkAbs(args[1])))
}

func until(ts *testscript.TestScript, _ bool, args []string) {
	want := regexp.MustCompile(args[0])
	var out strings.Builder
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		out.Reset()
		a := &app{App: cli.App{Dir: ts.MkAbs("."), In: strings.NewReader(""), Out: &out, Err: &out, Now: time.Now()}}
		if run(a, args[2:], ts.Getenv) == 0 && want.MatchString(out.String()) {
			return
		}
	}
	ts.Fatalf("%s does not come: %s", args[0], out.String())
}
