package server_test

import (
	"net/http"
	"strings"
	"testing"

	"rexian/cmd/rexian/config"
	"rexian/console/api"
	"rexian/media/sip"
)

// The administration of any node works for the calls of all: what only the node that has a call can do is passed on to
// it, within the asker's scope and in the asker's name. What there is not, is not anywhere.
func TestAnyNodeSteersACall(t *testing.T) {
	t.Parallel()
	const recorded = "20200102-00000000aaaa-1"
	p := newPair(t, func(node string, c *config.Config) {
		if node == "a" {
			laid(t, c.Data, recorded)
		}
	})
	p.becomes(0, "ready")
	caller := p.call(0)
	agent := p.rung()
	p.becomes(0, "talking")
	var a api.Agent
	p.nodes[0].asks("GET", "/api/v1/agents/900", nil, &a)
	other := p.nodes[1]
	at := "/api/v1/calls/" + a.Call
	eventually(t, "the other node knows the call", func() bool { return other.asks("GET", at, nil, nil) == 200 })
	if code := other.asks("PUT", at+"/hold", api.Holding{On: true, By: "wang"}, nil); code != 200 {
		t.Fatalf("hold at the other node: %d", code)
	}
	if code := other.asks("PUT", at+"/hold", api.Holding{By: "wang"}, nil); code != 200 {
		t.Fatal(code)
	}
	held := func() int {
		var c api.Call
		other.asks("GET", at, nil, &c)
		n := 0
		for _, e := range c.Events {
			if e.Kind == "hold" && strings.Contains(e.Note, "wang") {
				n++
			}
		}
		return n
	}
	eventually(t, "who asked is written down", func() bool { return held() == 1 })

	eventually(t, "the recording is in the index", func() bool {
		return other.asks("GET", "/api/v1/recordings/"+recorded, nil, nil) == 200
	})
	sound := "/api/v1/recordings/" + recorded + "/audio?by=wang"
	if code, text := other.ask("GET", sound, "", func(r *http.Request) { r.Header.Set("Range", "bytes=0-99") }); code !=
		206 || len(text) != 100 || !strings.HasPrefix(text, "RIFF") {
		t.Errorf("a recording at the other node: %d, %d bytes", code, len(text))
	}
	var heard api.Recording
	if other.asks("GET", "/api/v1/recordings/"+recorded, nil, &heard); len(heard.Heard) != 1 ||
		heard.Heard[0].Who != "wang" {
		t.Errorf("who has listened: %+v", heard.Heard)
	}

	var k api.APIKey
	key := func(s api.Scope) func(*http.Request) {
		order := api.KeyOrder{Label: "t", Permits: []string{string(api.ControlCalls)}, Scope: s}
		if code := p.nodes[0].asks("POST", "/api/v1/keys", order, &k); code != 200 {
			t.Fatal(code)
		}
		return bearer(k.Secret)
	}
	for _, c := range []struct {
		name string
		code int
		who  func(*http.Request)
	}{
		{"another queue's", 403, key(api.Scope{Queues: []string{"英语"}})},
		{"their queue's", 422, key(api.Scope{Queues: []string{"咨询"}})}, // there is nobody to drop
	} {
		if code, text := other.ask("DELETE", at+"/parties/nobody", "", c.who); code != c.code {
			t.Errorf("%s: %d %s", c.name, code, text)
		}
	}
	// A request that has been passed on is not passed on again, and is for whom it says alone.
	if code, text := other.ask("PUT", at+"/hold", `{"on": true}`, func(r *http.Request) {
		r.Header.Set("X-Rexian-Node", "c")
		r.Header.Set("X-Rexian-For", "e30=") // {}
	}); code != 403 {
		t.Errorf("for nobody: %d %s", code, text)
	}
	if code, text := other.ask("PUT", at+"/hold", `{"on": true}`, func(r *http.Request) {
		r.Header.Set("X-Rexian-Node", "c")
		r.Header.Set("X-Rexian-For", "eyJXaG9sZSI6dHJ1ZX0=") // {"Whole":true}
	}); code != 404 {
		t.Errorf("passed on twice: %d %s", code, text)
	}
	var f api.Fault
	if code := other.asks("DELETE", "/api/v1/calls/nothing", nil, &f); code != 404 || f.Reason != api.ReasonNoCall {
		t.Errorf("no call: %d %+v", code, f)
	}
	if code := other.asks("DELETE", at, nil, nil); code != 200 {
		t.Fatalf("hang up at the other node: %d", code)
	}
	for _, c := range []*sip.Call{caller, agent} {
		<-c.Done()
	}
	if err := p.nodes[0].Close(); err != nil {
		t.Fatal(err)
	}
}
