package tasks

import (
	"sync"
	"testing"
)

// Tasks begin and end while others wait for the end of all: no wait ends early, and none goes on for ever. Under the
// race detector a sync.WaitGroup in the place of a Group is told of here.
func TestTasksBeginWhileSomebodyWaits(t *testing.T) {
	var g Group
	<-g.None()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				g.Add()
				g.Done()
			}
		})
		all.Go(func() {
			for range 200 {
				<-g.None()
			}
		})
	}
	all.Wait()
	<-g.None()
	g.Add()
	waits := g.None()
	select {
	case <-waits:
		t.Error("the wait ended with a task running")
	default:
	}
	g.Done()
	<-waits
}
