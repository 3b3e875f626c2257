package suite

import (
	"sort"
	"strconv"
	"strings"

	"rexian/compiler/graph"
	"rexian/compiler/library"
	"rexian/lang/diag"
)

// Coverage is how much of the flow graph the tests went through. Each edge counts once, however often it was taken:
// what comes after a step, each branch, key, miss, timeout, hang-up and outcome, going into a flow and coming back.
// Edges that no call can take do not count: see graph.Graph.Takeable.
type Coverage struct {
	Edges   int    `json:"edges"`
	Covered int    `json:"covered"`
	Missed  []Edge `json:"missed,omitempty"` // in the order of the files and lines
	All     []Edge `json:"-"`                // those that count, likewise
	// Lines tells by file how many tests went through a line; lines that no edge begins at are not there.
	Lines map[string]map[int]int `json:"-"`
}

// count counts the tests that went through each line.
func (c *Coverage) count(results []Result) {
	type place struct {
		file string
		line int
	}
	c.Lines = map[string]map[int]int{}
	of := map[int]place{}
	for _, e := range c.All {
		if e.File == "" || e.Line == 0 {
			continue
		}
		of[e.ID] = place{e.File, e.Line}
		if c.Lines[e.File] == nil {
			c.Lines[e.File] = map[int]int{}
		}
		c.Lines[e.File][e.Line] += 0
	}
	for i := range results {
		seen := map[place]bool{}
		for _, id := range results[i].covered {
			if at, ok := of[id]; ok && !seen[at] {
				seen[at] = true
				c.Lines[at.file][at.line]++
			}
		}
	}
}

// Edge is an edge of the flow graph.
type Edge struct {
	Taken bool      `json:"-"`
	ID    int       `json:"id"`
	Kind  string    `json:"kind,omitempty"`  // as compiler/graph names it
	Label string    `json:"label,omitempty"` // the outcome or the keys
	What  diag.Text `json:"what,omitzero"`   // what would have to happen, for readers
	Flow  string    `json:"flow,omitempty"`
	File  string    `json:"file,omitempty"`
	Span  diag.Span `json:"span,omitzero"`
	Line  int       `json:"line,omitempty"`
}

// coverage counts the edges taken. Without a graph all edges count, and are known by their numbers only.
func (s *suite) coverage(taken []bool) Coverage {
	var takeable []bool
	if s.Graph != nil {
		takeable = s.Graph.Takeable()
	}
	c := Coverage{}
	for id, yes := range taken {
		if !yes && id < len(takeable) && !takeable[id] {
			continue
		}
		c.Edges++
		e := Edge{ID: id, Taken: yes}
		if s.Graph != nil && id < len(s.Graph.Edges) {
			g := s.Graph.Edges[id]
			e.Kind, e.Label, e.Span, e.File, e.What = g.Kind.String(), g.Label, g.Span(), g.From.File(), s.what(g)
			if f := g.From.Flow(); f != nil {
				e.Flow = f.Name
			}
			e.Line = s.line(e.File, e.Span.Start)
		}
		c.All = append(c.All, e)
	}
	sort.SliceStable(c.All, func(i, j int) bool {
		a, b := c.All[i], c.All[j]
		if a.File != b.File {
			return a.File < b.File
		}
		return a.Line < b.Line
	})
	for _, e := range c.All {
		if e.Taken {
			c.Covered++
		} else {
			c.Missed = append(c.Missed, e)
		}
	}
	return c
}

// what says of an edge what would have to happen for a call to take it.
func (s *suite) what(e *graph.Edge) diag.Text {
	step := s.head(e.From.File(), e.From.Span())
	of := func(zh, en string) diag.Text {
		if step == "" || e.From.Step == nil {
			return diag.Text{Zh: zh, En: en}
		}
		return diag.Text{Zh: "“" + step + "”" + zh, En: strconv.Quote(step) + " " + en}
	}
	tag := library.TagName(e.Label)
	switch e.Kind {
	case graph.Branch:
		return of(s.branch(e))
	case graph.Outcome:
		if e.From.Kind == graph.Raised {
			return of("处理“"+tag.Zh+"”", "its handler of "+tag.En)
		}
		return of("得到“"+tag.Zh+"”", "ends with "+tag.En)
	case graph.Press:
		return of("按 "+e.Label, "press "+e.Label)
	case graph.Answer:
		return of("有了答案", "is answered")
	case graph.NoInput, graph.NoMatch:
		miss := library.TagName(e.Kind.String())
		if e.Label != "" {
			return of(miss.Zh+"，第"+e.Label+"次", miss.En+" number "+e.Label)
		}
		return of(miss.Zh, miss.En)
	case graph.Tries:
		return of("次数用完", "has no try left")
	case graph.Hangup:
		if e.From.Kind == graph.Entry {
			return of("处理“挂机”", "its handler of hang-ups")
		}
		return of("时来电人挂机", "while the caller hangs up")
	case graph.Error:
		return of("处理“出错”", "its handler of errors")
	case graph.Goto:
		return of("", "is done")
	case graph.Do:
		return of("进入“"+e.Label+"”", "goes into "+e.Label)
	}
	switch {
	case e.From.Kind == graph.Entry:
		return diag.Text{Zh: "进入流程", En: "the flow begins"}
	case e.To.Kind == graph.Exit:
		return of("做完，回到上一层", "is done, and back to the flow that ran it")
	}
	return of("做完，往下走", "is done, and on")
}

// branch says which way a branch goes.
func (s *suite) branch(e *graph.Edge) (zh, en string) {
	switch e.Label {
	case "then":
		return "成立", "holds"
	case "else":
		return "不成立", "does not hold"
	case "round":
		return "做一轮", "goes round"
	case "done":
		return "做完", "ends"
	}
	arm := s.head(e.From.File(), e.Span())
	return "走“" + arm + "”", "takes " + strconv.Quote(arm)
}

// headLength is how much of a step is quoted, letters.
const headLength = 24

// head is how a step begins in its source, on one line; "" if the source is not known.
func (s *suite) head(file string, span diag.Span) string {
	src := s.Sources[file]
	if span.Start < 0 || span.End > len(src) || span.Start >= span.End {
		return ""
	}
	text, _, _ := strings.Cut(string(src[span.Start:span.End]), "\n")
	text, _, _ = strings.Cut(text, " {") // not the hole of a text
	if text == "{" {
		return "" // a declared menu: its flow's name is told anyway
	}
	text = strings.Join(strings.Fields(text), " ")
	if letters := []rune(text); len(letters) > headLength {
		text = string(letters[:headLength-1]) + "…"
	}
	return text
}

func lineStarts(src []byte) []int {
	starts := []int{0}
	for i, b := range src {
		if b == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// line is the line of a byte offset, from 1; 0 where the source is not known.
func (s *suite) line(file string, offset int) int {
	starts := s.lines[file]
	return sort.Search(len(starts), func(i int) bool { return starts[i] > offset })
}
