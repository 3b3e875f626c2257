package chart

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"strings"

	"rexian/lang/diag"
)

//go:embed page.js
var script string

// pageStyle is that of the page around the picture. Tints: 0 to 4 is how much tests took, near and far how long it
// takes to a person.
const pageStyle = `*{box-sizing:border-box}html,body{height:100%;margin:0;font:14px "Noto Sans CJK SC","Microsoft YaHei",sans-serif}` +
	`body{display:grid;grid-template:auto 1fr/1fr 26rem}header{grid-column:1/3;padding:.5rem 1rem;background:#1c2733;color:#fff;` +
	`display:flex;gap:1rem;align-items:center;flex-wrap:wrap}header b{margin-right:auto}header input[type=search]{padding:.25rem .5rem}` +
	`#tree{overflow:hidden;background:#f6f8fa;touch-action:none;cursor:grab}aside{border-left:1px solid #ccd5dd;display:flex;` +
	`flex-direction:column;min-height:0}#where{padding:.5rem;font-weight:600}#source{font:12px/1.6 "Noto Sans Mono CJK SC",monospace;` +
	`white-space:pre;overflow:auto;flex:1;padding:0 .5rem}#source .here{background:#fff3bf}.box{cursor:pointer}.box.on .b{stroke:#0b5cad;` +
	`stroke-width:3}.box.hit .b{stroke:#d9480f;stroke-width:3}.to{cursor:pointer}` +
	`.cover .c0 .h{fill:#ffc9c9}.cover .c1 .h{fill:#ffd8a8}.cover .c2 .h{fill:#ffec99}.cover .c3 .h{fill:#d8f5a2}.cover .c4 .h{fill:#b2f2bb}` +
	`body:not(.cover) .x{fill:#5b6b7b}.time .near .h{fill:#b2f2bb}.time .mid .h{fill:#ffec99}.time .far .h{fill:#ffc9c9}` +
	`body:not(.traffic) .tr{display:none}.traffic .w{stroke-width:var(--t);stroke:#d9a05b}.traffic .box .h{fill:#eef1f4}.traffic .leaving .h{fill:#ffec99}` +
	`.traffic .left .h{fill:#ffc9c9}.traffic .nobody{opacity:.45}`

// place is what the page's script knows of a box.
type place struct {
	X    float64 `json:"x"`
	Y    float64 `json:"y"`
	Text string  `json:"text"` // what a search looks in
	File string  `json:"file"`
	Line int     `json:"line"`
	Last int     `json:"last"`
}

// HTML is the chart as one page that needs nothing else: it can be zoomed and searched, and shows the source of what is
// clicked.
func (c *Chart) HTML() ([]byte, error) {
	data := struct {
		W     float64           `json:"w"`
		H     float64           `json:"h"`
		Boxes []place           `json:"boxes"`
		Files map[string]string `json:"files"`
	}{c.W, c.H, []place{}, map[string]string{}}
	sources := diag.Sources{Source: c.Source}
	for _, b := range c.Boxes {
		if _, have := data.Files[b.File]; !have {
			data.Files[b.File] = string(c.Source(b.File))
		}
		text := []string{c.head(b)}
		for _, l := range b.Lines {
			text = append(text, l.By, c.target(l))
		}
		data.Boxes = append(data.Boxes, place{b.X, b.Y, strings.Join(text, "\n"), b.File,
			sources.Line(b.File, b.At.Start), sources.Line(b.File, b.At.End)})
	}
	facts, err := json.Marshal(data) // < is \u003c in it
	if err != nil {
		return nil, fmt.Errorf("write the page of the chart: %w", err)
	}
	lang := c.say("zh", "en")
	var b bytes.Buffer
	fmt.Fprintf(&b,
		`<!doctype html><html lang="%s"><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
		lang)
	fmt.Fprintf(&b, "<title>%s</title><style>%s%s</style>", html.EscapeString(c.Title), pageStyle, style)
	fmt.Fprintf(&b,
		`<header><b>%s</b><input type="search" id="search" placeholder="%s" aria-label="%s"><span id="count"></span>`,
		html.EscapeString(c.Title), c.say("查找，回车到下一处", "search, Enter for the next"), c.say("查找", "search"))
	radio := func(value, label string, on bool) {
		checked := ""
		if on {
			checked = " checked"
		}
		fmt.Fprintf(&b, `<label><input type="radio" name="over" value="%s"%s> %s</label>`, value, checked, label)
	}
	radio("", c.say("不着色", "plain"), true)
	if c.Covered != nil {
		radio("cover", c.say("测试覆盖", "test coverage"), false)
	}
	if c.Times != nil {
		radio("time", c.say("到人工多久", "time to a person"), false)
	}
	if t := c.Traffic; t != nil {
		n := diag.Grouped(t.Calls)
		radio("traffic", c.say(t.When+"的电话（"+n+" 通）", "calls of "+t.When+" ("+n+")"), false)
	}
	fmt.Fprintf(&b, `<button id="in">＋</button><button id="out">－</button><button id="all">%s</button></header>`,
		c.say("全部", "all"))
	b.WriteString(`<div id="tree">`)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %s %s">`, short(c.W),
		short(c.H), short(c.W), short(c.H))
	c.draw(&b)
	fmt.Fprintf(&b, `</svg></div><aside><div id="where">%s</div><div id="source"></div></aside>`,
		c.say("点一个框，看它的源文件", "click a box to see its source"))
	fmt.Fprintf(&b, `<script type="application/json" id="data">%s</script><script>%s</script></html>`+"\n", facts,
		script)
	return b.Bytes(), nil
}
