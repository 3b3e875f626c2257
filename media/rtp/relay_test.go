package rtp

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"rexian/media/audio"
	"rexian/media/dtmf"
	"rexian/media/sdp"
)

// keyWay is how a telephone presses keys, or takes them.
type keyWay int

const (
	asEvents keyWay = iota
	asInfo
	inSound
	asBoth // events, and the tone in the sound meanwhile
)

// phone is a far side of a bridge, in virtual time: it presses keys its own way, and hears those of the other.
type phone struct {
	way   keyWay
	media sdp.Media
	loss  int // percent of the packets, of each direction
	on    time.Duration
	off   time.Duration

	r      *rand.Rand
	v      *voice
	digits string
	tick   int    // since the key at hand went down
	tone   []byte // of it
	start  uint32

	heard    []byte // as events
	sounds   []byte // as tones
	ends     []int  // packets with the end bit, of each key
	stamps   []uint32
	receiver dtmf.Receiver
	detector *dtmf.Detector
	jit      *jitter
}

// speak sends what is due in this tick, a little noise if no key is down.
func (p *phone) speak() {
	on, all := int(p.on/period), int((p.on+p.off)/period)
	if len(p.digits) == 0 {
		p.sound(p.noise())
		return
	}
	key := p.digits[0]
	if p.tick == 0 {
		p.start = p.v.stamp
		pcm := dtmf.Generate(nil, key, p.on, -11, -9)
		p.tone = p.media.Codec.Encode(nil, pcm)
		if p.way == asInfo {
			p.v.s.Relay(key, p.on)
		}
	}
	event, ok := dtmf.At(key, 10, p.tick*frame, p.on)
	if p.way == asBoth && ok {
		p.send(uint8(p.media.Events), event.Marker, p.start, event.Payload[:])
	}
	switch {
	case p.way == asEvents && ok:
		p.send(uint8(p.media.Events), event.Marker, p.start, event.Payload[:])
		p.v.stamp += frame
	case p.way >= inSound && p.tick < on:
		p.sound(p.tone[p.tick*frame:][:frame])
	default:
		p.sound(p.noise())
	}
	if p.tick++; p.tick >= all && !(p.way == asEvents && ok) {
		p.digits, p.tick = p.digits[1:], 0
	}
}

func (p *phone) noise() []byte {
	pcm := make([]int16, frame)
	for i := range pcm {
		pcm[i] = int16(p.r.IntN(60) - 30)
	}
	return p.media.Codec.Encode(nil, pcm)
}

func (p *phone) sound(b []byte) {
	p.send(uint8(p.media.Codec), false, p.v.stamp, b)
	p.v.stamp += frame
}

func (p *phone) send(kind uint8, marker bool, stamp uint32, payload []byte) {
	if p.r.IntN(100) >= p.loss {
		p.v.raw(build(kind, marker, p.v.seq, stamp, p.v.ssrc, payload))
	}
	p.v.seq++
}

// listen takes what comes from the bridge, through a jitter buffer as a telephone has one.
func (p *phone) listen(t *testing.T, w *work, now int64) {
	for _, k := range rtpOf(p.v.s) {
		if len(p.stamps) > 0 && k.ssrc != p.v.s.leg.send.ssrc {
			t.Fatal("a packet with another SSRC than the leg's")
		}
		if p.r.IntN(100) < p.loss {
			continue
		}
		if int(k.kind) != p.media.Events {
			p.jit.write(w, p.media.Codec, k.stamp, k.payload, frame)
			continue
		}
		p.jit.pause()
		key, began, _ := p.receiver.Packet(dtmf.Arrival{Seq: k.seq, Stamp: k.stamp, Marker: k.marker,
			At: time.Duration(now), Payload: k.payload})
		if began {
			p.heard, p.ends, p.stamps = append(p.heard, key), append(p.ends, 0), append(p.stamps, k.stamp)
		}
		if k.payload[1]>>7 == 1 {
			p.ends[len(p.ends)-1]++
		}
	}
	var b [frame]byte
	p.jit.read(w, b[:])
	p.detector.Feed(p.media.Codec.Decode(nil, b[:]), func(d dtmf.Digit) { p.sounds = append(p.sounds, d.Key) })
}

// call bridges two phones and lets each press so many keys. It returns what each pressed.
func call(t *testing.T, a, b *phone, keys int) (pressed [2]string) {
	r := newRig(t)
	both := [2]*phone{a, b}
	for i, p := range both {
		p.r = rand.New(rand.NewPCG(uint64(keys), uint64(i)))
		digits := make([]byte, keys)
		for k := range digits {
			digits[k] = "0123456789*#ABCD"[p.r.IntN(16)]
		}
		p.digits, pressed[i] = string(digits), string(digits)
		if p.on == 0 {
			p.on, p.off = 100*time.Millisecond, 100*time.Millisecond
		}
		p.media.Addr, p.media.Ptime = far, 20
		p.detector, p.jit = dtmf.NewDetector(), newJitter(p.media.Codec)
		s, _ := r.open(Options{InBand: true}, p.media)
		p.v = r.voice(s)
	}
	if err := a.v.s.Bridge(b.v.s); err != nil {
		t.Fatal(err)
	}
	r.step(1)
	for after := 0; after < 100; after++ {
		if len(a.digits)+len(b.digits) > 0 {
			after = 0
		}
		for _, p := range both {
			p.speak()
		}
		r.step(1)
		for _, p := range both {
			p.listen(t, r.w, r.now)
		}
	}
	return pressed
}

func pcmu(events int) sdp.Media { return sdp.Media{Codec: audio.PCMU, Events: events} }

// A thousand keys each way arrive, each once and in order, over lines that lose three packets in a hundred.
func TestKeysPassABridgeThatLosesPackets(t *testing.T) {
	for _, way := range []keyWay{asEvents, asInfo} {
		a := &phone{way: way, media: pcmu(101), loss: 3}
		b := &phone{way: way, media: sdp.Media{Codec: audio.PCMA, Events: 96}, loss: 3, on: 60e6, off: 60e6}
		pressed := call(t, a, b, 1000)
		say := t.Logf
		if string(b.heard) != pressed[0] || string(a.heard) != pressed[1] {
			say = t.Errorf
		}
		say("way %d, 3 %% loss: of 1000 keys %d and %d arrived", way, common([]byte(pressed[0]), b.heard),
			common([]byte(pressed[1]), a.heard))
	}
}

// Keys pass whatever way each side knows. As events they have the leg's own numbers, and their end comes three times.
func TestKeysPassABridge(t *testing.T) {
	for _, from := range []keyWay{asEvents, asInfo, inSound, asBoth} {
		for _, events := range []int{101, 96, -1} {
			own := 101 // the telephone's own offer says nothing of what it sends
			if from == inSound {
				own = -1
			}
			a := &phone{way: from, media: pcmu(own)}
			if from == asBoth {
				a.on, a.off = 300*time.Millisecond, 100*time.Millisecond
			}
			b := &phone{way: inSound, media: pcmu(events)}
			pressed := call(t, a, b, 100)
			got, other := b.heard, b.sounds
			if events < 0 {
				got, other = other, got
			}
			if string(got) != pressed[0] || len(other) > 0 {
				t.Errorf("way %d to events %d: pressed %.20s, heard %.20s, and in another way %.20s", from, events,
					pressed[0], got, other)
			}
			back := a.heard
			if own < 0 {
				back = a.sounds
			}
			if string(back) != pressed[1] {
				t.Errorf("back from way %d: pressed %.20s, heard %.20s", from, pressed[1], back)
			}
			if len(b.ends) > 0 && (slices.Min(b.ends) != 3 || slices.Max(b.ends) != 3) {
				t.Errorf("way %d: from %d to %d packets say the end", from, slices.Min(b.ends), slices.Max(b.ends))
			}
		}
	}
}

// A key is held for as long as the far side holds it, and let go when its end is lost or the bridge ends.
func TestAKeyIsHeldAcrossABridge(t *testing.T) {
	r, a, b, va, _ := bridged(t)
	press := func(packets int, end bool) {
		stamp := va.stamp
		for i := range packets {
			p, _ := dtmf.At('7', 10, i*frame, dtmf.Longest)
			va.raw(build(101, i == 0, va.seq, stamp, va.ssrc, p.Payload[:]))
			va.seq, va.stamp = va.seq+1, va.stamp+frame
			r.step(1)
		}
		if end {
			p, _ := dtmf.At('7', 10, (packets-1)*frame, time.Duration(packets)*period)
			va.raw(build(101, false, va.seq, stamp, va.ssrc, p.Payload[:]))
			va.seq++
		}
	}
	last := func() (length, ends int) {
		r.step(20)
		for _, p := range rtpOf(b) {
			if p.kind == 101 {
				length = int(p.payload[2])<<8 | int(p.payload[3])
				ends += int(p.payload[1] >> 7)
			}
		}
		return length / 8, ends
	}
	r.step(1)
	press(60, true)
	if length, ends := last(); length < 1200 || length > 1240 || ends != 3 {
		t.Errorf("a key of 1200 ms is one of %d ms with %d ends", length, ends)
	}
	press(10, false) // its end is lost
	if length, ends := last(); length < 200 || length > 420 || ends != 3 {
		t.Errorf("a key whose end is lost is one of %d ms with %d ends", length, ends)
	}
	press(10, false)
	a.Unbridge()
	if length, ends := last(); length < 200 || length > 240 || ends != 3 {
		t.Errorf("a key that the end of the bridge cuts off is one of %d ms with %d ends", length, ends)
	}
	press(10, true)
	if _, ends := last(); ends != 0 {
		t.Error("a key goes on after the bridge")
	}
}
