package main

import "testing"

// The callers count a key as said when its last sample is: it has to be where they are told.
func TestKeysEndWhereTheCallersCountThem(t *testing.T) {
	pcm, keys := withKeys(speech(31, 2))
	if keys.number != 10 {
		t.Errorf("%d keys in 31 s, one every three", keys.number)
	}
	for i, end := 0, keys.end; i < keys.number; i, end = i+1, end+keys.every {
		var level, after int
		for k := range 80 {
			level = max(level, int(pcm[end-k]))
			after = max(after, int(pcm[end+1+k]), -int(pcm[end+1+k]))
		}
		if level < 4000 || after > 0 {
			t.Errorf("key %d: at its end %d, after it %d", i, level, after)
		}
	}
}
