package lsp

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/coder/websocket"

	"rexian/compiler"
)

// The limits of an editor in a browser.
const (
	longestRemote = 16 << 20         // bytes of one message: four times the largest flow file
	mostRemote    = 200              // documents that it may have open
	writeWithin   = 10 * time.Second // that one message may take to be written
	pingEvery     = 20 * time.Second
)

// methodFiles is a request of our own: an editor that has no disk asks for the program's files with their saved texts.
const methodFiles = "rexian/files"

// Remote answers editors in browsers, over WebSockets: each message of the protocol is one text message, and the files
// of the program have addresses of the form rexian:///folder/name.flow. Who may come, and from which pages, is the
// business of whoever calls it; a page of another origin is refused here unless it is among Origins.
type Remote struct {
	New     func() *Server // for one editor
	Most    int32          // editors at a time
	Origins []string       // patterns of the hosts of other pages that may connect, as websocket.AcceptOptions has them

	now atomic.Int32
}

// ServeHTTP answers one editor until it goes, or the request's context ends; or with a page of the catalogue that a
// finding points at.
func (h *Remote) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Has(findingParam) {
		servePage(w, r)
		return
	}
	if h.now.Add(1) > h.Most {
		h.now.Add(-1)
		http.Error(w, "too many editors are connected", http.StatusServiceUnavailable)
		return
	}
	defer h.now.Add(-1)
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{OriginPatterns: h.Origins})
	if err != nil {
		return // it has been answered
	}
	defer func() { _ = c.CloseNow() }() // after a proper close there is nothing to close
	c.SetReadLimit(longestRemote)
	ctx, end := context.WithCancel(r.Context())
	defer end()
	go keepAlive(ctx, end, c)
	s := h.New()
	s.Remote, s.catalogue = true, catalogueOf(r)
	err = s.converse(ctx, func() ([]byte, error) { return receive(ctx, c) }, func(body []byte) error {
		within, cancel := context.WithTimeout(ctx, writeWithin)
		defer cancel()
		return c.Write(within, websocket.MessageText, body)
	})
	if err == nil {
		_ = c.Close(websocket.StatusNormalClosure, "") // the editor has gone if this fails
	} else if !errors.Is(err, ErrNoShutdown) {
		s.log(err)
	}
}

// receive reads one message; io.EOF when the editor has gone.
func receive(ctx context.Context, c *websocket.Conn) ([]byte, error) {
	kind, body, err := c.Read(ctx)
	switch {
	case err != nil && (websocket.CloseStatus(err) >= 0 || ctx.Err() != nil):
		return nil, io.EOF
	case err != nil:
		return nil, err
	case kind != websocket.MessageText:
		_ = c.Close(websocket.StatusUnsupportedData, "messages are text")
		return nil, io.EOF
	}
	return body, nil
}

// keepAlive ends the conversation with an editor that is no longer there.
func keepAlive(ctx context.Context, end func(), c *websocket.Conn) {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		within, cancel := context.WithTimeout(ctx, writeWithin)
		err := c.Ping(within)
		cancel()
		if err != nil {
			end()
			return
		}
	}
}

// remoteURI is the address of a file of the program for an editor elsewhere: nothing shows where it lies.
func remoteURI(name string) string {
	return (&url.URL{Scheme: "rexian", Path: "/" + name}).String()
}

// remotePath is the file of such an address; false for all that does not lie in the program's folder.
func (s *Server) remotePath(uri string) (string, bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "rexian" || u.Host != "" || len(u.Path) < 2 {
		return "", false
	}
	name := filepath.FromSlash(u.Path[1:])
	if !filepath.IsLocal(name) || filepath.Ext(name) != compiler.Extension ||
		strings.ContainsFunc(name, unicode.IsControl) {
		return "", false
	}
	return filepath.Join(s.Program, name), true
}

// remoteFile is a file of the program.
type remoteFile struct {
	URI  string `json:"uri"`
	Text string `json:"text"`
}

// files are the program's, as they are known now: a file that the editor has open as it stands there.
func (s *Server) files() (any, error) {
	prog, _, err := s.programOf(s.Program)
	if err != nil {
		return nil, &fault{requestFailed, err.Error()}
	}
	s.state(prog)
	list := []remoteFile{}
	for _, name := range prog.Paths() {
		list = append(list, remoteFile{s.uri(prog, name), string(prog.Source(name))})
	}
	return map[string]any{"files": list}, nil
}
