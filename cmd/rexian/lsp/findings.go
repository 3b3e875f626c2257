package lsp

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"rexian/compiler/rules"
	"rexian/lang/diag"
)

// publish sends the findings of a program whose text has changed, file by file, those that are other than before: first
// what is wrong with names, types and paths, and at the next call, if no message came meanwhile, what became of the
// rules: those are given up as soon as a message comes, which may well be the next key. It tells whether there was
// anything to do.
func (s *Server) publish() bool {
	for _, p := range s.programs {
		switch {
		case p.moved:
			p.moved, p.open = false, true
		case p.open:
			if !s.state(p).SettleUnless(p.Options.Voice, s.busy) {
				return true
			}
			p.open = false
			s.send(p)
			s.told(p)
			return true
		default:
			continue
		}
		s.send(p)
		return true
	}
	return false
}

// told tells an editor that asked for it what became of the rules of a program: how many hold, and which do not. The
// versions are those of the documents that it was decided of.
func (s *Server) told(p *program) {
	if !s.rules {
		return
	}
	type rule struct {
		Name     string `json:"name"`
		State    string `json:"state"`
		Sentence string `json:"sentence"`
	}
	says := struct {
		URI      string         `json:"uri"`
		Versions map[string]int `json:"versions"`
		Proved   int            `json:"proved"`
		Not      []rule         `json:"not"`
	}{s.uri(p, ""), map[string]int{}, 0, []rule{}}
	for uri, d := range s.documents {
		if d.in == p {
			says.Versions[uri] = d.version
		}
	}
	list := s.state(p).Verdicts
	for i := range list {
		switch v := &list[i]; v.State {
		case rules.Proved:
			says.Proved++
		case rules.Refuted:
			says.Not = append(says.Not, rule{v.Name(), "refuted", v.Why.In(s.Tongue)})
		default:
			says.Not = append(says.Not, rule{v.Name(), "undecided", v.Why.In(s.Tongue)})
		}
	}
	body, err := json.Marshal(says)
	if err == nil {
		err = s.out.send(message{Method: "rexian/rules", Params: body})
	}
	if err != nil {
		s.log(err)
	}
}

// busy tells whether a message waits.
func (s *Server) busy() bool { return len(s.incoming) > 0 }

// send sends the findings of a program.
func (s *Server) send(p *program) {
	now := s.state(p)
	byFile := map[string][]diagnostic{}
	for _, path := range now.Paths {
		byFile[path] = []diagnostic{}
	}
	for _, d := range now.Findings {
		byFile[d.File] = append(byFile[d.File], s.finding(p, d))
	}
	versions := map[string]int{}
	for _, d := range s.documents {
		if d.in == p {
			versions[d.name] = d.version
		}
	}
	for file := range p.sent {
		if byFile[file] == nil {
			byFile[file] = []diagnostic{}
		}
	}
	for _, file := range slices.Sorted(maps.Keys(byFile)) {
		s.findings(p, file, byFile[file], versions[file])
	}
}

// findings sends the findings of a file, unless the editor has just these.
func (s *Server) findings(p *program, file string, list []diagnostic, version int) {
	if list == nil {
		list = []diagnostic{}
	}
	text, err := json.Marshal(list)
	if err != nil {
		s.log(err)
		return
	}
	was, sent := p.sent[file]
	if !sent && len(list) == 0 {
		was = "[]"
	}
	p.sent[file] = string(text)
	if was == string(text) && (version == 0 || version == p.told[file]) {
		return
	}
	if p.told == nil {
		p.told = map[string]int{}
	}
	p.told[file] = version
	params := map[string]any{"uri": s.uri(p, file), "diagnostics": json.RawMessage(text)}
	if version > 0 {
		params["version"] = version
	}
	body, err := json.Marshal(params)
	if err == nil {
		err = s.out.send(message{Method: "textDocument/publishDiagnostics", Params: body})
	}
	if err != nil {
		s.log(err)
	}
}

// severities are those of the protocol, by ours.
var severities = map[diag.Severity]int{diag.Error: 1, diag.Warning: 2, diag.Note: 3}

func (s *Server) finding(p *program, d diag.Diagnostic) diagnostic {
	out := diagnostic{Range: p.linesIn(d.File).span(d.Span), Severity: severities[d.Severity], Code: string(d.Code),
		Source: "rexian", Message: d.Sentence(s.Tongue)}
	if s.Remote { // no file of this machine
		if href := s.remotePage(d.Code); href != "" {
			out.Href = &codeHref{href}
		}
	} else if href, err := s.pages.of(d.Code); err != nil {
		s.log(err)
	} else if href != "" {
		out.Href = &codeHref{href}
	}
	for _, n := range d.Notes {
		out.Message += "\n" + n.In(s.Tongue)
	}
	for _, r := range d.Related {
		out.Related = append(out.Related, relation{location{s.uri(p, r.File), p.linesIn(r.File).span(r.Span)},
			r.Text.In(s.Tongue)})
	}
	return out
}

// title is a short form of a finding for a menu.
func title(d diag.Diagnostic, fix string) string { return fmt.Sprintf("%s (%s)", fix, d.Code) }
