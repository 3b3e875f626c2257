package node

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"rexian/lang/diag"
	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
)

// world is nodes on one database, with a clock that only the test moves.
type world struct {
	t   *testing.T
	d   *db.DB
	mu  sync.Mutex
	now time.Time
	log bytes.Buffer
	// logger is one for all nodes: its handler guards log, and two handlers would not know of each other.
	logger *slog.Logger
}

func newWorld(t *testing.T, d *db.DB) *world {
	w := &world{t: t, d: d, now: time.Now()}
	w.logger = slog.New(slog.NewTextHandler(&w.log, nil))
	return w
}

func (w *world) clock() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.now }

func (w *world) pass(d time.Duration) { w.mu.Lock(); w.now = w.now.Add(d); w.mu.Unlock() }

// node is a start of a program: its name, and the mark of its folder. wait is done instead of waiting for a beat's
// time.
func (w *world) node(name, boot, mark string, wait func()) *Node {
	return New(w.d, Options{Name: name, Boot: boot, Mark: mark, Now: w.clock,
		Logger: w.logger,
		sleep: func(ctx context.Context, d time.Duration) error {
			w.pass(d)
			if wait != nil {
				wait()
			}
			return ctx.Err()
		}})
}

func (w *world) take(n *Node) {
	w.t.Helper()
	if err := n.Take(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// turn lets nodes beat in turn, n times.
func (w *world) turn(n int, nodes ...*Node) {
	w.t.Helper()
	for range n {
		w.pass(3 * time.Second)
		for _, x := range nodes {
			if err := x.Beat(w.t.Context()); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

func TestASecondServerOfOneNameIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		first := w.node("甲", "1", "here", nil)
		w.take(first)
		second := w.node("甲", "2", "elsewhere", func() {
			if err := first.Beat(t.Context()); err != nil {
				t.Error(err)
			}
		})
		var taken *Taken
		if err := second.Take(t.Context()); !errors.As(err, &taken) || taken.Name != "甲" || second.Held() {
			t.Fatalf("a second server got the name: %v", err)
		}
		zh, en := taken.In(diag.Zh), taken.In(diag.En)
		if !strings.Contains(zh, "“甲”的节点已经在运行") || !strings.Contains(en, "--node") || strings.Contains(en, "\n") {
			t.Errorf("%s\n%s", zh, en)
		}
		w.take(w.node("乙", "3", "there", nil)) // another name is free
		w.turn(1, first)
		if !first.Held() {
			t.Error("the first lost its name")
		}
	})
}

// TestANameIsTakenOver: how many beats' time goes by until a name that was not given back is taken over.
func TestANameIsTakenOver(t *testing.T) {
	for name, c := range map[string]struct {
		mark, kernel string
		release      bool
		waits        int
	}{
		"given back":                       {"elsewhere", "", true, 0},
		"killed, same folder":              {"here", "", false, 0},
		"power cut, or the folder copied":  {"here", "another", false, 2},
		"another folder, another machine":  {"elsewhere", "another", false, 10},
		"another folder, the same machine": {"elsewhere", "", false, 10},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				w := newWorld(t, d)
				first := w.node("甲", "1", "here", nil)
				w.take(first)
				if c.release {
					if err := first.Release(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				waits := 0
				second := w.node("甲", "2", c.mark, func() { waits++ })
				if c.kernel != "" {
					second.kernel = c.kernel
				}
				w.take(second)
				if waits != c.waits || !second.Held() {
					t.Errorf("taken after %d beats, want %d", waits, c.waits)
				}
			})
		})
	}
}

// TestOneOfManyGetsAFreeName: those that start at the same moment do not share a name.
func TestOneOfManyGetsAFreeName(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		got := make([]error, 8)
		nodes := make([]*Node, len(got))
		var all sync.WaitGroup
		for i := range got {
			nodes[i] = w.node("甲", string(rune('a'+i)), string(rune('A'+i)), func() {
				// whoever has it beats
				if _, err := d.Exec(t.Context(), `UPDATE nodes SET beat = beat + 1`); err != nil {
					t.Error(err)
				}
			})
		}
		for i := range got {
			all.Go(func() { got[i] = nodes[i].Take(t.Context()) })
		}
		all.Wait()
		have := 0
		for i, err := range got {
			var taken *Taken
			switch {
			case err == nil:
				have++
				if !nodes[i].Held() {
					t.Error("who took the name does not have it")
				}
			case !errors.As(err, &taken):
				t.Error(err)
			}
		}
		if have != 1 {
			t.Errorf("%d have the name", have)
		}
	})
}

func TestWhoIsDead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		var died []string
		a, b, c := w.node("a", "1", "A", nil), w.node("b", "1", "B", nil), w.node("c", "1", "C", nil)
		a.o.Died = func(d Dead) { died = append(died, d.Name+d.Boot) }
		for _, n := range []*Node{a, b, c} {
			w.take(n)
		}
		says := func(when, want string) {
			t.Helper()
			if got := strings.Join(died, " "); got != want {
				t.Errorf("%s: dead are %q, want %q", when, got, want)
			}
		}
		w.turn(20, a, b, c)
		says("all beat", "")
		w.turn(9, a, c)
		says("b is silent for a while", "")
		w.turn(1, b)
		w.turn(11, a, b, c)
		says("b is back", "")
		// The database is away for everybody, for a minute; then all come back, a first.
		w.pass(time.Minute)
		w.turn(3, a)
		w.turn(3, a, b, c)
		says("the database was away", "")
		if err := c.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.turn(1, a, b)
		says("c ended in order", "c1")
		w.turn(11, a)
		says("b was killed", "c1 b1")
		w.turn(5, a)
		says("each once", "c1 b1")
		w.take(w.node("b", "2", "B", nil))
		w.turn(1, a)
		if dead := a.Dead(); len(dead) != 1 || dead[0] != (Dead{"c", "1"}) {
			t.Errorf("b has started anew, and dead are %v", dead)
		}
	})
}

// TestALostNameComesBack: whose name another took, while the two could not see each other, tells so and gets it back
// as soon as the other is gone.
func TestALostNameComesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		first := w.node("甲", "1", "A", nil)
		w.take(first)
		second := w.node("甲", "2", "B", nil)
		w.take(second) // the first did not beat
		w.turn(12, second, first)
		if first.Held() || !second.Held() || strings.Count(w.log.String(), "another server has taken") != 1 {
			t.Errorf("the first has the name: %v; %s", first.Held(), w.log.String())
		}
		w.turn(12, first)
		if !first.Held() {
			t.Error("the second is gone, and the first has no name")
		}
		if _, err := d.Exec(t.Context(), `DELETE FROM nodes`); err != nil { // an older copy of the database
			t.Fatal(err)
		}
		w.turn(2, first)
		if !first.Held() {
			t.Error("the row was lost, and with it the name")
		}
	})
}

func TestAWrongClockIsTold(t *testing.T) {
	w := newWorld(t, dbtest.Postgres(t))
	n := w.node("甲", "1", "A", nil)
	w.take(n)
	w.pass(time.Minute)
	w.turn(3, n)
	if strings.Count(w.log.String(), "this machine's clock is far from the database's") != 1 {
		t.Error(w.log.String())
	}
}

func TestNames(t *testing.T) {
	for name, ok := range map[string]bool{"": false, "a b": false, "a/b": false, "热线-1.local_x": true, "a\x00": false,
		strings.Repeat("x", 64): true, strings.Repeat("x", 65): false, "'; DROP TABLE nodes; --": false} {
		if got := CheckName(name) == (diag.Text{}); got != ok {
			t.Errorf("%q may be a name: %v", name, got)
		}
	}
}

func TestMarkStays(t *testing.T) {
	dir := t.TempDir()
	a, err := Mark(dir)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Mark(dir)
	if err != nil || a != b || len(a) != 32 {
		t.Errorf("%s %s %v", a, b, err)
	}
	if c, err := Mark(t.TempDir()); err != nil || c == a {
		t.Errorf("two folders have one mark: %v", err)
	}
}
