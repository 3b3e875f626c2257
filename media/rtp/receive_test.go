package rtp

import (
	"bytes"
	"testing"
	"time"

	"rexian/media/audio"
	"rexian/media/dtmf"
	"rexian/media/sdp"
)

func kinds(list []Event, k Kind) (n int) {
	for _, e := range list {
		if e.Kind == k {
			n++
		}
	}
	return n
}

// What is no packet of the far side changes nothing, whatever it holds.
func TestRefused(t *testing.T) {
	good := build(0, false, 1, 1, 77, make([]byte, 160))
	with := func(change func(b []byte)) []byte {
		b := append([]byte(nil), good...)
		change(b)
		return b
	}
	for name, b := range map[string][]byte{
		"empty":             {},
		"short":             good[:11],
		"version":           with(func(b []byte) { b[0] = 0x40 }),
		"payload type":      with(func(b []byte) { b[1] = 18 }),
		"sources cut":       with(func(b []byte) { b[0] = 0x8f })[:40],
		"extension cut":     with(func(b []byte) { b[0] = 0x90; b[14], b[15] = 0xff, 0xff }),
		"padding of 0":      with(func(b []byte) { b[0] = 0xa0 }),
		"padding too long":  with(func(b []byte) { b[0] = 0xa0; b[len(b)-1] = 161 }),
		"padding of header": with(func(b []byte) { b[0] = 0xa0 })[:12],
		"RTCP, broken":      {0x80, 200, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0},
	} {
		r := newRig(t)
		s, list := r.open(Options{InBand: true}, farMedia())
		s.Tap(new(recorder))
		s.Listen(time.Second)
		r.step(1)
		r.voice(s).raw(b)
		if st := s.Stats(); st.Refused != 1 || st.Received != 0 || len(*list) != 0 || s.leg.source.rank != unproven {
			t.Errorf("%s: %+v %v", name, st, *list)
		}
	}
}

func TestLossDuplicatesOrder(t *testing.T) {
	r := newRig(t)
	s, _ := r.open(Options{}, farMedia())
	r.step(1)
	v := r.voice(s) // its sequence numbers and timestamps wrap soon
	at := func(n uint16) []byte {
		return build(0, false, v.seq+n, v.stamp+uint32(n)*frame, v.ssrc, make([]byte, frame))
	}
	for _, n := range []uint16{0, 1, 2, 4, 3, 4, 4, 8, 20, 9, 19, 0} {
		v.raw(at(n))
	}
	if st := s.Stats(); st.Received != 9 || st.Duplicate != 3 || st.Lost != 12 {
		t.Fatalf("%+v", st)
	}
}

// One stray packet of another source does not interrupt; two in succession do, and so does one after a pause.
func TestAnotherSSRC(t *testing.T) {
	r := newRig(t)
	s, _ := r.open(Options{}, farMedia())
	r.step(1)
	v, x := r.voice(s), r.voice(s)
	x.ssrc = 88
	for range 5 {
		r.step(1)
		v.send(make([]byte, 160))
		x.send(make([]byte, 160))
	}
	if s.leg.recv.ssrc != 77 {
		t.Fatal("a rival took over")
	}
	x.send(make([]byte, 160))
	if s.leg.recv.ssrc != 88 {
		t.Fatal("two in succession did not take over")
	}
	r.step(3)
	v.send(make([]byte, 160))
	if s.leg.recv.ssrc != 77 {
		t.Fatal("it did not come back after a pause")
	}
	if st := s.Stats(); st.Lost != 0 {
		t.Fatalf("%+v", st)
	}
}

func TestFarSideFallsSilent(t *testing.T) {
	r := newRig(t)
	s, list := r.open(Options{Timeout: time.Second}, farMedia())
	v := r.voice(s)
	r.step(49)
	v.send(make([]byte, 160))
	r.step(49)
	if kinds(*list, Lost) != 0 {
		t.Fatal("lost too early")
	}
	r.step(100)
	if kinds(*list, Lost) != 1 {
		t.Fatalf("%v", *list)
	}
	v.send(make([]byte, 160))
	r.step(60)
	if kinds(*list, Lost) != 2 {
		t.Fatal("lost a second time is told, too")
	}
	hold := farMedia()
	hold.Direction = sdp.SendOnly // we hold the call: nothing is expected
	s.Connect(hold)
	v.send(make([]byte, 160))
	r.step(200)
	if kinds(*list, Lost) != 2 {
		t.Fatal("lost while on hold")
	}
	s.Connect(farMedia())
	r.step(45)
	if kinds(*list, Lost) != 2 {
		t.Fatal("lost right after hold")
	}
	r.step(10)
	if kinds(*list, Lost) != 3 {
		t.Fatal("not lost after hold")
	}
}

func TestKeysInTheSound(t *testing.T) {
	r := newRig(t)
	s, list := r.open(Options{InBand: true}, farMedia())
	r.step(1)
	v := r.voice(s)
	speak := func(pcm []int16) {
		b := audio.PCMU.Encode(nil, pcm)
		for ; len(b) >= frame; b = b[frame:] {
			v.send(b[:frame])
			r.step(1)
		}
	}
	for _, k := range "147*#" {
		speak(dtmf.Generate(nil, byte(k), 80*time.Millisecond, -11, -9))
		speak(make([]int16, 800))
	}
	var got []byte
	for _, e := range *list {
		if e.Kind == Key {
			if !e.InBand {
				t.Errorf("%+v", e)
			}
			got = append(got, e.Digit)
		}
	}
	if string(got) != "147*#" {
		t.Fatalf("heard %q", got)
	}
	// A gateway lets the tone through and then sends the event of the same key: one key.
	*list = nil
	speak(dtmf.Generate(nil, '5', 60*time.Millisecond, -11, -9))
	v.raw(build(101, true, v.seq, v.stamp, v.ssrc, []byte{5, 10, 0, 160}))
	v.seq++
	r.step(1)
	if len(*list) != 1 {
		t.Fatalf("%v", *list)
	}
	// From then on tones are not looked for.
	speak(make([]int16, 1600))
	speak(dtmf.Generate(nil, '6', 80*time.Millisecond, -11, -9))
	speak(make([]int16, 1600))
	if len(*list) != 1 {
		t.Fatalf("%v", *list)
	}
}

// A packet that is lost or late inside a tone does not make two keys of it.
func TestKeysInTheSoundWithGaps(t *testing.T) {
	r := newRig(t)
	s, list := r.open(Options{InBand: true}, farMedia())
	r.step(1)
	v := r.voice(s)
	b := audio.PCMU.Encode(nil, append(make([]int16, 8*frame),
		dtmf.Generate(nil, '8', 100*time.Millisecond, -11, -9)...))
	b = append(b, bytes.Repeat([]byte{0xff}, 10*frame)...)
	for i := 0; len(b) >= frame; i, b = i+1, b[frame:] {
		switch i {
		case 3, 16:
			v.skip(frame)
		case 5:
			late := build(0, false, v.seq-2, v.stamp-2*frame, v.ssrc, b[:frame])
			v.send(b[:frame])
			v.raw(late)
		default:
			v.send(b[:frame])
		}
		r.step(1)
	}
	if n := kinds(*list, Key); n != 1 {
		t.Fatalf("%d keys", n)
	}
}

func TestListen(t *testing.T) {
	r := newRig(t)
	s, list := r.open(Options{}, farMedia())
	v := r.voice(s)
	r.step(1)
	say := func(level float64, frames int) {
		for _, b := range tones(440, level, frames) {
			v.send(b)
			r.step(1)
		}
	}
	s.Listen(500 * time.Millisecond)
	say(-70, 24)
	if len(*list) != 1 {
		t.Fatalf("%v", *list)
	}
	say(-70, 10)
	if kinds(*list, Quiet) != 1 || kinds(*list, Voice) != 0 {
		t.Fatalf("nobody spoke: %v", *list)
	}
	say(-20, 2) // a click
	say(-70, 30)
	if kinds(*list, Voice) != 0 {
		t.Fatalf("a click: %v", *list)
	}
	for range 4 { // words with short pauses
		say(-20, 20)
		say(-70, 15)
	}
	if kinds(*list, Voice) != 1 || kinds(*list, Quiet) != 1 {
		t.Fatalf("speech with pauses: %v", *list)
	}
	r.step(30) // no packets at all are silence
	if kinds(*list, Quiet) != 2 {
		t.Fatalf("after speech: %v", *list)
	}
	say(-38, 300) // a noisy line is not speech for ever
	if kinds(*list, Voice) != 2 || kinds(*list, Quiet) != 3 {
		t.Fatalf("noise: %v", *list)
	}
	say(-20, 20)
	if kinds(*list, Voice) != 3 {
		t.Fatalf("speech over noise: %v", *list)
	}
	s.Listen(0)
	say(-70, 60)
	if kinds(*list, Quiet) != 3 {
		t.Fatalf("listening had ended: %v", *list)
	}
}
