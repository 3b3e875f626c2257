package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/lsp"
	"rexian/lang/diag"
)

type lspCmd struct {
	Stdio  bool     `help:"lsp_stdio"`
	Listen string   `placeholder:"127.0.0.1:7998" help:"lsp_listen"`
	Origin []string `placeholder:"HOST" help:"lsp_origin"`
	Path   string   `arg:"" optional:"" help:"lsp_path"`
}

// How much the server lets lie before it looks for memory that is no longer used: twice what it holds, but below
// 140 MB in all.
const (
	lspGarbage = 200
	lspMemory  = 140 << 20
)

// Help shows how editors start it.
func (lspCmd) Help() string {
	return "  rexian lsp\n  rexian lsp flows\n  rexian lsp --listen 127.0.0.1:7998 flows\n" +
		"  VS Code: editors/vscode\n" +
		"  Neovim 0.11: vim.lsp.config('rexian', {cmd = {'rexian', 'lsp'}, filetypes = {'rexian'}, root_markers = {'.git'}})\n" +
		"               vim.filetype.add({extension = {flow = 'rexian'}}); vim.lsp.enable('rexian')\n" +
		"  Helix languages.toml: [language-server.rexian] command = \"rexian\" args = [\"lsp\"]"
}

// editorHelps are the help texts of what serves editors and readers of graphs.
var editorHelps = map[string]diag.Text{
	"graph":     {Zh: "画出来电去向：接入号、菜单、按键、队列", En: "draw where calls go: numbers, menus, keys, queues"},
	"graph_svg": {Zh: "画成 SVG 图；- 是标准输出", En: "draw an SVG picture; - is standard output"},
	"graph_html": {Zh: "画成一个网页：可缩放、查找，点击看源文件，可按测试覆盖或到人工的时间着色",
		En: "make one web page: zoom, search, click for the source, colours by test coverage or by time to a person"},
	"graph_dot": {Zh: "写成 Graphviz 的 DOT", En: "write DOT for Graphviz"},
	"lsp": {Zh: "语言服务器，供 VS Code、Neovim 等编辑器使用（标准输入输出）",
		En: "the language server for VS Code, Neovim and other editors, on stdio"},
	"lsp_stdio": {Zh: "用标准输入输出，本来就是；有的编辑器会加上", En: "speak over stdio, as it does anyway; some editors add this"},
	"lsp_listen": {Zh: "给网页里的编辑器用：在本机这个地址上听 WebSocket，启动时打印带令牌的网址",
		En: "for an editor in a web page: listen for WebSockets at this address of this machine, and print it with its token"},
	"lsp_origin": {Zh: "还可以连上来的网页的主机名，可以重复；不写则只有同一地址的网页",
		En: "the host of another page that may connect, can be repeated; else only pages of that address"},
	"lsp_path": {Zh: "程序的文件夹；不写则按打开的文件找", En: "the program's folder; found by the files that are opened unless given"},
}

func (c *lspCmd) Run(a *app) error {
	// a key makes much that is soon no longer used: it is looked for less often, within what an editor may take
	if a.alone {
		debug.SetGCPercent(lspGarbage)
		debug.SetMemoryLimit(lspMemory)
	}
	if c.Path == "" && c.Listen != "" {
		c.Path = "."
	}
	program := ""
	if c.Path != "" {
		program = a.File(c.Path)
		if info, err := os.Stat(program); err != nil || !info.IsDir() {
			return a.Usage("%s 不是文件夹", "%s is no folder", c.Path)
		}
	}
	began := time.Now()
	server := func() *lsp.Server {
		return &lsp.Server{Version: Version, Tongue: a.Tongue, AnyTongue: !a.tongueGiven, Library: a.registry,
			Log: a.Err, Program: program, Now: func() time.Time { return a.Now.Add(time.Since(began)) }}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if c.Listen != "" {
		return c.listen(ctx, a, server)
	}
	err := server().Serve(ctx, a.In, a.Out)
	if errors.Is(err, lsp.ErrNoShutdown) {
		return cli.ErrFindings // the protocol's exit status without shutdown
	}
	return err
}
