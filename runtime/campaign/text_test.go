package campaign_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rexian/compiler/bundle"
	"rexian/compiler/value"
	"rexian/runtime/campaign"
	"rexian/runtime/deploy"
	"rexian/runtime/exchange"
	"rexian/runtime/vm"
	store "rexian/stdlib/campaign"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
	"rexian/stdlib/message"
)

const reminder = `短信任务 提醒 {
  发送名单 纳税人.欠税名单(至少: 1元)
  发短信 给 对象.电话 "{对象.名称}，请缴税"
  每秒 100条
`

// writer is an office that writes: what its flows send goes into an outbox.
type writer struct {
	*office
	outbox *message.Store
	asked  atomic.Int64
	after  func(ctx context.Context) error // what happens once a message is in the outbox
}

func newWriter(t *testing.T, d *db.DB, more string) *writer {
	w := &writer{office: newOffice(t, d, reminder+more+"}\n"), outbox: message.New(d, message.Options{})}
	w.exchange, w.office.outbox = w, w.outbox
	return w
}

// Ask puts what a flow sends into the outbox as the library does; each time in other words, as a text with the hour in
// it would be.
func (w *writer) Ask(ctx context.Context, v *deploy.Version, fun int, args []vm.Value, who fn.Caller) (vm.Value,
	error) {
	e := v.Image.New(vm.Call{ID: "t"}).Start(fun, args, 0)
	if e.End || e.Kind != bundle.SMSSite && e.Kind != bundle.MailSite {
		return w.office.Ask(ctx, v, fun, args, who)
	}
	channel := message.SMS
	if e.Kind == bundle.MailSite {
		channel = message.Mail
	}
	_, err := w.outbox.Send(ctx, nil, message.Draft{Channel: channel, Recipient: e.Args[0].Str(),
		Body: fmt.Sprint(e.Args[1].Str(), w.asked.Add(1)), Notice: true, Named: true, Batch: who.Batch,
		Reason: who.CallID, CallID: who.CallID}, who.Now)
	if errors.Is(err, message.ErrOptedOut) {
		return vm.Absent(), &exchange.UnansweredError{Tag: campaign.OptedOut}
	}
	if err == nil && w.after != nil {
		err = w.after(ctx)
	}
	return vm.Absent(), err
}

// sent are the messages of the outbox by their recipients.
func (w *writer) sent() map[string]int {
	w.t.Helper()
	list, err := w.outbox.List(w.t.Context(), message.Filter{Limit: 1000})
	if err != nil {
		w.t.Fatal(err)
	}
	got := map[string]int{}
	for _, m := range list {
		got[m.Recipient]++
		if !m.Notice {
			w.t.Errorf("%s is no notice", m.ID)
		}
	}
	return got
}

func done(s campaign.Status, _ map[string]int64) bool { return s.State == store.Done }

// TestTextsGoOnce lets two nodes write to a list with numbers that are on it twice, that want nothing, or are none.
func TestTextsGoOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWriter(t, d, "")
		w.targets = append(append(numbers(60), numbers(10)...), "053188880000", "")
		if err := w.outbox.Unsubscribe(t.Context(), w.targets[7], time.Now()); err != nil {
			t.Fatal(err)
		}
		a := w.node("a", "1")
		w.node("b", "1")
		p, err := a.Preview(t.Context(), "提醒")
		if err != nil || !p.Text || p.Kept != 59 || p.Dropped[store.WhyTwice] != 9 ||
			p.Dropped[campaign.WhyOptedOut] != 2 || p.Dropped["no_number"] != 2 || p.Ends.Likely == 0 {
			t.Errorf("the preflight says %+v, %v", p, err)
		}
		start(t, a, "提醒")
		s := status(t, a, "提醒", done)
		got := w.sent()
		for n, times := range got {
			if times != 1 {
				t.Errorf("%s is written to %d times", n, times)
			}
		}
		if len(got) != 59 || got[w.targets[7]] != 0 || s.Reached != 59 {
			t.Errorf("%d are written to, %d counted", len(got), s.Reached)
		}
		if len(s.Outcomes) != 1 || s.Outcomes[0].Outcome != "message_queued" || s.Outcomes[0].N != 59 {
			t.Errorf("the messages stand so: %+v", s.Outcomes)
		}
		list, err := a.Attempts(t.Context(), "提醒", store.Attempt{}, 100)
		if err != nil || len(list) != 59 || list[0].Outcome != "message_queued" || list[0].AnsweredAt != 0 {
			t.Errorf("%d attempts, %v", len(list), err)
		}
		var n store.Standing
		if err := d.Get(t.Context(), &n, `SELECT holder, day, connected FROM dialled_numbers WHERE number = ?`,
			w.targets[0]); err != nil || n.Connected != 0 {
			t.Errorf("a text counts as %d connections, %v", n.Connected, err)
		}
	})
}

// mailer is a writer whose taxpayers are called by their mail addresses.
type mailer struct{ *writer }

func (m mailer) Targets(context.Context, *deploy.Version, int, fn.Caller) (list []vm.Value, err error) {
	for i, a := range m.targets {
		list = append(list, value.Record(value.Text(a), value.Text(fmt.Sprintf("91%016d", i)), value.Text(""),
			value.Text("企业"), value.Text("一所")))
	}
	return list, nil
}

// TestMailsGoOnce lets two nodes write mails to addresses that are on the list twice, that want nothing, or are none.
func TestMailsGoOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := &writer{office: newOffice(t, d, `短信任务 提醒 { 发送名单 纳税人.欠税名单(至少: 1元)
			发邮件 给 对象.名称 "请缴税" 主题 "提醒" 每秒 100条 }
`), outbox: message.New(d, message.Options{})}
		w.exchange, w.office.outbox = mailer{w}, w.outbox
		for i := range 20 {
			w.targets = append(w.targets, fmt.Sprintf("tax%d@example.org", i))
		}
		w.targets = append(w.targets, "TAX3@Example.org", "not an address", "")
		if err := w.outbox.Unsubscribe(t.Context(), w.targets[7], time.Now()); err != nil {
			t.Fatal(err)
		}
		a := w.node("a", "1")
		w.node("b", "1")
		start(t, a, "提醒")
		s := status(t, a, "提醒", done)
		got := w.sent()
		for n, times := range got {
			if times != 1 {
				t.Errorf("%s is written to %d times", n, times)
			}
		}
		if len(got) != 19 || got[w.targets[7]] != 0 || s.Reached != 19 {
			t.Errorf("%d are written to, %d counted: %v", len(got), s.Reached, got)
		}
		list, err := w.outbox.List(t.Context(), message.Filter{Limit: 100})
		if err != nil || len(list) == 0 || list[0].Channel != message.Mail || len(list) != 19 {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// TestTextsOfNodesThatDie: a server that stops, and a node that dies, between the outbox and the note of it write to
// nobody twice, though the words are others the next time.
func TestTextsOfNodesThatDie(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWriter(t, d, "")
		w.targets = numbers(6)
		var once sync.Once
		reached := make(chan struct{})
		w.after = func(ctx context.Context) error {
			once.Do(func() { close(reached) })
			<-ctx.Done()
			return ctx.Err()
		}
		a := w.node("a", "1")
		start(t, a, "提醒")
		<-reached
		w.close()
		w.after = nil
		// A node that claimed and began one, and is gone.
		dead := store.New(d, store.Options{Node: "x", Boot: "1"})
		run, err := dead.Latest(t.Context(), "提醒")
		if err != nil {
			t.Fatal(err)
		}
		far := time.Now().AddDate(10, 0, 0).UnixMilli()
		due, err := dead.Due(t.Context(), run.ID, far, 1)
		if err != nil || len(due) != 1 {
			t.Fatal(due, err)
		}
		if _, err := dead.Claim(t.Context(), due[0], far); err != nil {
			t.Fatal(err)
		}
		if _, err := dead.Begin(t.Context(), due[0], far, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Exec(t.Context(), `UPDATE campaign_runs SET paced_at = 0`); err != nil {
			t.Fatal(err)
		}
		w.speed = 60
		b := w.node("b", "1")
		s := status(t, b, "提醒", done)
		got := w.sent()
		for n, times := range got {
			if times != 1 {
				t.Errorf("%s is written to %d times", n, times)
			}
		}
		if len(got) != 6 || s.Reached != 6 {
			t.Errorf("%d are written to, %d counted", len(got), s.Reached)
		}
	})
}

// TestItStartsDaily: a campaign with an hour starts by itself, once a day on however many nodes; not before its hour,
// and not while one that somebody paused is there.
func TestItStartsDaily(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWriter(t, d, "每天启动 10:01\n")
		w.targets = numbers(5)
		a := w.node("a", "1")
		if _, err := a.Status(t.Context(), "提醒"); !errors.Is(err, store.ErrNoRun) {
			t.Errorf("before its hour: %v", err)
		}
		w.close()
		dayAfter := func(days int) *campaign.Engine {
			w.close()
			w.started = time.Now().Add(-time.Duration(days)*24*time.Hour - 2*time.Minute)
			e := w.node("a", "1")
			w.node("b", "1")
			return e
		}
		runs := func() (n int) {
			if err := d.Get(t.Context(), &n, `SELECT COUNT(*) FROM campaign_runs`); err != nil {
				t.Fatal(err)
			}
			return n
		}
		waits := func(e *campaign.Engine, n int) {
			t.Helper()
			for end := time.Now().Add(30 * time.Second); time.Now().Before(end) && runs() < n; {
				time.Sleep(20 * time.Millisecond)
			}
			status(t, e, "提醒", done)
		}
		waits(dayAfter(0), 1)
		waits(dayAfter(0), 1) // again after a restart
		waits(dayAfter(1), 2)
		if got := w.sent(); len(got) != 5 || got[w.targets[0]] != 2 || runs() != 2 {
			t.Errorf("in two days and %d runs: %v", runs(), got)
		}
		w.close()
		if _, err := d.Exec(t.Context(), `UPDATE campaign_runs SET state = 'paused' WHERE started_at = (SELECT MAX(started_at)
			FROM campaign_runs)`); err != nil {
			t.Fatal(err)
		}
		e := dayAfter(2)
		time.Sleep(200 * time.Millisecond) // ten turns of the engine
		if s, err := e.Status(t.Context(), "提醒"); err != nil || s.State != store.Paused || runs() != 2 {
			t.Errorf("a paused run: %s, %d runs, %v", s.State, runs(), err)
		}
		w.close() // a node that dies while it loads the list leaves such a run
		if _, err := d.Exec(t.Context(), `UPDATE campaign_runs SET state = 'paused', why = 'loading',
			started_at = started_at - 660000 WHERE started_at = (SELECT MAX(started_at) FROM campaign_runs)`); err != nil {
			t.Fatal(err)
		}
		dayAfter(1)
		whole := func() (n int) { // a run that is being loaded anew is half loaded, too
			if err := d.Get(t.Context(), &n, `SELECT COUNT(*) FROM campaign_runs WHERE state = 'done'`); err != nil {
				t.Fatal(err)
			}
			return n
		}
		for end := time.Now().Add(30 * time.Second); time.Now().Before(end) && whole() < 2; {
			time.Sleep(20 * time.Millisecond)
		}
		if whole() != 2 || runs() != 2 {
			t.Errorf("of %d runs %d are whole", runs(), whole())
		}
	})
}
