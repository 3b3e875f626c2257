package spool

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, dir string, o Options) *Spool {
	t.Helper()
	s, err := Open(dir, o)
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// drain reads and acknowledges everything.
func drain(t testing.TB, s *Spool) []string {
	t.Helper()
	var all []string
	for {
		records, mark, err := s.Read(7)
		must(t, err)
		if len(records) == 0 {
			return all
		}
		for _, r := range records {
			all = append(all, string(r))
		}
		must(t, s.Ack(mark))
	}
}

func files(t testing.TB, dir string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "*"+extension))
	must(t, err)
	return list
}

func TestSpool(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "spool")
	s := open(t, dir, Options{Segment: 64, Sync: true})
	var want []string
	for i := range 40 {
		r := fmt.Sprintf("record %d", i)
		want = append(want, r)
		_, err := s.Append([]byte(r))
		must(t, err)
	}
	if _, err := Open(dir, Options{}); err == nil {
		t.Fatal("a second spool has the folder open")
	}
	if s.Pending() != 40 || len(files(t, dir)) < 10 {
		t.Fatalf("%d pending in %d files", s.Pending(), len(files(t, dir)))
	}
	records, mark, err := s.Read(3)
	must(t, err)
	must(t, s.Ack(mark))
	if len(records) != 3 || s.Pending() != 37 {
		t.Fatalf("%d read, %d pending", len(records), s.Pending())
	}
	must(t, s.Close())
	s = open(t, dir, Options{Segment: 64})
	got := drain(t, s)
	// up to one segment again, nothing missing
	if i := slices.Index(want, got[0]); i > 3 || !slices.Equal(got, want[i:]) {
		t.Errorf("after a restart: %q", got)
	}
	if n := len(files(t, dir)); n > 0 {
		t.Errorf("%d files are left of what was taken", n)
	}
	if _, err := s.Append([]byte("x")); err != nil {
		t.Fatal(err)
	}
	drain(t, s)
	must(t, s.Close())
	if n := len(files(t, dir)); n > 0 {
		t.Errorf("%d files are left after Close", n)
	}
	if _, err := s.Append([]byte("x")); err == nil {
		t.Error("a closed spool takes records")
	}
}

func TestFull(t *testing.T) {
	s := open(t, t.TempDir(), Options{Segment: 64, Max: 200})
	n := 0
	for {
		if _, err := s.Append([]byte("0123456789")); err != nil {
			if !errors.Is(err, ErrFull) {
				t.Fatal(err)
			}
			break
		}
		n++
	}
	if got := drain(t, s); len(got) != n || n == 0 {
		t.Errorf("%d of %d", len(got), n)
	}
	if _, err := s.Append([]byte("again")); err != nil {
		t.Errorf("there is room again: %v", err)
	}
	if _, err := s.Append(nil); err == nil {
		t.Error("an empty record was taken")
	}
}

// TestTornWrite: wherever the last write is cut, what was whole before is read, and appending goes on behind it.
func TestTornWrite(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	for _, r := range []string{"one", "two", "three"} {
		_, err := s.Append([]byte(r))
		must(t, err)
	}
	path := files(t, dir)[0]
	whole, err := os.ReadFile(path)
	must(t, err)
	for cut := range len(whole) {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, filepath.Base(path)), whole[:cut], 0o600))
		s := open(t, dir, Options{})
		_, err := s.Append([]byte("after"))
		must(t, err)
		got := drain(t, s)
		n := len(got) - 1
		if n < 0 || !slices.Equal(got, append([]string{"one", "two", "three"}[:n:n], "after")) {
			t.Fatalf("cut at %d: %q", cut, got)
		}
		if bytes.Contains(whole[:cut], []byte("two")) && n < 2 {
			t.Fatalf("cut at %d: a whole record is lost: %q", cut, got)
		}
	}
}

// TestDamage: a flipped byte costs the record it is in, and no other.
func TestDamage(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		must(t, err)
		s := open(t, dir, Options{})
		var want []string
		for i := range rapid.IntRange(2, 20).Draw(rt, "records") {
			want = append(want, fmt.Sprintf(`{"id":%d}`, i))
			_, err := s.Append([]byte(want[i]))
			must(t, err)
		}
		must(t, s.Close())
		path := files(t, dir)[0]
		b, err := os.ReadFile(path)
		must(t, err)
		at := rapid.IntRange(len(magic), len(b)-1).Draw(rt, "byte")
		b[at] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
		must(t, os.WriteFile(path, b, 0o600))
		s = open(t, dir, Options{})
		got := drain(t, s)
		hit := (at - len(magic)) / (headSize + len(want[0]))
		if len(want) <= 10 { // equal lengths: the damaged one is known
			if !slices.Equal(got, slices.Delete(slices.Clone(want), hit, hit+1)) {
				rt.Fatalf("byte %d of record %d: %q", at, hit, got)
			}
		} else if len(got) != len(want)-1 {
			rt.Fatalf("byte %d: %d of %d records", at, len(got), len(want))
		}
		must(t, s.Close())
	})
}

// FuzzSegment: whatever stands in a segment, opening and reading end well.
func FuzzSegment(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte(magic))
	f.Add([]byte(magic + "\x03\x00\x00\x00\x00\x00\x00\x00abc"))
	f.Add([]byte(magic + "\xff\xff\xff\xff\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		whole, end, _ := scan(b)
		if end > int64(len(b)) || !slices.IsSorted(whole) {
			t.Fatalf("%v, %d of %d", whole, end, len(b))
		}
		for _, at := range whole {
			if n, ok := recordAt(b, int(at)); !ok || at+int64(n) > end {
				t.Fatalf("no record at %d", at)
			}
		}
	})
}
