package mailin

import (
	"strings"
	"testing"
)

// No mail keeps the others waiting, whatever it is made of: each is as long as one may be, so that to read it in more
// than linear time would outlast the tests.
func TestStrangeMails(t *testing.T) {
	fill := func(s string) string { return strings.Repeat(s, maxRaw/len(s)) }
	page := "From: a@b.cn\r\nContent-Type: text/html\r\n\r\n"
	many := "From: a@b.cn\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
	for name, raw := range map[string]string{
		"addresses":       "From: " + fill("a@b.cn, ") + "\r\n\r\n",
		"open brackets":   "From: " + fill("<") + "\r\n\r\n",
		"comments":        "From: " + fill("(") + "\r\n\r\n",
		"quotes":          "From: " + fill("\"\\\" ") + "\r\n\r\n",
		"words":           "From: a@b.cn\r\nSubject: " + fill("=?utf-8?q?a?= ") + "\r\n\r\n",
		"strange words":   "From: a@b.cn\r\nSubject: " + fill("=?x?q?a?= ") + "\r\n\r\n",
		"headers":         "From: a@b.cn\r\n" + fill("A: b\r\n") + "\r\n",
		"folded":          "From: a@b.cn\r\nA: " + fill("\r\n b") + "\r\n\r\n",
		"parameters":      "From: a@b.cn\r\nContent-Type: text/plain; " + fill("a*0=b; ") + "\r\n\r\nx",
		"introductions":   "From: a@b.cn\r\n\r\n" + fill("On 1 2 3\n"),
		"one long line":   "From: a@b.cn\r\n\r\nOn " + fill("12 写道 "),
		"rules":           "From: a@b.cn\r\n\r\n" + fill("-"),
		"senders":         "From: a@b.cn\r\n\r\n" + fill("From: x\n"),
		"open elements":   page + fill("<p>"),
		"angles":          page + fill("<"),
		"attributes":      page + "<p " + fill("a=b "),
		"comments, pages": page + fill("<!--"),
		"quoted":          page + fill("<blockquote>"),
		"ampersands":      page + fill("&amp;&"),
		"parts":           many + fill("--x\r\n\r\n"),
		"blank parts":     many + fill("--x\r\n\r\n \r\n"),
		"parts in parts":  many + fill("--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"),
		"deeper": many +
			fill("--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"),
		"near boundaries": many + fill("--x-\r\n"),
		"base64":          "From: a@b.cn\r\nContent-Transfer-Encoding: base64\r\n\r\n" + fill("= \n"),
		"GB18030":         "From: a@b.cn\r\nContent-Type: text/plain; charset=gb18030\r\n\r\n" + fill("\x81"),
	} {
		t.Run(name, func(t *testing.T) {
			_, _ = Read([]byte(raw)) // whether it is taken does not matter
		})
	}
}
