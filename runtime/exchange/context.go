package exchange

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

// longestContext is how long a header of the context may be, in bytes: an INVITE must fit into a datagram.
const longestContext = 400

// context is what an agent's telephone is told of a caller, in headers of its INVITE that a desktop can read: the call,
// the queue, the flows gone through and what was attached, percent-encoded. It is told to telephones of the house only.
// It is called on the call's goroutine.
func (c *telephone) context(queue string) map[string]string {
	headers := map[string]string{"X-Rexian-Call": c.id, "X-Rexian-Queue": url.QueryEscape(queue)}
	add := func(name, value string) {
		if value != "" && len(value) <= longestContext {
			headers[name] = value
		}
	}
	add("X-Rexian-Path", url.QueryEscape(c.path()))
	var data []string
	for _, name := range slices.Sorted(maps.Keys(c.rows.data)) {
		data = append(data, url.QueryEscape(name)+"="+url.QueryEscape(c.rows.data[name]))
	}
	add("X-Rexian-Data", strings.Join(data, "&"))
	return headers
}

// house tells whether a telephone is one of ours, or an address that the configuration names, and no way out.
func (x *Exchange) house(phone string) bool {
	return strings.HasPrefix(phone, "sip:") || strings.HasPrefix(phone, "sips:") || x.o.Ours != nil && x.o.Ours(phone)
}
