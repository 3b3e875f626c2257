package acd

import (
	"hash/fnv"

	"rexian/compiler/bundle"
)

// FromProgram is a queue as a compiled program has it.
func FromProgram(b *bundle.Queue) *Queue {
	h := fnv.New64a()
	h.Write([]byte(b.Name))
	q := &Queue{Name: b.Name, Skills: b.Skills, Order: Order(b.Order), LastAgent: b.LastAgent > 0,
		Capacity: int(b.Capacity), Longest: b.Longest, Ring: b.Ring, WrapUp: b.WrapUp, Misses: int(b.Misses),
		KeepPlace: b.KeepPlace, Share: float64(b.Share) / 1_000_000, Within: b.ShareWithin, Seed: h.Sum64()}
	for _, t := range b.Tiers {
		if len(t.Skills) > 0 || t.MoveTo != "" {
			q.Steps = append(q.Steps, Step{After: t.After, Skills: t.Skills, MoveTo: t.MoveTo})
		}
	}
	return q
}
