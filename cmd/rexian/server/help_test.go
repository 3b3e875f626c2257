package server_test

import (
	"path/filepath"
	"testing"
	"time"

	"rexian/cmd/rexian/server"
	"rexian/console/api"
	"rexian/media/prompt"
	"rexian/media/sip"
	"rexian/runtime/exchange"
)

// An agent who needs help dials *90: a supervisor's telephone rings and listens in the call that the agent has. Without
// a call nobody is rung.
func TestAnAgentAsksForHelp(t *testing.T) {
	t.Parallel()
	o, colleague := newDesks(t)
	h := &hotline{Server: o.Server, t: t}
	boss := api.UserOrder{Password: "Rexian-12366", Roles: []string{"supervisor"}, Phone: "1002"}
	if code := h.asks("PUT", "/api/v1/users/ban", boss, nil); code != 200 {
		t.Fatal(code)
	}
	<-o.dials(o.phone, "1001", "*90").Done() // it says that there is no such call, and hangs up
	if got := colleague.numbers(); got != "" {
		t.Errorf("without a call %s is rung", got)
	}
	o.call("12366")
	eventually(t, "the agent talks", func() bool { return o.agent("a").State == "talking" })
	id := o.agent("a").Call
	<-o.dials(o.phone, "1001", "*90").Done()
	var listens *sip.Call
	select {
	case listens = <-colleague.calls:
	case <-time.After(20 * time.Second):
		t.Fatal("no supervisor is rung")
	}
	eventually(t, "the supervisor hears them", func() bool { return listens.Stream().Stats().Received > 10 })
	var c api.Call
	eventually(t, "the supervisor's leg is the call's", func() bool {
		o.read("/api/v1/calls/"+id, &c)
		for _, l := range c.List {
			if l.Kind == "supervisor" && l.Phone == "1002" {
				return true
			}
		}
		return false
	})
	asked := false
	for _, e := range c.Events {
		asked = asked || e.Kind == "emergency"
	}
	if !asked {
		t.Errorf("that help was asked for is not written down: %+v", c.Events)
	}
}

// The packs of the shipped flows have a sound of its own for each word that the library and the server's own flows say:
// codes of telephones and callbacks are not spoken character by character, or not at all.
func TestShippedVoicesKnowWhatTheServerSays(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"zh", "en"} {
		c, err := exchange.ReadCatalogue(filepath.Join("../../../flows/语音", prompt.FileName(lang)))
		if err != nil {
			t.Fatal(err)
		}
		if len(server.Said(lang)) == 0 {
			t.Errorf("%s: nothing is said", lang)
		}
		if missing := c.Missing(server.Spoken(lang)); len(missing) > 0 {
			t.Errorf("%s: no sound for %q", lang, missing)
		}
	}
}
