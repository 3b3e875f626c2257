package digest

import (
	"errors"
	"strings"
)

// errSyntax says that a field is no list of auth-params (RFC 7235, 2.1).
var errSyntax = errors.New("no list of parameters")

// maxParams bounds the parameters of a field.
const maxParams = 32

// param is one parameter of a challenge or of credentials, its name lower case, its value without quotes.
type param struct{ name, value string }

// parseParams reads `Scheme name=value, name="value"` and gives the scheme and the parameters in their order.
func parseParams(s string) (scheme string, list []param, err error) {
	scheme, rest, _ := strings.Cut(strings.TrimSpace(s), " ")
	if !token(scheme) {
		return "", nil, errSyntax
	}
	for {
		rest = strings.TrimLeft(rest, " \t,")
		if rest == "" {
			return scheme, list, nil
		}
		at := strings.IndexByte(rest, '=')
		if at < 0 || len(list) == maxParams {
			return "", nil, errSyntax
		}
		name := strings.TrimSpace(rest[:at])
		if !token(name) {
			return "", nil, errSyntax
		}
		value, after, ok := parseValue(strings.TrimLeft(rest[at+1:], " \t"))
		if !ok {
			return "", nil, errSyntax
		}
		list = append(list, param{strings.ToLower(name), value})
		rest = after
	}
}

func parseValue(s string) (value, rest string, ok bool) {
	if s == "" || s[0] != '"' {
		end := strings.IndexAny(s, ", \t")
		if end < 0 {
			end = len(s)
		}
		value, rest = s[:end], strings.TrimLeft(s[end:], " \t")
		return value, rest, token(value) && (rest == "" || rest[0] == ',')
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if i++; i == len(s) {
				return "", "", false
			}
			b.WriteByte(s[i])
		case '"':
			rest = strings.TrimLeft(s[i+1:], " \t")
			return b.String(), rest, rest == "" || rest[0] == ','
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", false
}

// token allows a little more than RFC 3261's token: base64 without quotes occurs.
func token(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c == 0x7f || c == '"' || c == ',' || c == '\\' {
			return false
		}
	}
	return s != ""
}

var escaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "")

func quoted(s string) string { return `"` + escaper.Replace(s) + `"` }
