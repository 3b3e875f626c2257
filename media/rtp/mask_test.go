package rtp

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"rexian/media/audio"
	"rexian/media/dtmf"
	"rexian/media/record"
)

// pinCaller is one who talks, keys a PIN as tones and talks again, over a network.
type pinCaller struct {
	codec   audio.Codec
	after   time.Duration // of talk before the first key
	on, off time.Duration
	pin     string
	late    func(*rand.Rand) time.Duration // how late a packet comes; nil: never
	lost    func(*rand.Rand) bool          // nil: none
	outage  bool                           // nothing comes from the middle of the third key on, for 300 ms
	options Options
	both    bool // events come as well
}

// recordedAs keeps the stream with a recorder of ours, and returns what the file has of the caller.
func (k *pinCaller) recordedAs(t *testing.T, p *record.Pool, seed uint64) []int16 {
	r, rnd := newRig(t), rand.New(rand.NewPCG(seed, 5))
	m := farMedia()
	m.Codec = k.codec
	s, _ := r.open(k.options, m)
	path := filepath.Join(t.TempDir(), "a.wav")
	rec := p.Record(record.About{Path: path})
	s.Record(rec)
	r.step(2)
	pcm := audio.Tone([]float64{330, 440}, -16, k.after)
	breaks := 0
	var downs []int
	for i, key := range []byte(k.pin) {
		if i == 2 {
			breaks = len(pcm) + frames(k.on/2)
		}
		downs = append(downs, len(pcm))
		pcm = dtmf.Generate(pcm, key, k.on, -8, -6)
		pcm = append(pcm, make([]int16, frames(k.off))...)
	}
	pcm = append(pcm, audio.Tone([]float64{330, 440}, -16, time.Second)...)
	type packet struct {
		at int64
		b  []byte
	}
	var list []packet
	start := r.now
	seq, coded := uint16(1), k.codec.Encode(nil, pcm)
	for i := range len(coded) / frame {
		at := start + int64(i)*int64(period)
		for n, down := range downs {
			if tick := i - (down+frame-1)/frame; k.both && tick >= 0 {
				if e, ok := dtmf.At(k.pin[n], 10, tick*frame, k.on); ok {
					list = append(list, packet{at, build(101, tick == 0, seq, uint32(down), 77, e.Payload[:])})
					seq++
				}
			}
		}
		b := build(uint8(k.codec), false, seq, uint32(i*frame), 77, coded[i*frame:][:frame])
		seq++
		switch {
		case k.lost != nil && k.lost(rnd), k.outage && i*frame >= breaks && i*frame < breaks+2400:
			continue
		case k.late != nil:
			at += int64(k.late(rnd))
		}
		list = append(list, packet{at, b})
	}
	slices.SortStableFunc(list, func(a, b packet) int { return int(a.at - b.at) })
	for range len(coded)/frame + 40 {
		for len(list) > 0 && list[0].at <= r.now {
			s.leg.receive(r.w, list[0].b, far, list[0].at)
			list = list[1:]
		}
		r.step(1)
	}
	s.Close()
	r.step(1)
	<-rec.Done()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wav, err := audio.ReadWAV(b)
	if err != nil {
		t.Fatal(err)
	}
	var heard []int16
	for i := 0; i < len(wav.Samples); i += 2 {
		heard = append(heard, wav.Samples[i])
	}
	return heard
}

func frames(d time.Duration) int { return int(d * audio.Rate / time.Second) }

// keyIn is where a tone of a keypad is in the sound, however short: the sample, or −1.
func keyIn(pcm []int16) int {
	const n = 96 // 12 ms
	x := make([]int16, n)
	for at := 0; at+n <= len(pcm); at += n / 2 {
		for i := range x { // a window, so that a voice below the tones does not count for them
			x[i] = int16(float64(pcm[at+i]) * (1 - math.Cos(2*math.Pi*float64(i)/n)) / 2)
		}
		for _, hz := range []float64{852, 941, 1209, 1336, 1477} {
			if level(x, hz) > 400 {
				return at
			}
		}
	}
	return -1
}

// A PIN that is keyed as tones leaves nothing in a recording, at whatever moment relative to the recording's chunks and
// the stream's batches it is keyed, whether keys are told or not, over calm networks and bad ones.
func TestAPINIsInNoRecordingAtAnyMoment(t *testing.T) {
	p := record.New(record.Options{G711: true, Behind: time.Minute})
	defer p.Close()
	usual := pinCaller{codec: audio.PCMA, on: 80 * time.Millisecond, off: 70 * time.Millisecond, pin: "987*5"}
	with := func(change func(*pinCaller)) pinCaller { k := usual; change(&k); return k }
	for name, k := range map[string]pinCaller{
		"calm":  usual,
		"short": with(func(k *pinCaller) { k.on, k.off = 45*time.Millisecond, 45*time.Millisecond }),
		"long":  with(func(k *pinCaller) { k.on, k.codec = 700*time.Millisecond, audio.PCMU }),
		"told":  with(func(k *pinCaller) { k.options.InBand = true }),
		"shuffled": with(func(k *pinCaller) {
			k.late = func(r *rand.Rand) time.Duration { return time.Duration(r.IntN(50)) * time.Millisecond }
		}),
		"lossy":  with(func(k *pinCaller) { k.lost = func(r *rand.Rand) bool { return r.IntN(100) < 3 } }),
		"broken": with(func(k *pinCaller) { k.outage = true }),
		"events too": with(func(k *pinCaller) {
			k.on, k.both, k.options.InBand = 160*time.Millisecond, true, true
		}),
	} {
		t.Run(name, func(t *testing.T) {
			moments := 8
			if name == "calm" {
				moments = 43
			}
			for i := range moments { // over a chunk of 512 ms
				k.after = 600*time.Millisecond + time.Duration(i*512/moments)*time.Millisecond
				heard := k.recordedAs(t, p, uint64(i))
				if at := keyIn(heard); at >= 0 {
					t.Fatalf("keyed %v after the beginning, a key is to be heard at %v", k.after,
						time.Duration(at)*time.Second/audio.Rate)
				}
				if begun := heard[800:frames(k.after-150*time.Millisecond)]; k.lost == nil && k.late == nil &&
					level(begun, 330) < 1000 {
					t.Fatalf("keyed %v after the beginning, what was said before is not there", k.after)
				}
				if end := heard[len(heard)-8000:][:3200]; level(end, 330) < 1000 {
					t.Fatalf("keyed %v after the beginning, what was said behind is not there", k.after)
				}
			}
		})
	}
}

// Where sound was lost on its way to a slow tap the keys before it are still taken out.
func TestMasksAreNotLost(t *testing.T) {
	r := newRig(t)
	r.out = newOutlet(r.e, 64, 2)
	s, _ := r.open(Options{}, farMedia())
	log := &masked{}
	s.Record(log)
	v := r.voice(s)
	pcm := audio.Tone([]float64{330}, -16, 500*time.Millisecond)
	pcm = dtmf.Generate(pcm, '9', 100*time.Millisecond, -8, -6)
	pcm = append(pcm, make([]int16, 8000)...)
	coded := audio.PCMU.Encode(nil, pcm)
	for i := range len(coded) / frame {
		v.send(coded[i*frame:][:frame])
		r.now += int64(period)
		s.leg.tick(r.w, r.now, 0)
	}
	for range 4 {
		r.pump()
		r.step(12)
	}
	s.Close()
	r.step(1)
	if at := keyIn(log.pcm); at >= 0 || log.at < 8000 {
		t.Errorf("a key is to be heard at %d of %d samples", at, log.at)
	}
}

// masked is a recording in memory.
type masked struct {
	pcm      []int16
	at, upTo int
}

func (m *masked) Coded(c audio.Codec, heard, _ []byte) {
	m.pcm = c.Decode(m.pcm, heard)
	clear(m.pcm[m.at:max(m.at, min(m.upTo, len(m.pcm)))])
	m.at = len(m.pcm)
}

func (m *masked) Keys(from, to int) {
	from, to = max(m.at+from, 0), m.at+to
	m.upTo = max(m.upTo, to)
	if from < m.at {
		clear(m.pcm[from:min(to, m.at)])
	}
}

func (m *masked) End() {}
