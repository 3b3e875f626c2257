package laws_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	decision = regexp.MustCompile(`(?m)^- \d+ · `)
	dated    = regexp.MustCompile(`\(20\d\d-\d\d-\d\d,\s+\[[^\]]+\]\([^)]+\)\)$`)
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
)

// TestDecisions holds every entry of DECISIONS.md to its form: a number of its own, a day, and its place in the code.
func TestDecisions(t *testing.T) {
	src, err := os.ReadFile("DECISIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	starts := decision.FindAllIndex(src, -1)
	for i, at := range starts {
		end := len(src)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		entry := strings.TrimSpace(string(src[at[0]:end]))
		entry, _, _ = strings.Cut(entry, "\n## ")
		name := string(src[at[0]:at[1]])
		if seen[name] {
			t.Errorf("two decisions bear the number %q", strings.Trim(name, "- ·"))
		}
		seen[name] = true
		if !dated.MatchString(strings.TrimSpace(entry)) {
			t.Errorf("a decision ends with its day and its place, as (2026-11-29, [media/rtp](media/rtp)):\n%s", entry)
		}
	}
	if len(starts) == 0 {
		t.Error("DECISIONS.md has no entry")
	}
}

// TestLinks opens what the documents link to within the repository.
func TestLinks(t *testing.T) {
	for _, doc := range pages(t) {
		src, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(src), -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(doc), target)); err != nil {
				t.Errorf("%s links to %s, which is not there", doc, m[1])
			}
		}
	}
}

// TestTwins asks of each page of docs that it links to itself in the other tongue, and is linked back.
func TestTwins(t *testing.T) {
	all, err := filepath.Glob("docs/*.md")
	if err != nil || len(all) == 0 {
		t.Fatal("no documents: ", err)
	}
	for _, doc := range all {
		twin := firstLink(t, doc)
		if _, err := os.Stat(twin); err != nil || chinese(doc) == chinese(twin) {
			t.Errorf("%s: its first link is to be its twin in the other tongue, not %s", doc, twin)
			continue
		}
		if back := firstLink(t, twin); back != doc {
			t.Errorf("%s links to %s, which links back to %s", doc, twin, back)
		}
	}
}

func firstLink(t *testing.T, doc string) string {
	src, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	m := link.FindStringSubmatch(string(src))
	if m == nil {
		return ""
	}
	return filepath.Join(filepath.Dir(doc), m[1])
}

// chinese tells by its name in which tongue a page is.
func chinese(doc string) bool {
	return strings.ContainsFunc(filepath.Base(doc), func(r rune) bool { return r > 0x2E80 })
}

// pages are all documents: those of the root and those of docs.
func pages(t *testing.T) []string {
	root, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	docs, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	return append(root, docs...)
}
