package api

import (
	"crypto/rand"
	"errors"
	"net/http"

	"rexian/runtime/exchange"
)

func (a *admin) postMessage(w http.ResponseWriter, r *http.Request) {
	var in struct {
		ID   string `json:"id"`
		From string `json:"from"`
		To   string `json:"to"`
		Text string `json:"text"`
	}
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
		reply(w, http.StatusOK, map[string]string{"id": in.ID, "reply": answer})
	}
}
