// Package lsp is the language server: what an editor asks by the Language Server Protocol 3.17, answered by package
// editor.
//
// One goroutine reads messages, one answers them in their order. A change of a document is only noted; the program is
// checked when somebody asks about it, or when no message waits, so that fast typing is checked once and not at every
// key. The last findings that were sent are always those of the last text that came.
package lsp

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

// longestMessage is the largest body that is read: four times the largest flow file, as JSON escapes it.
const longestMessage = 64 << 20

// message is one message of JSON-RPC 2.0, of either side.
type message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *fault          `json:"error,omitempty"`
}

// fault is an error of JSON-RPC.
type fault struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (f *fault) Error() string { return f.Message }

// Codes of JSON-RPC 2.0 and of the Language Server Protocol.
const (
	parseError      = -32700
	invalidRequest  = -32600
	methodNotFound  = -32601
	invalidParams   = -32602
	internalError   = -32603
	notInitialized  = -32002
	requestFailed   = -32803
	requestCanceled = -32800
)

// errLong is a message that is longer than any that makes sense.
var errLong = errors.New("lsp: the message is too long")

// read reads the next message. io.EOF means that the other side has gone.
func read(r *bufio.Reader) ([]byte, error) {
	length := -1
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			if errors.Is(err, io.EOF) && line == "" && length < 0 {
				return nil, io.EOF
			}
			return nil, fmt.Errorf("lsp: read a header: %w", err)
		}
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			if length < 0 {
				continue
			}
			break
		}
		name, value, ok := strings.Cut(line, ":")
		if ok && strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			n, err := strconv.Atoi(strings.TrimSpace(value))
			if err != nil || n < 0 {
				return nil, fmt.Errorf("lsp: the length of a message is %q", value)
			}
			length = n
		}
	}
	if length > longestMessage {
		return nil, errLong
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, fmt.Errorf("lsp: read a message: %w", err)
	}
	return body, nil
}

// writer sends messages, one at a time.
type writer struct {
	mu  sync.Mutex
	put func(body []byte) error
}

// framed writes a message as it goes over standard output: behind its length.
func framed(w io.Writer) func([]byte) error {
	return func(body []byte) error {
		_, err := fmt.Fprintf(w, "Content-Length: %d\r\n\r\n%s", len(body), body)
		return err
	}
}

func (w *writer) send(m message) error {
	m.Version = "2.0"
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.put(body)
}
