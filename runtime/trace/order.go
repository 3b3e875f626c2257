package trace

import (
	"cmp"
	"slices"
)

// sortKeys orders the fields of an effect for comparison: what kind it is comes first.
func sortKeys(keys []string) {
	rank := func(k string) int {
		if k == "kind" {
			return 0
		}
		return 1
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(rank(a)-rank(b), cmp.Compare(a, b)) })
}
