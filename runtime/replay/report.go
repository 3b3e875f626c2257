package replay

import (
	"cmp"
	"slices"
	"sync"

	"rexian/lang/diag"
	"rexian/runtime/deploy"
	"rexian/runtime/kept"
)

// Report sums up what became of many calls.
type Report struct {
	Calls   int `json:"calls"`
	Same    int `json:"same"`
	Differ  int `json:"differ"`  // whose outcome is another
	Heard   int `json:"heard"`   // that only hear, or write down, something else
	Open    int `json:"open"`    // of these and the same ones: that could not be followed to their ends
	Unlike  int `json:"unlike"`  // that do not come out on their own version as they did
	Missing int `json:"missing"` // whose version is not kept
	// Groups are the differences that count, the gravest and most frequent first; Reasons, why calls are open.
	Groups  []Group  `json:"groups"`
	Reasons []Reason `json:"reasons"`
}

// Group are calls whose gravest difference is the same.
type Group struct {
	Difference
	Sentence diag.Text `json:"sentence"`
	Calls    int       `json:"calls"`
	Example  Example   `json:"example"`
}

// Example is one call of a group: the first of the day.
type Example struct {
	ID          string       `json:"id"`
	Started     int64        `json:"started"` // Unix milliseconds
	Caller      string       `json:"caller"`  // masked
	Differences []Difference `json:"differences"`
}

// Reason is why calls could not be followed to their ends.
type Reason struct {
	Why   diag.Text `json:"why"`
	Calls int       `json:"calls"`
}

// Versions reads versions by their hashes.
type Versions func(hash string) (*deploy.Version, error)

// Run runs all calls that each gives on the version on, nil for their own, and sums up. Records that are no calls are
// left out and counted.
func Run(versions Versions, on *deploy.Version, each func(do func(record []byte) error) error) (*Report, int, error) {
	r := runner{versions: versions, on: on, pairs: map[string]*Pair{}}
	total := newSum()
	err := spread(each, func() gatherer { return &results{runner: &r, sum: newSum(), total: total} })
	if err != nil {
		return nil, 0, err
	}
	return total.report(), total.unread, nil
}

// results gathers what became of the calls of one worker.
type results struct {
	*runner
	sum, total *sum
}

func (r *results) take(w *Worker, c *kept.Call, _ []byte) { r.sum.add(r.call(w, c)) }
func (r *results) unread()                                { r.sum.unread++ }
func (r *results) join()                                  { r.total.join(r.sum) }

// runner gives each call its two versions.
type runner struct {
	versions Versions
	on       *deploy.Version
	mu       sync.Mutex
	pairs    map[string]*Pair // nil where the version is not kept
}

func (r *runner) pair(hash string) *Pair {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, ok := r.pairs[hash]
	if !ok {
		if v, err := r.versions(hash); err == nil {
			on := r.on
			if on == nil {
				on = v
			}
			p = NewPair(v, on)
		}
		r.pairs[hash] = p
	}
	return p
}

func (r *runner) call(w *Worker, c *kept.Call) Result {
	p := r.pair(c.Version)
	if p == nil {
		return Result{ID: c.ID, Started: c.Started, Caller: c.Caller, Missing: true}
	}
	return w.Call(p, c)
}

// sum gathers results in any order.
type sum struct {
	Report
	unread  int
	groups  map[groupKey]*Group
	reasons map[diag.Text]int
}

// groupKey is what calls of a group have in common.
type groupKey struct {
	class           Class
	after, old, new diag.Text
}

func newSum() *sum { return &sum{groups: map[groupKey]*Group{}, reasons: map[diag.Text]int{}} }

func (s *sum) add(r Result) {
	s.Calls++
	switch {
	case r.Missing:
		s.Missing++
		return
	case r.Unlike:
		s.Unlike++
		return
	}
	if r.Open != nil {
		s.Open++
		s.reasons[*r.Open]++
	}
	d := r.gravest()
	switch {
	case d == nil:
		s.Same++
		return
	case d.Class.Outcome():
		s.Differ++
	default:
		s.Heard++
	}
	key := groupKey{d.Class, d.After, d.Old, d.New}
	g := s.groups[key]
	if g == nil {
		g = &Group{Difference: *d, Sentence: d.Sentence(), Example: Example{r.ID, r.Started, r.Caller, r.Differences}}
		s.groups[key] = g
	}
	g.Calls++
	g.earlier(Example{r.ID, r.Started, r.Caller, r.Differences})
}

// earlier takes an example that began earlier.
func (g *Group) earlier(e Example) {
	if e.Started < g.Example.Started || e.Started == g.Example.Started && e.ID < g.Example.ID {
		g.Example = e
	}
}

func (s *sum) join(o *sum) {
	s.Calls += o.Calls
	s.Same += o.Same
	s.Differ += o.Differ
	s.Heard += o.Heard
	s.Open += o.Open
	s.Unlike += o.Unlike
	s.Missing += o.Missing
	s.unread += o.unread
	for k, g := range o.groups {
		if mine := s.groups[k]; mine == nil {
			s.groups[k] = g
		} else {
			mine.Calls += g.Calls
			mine.earlier(g.Example)
		}
	}
	for why, n := range o.reasons {
		s.reasons[why] += n
	}
}

func (s *sum) report() *Report {
	r := s.Report
	r.Groups, r.Reasons = []Group{}, []Reason{}
	for _, g := range s.groups {
		r.Groups = append(r.Groups, *g)
	}
	slices.SortFunc(r.Groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(b.Calls, a.Calls),
			cmp.Compare(a.Sentence.Zh, b.Sentence.Zh))
	})
	for why, n := range s.reasons {
		r.Reasons = append(r.Reasons, Reason{why, n})
	}
	slices.SortFunc(r.Reasons, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(b.Calls, a.Calls), cmp.Compare(a.Why.Zh, b.Why.Zh))
	})
	return &r
}
