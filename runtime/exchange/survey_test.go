package exchange_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rexian/runtime/exchange"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/survey"
)

const polling = `接入号 "12366" 进入 甲
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 }
流程 甲 { 启动问卷 满意度 播放 "再见" 挂机 }
问卷 满意度 { %s
  询问 评价 "满意请按1，不满意请按2" { 1 "满意" 2 "不满意" }
  询问 分数 推荐值 "请按0到10打分，按井号键结束"
}
`

// TestAnswersAreWrittenDown: of a call that comes to the end, of one that hangs up, and nobody is asked beyond a quota.
func TestAnswersAreWrittenDown(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	store := survey.New(d)
	for _, c := range []struct {
		name, limit string
		calls       []string // keys of each, who hangs up where they end; "" is not asked
		want        string   // responses by state, answers
	}{
		{"everybody", "", []string{"1 9#", "2"}, "complete=1 partial=1 评价:1=1 评价:2=1 分数:9=1"},
		{"a quota", "配额 1份", []string{"1 8#", ""}, "complete=1 评价:1=1 分数:8=1"},
	} {
		for _, table := range []string{"survey_answers", "survey_responses", "surveys"} {
			if _, err := d.Exec(t.Context(), `DELETE FROM `+table); err != nil {
				t.Fatal(err)
			}
		}
		h := build(t, fmt.Sprintf(polling, c.limit), func(o *exchange.Options) { o.Surveys = store })
		for _, keys := range c.calls {
			call := h.dial("13800138000")
			if keys == "" {
				call.hears("再见")
				continue
			}
			call.hears("满意请按1，不满意请按2")
			first, rest, more := strings.Cut(keys, " ")
			call.press(first)
			call.hears("请按0到10打分，按井号键结束")
			if !more {
				call.leg.Hangup("")
				continue
			}
			call.press(rest)
			call.hears("再见")
		}
		got := ""
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if got = told(t, d, store); got == c.want {
				break
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// told is what is written down, in one line.
func told(t *testing.T, d *db.DB, s *survey.Store) string {
	t.Helper()
	var states []struct {
		State string `db:"state"`
		N     int64  `db:"n"`
	}
	if err := d.Select(t.Context(), &states, `SELECT state, COUNT(*) AS n FROM survey_responses WHERE holds = 0 OR
		state <> 'partial' GROUP BY state ORDER BY state`); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, x := range states {
		out = append(out, fmt.Sprintf("%s=%d", x.State, x.N))
	}
	counts, _, _, err := s.Statistics(t.Context(), "满意度", 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range counts {
		out = append(out, fmt.Sprintf("%s:%s=%d", x.Question, x.Answer, x.N))
	}
	return strings.Join(out, " ")
}
