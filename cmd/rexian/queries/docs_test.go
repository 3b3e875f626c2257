package queries

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"rexian/compiler/library"
	"rexian/compiler/types"
	"rexian/stdlib"
	"rexian/stdlib/db/dbtest"
	"rexian/stdlib/sqlfunc"
)

// TestManual runs the SQL files of the manual in both tongues: they are right, and both engines' schema has what they
// ask for. The types that it lists are those there are, the words that it shows authors are those that they read.
func TestManual(t *testing.T) {
	for doc, list := range map[string]string{
		"../../../docs/扩展库.md":       "文本、数字、数值、金额、是否、日期、月份、时间点、时长、电话、税号、身份证号、语言、录音",
		"../../../docs/extending.md": "text, digits, number, money, yesno, date, month, moment, duration, phone, taxpayer_id, resident_id, language,\nrecording",
	} {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for i, block := range strings.Split(string(text), "```sql\n")[1:] {
			body, _, _ := strings.Cut(block, "```")
			files[fmt.Sprintf("查询/%d.sql", i)] = body
		}
		s := Load(root(t, files), library.Default())
		if len(s.Findings) > 0 || len(s.Queries) != len(files) || len(files) == 0 {
			t.Errorf("%s: %d files, %d queries, %v", doc, len(files), len(s.Queries), s.Findings)
		}
		wrong, _, err := stdlib.CheckQueries(t.Context(), s.Queries, dbtest.PostgresURL(t), "")
		if err != nil || len(wrong) > 0 {
			t.Error(doc, wrong, err)
		}
		if !strings.Contains(string(text), list) {
			t.Errorf("%s: the types are not listed as here", doc)
		}
		for _, name := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune("、, \n", r) }) {
			if _, ok := types.Lookup(name); !ok {
				t.Errorf("%s: there is no type %s", doc, name)
			} else if _, wrong := sqlfunc.Parse("x.sql",
				[]byte("-- 函数: 甲.乙 | a.b\n-- 结果: "+name+"\n-- 说明: x\nSELECT 1")); len(wrong) > 0 {
				t.Errorf("%s: %s is no type of a result: %v", doc, name, wrong)
			}
		}
		f := library.Find("taxpayer", "verify")
		if sig := f.Signature(); !strings.Contains(string(text), sig.Zh+"\n") &&
			!strings.Contains(string(text), sig.En+"\n") {
			t.Errorf("%s: authors read another signature than %v", doc, sig)
		}
	}
}
