package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/config"
	"rexian/lang/diag"
	"rexian/stdlib/customer"
	"rexian/stdlib/db"
	"rexian/stdlib/demo"
	"rexian/stdlib/table"
)

// dataCmd brings data in and out.
type dataCmd struct {
	Demo    dataDemoCmd    `cmd:"" help:"data_demo"`
	Import  dataImportCmd  `cmd:"" help:"data_import"`
	Sample  dataSampleCmd  `cmd:"" help:"data_sample"`
	Undo    dataUndoCmd    `cmd:"" help:"data_undo"`
	Imports dataImportsCmd `cmd:"" help:"data_imports"`
	Export  dataExportCmd  `cmd:"" help:"data_export"`
}

// databaseFlags say which database: the flags, else the configuration, else the data folder that serve uses by itself.
type databaseFlags struct {
	Config string `short:"c" help:"data_config" placeholder:"FILE"`
	DB     string `name:"db" help:"data_db" placeholder:"URL" xor:"database"`
	Data   string `help:"data_folder" placeholder:"DIR" xor:"database"`
}

// open opens the database and brings its tables up to date.
func (f databaseFlags) open(ctx context.Context, a *app) (*db.DB, error) {
	url, err := f.url(a)
	if err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, url, db.Options{Timeout: 30 * time.Second})
	if err == nil {
		if err = d.Migrate(ctx); err != nil {
			err = errors.Join(err, d.Close())
		}
	}
	if err != nil {
		return nil, a.Usage("打不开数据库 %s：%v", "the database %s cannot be opened: %v", db.Redact(url), err)
	}
	return d, nil
}

func (f databaseFlags) url(a *app) (string, error) {
	if f.DB != "" {
		return f.DB, nil
	}
	folder := a.File(f.Data)
	if f.Data == "" {
		name := f.Config
		if name == "" {
			name = configFile
		}
		cfg, err := config.Load(a.File(name))
		switch {
		case errors.Is(err, fs.ErrNotExist) && f.Config == "":
			cfg = config.Default()
			cfg.Dir = a.Dir
		case errors.Is(err, fs.ErrNotExist):
			return "", a.Usage("找不到 %s", "%s is not there", name)
		case err != nil:
			return "", a.wrongConfig(err)
		}
		if url := cfg.Database.URL.Reveal(); url != "" {
			return url, nil
		}
		folder = cfg.Path(cfg.Data)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", cli.Wrong(err)
	}
	return "sqlite:" + filepath.Join(folder, "rexian.db"), nil
}

// within runs f with the database, until it is done or the user breaks it off.
func (f databaseFlags) within(a *app, do func(ctx context.Context, d *db.DB) error) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	// A file's rows are held beside a server that takes calls: time is cheaper here than memory.
	defer debug.SetGCPercent(debug.SetGCPercent(40))
	d, err := f.open(ctx, a)
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, d), d.Close())
}

type dataDemoCmd struct {
	databaseFlags
	Taxpayers int `help:"data_taxpayers" default:"10000" placeholder:"N"`
}

func (dataDemoCmd) Help() string {
	return "  rexian data demo\n  rexian data demo --data data --taxpayers 1000"
}

func (c *dataDemoCmd) Run(a *app) error {
	if c.Taxpayers < demo.Fewest || c.Taxpayers > demo.Taxpayers {
		return a.Usage("演示数据可以有 %d 到 %d 户", "the demo has %d to %d [taxpayer|taxpayers]", demo.Fewest, demo.Taxpayers)
	}
	return c.within(a, func(ctx context.Context, d *db.DB) error {
		if err := demo.Load(ctx, d, c.Taxpayers,
			func(done, total int) { a.meter(a.Say("装入演示数据", "loading"), done, total) }); err != nil {
			return err
		}
		fmt.Fprintln(a.Out, a.Say("演示数据：%d 户，第一户 %s，密码 %s，电话 %s",
			"%d invented [taxpayer|taxpayers]; the first is %s, its PIN %s, its telephone %s",
			c.Taxpayers, demo.ID, demo.PIN, demo.Phone))
		return nil
	})
}

// accountKey is the environment variable with the key that bank accounts are encrypted with: 64 hexadecimal digits.
const accountKey = "REXIAN_ACCOUNT_KEY"

// vault is what encrypts bank accounts; nil if no key is given.
func (a *app) vault() (*customer.Vault, error) {
	text := strings.TrimSpace(a.Env(accountKey))
	if text == "" {
		return nil, nil
	}
	key, err := hex.DecodeString(text)
	if err != nil || len(key) != 32 {
		return nil, a.Usage("环境变量 %s 要是 64 个十六进制数字", "the environment variable %s is 64 hexadecimal digits", accountKey)
	}
	return customer.NewVault(key)
}

type dataUndoCmd struct {
	databaseFlags
	Batch string `arg:"" help:"data_batch"`
}

func (dataUndoCmd) Help() string { return "  rexian data undo import-20261012-013000.000" }

func (c *dataUndoCmd) Run(a *app) error {
	return c.within(a, func(ctx context.Context, d *db.DB) error {
		undone, kept, err := table.Undo(ctx, d, c.Batch, a.Now)
		if db.IsConflict(err) {
			return a.Usage("没有批号 %s，或者已经撤销；rexian data imports 列出全部",
				"there is no batch %s, or it was undone; rexian data imports lists them", c.Batch)
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(a.Out, a.Say("撤销了 %d 户", "%d [customer is|customers are] as before", undone))
		if kept > 0 {
			fmt.Fprintln(a.Out, a.Say("%d 户后来又有改动，保留现状", "%d [was|were] changed since, and [stays|stay] so", kept))
		}
		return nil
	})
}

type dataImportsCmd struct {
	databaseFlags
	JSON bool `help:"json"`
}

func (dataImportsCmd) Help() string { return "  rexian data imports" }

// imported is an import there was.
type imported struct {
	Batch   string `db:"batch" json:"batch"`
	File    string `db:"file" json:"file"`
	Actor   string `db:"actor" json:"by"`
	Rows    int    `db:"rows_read" json:"rows"`
	Added   int    `db:"added" json:"added"`
	Changed int    `db:"changed" json:"changed"`
	Started int64  `db:"started_at" json:"started_at"`
	Undone  int64  `db:"undone_at" json:"undone_at,omitempty"`
}

func (c *dataImportsCmd) Run(a *app) error {
	return c.within(a, func(ctx context.Context, d *db.DB) error {
		list := []imported{}
		if err := d.Select(ctx, &list,
			`SELECT batch, file, actor, rows_read, added, changed, started_at, undone_at FROM imports ORDER BY started_at DESC, batch DESC LIMIT 200`); err != nil {
			return err
		}
		if c.JSON {
			return cli.WriteJSON(a.Out, list)
		}
		for _, i := range list {
			state := ""
			if i.Undone != 0 {
				state = a.Say("，已撤销", ", undone")
			}
			fmt.Fprintln(a.Out, a.Say("%s  %s  %s  %s  读 %d，新增 %d，更新 %d%s",
				"%s  %s  %s  %s  %d read, %d added, %d changed%s", i.Batch,
				time.UnixMilli(i.Started).In(chinaZone).Format("2006-01-02 15:04"), i.Actor, i.File, i.Rows, i.Added,
				i.Changed, state))
		}
		if len(list) == 0 {
			fmt.Fprintln(a.Out, a.Say("还没有导入过", "there were none"))
		}
		return nil
	})
}

// chinaZone is the zone of the moments that these commands print.
var chinaZone = time.FixedZone("CST", 8*3600)

type dataExportCmd struct {
	databaseFlags
	Output  string `short:"o" help:"data_output" placeholder:"FILE"`
	Unmask  bool   `help:"data_unmask"`
	Reason  string `help:"data_reason" placeholder:"TEXT"`
	By      string `help:"data_by" placeholder:"NAME"`
	English bool   `help:"data_english"`
	What    string `arg:"" optional:"" help:"data_what"`
}

func (dataExportCmd) Help() string {
	return "  rexian data export\n  rexian data export customers -o customers.xlsx\n  rexian data export tickets -o tickets.csv\n  rexian data export callbacks -o callbacks.xlsx\n  rexian data export taxpayers --unmask --reason \"稽查 2026-7\" -o taxpayers.csv"
}

func (c *dataExportCmd) Run(a *app) error {
	if c.What == "" {
		for _, l := range table.Listings() {
			fmt.Fprintln(a.Out, l.ID+strings.Repeat(" ", max(2, 14-len(l.ID)))+l.Name.In(diag.Zh))
		}
		return nil
	}
	l, ok := table.FindListing(c.What)
	if !ok {
		var known []string
		for _, l := range table.Listings() {
			known = append(known, a.Say(l.Name.Zh, l.ID))
		}
		return a.Usage("不能导出“%s”；可以是：%s", "there is no %s to export; there are: %s", c.What,
			strings.Join(known, a.Say("、", ", ")))
	}
	format, ok := map[string]table.Format{".csv": table.CSV,
		".xlsx": table.XLSX}[strings.ToLower(filepath.Ext(c.Output))]
	if !ok {
		return a.Usage("用 -o 写明文件名，以 .csv 或 .xlsx 结尾", "name a file that ends in .csv or .xlsx with -o")
	}
	if c.Unmask && strings.TrimSpace(c.Reason) == "" {
		return a.Usage("--unmask 要用 --reason 说明理由", "--unmask needs --reason")
	}
	vault, err := a.vault()
	if err != nil {
		return err
	}
	view := table.View{Format: format, English: c.English, Whole: c.Unmask, Vault: vault}
	return c.within(a, func(ctx context.Context, d *db.DB) error {
		n := 0
		err := cli.Fresh(a.File(c.Output), func(w io.Writer) (err error) {
			n, err = table.Take(ctx, d, l, w, view,
				table.Deed{Actor: a.Who(c.By), File: filepath.Base(c.Output), Reason: c.Reason, Now: a.Now})
			return err
		})
		if err != nil {
			return err
		}
		fmt.Fprintln(a.Out, a.Say("%s：%d 行，写入 %s", "%s: %d [row|rows] written to %s", l.Name.In(a.Tongue), n, c.Output))
		if !c.Unmask {
			fmt.Fprintln(a.Out, a.Say("号码已隐去；--unmask --reason … 给出完整的号码",
				"numbers are masked; --unmask --reason … shows them whole"))
		}
		return nil
	})
}
