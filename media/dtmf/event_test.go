package dtmf

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rexian/media/audio"
)

// wire is an RTP packet on its way. Without a time of its own it comes 20 ms after the one before.
type wire struct {
	seq     uint16
	stamp   uint32
	marker  bool
	payload []byte
	at      time.Duration
	rate    int
}

// typed puts keys on the wire as our own sender would, each held for on and followed by gap.
func typed(keys string, seq uint16, stamp uint32, on, gap time.Duration) []wire {
	var all []wire
	began := 20 * time.Millisecond
	for i := range len(keys) {
		packets := Packets(keys[i], 10, on)
		for _, p := range packets {
			at := began + time.Duration(p.At)*time.Second/audio.Rate
			all = append(all, wire{seq: seq, stamp: stamp, marker: p.Marker, payload: p.Payload[:], at: at})
			seq++
		}
		// The sound between two events counts in the sequence.
		seq += uint16(gap / (20 * time.Millisecond))
		stamp += uint32((on + gap) * audio.Rate / time.Second)
		began += on + gap
	}
	return all
}

func heard(t interface{ Fatalf(string, ...any) }, packets []wire) string {
	var r Receiver
	var keys []byte
	var at time.Duration
	for _, p := range packets {
		if at += 20 * time.Millisecond; p.at != 0 {
			at = p.at
		}
		key, began, ok := r.Packet(Arrival{
			Seq: p.seq, Stamp: p.stamp, Marker: p.marker, Payload: p.payload, At: at, Rate: p.rate,
		})
		if !ok {
			t.Fatalf("payload % x is not taken for an event", p.payload)
		}
		if began {
			keys = append(keys, key)
		}
	}
	return string(keys)
}

func TestReceive(t *testing.T) {
	ms := time.Millisecond
	plain := typed("1123", 100, 5000, 100*ms, 100*ms)
	without := func(packets []wire, drop func(int) bool) []wire {
		var kept []wire
		for i, p := range packets {
			if !drop(i) {
				kept = append(kept, p)
			}
		}
		return kept
	}
	const each = 7 // packets of one 100 ms event
	twice := func(packets []wire) (doubled []wire) {
		for _, p := range packets {
			doubled = append(doubled, p, p)
		}
		return
	}
	swapped := slices.Clone(plain)
	for i := 0; i+1 < len(swapped); i += 2 {
		swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
	}
	lateEnd := slices.Clone(typed("45", 9, 9, 100*ms, 60*ms))
	lateEnd[6], lateEnd[7] = lateEnd[7], lateEnd[6] // the last end comes after the next start
	event := func(seq uint16, stamp uint32, key byte, length uint16, marker, end bool) wire {
		e, _ := code(key)
		b := []byte{e, 10, byte(length >> 8), byte(length)}
		if end {
			b[1] |= 0x80
		}
		return wire{seq: seq, stamp: stamp, marker: marker, payload: b}
	}
	after := func(at time.Duration, w wire) wire {
		w.at = at
		return w
	}
	wide := func(packets []wire) (all []wire) { // the same with a clock of 48000 Hz
		for _, p := range packets {
			b := slices.Clone(p.payload)
			length := (uint16(b[2])<<8 | uint16(b[3])) * 6
			b[2], b[3] = byte(length>>8), byte(length)
			all = append(all, wire{seq: p.seq, stamp: p.stamp * 6, marker: p.marker, payload: b, at: p.at, rate: 48000})
		}
		return all
	}
	for _, c := range []struct {
		name string
		sent []wire
		want string
	}{
		{"all", plain, "1123"},
		{"starts lost", without(plain, func(i int) bool { return i%each == 0 }), "1123"},
		{"all but ends lost", without(plain, func(i int) bool { return i%each < 4 }), "1123"},
		{"all but the last end lost", without(plain, func(i int) bool { return i%each < 6 }), "1123"},
		{"all ends lost", without(plain, func(i int) bool { return i%each >= 4 }), "1123"},
		{"all but starts lost", without(plain, func(i int) bool { return i%each > 0 }), "1123"},
		{"doubled", twice(plain), "1123"},
		{"swapped", swapped, "1123"},
		{"an end after the next start", lateEnd, "45"},
		{"sequence wraps", typed("7*#D", 65533, 1<<32-900, 60*ms, 60*ms), "7*#D"},
		{"shortest presses of one key", typed("5555", 1, 1, 40*ms, 40*ms), "5555"},
		{"shortest presses, all but starts lost",
			without(typed("5555", 1, 1, 40*ms, 40*ms), func(i int) bool { return i%4 != 0 }), "5555"},
		{"twelve minutes of sound between", []wire{
			event(10, 1000, '1', 160, true, false), event(11, 1000, '1', 320, false, true),
			event(36011, 5761000, '1', 160, true, false)}, "11"},
		{"a whole turn of the sequence between, same number", []wire{
			event(10, 1000, '1', 160, true, true), event(10, 1000+65536*160, '2', 160, true, true)}, "12"},
		{"long event in two segments", []wire{
			event(10, 1000, '9', 160, true, false), event(400, 1000, '9', 65440, false, false),
			event(401, 1000, '9', 65535, false, false), event(402, 66535, '9', 160, false, false),
			event(500, 66535, '9', 16000, false, true)}, "9"},
		{"long event, the end of the first segment lost", []wire{
			event(10, 1000, '9', 160, true, false), event(300, 1000, '9', 40000, false, false),
			event(403, 66535, '9', 320, false, false)}, "9"},
		{"timestamp moves on within the event", []wire{
			event(10, 1000, '9', 160, true, false), event(11, 1160, '9', 320, false, false),
			event(12, 1320, '9', 480, false, false), event(13, 1480, '9', 640, false, true),
			event(14, 1640, '9', 640, false, true), event(15, 1800, '9', 640, false, true),
			event(20, 3000, '9', 160, true, false)}, "99"},
		{"one timestamp for all, other key", []wire{
			event(10, 1000, '9', 160, true, false), event(11, 1000, '9', 640, false, true),
			event(12, 1000, '8', 160, true, false)}, "98"},
		{"one timestamp for all, same key", []wire{
			event(10, 1000, '9', 160, true, false), event(11, 1000, '9', 640, false, true),
			event(12, 1000, '9', 640, false, true), event(20, 1000, '9', 160, true, false)}, "99"},
		{"sender begins anew far back in sequence", []wire{
			event(40000, 900000, '9', 160, true, true), event(3, 77, '9', 160, true, false)}, "99"},
		{"the repeated ends claim a press in the future", []wire{
			event(1, 1000, '2', 160, true, false), event(2, 1000, '2', 320, false, false),
			event(3, 1000, '2', 480, false, true), event(4, 2600, '2', 480, false, true),
			event(5, 2600, '2', 480, false, true),
			after(400*ms, event(20, 4000, '2', 160, true, false)), event(21, 4000, '2', 480, false, true),
			event(22, 5600, '2', 480, false, true)}, "22"},
		{"of a second press only an end is left", []wire{
			event(1, 1000, '2', 160, true, false), event(2, 1000, '2', 480, false, true),
			after(240*ms, event(11, 2600, '2', 480, false, true)), event(12, 2600, '2', 480, false, true)}, "22"},
		{"a press of nothing but ends, and another", []wire{
			event(1, 1000, '2', 480, false, true), event(2, 1000, '2', 480, false, true),
			after(260*ms, event(3, 3000, '2', 480, false, true)), event(4, 3000, '2', 480, false, true)}, "22"},
		{"a clock of 48000 Hz", wide(plain), "1123"},
		{"a clock of 48000 Hz, all but ends lost", wide(without(plain, func(i int) bool { return i%each < 4 })),
			"1123"},
		{"shortest presses, a clock of 48000 Hz", wide(typed("5555", 1, 1, 40*ms, 40*ms)), "5555"},
		{"no marker at all", []wire{
			event(1, 1000, '3', 160, false, false), event(2, 1000, '3', 320, false, true),
			event(9, 2600, '3', 160, false, false)}, "33"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := heard(t, c.sent); got != c.want {
				t.Errorf("heard %q, want %q", got, c.want)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	var r Receiver
	for _, payload := range [][]byte{nil, {1}, {1, 2, 3}, {16, 10, 0, 160}, {255, 255, 255, 255}} {
		if _, began, ok := r.Packet(Arrival{Seq: 1, Stamp: 1, Marker: true, Payload: payload}); began || ok {
			t.Errorf("% x is taken for a key", payload)
		}
	}
	padded := Arrival{Seq: 1, Stamp: 1, Marker: true, Payload: []byte{11, 10, 0, 160, 0, 0, 0, 0}}
	if key, began, ok := r.Packet(padded); key != '#' || !began || !ok {
		t.Error("padding after the event confuses")
	}
}

// Whatever is lost, doubled or moved by up to two places, a key of which one packet is left is heard once, in order.
func TestLossProof(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.StringOfN(rapid.RuneFrom([]rune(codes)), 1, 12, -1).Draw(t, "keys")
		on := time.Duration(rapid.IntRange(40, 400).Draw(t, "on")) * time.Millisecond
		gap := time.Duration(rapid.IntRange(100, 900).Draw(t, "gap")) * time.Millisecond
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		sent := typed(keys, uint16(random.Uint32()), random.Uint32(), on, gap)
		var got []wire
		var want []byte
		for i, p := range sent {
			last := i+1 == len(sent) || sent[i+1].stamp != p.stamp
			left := len(got) > 0 && got[len(got)-1].stamp == p.stamp
			if random.IntN(3) > 0 && !(last && !left) {
				continue
			}
			if !left {
				want = append(want, codes[p.payload[0]])
			}
			got = append(got, p)
			if random.IntN(4) == 0 {
				got = append(got, p)
			}
		}
		for i := 0; i+1 < len(got); i++ {
			if random.IntN(3) == 0 && got[i].stamp == got[i+1].stamp {
				got[i], got[i+1] = got[i+1], got[i]
			}
		}
		if heard := heard(t, got); heard != string(want) || heard != keys {
			t.Fatalf("heard %q of %q", heard, keys)
		}
	})
}

func TestPackets(t *testing.T) {
	for _, c := range []struct {
		d    time.Duration
		n    int
		last uint16
	}{
		{0, 4, 320}, {40 * time.Millisecond, 4, 320}, {41 * time.Millisecond, 5, 480}, {100 * time.Millisecond, 7, 800},
		{time.Hour, 402, 64000},
	} {
		packets := Packets('#', 200, c.d)
		if len(packets) != c.n {
			t.Fatalf("%v: %d packets, want %d", c.d, len(packets), c.n)
		}
		for i, p := range packets {
			length := min(uint16((i+1)*160), c.last)
			end := i >= c.n-3
			want := Packet{At: i * 160, Marker: i == 0, End: end,
				Payload: [4]byte{11, 63, byte(length >> 8), byte(length)}}
			if end {
				want.Payload[1] |= 0x80
			}
			if p != want {
				t.Errorf("%v: packet %d is %v, want %v", c.d, i, p, want)
			}
		}
	}
	if Packets('x', 10, time.Second) != nil {
		t.Error("x is no key")
	}
}

func FuzzReceiver(f *testing.F) {
	f.Add([]byte{0, 1, 0, 0, 0, 1, 1, 5, 10, 0, 160, 0, 2, 0, 0, 0, 1, 0, 5, 0x8A, 1, 64})
	f.Add([]byte{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 15, 0xFF, 0xFF, 0xFF})
	f.Fuzz(func(t *testing.T, data []byte) {
		var r Receiver
		var at time.Duration
		for len(data) >= 7 {
			seq := uint16(data[0])<<8 | uint16(data[1])
			stamp := uint32(data[2])<<24 | uint32(data[3])<<16 | uint32(data[4])<<8 | uint32(data[5])
			marker, payload := data[6]&1 != 0, data[7:min(len(data), 11)]
			p := Arrival{Seq: seq, Stamp: stamp, Marker: marker, Payload: payload, At: at,
				Rate: 8000 << (data[6] >> 1 & 3)}
			at += time.Duration(data[6]>>3) * time.Millisecond
			key, began, ok := r.Packet(p)
			if ok && !Valid(key) || began && !ok || ok != (len(payload) >= 4 && payload[0] < 16) {
				t.Fatalf("%q %v %v for % x", key, began, ok, payload)
			}
			if _, again, _ := r.Packet(p); again {
				t.Fatal("the same packet began twice")
			}
			data = data[min(len(data), 11):]
		}
	})
}
