package agent

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// fixed is the agent of two who is at a fixed address.
const fixed = "1"

// asking is what a server does with an agent, and answer what came of it.
type asking struct {
	agent, node string
	do          string // claim, confirm, release, own, bury
	epoch       int64  // of confirm and release
}

type answer struct {
	ok    bool
	epoch int64
}

// owned is an agent as the claims should have it, one step after the other.
type owned struct {
	node    string
	epoch   int64
	claimed bool
}

// sequential is what claims do if nothing happens at the same time.
var sequential = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byAgent := map[string][]porcupine.Operation{}
		for _, o := range history {
			a := o.Input.(asking).agent
			byAgent[a] = append(byAgent[a], o)
		}
		var list [][]porcupine.Operation
		for _, h := range byAgent {
			list = append(list, h)
		}
		return list
	},
	Init: func() any { return owned{} },
	Step: func(state, input, output any) (bool, any) {
		s, in, out := state.(owned), input.(asking), output.(answer)
		free := !s.claimed || s.node == in.node
		switch in.do {
		case "claim":
			if s.node == in.node || s.node == "" || in.agent == fixed && !s.claimed {
				s = owned{in.node, s.epoch + 1, true}
				return out.ok && out.epoch == s.epoch, s
			}
			return !out.ok, s
		case "own":
			if free {
				if s.node != in.node {
					s.epoch++
				}
				s.node = in.node
			}
			return out.ok == free, s
		case "confirm":
			return out.ok == (s.node == in.node && s.epoch == in.epoch), s
		case "release":
			if s.node == in.node && s.epoch == in.epoch {
				s.claimed, s.epoch = false, s.epoch+1
			}
		case "bury":
			if s.node == in.node {
				s = owned{"", s.epoch + 1, false}
			}
		}
		return true, s
	},
}

// does lets one of the servers do something at random, and tells what it was and what came of it.
func does(ctx context.Context, d *db.DB, r *rand.Rand, c *Claims, last map[string]int64) (asking, answer, error) {
	in := asking{agent: strconv.Itoa(r.IntN(2)), node: c.node}
	in.epoch = last[in.agent]
	var out answer
	var err error
	switch n := r.IntN(20); {
	case n < 9:
		in.do = "claim"
		out.epoch, err = c.Claim(ctx, in.agent, "a call", in.agent == fixed)
		if err == nil {
			last[in.agent] = out.epoch
		}
	case n < 12:
		in.do = "confirm"
		err = c.Confirm(ctx, in.agent, in.epoch)
	case n < 17:
		in.do = "release"
		err = c.Release(ctx, in.agent, in.epoch)
	case n < 19:
		in.do = "own"
		err = c.Own(ctx, in.agent)
	default:
		in.do, in.node = "bury", "n"+strconv.Itoa(r.IntN(3)) // which frees all of its agents: one operation for each
		_, err = Bury(ctx, d, in.node, "boot")
	}
	out.ok = err == nil
	if errors.Is(err, ErrTaken) {
		err = nil
	}
	return in, out, err
}

// Three servers claim, confirm, give back, take over and are buried, all at once: each history is one that could have
// happened one step after the other. REXIAN_CLAIM_HISTORIES says how many; `make model` runs a thousand.
func TestHistoriesOfClaimsAreLinearizable(t *testing.T) {
	histories := 15
	if n, err := strconv.Atoi(os.Getenv("REXIAN_CLAIM_HISTORIES")); err == nil {
		histories = n
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		claimed := int64(0)
		for seed := range histories {
			if _, err := d.Exec(t.Context(), `DELETE FROM agent_claims`); err != nil {
				t.Fatal(err)
			}
			history := oneHistory(t, d, uint64(seed))
			for _, o := range history {
				if in := o.Input.(asking); in.do == "claim" && o.Output.(answer).ok {
					claimed++
				}
			}
			if porcupine.CheckOperationsTimeout(sequential, history, 30*time.Second) != porcupine.Ok {
				t.Fatalf("seed %d: no order of these explains what came of them: %+v", seed, history)
			}
		}
		if claimed == 0 {
			t.Error("nobody was ever claimed")
		}
		t.Logf("%d histories, %d claims", histories, claimed)
	})
}

// oneHistory is what six goroutines of three servers do, 48 things and more.
func oneHistory(t *testing.T, d *db.DB, seed uint64) []porcupine.Operation {
	t.Helper()
	var mu sync.Mutex
	var clock atomic.Int64
	var history []porcupine.Operation
	var all sync.WaitGroup
	for worker := range 6 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(worker)))
			c := OpenClaims(d, "n"+strconv.Itoa(worker%3), "boot")
			last := map[string]int64{}
			for range 8 {
				call := clock.Add(1)
				in, out, err := does(t.Context(), d, r, c, last)
				back := clock.Add(1)
				if err != nil {
					t.Errorf("%+v: %v", in, err)
					return
				}
				agents := []string{in.agent}
				if in.do == "bury" {
					agents = []string{"0", "1"}
				}
				mu.Lock()
				for _, a := range agents {
					in.agent = a
					history = append(history, porcupine.Operation{ClientId: worker, Input: in, Call: call, Output: out,
						Return: back})
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return history
}

// A claim holds against other servers until it is given back; what an older epoch says changes nothing; who is gone has
// nobody any more.
func TestClaims(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		a, b := OpenClaims(d, "a", "1"), OpenClaims(d, "b", "1")
		one, err := a.Claim(ctx, "1001", "x", true)
		must(t, err)
		if _, err := b.Claim(ctx, "1001", "y", true); !errors.Is(err, ErrTaken) {
			t.Errorf("claimed twice: %v", err)
		}
		if err := b.Own(ctx, "1001"); !errors.Is(err, ErrTaken) {
			t.Errorf("taken over from a call: %v", err)
		}
		two, err := a.Claim(ctx, "1001", "z", true) // the next call of the same server
		must(t, err)
		must(t, a.Release(ctx, "1001", one))
		must(t, a.Confirm(ctx, "1001", two))
		if err := a.Confirm(ctx, "1001", one); !errors.Is(err, ErrTaken) {
			t.Errorf("an older claim holds: %v", err)
		}
		must(t, a.Disown(ctx, "1001")) // claimed: it stays
		if list, err := b.List(ctx); err != nil || len(list) != 1 || list[0].Node != "a" || list[0].Call != "z" ||
			list[0].Epoch != two || list[0].Boot != "1" {
			t.Errorf("%+v %v", list, err)
		}
		if n, err := Bury(ctx, d, "a", "another start"); n != 0 || err != nil {
			t.Errorf("another start was buried: %d %v", n, err)
		}
		must(t, a.Leave(ctx))
		if err := a.Confirm(ctx, "1001", two); !errors.Is(err, ErrTaken) {
			t.Errorf("the claim of who has left holds: %v", err)
		}
		three, err := b.Claim(ctx, "1001", "y", true)
		must(t, err)
		must(t, b.Release(ctx, "1001", three))
		must(t, a.Own(ctx, "1001"))
		if _, err := b.Claim(ctx, "1001", "y", false); !errors.Is(err, ErrTaken) {
			t.Errorf("the telephone is another server's: %v", err)
		}
		must(t, a.Disown(ctx, "1001"))
		if list, err := b.List(ctx); err != nil || len(list) != 0 {
			t.Errorf("nobody's agent: %+v %v", list, err)
		}
	})
}
