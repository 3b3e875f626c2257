package siptrace

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"rexian/media/sip/validate"
)

// shown are the header fields whose values are shown, users in addresses masked. Of any other field only the name is:
// it may carry credentials, a key, or what a flow sends along.
var shown = []string{"via", "v", "from", "f", "to", "t", "call-id", "i", "cseq", "contact", "m", "max-forwards",
	"route",
	"record-route", "allow", "supported", "k", "require", "proxy-require", "unsupported", "content-type", "c",
	"user-agent", "server", "expires", "session-expires", "x", "min-se", "min-expires",
	"retry-after", "reason", "warning", "rseq", "rack", "event", "o", "allow-events", "u", "subscription-state",
	"refer-to", "r", "referred-by", "b", "refer-sub", "replaces", "diversion", "history-info", "p-asserted-identity",
	"p-preferred-identity", "remote-party-id", "privacy", "accept", "date", "timestamp"}

var (
	// user is what stands before the host of an address, with its parameters and password.
	user = regexp.MustCompile(`(?i)\b(sips?:)([^@>\s,"]*)@`)
	// number is a number that stands for itself.
	number = regexp.MustCompile(`(?i)\b(?:(tel:)([^;>\s,"]+)|(sips?:)(\+?[0-9*#]{5,}))`)
	// quoted and bare are names of people and the like, before an address.
	quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	bare   = regexp.MustCompile(`(^|,)\s*[^<>",;:…]*[^<>",;:…\s]\s*<`)
)

// Text is the message for people: users in addresses and names are masked, of fields that may carry secrets and of
// bodies that are no session description only the length is shown, and no line of a description that holds a key. mask
// masks a number.
func (m *Message) Text(mask func(string) string) string {
	head, body, _ := bytes.Cut(m.Data, []byte("\r\n\r\n"))
	first, rest, _ := bytes.Cut(head, []byte("\r\n"))
	var b strings.Builder
	b.WriteString(addresses(printable(first), mask) + "\r\n")
	kind := ""
	validate.EachField(append(slices.Clip(rest), "\r\n\r\n"...), func(name string, value []byte) {
		switch name {
		case "content-length", "l":
			return // that of what is shown stands at the end
		case "content-type", "c":
			kind = strings.ToLower(string(value))
		}
		text := fmt.Sprintf("… (%d)", len(value))
		if slices.Contains(shown, name) {
			text = addresses(printable(value), mask)
		}
		b.WriteString(spelt(name) + ": " + text + "\r\n")
	})
	shownBody := bodyText(kind, body, mask)
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(shownBody), shownBody)
	return b.String()
}

// bodyText is what is shown of a body.
func bodyText(kind string, body []byte, mask func(string) string) string {
	switch {
	case len(body) == 0:
		return ""
	case strings.HasPrefix(kind, "application/sdp"):
		return description(body)
	case strings.HasPrefix(kind, "message/sipfrag"):
		line, _, _ := bytes.Cut(body, []byte("\r\n"))
		return addresses(printable(line), mask) + "\r\n"
	}
	return fmt.Sprintf("… (%d)\r\n", len(body))
}

// addresses masks the users in a value's addresses, and the names beside them.
func addresses(s string, mask func(string) string) string {
	s = bare.ReplaceAllString(quoted.ReplaceAllString(s, `"…"`), `$1 "…" <`)
	s = user.ReplaceAllStringFunc(s, func(a string) string {
		p := user.FindStringSubmatch(a)
		name, _, _ := strings.Cut(p[2], ":")
		name, _, _ = strings.Cut(name, ";")
		return p[1] + mask(name) + "@"
	})
	return number.ReplaceAllStringFunc(s, func(a string) string {
		p := number.FindStringSubmatch(a)
		return p[1] + p[3] + mask(p[2]+p[4])
	})
}

// description is a session description without keys, and without names of people.
func description(body []byte) string {
	var b strings.Builder
	for line := range strings.Lines(printableLines(body)) {
		line = strings.TrimRight(line, "\r\n")
		lower := strings.ToLower(line)
		switch {
		case strings.HasPrefix(lower, "a=crypto:"), strings.HasPrefix(lower, "a=key-mgmt:"),
			strings.HasPrefix(lower, "a=ice-pwd:"):
			name, _, _ := strings.Cut(line, ":")
			line = name + ":…"
		case strings.HasPrefix(lower, "k="):
			line = "k=…"
		case strings.HasPrefix(lower, "i="), strings.HasPrefix(lower, "u="), strings.HasPrefix(lower, "e="),
			strings.HasPrefix(lower, "p="):
			line = line[:2] + "…"
		}
		b.WriteString(line + "\r\n")
	}
	return b.String()
}

// printable is a text without what would steer a terminal.
func printable(b []byte) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '?'
		}
		return r
	}, string(b))
}

func printableLines(b []byte) string {
	lines := bytes.Split(b, []byte("\n"))
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = printable(bytes.TrimRight(l, "\r"))
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}

// spelt is a field's name as it is usually written.
func spelt(name string) string {
	switch name {
	case "call-id", "i":
		return "Call-ID"
	case "cseq":
		return "CSeq"
	}
	parts := strings.Split(name, "-")
	for i, p := range parts {
		if p != "" {
			parts[i] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	return printable([]byte(strings.Join(parts, "-")))
}
