package dialer

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Frame is the hash of the targets that a sample is drawn from, whatever their order: SHA-256 over the sorted keys,
// each with a line end, in hexadecimal. With the seed it lets anybody draw the same sample.
func Frame(keys []string) string {
	sorted := slices.Sorted(slices.Values(keys))
	h := sha256.New()
	for _, k := range sorted {
		h.Write([]byte(k + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// rank places a key in the order of a seed: SHA-256 of seed, line end and key, in hexadecimal.
func rank(seed, key string) string {
	h := sha256.Sum256([]byte(seed + "\n" + key))
	return hex.EncodeToString(h[:])
}

// Draw is a simple random sample of a share, in millionths, of the keys: those whose rank comes first. 0 draws all. A
// share of any keys draws at least one. The order is that of keys.
func Draw(seed string, keys []string, share int64) (drawn []bool) {
	drawn = make([]bool, len(keys))
	n := sized(len(keys), share)
	type ranked struct {
		rank string
		at   int
	}
	order := make([]ranked, len(keys))
	for i, k := range keys {
		order[i] = ranked{rank(seed, k), i}
	}
	slices.SortFunc(order, func(a, b ranked) int { return strings.Compare(a.rank, b.rank) })
	for _, x := range order[:n] {
		drawn[x.at] = true
	}
	return drawn
}
