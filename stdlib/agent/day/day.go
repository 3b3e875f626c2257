// Package day keeps an agent's day whole: each second of it lies in one row, whichever servers run, and whichever of
// them are killed. It is pure.
//
//	Writers  whose rows are written: only those of the server that has the agent
//	Follow   how rows go on from what is written of an agent: nothing twice, and nothing left out
//
// A server that is killed loses what its agents did last, servers find out a moment late whose an agent is, and clocks
// differ. So what is written for an agent is decided where it is written, of all servers together: what is written
// stays, and a time of which no server has told is a row of its own, until one tells of it after all. Moments are Unix
// milliseconds.
package day

// Row is a time of an agent's in one state, that has ended.
type Row struct {
	Agent        string
	Began, Ended int64
	State        string // ring, talk, hold, wrap, ready, break, out, unknown
	Reason       string
	Call         string // of ring, talk, hold, wrap
	Node         string // who tells it
}

// The row of a time of which no server has told.
const (
	Unknown = "unknown"
	Restart = "restart"
)

// hole is a time of which no server has told; one that is stored is a row already.
type hole struct {
	Row
	stored bool
}

// Follow returns what is to be written of an agent of whom all before last is written, 0 for nothing, and where that
// ends. The rows are one agent's, as they were told; holes are the written ones of which no server has told, that reach
// behind the first of these. Those of them that are known now are filled: they go.
func Follow(last int64, holes, told []Row) (rows, filled []Row, end int64) {
	open := make([]hole, 0, len(holes))
	for _, r := range holes {
		open = append(open, hole{r, true})
	}
	for _, r := range told {
		if r.Ended <= r.Began {
			continue
		}
		if r.Began < last {
			rows, filled, open = fill(r, rows, filled, open)
		}
		if r.Ended <= last {
			continue
		}
		if last > 0 && r.Began > last {
			open = append(open, hole{Row: Row{Agent: r.Agent, Began: last, Ended: r.Began, State: Unknown,
				Reason: Restart, Node: r.Node}})
		}
		r.Began = max(r.Began, last)
		rows = append(rows, r)
		last = r.Ended
	}
	for _, h := range open {
		if !h.stored {
			rows = append(rows, h.Row)
		}
	}
	return rows, filled, last
}

// fill puts a row that is told late into the holes where it lies.
func fill(r Row, rows, filled []Row, open []hole) (r2, f2 []Row, left []hole) {
	for _, h := range open {
		began, ended := max(h.Began, r.Began), min(h.Ended, r.Ended)
		if began >= ended {
			left = append(left, h)
			continue
		}
		if h.stored {
			filled = append(filled, h.Row)
		}
		part := r
		part.Began, part.Ended = began, ended
		rows = append(rows, part)
		before, after := hole{Row: h.Row}, hole{Row: h.Row}
		before.Ended, after.Began = began, ended
		for _, h := range []hole{before, after} {
			if h.Began < h.Ended {
				left = append(left, h)
			}
		}
	}
	return rows, filled, left
}

// Writers knows for one server which of its agents' rows it has to write. The zero value is of one that has all of
// them. It is not safe for concurrent use.
type Writers struct{ agents map[string]*here }

// here is when an agent was this server's: in the spans, and since a moment where no other server has the agent now.
type here struct {
	spans  [][2]int64 // from, to; of a state that still goes on
	since  int64
	theirs bool
}

func (w *Writers) here(agent string) *here {
	h := w.agents[agent]
	if h == nil {
		if w.agents == nil {
			w.agents = map[string]*here{}
		}
		h = &here{}
		w.agents[agent] = h
	}
	return h
}

// Theirs takes which agents are other servers' now. One who has moved there was here until now; never tells who
// was not: one who is nobody's between calls, or is still on a call there.
func (w *Writers) Theirs(agents map[string]bool, now int64, never func(agent string) bool) {
	for id, h := range w.agents {
		if h.theirs && !agents[id] {
			h.theirs, h.since = false, now // nobody's: what was before the other server writes
		}
	}
	for id, is := range agents {
		h := w.here(id)
		if !is || h.theirs {
			continue
		}
		h.theirs = true
		if !never(id) {
			h.spans = append(h.spans, [2]int64{h.since, now})
		}
	}
}

// Came tells that an agent is this server's from a moment on.
func (w *Writers) Came(agent string, now int64) {
	h := w.here(agent)
	h.theirs, h.since = false, now
}

// Elsewhere tells whether an agent is another server's.
func (w *Writers) Elsewhere(agent string) bool {
	h := w.agents[agent]
	return h != nil && h.theirs
}

// Cut returns the parts of an agent's latest row that this server has to write.
func (w *Writers) Cut(r Row) []Row {
	h := w.agents[r.Agent]
	if h == nil {
		h = &here{}
	}
	spans := h.spans
	h.spans = nil
	if !h.theirs {
		spans = append(spans, [2]int64{h.since, r.Ended})
	}
	var parts []Row
	for _, s := range spans {
		part := r
		part.Began, part.Ended = max(r.Began, s[0]), min(r.Ended, s[1])
		if part.Began < part.Ended {
			parts = append(parts, part)
		}
	}
	return parts
}
