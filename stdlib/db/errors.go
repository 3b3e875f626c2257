package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"io/fs"
	"net"
	"strings"
	"syscall"

	"github.com/lib/pq"
	"modernc.org/sqlite"
	lite "modernc.org/sqlite/lib"
)

// ErrUnavailable is in the error when the database did not answer: no connection, a broken one, a time limit, a full
// disk, or the breaker open. What was asked may have happened or not.
var ErrUnavailable = errors.New("the database is unavailable")

// ErrConflict is for a change that came too late: another had changed the row before.
var ErrConflict = errors.New("changed by another in the meantime")

// ErrNotFound is in the error of a Get without a row.
var ErrNotFound = sql.ErrNoRows

// ErrPooler is in the error of a statement that was prepared on one connection and looked for on another: somebody
// shares out the server's connections by transactions, and was not found out.
var ErrPooler = errors.New(`a pooler stands before the database: set pooler = "yes" under [database]`)

// lostStatement tells that a prepared statement is not where it was prepared, or already where it is to be.
func lostStatement(err error) bool {
	p := (*pq.Error)(nil)
	return errors.As(err, &p) && (p.Code == "26000" || p.Code == "42P05")
}

// outdated tells that a statement was prepared before somebody changed its tables or views: the server refuses it for
// ever, before it does anything.
func outdated(err error) bool {
	p := (*pq.Error)(nil)
	return errors.As(err, &p) && p.Code == "0A000" && strings.Contains(p.Routine, "RevalidateCachedQuery")
}

// errBadURL stands for url.Parse's own error, which repeats the address with its password.
var errBadURL = errors.New("the address is not a URL")

// IsUnavailable tells whether the database did not answer.
func IsUnavailable(err error) bool { return errors.Is(err, ErrUnavailable) || classify(err) == away }

// IsNotFound tells whether there was no such row.
func IsNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

// IsConflict tells whether a row is there already (a unique key, a primary key, an exclusion), or a conditional change
// found nothing to change.
func IsConflict(err error) bool {
	if errors.Is(err, ErrConflict) {
		return true
	}
	if p := (*pq.Error)(nil); errors.As(err, &p) {
		return p.Code == "23505" || p.Code == "23P01"
	}
	if s := (*sqlite.Error)(nil); errors.As(err, &s) {
		return s.Code() == lite.SQLITE_CONSTRAINT_UNIQUE || s.Code() == lite.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

// IsForeignKey tells whether a row refers to another that is not there, or is still referred to.
func IsForeignKey(err error) bool {
	if p := (*pq.Error)(nil); errors.As(err, &p) {
		return p.Code == "23503"
	}
	if s := (*sqlite.Error)(nil); errors.As(err, &s) {
		return s.Code() == lite.SQLITE_CONSTRAINT_FOREIGNKEY
	}
	return false
}

// isRace tells whether a transaction was ended for another's sake and may be run again.
func isRace(err error) bool {
	if p := (*pq.Error)(nil); errors.As(err, &p) {
		return p.Code == "40001" || p.Code == "40P01"
	}
	if s := (*sqlite.Error)(nil); errors.As(err, &s) {
		code := s.Code() & 0xff
		return code == lite.SQLITE_BUSY || code == lite.SQLITE_LOCKED
	}
	return false
}

// class is what an error says about the database itself.
type class uint8

const (
	fine  class = iota // it answered
	fault              // it answered that the query, or what it asks for, is wrong
	away               // it did not answer
)

func classify(err error) class {
	if err == nil {
		return fine
	}
	if p := (*pq.Error)(nil); errors.As(err, &p) {
		switch p.Code[:2] {
		case "08", // connection exception
			"53", // insufficient resources
			"57", // operator intervention: shutting down, starting up, statement_timeout
			"58": // system error
			return away
		}
		if p.Code == "55P03" || p.Code == "25P03" { // lock_timeout; idle too long in a transaction
			return away
		}
		return fault
	}
	if s := (*sqlite.Error)(nil); errors.As(err, &s) {
		switch s.Code() & 0xff {
		case lite.SQLITE_BUSY, lite.SQLITE_LOCKED, lite.SQLITE_INTERRUPT, lite.SQLITE_FULL, lite.SQLITE_IOERR,
			lite.SQLITE_CANTOPEN:
			return away
		}
		return fault
	}
	var network net.Error
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) ||
		errors.Is(err, syscall.ECONNREFUSED) ||
		errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, fs.ErrNotExist) ||
		errors.As(err, &network) {
		return away
	}
	return fault
}
