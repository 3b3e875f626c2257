package table

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"rexian/stdlib/callback"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

func TestExportCallbacks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := callback.Open(d)
		at := time.Date(2026, 10, 12, 1, 30, 0, 0, time.UTC)
		for i := range 3 {
			if err := s.Ask(t.Context(), callback.Callback{CallID: fmt.Sprint("c", i), Queue: "综合咨询",
				Number: fmt.Sprint("1380013800", i)}, at.Add(time.Duration(i)*time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Finish(t.Context(), "c1/综合咨询", "李四", "=已回电", at); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			state callback.State
			view  View
			want  string
		}{
			{"", View{}, "队列,号码,等待自,原因,状态,经办人,备注,通话,编号|综合咨询,138****8000,2026-10-12 09:30:00,预约回呼,待回呼,,,c0,c0/综合咨询|" +
				"综合咨询,138****8001,2026-10-12 09:31:00,预约回呼,已完成,李四,'=已回电,c1,c1/综合咨询|综合咨询,138****8002,2026-10-12 09:32:00,预约回呼,待回呼,,,c2,c2/综合咨询"},
			{callback.Done, View{English: true, Whole: true},
				"queue,number,waiting since,cause,state,done by,note,call,id|" +
					"综合咨询,13800138001,2026-10-12 09:31:00,asked for it,done,李四,'=已回电,c1,c1/综合咨询"},
		} {
			var b bytes.Buffer
			n, err := ExportCallbacks(t.Context(), s, &b, c.state, nil, c.view)
			got := strings.TrimPrefix(strings.ReplaceAll(strings.TrimSpace(b.String()), "\r\n", "|"), "\ufeff")
			if err != nil || got != c.want || n != strings.Count(c.want, "|") {
				t.Errorf("%d rows, %v\n%s\nwant\n%s", n, err, got, c.want)
			}
		}
	})
}
