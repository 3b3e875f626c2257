package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
	"rexian/lang/diag"
)

// VoicemailCmd is what callers left in the mailboxes of a running server.
type VoicemailCmd struct {
	List     voicemailListCmd     `cmd:"" default:"withargs" help:"voicemail_list"`
	Play     voicemailPlayCmd     `cmd:"" help:"voicemail_play"`
	Read     voicemailReadCmd     `cmd:"" help:"voicemail_read"`
	Done     voicemailDoneCmd     `cmd:"" help:"voicemail_done"`
	Release  voicemailReleaseCmd  `cmd:"" help:"voicemail_release"`
	Callback voicemailCallbackCmd `cmd:"" help:"voicemail_callback"`
}

// Help shows examples.
func (VoicemailCmd) Help() string {
	return "  rexian voicemail --state new\n  rexian voicemail play 20261130-… -o 留言.wav\n" +
		"  rexian voicemail done 20261130-… --reply 已回电\n  rexian voicemail callback 20261130-… --queue 综合"
}

const voicemailsPath = "/api/v1/voicemails"

type voicemailListCmd struct {
	Flags
	most
	Mailbox string `help:"voicemail_mailbox" placeholder:"NAME"`
	State   string `help:"voicemail_state" enum:",new,read,done" default:""`
}

// Help shows examples.
func (voicemailListCmd) Help() string {
	return "  rexian voicemail list --state new\n  rexian voicemail list --mailbox 投诉信箱 --json"
}

// Run lists the messages, page by page.
func (c *voicemailListCmd) Run(a *cli.App) error {
	all, fault, err := pages[api.Voicemail](c.Flags, a, voicemailsPath, "voicemails",
		query(map[string]string{"mailbox": c.Mailbox, "state": c.State}), c.most)
	if err != nil {
		return err
	}
	if fault != nil {
		return voicemailFault(a, "", fault)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, map[string]any{"voicemails": all})
	}
	if len(all) == 0 {
		fmt.Fprintln(a.Out, a.Say("没有这样的留言", "there are no such messages"))
	}
	for i := range all {
		showVoicemail(a, &all[i])
	}
	return nil
}

// voicemailStates names where messages stand.
var voicemailStates = map[string]diag.Text{"new": {Zh: "新", En: "new"}, "read": {Zh: "已认领", En: "taken"},
	"done": {Zh: "办结", En: "done"}}

func showVoicemail(a *cli.App, v *api.Voicemail) {
	line := fmt.Sprintf("%s  %s  %s  %s  %s  %s", cli.Instant(v.At, time.DateTime), cli.Printable(v.ID),
		cli.Printable(v.Mailbox), (time.Duration(v.Length) * time.Millisecond).Round(time.Second),
		cli.Printable(cli.Or(v.Phone, a.Say("不详", "unknown"))),
		voicemailStates[v.State].In(a.Tongue))
	for _, s := range []string{v.Holder, v.Reply} {
		if s != "" {
			line += "  " + cli.Printable(s)
		}
	}
	fmt.Fprintln(a.Out, line)
}

// voicemailID is one message.
type voicemailID struct {
	Flags
	ID string `arg:"" help:"voicemail_id"`
}

// order asks for something, and shows the message that comes back.
func (c *voicemailID) order(a *cli.App, o api.VoicemailOrder) error {
	var now api.Voicemail
	o.By = a.Who(c.By)
	fault, err := c.Ask(a, http.MethodPost, voicemailsPath+"/"+url.PathEscape(c.ID), o, &now)
	if err != nil {
		return err
	}
	if fault != nil {
		return voicemailFault(a, c.ID, fault)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, now)
	}
	showVoicemail(a, &now)
	return nil
}

type voicemailPlayCmd struct {
	voicemailID
	Output string `short:"o" help:"recording_file" placeholder:"FILE"`
}

// Help shows examples.
func (voicemailPlayCmd) Help() string {
	return "  rexian voicemail play 20261130-… -o 留言.wav\n  rexian voicemail play 20261130-… | aplay"
}

// Run fetches the sound of a message.
func (c *voicemailPlayCmd) Run(a *cli.App) error {
	if err := pipes(a, c.Output); err != nil {
		return err
	}
	fault, err := c.save(a, voicemailsPath+"/"+url.PathEscape(c.ID)+"/audio?by="+url.QueryEscape(a.Who(c.By)), c.Output)
	if err == nil && fault != nil {
		err = voicemailFault(a, c.ID, fault)
	}
	return err
}

type voicemailReadCmd struct{ voicemailID }

// Help shows examples.
func (voicemailReadCmd) Help() string { return "  rexian voicemail read 20261130-…" }

// Run takes a message.
func (c *voicemailReadCmd) Run(a *cli.App) error { return c.order(a, api.VoicemailOrder{Do: "read"}) }

type voicemailDoneCmd struct {
	voicemailID
	Reply string `required:"" help:"voicemail_reply"`
}

// Help shows examples.
func (voicemailDoneCmd) Help() string {
	return "  rexian voicemail done 20261130-… --reply 已回电"
}

// Run finishes a message.
func (c *voicemailDoneCmd) Run(a *cli.App) error {
	return c.order(a, api.VoicemailOrder{Do: "done", Reply: c.Reply})
}

type voicemailReleaseCmd struct{ voicemailID }

// Help shows examples.
func (voicemailReleaseCmd) Help() string { return "  rexian voicemail release 20261130-…" }

// Run gives a message back.
func (c *voicemailReleaseCmd) Run(a *cli.App) error {
	return c.order(a, api.VoicemailOrder{Do: "release"})
}

type voicemailCallbackCmd struct {
	voicemailID
	Queue string `required:"" help:"voicemail_queue" placeholder:"NAME"`
}

// Help shows examples.
func (voicemailCallbackCmd) Help() string {
	return "  rexian voicemail callback 20261130-… --queue 综合咨询"
}

// Run has the caller called back.
func (c *voicemailCallbackCmd) Run(a *cli.App) error {
	return c.order(a, api.VoicemailOrder{Do: "callback", Queue: c.Queue})
}

func voicemailFault(a *cli.App, id string, f *api.Fault) error {
	switch f.Reason {
	case api.ReasonNoVoicemail:
		return a.Usage("没有留言 %s；rexian voicemail list 列出全部", "there is no message %s; rexian voicemail list shows all",
			cli.Printable(id))
	case api.ReasonTaken:
		return a.Usage("留言 %s 不是你认领的，或者已经办结（%s）", "the message %s is not yours, or it is done (%s)", cli.Printable(id),
			cli.Printable(f.Error))
	case api.ReasonNoQueue:
		return a.Usage("流程里没有这个队列", "the flows have no such queue")
	case api.ReasonNoNumber:
		return a.Usage("来电人没有显示号码，没法回电", "the caller has shown no number, and cannot be called back")
	}
	return recordingFault(a, id, f)
}
