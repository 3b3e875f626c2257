package room

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The cast of the exhaustive test.
const (
	caller = iota
	first
	second
	boss
	guest
	cast
)

var names = [cast]string{"caller", "agent 1", "agent 2", "supervisor", "guest"}

// op is one of the twelve operations: what it does, and to whom.
type op struct {
	name string
	who  int
	do   func(*Room[int]) error
}

func joins(who int, role Role) op {
	return op{names[who] + " joins", who, func(r *Room[int]) error { return r.Join(who, role) }}
}

func leaves(who int) op {
	return op{names[who] + " leaves", who, func(r *Room[int]) error { return r.Leave(who) }}
}

func supervises(m Mode) op {
	return op{"supervisor: " + m.String(), boss, func(r *Room[int]) error {
		if _, in := r.Role(boss); !in {
			if err := r.Join(boss, Supervisor); err != nil {
				return err
			}
		}
		return r.Supervise(boss, m)
	}}
}

func holds(on bool) op {
	return op{map[bool]string{true: "caller is held", false: "caller is taken back"}[on], caller,
		func(r *Room[int]) error { return r.Hold(caller, on) }}
}

var ops = []op{joins(first, Agent), leaves(first), joins(second, Agent), leaves(second), joins(guest, Guest),
	leaves(guest), holds(true), holds(false), supervises(Listen), supervises(Whisper), supervises(Barge), leaves(boss)}

// fate is what a sequence of operations means for one of the cast, read from the sequence alone: the last operation
// about somebody decides.
func fate(sequence []int, who int) string {
	state := "out"
	if who == caller {
		state = "in"
	}
	for _, i := range sequence {
		if ops[i].who != who {
			continue
		}
		switch n := ops[i].name; {
		case strings.HasSuffix(n, "joins"), strings.HasSuffix(n, "taken back"):
			state = "in"
		case strings.HasSuffix(n, "leaves"):
			state = "out"
		case strings.HasSuffix(n, "held"):
			state = "held"
		default:
			state = strings.TrimPrefix(n, "supervisor: ")
		}
	}
	return state
}

// wrong is what a room does that it may not after a sequence, "" if it does all that it should.
func wrong(r *Room[int], sequence []int) string {
	var is [cast]string
	for who := range cast {
		is[who] = fate(sequence, who)
		if _, in := r.Role(who); in != (is[who] != "out") {
			return names[who] + ": in the room or not?"
		}
		if r.Held(who) != (is[who] == "held") {
			return names[who] + ": music or not?"
		}
	}
	talks := func(who int) bool { return is[who] == "in" }
	for who := range cast {
		for whom := range cast {
			speech, keys := r.Hears(who, whom)
			fault := ""
			switch {
			case keys && !speech:
				fault = "gets keys without speech"
			case who == whom && speech:
				fault = "hears himself"
			case (is[who] == "out" || is[whom] == "out") && speech:
				fault = "one of them is not there"
			case is[who] == "held" && speech:
				fault = "hears more than music"
			case is[whom] == "held" && speech:
				fault = "hears one who is held"
			case is[whom] == "listen" && speech:
				fault = "hears one who listens"
			case is[whom] == "whisper" && speech != (talks(who) && (who == first || who == second)):
				fault = "a whisper is for all agents who are there, and for nobody else"
			case is[whom] == "barge" && who != whom && speech != talks(who):
				fault = "who barges in is heard by all who talk"
			case who == boss && is[boss] != "out" && talks(whom) && !speech:
				fault = "a supervisor does not hear one who talks"
			case who != whom && talks(who) && talks(whom) && !(speech && keys):
				fault = "two who talk do not hear each other"
			case keys && (who == boss || whom == boss):
				fault = "keys pass to or from a supervisor"
			}
			if fault != "" {
				return fmt.Sprintf("%s and %s: %s", names[who], names[whom], fault)
			}
		}
	}
	return ""
}

// Every sequence of up to five of the twelve operations, from a caller alone: more than a quarter of a million.
func TestEverySequence(t *testing.T) {
	tried := 0
	var explore func(r Room[int], sequence []int)
	explore = func(r Room[int], sequence []int) {
		tried++
		if fault := wrong(&r, sequence); fault != "" {
			var list []string
			for _, i := range sequence {
				list = append(list, ops[i].name)
			}
			t.Fatalf("%s after: %s", fault, strings.Join(list, ", "))
		}
		if len(sequence) == 5 {
			return
		}
		for i := range ops {
			next := Room[int]{slices.Clone(r.parties)}
			before := slices.Clone(next.parties)
			if err := ops[i].do(&next); err != nil && !slices.Equal(next.parties, before) {
				t.Fatalf("%s failed (%v) and changed something", ops[i].name, err)
			}
			explore(next, append(sequence, i))
		}
	}
	var r Room[int]
	if err := r.Join(caller, Caller); err != nil {
		t.Fatal(err)
	}
	explore(r, make([]int, 0, 5))
	if want := 1 + 12 + 144 + 1728 + 20736 + 248832; tried != want {
		t.Errorf("%d sequences, not %d", tried, want)
	}
}

func TestARoomRefuses(t *testing.T) {
	var r Room[string]
	must := func(err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%v, not %v", err, want)
		}
	}
	must(r.Leave("a"), ErrOut)
	must(r.Hold("a", true), ErrOut)
	must(r.Supervise("a", Barge), ErrOut)
	must(r.Join("a", Caller), nil)
	must(r.Join("a", Agent), ErrIn)
	must(r.Supervise("a", Barge), ErrRole)
	must(r.Answered("a", Guest), ErrIn)
	must(r.Join("s", Supervisor), nil)
	must(r.Hold("s", true), ErrRole)
	must(r.Join("r", Ringing), nil)
	must(r.Hold("r", true), ErrRole)
	for i := range Most - 3 {
		must(r.Join(fmt.Sprint(i), Guest), nil)
	}
	must(r.Join("more", Guest), ErrFull)
	if n := len(r.Parties()); n != Most {
		t.Errorf("%d parties", n)
	}
}

// A telephone that rings is heard and hears nothing; once it has answered it talks.
func TestATelephoneThatRings(t *testing.T) {
	var r Room[string]
	_ = r.Join("caller", Caller)
	_ = r.Join("boss", Supervisor)
	_ = r.Join("phone", Ringing)
	for _, who := range []string{"caller", "boss"} {
		if speech, keys := r.Hears(who, "phone"); !speech || keys {
			t.Errorf("%s: speech %v, keys %v of a telephone that rings", who, speech, keys)
		}
		if speech, _ := r.Hears("phone", who); speech {
			t.Errorf("a telephone that rings hears the %s", who)
		}
	}
	if err := r.Answered("phone", Agent); err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]string{{"caller", "phone"}, {"phone", "caller"}} {
		if speech, keys := r.Hears(pair[0], pair[1]); !speech || !keys {
			t.Errorf("%s does not hear the %s", pair[0], pair[1])
		}
	}
}

func TestModesHaveNames(t *testing.T) {
	for _, m := range []Mode{Listen, Whisper, Barge} {
		if got, ok := ParseMode(m.String()); !ok || got != m {
			t.Errorf("%s is %v", m, got)
		}
	}
	if _, ok := ParseMode("shout"); ok {
		t.Error("a mode that there is none of")
	}
}
