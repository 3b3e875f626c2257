package rtp

import (
	"testing"
	"time"

	"rexian/media/audio"
	"rexian/media/dtmf"
	"rexian/media/sdp"
)

// Whatever ptime the far side wishes, every sample is sent once and in order, and timestamps count samples.
func TestPacketLength(t *testing.T) {
	for _, c := range []struct{ ptime, want int }{{0, 160}, {5, 80}, {10, 80}, {20, 160}, {30, 240}, {40, 320},
		{60, 480}, {200, 480}} {
		r := newRig(t)
		m := farMedia()
		m.Ptime = c.ptime
		s, _ := r.open(Options{}, m)
		tune := &Sound{ULaw: make([]byte, 4800), ALaw: make([]byte, 4800)}
		for i := range tune.ULaw {
			tune.ULaw[i] = byte(i % 251)
		}
		s.Play(Item{Clips: []Clip{{Sound: tune}}})
		r.step(30)
		var heard []byte
		for i, p := range rtpOf(s) {
			if len(p.payload) != c.want {
				t.Fatalf("ptime %d: packet of %d", c.ptime, len(p.payload))
			}
			if i > 0 && p.marker {
				t.Errorf("ptime %d: marker at packet %d", c.ptime, i)
			}
			heard = append(heard, p.payload...)
		}
		if len(heard) != 4800 {
			t.Fatalf("ptime %d: %d samples", c.ptime, len(heard))
		}
		for i, b := range heard {
			if b != tune.ULaw[i] {
				t.Fatalf("ptime %d: sample %d", c.ptime, i)
			}
		}
	}
}

// A new agreement with another packet length, encoding or direction loses no time.
func TestPacketLengthChanges(t *testing.T) {
	r := newRig(t)
	m := farMedia()
	s, _ := r.open(Options{}, m)
	r.step(1)
	begin := rtpOf(s)[0].stamp
	ticks := 1
	for _, change := range []func(){
		func() { m.Ptime = 60 }, func() { m.Ptime = 20 }, func() { m.Ptime = 40 }, func() { m.Codec = audio.PCMA },
		func() { m.Ptime = 30 },
		func() { m.Direction = sdp.Inactive }, func() { m.Direction, m.Ptime = sdp.SendRecv, 20 },
	} {
		change()
		s.Connect(m)
		r.step(7)
		ticks += 7
		if held := len(s.leg.send.pending); s.leg.send.stamp+uint32(held) != begin+uint32(ticks)*frame || held >= 480 {
			t.Fatalf("%+v: %d samples after %d ticks, %d held", m, s.leg.send.stamp-begin, ticks, held)
		}
	}
}

func TestNumbersGoOn(t *testing.T) {
	r := newRig(t)
	s, list := r.open(Options{}, farMedia())
	steps := []func(){
		func() {},
		func() { s.Play(Item{ID: 1, Clips: []Clip{{Sound: sound(9, 1000)}}}) },
		func() { s.Silence() },
		func() { s.Hold(Item{ID: 2, Clips: []Clip{{Sound: sound(8, 100)}, {Silence: 30 * time.Millisecond}}}) },
		func() { s.SendKeys("1", 100*time.Millisecond, 0) },
		func() { s.Unhold() },
		func() { m := farMedia(); m.Codec = audio.PCMA; s.Connect(m) },
	}
	seq, stamp, ssrc := uint16(0), uint32(0), uint32(0)
	started := false
	for i, step := range steps {
		step()
		for range 12 {
			r.step(1)
			for _, p := range rtpOf(s) {
				if started && (p.seq != seq+1 || p.ssrc != ssrc) {
					t.Fatalf("step %d: packet %d of %x after %d of %x", i, p.seq, p.ssrc, seq, ssrc)
				}
				if ahead := p.stamp - stamp; started && ahead != frame && p.kind != 101 && ahead != 6*frame &&
					ahead != 7*frame && ahead != 8*frame {
					t.Fatalf("step %d: timestamp %d after %d", i, p.stamp, stamp)
				}
				if p.kind != 101 || p.marker {
					stamp = p.stamp
				}
				seq, ssrc, started = p.seq, p.ssrc, true
			}
		}
	}
	if len(*list) != 1 || (*list)[0].ID != 1 {
		t.Fatalf("events %+v", *list)
	}
	// The timestamp counts ticks, whatever was sent.
	if n := s.leg.send.stamp - stamp; n != frame {
		t.Fatalf("next timestamp is %d on", n)
	}
}

func TestHoldYieldsAndResumes(t *testing.T) {
	r := newRig(t)
	s, _ := r.open(Options{}, farMedia())
	music := &Sound{ULaw: make([]byte, 1000), ALaw: make([]byte, 1000)}
	for i := range music.ULaw {
		music.ULaw[i] = byte(i / 10)
	}
	s.Hold(Item{Clips: []Clip{{Sound: music}}})
	r.step(8) // 1,280 samples: once and 280 more
	s.Play(Item{Clips: []Clip{{Sound: sound(200, 240)}}})
	r.step(4)
	var heard []byte
	for _, p := range rtpOf(s) {
		heard = append(heard, p.payload...)
	}
	for i, b := range heard {
		want := byte(i % 1000 / 10)
		if i >= 1280 && i < 1520 {
			want = 200
		} else if i >= 1520 {
			want = byte((i - 240) % 1000 / 10)
		}
		if b != want {
			t.Fatalf("sample %d is %d, not %d", i, b, want)
		}
	}
	s.Hold(Item{Clips: []Clip{{}, {Sound: &Sound{}}}}) // of no length
	r.step(2)
	if p := rtpOf(s); len(p) != 2 || p[1].payload[0] != audio.PCMU.Silence() {
		t.Fatalf("an empty hold: %+v", p)
	}
}

// While the far side holds the call nothing is sent; what was to be played waits and goes on with a marker.
func TestDirections(t *testing.T) {
	for _, d := range []sdp.Direction{sdp.RecvOnly, sdp.Inactive} {
		r := newRig(t)
		s, list := r.open(Options{Timeout: time.Second}, farMedia())
		s.Play(Item{ID: 3, Clips: []Clip{{Sound: sound(5, 800)}}})
		r.step(2)
		before := rtpOf(s)
		m := farMedia()
		m.Direction = d
		s.Connect(m)
		r.step(10)
		if p := rtpOf(s); len(p) != 0 || len(*list) != 0 {
			t.Fatalf("%v: sent %d, events %v", d, len(p), *list)
		}
		s.Connect(farMedia())
		r.step(3)
		after := rtpOf(s)
		if len(after) != 3 || !after[0].marker || after[0].payload[0] != 5 || after[0].seq != before[1].seq+1 ||
			after[0].stamp != before[1].stamp+11*frame {
			t.Fatalf("%v: %+v", d, after[0])
		}
		if len(*list) != 1 || (*list)[0].ID != 3 {
			t.Fatalf("%v: events %v", d, *list)
		}
	}
}

// A receiver finds each key that was sent as events once, and the tone decoder each that was sent as a tone.
func TestSendKeys(t *testing.T) {
	const digits = "1*#0x9D"
	for _, c := range [][2]int{{101, 0}, {-1, 0}, {110, 48000}} {
		r := newRig(t)
		m := farMedia()
		events, rate := c[0], c[1]
		m.Events, m.EventRate = events, rate
		s, _ := r.open(Options{}, m)
		s.Hold(Item{Clips: []Clip{{Sound: sound(0xff, 160)}}})
		s.SendKeys(digits, 100*time.Millisecond, 80*time.Millisecond)
		s.SendKeys("3", time.Millisecond, -1)
		r.step(120)
		var got []byte
		var receiver dtmf.Receiver
		detector := dtmf.NewDetector()
		for _, p := range rtpOf(s) {
			if int(p.kind) == events {
				a := dtmf.Arrival{Seq: p.seq, Stamp: p.stamp, Marker: p.marker, Payload: p.payload, Rate: rate}
				if key, began, ok := receiver.Packet(a); !ok {
					t.Fatalf("bad event %x", p.payload)
				} else if began {
					got = append(got, key)
				}
				continue
			}
			detector.Feed(audio.PCMU.Decode(nil, p.payload), func(d dtmf.Digit) { got = append(got, d.Key) })
		}
		if string(got) != "1*#09D3" {
			t.Fatalf("events %d: heard %q", events, got)
		}
	}
}

// When the machine stood still for long, timestamps go on as the clock did.
func TestSkippedTicks(t *testing.T) {
	r := newRig(t)
	s, _ := r.open(Options{}, farMedia())
	r.step(3)
	r.skipped += 50
	r.step(1)
	p := rtpOf(s)
	if d := p[3].stamp - p[2].stamp; d != 51*frame || !p[3].marker || p[3].seq != p[2].seq+1 {
		t.Fatalf("timestamp %d on, %+v", d, p[3])
	}
}

func TestConnectRefuses(t *testing.T) {
	r := newRig(t)
	s, err := r.e.Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	bad := []func(*sdp.Media){
		func(m *sdp.Media) { m.Codec = 9 },
		func(m *sdp.Media) { m.Addr = sdp.Media{}.Addr },
		func(m *sdp.Media) { m.Send = &sdp.Crypto{Suite: "AES_CM_128_HMAC_SHA1_80", Key: make([]byte, 29)} },
		func(m *sdp.Media) { m.Recv = &sdp.Crypto{Suite: "F8_128_HMAC_SHA1_80", Key: make([]byte, 30)} },
	}
	for i, change := range bad {
		m := farMedia()
		change(&m)
		if err := s.Connect(m); err == nil {
			t.Errorf("case %d was taken", i)
		}
	}
	s.Close()
	if err := s.Connect(farMedia()); err != ErrClosed {
		t.Errorf("after Close: %v", err)
	}
}
