package lsp

import (
	"encoding/json"
	"fmt"

	"rexian/compiler/emit"
	"rexian/compiler/graph"
	"rexian/lang/diag"
	"rexian/runtime/suite"
)

// Kinds of messages that an editor shows.
const (
	showError = 1
	showInfo  = 3
)

// outcome is the answer to rexian.runTest.
type outcome struct {
	Test    string `json:"test"`
	Passed  bool   `json:"passed"`
	Message string `json:"message"`
}

// execute does a command of the editor: a test is run on the present text, saved or not.
func (s *Server) execute(params json.RawMessage) (any, error) {
	var c commandParams
	if err := json.Unmarshal(params, &c); err != nil {
		return nil, &fault{invalidParams, err.Error()}
	}
	if c.Command != runTest {
		return nil, &fault{invalidParams, "no command " + c.Command}
	}
	var uri, name string
	if len(c.Arguments) != 2 || json.Unmarshal(c.Arguments[0], &uri) != nil ||
		json.Unmarshal(c.Arguments[1], &name) != nil {
		return nil, &fault{invalidParams, runTest + " takes a document and the name of a test"}
	}
	path, ok := s.pathOf(uri)
	if !ok {
		return nil, &fault{invalidParams, "no file " + uri}
	}
	prog, _, err := s.programOf(path)
	if err != nil {
		return nil, &fault{requestFailed, err.Error()}
	}
	out, err := s.test(prog, name)
	if err != nil {
		return nil, &fault{requestFailed, err.Error()}
	}
	kind := showInfo
	if !out.Passed {
		kind = showError
	}
	s.tell(kind, out.Message)
	return out, nil
}

// test runs one test.
func (s *Server) test(prog *program, name string) (outcome, error) {
	now := s.state(prog)
	out := outcome{Test: name}
	if diag.HasErrors(now.Findings) {
		out.Message = s.say("程序有错误，不能测试", "the program has errors and cannot be tested")
		return out, nil
	}
	g := graph.Build(now.Checked)
	code, err := emit.Emit(now.Checked, emit.Options{Graph: g, Cover: true, Tests: true})
	if err != nil {
		return out, err
	}
	sources := map[string][]byte{}
	for _, path := range now.Paths {
		sources[path] = now.Source(path)
	}
	came, err := suite.Run(suite.Options{Checked: now.Checked, Program: code.Program, Graph: g, Sources: sources,
		Select: func(test string) bool { return test == name }})
	if err != nil {
		return out, err
	}
	if len(came.Results) == 0 {
		return out, fmt.Errorf("%s", s.say("没有叫“"+name+"”的测试", "there is no test "+name))
	}
	r := came.Results[0]
	out.Passed = r.Passed
	if out.Message = s.say("✔ "+name, "✔ "+name); !r.Passed {
		out.Message = "✘ " + name
		for _, f := range r.Failures {
			out.Message += "\n" + f.Sentence(s.Tongue)
		}
	}
	return out, nil
}
