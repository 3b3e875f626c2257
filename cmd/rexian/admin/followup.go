package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
)

// FollowUpCmd shares out what people are to follow up, and shows and moves it.
type FollowUpCmd struct {
	List  followUpListCmd  `cmd:"" default:"withargs" help:"followup_list"`
	Share followUpShareCmd `cmd:"" help:"followup_share"`
	Show  followUpShowCmd  `cmd:"" help:"followup_show"`
	Hand  followUpHandCmd  `cmd:"" help:"followup_hand"`
	Done  followUpDoneCmd  `cmd:"" help:"followup_done"`
}

const followUpsPath = "/api/v1/follow-ups"

// Help shows examples.
func (FollowUpCmd) Help() string {
	return "  rexian followup share 回访 --to 张三,李四\n  rexian followup share --tickets --class 投诉 --to 张三\n" +
		"  rexian followup list --of 张三\n  rexian followup hand 3f0c2a91d4 --to 王五 --note 下乡了\n" +
		"  rexian followup done 3f0c2a91d4 --note 已回访，满意"
}

type followUpListCmd struct {
	Flags
	Of    string `help:"followup_of" placeholder:"NAME"`
	State string `help:"followup_state" enum:"open,done" default:"open"`
}

// Help shows examples.
func (followUpListCmd) Help() string {
	return "  rexian followup list\n  rexian followup list --of 张三 --json\n  rexian followup list --state done"
}

// Run lists them.
func (c *followUpListCmd) Run(a *cli.App) error {
	all, fault, err := Whole[api.FollowUp](c.Flags, a, followUpsPath, "follow_ups",
		query(map[string]string{"state": c.State, "of": c.Of}))
	if err != nil || fault != nil {
		return followUpFault(a, fault, err)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, map[string]any{"follow_ups": all})
	}
	if len(all) == 0 {
		fmt.Fprintln(a.Out, a.Say("没有待跟进的", "there is nothing to follow up"))
	}
	for _, f := range all {
		showFollowUp(a, f)
	}
	return nil
}

func showFollowUp(a *cli.App, f api.FollowUp) {
	state := a.Say("待办", "open")
	if f.State == "done" {
		state = a.Say("办完", "done")
	}
	fmt.Fprintf(a.Out, "%s  %s  %s  %s  %s  %s\n", f.ID, state, cli.Printable(f.Assignee), cli.Printable(f.Phone),
		cli.Printable(f.About), cli.Instant(f.Changed, time.DateTime))
	for _, m := range f.Moves {
		to := m.Assignee
		if to == "" {
			to = a.Say("办完", "done")
		}
		fmt.Fprintf(a.Out, "    %s  %s → %s  %s\n", cli.Instant(m.At, time.DateTime), cli.Printable(m.By), cli.Printable(to),
			cli.Printable(m.Note))
	}
}

type followUpShareCmd struct {
	Flags
	Tickets  bool     `help:"followup_tickets"`
	Class    string   `help:"followup_class" placeholder:"NAME"`
	To       []string `help:"followup_to" required:"" placeholder:"NAME,…"`
	Campaign string   `arg:"" optional:"" help:"followup_campaign"`
}

// Help shows examples.
func (followUpShareCmd) Help() string {
	return "  rexian followup share 回访 --to 张三,李四\n  rexian followup share --tickets --to 张三\n" +
		"  rexian followup share --tickets --class 投诉 --to 张三,李四"
}

// Run shares out what is not shared out yet.
func (c *followUpShareCmd) Run(a *cli.App) error {
	if (c.Campaign == "") != c.Tickets {
		return a.Usage("写一个外呼任务的名称，或者 --tickets", "name a campaign, or write --tickets")
	}
	var now api.FollowUpShared
	fault, err := c.Ask(a, http.MethodPost, followUpsPath, api.FollowUpShare{Campaign: c.Campaign, Tickets: c.Tickets,
		Class: c.Class, To: c.To, By: a.Who(c.By)}, &now)
	if err != nil || fault != nil {
		return followUpFault(a, fault, err)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, now)
	}
	fmt.Fprintln(a.Out, a.Say("分派 %d 件；分派过的不再分", "%d shared out; what was before is not again", now.Made))
	return nil
}

type followUpShowCmd struct {
	Flags
	ID string `arg:"" help:"followup_id"`
}

// Help shows examples.
func (followUpShowCmd) Help() string { return "  rexian followup show 3f0c2a91d4" }

// Run shows one with its number and its steps.
func (c *followUpShowCmd) Run(a *cli.App) error { return c.tell(a, c.ID, http.MethodGet, nil) }

func (f Flags) tell(a *cli.App, id, method string, order any) error {
	var now api.FollowUp
	fault, err := f.Ask(a, method, followUpsPath+"/"+url.PathEscape(id), order, &now)
	if err != nil || fault != nil {
		return followUpFault(a, fault, err)
	}
	if f.JSON {
		return cli.WriteJSON(a.Out, now)
	}
	showFollowUp(a, now)
	return nil
}

type followUpHandCmd struct {
	Flags
	To   string `help:"followup_hand_to" required:"" placeholder:"NAME"`
	Note string `help:"followup_note" placeholder:"TEXT"`
	ID   string `arg:"" help:"followup_id"`
}

// Help shows examples.
func (followUpHandCmd) Help() string {
	return "  rexian followup hand 3f0c2a91d4 --to 王五 --note 下乡了"
}

// Run hands one on.
func (c *followUpHandCmd) Run(a *cli.App) error {
	return c.tell(a, c.ID, http.MethodPost, api.FollowUpOrder{Do: "hand", To: c.To, Note: c.Note, By: a.Who(c.By)})
}

type followUpDoneCmd struct {
	Flags
	Note string `help:"followup_note" placeholder:"TEXT"`
	ID   string `arg:"" help:"followup_id"`
}

// Help shows examples.
func (followUpDoneCmd) Help() string {
	return "  rexian followup done 3f0c2a91d4 --note 已回访，满意"
}

// Run closes one.
func (c *followUpDoneCmd) Run(a *cli.App) error {
	return c.tell(a, c.ID, http.MethodPost, api.FollowUpOrder{Do: "done", Note: c.Note, By: a.Who(c.By)})
}

func followUpFault(a *cli.App, f *api.Fault, err error) error {
	if err != nil {
		return err
	}
	switch f.Reason {
	case api.ReasonNoFollowUp:
		return a.Usage("没有这一件；有哪些见 rexian followup list", "there is no such follow-up; rexian followup list shows them")
	case api.ReasonNoCampaign:
		return a.Usage("流程里没有这个外呼任务；有哪些见 rexian campaign list",
			"the flows have no such campaign; rexian campaign list shows those they have")
	case api.ReasonNoPerson:
		return a.Usage("没有写给谁：--to 张三,李四", "nobody is named: --to NAME,NAME")
	case api.ReasonMoved:
		return a.Usage("已经办完，或者刚被别人改过；先看 rexian followup show",
			"it is done, or another has just changed it; see rexian followup show")
	}
	return a.Usage("服务拒绝了：%s", "the server refused: %s", cli.Printable(f.Error))
}
