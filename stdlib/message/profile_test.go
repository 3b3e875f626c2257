package message

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// Gateways of three common kinds are sent what they want, and their answers are understood.
func TestProfilesOfCommonGateways(t *testing.T) {
	m := Message{ID: "m1", Recipient: "13800138000", Body: "【12366】“您好”&再见"}
	for _, c := range []struct {
		name    string
		p       Profile
		method  string
		header  string // Name: value
		body    string
		answers map[string]string // "" taken with id g7, else the error
	}{
		{name: "a form with a key", p: Profile{Format: "form", Body: "apikey={key}&mobile={to}&text={text}", Key: "k1",
			OK: "code", OKIs: []string{"0"}, BusyIs: []string{"33"}, ID: "sid", Why: "msg"},
			header: "Content-Type: application/x-www-form-urlencoded; charset=utf-8",
			body:   "apikey=k1&mobile=13800138000&text=" + url.QueryEscape(m.Body),
			answers: map[string]string{`{"code":0,"sid":"g7"}`: "", `{"code":2,"msg":"余额不足"}`: "refused",
				`{"code":33,"msg":"频率"}`: "busy", `<html>请登录</html>`: "uncertain", `{}`: "uncertain"}},
		{name: "JSON with an account", p: Profile{Format: "json",
			Body: `{"account":"{user}","password":"{secret}","msg":"{text}","phone":"{to}","uid":"{id}"}`, User: "a",
			Secret: "s\"", OK: "code", OKIs: []string{"0"}, ID: "data.0.msgId"},
			header: "Content-Type: application/json; charset=utf-8",
			body:   `{"account":"a","password":"s\"","msg":"【12366】“您好”\u0026再见","phone":"13800138000","uid":"m1"}`,
			answers: map[string]string{`{"code":"0","data":[{"msgId":"g7"}]}`: "", `{"code":"107"}`: "refused",
				`{"code":0,"data":[{"msgId":`: "uncertain"}},
		{name: "a signed form answered by a line", p: Profile{Format: "form", User: "u", Secret: "s",
			Body:    "u={user}&sign={user+secret+'x'|md5|upper}&m={to}&c={text}&t={time}",
			Headers: []string{"Authorization: Basic {user+':'+secret|base64}"},
			Pattern: regexp.MustCompile(`^0,(\w+)`)},
			header: "Authorization: Basic dTpz",
			body: "u=u&sign=4A2F6E9AFCD9EF92D7C0D0DF7C0C1D19&m=13800138000&c=" + url.QueryEscape(m.Body) +
				"&t=20261012120000",
			answers: map[string]string{"0,g7": "", "-3": "refused", "<HTML>": "uncertain"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got *http.Request
			var body, answer string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				b, _ := io.ReadAll(r.Body)
				got, body = r, string(b)
				_, _ = io.WriteString(w, answer)
			}))
			defer server.Close()
			c.p.URL = server.URL
			if wrong := c.p.Check(); wrong != nil {
				t.Fatal(wrong)
			}
			g := &Gateway{Profile: c.p, Now: func() time.Time { return noon }}
			for a, want := range c.answers {
				answer = a
				id, err := g.Send(t.Context(), m)
				switch {
				case want == "" && (err != nil || id != "g7"),
					want == "refused" && !errors.Is(err, ErrRefused),
					want == "uncertain" && !errors.Is(err, ErrUncertain),
					want == "busy" && (err == nil || errors.Is(err, ErrRefused) || errors.Is(err, ErrUncertain)):
					t.Errorf("answered %s: %q, %v; want %s", a, id, err, want)
				}
			}
			name, value, _ := strings.Cut(c.header, ": ")
			if got.Header.Get(name) != value {
				t.Errorf("%s is %q", name, got.Header.Get(name))
			}
			if want := strings.Replace(c.body, "4A2F6E9AFCD9EF92D7C0D0DF7C0C1D19",
				strings.ToUpper(apply("md5", "usx", nil, "")), 1); body != want {
				t.Errorf("the body is %s\nwant %s", body, want)
			}
		})
	}
}

// A gateway that sends texts elsewhere has not taken them for certain, and is not followed with the text.
func TestARedirectIsNotFollowed(t *testing.T) {
	followed := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/login" {
			followed++
			return
		}
		http.Redirect(w, r, "/login", http.StatusFound)
	}))
	defer server.Close()
	g := &Gateway{Profile: Plain(server.URL, "")}
	if _, err := g.Send(t.Context(), Message{ID: "1"}); !errors.Is(err, ErrUncertain) || followed > 0 {
		t.Errorf("%v, followed %d times", err, followed)
	}
}

// A gateway that hangs leaves the text uncertain.
func TestAGatewayThatHangs(t *testing.T) {
	done := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-done:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	defer close(done)
	g := &Gateway{Profile: Plain(server.URL, ""), Timeout: 50 * time.Millisecond}
	if _, err := g.Send(t.Context(), Message{ID: "1"}); !errors.Is(err, ErrUncertain) {
		t.Errorf("%v", err)
	}
}

func TestProfilesAreChecked(t *testing.T) {
	for key, p := range map[string]Profile{
		"body":      {URL: "https://a.cn", Body: "{recipient}"},
		"url":       {URL: "sms.example.cn"},
		"headers":   {URL: "https://a.cn", Headers: []string{"no colon"}},
		"ok_values": {URL: "https://a.cn", OK: "code"},
		"ok_field":  {URL: "https://a.cn", OKIs: []string{"0"}},
		"ask_state": {URL: "https://a.cn", Ask: Ask{URL: "https://a.cn/{id|md4}"}},
		"let":       {URL: "https://a.cn", Let: []string{"a = {b}", "b = 1"}},
		"pull_body": {URL: "https://a.cn", Let: []string{"a = {body|md5}", "b = {a}"},
			Receipt: Receipt{PullBody: "{b}"}},
		"ask_headers": {URL: "https://a.cn", Ask: Ask{URL: "https://a.cn", State: "s",
			Headers: []string{"X: {id|hmac_sha1:none}"}}},
	} {
		if wrong := p.Check(); wrong[key] == nil {
			t.Errorf("%s: %v", key, wrong)
		}
	}
	if text := fmt.Sprintf("%v %+v %#v", Secret("hush"), Profile{Key: "hush"},
		Profile{Secret: "hush"}); strings.Contains(text, "hush") {
		t.Error(text)
	}
}

func TestReportsAndTexts(t *testing.T) {
	p := Profile{Receipt: Receipt{List: "data", ID: "sid", To: "mobile", State: "st", Why: "err",
		Delivered: []string{"DELIVRD"}, Pending: []string{"ACCEPTD"}}, Inbound: Inbound{From: "mobile", Text: "text",
		ID: "id"}}
	want := []Report{{"1", "13800138000", Delivered, ""}, {"2", "", Failed, "MK:0001"}}
	const list = `[{"sid":1,"mobile":"13800138000","st":"DELIVRD"},{"sid":"2","st":"UNDELIV","err":"MK:0001"},` +
		`{"sid":"3","st":"ACCEPTD"}]`
	for name, body := range map[string]string{"JSON": `{"data":` + list + `}`, "JSON within JSON": `{"data":` +
		`"` + strings.ReplaceAll(list, `"`, `\"`) + `"}`, "JSON within a form": "data=" + url.QueryEscape(list)} {
		if got, err := p.Reports([]byte(body), nil); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for _, body := range []string{"", "%zz", `{"data":3}`, `{"data":[{"st":"DELIVRD"}]}`, `{"data":[{"sid":"1"}]}`,
		`{"data":[` + strings.Repeat(`{"sid":"1","st":"x"},`, maxItems) + `{"sid":"1","st":"x"}]}`, `{"data":["x"]}`} {
		if got, err := p.Reports([]byte(body), nil); err == nil {
			t.Errorf("%.40s: %v", body, got)
		}
	}
	got, err := p.Texts(nil, url.Values{"mobile": {"13800138000"}, "text": {"QS 你好"}, "id": {"7"}})
	if err != nil || len(got) != 1 || got[0] != (In{ID: "sms-7", Channel: SMS, Sender: "13800138000", Body: "QS 你好"}) {
		t.Errorf("a text by query: %+v, %v", got, err)
	}
}

// reporter is a gateway that can be asked, and keeps reports to be fetched.
type reporter struct {
	fake
	pulls []Report
	asked int
}

func (*reporter) Follows() bool { return true }
func (*reporter) Pulls() bool   { return true }
func (r *reporter) Pull(context.Context) ([]Report, error) {
	list := r.pulls
	r.pulls = nil
	return list, nil
}

// Ask counts, and answers as it is told.
func (r *reporter) Ask(context.Context, Message) (State, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	return r.ask, nil
}

// A report may come before the gateway's own answer is noted, twice, late, and of another number.
func TestReportsComeAsTheyLike(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := &fake{}
		s := New(d, Options{Providers: map[Channel]Provider{SMS: p}, Logger: quietLog(),
			Now: func() time.Time { return noon }})
		id, err := s.Send(t.Context(), nil, Draft{Channel: SMS, Recipient: "13800138000", Body: "一"}, noon)
		if err != nil {
			t.Fatal(err)
		}
		report := func(r Report) bool {
			known, err := s.Receipt(t.Context(), r, noon)
			if err != nil {
				t.Fatal(err)
			}
			return known
		}
		state := func() State {
			m, err := s.Get(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			return m.State
		}
		early := Report{ID: "gw-" + id, To: "8613800138000", State: Delivered}
		if report(early) || report(early) || s.Lost() != 2 {
			t.Errorf("a report of what nobody has sent is of a message of ours; %d of none", s.Lost())
		}
		if _, err := s.Deliver(t.Context(), noon); err != nil || state() != Delivered {
			t.Errorf("after the gateway's answer it is %s, %v", state(), err)
		}
		if !report(Report{ID: "gw-" + id, State: Failed}) || state() != Delivered {
			t.Errorf("a late failure makes it %s", state())
		}
		if report(Report{ID: id, To: "13900139000", State: Failed}) {
			t.Error("another number's report is taken for this one's")
		}
		if n := s.Fate(Delivered); n != 1 {
			t.Errorf("counted as delivered %d times", n)
		}
		if err := s.Sweep(t.Context(), noon.AddDate(0, 0, 4)); err != nil {
			t.Fatal(err)
		}
		var kept int
		if err := d.Get(t.Context(), &kept, `SELECT COUNT(*) FROM message_receipts`); err != nil || kept != 0 {
			t.Errorf("%d old reports are kept, %v", kept, err)
		}
	})
}

// What a gateway has taken is asked about, ever more rarely, until something is known; and reports are fetched.
func TestFollow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := &reporter{fake: fake{ask: Sent}}
		s := New(d, Options{Providers: map[Channel]Provider{SMS: p}, Logger: quietLog(),
			Now: func() time.Time { return noon }})
		send := func(text string) string {
			id, err := s.Send(t.Context(), nil, Draft{Channel: SMS, Recipient: "13800138000", Body: text}, noon)
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		first, second := send("一"), send("二")
		if _, err := s.Deliver(t.Context(), noon); err != nil {
			t.Fatal(err)
		}
		follow := func(after time.Duration, asked, learnt int) {
			t.Helper()
			n, err := s.Follow(t.Context(), noon.Add(after))
			if err != nil || n != learnt || p.asked != asked {
				t.Errorf("after %s: learnt of %d, asked %d times, %v", after, n, p.asked, err)
			}
		}
		follow(time.Minute, 0, 0)
		follow(3*time.Minute, 2, 0)
		follow(4*time.Minute, 2, 0)
		p.pulls = []Report{{ID: "gw-" + first, State: Failed, Why: "停机"}, {ID: "gw-nobody's", State: Delivered}}
		follow(5*time.Minute, 2, 1)
		p.ask = Delivered
		follow(time.Hour, 3, 1)
		follow(4*24*time.Hour, 3, 0)
		for id, want := range map[string]State{first: Failed, second: Delivered} {
			if m, err := s.Get(t.Context(), id); err != nil || m.State != want {
				t.Errorf("%s is %s (%s), %v", id, m.State, m.Detail, err)
			}
		}
	})
}

func TestOptsOut(t *testing.T) {
	words := []string{"退订", "TD", "T"}
	for text, want := range map[string]bool{"退订": true, " td。": true, "T": true, "t!": true, "退订办法": false,
		"TDX": false,
		"":    false} {
		if OptsOut(text, words) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}
