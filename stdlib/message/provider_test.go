package message

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

func TestFile(t *testing.T) {
	f := &File{Path: filepath.Join(t.TempDir(), "outbox", "messages.jsonl")}
	if state, err := f.Ask(t.Context(), Message{ID: "1"}); state != Queued || err != nil {
		t.Errorf("before there is a file: %s, %v", state, err)
	}
	for i := range 3 {
		if _, err := f.Send(t.Context(),
			Message{ID: fmt.Sprint(i), Channel: SMS, Recipient: "13800138000", Body: "行\n二"}); err != nil {
			t.Fatal(err)
		}
	}
	for id, want := range map[string]State{"2": Sent, "3": Queued} {
		if state, err := f.Ask(t.Context(), Message{ID: id}); state != want || err != nil {
			t.Errorf("%s: %s, %v", id, state, err)
		}
	}
	if _, err := (&File{Path: t.TempDir()}).Send(t.Context(), Message{}); err == nil || errors.Is(err, ErrUncertain) {
		t.Errorf("a folder in its place: %v", err)
	}
}

func TestGateway(t *testing.T) {
	type reply struct {
		status int // 0 breaks off
		answer string
	}
	type request struct {
		*http.Request
		body string
	}
	replies, requests := make(chan reply, 1), make(chan request, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		requests <- request{r, string(b)}
		say := <-replies
		if say.status == 0 {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(say.status)
		_, _ = io.WriteString(w, say.answer)
	}))
	defer server.Close()
	p := Plain(server.URL+"?key=hush", "t")
	p.Headers = append(p.Headers, "X-Signature: {body|hmac}")
	p.Secret = "s"
	p.Ask = Ask{URL: server.URL + "/ask?key=hush&id={id}", State: "state", Delivered: []string{"delivered"}}
	g := &Gateway{Profile: p}
	m := Message{ID: "m1", Recipient: "13800138000", Body: "“您好”"}
	var got request
	for _, c := range []struct {
		name   string
		status int
		want   error // nil: taken; io.EOF: not taken, may be tried again
	}{
		{"taken", 200, nil}, {"accepted", 202, nil}, {"bad number", 400, ErrRefused}, {"busy", 429, io.EOF},
		{"away", 503, io.EOF},
		{"a fault of its own", 500, ErrUncertain}, {"a proxy's time-out", 504, ErrUncertain},
		{"breaks off", 0, ErrUncertain},
	} {
		replies <- reply{c.status, `{"id":"g7"}`}
		id, err := g.Send(t.Context(), m)
		got = <-requests
		switch {
		case c.want == nil && (err != nil || id != "g7"),
			c.want == io.EOF && (err == nil || errors.Is(err, ErrRefused) || errors.Is(err, ErrUncertain)),
			c.want != nil && c.want != io.EOF && !errors.Is(err, c.want):
			t.Errorf("%s: %s, %v", c.name, id, err)
		}
		if err != nil && strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: the error tells the key: %v", c.name, err)
		}
	}
	if got.Header.Get("Authorization") != "Bearer t" || len(got.Header.Get("X-Signature")) != 64 ||
		got.body != `{"id":"m1","to":"13800138000","text":"“您好”"}` {
		t.Errorf("%v %s", got.Header, got.body)
	}
	for _, c := range []struct {
		status int
		answer string
		want   State
	}{{200, `{"state":"delivered"}`, Delivered}, {404, ``, Queued}, {200, `{"state":"queued"}`, Unknown},
		{200, `nonsense`, Unknown}, {500, ``, Unknown}} {
		replies <- reply{c.status, c.answer}
		state, _ := g.Ask(t.Context(), Message{ID: "m1"})
		got = <-requests
		if state != c.want {
			t.Errorf("asked, %d %s: %s", c.status, c.answer, state)
		}
	}
	if got.URL.Query().Get("id") != "m1" {
		t.Errorf("asked %s", got.URL)
	}
	server.Close()
	if _, err := g.Send(t.Context(), m); err == nil || errors.Is(err, ErrUncertain) || errors.Is(err, ErrRefused) {
		t.Errorf("nobody there: %v", err)
	}
}

// mailbox is a mail server that takes one mail, says to RCPT and to the end of DATA what it is told to, or breaks off.
func mailbox(t *testing.T, rcpt, data string) (host string, port int, got func() string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	text := make(chan string, 1)
	go func() {
		defer l.Close()
		c, err := l.Accept()
		if err != nil {
			text <- ""
			return
		}
		defer c.Close()
		r := bufio.NewReader(c)
		say := func(s string) { fmt.Fprintf(c, "%s\r\n", s) }
		say("220 test")
		var mail strings.Builder
		defer func() { text <- mail.String() }()
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			switch verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " "); verb {
			case "EHLO", "HELO":
				say("250 test")
			case "RCPT":
				say(rcpt)
			case "DATA":
				say("354 go on")
				for line != ".\r\n" {
					if line, err = r.ReadString('\n'); err != nil {
						return
					}
					mail.WriteString(line)
				}
				if data == "" {
					return
				}
				say(data)
			case "QUIT":
				say("221 bye")
				return
			default:
				say("250 ok")
			}
		}
	}()
	a := l.Addr().(*net.TCPAddr)
	return a.IP.String(), a.Port, func() string { l.Close(); return <-text }
}

func TestSMTP(t *testing.T) {
	for _, c := range []struct {
		name, rcpt, data string
		want             error // nil: taken; io.EOF: not taken, may be tried again
	}{
		{"taken", "250 ok", "250 ok", nil},
		{"no such mailbox", "550 no", "", ErrRefused},
		{"greylisted", "451 later", "", io.EOF},
		{"refused after the text", "250 ok", "554 spam", ErrRefused},
		{"breaks off after the text", "250 ok", "", ErrUncertain},
	} {
		t.Run(c.name, func(t *testing.T) {
			host, port, got := mailbox(t, c.rcpt, c.data)
			p := &SMTP{Host: host, Port: port, From: "12366 <hotline@tax.example>", TLS: IfOffered}
			id, err := p.Send(context.Background(),
				Message{ID: "m1", Recipient: "zhang@example.com", Subject: "欠税", Body: "您好", Thread: "x@y"})
			switch {
			case c.want == nil && (err != nil || id != "m1@tax.example"),
				c.want == io.EOF && (err == nil || errors.Is(err, ErrRefused) || errors.Is(err, ErrUncertain)),
				c.want != nil && c.want != io.EOF && !errors.Is(err, c.want):
				t.Errorf("%s, %v", id, err)
			}
			mail := got()
			if c.want == nil && (!strings.Contains(mail, "Message-ID: <m1@tax.example>") ||
				!strings.Contains(mail, "In-Reply-To: <x@y>") ||
				!strings.Contains(mail, "Auto-Submitted: auto-replied")) {
				t.Errorf("the mail:\n%s", mail)
			}
		})
	}
	host, port, got := mailbox(t, "250 ok", "250 ok")
	notice := &SMTP{Host: host, Port: port, From: "12366 <hotline@tax.example>", TLS: IfOffered, Optout: "退订",
		Mailbox: "in@tax.example"}
	if _, err := notice.Send(t.Context(), Message{ID: "m2", Recipient: "z@e.cn", Body: "x", Notice: true}); err != nil {
		t.Error(err)
	}
	if mail := strings.ReplaceAll(got(), "\r\n ", " "); !strings.Contains(mail, "Auto-Submitted: auto-generated") ||
		!strings.Contains(mail, "List-Unsubscribe:") ||
		!strings.Contains(mail, "<mailto:in@tax.example?subject=%E9%80%80%E8%AE%A2%20m2>") {
		t.Errorf("the notice:\n%s", mail)
	}
	p := &SMTP{Host: "127.0.0.1", Port: 1, From: "a@b.cn", TLS: IfOffered}
	if _, err := p.Send(context.Background(), Message{ID: "m1", Recipient: "z@e.cn", Body: "x"}); err == nil ||
		errors.Is(err, ErrUncertain) || errors.Is(err, ErrRefused) {
		t.Errorf("nobody there: %v", err)
	}
	if state, err := p.Ask(t.Context(), Message{ID: "m1"}); state != Unknown || err != nil {
		t.Errorf("asked: %s, %v", state, err)
	}
}

// TestAnotherNodesFile: a node that dies after it wrote a message into its file and before it noted that is asked
// itself, when it is back. Another, whose file does not have the message, does not send it again.
func TestAnotherNodesFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		node := func(name string) *Store {
			file := &File{Path: filepath.Join(t.TempDir(), "sms.jsonl")}
			return New(d, Options{Node: name, Providers: map[Channel]Provider{SMS: file}, Logger: quietLog()})
		}
		a, b := node("a"), node("b")
		id, err := a.Send(t.Context(), nil, Draft{Channel: SMS, Recipient: "13800138000", Body: "一次"}, noon)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Deliver(t.Context(), noon); err != nil {
			t.Fatal(err)
		}
		_, err = d.Exec(t.Context(), `UPDATE messages SET state = 'sending', leased_till = ?`, noon.UnixMilli())
		if err != nil {
			t.Fatal(err)
		}
		state := func() State {
			m, err := a.Get(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			return m.State
		}
		later := noon.Add(time.Hour)
		if n, err := b.Resolve(t.Context(), later); err != nil || n != 0 || state() != Unknown {
			t.Errorf("the other node resolved %d, %v: %s", n, err, state())
		}
		if n, err := a.Resolve(t.Context(), later); err != nil || n != 1 || state() != Sent {
			t.Errorf("the node itself resolved %d, %v: %s", n, err, state())
		}
	})
}
