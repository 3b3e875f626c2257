package sqlfunc

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	reads  = regexp.MustCompile(`(?i)^(SELECT|WITH|VALUES)\b`)
	writes = regexp.MustCompile(`(?i)^(INSERT|UPDATE|DELETE|WITH)\b`)
)

// writing are the words that change something, wherever they stand in a statement that reads; INTO makes a table.
var writing = map[string]bool{"INSERT": true, "UPDATE": true, "DELETE": true, "MERGE": true, "INTO": true}

// free are the names a statement may use without declaring them.
var free = map[string]int{"caller": callerArg, "来电号码": callerArg, "call_id": callArg, "通话编号": callArg, "now": nowArg,
	"现在": nowArg}

// statement takes the one statement of a file: its parameters become `?`.
func (p *parser) statement(s string) {
	s = strings.TrimRight(strings.TrimSpace(s), "; \t\n")
	if s == "" {
		p.fail("缺少 SQL 语句", "the SQL statement is missing")
		return
	}
	if !p.q.Writes && !reads.MatchString(s) {
		p.fail("语句要以 SELECT 或 WITH 开头；要写入时加“-- 写入: 是”",
			"the statement begins with SELECT or WITH; -- writes: yes allows a change")
		return
	}
	if p.q.Writes && !writes.MatchString(s) {
		p.fail("写入的语句要以 INSERT、UPDATE 或 DELETE 开头", "a statement that writes begins with INSERT, UPDATE or DELETE")
		return
	}
	var out strings.Builder
	used := map[int]bool{}
	var here place
	for i := 0; i < len(s); {
		if n := skip(s[i:]); n > 0 {
			piece := s[i : i+n]
			switch {
			case piece[0] != '\'' && piece[0] != '"':
				out.WriteByte('\n') // a comment
			case strings.Contains(piece, "?"):
				p.fail("文字里不能有问号，请作为参数传入", "a text in the statement holds no question mark: pass it as a parameter")
				return
			default:
				out.WriteString(piece)
			}
			p.line += strings.Count(piece, "\n")
			i += n
			if piece[0] == '"' {
				here.word(piece) // a name
			}
			continue
		}
		c, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case c == '\n':
			p.line++
		case c == ';':
			p.fail("一个文件只能有一条语句", "a file holds one statement")
			return
		case c == '?' || c == '$' && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9':
			p.fail("参数要按名称写，如 :税号", "a parameter is written by its name, such as :id")
			return
		case c == ':' && strings.HasPrefix(s[i:], "::"):
			p.fail("类型转换要写 CAST(… AS …)，两种数据库都认识", "write CAST(… AS …), which both engines understand")
			return
		case c == ':' && i+1 < len(s):
			if word := wordAt(s[i+1:]); word != "" {
				index, ok := p.parameterOf(word)
				if !ok {
					p.fail("没有参数“"+word+"”", "no parameter "+strconv.Quote(word))
					return
				}
				if index >= 0 && index < len(p.f.Params) && p.f.Params[index].Type.Secret && !here.compares() {
					p.fail("保密的“"+word+"”只能写在 WHERE、ON、HAVING 或者 CASE WHEN 的条件里：不能当作结果，也不能原样写入",
						"the secret "+word+" stands only in a condition after WHERE, ON, HAVING or CASE WHEN: "+
							"it is no result, and is not written as it is")
					return
				}
				here.sign(c)
				used[index] = true
				p.q.args = append(p.q.args, index)
				out.WriteByte('?')
				i += 1 + len(word)
				continue
			}
		case c == '_' || unicode.IsLetter(c):
			word := wordAt(s[i:])
			upper := strings.ToUpper(word)
			if writing[upper] && !p.q.Writes {
				p.fail("这里不能用 "+upper, upper+" is not allowed here")
				return
			}
			here.word(word)
			out.WriteString(word)
			i += len(word)
			continue
		}
		here.sign(c)
		out.WriteString(s[i : i+size])
		i += size
	}
	for i, x := range p.f.Params {
		if !used[i] && !p.q.Replaces {
			p.fail("参数“"+x.Zh+"”没有用到", "the parameter "+x.En+" is not used")
		}
	}
	p.q.SQL = out.String()
}

func (p *parser) parameterOf(word string) (int, bool) {
	if i := p.f.Param(word); i >= 0 {
		return i, true
	}
	i, ok := free[word]
	return i, ok
}

// wordAt is the name that a text begins with, "" if it begins with none.
func wordAt(s string) string {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return s[:i]
		}
	}
	return s
}

// skip returns the length of the quoted text, the quoted name or the comment that a text begins with, 0 if with none.
func skip(s string) int {
	end := func(from int, mark string) int {
		if i := strings.Index(s[from:], mark); i >= 0 {
			return from + i + len(mark)
		}
		return len(s)
	}
	switch {
	case strings.HasPrefix(s, "--"):
		return end(2, "\n")
	case strings.HasPrefix(s, "/*"):
		return end(2, "*/")
	case s[0] == '\'':
		return end(1, "'")
	case s[0] == '"':
		return end(1, `"`)
	}
	return 0
}
