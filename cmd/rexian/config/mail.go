package config

import (
	"net"

	"rexian/stdlib/mailin"
)

// checkMail tells what is wrong with where mails come from.
func checkMail(m Message, bad func(key, zh, en string)) {
	if m.IMAP == "" {
		return
	}
	host, _, err := net.SplitHostPort(m.IMAP)
	if err != nil || host == "" {
		bad("message.imap", "要写成 主机:端口", "write host:port")
		return
	}
	if m.IMAPUser == "" {
		bad("message.imap_user", "写了 imap 就必须写", "is needed with imap")
	}
	if !m.IMAPPassword.IsSet() {
		bad("message.imap_password", "写了 imap 就必须写", "is needed with imap")
	}
	if m.IMAPTLS == "none" && !mailin.Near(host) {
		bad("message.imap_tls", "none 只能用于本机和内网的 IP 地址，密码不能明文送到 "+host,
			"none is only for this machine and IP addresses of private networks: the password would go to "+host+" unprotected")
	}
}
