package sip

import (
	"net/netip"
	"strings"
	"testing"

	"rexian/media/audio"
	"rexian/media/sdp"
)

// A far side that refuses how the sound is described is offered it once in the other way: plain where protection is
// optional, protected where the server offers keys beside plain sound. Where protection is required there is no other.
func TestTheOtherDescription(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		secure Security
		server sdp.Secure
		want   []string // of the m= line, and whether keys are in it
	}{
		{"optional", SecureFirst, sdp.Never, []string{"RTP/SAVP keys", "RTP/AVP"}},
		{"required", AlwaysSecure, sdp.Never, []string{"RTP/SAVP keys"}},
		{"never", NeverSecure, sdp.Required, []string{"RTP/AVP"}},
		{"as the server, which offers keys", AsServer, sdp.Offered, []string{"RTP/AVP keys", "RTP/SAVP keys"}},
		{"as the server, which has none", AsServer, sdp.Never, []string{"RTP/AVP"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRaw(t, nil)
			s := serve(t, loopback(t), nil, func(cfg *Config) {
				cfg.Secure = c.server
				cfg.Trunks = gateway{{Trunk: "a", URI: "sip:555@" + r.addr(), Dest: r.addr(),
					Profile: Profile{Secure: c.secure, Codecs: []audio.Codec{audio.PCMU}, Ptime: 30}}}
			})
			out := dialling(t.Context(), s, nil, Outbound{To: "555"})
			invite := r.wants("INVITE")
			for i, want := range c.want {
				body := string(invite.Body())
				proto := strings.Fields(body[strings.Index(body, "m=audio"):])
				got := proto[2]
				if strings.Contains(body, "a=crypto") {
					got += " keys"
				}
				if got != want || proto[3] != "0" || !strings.Contains(body, "a=ptime:30") ||
					strings.Contains(body, "PCMA") {
					t.Errorf("offer %d is %s, want %s:\n%s", i+1, got, want, body)
				}
				r.answer(invite, 488, "Not Acceptable Here", nil, "")
				r.wants("ACK")
				if i+1 < len(c.want) {
					invite = r.wantsAfter(invite)
				}
			}
			if d := within(t, "the refusal", out); d.err == nil {
				t.Error("the call stands")
			}
		})
	}
}

// Whoever is in a network of ours is told our address there, others the one that is announced.
func TestLocalNet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ network, host, sound string }{
		{"127.0.0.0/8", "127.0.0.1", "127.0.0.1"},
		{"10.0.0.0/8", "203.0.113.5", "203.0.113.6"},
	} {
		r := newRaw(t, nil)
		s := serve(t, loopback(t), nil, func(cfg *Config) {
			cfg.Advertise, cfg.MediaAddr = netip.MustParseAddr("203.0.113.5"), netip.MustParseAddr("203.0.113.6")
			cfg.LocalNet = []netip.Prefix{netip.MustParsePrefix(c.network)}
		})
		out := dialling(t.Context(), s, nil, Outbound{To: "sip:555@" + r.addr()})
		invite := r.wants("INVITE")
		if got := invite.Contact().Address.Host; got != c.host {
			t.Errorf("%s: Contact is %s", c.network, got)
		}
		if !strings.Contains(string(invite.Body()), "c=IN IP4 "+c.sound) {
			t.Errorf("%s: %s", c.network, invite.Body())
		}
		r.answer(invite, 486, "Busy Here", nil, "")
		within(t, "the refusal", out)
	}
}
