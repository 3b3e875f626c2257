package server

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"rexian/media/sip/guard"
	"rexian/media/sip/notifier"
	"rexian/runtime/acd"
)

// The events that telephones may watch: what an agent's telephone does (RFC 4235), whether an agent is there (RFC 3856)
// and what lies in mailboxes (RFC 3842).
const (
	dialogEvent   = "dialog"
	presenceEvent = "presence"
	messageEvent  = "message-summary"
)

// boxesEvery is how often it is looked what lies in mailboxes, for who watches them.
const boxesEvery = 10 * time.Second

// watching is what telephones of ours are told of agents and mailboxes.
type watching struct {
	s *Server
	*notifier.Notifier
}

func newWatching(s *Server) *watching {
	w := &watching{s: s}
	w.Notifier = notifier.New(notifier.Config{Auth: s.lines.auth,
		Events:      []string{dialogEvent, presenceEvent, messageEvent},
		WrongSecret: func(src netip.AddrPort, proved bool) { s.guard.Report(src, guard.BadAuth, proved) },
		State:       w.state, Send: s.lines.Send, Contact: func() string { return contact(s) }, Now: s.o.Now,
		Logger: s.log})
	return w
}

// looks has it looked what lies in mailboxes, until ctx ends.
func (w *watching) looks(ctx context.Context) {
	tick := time.NewTicker(boxesEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			w.Changed(messageEvent, "")
		}
	}
}

// floorChanged is told by the exchange that something may have changed with agents or queues.
func (s *Server) floorChanged() {
	s.doings.changed("agents")
	s.doings.changed("queues")
	s.watching.Changed(dialogEvent, "")
	s.watching.Changed(presenceEvent, "")
}

// state is what a telephone is told of an agent, by id or telephone, or of a mailbox; its own name is all mailboxes.
func (w *watching) state(ctx context.Context, event, phone, resource string, version int) (notifier.Told, bool) {
	if name, err := url.PathUnescape(resource); err == nil {
		resource = name
	}
	if event == messageEvent {
		return w.messages(ctx, phone, resource)
	}
	is := acd.State("")
	for _, a := range w.s.exchange.AgentList() {
		if a.ID == resource || a.Phone == resource {
			is = a.State
		}
	}
	if is == "" {
		return notifier.Told{}, false
	}
	if event == presenceEvent {
		return presence(resource, is), true
	}
	return dialog(resource, is, version), true
}

// dialog is what the telephone of an agent does: it rings, or talks.
func dialog(resource string, is acd.State, version int) notifier.Told {
	state := ""
	switch is {
	case acd.Reserved, acd.Ringing:
		state = "early"
	case acd.Talking, acd.Hold:
		state = "confirmed"
	}
	entity := escaped("sip:" + resource + "@rexian")
	body := fmt.Sprintf(`<?xml version="1.0"?>`+"\n"+
		`<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="%d"`+
		` state="full" entity="%s">`, version, entity)
	if state != "" {
		body += `<dialog id="1"><state>` + state + `</state></dialog>`
	}
	return notifier.Told{Kind: "application/dialog-info+xml", Body: []byte(body + "</dialog-info>\n"), Key: state}
}

// presence is whether an agent takes calls now; the note says what the agent does.
func presence(resource string, is acd.State) notifier.Told {
	basic := "closed"
	if is == acd.Ready {
		basic = "open"
	}
	body := fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>`+"\n"+
		`<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="%s">`+
		`<tuple id="agent"><status><basic>%s</basic></status><note>%s</note></tuple></presence>`+"\n",
		escaped("sip:"+resource+"@rexian"), basic, segments[is])
	return notifier.Told{Kind: "application/pidf+xml", Body: []byte(body), Key: segments[is]}
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}

// messages counts what lies in a mailbox, or in all for a telephone's own name.
func (w *watching) messages(ctx context.Context, phone, resource string) (notifier.Told, bool) {
	box := resource
	if resource == phone {
		box = ""
	} else if !w.s.mailbox(resource) {
		return notifier.Told{}, false
	}
	fresh, old, err := w.s.library.Slices().Voicemails.Count(ctx, box)
	if err != nil {
		w.s.log.Debug("messages are not counted", "error", err)
	}
	waiting := "no"
	if fresh > 0 {
		waiting = "yes"
	}
	body := fmt.Sprintf("Messages-Waiting: %s\r\nVoice-Message: %d/%d\r\n", waiting, fresh, old)
	return notifier.Told{Kind: "application/simple-message-summary", Body: []byte(body), Key: body}, true
}

// mailbox tells whether the program that serves has a mailbox of a name.
func (s *Server) mailbox(name string) bool {
	v := s.deployment.Stable()
	for i := 0; v != nil && i < len(v.Program.Mailboxes); i++ {
		if v.Program.Mailboxes[i].Name == name {
			return true
		}
	}
	return false
}
