package dialer

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// What a script of somebody else's draws from the seed and the keys (Python: hashlib, sorted, whole numbers) is drawn
// here, whatever the order of the list.
func TestOthersDrawTheSame(t *testing.T) {
	var keys, strata []string
	for i := range 100 {
		keys = append(keys, fmt.Sprintf("k%03d", i))
		strata = append(strata, "三所")
		if i < 83 {
			strata[i] = "二所"
		}
		if i < 50 {
			strata[i] = "一所"
		}
	}
	slices.Reverse(keys)
	slices.Reverse(strata)
	for method, want := range map[string]string{Systematic: "k000 k014 k028 k043 k057 k071 k086",
		Stratified: "k008 k018 k022 k033 k077 k082 k094"} {
		var got []string
		for i, in := range DrawBy(method, "2026-11", keys, strata, 70_000) {
			if in {
				got = append(got, keys[i])
			}
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%s draws %v, want %s", method, got, want)
		}
	}
	for _, method := range []string{Random, Systematic, Stratified} {
		for n := range 40 {
			for _, share := range []int64{0, 1, 10_000, 333_333, 999_999, 1_000_000} {
				k := 0
				for _, in := range DrawBy(method, "s", keys[:n], strata[:n], share) {
					if in {
						k++
					}
				}
				if want := sized(n, share); k != want {
					t.Errorf("%s draws %d of %d at %d millionths, want %d", method, k, n, share, want)
				}
			}
		}
	}
}
