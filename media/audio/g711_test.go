package audio

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestKnownValues(t *testing.T) {
	// Corner values of G.711, tables 1a, 1b, 2a and 2b, scaled to 16 bits.
	for _, c := range []struct {
		codec  Codec
		code   byte
		sample int16
	}{
		{PCMU, 0x80, 32124}, {PCMU, 0x00, -32124}, {PCMU, 0x8F, 16764}, {PCMU, 0x9F, 8316}, {PCMU, 0xAF, 4092},
		{PCMU, 0xBF, 1980}, {PCMU, 0xCF, 924}, {PCMU, 0xDF, 396}, {PCMU, 0xEF, 132}, {PCMU, 0xFE, 8}, {PCMU, 0xFF, 0},
		{PCMU, 0x7E, -8}, {PCMA, 0xAA, 32256}, {PCMA, 0x2A, -32256}, {PCMA, 0xA5, 16896}, {PCMA, 0xB5, 8448},
		{PCMA, 0x85, 4224}, {PCMA, 0x95, 2112}, {PCMA, 0xE5, 1056}, {PCMA, 0xF5, 528}, {PCMA, 0xC5, 264},
		{PCMA, 0xD5, 8}, {PCMA, 0x55, -8},
	} {
		if got := c.codec.Decode(nil, []byte{c.code})[0]; got != c.sample {
			t.Errorf("%v: %#x decodes to %d, want %d", c.codec, c.code, got, c.sample)
		}
		if got := c.codec.Encode(nil, []int16{c.sample})[0]; got != c.code {
			t.Errorf("%v: %d encodes to %#x, want %#x", c.codec, c.sample, got, c.code)
		}
	}
}

// Every sample must get the code whose value is nearest, but for the rounding that dropping the lowest bits brings and
// the first quarter step of a segment, where G.711 puts the decision value at the segment's beginning.
func TestEncodeIsNearest(t *testing.T) {
	for _, c := range []Codec{PCMU, PCMA} {
		var all []byte
		for i := range 256 {
			all = append(all, byte(i))
		}
		levels := c.Decode(nil, all)
		slices.Sort(levels)
		for s := -32768; s <= 32767; s++ {
			got := int(c.Decode(nil, c.Encode(nil, []int16{int16(s)}))[0])
			at, _ := slices.BinarySearch(levels, int16(s))
			best := 1 << 20
			for _, k := range []int{at - 1, at, at + 1} {
				if k >= 0 && k < len(levels) {
					best = min(best, distance(s, int(levels[k])))
				}
			}
			if d := distance(s, got); d > best+16+distance(s, 0)/64 {
				t.Fatalf("%v: %d becomes %d, %d away; %d was possible", c, s, got, d, best)
			}
		}
	}
}

func distance(a, b int) int { return max(a-b, b-a) }

func TestCodesSurviveDecoding(t *testing.T) {
	for _, c := range []Codec{PCMU, PCMA} {
		for i := range 256 {
			want := byte(i)
			if c == PCMU && want == 0x7F {
				want = 0xFF // the two zeros of µ-law are one number
			}
			if got := c.Encode(nil, c.Decode(nil, []byte{byte(i)}))[0]; got != want {
				t.Errorf("%v: %#x came back as %#x", c, i, got)
			}
		}
	}
}

func TestTranscode(t *testing.T) {
	payload := make([]byte, 256)
	for i := range payload {
		payload[i] = byte(i)
	}
	for _, from := range []Codec{PCMU, PCMA} {
		for _, to := range []Codec{PCMU, PCMA} {
			want := append([]byte("x"), payload...)
			if from != to {
				want = to.Encode([]byte("x"), from.Decode(nil, payload))
			}
			if got := from.Transcode([]byte("x"), payload, to); !slices.Equal(got, want) {
				t.Errorf("%v to %v differs from decoding and encoding", from, to)
			}
		}
	}
}

func TestSilence(t *testing.T) {
	for c, most := range map[Codec]int16{PCMU: 0, PCMA: 8} {
		if got := c.Decode(nil, []byte{c.Silence()})[0]; got != most {
			t.Errorf("%v: silence is %d", c, got)
		}
	}
}

func TestAppends(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom([]Codec{PCMU, PCMA}).Draw(t, "codec")
		a, b := rapid.SliceOf(rapid.Int16()).Draw(t, "a"), rapid.SliceOf(rapid.Int16()).Draw(t, "b")
		apart := c.Encode(c.Encode(nil, a), b)
		if whole := c.Encode(nil, slices.Concat(a, b)); !slices.Equal(apart, whole) {
			t.Fatal("encoding in pieces differs")
		}
		if back := c.Decode(c.Decode(nil, apart[:len(a)]), apart[len(a):]); !slices.Equal(back, c.Decode(nil, apart)) {
			t.Fatal("decoding in pieces differs")
		}
	})
}

func BenchmarkDecode20ms(b *testing.B) {
	payload, pcm := make([]byte, 160), make([]int16, 0, 160)
	b.ReportAllocs()
	for b.Loop() {
		pcm = PCMA.Decode(pcm[:0], payload)
	}
}

func BenchmarkEncode20ms(b *testing.B) {
	payload, pcm := make([]byte, 0, 160), make([]int16, 160)
	b.ReportAllocs()
	for b.Loop() {
		payload = PCMA.Encode(payload[:0], pcm)
	}
}
