package dialer

import (
	"container/heap"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// floor is a virtual floor of agents with lines that ring; moments are milliseconds. Who is not served two seconds
// after the answer has been left alone.
type floor struct {
	r        *rand.Rand
	pace     Pace
	agents   int
	now      int64
	events   floorEvents
	busy     int
	begun    map[int]int64 // lines that ring
	waiting  []floorCaller
	busyTime int64
	came     int64
	left     int64
	worst    float64 // of a rolling hour after a hundred answers
	next     int
}

type floorCaller struct {
	id int
	at int64
}

type floorEvent struct {
	at      int64
	kind    int // 0 a line ends, 1 a talk ends, 2 a look
	id      int
	answers bool
	began   int64
}

type floorEvents []floorEvent

func (h floorEvents) Len() int           { return len(h) }
func (h floorEvents) Less(i, j int) bool { return h[i].at < h[j].at }
func (h floorEvents) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *floorEvents) Push(x any)        { *h = append(*h, x.(floorEvent)) }
func (h *floorEvents) Pop() any {
	x := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return x
}

func (f *floor) dial(share float64) {
	f.next++
	ring := 4000 + f.r.ExpFloat64()*8000
	answers := f.r.Float64() < share
	if !answers {
		if ring = 20_000 + 10_000*f.r.Float64(); f.r.Float64() < 0.4 {
			ring = 2000 + 3000*f.r.Float64()
		}
	}
	f.begun[f.next] = f.now
	heap.Push(&f.events, floorEvent{at: f.now + int64(ring), id: f.next, answers: answers, began: f.now})
}

func (f *floor) serve() {
	for len(f.waiting) > 0 {
		c := f.waiting[0]
		switch {
		case f.now-c.at > 2000:
			f.left++
			f.pace.Came(f.now, true)
		case f.busy < f.agents:
			f.pace.Came(f.now, false)
			talk := int64(1000 * (math.Exp(math.Log(75)-0.32+0.8*f.r.NormFloat64()) + 15))
			f.busy++
			heap.Push(&f.events, floorEvent{at: f.now + talk, kind: 1, began: f.now})
		default:
			return
		}
		f.came++
		f.waiting = f.waiting[1:]
	}
}

// day plays so many hours; share is the share of lines that answer at a moment. It returns the share of time that
// agents are busy and of answers that are left alone.
func (f *floor) day(hours int64, share func(ms int64) float64) (busy, left float64) {
	f.begun = map[int]int64{}
	heap.Push(&f.events, floorEvent{kind: 2})
	end := hours * 3_600_000
	for f.now < end {
		e := heap.Pop(&f.events).(floorEvent)
		f.busyTime += int64(f.busy) * (e.at - f.now)
		f.now = e.at
		switch e.kind {
		case 0:
			delete(f.begun, e.id)
			f.pace.Line(f.now-e.began, e.answers)
			if e.answers {
				f.waiting = append(f.waiting, floorCaller{e.id, f.now})
			}
		case 1:
			f.busy--
			f.pace.Talked(f.now - e.began)
		case 2:
			heap.Push(&f.events, floorEvent{at: f.now + 500, kind: 2})
		}
		f.serve()
		if e.kind == 2 || e.kind == 1 {
			var ages []int64
			for _, at := range f.begun {
				ages = append(ages, f.now-at)
			}
			for range f.pace.More(f.now, ages, Agents{Free: f.agents - f.busy, Busy: f.busy, Waiting: len(f.waiting)}) {
				f.dial(share(f.now))
			}
		}
		if came, gone := f.pace.Hour(f.now); came > 100 {
			f.worst = max(f.worst, float64(gone)/float64(came))
		}
	}
	return float64(f.busyTime) / float64(end) / float64(f.agents), float64(f.left) / float64(max(f.came, 1))
}

// swinging is a share that swings each hour, or falls from 0.4 to 0.1 in the middle of the day.
func swinging(day int) func(ms int64) float64 {
	if day%5 == 4 {
		return func(ms int64) float64 {
			if ms < 4*3_600_000 {
				return 0.4
			}
			return 0.1
		}
	}
	return func(ms int64) float64 {
		return 0.30 + 0.15*math.Sin(2*math.Pi*(float64(ms)/3_600_000+float64(day)/7))
	}
}

// TestPace: thirty agents are busy, few are left alone, and in no hour many. REXIAN_PACE_DAYS=20 as in make pace.
func TestPace(t *testing.T) {
	days := paceDays()
	var busy, left, worst float64
	for day := range days {
		f := &floor{r: rand.New(rand.NewPCG(uint64(day), 20261130)), agents: 30}
		b, l := f.day(8, swinging(day))
		busy, left, worst = busy+b/float64(days), left+l/float64(days), max(worst, f.worst)
		t.Logf("day %2d: busy %.1f %%, left alone %.2f %%, worst hour %.2f %%", day, 100*b, 100*l, 100*f.worst)
	}
	t.Logf("%d days of 30 agents: busy %.1f %%, left alone %.2f %%, worst hour %.2f %%", days, 100*busy, 100*left,
		100*worst)
	if busy < 0.83 || left > 0.03 || worst > 0.05 {
		t.Error("the bars are 83 % busy, 3 % left alone, 5 % in the worst hour")
	}
}

func paceDays() int {
	if n, err := strconv.Atoi(os.Getenv("REXIAN_PACE_DAYS")); err == nil && n > 0 {
		return n
	}
	return 2
}
