//go:build peers && linux

package peers

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/media/audio"
	"rexian/media/rtp"
	"rexian/media/sdp"
	"rexian/media/sip"
	"rexian/media/sip/dialplan"
	"rexian/media/sip/digest"
	"rexian/media/sip/registrar"
)

// baresip is a telephone program with a sine for a voice, driven over its text console.
type baresip struct {
	*process
	dir     string
	port    int
	console net.Conn
}

// newBaresip starts it. With a server, host:port or user@host:port, its account is there and it logs in, else it is
// only an address. account is more of it.
func newBaresip(t *testing.T, server, account string) *baresip {
	t.Helper()
	return newBaresipWith(t, server, account, "", "")
}

// newBaresipWith starts one with more lines of its configuration, and with contacts.
func newBaresipWith(t *testing.T, server, account, more, contacts string) *baresip {
	t.Helper()
	dir := t.TempDir()
	user, server, named := strings.Cut(server, "@")
	if !named {
		user, server = "phone", user
	}
	b := &baresip{dir: dir, port: freePort(t)}
	if server == "" {
		server = fmt.Sprintf("127.0.0.1:%d", b.port)
		account += ";regint=0"
	}
	if !strings.Contains(account, "answermode") {
		account += ";answermode=auto"
	}
	consolePort, media := freePort(t), freePort(t)
	config := fmt.Sprintf(`sip_listen 127.0.0.1:%d
audio_player aubridge,out
audio_source ausine,440
ausrc_srate 48000
ausrc_channels 2
net_interface 127.0.0.1
audio_alert aubridge,alert
audio_level no
audio_buffer 20-160
rtp_ports %d-%d
call_local_timeout 20
call_max_calls 4
module_path /usr/lib/baresip/modules
module g711.so
module ausine.so
module aubridge.so
module srtp.so
module sndfile.so
snd_path %s
module account.so
module menu.so
module cons.so
cons_listen 127.0.0.1:%d
`, b.port, media, media+portsEach-1, dir, consolePort)
	for name, text := range map[string]string{
		"config": config + more,
		"accounts": fmt.Sprintf("<sip:%s@%s;transport=udp>;audio_codecs=pcma,pcmu;ptime=20%s\n",
			user, server, account),
		"contacts": contacts,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.process = start(t, dir, "baresip", "-f", dir)
	until(t, "baresip's console", func() bool {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", consolePort))
		if err != nil {
			return false
		}
		b.console = c
		t.Cleanup(func() { c.Close() })
		return true
	})
	return b
}

func (b *baresip) say(t *testing.T, text string) {
	t.Helper()
	if b.console == nil {
		t.Fatal("no console")
	}
	if _, err := b.console.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

// heard is the sound that it has played.
func (b *baresip) heard(t *testing.T) (pcm []int16) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(b.dir, "*dec.wav"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if clip, err := audio.ReadWAV(data); err == nil { // not while it is being written
			pcm = append(pcm, clip.Samples...)
		}
	}
	return pcm
}

// hears waits until so much sound came from the far side.
func hears(t *testing.T, h *heard, samples int) {
	t.Helper()
	until(t, "the sine is heard", func() bool { _, loud, _ := h.read(); return loud > samples })
}

func TestBaresipCalls(t *testing.T) {
	for _, c := range []struct {
		name, account, transport string
		change                   func(*sip.Config)
	}{
		{"UDP", "", "udp", nil},
		{"TCP", "", "tcp", nil},
		{"SRTP", ";mediaenc=srtp-mand", "udp", func(c *sip.Config) { c.Secure = sdp.Required }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHotline(t, 100*time.Millisecond, c.change)
			b := newBaresip(t, "", c.account)
			b.say(t, fmt.Sprintf("/dial sip:12366@%s;transport=%s\n", h.address(c.transport), c.transport))
			until(t, "the call", func() bool { return len(h.taken()) == 1 && h.taken()[0].Answered() })
			if t.Failed() {
				t.FailNow()
			}
			call := h.taken()[0]
			hears(t, call, 8000)
			for _, k := range "1#" {
				b.say(t, string(k))
				time.Sleep(600 * time.Millisecond) // the program lifts the key by itself after a while
			}
			until(t, "keys 1#", func() bool { keys, _, _ := call.read(); return keys == "1#" })
			b.say(t, "/hold\n")
			until(t, "baresip holds", call.Held)
			b.say(t, "/resume\n")
			until(t, "baresip takes the call back", func() bool { return !call.Held() })
			if s := call.Stream().Stats(); s.Received == 0 || s.FarLost != 0 {
				t.Errorf("%+v", s)
			}
			b.say(t, "/hangup\n")
			ended(t, call.Call)
			if cause := call.Cause(); cause.By != sip.Remote {
				t.Errorf("%+v", cause)
			}
		})
	}
}

func TestBaresipIsCalled(t *testing.T) {
	h := newHotline(t, 0, nil)
	b := newBaresip(t, "", "")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	call, err := h.Dial(ctx, sip.Outbound{To: fmt.Sprintf("sip:phone@127.0.0.1:%d", b.port), From: "12366"})
	if err != nil {
		t.Fatal(err)
	}
	one := &heard{}
	one.follow(call)
	call.Stream().Play(rtp.Item{Clips: []rtp.Clip{{Sound: tone()}}})
	hears(t, one, 8000)
	// Held, it hears our music and stays silent towards us as far as we care; then it is taken back.
	if err := call.Hold(); err != nil {
		t.Fatal(err)
	}
	if err := call.Unhold(); err != nil {
		t.Fatal(err)
	}
	_, before, _ := one.read()
	hears(t, one, before+8000)
	call.Hangup("done")
	ended(t, call)
	until(t, "baresip noticed", func() bool {
		b.say(t, "/listcalls\n")
		return strings.Contains(b.output(), "terminated") || strings.Contains(b.output(), "closed")
	})
}

// A telephone logs in with its password, is called by its name, and is away when it has logged out.
func TestBaresipRegisters(t *testing.T) {
	// Debian's baresip gives up at a challenge with SHA-256, though MD5 stands beside it and RFC 8760 has it choose.
	auth, err := digest.New(digest.Config{Realm: "hotline",
		Secrets: digest.Passwords{"phone": digest.NewSecret("secret")}, Algorithms: []digest.Algorithm{digest.MD5}})
	if err != nil {
		t.Fatal(err)
	}
	phones, err := registrar.New(registrar.Config{Auth: auth})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := dialplan.New(dialplan.Options{Telephones: []string{"phone"}, Hosts: []string{"hotline.invalid"},
		Registrar: phones})
	if err != nil {
		t.Fatal(err)
	}
	h := newHotline(t, 0, func(c *sip.Config) { c.Registrar, c.Dialplan = phones, plan })
	b := newBaresip(t, h.address("udp"), ";auth_user=phone;auth_pass=secret;regint=300")
	until(t, "baresip has logged in", func() bool { return len(phones.Contacts("phone")) == 1 })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	call, err := h.Dial(ctx, sip.Outbound{To: "sip:phone@hotline.invalid", From: "12366"})
	if err != nil {
		t.Fatal(err)
	}
	one := &heard{}
	one.follow(call)
	hears(t, one, 8000)
	call.Hangup("done")
	ended(t, call)
	b.say(t, "/quit\n")
	until(t, "baresip has logged out", func() bool { return len(phones.Contacts("phone")) == 0 })
}
