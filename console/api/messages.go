package api

import (
	"net/http"

	"rexian/stdlib/db"
)

// Message is a SIP message of a call. Text is the message with users, names, keys and credentials masked.
type Message struct {
	At      int64  `json:"at_us"`   // Unix microseconds
	Leg     int    `json:"leg"`     // of the call
	CallID  string `json:"call_id"` // of the leg's dialog
	Sent    bool   `json:"sent"`    // by us
	Network string `json:"network"` // udp, tcp, tls, ws, wss
	Local   string `json:"local"`   // address:port
	Remote  string `json:"remote"`
	Text    string `json:"text"`
}

// Messages are the SIP messages of a call that its node still has in memory. On another node than the call's there are
// none.
type Messages struct {
	Node     string    `json:"node"` // that had the call
	Here     bool      `json:"here"` // it is this one
	Messages []Message `json:"messages"`
}

func (a *admin) getMessages(w http.ResponseWriter, r *http.Request) {
	c, err := a.Calls.Read(r.Context(), r.PathValue("id"))
	switch {
	case db.IsNotFound(err):
		reply(w, http.StatusNotFound, Fault{Error: "there is no such call", Reason: ReasonNoCall})
		return
	case err != nil:
		a.away(w, err)
		return
	}
	out := Messages{Node: c.Node, Here: c.Node == a.Node(), Messages: []Message{}}
	leg, ids := map[string]int{}, []string{}
	for i := range c.Legs {
		if id := or(c.Legs[i].SIPID); id != "" {
			leg[id] = c.Legs[i].Leg
			ids = append(ids, id)
		}
	}
	if out.Here {
		for _, m := range a.Messages(ids) {
			m.Leg = leg[m.CallID]
			out.Messages = append(out.Messages, m)
		}
	}
	reply(w, http.StatusOK, out)
}
