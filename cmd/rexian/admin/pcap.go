package admin

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"rexian/cmd/rexian/cli"
	"rexian/console/api"
)

// longestPacket is how much of a packet a capture may hold, in bytes.
const longestPacket = 1 << 18

// writePcap writes SIP messages into a new file, as they are shown, for programs that read captures. Each is a
// datagram, whatever it came over: what is around it in TCP and TLS is not kept.
func writePcap(a *cli.App, path string, list []api.Message) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return a.Usage("%s 已经存在", "%s exists already", path)
	}
	if err != nil {
		return cli.Wrong(err)
	}
	err = capture(f, list)
	if err = errors.Join(err, f.Close()); err != nil {
		return cli.Wrong(errors.Join(err, os.Remove(path)))
	}
	fmt.Fprintln(a.Out, a.Say("%s：%d 个报文", "%s: %d [message|messages]", path, len(list)))
	return nil
}

// capture writes messages as a capture of IP packets.
func capture(f *os.File, list []api.Message) error {
	w := pcapgo.NewWriterNanos(f)
	if err := w.WriteFileHeader(longestPacket, layers.LinkTypeRaw); err != nil {
		return err
	}
	for i := range list {
		packet, err := datagram(&list[i])
		if err != nil {
			return err
		}
		info := gopacket.CaptureInfo{Timestamp: time.UnixMicro(list[i].At), CaptureLength: len(packet),
			Length: len(packet)}
		if err := w.WritePacket(info, packet); err != nil {
			return err
		}
	}
	return nil
}

// datagram is a message in UDP over IP.
func datagram(m *api.Message) ([]byte, error) {
	from, err := netip.ParseAddrPort(m.Local)
	if err != nil {
		return nil, err
	}
	to, err := netip.ParseAddrPort(m.Remote)
	if err != nil {
		return nil, err
	}
	if !m.Sent {
		from, to = to, from
	}
	udp := &layers.UDP{SrcPort: layers.UDPPort(from.Port()), DstPort: layers.UDPPort(to.Port())}
	type network interface {
		gopacket.NetworkLayer
		gopacket.SerializableLayer
	}
	var ip network = &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP, SrcIP: from.Addr().AsSlice(),
		DstIP: to.Addr().AsSlice()}
	if !from.Addr().Is4() || !to.Addr().Is4() {
		src, dst := from.Addr().As16(), to.Addr().As16()
		ip = &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: layers.IPProtocolUDP, SrcIP: src[:], DstIP: dst[:]}
	}
	if err := udp.SetNetworkLayerForChecksum(ip); err != nil {
		return nil, err
	}
	b := gopacket.NewSerializeBuffer()
	err = gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ip, udp,
		gopacket.Payload(m.Text))
	return b.Bytes(), err
}
