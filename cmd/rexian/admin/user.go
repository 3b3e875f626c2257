package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
	"rexian/lang/diag"
	"rexian/stdlib/user"
)

// UserCmd is who may use the administration of a running server.
type UserCmd struct {
	List     userListCmd     `cmd:"" default:"withargs" help:"user_list"`
	Add      userAddCmd      `cmd:"" help:"user_add"`
	Role     userRoleCmd     `cmd:"" help:"user_role"`
	Password userPasswordCmd `cmd:"" help:"user_password"`
	Disable  userDisableCmd  `cmd:"" help:"user_disable"`
	Enable   userEnableCmd   `cmd:"" help:"user_enable"`
	Key      userKeyCmd      `cmd:"" help:"user_key"`
}

// Help shows examples.
func (UserCmd) Help() string {
	return "  PASSWORD=… rexian user add limin --shown 李敏 --role supervisor --queue 综合咨询 --password-env PASSWORD\n" +
		"  rexian user\n  rexian user disable limin\n  rexian user key make --label 报表 --permit calls:read --days 90"
}

const (
	usersPath = "/api/v1/users"
	keysPath  = "/api/v1/keys"
)

type userListCmd struct{ Flags }

// Help shows examples.
func (userListCmd) Help() string { return "  rexian user list\n  rexian user list --json" }

// Run lists the users.
func (c *userListCmd) Run(a *cli.App) error {
	users, err := c.users(a)
	if err != nil {
		return err
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, map[string]any{"users": users})
	}
	if len(users) == 0 {
		fmt.Fprintln(a.Out, a.Say("没有用户；本机不用登录", "there are no users; this machine needs no sign-in"))
	}
	for i := range users {
		showUser(a, &users[i])
	}
	return nil
}

// users are all of them.
func (f Flags) users(a *cli.App) ([]api.User, error) {
	all, fault, err := Whole[api.User](f, a, usersPath, "users", nil)
	if fault != nil {
		err = userFault(a, fault)
	}
	return all, err
}

// roleWords names the roles.
var roleWords = map[string]diag.Text{"agent": {Zh: "座席", En: "agent"}, "supervisor": {Zh: "班长", En: "supervisor"},
	"quality": {Zh: "质检", En: "quality"}, "dispatcher": {Zh: "调度", En: "dispatcher"},
	"policy": {Zh: "政策", En: "policy"}, "outreach": {Zh: "外联", En: "outreach"}, "leader": {Zh: "领导", En: "leader"},
	"system": {Zh: "系统管理员", En: "system"}, "security": {Zh: "安全管理员", En: "security"},
	"audit": {Zh: "审计管理员", En: "audit"}}

func showUser(a *cli.App, u *api.User) {
	var names []string
	for _, r := range u.Roles {
		names = append(names, roleWords[r].In(a.Tongue))
	}
	line := fmt.Sprintf("%-12s %s  %s", cli.Printable(u.Name), cli.Printable(u.Shown), strings.Join(names, a.Say("、", ", ")))
	if u.Phone != "" {
		line += a.Say("  话机 ", "  telephone ") + cli.Printable(u.Phone)
	}
	line += sees(a, u.Scope)
	if u.Disabled {
		line += a.Say("  已停用", "  disabled")
	}
	if u.Locked.After(a.Now) {
		line += a.Say("  锁定到 %s", "  locked until %s", u.Locked.Local().Format("15:04"))
	}
	fmt.Fprintln(a.Out, line)
}

// sees says to what a scope narrows; "" for all.
func sees(a *cli.App, s api.Scope) (line string) {
	for _, x := range []struct {
		list []string
		what diag.Text
	}{{s.Queues, diag.Text{Zh: "队列", En: "queues"}}, {s.Groups, diag.Text{Zh: "班组", En: "groups"}},
		{s.Districts, diag.Text{Zh: "区县", En: "districts"}}} {
		if len(x.list) > 0 {
			line += a.Say("  只看%s ", "  sees %s ", x.what.In(a.Tongue)) +
				cli.Printable(strings.Join(x.list, a.Say("、", ", ")))
		}
	}
	return line
}

// scopeFlags are to what somebody's scope is narrowed.
type scopeFlags struct {
	Queue    []string `help:"user_queues" placeholder:"NAME"`
	Group    []string `help:"user_groups" placeholder:"NAME"`
	District []string `help:"user_districts" placeholder:"NAME"`
}

func (f *scopeFlags) scope() api.Scope {
	return api.Scope{Queues: f.Queue, Groups: f.Group, Districts: f.District}
}

// secret is a password out of the environment.
func secret(a *cli.App, name string) (string, error) {
	s := os.Getenv(name)
	if s == "" {
		return "", a.Usage("环境变量 %s 是空的", "the environment variable %s is empty", name)
	}
	return s, nil
}

// userName is one user.
type userName struct {
	Flags
	Name string `arg:"" help:"user_name"`
}

// put enters or changes the user.
func (c *userName) put(a *cli.App, path string, order any) error {
	var now api.User
	var fault *api.Fault
	var err error
	if at := usersPath + "/" + url.PathEscape(c.Name); path == "" && c.version == 0 {
		fault, err = c.replace(a, at, order, &now)
	} else {
		fault, err = c.Ask(a, http.MethodPut, at+path, order, &now)
	}
	if err != nil {
		return err
	}
	if fault != nil {
		return userFault(a, fault)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, now)
	}
	showUser(a, &now)
	return nil
}

// change changes what is there of the user.
func (c *userName) change(a *cli.App, with func(*api.UserOrder)) error {
	var u api.User
	fault, err := c.Ask(a, http.MethodGet, usersPath+"/"+url.PathEscape(c.Name), nil, &u)
	if err != nil {
		return err
	}
	if fault != nil {
		return userFault(a, fault)
	}
	o := api.UserOrder{Shown: u.Shown, Roles: u.Roles, Scope: u.Scope, Phone: u.Phone, By: a.Who(c.By)}
	with(&o)
	c.version = u.Version
	return c.put(a, "", o)
}

type userAddCmd struct {
	userName
	Shown string   `help:"user_shown" placeholder:"NAME"`
	Role  []string `required:"" help:"user_roles" placeholder:"ROLE"`
	scopeFlags
	Phone       string `help:"user_phone" placeholder:"N"`
	PasswordEnv string `required:"" placeholder:"VAR" help:"user_secret"`
}

// Help shows examples.
func (userAddCmd) Help() string {
	return "  PASSWORD=… rexian user add limin --shown 李敏 --role supervisor --password-env PASSWORD\n" +
		"  PASSWORD=… rexian user add wang --role quality --queue 综合咨询 --password-env PASSWORD\n" +
		"  PASSWORD=… rexian user add zhao --role supervisor --group 一班 --district 历下区 --password-env PASSWORD"
}

// Run adds a user.
func (c *userAddCmd) Run(a *cli.App) error {
	password, err := secret(a, c.PasswordEnv)
	if err != nil {
		return err
	}
	return c.put(a, "", api.UserOrder{Shown: c.Shown, Password: password, Roles: c.Role, Scope: c.scope(),
		Phone: c.Phone, By: a.Who(c.By)})
}

type userRoleCmd struct {
	userName
	Role []string `required:"" help:"user_roles" placeholder:"ROLE"`
	scopeFlags
	Phone string `help:"user_phone" placeholder:"N"`
}

// Help shows examples.
func (userRoleCmd) Help() string { return "  rexian user role limin --role supervisor --role quality" }

// Run gives a user other roles.
func (c *userRoleCmd) Run(a *cli.App) error {
	return c.change(a, func(o *api.UserOrder) {
		o.Roles, o.Scope = c.Role, c.scope()
		if c.Phone != "" {
			o.Phone = c.Phone
		}
	})
}

type userPasswordCmd struct {
	userName
	PasswordEnv string `required:"" placeholder:"VAR" help:"user_secret"`
}

// Help shows examples.
func (userPasswordCmd) Help() string {
	return "  PASSWORD=… rexian user password limin --password-env PASSWORD"
}

// Run gives a user another password.
func (c *userPasswordCmd) Run(a *cli.App) error {
	password, err := secret(a, c.PasswordEnv)
	if err != nil {
		return err
	}
	return c.change(a, func(o *api.UserOrder) { o.Password = password })
}

type userDisableCmd struct{ userName }

// Help shows examples.
func (userDisableCmd) Help() string { return "  rexian user disable limin" }

// Run keeps a user out.
func (c *userDisableCmd) Run(a *cli.App) error {
	return c.put(a, "/disabled", api.UserState{Disabled: true, By: a.Who(c.By)})
}

type userEnableCmd struct{ userName }

// Help shows examples.
func (userEnableCmd) Help() string { return "  rexian user enable limin" }

// Run lets a user in again.
func (c *userEnableCmd) Run(a *cli.App) error {
	return c.put(a, "/disabled", api.UserState{By: a.Who(c.By)})
}

// userKeyCmd is the keys of programs.
type userKeyCmd struct {
	List   userKeysCmd   `cmd:"" default:"withargs" help:"user_keys"`
	Make   userMakeCmd   `cmd:"" help:"user_make"`
	Revoke userRevokeCmd `cmd:"" help:"user_revoke"`
}

// Help shows examples.
func (userKeyCmd) Help() string {
	return "  rexian user key\n  rexian user key make --label 报表 --permit calls:read\n  rexian user key revoke k7q…"
}

type userKeysCmd struct{ Flags }

// Help shows examples.
func (userKeysCmd) Help() string { return "  rexian user key list\n  rexian user key list --json" }

// Run lists the keys.
func (c *userKeysCmd) Run(a *cli.App) error {
	all, fault, err := Whole[api.APIKey](c.Flags, a, keysPath, "keys", nil)
	if err != nil {
		return err
	}
	if fault != nil {
		return userFault(a, fault)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, map[string]any{"keys": all})
	}
	if len(all) == 0 {
		fmt.Fprintln(a.Out, a.Say("没有密钥", "there are no keys"))
	}
	for i := range all {
		showKey(a, &all[i])
	}
	return nil
}

func showKey(a *cli.App, k *api.APIKey) {
	line := fmt.Sprintf("%s  %s  %s  %s", cli.Printable(k.ID), cli.Printable(k.Label), strings.Join(k.Permits, " "),
		cli.Printable(k.By))
	line += sees(a, k.Scope)
	if !k.Expires.IsZero() {
		line += a.Say("  到 %s", "  until %s", k.Expires.Local().Format(time.DateTime))
	}
	if !k.Revoked.IsZero() {
		line += a.Say("  已作废", "  revoked")
	}
	fmt.Fprintln(a.Out, line)
	if k.Secret != "" {
		fmt.Fprintln(a.Out, a.Say("只显示这一次：%s", "shown this once: %s", k.Secret))
	}
}

type userMakeCmd struct {
	Flags
	Label  string   `required:"" help:"user_label"`
	Permit []string `required:"" help:"user_permit" placeholder:"P"`
	scopeFlags
	Days int `help:"user_days" placeholder:"90"`
}

// Help shows examples.
func (userMakeCmd) Help() string {
	return "  rexian user key make --label 报表 --permit calls:read --permit surveys:read --days 90"
}

// Run makes a key.
func (c *userMakeCmd) Run(a *cli.App) error {
	o := api.KeyOrder{Label: c.Label, Permits: c.Permit, Scope: c.scope(), By: a.Who(c.By)}
	if c.Days < 0 {
		return a.Usage("--days 至少是 1", "--days is 1 at least")
	}
	if c.Days > 0 {
		o.Expires = a.Now.AddDate(0, 0, c.Days)
	}
	var k api.APIKey
	fault, err := c.Ask(a, http.MethodPost, keysPath, o, &k)
	if err != nil {
		return err
	}
	if fault != nil {
		return userFault(a, fault)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, k)
	}
	showKey(a, &k)
	return nil
}

type userRevokeCmd struct {
	Flags
	ID string `arg:"" help:"user_keyid"`
}

// Help shows examples.
func (userRevokeCmd) Help() string { return "  rexian user key revoke k7q…" }

// Run ends a key.
func (c *userRevokeCmd) Run(a *cli.App) error {
	var done map[string]string
	fault, err := c.Ask(a, http.MethodDelete, keysPath+"/"+url.PathEscape(c.ID)+"?by="+url.QueryEscape(a.Who(c.By)),
		nil,
		&done)
	if err != nil {
		return err
	}
	if fault != nil {
		return userFault(a, fault)
	}
	if c.JSON {
		return cli.WriteJSON(a.Out, done)
	}
	fmt.Fprintln(a.Out, a.Say("密钥 %s 已作废", "the key %s is revoked", cli.Printable(c.ID)))
	return nil
}

// userFaults are what is wrong with an order, in Chinese, by how the server says it.
var userFaults = map[string]string{user.ErrName.Error(): "用户要有登录名（小写字母、数字、点、横线、下划线）和角色",
	user.ErrPassword.Error(): "密码至少 10 位，含大写、小写、数字、其他字符中的三种",
	user.ErrApart.Error():    "system、security、audit 三种角色不能由同一人担任", "there is no such role": "没有这个角色"}

func userFault(a *cli.App, f *api.Fault) error {
	switch f.Reason {
	case api.ReasonNoUser:
		return a.Usage("没有这个用户；rexian user list 列出全部", "there is no such user; rexian user list shows all")
	case api.ReasonNoKey:
		return a.Usage("没有这个密钥，或者已经作废；rexian user key 列出全部",
			"there is no such key, or it is revoked; rexian user key shows all")
	case api.ReasonBadKey:
		return a.Usage("密钥不行：要有用途和存在的权限，到期在将来",
			"a key has a label and permissions that exist, and expires in the future")
	}
	said := f.Error
	if zh, ok := userFaults[said]; ok && a.Tongue == diag.Zh {
		said = zh
	}
	return a.Usage("不行：%s", "refused: %s", cli.Printable(said))
}
