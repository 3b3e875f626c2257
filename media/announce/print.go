package announce

import "math"

const (
	rate   = 8000
	hop    = 160 // samples between two frames of the spectrum: a packet
	window = 256
	bands  = 18
	lowest = 250.0 // Hz, of the lowest band
	tops   = 3450.0
	// spread is how many frames before and behind one its print looks: 60 ms each.
	spread  = 3
	stacked = 3 * bands
	// Dims are the numbers of a print: what is left of the stacked bands when the voice is taken out of them.
	Dims = 16
	// every is how many frames there are to a print: 40 ms.
	every = 2
	// ahead is how many frames later the loudness is known by which a frame is measured.
	ahead = 10
	delay = ahead + spread
	ring  = 32 // frames that are kept, more than delay + spread
)

// Frame is the print of 40 ms of sound.
type Frame [Dims]int8

// PerSecond is how many frames a second of sound has.
const PerSecond = rate / (hop * every)

// hann, turns, order and edges are tables of the transform and the bands, which lie as those of an ear do.
var hann = func() (t [window]float32) {
	for i := range t {
		t[i] = float32(0.5-0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/window)) / 32768
	}
	return t
}()

var turns = func() (t [window / 2]complex64) {
	for i := range t {
		a := -2 * math.Pi * float64(i) / window
		t[i] = complex(float32(math.Cos(a)), float32(math.Sin(a)))
	}
	return t
}()

var order = func() (t [window]uint8) {
	for i := range t {
		for b := range 8 {
			t[i] |= uint8(i >> b & 1 << (7 - b))
		}
	}
	return t
}()

var edges = func() (t [bands + 1]int) {
	mel := func(f float64) float64 { return math.Log(1 + f/700) }
	for i := range t {
		m := mel(lowest) + (mel(tops)-mel(lowest))*float64(i)/bands
		t[i] = int(math.Round(700 * (math.Exp(m) - 1) * window / rate))
		if i > 0 && t[i] <= t[i-1] {
			t[i] = t[i-1] + 1
		}
	}
	return t
}()

// transform is the spectrum of a window, in place.
func transform(x *[window]complex64) {
	for size := 2; size <= window; size <<= 1 {
		half, stride := size/2, window/size
		for at := 0; at < window; at += size {
			for k := range half {
				a, b := x[at+k], x[at+k+half]*turns[k*stride]
				x[at+k], x[at+k+half] = a+b, a-b
			}
		}
	}
}

// raw is a frame before its loudness is known.
type raw struct {
	power [bands]float32
	all   float32
	tone  bool // it is the tone of a telephone that rings, or is busy
}

const (
	faint     = 1e-6  // power of what is silence whatever comes: -60 dBov
	below     = 0.004 // what is 24 dB weaker than the voice is silence: so noise of the line says nothing
	fades     = 0.999 // of the loudness, in a frame: it halves in 14 s
	tonal     = 0.93  // share of its power that a tone has near 450 Hz
	toneFirst = 13    // of its bins
	toneLast  = 16
)

// printer makes prints of sound as it comes. It allocates nothing once it is made.
type printer struct {
	samples [window]int16 // the last ones, shifted by hops
	filled  int           // of the hop that is being filled
	spectra [ring]raw
	logs    [ring][bands]float32
	loud    [ring]bool
	level   float32
	frames  int
	bins    [window]complex64
}

// write takes samples of 8,000 a second, and tells of what each print is made of when it is known, and whether there is
// a voice in it.
func (p *printer) write(samples []int16, told func(x *[stacked]float32, voice bool)) {
	for len(samples) > 0 {
		n := copy(p.samples[window-hop+p.filled:], samples)
		p.filled += n
		samples = samples[n:]
		if p.filled < hop {
			return
		}
		p.frame()
		copy(p.samples[:], p.samples[hop:])
		p.filled = 0
		p.ready(told)
	}
}

// frame measures the window that is full.
func (p *printer) frame() {
	for i, o := range order {
		p.bins[o] = complex(float32(p.samples[i])*hann[i], 0)
	}
	transform(&p.bins)
	r := &p.spectra[p.frames%ring]
	*r = raw{}
	ringing := float32(0)
	for b := range bands {
		sum := float32(0)
		for k := edges[b]; k < edges[b+1]; k++ {
			re, im := real(p.bins[k]), imag(p.bins[k])
			w := re*re + im*im
			sum += w
			if k >= toneFirst && k <= toneLast {
				ringing += w
			}
		}
		r.power[b] = sum / window
		r.all += r.power[b]
	}
	r.tone = ringing/window > tonal*r.all
	p.level *= fades
	if at := p.frames - 2; at >= 2 { // at the ends of a tone there is sound that is no voice
		near := false
		for i := at - 2; i <= at+2; i++ {
			near = near || p.spectra[i%ring].tone
		}
		if x := p.spectra[at%ring].all; !near && x > p.level {
			p.level = x
		}
	}
	p.frames++
}

// ready makes the print that is due, if one is.
func (p *printer) ready(told func(x *[stacked]float32, voice bool)) {
	at := p.frames - 1 - ahead
	if at < 0 {
		return
	}
	r, floor := &p.spectra[at%ring], max(p.level, faint)*below
	p.loud[at%ring] = !r.tone && r.all > 4*floor
	for b := range bands {
		x := r.power[b]
		if r.tone {
			x = 0
		}
		p.logs[at%ring][b] = quick(1 + x*bands/floor)
	}
	if at -= spread; at < spread || at%every != 0 {
		return
	}
	var x [stacked]float32
	for i, from := range [3]int{at - spread, at, at + spread} {
		copy(x[i*bands:], p.logs[from%ring][:])
	}
	told(&x, p.loud[at%ring])
}

// quick is the logarithm to the base of 2, near enough.
func quick(x float32) float32 {
	b := math.Float32bits(x)
	m := math.Float32frombits(b&0x7fffff|0x3f800000) - 1
	return float32(int(b>>23)-127) + m*(1.3465554-0.3465554*m)
}

// model takes out of the stacked bands what differs from voice to voice and from line to line, and leaves what differs
// from sound to sound: a linear map that was found by discriminant analysis.
type model struct {
	mean [stacked]float32
	rows [Dims][stacked]float32
}

func (m *model) print(x *[stacked]float32, f *Frame) {
	for i := range x {
		x[i] -= m.mean[i]
	}
	for d := range f {
		sum, row := float32(0), &m.rows[d]
		for i := range x {
			sum += row[i] * x[i]
		}
		f[d] = int8(min(max(sum, -127), 127))
	}
}
