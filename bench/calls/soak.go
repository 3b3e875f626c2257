package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// endings are the ways in which calls end, 5,000 calls in all, or as many as -calls says; rate is calls a second.
var endings = []struct {
	what, scenario, number string
	calls, rate            int
	hold                   time.Duration
}{
	{"the caller hangs up", "uac.xml", "1000", 500, 25, time.Second},
	{"we hang up", "hungup.xml", "3000", 500, 25, 0},
	{"the caller gives up while it rings", "cancel.xml", "4000", 300, 8, 0},
	{"nobody answers the number", "refused.xml", "9999", 500, 12, 0},
	{"our answer is never acknowledged", "noack.xml", "1000", 300, 8, 0},
	{"no sound ever comes", "hungup.xml", "1000", 300, 8, 0},
	{"the caller hangs up while we look up", "uac.xml", "5000", 300, 8, 1500 * time.Millisecond},
	{"the caller hangs up while being recorded", "uac.xml", "6000", 300, 8, 1500 * time.Millisecond},
	{"the caller hangs up, put through", "uac.xml", "7000", 500, 12, 1500 * time.Millisecond},
	{"the other side hangs up, put through", "hungup.xml", "7001", 300, 8, 0},
	{"the other side is busy", "hungup.xml", "7002", 100, 4, 0},
	{"the caller hangs up while the other side rings", "uac.xml", "7003", 100, 4, 1500 * time.Millisecond},
	{"the caller hangs up on an agent", "uac.xml", "8000", 250, 8, 1500 * time.Millisecond},
	{"an agent hangs up", "hungup.xml", "8001", 250, 8, 0},
	{"agents refuse until the caller has waited for long", "hungup.xml", "8002", 100, 4, 0},
	{"the caller gives up while an agent rings", "uac.xml", "8003", 100, 4, 1500 * time.Millisecond},
	{"an agent passes the caller on", "hungup.xml", "8004", 150, 5, 0},
	{"the caller passes an agent on", "passon.xml", "8000", 150, 5, time.Second},
}

// skills are those of agents, by what their telephones do; see called.xml and the flows.
var skills = []string{"谈话", "先挂", "忙", "不接", "转走"}

// crews are enough agents that nobody waits for one.
var crews = map[string]int{"谈话": 60, "先挂": 40, "忙": 4, "不接": 20, "转走": 40}

// settled is how long after the last call everything must be as before it.
const settled = 40 * time.Second

// census is what a server holds.
type census struct{ goroutines, descriptors, streams, calls, dialogs, agents, ports int }

// over tells what a census has more than another; a few goroutines and descriptors are those of the database and the
// administration.
func (c census) over(base census) bool {
	return c.goroutines > base.goroutines+8 || c.descriptors > base.descriptors+8 || c.streams > 0 || c.calls > 0 ||
		c.dialogs > 0 || c.agents > 0 || c.ports > base.ports
}

func (s *server) census() (c census, err error) {
	var errs []error
	for name, to := range map[string]*int{"go_goroutines": &c.goroutines, "rexian_streams": &c.streams,
		"rexian_calls_active": &c.calls, "rexian_sip_dialogs": &c.dialogs, "rexian_agents_busy": &c.agents,
		"rexian_ports_used": &c.ports} {
		v, err := s.metric(name)
		*to = int(v)
		errs = append(errs, err)
	}
	c.descriptors, err = s.descriptors()
	return c, errors.Join(append(errs, err)...)
}

func soak(ctx context.Context, b *bench) (err error) {
	port, end, err := b.called(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	s, err := b.serve(ctx, options{recording: "all", timeout: "5s", log: "error", called: port,
		workers: crews})
	if err != nil {
		return err
	}
	defer s.stop()
	// A few calls first: what the first ones open for good belongs to the baseline.
	if _, err := (load{dir: b.dir, scenario: b.in("uac.xml"), port: s.sip, number: "1000", calls: 50, rate: 25, at: 50,
		hold: time.Second, local: b.port()}).run(ctx); err != nil {
		return err
	}
	time.Sleep(5 * time.Second)
	base, err := s.census()
	if err != nil {
		return err
	}
	fmt.Printf("   before: %+v\n", base)
	waits := make([]func() (outcome, error), len(endings))
	wished := 0
	for i, e := range endings {
		e.calls = max(e.calls*b.calls/5000, 1)
		wished += e.calls
		l := load{dir: b.dir, scenario: b.in(e.scenario), port: s.sip, number: e.number, calls: e.calls, rate: e.rate,
			at: e.calls, hold: e.hold, local: b.port(), limit: 150 * time.Second,
			extra: []string{"-recv_timeout", "60000"}}
		if waits[i], err = l.begin(ctx); err != nil {
			return err
		}
	}
	time.Sleep(20 * time.Second)
	amid, err := s.census()
	if err != nil {
		return err
	}
	fmt.Printf("   amid:   %+v\n", amid)
	all, failed := 0, 0
	for i, e := range endings {
		o, err := waits[i]()
		if err != nil {
			return fmt.Errorf("%s: %w", e.what, err)
		}
		fmt.Printf("   %-42s %d as wished, %d not\n", e.what, o.good, o.failed)
		if o.failed > 0 {
			fmt.Printf("      %s\n", o.why)
		}
		all, failed = all+o.good+o.failed, failed+o.failed
	}
	ended := time.Now()
	var left census
	for {
		if left, err = s.census(); err != nil {
			return err
		}
		if !left.over(base) || time.Since(ended) > settled {
			break
		}
		time.Sleep(time.Second)
	}
	took := time.Since(ended).Round(time.Second)
	fmt.Printf("   after:  %+v, %v after the last call\n", left, took)
	b.note("calls with all endings: not as wished", fmt.Sprintf("%d of %d", failed, all),
		fmt.Sprintf("0 of %d", wished), "",
		failed == 0 && all == wished)
	b.note("  at the baseline again", took.String(), "≤ 40s", "", !left.over(base))
	return nil
}
