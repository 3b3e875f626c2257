package chart

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"strings"
	"time"

	"rexian/compiler/rules"
	"rexian/lang/diag"
)

// style is that of the picture, and of the page around it. A box is tinted by what is laid over the chart.
const style = `.b{fill:#fff;stroke:#5b6b7b}.h{fill:#e8eef4}.menu .h{fill:#dcebdc}.number .h,.message .h,.campaign .h{fill:#fde9c8}` +
	`.survey .h{fill:#eadff2}text{font:13px "Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei",sans-serif;fill:#1c2733}` +
	`.t{font-weight:600}.n{fill:#5b6b7b}.k{fill:#0b5cad}.q{fill:#1a7f37}.e{fill:#8a8f98}.x{fill:#b42318}` +
	`.w{fill:none;stroke:#9aa7b4;stroke-width:1.3}.c{fill:#7a4100;font-weight:600}.sep{stroke:#e3e8ee}`

// SVG is the chart as one picture.
func (c *Chart) SVG() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %s %s">`,
		short(c.W), short(c.H), short(c.W), short(c.H))
	b.WriteString("<style>" + style)
	if c.Traffic != nil {
		b.WriteString(".w{stroke-width:var(--t)}")
	}
	b.WriteString("</style>")
	fmt.Fprintf(&b, `<text class="t" x="%s" y="32">%s</text>`+"\n", short(margin), html.EscapeString(c.Title))
	c.draw(&b)
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// draw draws the lines and then the boxes.
func (c *Chart) draw(b *bytes.Buffer) {
	number := map[*Box]int{}
	for i, box := range c.Boxes {
		number[box] = i
	}
	right := map[int]float64{} // of the columns
	for _, box := range c.Boxes {
		right[box.depth] = max(right[box.depth], box.X+box.W)
	}
	for _, box := range c.Boxes {
		for _, l := range box.Lines {
			if !l.Child {
				continue
			}
			x, end := right[box.depth], l.Box.X
			mid := (x + end) / 2
			y := l.Box.Y + headHight/2
			fmt.Fprintf(b, `<path class="w"%s d="M%s %sH%sC%s %s %s %s %s %s"/>`+"\n", c.thick(l), short(box.X+box.W), short(l.Y),
				short(x),
				short(mid), short(l.Y), short(mid), short(y), short(end), short(y))
		}
	}
	for i, box := range c.Boxes {
		c.box(b, i, box, number)
	}
}

func (c *Chart) box(b *bytes.Buffer, i int, box *Box, number map[*Box]int) {
	class := string(box.Kind)
	if c.Covered != nil && box.Cover.Of > 0 {
		class += fmt.Sprintf(" c%d", box.Cover.Taken*4/box.Cover.Of)
	}
	if worst, ok := rules.Worst(c.Times[box.info]); ok {
		switch {
		case worst.Worst < 0 || worst.Worst > 90*time.Second:
			class += " far"
		case worst.Worst > 45*time.Second:
			class += " mid"
		default:
			class += " near"
		}
	}
	if c.Traffic != nil && box.Calls > 0 {
		switch part := 100 * box.HungUp / box.Calls; {
		case part >= 20:
			class += " left"
		case part >= 10:
			class += " leaving"
		}
	} else if c.Traffic != nil {
		class += " nobody"
	}
	fmt.Fprintf(b, `<g class="box %s" id="b%d" data-i="%d" tabindex="0">`, class, i, i)
	fmt.Fprintf(b, `<rect class="b" x="%s" y="%s" width="%s" height="%s" rx="5"/>`, short(box.X), short(box.Y),
		short(box.W),
		short(box.H))
	fmt.Fprintf(b, `<rect class="h" x="%s" y="%s" width="%s" height="%s" rx="4"/>`, short(box.X+1), short(box.Y+1),
		short(box.W-2), short(headHight-2))
	text := func(class, anchor string, x, y float64, s string) {
		if s == "" {
			return
		}
		if anchor != "" {
			anchor = ` text-anchor="` + anchor + `"`
		}
		fmt.Fprintf(b, `<text class="%s" x="%s" y="%s"%s>%s</text>`, class, short(x), short(y), anchor,
			html.EscapeString(s))
	}
	text("t", "", box.X+pad, box.Y+19, c.head(box))
	if note := strings.TrimSpace(box.Note + c.cover(box)); note != "" {
		text("n", "", box.X+pad, box.Y+headHight+15, note)
	}
	if came := c.came(box); came != "" {
		y := box.Y + headHight + 15
		if box.Note != "" || c.cover(box) != "" {
			y += rowHeight
		}
		text("n tr", "", box.X+pad, y, came)
	}
	room := c.numbers(box)
	for _, l := range box.Lines {
		fmt.Fprintf(b, `<line class="sep" x1="%s" y1="%s" x2="%s" y2="%s"/>`, short(box.X+1), short(l.Y-rowHeight/2),
			short(box.X+box.W-1), short(l.Y-rowHeight/2))
		by := "n"
		if l.Key {
			by = "k"
		}
		if !l.Tried {
			by = "x"
		}
		text(by, "", box.X+pad, l.Y+4.5, l.By)
		to := map[Kind]string{Queue: "q", Transfer: "q", Callback: "q", End: "e"}[l.Kind]
		if to == "" {
			to = "n"
		}
		if l.Box != nil {
			fmt.Fprintf(b, `<g class="to" data-to="%d">`, number[l.Box])
		}
		text(to, "end", box.X+box.W-pad-room, l.Y+4.5, c.target(l))
		if l.Box != nil {
			b.WriteString("</g>")
		}
		if c.Traffic != nil {
			text("c tr", "end", box.X+box.W-pad, l.Y+4.5, diag.Grouped(l.Calls))
		}
	}
	b.WriteString("</g>\n")
}

// Thicknesses of lines by how many calls went there, in pixels: a share of all calls, by its root, so that few are seen
// beside many.
const (
	thinnest = 0.5
	thickest = 12.0
)

// thick is the attribute by which a line is drawn as thick as it is busy.
func (c *Chart) thick(l *Line) string {
	if c.Traffic == nil || c.Traffic.Calls == 0 {
		return ""
	}
	part := math.Sqrt(min(1, float64(l.Calls)/float64(c.Traffic.Calls)))
	return fmt.Sprintf(` style="--t:%.1f"`, thinnest+part*(thickest-thinnest))
}

// DOT is the chart for Graphviz, laid out by it.
func (c *Chart) DOT() []byte {
	var b bytes.Buffer
	b.WriteString("digraph calls {\n  rankdir=LR;\n  node [shape=box];\n")
	number := map[*Box]int{}
	for i, box := range c.Boxes {
		number[box] = i
		fmt.Fprintf(&b, "  b%d [label=%s];\n", i, quoted(c.head(box)))
	}
	ends := map[string]int{}
	for i, box := range c.Boxes {
		for _, l := range box.Lines {
			to := ""
			if l.Box != nil {
				to = fmt.Sprintf("b%d", number[l.Box])
			} else {
				name := c.target(l)
				n, ok := ends[name]
				if !ok {
					n = len(ends)
					ends[name] = n
					fmt.Fprintf(&b, "  e%d [label=%s, shape=ellipse];\n", n, quoted(name))
				}
				to = fmt.Sprintf("e%d", n)
			}
			fmt.Fprintf(&b, "  b%d -> %s [label=%s];\n", i, to, quoted(l.By))
		}
	}
	b.WriteString("}\n")
	return b.Bytes()
}

// quoted is a string of Graphviz.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ").Replace(s) + `"`
}
