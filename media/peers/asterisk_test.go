//go:build peers && linux

package peers

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/media/sip"
	"rexian/media/sip/digest"
	"rexian/media/sip/trunk"
)

// asterisk is an exchange that others wrote, as a carrier and as the far side of transfers.
type asterisk struct {
	*process
	t      *testing.T
	binary string
	dir    string
	port   int
}

// firstOf is the first folder that is there.
func firstOf(t *testing.T, patterns ...string) string {
	t.Helper()
	for _, p := range patterns {
		if list, err := filepath.Glob(p); err == nil && len(list) > 0 {
			return list[0]
		}
	}
	t.Fatalf("Asterisk's folder is at none of %v", patterns)
	return ""
}

// newAsterisk starts it beside a hotline, whose host:port it knows; with login it knows the hotline by its login only.
// Debian has no Asterisk any more: ASTERISK names the program, else one in the PATH is taken. Without one there is
// nothing to test against.
func newAsterisk(t *testing.T, hotline string, login bool) *asterisk {
	t.Helper()
	name := os.Getenv("ASTERISK")
	if name == "" {
		name = "asterisk"
	}
	binary, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("there is no Asterisk (ASTERISK=path names one): %v", err)
	}
	a := &asterisk{t: t, binary: binary, dir: t.TempDir(), port: freePort(t)}
	prefix, known, media := filepath.Dir(filepath.Dir(binary)), "127.0.0.1", freePort(t)
	if login {
		known = "192.0.2.1"
	}
	modules := firstOf(t, prefix+"/lib/asterisk/modules", prefix+"/lib/*/asterisk/modules",
		"/usr/lib/asterisk/modules", "/usr/lib/*/asterisk/modules")
	for _, needed := range []string{"chan_pjsip.so", "res_timing_timerfd.so"} {
		if _, err := os.Stat(filepath.Join(modules, needed)); err != nil {
			t.Fatalf("this Asterisk was built without %s, which the tests need: %v", needed, err)
		}
	}
	values := strings.NewReplacer("FOLDER", a.dir, "HOTLINE", hotline, "KNOWN", known, "PORT", fmt.Sprint(a.port),
		"MANAGER", fmt.Sprint(a.port+1),
		"RTPFIRST", fmt.Sprint(media), "RTPLAST", fmt.Sprint(media+portsEach-1),
		"MODULES", modules,
		"DATA", firstOf(t, prefix+"/var/lib/asterisk", prefix+"/share/asterisk", "/usr/share/asterisk",
			"/var/lib/asterisk"))
	files, err := filepath.Glob("testdata/asterisk/*.conf")
	if err != nil || len(files) == 0 {
		t.Fatalf("no configuration: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(a.dir, filepath.Base(file))
		if err := os.WriteFile(to, []byte(values.Replace(string(text))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a.process = start(t, a.dir, binary, "-f", "-n", "-C", filepath.Join(a.dir, "asterisk.conf"))
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("Asterisk's log:\n%s", tail(a.log(), 60))
		}
	})
	until(t, "Asterisk is up", func() bool { return strings.Contains(a.order("core waitfullybooted"), "booted") })
	return a
}

// order gives an order on its console and returns what it says.
func (a *asterisk) order(text string) string {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), 30*time.Second)
	defer cancel()
	out, _ := exec.CommandContext(ctx, a.binary, "-C", filepath.Join(a.dir, "asterisk.conf"), "-rx",
		text).CombinedOutput() // it fails until Asterisk listens
	return string(out)
}

// calls has it call somebody, who talks to an extension of its own. The console has no such order everywhere.
func (a *asterisk) calls(channel, extension string) {
	a.t.Helper()
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", a.port+1))
	if err != nil {
		a.t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	fmt.Fprintf(c, "Action: Login\r\nUsername: test\r\nSecret: test\r\n\r\nAction: Originate\r\nAsync: true\r\n"+
		"Channel: %s\r\nContext: callers\r\nExten: %s\r\nPriority: 1\r\n\r\n", channel, extension)
	for said := bufio.NewReader(c); ; {
		line, err := said.ReadString('\n')
		if strings.Contains(line, "successfully queued") {
			return
		}
		if err != nil || strings.Contains(line, "Error") {
			a.t.Fatalf("Asterisk does not call %s: %s %v", channel, line, err)
		}
	}
}

func (a *asterisk) log() string {
	b, _ := os.ReadFile(filepath.Join(a.dir, "messages")) // none yet
	return string(b)
}

func (a *asterisk) says(words string) {
	a.t.Helper()
	until(a.t, "Asterisk says: "+words, func() bool { return strings.Contains(a.log(), words) })
}

func (a *asterisk) at() string { return fmt.Sprintf("127.0.0.1:%d", a.port) }

// dial calls a number of Asterisk's from a hotline; what comes before the answer is heard, too.
func (a *asterisk) dial(h *hotline, number string) (*heard, *sip.Call) {
	a.t.Helper()
	one := &heard{}
	ctx, cancel := context.WithTimeout(a.t.Context(), 20*time.Second)
	defer cancel()
	call, err := h.Dial(ctx, sip.Outbound{To: number, OnLeg: one.follow})
	if err != nil {
		a.t.Fatalf("%s: %v", number, err)
	}
	return one, call
}

// asteriskTrunk is a hotline with a trunk to Asterisk, which knows it by its address.
func asteriskTrunk(t *testing.T) (*hotline, *asterisk) {
	t.Helper()
	var set *trunk.Set
	h := newHotline(t, 0, func(c *sip.Config) { c.Trunks = later{&set} })
	a := newAsterisk(t, h.address("udp"), false)
	var err error
	set, err = trunk.New([]trunk.Config{{Name: "asterisk", Server: a.at(), Number: "12366", Ping: -1,
		Prefixes: []string{"10"}}}, trunk.Options{Send: h.Server})
	if err != nil {
		t.Fatal(err)
	}
	return h, a
}

// Asterisk is called: its sound is heard before it answers, keys go both ways, it is held and taken back.
func TestAsteriskIsCalled(t *testing.T) {
	h, a := asteriskTrunk(t)
	one, call := a.dial(h, "100")
	if _, loud, _ := one.read(); loud < 2000 {
		t.Errorf("%d samples of sound before the answer", loud)
	}
	a.says("Accepting a maximum of 4 digits")
	call.Stream().SendKeys("19*0", 100*time.Millisecond, 100*time.Millisecond)
	a.says("it heard 19*0")
	until(t, "the keys come back", func() bool { keys, _, _ := one.read(); return keys == "19*0" })
	for range 2 {
		_, before, _ := one.read()
		hears(t, one, before+4000)
		if err := call.Hold(); err != nil {
			t.Fatal(err)
		}
		if err := call.Unhold(); err != nil {
			t.Fatal(err)
		}
	}
	call.Hangup("done")
	ended(t, call)
	until(t, "Asterisk has no call left", func() bool {
		return strings.Contains(a.order("core show channels count"), "0 active channels")
	})
}

// Asterisk calls: it keys, and hears what we key; then it hangs up.
func TestAsteriskCalls(t *testing.T) {
	h := newHotline(t, 200*time.Millisecond, nil)
	a := newAsterisk(t, h.address("udp"), false)
	a.calls("PJSIP/12366@hotline", "keys")
	until(t, "the call", func() bool { return len(h.taken()) == 1 && h.taken()[0].Answered() })
	one := h.taken()[0]
	until(t, "the keys", func() bool { keys, _, _ := one.read(); return keys == "19*0" })
	a.says("Accepting a maximum of 4 digits")
	one.Stream().SendKeys("2580", 100*time.Millisecond, 100*time.Millisecond)
	a.says("it heard 2580")
	a.order("channel request hangup all")
	ended(t, one.Call)
	if one.Number() != "12366" || one.From() != "13800138000" || one.Cause().By != sip.Remote {
		t.Errorf("%s called %s: %+v", one.From(), one.Number(), one.Cause())
	}
}

// A trunk logs in at Asterisk, which calls it where it is, and asks for its password when it is called.
func TestAsteriskLogsUsIn(t *testing.T) {
	var set *trunk.Set
	h := newHotline(t, 0, func(c *sip.Config) { c.Trunks = later{&set} })
	a := newAsterisk(t, h.address("udp"), true)
	states := make(chan trunk.Status, 16)
	var err error
	set, err = trunk.New([]trunk.Config{{Name: "asterisk", Server: a.at(), User: "4008012366",
		Secret: digest.NewSecret("secret"), Register: true, Number: "4008012366", Ping: -1, Prefixes: []string{"10"}}},
		trunk.Options{Send: h.Server, Contact: h.address("udp"), OnState: func(s trunk.Status) { states <- s }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { set.Run(ctx); close(done) }()
	defer func() { stop(); <-done }()
	until(t, "the trunk is up", func() bool { return (<-states).State == trunk.Up })
	a.calls("PJSIP/4008012366", "keys")
	until(t, "the call", func() bool { return len(h.taken()) == 1 && h.taken()[0].Answered() })
	one := h.taken()[0]
	until(t, "the keys", func() bool { keys, _, _ := one.read(); return keys == "19*0" })
	one.Hangup("done")
	ended(t, one.Call)
	other, call := a.dial(h, "101")
	hears(t, other, 4000)
	call.Hangup("done")
	ended(t, call)
}

// Asterisk takes our REFER: a telephone of ours passes whom it talks to on to a number of Asterisk's, and brings two
// together that it talks to (RFC 3515, 3891, 5589).
func TestAsteriskPassesOnForUs(t *testing.T) {
	h, a := asteriskTrunk(t)
	next := func(n int) *heard {
		t.Helper()
		until(t, "the telephone behind us", func() bool {
			return len(h.taken()) == n && h.taken()[n-1].Answered()
		})
		return h.taken()[n-1]
	}
	refer := func(c, replaces *sip.Call) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if err := c.Refer(ctx, "sip:101@"+a.at(), replaces); err != nil {
			t.Fatal(err)
		}
		c.Hangup("passed on")
		ended(t, c)
	}
	talks, first := a.dial(h, "102")
	one := next(1)
	hears(t, talks, 2000) // before the two are brought together Asterisk refuses
	refer(first, nil)
	a.says("it was passed on to 101")
	_, before, _ := one.read()
	hears(t, one, before+4000)
	one.Hangup("done")
	ended(t, one.Call)

	talks, first = a.dial(h, "102")
	one = next(2)
	asked, second := a.dial(h, "103")
	two := next(3)
	hears(t, talks, 2000)
	hears(t, asked, 2000)
	refer(first, second)
	ended(t, second)
	until(t, "the two hear each other's keys", func() bool {
		one.Stream().SendKeys("7", 100*time.Millisecond, 100*time.Millisecond)
		two.Stream().SendKeys("8", 100*time.Millisecond, 100*time.Millisecond)
		time.Sleep(200 * time.Millisecond) // of keys
		mine, _, _ := one.read()
		other, _, _ := two.read()
		return strings.Contains(mine, "8") && strings.Contains(other, "7")
	})
	one.Hangup("done")
	ended(t, one.Call)
	ended(t, two.Call)
}

// Asterisk is the carrier to whom a flow passes its caller on, and passes him on itself (REFER): we call again, the new
// one talks, and the first is told of success.
func TestProductAsteriskPassesOn(t *testing.T) {
	port := freePort(t)
	a := newAsterisk(t, local(port).String(), false)
	p := newProductAt(t, port, fmt.Sprintf("[[trunk]]\nname = \"asterisk\"\nserver = \"udp://%s\"\n"+
		"from = \"053112366\"\nallow = [\"all\"]\nping = \"0s\"\nrefer = true\n", a.at()))
	caller, _ := sipp(t, "call", p.address(), "-s", "12367", "-d", "8000")
	a.says("the transfer ended in SUCCESS")
	caller.wait(t, 40*time.Second)
	call, _ := p.call()
	if len(call.List) != 3 {
		t.Fatalf("%+v", call.List)
	}
	first, second := call.List[1], call.List[2]
	if first.Trunk != "asterisk" || first.Answered == 0 || second.Kind != "passed_on" || second.Answered == 0 ||
		first.Ended >= second.Ended || second.Received < 50 {
		t.Errorf("the first %+v\nthe second %+v", first, second)
	}
}
