package rtp

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"rexian/media/audio"
	"rexian/media/dtmf"
)

// talker is a party in a room whose far side sings its own tone, in virtual time.
type talker struct {
	s     *Stream
	v     *voice
	hz    float64
	codec audio.Codec
	at    int
	quiet bool
}

// hall is a room of so many talkers, of both encodings in turn.
func hall(t testing.TB, r *rig, n int, o Options) (*Room, []*talker, []*Stream) {
	var list []*talker
	var streams []*Stream
	for i := range n {
		m := farMedia()
		m.Codec = []audio.Codec{audio.PCMU, audio.PCMA}[i%2]
		s, _ := r.open(o, m)
		v := r.voice(s)
		v.kind = uint8(m.Codec)
		list = append(list, &talker{s: s, v: v, hz: float64(300 + 200*i), codec: m.Codec})
		streams = append(streams, s)
	}
	return streams[0].NewRoom(), list, streams
}

func (k *talker) sing() {
	pcm := make([]int16, frame)
	for i := range pcm {
		if !k.quiet {
			pcm[i] = int16(3000 * math.Sin(2*math.Pi*k.hz*float64(k.at+i)/audio.Rate))
		}
	}
	k.at += frame
	k.v.send(k.codec.Encode(nil, pcm))
}

// level is how loud a tone is in sound (Goertzel), as an amplitude.
func level(pcm []int16, hz float64) float64 {
	c := 2 * math.Cos(2*math.Pi*hz/audio.Rate)
	var a, b float64
	for _, v := range pcm {
		a, b = float64(v)+c*a-b, a
	}
	return 2 * math.Sqrt(max(a*a+b*b-c*a*b, 0)) / float64(len(pcm))
}

// sing lets all talk for so many ticks and returns what each hears.
func sing(r *rig, all []*talker, ticks int) [][]int16 {
	heard := make([][]int16, len(all))
	for range ticks {
		for _, k := range all {
			k.sing()
		}
		r.step(1)
		for i, k := range all {
			heard[i] = append(heard[i], k.codec.Decode(nil, payloads(k.s))...)
		}
	}
	return heard
}

// Whatever a room's matrix is, each hears the tones of those whom it says and no other, and nothing is clipped.
func TestARoomIsHeardAsItsMatrixSays(t *testing.T) {
	r := newRig(t)
	const n = 5
	room, all, streams := hall(t, r, n, Options{})
	rnd := rand.New(rand.NewPCG(1, 2))
	for turn := range 40 {
		var hears [n][n]bool
		for i := range hears {
			for j := range hears {
				hears[i][j] = rnd.IntN(3) > 0
			}
		}
		if turn == 0 {
			hears = [n][n]bool{}
		}
		err := room.Arrange(streams, func(i, j int) Hearing {
			if hears[i][j] {
				return Hearing(1 + rnd.IntN(2))
			}
			return Deaf
		})
		if err != nil {
			t.Fatal(err)
		}
		sing(r, all, 10) // until it has settled
		for i, pcm := range sing(r, all, 20) {
			for j, k := range all {
				got := level(pcm, k.hz)
				if want := hears[i][j] && i != j; want && (got < 2700 || got > 3300) || !want && got > 100 {
					t.Fatalf("turn %d: %d hears %d at %.0f, should hear: %v", turn, i, j, got, want)
				}
			}
		}
	}
}

// Two who talk hear the same, byte for byte, whether a third listens to them or not; and no frame is missing as it
// comes, whispers or goes.
func TestAThirdOneIsNotNoticed(t *testing.T) {
	run := func(third bool) (out [2][]byte) {
		r := newRig(t)
		room, all, streams := hall(t, r, 3, Options{})
		arrange := func(n int, hears func(i, j int) Hearing) {
			if err := room.Arrange(streams[:n], hears); err != nil {
				t.Fatal(err)
			}
		}
		both := func(i, j int) Hearing {
			if j == 2 {
				return Deaf
			}
			return SpeechAndKeys
		}
		arrange(2, both)
		for turn := range 200 {
			if third && turn == 50 {
				arrange(3, both)
			}
			if third && turn == 100 { // a whisper to the second one
				arrange(3, func(i, j int) Hearing {
					switch {
					case i == 0 && j == 2:
						return Deaf
					case i == 2 || j == 2:
						return Speech
					}
					return SpeechAndKeys
				})
				all[2].quiet = true
			}
			if third && turn == 150 {
				arrange(2, both)
			}
			for i, k := range all {
				if i < 2 || third {
					k.sing()
				}
			}
			r.step(1)
			for i := range out {
				out[i] = append(out[i], payloads(all[i].s)...)
			}
		}
		return out
	}
	alone, watched := run(false), run(true)
	if !slices.Equal(alone[0], watched[0]) {
		t.Error("the first hears something else while a third is there")
	}
	one, other := audio.PCMA.Decode(nil, alone[1]), audio.PCMA.Decode(nil, watched[1])
	for i := range one { // what is summed is coded anew: a step of A-law, where it is this loud
		if d := one[i] - other[i]; max(d, -d) > 128 || d != 0 && (i < 100*frame || i > 155*frame) {
			t.Fatalf("the second hears %d instead of %d at sample %d", other[i], one[i], i)
		}
	}
}

// Loud voices are cut at the top, and do not wrap round.
func TestLoudVoicesAreCut(t *testing.T) {
	r := newRig(t)
	room, all, streams := hall(t, r, 4, Options{})
	_ = room.Arrange(streams, func(int, int) Hearing { return Speech })
	r.step(1)
	for range 20 {
		for _, k := range all {
			loud := audio.PCMU.Encode(nil, slices.Repeat([]int16{32000}, frame))
			k.v.send(audio.PCMU.Transcode(nil, loud, k.codec))
		}
		r.step(1)
	}
	for i, k := range all {
		pcm := k.codec.Decode(nil, payloads(k.s))
		if end := pcm[len(pcm)-frame:]; slices.Min(end) < 31000 {
			t.Errorf("%d hears %d", i, slices.Min(end))
		}
	}
}

// A key of one is pressed towards those who take keys, and not heard at all by those who only get speech: neither as an
// event nor in the sound.
func TestKeysInARoom(t *testing.T) {
	for _, inBand := range []bool{false, true} {
		r := newRig(t)
		room, all, streams := hall(t, r, 3, Options{InBand: true})
		err := room.Arrange(streams, func(i, j int) Hearing {
			if i == 2 || j == 2 {
				return Speech
			}
			return SpeechAndKeys
		})
		if err != nil {
			t.Fatal(err)
		}
		all[1].quiet, all[2].quiet = true, true
		sing(r, all[1:], 10)
		tone := all[0].codec.Encode(nil, dtmf.Generate(nil, '5', 200*time.Millisecond, -11, -9))
		stamp := all[0].v.stamp
		var keys [3]int
		var sound []int16
		for tick := range 30 {
			v := all[0].v
			p, pressed := dtmf.At('5', 10, tick*frame, 200*time.Millisecond)
			switch {
			case inBand && tick < 10:
				v.send(tone[tick*frame:][:frame])
			case !inBand && pressed:
				v.raw(build(101, tick == 0, v.seq, stamp, v.ssrc, p.Payload[:]))
				v.seq, v.stamp = v.seq+1, v.stamp+frame
			default:
				v.send(slices.Repeat([]byte{all[0].codec.Silence()}, frame))
			}
			all[1].sing()
			all[2].sing()
			r.step(1)
			for i, k := range all {
				for _, p := range rtpOf(k.s) {
					if p.kind == 101 {
						keys[i]++
					} else if i == 2 {
						sound = append(sound, k.codec.Decode(nil, p.payload)...)
					}
				}
			}
		}
		if keys[0] != 0 || keys[1] == 0 || keys[2] != 0 {
			t.Errorf("in band %v: packets of the key went to each: %v", inBand, keys)
		}
		loud := 0
		for at := 0; at+frame <= len(sound); at += frame {
			if level(sound[at:at+frame], 770) > 500 {
				loud++
			}
		}
		if most := 3; loud > most { // until it is known for a key
			t.Errorf("in band %v: who gets only speech hears %d frames of the key", inBand, loud)
		}
	}
}

// Two who hold a key each towards a third do not let go each other's: the second one is pressed after the first, for as
// long as it is still held.
func TestTwoHoldAKey(t *testing.T) {
	r := newRig(t)
	room, all, streams := hall(t, r, 3, Options{})
	_ = room.Arrange(streams, func(int, int) Hearing { return SpeechAndKeys })
	sing(r, all, 5)
	stamps := [2]uint32{all[0].v.stamp, all[1].v.stamp}
	var got []byte
	lengths := map[byte]int{}
	for tick := range 80 {
		for i, key := range []byte("12") {
			v, on := all[i].v, []time.Duration{300 * time.Millisecond, 600 * time.Millisecond}[i]
			if p, ok := dtmf.At(key, 10, tick*frame, on); ok {
				v.raw(build(101, tick == 0, v.seq, stamps[i], v.ssrc, p.Payload[:]))
				v.seq, v.stamp = v.seq+1, v.stamp+frame
			}
		}
		r.step(1)
		for _, p := range rtpOf(all[2].s) {
			if p.kind != 101 {
				continue
			}
			key := "0123456789*#"[p.payload[0]]
			if !slices.Contains(got, key) {
				got = append(got, key)
			}
			lengths[key] = (int(p.payload[2])<<8 | int(p.payload[3])) / 8
		}
	}
	if string(got) != "12" || lengths['1'] < 280 || lengths['2'] < 240 {
		t.Errorf("keys %s, held for %v ms", got, lengths)
	}
}

func TestARoomRefuses(t *testing.T) {
	r := newRig(t)
	room, _, streams := hall(t, r, 3, Options{})
	all := func(int, int) Hearing { return SpeechAndKeys }
	if err := room.Arrange(streams[:2], all); err != nil {
		t.Fatal(err)
	}
	other, _ := newRig(t).open(Options{}, farMedia())
	for _, list := range [][]*Stream{{streams[0], nil}, {streams[0], streams[0]}, {streams[0], other}} {
		if err := room.Arrange(list, all); err != ErrBridged {
			t.Errorf("%v", err)
		}
	}
	if err := streams[1].NewRoom().Arrange(streams[1:], all); err != ErrBridged {
		t.Errorf("a stream in two rooms: %v", err)
	}
	r.step(1)
	if n := len(streams[0].leg.others); n != 1 {
		t.Errorf("after what failed the first hears %d others", n)
	}
	streams[1].Close()
	if err := room.Arrange(streams, all); err != nil {
		t.Errorf("with a closed stream: %v", err)
	}
	r.step(1)
	if n := len(streams[0].leg.others); n != 1 || streams[0].leg.others[0].from.of != streams[2] {
		t.Errorf("the first hears %d others", n)
	}
	streams[2].Unbridge()
	r.step(1)
	if n := len(streams[0].leg.others); n != 0 || streams[2].room != nil || streams[0].room != room {
		t.Errorf("after the third has left the first hears %d others", n)
	}
	if err := streams[2].Bridge(streams[0]); err != ErrBridged {
		t.Errorf("a bridge with one in a room: %v", err)
	}
}

// BenchmarkRoom is what a room of so many who all talk costs in a tick of all of them.
func BenchmarkRoom(b *testing.B) {
	for _, n := range []int{2, 3, 4, 8} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			r := newRig(b)
			room, all, streams := hall(b, r, n, Options{})
			for _, k := range all {
				k.s.leg.rtp, k.s.leg.rtcp = void{}, void{}
			}
			if err := room.Arrange(streams, func(int, int) Hearing { return SpeechAndKeys }); err != nil {
				b.Fatal(err)
			}
			voice := tones(350, -20, 46)
			turn := 0
			for b.Loop() {
				b.StopTimer()
				for _, k := range all {
					k.v.send(voice[turn%46])
				}
				turn++
				b.StartTimer()
				r.now += int64(period)
				for _, l := range r.legs {
					l.report.next = 1 << 62
					l.tick(r.w, r.now, 0)
				}
			}
		})
	}
}
