package main

import (
	"fmt"
	"runtime"
	"strconv"
	"time"

	"rexian/compiler/bundle"
	"rexian/runtime/vm"
)

const (
	waitingCalls = 10_000 // wait at once when their memory is weighed
	callBudget   = 900    // bytes of a waiting call, on the heap and as a snapshot
)

// waitingCall measures what one call costs while it waits, and to go on.
func waitingCall(c config) (*table, error) {
	t := &table{title: "one call, waiting for a taxpayer's number in a flow that another does",
		head: []string{"", "best", "median", "budget"}}
	im, err := load(Generate())
	if err != nil {
		return nil, err
	}
	weight, err := weigh(im)
	if err != nil {
		return nil, err
	}
	t.add(fmt.Sprintf("heap, one of %d", waitingCalls), fmt.Sprintf("%d B", weight), "",
		fmt.Sprintf("%d B", callBudget))
	t.bars = append(t.bars, bar{"heap of a waiting call", float64(weight), callBudget, "B"})

	m, err := waiting(im)
	if err != nil {
		return nil, err
	}
	saved, err := m.Snapshot()
	if err != nil {
		return nil, err
	}
	t.add("snapshot, JSON", fmt.Sprintf("%d B", len(saved)), "", fmt.Sprintf("%d B", callBudget))
	t.bars = append(t.bars, bar{"snapshot", float64(len(saved)), callBudget, "B"})

	const again = 10_000
	save, err := measure(c.rounds, func() error {
		for range again {
			if _, err := m.Snapshot(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	t.add("taking the snapshot", nanos(save[0].best, again), nanos(save[0].median, again), "")
	restore, err := measure(c.rounds, func() error {
		for range again {
			if _, err := im.Restore(saved); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	t.add("restoring it", nanos(restore[0].best, again), nanos(restore[0].median, again), "")

	src, err := program("resume.flow")
	if err != nil {
		return nil, err
	}
	marks, err := load(sources(src))
	if err != nil {
		return nil, err
	}
	const waits = 100_000
	resume, err := measure(c.rounds, func() error {
		m := marks.New(vm.Call{})
		n := 0
		for e := m.Start(marks.Program.FuncNamed("work"), nil, moment); !e.End; n++ {
			e = m.Resume(vm.Event{Kind: vm.Done, Now: moment})
		}
		if n < waits {
			return fmt.Errorf("the call ended after %d waits", n)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	t.add("resume: event in, steps, effect out", nanos(resume[0].best, waits), nanos(resume[0].median, waits), "100 ns")
	t.bars = append(t.bars, bar{"resume", float64(resume[0].best.Nanoseconds()) / waits, 100, "ns"})
	return t, nil
}

// nanos writes what one of n is.
func nanos(d time.Duration, n int) string {
	return strconv.FormatInt(d.Nanoseconds()/int64(n), 10) + " ns"
}

// waiting starts a call in a flow of the generated hotline and leaves it at its first question.
func waiting(im *vm.Image) (*vm.Machine, error) {
	fn := im.Program.FuncNamed(taxes[0] + matters[0] + "欠税")
	m := im.New(vm.Call{ID: "1", Caller: "13800138000", Number: "12366"})
	e := m.Start(fn, nil, moment)
	for range 20 {
		switch {
		case e.Kind == bundle.CollectSite:
			return m, nil
		case e.End:
			return nil, fmt.Errorf("the call ended (%s) before a question", e.How)
		case e.Kind == bundle.QuerySite:
			e = m.Resume(vm.Event{Kind: vm.Answer, Value: vm.Bool(false), Now: moment})
		default:
			e = m.Resume(vm.Event{Kind: vm.Done, Now: moment})
		}
	}
	return nil, fmt.Errorf("the call came to no question")
}

// weigh returns the bytes on the heap of one waiting call, all that hangs on it included.
func weigh(im *vm.Image) (int, error) {
	calls := make([]*vm.Machine, waitingCalls)
	before := heap()
	for i := range calls {
		m, err := waiting(im)
		if err != nil {
			return 0, err
		}
		calls[i] = m
	}
	after := heap()
	runtime.KeepAlive(calls)
	return int(after-before) / waitingCalls, nil
}

func heap() uint64 {
	var s runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}
