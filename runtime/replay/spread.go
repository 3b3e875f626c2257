package replay

import (
	"runtime"
	"sync"

	"rexian/runtime/kept"
)

// gatherer gathers what one worker finds out of calls: take a call with its record, unread one that is none, and at the
// end, while no other does, join what all found.
type gatherer interface {
	take(w *Worker, c *kept.Call, record []byte)
	unread()
	join()
}

// spread gives the records of each to as many workers as there are processors. begin makes what one of them gathers.
func spread(each func(do func(record []byte) error) error, begin func() gatherer) error {
	const together = 256
	work := make(chan [][]byte, 2*runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			var w Worker
			var call kept.Call
			mine := begin()
			for records := range work {
				for _, record := range records {
					if call.Decode(record) != nil {
						mine.unread()
						continue
					}
					mine.take(&w, &call, record)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			mine.join()
		})
	}
	var records [][]byte
	err := each(func(record []byte) error {
		if records = append(records, record); len(records) == together {
			work <- records
			records = nil
		}
		return nil
	})
	work <- records
	close(work)
	wg.Wait()
	return err
}
