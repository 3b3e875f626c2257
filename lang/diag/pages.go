package diag

import (
	"embed"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// The catalogue is a folder of text files, one per code with both tongues side by side, so that whoever
// changes a sentence sees the other one:
//
//	RX4201 error
//	zh: the sentence, with holes {0}, {1}…
//	en: the same; of [one|many] the first stands behind a hole that says 1
//
//	== zh
//	the explanation, in paragraphs
//
//	== en
//	the same
//
//	== bad
//	a program that gives this code
//
//	== good
//	the program as it should be
//
// In a program «ff» is a byte that a text file should not hold, and a line that begins with «210 times»
// stands as often.
//
//go:embed pages/*.txt
var pages embed.FS

var (
	byteMark  = regexp.MustCompile(`«([0-9a-f]{2})»`)
	timesMark = regexp.MustCompile(`(?m)^«(\d+) times» (.*\n)`)
)

// page reads the file of a code.
func page(code Code, text string) (Entry, error) {
	e := Entry{Code: code}
	head, sections, ok := strings.Cut(text, "\n\n== ")
	lines := strings.Split(head, "\n")
	if !ok || len(lines) != 3 {
		return e, errors.New("does not begin with code, zh and en")
	}
	if err := e.title(lines[0]); err != nil {
		return e, err
	}
	if e.Message.Zh, ok = strings.CutPrefix(lines[1], "zh: "); !ok {
		return e, errors.New("the Chinese sentence is missing")
	}
	if e.Message.En, ok = strings.CutPrefix(lines[2], "en: "); !ok {
		return e, errors.New("the English sentence is missing")
	}
	for section := range strings.SplitSeq(sections, "\n\n== ") {
		name, body, _ := strings.Cut(section, "\n")
		into := map[string]*string{"zh": &e.Explain.Zh, "en": &e.Explain.En, "bad": &e.Bad, "good": &e.Good}[name]
		if into == nil || *into != "" {
			return e, fmt.Errorf("section %q is unknown or stands twice", name)
		}
		if *into = strings.TrimSuffix(body, "\n"); name == "bad" || name == "good" {
			*into = program(body)
		}
	}
	return e, nil
}

// title reads the first line: the code and its severity.
func (e *Entry) title(line string) error {
	for _, s := range []Severity{Error, Warning, Note} {
		if line == string(e.Code)+" "+s.Word(En) {
			e.Severity = s
			return nil
		}
	}
	return fmt.Errorf("the first line is %q", line)
}

// program writes out the marks of a program.
func program(body string) string {
	body = strings.TrimSuffix(body, "\n") + "\n"
	body = timesMark.ReplaceAllStringFunc(body, func(line string) string {
		m := timesMark.FindStringSubmatch(line)
		n, _ := strconv.Atoi(m[1]) // digits by the pattern
		return strings.Repeat(m[2], n)
	})
	return byteMark.ReplaceAllStringFunc(body, func(mark string) string {
		b, _ := strconv.ParseUint(byteMark.FindStringSubmatch(mark)[1], 16, 8) // two hex digits by the pattern
		return string([]byte{byte(b)})
	})
}
