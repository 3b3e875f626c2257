package report

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"rexian/lang/diag"
	"rexian/runtime/suite"
)

// covered is an edge as the JSON of coverage holds it.
type covered struct {
	File  string `json:"file"`
	Line  int    `json:"line"`
	Flow  string `json:"flow,omitempty"`
	Kind  string `json:"kind,omitempty"`
	Label string `json:"label,omitempty"`
	What  string `json:"what,omitempty"` // what would have to happen
	Taken bool   `json:"taken"`
}

// WriteCoverage writes which edges the tests took: as JSON or as a page if the file's name ends so, else as lcov. The
// page needs the source of each file.
func WriteCoverage(w io.Writer, file string, c suite.Coverage, tongue diag.Tongue, named func(string) string,
	source func(string) []byte) error {
	if ext := strings.ToLower(filepath.Ext(file)); ext == ".html" || ext == ".htm" {
		return WriteCoveragePage(w, c, tongue, source)
	}
	if strings.EqualFold(filepath.Ext(file), ".json") {
		out := struct {
			Edges   int       `json:"edges"`
			Covered int       `json:"covered"`
			All     []covered `json:"all"`
		}{c.Edges, c.Covered, []covered{}}
		for _, e := range c.All {
			out.All = append(out.All,
				covered{named(e.File), e.Line, e.Flow, e.Kind, e.Label, e.What.In(tongue), e.Taken})
		}
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(out)
	}
	var b strings.Builder
	for from := 0; from < len(c.All); {
		to := from
		for to < len(c.All) && c.All[to].File == c.All[from].File {
			to++
		}
		lcov(&b, named(c.All[from].File), c.All[from:to])
		from = to
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// lcov writes the edges of one file, which are in the order of its lines: each is a branch of its line, a line was hit
// as often as edges of it were taken, and a flow is a function that begins at its first edge.
func lcov(b *strings.Builder, file string, edges []suite.Edge) {
	hits := map[int]int{}
	var lines []int
	type flow struct{ line, hits int }
	flows := map[string]*flow{}
	var names []string
	for _, e := range edges {
		if !slices.Contains(lines, e.Line) {
			lines = append(lines, e.Line)
		}
		if e.Flow != "" && flows[e.Flow] == nil {
			flows[e.Flow] = &flow{line: e.Line}
			names = append(names, e.Flow)
		}
		if e.Taken {
			hits[e.Line]++
			if f := flows[e.Flow]; f != nil {
				f.hits = 1
			}
		}
	}
	fmt.Fprintf(b, "TN:\nSF:%s\n", file)
	hit := 0
	for _, n := range names {
		fmt.Fprintf(b, "FN:%d,%s\n", flows[n].line, n)
	}
	for _, n := range names {
		fmt.Fprintf(b, "FNDA:%d,%s\n", flows[n].hits, n)
		hit += flows[n].hits
	}
	fmt.Fprintf(b, "FNF:%d\nFNH:%d\n", len(names), hit)
	hit = 0
	number := map[int]int{}
	for _, e := range edges {
		taken := "-" // the line was never come to
		switch {
		case e.Taken:
			taken = "1"
			hit++
		case hits[e.Line] > 0:
			taken = "0"
		}
		fmt.Fprintf(b, "BRDA:%d,0,%d,%s\n", e.Line, number[e.Line], taken)
		number[e.Line]++
	}
	fmt.Fprintf(b, "BRF:%d\nBRH:%d\n", len(edges), hit)
	hit = 0
	for _, l := range lines {
		fmt.Fprintf(b, "DA:%d,%d\n", l, hits[l])
		if hits[l] > 0 {
			hit++
		}
	}
	fmt.Fprintf(b, "LF:%d\nLH:%d\nend_of_record\n", len(lines), hit)
}
