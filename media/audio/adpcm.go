package audio

import "encoding/binary"

// IMA ADPCM sends of each sample only how far it is from the one before, in four bits on a step that grows and shrinks
// (IMA Recommended Practices for Enhancing Digital Audio Compatibility, revision 3.00). In a WAV file the stream is cut
// into blocks that begin with a whole sample and the place on the scale of steps, for each channel.

// adpcmSteps is the scale of steps; one place up is about a tenth more.
var adpcmSteps = [89]int32{
	7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107,
	118,
	130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060,
	1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484,
	7132,
	7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
}

// adpcmMoves is how far a difference moves the place on the scale.
var adpcmMoves = [8]int{-1, -1, -1, -1, 2, 4, 6, 8}

// adpcmState is what decoder and encoder both know of a channel.
type adpcmState struct {
	sample int32
	place  int
}

// decode takes four bits: a sign and a difference of 1/8, 3/8 … 15/8 of the step.
func (s *adpcmState) decode(code byte) int16 {
	step := adpcmSteps[s.place]
	difference := step >> 3
	if code&4 != 0 {
		difference += step
	}
	if code&2 != 0 {
		difference += step >> 1
	}
	if code&1 != 0 {
		difference += step >> 2
	}
	if code&8 != 0 {
		difference = -difference
	}
	s.sample = min(max(s.sample+difference, -32768), 32767)
	s.place = min(max(s.place+adpcmMoves[code&7], 0), len(adpcmSteps)-1)
	return int16(s.sample)
}

// encode finds the four bits that come nearest to the sample, and moves on as the decoder will.
func (s *adpcmState) encode(sample int16) byte {
	difference, code := int32(sample)-s.sample, byte(0)
	if difference < 0 {
		difference, code = -difference, 8
	}
	code |= byte(min(difference*4/adpcmSteps[s.place], 7))
	s.decode(code)
	return code
}

// decodeADPCM reads the blocks. frames is how many samples of each channel there are, -1 if only the blocks say so.
func (f wavFormat) decodeADPCM(data []byte, frames int64) ([]int16, error) {
	head := 4 * f.channels
	if f.bits != 4 || f.block < head+4*f.channels || (f.block-head)%(4*f.channels) != 0 {
		return nil, unsupported("IMA ADPCM with %d bits in blocks of %d bytes for %d channels", f.bits, f.block,
			f.channels)
	}
	perBlock := (f.block-head)/f.channels*2 + 1
	if f.perBlock > 0 && f.perBlock < perBlock {
		perBlock = f.perBlock
	}
	blocks := (len(data) + f.block - 1) / f.block
	if err := check(f.rate, f.channels, int64(blocks)*int64(perBlock*f.channels)); err != nil {
		return nil, err
	}
	out := make([]int16, 0, blocks*perBlock*f.channels)
	for len(data) > 0 {
		block := data[:min(len(data), f.block)]
		data = data[len(block):]
		if len(block) < head {
			break
		}
		out = adpcmBlock(out, block, f.channels, perBlock)
	}
	if frames >= 0 && frames*int64(f.channels) < int64(len(out)) {
		out = out[:frames*int64(f.channels)]
	}
	return out, nil
}

// adpcmBlock appends the samples of one block, at most perBlock of each channel. After the heads come four bytes, eight
// samples, of each channel in turn.
func adpcmBlock(out []int16, block []byte, channels, perBlock int) []int16 {
	var states [MaxChannels]adpcmState
	for c := range channels {
		head := block[4*c:]
		states[c] = adpcmState{int32(int16(binary.LittleEndian.Uint16(head))), min(int(head[2]), len(adpcmSteps)-1)}
		out = append(out, int16(states[c].sample))
	}
	body := block[4*channels:]
	for left := perBlock - 1; left > 0 && len(body) >= 4*channels; left -= 8 {
		var group [MaxChannels][8]int16
		for c := range channels {
			for i, b := range body[4*c : 4*c+4] {
				group[c][2*i] = states[c].decode(b & 15)
				group[c][2*i+1] = states[c].decode(b >> 4)
			}
		}
		for i := range min(left, 8) {
			for c := range channels {
				out = append(out, group[c][i])
			}
		}
		body = body[4*channels:]
	}
	return out
}

const (
	adpcmBlockBytes   = 256
	adpcmBlockSamples = (adpcmBlockBytes-4)*2 + 1
)

// encodeADPCM appends the samples in blocks of 256 bytes. The last block is filled with its last sample.
func encodeADPCM(dst []byte, samples []int16) []byte {
	state := adpcmState{place: adpcmStart(samples)}
	for len(samples) > 0 {
		block := samples[:min(len(samples), adpcmBlockSamples)]
		samples = samples[len(block):]
		at := func(i int) int16 { return block[min(i, len(block)-1)] }
		state.sample = int32(block[0])
		dst = binary.LittleEndian.AppendUint16(dst, uint16(block[0]))
		dst = append(dst, byte(state.place), 0)
		for i := 1; i < adpcmBlockSamples; i += 2 {
			low := state.encode(at(i))
			dst = append(dst, low|state.encode(at(i+1))<<4)
		}
	}
	return dst
}

// adpcmStart is a place on the scale that fits the first differences, so that the first samples are not lost in
// catching up.
func adpcmStart(samples []int16) int {
	most := int32(0)
	for i := 1; i < min(len(samples), 32); i++ {
		d := int32(samples[i]) - int32(samples[i-1])
		most = max(most, d, -d)
	}
	for place, step := range adpcmSteps {
		if step*3/2 >= most {
			return place
		}
	}
	return len(adpcmSteps) - 1
}
