package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"rexian/cmd/rexian/cli"
	"rexian/stdlib/customer"
	"rexian/stdlib/db"
	"rexian/stdlib/table"
)

type dataImportCmd struct {
	databaseFlags
	DryRun   bool        `short:"n" help:"data_dry"`
	Encoding string      `help:"data_encoding" enum:"auto,utf-8,gb18030" default:"auto"`
	Policy   string      `help:"data_policy" enum:"update,skip,fail" default:"update"`
	Strict   bool        `help:"data_strict"`
	By       string      `help:"data_by" placeholder:"NAME"`
	Rejects  string      `help:"data_rejects" placeholder:"FILE"`
	Remove   bool        `help:"data_remove" aliases:"remove-missing"`
	JSON     bool        `help:"json"`
	What     string      `arg:"" help:"data_kind"`
	File     string      `arg:"" optional:"" help:"data_file"`
	kind     *table.Kind // nil: customers
}

func (dataImportCmd) Help() string {
	return "  rexian data import taxpayers 纳税人.xlsx\n  rexian data import --dry-run arrears 欠税.csv\n" +
		"  rexian data import --remove arrears 欠税.csv\n  rexian data import invoices 发票.xlsx\n  rexian data import --dry-run customers.csv\n  rexian data import customers.csv\n" +
		"  rexian data import --dry-run --rejects faulty.csv customers.xlsx\n" +
		"  rexian data import --db postgres://rexian@db/rexian --policy skip customers.xlsx\n" +
		"  REXIAN_ACCOUNT_KEY=… rexian data import customers.csv"
}

// kindNames are the kinds of the bureau's data.
func kindNames(a *app) string {
	var names []string
	for _, k := range table.Kinds {
		names = append(names, a.Say(k.ID+" "+k.Name.Zh, k.ID))
	}
	return strings.Join(names, a.Say("、", ", "))
}

type dataSampleCmd struct {
	Kind string `arg:"" help:"data_sample_kind"`
}

// Help shows examples.
func (dataSampleCmd) Help() string {
	return "  rexian data sample arrears > 欠税.csv\n  rexian data sample 发票 > 发票.csv\n  rexian data sample duties --tongue en"
}

// Run prints a file that could be imported: the headers and two rows.
func (c *dataSampleCmd) Run(a *app) error {
	k, ok := table.FindKind(c.Kind)
	if !ok {
		return a.Usage("不认识“%s”；有 %s", "%s is not known; there are %s", c.Kind, kindNames(a))
	}
	w := csv.NewWriter(a.Out)
	if err := w.WriteAll(k.Sample(a.Tongue)); err != nil {
		return err
	}
	return nil
}

// decoded is a file's content, turned into UTF-8 if its encoding was named.
func (c *dataImportCmd) decoded(a *app, src []byte) ([]byte, error) {
	switch c.Encoding {
	case "gb18030":
		out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(src)
		if err != nil || strings.ContainsRune(string(out), utf8.RuneError) {
			return nil, a.Usage("%s 不是 GB18030 编码", "%s is not GB18030", c.File)
		}
		return out, nil
	case "utf-8":
		if !utf8.Valid(src) {
			return nil, a.Usage("%s 不是 UTF-8 编码", "%s is not UTF-8", c.File)
		}
	}
	return src, nil
}

// sort finds out what the file holds: without a word for it, customers.
func (c *dataImportCmd) sort(a *app) error {
	switch k, ok := table.FindKind(c.What); {
	case c.File == "":
		c.File = c.What
	case ok:
		c.kind = k
	case c.What != "customers" && c.What != "客户":
		return a.Usage("不认识“%s”；可以导入 customers 客户、%s", "%s is not known; what can be imported is customers, %s",
			c.What, kindNames(a))
	}
	if c.Remove && (c.kind == nil || !c.kind.CanRemove()) {
		return a.Usage("--remove 不能用于 %s：文件里没有的不会去掉", "--remove is not for %s: what a file has not stays", c.What)
	}
	return nil
}

func (c *dataImportCmd) Run(a *app) error {
	if err := c.sort(a); err != nil {
		return err
	}
	src, err := os.ReadFile(a.File(c.File))
	if err != nil {
		return cli.Wrong(err)
	}
	if !strings.EqualFold(filepath.Ext(c.File), ".xlsx") {
		if src, err = c.decoded(a, src); err != nil {
			return err
		}
	}
	vault, err := a.vault()
	if err != nil {
		return err
	}
	rejects := c.rejects(a)
	return c.within(a, func(ctx context.Context, d *db.DB) (err error) {
		o := table.Options{DryRun: c.DryRun, Strict: c.Strict, Actor: a.Who(c.By), Vault: vault, Now: a.Now,
			Tongue: a.Tongue,
			Policy: map[string]table.Policy{"update": table.Update, "skip": table.Skip,
				"fail": table.Refuse}[c.Policy],
			Progress: func(done, total int) { a.meter(a.Say("导入", "importing"), done, total) }}
		if rejects != nil {
			o.Rejects = rejects
		}
		var report *table.Report
		if c.kind != nil {
			report, err = table.ImportKind(ctx, d, c.kind, filepath.Base(c.File), src, c.Remove, o)
		} else {
			report, err = table.Import(ctx, customer.New(d), filepath.Base(c.File), src, o)
		}
		refused := errors.Is(err, table.ErrFile)
		if kept := rejects.end(report.Rejected > 0); kept != nil || err != nil && !refused {
			return errors.Join(err, kept)
		}
		if c.JSON {
			err = c.json(a, report, refused, rejects)
		} else {
			c.text(a, report, refused, rejects)
			err = nil
		}
		if err == nil && (refused || report.Faulty > 0) {
			err = cli.ErrFindings
		}
		return err
	})
}

// rejects is the file that gets the faulty rows: the one that is named, or one beside the imported file. A dry run
// writes only one that is named.
func (c *dataImportCmd) rejects(a *app) *lateFile {
	switch base := strings.TrimSuffix(c.File, filepath.Ext(c.File)); {
	case c.Rejects != "":
		return &lateFile{name: c.Rejects, path: a.File(c.Rejects)}
	case c.DryRun:
		return nil
	default:
		for n := 1; ; n++ { // one that is there may be what somebody mends at the moment
			name := base + ".rejects.csv"
			if n > 1 {
				name = fmt.Sprintf("%s.rejects-%d.csv", base, n)
			}
			if _, err := os.Lstat(a.File(name)); errors.Is(err, fs.ErrNotExist) || n == 1000 {
				return &lateFile{name: name, path: a.File(name)}
			}
		}
	}
}

// place is where a fault is, as the spreadsheet shows it.
func place(a *app, f table.Fault) string {
	switch {
	case f.Column != "":
		return a.Say("第 %d 行 %s（%s）", "row %d, %s (%s)", f.Row, f.At, table.ColumnIn(f.Column, a.Tongue))
	case f.Row > 0:
		return a.Say("第 %d 行", "row %d", f.Row)
	}
	return a.Say("整个文件", "the file")
}

func (c *dataImportCmd) text(a *app, r *table.Report, refused bool, rejects *lateFile) {
	for _, f := range r.Faults {
		fmt.Fprintln(a.Out, c.File+": "+place(a, f)+a.Say("：", ": ")+f.Reason.In(a.Tongue))
	}
	switch {
	case r.Rejected > 0:
		fmt.Fprintln(a.Out, a.Say("有误的 %d 行连同原因写入 %s，改好后可以再导入",
			"%d faulty [row is|rows are] in %s with the reasons: mend that file and import it",
			r.Rejected, rejects.name))
	case len(r.Faults) >= table.MaxFaults:
		fmt.Fprintln(a.Out, a.Say("只列出前 %d 处；用 --rejects 文件 得到全部有误的行",
			"only the first %d are listed: --rejects FILE gives all faulty rows", table.MaxFaults))
	}
	for _, header := range r.Unknown {
		fmt.Fprintln(a.Out, a.Say("“%s”这一列不认识，没有导入", "the column %s is not known and left out", header))
	}
	if refused {
		fmt.Fprintln(a.Out, a.Say("没有导入", "nothing was imported"))
		return
	}
	if r.Encoding != "" {
		fmt.Fprintln(a.Out, a.Say("编码 %s，读到 %d 行", "%s, %d [row|rows] read", r.Encoding, r.Rows))
	}
	if r.Removed > 0 {
		fmt.Fprintln(a.Out, a.Say("文件里没有、因此去掉的：%d", "taken away, since the file has them no more: %d", r.Removed))
	}
	if r.DryRun {
		fmt.Fprintln(a.Out, a.Say("试导入：会新增 %d，更新 %d，不变 %d，有误 %d；没有写入",
			"a dry run: %d would be added, %d changed, %d stay, %d are faulty; nothing was written",
			r.Added, r.Changed, r.Same, r.Faulty))
		return
	}
	fmt.Fprintln(a.Out, a.Say("新增 %d，更新 %d，不变 %d，有误 %d", "%d added, %d changed, %d as they were, %d faulty",
		r.Added, r.Changed, r.Same, r.Faulty))
	fmt.Fprintln(a.Out, a.Say("批号 %s；撤销：rexian data undo %s",
		"batch %s; to take it back: rexian data undo %s", r.Batch, r.Batch))
}

func (c *dataImportCmd) json(a *app, r *table.Report, refused bool, rejects *lateFile) error {
	type fault struct {
		Row    int    `json:"row,omitempty"`
		Column int    `json:"column,omitempty"`
		Cell   string `json:"cell,omitempty"`
		Header string `json:"header,omitempty"`
		Zh     string `json:"zh"`
		En     string `json:"en"`
	}
	out := struct {
		Batch    string   `json:"batch,omitempty"`
		DryRun   bool     `json:"dry_run"`
		Refused  bool     `json:"refused"`
		Encoding string   `json:"encoding,omitempty"`
		Rows     int      `json:"rows"`
		Added    int      `json:"added"`
		Changed  int      `json:"changed"`
		Same     int      `json:"same"`
		Removed  int      `json:"removed,omitempty"`
		Faulty   int      `json:"faulty"`
		Unknown  []string `json:"unknown_columns,omitempty"`
		Rejects  string   `json:"rejects,omitempty"` // the file with the faulty rows
		Faults   []fault  `json:"faults"`
	}{r.Batch, r.DryRun, refused, r.Encoding, r.Rows, r.Added, r.Changed, r.Same, r.Removed, r.Faulty, r.Unknown, "",
		[]fault{}}
	if r.Rejected > 0 {
		out.Rejects = rejects.name
	}
	if r.DryRun || refused {
		out.Batch = ""
	}
	for _, f := range r.Faults {
		out.Faults = append(out.Faults, fault{f.Row, f.Col, f.At, f.Column, f.Reason.Zh, f.Reason.En})
	}
	return cli.WriteJSON(a.Out, out)
}
