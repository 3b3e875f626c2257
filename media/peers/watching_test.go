//go:build peers && linux

package peers

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/config"
	"rexian/console/api"
)

// A telephone program shows on its display whether an agent takes calls, and that a message lies in a mailbox: as it
// begins, and as each changes.
func TestProductTelephoneWatches(t *testing.T) {
	for _, m := range []string{"contact.so", "presence.so", "mwi.so"} {
		if _, err := os.Stat("/usr/lib/baresip/modules/" + m); err != nil {
			t.Skip("baresip has not its module", m)
		}
	}
	p := newProductWith(t, floor(), nil, func(c *config.Config) {
		mailbox := "接入号 \"12370\" 进入 留话\n信箱 值班 { 问候 \"请留言\" 最长 1分钟 静默 2秒 }\n流程 留话 { 留言 值班 }\n"
		if err := os.WriteFile(filepath.Join(c.Flows, "b.flow"), []byte(mailbox), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	const login = ";auth_user=%s;auth_pass=secret;regint=300"
	agent := newBaresip(t, "1001@"+p.address(), fmt.Sprintf(login, "1001"))
	until(t, "the agent's telephone has logged in", func() bool { return strings.Contains(agent.output(), "200 OK") })
	p.order("POST", "/api/v1/agents/a1/state", api.AgentState{Do: "ready", By: "wang"})
	p.is("a1", "ready")

	display := newBaresipWith(t, "9001@"+p.address(), fmt.Sprintf(login, "9001")+";mwi=yes",
		"module_app contact.so\nmodule_app presence.so\nmodule_app mwi.so\n",
		fmt.Sprintf("\"A1\" <sip:a1@%s>;presence=p2p\n", p.address()))
	shows := func(what string) {
		t.Helper()
		until(t, "the display shows "+what, func() bool { return strings.Contains(plain(display.output()), what) })
	}
	until(t, "the display shows that the agent is there", func() bool { // what is known first is listed alone
		display.say(t, "/contacts\n")
		said := make([]byte, 4096)
		if err := display.console.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		n, _ := display.console.Read(said) // nothing, where it says nothing
		return strings.Contains(string(said[:n]), "Online")
	})
	shows("Voice-Message: 0/0")
	p.order("POST", "/api/v1/agents/a1/state", api.AgentState{Do: "break", Reason: "午饭", By: "wang"})
	shows("from Online to Offline")
	p.order("POST", "/api/v1/agents/a1/state", api.AgentState{Do: "ready", By: "wang"})
	shows("from Offline to Online")

	agent.say(t, "/dial sip:12370@"+p.address()+"\n")
	until(t, "the message is being left", func() bool { return p.Calls() == 1 })
	time.Sleep(4 * time.Second) // so long is what is said
	agent.say(t, "/hangup\n")
	shows("Voice-Message: 1/0")
}

// plain is what a terminal shows, without its colours.
func plain(s string) string {
	return strings.NewReplacer("\x1b[32m", "", "\x1b[31m", "", "\x1b[;m", "", "\x1b[33m", "").Replace(s)
}
