package chart

import (
	"slices"
	"strconv"
	"unicode"

	"rexian/compiler/check"
	"rexian/lang/diag"
)

// Measures of the chart, in pixels at its own size.
const (
	fontSize  = 13.0
	rowHeight = 22.0
	headHight = 28.0
	pad       = 10.0
	gutter    = 56.0 // between columns, where the lines run
	between   = 14.0 // between boxes of a column
	margin    = 24.0
	smallest  = 120.0
)

// textWidth is at least as wide as a text is drawn in any of the usual fonts: a wide character is as wide as the font
// is high, others less.
func textWidth(s string) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case r >= 0x2000:
			w += fontSize
		case unicode.IsUpper(r) || r == 'm' || r == 'w' || r == '@' || r == '%':
			w += fontSize * 0.95
		case r == ' ':
			w += fontSize * 0.35
		default:
			w += fontSize * 0.65
		}
	}
	return w
}

// TextWidth is the room that a text is given in a chart.
func TextWidth(s string) float64 { return textWidth(s) }

// boldWidth is textWidth of a title.
func boldWidth(s string) float64 { return textWidth(s) * 1.1 }

func short(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// tree decides where each flow is drawn: at the line that the fewest lines lead to, the first of them. It returns the
// boxes that begin a tree: what comes in from outside, and then each flow that none of these leads to, such as one that
// only a handler for the whole program goes to.
func (c *Chart) tree(roots []*Box, flows []*check.FlowInfo) []*Box {
	seen := map[*Box]bool{}
	grow := func(queue []*Box) {
		for _, b := range queue {
			seen[b] = true
		}
		for len(queue) > 0 {
			b := queue[0]
			queue = queue[1:]
			for _, l := range b.Lines {
				if l.Box != nil && !seen[l.Box] {
					seen[l.Box], l.Child = true, true
					queue = append(queue, l.Box)
				}
			}
		}
	}
	grow(slices.Clone(roots))
	for _, f := range flows {
		if b := c.known[f]; !seen[b] {
			roots = append(roots, b)
			grow([]*Box{b})
		}
	}
	return roots
}

// layout gives every box its place.
func (c *Chart) layout(roots []*Box) {
	var columns []float64 // widths
	var measure func(b *Box, depth int)
	measure = func(b *Box, depth int) {
		b.depth = depth
		b.W = max(smallest, boldWidth(c.head(b))+2*pad, textWidth(b.Note+c.cover(b))+2*pad)
		b.W = max(b.W, textWidth(c.came(b))+2*pad)
		room := c.numbers(b)
		for _, l := range b.Lines {
			b.W = max(b.W, textWidth(l.By)+textWidth(c.target(l))+room+4*pad)
		}
		b.H = headHight + rowHeight*float64(len(b.Lines)) + pad/2
		if b.Note != "" || c.cover(b) != "" {
			b.H += rowHeight
		}
		if c.came(b) != "" {
			b.H += rowHeight
		}
		if depth == len(columns) {
			columns = append(columns, 0)
		}
		columns[depth] = max(columns[depth], b.W)
		for _, l := range b.Lines {
			if l.Child {
				measure(l.Box, depth+1)
			}
		}
	}
	for _, b := range roots {
		measure(b, 0)
	}
	left := make([]float64, len(columns)+1)
	left[0] = margin
	for i, w := range columns {
		left[i+1] = left[i] + w + gutter
	}
	bottom := make([]float64, len(columns)+1) // of each column, so far
	for i := range bottom {
		bottom[i] = margin + 30
	}
	var place func(b *Box, top float64)
	place = func(b *Box, top float64) {
		b.X, b.Y = left[b.depth], max(top, bottom[b.depth])
		bottom[b.depth] = b.Y + b.H + between
		c.Boxes = append(c.Boxes, b)
		y := b.Y + b.H - pad/2 - rowHeight*float64(len(b.Lines)) + rowHeight/2
		for _, l := range b.Lines {
			l.Y = y
			y += rowHeight
			if l.Child {
				place(l.Box, b.Y)
			}
		}
		c.W, c.H = max(c.W, left[b.depth]+columns[b.depth]+margin), max(c.H, b.Y+b.H+margin)
	}
	for _, b := range roots {
		top := 0.0
		for _, y := range bottom { // a tree of its own begins below all others
			top = max(top, y)
		}
		place(b, top)
	}
}

// head is the title of a box with what it is.
func (c *Chart) head(b *Box) string {
	switch b.Kind {
	case Number:
		return "☎ " + b.Title
	case Message:
		return "✉ " + b.Title
	case Campaign:
		return c.say("外呼 ", "campaign ") + b.Title
	case Menu:
		return c.say("菜单 ", "menu ") + b.Title
	case Survey:
		return c.say("问卷 ", "survey ") + b.Title
	}
	return b.Title
}

// target is what a line names at its end.
func (c *Chart) target(l *Line) string {
	switch {
	case l.Child:
		return l.To + " →"
	case l.Box != nil:
		return "↗ " + l.To
	case l.Kind == Queue:
		return c.say("排队 ", "queue ") + l.To
	}
	return l.To
}

// cover tells how much of a box tests took.
func (c *Chart) cover(b *Box) string {
	if c.Covered == nil || b.Cover.Of == 0 {
		return ""
	}
	s := strconv.Itoa(b.Cover.Taken) + "/" + strconv.Itoa(b.Cover.Of)
	return "  " + c.say("测到 ", "tested ") + s
}

// came tells how many calls came to a box, and how many of their callers hung up there.
func (c *Chart) came(b *Box) string {
	if c.Traffic == nil {
		return ""
	}
	s := c.say(diag.Grouped(b.Calls)+" 通", diag.Grouped(b.Calls)+" calls")
	if b.HungUp > 0 && b.Calls > 0 {
		s += c.say(" · 在这里挂机 ", " · hung up here ") + share(b.HungUp, b.Calls)
	}
	return s
}

// share is a part of a whole in hundredths, never 0 nor 100 where it is not.
func share(n, of int) string {
	s := (200*n + of) / (2 * of)
	if n > 0 && n < of {
		s = min(max(s, 1), 99)
	}
	return strconv.Itoa(s) + "%"
}

// numbers is the room for the numbers of calls at the right of a box.
func (c *Chart) numbers(b *Box) (w float64) {
	if c.Traffic == nil {
		return 0
	}
	for _, l := range b.Lines {
		w = max(w, textWidth(diag.Grouped(l.Calls))+pad)
	}
	return w
}
