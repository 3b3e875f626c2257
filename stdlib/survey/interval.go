package survey

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
)

// Interval is the Wilson score interval of a share of k of n at 95 %: where the share of all would lie from which the n
// were drawn at random (E. B. Wilson, JASA 22, 1927). Of none it is everything.
func Interval(k, n int64) (low, high float64) {
	if n <= 0 {
		return 0, 1
	}
	return wilson(float64(k)/float64(n), float64(n))
}

// Drawn tells whether a call belongs to a sample, of a share in millionths; 0 draws all. Anybody who knows the seed can
// draw it again: the first eight bytes of the SHA-256 of seed, line end and call, as a part of 2^64, are less than the
// share.
func Drawn(seed, call string, share int64) bool {
	if share <= 0 || share >= 1_000_000 {
		return true
	}
	h := sha256.Sum256([]byte(seed + "\n" + call))
	return float64(binary.BigEndian.Uint64(h[:8])) < math.MaxUint64*float64(share)/1_000_000
}
