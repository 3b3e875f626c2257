package rtp

import (
	"bytes"
	"slices"
	"testing"

	"rexian/media/audio"
)

// pair opens two bridged streams whose far sides speak different encodings.
func bridged(t *testing.T) (r *rig, a, b *Stream, va, vb *voice) {
	r = newRig(t)
	m := farMedia()
	a, _ = r.open(Options{}, m)
	m.Codec = audio.PCMA
	b, _ = r.open(Options{}, m)
	if err := a.Bridge(b); err != nil {
		t.Fatal(err)
	}
	va, vb = r.voice(a), r.voice(b)
	vb.kind = 8
	return r, a, b, va, vb
}

func payloads(s *Stream) (b []byte) {
	for _, p := range rtpOf(s) {
		b = append(b, p.payload...)
	}
	return b
}

func TestBridge(t *testing.T) {
	r, a, b, va, vb := bridged(t)
	r.step(3)
	const sent = 20 // later the delay becomes shorter
	for i := range sent {
		va.send(slices.Repeat([]byte{byte(i)}, frame))
		vb.send(slices.Repeat([]byte{byte(100 + i)}, frame))
		r.step(1)
	}
	r.step(10)
	for i, side := range []*Stream{a, b} {
		got := payloads(side)
		from, to, first := audio.PCMA, audio.PCMU, byte(100)
		if i == 1 {
			from, to, first = audio.PCMU, audio.PCMA, 0
		}
		var want []byte
		for n := range sent {
			want = append(want, from.Transcode(nil, slices.Repeat([]byte{first + byte(n)}, frame), to)...)
		}
		at := 0
		for at+len(want) <= len(got) && !slices.Equal(got[at:at+len(want)], want) {
			at += frame
		}
		if at+len(want) > len(got) {
			t.Fatalf("side %d did not hear the other", i)
		}
		if at > 4*frame { // three ticks before, one in the jitter buffer
			t.Errorf("side %d heard it after %d samples", i, at)
		}
	}
}

// Rooms are counted while two are in them, however they come to their end.
func TestRoomsAreCounted(t *testing.T) {
	r, a, b, _, _ := bridged(t)
	for i, end := range []func(){a.Unbridge, func() { b.Close() }} {
		if n := r.e.Stats().Rooms; n != 1 {
			t.Errorf("%d: %d rooms, want 1", i, n)
		}
		end()
		if n := r.e.Stats().Rooms; n != 0 {
			t.Errorf("%d: %d rooms after the end", i, n)
		}
		if i == 0 {
			if err := a.Bridge(b); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestBridgePlayUnbridge(t *testing.T) {
	r, a, b, va, _ := bridged(t)
	speak := func(n int) []byte {
		payloads(b)
		for range n {
			va.send(slices.Repeat([]byte{0x2a}, frame))
			r.step(1)
		}
		return payloads(b)
	}
	heard := audio.PCMU.Transcode(nil, []byte{0x2a}, audio.PCMA)[0]
	silence := audio.PCMA.Silence()
	tail := func(b []byte) byte { return b[len(b)-1] }
	if got := speak(10); tail(got) != heard {
		t.Fatal("not heard")
	}
	b.Play(Item{Clips: []Clip{{Sound: sound(0x11, 1600)}}})
	got := speak(20)
	if got[3*frame] != 0x11 || tail(got) != heard {
		t.Fatal("what is played comes before the other side")
	}
	if n := b.leg.others[0].far.held(); n > 2*frame {
		t.Fatalf("%d samples wait", n)
	}
	a.Unbridge()
	a.Unbridge()
	if got := speak(10); tail(got) != silence {
		t.Fatal("heard after the end")
	}
	if a.leg.jit != nil || b.leg.jit != nil {
		t.Fatal("a jitter buffer is left")
	}
	if err := a.Bridge(b); err != nil {
		t.Fatalf("bridge again: %v", err)
	}
	if got := speak(10); tail(got) != heard {
		t.Fatal("not heard again")
	}
	a.Close() // ends it on the other side
	r.step(2)
	if len(b.leg.others) > 0 || b.room != nil {
		t.Fatal("still bridged with a closed stream")
	}
}

func TestBridgeRefuses(t *testing.T) {
	r, a, b, _, _ := bridged(t)
	c, _ := r.open(Options{}, farMedia())
	other, _ := newRig(t).open(Options{}, farMedia())
	gone, _ := r.open(Options{}, farMedia())
	gone.Close()
	for _, x := range []struct {
		s, o *Stream
		want error
	}{{a, b, ErrBridged}, {a, c, ErrBridged}, {c, b, ErrBridged}, {c, c, ErrBridged}, {c, nil, ErrBridged},
		{c, other, ErrBridged}, {c, gone, ErrClosed}} {
		if err := x.s.Bridge(x.o); err != x.want {
			t.Errorf("%v, not %v", err, x.want)
		}
	}
}

// Whoever has heard enough leaves, and not in the place of who came meanwhile. Nothing is made ready for nobody.
func TestUntap(t *testing.T) {
	r := newRig(t)
	s, _ := r.open(Options{}, farMedia())
	one, other := new(recorder), new(recorder)
	s.Tap(one)
	r.step(20)
	s.Tap(other)
	s.Untap(one)
	r.step(20)
	if one.ended != 1 || other.ended != 0 || s.leg.jit == nil {
		t.Fatalf("ended %d and %d times", one.ended, other.ended)
	}
	s.Untap(other)
	r.step(20)
	if n := len(other.heard); other.ended != 1 || n != 20*frame || s.leg.jit != nil {
		t.Fatalf("ended %d times, %d samples heard", other.ended, n)
	}
}

// Both directions of a recording are in step: what the far side sends back as an echo of what it heard is found at
// the same place as its original, later by the way there and back and the delay of the jitter buffer, which becomes
// shorter when all is calm.
func TestTapInStep(t *testing.T) {
	r := newRig(t)
	s, _ := r.open(Options{}, farMedia())
	tap := new(recorder)
	v := r.voice(s)
	r.step(5)
	s.Tap(tap)
	var bursts []byte
	for i := range 12 {
		bursts = append(bursts, slices.Repeat([]byte{0x20}, frame*(1+i%3))...)
		bursts = append(bursts, slices.Repeat([]byte{0xff}, frame*(3+i%5))...)
	}
	s.Play(Item{Clips: []Clip{{Sound: &Sound{ULaw: bursts, ALaw: bursts}}}})
	rtpOf(s)
	for range 100 {
		r.step(1)
		for _, p := range rtpOf(s) {
			v.send(p.payload) // the echo comes at once
		}
	}
	s.Tap(nil)
	r.step(1)
	if len(tap.heard) != len(tap.said) || len(tap.heard) != 100*frame || tap.ended != 1 {
		t.Fatalf("%d heard, %d said, ended %d", len(tap.heard), len(tap.said), tap.ended)
	}
	begins := func(x []int16) (list []int) {
		for i := range x {
			if x[i] != 0 && (i == 0 || x[i-1] == 0) {
				list = append(list, i)
			}
		}
		return list
	}
	heard, said := begins(tap.heard), begins(tap.said)
	for i, at := range heard {
		if later := at - said[i]; later > 2*frame || later < frame || i >= 8 && later > frame+pitchLeast+unit {
			t.Errorf("burst %d comes %d samples later", i, later)
		}
	}
	if s.leg.jit != nil || len(heard) < 11 {
		t.Fatalf("%d bursts, a jitter buffer is left: %v", len(heard), s.leg.jit != nil)
	}
}

// A tap that follows another, and one that is on when the stream is closed, gets all its samples and its end.
func TestTapEnds(t *testing.T) {
	r := newRig(t)
	s, _ := r.open(Options{}, farMedia())
	one, two := new(recorder), new(recorder)
	s.Tap(one)
	r.step(7)
	s.Tap(two)
	r.step(15)
	m := farMedia()
	m.Codec = audio.PCMA // a batch holds one encoding
	s.Connect(m)
	r.step(3)
	s.Close()
	s.Tap(new(recorder)) // too late
	r.step(1)
	if len(one.said) != 7*frame || one.ended != 1 {
		t.Errorf("first: %d samples, ended %d", len(one.said), one.ended)
	}
	if len(two.said) != 19*frame || two.ended != 1 {
		t.Errorf("second: %d samples, ended %d", len(two.said), two.ended)
	}
}

// A tap that is too slow loses sound but not time.
func TestTapTooSlow(t *testing.T) {
	r := newRig(t)
	r.out = newOutlet(r.e, 64, 4)
	s, _ := r.open(Options{}, farMedia())
	tap := new(recorder)
	s.Tap(tap)
	s.Hold(Item{Clips: []Clip{{Sound: sound(0x20, 160)}}})
	tick := func(n int) {
		for range n {
			r.now += int64(period)
			s.leg.tick(r.w, r.now, 0)
		}
	}
	tick(100) // ten batches, room for four
	r.pump()
	tick(30)
	s.Tap(nil)
	tick(1)
	r.pump()
	if len(tap.said) != 130*frame || tap.ended != 1 {
		t.Fatalf("%d samples, ended %d", len(tap.said), tap.ended)
	}
	if lost := r.e.Stats().TapLost; lost != 60*frame {
		t.Errorf("%d samples lost", lost)
	}
	silent := 0
	for _, v := range tap.said {
		if v == 0 {
			silent++
		}
	}
	if silent != 60*frame {
		t.Errorf("%d samples silent", silent)
	}
}

// A new agreement on the encoding counts also for the batch that has just found no room.
func TestTapTooSlowForANewCodec(t *testing.T) {
	r := newRig(t)
	r.out = newOutlet(r.e, 64, 4)
	m := farMedia()
	m.Codec = audio.PCMU
	s, _ := r.open(Options{}, m)
	tap := new(recorder)
	s.Tap(tap)
	tick := func(n int) {
		for range n {
			r.now += int64(period)
			s.leg.tick(r.w, r.now, 0)
		}
	}
	tick(4*batchFrames + 3) // four batches find room, three frames of the fifth wait
	m.Codec = audio.PCMA
	if err := s.Connect(m); err != nil {
		t.Fatal(err)
	}
	s.Hold(Item{Clips: []Clip{{Sound: &Sound{ULaw: bytes.Repeat([]byte{0x10}, frame),
		ALaw: bytes.Repeat([]byte{0x90}, frame)}}}})
	tick(2)
	r.pump()
	tick(batchFrames)
	r.pump()
	want, heard := audio.PCMA.Decode(nil, []byte{0x90})[0], 0
	for i, v := range tap.said {
		switch v {
		case want:
			heard++
		case 0: // silence of PCMU, and what is lost
		default:
			t.Fatalf("sample %d is %d", i, v)
		}
	}
	if heard == 0 {
		t.Error("the new encoding is not heard")
	}
}

func TestEventsAreNotLost(t *testing.T) {
	r := newRig(t)
	r.out = newOutlet(r.e, 8, 4)
	s, list := r.open(Options{}, farMedia())
	for i := range 50 {
		s.Play(Item{ID: i})
	}
	s.leg.tick(r.w, r.now, 0)
	for range 10 {
		r.pump()
	}
	if len(*list) != 50 {
		t.Fatalf("%d events", len(*list))
	}
	for i, e := range *list {
		if e.ID != i || e.At != r.wall {
			t.Fatalf("event %d is %+v", i, e)
		}
	}
}
