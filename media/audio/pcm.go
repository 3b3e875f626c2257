package audio

import (
	"encoding/binary"
	"math"
)

// decodePCM reads whole numbers of width 1 to 4 bytes, little endian. One byte is without sign, more are with it. Fewer
// valid bits than the width holds stand on the left, so that the upper 16 are the sample; the rest rounds.
func decodePCM(data []byte, width int) []int16 {
	out := make([]int16, 0, len(data)/width)
	switch width {
	case 1:
		for _, b := range data {
			out = append(out, int16(b^0x80)<<8)
		}
	case 2:
		for i := 0; i+2 <= len(data); i += 2 {
			out = append(out, int16(binary.LittleEndian.Uint16(data[i:])))
		}
	case 3:
		for i := 0; i+3 <= len(data); i += 3 {
			out = append(out, rounded(int64(int16(binary.LittleEndian.Uint16(data[i+1:])))<<8|int64(data[i]), 8))
		}
	case 4:
		for i := 0; i+4 <= len(data); i += 4 {
			out = append(out, rounded(int64(int32(binary.LittleEndian.Uint32(data[i:]))), 16))
		}
	}
	return out
}

// rounded drops the lowest bits.
func rounded(v int64, bits int) int16 {
	return int16(min((v+1<<(bits-1))>>bits, math.MaxInt16))
}

// decodeFloat reads IEEE 754 numbers of width 4 or 8 bytes, little endian, with full scale at ±1.
func decodeFloat(data []byte, width int) []int16 {
	out := make([]int16, 0, len(data)/width)
	for i := 0; i+width <= len(data); i += width {
		if width == 4 {
			out = append(out, sample(float64(math.Float32frombits(binary.LittleEndian.Uint32(data[i:])))))
		} else {
			out = append(out, sample(math.Float64frombits(binary.LittleEndian.Uint64(data[i:]))))
		}
	}
	return out
}
