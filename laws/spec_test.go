package laws_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rexian/compiler"
	"rexian/compiler/check"
	"rexian/lang/diag"
)

// documents are the texts about the language whose examples are run.
var documents = []string{"SPEC.md", "docs/语言速查.md", "docs/language-card.md"}

// example is one fenced block of a document.
type example struct {
	doc  string
	line int    // of its fence, 1-based
	mark string // flow, part, steps, frame
	code diag.Code
	at   int // the line of the finding within the block, 1-based; 0 if the block is right
	text string
}

var fence = regexp.MustCompile("^```flow(?: (part|steps|frame))?(?: (RX[0-9]{4}) line ([0-9]+))?$")

// examples finds the flow blocks of a document and, into files, what its csv blocks hold by name.
func examples(t *testing.T, doc string, files map[string]string) []example {
	t.Helper()
	src, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	var list []example
	lines := strings.Split(string(src), "\n")
	for i := 0; i < len(lines); i++ {
		if !strings.HasPrefix(lines[i], "```") {
			continue
		}
		from := i + 1
		for i++; i < len(lines) && lines[i] != "```"; i++ {
		}
		if i == len(lines) {
			t.Fatalf("%s:%d: the block has no end", doc, from)
		}
		head, text := lines[from-1], strings.Join(lines[from:i], "\n")+"\n"
		if name, ok := strings.CutPrefix(head, "```csv "); ok {
			files[name] = text
			continue
		}
		if !strings.HasPrefix(head, "```flow") {
			continue
		}
		m := fence.FindStringSubmatch(head)
		if m == nil {
			t.Errorf("%s:%d: what is %q?", doc, from, head)
			continue
		}
		e := example{doc: doc, line: from, mark: m[1], code: diag.Code(m[2]), text: text}
		e.at, _ = strconv.Atoi(m[3])
		list = append(list, e)
	}
	return list
}

// files of an example, the frame among them; shift is how many lines stand before the example's first.
func (e *example) files(frame string) (sources map[string]string, shift int) {
	const own = "example.flow"
	switch e.mark {
	case "frame":
		return map[string]string{own: e.text + "流程 示例 { 挂机 }\n"}, 0
	case "part":
		sources = map[string]string{own: e.text, "frame.flow": frame}
		if !strings.Contains(e.text, "流程 示例 {") {
			sources["flow.flow"] = "流程 示例 { 挂机 }\n"
		}
		return sources, 0
	case "steps":
		return map[string]string{own: "流程 示例 {\n" + e.text + "挂机\n}\n", "frame.flow": frame}, 1
	}
	sources = map[string]string{own: e.text}
	if !strings.Contains(e.text, "缺省 {") && !strings.Contains(e.text, "defaults {") {
		sources["defaults.flow"] = "缺省 { 时区 \"Asia/Shanghai\"  当 出错 挂机 }\n"
	}
	return sources, 0
}

// compile checks a program; root holds the tables that it names.
func compile(t *testing.T, root string, sources map[string]string) (*check.Program, []diag.Diagnostic) {
	t.Helper()
	w, err := compiler.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range sources {
		w.Overlay(path, []byte(text))
	}
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	return w.Check(compiler.Options{})
}

// recordings are the files that the examples name; they are not part of the documents, so empty ones stand for them.
var recordings = regexp.MustCompile(`(?:音频|audio) "([^"]+)"`)

// documented returns the examples of all documents, the frame that some stand in, and a folder with the tables
// that they name.
func documented(t *testing.T) (all []example, frame, root string) {
	t.Helper()
	tables := map[string]string{}
	for _, doc := range documents {
		all = append(all, examples(t, doc, tables)...)
	}
	for _, e := range all {
		if e.mark == "frame" {
			frame += e.text
		}
	}
	root = t.TempDir()
	for name, text := range tables {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range all {
		if e.code == "RX8014" {
			continue
		}
		for _, m := range recordings.FindAllStringSubmatch(e.text, -1) {
			name := filepath.Join(root, filepath.FromSlash(m[1]))
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return all, frame, root
}

// TestSpecExamples runs every example of the documents.
func TestSpecExamples(t *testing.T) {
	all, frame, root := documented(t)
	right, wrong := 0, 0
	for _, e := range all {
		t.Run(fmt.Sprintf("%s:%d", e.doc, e.line), func(t *testing.T) {
			sources, shift := e.files(frame)
			p, found := compile(t, root, sources)
			var errors []string
			for _, d := range found {
				if d.Severity != diag.Error {
					continue
				}
				line := strings.Count(sources[d.File][:d.Span.Start], "\n") + 1
				if d.File == "example.flow" {
					line -= shift
				}
				if d.File == "example.flow" && d.Code == e.code && line == e.at {
					continue
				}
				errors = append(errors, fmt.Sprintf("%s:%d %s %s", d.File, line, d.Code, d.Sentence(diag.En)))
			}
			hits := 0
			for _, d := range found {
				if d.Code == e.code {
					hits++
				}
			}
			switch {
			case len(errors) > 0:
				t.Errorf("\n%s\nof\n%s", strings.Join(errors, "\n"), e.text)
			case e.code != "" && hits != 1:
				t.Errorf("%d findings %s, want one at line %d, of\n%s", hits, e.code, e.at, e.text)
			case e.code == "":
				right++
				runTests(t, p, sources)
			default:
				wrong++
			}
		})
	}
	t.Logf("%d right examples, %d wrong ones", right, wrong)
}
