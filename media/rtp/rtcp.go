package rtp

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"time"

	"github.com/pion/rtcp"

	"rexian/media/audio"
)

// reports sends and reads RTCP (RFC 3550, 6): a sender or receiver report with the canonical name about every five
// seconds, and BYE at the end.
type reports struct {
	next  int64  // when the next report is due
	state uint64 // of the random numbers that spread reports over time
	name  string // canonical name: random, so that it tells nobody who we are (RFC 7022)

	middle uint32    // the middle of the NTP time in the far side's last sender report
	heard  time.Time // when that came
	sent   uint64    // packets sent as of our last report
}

const interval = 5 * time.Second

func (r *reports) seed(b []byte) {
	r.state = binary.BigEndian.Uint64(b) | 1
	r.name = hex.EncodeToString(b)
}

// schedule sets the next report's time, at random between half and one and a half of the interval (RFC 3550, 6.3.1).
func (r *reports) schedule(now int64) {
	r.state ^= r.state << 13
	r.state ^= r.state >> 7
	r.state ^= r.state << 17
	r.next = now + int64(interval)/2 + int64(r.state%uint64(interval))
}

func (r *reports) tick(l *leg) {
	if l.now < r.next {
		return
	}
	r.schedule(l.now)
	l.sendRTCP(r.compose(l))
}

// bye tells the far side that the stream ends.
func (r *reports) bye(l *leg) {
	l.sendRTCP(append(r.compose(l), &rtcp.Goodbye{Sources: []uint32{l.send.ssrc}}))
}

// compose makes a report: from a sender if something was sent since the last one, else from a receiver.
func (r *reports) compose(l *leg) []rtcp.Packet {
	now := l.stream.engine.config.Now()
	var blocks []rtcp.ReceptionReport
	if l.recv.started {
		blocks = append(blocks, r.block(l, now))
	}
	var head rtcp.Packet = &rtcp.ReceiverReport{SSRC: l.send.ssrc, Reports: blocks}
	if n := l.counts.sent.Load(); n > r.sent {
		r.sent = n
		head = &rtcp.SenderReport{
			SSRC: l.send.ssrc, NTPTime: ntp(now), RTPTime: l.send.stamp,
			PacketCount: uint32(n), OctetCount: uint32(l.counts.sentBytes.Load()), Reports: blocks,
		}
	}
	return []rtcp.Packet{head, rtcp.NewCNAMESourceDescription(l.send.ssrc, r.name)}
}

// block reports on the far side's packets (RFC 3550, 6.4.1 and A.3).
func (r *reports) block(l *leg, now time.Time) rtcp.ReceptionReport {
	v := &l.recv
	expected := v.top - v.base + 1
	want, got := expected-v.expected0, v.received-v.received0
	v.expected0, v.received0 = expected, v.received
	b := rtcp.ReceptionReport{SSRC: v.ssrc, TotalLost: min(v.lost(), 1<<23-1), LastSequenceNumber: v.top - 1<<16,
		Jitter: uint32(v.jitter >> 4)}
	if want > got && want > 0 {
		b.FractionLost = uint8(min(uint64(want-got)<<8/uint64(want), 255))
	}
	if r.middle != 0 {
		b.LastSenderReport = r.middle
		b.Delay = uint32(max(now.Sub(r.heard), 0) * 65536 / time.Second)
	}
	return b
}

func (l *leg) sendRTCP(packets []rtcp.Packet) {
	if !l.remoteC.IsValid() || l.now >= l.gate.until {
		return
	}
	b, err := rtcp.Marshal(packets)
	if err == nil && l.keysSRTP.send != nil {
		b, err = l.keysSRTP.send.EncryptRTCP(nil, b, nil)
	}
	if err == nil {
		err = l.rtcp.send(b, l.remoteC)
	}
	if err != nil {
		l.failed()
	}
}

// receiveRTCP takes in one datagram of RTCP that came at the given time.
func (l *leg) receiveRTCP(w *work, b []byte, from netip.AddrPort, at int64, wall time.Time) {
	if !l.connected || len(b) < 8 || b[0]>>6 != 2 || from.Addr() != l.remote.Addr() && from.Addr() != l.remoteC.Addr() {
		l.refuse(unsaid, from, 0)
		return
	}
	if l.keysSRTP.recv != nil {
		var err error
		if b, err = l.keysSRTP.recv.DecryptRTCP(w.plain[:0], b, nil); err != nil {
			l.refuse(WhySealed, from, 0)
			return
		}
	}
	packets, err := rtcp.Unmarshal(b)
	if err != nil {
		l.refuse(unsaid, from, 0)
		return
	}
	l.alive, l.lost = max(l.alive, at), false
	if !l.source.reports && from.Addr() == l.remote.Addr() {
		l.source.reports = true
		l.gate.open(l)
	}
	for _, p := range packets {
		switch p := p.(type) {
		case *rtcp.SenderReport:
			if l.recv.started && p.SSRC == l.recv.ssrc {
				l.report.middle, l.report.heard = uint32(p.NTPTime>>16), wall
			}
			l.learn(p.Reports, wall)
		case *rtcp.ReceiverReport:
			l.learn(p.Reports, wall)
		}
	}
}

// learn reads what the far side says of our packets.
func (l *leg) learn(blocks []rtcp.ReceptionReport, wall time.Time) {
	for _, b := range blocks {
		if b.SSRC != l.send.ssrc {
			continue
		}
		l.counts.farLost.Store(uint64(b.TotalLost))
		l.counts.farJitter.Store(int64(time.Duration(b.Jitter) * time.Second / audio.Rate))
		if b.LastSenderReport == 0 {
			continue
		}
		if trip := int32(uint32(ntp(wall)>>16) - b.LastSenderReport - b.Delay); trip >= 0 && trip < 60<<16 {
			l.counts.rtt.Store(int64(trip) * int64(time.Second) >> 16)
		}
	}
}

// ntp is the time in the 64 bits of NTP: seconds since 1900 and their fraction.
func ntp(t time.Time) uint64 {
	const since1900 = 2208988800
	return uint64(t.Unix()+since1900)<<32 | uint64(t.Nanosecond())<<32/1e9
}
