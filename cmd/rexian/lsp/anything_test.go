package lsp

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rexian/cmd/rexian/source"
	"rexian/compiler"
	"rexian/lang/diag"
)

// TestAnythingIsAnswered edits a program at random, with halves of things and broken characters, and asks everything at
// random places: each request is answered, none by a fault of ours, and at the end the findings are those of a check of
// the same text.
func TestAnythingIsAnswered(t *testing.T) {
	entry, err := os.ReadFile("testdata/program/入口.flow")
	if err != nil {
		t.Fatal(err)
	}
	methods := []string{}
	for m := range handlers {
		methods = append(methods, m)
	}
	pieces := []string{"", "流程 ", "}", "{", "\"", "{户.", "😀", "\r\n", "\n", "设 甲 = ", "按 1 ", "欠税(", "纳税人.", "//", "5",
		"秒",
		"规则 \"甲\" { 每条路径 ", "queue ", "菜单 乙 {\n", "\u2028", "\x00"}
	rapid.Check(t, func(rt *rapid.T) {
		f := meet(t, "testdata/program")
		f.ask("initialize", map[string]any{"rootUri": uriOf(f.root)})
		uri := uriOf(filepath.Join(f.root, "入口.flow"))
		text := linesOf(entry)
		f.tell("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "version": 1,
			"text": string(entry)}})
		place := func(name string) position {
			return position{rapid.IntRange(-1, len(text.starts)+1).Draw(rt, name),
				rapid.IntRange(-1, 60).Draw(rt, name)}
		}
		for version := range rapid.IntRange(1, 6).Draw(rt, "edits") {
			from := place("from")
			to := position{from.Line, from.Character + rapid.IntRange(0, 5).Draw(rt, "length")}
			if rapid.IntRange(0, 3).Draw(rt, "far") == 0 {
				to = place("to")
			}
			with := rapid.SampledFrom(pieces).Draw(rt, "with")
			text = linesOf(text.changed(span{from, to}, with))
			f.tell("textDocument/didChange", map[string]any{
				"textDocument":   map[string]any{"uri": uri, "version": version + 2},
				"contentChanges": []any{map[string]any{"range": span{from, to}, "text": with}}})
			method := rapid.SampledFrom(methods).Draw(rt, "method")
			at := place("at")
			answer := f.ask(method, map[string]any{"textDocument": map[string]any{"uri": uri}, "position": at,
				"range":   span{at, place("end")},
				"newName": rapid.SampledFrom([]string{"甲", "", "告知", "播放"}).Draw(rt, "name"),
				"context": map[string]any{"includeDeclaration": true}})
			if answer.Error != nil && answer.Error.Code != requestFailed {
				rt.Fatalf("%s: %v", method, answer.Error)
			}
		}
		f.ask("shutdown", nil)
		f.tell("exit", nil)
		if err := <-f.done; err != nil {
			rt.Fatal(err)
		}
	})
}

// TestFindingsAreThoseOfCheck: after any edits, what the editor was last told of a file is what a check of the saved
// text says.
func TestFindingsAreThoseOfCheck(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := meet(t, "testdata/program")
		path := filepath.Join(f.root, "入口.flow")
		src, err := os.ReadFile(path)
		if err != nil {
			rt.Fatal(err)
		}
		f.ask("initialize", map[string]any{"rootUri": uriOf(f.root)})
		text := linesOf(src)
		uri := uriOf(path)
		f.tell("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "version": 1,
			"text": string(src)}})
		edits := rapid.IntRange(1, 5).Draw(rt, "edits")
		for n := range edits {
			from := position{rapid.IntRange(0, len(text.starts)).Draw(rt, "line"),
				rapid.IntRange(0, 40).Draw(rt, "character")}
			to := position{from.Line, from.Character + rapid.IntRange(0, 6).Draw(rt, "length")}
			with := rapid.SampledFrom([]string{"", "告", "}", "{", "转到 ", "\n", "😀", "1", "\"", "挂机 "}).Draw(rt, "with")
			text = linesOf(text.changed(span{from, to}, with))
			f.tell("textDocument/didChange",
				map[string]any{"textDocument": map[string]any{"uri": uri, "version": n + 2},
					"contentChanges": []any{map[string]any{"range": span{from, to}, "text": with}}})
		}
		saved := f.root + "-saved"
		if err := os.CopyFS(saved, os.DirFS(f.root)); err != nil {
			rt.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(saved, "入口.flow"), text.text, 0o600); err != nil {
			rt.Fatal(err)
		}
		p, err := source.Open(saved, nil)
		if err != nil {
			rt.Fatal(err)
		}
		p.Options.Today = compiler.Today(f.server.Now())
		_, found := p.Check()
		var want []string
		for _, d := range found {
			if d.File == "入口.flow" {
				want = append(want, fmt.Sprint(d.Code, text.span(d.Span), d.Sentence(diag.Zh)))
			}
		}
		for { // the findings of rules come after the others
			m := f.receive()
			var p struct {
				URI         string
				Version     int
				Diagnostics []diagnostic
			}
			if json.Unmarshal(m.Params, &p) != nil || p.URI != uri || p.Version != edits+1 {
				continue
			}
			var told []string
			for _, d := range p.Diagnostics {
				first, _, _ := strings.Cut(d.Message, "\n")
				told = append(told, fmt.Sprint(d.Code, d.Range, first))
			}
			if slices.Equal(told, want) {
				break
			}
			if len(told) >= len(want) {
				rt.Fatalf("told %v, check has %v", told, want)
			}
		}
		_ = f.in.Close()
		<-f.done
	})
}

// TestPositions: every offset of a text is found again by its position, behind characters of two units and whatever
// ends the lines.
func TestPositions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := ""
		for _, s := range rapid.SliceOf(rapid.SampledFrom([]string{"a", "税", "😀", "\n", "\r\n", "\r",
			"\ufeff"})).Draw(t, "text") {
			text += s
		}
		l := linesOf([]byte(text))
		for i, r := range text {
			if r == '\n' && i > 0 && text[i-1] == '\r' {
				continue // within a line's end
			}
			if got := l.offset(l.at(i)); got != i {
				t.Fatalf("%q: offset %d is %+v, which is %d", text, i, l.at(i), got)
			}
		}
	})
}

// TestOrder: a request that the editor no longer waits for is told so, and a message that is no JSON harms nothing.
func TestOrder(t *testing.T) {
	f := meet(t, "testdata/program")
	f.ask("initialize", map[string]any{"rootUri": uriOf(f.root)})
	if _, err := f.in.Write([]byte("Content-Length: 3\r\n\r\n{x}")); err != nil {
		t.Fatal(err)
	}
	if m := f.receive(); m.Error == nil || m.Error.Code != parseError {
		t.Errorf("%+v", m)
	}
	f.tell("$/cancelRequest", map[string]any{"id": 2})
	if m := f.ask("workspace/symbol", map[string]any{"query": ""}); m.Error == nil || m.Error.Code != requestCanceled {
		t.Errorf("%+v", m)
	}
	if m := f.ask("workspace/symbol", map[string]any{"query": ""}); m.Error != nil {
		t.Errorf("%+v", m.Error)
	}
	_ = f.in.Close()
	select {
	case err := <-f.done:
		if err == nil {
			t.Error("the editor went without a word, and that is no fault")
		}
	case <-time.After(time.Minute):
		t.Error("the server did not end")
	}
}
