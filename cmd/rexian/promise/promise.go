// Package promise tells how two programs differ in what they promise: which rules are new, gone, broken or hold now,
// and by how much the way to a person changes.
package promise

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"rexian/compiler"
	"rexian/compiler/check"
	"rexian/compiler/rules"
	"rexian/lang/diag"
	"rexian/runtime/meaning"
)

// Side is one of the programs: what it means, and how long words take in it.
type Side struct {
	Judged   *compiler.Judged
	Voice    rules.Voice
	toPerson map[*check.FlowInfo][]rules.Time
}

// Differences decides the rules of both sides and tells how they differ.
func Differences(old, new *Side) []meaning.Difference {
	var both sync.WaitGroup
	both.Go(old.settle)
	both.Go(new.settle)
	both.Wait()
	return append(promises(old.Judged.Verdicts, new.Judged.Verdicts), persons(old, new)...)
}

// promises tells how the rules of two programs differ: which are new or gone, which no longer hold or hold now, and by
// how much the longest and the quickest way to what `from … to` names changes.
func promises(old, new []rules.Verdict) []meaning.Difference {
	var list []meaning.Difference
	add := func(v *rules.Verdict, sentence diag.Text) {
		list = append(list, meaning.Difference{Class: meaning.Fixed, Kind: "rule", Sentence: sentence,
			File: v.Rule.File, Start: v.Rule.Decl.Name.Span().Start})
	}
	named := func(list []rules.Verdict, name string) *rules.Verdict {
		i := slices.IndexFunc(list, func(v rules.Verdict) bool { return v.Name() == name })
		if i < 0 {
			return nil
		}
		return &list[i]
	}
	for i := range new {
		is := &new[i]
		was := named(old, is.Name())
		state := holds(is)
		switch {
		case was == nil:
			add(is, diag.Text{Zh: "新增规则“" + is.Name() + "”：" + state.Zh,
				En: "rule " + quote(is) + " is new: " + state.En})
		case was.State != is.State || was.Unmet != is.Unmet:
			before := holds(was)
			add(is, diag.Text{Zh: "规则“" + is.Name() + "”原来" + before.Zh + "，现在" + state.Zh,
				En: "rule " + quote(is) + ": it was " + before.En + ", now it is " + state.En})
		}
		if was != nil {
			rule := diag.Text{Zh: "规则“" + is.Name() + "”", En: "rule " + quote(is)}
			for _, s := range slower(rule, was.Times, is.Times, true) {
				add(is, s)
			}
		}
	}
	for i := range old {
		if v := &old[i]; named(new, v.Name()) == nil {
			add(v, diag.Text{Zh: "规则“" + v.Name() + "”没有了", En: "rule " + quote(v) + " is gone"})
			list[len(list)-1].File = "" // it is in the old sources
		}
	}
	return list
}

func quote(v *rules.Verdict) string { return fmt.Sprintf("%q", v.Name()) }

// holds says what became of a rule.
func holds(v *rules.Verdict) diag.Text {
	switch v.State {
	case rules.Proved:
		if v.Unmet {
			return diag.Text{Zh: "成立：" + rules.Unmet.Zh, En: "proved: " + rules.Unmet.En}
		}
		return diag.Text{Zh: "成立", En: "proved"}
	case rules.Refuted:
		return diag.Text{Zh: "不成立：" + v.Why.Zh, En: "broken: " + v.Why.En}
	}
	return diag.Text{Zh: "不能判定：" + v.Why.Zh, En: "undecided: " + v.Why.En}
}

// persons tells by how much the longest and the quickest way to a person changes, for each number and each state of the
// hours, rules or none.
func persons(old, new *Side) []meaning.Difference {
	type flows struct{ was, is *check.FlowInfo }
	var pairs []flows
	numbers := map[flows][]string{}
	for _, e := range new.Judged.Checked.Numbers {
		for _, was := range old.Judged.Checked.Numbers {
			if p := (flows{was.Flow, e.Flow}); was.Text == e.Text {
				if numbers[p] == nil {
					pairs = append(pairs, p)
				}
				numbers[p] = append(numbers[p], e.Text)
			}
		}
	}
	var list []meaning.Difference
	for _, p := range pairs {
		what := diag.Text{Zh: "拨打 " + strings.Join(numbers[p], "、") + " 到人工",
			En: "call " + strings.Join(numbers[p], " or ") + ", to a person"}
		for _, s := range slower(what, old.toPerson[p.was], new.toPerson[p.is], false) {
			list = append(list, meaning.Difference{Class: meaning.Timing, Kind: "person", Sentence: s})
		}
	}
	return list
}

// settle decides the rules of a side, and measures how long it takes to a person.
func (v *Side) settle() {
	v.Judged.Settle(v.Voice)
	var flows []*check.FlowInfo
	for _, e := range v.Judged.Checked.Numbers {
		if e.Flow != nil && v.Judged.Graph != nil {
			flows = append(flows, e.Flow)
		}
	}
	if len(flows) > 0 {
		v.toPerson = rules.ToPerson(v.Judged.Checked, v.Judged.Graph, v.Voice, flows)
	}
}

// slower says by how much some times change, once for each state of the hours; numbers: with those by which calls come.
func slower(what diag.Text, was, is []rules.Time, numbers bool) []diag.Text {
	var list []diag.Text
	for i := range is {
		b := &is[i]
		j := slices.IndexFunc(was, func(a rules.Time) bool {
			return slices.Equal(a.Numbers, b.Numbers) && slices.Equal(a.Hours, b.Hours)
		})
		if j < 0 {
			continue
		}
		a, when := &was[j], during(b, numbers)
		say := func(t diag.Text) {
			list = append(list, diag.Text{Zh: what.Zh + when.Zh + "：" + t.Zh, En: what.En + when.En + ": " + t.En})
		}
		switch {
		case a.Reached && !b.Reached:
			say(diag.Text{Zh: "原来走得到，现在走不到", En: "a way led there, none does now"})
		case !a.Reached && b.Reached:
			say(diag.Text{Zh: "原来走不到，现在走得到", En: "no way led there, one does now"})
		}
		if !a.Reached || !b.Reached {
			continue
		}
		for _, t := range []struct {
			zh, en    string
			from, to  time.Duration
			fro, upto int64
		}{{"最慢", "the slowest way", a.Worst, b.Worst, a.WorstKeys, b.WorstKeys},
			{"最快", "the quickest way", a.Best, b.Best, a.BestKeys, b.BestKeys}} {
			if t.from == t.to && t.fro == t.upto {
				continue
			}
			from, to := lasting(t.from, t.fro), lasting(t.to, t.upto)
			say(diag.Text{Zh: t.zh + "由 " + from.Zh + " 改为 " + to.Zh,
				En: t.en + " changes from " + from.En + " to " + to.En})
		}
	}
	return list
}

// during says of which calls a time is.
func during(t *rules.Time, numbers bool) diag.Text {
	var zh, en []string
	if numbers && len(t.Numbers) > 0 {
		zh, en = append(zh, "拨打 "+strings.Join(t.Numbers, "、")), append(en, "calls to "+strings.Join(t.Numbers, ", "))
	}
	for _, h := range t.Hours {
		if h.Open {
			zh, en = append(zh, h.Name+" 开放时"), append(en, "while "+h.Name+" is open")
		} else {
			zh, en = append(zh, h.Name+" 休息时"), append(en, "while "+h.Name+" is closed")
		}
	}
	if len(zh) == 0 {
		return diag.Text{}
	}
	return diag.Text{Zh: "（" + strings.Join(zh, "，") + "）", En: " (" + strings.Join(en, ", ") + ")"}
}

// lasting is a time and how many keys go with it; negative ones have no bound.
func lasting(d time.Duration, keys int64) diag.Text {
	if d < 0 {
		return diag.Text{Zh: "没有止境", En: "no bound"}
	}
	n := fmt.Sprintf("%g", d.Round(100*time.Millisecond).Seconds())
	return diag.Text{Zh: fmt.Sprintf("%s 秒 %d 键", n, keys), En: n + " s and " + diag.Many(keys, "key")}
}
