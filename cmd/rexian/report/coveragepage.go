package report

import (
	"bytes"
	"cmp"
	"fmt"
	"html"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"rexian/lang/diag"
	"rexian/runtime/suite"
)

// coverageStyle is that of the page. On paper every file is open and the colours stay.
const coverageStyle = `body{font:14px/1.5 "Noto Sans CJK SC","Microsoft YaHei",sans-serif;` +
	`margin:2rem auto;max-width:72rem;` +
	`padding:0 1rem;color:#1c2733}table.sum{border-collapse:collapse;margin:1rem 0}` +
	`.sum td,.sum th{padding:.15rem .8rem;` +
	`border-bottom:1px solid #dde3e9;text-align:right}.sum td:first-child,.sum th:first-child{text-align:left}` +
	`.bar{display:inline-block;width:8rem;height:.7rem;background:#ffc9c9}` +
	`.bar i{display:block;height:100%;background:#8ce99a}` +
	`details{margin:.6rem 0;border:1px solid #ccd5dd;border-radius:5px}` +
	`summary{padding:.4rem .8rem;background:#eef1f4;cursor:pointer;` +
	`font-weight:600}summary span{font-weight:400;color:#5b6b7b}` +
	`.src{font:12px/1.55 "Noto Sans Mono CJK SC",monospace;` +
	`border-collapse:collapse;width:100%}.src td{padding:0 .5rem;vertical-align:top;white-space:pre-wrap}` +
	`.src td:nth-child(-n+2){text-align:right;color:#8a8f98;white-space:nowrap;width:1%}` +
	`.yes td:nth-child(2){color:#1a7f37}` +
	`.part{background:#fff9db}.no{background:#fff0f0}.miss td{color:#b42318}` +
	`@media print{body{margin:0;max-width:none;font-size:11px}.src{font-size:9px}tr{break-inside:avoid}` +
	`summary{break-after:avoid}` +
	`*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}`

// WriteCoveragePage writes which lines the tests went through, and how many of them, as one page that needs nothing
// else: the numbers, then each file with its lines and, under a line, what no test did there.
func WriteCoveragePage(w io.Writer, c suite.Coverage, tongue diag.Tongue, source func(string) []byte) error {
	say := func(zh, en string) string { return html.EscapeString(diag.Text{Zh: zh, En: en}.In(tongue)) }
	files := map[string][]suite.Edge{}
	var names []string
	for _, e := range c.All {
		if files[e.File] == nil && e.File != "" {
			names = append(names, e.File)
		}
		files[e.File] = append(files[e.File], e)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(part(files[a]), part(files[b])), strings.Compare(a, b))
	})
	var b bytes.Buffer
	title := say("测试走过哪里", "What the tests went through")
	fmt.Fprintf(&b, `<!doctype html><html lang="%s"><meta charset="utf-8"><title>%s</title>`+
		`<style>%s</style><h1>%s</h1>`,
		say("zh", "en"), title, coverageStyle, title)
	fmt.Fprintf(&b, "<p>%s</p>", html.EscapeString(diag.Textf("走过 %d/%d 条分支（%s）",
		"%d of %d [branch|branches] (%s)", c.Covered,
		c.Edges, percent(c.Covered, c.Edges)).In(tongue)))
	fmt.Fprintf(&b, `<table class="sum"><tr><th>%s</th><th>%s</th><th></th><th>%s</th></tr>`, say("文件", "file"),
		say("分支", "branches"), say("没有走过", "not taken"))
	for i, name := range names {
		taken, of := count(files[name])
		fmt.Fprintf(&b, `<tr><td><a href="#f%d">%s</a></td><td>%d/%d</td><td><span class="bar"><i style="width:%s"></i></span></td>`+
			`<td>%d</td></tr>`, i, html.EscapeString(path.Base(name)), taken, of, percent(taken, of), of-taken)
	}
	b.WriteString("</table>")
	for i, name := range names {
		taken, of := count(files[name])
		open := ""
		if taken < of {
			open = " open"
		}
		fmt.Fprintf(&b, `<details id="f%d"%s><summary>%s <span>%d/%d</span></summary><table class="src">`, i, open,
			html.EscapeString(name), taken, of)
		writeLines(&b, string(source(name)), files[name], c.Lines[name], tongue)
		b.WriteString("</table></details>")
	}
	b.WriteString(`<script>addEventListener("beforeprint",function(){document.querySelectorAll("details").forEach(` +
		`function(d){d.open=true})})</script></html>` + "\n")
	_, err := w.Write(b.Bytes())
	return err
}

// writeLines writes the lines of a file.
func writeLines(b *bytes.Buffer, src string, edges []suite.Edge, tests map[int]int, tongue diag.Tongue) {
	missed := map[int][]string{}
	for _, e := range edges {
		if !e.Taken {
			missed[e.Line] = append(missed[e.Line], strings.TrimSpace(e.What.In(tongue)))
		}
	}
	for i, line := range strings.Split(strings.TrimSuffix(src, "\n"), "\n") {
		class, times := "", ""
		if n, counts := tests[i+1]; counts {
			class, times = "yes", strconv.Itoa(n)+"×"
			switch {
			case n == 0:
				class = "no"
			case len(missed[i+1]) > 0:
				class = "yes part"
			}
		}
		fmt.Fprintf(b, `<tr class="%s"><td>%d</td><td>%s</td><td>%s</td></tr>`, class, i+1, times,
			html.EscapeString(line))
		for _, what := range missed[i+1] {
			fmt.Fprintf(b, `<tr class="miss"><td></td><td></td><td>%s</td></tr>`,
				html.EscapeString(diag.Text{Zh: "没有测到：" + what, En: "not tested: " + what}.In(tongue)))
		}
	}
}

func count(edges []suite.Edge) (taken, of int) {
	for _, e := range edges {
		if e.Taken {
			taken++
		}
	}
	return taken, len(edges)
}

// part is how much of some edges was taken, in millionths.
func part(edges []suite.Edge) int {
	taken, of := count(edges)
	return taken * 1_000_000 / max(of, 1)
}

// percent is a part in hundredths, rounded down: only the whole is 100%.
func percent(n, of int) string { return strconv.Itoa(100*n/max(of, 1)) + "%" }
