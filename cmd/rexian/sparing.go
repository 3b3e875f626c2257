package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// checkMemory is what a check takes before it looks for memory that is no longer used. Nearly all that it makes is
// used to its end, so that looking earlier would be in vain.
const checkMemory = 244 << 20

// sparing lets a command that is soon done look for memory only when it has taken much, and again whenever it has taken
// a fourth more than it needs.
func (a *app) sparing() {
	if a.alone {
		hugePages(checkMemory)
		debug.SetGCPercent(-1)
		debug.SetMemoryLimit(checkMemory)
		watchCollections(checkMemory)
	}
}

// collections is what is let go at each collection, which is how it is noticed.
type collections struct{ limit int64 }

// watchCollections raises the limit of memory where what is used fills it: at the limit itself the program would do
// nothing but look for memory.
func watchCollections(limit int64) {
	runtime.SetFinalizer(&collections{limit}, func(c *collections) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		if used := int64(live[0].Value.Uint64()); used > c.limit*3/4 {
			c.limit = used + used/4
			debug.SetMemoryLimit(c.limit)
		}
		watchCollections(c.limit)
	})
}
