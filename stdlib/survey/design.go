package survey

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
)

// Design is what the sample was like that responses come from: those that calls of campaigns brought which drew one.
type Design struct {
	Frame     int64 // of how many was drawn
	Strata    int64
	Responses int64 // with an answer, of those who were drawn
	Answers   []Weighed
}

// Weighed is the share of an answer among all of the frame, each response standing for as many as its stratum has for
// each who answered.
type Weighed struct {
	Ordinal          int64
	Question, Answer string
	N, Of            int64
	Share            float64
	Low, High        float64 // at 95 %: Wilson's of the effective number, with the correction for a finite frame
	// of the design (L. Kish, Survey Sampling, 1965): so many times fewer would say as much unweighted
	Effect float64
}

// cell is how often an answer was given in a stratum.
type cell struct {
	Run      string `db:"run"`
	Stratum  string `db:"stratum"`
	Ordinal  int64  `db:"ordinal"`
	Question string `db:"question"`
	Answer   string `db:"answer"`
	N        int64  `db:"n"`
}

// layer is how many of the frame are in a stratum.
type layer struct {
	Run     string `db:"run"`
	Stratum string `db:"stratum"`
	N       int64  `db:"n"`
}

const calls = ` FROM survey_responses r JOIN campaign_attempts a ON a.call_id = r.call_id`

// Design weighs the answers to a version by the samples that its calls were drawn in; nil if none was.
func (s *Store) Design(ctx context.Context, name string, version int64) (*Design, error) {
	var layers []layer
	err := s.db.Select(ctx, &layers, `SELECT run, stratum, COUNT(*) AS n FROM campaign_targets WHERE stratum <> ''
		AND run IN (SELECT a.run`+calls+` WHERE r.survey = ? AND r.version = ?) GROUP BY run, stratum
		ORDER BY run, stratum`, name, version)
	if err == nil && len(layers) == 0 {
		return nil, nil
	}
	const drawn = calls + ` JOIN campaign_targets t ON t.run = a.run AND t.ordinal = a.ordinal
		JOIN survey_answers x ON x.response = r.id
		WHERE r.survey = ? AND r.version = ? AND t.stratum <> '' AND x.recording = ''`
	var cells []cell
	if err == nil {
		err = s.db.Select(ctx, &cells, `SELECT t.run, t.stratum, x.ordinal, x.question, x.answer, COUNT(*) AS n`+drawn+`
			GROUP BY t.run, t.stratum, x.ordinal, x.question, x.answer`, name, version)
	}
	d := &Design{Strata: int64(len(layers))}
	if err == nil {
		err = s.db.Get(ctx, &d.Responses, `SELECT COUNT(DISTINCT r.id)`+drawn, name, version)
	}
	if err != nil {
		return nil, fmt.Errorf("weigh the answers: %w", err)
	}
	for _, l := range layers {
		d.Frame += l.N
	}
	d.Answers = weigh(cells, layers)
	return d, nil
}

// weigh estimates the shares in the frame. A stratum of which nobody answered a question is left out for it.
func weigh(cells []cell, layers []layer) (list []Weighed) {
	type key struct {
		ordinal int64
		answer  string
	}
	at := map[key]int{}
	answered := map[int64]map[of]int64{} // by question and stratum
	var given []map[of]int64             // by answer and stratum
	for _, c := range cells {
		k, in := key{c.Ordinal, c.Answer}, of{c.Run, c.Stratum}
		i, ok := at[k]
		if !ok {
			i = len(list)
			at[k] = i
			list = append(list, Weighed{Ordinal: c.Ordinal, Question: c.Question, Answer: c.Answer})
			given = append(given, map[of]int64{})
		}
		if answered[c.Ordinal] == nil {
			answered[c.Ordinal] = map[of]int64{}
		}
		list[i].N += c.N
		given[i][in] += c.N
		answered[c.Ordinal][in] += c.N
	}
	frame := map[of]int64{}
	for _, l := range layers {
		frame[of{l.Run, l.Stratum}] = l.N
	}
	for i := range list {
		list[i].estimate(frame, answered[list[i].Ordinal], given[i])
	}
	slices.SortFunc(list, func(x, y Weighed) int {
		return cmp.Or(cmp.Compare(x.Ordinal, y.Ordinal), cmp.Compare(y.N, x.N), cmp.Compare(x.Answer, y.Answer))
	})
	return list
}

// of is a stratum of a run's frame.
type of struct{ run, stratum string }

// estimate weighs one answer: how many of each stratum there are, answered the question, and gave the answer.
func (w *Weighed) estimate(frame, answered, given map[of]int64) {
	all, n, squares, alone := 0.0, 0.0, 0.0, false
	for in, k := range answered {
		all, n = all+float64(frame[in]), n+float64(k)
		squares += float64(frame[in]) * float64(frame[in]) / float64(k)
		alone = alone || k < 2
	}
	variance, finite := 0.0, 0.0 // of the share; finite: with what is known of the frame's size
	for in, k := range answered {
		weight, p := float64(frame[in])/all, float64(given[in])/float64(k)
		w.Share += weight * p
		if k > 1 {
			v := weight * weight * p * (1 - p) / float64(k-1)
			variance += v
			finite += v * max(0, 1-float64(k)/float64(frame[in]))
		}
	}
	w.Of, w.Share = int64(n), min(w.Share, 1)
	spread := w.Share * (1 - w.Share)
	if all <= n { // all were asked, and answered
		w.Effect, w.Low, w.High = 1, w.Share, w.Share
		return
	}
	if alone || finite <= 0 || spread <= 0 { // by the weights alone
		w.Effect = n * squares / (all * all)
		w.Low, w.High = wilson(w.Share, n/w.Effect*(all-1)/(all-n))
		return
	}
	w.Effect = variance * (n - float64(len(answered))) / spread
	w.Low, w.High = wilson(w.Share, spread/finite)
}

// wilson is the interval of a share of m, which need not be whole.
func wilson(p, m float64) (low, high float64) {
	const z = 1.959963984540054
	middle := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(middle-half, 0), min(middle+half, 1)
}
