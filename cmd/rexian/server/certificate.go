package server

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificate is a certificate with its key in two files. When the files change it is read again with the next
// connection, so that a renewed one serves without a restart; one that cannot be read is told once, and the old one
// goes on.
type certificate struct {
	what      string // the key of the configuration
	cert, key string
	log       *slog.Logger
	now       func() time.Time

	mu   sync.Mutex
	pair *tls.Certificate
	seen [2]time.Time // when the files were changed that were read last
}

// nearly is how long before its end a certificate is worth a warning.
const nearly = 14 * 24 * time.Hour

// openCertificate reads a certificate. One that has run out, or soon will, is told and serves.
func openCertificate(what, cert, key string, now func() time.Time, log *slog.Logger) (*certificate, error) {
	c := &certificate{what: what, cert: cert, key: key, log: log, now: now}
	c.seen = c.changed()
	if err := c.read(); err != nil {
		return nil, err
	}
	return c, nil
}

// trusted reads a certificate for the start of a server, and tells who starts it of one that has ended or soon will: it
// is used all the same, for telephones on other transports have nothing to do with it, and some do not look.
func (s *Server) trusted(what, cert, key string) (*certificate, error) {
	c, err := openCertificate(what, cert, key, s.o.Now, s.log)
	if err != nil {
		return nil, trouble(says("证书 %s 和私钥 %s 不能用：", "the certificate %s with the key %s cannot be used: ", cert, key),
			err)
	}
	end := c.pair.Leaf.NotAfter
	day := end.Local().Format(time.DateOnly)
	switch left := end.Sub(s.o.Now()); {
	case left <= 0:
		s.tell(Notice{Text: says("证书 %s 已于 %s 过期，用 tls 的一方会拒绝：换新的，文件一换就生效",
			"the certificate %s ended on %s, so who checks it will refuse tls: renew it, a new file is taken at once",
			cert, day)})
	case left < nearly:
		s.tell(Notice{Text: says("证书 %s 到 %s 为止：换新的，文件一换就生效",
			"the certificate %s is good until %s: renew it, a new file is taken at once", cert, day)})
	}
	return c, nil
}

// config lets a listener use the certificate.
func (c *certificate) config() *tls.Config {
	return &tls.Config{GetCertificate: c.get, MinVersion: tls.VersionTLS12}
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if seen := c.changed(); seen != c.seen {
		c.seen = seen
		if err := c.read(); err != nil {
			c.log.Error("a changed certificate cannot be used; the one before goes on", "error", err)
		} else {
			c.log.Info("a changed certificate is in use", "key", c.what, "until", c.pair.Leaf.NotAfter)
		}
	}
	return c.pair, nil
}

// move takes the certificate from other files, or from the same anew. One that cannot be read is told, and the old one
// goes on. Nothing is done to a nil one.
func (c *certificate) move(cert, key string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if cert == "" {
		return
	}
	c.cert, c.key = cert, key
	c.seen = c.changed()
	if err := c.read(); err != nil {
		c.log.Error("a changed certificate cannot be used; the one before goes on", "error", err)
	}
}

// changed is when the files were changed last, zero for one that is not there.
func (c *certificate) changed() (at [2]time.Time) {
	for i, name := range []string{c.cert, c.key} {
		if info, err := os.Stat(name); err == nil {
			at[i] = info.ModTime()
		}
	}
	return at
}

func (c *certificate) read() error {
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err == nil && pair.Leaf == nil {
		pair.Leaf, err = x509.ParseCertificate(pair.Certificate[0])
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.what, err)
	}
	switch left := pair.Leaf.NotAfter.Sub(c.now()); {
	case left <= 0:
		c.log.Error("a certificate has run out: those who check it will not connect", "key", c.what, "until",
			pair.Leaf.NotAfter)
	case left < nearly:
		c.log.Warn("a certificate runs out soon", "key", c.what, "until", pair.Leaf.NotAfter)
	}
	c.pair = &pair
	return nil
}
