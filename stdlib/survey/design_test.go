package survey

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/fn"
)

// TestWeighed by hand: of 900 and 100 there answered 40 each, yes said 20 and 2 of them.
func TestWeighed(t *testing.T) {
	layers := []layer{{"r", "a", 900}, {"r", "b", 100}}
	var cells []cell
	for _, x := range []struct {
		stratum string
		yes     int64
	}{{"a", 20}, {"b", 2}} {
		cells = append(cells, cell{"r", x.stratum, 1, "q", "yes", x.yes},
			cell{"r", x.stratum, 1, "q", "no", 40 - x.yes})
	}
	got := weigh(cells, layers)
	if got[0], got[1] = got[1], got[0]; got[0].Answer != "yes" || got[0].N != 22 || got[0].Of != 80 {
		t.Fatalf("%+v", got)
	}
	// 0.9·0.5 + 0.1·0.05; (0.81·0.25/39 + 0.01·0.0475/39)·78 / (0.455·0.545)
	if math.Abs(got[0].Share-0.455) > 1e-9 || math.Abs(got[0].Effect-1.63715) > 1e-4 {
		t.Errorf("%+v", got[0])
	}
	one := []cell{{"r", "a", 1, "q", "yes", 1}, {"r", "b", 1, "q", "yes", 1}}
	if w := weigh(one, layers)[0]; w.Share != 1 || w.High < 0.999 || w.Low > 0.7 || math.Abs(w.Effect-1.64) > 1e-9 {
		t.Errorf("two who say yes know everything: %+v", w)
	}
	if w := weigh(one, []layer{{"r", "a", 1}, {"r", "b", 1}})[0]; w.Low != 1 {
		t.Errorf("all were asked: %+v", w)
	}
}

// TestTheWeighedIntervalCoversTheTruth in 93 to 97 of a hundred stratified surveys, small strata asked more often than
// large ones, not everybody answering.
func TestTheWeighedIntervalCoversTheTruth(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 9))
	const surveys = 5000
	held, wide := 0, 0
	for range surveys {
		var layers []layer
		var cells []cell
		truth, all := 0.0, 0.0
		for h := range 3 {
			size := int64(300 + r.IntN(4000))
			asked := 60 + r.IntN(60)
			yes := 0.15 + 0.7*r.Float64()
			mean := int64(yes * float64(size)) // so many of the stratum would say yes
			truth += float64(mean)
			all += float64(size)
			name := fmt.Sprint(h)
			layers = append(layers, layer{"r", name, size})
			k := int64(0)
			for i := range int64(asked) { // drawn without being put back
				if r.Float64()*float64(size-i) < float64(mean-k) {
					k++
				}
			}
			cells = append(cells, cell{"r", name, 1, "q", "yes", k}, cell{"r", name, 1, "q", "no", int64(asked) - k})
		}
		truth /= all
		weighed := weigh(cells, layers)
		w := weighed[slices.IndexFunc(weighed, func(w Weighed) bool { return w.Answer == "yes" })]
		if w.Low <= truth && truth <= w.High {
			held++
		}
		if low, high := Interval(w.N, w.Of); low <= truth && truth <= high {
			wide++
		}
	}
	t.Logf("it covers the truth in %d of %d surveys; without weights %d", held, surveys, wide)
	if held < surveys*93/100 || held > surveys*97/100 {
		t.Errorf("the weighed interval covers the truth in %d of %d surveys", held, surveys)
	}
	if wide > surveys*93/100 {
		t.Errorf("weights change nothing: %d", wide)
	}
}

// TestDesignOfACampaign reads strata and answers from the rows of calls; who called by himself is of no sample.
func TestDesignOfACampaign(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d)
		ctx := t.Context()
		exec := func(query string, args ...any) {
			t.Helper()
			if _, err := d.Exec(ctx, query, args...); err != nil {
				t.Fatal(err)
			}
		}
		exec(`INSERT INTO campaign_runs (id, campaign, program, shape, state, why, priority, at_once, apart, quota, seed, frame,
			share, live, reached, paced_at, started_at, started_by, changed_at, changed_by) VALUES ('r', 'c', '', '', 'done',
			'', 0, 1, 1, 0, '', '', 500000, 0, 0, 0, 0, '', 0, '')`)
		if _, err := s.Launch(ctx, "回访", "q", 0, now); err != nil {
			t.Fatal(err)
		}
		for i := range 40 {
			stratum := "一所"
			if i >= 30 {
				stratum = "二所"
			}
			if i == 39 {
				stratum = "" // it was no item of the frame
			}
			exec(`INSERT INTO campaign_targets (run, ordinal, key, number, target, state, why, due_at, counted, free, node, boot,
				stratum) VALUES ('r', ?, ?, '', '', 'reached', '', 0, 0, 0, '', '', ?)`, i, fmt.Sprint(i), stratum)
			exec(`INSERT INTO campaign_attempts (run, ordinal, attempt, number, call_id, node, boot, begun_at, answered_at,
				ended_at, outcome, sip, q850, detail, trunk) VALUES ('r', ?, 1, '', ?, '', '', 0, 0, 1, 'answered', 0, 0, '',
				'')`, i, fmt.Sprintf("r.%d.1", i))
		}
		answer := func(call, answer string) {
			t.Helper()
			id, err := s.Begin(ctx, fn.Caller{CallID: call, Now: now}, "回访", 1)
			if err == nil {
				err = s.Answer(ctx, Answer{Response: id, Ordinal: 1, Question: "解决", Answer: answer}, now)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		answer("a call of somebody's own", "是")
		if got, err := s.Design(ctx, "回访", 1); err != nil || got != nil {
			t.Fatalf("a sample of nobody: %+v, %v", got, err)
		}
		for i := range 10 {
			answer(fmt.Sprintf("r.%d.1", i), []string{"是", "否"}[i%2])
		}
		for i := 30; i < 35; i++ {
			answer(fmt.Sprintf("r.%d.1", i), "是")
		}
		answer("r.39.1", "是")
		got, err := s.Design(ctx, "回访", 1)
		if err != nil || got == nil || got.Frame != 39 || got.Strata != 2 || got.Responses != 15 ||
			len(got.Answers) != 2 {
			t.Fatalf("%+v, %v", got, err)
		}
		// (30·0.5 + 9·1) / 39
		if w := got.Answers[0]; w.Answer != "是" || w.N != 10 || w.Of != 15 || math.Abs(w.Share-24.0/39) > 1e-9 ||
			w.Low > w.Share || w.High < w.Share {
			t.Errorf("%+v", w)
		}
	})
}
