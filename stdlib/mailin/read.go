package mailin

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"regexp"
	"strings"
	"unicode/utf8"

	gomessage "github.com/emersion/go-message"
	"github.com/emersion/go-message/charset"
	webcharset "golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"rexian/stdlib/message"
)

// Mails in GB2312 and GBK hold characters that only GB18030 has, which reads all three.
func init() {
	for _, name := range []string{"gb2312", "gb_2312-80", "gbk", "x-gbk", "cp936", "ms936", "windows-936", "gb18030"} {
		charset.RegisterEncoding(name, simplifiedchinese.GB18030)
	}
	for _, name := range []string{"big5", "big5-hkscs", "cp950", "x-x-big5"} {
		charset.RegisterEncoding(name, traditionalchinese.Big5)
	}
}

// The limits of a mail's inside.
const (
	maxDepth = 8       // of multiparts in multiparts
	maxParts = 64      // that are looked at
	maxText  = 1 << 20 // bytes of a text part after decoding
	maxID    = 250     // characters of a Message-ID, as it is kept
)

// errSender is for a mail that nobody has sent.
var errSender = errors.New("no sender's address")

// Read makes of a mail's first bytes what is kept of it: sender, subject, and the text that was written this time.
// Attachments are left out. An error means that it is no mail.
//
// The sender is From, not Reply-To: whoever writes the mail must not choose a third whom the answer goes to.
func Read(raw []byte) (message.In, error) {
	mailed, err := gomessage.Read(bytes.NewReader(raw))
	if mailed == nil {
		return message.In{}, fmt.Errorf("no header: %w", err)
	}
	header := func(name string) string { return strings.TrimSpace(plain(mailed.Header.Get(name))) }
	in := message.In{Channel: message.Mail, Sender: address(header("From")), Subject: words(header("Subject")),
		ID: bare(header("Message-Id")), Thread: bare(header("In-Reply-To")), Automatic: message.Automatic(header)}
	if in.Sender == "" {
		return message.In{}, errSender
	}
	if in.ID == "" || utf8.RuneCountInString(in.ID) > maxID {
		sum := sha256.Sum256(raw)
		in.ID = "sha256-" + hex.EncodeToString(sum[:16])
	}
	if kind, _ := contentType(mailed.Header); kind == "multipart/report" { // bounces and receipts
		in.Automatic = true
	}
	var p parts
	p.walk(mailed, 0)
	if in.Body = own(p.text); in.Body == "" && p.html != "" {
		in.Body = own(stripHTML(p.html))
	}
	return in, nil
}

// parts are the texts of a mail: of each kind the first that is not blank.
type parts struct {
	text, html string
	seen       int
}

// walk looks for texts. What is broken off or badly encoded is used as far as it can be read.
func (p *parts) walk(e *gomessage.Entity, depth int) {
	if p.seen++; p.seen > maxParts || p.text != "" {
		return
	}
	kind, name := contentType(e.Header)
	if several := e.MultipartReader(); several != nil {
		for depth < maxDepth && p.seen <= maxParts {
			part, _ := several.NextPart() // an unknown charset or encoding has its part all the same
			if part == nil {
				return
			}
			p.walk(part, depth+1)
		}
		return
	}
	if how, with, _ := e.Header.ContentDisposition(); strings.EqualFold(how, "attachment") || with["filename"] != "" ||
		name != "" {
		return
	}
	if kind != "text/plain" && kind != "text/html" {
		return
	}
	b, _ := io.ReadAll(io.LimitReader(e.Body, maxText)) // up to what is broken
	text := plain(string(b))
	if kind == "text/html" && !utf8.Valid(b) {
		text = page(b)
	}
	switch {
	case strings.TrimSpace(text) == "":
	case kind == "text/plain":
		p.text = text
	case p.html == "":
		p.html = text
	}
}

// page is HTML that says only in a meta element of its own how it is written.
func page(b []byte) string {
	_, name, _ := webcharset.DetermineEncoding(b, "text/html")
	if name != "windows-1252" && name != "utf-8" { // the first is its guess, and this is not the second
		if in, err := charset.Reader(name, bytes.NewReader(b)); err == nil {
			if text, err := io.ReadAll(in); err == nil {
				return string(text)
			}
		}
	}
	return plain(string(b))
}

// contentType is the kind of a part, and its name if it has one; old programs name attachments there only.
func contentType(h gomessage.Header) (kind, name string) {
	kind, with, err := h.ContentType()
	if err != nil { // a fault in what follows does not change the kind
		kind, _, _ = strings.Cut(h.Get("Content-Type"), ";")
	}
	return strings.ToLower(strings.TrimSpace(kind)), with["name"]
}

// plain is a text in UTF-8. Programs that do not say what they write, or say it wrongly, write GB18030; but where most
// of what is beyond ASCII is UTF-8, the rest is damage.
func plain(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	good, bad := 0, 0
	for _, r := range s {
		switch {
		case r == utf8.RuneError:
			bad++
		case r >= utf8.RuneSelf:
			good++
		}
	}
	if good <= bad {
		if decoded, err := simplifiedchinese.GB18030.NewDecoder().String(s); err == nil {
			return decoded
		}
	}
	return strings.ToValidUTF8(s, "")
}

var bracketed = regexp.MustCompile(`<([^<>\s@]+@[^<>\s@]+)>`)

// address is the first address of a From, "" if there is none. What stands about it need not be well-formed.
func address(from string) string {
	parser := mail.AddressParser{WordDecoder: &decoder}
	if list, err := parser.ParseList(from); err == nil && len(list) > 0 {
		return strings.ToLower(list[0].Address)
	}
	if m := bracketed.FindStringSubmatch(from); m != nil {
		if a, err := mail.ParseAddress(m[1]); err == nil {
			return strings.ToLower(a.Address)
		}
	}
	return ""
}

// bare is the first Message-ID of a header, without its brackets.
func bare(ids string) string {
	if _, id, ok := strings.Cut(ids, "<"); ok {
		id, _, _ = strings.Cut(id, ">")
		return strings.Join(strings.Fields(id), "")
	}
	if list := strings.Fields(ids); len(list) > 0 {
		return list[0]
	}
	return ""
}
