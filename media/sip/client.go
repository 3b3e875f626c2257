package sip

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	wire "github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
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
		if d == nil || d.auth == nil || try > 0 || res.StatusCode != 401 && res.StatusCode != 407 {
			return res, nil
		}
		c := d.call
		c.mu.Lock()
		a, err := newAuth(res)
		if err != nil {
			c.mu.Unlock()
			return res, nil
		}
		d.challenge = a
		again := req.Clone()
		again.CSeq().SeqNo = d.next()
		again.RemoveHeader("Via")
		again.PrependHeader(d.via())
		a.apply(again, d.auth)
		req = again
		c.mu.Unlock()
	}
}

// once is one transaction.
func (s *Server) once(ctx context.Context, req *wire.Request) (*wire.Response, error) {
	tx, err := s.txl.Request(ctx, req)
	if err != nil {
		return nil, unreachable(err)
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

// authState is the last challenge, answered again with every request of the dialog until another comes.
type authState struct {
	chal  *digest.Challenge
	proxy bool
	count int
}

// newAuth picks the best challenge of a 401 or 407 that we can answer. SHA-256 is better than MD5 (RFC 8760).
func newAuth(res *wire.Response) (*authState, error) {
	a := &authState{proxy: res.StatusCode == 407}
	name := "www-authenticate"
	if a.proxy {
		name = "proxy-authenticate"
	}
	for _, h := range res.GetHeaders(name) {
		if !digest.IsDigest(h.Value()) {
			continue
		}
		c, err := digest.ParseChallenge(h.Value())
		if err != nil || !digest.CanDigest(c) {
			continue
		}
		if a.chal == nil || !strings.EqualFold(c.Algorithm, "MD5") && c.Algorithm != "" && weak(a.chal) {
			a.chal = c
		}
	}
	if a.chal == nil {
		return nil, errors.New("sip: no challenge that can be answered")
	}
	return a, nil
}

func weak(c *digest.Challenge) bool {
	return c.Algorithm == "" || strings.EqualFold(c.Algorithm, "MD5")
}

// apply adds the credentials to a request, in place of older ones.
func (a *authState) apply(req *wire.Request, cred *Credentials) {
	if a == nil || cred == nil || req.Method == wire.CANCEL {
		return
	}
	a.count++
	body := req.Body()
	got, err := digest.Digest(a.chal, digest.Options{
		Method: string(req.Method), URI: req.Recipient.String(), Count: a.count,
		Username: cred.User, Password: string(cred.Secret),
		GetBody: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
	})
	if err != nil {
		return
	}
	name := "Authorization"
	if a.proxy {
		name = "Proxy-Authorization"
	}
	req.RemoveHeader(name)
	req.AppendHeader(wire.NewHeader(name, got.String()))
}

// failure makes the error of a final refusal.
func failure(res *wire.Response) *Failure {
	f := &Failure{Status: res.StatusCode, Reason: cut(clean(res.Reason), 80)}
	if f.Q850, _ = reasonOf(res); f.Q850 == 0 {
		f.Q850 = statusToQ850(f.Status)
	}
	return f
}
