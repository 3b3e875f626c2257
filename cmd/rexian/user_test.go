package main

import "testing"

// Users and keys are entered, listed and taken away; what is wrong with one is told in the reader's tongue.
func TestUserCommands(t *testing.T) {
	r := serveFlows(t)
	t.Setenv("REXIAN_T_PASSWORD", "Rexian-12366")
	t.Setenv("REXIAN_T_WEAK", "12345678901")
	r.rexian("user", 0, "没有用户")
	r.rexian("user add limin --shown 李敏 --role supervisor --queue 综合 --group 一班 --district 历下区 "+
		"--password-env REXIAN_T_PASSWORD", 0, "limin", "李敏", "班长", "只看队列 综合", "只看班组 一班", "只看区县 历下区")
	r.rexian("user add wang --role quality --password-env REXIAN_T_WEAK", 2, "密码至少 10 位")
	r.rexian("user add wang --role boss --password-env REXIAN_T_PASSWORD", 2, "没有这个角色")
	r.rexian("user add wang --role system --role audit --password-env REXIAN_T_PASSWORD", 2, "不能由同一人担任")
	r.rexian("user add wang --role quality --password-env REXIAN_T_NONE", 2, "是空的")
	r.rexian("user role limin --role quality --role leader", 0, "质检、领导")
	r.rexian("user password limin --password-env REXIAN_T_PASSWORD", 0, "质检、领导")
	r.rexian("user disable limin", 0, "已停用")
	r.rexian("user list", 0, "已停用")
	r.rexian("user enable limin", 0, "李敏")
	r.rexian("user role nobody --role quality", 2, "没有这个用户")
	r.rexian("user disable nobody", 2, "没有这个用户")
	r.rexian("user key", 0, "没有密钥")
	r.rexian("user key make --label 报表 --permit calls:read --days 90", 0, "calls:read", "只显示这一次：rxk_")
	r.rexian("user key make --label 报表 --permit everything", 2, "密钥不行")
	r.rexian("user key revoke nothing", 2, "没有这个密钥")
}
