package stdlib

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rexian/stdlib/db"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/sqlfunc"
)

// TestScaffoldBuilds: what `library new` writes is a program that builds, and passes go vet, as it is.
func TestScaffoldBuilds(t *testing.T) {
	dir := t.TempDir()
	var files []string
	// they lie beside each other
	for _, names := range [][2]string{{"外部.应纳余额", "bureau.tax_due"}, {"外部.欠款", "bureau.owed"}} {
		text, err := ScaffoldGo(names[0], names[1])
		must(t, err)
		if !strings.Contains(text, " = stdlib.Own{") ||
			!strings.Contains(text, names[0][strings.Index(names[0], ".")+1:]) {
			t.Error(text)
		}
		file := filepath.Join(dir, names[1]+".go")
		must(t, os.WriteFile(file, []byte(text), 0o600))
		files = append(files, file)
	}
	if out, err := exec.Command("go", append([]string{"vet"}, files...)...).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	if _, err := ScaffoldSQL("外部.应纳余额", "bureau.tax_due"); err != nil {
		t.Error(err)
	}
	for _, names := range [][2]string{{"余额", "balance"}, {"外部.余额", "外部.余额"}, {"外部.余额", "bureau.bal ance"},
		{"外部.余额", "func.x"}} {
		if _, err := ScaffoldGo(names[0], names[1]); err == nil {
			t.Errorf("%v were taken", names)
		}
	}
}

// TestCheckQueries: a file is prepared on both engines and on the bureau's database, and a database that is not there
// is an error.
func TestCheckQueries(t *testing.T) {
	text, err := ScaffoldSQL("外部.余额", "demo.balance")
	must(t, err)
	good, wrong := sqlfunc.Parse("查询/甲.sql", []byte(text))
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	bad, wrong := sqlfunc.Parse("查询/乙.sql", []byte(strings.Replace(text, "FROM taxpayers", "FROM nobody", 1)))
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	foreign, wrong := sqlfunc.Parse("查询/丙.sql", []byte(strings.Replace(text, "-- 库: 本库", "-- 库: 外部", 1)))
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	url, bureau := dbtest.PostgresURL(t), dbtest.SQLiteURL(t)
	for _, x := range []struct {
		files []*sqlfunc.Query
		asked string
		wrong int
	}{
		{[]*sqlfunc.Query{good, bad, foreign}, "sqlite postgres bureau", 2},
		{[]*sqlfunc.Query{good}, "sqlite postgres", 0},
		{[]*sqlfunc.Query{foreign}, "bureau", 0},
		{nil, "", 0},
	} {
		found, engines, err := CheckQueries(t.Context(), x.files, url, bureau)
		if err != nil || len(found) != x.wrong || len(found) > 0 && found[0].File != "查询/乙.sql" ||
			strings.Join(engines, " ") != x.asked {
			t.Errorf("%v %v %v", found, engines, err)
		}
	}
	if _, _, err := CheckQueries(t.Context(), nil, "postgres://127.0.0.1:1/x", ""); !db.IsUnavailable(err) {
		t.Errorf("a database that is not there: %v", err)
	}
}
