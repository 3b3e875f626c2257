package rtp

import (
	"net/netip"
	"testing"
	"time"

	"rexian/media/sdp"
)

// agreed makes a stream whose far side's signalling comes from the given address.
func (r *rig) agreed(o Options, m sdp.Media, f Far) (*Stream, *[]Event) {
	list := new([]Event)
	o.Events = func(e Event) { *list = append(*list, e) }
	s, err := r.e.Open(o)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := s.Agree(m, f); err != nil {
		r.t.Fatal(err)
	}
	return s, list
}

// says sends n packets of sound from a place.
func (v *voice) says(from netip.AddrPort, n int) {
	v.from = from
	for range n {
		v.send(make([]byte, 160))
	}
}

// press sends the packets of a key from a place.
func (v *voice) press(from netip.AddrPort, key byte) {
	v.from = from
	v.stamp += 8 * frame
	for i := range byte(6) {
		end := byte(0)
		if i > 3 {
			end = 0x80
		}
		v.raw(build(101, i == 0, v.seq, v.stamp, v.ssrc, []byte{key, end | 10, 0, 160 * min(i+1, 1)}))
		v.seq++
	}
}

func (r *rig) goesTo(s *Stream, want netip.AddrPort, what string) {
	r.t.Helper()
	s.leg.rtp.(*fake).take()
	r.step(1)
	sent := s.leg.rtp.(*fake).take()
	if len(sent) != 1 || sent[0].to != want || s.Stats().Remote != want {
		r.t.Fatalf("%s: %d packets to %v (%v), not to %v", what, len(sent), s.Stats().Remote, sent, want)
	}
}

func port(a netip.AddrPort, p uint16) netip.AddrPort { return netip.AddrPortFrom(a.Addr(), p) }

// A far side behind a NAT is known by the host of its signalling, from its first packet on and until the next
// agreement. Neither its silence nor a stranger's perseverance changes that, nor its own neighbours, nor the address
// of its description.
func TestSourceIsLearnedOnce(t *testing.T) {
	r := newRig(t)
	s, list := r.agreed(Options{}, farMedia(), Far{Signal: natted.Addr(), Acked: true})
	r.step(1)
	r.goesTo(s, far, "before the first packet")
	v, x := r.voice(s), r.voice(s)
	x.ssrc = 99
	v.says(natted, 1)
	r.goesTo(s, natted, "after the first packet")
	for _, from := range []netip.AddrPort{stranger, port(natted, 62002), far} {
		r.step(500) // ten seconds of silence
		for range 100 {
			x.says(from, 1)
			r.step(1)
		}
		x.press(from, 1)
		r.goesTo(s, natted, "after a stranger's packets from "+from.String())
	}
	if st := s.Stats(); st.Received != 1 || st.Refused != 3*106 || kinds(*list, Key) != 0 {
		t.Fatalf("%+v %v", st, *list)
	}
	v.press(natted, 7)
	r.step(1)
	if kinds(*list, Key) != 1 || (*list)[len(*list)-1].Digit != '7' {
		t.Fatalf("%v", *list)
	}
	if n := kinds(*list, Unheard); n != 1 || (*list)[1].Why != WhyElsewhere || (*list)[1].From != stranger {
		t.Fatalf("%v", *list)
	}
}

// While the far side talks, keys and sound that others send are not heard: not from another host, not from another
// port of its own.
func TestStrangersKeys(t *testing.T) {
	for _, from := range []netip.AddrPort{stranger, port(far, 4002)} {
		for _, ssrc := range []uint32{77, 99} { // the far side's own, too
			r := newRig(t)
			s, list := r.agreed(Options{}, farMedia(), Far{Signal: far.Addr(), Acked: true})
			r.step(1)
			v, x := r.voice(s), r.voice(s)
			x.ssrc = ssrc
			for i := range 100 {
				v.says(far, 1)
				if i%20 == 10 {
					x.press(from, byte(i/20))
				}
				r.step(1)
			}
			if kinds(*list, Key) != 0 || s.Stats().Received != 100 {
				t.Fatalf("from %v: %v %+v", from, *list, s.Stats())
			}
		}
	}
}

// A place that nothing speaks for is taken after several packets in a row, and given up for one that something speaks
// for.
func TestSourceByPacketsInARow(t *testing.T) {
	r := newRig(t)
	s, list := r.agreed(Options{}, farMedia(), Far{Signal: far.Addr(), Acked: true})
	r.step(1)
	x := r.voice(s)
	x.ssrc = 99
	for range 5 { // with gaps there are none in a row
		x.says(natted, inRow-1)
		x.skip(frame)
	}
	x.says(stranger, inRow-1) // nor from two places
	x.says(natted, inRow-1)
	r.step(1)
	if st := s.Stats(); st.Received != 0 || st.Remote != far || len(*list) != 0 {
		t.Fatalf("%+v %v", st, *list)
	}
	x.says(natted, inRow-2)
	r.goesTo(s, natted, "after four in a row")
	x.says(stranger, 20)
	r.goesTo(s, natted, "after another's")
	v := r.voice(s)
	v.says(far, 1)
	r.goesTo(s, far, "after the first packet from where SDP says")
	if st := s.Stats(); st.Received != 3 || st.Lost != 0 {
		t.Fatalf("%+v", st)
	}
	x.says(natted, 100)
	r.goesTo(s, far, "for good")
}

// Another call's packets, from another port of the same host, may be there before those of the place that SDP names.
func TestSourceSettles(t *testing.T) {
	for _, late := range []bool{false, true} {
		r := newRig(t)
		s, _ := r.agreed(Options{}, farMedia(), Far{Signal: far.Addr(), Acked: true})
		r.step(1)
		x, v := r.voice(s), r.voice(s)
		x.says(port(far, 5000), 1)
		r.goesTo(s, port(far, 5000), "from the same host")
		if late {
			r.step(25)
		}
		v.says(far, 1)
		want := far
		if late {
			want = port(far, 5000)
		}
		r.goesTo(s, want, "as SDP says")
	}
}

// Packets that are still on their way from a place that was left do not win it back.
func TestSourceMoves(t *testing.T) {
	next := netip.MustParseAddrPort("10.7.7.7:6000")
	r := newRig(t)
	s, _ := r.agreed(Options{}, farMedia(), Far{Signal: natted.Addr(), Acked: true})
	r.step(1)
	v := r.voice(s)
	v.says(natted, 5)
	m := farMedia()
	m.Addr = next
	if err := s.Agree(m, Far{Signal: natted.Addr(), Acked: true}); err != nil {
		t.Fatal(err)
	}
	r.goesTo(s, next, "after the new agreement")
	v.says(natted, 10) // in flight
	r.goesTo(s, next, "with the old place's packets")
	before := s.Stats().Received
	w := r.voice(s)
	w.ssrc = 78
	w.says(port(natted, 62010), 1)
	r.goesTo(s, port(natted, 62010), "from the new place")
	v.says(natted, 10)
	r.step(100)
	v.says(natted, 10)
	r.goesTo(s, port(natted, 62010), "with the old place's packets, later")
	if n := s.Stats().Received - before; n != 1 {
		t.Fatalf("%d packets of the old place were heard", n-1)
	}
}

// Where only the description has moved the old place is taken again when its packets go on.
func TestSourceStaysThoughSDPMoves(t *testing.T) {
	r := newRig(t)
	s, _ := r.agreed(Options{}, farMedia(), Far{Signal: natted.Addr(), Acked: true})
	r.step(1)
	v := r.voice(s)
	v.says(natted, 5)
	m := farMedia()
	m.Addr = netip.MustParseAddrPort("10.7.7.7:6000")
	s.Agree(m, Far{Signal: natted.Addr(), Acked: true})
	for range 40 {
		r.step(1)
		v.says(natted, 1)
	}
	r.goesTo(s, natted, "after a while")
}

// A new agreement on the same place opens it for one who comes from a new port of the NAT, and for no stranger as
// long as the old one is used. One that only repeats the last opens nothing.
func TestNewAgreementOnTheSamePlace(t *testing.T) {
	f := Far{Signal: natted.Addr(), Acked: true}
	hold := farMedia()
	hold.Direction = sdp.RecvOnly
	for _, c := range []struct {
		name    string
		media   []sdp.Media
		from    netip.AddrPort
		packets int
		want    netip.AddrPort
	}{
		{"repeated, a new port", []sdp.Media{farMedia()}, port(natted, 62010), 50, natted},
		{"held and taken back, a new port", []sdp.Media{hold, farMedia()}, port(natted, 62010), 1, port(natted, 62010)},
		{"held and taken back, the old port", []sdp.Media{hold, farMedia()}, natted, 1, natted},
		{"held and taken back, a stranger's packet", []sdp.Media{hold, farMedia()}, stranger, 1, natted},
	} {
		r := newRig(t)
		s, _ := r.agreed(Options{}, farMedia(), f)
		r.step(1)
		v := r.voice(s)
		v.says(natted, 5)
		for _, m := range c.media {
			s.Agree(m, f)
			r.step(10)
		}
		v.says(c.from, c.packets)
		r.goesTo(s, c.want, c.name)
		if c.from != natted {
			continue
		}
		x := r.voice(s)
		x.ssrc = 99
		x.says(stranger, 50)
		r.goesTo(s, natted, c.name+", then a stranger's packets")
	}
}

// Packets that prove themselves by their key need nothing else to speak for them.
func TestSourceByKey(t *testing.T) {
	r := newRig(t)
	m := farMedia()
	m.Recv = crypto("AES_CM_128_HMAC_SHA1_80", 1)
	s, list := r.agreed(Options{}, m, Far{Signal: far.Addr(), Acked: true})
	r.step(1)
	x := r.voice(s)
	x.says(stranger, 60) // without the key
	r.goesTo(s, far, "after what cannot be decrypted")
	if kinds(*list, Unheard) != 1 || (*list)[0].Why != WhySealed {
		t.Fatalf("%v", *list)
	}
	k, err := newContext(m.Recv)
	if err != nil {
		t.Fatal(err)
	}
	b, err := k.EncryptRTP(nil, build(0, false, 1, 1, 77, make([]byte, 160)), nil)
	if err != nil {
		t.Fatal(err)
	}
	x.from = natted
	x.raw(b)
	r.goesTo(s, natted, "after one packet with the key")
}

// What comes and is not heard is told once for each reason, and only where it is more than a slip.
func TestUnheardIsTold(t *testing.T) {
	r := newRig(t)
	s, list := r.agreed(Options{}, farMedia(), Far{Signal: far.Addr(), Acked: true})
	r.step(1)
	v := r.voice(s)
	v.says(far, 1)
	for range 3 {
		v.kind = 18
		v.says(far, 40)
		r.step(1)
		v.kind = 97
		for range 6 {
			v.send([]byte{5, 10, 0, 160})
		}
		r.step(1)
	}
	var got []Event
	for _, e := range *list {
		if e.Kind == Unheard {
			e.At = time.Time{}
			got = append(got, e)
		}
	}
	want := []Event{{Kind: Unheard, Why: WhyEvents, ID: 97, From: far},
		{Kind: Unheard, Why: WhyPayload, ID: 18, From: far}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Fatalf("%v", got)
	}
}
