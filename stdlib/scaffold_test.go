package stdlib

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestScaffoldBuilds: what `library new` writes is a program that builds, and passes go vet, as it is.
func TestScaffoldBuilds(t *testing.T) {
	text, err := ScaffoldGo("外部.应纳余额", "bureau.tax_due")
	must(t, err)
	if !strings.Contains(text, "var TaxDue = stdlib.Own{") || !strings.Contains(text, `word("tax_due", "应纳余额")`) {
		t.Error(text)
	}
	file := filepath.Join(t.TempDir(), "own.go")
	must(t, os.WriteFile(file, []byte(text), 0o600))
	if out, err := exec.Command("go", "vet", file).CombinedOutput(); err != nil {
		t.Errorf("%v: %s\n%s", err, out, text)
	}
	if _, err := ScaffoldSQL("外部.应纳余额", "bureau.tax_due"); err != nil {
		t.Error(err)
	}
	for _, names := range [][2]string{{"余额", "balance"}, {"外部.余额", "外部.余额"}, {"外部.余额", "bureau.bal ance"}, {"外部.余额", "func.x"}} {
		if _, err := ScaffoldGo(names[0], names[1]); err == nil {
			t.Errorf("%v were taken", names)
		}
	}
}
