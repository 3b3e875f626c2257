package sip

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	wire "github.com/emiago/sipgo/sip"
)

// prepare adds what a request outside of a dialog lacks: Via, Max-Forwards, Call-ID, CSeq, a tag in From.
func (s *Server) prepare(req *wire.Request) {
	if req.Via() == nil {
		e := s.endpointFor(req.Transport(), hostAddr(req.Recipient.Host))
		d := &dialog{s: s, transport: req.Transport(), endpoint: e, target: req.Recipient}
		if dest := req.MessageData.Destination(); dest != "" {
			d.firstHop = dest
		}
		d.direct(req)
		req.PrependHeader(d.via())
	}
	if req.MaxForwards() == nil {
		h := wire.MaxForwardsHeader(70)
		req.AppendHeader(&h)
	}
	if req.CallID() == nil {
		h := wire.CallIDHeader(newTag() + newTag())
		req.AppendHeader(&h)
	}
	if from := req.From(); from != nil && !from.Params.Has("tag") {
		from.Params.Add("tag", newTag())
	}
	if req.CSeq() == nil {
		req.AppendHeader(&wire.CSeqHeader{SeqNo: 1, MethodName: req.Method})
	}
	if req.ContentLength() == nil {
		req.SetBody(req.Body())
	}
}

// do sends a request that is no INVITE and waits for its final answer. If it is challenged and the dialog has
// credentials, it is sent once more. It fails with *Failure if no answer comes, and with ctx.
func (s *Server) do(ctx context.Context, req *wire.Request, d *dialog) (*wire.Response, error) {
	for try := 0; ; try++ {
		res, err := s.once(ctx, req)
		if err != nil {
			return nil, err
		}
		if d == nil || try > 1 || res.StatusCode != 401 && res.StatusCode != 407 {
			return res, nil
		}
		d.call.mu.Lock()
		next := d.again(req, res)
		if next != nil {
			d.call.renumbered(req.CSeq().SeqNo, next.CSeq().SeqNo)
		}
		d.call.mu.Unlock()
		if next == nil {
			return res, nil
		}
		req = next
	}
}

// once is one transaction.
func (s *Server) once(ctx context.Context, req *wire.Request) (*wire.Response, error) {
	tx, err := s.transact(ctx, req)
	if err != nil {
		return nil, err
	}
	defer tx.Terminate()
	for {
		select {
		case res := <-tx.Responses():
			if !res.IsProvisional() {
				return res, nil
			}
		case <-tx.Done():
			return nil, unreachable(tx.Err())
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// unreachable is what a request comes to that cannot be sent, or that nobody answers (RFC 3261, 8.1.3.1).
func unreachable(err error) error {
	if errors.Is(err, wire.ErrTransactionTimeout) {
		return &Failure{Status: 408, Reason: "No answer", Q850: 102}
	}
	return fmt.Errorf("%w: %w", &Failure{Status: 503, Reason: "Not reachable", Q850: 38}, err)
}

// authorize puts credentials into a request of the dialog if they are known to be wanted. An ACK takes those of its
// INVITE, a CANCEL none (RFC 3261, 22.1). The lock is held.
func (d *dialog) authorize(req *wire.Request) {
	if d.login == nil || req.Method == wire.CANCEL || req.Method == wire.ACK {
		return
	}
	if err := d.login.Prepare(req); err != nil {
		d.s.log.Debug("sip: no credentials for a request", "error", err)
	}
}

// again makes the request that follows a challenge: with credentials, a new number and a new branch. It is nil if the
// challenge cannot be answered, or was answered already. The lock is held.
func (d *dialog) again(req *wire.Request, res *wire.Response) *wire.Request {
	if d.login == nil {
		return nil
	}
	next := d.renew(req)
	if err := d.login.Answer(next, res); err != nil {
		return nil
	}
	return next
}

// renew makes a request that is sent again as a new one: with a new number and a new branch. The lock is held.
func (d *dialog) renew(req *wire.Request) *wire.Request {
	next := req.Clone()
	next.CSeq().SeqNo = d.next()
	next.RemoveHeader("Via")
	next.PrependHeader(d.via())
	next.SetTransport(d.transport)
	d.direct(next)
	return next
}

// failure makes the error of a final refusal.
func failure(res *wire.Response) *Failure {
	f := &Failure{Status: res.StatusCode, Reason: cut(clean(res.Reason), 80)}
	if f.Q850, _ = reasonOf(res); f.Q850 == 0 {
		f.Q850 = statusToQ850(f.Status)
	}
	f.RetryAfter = RetryAfter(res)
	return f
}

// RetryAfter is how long a refusal wants us to stay away (RFC 3261, 20.33), an hour at most; 0 if it does not say.
func RetryAfter(res *Response) time.Duration {
	h := res.GetHeader("retry-after")
	if h == nil {
		return 0
	}
	text := strings.TrimSpace(h.Value())
	if i := strings.IndexAny(text, " ;("); i >= 0 {
		text = text[:i]
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0
	}
	return min(time.Duration(n)*time.Second, time.Hour)
}
