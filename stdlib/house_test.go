package stdlib

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rexian/compiler"
	"rexian/compiler/hours"
	"rexian/stdlib/call"
	"rexian/stdlib/callback"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/filter"
	"rexian/stdlib/message"
	"rexian/stdlib/ticket"
)

var china = time.FixedZone("", 8*3600)

// monday is the first working day after the National Day of 2026 but one.
var monday = time.Date(2026, 10, 12, 9, 0, 0, 0, china)

func TestKeepHouse(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		ctx := t.Context()
		var hour atomic.Int64
		clock := func() time.Time { return monday.Add(time.Duration(hour.Load()) * time.Hour) }
		var log bytes.Buffer
		l, err := Open(ctx, Options{URL: url, Data: t.TempDir(), Now: clock,
			Logger: slog.New(slog.NewJSONHandler(&log, nil)),
			Config: Config{House: time.Hour, Alerts: []string{"13800138000", "chief@example.com", "nowhere"}}})
		must(t, err)
		s := l.Slices()
		_, err = s.Tickets.Create(ctx, ticket.Draft{Class: "咨询", Name: "王五", Phone: "13912345678"}, clock())
		must(t, err)
		complaint, err := s.Tickets.Create(ctx, ticket.Draft{Class: "投诉"}, clock())
		must(t, err)
		must(t, s.Filter.Add(ctx, filter.Entry{List: filter.Warning, Pattern: "13800138009", AddedBy: "test",
			Reason: "test"}, time.Hour, clock()))
		count := func(query string) (n int) {
			t.Helper()
			must(t, l.DB().Get(ctx, &n, query))
			return n
		}
		for _, c := range []struct{ hour, messages, entries int64 }{
			{1, 0, 1},           // nothing is due
			{4 * 24, 2, 1},      // 80 % of five days
			{4*24 + 1, 2, 1},    // told once
			{8 * 24, 4, 1},      // over the limit
			{40 * 24, 4 + 2, 0}, // the complaint too, straight away; the entry is forgotten
		} {
			hour.Store(c.hour)
			must(t, l.KeepHouse(ctx))
			if n, m := count(`SELECT COUNT(*) FROM messages`),
				count(`SELECT COUNT(*) FROM filter_entries`); n != int(c.messages) || m != int(c.entries) {
				t.Errorf("after %d hours: %d messages, %d entries; want %d, %d", c.hour, n, m, c.messages, c.entries)
			}
		}
		list, err := s.Messages.List(ctx, message.Filter{To: "13800138000", Limit: 10})
		must(t, err)
		texts := ""
		for _, m := range list {
			texts += m.Body + "\n"
		}
		if !strings.Contains(texts, "（咨询，尚未分发）临近时限，请催办，时限2026-10-19") ||
			!strings.Contains(texts, "工单"+complaint.Number+"（投诉，尚未分发）已超过时限") {
			t.Error(texts)
		}
		if x, err := s.Tickets.Get(ctx, complaint.Number); err != nil || x.AcceptedAt == 0 {
			t.Errorf("accepted by silence: %+v, %v", x, err)
		}
		must(t, l.Close())
		if out := log.String(); !strings.Contains(out, "a ticket is near its limit") ||
			!strings.Contains(out, `"to":"nowhere"`) {
			t.Errorf("the log says %s", out)
		}
		for _, secret := range []string{"13912345678", "王五"} {
			if strings.Contains(texts+log.String(), secret) {
				t.Errorf("%s, who reported, is told to all", secret)
			}
		}
	})
}

// Who waits in a queue when the program dies is owed a call as soon as it runs again.
func TestQueuedCallersAreCalledBack(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		data := t.TempDir()
		l, err := Open(t.Context(), Options{URL: url, Data: data, Now: func() time.Time { return monday }})
		must(t, err)
		l.Calls().Begin(call.Row{ID: "c", Caller: "13800138000", Started: monday})
		l.Calls().Event("c", 1, monday, "enqueue", "", map[string]any{"queue": "综合咨询"})
		must(t, l.Calls().Flush(t.Context()))
		must(t, l.Close())
		l = open(t, Options{URL: url, Data: data, Now: func() time.Time { return monday.Add(time.Minute) }})
		must(t, l.Calls().Repair(t.Context()))
		must(t, l.KeepHouse(t.Context()))
		list, err := l.Slices().Callbacks.Page(t.Context(), "", callback.New, nil, callback.After{}, 10)
		if err != nil || len(list) != 1 || list[0].Number != "13800138000" || list[0].Queue != "综合咨询" ||
			list[0].Since != monday.UnixMilli() {
			t.Errorf("%+v %v", list, err)
		}
	})
}

const programWithTerms = `缺省 { 时区 "Asia/Shanghai"  当 出错 { 播放 "系统繁忙。" 挂机 } }
日历 本地 {
  放假 "停电" 2026-10-13
}
工单类型 "投诉" { 受理 1个工作日  办结 3个工作日  催办 50% }
工单类型 "建议" { 办结 7天 }
号码 "12366" 进入 总机
流程 总机 { 播放 "您好，{顺延工作日(今天, 1个工作日)}。" 挂机 }
`

// TestUseProgram: deadlines and limits go by what the program declares, and go back with it.
func TestUseProgram(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "a.flow"), []byte(programWithTerms), 0o600))
	w, err := compiler.Open(dir)
	must(t, err)
	must(t, w.Load())
	p, found, err := w.Build(compiler.Options{Today: int64(hours.DateOf(2026, 10, 12))})
	if err != nil || p == nil {
		t.Fatal(err, found)
	}
	l := open(t, Options{})
	due := func(class string) string {
		t.Helper()
		x, err := l.Slices().Tickets.Create(t.Context(), ticket.Draft{Class: class}, monday)
		must(t, err)
		return l.Slices().Tickets.Due(x).String()
	}
	china := []string{"2026-11-02", "2026-11-02", "2026-10-19"}
	for _, step := range []struct {
		use  func()
		want []string
	}{
		{func() {}, china},
		{func() { l.UseProgram(p) }, []string{"2026-10-16", "2026-10-22", "2026-10-20"}},
		{func() { l.UseProgram(nil) }, china},
	} {
		step.use()
		for i, class := range []string{"投诉", "建议", "咨询"} {
			if got := due(class); got != step.want[i] {
				t.Errorf("%s is due on %s, want %s", class, got, step.want[i])
			}
		}
	}
}
