package prompt

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestCatalogues finds the catalogues of a folder in whichever language, recordings first, and nothing else.
func TestCatalogues(t *testing.T) {
	names := []string{"voice-zh.pack", "voice-es-mx.pack", "recorded-es-mx.pack", ".new-voice-zh.pack", "voice-.pack",
		"voice-../../up.pack", "voice-zh.pack.damaged", "music.wav"}
	want := []string{"recorded-es-mx.pack", "voice-zh.pack", "voice-es-mx.pack"}
	if got := Catalogues(names); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	dir := t.TempDir()
	for _, name := range want {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(want[1:]) // a folder is listed by name
	if got := Kept(dir); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := Kept(filepath.Join(dir, "absent")); len(got) != 0 {
		t.Errorf("%q", got)
	}
}
