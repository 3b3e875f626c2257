package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"rexian/lang/diag"
	"rexian/media/audio"
	"rexian/media/sip"
)

// codecs are the names of codecs in the configuration.
var codecs = map[string]audio.Codec{"pcma": audio.PCMA, "pcmu": audio.PCMU}

// securities are the words of srtp of a trunk or a telephone.
var securities = map[string]sip.Security{"as_media": sip.AsServer, "never": sip.NeverSecure,
	"optional": sip.SecureFirst, "required": sip.AlwaysSecure}

// profile is how the sound of calls with one far side is described. A codec that is none is left out.
func profile(names []string, ptime int, srtp string) sip.Profile {
	p := sip.Profile{Ptime: ptime, Secure: securities[srtp]}
	for _, n := range names {
		if c, ok := codecs[strings.ToLower(n)]; ok {
			p.Codecs = append(p.Codecs, c)
		}
	}
	return p
}

// checkSound tells what is wrong with the keys of a profile.
func checkSound(key string, names []string, ptime int, bad func(key, zh, en string)) {
	for _, n := range names {
		if _, ok := codecs[strings.ToLower(n)]; !ok {
			bad(key+".codecs", n+" 不是能用的编码，有 PCMA、PCMU", n+" is no codec that can be used; there are PCMA and PCMU")
		}
	}
	if ptime%10 != 0 {
		bad(key+".ptime", "要写 10、20、30、40、50 或 60", "write 10, 20, 30, 40, 50 or 60")
	}
}

// Profile is how the sound of the telephone's calls is described.
func (p *Phone) Profile() sip.Profile { return profile(p.Codecs, p.Ptime, p.SRTP) }

// readCertificates reads the files that trunks name.
func (c *Config) readCertificates() []Problem {
	var problems []Problem
	for i := range c.Trunks {
		t := &c.Trunks[i]
		for _, f := range []struct {
			key, path string
			into      *string
		}{{"ca", t.CA, &t.ca}, {"cert", t.Cert, &t.cert}, {"key", t.Key, &t.key}} {
			if f.path == "" {
				continue
			}
			b, err := os.ReadFile(c.Path(f.path))
			if f.key == "key" {
				c.open(c.Path(f.path))
			}
			if errors.Is(err, fs.ErrNotExist) {
				err = fs.ErrNotExist
			}
			if err != nil {
				problems = append(problems, Problem{Key: fmt.Sprintf("%s.%s", nth("trunk", i), f.key),
					Text: diag.Text{Zh: "读不到文件 " + f.path, En: "cannot read " + f.path + ": " + err.Error()}})
			}
			*f.into = string(b)
		}
	}
	return problems
}
