//go:build slow

package table

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	process "os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"rexian/stdlib/customer"
	"rexian/stdlib/db/dbtest"
)

// largeBook is a workbook of customers as a spreadsheet writes it: every text stands in one list.
func largeBook(t *testing.T, rows int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	part := func(name string, write func(w io.Writer)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		write(w)
	}
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	const relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	part("xl/workbook.xml", func(w io.Writer) {
		fmt.Fprintf(w, `<workbook %s xmlns:r="%s"><sheets>`+
			`<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`, main, relation)
	})
	part("xl/_rels/workbook.xml.rels", func(w io.Writer) {
		fmt.Fprintf(w, `<Relationships><Relationship Id="r1" Type="%[1]s/worksheet" Target="worksheets/sheet1.xml"/>
			<Relationship Id="r2" Type="%[1]s/sharedStrings" Target="sharedStrings.xml"/></Relationships>`, relation)
	})
	header := []string{"名称", "电话", "类别", "联系人", "地址", "区域", "单位", "备注", "内部编号", "附注"}
	part("xl/sharedStrings.xml", func(w io.Writer) {
		fmt.Fprintf(w, "<sst %s><si><t>%s</t></si>", main, strings.Join(header, "</t></si><si><t>"))
		for i := range rows {
			fmt.Fprintf(w, "<si><t>济南市历下区第%[1]d贸易有限公司</t></si><si><t>138%08[1]d</t></si>"+
				"<si><t>单位</t></si><si><t>张三%[1]d</t></si>"+
				"<si><t>济南市历下区经十路%[1]d号</t></si><si><t>历下区%[1]d</t></si><si><t>集团公司%[1]d</t></si><si><t>第%[1]d条，上午联系</t></si>"+
				"<si><t>NB%08[1]d</t></si><si><t>其他说明%[1]d</t></si>", i)
		}
		io.WriteString(w, "</sst>")
	})
	part("xl/worksheets/sheet1.xml", func(w io.Writer) {
		fmt.Fprintf(w, "<worksheet %s><sheetData>", main)
		for row := range rows + 1 {
			fmt.Fprintf(w, `<row r="%d">`, row+1)
			for col := range header {
				fmt.Fprintf(w, `<c r="%c%d" t="s"><v>%d</v></c>`, 'A'+col, row+1, row*len(header)+col)
			}
			io.WriteString(w, "</row>")
		}
		io.WriteString(w, "</sheetData></worksheet>")
	})
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// workbookToImport names, in a process that the test starts, the file to import.
const workbookToImport = "REXIAN_TEST_WORKBOOK"

// An import of fifty thousand rows fits into 150 MB: it keeps the customers, and of the workbook only the texts.
func TestAnImportOfAWorkbookNeedsLittleMemory(t *testing.T) {
	const rows, most = 50_000, 150
	if name := os.Getenv(workbookToImport); name != "" {
		book, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Import(t.Context(), customer.New(dbtest.SQLite(t)), "c.xlsx", book, Options{Now: now})
		if err != nil || r.Added != rows {
			t.Fatal(summary(r), err)
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if used := m.Sys >> 20; used > most {
			t.Errorf("%d rows need %d MB of Go's memory", rows, used)
		}
		return
	}
	name := filepath.Join(t.TempDir(), "c.xlsx")
	if err := os.WriteFile(name, largeBook(t, rows), 0o600); err != nil {
		t.Fatal(err)
	}
	child := process.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), workbookToImport+"="+name)
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if raceDetector { // the process has the detector's own memory besides
		return
	}
	usage, ok := child.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		t.Fatal("the system does not say what the process used")
	}
	if used := usage.Maxrss >> 10; used > most {
		t.Errorf("%d rows need %d MB", rows, used)
	} else {
		t.Logf("%d rows need %d MB", rows, used)
	}
}
