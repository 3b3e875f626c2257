package server_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"golang.org/x/text/encoding/simplifiedchinese"

	"rexian/cmd/rexian/config"
)

// mailbox is a mail server in this process, and its user's INBOX.
func mailbox(t *testing.T) (addr string, inbox *imapmemserver.User) {
	t.Helper()
	mails := imapmemserver.New()
	inbox = imapmemserver.NewUser("hotline@example.org", "sesame")
	mails.AddUser(inbox)
	if err := inbox.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := imapserver.New(&imapserver.Options{InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return mails.NewSession(), nil, nil
		}})
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(l) // ends with Close
	}()
	t.Cleanup(func() {
		_ = s.Close()
		<-done
	})
	return l.Addr().String(), inbox
}

type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// A mail enters the flow that its first line names, or its subject, as a text does; its answer is in the outbox, and
// belongs to it.
func TestAMailIsAnswered(t *testing.T) {
	t.Parallel()
	addr, inbox := mailbox(t)
	deliver := func(lines ...string) {
		t.Helper()
		if _, err := inbox.Append("INBOX", literal{strings.NewReader(strings.Join(lines, "\r\n") + "\r\n")},
			&imap.AppendOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	var outbox string
	h := start(t, func(c *config.Config) {
		outbox = filepath.Join(c.Data, "outbox", "mail.jsonl")
		c.Message.IMAP, c.Message.IMAPTLS = addr, "none"
		c.Message.IMAPUser, c.Message.IMAPPassword = "hotline@example.org", config.Plain("sesame")
		const more = `
来信 "投诉" 进入 投诉 否则 查征期
流程 投诉(事由: 文本) { 回复 "{来电号码}：{事由}" }
`
		if err := os.WriteFile(filepath.Join(c.Flows, "b.flow"), []byte(more), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	body, err := simplifiedchinese.GB18030.NewEncoder().String("投诉 排队太久\r\n等了两小时\r\n\r\n-----原始邮件-----\r\n发件人: 热线")
	if err != nil {
		t.Fatal(err)
	}
	deliver("From: =?utf-8?B?5byg5LiJ?= <Zhang@Example.com>", "Message-ID: <1@example.com>",
		"Subject: =?utf-8?B?5oqV6K+J?=",
		"Content-Type: text/plain; charset=gb18030", "Content-Transfer-Encoding: base64", "",
		base64.StdEncoding.EncodeToString([]byte(body)))
	deliver("From: li@example.com", "Message-ID: <2@example.com>", "Subject: zq", "", "您好：", "请问几号截止？")
	deliver("From: wang@example.com", "Message-ID: <3@example.com>", "Subject: hello", "", "no flow takes this")
	deliver("From: zhao@example.com", "Message-ID: <4@example.com>", "Auto-Submitted: auto-replied", "", "ZQ")
	deliver("From: sun@example.com", "Message-ID: <5@example.com>", "", "ZQ", "", "孙")

	type sent struct{ To, Subject, Text, Answers string }
	got := map[string]sent{}
	for end := time.Now().Add(2 * time.Minute); len(got) < 3 && // one that comes before IDLE is found by the next poll
		time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		b, _ := os.ReadFile(outbox) // it is there as soon as something is sent
		for line := range strings.Lines(string(b)) {
			var m struct {
				To, Subject, Text string
				Answers           string `json:"in_reply_to"`
			}
			if json.Unmarshal([]byte(line), &m) == nil {
				got[m.To] = sent(m)
			}
		}
	}
	want := map[string]sent{
		"zhang@example.com": {"zhang@example.com", "Re: 投诉", "zhang@example.com：排队太久 等了两小时", "1@example.com"},
		"li@example.com":    {"li@example.com", "Re: zq", "十五日", "2@example.com"},
		"sun@example.com":   {"sun@example.com", "Re:", "十五日", "5@example.com"},
	}
	for who, m := range want {
		if got[who] != m {
			t.Errorf("%s got %+v, not %+v", who, got[who], m)
		}
	}
	if len(got) != len(want) {
		t.Errorf("sent: %+v", got)
	}
	figures := ""
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end) &&
		!strings.Contains(figures, "rexian_mails_received_total 5"); time.Sleep(20 * time.Millisecond) {
		_, figures = h.ask("GET", "/metrics", "", nil)
	}
	for _, f := range []string{"rexian_mails_received_total 5", "rexian_mails_answered_total 3",
		"rexian_mails_failed_total 0", "rexian_mailbox_connected 1"} {
		if !strings.Contains(figures, f) {
			t.Errorf("the figures do not say %s", f)
		}
	}
}

// A mail server that is away keeps nobody from starting, or from stopping.
func TestTheMailServerIsAway(t *testing.T) {
	t.Parallel()
	h := start(t, func(c *config.Config) {
		c.Message.IMAP, c.Message.IMAPTLS = "127.0.0.1:1", "none"
		c.Message.IMAPUser, c.Message.IMAPPassword = "hotline@example.org", config.Plain("sesame")
	})
	if _, figures := h.ask("GET", "/metrics", "", nil); !strings.Contains(figures, "rexian_mailbox_connected 0") {
		t.Error("the figures do not say that the mailbox is not watched")
	}
	h.Drain(t.Context())
}
