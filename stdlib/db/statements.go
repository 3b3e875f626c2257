package db

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/jmoiron/sqlx"
)

// mostStatements bounds how many statements stay prepared, in case one builds its queries from values; the house's own
// are a few hundred.
const mostStatements = 1024

// pool is a pool of connections with the statements prepared on it.
type pool struct {
	db         *sqlx.DB
	statements *statements
}

func (p pool) close() error {
	return errors.Join(p.statements.close(), p.db.Close())
}

// statements are the queries of a pool that stay prepared, by their text as written, with `?`.
type statements struct {
	bind      int
	never     atomic.Bool  // a pooler stands before the server: nothing is to be prepared
	mu        sync.RWMutex // never held while a connection is waited for
	all       map[string]*statement
	preparing map[string]bool
}

// statement is one query, prepared.
type statement struct {
	bound string // with the engine's own placeholders
	ready *sqlx.Stmt
}

func newStatements(bind int) *statements {
	return &statements{bind: bind, all: map[string]*statement{}, preparing: map[string]bool{}}
}

// get returns a query's statement if it is prepared, else its text.
func (s *statements) get(query string) (*sqlx.Stmt, string) {
	s.mu.RLock()
	known := s.all[query]
	s.mu.RUnlock()
	if known != nil && !s.never.Load() {
		return known.ready, known.bound
	}
	return nil, sqlx.Rebind(s.bind, query)
}

// prepare prepares a query for next time and for all connections. It takes a connection. One at a time does so for a
// query; any other gets nil meanwhile and runs the text as it is. So no statement is prepared twice, of which one
// would have to be closed: that waits for the connections it was seen on, and these may wait for a row.
func (s *statements) prepare(ctx context.Context, x *sqlx.DB, query string) (*sqlx.Stmt, error) {
	if s.never.Load() {
		return nil, nil
	}
	s.mu.Lock()
	known := s.all[query]
	if known != nil || s.preparing[query] || len(s.all) >= mostStatements {
		s.mu.Unlock()
		if known != nil {
			return known.ready, nil
		}
		return nil, nil
	}
	s.preparing[query] = true
	s.mu.Unlock()
	bound := sqlx.Rebind(s.bind, query)
	ready, err := x.PreparexContext(ctx, bound)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.preparing, query)
	if err != nil {
		return nil, err
	}
	s.all[query] = &statement{bound, ready}
	return ready, nil
}

// forget lets a query be prepared anew. The old statement is closed by and by: that waits for connections.
func (s *statements) forget(query string, old *sqlx.Stmt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.all[query]; known != nil && known.ready == old {
		delete(s.all, query)
		go func() { _ = old.Close() }() // at the latest the connection's end closes it
	}
}

func (s *statements) close() error {
	s.mu.Lock()
	all := s.all
	s.all = map[string]*statement{}
	s.mu.Unlock()
	var errs []error
	for _, st := range all {
		errs = append(errs, st.ready.Close())
	}
	return errors.Join(errs...)
}

// changes tells whether a query must go to the writer: it does not begin with SELECT or VALUES, or is a WITH around a
// change, or locks what it reads.
func changes(query string) bool {
	word := firstWord(query)
	if word != "SELECT" && word != "VALUES" && word != "WITH" {
		return true
	}
	upper := strings.ToUpper(query)
	if word == "WITH" && (hasWord(upper, "INSERT") || hasWord(upper, "UPDATE") || hasWord(upper, "DELETE")) {
		return true
	}
	return hasWord(upper, "FOR UPDATE") || hasWord(upper, "FOR SHARE")
}

// firstWord is the first word of a query, in capitals, after comments and brackets.
func firstWord(query string) string {
	for {
		query = strings.TrimLeft(query, " \t\r\n(;")
		switch {
		case strings.HasPrefix(query, "--"):
			_, query, _ = strings.Cut(query, "\n")
		case strings.HasPrefix(query, "/*"):
			_, query, _ = strings.Cut(query, "*/")
		default:
			end := strings.IndexFunc(query, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') })
			if end < 0 {
				end = len(query)
			}
			return strings.ToUpper(query[:end])
		}
	}
}

// hasWord tells whether a word stands in a text in capitals, on its own. One within a quoted text counts too: the worst
// of that is a read on the writer.
func hasWord(upper, word string) bool {
	for at := 0; ; {
		i := strings.Index(upper[at:], word)
		if i < 0 {
			return false
		}
		from, to := at+i, at+i+len(word)
		if (from == 0 || !isNameByte(upper[from-1])) && (to == len(upper) || !isNameByte(upper[to])) {
			return true
		}
		at = to
	}
}

func isNameByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || b >= 0x80
}
