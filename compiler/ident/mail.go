package ident

import (
	"net/mail"
	"strings"
)

// longestAddress is how many bytes a mail address may have (RFC 5321 4.5.3.1.3, without the angle brackets).
const longestAddress = 254

// Mail checks an address for mail: a mailbox, without a name beside it, at a domain of several labels.
func Mail(s string) Fault {
	if len(s) > longestAddress {
		return Long
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s {
		return Character
	}
	_, domain, _ := strings.Cut(s[strings.LastIndexByte(s, '@'):], "@")
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return Unlisted
	}
	for _, l := range labels {
		if l == "" || strings.HasPrefix(l, "-") || strings.HasSuffix(l, "-") {
			return Character
		}
	}
	return OK
}
