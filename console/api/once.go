package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"rexian/stdlib/user"
)

// Reasons of orders with an idempotency key that are not carried out again.
const (
	ReasonRunning    = "running"
	ReasonOtherOrder = "other order"
)

// longestIdempotent is how long a key may be, and how long an answer is that is kept for it.
const (
	longestIdempotent = 200
	longestAnswer     = 256 << 10
)

// once carries an order out. One with an Idempotency-Key is carried out once within a day: given again it is answered
// as the first time, and while that is still going on, or for another order with the same key, it is refused.
func (a *admin) once(w http.ResponseWriter, r *http.Request, next http.Handler) {
	key := r.Header.Get("Idempotency-Key")
	if key == "" || r.Method == http.MethodGet || a.Users == nil {
		next.ServeHTTP(w, r)
		return
	}
	if len(key) > longestIdempotent {
		fault(w, http.StatusBadRequest, "the Idempotency-Key is too long")
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		fault(w, http.StatusBadRequest, "the body cannot be read")
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	name := asker(r).Name + "\x00" + key
	fresh, status, answer, err := a.Users.Once(r.Context(), name, r.Method+" "+r.URL.String()+"\x00"+string(body),
		a.Now())
	switch {
	case errors.Is(err, user.ErrRunning):
		reply(w, http.StatusConflict, Fault{Error: err.Error(), Reason: ReasonRunning})
	case errors.Is(err, user.ErrOther):
		reply(w, http.StatusUnprocessableEntity, Fault{Error: err.Error(), Reason: ReasonOtherOrder})
	case err != nil:
		a.usersAway(w, err)
	case !fresh:
		w.Header().Set("Idempotency-Replayed", "true")
		w.Header().Set("Content-Type", kindOf(status))
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer) // the client has gone if this fails
	default:
		seen := &witness{ResponseWriter: w}
		defer func() {
			status := seen.status
			if status == 0 || status >= 500 || status == http.StatusTooManyRequests || seen.body.Len() > longestAnswer {
				status = 0 // it may be given again
			}
			if err := a.Users.Done(context.WithoutCancel(r.Context()), name, status, seen.body.String()); err != nil {
				a.Logger.Warn("what came of an order is not written down", "error", err)
			}
		}()
		next.ServeHTTP(seen, r)
	}
}

// witness sees an answer go by.
type witness struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader sees the status.
func (s *witness) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

// Write sees a piece of the body.
func (s *witness) Write(b []byte) (int, error) {
	if s.status == 0 {
		s.status = http.StatusOK
	}
	if s.body.Len() <= longestAnswer {
		s.body.Write(b)
	}
	return s.ResponseWriter.Write(b)
}

// Unwrap lets deadlines be set.
func (s *witness) Unwrap() http.ResponseWriter { return s.ResponseWriter }
