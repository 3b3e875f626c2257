package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rexian/compiler/bundle"
	"rexian/compiler/hours"
	"rexian/compiler/library"
	"rexian/lang/words"
	"rexian/runtime/session"
	"rexian/runtime/suite"
	"rexian/runtime/vm"
)

// samples answers a simulated call in the terminal: lookups with the library's sample answers, tables,
// opening hours, switches and lists with the program's own. Nothing leaves the machine.
type samples struct {
	program   *bundle.Program
	schedules []*hours.Hours
	answers   map[string]vm.Value        // by function
	members   []string                   // telephone numbers that are in every list
	switches  map[int]bool               // those that were flipped
	ends      map[bundle.SiteKind]string // outcomes of what the call tries, where it does not go well
}

// lookupTime is how long a sample answer takes, in milliseconds: long enough to notice `playing`.
const lookupTime = 800

func newSamples(p *bundle.Program, lib *library.Registry, members []string) (*samples, error) {
	schedules, err := session.Schedules(p)
	if err != nil {
		return nil, fmt.Errorf("simulate: %w", err)
	}
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		return nil, fmt.Errorf("simulate: %w", err)
	}
	answers, err := suite.Samples(lib, zone)
	if err != nil {
		return nil, fmt.Errorf("simulate: %w", err)
	}
	return &samples{program: p, schedules: schedules, answers: answers, members: members, switches: map[int]bool{},
		ends: map[bundle.SiteKind]string{}}, nil
}

// Lookup answers a library function or a table.
func (s *samples) Lookup(e vm.Effect, _ int64) (vm.Event, int64) {
	if e.Name == "table" {
		return session.Row(&s.program.Tables[e.Index], e.Args[0]), 0
	}
	if v, ok := s.answers[e.Name]; ok {
		return vm.Event{Kind: vm.Answer, Value: v}, lookupTime
	}
	return vm.Event{Kind: vm.Done}, lookupTime
}

// Query answers whether a number is in a list, a switch is on, hours are open.
func (s *samples) Query(e vm.Effect, now int64) vm.Event {
	switch e.Name {
	case "list":
		yes := len(e.Args) > 0 && slices.Contains(s.members, s.program.Lists[e.Index]+"="+e.Args[0].Str())
		return vm.Event{Kind: vm.Answer, Value: vm.Bool(yes)}
	case "switch":
		on := s.program.Switches[e.Index].On != s.switches[e.Index]
		return vm.Event{Kind: vm.Answer, Value: vm.Bool(on)}
	}
	return session.Opening(s.schedules[e.Index].At(now, nil))
}

// endTime is how long it takes until something that was tried has failed, in milliseconds.
const endTime = 5_000

// Outcome lets everything go well but what was asked to fail.
func (s *samples) Outcome(e vm.Effect, _ int64) (string, int64) {
	if tag, ok := s.ends[e.Kind]; ok {
		return tag, endTime
	}
	return "", 0
}

// tried are what a call tries with others: the keyword that begins the step, and the outcomes that it may end in.
var tried = []struct {
	keyword  string
	kind     bundle.SiteKind
	outcomes []string
}{
	{"enqueue", bundle.EnqueueSite, library.QueueOutcomes}, {"transfer", bundle.TransferSite, library.CallOutcomes},
	{"callback", bundle.CallbackSite, []string{"unavailable"}}, {"send sms", bundle.SMSSite, []string{"unavailable"}},
	{"send mail", bundle.MailSite, []string{"unavailable"}}, {"fax", bundle.FaxSite, []string{"unavailable"}},
	{"receive fax", bundle.ReceiveFaxSite, []string{"unavailable"}},
}

// ending reads what --ends says: an act and an outcome, in either tongue.
func ending(a *app, act, outcome string) (bundle.SiteKind, string, error) {
	var known []string
	for _, t := range tried {
		k := words.ByID(words.Reserved, t.keyword)
		if k == nil {
			k = words.ByID(words.Contextual, t.keyword)
		}
		known = append(known, a.Say(k.Chinese[0], k.English[0]))
		if !slices.Contains(k.Chinese, act) && !slices.Contains(k.English, act) {
			continue
		}
		if w, ok := library.Tag(outcome); ok && slices.Contains(t.outcomes, w.ID) {
			return t.kind, w.ID, nil
		}
		var ends []string
		for _, id := range t.outcomes {
			ends = append(ends, library.TagName(id).In(a.Tongue))
		}
		return 0, "", a.Usage("“%s”不会以“%s”结束；可以是：%s", "%s does not end with %q; it may with: %s", act, outcome,
			strings.Join(ends, a.Say("、", ", ")))
	}
	return 0, "", a.Usage("--ends 不认识“%s”；可以是：%s", "--ends knows no %q; it may be: %s", act,
		strings.Join(known, a.Say("、", ", ")))
}
