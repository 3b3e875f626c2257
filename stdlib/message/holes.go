package message

import (
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // what gateways sign with is theirs to choose
	"crypto/sha1" //nolint:gosec
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Secret does not show itself in logs and errors.
type Secret string

// String hides it.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "•••"
}

// GoString hides it from %#v.
func (s Secret) GoString() string { return s.String() }

// The names that a text of a profile may have in braces.
var holeNames = []string{"id", "to", "text", "user", "key", "secret", "provider_id", "time", "unix", "millis", "body"}

// filters change what is filled in, one after another: {user+secret+time|md5|upper}. The signatures are written in hex.
var filters = map[string]func(s string, secret []byte) string{
	"md5":    func(s string, _ []byte) string { h := md5.Sum([]byte(s)); return hex.EncodeToString(h[:]) },
	"sha1":   func(s string, _ []byte) string { h := sha1.Sum([]byte(s)); return hex.EncodeToString(h[:]) },
	"sha256": func(s string, _ []byte) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) },
	"hmac": func(s string, secret []byte) string {
		h := hmac.New(sha256.New, secret)
		h.Write([]byte(s))
		return hex.EncodeToString(h.Sum(nil))
	},
	"base64": func(s string, _ []byte) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"upper":  func(s string, _ []byte) string { return strings.ToUpper(s) },
	"lower":  func(s string, _ []byte) string { return strings.ToLower(s) },
	"url":    func(s string, _ []byte) string { return url.QueryEscape(s) },
}

var (
	profileHole = regexp.MustCompile(`\{((?:[a-z_]+|'[^'{}]*')(?:\+(?:[a-z_]+|'[^'{}]*'))*)((?:\|[a-z0-9_]+)*)\}`)
	profileTerm = regexp.MustCompile(`[a-z_]+|'[^'{}]*'`)
)

// checkHoles tells what a text of a profile has in braces that nobody can fill in. Braces that hold no names, as those
// of JSON, are text.
func checkHoles(text string) error {
	for _, m := range profileHole.FindAllStringSubmatch(text, -1) {
		for _, term := range profileTerm.FindAllString(m[1], -1) {
			if term[0] != '\'' && !slices.Contains(holeNames, term) {
				return fmt.Errorf("{%s}: %s is not known; there are %s", m[1]+m[2], term, strings.Join(holeNames, ", "))
			}
		}
		for f := range strings.SplitSeq(strings.TrimPrefix(m[2], "|"), "|") {
			if _, ok := filters[f]; f != "" && !ok {
				return fmt.Errorf("{%s}: |%s is not known; there are md5, sha1, sha256, hmac, base64, upper, lower, url",
					m[1]+m[2], f)
			}
		}
	}
	return nil
}

// fill fills in a text of a profile; escape makes each value fit where it stands.
func fill(text string, with map[string]string, secret Secret, escape func(string) string) string {
	return profileHole.ReplaceAllStringFunc(text, func(hole string) string {
		m := profileHole.FindStringSubmatch(hole)
		var b strings.Builder
		for _, term := range profileTerm.FindAllString(m[1], -1) {
			if term[0] == '\'' {
				b.WriteString(term[1 : len(term)-1])
			} else {
				b.WriteString(with[term])
			}
		}
		s := b.String()
		for f := range strings.SplitSeq(strings.TrimPrefix(m[2], "|"), "|") {
			if f != "" {
				s = filters[f](s, []byte(secret))
			}
		}
		return escape(s)
	})
}

// The ways in which values are made to fit.
var escapes = map[string]func(string) string{
	"json": func(s string) string {
		b, _ := json.Marshal(s)
		return string(b[1 : len(b)-1])
	},
	"form": url.QueryEscape,
	"raw":  func(s string) string { return s },
}

// values are what can be filled in for a message at a moment.
func (p *Profile) values(m Message, now time.Time) map[string]string {
	return map[string]string{"id": m.ID, "to": m.Recipient, "text": m.Body, "user": p.User, "key": string(p.Key),
		"secret": string(p.Secret), "provider_id": m.ProviderID, "time": now.In(p.zone()).Format("20060102150405"),
		"unix": strconv.FormatInt(now.Unix(), 10), "millis": strconv.FormatInt(now.UnixMilli(), 10)}
}
