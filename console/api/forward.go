package api

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"

	"rexian/stdlib/fn"
)

// Peers are the other servers of the database.
type Peers interface {
	// Address is where the administration of a node answers, http://10.0.0.2:8080; "" where that is not known.
	Address(ctx context.Context, node string) (string, error)
	// Trust is how their certificates are looked at; nil: as this machine looks at any.
	Trust() *tls.Config
}

// The headers of a request that another node passes on: which node, and for whom. They count only beside the server's
// token, who shows which may everything: they narrow it to what the asker may. The third says that a recording is taken
// along, and not played.
const (
	forwardedBy  = "X-Rexian-Node"
	forwardedFor = "X-Rexian-For"
	forwardedHow = "X-Rexian-How"
	takenAlong   = "export"
)

// peerDial is how long another node may take to take a connection.
const peerDial = 3 * time.Second

// located finds the node on which the thing lies that a request names; "" where it is none's, or is not known.
type located func(r *http.Request) (node string, err error)

// callNode is the node that has the call of a request, while it is on.
func (a *admin) callNode(r *http.Request) (string, error) {
	return a.Calls.Node(r.Context(), r.PathValue("id"))
}

// recordingNode is the node on whose disk the recording of a request lies.
func (a *admin) recordingNode(r *http.Request) (string, error) {
	f, err := a.Recordings.Get(r.Context(), r.PathValue("id"))
	if errors.Is(err, fn.Outcome("not_found")) || err == nil && f.At > 0 { // deleted: there is nothing to fetch
		return "", nil
	}
	return f.Node, err
}

// forwards passes a request on to the node that can carry it out, once: whoever asks need not know which one it is.
// Where it cannot be told which, this node tries itself.
func (a *admin) forwards(at located, next http.HandlerFunc) http.HandlerFunc {
	if at == nil {
		return next
	}
	return func(w http.ResponseWriter, r *http.Request) {
		if a.Peers == nil || asker(r).forwarded {
			next(w, r)
			return
		}
		node, err := at(r)
		if err != nil || node == "" || node == a.Node() {
			next(w, r)
			return
		}
		base, err := a.Peers.Address(r.Context(), node)
		target, wrong := url.Parse(base)
		if err != nil || wrong != nil || base == "" {
			a.elsewhere(w, node, "whose administration it cannot reach from here")
			return
		}
		a.passOn(w, r, node, target)
	}
}

// passOn lets another node answer.
func (a *admin) passOn(w http.ResponseWriter, r *http.Request, node string, target *url.URL) {
	who, err := json.Marshal(asker(r))
	if err != nil {
		a.elsewhere(w, node, "and who asks cannot be told")
		return
	}
	(&httputil.ReverseProxy{
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.SetURL(target)
			for _, h := range []string{"Cookie", "Authorization", "Idempotency-Key", "Origin", "Sec-Fetch-Site",
				forwardedHow} {
				pr.Out.Header.Del(h)
			}
			a.shows(pr.Out.Header, who)
		},
		Transport: a.toPeers,
		ModifyResponse: func(res *http.Response) error {
			res.Header.Del(requestID) // this answer has one
			return let(res)
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			if r.Context().Err() != nil {
				return // who asked has gone
			}
			a.Logger.Warn("another node does not carry out what it was asked", "node", node, "error", err)
			if errors.Is(err, errOtherToken) {
				a.elsewhere(w, node, "which has another http.token")
				return
			}
			reply(w, http.StatusServiceUnavailable, Fault{Reason: ReasonElsewhere, Node: node,
				Error: "this is the node " + node + "'s, which does not answer"})
		},
	}).ServeHTTP(w, r)
}

// shows lets a request show whose it is: this node's, for somebody.
func (a *admin) shows(h http.Header, who []byte) {
	if a.Token.IsSet() {
		h.Set("Authorization", "Bearer "+a.Token.Reveal())
	}
	h.Set(forwardedBy, url.QueryEscape(a.Node()))
	h.Set(forwardedFor, base64.StdEncoding.EncodeToString(who))
}

// let is errOtherToken for the answer of a node that does not let this one in, or takes it for one who guesses.
func let(res *http.Response) error {
	if res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusTooManyRequests {
		return errOtherToken
	}
	return nil
}

// fetches takes the sound of a recording along that lies on another node, for whoever asks here.
func (a *admin) fetches(r *http.Request, node, recording, who string) (io.ReadCloser, error) {
	if a.Peers == nil || asker(r).forwarded {
		return nil, &ElsewhereError{node}
	}
	base, err := a.Peers.Address(r.Context(), node)
	if err != nil || base == "" {
		return nil, &ElsewhereError{node}
	}
	principal, err := json.Marshal(asker(r))
	if err != nil {
		return nil, err
	}
	out, err := http.NewRequestWithContext(r.Context(), http.MethodGet, base+"/api/v1/recordings/"+
		url.PathEscape(recording)+"/audio?by="+url.QueryEscape(who), nil)
	if err != nil {
		return nil, err
	}
	a.shows(out.Header, principal)
	out.Header.Set(forwardedHow, takenAlong)
	res, err := a.toPeers.RoundTrip(out)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", &ElsewhereError{node}, err)
	}
	if err = let(res); err == nil && res.StatusCode != http.StatusOK {
		err = errors.New(res.Status)
	}
	if err != nil {
		_ = res.Body.Close() // nothing of it is wanted
		return nil, fmt.Errorf("%w: %w", &ElsewhereError{node}, err)
	}
	return res.Body, nil
}

// errOtherToken is for a node that does not let this one in.
var errOtherToken = errors.New("it does not know this node's token")

// elsewhere answers which node has what was asked for.
func (a *admin) elsewhere(w http.ResponseWriter, node, why string) {
	reply(w, http.StatusMisdirectedRequest, Fault{Error: "this is the node " + node + "'s, " + why + ": ask that one",
		Reason: ReasonElsewhere, Node: node})
}

// peering is how other nodes are asked: as long as whoever asks waits, for somebody may have to be rung. What is
// trusted is looked up for each connection, since certificates are renewed while servers run.
func peering(p Peers) http.RoundTripper {
	dialer := net.Dialer{Timeout: peerDial}
	return &http.Transport{DialContext: dialer.DialContext,
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return (&tls.Dialer{NetDialer: &dialer, Config: p.Trust()}).DialContext(ctx, network, address)
		},
		MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute}
}

// onBehalf is whom another node asks for, of a request that shows the server's token; p where none does.
func onBehalf(r *http.Request, p *Principal) *Principal {
	if r.Header.Get(forwardedBy) == "" {
		return p
	}
	b, err := base64.StdEncoding.DecodeString(r.Header.Get(forwardedFor))
	of := &Principal{}
	if err != nil || json.Unmarshal(b, of) != nil {
		of = &Principal{} // who may nothing
	}
	of.forwarded = true
	return of
}
