//go:build peers && linux

package peers

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// linphone is a telephone program with two lines, driven over its standard input.
type linphone struct {
	*process
	keys io.Writer
}

// newLinphone starts it, and waits until user has logged in with the password "secret".
func newLinphone(t *testing.T, p *product, user string) *linphone {
	t.Helper()
	server := p.address()
	dir := t.TempDir()
	rc := fmt.Sprintf(`[sip]
sip_port=%d
sip_tcp_port=0
sip_tls_port=0
default_proxy=0
guess_hostname=0
contact="%[2]s" <sip:%[2]s@127.0.0.1>
ipv6_enabled=0
[auth_info_0]
username=%[2]s
passwd=secret
realm=rexian
[proxy_0]
reg_proxy=<sip:%[3]s;transport=udp>
reg_identity=sip:%[2]s@%[3]s
reg_expires=300
reg_sendregister=1
[rtp]
audio_rtp_port=%[4]d
`, freePort(t), user, server, freePort(t))
	if err := os.WriteFile(filepath.Join(dir, "rc"), []byte(rc), 0o600); err != nil {
		t.Fatal(err)
	}
	// else it does nothing
	if err := os.MkdirAll(filepath.Join(dir, ".local", "share", "linphone"), 0o700); err != nil {
		t.Fatal(err)
	}
	in, keys, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	l := &linphone{process: startWith(t, dir, in, []string{"HOME=" + dir}, "linphonec", "-c", "rc"), keys: keys}
	in.Close()
	t.Cleanup(func() { keys.Close() })
	l.say(t, "soundcard use files")
	l.say(t, "autoanswer enable")
	until(t, "linphone has logged in",
		func() bool { return strings.Contains(p.log.String(), "user="+user+" places=1") })
	return l
}

func (l *linphone) say(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(l.keys, text+"\n"); err != nil {
		t.Fatal(err)
	}
}

// until waits for a line that holds all of some words.
func (l *linphone) until(t *testing.T, words ...string) {
	t.Helper()
	until(t, "linphone says "+strings.Join(words, " "), func() bool {
		for line := range strings.SplitSeq(l.output(), "\n") {
			all := true
			for _, w := range words {
				all = all && strings.Contains(line, w)
			}
			if all {
				return true
			}
		}
		return false
	})
}

// An agent asks a colleague first and then passes the caller on to him: the caller and the colleague talk, and the
// colleague's telephone is not called a second time.
func TestProductAttendedTransfer(t *testing.T) {
	p := newProduct(t, fmt.Sprintf(desk, "")+"[[phone]]\nuser = \"1002\"\npassword = \"secret\"\n", nil)
	agent := newLinphone(t, p, "1001")
	colleague := newBaresip(t, "1002@"+p.address(), ";auth_user=1002;auth_pass=secret;regint=300")
	until(t, "the colleague has logged in", func() bool { return strings.Contains(colleague.output(), "200 OK") })
	caller, _ := sipp(t, "call", p.address(), "-s", "12366", "-d", "9000")
	agent.until(t, "Call 1", "connected")
	agent.say(t, "pause") // the caller hears music meanwhile
	agent.until(t, "Call 1", "paused")
	agent.say(t, "call sip:1002@"+p.address())
	until(t, "the colleague answers", func() bool { return strings.Contains(colleague.output(), "Call established") })
	agent.until(t, "Call 2", "connected")
	time.Sleep(500 * time.Millisecond) // they talk
	agent.say(t, "transfer 1 --to-call 2")
	agent.until(t, "Call 2", "ended")
	caller.wait(t, 40*time.Second)
	calls := p.calls(2)
	var consult, main int
	for i, c := range calls {
		if c.Flow == "拨出" {
			consult = i
		} else {
			main = i
		}
	}
	kept := p.legs(calls[consult].ID)
	if len(kept) != 2 || kept[1].Phone != "1002" || kept[1].Ended < calls[main].Ended-1000 ||
		kept[1].Ended <= kept[0].Ended {
		t.Errorf("the colleague's leg ends with the caller's: %+v", kept)
	}
	list := p.legs(calls[main].ID) // the colleague's leg stands in the call that it went on to, too
	if len(list) != 3 || list[1].Agent != "a1" || list[1].Ended >= list[2].Ended || list[2].Kind != "passed_on" ||
		list[2].Number != "1002" {
		t.Errorf("the agent's leg ends before the colleague's: %+v", list)
	}
}
