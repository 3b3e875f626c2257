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
	"hash"
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

// The names that a text of a profile may have in braces, beside those that it defines itself.
var holeNames = []string{"id", "to", "text", "user", "key", "secret", "provider_id", "time", "unix", "millis", "utc",
	"utc_date", "body"}

// hashes are what filters sign with, by their names: keyed ones take the secret, or what the name behind a colon is.
// They are written in hex; with _raw behind the name their bytes go to the next filter or definition.
var hashes = map[string]func(key []byte) hash.Hash{
	"md5":         func([]byte) hash.Hash { return md5.New() },
	"sha1":        func([]byte) hash.Hash { return sha1.New() },
	"sha256":      func([]byte) hash.Hash { return sha256.New() },
	"hmac":        func(key []byte) hash.Hash { return hmac.New(sha256.New, key) },
	"hmac_sha1":   func(key []byte) hash.Hash { return hmac.New(sha1.New, key) },
	"hmac_sha256": func(key []byte) hash.Hash { return hmac.New(sha256.New, key) },
}

// filters change what is filled in, one after another: {user+secret+time|md5|upper}.
var filters = map[string]func(s string) string{
	"base64": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"upper":  strings.ToUpper,
	"lower":  strings.ToLower,
	"url":    url.QueryEscape,
	"pct":    func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }, // RFC 3986, 2.1
	"json":   func(s string) string { return escapes["json"](s) },
	"bare":   func(s string) string { return s }, // as the last one: what is filled in is not escaped
}

const filterNames = "md5, sha1, sha256, hmac, hmac_sha1, hmac_sha256 (each also with _raw), base64, upper, lower, url, " +
	"pct, json, bare"

var (
	profileHole = regexp.MustCompile(`\{((?:[a-z_]+|'[^'{}]*')(?:\+(?:[a-z_]+|'[^'{}]*'))*)` +
		`((?:\|[a-z0-9_]+(?::[a-z_]+)?)*)\}`)
	profileTerm = regexp.MustCompile(`[a-z_]+|'[^'{}]*'`)
	profileLet  = regexp.MustCompile(`^\s*([a-z_]+)\s*=\s?`)
)

// apply is what a filter, with the name of its key behind a colon, makes of a text.
func apply(filter, s string, with map[string]string, secret Secret) string {
	name, of, keyed := strings.Cut(filter, ":")
	plain, raw := strings.CutSuffix(name, "_raw")
	if h := hashes[plain]; h != nil {
		key := []byte(secret)
		if keyed {
			key = []byte(with[of])
		}
		sum := h(key)
		sum.Write([]byte(s))
		if raw {
			return string(sum.Sum(nil))
		}
		return hex.EncodeToString(sum.Sum(nil))
	}
	return filters[name](s)
}

// used are the names that a text of a profile fills in, keys of filters too.
func used(text string) (names []string) {
	for _, m := range profileHole.FindAllStringSubmatch(text, -1) {
		for _, term := range profileTerm.FindAllString(m[1], -1) {
			if term[0] != '\'' {
				names = append(names, term)
			}
		}
		for f := range strings.SplitSeq(m[2], "|") {
			if _, key, ok := strings.Cut(f, ":"); ok {
				names = append(names, key)
			}
		}
	}
	return names
}

// checkHoles tells what a text of a profile has in braces that nobody can fill in. Braces that hold no names, as those
// of JSON, are text.
func checkHoles(text string, known []string) error {
	for _, name := range used(text) {
		if !slices.Contains(known, name) {
			return fmt.Errorf("{%s} is not known; there are %s", name, strings.Join(known, ", "))
		}
	}
	for _, m := range profileHole.FindAllStringSubmatch(text, -1) {
		for f := range strings.SplitSeq(strings.TrimPrefix(m[2], "|"), "|") {
			name, _, keyed := strings.Cut(f, ":")
			hashed := hashes[strings.TrimSuffix(name, "_raw")] != nil
			if f != "" && (filters[name] == nil || keyed) && !hashed {
				return fmt.Errorf("{%s}: |%s is not known; there are %s", m[1]+m[2], f, filterNames)
			}
		}
	}
	return nil
}

// definition is a name that a profile defines itself.
type definition struct {
	name, text string
	after      bool // it needs the body, so the body cannot have it
}

// definitions are those of Let, each of which may use what stands before it.
func (p *Profile) definitions() (list []definition, known []string, err error) {
	known = slices.Clone(holeNames)
	late := map[string]bool{"body": true}
	for _, line := range p.Let {
		m := profileLet.FindStringSubmatch(line)
		if m == nil {
			return nil, known, fmt.Errorf("%q: write name = text, the name of a to z and _", line)
		}
		d := definition{name: m[1], text: line[len(m[0]):]}
		if err := checkHoles(d.text, known); err != nil {
			return nil, known, err
		}
		if slices.Contains(known, d.name) {
			return nil, known, fmt.Errorf("%s is known already", d.name)
		}
		d.after = slices.ContainsFunc(used(d.text), func(n string) bool { return late[n] })
		late[d.name] = d.after
		list, known = append(list, d), append(known, d.name)
	}
	return list, known, nil
}

// bodyNames are the names that a body may have.
func bodyNames(list []definition, known []string) []string {
	return slices.DeleteFunc(slices.Clone(known), func(name string) bool {
		return name == "body" || slices.ContainsFunc(list, func(d definition) bool { return d.after && d.name == name })
	})
}

// define adds what is defined to what can be filled in: what needs no body, or what does.
func define(list []definition, with map[string]string, secret Secret, after bool) {
	for _, d := range list {
		if d.after == after {
			with[d.name] = fill(d.text, with, secret, escapes["raw"])
		}
	}
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
				s = apply(f, s, with, secret)
			}
		}
		if strings.HasSuffix(m[2], "|bare") {
			return s
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
		"unix": strconv.FormatInt(now.Unix(), 10), "millis": strconv.FormatInt(now.UnixMilli(), 10),
		"utc": now.UTC().Format(time.RFC3339[:19] + "Z"), "utc_date": now.UTC().Format(time.DateOnly)}
}
