package main

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"rexian/cmd/rexian/source"
	"rexian/compiler"
	"rexian/runtime/deploy"
	"rexian/runtime/kept"
	"rexian/runtime/session"
	"rexian/runtime/sim"
	"rexian/runtime/vm"
)

// keptDay puts into a data folder what a server would have kept there: `day DATA FLOWS BY CALL…`. The flows are
// deployed by BY on the day before the scripts' own, and get a call for each CALL, the keys that are pressed one after
// the other: "-" presses none.
func keptDay(ts *testscript.TestScript, _ bool, args []string) {
	data, flows, by := ts.MkAbs(args[0]), ts.MkAbs(args[1]), args[2]
	a := &app{}
	v, err := source.Load(flows, a.registry, compiler.Options{})
	ts.Check(err)
	at := time.Date(2026, 10, 11, 9, 0, 0, 0, v.Zone)
	var clock atomic.Int64 // what at is, for the one who writes
	now := func() time.Time { return time.UnixMilli(clock.Load()).In(v.Zone) }
	clock.Store(at.UnixMilli())
	d, err := deploy.New(deploy.Options{Dir: data + "/" + deploy.Folder, Now: now})
	ts.Check(err)
	ts.Check(d.Deploy(v, by))
	k, err := kept.Open(kept.Options{Dir: data + "/" + kept.Folder, MB: 64, Days: 9, Now: now})
	ts.Check(err)
	defer k.Close()
	n := v.Program.Numbers[0]
	for i, keys := range args[3:] {
		at = at.Add(time.Minute)
		clock.Store(at.UnixMilli())
		const from = "13800138000"
		r := k.Begin(v.Program, kept.Header{Version: v.Hash(), ID: fmt.Sprint("c", i), Started: at.UnixMilli(),
			Direction: "in", Number: n.Text, Caller: from, Entry: v.Program.Funcs[n.Func].Name})
		c := sim.New(sim.Options{Image: v.Image, Func: int(n.Func), Now: at.UnixMilli(), Number: n.Text,
			Caller: from, Answers: plain{v}, Watch: r})
		c.Start()
		for _, key := range strings.TrimPrefix(keys, "-") {
			c.Rest()
			c.Press(string(key), sim.KeyGap)
		}
		c.Rest()
		c.Hangup()
		how, _ := c.Over()
		r.End(how, c.Now())
	}
}

// plain is a world in which lists are empty, hours are as they are written, and nothing else is answered.
type plain struct{ v *deploy.Version }

func (p plain) Lookup(vm.Effect, int64) (vm.Event, int64) {
	return vm.Event{Kind: vm.Outcome, Tag: "unavailable"}, 0
}

func (p plain) Query(e vm.Effect, now int64) vm.Event {
	if e.Name == "hours" {
		return session.Opening(p.v.Schedules[e.Index].At(now, nil))
	}
	return vm.Event{Kind: vm.Answer}
}

func (plain) Outcome(vm.Effect, int64) (string, int64) { return "", 0 }
