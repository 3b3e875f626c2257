package config

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"rexian/lang/diag"
)

// Pair reads a certificate with its key, by their paths in the file. A problem says why they cannot be used, a warning
// that the certificate is out of date, with which many a far side will not talk.
func (c *Config) Pair(cert, key string, now time.Time) (pair *tls.Certificate, problem, warning diag.Text) {
	for _, path := range []string{cert, key} {
		if _, err := os.Stat(c.Path(path)); err != nil {
			why := err
			if errors.Is(err, fs.ErrNotExist) {
				why = fs.ErrNotExist
			}
			return nil, diag.Text{Zh: "读不到文件 " + path, En: "cannot read " + path + ": " + why.Error()}, diag.Text{}
		}
	}
	read, err := tls.LoadX509KeyPair(c.Path(cert), c.Path(key))
	if err != nil {
		return nil, diag.Text{Zh: fmt.Sprintf("证书 %s 和私钥 %s 不能一起用：%v", cert, key, err),
				En: fmt.Sprintf("the certificate %s and the key %s cannot be used together: %v", cert, key, err)},
			diag.Text{}
	}
	switch leaf := read.Leaf; {
	case leaf == nil:
	case now.After(leaf.NotAfter):
		warning = diag.Text{Zh: fmt.Sprintf("证书 %s 已于 %s 过期", cert, leaf.NotAfter.Format(time.DateOnly)),
			En: fmt.Sprintf("the certificate %s has run out on %s", cert, leaf.NotAfter.Format(time.DateOnly))}
	case now.Before(leaf.NotBefore):
		warning = diag.Text{Zh: fmt.Sprintf("证书 %s 到 %s 才生效", cert, leaf.NotBefore.Format(time.DateOnly)),
			En: fmt.Sprintf("the certificate %s is not in force before %s", cert, leaf.NotBefore.Format(time.DateOnly))}
	}
	return &read, diag.Text{}, warning
}

// Files tells what is wrong with the files that a configuration names, beside those of secrets, which Load reads.
func (c *Config) Files(now time.Time) (problems, warnings []Problem) {
	for _, p := range []struct{ of, cert, key string }{{"sip.cert", c.SIP.Cert, c.SIP.Key},
		{"http.cert", c.HTTP.Cert, c.HTTP.Key}} {
		if p.cert == "" {
			continue
		}
		_, problem, warning := c.Pair(p.cert, p.key, now)
		if problem != (diag.Text{}) {
			problems = append(problems, Problem{Key: p.of, Text: problem})
		}
		if warning != (diag.Text{}) {
			warnings = append(warnings, Problem{Key: p.of, Text: warning})
		}
	}
	return problems, warnings
}
