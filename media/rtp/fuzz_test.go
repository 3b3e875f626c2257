package rtp

import (
	"testing"
	"time"

	"github.com/pion/rtcp"

	"rexian/media/sdp"
)

// feed gives a leg with everything switched on the packets that data holds, each with its length before it, on one port
// or the other.
func feed(t *testing.T, data []byte, reports bool, m sdp.Media) {
	r := newRig(t)
	s, _ := r.open(Options{InBand: true, Timeout: time.Second}, m)
	other, _ := r.open(Options{}, farMedia())
	s.Tap(new(recorder))
	s.Listen(time.Second)
	if err := s.Bridge(other); err != nil {
		t.Fatal(err)
	}
	r.step(1)
	last := s.leg.send
	for range 64 { // longer inputs show nothing new
		if len(data) < 2 {
			break
		}
		n := min(int(data[0])<<8&0x300|int(data[1]), len(data)-2)
		b := append([]byte(nil), data[2:2+n]...)
		data = data[2+n:]
		if reports {
			s.leg.receiveRTCP(r.w, b, far, r.now, r.wall)
		} else {
			s.leg.receive(r.w, b, far, r.now)
		}
		r.step(1)
		// Whatever came, our own packet of this tick went out, next in sequence.
		if s.leg.send.seq != last.seq+1 || s.leg.send.stamp != last.stamp+frame {
			t.Fatalf("sent %+v after %+v", s.leg.send, last)
		}
		last = s.leg.send
	}
	if j := s.leg.jit; j.started && int32(j.top-j.next) > ringSize {
		t.Fatalf("%d samples held", int32(j.top-j.next))
	}
	s.Close()
	r.step(2)
	if len(r.legs) != 1 {
		t.Fatal("not closed")
	}
}

func framed(packets ...[]byte) (b []byte) {
	for _, p := range packets {
		b = append(append(b, byte(len(p)>>8), byte(len(p))), p...)
	}
	return b
}

func FuzzRTP(f *testing.F) {
	speech := func(seq uint16, stamp uint32) []byte { return build(0, false, seq, stamp, 7, make([]byte, 160)) }
	f.Add(framed(speech(1, 160), speech(2, 320), speech(4, 640), speech(3, 480)), false)
	f.Add(framed(speech(65535, 1<<32-160), speech(0, 0), speech(0, 0)), false)
	f.Add(framed(build(101, true, 1, 0, 7, []byte{5, 10, 0, 160}), build(101, false, 2, 0, 7, []byte{5, 0x8a, 1, 0})),
		false)
	f.Add(framed(build(13, false, 1, 0, 7, []byte{30}), build(8, true, 2, 9000, 8, make([]byte, 80)),
		build(8, true, 3, 9080, 8, nil)), false)
	f.Add(framed(append([]byte{0xbf, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9}, make([]byte, 90)...)), false)
	f.Add(framed(append([]byte{0x90, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0xbe, 0xde, 0, 1, 0x10, 1, 0, 0},
		make([]byte, 90)...)), false)
	f.Add(framed([]byte{0x81, 200, 0, 1, 0, 0, 0, 7}), false)
	f.Add(framed(speech(1, 160)), true)
	f.Fuzz(func(t *testing.T, data []byte, secure bool) {
		m := farMedia()
		if secure {
			m.Recv = crypto("AES_CM_128_HMAC_SHA1_32", 9)
		}
		feed(t, data, false, m)
	})
}

func FuzzRTCP(f *testing.F) {
	seed := func(p ...rtcp.Packet) {
		b, err := rtcp.Marshal(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(framed(b), false)
		f.Add(framed(b, b[:len(b)-3]), true)
	}
	blocks := []rtcp.ReceptionReport{{SSRC: 1, LastSenderReport: 5, Delay: 6, TotalLost: 7}, {SSRC: 2}}
	seed(&rtcp.SenderReport{SSRC: 7, NTPTime: 1 << 40, Reports: blocks}, rtcp.NewCNAMESourceDescription(7, "a"))
	seed(&rtcp.ReceiverReport{SSRC: 7, Reports: blocks}, &rtcp.Goodbye{Sources: []uint32{7}, Reason: "end"})
	seed(&rtcp.ApplicationDefined{SSRC: 7, Name: "abcd", Data: make([]byte, 8)})
	seed(&rtcp.TransportLayerNack{SenderSSRC: 1, MediaSSRC: 2, Nacks: []rtcp.NackPair{{PacketID: 1}}})
	seed(&rtcp.ExtendedReport{SenderSSRC: 1,
		Reports: []rtcp.ReportBlock{&rtcp.DLRRReportBlock{Reports: []rtcp.DLRRReport{{SSRC: 1}}}}})
	f.Fuzz(func(t *testing.T, data []byte, secure bool) {
		m := farMedia()
		if secure {
			m.Recv = crypto("AES_CM_128_HMAC_SHA1_80", 9)
		}
		feed(t, data, true, m)
	})
}
