package chart_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"rexian/compiler"
	"rexian/compiler/chart"
	"rexian/lang/diag"
)

// drawn makes the chart of a program.
func drawn(t *testing.T, root string, tongue diag.Tongue) (*chart.Chart, compiler.Judged) {
	t.Helper()
	w, err := compiler.Open(root)
	if err == nil {
		err = w.Load()
	}
	if err != nil {
		t.Fatal(err)
	}
	j := w.Decide(compiler.Options{})
	if diag.HasErrors(j.Findings) {
		t.Fatal(root, j.Findings)
	}
	covered := func(string) (chart.Coverage, bool) { return chart.Coverage{Taken: 1, Of: 2}, true }
	traffic := &chart.Traffic{When: "2026-11-29", Calls: 43_100, Edge: func(id int32) int { return int(id) * 40 },
		Flow: func(string) (int, int) { return 12_345, 1_234 }, Entered: func(chart.Kind, string) int { return 9 }}
	return chart.Make(j.Checked, j.Graph,
		chart.Options{Tongue: tongue, Source: w.Source, Title: "T", Covered: covered, Traffic: traffic}), j
}

// TestCharts draws whole programs: each flow once, no two boxes over each other, every label within its box and clear
// of the other label of its line, the same bytes each time.
func TestCharts(t *testing.T) {
	roots := []string{"../../flows"}
	for _, tongue := range []string{"zh", "en"} {
		lessons, err := filepath.Glob("../../examples/" + tongue + "/*")
		if err != nil || len(lessons) == 0 {
			t.Fatal("no lessons", err)
		}
		for _, l := range lessons { // one with lookups of its own needs the library that reads them
			if own, err := filepath.Glob(l + "/*/*.sql"); err != nil || len(own) == 0 {
				roots = append(roots, l)
			}
		}
	}
	for _, root := range roots {
		for _, tongue := range []diag.Tongue{diag.Zh, diag.En} {
			c, j := drawn(t, root, tongue)
			if want := len(j.Checked.Flows); len(c.Boxes) < want {
				t.Errorf("%s: %d boxes for %d flows", root, len(c.Boxes), want)
			}
			for i, a := range c.Boxes {
				if a.X < 0 || a.Y < 0 || a.X+a.W > c.W || a.Y+a.H > c.H {
					t.Errorf("%s: %s lies outside", root, a.Title)
				}
				for _, b := range c.Boxes[i+1:] {
					if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
						t.Errorf("%s: %s and %s overlap", root, a.Title, b.Title)
					}
				}
				for _, l := range a.Lines {
					if l.Y < a.Y || l.Y > a.Y+a.H {
						t.Errorf("%s: a line of %s lies outside", root, a.Title)
					}
					if l.Child && l.Box.X < a.X+a.W {
						t.Errorf("%s: %s stands under what it leads to", root, a.Title)
					}
				}
			}
			labels(t, root, c.SVG())
			for _, b := range c.Boxes {
				for _, l := range b.Lines {
					by := strings.Split(strings.ReplaceAll(l.By, ", ", "、"), "、")
					for i := 1; i < len(by); i++ {
						if !l.Key && by[i] != "" && by[i] == by[i-1] {
							t.Errorf("%s: %s of %s says the same twice", root, l.By, b.Title)
						}
					}
				}
			}
			again, _ := drawn(t, root, tongue)
			if !bytes.Equal(c.SVG(), again.SVG()) || !bytes.Equal(c.DOT(), again.DOT()) {
				t.Errorf("%s: drawn twice, it is not the same", root)
			}
			page, err := c.HTML()
			if err != nil {
				t.Fatal(err)
			}
			if len(page) > 1_500_000 {
				t.Errorf("%s: the page has %d bytes", root, len(page))
			}
		}
	}
}

// labels reads a picture as XML: each label fits between the edges of the box around it, and two of one line do not
// touch.
func labels(t *testing.T, root string, svg []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	num := func(e xml.StartElement, name string) float64 {
		for _, a := range e.Attr {
			if a.Name.Local == name {
				f, err := strconv.ParseFloat(a.Value, 64)
				if err != nil {
					t.Fatal(err)
				}
				return f
			}
		}
		return 0
	}
	var left, right, y, end float64
	texts := 0
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", root, err)
		}
		e, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "rect":
			left, right = num(e, "x"), num(e, "x")+num(e, "width")
		case "text":
			var words string
			if err := d.DecodeElement(&words, &e); err != nil {
				t.Fatal(err)
			}
			if right == 0 { // the title of the picture
				continue
			}
			texts++
			from, to := num(e, "x"), num(e, "x")+chart.TextWidth(words)
			for _, a := range e.Attr {
				if a.Name.Local == "text-anchor" {
					from, to = num(e, "x")-chart.TextWidth(words), num(e, "x")
				}
			}
			if from < left-0.01 || to > right+0.01 {
				t.Errorf("%s: %q does not fit its box", root, words)
			}
			if num(e, "y") == y && from < end {
				t.Errorf("%s: %q stands over the label before it", root, words)
			}
			y, end = num(e, "y"), to
		}
	}
	if texts == 0 {
		t.Errorf("%s: no labels", root)
	}
}

// TestHostileNames: what a program calls its things is text in every form of the chart, and ends nothing.
func TestHostileNames(t *testing.T) {
	c := &chart.Chart{Options: chart.Options{Title: "</script><b>", Source: func(string) []byte {
		return []byte("</script><script>alert(1)</script>")
	}}, Boxes: []*chart.Box{{Kind: chart.Flow, Title: `<a "b"`, File: "x.flow", W: 10, H: 10}}, W: 20, H: 20}
	page, err := c.HTML()
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(page, []byte("alert(1)</script>")) || bytes.Contains(page, []byte("<a ")) ||
		strings.Count(string(page), "<b>") != 1 {
		t.Errorf("%s", page)
	}
	if !bytes.Contains(c.DOT(), []byte(`"<a \"b\""`)) {
		t.Errorf("%s", c.DOT())
	}
}
