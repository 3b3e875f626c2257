// Command rexian checks, formats, tests, builds and runs call flows.
//
// Each command is a thin reading of its arguments around a package that does the work. What all share
// is here: the tongue of the messages, colours, and what the exit status means.
//
//	0  good
//	1  findings: errors in the flows, failed tests, files that are not formatted
//	2  wrong usage: an unknown flag, a path that is not there
package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/charmbracelet/x/term"

	"rexian/cmd/rexian/admin"
	"rexian/cmd/rexian/cli"
	"rexian/compiler"
	"rexian/compiler/library"
	"rexian/lang/diag"
	"rexian/stdlib"
)

// Version is set by the build: -ldflags "-X main.Version=…".
var Version = "devel"

// commands is the whole command line.
type commands struct {
	Tongue  string           `help:"tongue" placeholder:"zh|en" enum:",zh,en" default:""`
	Version kong.VersionFlag `help:"version_help"`

	Check      checkCmd           `cmd:"" help:"check"`
	Fmt        fmtCmd             `cmd:"" help:"fmt"`
	Fix        fixCmd             `cmd:"" help:"fix"`
	Test       testCmd            `cmd:"" help:"test"`
	Sim        simCmd             `cmd:"" help:"sim"`
	Build      buildCmd           `cmd:"" help:"build"`
	Disasm     disasmCmd          `cmd:"" help:"disasm"`
	Hours      hoursCmd           `cmd:"" help:"hours"`
	Readout    readoutCmd         `cmd:"" help:"readout"`
	Explain    explainCmd         `cmd:"" help:"explain"`
	Library    libraryCmd         `cmd:"" help:"library"`
	Serve      serveCmd           `cmd:"" help:"serve"`
	Phone      phoneCmd           `cmd:"" help:"phone"`
	Prompts    promptsCmd         `cmd:"" help:"prompts"`
	Deploy     deployCmd          `cmd:"" help:"deploy"`
	Switch     switchCmd          `cmd:"" help:"switch"`
	Guard      admin.GuardCmd     `cmd:"" help:"guard"`
	Agent      admin.AgentCmd     `cmd:"" help:"agent"`
	Queue      admin.QueueCmd     `cmd:"" help:"queue"`
	Config     configCmd          `cmd:"" help:"config"`
	Campaign   campaignCmd        `cmd:"" help:"campaign"`
	Announce   admin.AnnounceCmd  `cmd:"" help:"announce"`
	Survey     admin.SurveyCmd    `cmd:"" help:"survey"`
	Followup   admin.FollowUpCmd  `cmd:"" help:"followup"`
	Message    messageCmd         `cmd:"" help:"message"`
	Calls      admin.CallsCmd     `cmd:"" help:"calls"`
	User       admin.UserCmd      `cmd:"" help:"user"`
	Closure    admin.ClosureCmd   `cmd:"" help:"closure"`
	Recording  admin.RecordingCmd `cmd:"" help:"recording"`
	Voicemail  admin.VoicemailCmd `cmd:"" help:"voicemail"`
	Callback   admin.CallbackCmd  `cmd:"" help:"callback"`
	Ticket     admin.TicketCmd    `cmd:"" help:"ticket"`
	Lists      admin.ListsCmd     `cmd:"" help:"lists"`
	Reload     reloadCmd          `cmd:"" help:"reload"`
	Trace      admin.TraceCmd     `cmd:"" help:"trace"`
	Diff       diffCmd            `cmd:"" help:"diff_meaning"`
	Replay     replayCmd          `cmd:"" help:"replay"`
	Blame      blameCmd           `cmd:"" help:"blame"`
	Data       dataCmd            `cmd:"" help:"data"`
	Graph      graphCmd           `cmd:"" help:"graph"`
	Lsp        lspCmd             `cmd:"" help:"lsp"`
	Completion completionCmd      `cmd:"" help:"completion"`
}

// helps are the help texts in both tongues, by the name that the tags use.
var helps = map[string]diag.Text{
	"tongue":       {Zh: "消息用哪种语言；缺省看 LC_ALL、LANG", En: "the tongue of the messages; by LC_ALL and LANG unless given"},
	"version_help": {Zh: "显示版本", En: "show the version"},
	"description":  {Zh: "热线：业务人员自己写的电话流程。", En: "Call flows that policy staff write themselves."},
	"check":        {Zh: "检查流程，指出所有错误", En: "check flows and show everything that is wrong"},
	"fmt":          {Zh: "整理格式；--lang 转换关键词的语言", En: "lay files out; --lang turns the keywords into the other tongue"},
	"fix":          {Zh: "自动改好有把握的错误", En: "apply the fixes that are safe"},
	"hours":        {Zh: "查看作息：某月每天，或某一时刻", En: "show opening hours: a month day by day, or one moment"},
	"hours_show":   {Zh: "列出一个月里每天的开放时间", En: "list the days of a month"},
	"hours_at":     {Zh: "某一时刻是否开放，为什么", En: "tell whether it is open at a moment, and why"},
	"readout":      {Zh: "一个值读出来是什么", En: "how a value is spoken"},
	"explain": {Zh: "解释一个错误代码，附正反例",
		En: "explain a code, with a program that has the fault and one that has not"},
	"library":    {Zh: "列出可调用的查询和函数", En: "list what a flow may call"},
	"completion": {Zh: "输出命令行补全脚本", En: "print a completion script for a shell"},
	"test":       {Zh: "运行流程里的测试", En: "run the tests of the flows"},
	"run": {Zh: "只运行名称含此文字的测试；可以写多次",
		En: "only the tests whose names hold this text; may be given several times"},
	"verbose":    {Zh: "通过的测试也列出经过", En: "show the course of passed tests too"},
	"missed":     {Zh: "列出没有测到的分支", En: "list the edges that no test took"},
	"sim":        {Zh: "在终端里打一通电话", En: "make a call in the terminal"},
	"sim_at":     {Zh: "通话开始的时刻，缺省为现在", En: "when the call begins; now unless given"},
	"sim_from":   {Zh: "主叫号码", En: "the caller's number"},
	"sim_member": {Zh: "名单里的号码，如 黑名单=13800138000", En: "a number in a list, such as blocked=13800138000"},
	"sim_on":     {Zh: "拨动这个开关", En: "flip this switch"},
	"sim_ends": {Zh: "让这件事不成，如 转接=占线、排队=已满；可以写多次",
		En: "let this fail, such as transfer=busy, enqueue=full; may be repeated"},
	"sim_plain":   {Zh: "按行输入输出，不用全屏", En: "by lines, not on the whole screen"},
	"sim_number":  {Zh: "拨打的接入号", En: "the number to dial"},
	"build":       {Zh: "编译成可部署的程序包", En: "compile into a bundle to deploy"},
	"output":      {Zh: "程序包的文件名", En: "the bundle's file name"},
	"disasm":      {Zh: "列出程序包里的指令", En: "list the instructions of a bundle"},
	"disasm_flow": {Zh: "只看这个流程", En: "only this flow"},
	"disasm_path": {Zh: "程序的文件夹，或 .rxb 程序包", En: "the program's folder, or a .rxb bundle"},
	"json":        {Zh: "输出 JSON", En: "print JSON"},
	"explain_waits": {Zh: "列出这些流程的每处等待：每个键、不按键、挂机、数据库断开、座席离开，接着是什么",
		En: "list each wait of these flows: what follows every key, silence, a hang-up, no database, no agent"},
	"check_rules": {Zh: "逐条说明规则：成立、反例，到人工要多久",
		En: "tell of each rule whether it is proved, and how long it takes to a person"},
	"check_watch":   {Zh: "一直看着文件，每次保存后再检查；Ctrl-C 结束", En: "check again whenever a file is saved, until Ctrl-C"},
	"missing_words": {Zh: "逐处列出缺少某种语种的文字", En: "list every text that lacks words in some language"},
	"set": {Zh: "改一个参数的值，如 最长等待=60秒；可以写多次",
		En: "give a setting another value, such as longest=60s; may be repeated"},
	"settings": {Zh: "参数文件，一行一个：名称 = 值；--set 优先",
		En: "a file of settings, one a line: NAME = VALUE; --set takes precedence"},
	"format": {
		Zh: "报告的格式：text、json、sarif、junit、github 和 azure（注释）、gitlab（代码质量）、gitea（评审意见，Forgejo 同）、checkstyle",
		En: "the form of the report: text, json, sarif, junit, github and azure (annotations), gitlab (code quality), " +
			"gitea (a review, also for Forgejo), checkstyle"},
	"report_file": {Zh: "报告写到这个文件，屏幕上仍是文字", En: "write the report to this file; the screen still has the text"},
	"coverage": {Zh: "走过哪些分支写到这个文件：.html 是网页，.json 是 JSON，其他是 lcov",
		En: "write which edges were taken: a page for .html, JSON for .json, else lcov"},
	"check_all": {Zh: "每种问题都全部列出；缺省只列前 50 处，报告总是完整的",
		En: "list all findings of each kind; else the first 50 are listed, while reports are always whole"},
	"strict": {Zh: "警告也算不通过", En: "let warnings fail too"},
	"path":   {Zh: "程序的文件夹，或一个 .flow 文件", En: "the program's folder, or one .flow file"},
	"paths":  {Zh: "文件夹或 .flow 文件；- 是标准输入", En: "folders or .flow files; - is standard input"},
	"stdout": {Zh: "写到标准输出，不改文件", En: "print instead of changing the files"},
	"diff":   {Zh: "显示改动", En: "show what would change"},
	"check_only": {Zh: "只列出格式不对的文件，有则退出码为 1",
		En: "only list files that are laid out differently; exit status 1 if there are any"},
	"fmt_lang":   {Zh: "关键词、单位和库名用哪种语言", En: "the tongue of keywords, units and library names"},
	"dry":        {Zh: "只显示改动，不写文件", En: "only show the changes"},
	"hours_name": {Zh: "作息的名称", En: "the name of the hours"},
	"month":      {Zh: "年月，如 2026-10", En: "year and month, such as 2026-10"},
	"moment": {Zh: "时刻，如 2026-10-08T09:00，按作息的时区",
		En: "a moment such as 2026-10-08T09:00, in the zone of the hours"},
	"code":          {Zh: "代码，如 RX3001；不写则列出全部", En: "a code such as RX3001; all of them if left out"},
	"readout_lang":  {Zh: "播放的语言", En: "the language of the listener"},
	"readout_as":    {Zh: "值的类型，如 money、金额、phone", En: "the kind of value, such as money, phone, date"},
	"readout_style": {Zh: "读法：逐位、序数、计数、脱敏", En: "the style: digits, ordinal, count, masked"},
	"written":       {Zh: "写出来的样子，不是读出来的", En: "as written in a text message rather than spoken"},
	"value":         {Zh: "值，如 1200.50", En: "the value, such as 1200.50"},
	"library_name":  {Zh: "只看这个名称，如 纳税人.核验", En: "only this name, such as taxpayer.verify"},
	"shell":         {Zh: "bash、zsh 或 fish", En: "bash, zsh or fish"},
}

// app is what a command may touch of the world.
type app struct {
	cli.App
	alone    bool              // the process is there for this command line alone
	own      []stdlib.Own      // functions of the deployment, written in Go
	registry *library.Registry // what any program may call here, before the SQL files beside its flows
	model    *kong.Application
	texts    *compiler.Texts // files that programs have in common; nil: none do

	tongueGiven bool // the tongue is by --tongue
}

func main() {
	tty := func(f *os.File) bool { return term.IsTerminal(f.Fd()) }
	a := &app{own: own, alone: true, App: cli.App{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Now: time.Now(),
		Colour:   tty(os.Stdout) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb",
		Progress: tty(os.Stderr), Screen: tty(os.Stdin) && tty(os.Stdout)}}
	os.Exit(run(a, os.Args[1:], os.Getenv))
}

// run executes one command line and returns the exit status.
func run(a *app, args []string, getenv func(string) string) (status int) {
	a.Tongue, a.Env = tongueOf(args, getenv), getenv
	var line commands
	a.tongueGiven = slices.ContainsFunc(args, func(arg string) bool {
		return arg == "--tongue" || strings.HasPrefix(arg, "--tongue=")
	})
	exited := -1
	parser, err := kong.New(narrowed(&line, args), kong.Name("rexian"), kong.Description("description"),
		kong.UsageOnError(),
		kong.Vars{"version": "rexian " + Version, "formats": a.Say("格式", "FORMAT")},
		kong.Writers(a.Out, a.Err), kong.Exit(func(code int) { exited = code; panic(exit{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err == nil {
		err = a.explain(parser.Model.Node)
	}
	if err != nil {
		fmt.Fprintln(a.Err, "rexian:", err)
		return 2
	}
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(exit); !ok {
				panic(r)
			}
			status = exited
		}
	}()
	if a.registry, err = stdlib.WithOwn(a.own); err != nil {
		fmt.Fprintln(a.Err, "rexian:", err)
		return 2
	}
	a.model = parser.Model
	ctx, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(a.Err, "rexian:", cli.Slip(err, a.Tongue))
		fmt.Fprintln(a.Err, a.Say("用法见 rexian --help", "see rexian --help"))
		return 2
	}
	err = ctx.Run(a, &a.App)
	var wrong cli.UsageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, cli.ErrFindings):
		return 1
	case errors.As(err, &wrong):
		fmt.Fprintln(a.Err, "rexian:", err)
		return 2
	}
	fmt.Fprintln(a.Err, "rexian:", err)
	return 2
}

// narrowed is the command line with the command alone that the arguments name: to read what some forty others take
// costs as much as a check of small flows. What names none, asks for help first or completes others gets all.
func narrowed(line *commands, args []string) any {
	all := reflect.TypeFor[commands]()
	for i := 0; i < len(args); i++ {
		switch arg := args[i]; {
		case arg == "--tongue":
			i++
			continue
		case strings.HasPrefix(arg, "--tongue="):
			continue
		case strings.HasPrefix(arg, "-"), arg == "completion":
			return line
		}
		var fields []reflect.StructField
		for f := range all.Fields() {
			_, command := f.Tag.Lookup("cmd")
			if !command || strings.EqualFold(f.Name, args[i]) {
				fields = append(fields, f)
			}
			if command && strings.EqualFold(f.Name, args[i]) {
				return reflect.New(reflect.StructOf(fields)).Interface()
			}
		}
		break
	}
	return line
}

// explain gives a command, what it takes and the commands below it their texts: a tag has only the name of one. As
// variables of the parser, all texts would be copied for each flag.
func (a *app) explain(n *kong.Node) (err error) {
	put := func(help *string) {
		name := *help
		for _, list := range []map[string]diag.Text{helps, lineHelps, promptHelps, outsideHelps, configHelps,
			admin.Helps, admin.WorkHelps, admin.AnnounceHelps, campaignHelps, changeHelps, replayHelps, messageHelps,
			editorHelps} {
			if text, ok := list[name]; ok {
				*help = text.In(a.Tongue)
				return
			}
		}
		if name != "" {
			err = fmt.Errorf("%s has no text %q", n.FullPath(), name)
		}
	}
	put(&n.Help)
	for _, f := range n.Flags {
		if f.Name == "help" {
			f.Help = a.Say("显示帮助和例子", "show help and examples")
			continue
		}
		put(&f.Help)
	}
	for _, p := range n.Positional {
		put(&p.Help)
	}
	for _, c := range n.Children {
		if e := a.explain(c); e != nil {
			return e
		}
	}
	return err
}

// exit unwinds when --help or --version has been answered.
type exit struct{}

// tongueOf is the tongue of the messages: --tongue, else that of the locale, else Chinese. It is
// needed before the arguments are read, for the help texts.
func tongueOf(args []string, getenv func(string) string) diag.Tongue {
	for i, arg := range args {
		if arg == "--" {
			break
		}
		value, ok := strings.CutPrefix(arg, "--tongue=")
		if !ok && arg == "--tongue" && i+1 < len(args) {
			value, ok = args[i+1], true
		}
		if ok {
			if value == "en" {
				return diag.En
			}
			return diag.Zh
		}
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			if strings.HasPrefix(v, "en") {
				return diag.En
			}
			return diag.Zh
		}
	}
	return diag.Zh
}
