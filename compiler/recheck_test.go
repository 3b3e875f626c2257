package compiler_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rexian/compiler"
	"rexian/lang/diag"
)

// TestRechecking edits the files of a program at random, as somebody does who writes, and saves what is often wrong: a
// check that kept what did not change says word for word what a fresh one says.
func TestRechecking(t *testing.T) {
	random := rand.New(rand.NewPCG(15, 30))
	for i := range shapes {
		root, files, _ := shaped(t, i, 12, 3)
		kept := open(t, root)
		now := map[string]string{}
		for _, f := range files {
			now[f] = string(kept.Source(f))
		}
		for range 25 {
			file := files[random.IntN(len(files))]
			now[file] = edited(random, now[file])
			fresh := open(t, root)
			for f, text := range now {
				fresh.Overlay(f, []byte(text))
			}
			kept.Overlay(file, []byte(now[file]))
			got, want := told(t, kept), told(t, fresh)
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("%s, %s:\n%s\n%s", shapes[i].name, file, d, now[file])
			}
		}
	}
}

func open(t *testing.T, root string) *compiler.Workspace {
	t.Helper()
	w, err := compiler.Open(root)
	if err == nil {
		err = w.Load()
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// told is all that a check of the files as they are now finds.
func told(t *testing.T, w *compiler.Workspace) []string {
	t.Helper()
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	_, found, err := w.Judge(compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, r := range diag.Records(found, diag.En, w.Source) {
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(b))
	}
	return list
}

// edited takes a line away, doubles one, exchanges two, or changes a name, a number or a brace within one.
func edited(random *rand.Rand, text string) string {
	lines := strings.SplitAfter(text, "\n")
	i, j := random.IntN(len(lines)), random.IntN(len(lines))
	switch random.IntN(6) {
	case 0:
		lines[i] = ""
	case 1:
		lines[i] += lines[i]
	case 2:
		lines[i], lines[j] = lines[j], lines[i]
	case 3:
		lines[i] = strings.Replace(lines[i], "f0000", "f0001", 1)
	case 4:
		lines[i] = strings.Replace(lines[i], "hangup", "goto f000003", 1)
	case 5:
		lines[i] = strings.Replace(lines[i], "}", "", 1)
	}
	return strings.Join(lines, "")
}
