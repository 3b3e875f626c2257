package mailin

import (
	"encoding/base64"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"rexian/stdlib/message"
)

// mailOf writes a mail with the line ends of the wire.
func mailOf(lines ...string) string { return strings.Join(lines, "\r\n") + "\r\n" }

func gb(s string) string {
	b, err := simplifiedchinese.GB18030.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return b
}

const head = "From: 张三 <Zhang@Example.com>\r\nMessage-ID: <m1@example.com>\r\n"

var alternative = mailOf(head+`Content-Type: multipart/mixed; boundary="a"`, "", "--a",
	`Content-Type: multipart/alternative; boundary="b"`, "", "--b",
	"Content-Type: text/html", "", "<p>错的</p>", "--b", "Content-Type: text/plain; charset=utf-8", "", "QS 1", "--b--",
	"--a",
	`Content-Type: text/plain; name="a.txt"`, "", "附件", "--a--")

func TestRead(t *testing.T) {
	big5, err := traditionalchinese.Big5.NewEncoder().String("進度")
	if err != nil {
		t.Fatal(err)
	}
	deep := mailOf("From: a@b.cn", "Content-Type: multipart/mixed; boundary=x0", "")
	for range 100 {
		deep += mailOf("--x0", "Content-Type: multipart/mixed; boundary=x0", "")
	}
	for name, c := range map[string]struct {
		raw, subject, body string
		automatic          bool
	}{
		"plain": {mailOf(head+"Subject: =?gb18030?B?"+base64.StdEncoding.EncodeToString([]byte(gb("查征期")))+"?=", "", "ZQ"), "查征期", "ZQ", false},
		"subject, quoted": {mailOf(head+"Subject: =?utf-8?Q?=E6=9F=A5?= =?UTF-8?q?=E5=BE=81?=", "", "ZQ"), "查征", "ZQ",
			false},
		"raw subject": {mailOf(head+"Subject: "+gb("查征期"), "", "x"), "查征期", "x", false},
		"subject cut in a character": {mailOf(head+"Subject: =?gb2312?B?"+b64(gb("查征期")[:3])+"?=",
			" =?gb2312?B?"+b64(gb("查征期")[3:])+"?=", "", "x"),
			"查征期", "x", false},
		"raw subject beyond GB2312": {mailOf(head+"Subject: "+gb("朱镕基"), "", "x"), "朱镕基", "x", false},
		"HTML that tells by itself": {mailOf(head+"Content-Type: text/html", "", `<html><head>`+
			`<meta http-equiv="Content-Type" `+
			`content="text/html; charset=gb2312"></head><body>`+gb("朱镕基")+`</body>`), "", "朱镕基", false},
		"Big5 that tells by itself": {mailOf(head+"Content-Type: text/html", "",
			`<meta charset="big5">`+big5), "", "進度", false},
		"strange subject": {mailOf(head+"Subject: =?klingon?B?AAAA?=", "", "x"), "=?klingon?B?AAAA?=", "x", false},
		"GB18030": {mailOf(head+"Content-Type: text/plain; charset=GB18030",
			"Content-Transfer-Encoding: base64", "", base64.StdEncoding.EncodeToString([]byte(gb("欠税 㐂")))), "", "欠税 㐂",
			false},
		"GB2312": {mailOf(head+"Content-Type: text/plain; charset=\"gb2312\"", "", gb("朱镕基")), "", "朱镕基",
			false},
		"Big5":       {mailOf(head+"Content-Type: text/plain; charset=Big5", "", big5), "", "進度", false},
		"no charset": {mailOf(head, gb("查询征期")), "", "查询征期", false},
		"unknown charset": {mailOf(head+"Content-Type: text/plain; charset=klingon", "", gb("查询征期")), "", "查询征期",
			false},
		"damaged UTF-8": {mailOf(head, "查询征期，谢谢\xe6\x9f"), "", "查询征期，谢谢", false},
		"HTML only": {mailOf(head+"Content-Type: text/html; charset=gbk", "",
			gb(`<html><head><title>题</title><style>p{}</style></head><body><div>查征期&nbsp;2026&lt;</div><div>谢谢</div>`+
				`<blockquote>原文<p>x</p></blockquote><script>if (a<b) {}</script></body>`)), "", "查征期 2026<\n谢谢", false},
		"alternative": {alternative, "", "QS 1", false},
		"blank plain": {mailOf(head+"Content-Type: multipart/alternative; boundary=b", "", "--b", "", " ", "--b",
			"Content-Type: text/html", "", "<b>Z</b>Q", "--b--"), "", "ZQ", false},
		"broken off":     {alternative[:strings.Index(alternative, "QS 1")+2], "", "QS", false},
		"only a picture": {mailOf(head+"Subject: ZQ", "Content-Type: image/png", "", "\x89PNG"), "ZQ", "", false},
		"bad base64":     {mailOf(head+"Content-Transfer-Encoding: base64", "", "WlEK", "!!"), "", "ZQ", false},
		"bad type":       {mailOf(head+"Content-Type: text/plain; charset=\"", "", "ZQ"), "", "ZQ", false},
		"auto-submitted": {mailOf(head+"Auto-Submitted: auto-replied", "", "我不在"), "", "我不在", true},
		"a bounce": {mailOf(head+"Content-Type: multipart/report; boundary=b", "", "--b", "", "x", "--b--"), "",
			"x", true},
		"bad address": {mailOf("From: \"张, 三\" x <zhang@example.com>, y", "Message-ID: <m1@example.com>", "", "ZQ"),
			"", "ZQ", false},
		"deep": {strings.Replace(deep, "a@b.cn", "zhang@example.com\r\nMessage-ID: <m1@example.com>", 1), "",
			"", false},
	} {
		t.Run(name, func(t *testing.T) {
			in, err := Read([]byte(c.raw))
			if err != nil {
				t.Fatal(err)
			}
			want := message.In{Channel: message.Mail, ID: "m1@example.com", Sender: "zhang@example.com",
				Subject: c.subject, Body: c.body, Automatic: c.automatic}
			if in != want {
				t.Errorf("got  %+v\nwant %+v", in, want)
			}
		})
	}
	for name, raw := range map[string]string{"nothing": "", "no header": "您好\r\n",
		"no sender": mailOf("Subject: x", "", "ZQ"), "no address": mailOf("From: 张三", "", "ZQ"),
		"zeros": strings.Repeat("\x00", 100)} {
		if in, err := Read([]byte(raw)); err == nil {
			t.Errorf("%s is taken: %+v", name, in)
		}
	}
}

// A mail without a Message-ID has one of its own, the same each time it is read; and what it answers is known.
func TestMessageIDs(t *testing.T) {
	long := strings.Repeat("x", 300) + "@a"
	ids := map[string]bool{}
	for _, head := range []string{"", "Message-ID: <>\r\n", "Message-ID: <" + long + ">\r\n"} {
		raw := []byte("From: a@b.cn\r\nIn-Reply-To: <m0@x> <m9@x>\r\n" + head + "\r\nZQ")
		in, err := Read(raw)
		again, _ := Read(raw)
		if err != nil || in.ID != again.ID || !strings.HasPrefix(in.ID, "sha256-") || in.Thread != "m0@x" {
			t.Errorf("%q: %+v, %v", head, in, err)
		}
		ids[in.ID] = true
	}
	if len(ids) != 3 {
		t.Errorf("ids: %v", ids)
	}
}

func TestOwn(t *testing.T) {
	for text, want := range map[string]string{
		"ZQ\r\n\r\n-----原始邮件-----\r\n发件人: x":                        "ZQ",
		"ZQ\n------------------ 原始邮件 ------------------\nx":         "ZQ",
		"ZQ\n---- 回复的原邮件 ----\nx":                                   "ZQ",
		"ZQ\n-----Original Message-----\nx":                         "ZQ",
		"---------- Forwarded message ---------\nx":                 "",
		"ZQ\nOn Mon, 12 Oct 2026 at 09:30, 王 <w@x.cn> wrote:\n> x":  "ZQ",
		"ZQ\nOn Mon, 12 Oct 2026 at 09:30, 王\n<w@x.cn> wrote:\n> x": "ZQ",
		"ZQ\n在 2026-10-12 09:30:00，\"王\" <w@x.cn> 写道：\nx":           "ZQ",
		"ZQ\n王 <w@x.cn>于2026年10月12日\n周一 09:30写道：\nx":                "ZQ\n王 <w@x.cn>于2026年10月12日",
		"ZQ\n\n发件人: 王\n发送时间: 2026年10月12日\n收件人: 热线\nx":               "ZQ",
		"ZQ\n________________________________\nFrom: w":             "ZQ",
		"> 旧的\n> 旧的\nZQ\n> 旧的":                                      "ZQ",
		"ZQ\n-- \n张三\n13800138000":                                  "ZQ",
		"ZQ\n\n发自我的iPhone":                                          "ZQ",
		"\u200b\u00a0ZQ\ufeff":                                      "ZQ",
		"投诉 一\n二":                                                   "投诉 一\n二",
		"From: 是一个词":                                                "From: 是一个词",
		"On Monday I wrote a letter\nand nobody answered":           "On Monday I wrote a letter\nand nobody answered",
		"": "",
	} {
		if got := own(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// FuzzRead reads any bytes as a mail: it never panics, and what it takes has a sender and an id, and is UTF-8.
func FuzzRead(f *testing.F) {
	for _, s := range []string{alternative,
		mailOf(head+"Subject: =?gb18030?B?suk=?=", "Content-Type: text/html; charset=gbk", "",
			gb("<p>查征期</p><blockquote>x")),
		mailOf(head+"Content-Type: text/plain; charset=GB18030", "Content-Transfer-Encoding: base64", "", "w+0="),
		mailOf(head+"Content-Transfer-Encoding: quoted-printable", "", "=E6=9F=A5=", "=5A", "-----原始邮件-----", "> x"),
		mailOf("From: a@b.cn", "In-Reply-To: <x@y>", "Auto-Submitted: auto-replied",
			"Content-Type: multipart/report; boundary=\"\"", "", "--", "", "--"),
		mailOf("From: <a@b.cn>", "Content-Type: multipart/mixed; boundary=x", "", "--x",
			"Content-Type: multipart/mixed; boundary=x", "", "--x"), "From:", "\x00"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		in, err := Read(raw)
		if err != nil {
			return
		}
		if in.Sender == "" || in.ID == "" || utf8.RuneCountInString(in.ID) > maxID || in.Channel != message.Mail {
			t.Errorf("%+v", in)
		}
		if !utf8.ValidString(in.Subject + in.Body + in.Sender + in.ID + in.Thread) {
			t.Errorf("not UTF-8: %q %q", in.Subject, in.Body)
		}
		if again := own(in.Body); len(again) > len(in.Body) {
			t.Errorf("it grows: %q, %q", in.Body, again)
		}
	})
}
