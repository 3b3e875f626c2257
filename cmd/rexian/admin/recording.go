package admin

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
	"rexian/lang/diag"
)

// RecordingCmd is the recordings of a running server.
type RecordingCmd struct {
	List   recordingListCmd   `cmd:"" default:"withargs" help:"recording_list"`
	Show   recordingShowCmd   `cmd:"" help:"recording_show"`
	Play   recordingPlayCmd   `cmd:"" help:"recording_play"`
	Export recordingExportCmd `cmd:"" help:"recording_export"`
	Hold   recordingHoldCmd   `cmd:"" help:"recording_hold"`
	Delete recordingDeleteCmd `cmd:"" help:"recording_delete"`
	Check  recordingCheckCmd  `cmd:"" help:"recording_check"`
}

// Help shows examples.
func (RecordingCmd) Help() string {
	return "  rexian recording --agent 1001 --from 2026-11-30\n  rexian recording play 20261130-… | aplay\n" +
		"  rexian recording export --ticket 2611300012 -o 工单.zip\n  rexian recording hold 20261130-… --reason 诉讼\n" +
		"  rexian recording check"
}

const recordingsPath = "/api/v1/recordings"

// recordingSearch is what a search is narrowed by.
type recordingSearch struct {
	From    string        `placeholder:"2026-11-30" help:"recording_from"`
	To      string        `placeholder:"2026-11-30" help:"recording_to"`
	Agent   string        `help:"recording_agent" placeholder:"N"`
	Number  string        `help:"recording_number" placeholder:"N"`
	Queue   string        `help:"recording_queue" placeholder:"NAME"`
	Ticket  string        `help:"recording_ticket" placeholder:"N"`
	Call    string        `help:"recording_call" placeholder:"ID"`
	Kind    string        `help:"recording_kind" enum:",call,step,voicemail" default:""`
	Rating  string        `help:"recording_rating" enum:",rated,no_input,hung_up,not_invited" default:""`
	Score   int           `help:"recording_score" placeholder:"N"`
	Longer  time.Duration `help:"recording_longer" placeholder:"90s"`
	Shorter time.Duration `help:"recording_shorter" placeholder:"5m"`
	Deleted bool          `help:"recording_deleted"`
}

// query is the search as the server reads it.
func (c *recordingSearch) query(a *cli.App) (url.Values, error) {
	v := query(map[string]string{"agent": c.Agent, "number": c.Number, "queue": c.Queue, "ticket": c.Ticket,
		"call": c.Call, "kind": c.Kind, "rating": c.Rating})
	for key, s := range map[string]string{"from": c.From, "to": c.To} {
		if s == "" {
			continue
		}
		at, err := time.ParseInLocation(time.DateOnly, s, a.Now.Location())
		if err == nil && key == "to" {
			at = at.AddDate(0, 0, 1)
		}
		if err != nil {
			at, err = time.ParseInLocation("2006-01-02T15:04", s, a.Now.Location())
		}
		if err != nil {
			return nil, a.Usage("--%s 要写成 2026-11-30 或 2026-11-30T09:00",
				"--%s is written 2026-11-30 or 2026-11-30T09:00", key)
		}
		v.Set(key, at.Format(time.RFC3339))
	}
	for key, d := range map[string]time.Duration{"longer": c.Longer, "shorter": c.Shorter} {
		if d > 0 {
			v.Set(key, d.String())
		}
	}
	if c.Score > 0 {
		v.Set("score", strconv.Itoa(c.Score))
	}
	if c.Deleted {
		v.Set("deleted", "true")
	}
	return v, nil
}

type recordingListCmd struct {
	Flags
	recordingSearch
	most
}

// Help shows examples.
func (recordingListCmd) Help() string {
	return "  rexian recording list --agent 1001 --from 2026-11-01 --to 2026-11-30\n" +
		"  rexian recording list --queue 综合 --score 1 --longer 90s --json"
}

// Run lists what a search finds, page by page.
func (c *recordingListCmd) Run(a *cli.App) error {
	v, err := c.query(a)
	if err != nil {
		return err
	}
	all, fault, err := pages[api.Recording](c.Flags, a, recordingsPath, "recordings", v, c.most)
	if err != nil {
		return err
	}
	if fault != nil {
		return recordingFault(a, "", fault)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, map[string]any{"recordings": all})
	}
	if len(all) == 0 {
		fmt.Fprintln(a.Out, a.Say("没有这样的录音", "there are no such recordings"))
	}
	for i := range all {
		showRecording(a, &all[i])
	}
	return nil
}

// recordingKinds names the kinds of recordings.
var recordingKinds = map[string]diag.Text{"call": {Zh: "通话", En: "call"}, "step": {Zh: "录音步骤", En: "step"},
	"voicemail": {Zh: "留言", En: "voicemail"}}

// ratingWords names what came of asking for a rating.
var ratingWords = map[string]diag.Text{"rated": {Zh: "已评", En: "rated"}, "no_input": {Zh: "未评", En: "not rated"},
	"hung_up": {Zh: "挂机", En: "hung up"}, "not_invited": {Zh: "未邀请", En: "not asked"}}

func showRecording(a *cli.App, r *api.Recording) {
	line := fmt.Sprintf("%s  %s  %s  %s  %s", cli.Instant(r.At, time.DateTime), cli.Printable(r.ID),
		(time.Duration(r.Length) * time.Millisecond).Round(time.Second), recordingKinds[r.Kind].In(a.Tongue),
		cli.Printable(cli.Or(r.Phone, a.Say("不详", "unknown"))))
	for _, part := range []struct {
		word  diag.Text
		value string
	}{{diag.Text{Zh: "座席", En: "agent"}, r.Agent}, {diag.Text{Zh: "队列", En: "queue"}, r.Queue},
		{diag.Text{Zh: "工单", En: "ticket"}, r.Ticket}} {
		if part.value != "" {
			line += "  " + part.word.In(a.Tongue) + " " + cli.Printable(part.value)
		}
	}
	if word, ok := ratingWords[r.Rating]; ok {
		line += "  " + word.In(a.Tongue)
		if r.Rating == "rated" {
			line += " " + strconv.FormatInt(r.Score, 10)
		}
	}
	if r.Gap {
		line += a.Say("  有缺失", "  with a gap")
	}
	if r.Held != nil {
		line += a.Say("  已保全", "  held")
	}
	if r.Deleted != nil {
		line += a.Say("  已删除", "  deleted")
	}
	fmt.Fprintln(a.Out, line)
}

// showWhole prints a recording with who did what with it.
func showWhole(a *cli.App, r *api.Recording) {
	showRecording(a, r)
	fmt.Fprintln(a.Out, a.Say("  通话 %s，节点 %s", "  call %s, node %s", cli.Printable(cli.Or(r.Call, "-")),
		cli.Printable(cli.Or(r.Node, "-"))))
	note := func(zh, en string, n *api.RecordingNote) {
		if n != nil {
			fmt.Fprintf(a.Out, "  %s  %s  %s：%s\n", cli.Instant(n.At, time.DateTime), a.Say(zh, en), cli.Printable(n.By),
				cli.Printable(n.Why))
		}
	}
	note("保全", "held", r.Held)
	note("删除", "deleted", r.Deleted)
	for _, p := range r.Heard {
		how := a.Say("播放", "played")
		if p.How == "export" {
			how = a.Say("导出", "taken along")
		}
		fmt.Fprintf(a.Out, "  %s  %s  %s\n", cli.Instant(p.At, time.DateTime), how, cli.Printable(p.Who))
	}
}

// recordingID is one recording.
type recordingID struct {
	Flags
	ID string `arg:"" help:"recording_id"`
}

func (c *recordingID) path(more string) string {
	return recordingsPath + "/" + url.PathEscape(c.ID) + more
}

// does asks for something, and shows the recording that comes back.
func (c *recordingID) does(a *cli.App, method, more string, order any) error {
	var now api.Recording
	fault, err := c.Ask(a, method, c.path(more), order, &now)
	if err != nil {
		return err
	}
	if fault != nil {
		return recordingFault(a, c.ID, fault)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, now)
	}
	showWhole(a, &now)
	return nil
}

type recordingShowCmd struct{ recordingID }

// Help shows examples.
func (recordingShowCmd) Help() string { return "  rexian recording show 20261130-…" }

// Run shows one recording, and who has listened.
func (c *recordingShowCmd) Run(a *cli.App) error { return c.does(a, http.MethodGet, "", nil) }

type recordingPlayCmd struct {
	recordingID
	Output string `short:"o" help:"recording_file" placeholder:"FILE"`
}

// Help shows examples.
func (recordingPlayCmd) Help() string {
	return "  rexian recording play 20261130-… -o 录音.wav\n  rexian recording play 20261130-… | aplay"
}

// Run fetches the sound.
func (c *recordingPlayCmd) Run(a *cli.App) error {
	if err := pipes(a, c.Output); err != nil {
		return err
	}
	fault, err := c.save(a, c.path("/audio?by="+url.QueryEscape(a.Who(c.By))), c.Output)
	if err == nil && fault != nil {
		err = recordingFault(a, c.ID, fault)
	}
	return err
}

// pipes refuses to write sound on a terminal.
func pipes(a *cli.App, file string) error {
	if file == "" && a.Screen {
		return a.Usage("这里是终端：写 -o 文件.wav，或者用管道交给播放程序，如 | aplay",
			"this is a terminal: write -o FILE.wav, or pipe it into a player, such as | aplay")
	}
	return nil
}

// save writes an answer to a file, whole or not at all, or to the output if the file is "".
func (f Flags) save(a *cli.App, path, file string) (*api.Fault, error) {
	return f.Send(a, http.MethodGet, path, nil, func(answer *http.Response) error {
		if file == "" {
			_, err := io.Copy(a.Out, answer.Body)
			return err
		}
		err := cli.Fresh(a.File(file), func(w io.Writer) error {
			_, err := io.Copy(w, answer.Body)
			return err
		})
		if err != nil {
			return a.Usage("没有存下 %s：%v", "%s is not saved: %v", file, err)
		}
		fmt.Fprintln(a.Err, a.Say("已存为 %s", "saved as %s", file))
		return nil
	})
}

type recordingExportCmd struct {
	Flags
	recordingSearch
	Output string `short:"o" required:"" help:"recording_zip" placeholder:"FILE.zip"`
}

// Help shows examples.
func (recordingExportCmd) Help() string {
	return "  rexian recording export --ticket 2611300012 -o 工单.zip\n" +
		"  rexian recording export --agent 1001 --from 2026-11-30 --score 1 -o 低分.zip"
}

// Run takes along what a search finds.
func (c *recordingExportCmd) Run(a *cli.App) error {
	v, err := c.query(a)
	if err != nil {
		return err
	}
	v.Set("by", a.Who(c.By))
	fault, err := c.save(a, recordingsPath+"/export?"+v.Encode(), c.Output)
	if err == nil && fault != nil {
		err = recordingFault(a, "", fault)
	}
	return err
}

type recordingHoldCmd struct {
	recordingID
	Off    bool   `help:"recording_off"`
	Reason string `required:"" help:"recording_reason"`
}

// Help shows examples.
func (recordingHoldCmd) Help() string {
	return "  rexian recording hold 20261130-… --reason '诉讼 12 号'\n  rexian recording hold 20261130-… --off --reason 结案"
}

// Run holds a recording, or releases it.
func (c *recordingHoldCmd) Run(a *cli.App) error {
	return c.does(a, http.MethodPut, "/hold", api.RecordingOrder{On: !c.Off, By: a.Who(c.By), Reason: c.Reason})
}

type recordingDeleteCmd struct {
	recordingID
	Reason string `required:"" help:"recording_reason"`
}

// Help shows examples.
func (recordingDeleteCmd) Help() string {
	return "  rexian recording delete 20261130-… --reason 本人要求"
}

// Run deletes a recording.
func (c *recordingDeleteCmd) Run(a *cli.App) error {
	return c.does(a, http.MethodDelete, "?"+url.Values{"by": {a.Who(c.By)}, "reason": {c.Reason}}.Encode(), nil)
}

type recordingCheckCmd struct{ Flags }

// Help shows examples.
func (recordingCheckCmd) Help() string {
	return "  rexian recording check\n  rexian recording check --json"
}

// Run compares the index with the disk.
func (c *recordingCheckCmd) Run(a *cli.App) error {
	var found api.RecordingCheck
	fault, err := c.Ask(a, http.MethodGet, recordingsPath+"/check", nil, &found)
	if err == nil && fault != nil {
		err = recordingFault(a, "", fault)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		if err := cli.WriteJSON(a.Out, found); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(a.Out, a.Say("节点 %s：目录 %d 条，磁盘 %d 个文件，正在录 %d 个",
			"node %s: %d in the index, %d [file|files] on the disk, %d being written", cli.Printable(found.Node), found.Rows,
			found.Files, found.Running))
		for _, part := range []struct {
			word diag.Text
			list []string
		}{{diag.Text{Zh: "文件不在", En: "file missing"}, found.Missing},
			{diag.Text{Zh: "目录里没有", En: "not in the index"}, found.Unlisted},
			{diag.Text{Zh: "已删除，文件还在", En: "deleted, file left"}, found.Leftover}} {
			for _, x := range part.list {
				fmt.Fprintf(a.Out, "  %s  %s\n", part.word.In(a.Tongue), cli.Printable(x))
			}
		}
	}
	if len(found.Missing)+len(found.Unlisted)+len(found.Leftover) > 0 {
		return cli.ErrFindings
	}
	return nil
}

// recordingFaults say why something was not done with a recording.
var recordingFaults = map[string]diag.Text{
	api.ReasonHeld: {Zh: "已保全，不许删除；先解除：rexian recording hold %s --off --reason …",
		En: "it is held and may not be deleted; release it first: rexian recording hold %s --off --reason …"},
	api.ReasonDeleted: {Zh: "录音 %s 已删除", En: "the recording %s is deleted"},
	api.ReasonNoFile: {Zh: "录音 %s 的文件不在磁盘上；rexian recording check 列出全部",
		En: "the file of the recording %s is not there; rexian recording check lists all such"},
}

func recordingFault(a *cli.App, id string, f *api.Fault) error {
	if t, ok := recordingFaults[f.Reason]; ok {
		return a.Usage(t.Zh, t.En, cli.Printable(id))
	}
	switch f.Reason {
	case api.ReasonElsewhere:
		return a.Usage("录音 %s 在节点 %s 的磁盘上；用 --http 问那个节点",
			"the recording %s lies on the disk of node %s; ask that one by --http", cli.Printable(id), cli.Printable(f.Node))
	case api.ReasonNoRecording:
		return a.Usage("没有这样的录音；rexian recording list 列出录音",
			"there is no such recording; rexian recording list shows them")
	case api.ReasonTooMany:
		return a.Usage("录音太多：一次最多 500 条，把范围缩小，分几次导出",
			"too many recordings: at most 500 at once; narrow the search and take them in parts")
	case api.ReasonNobody:
		return a.Usage("写明谁（--by）和为什么（--reason）", "say who (--by) and why (--reason)")
	}
	return a.Usage("服务拒绝了：%s", "the server refused: %s", strings.TrimSpace(cli.Printable(f.Error)))
}
