package table

import (
	"errors"
	"strconv"
	"strings"
)

// readCSV reads separated text (RFC 4180) as spreadsheets write and read it, which is laxer than the RFC:
// a quote inside an unquoted cell is text, text after a closing quote belongs to the cell. Rows are
// counted as a spreadsheet shows them: blank lines count, a line break inside a quoted cell does not.
func (g *grid) readCSV(data []byte) {
	text, encoding, err := DecodeText(data)
	g.encoding = encoding
	if err != nil {
		detail := ""
		if e := (*EncodingError)(nil); errors.As(err, &e) {
			detail = strconv.Itoa(e.Offset)
		}
		g.fault(BadEncoding, 0, 0, detail)
		return
	}
	p := &csvText{text: text, separator: separatorOf(text)}
	if line, rest, _ := strings.Cut(text, "\n"); isSeparatorLine(strings.TrimRight(line, "\r")) {
		p.text, p.row = rest, 1
	}
	for p.text != "" && !g.stopped {
		p.row++
		cells, open := p.nextRow()
		if open > 0 {
			g.fault(OpenQuote, p.row, open, "")
		}
		g.add(p.row, cells)
	}
}

// isSeparatorLine reports Excel's own first line, "sep=;", which names the separator and is no data.
func isSeparatorLine(line string) bool {
	return len(line) == 5 && strings.EqualFold(line[:4], "sep=")
}

// separatorOf finds the character between cells: named by a sep= line, or the most frequent candidate outside quotes in
// the first line that has any text.
func separatorOf(text string) byte {
	line, _, _ := strings.Cut(text, "\n")
	if line = strings.TrimRight(line, "\r"); isSeparatorLine(line) {
		return line[4]
	}
	const candidates = ",\t;"
	var count [len(candidates)]int
	quoted, content := false, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '"' {
			quoted = !quoted
		}
		if quoted {
			content = true
			continue
		}
		if c == '\n' || c == '\r' {
			if content {
				break
			}
			count = [len(candidates)]int{}
			continue
		}
		if k := strings.IndexByte(candidates, c); k >= 0 {
			count[k]++
		} else if c != ' ' {
			content = true
		}
	}
	best := 0
	for k := range count {
		if count[k] > count[best] {
			best = k
		}
	}
	return candidates[best]
}

// csvText is the text still to be read; row is the number of the row read last.
type csvText struct {
	text      string
	separator byte
	row       int
}

// nextRow takes one row off the text. open is the column of a quoted cell that never ends, or 0.
func (p *csvText) nextRow() (cells []Cell, open int) {
	for col := 1; ; col++ {
		cell, more, unclosed := p.nextCell()
		if unclosed {
			open = col
		}
		// Empty cells carry nothing, and a line of a million separators must not cost a million cells.
		if cell != "" {
			cells = append(cells, Cell{Text: cell, Row: p.row, Col: col})
		}
		if !more {
			return cells, open
		}
	}
}

// nextCell takes one cell and what ends it off the text; more says that another cell of the row follows.
func (p *csvText) nextCell() (cell string, more, unclosed bool) {
	rest := p.text
	var quoted strings.Builder
	if body, ok := strings.CutPrefix(strings.TrimLeft(rest, " "), `"`); ok {
		for {
			before, after, closed := strings.Cut(body, `"`)
			quoted.WriteString(before)
			if !closed {
				p.text = ""
				return quoted.String(), false, true
			}
			if !strings.HasPrefix(after, `"`) {
				rest = after
				break
			}
			quoted.WriteByte('"')
			body = after[1:]
		}
	}
	end := strings.IndexAny(rest, string(rune(p.separator))+"\r\n")
	if p.separator >= 0x80 { // a sep= line may name any byte; one that is no ASCII character never occurs alone
		end = strings.IndexAny(rest, "\r\n")
	}
	if end < 0 {
		p.text = ""
		return quoted.String() + rest, false, false
	}
	cell = quoted.String() + rest[:end]
	switch after := rest[end:]; {
	case after[0] == p.separator:
		p.text = after[1:]
		return cell, true, false
	case strings.HasPrefix(after, "\r\n"):
		p.text = after[2:]
	default:
		p.text = after[1:]
	}
	return cell, false, false
}
