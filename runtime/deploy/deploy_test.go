package deploy_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rexian/compiler"
	"rexian/runtime/deploy"
)

// sources writes a program that answers 12366 with some words.
func sources(t *testing.T, words string) string {
	t.Helper()
	dir := t.TempDir()
	src := fmt.Sprintf("语种 中文 缺则 中文\n接入号 \"12366\" 进入 主流程\n缺省 { 时区 \"Asia/Shanghai\"  当 出错 挂机 }\n流程 主流程 { 播放 \"%s\" 挂机 }\n", words)
	if err := os.WriteFile(filepath.Join(dir, "a.flow"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func compile(t *testing.T, words string) *deploy.Version {
	t.Helper()
	v, err := deploy.Compile(sources(t, words), compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func open(t *testing.T, o deploy.Options) *deploy.Deployment {
	t.Helper()
	o.Now = func() time.Time { return time.Date(2026, 10, 12, 1, 30, 0, 0, time.UTC) }
	d, err := deploy.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestACallKeepsItsVersion(t *testing.T) {
	d := open(t, deploy.Options{})
	if _, _, _, ok := d.Pick("12366", "a"); ok {
		t.Error("a call was given a version before any was deployed")
	}
	first, second := compile(t, "一"), compile(t, "二")
	must(t, d.Deploy(first, "test"))
	held, _, done, ok := d.Pick("12366", "a")
	if !ok || held != first || first.Calls() != 1 {
		t.Fatalf("picked %v, %d calls", held, first.Calls())
	}
	must(t, d.Deploy(second, "test"))
	if v, _, end, _ := d.Pick("12366", "b"); v != second {
		t.Error("a new call got the old version")
	} else {
		end()
	}
	if first.Calls() != 1 {
		t.Error("the running call lost its version")
	}
	done()
	done() // a second end counts nothing
	if first.Calls() != 0 || second.Calls() != 0 {
		t.Errorf("calls left: %d and %d", first.Calls(), second.Calls())
	}
	if _, _, _, ok := d.Pick("999", "a"); ok {
		t.Error("a number that no flow answers was answered")
	}
}

func TestCanaryTakesItsShare(t *testing.T) {
	d := open(t, deploy.Options{})
	stable, canary := compile(t, "一"), compile(t, "二")
	if err := d.Try(canary, 10, "test"); !errors.Is(err, deploy.ErrNothing) {
		t.Errorf("a canary without a stable version: %v", err)
	}
	must(t, d.Deploy(stable, "test"))
	for _, percent := range []int{0, 100, -1} {
		if d.Try(canary, percent, "test") == nil {
			t.Errorf("a canary of %d per cent was taken", percent)
		}
	}
	must(t, d.Try(canary, 20, "test"))
	count := 0
	for i := range 10_000 {
		key := fmt.Sprintf("call-%d@host", i)
		v, _, done, _ := d.Pick("12366", key)
		again, _, done2, _ := d.Pick("12366", key)
		if v != again {
			t.Fatal("one call was given two versions")
		}
		done()
		done2()
		if v == canary {
			count++
		}
	}
	if count < 1_800 || count > 2_200 {
		t.Errorf("20 per cent of 10,000 calls were %d", count)
	}
	must(t, d.Abandon("test"))
	if d.Canary() != nil || d.Stable() != stable {
		t.Error("an abandoned canary still serves")
	}
	must(t, d.Try(canary, 20, "test"))
	must(t, d.Promote("test"))
	if d.Stable() != canary || d.Canary() != nil {
		t.Error("a promoted canary does not serve all")
	}
	if !errors.Is(d.Promote("test"), deploy.ErrNothing) || !errors.Is(d.Abandon("test"), deploy.ErrNothing) {
		t.Error("nothing was promoted or abandoned")
	}
}

func TestRollbackGoesBackOverARestart(t *testing.T) {
	dir := t.TempDir()
	d := open(t, deploy.Options{Dir: dir})
	var versions []*deploy.Version
	for _, words := range []string{"一", "二", "三"} {
		v := compile(t, words)
		versions = append(versions, v)
		must(t, d.Deploy(v, "test"))
	}
	d = open(t, deploy.Options{Dir: dir}) // a restart
	must(t, d.Deploy(compile(t, "三"), "test"))
	for i := 1; i >= 0; i-- {
		must(t, d.Rollback("test"))
		if got := d.Stable().Hash(); got != versions[i].Hash() {
			t.Fatalf("back at %.8s, want %.8s", got, versions[i].Hash())
		}
	}
	if err := d.Rollback("test"); !errors.Is(err, deploy.ErrNothing) {
		t.Errorf("went back beyond the first version: %v", err)
	}
	if _, fn, done, ok := d.Pick("12366", "x"); !ok || fn < 0 {
		t.Error("a version that was kept does not answer")
	} else {
		done()
	}
	v := d.Stable()
	for pc := range v.Program.Funcs[v.Program.FuncNamed("主流程")].Code {
		if at := v.At(v.Program.FuncNamed("主流程"), pc); !strings.HasPrefix(at, "a.flow:4:") {
			t.Errorf("instruction %d is said to come from %q", pc, at)
		}
	}
	if n := len(d.Status().History); n != 6 {
		t.Errorf("%d changes in the history", n)
	}
}

func TestABadVersionIsRefusedAndTheOldOneServes(t *testing.T) {
	var voice error
	d := open(t, deploy.Options{Prepare: func(*deploy.Version) error { return voice }})
	good := compile(t, "一")
	must(t, d.Deploy(good, "test"))
	dir := sources(t, "二")
	must(t, os.WriteFile(filepath.Join(dir, "b.flow"), []byte("流程 坏的 { 转到 没有这个流程 }\n"), 0o600))
	_, err := deploy.Compile(dir, compiler.Options{})
	var refused *deploy.Refused
	if !errors.As(err, &refused) || len(refused.Findings) == 0 || refused.Source("b.flow") == nil {
		t.Fatalf("a program with errors gave %v", err)
	}
	must(t, os.Remove(filepath.Join(dir, "b.flow")))
	must(t, os.WriteFile(filepath.Join(dir, "a.flow"),
		[]byte("语种 中文 缺则 中文\n接入号 \"12366\" 进入 主流程\n缺省 { 时区 \"Asia/Shanghai\"  当 出错 挂机 }\n流程 主流程 { 播放 \"一\" 播放 \"二\" 挂机 }\n"), 0o600))
	unready, err := deploy.Compile(dir, compiler.Options{})
	must(t, err)
	voice = errors.New("no voice")
	if d.Deploy(unready, "test") == nil || d.Stable() != good {
		t.Error("a version that could not be made ready serves")
	}
}

func TestPickWhileVersionsChange(t *testing.T) {
	d := open(t, deploy.Options{})
	a, b := compile(t, "一"), compile(t, "二")
	must(t, d.Deploy(a, "test"))
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 2_000 {
				_, _, done, ok := d.Pick("12366", fmt.Sprint(w, i))
				if !ok {
					t.Error("a call found no version during a change")
					return
				}
				done()
			}
		})
	}
	for i := range 100 {
		must(t, d.Deploy([]*deploy.Version{a, b}[i%2], "test"))
		if i%2 == 0 {
			must(t, d.Try(b, 50, "test"))
		}
	}
	wg.Wait()
	if a.Calls() != 0 || b.Calls() != 0 {
		t.Errorf("calls left: %d and %d", a.Calls(), b.Calls())
	}
}

// TestWhatServedLastServesAgain: a restart goes on with the version and its trial, from whichever of the two notes can
// be read, and from the version before where the latest is not what it was.
func TestWhatServedLastServesAgain(t *testing.T) {
	const file = "serving.json"
	for _, c := range []struct {
		name   string
		wreck  func(dir string, hash []string) error
		want   int // the version that serves, -1 for none
		canary bool
		told   int
	}{
		{"as it was", func(string, []string) error { return nil }, 1, true, 0},
		{"without the note", func(dir string, _ []string) error { return os.Remove(filepath.Join(dir, file)) }, 1, true,
			0},
		{"with a torn note", func(dir string, _ []string) error { return os.Truncate(filepath.Join(dir, file), 5) }, 1,
			true, 1},
		{"without the history",
			func(dir string, _ []string) error { return os.Remove(filepath.Join(dir, "history.json")) }, 1, true, 0},
		{"with a torn history",
			func(dir string,
				_ []string) error {
				return os.Truncate(filepath.Join(dir, "history.json"), 9)
			}, 1, true, 1},
		{"without the trial",
			func(dir string,
				hash []string) error {
				return os.Remove(filepath.Join(dir, hash[2]+".rxb"))
			}, 1, false, 1},
		{"without the latest",
			func(dir string,
				hash []string) error {
				return os.Truncate(filepath.Join(dir, hash[1]+".rxb"), 64)
			}, 0, true, 1},
		{"with another recording", func(dir string, hash []string) error {
			return os.WriteFile(filepath.Join(dir, hash[1]+".audio", "a.wav"), []byte("another"), 0o600)
		}, 0, true, 1},
		{"without any", func(dir string, hash []string) error {
			return errors.Join(os.Remove(filepath.Join(dir, hash[0]+".rxb")),
				os.Remove(filepath.Join(dir, hash[1]+".rxb")))
		}, -1, false, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			d := open(t, deploy.Options{Dir: dir})
			if d.Restore() {
				t.Fatal("something served before anything was deployed")
			}
			var hash []string
			for i, words := range []string{"一", "二", "三"} {
				v := compile(t, words)
				v, err := deploy.Ready(v.Program, v.Encoded,
					deploy.Files{Audio: map[string][]byte{"a.wav": []byte(words)}})
				must(t, err)
				hash = append(hash, v.Hash())
				if i < 2 {
					must(t, d.Deploy(v, "test"))
				} else {
					must(t, d.Try(v, 30, "test"))
				}
			}
			must(t, c.wreck(dir, hash))
			told := 0
			d = open(t, deploy.Options{Dir: dir, Told: func(error) { told++ }})
			if d.Restore() != (c.want >= 0) || told != c.told {
				t.Errorf("restored %v, %d told, want %d", d.Stable() != nil, told, c.told)
			}
			if c.want >= 0 && (d.Stable() == nil || d.Stable().Hash() != hash[c.want]) {
				t.Errorf("not version %d serves", c.want)
			}
			if (d.Canary() != nil) != c.canary || c.canary && d.Status().Percent != 30 {
				t.Errorf("the trial is %v with %d per cent", d.Canary(), d.Status().Percent)
			}
		})
	}
}

// TestAVersionIsItsFilesToo: another recording or another SQL file makes another version, which is kept beside the
// first.
func TestAVersionIsItsFilesToo(t *testing.T) {
	v := compile(t, "一")
	seen := map[string]bool{v.Hash(): true}
	for _, f := range []deploy.Files{{Audio: map[string][]byte{"a.wav": []byte("1")}},
		{Audio: map[string][]byte{"a.wav": []byte("2")}},
		{Queries: map[string][]byte{"a.wav": []byte("1")}}, {Audio: map[string][]byte{"b.wav": []byte("1")}}} {
		with, err := deploy.Ready(v.Program, v.Encoded, f)
		must(t, err)
		if seen[with.Hash()] {
			t.Errorf("%v has the name of another version", f)
		}
		seen[with.Hash()] = true
	}
	same, err := deploy.Ready(v.Program, v.Encoded, deploy.Files{Sources: map[string][]byte{"a.flow": nil}})
	must(t, err)
	if same.Hash() != v.Hash() {
		t.Error("the sources changed the name")
	}
}
