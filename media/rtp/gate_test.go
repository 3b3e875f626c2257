package rtp

import (
	"testing"
	"time"

	"github.com/pion/rtcp"

	"rexian/media/audio"
	"rexian/media/sdp"
)

const word = 3 // a byte of sound that is no silence

func words(id int, frames int) Item {
	return Item{ID: id, Clips: []Clip{{Sound: sound(word, frames*frame)}}}
}

// said counts the packets that were sent since the last call, and those of them that hold words.
func said(s *Stream) (packets, spoken int) {
	for _, p := range rtpOf(s) {
		packets++
		if p.payload[0] == word {
			spoken++
		} else if p.payload[0] != audio.PCMU.Silence() {
			panic("neither a word nor silence")
		}
	}
	return packets, spoken
}

// Sound for a third party, whose address anybody may put into a description, does not go before the call is
// acknowledged, and not for long after that if nothing ever comes from there. Reports are no exception.
func TestThirdParty(t *testing.T) {
	f := Far{Signal: natted.Addr()}
	r := newRig(t)
	s, list := r.agreed(Options{Timeout: time.Minute, Lead: 200 * time.Millisecond}, farMedia(), f)
	s.Hold(words(1, 10))
	r.step(3000)
	if n, _ := said(s); n != 0 || len(s.leg.rtcp.(*fake).take()) != 0 {
		t.Fatalf("%d packets without an ACK", n)
	}
	s.Acked()
	r.step(3000)
	n, spoken := said(s)
	if n < 499 || n > 501 || n-spoken < 10 || n-spoken > 12 {
		t.Fatalf("%d packets, %d of them words, after the ACK", n, spoken)
	}
	if reports := len(s.leg.rtcp.(*fake).take()); reports > 5 {
		t.Fatalf("%d reports", reports)
	}
	if kinds(*list, Lost) != 1 {
		t.Fatalf("%v", *list)
	}
	r.voice(s).says(far, 1)
	r.step(100)
	if n, _ := said(s); n != 100 {
		t.Fatalf("%d packets after one came from there", n)
	}
}

// A carrier that is known has sound on other machines than signalling, and its caller may be muted from the start: the
// sound goes on. Without an ACK it gets as little as anybody.
func TestACarriersSoundIsElsewhere(t *testing.T) {
	r := newRig(t)
	s, list := r.agreed(Options{Timeout: time.Minute}, farMedia(), Far{Signal: natted.Addr(), Trusted: true})
	r.step(100)
	if n, _ := said(s); n != 0 {
		t.Fatalf("%d packets without an ACK", n)
	}
	s.Acked()
	r.step(2000)
	if n, _ := said(s); n < 1999 || len(*list) != 0 {
		t.Fatalf("%d packets, %v", n, *list)
	}
}

// Its reports show as well that somebody is there.
func TestThirdPartyReports(t *testing.T) {
	r := newRig(t)
	m := farMedia()
	m.Direction = sdp.SendOnly
	s, list := r.agreed(Options{Timeout: time.Minute}, m, Far{Signal: natted.Addr(), Acked: true})
	r.step(100)
	b, err := rtcp.Marshal([]rtcp.Packet{&rtcp.ReceiverReport{SSRC: 5}})
	if err != nil {
		t.Fatal(err)
	}
	s.leg.receiveRTCP(r.w, b, port(stranger, 4001), r.now, r.wall)
	s.leg.receiveRTCP(r.w, b, port(far, 4001), r.now, r.wall)
	r.step(5000)
	if n, _ := said(s); n != 5100 || len(*list) != 0 {
		t.Fatalf("%d packets, %v", n, *list)
	}
}

// One that only listens, and never shows itself, is lost like one that falls silent.
func TestThirdPartyThatOnlyListens(t *testing.T) {
	r := newRig(t)
	m := farMedia()
	m.Direction = sdp.SendOnly
	s, list := r.agreed(Options{Timeout: time.Minute}, m, Far{Signal: natted.Addr(), Acked: true})
	r.step(3600)
	if n, _ := said(s); n > 501 || kinds(*list, Lost) != 1 {
		t.Fatalf("%d packets, %v", n, *list)
	}
}

// Without an ACK the sound to the caller's own host is silence for a second and ends after four; with the ACK it goes
// on where it was.
func TestWithoutAck(t *testing.T) {
	r := newRig(t)
	s, list := r.agreed(Options{Lead: 200 * time.Millisecond}, farMedia(), Far{Signal: far.Addr()})
	s.Play(words(1, 200))
	r.step(49)
	if n, spoken := said(s); n != 49 || spoken != 0 {
		t.Fatalf("in the first second %d packets, %d of them words", n, spoken)
	}
	r.step(1000)
	if n, spoken := said(s); n < 149 || n > 153 || spoken < 149 || kinds(*list, Played) != 0 {
		t.Fatalf("then %d packets, %d of them words; %v", n, spoken, *list)
	}
	s.Acked()
	r.step(100)
	if n, spoken := said(s); n != 100 || spoken < 47 || spoken > 51 || kinds(*list, Played) != 1 {
		t.Fatalf("after the ACK %d packets, %d of them words; %v", n, spoken, *list)
	}
}

// The first word comes after the lead, counted from the ACK.
func TestLead(t *testing.T) {
	for _, c := range []struct {
		name   string
		far    Far
		ack    int // the tick of the ACK
		silent int // ticks before the first word
	}{
		{"a call of ours", Far{Signal: far.Addr(), Acked: true}, -1, 10},
		{"ACK at once", Far{Signal: far.Addr()}, 0, 10},
		{"ACK after 100 ms", Far{Signal: far.Addr()}, 5, 15},
		{"ACK after 960 ms", Far{Signal: far.Addr()}, 48, 50},
		{"no ACK", Far{Signal: far.Addr()}, -1, 50},
		{"before the call is answered", Far{Signal: far.Addr(), Early: true}, -1, 10},
	} {
		r := newRig(t)
		s, _ := r.agreed(Options{Lead: 200 * time.Millisecond}, farMedia(), c.far)
		s.Play(words(1, 5))
		s.Hold(words(0, 5))
		first := -1
		for i := range 100 {
			if i == c.ack {
				s.Acked()
			}
			r.step(1)
			switch n, spoken := said(s); {
			case n != 1:
				t.Fatalf("%s: %d packets in tick %d", c.name, n, i)
			case spoken == 1 && first < 0:
				first = i
			case spoken == 0 && first >= 0:
				t.Fatalf("%s: silence in tick %d", c.name, i)
			}
		}
		if first != c.silent {
			t.Errorf("%s: the first word in tick %d, not %d", c.name, first, c.silent)
		}
		// A later agreement keeps nobody waiting again.
		m := farMedia()
		m.Codec = audio.PCMU
		m.Ptime = 30
		s.Agree(m, Far{Signal: far.Addr()})
		r.step(1)
		if r.step(20); s.leg.gate.words > r.now {
			t.Errorf("%s: words wait again", c.name)
		}
	}
}

// Keys that we press and a bridge are not words of ours.
func TestLeadHoldsBackNoBridge(t *testing.T) {
	r := newRig(t)
	a, _ := r.agreed(Options{Lead: time.Minute}, farMedia(), Far{Signal: far.Addr(), Acked: true})
	b, _ := r.open(Options{}, farMedia())
	if err := a.Bridge(b); err != nil {
		t.Fatal(err)
	}
	r.step(1)
	v := r.voice(b)
	for range 20 {
		v.send([]byte(string(sound(word, frame).ULaw)))
		r.step(1)
	}
	if _, spoken := said(a); spoken < 10 {
		t.Fatalf("%d packets of the bridge", spoken)
	}
}

// A hold that outlasts the time-out is no loss, and after it the time-out runs again.
func TestHoldLongerThanTheTimeout(t *testing.T) {
	for _, d := range []sdp.Direction{sdp.RecvOnly, sdp.SendOnly, sdp.Inactive} {
		for _, lostBefore := range []bool{false, true} {
			r := newRig(t)
			s, list := r.open(Options{Timeout: time.Second}, farMedia())
			r.step(1)
			v := r.voice(s)
			v.says(far, 1)
			want := 0
			if lostBefore { // as it was while such a hold was not known for one
				r.step(60)
				want++
			}
			m := farMedia()
			m.Direction = d
			s.Connect(m)
			r.step(200)
			if kinds(*list, Lost) != want {
				t.Fatalf("direction %v: lost while on hold", d)
			}
			s.Connect(farMedia())
			r.step(45)
			if kinds(*list, Lost) != want {
				t.Fatalf("direction %v: lost right after hold", d)
			}
			r.step(10)
			if kinds(*list, Lost) != want+1 {
				t.Fatalf("direction %v: not lost after hold", d)
			}
		}
	}
}

// Before the answer nothing acknowledges an agreement, and many a caller sends nothing: one who is trusted hears an
// announcement to its end, wherever its sound is, and is not lost meanwhile. A stranger hears seconds of it, or
// nothing.
func TestSoundBeforeTheAnswer(t *testing.T) {
	for _, c := range []struct {
		name string
		far  Far
		want int
	}{
		{"trusted", Far{Signal: far.Addr(), Early: true, Trusted: true}, 1000},
		{"trusted, its sound is elsewhere", Far{Signal: natted.Addr(), Early: true, Trusted: true}, 1000},
		{"a stranger", Far{Signal: far.Addr(), Early: true}, 200},
		{"a stranger who names a third party", Far{Signal: natted.Addr(), Early: true}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			s, list := r.agreed(Options{Timeout: 10 * time.Second}, farMedia(), c.far)
			s.Play(words(1, 900))
			r.step(1000)
			n, spoken := said(s)
			if n < c.want-2 || n > c.want+2 || c.want == 1000 && spoken < 900 {
				t.Errorf("%d packets, %d of them words, want %d", n, spoken, c.want)
			}
			if trusted := c.want == 1000; trusted && (kinds(*list, Played) != 1 || kinds(*list, Lost) != 0) {
				t.Errorf("%v", *list)
			}
		})
	}
	t.Run("answered", func(t *testing.T) { // from then on it is as any other
		r := newRig(t)
		s, _ := r.agreed(Options{Timeout: time.Minute}, farMedia(),
			Far{Signal: natted.Addr(), Early: true, Trusted: true})
		r.step(10)
		said(s)
		if err := s.Agree(farMedia(), Far{Signal: natted.Addr()}); err != nil {
			t.Fatal(err)
		}
		r.step(300)
		if n, _ := said(s); n > 1 {
			t.Errorf("%d packets to a third party without an ACK", n)
		}
	})
}
