package sip

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"rexian/media/audio"
	"rexian/media/dtmf"
	"rexian/media/rtp"
	"rexian/media/sdp"
)

// A key that comes as INFO goes on to the other side of a bridge as a telephone event, as long as the INFO says.
func TestInfoPassesABridge(t *testing.T) {
	t.Parallel()
	on, calls := answering(t)
	s := serve(t, loopback(t), on, nil)
	r := newRaw(t, s)
	r.call()
	c := within(t, "call", calls)
	far, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	other, err := s.cfg.Media.Open(rtp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	at := netip.MustParseAddrPort(far.LocalAddr().String())
	if err := other.Connect(sdp.Media{Addr: at, Codec: audio.PCMA, Events: 97}); err != nil {
		t.Fatal(err)
	}
	if err := c.Stream().Bridge(other); err != nil {
		t.Fatal(err)
	}
	heard := make(chan byte, 1)
	c.OnEvent(func(e rtp.Event) {
		if e.Kind == rtp.Key {
			heard <- e.Digit
		}
	})
	r.request("INFO", []string{"Content-Type: application/dtmf-relay"}, "Signal=5\r\nDuration=240\r\n")
	r.status(200, "INFO")
	within(t, "key", heard)
	var receiver dtmf.Receiver
	var b [1500]byte
	keys, length, ends := "", 0, 0
	if err := far.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for ends < 3 {
		n, err := far.Read(b[:])
		if err != nil {
			t.Fatalf("keys %q, %d ends: %v", keys, ends, err)
		}
		if n != 16 || b[1]&0x7f != 97 {
			continue
		}
		stamp := uint32(b[4])<<24 | uint32(b[5])<<16 | uint32(b[6])<<8 | uint32(b[7])
		key, began, _ := receiver.Packet(dtmf.Arrival{Seq: uint16(b[2])<<8 | uint16(b[3]), Stamp: stamp,
			Payload: b[12:n]})
		if began {
			keys += string(key)
		}
		length, ends = int(b[14])<<8|int(b[15]), ends+int(b[13]>>7)
	}
	if keys != "5" || length != 240*8 {
		t.Errorf("keys %q, the last held for %d ms", keys, length/8)
	}
}
