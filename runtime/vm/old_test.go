package vm_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rexian/compiler/bundle"
	"rexian/runtime/collect"
	"rexian/runtime/vm"
)

// What a former version compiled is read and runs as today's code of the same source does: a server that is brought up
// to date goes on with what it served. Each testdata/formatN.bundle was written from testdata/old.flow by the last
// compiler of format N; whoever raises the format adds the last of the one before.
func TestOldBundles(t *testing.T) {
	src, err := os.ReadFile("testdata/old.flow")
	if err != nil {
		t.Fatal(err)
	}
	today := image(t, string(src))
	found := vm.Record(vm.Text("913701001000000409"), vm.Text("泉城公司"))
	dark, found := answer(vm.Bool(true)), vm.Record(vm.Text("913701001000000409"), vm.Text("泉城公司"))
	scripts := map[string][]vm.Event{
		"to an agent": {dark, silence, dark, option(2), dark, option(0), number(500), option(1),
			number(600), option(0), answer(found), outcome("open"), outcome("press:1")},
		"not found":   {answer(vm.Bool(false)), option(0), number(600), option(0), outcome("not_found")},
		"unavailable": {dark, option(0), number(600), option(0), outcome("unavailable")},
		"gone":        {dark, option(1), number(600), {Kind: vm.Hangup}},
		"no try left": {dark, silence, dark, miss(collect.Unlisted), dark, silence},
	}
	files, err := filepath.Glob("testdata/*.bundle")
	if err != nil || len(files) != bundle.FormatVersion-bundle.OldestFormat {
		t.Fatalf("%v, %v: one of each format from %d on is wanted", files, err, bundle.OldestFormat)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".bundle"), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p, err := bundle.Decode(b)
			if err != nil {
				t.Fatal(err)
			}
			old, err := vm.Load(p)
			if err != nil {
				t.Fatal(err)
			}
			for name, script := range scripts {
				got, want := playImage(t, old, script...), playImage(t, today, script...)
				if d := cmp.Diff(want, got); d != "" || len(want) < 10 {
					t.Errorf("%s: %s\n%s", name, d, strings.Join(want, "\n"))
				}
			}
		})
	}
}
