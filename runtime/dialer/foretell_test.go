package dialer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"rexian/compiler/bundle"
)

// TestTheEndIsForetold lets campaigns of many kinds run until a twentieth of their targets are done: by what was seen
// until then the end is foretold, and is right within 15 % of the time that is left.
func TestTheEndIsForetold(t *testing.T) {
	o := office(t)
	retry := func(outcome string, after int64) bundle.Retry { return bundle.Retry{Outcome: outcome, After: after} }
	hour := 60 * minute
	for _, c := range []struct {
		name         string
		rules        Rules
		shares       map[string]int // of a hundred
		rings, talks float64        // seconds, on average
	}{
		{"the lines bound it", Rules{Hours: o, AtOnce: 30, Apart: 100},
			map[string]int{Answered: 38, NoAnswer: 40, "busy": 22}, 18, 50},
		{"the pace bounds it", Rules{Hours: o, AtOnce: 200, Apart: 2000},
			map[string]int{Answered: 38, NoAnswer: 62}, 18, 50},
		{"busy again and again", Rules{Hours: o, AtOnce: 10, Apart: 100, Tries: 3,
			Retries: []bundle.Retry{retry("busy", 10*minute)}}, map[string]int{Answered: 40, "busy": 60}, 15, 60},
		{"nobody at home, over days", Rules{Hours: o, AtOnce: 15, Apart: 500, Tries: 3,
			Retries: []bundle.Retry{retry(NoAnswer, 2*hour), retry("powered_off", 4*hour)}},
			map[string]int{Answered: 30, NoAnswer: 50, "powered_off": 20}, 25, 60},
		{"short words", Rules{Hours: o, AtOnce: 4, Apart: 100}, map[string]int{Answered: 80, "refused": 20}, 6, 4},
		{"long talks", Rules{Hours: o, AtOnce: 50, Apart: 100}, map[string]int{Answered: 70, NoAnswer: 30}, 12, 240},
		{"hardly anybody answers", Rules{AtOnce: 20, Apart: 100, Tries: 4,
			Retries: []bundle.Retry{retry(NoAnswer, hour)}}, map[string]int{Answered: 5, NoAnswer: 95}, 30, 40},
		{"a quota", Rules{Hours: o, AtOnce: 12, Apart: 500, Quota: 2000}, map[string]int{Answered: 50, NoAnswer: 50},
			15,
			90},
		{"a bad line", Rules{Hours: o, AtOnce: 25, Apart: 100},
			map[string]int{Answered: 50, LineFault: 30, NoAnswer: 20},
			10, 60},
	} {
		numbers := make([]string, 6000)
		for i := range numbers {
			numbers[i] = fmt.Sprintf("138%08d", i)
		}
		plan := Plan{Rules: c.rules, Numbers: numbers, Begins: at("2026-10-12 09:00")}
		play := func(until int64) (*simulated, []Tally) {
			r := rand.New(rand.NewPCG(3, 5))
			seen := map[string]Tally{}
			s := simulate([]Plan{plan}, 0, func(string, int64) (string, int64, int64) {
				x := r.IntN(100)
				rings := int64(c.rings * 2000 * r.Float64())
				talks := int64(c.talks * 2000 * r.Float64())
				for _, name := range []string{Answered, NoAnswer, "busy", "powered_off", "refused", LineFault} {
					if x -= c.shares[name]; x < 0 {
						return name, rings, talks
					}
				}
				panic("the shares are not a hundred")
			}, until, func(p Placed) {
				outcome := p.Outcome
				if p.Ended > until {
					outcome, p.Ended = "", until
				}
				x := seen[outcome]
				seen[outcome] = Tally{outcome, x.N + 1, x.Took + p.Ended - p.At}
			}).campaigns[0]
			var list []Tally
			for _, x := range seen {
				list = append(list, x)
			}
			return s, list
		}
		whole, _ := play(plan.Begins + 100*24*hour)
		end := whole.played.Ends
		goal := int64(len(numbers))
		if c.rules.Quota > 0 {
			goal = c.rules.Quota
		}
		done := func(s *simulated) int64 {
			if c.rules.Quota > 0 {
				return s.played.Reached
			}
			return s.played.Reached + s.played.Over
		}
		early, late := plan.Begins, end
		for late-early > 4*minute {
			if s, _ := play((early + late) / 2); done(s)*20 >= goal {
				late = (early + late) / 2
			} else {
				early = (early + late) / 2
			}
		}
		now := late
		s, seen := play(now)
		waits := map[int]int64{}
		for _, x := range s.due {
			waits[int(x.n)] = x.at
		}
		var left []Behind
		for i, x := range s.targets {
			if at, waiting := waits[i]; waiting {
				left = append(left, Behind{at, x.history.Counted, x.history.Free})
			}
		}
		for range s.live {
			left = append(left, Behind{Due: now})
		}
		rules := c.rules
		if rules.Quota > 0 {
			rules.Quota -= s.played.Reached
		}
		got := Foretell(rules, numbers[:len(left)], left, seen, now)
		off := float64(got.Likely-end) / float64(end-now)
		t.Logf("%-26s of %6.1f h left %+.1f %% wrong", c.name, float64(end-now)/3.6e6, 100*off)
		if math.Abs(off) > 0.15 || got.Early > got.Likely || got.Late < got.Likely {
			t.Errorf("%s: foretold %s (%s to %s), it ends %s", c.name, when(got.Likely), when(got.Early),
				when(got.Late), when(end))
		}
	}
}
