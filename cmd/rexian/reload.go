package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"rexian/cmd/rexian/admin"
	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/server"
	"rexian/console/api"
	"rexian/lang/diag"
	"rexian/runtime/deploy"
)

type reloadCmd struct{ admin.Flags }

// Help shows examples.
func (reloadCmd) Help() string {
	return "  rexian config check rexian.toml && rexian reload\n  REXIAN_TOKEN=… rexian reload --http https://hotline.example:8443"
}

// Run lets a running server read its configuration anew.
func (c *reloadCmd) Run(a *app) error {
	var done api.Reloaded
	fault, err := c.Ask(&a.App, http.MethodPost, "/api/v1/reload", map[string]string{"by": a.Who(c.By)}, &done)
	if err != nil {
		return err
	}
	switch {
	case fault != nil && c.JSON:
		return errors.Join(cli.WriteJSON(a.Out, fault), cli.ErrFindings)
	case fault != nil:
		for _, f := range fault.Findings {
			place := f.File
			if f.Line > 0 {
				place = fmt.Sprintf("%s:%d", f.File, f.Line)
			}
			fmt.Fprintln(a.Out, cli.Printable(place+": "+diag.Text{Zh: f.Zh, En: f.En}.In(a.Tongue)))
		}
		fmt.Fprintln(a.Out, a.Say("配置有误，什么都没有改", "the configuration is wrong; nothing was changed"))
		return cli.ErrFindings
	case c.JSON:
		return cli.WriteJSON(a.Out, done)
	}
	fmt.Fprintln(a.Out, a.reloaded(done))
	return nil
}

// reloaded tells what a reload did.
func (a *app) reloaded(done api.Reloaded) string {
	var lines []string
	if len(done.Changed) > 0 {
		lines = append(lines, a.Say("已生效：%s", "in force now: %s", cli.Printable(strings.Join(done.Changed, ", "))))
	}
	if len(done.Later) > 0 {
		lines = append(lines, a.Say("重启后才生效：%s", "in force after a restart: %s",
			cli.Printable(strings.Join(done.Later, ", "))))
	}
	if len(lines) == 0 {
		return a.Say("配置没有变化", "the configuration has not changed")
	}
	return strings.Join(lines, "\n")
}

// hangup is what SIGHUP asks for: the configuration, then the flows. Neither is taken if the configuration is wrong.
func (a *app) hangup(ctx context.Context, s *server.Server, log *slog.Logger) {
	done, err := s.Reload(ctx, "SIGHUP")
	if err != nil {
		log.Error("neither configuration nor flows are changed: the configuration is wrong", "error", err)
		if invalid, ok := errors.AsType[*config.Invalid](err); ok {
			fmt.Fprintln(a.Err, invalid.In(a.Tongue))
		}
		return
	}
	fmt.Fprintln(a.Err, a.reloaded(done))
	err = s.Deploy(ctx, 0, "SIGHUP")
	var refused *deploy.Refused
	switch {
	case errors.As(err, &refused):
		log.Error("not deployed: the flows have errors; the old version goes on", "error", err)
		printer := a.plain(refused.Source)
		if err := printer.Print(a.Err, refused.Findings); err != nil {
			log.Error("print", "error", err)
		}
	case err != nil:
		log.Error("not deployed; the old version goes on", "error", err)
	}
}
