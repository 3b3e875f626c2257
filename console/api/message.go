package api

import (
	"crypto/rand"
	"errors"
	"net/http"

	"rexian/runtime/exchange"
)

// inbound is the body of POST /api/v1/messages.
type inbound struct {
	ID   string `json:"id,omitempty"`
	From string `json:"from"`
	To   string `json:"to,omitempty"`
	Text string `json:"text"`
}

// inboundReply is the answer to an inbound text.
type inboundReply struct {
	ID    string `json:"id"`
	Reply string `json:"reply"`
}

func (a *admin) postMessage(w http.ResponseWriter, r *http.Request) {
	var in inbound
	if !read(w, r, &in) {
		return
	}
	if in.From == "" || in.Text == "" {
		fault(w, http.StatusBadRequest, "from and text are needed")
		return
	}
	if in.ID == "" {
		in.ID = "message-" + rand.Text()
	}
	answer, err := a.Message(r.Context(), in.ID, in.From, in.To, in.Text)
	switch {
	case errors.Is(err, exchange.ErrNoMessageFlow):
		fault(w, http.StatusNotFound, "no flow takes this message")
	case err != nil:
		fault(w, http.StatusGatewayTimeout, err.Error())
	default:
		reply(w, http.StatusOK, inboundReply{in.ID, answer})
	}
}
