//go:build cards

package laws_test

import (
	"bytes"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// printed is how a card is set: A4, ten points.
const printed = `<meta charset=utf-8><style>@page{size:A4;margin:10mm}
body{font:10pt/1.25 sans-serif;margin:0}h1{font-size:14pt;margin:0}h2{font-size:11pt;margin:4pt 0 1pt}p{margin:2pt 0}
pre{font:10pt/1.2 monospace;white-space:pre-wrap;margin:2pt 0;letter-spacing:-.5pt}code{font:10pt monospace}
table{border-collapse:collapse;width:100%}td{border:.3pt solid #999;padding:0 3pt}</style>`

var (
	bold   = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	inCode = regexp.MustCompile("`([^`]+)`")
	linked = regexp.MustCompile(`\[([^\]]+)\]\([^)]+\)`)
	page   = regexp.MustCompile(`/Type\s*/Page\b[^s]`)
)

// page of HTML from the little of markdown that the cards are written in.
func typeset(src string) string {
	inline := func(s string) string {
		s = linked.ReplaceAllString(html.EscapeString(s), "<u>$1</u>")
		return bold.ReplaceAllString(inCode.ReplaceAllString(s, "<code>$1</code>"), "<b>$1</b>")
	}
	var b strings.Builder
	code, table, words := false, false, []string{}
	flush := func(rows bool) {
		if len(words) > 0 {
			b.WriteString("<p>" + strings.Join(words, "\n") + "</p>\n")
			words = nil
		}
		if table && !rows {
			b.WriteString("</table>\n")
			table = false
		}
	}
	for _, l := range strings.Split(src, "\n") {
		switch {
		case strings.HasPrefix(l, "```"):
			flush(false)
			b.WriteString(map[bool]string{false: "<pre>", true: "</pre>\n"}[code])
			code = !code
		case code:
			b.WriteString(html.EscapeString(l) + "\n")
		case strings.HasPrefix(l, "|---"):
		case strings.HasPrefix(l, "|"):
			flush(true)
			if !table {
				b.WriteString("<table>")
				table = true
			}
			cells := strings.Split(strings.Trim(l, "|"), "|")
			for i, c := range cells {
				cells[i] = "<td>" + inline(strings.TrimSpace(c)) + "</td>"
			}
			b.WriteString("<tr>" + strings.Join(cells, "") + "</tr>\n")
		case strings.HasPrefix(l, "#"):
			flush(false)
			level := map[bool]string{true: "h2", false: "h1"}[strings.HasPrefix(l, "##")]
			b.WriteString("<" + level + ">" + inline(strings.TrimLeft(l, "# ")) + "</" + level + ">\n")
		case l == "":
			flush(false)
		default:
			words = append(words, inline(l))
		}
	}
	flush(false)
	return b.String()
}

// TestCardsPrintOnFourPages prints each card and counts the sheets.
func TestCardsPrintOnFourPages(t *testing.T) {
	for _, card := range []string{"docs/语言速查.md", "docs/language-card.md"} {
		src, err := os.ReadFile(card)
		if err != nil {
			t.Fatal(err)
		}
		in := filepath.Join(t.TempDir(), "card.html")
		out := in + ".pdf"
		if err := os.WriteFile(in, []byte(printed+typeset(string(src))), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "chromium", "--headless", "--no-sandbox", "--disable-gpu",
			"--no-pdf-header-footer", "--print-to-pdf="+out, "file://"+in)
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		pdf, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(page.FindAll(pdf, -1)); n < 1 || n > 4 || !bytes.HasPrefix(pdf, []byte("%PDF")) {
			t.Errorf("%s is printed on %d pages, more than four", card, n)
		} else {
			t.Logf("%s: %d pages", card, n)
		}
	}
}
