package suite

import (
	"slices"

	"rexian/compiler/check"
	"rexian/compiler/types"
	"rexian/lang/ast"
	"rexian/runtime/sim"
)

// Needs is what a test asks of its driver, as far as its lines tell without playing them.
type Needs struct {
	// Clock: the test sets the time of day, and so needs a clock that can be set.
	Clock bool
	// Wait is how long its lines wait in all, milliseconds, beyond what is spoken: a driver that cannot skip time
	// declines what takes too long. A line `say nothing` counts for SilenceTime.
	Wait int64
	// Assumes: it assumes answers of lookups, switches, lists, hours, settings or outcomes.
	Assumes bool
	// Message: it sends a text message. Campaign: it dials out. Agents: an agent acts.
	Message, Campaign, Agents bool
	// Skills: an agent has some skills only.
	Skills bool
	// Data: it looks at call data.
	Data bool
	// Speech: it listens to what the caller has said in a recording.
	Speech bool
	// Facts are what it expects the call to have done, each kind once, sorted.
	Facts []sim.FactKind
}

// SilenceTime is what Needs.Wait counts for the caller's saying nothing, milliseconds: a question's usual time.
const SilenceTime = 10_000

// needs reads the lines of a test.
func (r *run) needs(t *ast.TestDecl) Needs {
	var n Needs
	wait := func(e ast.Expr) {
		if e == nil {
			return
		}
		if d, ok := r.eval(e, types.Of(types.Duration)); ok {
			n.Wait += d.N
		}
	}
	for _, i := range t.Items {
		switch i.Kind {
		case "at":
			n.Clock = true
		case "given":
			n.Assumes = true
		case "hear", "not hear":
			if i.Words != nil {
				words, _ := i.Words.Plain()
				n.Speech = n.Speech || sim.SaysSpeech(words)
			}
		case "text":
			n.Message = true
		case "dial", "answer":
			n.Campaign = true
		case "agent answers", "agent hangs up", "agent signs in", "agent signs out", "agent ready", "agent break":
			n.Agents, n.Skills = true, n.Skills || len(i.Skills) > 0
		case "wait", "press":
			wait(i.Value)
		case "say nothing":
			n.Wait += SilenceTime
		case "expect", "expect not":
			r.needsOf(i.Outcome, &n)
		}
	}
	slices.Sort(n.Facts)
	n.Facts = slices.Compact(n.Facts)
	return n
}

// needsOf reads what a test expects.
func (r *run) needsOf(o *ast.Outcome, n *Needs) {
	if o == nil {
		return
	}
	switch o.Kind {
	case "redial":
		n.Campaign = true
	case "expr":
		ast.Walk(o.Expr, func(x ast.Node) bool {
			if ref, ok := x.(*ast.Ref); ok {
				if s := r.Checked.SymbolOf(ref); s != nil && s.Kind == check.CallData {
					n.Data = true
				}
			}
			return true
		})
	default:
		n.Facts = append(n.Facts, factKinds[o.Kind])
	}
}

// factKinds are the facts that expectations name, by the keyword that begins them.
var factKinds = map[string]sim.FactKind{"hangup": sim.HungUp, "mark": sim.Marked, "enqueue": sim.Enqueued,
	"transfer":  sim.Transfer,
	"voicemail": sim.Voicemail, "callback": sim.Callback, "send sms": sim.SMS, "send mail": sim.Mail,
	"reply":  sim.Reply,
	"called": sim.Called}
