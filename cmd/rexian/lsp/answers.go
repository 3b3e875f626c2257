package lsp

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"

	"rexian/compiler/editor"
	"rexian/lang/diag"
	"rexian/lang/format"
)

// ask is a request about a document.
type ask struct {
	documentParams
	prog   *program
	now    *editor.Program
	name   string // of the file in the program
	lines  *lines
	offset int
	in     diag.Span // its range
}

// handlers answer the requests about a document.
var handlers = map[string]func(*Server, ask) (any, error){
	"textDocument/hover":               (*Server).hover,
	"textDocument/completion":          (*Server).completion,
	"textDocument/signatureHelp":       (*Server).signature,
	"textDocument/definition":          (*Server).definition,
	"textDocument/references":          (*Server).references,
	"textDocument/documentHighlight":   (*Server).highlights,
	"textDocument/prepareRename":       (*Server).prepareRename,
	"textDocument/rename":              (*Server).rename,
	"textDocument/documentSymbol":      (*Server).documentSymbols,
	"textDocument/codeAction":          (*Server).actions,
	"textDocument/formatting":          (*Server).formatting,
	"textDocument/foldingRange":        (*Server).folds,
	"textDocument/semanticTokens/full": (*Server).colours,
	"textDocument/inlayHint":           (*Server).hints,
	"textDocument/codeLens":            (*Server).lenses,
}

// runTest is the command of a test's lens.
const runTest = "rexian.runTest"

func (s *Server) initialize(params json.RawMessage) (any, error) {
	if s.phase != fresh {
		return nil, &fault{invalidRequest, "initialize comes once"}
	}
	var p initializeParams
	if err := json.Unmarshal(params, &p); err != nil {
		return nil, &fault{invalidParams, err.Error()}
	}
	if s.Remote { // where the folder of the program lies is not the editor's to say
		p.WorkspaceFolders, p.RootURI, p.RootPath, p.Options.Program = nil, "", "", ""
	}
	for _, f := range p.WorkspaceFolders {
		if path, ok := s.pathOf(f.URI); ok {
			s.folders = append(s.folders, path)
		}
	}
	if path, ok := s.pathOf(p.RootURI); ok && len(s.folders) == 0 {
		s.folders = append(s.folders, path)
	} else if p.RootPath != "" && len(s.folders) == 0 {
		s.folders = append(s.folders, filepath.Clean(p.RootPath))
	}
	s.fixed = s.Program
	if p.Options.Program != "" && s.fixed == "" {
		s.fixed = p.Options.Program
		if !filepath.IsAbs(s.fixed) && len(s.folders) > 0 {
			s.fixed = filepath.Join(s.folders[0], s.fixed)
		}
	}
	if s.AnyTongue {
		want := p.Options.Tongue
		if want == "" {
			want = p.Locale
		}
		switch {
		case len(want) >= 2 && want[:2] == "zh":
			s.Tongue = diag.Zh
		case len(want) >= 2 && want[:2] == "en":
			s.Tongue = diag.En
		}
	}
	s.watches = p.Capabilities.Workspace.WatchedFiles.Dynamic
	s.rules = p.Options.Rules
	s.phase, s.pages.tongue = running, s.Tongue
	return map[string]any{"serverInfo": map[string]string{"name": "rexian", "version": s.Version},
		"capabilities": map[string]any{
			"positionEncoding":           "utf-16",
			"textDocumentSync":           map[string]any{"openClose": true, "change": 2, "save": true},
			"hoverProvider":              true,
			"completionProvider":         map[string]any{"triggerCharacters": []string{".", "(", "{", ":"}},
			"signatureHelpProvider":      map[string]any{"triggerCharacters": []string{"(", ","}},
			"definitionProvider":         true,
			"referencesProvider":         true,
			"documentHighlightProvider":  true,
			"documentSymbolProvider":     true,
			"workspaceSymbolProvider":    true,
			"codeActionProvider":         map[string]any{"codeActionKinds": []string{"quickfix", "source.fixAll"}},
			"documentFormattingProvider": true,
			"renameProvider":             map[string]any{"prepareProvider": true},
			"foldingRangeProvider":       true,
			"inlayHintProvider":          true,
			"codeLensProvider":           map[string]any{"resolveProvider": false},
			"executeCommandProvider":     map[string]any{"commands": []string{runTest}},
			"semanticTokensProvider": map[string]any{"full": true,
				"legend": map[string]any{"tokenTypes": colourKinds, "tokenModifiers": []string{"declaration"}}},
		}}, nil
}

func (s *Server) hover(q ask) (any, error) {
	text, at := q.now.Hover(q.name, q.offset)
	if text == "" {
		return nil, nil
	}
	return map[string]any{"contents": markup{"markdown", text}, "range": q.lines.span(at)}, nil
}

func (s *Server) completion(q ask) (any, error) {
	items, at := q.now.Complete(q.name, q.offset)
	list := make([]map[string]any, 0, len(items))
	for _, i := range items {
		text := i.Insert
		if text == "" {
			text = i.Label
		}
		item := map[string]any{"label": i.Label, "kind": itemKinds[i.Kind], "sortText": rank(i.Rank) + i.Label,
			"textEdit": textEdit{q.lines.span(at), text}}
		if i.Detail != "" {
			item["detail"] = i.Detail
		}
		if i.Doc != "" {
			item["documentation"] = markup{"markdown", i.Doc}
		}
		list = append(list, item)
	}
	return map[string]any{"isIncomplete": false, "items": list}, nil
}

// rank sorts as text.
func rank(n int) string {
	n = min(n, 999)
	return string([]byte{byte('0' + n/100), byte('0' + n/10%10), byte('0' + n%10)})
}

func (s *Server) signature(q ask) (any, error) {
	sig, at := q.now.Signature(q.name, q.offset)
	if sig == nil {
		return nil, nil
	}
	var params []map[string]any
	for _, p := range sig.Params {
		params = append(params, map[string]any{"label": p.Name.In(s.Tongue), "documentation": p.Type.In(s.Tongue)})
	}
	return map[string]any{"signatures": []any{map[string]any{"label": sig.Text, "documentation": markup{"markdown",
		sig.Doc}, "parameters": params}}, "activeSignature": 0, "activeParameter": at}, nil
}

func (s *Server) places(q ask, list []editor.Location) []location {
	out := make([]location, 0, len(list))
	for _, l := range list {
		out = append(out, location{s.uri(q.prog, l.File), q.prog.linesIn(l.File).span(l.At)})
	}
	return out
}

func (s *Server) definition(q ask) (any, error) {
	return s.places(q, q.now.Definition(q.name, q.offset)), nil
}

func (s *Server) references(q ask) (any, error) {
	return s.places(q, q.now.References(q.name, q.offset, q.Reference.Declaration)), nil
}

func (s *Server) highlights(q ask) (any, error) {
	list := []map[string]any{}
	for _, l := range q.now.References(q.name, q.offset, true) {
		if l.File == q.name {
			list = append(list, map[string]any{"range": q.lines.span(l.At)})
		}
	}
	return list, nil
}

func (s *Server) prepareRename(q ask) (any, error) {
	at, refused := q.now.Renamable(q.name, q.offset)
	if refused != nil {
		return nil, &fault{requestFailed, refused.In(s.Tongue)}
	}
	return q.lines.span(at), nil
}

func (s *Server) rename(q ask) (any, error) {
	edits, refused := q.now.Rename(q.name, q.offset, q.NewName, s.again(q.prog))
	if refused != nil {
		return nil, &fault{requestFailed, refused.In(s.Tongue)}
	}
	return s.edit(q, edits), nil
}

func (s *Server) edit(q ask, edits []diag.Edit) workspaceEdit {
	out := workspaceEdit{Changes: map[string][]textEdit{}}
	for _, e := range edits {
		uri := s.uri(q.prog, e.File)
		src := q.now.Source(e.File)
		if e.Span.Start == 0 && e.New == string(src) { // another encoding, which the editor writes
			continue
		}
		out.Changes[uri] = append(out.Changes[uri], textEdit{linesOf(src).span(e.Span), e.New})
	}
	return out
}

func (s *Server) documentSymbols(q ask) (any, error) {
	var list func([]editor.Entry) []map[string]any
	list = func(entries []editor.Entry) []map[string]any {
		out := []map[string]any{}
		for _, e := range entries {
			out = append(out, map[string]any{"name": e.Name, "detail": e.Detail, "kind": symbolKinds[e.Kind],
				"range": q.lines.span(e.At), "selectionRange": q.lines.span(e.Title), "children": list(e.Within)})
		}
		return out
	}
	return list(q.now.Outline(q.name)), nil
}

func (s *Server) workspaceSymbols(params json.RawMessage) (any, error) {
	var p documentParams
	if err := json.Unmarshal(params, &p); err != nil {
		return nil, &fault{invalidParams, err.Error()}
	}
	list := []map[string]any{}
	roots := []string{}
	for root := range s.programs {
		roots = append(roots, root)
	}
	slices.Sort(roots)
	for _, root := range roots {
		prog := s.programs[root]
		for _, e := range s.state(prog).Symbols(p.Query) {
			list = append(list, map[string]any{"name": e.Name, "kind": symbolKinds[e.Kind], "containerName": e.Detail,
				"location": location{s.uri(prog, e.File), prog.linesIn(e.File).span(e.Title)}})
		}
	}
	return list, nil
}

// actions are the fixes of the findings at a place, and all safe ones of the file at once.
func (s *Server) actions(q ask) (any, error) {
	list := []map[string]any{}
	for _, r := range q.now.Repairs(q.name, q.in) {
		edit := s.edit(q, r.Edits)
		if len(edit.Changes) == 0 {
			continue
		}
		list = append(list, map[string]any{"title": title(r.Finding, r.Title), "kind": "quickfix",
			"isPreferred": r.Safe,
			"diagnostics": []diagnostic{s.finding(q.prog, r.Finding)}, "edit": edit})
	}
	if edits := q.now.SafeRepairs(q.name); len(edits) > 0 {
		if edit := s.edit(q, edits); len(edit.Changes) > 0 {
			list = append(list, map[string]any{"title": s.say("改好全部有把握的错误", "apply all fixes that are safe"),
				"kind": "source.fixAll", "edit": edit})
		}
	}
	return list, nil
}

func (s *Server) formatting(q ask) (any, error) {
	src := q.now.Source(q.name)
	out, err := format.Format(q.name, src, format.Options{})
	if faults := (*format.SyntaxError)(nil); errors.As(err, &faults) {
		return nil, &fault{requestFailed, s.say("有错误，没有改动", "not formatted, the file has errors")}
	}
	if err != nil {
		return nil, &fault{requestFailed, err.Error()}
	}
	if string(out) == string(src) {
		return []textEdit{}, nil
	}
	from, toOld, toNew := differing(src, out)
	return []textEdit{{q.lines.span(diag.Span{Start: from, End: toOld}), string(out[from:toNew])}}, nil
}

// differing cuts off whole lines that two texts begin and end with.
func differing(a, b []byte) (from, toA, toB int) {
	for from < len(a) && from < len(b) && a[from] == b[from] {
		from++
	}
	for from > 0 && a[from-1] != '\n' {
		from--
	}
	toA, toB = len(a), len(b)
	for toA > from && toB > from && a[toA-1] == b[toB-1] {
		toA--
		toB--
	}
	for toA < len(a) && (toA == 0 || a[toA-1] != '\n') {
		toA++
		toB++
	}
	return from, toA, toB
}

func (s *Server) folds(q ask) (any, error) {
	list := []map[string]any{}
	for _, f := range q.now.Folds(q.name) {
		fold := map[string]any{"startLine": f.First, "endLine": f.Last}
		if f.Comment {
			fold["kind"] = "comment"
		}
		list = append(list, fold)
	}
	return list, nil
}

func (s *Server) colours(q ask) (any, error) {
	data := []int{}
	var last position
	for _, c := range q.now.Colours(q.name) {
		at, end := q.lines.at(c.At.Start), q.lines.at(c.At.End)
		if at.Line != end.Line { // a string over several lines keeps the grammar's colour
			continue
		}
		if at.Line != last.Line {
			last.Character = 0
		}
		declared := 0
		if c.Declared {
			declared = 1
		}
		data = append(data, at.Line-last.Line, at.Character-last.Character, end.Character-at.Character,
			slices.Index(colourKinds, c.Kind), declared)
		last = at
	}
	return map[string]any{"data": data}, nil
}

func (s *Server) hints(q ask) (any, error) {
	list := []map[string]any{}
	for _, h := range q.now.Hints(q.name) {
		if h.At < q.in.Start || h.At > q.in.End && q.in.End > 0 {
			continue
		}
		list = append(list, map[string]any{"position": q.lines.at(h.At), "label": h.Text, "paddingLeft": true,
			"tooltip": markup{"markdown", h.Tooltip}})
	}
	return list, nil
}

func (s *Server) lenses(q ask) (any, error) {
	list := []map[string]any{}
	for _, l := range q.now.Lenses(q.name) {
		list = append(list, map[string]any{"range": q.lines.span(l.At), "command": command{
			s.say("▶ 运行测试", "▶ run the test"), runTest, []any{q.TextDocument.URI, l.Test}}})
	}
	return list, nil
}
