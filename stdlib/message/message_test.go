package message

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"rexian/compiler/value"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
)

// noon is a working hour in China.
var noon = time.Date(2026, 10, 12, 12, 0, 0, 0, time.FixedZone("", 8*3600))

func quietLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

// fake is a gateway that does as it is told and remembers what it got.
type fake struct {
	mu    sync.Mutex
	next  []error // of Send, one after another; nil when used up
	ask   State
	got   []string
	heard chan string
}

func (f *fake) Send(_ context.Context, m Message) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.next) > 0 {
		err := f.next[0]
		f.next = f.next[1:]
		if err != nil {
			if err.Error() == "panic" {
				panic("a provider's fault")
			}
			return "", err
		}
	}
	f.got = append(f.got, m.Body)
	if f.heard != nil {
		f.heard <- m.Body
	}
	return "gw-" + m.ID, nil
}

func (f *fake) Ask(context.Context, Message) (State, error) { return f.ask, nil }

func TestSend(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{Limits: []Limit{}})
		send := func(x Draft) string {
			id, err := s.Send(t.Context(), nil, x, noon)
			if err != nil {
				return err.Error()
			}
			return id
		}
		first := send(Draft{Channel: SMS, Recipient: "+86 138 0013 8000", Body: "您好", CallID: "c1"})
		for _, c := range []struct {
			name string
			x    Draft
			want string // "same", "new" or an error
		}{
			{"the same once more", Draft{Channel: SMS, Recipient: "13800138000", Body: "您好", CallID: "c1"}, "same"},
			{"in another call", Draft{Channel: SMS, Recipient: "13800138000", Body: "您好", CallID: "c2"}, "new"},
			{"of other words", Draft{Channel: SMS, Recipient: "13800138000", Body: "再见", CallID: "c1"}, "new"},
			{"to another", Draft{Channel: SMS, Recipient: "13900139000", Body: "您好", CallID: "c1"}, "new"},
			{"to a landline", Draft{Channel: SMS, Recipient: "053188880000", Body: "您好"}, ErrRecipient.Error()},
			{"to nobody", Draft{Channel: SMS, Recipient: "anonymous", Body: "您好"}, ErrRecipient.Error()},
			{"empty", Draft{Channel: SMS, Recipient: "13800138000", Body: "\x00 \n"}, ErrEmpty.Error()},
			{"a mail", Draft{Channel: Mail, Recipient: "张三 <Zhang@example.com>", Body: "您好"}, "new"},
			{"a header in an address", Draft{Channel: Mail, Recipient: "a@b.cn\r\nBcc: x@y.cn", Body: "您好"},
				ErrRecipient.Error()},
			{"no channel", Draft{Channel: "pigeon", Recipient: "13800138000", Body: "您好"}, ErrRecipient.Error()},
			{"ten kilobytes", Draft{Channel: SMS, Recipient: "13800138000", Body: strings.Repeat("字", 10_000)}, "new"},
		} {
			got := send(c.x)
			if len(got) == 20 {
				got = map[bool]string{true: "same", false: "new"}[got == first]
			}
			if got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
	})
}

func TestNotices(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{})
		night := noon.Add(10 * time.Hour) // 22:00
		notice := Draft{Channel: SMS, Recipient: "13800138000", Body: "催缴", Notice: true}
		id, err := s.Send(t.Context(), nil, notice, night)
		if err != nil {
			t.Fatal(err)
		}
		m, err := s.Get(t.Context(), id)
		if want := time.Date(2026, 10, 13, 8, 0, 0, 0, noon.Location()); err != nil || m.DueAt != want.UnixMilli() {
			t.Errorf("at night: due %s, %v", time.UnixMilli(m.DueAt).In(noon.Location()), err)
		}
		unsubscribe := s.Functions()["message.unsubscribe"]
		if _, err := unsubscribe(t.Context(), fn.Caller{Now: night},
			[]value.Value{value.Text("+8613800138000")}); err != nil {
			t.Fatal(err)
		}
		if m, err = s.Get(t.Context(), id); err != nil || m.State != Failed {
			t.Errorf("a notice that waited is %s after the recipient has unsubscribed, %v", m.State, err)
		}
		notice.Reason = "again"
		if _, err := s.Send(t.Context(), nil, notice, noon); !errors.Is(err, ErrOptedOut) {
			t.Errorf("a notice to who wants none: %v", err)
		}
		notice.Notice = false
		if _, err := s.Send(t.Context(), nil, notice, noon); err != nil {
			t.Errorf("what the caller asked for: %v", err)
		}
		notice.Notice = true
		if _, err := s.Functions()["message.subscribe"](t.Context(), fn.Caller{Now: noon},
			[]value.Value{value.Text("+8613800138000")}); err != nil {
			t.Fatal(err)
		}
		if err := s.Subscribe(t.Context(), " "); !errors.Is(err, ErrRecipient) {
			t.Errorf("subscribing what is no recipient: %v", err)
		}
		notice.Reason = "subscribed"
		if _, err := s.Send(t.Context(), nil, notice, noon); err != nil {
			t.Errorf("after subscribing again: %v", err)
		}
	})
}

func TestQuiet(t *testing.T) {
	zone := noon.Location()
	clock := func(d, h, m int) time.Time { return time.Date(2026, 10, d, h, m, 0, 0, zone) }
	day := Quiet{12 * time.Hour, 14 * time.Hour}
	for _, c := range []struct {
		q        Quiet
		at, want time.Time
	}{
		{DefaultQuiet, clock(12, 20, 59), clock(12, 20, 59)}, {DefaultQuiet, clock(12, 21, 0), clock(13, 8, 0)},
		{DefaultQuiet, clock(13, 0, 0), clock(13, 8, 0)}, {DefaultQuiet, clock(13, 7, 59), clock(13, 8, 0)},
		{DefaultQuiet, clock(13, 8, 0), clock(13, 8, 0)},
		{day, clock(12, 13, 0), clock(12, 14, 0)}, {day, clock(12, 11, 0), clock(12, 11, 0)},
		{Quiet{1, 1}, clock(12, 3, 0), clock(12, 3, 0)},
	} {
		if got := c.q.After(c.at, zone); !got.Equal(c.want) {
			t.Errorf("%v at %s: %s, want %s", c.q, c.at, got, c.want)
		}
	}
}

func TestDeliver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		busy := errors.New("busy")
		for _, c := range []struct {
			name   string
			errs   []error
			ask    State
			rounds int // an hour apart, each delivering and resolving
			want   State
			sent   int
		}{
			{"taken", nil, Unknown, 1, Sent, 1},
			{"busy twice", []error{busy, busy}, Unknown, 3, Sent, 1},
			{"busy for ever", []error{busy, busy, busy, busy, busy, busy, busy}, Unknown, 8, Failed, 0},
			{"refused", []error{ErrRefused}, Unknown, 3, Failed, 0},
			{"uncertain, the gateway cannot tell", []error{ErrUncertain}, Unknown, 4, Unknown, 0},
			{"uncertain, the gateway has it", []error{ErrUncertain}, Delivered, 2, Delivered, 0},
			{"uncertain, the gateway never heard of it", []error{ErrUncertain}, Queued, 3, Sent, 1},
			{"a provider's panic is uncertain", []error{errors.New("panic")}, Sent, 2, Sent, 0},
		} {
			t.Run(c.name, func(t *testing.T) {
				p := &fake{next: c.errs, ask: c.ask}
				now := noon
				s := New(d, Options{Providers: map[Channel]Provider{SMS: p}, Limits: []Limit{}, Logger: quietLog(),
					Now: func() time.Time { return now }})
				id, err := s.Send(t.Context(), nil, Draft{Channel: SMS, Recipient: "13800138000", Body: c.name}, now)
				if err != nil {
					t.Fatal(err)
				}
				for range c.rounds {
					if _, err := s.Deliver(t.Context(), now); err != nil {
						t.Fatal(err)
					}
					now = now.Add(2 * time.Hour)
					if _, err := s.Resolve(t.Context(), now); err != nil {
						t.Fatal(err)
					}
				}
				m, err := s.Get(t.Context(), id)
				if err != nil || m.State != c.want || len(p.got) != c.sent {
					t.Errorf("%s (%s), handed over %d times, %v; want %s, %d", m.State, m.Detail, len(p.got), err,
						c.want, c.sent)
				}
			})
		}
	})
}

// Two nodes deliver at once, and one dies while it sends: every message is handed over once.
func TestNodes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := &fake{ask: Queued}
		o := Options{Providers: map[Channel]Provider{SMS: p}, Limits: []Limit{}, Logger: quietLog(), Batch: 7}
		a, b := New(d, o), New(d, o)
		for i := range 50 {
			if _, err := a.Send(t.Context(), nil,
				Draft{Channel: SMS, Recipient: "13800138000", Body: fmt.Sprint("第", i)}, noon); err != nil {
				t.Fatal(err)
			}
		}
		// The dead node took seven and sent none.
		if _, err := d.Exec(t.Context(),
			`UPDATE messages SET state = 'sending', attempts = 1, leased_till = ? WHERE id IN (SELECT id FROM messages ORDER BY id LIMIT 7)`, noon.UnixMilli()); err != nil {
			t.Fatal(err)
		}
		if n, err := a.Resolve(t.Context(), noon.Add(time.Minute)); err != nil || n != 7 {
			t.Errorf("resolved %d, %v", n, err)
		}
		var wg sync.WaitGroup
		for _, s := range []*Store{a, b} {
			wg.Go(func() {
				for {
					n, err := s.Deliver(context.Background(), noon.Add(time.Minute))
					if err != nil {
						t.Error(err)
					}
					if n == 0 {
						return
					}
				}
			})
		}
		wg.Wait()
		seen := map[string]int{}
		for _, body := range p.got {
			seen[body]++
		}
		if len(seen) != 50 || len(p.got) != 50 {
			t.Errorf("%d messages were handed over %d times, want 50", len(seen), len(p.got))
		}
	})
}

func TestRunAndReceipt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := &fake{heard: make(chan string, 1)}
		s := New(d, Options{Providers: map[Channel]Provider{SMS: p}, Logger: quietLog(),
			Now: func() time.Time { return noon }})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); s.Run(ctx, time.Hour) }()
		id, err := s.Send(t.Context(), nil, Draft{Channel: SMS, Recipient: "13800138000", Body: "马上"}, noon)
		if err != nil {
			t.Fatal(err)
		}
		if got := <-p.heard; got != "马上" {
			t.Error(got)
		}
		cancel()
		<-done
		status := func() string {
			v, err := s.Functions()["message.status"](t.Context(), fn.Caller{}, []value.Value{value.Text(id)})
			if err != nil {
				t.Fatal(err)
			}
			return v.Str()
		}
		if got := status(); got != "已发送" {
			t.Errorf("status = %s", got)
		}
		for _, c := range []struct {
			id        string
			delivered bool
			found     bool
			want      string
		}{{"nobody's", true, false, "已发送"}, {"", true, false, "已发送"}, {"gw-" + id, true, true, "已送达"},
			{id, false, true, "已送达"}} {
			r := Report{ID: c.id, State: Failed, Why: "r"}
			if c.delivered {
				r.State = Delivered
			}
			if found, err := s.Receipt(t.Context(), r, noon); err != nil || found != c.found ||
				status() != c.want {
				t.Errorf("receipt of %q: %v, %v, then %s", c.id, found, err, status())
			}
		}
		if _, err := s.Functions()["message.status"](t.Context(), fn.Caller{},
			[]value.Value{value.Text("' OR 1=1")}); !errors.Is(err, fn.Outcome("not_found")) {
			t.Errorf("the status of nothing: %v", err)
		}
	})
}

func TestTemplates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{})
		put := func(body string) error {
			return s.PutTemplate(t.Context(), Template{Name: "欠税", Lang: "zh", Body: body, UpdatedBy: "wang"}, noon)
		}
		for _, body := range []string{"{", "{}", "}", "{a b}", "{{名}}", "{名"} {
			if err := put(body); !errors.Is(err, ErrBraces) {
				t.Errorf("%s: %v", body, err)
			}
		}
		if err := put("{户名}，您有{笔数}笔欠税。"); err != nil {
			t.Fatal(err)
		}
		with := map[string]string{"户名": "测试{笔数}公司", "笔数": "2"}
		if _, _, err := s.Render(t.Context(), "欠税", "zh", with); !errors.Is(err, ErrNotApproved) {
			t.Errorf("used before it is approved: %v", err)
		}
		if err := s.ApproveTemplate(t.Context(), "欠税", "zh", "wang", noon.UnixMilli()); !errors.Is(err,
			ErrOwnApproval) {
			t.Errorf("approved by its author: %v", err)
		}
		if err := s.ApproveTemplate(t.Context(), "欠税", "zh", "li", noon.UnixMilli()-1); !db.IsConflict(err) {
			t.Errorf("approved as it was before: %v", err)
		}
		if err := s.ApproveTemplate(t.Context(), "欠税", "zh", "li", noon.UnixMilli()); err != nil {
			t.Fatal(err)
		}
		if _, body, err := s.Render(t.Context(), "欠税", "en", with); err != nil || body != "测试{笔数}公司，您有2笔欠税。" {
			t.Errorf("%s, %v", body, err)
		}
		var missing *MissingError
		if _, _, err := s.Render(t.Context(), "欠税", "zh", map[string]string{"户名": "x", "金额": "1"}); !errors.As(err,
			&missing) || missing.Error() != "not given: 笔数; not in the template: 金额" {
			t.Errorf("%v", err)
		}
		if err := put("新的{户名}"); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Render(t.Context(), "欠税", "zh", with); !errors.Is(err, ErrNotApproved) {
			t.Errorf("used after it was changed: %v", err)
		}
	})
}

func TestReceive(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{Replies: 3})
		in := In{ID: "g1", Channel: SMS, Sender: "8613800138000", Body: "QS 913701001000000409 123456"}
		id, first, err := s.Receive(t.Context(), in, noon)
		if err != nil || !first {
			t.Fatal(id, first, err)
		}
		if _, again, err := s.Receive(t.Context(), in, noon); err != nil || again {
			t.Errorf("the gateway sends it twice: %v, %v", again, err)
		}
		var body string
		if err := d.Get(t.Context(), &body, `SELECT body FROM messages_in WHERE id = ?`, id); err != nil ||
			body != "QS 913701001000000409 ******" {
			t.Errorf("kept: %q, %v", body, err)
		}
		for i := range 5 {
			ok, err := s.Reply(t.Context(), id, fmt.Sprint("答复", i), noon)
			if err != nil || ok != (i < 3) {
				t.Errorf("reply %d: %v, %v", i, ok, err)
			}
		}
		if _, first, err := s.Receive(t.Context(), In{Channel: Mail, Sender: "a@b.cn", Body: "自动", Automatic: true},
			noon); err != nil || first {
			t.Errorf("a machine's mail is handled: %v, %v", first, err)
		}
		if _, err := s.Reply(t.Context(), "nothing", "x", noon); !db.IsNotFound(err) {
			t.Errorf("a reply to nothing: %v", err)
		}
	})
}

// A message that was kept and not answered, as a crash between leaves it, waits; once answered, with words or none, it
// does not.
func TestAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{Replies: 2})
		keep := func(id string, automatic bool) {
			t.Helper()
			if _, _, err := s.Receive(t.Context(),
				In{ID: id, Channel: Mail, Sender: "a@b.cn", Body: "ZQ", Automatic: automatic}, noon); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			id, body    string
			automatic   bool
			waits, sent bool
		}{{"1", "十五日", false, true, true}, {"1", "十六日", false, false, false}, {"2", " ", false, true, false},
			{"3", "一", true, false, false},
			{"4", "一", false, true, true}, {"5", "一", false, true, false}} { // the hour's third
			keep(c.id, c.automatic)
			if waits, err := s.Waits(t.Context(), c.id); err != nil || waits != c.waits {
				t.Errorf("%s waits: %v, %v", c.id, waits, err)
			}
			if sent, err := s.Answer(t.Context(), c.id, c.body, noon); err != nil || sent != c.sent {
				t.Errorf("%s answered: %v, %v", c.id, sent, err)
			}
			if waits, err := s.Waits(t.Context(), c.id); err != nil || waits {
				t.Errorf("%s waits after its answer: %v, %v", c.id, waits, err)
			}
		}
		list, err := s.List(t.Context(), Filter{To: "a@b.cn", Limit: 10})
		if err != nil || len(list) != 2 || list[0].Thread+list[1].Thread != "14" &&
			list[0].Thread+list[1].Thread != "41" || list[0].Subject != "Re:" {
			t.Errorf("in the outbox: %+v, %v", list, err)
		}
		if _, err := s.Waits(t.Context(), "nothing"); !db.IsNotFound(err) {
			t.Errorf("nothing waits: %v", err)
		}
	})
}

// Who answers a mail of ours by 退订, or takes the way of its List-Unsubscribe, gets no more notices; who does not show
// that a mail of ours came there changes nothing, for anybody can write any sender into a mail.
func TestAMailDeclines(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, Options{})
		notice := func(to string) (string, error) {
			return s.Send(t.Context(), nil, Draft{Channel: Mail, Recipient: to, Subject: "提醒", Body: "请缴税",
				Notice: true, Batch: "run", Reason: "run." + to}, noon)
		}
		for i, c := range []struct {
			in   func(id string) In
			want bool
		}{
			{func(id string) In { return In{Body: "退订\n谢谢", Thread: id + "@tax.example"} }, true},
			{func(id string) In { return In{Subject: "退订 " + id, Body: "x"} }, true},
			{func(id string) In { return In{Subject: "TD " + strings.ToUpper(id)} }, true},
			{func(string) In { return In{Body: "退订"} }, false},
			{func(id string) In { return In{Body: "退订", Thread: digest(id)[:20] + "@tax.example"} }, false},
			{func(id string) In { return In{Body: "退订办法", Thread: id + "@tax.example"} }, false},
			{func(id string) In { return In{Sender: "other@example.com", Subject: "退订 " + id} }, false},
			{func(id string) In { return In{} }, false},
		} {
			to := fmt.Sprintf("zhang%d@example.com", i)
			id, err := notice(to)
			if err != nil {
				t.Fatal(err)
			}
			in := c.in(id)
			in.Channel = Mail
			if in.Sender == "" {
				in.Sender = strings.ToUpper(to[:1]) + to[1:]
			}
			got, err := s.Declines(t.Context(), in, []string{"退订", "TD"}, noon)
			if err != nil || got != c.want {
				t.Errorf("%+v: %v, %v", in, got, err)
			}
			_, err = s.Send(t.Context(), nil, Draft{Channel: Mail, Recipient: to, Body: "又", Notice: true}, noon)
			if errors.Is(err, ErrOptedOut) != c.want {
				t.Errorf("%+v: the next notice: %v", in, err)
			}
		}
	})
}

func TestAutomatic(t *testing.T) {
	for _, c := range []struct {
		headers map[string]string
		want    bool
	}{
		{map[string]string{"From": "zhang@example.com"}, false}, {map[string]string{"Auto-Submitted": "no"}, false},
		{map[string]string{"Auto-Submitted": "auto-replied"}, true}, {map[string]string{"Precedence": "Bulk"}, true},
		{map[string]string{"From": "MAILER-DAEMON@example.com"}, true}, {map[string]string{"List-Id": "<x>"}, true},
		{map[string]string{"Return-Path": "<>"}, true},
	} {
		if got := Automatic(func(n string) string { return c.headers[n] }); got != c.want {
			t.Errorf("%v: %v", c.headers, got)
		}
	}
}

func FuzzMask(f *testing.F) {
	for _, s := range []string{"QS 913701001000000409 123456", "１２３４５６", "1", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if again := Mask(Mask(s)); again != Mask(s) {
			t.Fatalf("%q: unstable", s)
		}
		if _, err := variables(s); err == nil && strings.Count(s, "{") != strings.Count(s, "}") {
			t.Fatalf("%q: braces", s)
		}
	})
}
