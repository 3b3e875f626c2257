package admin

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
	"rexian/lang/diag"
)

// GuardCmd says whom a running server does not hear, and changes it.
type GuardCmd struct {
	List  guardListCmd  `cmd:"" default:"withargs" help:"guard_list"`
	Ban   guardBanCmd   `cmd:"" help:"guard_ban"`
	Unban guardUnbanCmd `cmd:"" help:"guard_unban"`
}

// Help shows examples.
func (GuardCmd) Help() string {
	return "  rexian guard list\n  rexian guard ban 203.0.113.7 --for 48h\n  rexian guard unban 203.0.113.7\n  " +
		"REXIAN_TOKEN=… rexian guard list --http https://hotline.example:8443"
}

const bansPath = "/api/v1/guard/bans"

type guardListCmd struct{ Flags }

// Help shows examples.
func (guardListCmd) Help() string { return "  rexian guard list\n  rexian guard list --json" }

// Run prints the bans.
func (c *guardListCmd) Run(a *cli.App) error {
	all, fault, err := Whole[api.Ban](c.Flags, a, bansPath, "bans", nil)
	if err != nil {
		return err
	}
	if fault != nil {
		return a.Usage("服务拒绝了：%s", "the server refused: %s", cli.Printable(fault.Error))
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, map[string]any{"bans": all})
	}
	if len(all) == 0 {
		fmt.Fprintln(a.Out, a.Say("没有被禁的来源", "no source is banned"))
	}
	for _, b := range all {
		showBan(a, b)
	}
	return nil
}

// whys are the reasons of bans.
var whys = map[string]diag.Text{"garbage": {Zh: "发来的不是电话信令", En: "what it sends is no SIP"},
	"scan":            {Zh: "扫描器", En: "a scanner"},
	"bad credentials": {Zh: "猜密码", En: "guesses passwords"}, "by hand": {Zh: "人工", En: "by hand"}}

func showBan(a *cli.App, b api.Ban) {
	why, ok := whys[b.Why]
	if !ok {
		why = diag.Text{Zh: cli.Printable(b.Why), En: cli.Printable(b.Why)}
	}
	line := fmt.Sprintf("%-39s  %s  %s", cli.Printable(b.Source), b.Until.Local().Format("2006-01-02 15:04:05"),
		why.In(a.Tongue))
	if b.By != "" {
		line += "  " + cli.Printable(b.By)
	}
	fmt.Fprintln(a.Out, line)
}

type guardBanCmd struct {
	Flags
	Address string        `arg:"" help:"guard_address"`
	For     time.Duration `help:"guard_for" default:"24h" placeholder:"DURATION"`
}

// Help shows examples.
func (guardBanCmd) Help() string {
	return "  rexian guard ban 203.0.113.7\n  rexian guard ban 2001:db8::7 --for 30m"
}

// Run bans an address.
func (c *guardBanCmd) Run(a *cli.App) error {
	addr, err := sourceAddress(a, c.Address)
	if err != nil {
		return err
	}
	if c.For < time.Second {
		return a.Usage("--for 要写成 30m、48h", "--for is written 30m or 48h")
	}
	var b api.Ban
	fault, err := c.Ask(a, http.MethodPut, bansPath+"/"+addr.String(),
		api.BanOrder{Seconds: int64(c.For / time.Second), By: a.Who(c.By)}, &b)
	if err != nil {
		return err
	}
	if fault != nil {
		return guardFault(a, addr, fault)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, b)
	}
	showBan(a, b)
	return nil
}

type guardUnbanCmd struct {
	Flags
	Address string `arg:"" help:"guard_address"`
}

// Help shows examples.
func (guardUnbanCmd) Help() string { return "  rexian guard unban 203.0.113.7" }

// Run lets an address be heard again.
func (c *guardUnbanCmd) Run(a *cli.App) error {
	addr, err := sourceAddress(a, c.Address)
	if err != nil {
		return err
	}
	var now struct {
		Source string `json:"source"`
	}
	fault, err := c.Ask(a, http.MethodDelete, bansPath+"/"+addr.String()+"?by="+url.QueryEscape(a.Who(c.By)), nil, &now)
	if err != nil {
		return err
	}
	if fault != nil {
		return guardFault(a, addr, fault)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, now)
	}
	fmt.Fprintln(a.Out, a.Say("%s：不再禁止", "%s: no longer banned", cli.Printable(now.Source)))
	return nil
}

func sourceAddress(a *cli.App, s string) (netip.Addr, error) {
	addr, err := netip.ParseAddr(s)
	if err != nil || addr.Zone() != "" {
		return netip.Addr{}, a.Usage("%s 不是 IP 地址；整个网段写进配置的 guard.deny",
			"%s is no IP address; a whole network is written into guard.deny of the configuration", s)
	}
	return addr.Unmap(), nil
}

// guardFault says in the reader's tongue why the server did not do it.
func guardFault(a *cli.App, addr netip.Addr, f *api.Fault) error {
	switch f.Reason {
	case api.ReasonTrusted:
		return a.Usage("%s 是中继或受信网段，不能禁；先从配置里去掉",
			"%s is a trunk or a trusted network and cannot be banned; take it out of the configuration first", addr)
	case api.ReasonOwn:
		return a.Usage("%s 是服务器自己的地址，不能禁",
			"%s is the server's own address and cannot be banned", addr)
	case api.ReasonPhone:
		return a.Usage("%s 有已注册的话机，不能禁；先改它的密码",
			"a telephone is registered at %s, which cannot be banned; change its password first", addr)
	case api.ReasonNoBan:
		return a.Usage("%s 没有被禁", "%s is not banned", addr)
	}
	return a.Usage("服务拒绝了：%s", "the server refused: %s", cli.Printable(f.Error))
}
