package lsp

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"rexian/lang/token"
)

// sampled is every which token of the shipped flows is looked at: REXIAN_LSP_EVERY=1 for all, which takes a while.
func sampled(t *testing.T, otherwise int) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("REXIAN_LSP_EVERY"))
	if err != nil || n < 1 {
		return otherwise
	}
	return n
}

// asksAll asks every kind of request at a place, and tells of those that are not answered.
func asksAll(f *friend, uri string, at position) (asked int) {
	f.t.Helper()
	for _, method := range slices.Sorted(maps.Keys(handlers)) {
		answer := f.ask(method, map[string]any{"textDocument": map[string]any{"uri": uri}, "position": at,
			"range": span{at, position{at.Line + 3, 0}}, "newName": "甲",
			"context": map[string]any{"includeDeclaration": true}})
		if answer.Error != nil && answer.Error.Code != requestFailed {
			f.t.Errorf("%s at %s:%d:%d: %v", method, uri, at.Line+1, at.Character+1, answer.Error)
		}
		asked++
	}
	f.notes = nil
	return asked
}

// flowFiles are the files of a program with their tokens.
func flowFiles(t *testing.T, root string) (names []string, tokens map[string][]token.Token) {
	t.Helper()
	tokens = map[string][]token.Token{}
	for _, pattern := range []string{"*.flow", "*/*.flow"} {
		list, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, list...)
	}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		tokens[name], _ = token.Scan(name, src)
	}
	return names, tokens
}

// TestEveryPlaceAnswers: at every token of the shipped flows every kind of request is answered.
func TestEveryPlaceAnswers(t *testing.T) {
	t.Parallel()
	step, n, asked := sampled(t, 2500), 0, 0
	f := meet(t, "../../../flows")
	f.ask("initialize", map[string]any{"rootUri": uriOf(f.root)})
	names, tokens := flowFiles(t, f.root)
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := linesOf(src)
		for _, tok := range tokens[name] {
			if n++; n%step == 0 {
				asked += asksAll(f, uriOf(name), text.at(tok.Span.Start))
			}
		}
	}
	t.Logf("%d requests at %d of %d tokens", asked, n/step, n)
	if asked == 0 {
		t.Error("nothing was asked")
	}
	_ = f.in.Close()
	<-f.done
}

// TestEveryHalfAnswers: with a file of the shipped flows cut behind every token, every kind of request is answered at
// the cut.
func TestEveryHalfAnswers(t *testing.T) {
	t.Parallel()
	step, n, asked := sampled(t, 4000), 0, 0
	f := meet(t, "../../../flows")
	f.ask("initialize", map[string]any{"rootUri": uriOf(f.root)})
	names, tokens := flowFiles(t, f.root)
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		uri, version := uriOf(name), 1
		f.tell("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "version": version,
			"text": string(src)}})
		for _, tok := range tokens[name] {
			if n++; n%step != 0 {
				continue
			}
			version++
			half := src[:tok.Span.End]
			f.tell("textDocument/didChange", map[string]any{
				"textDocument":   map[string]any{"uri": uri, "version": version},
				"contentChanges": []any{map[string]any{"text": string(half)}}})
			asked += asksAll(f, uri, linesOf(half).at(len(half)))
		}
		f.tell("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": uri}})
	}
	t.Logf("%d requests on %d of %d halves", asked, n/step, n)
	if asked == 0 {
		t.Error("nothing was asked")
	}
	_ = f.in.Close()
	<-f.done
}
