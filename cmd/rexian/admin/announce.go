package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/compiler/library"
	"rexian/console/api"
	"rexian/lang/diag"
	"rexian/runtime/exchange"
)

// AnnounceCmd is what carriers say before calls are answered, on a running server.
type AnnounceCmd struct {
	List    announceListCmd    `cmd:"" default:"withargs" help:"announce_list"`
	Unknown announceUnknownCmd `cmd:"" help:"announce_unknown"`
	Play    announcePlayCmd    `cmd:"" help:"announce_play"`
	Name    announceNameCmd    `cmd:"" help:"announce_name"`
	Add     announceAddCmd     `cmd:"" help:"announce_add"`
	Forget  announceForgetCmd  `cmd:"" help:"announce_forget"`
}

// AnnounceHelps are the help texts of these commands.
var AnnounceHelps = map[string]diag.Text{
	"announce": {Zh: "接通前运营商的提示音：认得哪些、不认得哪些、取名",
		En: "what carriers say before an answer: what is known, what is not, and naming it"},
	"announce_list": {Zh: "列出取过名的和数据文件夹里的（缺省）；--all 加上自带的",
		En: "list those that were named and those in the data folder, the default; --all: the shipped ones too"},
	"announce_all": {Zh: "加上自带的", En: "those that are shipped, too"},
	"announce_unknown": {Zh: "没人认得的，按声音归类，听到得多的在前",
		En: "those that nobody knows, sorted by their sound, the most frequent first"},
	"announce_play": {Zh: "取出一类没人认得的，听一听", En: "fetch how an unknown one sounds"},
	"announce_name": {Zh: "给一类没人认得的取名：以前的通话改判，重拨改期；--dry-run 只看会怎样",
		En: "name an unknown one: past calls are judged anew and retries planned anew; --dry-run only tells"},
	"announce_add": {Zh: "加一段录音（WAV、MP3），以前听到过的同样改判；--dry-run 只看会怎样",
		En: "add a recording (WAV, MP3); calls that heard it are judged anew; --dry-run only tells"},
	"announce_forget": {Zh: "取消取的名；已经改判的不变", En: "take a name back; what it has decided stays"},
	"announce_id":     {Zh: "编号，见 rexian announce unknown", En: "its id, see rexian announce unknown"},
	"announce_own":    {Zh: "编号，见 rexian announce list", En: "its id, see rexian announce list"},
	"announce_class": {Zh: "说明什么：停机、关机、空号……；彩铃 是说明不了什么的",
		En: "what it says of a call: suspended, powered off, …; ringback is what says nothing"},
	"announce_text":   {Zh: "取的名", En: "the name"},
	"announce_sound":  {Zh: "录音文件，.wav 或 .mp3，取前 12 秒", En: "the recording, .wav or .mp3; its first 12 s count"},
	"announce_dry":    {Zh: "只说会怎样，什么也不改", En: "only say what would follow; nothing changes"},
	"announce_output": {Zh: "存为这个文件", En: "save it as this file"},
}

const announcementsPath = "/api/v1/announcements"

// Help shows examples.
func (AnnounceCmd) Help() string {
	return "  rexian announce unknown\n  rexian announce play 261130-….17.1 -o 听听.wav\n" +
		"  rexian announce name 261130-….17.1 停机 本市移动 --dry-run\n" +
		"  rexian announce name 261130-….17.1 停机 本市移动\n  rexian announce add 录音.wav 关机 本市联通"
}

// ringbackWord is the class of what says nothing, in Chinese.
const ringbackWord = "彩铃"

// classWord is a class in the reader's tongue.
func classWord(a *cli.App, class string) string {
	if class == exchange.Ringback {
		return a.Say(ringbackWord, "ringback")
	}
	return OutcomeWord(a, class)
}

// classOf is the class that somebody wrote, in either tongue or as it is.
func classOf(word string) string {
	if word == ringbackWord {
		return exchange.Ringback
	}
	if w, ok := library.Tag(word); ok {
		return w.ID
	}
	return word
}

func announceFault(a *cli.App, f *api.Fault) error {
	switch f.Reason {
	case api.ReasonNoAnnouncement:
		return a.Usage("没有这一条；有哪些见 rexian announce unknown 和 rexian announce list",
			"there is no such announcement; see rexian announce unknown and rexian announce list")
	case api.ReasonClass:
		var words []string
		for _, c := range exchange.AnnouncementClasses() {
			words = append(words, classWord(a, c))
		}
		return a.Usage("没有这样的类别；有 %s", "there is no such class; there are %s", strings.Join(words, a.Say("、", ", ")))
	case api.ReasonSound:
		return a.Usage("录音里没有人说话，或者不是 WAV、MP3", "nothing is said in the recording, or it is no WAV or MP3")
	case api.ReasonNoName:
		return a.Usage("要取一个名", "it needs a name")
	case api.ReasonNamed:
		return a.Usage("这段声音取过名了；见 rexian announce list", "this sound has a name already; see rexian announce list")
	}
	return a.Usage("服务拒绝了：%s", "the server refused: %s", cli.Printable(f.Error))
}

type announceListCmd struct {
	Flags
	All bool `help:"announce_all"`
}

// Help shows examples.
func (announceListCmd) Help() string {
	return "  rexian announce list\n  rexian announce list --all --json"
}

// Run lists what is known.
func (c *announceListCmd) Run(a *cli.App) error {
	all, fault, err := Whole[api.Announcement](c.Flags, a, announcementsPath, "announcements", nil)
	if err != nil {
		return err
	}
	if fault != nil {
		return announceFault(a, fault)
	}
	list := []api.Announcement{}
	for _, x := range all {
		if c.All || x.From != "shipped" {
			list = append(list, x)
		}
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, map[string]any{"announcements": list})
	}
	if len(list) == 0 {
		fmt.Fprintln(a.Out, a.Say("只有自带的 %d 条；--all 列出", "only the %d that are shipped; --all lists them",
			len(all)))
	}
	for _, x := range list {
		line := fmt.Sprintf("%s  %s  %s", cli.Printable(x.ID), classWord(a, x.Class), cli.Printable(x.Name))
		if x.At != 0 {
			line += a.Say("  %s 由 %s", "  %s by %s", cli.Instant(x.At, time.DateTime), cli.Printable(x.By))
		}
		fmt.Fprintln(a.Out, line)
	}
	return nil
}

type announceUnknownCmd struct{ Flags }

// Help shows examples.
func (announceUnknownCmd) Help() string {
	return "  rexian announce unknown\n  rexian announce unknown --json"
}

// Run lists what nobody knows.
func (c *announceUnknownCmd) Run(a *cli.App) error {
	all, fault, err := Whole[api.UnknownAnnouncement](c.Flags, a, announcementsPath+"/unknown", "unknown", nil)
	if err != nil {
		return err
	}
	if fault != nil {
		return announceFault(a, fault)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, map[string]any{"unknown": all})
	}
	if len(all) == 0 {
		fmt.Fprintln(a.Out, a.Say("没有不认得的提示音", "there are no announcements that nobody knows"))
	}
	for _, x := range all {
		fmt.Fprintln(a.Out, a.Say("%s  %d 通  %s 到 %s", "%s  %d [call|calls]  %s to %s", cli.Printable(x.ID), x.Calls,
			cli.Instant(x.First, time.DateTime), cli.Instant(x.Last, time.DateTime)))
	}
	return nil
}

type announcePlayCmd struct {
	Flags
	ID     string `arg:"" help:"announce_id"`
	Output string `short:"o" help:"announce_output" placeholder:"FILE"`
}

// Help shows examples.
func (announcePlayCmd) Help() string {
	return "  rexian announce play 261130-….17.1 -o 听听.wav\n  rexian announce play 261130-….17.1 | aplay"
}

// Run fetches the sound of an unknown one.
func (c *announcePlayCmd) Run(a *cli.App) error {
	if err := pipes(a, c.Output); err != nil {
		return err
	}
	fault, err := c.save(a, announcementsPath+"/unknown/"+url.PathEscape(c.ID)+"/audio", c.Output)
	if err == nil && fault != nil {
		err = announceFault(a, fault)
	}
	return err
}

type announceNameCmd struct {
	Flags
	DryRun bool   `help:"announce_dry"`
	ID     string `arg:"" help:"announce_id"`
	Class  string `arg:"" help:"announce_class"`
	Name   string `arg:"" help:"announce_text"`
}

// Help shows examples.
func (announceNameCmd) Help() string {
	return "  rexian announce name 261130-….17.1 停机 本市移动 --dry-run\n" +
		"  rexian announce name 261130-….17.1 powered_off 'city mobile'"
}

// Run names an unknown one.
func (c *announceNameCmd) Run(a *cli.App) error {
	return c.learn(a, api.AnnouncementOrder{Unknown: c.ID, Class: classOf(c.Class), Name: c.Name, Dry: c.DryRun})
}

// learn lets the server name an announcement, and shows what follows.
func (f Flags) learn(a *cli.App, o api.AnnouncementOrder) error {
	o.By = a.Who(f.By)
	var l api.Learned
	fault, err := f.Ask(a, http.MethodPost, announcementsPath, o, &l)
	if err != nil {
		return err
	}
	if fault != nil {
		return announceFault(a, fault)
	}
	if f.JSON {
		return cli.WriteJSON(a.Out, l)
	}
	head := a.Say("已取名（%s）", "named (%s)", cli.Printable(l.ID))
	if l.Dry {
		head = a.Say("试看，什么也没有改", "only a look, nothing has changed")
	}
	fmt.Fprintln(a.Out, a.Say("%s：以前听到过的 %d 通、%d 个对象", "%s: %d [call|calls] heard it, of %d [target|targets]", head, l.Calls,
		l.Targets))
	for _, m := range l.Outcomes {
		fmt.Fprintf(a.Out, "  %7d  %s → %s\n", m.Calls, OutcomeWord(a, m.From), OutcomeWord(a, m.To))
	}
	for _, x := range []struct {
		n      int64
		zh, en string
	}{{l.Sooner, "提前重拨", "are called sooner"}, {l.Later, "推后重拨", "are called later"},
		{l.Again, "放弃了的，又要重拨", "were given up and are called again"}, {l.GivenUp, "不再重拨", "are not called any more"},
		{l.Same, "不变", "as before"}, {l.Busy, "正在拨打，由这一通决定", "are being called: that call decides"}} {
		if x.n > 0 {
			fmt.Fprintf(a.Out, "  %7d  %s\n", x.n, a.Say(x.zh, x.en))
		}
	}
	return nil
}

type announceAddCmd struct {
	Flags
	DryRun bool   `help:"announce_dry"`
	File   string `arg:"" help:"announce_sound"`
	Class  string `arg:"" help:"announce_class"`
	Name   string `arg:"" help:"announce_text"`
}

// Help shows examples.
func (announceAddCmd) Help() string {
	return "  rexian announce add 录音.wav 停机 本市移动\n  rexian announce add off.mp3 powered_off 'city mobile' --dry-run"
}

// mostRecording is how large a recording may be that is sent, in bytes.
const mostRecording = 3 << 20

// Run adds a recording.
func (c *announceAddCmd) Run(a *cli.App) error {
	b, err := os.ReadFile(a.File(c.File))
	if err != nil {
		return cli.Wrong(err)
	}
	if len(b) > mostRecording {
		return a.Usage("录音太大：最多 3 MB", "the recording is too large: at most 3 MB")
	}
	return c.learn(a, api.AnnouncementOrder{File: filepath.Base(c.File), Sound: b, Class: classOf(c.Class),
		Name: c.Name,
		Dry:  c.DryRun})
}

type announceForgetCmd struct {
	Flags
	ID string `arg:"" help:"announce_own"`
}

// Help shows examples.
func (announceForgetCmd) Help() string { return "  rexian announce forget 3f9c20aa1b7d" }

// Run takes a name back.
func (c *announceForgetCmd) Run(a *cli.App) error {
	var now struct {
		ID string `json:"id"`
	}
	fault, err := c.Ask(a, http.MethodDelete, announcementsPath+"/"+url.PathEscape(c.ID)+"?by="+
		url.QueryEscape(a.Who(c.By)), nil, &now)
	if err != nil {
		return err
	}
	if fault != nil {
		return announceFault(a, fault)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, now)
	}
	fmt.Fprintln(a.Out, a.Say("%s：名已取消", "%s: its name is taken back", cli.Printable(now.ID)))
	return nil
}
