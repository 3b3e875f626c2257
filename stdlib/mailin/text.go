package mailin

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The lines with which mail programs begin what they quote.
var (
	rule = regexp.MustCompile(`(?i)^-{2,}\s*(原始邮件|原邮件|转发邮件|转发的邮件|original message|forwarded message)\s*-{2,}`)
	// "On Mon, 5 Oct 2026 at 9:00, Zhang <z@example.com> wrote:", often over two lines; "在 2026-10-05 09:00:00，张三 写道："
	wrote     = regexp.MustCompile(`(?i)^(on|at|le|am)\s.*\bwrote\s*[:：]$|^(在|于)?.*\d.*(写道|写了)\s*[:：]$`)
	beginning = regexp.MustCompile(`(?i)^(on|at)\s.*\d|^(在|于)\s*\d`)
	from      = regexp.MustCompile(`(?i)^\*?(发件人|from)\*?\s*[:：]`)
	sent      = regexp.MustCompile(`(?i)^\*?(发送时间|发送日期|日期|时间|sent|date)\*?\s*[:：]`)
)

// Unquoted is what somebody wrote in a mail, without what the mail quotes, and without the signature under "-- ".
func Unquoted(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	var own []string
	for i, raw := range lines {
		line := strings.TrimSpace(raw)
		next := ""
		if i+1 < len(lines) {
			next = strings.TrimSpace(lines[i+1])
		}
		if quotes(line, next, lines[i+1:]) || strings.TrimRight(raw, "\r") == "-- " {
			break
		}
		if strings.HasPrefix(line, ">") {
			continue
		}
		own = append(own, strings.TrimRight(raw, " \t\r"))
	}
	return strings.TrimSpace(strings.Join(own, "\n"))
}

// quotes tells whether a line begins the quoted original.
func quotes(line, next string, rest []string) bool {
	if len(line) > 1000 {
		return false
	}
	if rule.MatchString(line) || wrote.MatchString(line) {
		return true
	}
	if beginning.MatchString(line) && len(next) < 1000 && wrote.MatchString(line+" "+next) {
		return true
	}
	if !from.MatchString(line) {
		return false
	}
	for _, l := range rest[:min(3, len(rest))] { // Outlook copies the headers without marking them
		if sent.MatchString(strings.TrimSpace(l)) {
			return true
		}
	}
	return false
}

// Stripped is the text of HTML. What stands in a blockquote is quoted and left out.
func Stripped(s string) string {
	z := html.NewTokenizer(strings.NewReader(s))
	z.SetMaxBuf(maxRaw * 4)
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
			case breaks[a]:
				b.WriteByte('\n')
			}
		case html.SelfClosingTagToken:
			if name, _ := z.TagName(); breaks[atom.Lookup(name)] {
				b.WriteByte('\n')
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch a := atom.Lookup(name); {
			case a != 0 && a == hidden:
				hidden = 0
			case a == atom.Blockquote:
				quoted = max(quoted-1, 0)
			case breaks[a] && a != atom.Br:
				b.WriteByte('\n')
			}
		}
	}
}

// breaks are the elements that begin a line.
var breaks = map[atom.Atom]bool{atom.Br: true, atom.P: true, atom.Div: true, atom.Tr: true, atom.Li: true, atom.Ul: true, atom.Ol: true, atom.Table: true,
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
