package admin

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
	"rexian/lang/diag"
)

// A capture holds each message as a datagram the way it went, over either kind of IP.
func TestCapture(t *testing.T) {
	path := filepath.Join(t.TempDir(), "call.pcap")
	sent := []api.Message{
		{At: 1_000_001, Local: "192.0.2.1:5060", Remote: "192.0.2.9:5070", Text: "INVITE sip:12366@a SIP/2.0\r\n\r\n"},
		{At: 1_000_002, Sent: true, Local: "[2001:db8::1]:5060", Remote: "[2001:db8::9]:5070",
			Text: "SIP/2.0 200 OK\r\n\r\n"},
	}
	var said bytes.Buffer
	a := &cli.App{Tongue: diag.En, Out: &said}
	if err := writePcap(a, path, sent); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said.String(), "2 messages") {
		t.Error(said.String())
	}
	if err := writePcap(a, path, sent); err == nil {
		t.Error("a file that is there was written over")
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pcapgo.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][2]string{{"192.0.2.9:5070", "192.0.2.1:5060"},
		{"[2001:db8::1]:5060", "[2001:db8::9]:5070"}} {
		data, info, err := r.ReadPacketData()
		if err != nil {
			t.Fatal(err)
		}
		kind := gopacket.Decoder(layers.LayerTypeIPv4)
		if i == 1 {
			kind = layers.LayerTypeIPv6
		}
		p := gopacket.NewPacket(data, kind, gopacket.Default)
		udp, ok := p.TransportLayer().(*layers.UDP)
		if !ok || p.ErrorLayer() != nil {
			t.Fatalf("no datagram: %v", p)
		}
		src, _ := netip.AddrFromSlice(p.NetworkLayer().NetworkFlow().Src().Raw())
		dst, _ := netip.AddrFromSlice(p.NetworkLayer().NetworkFlow().Dst().Raw())
		got := [2]string{netip.AddrPortFrom(src, uint16(udp.SrcPort)).String(),
			netip.AddrPortFrom(dst, uint16(udp.DstPort)).String()}
		if got != want || string(udp.Payload) != sent[i].Text || info.Timestamp.UnixMicro() != sent[i].At {
			t.Errorf("%v at %v: %q, want %v", got, info.Timestamp, udp.Payload, want)
		}
	}
}
