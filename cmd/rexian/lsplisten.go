package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"rexian/cmd/rexian/lsp"
)

// mostEditors is how many editors one server of them answers at a time.
const mostEditors = 16

// listen answers editors in browsers until ctx ends. It listens on this machine only: from elsewhere the server's own
// interface is asked, which knows who may.
func (c *lspCmd) listen(ctx context.Context, a *app, server func() *lsp.Server) error {
	host, _, err := net.SplitHostPort(c.Listen)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return a.Usage("%s 不是本机的地址；别的机器上的编辑器请连服务的 /api/v1/editor/ws",
			"%s is no address of this machine; editors elsewhere connect to the server's /api/v1/editor/ws", c.Listen)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return err
	}
	token := rand.Text()
	h := &http.Server{Handler: withToken(token, &lsp.Remote{New: server, Most: mostEditors, Origins: c.Origin}),
		ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	fmt.Fprintf(a.Out, "ws://%s/?token=%s\n", l.Addr(), token)
	stop := context.AfterFunc(ctx, func() { _ = h.Close() }) // the conversations end with ctx
	defer stop()
	if err := h.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// withToken lets through who has the token: a browser can put nothing beside the address.
func withToken(token string, next http.Handler) http.Handler {
	want := sha256.Sum256([]byte(token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		have := sha256.Sum256([]byte(r.URL.Query().Get("token")))
		if subtle.ConstantTimeCompare(have[:], want[:]) != 1 {
			http.Error(w, "the token is missing or wrong", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}
