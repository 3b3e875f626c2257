package acd

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"
)

var againCalls = flag.Int("again.calls", 1000, "calls of the day that is decided again")

// A day of many calls is decided again from its log, bit for bit, and each offer says why it was made, in both tongues.
// make days plays one of a hundred thousand calls.
func TestADayIsDecidedAgain(t *testing.T) {
	n := *againCalls
	agents := max(n/150, 8)
	orders := []Order{RingAll, LongestIdle, RoundRobin, InOrder, FewestCalls, LeastTalk, Random, Weighted}
	var crowds []*crowd
	var people []*Agent
	rate := 1.0 / 86_400_000 * float64(n) / float64(len(orders)) * 2.4 // a working day
	for i, o := range orders {
		s := string(rune('a' + i))
		q := &Queue{Name: s, Skills: []string{s}, Order: o, WrapUp: 5_000, Longest: 600_000, Seed: uint64(i),
			Steps: []Step{{After: 20_000, Skills: []string{string(rune('a' + (i+1)%len(orders)))}}},
			Share: 0.8, Within: []int64{15_000, 60_000}[i%2]}
		crowds = append(crowds, &crowd{queue: q, rate: func(int64) float64 { return rate }, most: rate,
			talk: logNormal(180_000, 1), patience: 240_000})
	}
	for i := range agents {
		a := &Agent{ID: fmt.Sprint(i), Name: fmt.Sprint("座席", i)}
		for k := range 3 {
			a.Skills = append(a.Skills, Skill{string(rune('a' + (i+k*3)%len(orders))), 1 + (i+k)%10})
		}
		people = append(people, a)
	}
	var log []Event
	var all []Decision
	v := newSeenDay(7, crowds, people, func(e Event, list []Decision) {
		log, all = append(log, e), append(all, list...)
	})
	v.run(10 * hourly)
	sentences := map[string]int{}
	offers := 0
	for _, d := range all {
		if d.Kind != Offer {
			continue
		}
		offers++
		why := d.Why.Sentence(d.Agents)
		for _, s := range []string{why.Zh, why.En} {
			if !strings.HasPrefix(s, d.Agents[0]) || strings.Contains(s, "%!") {
				t.Fatalf("%+v says %s", d.Why, s)
			}
			kind := strings.Map(func(r rune) rune {
				if r >= '0' && r <= '9' {
					return -1
				}
				return r
			}, s)
			sentences[kind]++
		}
	}
	if len(log) < n || offers < n/2 || len(sentences) < 10 {
		t.Errorf("%d events, %d offers, %d kinds of sentences", len(log), offers, len(sentences))
	}
	began := time.Now()
	replay(t, log, all)
	t.Logf("%d calls, %d events, %d offers, decided again in %s; sentences of %d kinds", len(v.callers), len(log),
		offers,
		time.Since(began).Round(time.Millisecond), len(sentences))
}
