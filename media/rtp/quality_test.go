package rtp

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"rexian/media/audio"
	"rexian/media/dtmf"
)

// lane is a far side's sound on its way through a bridge, in virtual time: two legs whose ticks have their own
// phases, and a network.
type lane struct {
	pcm     []int16
	late    func(packet int) time.Duration // how late a packet comes; nil: never
	lost    func(packet int) bool          // nil: none
	ppm     float64                        // by how much the sender's clock is fast
	phases  [2]time.Duration               // of the ticks of the leg that hears and of the one that says
	options Options
	tap     Tap // of the leg that hears

	events []Event
	start  int64   // when the first packet was sent
	out    []byte  // what left the bridge
	at     []int64 // when each frame of it did
}

// ship sends the lane's sound through a bridge.
func (n *lane) ship(t testing.TB) {
	r := newRig(t)
	n.options.Events = func(e Event) { n.events = append(n.events, e) }
	a, err := r.e.Open(n.options)
	if err != nil {
		t.Fatal(err)
	}
	_ = a.Connect(farMedia())
	b, _ := r.open(Options{}, farMedia())
	if n.tap != nil {
		a.Tap(n.tap)
	}
	if err := a.Bridge(b); err != nil {
		t.Fatal(err)
	}
	n.start = r.now + int64(time.Second)
	type packet struct {
		at int64
		i  int
	}
	var list []packet
	for i := range len(n.pcm) / frame {
		if n.lost != nil && n.lost(i) {
			continue
		}
		p := packet{n.due(i * frame), i}
		if n.late != nil {
			p.at += int64(n.late(i))
		}
		list = append(list, p)
	}
	slices.SortStableFunc(list, func(p, q packet) int { return int(p.at - q.at) })
	coded := audio.PCMU.Encode(nil, n.pcm)
	end := n.due(len(n.pcm)) + int64(time.Second)/2
	legs := [2]*Stream{a, b}
	next := [2]int64{r.now + int64(n.phases[0]), r.now + int64(n.phases[1])}
	for next[0] < end {
		which := 0
		if next[1] < next[0] {
			which = 1
		}
		r.now = next[which]
		for len(list) > 0 && list[0].at <= r.now {
			p := list[0]
			list = list[1:]
			a.leg.receive(r.w, build(0, false, uint16(p.i), uint32(p.i*frame), 7, coded[p.i*frame:][:frame]), far, p.at)
		}
		next[which] += int64(period)
		legs[which].leg.tick(r.w, r.now, 0)
		for _, p := range rtpOf(legs[which]) {
			if which == 1 && r.now >= n.start {
				n.out, n.at = append(n.out, p.payload...), append(n.at, r.now)
			}
		}
		r.pump()
	}
}

// due is when the packet that begins with a sample is sent.
func (n *lane) due(sample int) int64 { return n.start + int64(float64(sample)*125000*(1-n.ppm*1e-6)) }

// wave is one period of a sound, by its phase from 0 to 2π; what it returns goes by periods.
func wave(of func(phase float64) float64) func(periods float64) float64 {
	var table [4096]float64
	for i := range table {
		table[i] = of(2 * math.Pi * float64(i) / float64(len(table)))
	}
	return func(periods float64) float64 { return table[int(periods*float64(len(table)))%len(table)] }
}

const burst300, pause200 = 2400, 1600 // samples

// talking is like speech: bursts of 300 ms of a voice whose pitch glides, and pauses of 200 ms with a little noise.
func talking(seconds int, seed uint64) []int16 {
	r := rand.New(rand.NewPCG(seed, 1))
	voice := wave(func(phase float64) (v float64) {
		for h := 1.0; h < 20; h++ {
			v += 2200 / (1 + math.Abs(h-4)) * math.Sin(h*phase+h*h)
		}
		return v
	})
	x := make([]int16, seconds*audio.Rate)
	phase := 0.0
	for i := range x {
		t := float64(i) / audio.Rate
		v := r.NormFloat64() * 12
		if i%(burst300+pause200) < burst300 {
			phase += (130 + 40*math.Sin(2*math.Pi*0.7*t)) / audio.Rate
			v += voice(phase) + r.NormFloat64()*150
		}
		x[i] = int16(max(min(v, 32000), -32000))
	}
	return x
}

// delays is, for each burst, how long after its packet its middle left the bridge, in ms, or −1 where it was changed
// on its way.
func (n *lane) delays() (list []float64) {
	coded, from := audio.PCMU.Encode(nil, n.pcm), 0
	for s := burst300 / 4; s+burst300/2 <= len(coded); s += burst300 + pause200 {
		end := min(from+20000, len(n.out))
		k := bytes.Index(n.out[from:end], coded[s:s+burst300/2])
		if k < 0 {
			list = append(list, -1)
			from = max(from, s-4000)
			continue
		}
		k += from
		from = k + burst300/2
		list = append(list, float64(n.at[k/frame]+int64(k%frame)*125000-n.due(s))/1e6)
	}
	return list
}

func median(x []float64) float64 {
	x = slices.Clone(x)
	slices.Sort(x)
	return x[len(x)/2]
}

// A bridge over a calm network adds little.
func TestBridgeDelay(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var all []float64
	for range 40 {
		n := &lane{pcm: talking(5, r.Uint64())}
		n.phases = [2]time.Duration{time.Duration(r.IntN(20e6)), time.Duration(r.IntN(20e6))}
		shift := r.IntN(20e6)
		n.late = func(int) time.Duration { return time.Duration(shift + r.IntN(1e6)) }
		n.ship(t)
		for _, d := range n.delays()[4:] {
			if d < 0 {
				t.Fatal("a word was changed")
			}
			all = append(all, d-float64(shift)/1e6)
		}
	}
	t.Logf("median %.1f ms, longest %.1f ms", median(all), slices.Max(all))
	if median(all) > 30 || slices.Max(all) > 40 {
		t.Errorf("median %.1f ms, longest %.1f ms", median(all), slices.Max(all))
	}
}

// silent counts the frames that are silent.
func silent(pcm []int16) (n int) {
	for i := 0; i+frame <= len(pcm); i += frame {
		sum := 0
		for _, v := range pcm[i : i+frame] {
			sum += max(int(v), -int(v))
		}
		if sum < 20*frame {
			n++
		}
	}
	return n
}

// hum is a voice that never pauses.
func hum(seconds int) []int16 {
	x := make([]int16, seconds*audio.Rate)
	voice := wave(func(phase float64) (v float64) {
		for h := 1.0; h < 12; h++ {
			v += 1500 / h * math.Sin(h*phase)
		}
		return v
	})
	phase := 0.0
	for i := range x {
		phase += (140 + 40*math.Sin(float64(i)/5000)) / audio.Rate
		x[i] = int16(voice(phase))
	}
	return x
}

// What is lost is heard neither by the other side of a bridge nor in a recording as a hole.
func TestLossIsConcealed(t *testing.T) {
	for _, percent := range []int{1, 3, 5} {
		r := rand.New(rand.NewPCG(7, 8))
		tap := new(recorder)
		n := &lane{pcm: hum(60), tap: tap, lost: func(int) bool { return r.IntN(100) < percent }}
		n.ship(t)
		other := audio.PCMU.Decode(nil, n.out)[audio.Rate : 59*audio.Rate]
		recorded := tap.heard[2*audio.Rate : 59*audio.Rate]
		for what, x := range map[string][]int16{"bridge": other, "recording": recorded} {
			say, k, all := t.Logf, silent(x), len(x)/frame
			if k*1000 > 3*all {
				say = t.Errorf
			}
			say("%s at %d %% loss: %d of %d frames are silent", what, percent, k, all)
		}
	}
}

// A second after a burst of trouble the delay has begun to become shorter, and two seconds after it is what it was.
func TestBridgeDrains(t *testing.T) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 9))
		n := &lane{pcm: talking(14, seed), phases: [2]time.Duration{3e6, 11e6}}
		n.late = func(i int) time.Duration {
			if i > 250 && i < 400 { // three seconds of trouble
				return time.Duration(r.IntN(90e6))
			}
			return time.Duration(r.IntN(1e6))
		}
		n.ship(t)
		d := n.delays()
		during, after := d[15], d[20:] // one each half second
		say := t.Logf
		if during < 60 || slices.Min(after) < 0 || slices.Max(after) > d[8]+10 {
			say = t.Errorf
		}
		say("delay before %.0f ms, during %.0f, two seconds after it %.0f", d[8], during, after)
	}
}

// A sender whose clock is a little wrong is followed for ten minutes without a word that is changed.
func TestBridgeDrift(t *testing.T) {
	for _, ppm := range []float64{200, -200} {
		n := &lane{pcm: talking(600, 3), ppm: ppm, phases: [2]time.Duration{3e6, 11e6}}
		n.ship(t)
		d := n.delays()[2:]
		say := t.Logf
		if slices.Min(d) < 0 || slices.Max(d) > 45 || len(d) < 1100 {
			say = t.Errorf
		}
		say("%v ppm: delay from %.0f to %.0f ms, %d words, none changed", ppm, slices.Min(d), slices.Max(d), len(d))
	}
}

// keyed is what a keypad sends: tones of on, pauses of off, over a little noise.
func keyed(digits string, on, off time.Duration, r *rand.Rand) (x []int16) {
	noise := func(d time.Duration) []int16 {
		b := make([]int16, d*audio.Rate/time.Second)
		for i := range b {
			b[i] = int16(r.NormFloat64() * 32768 * math.Pow(10, -50.0/20))
		}
		return b
	}
	x = noise(500 * time.Millisecond)
	for i := range len(digits) {
		tone := dtmf.Generate(nil, digits[i], on, -11, -9)
		for k, v := range noise(on) {
			tone[k] += v
		}
		x = append(append(x, tone...), noise(off)...)
	}
	return append(x, noise(time.Second)...)
}

// Keys in the sound are found on a line that loses packets and brings them in any order.
func TestInBandKeysOnABadLine(t *testing.T) {
	for _, c := range []struct {
		loss, jitter int
		on           time.Duration
		hundreds     uint64
		least        int // of a thousand
	}{
		{0, 20, 80e6, 1, 1000}, {0, 50, 80e6, 5, 995}, {0, 80, 80e6, 2, 990}, {3, 20, 80e6, 2, 990},
		{3, 50, 80e6, 3, 980}, {5, 50, 100e6, 2, 980}, {0, 50, 50e6, 5, 980},
	} {
		right, extra := 0, 0
		for seed := range c.hundreds {
			r := rand.New(rand.NewPCG(seed, 11))
			digits := make([]byte, 100)
			for i := range digits {
				digits[i] = "0123456789"[r.IntN(10)]
			}
			n := &lane{pcm: keyed(string(digits), c.on, c.on, r), options: Options{InBand: true}}
			n.late = func(int) time.Duration { return time.Duration(r.IntN(c.jitter * 1e6)) }
			n.lost = func(int) bool { return r.IntN(100) < c.loss }
			n.ship(t)
			var got []byte
			for _, e := range n.events {
				if e.Kind == Key {
					got = append(got, e.Digit)
				}
			}
			k := common(digits, got)
			right, extra = right+k, extra+len(got)-k
		}
		say, all := t.Logf, int(c.hundreds)*100
		if right*1000 < c.least*all || extra > 5 {
			say = t.Errorf
		}
		say("loss %d %%, jitter %d ms, tones of %v: %d of %d keys, %d more", c.loss, c.jitter, c.on, right, all, extra)
	}
}

// common is the length of the longest common subsequence.
func common(a, b []byte) int {
	row := make([]int, len(b)+1)
	for i := range a {
		diagonal := 0
		for j := range b {
			up := row[j+1]
			if a[i] == b[j] {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(row[j+1], row[j])
			}
			diagonal = up
		}
	}
	return row[len(b)]
}

// A network that stands still within a tone, for however long, makes no second key of it.
func TestAKeyAcrossAStandstill(t *testing.T) {
	for stall := 40; stall <= 400; stall += 20 {
		for at := 25; at < 29; at++ { // the packets of the tone
			n := &lane{pcm: keyed("2", 80e6, 80e6, rand.New(rand.NewPCG(1, 2))), options: Options{InBand: true}}
			n.late = func(i int) time.Duration {
				return max(0, time.Duration(stall-20*(i-at))*time.Millisecond) * time.Duration(min(max(i-at+1, 0), 1))
			}
			n.ship(t)
			if k := kinds(n.events, Key); k != 1 {
				t.Errorf("%d ms at packet %d: %d keys", stall, at, k)
			}
		}
	}
}
