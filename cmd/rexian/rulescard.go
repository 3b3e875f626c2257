package main

import (
	"fmt"
	"strings"
	"time"

	"rexian/compiler"
	"rexian/compiler/emit"
	"rexian/compiler/rules"
	"rexian/lang/diag"
	"rexian/lang/format"
	"rexian/runtime/witness"
)

// ruleRecord is one rule as `check --rules --json` tells it.
type ruleRecord struct {
	Name  string       `json:"name"`
	File  string       `json:"file"`
	Line  int          `json:"line"`
	State string       `json:"state"` // proved, refuted, undecided
	Why   string       `json:"why,omitempty"`
	Same  []string     `json:"same,omitempty"` // hours, lists and switches that must not change within a call
	Times []timeRecord `json:"times,omitempty"`
	// Unmet says that no call is such that the rule's `when` holds: it is proved, and says nothing.
	Unmet bool `json:"unmet,omitempty"`
	// Example is a test that shows what is wrong, Shown whether a call was found that goes its whole way.
	Example string `json:"example,omitempty"`
	Shown   *bool  `json:"shown,omitempty"`
}

// timeRecord is one state of the hours. Times are seconds; worst and worst_keys are null where they have no bound.
type timeRecord struct {
	Numbers   []string        `json:"numbers,omitempty"`
	Hours     map[string]bool `json:"hours,omitempty"` // open
	Reached   bool            `json:"reached"`
	Best      float64         `json:"best"`
	Worst     *float64        `json:"worst"`
	BestKeys  int64           `json:"best_keys"`
	WorstKeys *int64          `json:"worst_keys"`
}

func recorded(t rules.Time) timeRecord {
	r := timeRecord{Numbers: t.Numbers, Reached: t.Reached, Best: t.Best.Seconds(), BestKeys: t.BestKeys}
	if s := t.Worst.Seconds(); s >= 0 {
		r.Worst = &s
	}
	if k := t.WorstKeys; k >= 0 {
		r.WorstKeys = &k
	}
	for _, h := range t.Hours {
		if r.Hours == nil {
			r.Hours = map[string]bool{}
		}
		r.Hours[h.Name] = h.Open
	}
	return r
}

// ruleRecords tells of all rules.
func (a *app) ruleRecords(p *program, verdicts []rules.Verdict, examples []witness.Test) []ruleRecord {
	list := []ruleRecord{}
	for i := range verdicts {
		v := &verdicts[i]
		r := ruleRecord{Name: v.Name(), File: v.Rule.File, State: v.State.String(), Same: v.Same, Unmet: v.Unmet,
			Line: lineOf(p.Source(v.Rule.File), v.Rule.Decl.Name.Span().Start)}
		if v.State != rules.Proved {
			r.Why = v.Why.In(a.Tongue)
		}
		for _, t := range v.Times {
			r.Times = append(r.Times, recorded(t))
		}
		if t := examples[i]; t.Source != "" {
			r.Example, r.Shown = t.Source, &t.Shown
		}
		list = append(list, r)
	}
	return list
}

// examples writes a counter-example of each rule that is not true, in the reader's tongue.
func (a *app) examples(j compiler.Judged) ([]witness.Test, error) {
	list := make([]witness.Test, len(j.Verdicts))
	var w *witness.Writer
	for i := range j.Verdicts {
		v := &j.Verdicts[i]
		if v.State != rules.Refuted || v.Path == nil {
			continue
		}
		if w == nil {
			out, err := emit.Emit(j.Checked, emit.Options{Graph: j.Graph, Cover: true, Rules: true})
			if err != nil {
				return nil, err
			}
			if w, err = witness.New(j.Checked, j.Graph, out); err != nil {
				return nil, err
			}
		}
		list[i] = w.Refutation(v)
		opt := format.Options{}
		if a.Tongue == diag.En {
			opt.Tongue = format.En
		}
		if src, err := format.Format("test.flow", []byte(list[i].Source), opt); err == nil {
			list[i].Source = string(src)
		}
	}
	return list, nil
}

// ruleCard prints what became of each rule.
func (a *app) ruleCard(verdicts []rules.Verdict, examples []witness.Test) {
	proved := 0
	for i := range verdicts {
		v := &verdicts[i]
		mark := "✔"
		switch v.State {
		case rules.Proved:
			proved++
		case rules.Refuted:
			mark = "✘"
		case rules.Undecided:
			mark = "?"
		}
		fmt.Fprintf(a.Out, "%s %s", mark, v.Name())
		if v.State != rules.Proved {
			fmt.Fprintf(a.Out, a.Say("：%s", ": %s"), v.Why.In(a.Tongue))
		}
		if v.Unmet {
			fmt.Fprint(a.Out, a.Say("：", ": ")+rules.Unmet.In(a.Tongue))
		}
		if len(v.Same) > 0 {
			fmt.Fprint(a.Out, a.Say("（通话当中%s不变）", " (while %s does not change within a call)",
				strings.Join(v.Same, a.Say("、", ", "))))
		}
		fmt.Fprintln(a.Out)
		for _, t := range v.Times {
			fmt.Fprintln(a.Out, "    "+a.timing(t))
		}
		if t := examples[i]; t.Source != "" {
			if t.Unmet {
				fmt.Fprintln(a.Out, a.Say("    没有找到“仅当”成立的通话；下面这一通不算：",
					"    no call was found in which its `when` holds; this one does not count:"))
			} else if !t.Shown {
				fmt.Fprintln(a.Out, a.Say("    没有找到走完这条路径的通话；走得最远的是：",
					"    no call was found that goes the whole way; this one goes furthest:"))
			}
			for line := range strings.Lines(t.Source) {
				fmt.Fprint(a.Out, "    "+line)
			}
		}
	}
	fmt.Fprintln(a.Out, a.Say("%d 条规则，%d 条成立", "%d [rule|rules], %d proved", len(verdicts), proved))
}

// timing is one line of the times of a rule.
func (a *app) timing(t rules.Time) string {
	var when []string
	if len(t.Numbers) > 0 {
		when = append(when, strings.Join(t.Numbers, a.Say("、", ", ")))
	}
	for _, h := range t.Hours {
		if h.Open {
			when = append(when, h.Name+a.Say("开放", " open"))
		} else {
			when = append(when, h.Name+a.Say("休息", " closed"))
		}
	}
	head := strings.Join(when, a.Say("，", ", "))
	if head != "" {
		head += a.Say("：", ": ")
	}
	if !t.Reached {
		return head + a.Say("走不到", "no way there")
	}
	return head + a.Say("时间 %s 到 %s，按键 %s 到 %s 次", "time %s to %s, keys %s to %s", a.sec(t.Best),
		a.bound(a.sec(t.Worst), t.Worst < 0),
		fmt.Sprint(t.BestKeys), a.bound(fmt.Sprint(t.WorstKeys), t.WorstKeys < 0))
}

func (a *app) bound(s string, none bool) string {
	if none {
		return a.Say("没有上限", "no bound")
	}
	return s
}

// sec is a time in seconds.
func (a *app) sec(d time.Duration) string {
	n := strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", d.Seconds()), "0"), ".")
	return a.Say("%s 秒", "%s s", n)
}

// lineOf is the line of an offset, from 1.
func lineOf(src []byte, offset int) int {
	return 1 + strings.Count(string(src[:min(offset, len(src))]), "\n")
}
