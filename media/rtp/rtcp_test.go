package rtp

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/srtp/v3"

	"rexian/media/audio"
	"rexian/media/sdp"
)

func rtcpOf(t *testing.T, s *Stream) (list [][]rtcp.Packet) {
	t.Helper()
	for _, l := range s.leg.rtcp.(*fake).take() {
		p, err := rtcp.Unmarshal(l.b)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

func TestReports(t *testing.T) {
	r := newRig(t)
	s, _ := r.open(Options{}, farMedia())
	v := r.voice(s)
	var sent []rtcp.Packet
	count := 0
	for i := range 3000 { // a minute; one packet in ten is lost, one in four is 5 ms late
		if i%10 == 9 {
			v.skip(frame)
		} else {
			if i%4 == 0 {
				r.now += int64(5 * time.Millisecond)
			}
			v.send(make([]byte, frame))
			if i%4 == 0 {
				r.now -= int64(5 * time.Millisecond)
			}
		}
		r.step(1)
		for _, p := range rtcpOf(t, s) {
			sent = p
			count++
		}
	}
	if count < 8 || count > 24 {
		t.Errorf("%d reports in a minute", count)
	}
	sr, ok := sent[0].(*rtcp.SenderReport)
	if !ok || len(sr.Reports) != 1 {
		t.Fatalf("%+v", sent)
	}
	b := sr.Reports[0]
	if sr.SSRC != s.leg.send.ssrc || sr.PacketCount == 0 || sr.OctetCount != sr.PacketCount*frame {
		t.Errorf("%+v", sr)
	}
	if b.SSRC != 77 || b.FractionLost < 23 || b.FractionLost > 29 || b.TotalLost < 200 || b.TotalLost > 300 {
		t.Errorf("%+v", b)
	}
	if b.Jitter < 10 || b.Jitter > 40 {
		t.Errorf("jitter %d", b.Jitter)
	}
	if name := sent[1].(*rtcp.SourceDescription).Chunks[0]; name.Source != sr.SSRC || len(name.Items[0].Text) != 20 {
		t.Errorf("%+v", name)
	}
	if j := s.Stats().Jitter; j < time.Millisecond || j > 5*time.Millisecond {
		t.Errorf("jitter %v", j)
	}
}

// Without sound to send there is a receiver report; at the end there is BYE.
func TestReceiverReportAndBye(t *testing.T) {
	r := newRig(t)
	m := farMedia()
	m.Direction = sdp.RecvOnly
	s, _ := r.open(Options{}, m)
	r.step(400)
	list := rtcpOf(t, s)
	if len(list) == 0 {
		t.Fatal("no report")
	}
	if _, ok := list[0][0].(*rtcp.ReceiverReport); !ok {
		t.Fatalf("%+v", list[0])
	}
	socket := s.leg.rtcp.(*fake)
	s.Close()
	r.step(1)
	list = rtcpOf(t, s)
	bye, ok := list[0][2].(*rtcp.Goodbye)
	if !ok || bye.Sources[0] != s.leg.send.ssrc {
		t.Fatalf("%+v", list[0])
	}
	if !socket.closed || len(r.legs) != 0 {
		t.Fatal("not closed")
	}
}

func TestRoundTrip(t *testing.T) {
	r := newRig(t)
	s, _ := r.open(Options{Timeout: time.Second}, farMedia())
	v := r.voice(s)
	r.step(1)
	v.send(make([]byte, frame))
	var ours *rtcp.SenderReport
	for ours == nil {
		r.step(1)
		v.send(make([]byte, frame))
		for _, p := range rtcpOf(t, s) {
			ours = p[0].(*rtcp.SenderReport)
		}
	}
	// It reaches them after 30 ms, they answer after half a second, and that takes 30 ms.
	answer := &rtcp.SenderReport{SSRC: 77, NTPTime: 0x1234_5678_9abc_def0, Reports: []rtcp.ReceptionReport{{
		SSRC: s.leg.send.ssrc, LastSenderReport: uint32(ours.NTPTime >> 16), Delay: 65536 / 2, TotalLost: 5, Jitter: 80,
	}}}
	b, err := answer.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	from := far
	s.leg.receiveRTCP(r.w, b, from, r.now, r.wall.Add(560*time.Millisecond))
	st := s.Stats()
	if d := st.RTT - 60*time.Millisecond; d < -time.Millisecond || d > time.Millisecond {
		t.Errorf("round trip %v", st.RTT)
	}
	if st.FarLost != 5 || st.FarJitter != 10*time.Millisecond {
		t.Errorf("%+v", st)
	}
	// Our next report tells theirs back.
	r.wall = r.wall.Add(560 * time.Millisecond)
	for ours = nil; ours == nil; {
		r.step(1)
		v.send(make([]byte, frame))
		for _, p := range rtcpOf(t, s) {
			ours = p[0].(*rtcp.SenderReport)
		}
	}
	if got := ours.Reports[0]; got.LastSenderReport != 0x5678_9abc || got.Delay == 0 {
		t.Errorf("%+v", got)
	}
	// A stranger's report is not read.
	s.leg.receiveRTCP(r.w, b, stranger, r.now, r.wall.Add(10*time.Second))
	if after := s.Stats(); after.RTT != st.RTT || after.Refused != st.Refused+1 {
		t.Errorf("%+v", after)
	}
}

// RTCP is a sign of life where the far side sends no sound in its silence.
func TestReportsKeepAlive(t *testing.T) {
	r := newRig(t)
	s, list := r.open(Options{Timeout: time.Second}, farMedia())
	b, _ := (&rtcp.ReceiverReport{SSRC: 77}).Marshal()
	for range 10 {
		r.step(40)
		s.leg.receiveRTCP(r.w, b, far, r.now, r.wall)
	}
	if kinds(*list, Lost) != 0 {
		t.Fatal("lost")
	}
	r.step(60)
	if kinds(*list, Lost) != 1 {
		t.Fatal("not lost")
	}
}

func crypto(suite string, fill byte) *sdp.Crypto {
	k := make([]byte, 30)
	for i := range k {
		k[i] = fill + byte(i)
	}
	return &sdp.Crypto{Tag: 1, Suite: suite, Key: k}
}

// Two streams of ours understand each other over SRTP, also after sequence numbers wrap and after a new agreement with
// the same keys; what is plain, false or repeated is thrown away.
func TestSRTP(t *testing.T) {
	for _, suite := range []string{"AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"} {
		r := newRig(t)
		m := farMedia()
		m.Send, m.Recv = crypto(suite, 1), crypto(suite, 50)
		s, _ := r.open(Options{}, m)
		back := farMedia()
		back.Send, back.Recv = m.Recv, m.Send
		peer, list := r.open(Options{}, back)
		tap := new(recorder)
		peer.Tap(tap)
		s.leg.send.seq = 65500
		s.Hold(Item{Clips: []Clip{{Sound: sound(0x20, 160)}}})
		deliver := func(n int) {
			for range n {
				r.step(1)
				for _, l := range s.leg.rtp.(*fake).take() {
					peer.leg.receive(r.w, append([]byte(nil), l.b...), far, r.now)
				}
				for _, l := range s.leg.rtcp.(*fake).take() {
					peer.leg.receiveRTCP(r.w, append([]byte(nil), l.b...), far, r.now, r.wall)
				}
			}
		}
		deliver(500)
		s.Connect(m)
		deliver(100)
		peer.Tap(nil)
		r.step(1)
		st := peer.Stats()
		if st.Received != 600 || st.Refused != 0 || len(*list) != 1 {
			t.Fatalf("%s: %+v", suite, st)
		}
		if v := tap.heard[len(tap.heard)-frame]; v != audio.PCMU.Decode(nil, []byte{0x20})[0] {
			t.Fatalf("%s: heard %d", suite, v)
		}
		if peer.leg.report.middle == 0 {
			t.Errorf("%s: no report came through", suite)
		}
		r.step(1)
		b := s.leg.rtp.(*fake).take()[0].b
		false1 := append([]byte(nil), b...)
		false1[20] ^= 1
		peer.leg.receive(r.w, false1, far, r.now)
		peer.leg.receive(r.w, append([]byte(nil), b...), far, r.now)
		peer.leg.receive(r.w, append([]byte(nil), b...), far, r.now)
		peer.leg.receive(r.w, build(0, false, 1, 1, 77, make([]byte, frame)), far, r.now)
		if st := peer.Stats(); st.Received != 601 || st.Refused != 3 {
			t.Errorf("%s: %+v", suite, st)
		}
	}
}

// What we protect, another implementation of a receiver with the same key reads.
func TestSRTPOnTheWire(t *testing.T) {
	r := newRig(t)
	m := farMedia()
	m.Send = crypto("AES_CM_128_HMAC_SHA1_80", 7)
	s, _ := r.open(Options{}, m)
	r.step(1)
	b := s.leg.rtp.(*fake).take()[0].b
	x, err := srtp.CreateContext(m.Send.Key[:16], m.Send.Key[16:], srtp.ProtectionProfileAes128CmHmacSha1_80)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := x.DecryptRTP(nil, b, nil)
	if err != nil || len(b) != len(plain)+10 || plain[12] != audio.PCMU.Silence() {
		t.Fatalf("%v: %d bytes, plain %d", err, len(b), len(plain))
	}
}
