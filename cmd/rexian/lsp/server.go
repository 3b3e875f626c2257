package lsp

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"runtime/debug"
	"sync"
	"time"

	"rexian/compiler/library"
	"rexian/lang/diag"
)

// Server answers one editor. Its fields are set before Serve and not changed after.
type Server struct {
	Version string
	Tongue  diag.Tongue
	// AnyTongue lets the editor say what tongue its reader has.
	AnyTongue bool
	Library   *library.Registry // what any program may call, before the SQL files beside its flows; nil: that built in
	Now       func() time.Time
	Program   string // the folder of the program; "": found by the files that are opened
	// Remote is an editor on another machine: it sees Program and nothing else, by addresses of their own.
	// See remoteURI.
	Remote    bool
	Log       io.Writer
	out       writer
	fixed     string
	folders   []string
	programs  map[string]*program  // by root
	documents map[string]*document // by address
	phase     phase
	watches   bool // the editor can be asked to tell of files that change
	rules     bool // the editor wants to be told what became of the rules
	cancelled cancelled
	pages     pages
	catalogue *url.URL // of a Remote one, where the pages of the catalogue are
	incoming  <-chan message
}

// phase is how far the conversation is.
type phase uint8

const (
	fresh phase = iota
	running
	shut
)

// cancelled are the requests that the editor no longer waits for.
type cancelled struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (c *cancelled) add(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.ids) < 1000 { // an editor that cancels what it never asked costs nothing lasting
		c.ids[id] = true
	}
}

func (c *cancelled) take(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.ids[id]
	delete(c.ids, id)
	return was
}

// ErrNoShutdown means that the editor went away without taking leave.
var ErrNoShutdown = errors.New("lsp: the editor ended without shutdown")

// Serve answers until the editor says exit, in goes to its end or ctx ends.
func (s *Server) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	r := bufio.NewReaderSize(in, 64<<10)
	return s.converse(ctx, func() ([]byte, error) { return read(r) }, framed(out))
}

// converse is Serve over any wire: receive gives the next message's body, io.EOF at the end.
func (s *Server) converse(ctx context.Context, receive func() ([]byte, error), put func([]byte) error) error {
	s.out.put = put
	s.programs, s.documents = map[string]*program{}, map[string]*document{}
	s.cancelled.ids = map[string]bool{}
	s.pages.tongue = s.Tongue
	defer s.pages.remove()
	incoming := make(chan message, 1024)
	s.incoming = incoming
	stop := make(chan struct{})
	defer close(stop)
	go s.listen(receive, incoming, stop)
	for {
		var m message
		var ok bool
		select {
		case m, ok = <-incoming:
		default:
			if s.publish() {
				continue
			}
			select {
			case <-ctx.Done():
				return nil
			case m, ok = <-incoming:
			}
		}
		if !ok || m.Method == "exit" {
			if s.phase == shut {
				return nil
			}
			return ErrNoShutdown
		}
		if err := s.one(m); err != nil {
			return fmt.Errorf("lsp: answer the editor: %w", err)
		}
	}
}

// listen reads messages until the editor goes.
func (s *Server) listen(receive func() ([]byte, error), incoming chan<- message, stop <-chan struct{}) {
	defer close(incoming)
	for {
		body, err := receive()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				s.log(err)
			}
			return
		}
		var m message
		if err := json.Unmarshal(body, &m); err != nil {
			m = message{ID: json.RawMessage("null"), Error: &fault{parseError, err.Error()}}
		}
		if m.Method == "$/cancelRequest" {
			var p struct {
				ID json.RawMessage `json:"id"`
			}
			if json.Unmarshal(m.Params, &p) == nil {
				s.cancelled.add(string(p.ID))
			}
			continue
		}
		select {
		case incoming <- m:
		case <-stop:
			return
		}
	}
}

// one does what a message asks.
func (s *Server) one(m message) error {
	switch {
	case m.Error != nil && m.Method == "": // what could not be read
		if string(m.ID) == "null" {
			return s.out.send(m)
		}
		return nil
	case m.Method == "": // the answer to a question of ours
		return nil
	case m.ID == nil:
		s.notified(m)
		return nil
	case s.cancelled.take(string(m.ID)):
		return s.out.send(message{ID: m.ID, Error: &fault{requestCanceled, "cancelled"}})
	}
	result, err := s.answered(m)
	answer := message{ID: m.ID}
	if err != nil {
		f := &fault{internalError, err.Error()}
		errors.As(err, &f)
		answer.Error = f
	} else if answer.Result, err = json.Marshal(result); err != nil {
		answer.Error = &fault{internalError, err.Error()}
	}
	return s.out.send(answer)
}

// answered is the answer to a request. A fault of ours in one answer is told in it, and the next is answered as ever.
func (s *Server) answered(m message) (result any, err error) {
	defer func() {
		if r := recover(); r != nil {
			s.log(fmt.Errorf("%s: %v\n%s", m.Method, r, debug.Stack()))
			result, err = nil, &fault{internalError, fmt.Sprint(r)}
		}
	}()
	switch {
	case m.Method == "initialize":
		return s.initialize(m.Params)
	case m.Method == "shutdown":
		s.phase = shut
		return nil, nil
	case s.phase == fresh:
		return nil, &fault{notInitialized, "initialize comes first"}
	case s.phase == shut:
		return nil, &fault{invalidRequest, "the server is shut down"}
	case m.Method == "workspace/symbol":
		return s.workspaceSymbols(m.Params)
	case m.Method == "workspace/executeCommand":
		return s.execute(m.Params)
	case m.Method == methodFiles && s.Remote:
		return s.files()
	}
	h, ok := handlers[m.Method]
	if !ok {
		return nil, &fault{methodNotFound, "no method " + m.Method}
	}
	var p documentParams
	if err := json.Unmarshal(m.Params, &p); err != nil {
		return nil, &fault{invalidParams, err.Error()}
	}
	path, ok := s.pathOf(p.TextDocument.URI)
	if !ok {
		return nil, nil
	}
	prog, name, err := s.programOf(path)
	if err != nil {
		return nil, &fault{requestFailed, err.Error()}
	}
	now := s.state(prog)
	if now.Source(name) == nil {
		return nil, nil
	}
	at := prog.linesIn(name)
	return h(s, ask{documentParams: p, prog: prog, now: now, name: name, lines: at, offset: at.offset(p.Position),
		in: diag.Span{Start: at.offset(p.Range.Start), End: at.offset(p.Range.End)}})
}

// notified takes in what the editor tells.
func (s *Server) notified(m message) {
	defer func() {
		if r := recover(); r != nil {
			s.log(fmt.Errorf("%s: %v\n%s", m.Method, r, debug.Stack()))
		}
	}()
	if s.phase != running {
		return
	}
	var p documentParams
	switch m.Method {
	case "textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "textDocument/didSave":
		if err := json.Unmarshal(m.Params, &p); err != nil {
			s.log(fmt.Errorf("%s: %w", m.Method, err))
			return
		}
	}
	switch m.Method {
	case "textDocument/didOpen":
		s.opened(p)
	case "textDocument/didChange":
		s.changed(p)
	case "textDocument/didClose":
		s.closed(p)
	case "initialized":
		s.watch()
	case "textDocument/didSave", "workspace/didChangeWatchedFiles":
		for _, prog := range s.programs {
			if err := prog.Reload(); err != nil {
				s.log(err)
			}
			prog.touch()
		}
	}
}

// watch asks an editor that can to tell of files that change beside the documents: tables, calendars, SQL files.
func (s *Server) watch() {
	if !s.watches {
		return
	}
	params, err := json.Marshal(map[string]any{"registrations": []any{map[string]any{"id": "files",
		"method": "workspace/didChangeWatchedFiles", "registerOptions": map[string]any{"watchers": []any{
			map[string]any{"globPattern": "**/*.{flow,csv,xlsx,sql,ics,wav,mp3}"}}}}}})
	if err == nil {
		err = s.out.send(message{ID: json.RawMessage(`"watch"`), Method: "client/registerCapability", Params: params})
	}
	if err != nil {
		s.log(err)
	}
}

func (s *Server) opened(p documentParams) {
	path, ok := s.pathOf(p.TextDocument.URI)
	if !ok || s.Remote && len(s.documents) >= mostRemote && s.documents[p.TextDocument.URI] == nil {
		return
	}
	prog, name, err := s.programOf(path)
	if err != nil {
		s.log(err)
		return
	}
	s.documents[p.TextDocument.URI] = &document{uri: p.TextDocument.URI, version: p.TextDocument.Version,
		text: linesOf([]byte(p.TextDocument.Text)), in: prog, name: name}
	prog.Overlay(name, []byte(p.TextDocument.Text))
	prog.touch()
}

func (s *Server) changed(p documentParams) {
	d := s.documents[p.TextDocument.URI]
	if d == nil {
		return
	}
	d.version = p.TextDocument.Version
	for _, c := range p.Changes {
		if c.Range == nil {
			d.text = linesOf([]byte(c.Text))
		} else {
			d.text = linesOf(d.text.changed(*c.Range, c.Text))
		}
	}
	d.in.Overlay(d.name, d.text.text)
	d.in.edited(d.name)
}

// closed goes back to the file as it is saved. A program of which nothing is open is forgotten.
func (s *Server) closed(p documentParams) {
	d := s.documents[p.TextDocument.URI]
	if d == nil {
		return
	}
	delete(s.documents, p.TextDocument.URI)
	d.in.Overlay(d.name, nil)
	d.in.touch()
	for _, other := range s.documents {
		if other.in == d.in {
			return
		}
	}
	for name, was := range d.in.sent {
		if was != "[]" {
			s.findings(d.in, name, nil, 0)
		}
	}
	delete(s.programs, d.in.root)
}

// log writes to the log, which editors show to developers.
func (s *Server) log(err error) {
	if s.Log != nil {
		fmt.Fprintln(s.Log, "rexian lsp:", err)
	}
}

// tell shows a sentence to the reader.
func (s *Server) tell(kind int, text string) {
	params, err := json.Marshal(map[string]any{"type": kind, "message": text})
	if err == nil {
		err = s.out.send(message{Method: "window/showMessage", Params: params})
	}
	if err != nil {
		s.log(err)
	}
}
