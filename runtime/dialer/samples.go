package dialer

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"slices"
)

// The ways in which a sample is drawn.
const (
	Random     = "random"
	Systematic = "systematic"
	Stratified = "stratified"
)

// sized is how many of n a share, in millionths, draws: at least one of any.
func sized(n int, share int64) int {
	if share <= 0 || share >= 1_000_000 || n == 0 {
		return n
	}
	return max(int((int64(n)*share+500_000)/1_000_000), 1)
}

// DrawBy draws a share of the keys, in millionths; 0 draws all. strata has the stratum of each key, for Stratified.
//
// Systematic sorts the keys and takes them at equal distances: of n keys k are drawn, the i-th at the place
// floor((i·2^64 + s)·n / (k·2^64)), where s is the first eight bytes of the SHA-256 of the seed. Stratified gives each
// stratum its part of the sample by largest remainders, of equal ones the stratum whose name comes first, and draws it
// as Draw does. So anybody who has the seed and the keys draws the same.
func DrawBy(method, seed string, keys, strata []string, share int64) []bool {
	switch method {
	case Systematic:
		return systematic(seed, keys, sized(len(keys), share))
	case Stratified:
		return stratified(seed, keys, strata, sized(len(keys), share))
	}
	return Draw(seed, keys, share)
}

func systematic(seed string, keys []string, k int) []bool {
	order := make([]int, len(keys))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(keys[a], keys[b]) })
	in := make([]bool, len(keys))
	h := sha256.Sum256([]byte(seed))
	start := binary.BigEndian.Uint64(h[:8])
	for i := range k {
		// (i·2^64 + start)·n as 128 bits, of which the upper half by k is what is wanted
		high, _ := bits.Mul64(start, uint64(len(keys)))
		at := (uint64(i)*uint64(len(keys)) + high) / uint64(k)
		in[order[at]] = true
	}
	return in
}

func stratified(seed string, keys, strata []string, k int) []bool {
	of := map[string][]int{}
	for i := range keys {
		of[strata[i]] = append(of[strata[i]], i)
	}
	type part struct {
		name       string
		size, rest int
	}
	var parts []part
	left := k
	for name, list := range of {
		p := part{name, k * len(list) / len(keys), k * len(list) % len(keys)}
		parts, left = append(parts, p), left-p.size
	}
	slices.SortFunc(parts, func(a, b part) int {
		return cmp.Or(cmp.Compare(b.rest, a.rest), cmp.Compare(a.name, b.name))
	})
	in := make([]bool, len(keys))
	for i, p := range parts {
		if i < left {
			p.size++
		}
		list := of[p.name]
		slices.SortFunc(list, func(a, b int) int { return cmp.Compare(rank(seed, keys[a]), rank(seed, keys[b])) })
		for _, at := range list[:p.size] {
			in[at] = true
		}
	}
	return in
}
