package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
)

// ListsCmd is the lists of numbers of a running server: who is refused, warned, served first, never called.
type ListsCmd struct {
	Names   listsNamesCmd   `cmd:"" default:"withargs" help:"lists_names"`
	Entries listsEntriesCmd `cmd:"" help:"lists_entries"`
	Show    listsShowCmd    `cmd:"" help:"lists_show"`
	Add     listsAddCmd     `cmd:"" help:"lists_add"`
	Approve listsApproveCmd `cmd:"" help:"lists_approve"`
	Remove  listsRemoveCmd  `cmd:"" help:"lists_remove"`
}

// Help shows examples.
func (ListsCmd) Help() string {
	return "  rexian lists\n  rexian lists entries 黑名单\n  rexian lists add 黑名单 13800138000 --reason 骚扰 --for 720h\n" +
		"  rexian lists add 免拨名单 '0531*' --reason 投诉\n  rexian lists approve 黑名单 13800138000"
}

const listsPath = "/api/v1/lists"

// listFaults say why something is not done with lists.
var listFaults = map[string]text{
	api.ReasonNoEntry: {Zh: "名单里没有这个号码；rexian lists entries 名单 列出全部",
		En: "the list has no such number; rexian lists entries NAME shows them"},
	api.ReasonBadEntry: {Zh: "号码要有数字；以 * 结尾时前面要有 3 到 20 位；期限要在现在以后",
		En: "a number has digits; before a * there are 3 to 20; a time is yet to come"},
	api.ReasonOwnEntry: {Zh: "自己加入的不能自己批准，请另一个人批准",
		En: "who entered it cannot approve it: let another person do so"},
	api.ReasonShorter: {Zh: "号码已经在名单里，而且时间更长：没有改；要缩短就先移出",
		En: "the number is in the list for longer, and that stands: remove it first to shorten that"},
	api.ReasonNobody: {Zh: "没有写是谁：--by", En: "nobody is named: --by"}}

type listsNamesCmd struct {
	Flags
	most
}

// Help shows examples.
func (listsNamesCmd) Help() string { return "  rexian lists names\n  rexian lists names --json" }

// Run lists the lists.
func (c *listsNamesCmd) Run(a *cli.App) error {
	list, fault, err := pages[api.NumberList](c.Flags, a, listsPath, "lists", url.Values{}, c.most)
	return told(c.Flags, a, map[string]any{"lists": list}, fault, err, func(a *cli.App, _ map[string]any) {
		if len(list) == 0 {
			fmt.Fprintln(a.Out, a.Say("没有名单", "there are no lists"))
		}
		for _, l := range list {
			line := a.Say("%s  %d 个号码", "%s  %d [number|numbers]", cli.Printable(l.Name), l.Entries)
			if !l.Declared {
				line += a.Say("  流程没有用到", "  the flows do not use it")
			}
			if l.Approval {
				line += a.Say("  长期的要另一个人批准", "  for good with a second person's approval")
			}
			fmt.Fprintln(a.Out, line)
		}
	}, listFaults)
}

type listsEntriesCmd struct {
	Flags
	most
	List string `arg:"" help:"lists_list"`
}

// Help shows examples.
func (listsEntriesCmd) Help() string {
	return "  rexian lists entries 黑名单\n  rexian lists entries 黑名单 -n 1000 --json"
}

// Run lists the entries of a list.
func (c *listsEntriesCmd) Run(a *cli.App) error {
	list, fault, err := pages[api.ListEntry](c.Flags, a, entriesPath(c.List), "entries", url.Values{}, c.most)
	return told(c.Flags, a, map[string]any{"entries": list}, fault, err, func(a *cli.App, _ map[string]any) {
		if len(list) == 0 {
			fmt.Fprintln(a.Out, a.Say("名单里没有号码", "the list has no numbers"))
		}
		for _, e := range list {
			showEntry(a, e)
		}
	}, listFaults)
}

func entriesPath(list string) string { return listsPath + "/" + url.PathEscape(list) + "/entries" }

func showEntry(a *cli.App, e api.ListEntry) {
	until := a.Say("长期", "for good")
	if !e.Until.IsZero() {
		until = a.Say("到 %s", "until %s", e.Until.Local().Format(time.DateTime))
	}
	line := fmt.Sprintf("%s  %s  %s  %s", cli.Printable(e.Number), until, e.Added.Local().Format(time.DateTime),
		cli.Printable(e.By))
	if e.Approved != "" {
		line += a.Say("  %s 批准", "  approved by %s", cli.Printable(e.Approved))
	}
	if e.Reason != "" {
		line += "  " + cli.Printable(e.Reason)
	}
	fmt.Fprintln(a.Out, line)
}

// listsEntry is a number of a list.
type listsEntry struct {
	Flags
	List   string `arg:"" help:"lists_list"`
	Number string `arg:"" help:"lists_number"`
}

// ask asks for an entry, or something of it, and shows it.
func (c *listsEntry) ask(a *cli.App, method string, order any, show func(*cli.App, api.ListEntry)) error {
	var now api.ListEntry
	fault, err := c.Ask(a, method, entriesPath(c.List)+"/"+url.PathEscape(c.Number), order, &now)
	return told(c.Flags, a, now, fault, err, show, listFaults)
}

type listsShowCmd struct{ listsEntry }

// Help shows examples.
func (listsShowCmd) Help() string { return "  rexian lists show 黑名单 13800138000" }

// Run shows an entry.
func (c *listsShowCmd) Run(a *cli.App) error { return c.ask(a, http.MethodGet, nil, showEntry) }

type listsAddCmd struct {
	listsEntry
	Reason string        `required:"" help:"lists_reason" placeholder:"TEXT"`
	For    time.Duration `help:"lists_for" placeholder:"DURATION" xor:"end"`
	Until  string        `help:"lists_until" placeholder:"DATE" xor:"end"`
}

// Help shows examples.
func (listsAddCmd) Help() string {
	return "  rexian lists add 黑名单 13800138000 --reason 骚扰 --for 720h\n" +
		"  rexian lists add 免拨名单 '0531*' --reason 投诉 --until 2026-12-31"
}

// Run puts a number into a list.
func (c *listsAddCmd) Run(a *cli.App) error {
	o := api.ListOrder{Reason: c.Reason, By: a.Who(c.By)}
	switch {
	case c.For < 0:
		return a.Usage("--for 要写成 720h", "--for is written 720h")
	case c.For > 0:
		o.Until = a.Now.Add(c.For)
	case c.Until != "":
		day, err := time.ParseInLocation(time.DateOnly, c.Until, a.Now.Location())
		if err != nil {
			return a.Usage("--until 要写成 2026-12-31", "--until is written 2026-12-31")
		}
		o.Until = day.AddDate(0, 0, 1) // with that day
	}
	return c.ask(a, http.MethodPut, o, func(a *cli.App, e api.ListEntry) {
		showEntry(a, e)
		if o.Until.IsZero() && !e.Until.IsZero() {
			fmt.Fprintln(a.Out, a.Say("要长期有效，请另一个人在此之前批准：rexian lists approve %s %s",
				"for good, another person has to approve it before: rexian lists approve %s %s", cli.Printable(c.List),
				cli.Printable(c.Number)))
		}
	})
}

type listsApproveCmd struct{ listsEntry }

// Help shows examples.
func (listsApproveCmd) Help() string {
	return "  rexian lists approve 黑名单 13800138000 --by 李主任"
}

// Run approves an entry.
func (c *listsApproveCmd) Run(a *cli.App) error {
	return c.ask(a, http.MethodPost, map[string]string{"by": a.Who(c.By)}, showEntry)
}

type listsRemoveCmd struct{ listsEntry }

// Help shows examples.
func (listsRemoveCmd) Help() string { return "  rexian lists remove 黑名单 13800138000" }

// Run takes a number out of a list.
func (c *listsRemoveCmd) Run(a *cli.App) error {
	var now struct {
		List string `json:"list"`
	}
	fault, err := c.Ask(a, http.MethodDelete, entriesPath(c.List)+"/"+url.PathEscape(c.Number)+"?by="+
		url.QueryEscape(a.Who(c.By)), nil, &now)
	return told(c.Flags, a, now, fault, err, func(a *cli.App, _ struct {
		List string `json:"list"`
	}) {
		fmt.Fprintln(a.Out, a.Say("%s：已移出 %s", "%s: no longer in %s", cli.Printable(c.Number),
			cli.Printable(now.List)))
	}, listFaults)
}
