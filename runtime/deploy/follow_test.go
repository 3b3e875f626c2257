package deploy_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"rexian/runtime/deploy"
)

// TestFollow: one node does what another decided, with versions that it does not have itself, and goes on from there;
// also after it starts anew with nobody to ask.
func TestFollow(t *testing.T) {
	var told []string
	a := open(t, deploy.Options{Dir: t.TempDir(), Changed: func(c deploy.Change, now deploy.Serving) {
		line := fmt.Sprintf("%s %s %d", c.What, now.Stable.Hash()[:6], now.Percent)
		if now.Canary != nil {
			line += " " + now.Canary.Hash()[:6]
		}
		told = append(told, line)
	}})
	first, second := compile(t, "一"), compile(t, "二")
	must(t, a.Deploy(first, "王"))
	must(t, a.Try(second, 30, "王"))
	h1, h2 := first.Hash(), second.Hash()
	if want := []string{"deploy " + h1[:6] + " 0",
		"canary " + h1[:6] + " 30 " + h2[:6]}; fmt.Sprint(told) != fmt.Sprint(want) {
		t.Errorf("told %v, want %v", told, want)
	}

	asked, prepared := 0, 0
	dir := t.TempDir()
	o := deploy.Options{Dir: dir, Prepare: func(*deploy.Version) error { prepared++; return nil },
		Changed: func(deploy.Change, deploy.Serving) { t.Error("what others decided was told to them again") },
		Fetch: func(hash string) (*deploy.Version, error) {
			asked++
			for _, v := range []*deploy.Version{first, second} {
				if v.Hash() == hash {
					return deploy.Unpack(v.Pack())
				}
			}
			return nil, deploy.ErrNothing
		}}
	b := open(t, o)
	to := deploy.Decision{Stable: h1, Canary: h2, Percent: 30, History: a.Status().History}
	must(t, b.Follow(to))
	must(t, b.Follow(to))
	if asked != 2 || prepared != 2 {
		t.Errorf("asked %d times, prepared %d", asked, prepared)
	}
	if st, want := b.Status(), a.Status(); st.Stable != want.Stable || st.Canary != want.Canary || st.Percent != 30 ||
		len(st.History) != 2 {
		t.Errorf("%+v, want %+v", st, want)
	}
	for i := range 100 {
		key := fmt.Sprint("call", i)
		x, _, done, _ := a.Pick("12366", key)
		y, _, end, _ := b.Pick("12366", key)
		done()
		end()
		if x.Hash() != y.Hash() {
			t.Fatal("two nodes give one call different versions")
		}
	}
	if err := b.Follow(deploy.Decision{Stable: "nowhere"}); !errors.Is(err, deploy.ErrNothing) ||
		b.Stable().Hash() != h1 {
		t.Errorf("a version that is nowhere: %v", err)
	}
	if err := b.Follow(deploy.Decision{}); !errors.Is(err, deploy.ErrNothing) {
		t.Errorf("a decision for nothing: %v", err)
	}

	o.Fetch, o.Changed = nil, nil
	alone := open(t, o)
	must(t, alone.Follow(to))
	must(t, alone.Promote("李"))
	must(t, alone.Rollback("李"))
	if alone.Stable().Hash() != h1 {
		t.Error("what others deployed cannot be gone back to")
	}
}

// TestADamagedVersionIsFetched: what is kept here and damaged is taken from where all nodes keep theirs, and kept anew.
func TestADamagedVersionIsFetched(t *testing.T) {
	dir := t.TempDir()
	v := compile(t, "一")
	must(t, open(t, deploy.Options{Dir: dir}).Deploy(v, "王"))
	file := filepath.Join(dir, v.Hash()+".rxb")
	must(t, os.WriteFile(file, []byte("damaged"), 0o600))
	if open(t, deploy.Options{Dir: dir}).Restore() {
		t.Fatal("a damaged version serves")
	}
	fetch := func(string) (*deploy.Version, error) { return deploy.Unpack(v.Pack()) }
	if d := open(t, deploy.Options{Dir: dir, Fetch: fetch}); !d.Restore() || d.Stable().Hash() != v.Hash() {
		t.Error("it was not fetched")
	}
	if !open(t, deploy.Options{Dir: dir}).Restore() {
		t.Error("what was fetched is not kept")
	}
}
