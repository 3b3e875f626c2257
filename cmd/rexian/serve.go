package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/linetest"
	"rexian/cmd/rexian/server"
	"rexian/lang/diag"
	"rexian/media/prompt"
	"rexian/media/sip"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
)

type serveCmd struct {
	Config string   `short:"c" help:"serve_config" placeholder:"FILE"`
	Print  bool     `name:"print-config" help:"serve_print"`
	Node   string   `help:"serve_node" placeholder:"NAME"`
	Flows  string   `help:"serve_flows" placeholder:"DIR"`
	SIP    []string `name:"sip" help:"serve_sip" placeholder:"udp://IP:PORT"`
	Media  string   `help:"serve_media" placeholder:"IP"`
	HTTP   *string  `name:"http" help:"serve_http" placeholder:"IP:PORT"`
	Data   string   `help:"serve_data" placeholder:"DIR"`
	DB     string   `name:"db" help:"serve_db" placeholder:"URL"`
	Demo   bool     `help:"serve_demo"`
	Log    string   `help:"serve_log" enum:",auto,text,json" default:""`
	Drain  int      `help:"serve_drain" default:"300" placeholder:"SECONDS"`
	Deploy bool     `help:"serve_deploy"`
	Call   string   `help:"serve_call" placeholder:"NUMBER"`
}

func (serveCmd) Help() string {
	return "  rexian serve --flows flows\n  rexian serve --flows flows --deploy\n  rexian serve --config rexian.toml\n  rexian serve --flows flows --sip udp://0.0.0.0:5060 --media 192.0.2.10 --db postgres://rexian@db/rexian\n" +
		"  rexian serve --print-config > rexian.toml"
}

// configFile is read when it is there and no other is named.
const configFile = "rexian.toml"

// configuration is the file with the flags over it. The error is a *config.Invalid where the file is wrong.
func (c *serveCmd) configuration(a *app) (*config.Config, error) {
	name := c.Config
	if name == "" {
		name = configFile
	}
	cfg, err := config.Load(a.File(name))
	switch {
	case errors.Is(err, fs.ErrNotExist) && c.Config == "":
		cfg = config.Default()
		cfg.Dir = a.Dir
	case errors.Is(err, fs.ErrNotExist):
		return nil, a.Usage("找不到 %s", "%s is not there", name)
	case err != nil:
		return nil, err
	}
	here := func(path string) string { // flags are relative to where the user is, not to the file
		abs, err := filepath.Abs(a.File(path))
		if err != nil {
			return path
		}
		return abs
	}
	if c.Node != "" {
		cfg.Node = c.Node
	}
	if c.Flows != "" {
		cfg.Flows = here(c.Flows)
	}
	if len(c.SIP) > 0 {
		cfg.SIP.Listen = c.SIP
	}
	if c.Media != "" {
		cfg.Media.Listen = c.Media
	}
	if c.HTTP != nil {
		cfg.HTTP.Listen = *c.HTTP
	}
	if c.Data != "" {
		cfg.Data = here(c.Data)
	}
	if c.DB != "" {
		cfg.Database.URL = config.Plain(c.DB)
	}
	if c.Log != "" {
		cfg.Log.Format = c.Log
	}
	cfg.Database.Demo = cfg.Database.Demo || c.Demo
	if problems := config.Check(cfg); len(problems) > 0 {
		return nil, cfg.Wrong(problems)
	}
	return cfg, nil
}

// wrongConfig tells what is wrong with a configuration in the reader's tongue.
func (a *app) wrongConfig(err error) error {
	var invalid *config.Invalid
	if errors.As(err, &invalid) {
		return cli.Wrong(errors.New(invalid.In(a.Tongue)))
	}
	return cli.Wrong(err)
}

func (c *serveCmd) Run(a *app) error {
	if c.Print {
		return config.Write(a.Out, a.Tongue)
	}
	cfg, err := c.configuration(a)
	if err != nil {
		return a.wrongConfig(err)
	}
	server.Private()
	logs := a.Err
	if c.Call != "" { // the screen belongs to the call
		if err := server.PrepareData(cfg.Path(cfg.Data)); err != nil {
			return a.notStarted(err)
		}
		f, err := os.OpenFile(filepath.Join(cfg.Path(cfg.Data), "rexian.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY,
			0o600)
		if err != nil {
			return cli.Wrong(err)
		}
		defer f.Close()
		logs = f
	}
	logger := newLogger(logs, cfg.Log, a.Progress && c.Call == "")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var arrange func(*sip.Call) *exchange.Arrangement
	if cfg.HTTP.Tests {
		arrange = linetest.SetClock
	}
	s, err := server.Start(ctx,
		server.Options{Config: cfg, Reread: func() (*config.Config, error) { return c.configuration(a) },
			Arrange: arrange, Own: a.own, Logger: logger, Deploy: c.Deploy, Tell: a.notice,
			Progress: func(lang string, p prompt.Progress) {
				a.meter(a.Say("生成语音 "+lang, "rendering "+lang), p.Done, p.Total)
			},
			Loading: func(done, total int) { a.meter(a.Say("装入演示数据", "loading demonstration data"), done, total) }})
	if err != nil {
		return a.notStarted(err)
	}
	c.banner(a, cfg, s)
	if c.Call != "" {
		if err := a.callServer(ctx, s, c.Call); err != nil && !errors.Is(err, cli.ErrFindings) {
			return errors.Join(err, s.Close())
		}
		if ctx.Err() == nil {
			c.banner(a, cfg, s)
		}
	}
	c.wait(ctx, a, s, logger)
	return s.Close()
}

// notStarted tells why a server did not start; the findings of flows are printed as check prints them.
func (a *app) notStarted(err error) error {
	var refused *deploy.Refused
	if errors.As(err, &refused) {
		return errors.Join(a.print(refused.Findings, refused.Source), cli.ErrFindings)
	}
	var told interface { // a *server.Trouble, a *node.Taken
		error
		In(diag.Tongue) string
	}
	if errors.As(err, &told) {
		return cli.Wrong(errors.New(told.In(a.Tongue)))
	}
	return cli.Wrong(err)
}

// notice prints what who starts the server must know, with the findings of flows that do not serve.
func (a *app) notice(n server.Notice) {
	if len(n.Findings) > 0 {
		printer := a.plain(n.Source)
		if err := printer.Print(a.Err, n.Findings); err != nil {
			return // there is no terminal to tell it to
		}
	}
	fmt.Fprintln(a.Err, a.Say("注意：", "note: ")+n.In(a.Tongue))
}

// banner says how to call.
func (c *serveCmd) banner(a *app, cfg *config.Config, s *server.Server) {
	v := s.Deployment().Stable()
	var numbers []string
	for _, n := range v.Program.Numbers {
		numbers = append(numbers, n.Text)
	}
	// the short number is the one people know
	slices.SortStableFunc(numbers, func(a, b string) int { return len(a) - len(b) })
	fmt.Fprintln(a.Out, a.Say("热线已启动：%s，版本 %s", "the hotline is up: %s, version %s", cfg.Flows, v.Hash()[:12]))
	fmt.Fprintln(a.Out, a.Say("  接入号  %s", "  numbers %s", strings.Join(numbers, ", ")))
	for _, at := range s.Addrs() {
		scheme, addr, _ := strings.Cut(at, "://")
		fmt.Fprintln(a.Out, a.Say("  电话    %s %s", "  calls   %s %s", scheme, addr))
	}
	if at := s.Web(); at != nil {
		scheme := "http"
		if cfg.HTTP.Cert != "" {
			scheme = "https"
		}
		fmt.Fprintln(a.Out, a.Say("  管理    %s://%s  （/healthz /readyz /metrics）",
			"  admin   %s://%s  (/healthz /readyz /metrics)", scheme, at))
	}
	if len(numbers) > 0 {
		fmt.Fprintln(a.Out, a.Say("打进来：rexian phone sip:%s@%s    停止：Ctrl-C",
			"to call: rexian phone sip:%s@%s    to stop: Ctrl-C", numbers[0], hostOf(s.Addrs())))
	}
}

// hostOf is the address that a telephone on this machine calls.
func hostOf(addrs []string) string {
	for _, at := range addrs {
		if addr, ok := strings.CutPrefix(at, "udp://"); ok {
			return strings.NewReplacer("0.0.0.0", "127.0.0.1", "[::]", "[::1]").Replace(addr)
		}
	}
	if len(addrs) == 0 {
		return ""
	}
	_, addr, _ := strings.Cut(addrs[0], "://")
	return addr
}

// wait serves until it is told to stop: SIGHUP reads the configuration anew and deploys the flows, SIGTERM and Ctrl-C
// drain, a second one does not wait.
func (c *serveCmd) wait(ctx context.Context, a *app, s *server.Server, log *slog.Logger) {
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)
	defer signal.Stop(reload)
	for {
		select {
		case <-reload:
			a.hangup(ctx, s, log)
		case <-ctx.Done():
			second, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			limit, cancel := context.WithTimeout(second, time.Duration(c.Drain)*time.Second)
			defer cancel()
			if n := s.Calls(); n > 0 {
				fmt.Fprintln(a.Err, a.Say("还有 %d 通电话，等它们结束；再按一次 Ctrl-C 立即停止",
					"%d [call is|calls are] on; waiting for the end, Ctrl-C again to stop at once", n))
			}
			s.Drain(limit)
			return
		}
	}
}

// newLogger makes the log as the configuration wants it.
func newLogger(w interface{ Write([]byte) (int, error) }, c config.Log, terminal bool) *slog.Logger {
	level := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn,
		"error": slog.LevelError}[c.Level]
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" || c.Format == "auto" && !terminal {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// meter shows how far something long has come, on a terminal.
func (a *app) meter(what string, done, total int) {
	if !a.Progress {
		return
	}
	if done >= total {
		fmt.Fprint(a.Err, "\r\x1b[K")
		return
	}
	fmt.Fprintf(a.Err, "\r\x1b[K%s %s %d/%d", what, bar(done, total, 30), done, total)
}
