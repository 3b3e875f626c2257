package meaning

import (
	"fmt"
	"slices"
	"strings"

	"rexian/lang/diag"
	"rexian/runtime/sim"
	"rexian/runtime/suite"
)

// mend writes another test where one came out alike on both programs: with the answer of a lookup that it did not
// foresee, or with what the calls were seen to do differently. It is "" where nothing is left to try. was and is are
// what became of the test on either program.
func mend(body string, was, is *suite.Result) string {
	for _, r := range []*suite.Result{is, was} {
		for _, f := range r.Failures {
			if f.Code == unforeseen && len(f.Args) > 1 {
				return foreseen(body, inChinese(f.Args[1]))
			}
		}
	}
	lines := strings.Split(body, "\n")
	deed := len(lines) - 1
	for deed >= 0 && !deedLine(lines[deed]) {
		deed--
	}
	seen := apart(was.Transcript, is.Transcript)
	if deed < 0 || len(seen) == 0 {
		return ""
	}
	return strings.Join(append(slices.Clone(lines[:deed+1]), seen...), "\n")
}

func inChinese(arg any) string {
	if t, ok := arg.(diag.Text); ok {
		return t.Zh
	}
	return fmt.Sprint(arg)
}

// unforeseen is the code of a lookup that a test does not answer: its second argument is the line that is missing.
const unforeseen = "RX7012"

// foreseen puts an assumption before the last deed of a test; "" if it stands there already.
func foreseen(body, line string) string {
	lines := strings.Split(body, "\n")
	if slices.Contains(lines, "  "+line) {
		return ""
	}
	deed := len(lines) - 1
	for deed > 0 && !deedLine(lines[deed]) {
		deed--
	}
	return strings.Join(slices.Insert(lines, deed, "  "+line), "\n")
}

// apart is what tells one course of a call from another, as the lines of a test that the second passes; none if they
// are alike.
func apart(was, is []suite.Line) []string {
	n := 0
	for n < len(was) && n < len(is) && was[n].Kind == is[n].Kind && was[n].Text == is[n].Text {
		n++
	}
	said := func(list []suite.Line) string {
		var b strings.Builder
		for _, l := range list {
			if l.Kind == "say" {
				b.WriteString(l.Text + "\n")
			}
		}
		return b.String()
	}
	only := func(list, other []suite.Line, hear, verb string) []string {
		heard := said(other)
		for _, l := range list[n:] {
			switch words := distinct(l.Text, heard); {
			case l.Kind != "say":
				if slices.ContainsFunc(other, func(o suite.Line) bool { return o.Kind == l.Kind && o.Text == l.Text }) {
					continue
				}
				if line := expected(l, verb); line != "" {
					return []string{line}
				}
			case words != "":
				return []string{fmt.Sprintf("  %s %q", hear, words)}
			}
		}
		return nil
	}
	if list := only(is, was, "听到", "应当"); list != nil {
		return list
	}
	if list := only(was, is, "听不到", "不应"); list != nil {
		return list
	}
	if list := inOrder(was, is, n); list != nil {
		return list
	}
	return sooner(was, is)
}

// apartIn tells whether two courses of a call differ in anything that is noted of them, but for when.
func apartIn(was, is []suite.Line) bool {
	return !slices.EqualFunc(was, is, func(a, b suite.Line) bool { return a.Kind == b.Kind && a.Text == b.Text })
}

// sooner hangs up between the two times at which both say the same.
func sooner(was, is []suite.Line) []string {
	began := int64(0)
	for _, l := range is {
		if l.Kind == string(sim.Pressed) {
			began = l.At
		}
		words := phrase(l.Text, false)
		i := slices.IndexFunc(was, func(o suite.Line) bool { return o.Kind == "say" && o.Text == l.Text })
		if l.Kind != "say" || words == "" || i < 0 {
			continue
		}
		other := was[i].At
		if max(l.At-other, other-l.At) < 2*slack {
			continue
		}
		hear := "听到"
		if l.At > other {
			hear = "听不到"
		}
		return []string{"  等待 " + seconds((l.At+other)/2-began), "  挂机", fmt.Sprintf("  %s %q", hear, words)}
	}
	return nil
}

// inOrder hears the words that come next one after the other, where the other call says the same in another order.
func inOrder(was, is []suite.Line, n int) []string {
	said := func(list []suite.Line) (words []string) {
		for _, l := range list[min(n, len(list)):] {
			if l.Kind == "say" {
				words = append(words, l.Text)
			}
		}
		return words
	}
	if slices.Equal(said(was), said(is)) {
		return nil
	}
	var list []string
	for _, l := range is[n:] {
		if words := phrase(l.Text, true); l.Kind == "say" && words != "" {
			list = append(list, fmt.Sprintf("  听到 %q", words))
		}
	}
	if len(list) < 2 {
		return nil
	}
	return list[:min(len(list), 3)]
}

// expected is an expectation of what a call did, "" for what no test asks for.
func expected(l suite.Line, verb string) string {
	name, _, _ := strings.Cut(l.Text, " ")
	switch sim.FactKind(l.Kind) {
	case sim.Marked:
		return fmt.Sprintf("  %s 标记 %q", verb, l.Text)
	case sim.Enqueued:
		return fmt.Sprintf("  %s 排队 %s", verb, name)
	case sim.Transfer:
		return fmt.Sprintf("  %s 转接 %q", verb, name)
	case sim.Voicemail:
		return fmt.Sprintf("  %s 留言 %s", verb, name)
	case sim.Callback:
		return fmt.Sprintf("  %s 预约回呼 %s", verb, name)
	case sim.SMS:
		return fmt.Sprintf("  %s 发短信 给 %q", verb, name)
	case sim.Mail:
		return fmt.Sprintf("  %s 发邮件 给 %q", verb, name)
	case sim.Reply:
		if words := phrase(l.Text, false); words != "" {
			return fmt.Sprintf("  %s 回复 包含 %q", verb, words)
		}
	case sim.HungUp:
		return "  " + verb + " 挂机"
	}
	return ""
}
