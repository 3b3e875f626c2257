package exchange

import (
	"rexian/runtime/session"
	"rexian/runtime/vm"
)

// Handle lets a test look at a call that it has arranged, and act for the agents who are not there.
type Handle struct{ c *telephone }

// Do runs a function on the call's goroutine, between two of its steps, and returns when it has run; false if the call
// is over.
func (h *Handle) Do(look func(*session.Session, *vm.Machine)) bool {
	ran := make(chan struct{})
	h.c.box.put(post{do: func() {
		look(h.c.session, h.c.machine)
		close(ran)
	}})
	select {
	case <-ran:
		return true
	case <-h.c.gone:
		return false
	}
}

// Place is where the flow is: the innermost position. It belongs to the call's goroutine: an Observer or Answers may
// ask.
func (h *Handle) Place() (fn, pc int) {
	if w := h.c.machine.Where(); len(w) > 0 {
		return w[0].Func, w[0].PC
	}
	return -1, -1
}

// AgentAnswers lets an agent answer the caller, who waits in a queue; false if none waits.
func (h *Handle) AgentAnswers() (ok bool) {
	h.Do(func(s *session.Session, _ *vm.Machine) {
		if h.c.waits != 0 && !s.Talking() {
			h.c.answersArranged()
			ok = true
		}
	})
	return ok
}

// answersArranged ends an arranged wait: the test's agent has the caller.
func (c *telephone) answersArranged() {
	if c.seat != nil {
		c.seat.leave()
		c.seat.queues.stop()
		c.seat = nil
	}
	c.connected()
}

// AgentHangsUp lets the agent hang up; false if none talks with the caller.
func (h *Handle) AgentHangsUp(agent string) (ok bool) {
	h.Do(func(s *session.Session, _ *vm.Machine) {
		if s.Talking() {
			t := h.c.waits
			h.c.waits = 0
			h.c.talksWith(agent)
			h.c.finish(t, vm.Event{Kind: vm.Done, Agent: agent})
			ok = true
		}
	})
	return ok
}
