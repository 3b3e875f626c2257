package mailin

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The lines with which mail programs begin what they quote, or what they add.
var (
	rule = regexp.MustCompile(`(?i)^-{2,}\s*(原始邮件|(回复的|转发的|转发)?原?邮件|original message|forwarded message)\s*-{2,}`)
	// "On Mon, 5 Oct 2026 at 9:00, Zhang <z@example.com> wrote:", often over two lines; "在 2026-10-05 09:00:00，张三 写道："
	wrote     = regexp.MustCompile(`(?i)^(on|at)\s.*\bwrote\s*[:：]$|\d.*(写道|写了)\s*[:：]$`)
	beginning = regexp.MustCompile(`(?i)^(on|at)\s.*\d|^(在|于)\s*\d`)
	headFrom  = regexp.MustCompile(`(?i)^\*?(发件人|from)\*?\s*[:：]`)
	headSent  = regexp.MustCompile(`(?i)^\*?(发送时间|发送日期|日期|时间|sent|date)\*?\s*[:：]`)
	underline = regexp.MustCompile(`^_{10,}$`)
	device    = regexp.MustCompile(`(?i)^(发自|來自|来自|sent from)\s*(我的|my)\s*\S`)
)

// unseen are characters that take no room and stand before words: a keyword must be found behind them.
var unseen = strings.NewReplacer("\u200b", "", "\u200c", "", "\u200d", "", "\u2060", "", "\ufeff", "", "\u00a0", " ",
	"\r\n", "\n", "\r", "\n")

// own is what somebody wrote in a mail, without what the mail quotes, and without the signature under "-- ".
func own(s string) string {
	lines := strings.Split(unseen.Replace(s), "\n")
	var kept []string
	for i, raw := range lines {
		line := strings.TrimSpace(raw)
		if raw == "-- " || device.MatchString(line) || quotes(line, lines[i+1:]) {
			break
		}
		if !strings.HasPrefix(line, ">") {
			kept = append(kept, strings.TrimRight(raw, " \t"))
		}
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}

// quotes tells whether a line begins the quoted original; rest is what follows it.
func quotes(line string, rest []string) bool {
	const longest = 500 // of such a line; the expressions need not search through a whole book
	if line == "" || len(line) > longest {
		return false
	}
	if rule.MatchString(line) || wrote.MatchString(line) {
		return true
	}
	if len(rest) > 0 && len(rest[0]) < longest {
		next := strings.TrimSpace(rest[0])
		if beginning.MatchString(line) && wrote.MatchString(line+" "+next) || underline.MatchString(line) &&
			headFrom.MatchString(next) {
			return true
		}
	}
	if !headFrom.MatchString(line) {
		return false
	}
	for _, l := range rest[:min(3, len(rest))] { // Outlook copies the headers without marking them
		if len(l) < longest && headSent.MatchString(strings.TrimSpace(l)) {
			return true
		}
	}
	return false
}

// stripHTML is the text of HTML. What stands in a blockquote is quoted and left out.
func stripHTML(s string) string {
	z := html.NewTokenizer(strings.NewReader(s))
	var b strings.Builder
	hidden, quoted := atom.Atom(0), 0 // the element that is being skipped; blockquotes that are open
	for {
		switch z.Next() {
		case html.ErrorToken: // the end, too
			return tidy(b.String())
		case html.TextToken:
			if hidden == 0 && quoted == 0 {
				b.WriteString(strings.Map(func(r rune) rune {
					switch r {
					case '\n', '\r', '\t', '\u00a0':
						return ' '
					}
					return r
				}, string(z.Text())))
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			switch a := atom.Lookup(name); {
			case a == atom.Style || a == atom.Script || a == atom.Title || a == atom.Textarea:
				if hidden == 0 {
					hidden = a
				}
			case a == atom.Blockquote:
				quoted++
			case blocks[a]:
				b.WriteByte('\n')
			}
		case html.SelfClosingTagToken:
			if name, _ := z.TagName(); blocks[atom.Lookup(name)] {
				b.WriteByte('\n')
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch a := atom.Lookup(name); {
			case a != 0 && a == hidden:
				hidden = 0
			case a == atom.Blockquote:
				quoted = max(quoted-1, 0)
			case blocks[a] && a != atom.Br:
				b.WriteByte('\n')
			}
		}
	}
}

// blocks are the elements that begin a line.
var blocks = map[atom.Atom]bool{atom.Br: true, atom.P: true, atom.Div: true, atom.Tr: true, atom.Li: true,
	atom.Ul: true, atom.Ol: true, atom.Table: true,
	atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.Hr: true, atom.Pre: true, atom.Body: true}

// tidy joins blanks and drops empty lines.
func tidy(s string) string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
