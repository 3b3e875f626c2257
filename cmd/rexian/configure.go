package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/config"
	"rexian/lang/diag"
)

// configCmd looks at configurations.
type configCmd struct {
	Check configCheckCmd `cmd:"" help:"config_check"`
}

// configHelps are the helps of config and reload.
var configHelps = map[string]diag.Text{
	"config": {Zh: "配置文件", En: "the configuration"},
	"config_check": {Zh: "检查配置文件，指出所有错误；不启动，也不动正在运行的服务",
		En: "show everything that is wrong with a configuration; nothing is started or changed"},
	"config_file": {Zh: "配置文件", En: "the configuration"},
	"reload": {Zh: "让运行中的服务重读配置：座席、话机、中继、证书、限制等立即生效，不影响通话",
		En: "let a running server read its configuration anew: agents, telephones, trunks, certificates and limits, without touching a call"},
}

type configCheckCmd struct {
	JSON bool   `help:"json"`
	File string `arg:"" help:"config_file" default:"rexian.toml"`
}

func (configCheckCmd) Help() string {
	return "  rexian config check\n  rexian config check /etc/rexian/rexian.toml\n  rexian config check --json rexian.toml"
}

// fault is something wrong with a configuration, for programs.
type fault struct {
	Line int    `json:"line,omitempty"`
	Key  string `json:"key,omitempty"`
	Zh   string `json:"zh"`
	En   string `json:"en"`
}

func faults(list []config.Problem) []fault {
	out := make([]fault, 0, len(list))
	for _, p := range list {
		out = append(out, fault{p.Line, p.Key, p.Zh, p.En})
	}
	return out
}

func (c *configCheckCmd) Run(a *app) error {
	cfg, err := config.Load(a.File(c.File))
	var invalid *config.Invalid
	var wrong, warned []config.Problem
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return a.Usage("找不到 %s", "%s is not there", c.File)
	case errors.As(err, &invalid):
		wrong = invalid.Problems
	case err != nil:
		return cli.Wrong(err)
	default:
		wrong, warned = cfg.Files(a.Now)
		if src, err := os.ReadFile(a.File(c.File)); err == nil {
			config.Locate(src, wrong)
			config.Locate(src, warned)
		}
	}
	if c.JSON {
		err := cli.WriteJSON(a.Out, struct {
			File     string  `json:"file"`
			Faults   []fault `json:"faults"`
			Warnings []fault `json:"warnings"`
		}{c.File, faults(wrong), faults(warned)})
		if err == nil && len(wrong) > 0 {
			err = cli.ErrFindings
		}
		return err
	}
	shown := filepath.ToSlash(c.File)
	if len(wrong) > 0 {
		fmt.Fprintln(a.Out, (&config.Invalid{File: shown, Problems: wrong}).In(a.Tongue))
	}
	for _, w := range warned {
		fmt.Fprintln(a.Out, a.Say("注意：",
			"note: ")+(&config.Invalid{File: shown, Problems: []config.Problem{w}}).In(a.Tongue))
	}
	if len(wrong) > 0 {
		fmt.Fprintln(a.Out, a.Say("%d 处有误", "%d [fault|faults]", len(wrong)))
		return cli.ErrFindings
	}
	fmt.Fprintln(a.Out, a.Say("%s 没有错误", "%s is right", shown))
	return nil
}
