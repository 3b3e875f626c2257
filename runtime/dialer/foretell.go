package dialer

import (
	"math"
	"slices"
	"strings"
	"time"
)

// Ends is when a campaign is likely to be done, as Unix milliseconds: by what its calls came to so far, or by usual
// rates; 0 where it has no end within half a year.
type Ends struct{ Early, Likely, Late int64 }

// Behind is a target that waits, with what it has behind it.
type Behind struct {
	Due     int64 // not before
	Counted int64 // attempts that count
	Free    int64 // attempts that the line spoilt
}

// Tally is attempts that ended so, and how long all of them took together, in milliseconds. Those without an outcome
// are on, and have taken so long until now.
type Tally struct {
	Outcome string
	N, Took int64
}

// Lengths of calls where nothing is known, in milliseconds.
const (
	ringsFor = 18_000
	talksFor = 50_000
)

// Usual is what a hundred calls come to where nothing is known.
func Usual() []Tally {
	return Shares(map[string]int64{Answered: 38, NoAnswer: 30, "busy": 12, "powered_off": 12, "vacant_number": 5,
		"refused": 3})
}

// enough is how many calls tell more than what is usual.
const enough = 50

// Shares are tallies of so many calls of each outcome, at usual lengths.
func Shares(shares map[string]int64) (list []Tally) {
	for outcome, n := range shares {
		x := Tally{outcome, n, n * ringsFor}
		if outcome == Answered {
			x.Took += n * talksFor
		}
		list = append(list, x)
	}
	return list
}

// Answering is a telephone whose calls come to the shares of a tally, in turns that spread them, each as long as the
// mean of its outcome, stretched by so many per cent.
func Answering(tallies []Tally, stretch int64) Callee {
	list := slices.Clone(tallies)
	slices.SortFunc(list, func(a, b Tally) int { return strings.Compare(a.Outcome, b.Outcome) })
	all := int64(0)
	for _, x := range list {
		all += x.N
	}
	turn := int64(0)
	return func(string, int64) (string, int64, int64) {
		turn++
		at := turn * 7919 % max(all, 1) // a prime spreads them
		for _, x := range list {
			if at -= x.N; at < 0 {
				return x.Outcome, x.Took * stretch / (100 * x.N), 0
			}
		}
		return NoAnswer, ringsFor, 0
	}
}

// learnt are the rates to go by after what was seen; of few calls, what is usual counts as much as they do. A line is
// taken for as long as calls take, those that are on too: else a campaign would seem faster the longer its calls are.
func learnt(seen []Tally) (rates []Tally, calls int64) {
	took, on := int64(0), int64(0)
	for _, x := range seen {
		if x.Outcome == "" {
			on += x.Took
		} else if x.N > 0 {
			rates = append(rates, x)
			calls, took = calls+x.N, took+x.Took
		}
	}
	for i := range rates {
		if took > 0 {
			rates[i].Took += int64(float64(rates[i].Took) * float64(on) / float64(took))
		}
	}
	if calls >= enough {
		return rates, calls
	}
	for _, x := range Usual() {
		i := slices.IndexFunc(rates, func(y Tally) bool { return y.Outcome == x.Outcome })
		if i < 0 {
			i = len(rates)
			rates = append(rates, Tally{Outcome: x.Outcome})
		}
		rates[i].N, rates[i].Took = rates[i].N+x.N, rates[i].Took+x.Took
	}
	return rates, calls
}

// Foretell plays the rest of a campaign in virtual time, by what its calls came to so far, and with calls that are
// longer and shorter: a quarter where nothing was seen, a tenth where much was. left says of each number what it has
// behind it; nil: nothing.
func Foretell(r Rules, numbers []string, left []Behind, seen []Tally, now int64) Ends {
	const horizon = int64(183 * 24 * time.Hour / time.Millisecond)
	plan := Plan{Rules: r, Numbers: numbers, Left: left, Begins: now}
	ends := func(callee Callee) int64 {
		out := Simulate([]Plan{plan}, 0, callee, now+horizon, nil)[0]
		if out.Left > 0 && (plan.Quota == 0 || out.Reached < plan.Quota) {
			return 0
		}
		return out.Ends
	}
	if r.Writes { // a text takes no time but that of the pace
		end := ends(func(string, int64) (string, int64, int64) { return Answered, 0, 0 })
		return Ends{end, end, end}
	}
	rates, calls := learnt(seen)
	spread := int64(25)
	if calls > 0 {
		spread = min(25, max(10, int64(25*math.Sqrt(50/float64(calls)))))
	}
	return Ends{Early: ends(Answering(rates, 100-spread)), Likely: ends(Answering(rates, 100)),
		Late: ends(Answering(rates, 100+spread))}
}
