package queries

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rexian/compiler/library"
	"rexian/lang/diag"
	"rexian/stdlib/sqlfunc"
)

const good = `-- 函数: 外部.余额 | bureau.balance
-- 参数: 税号 | id: 税号
-- 结果: 金额
-- 说明: 余额。 | The balance.
-- 例: 设 余额 = 外部.余额("913701001000000409") 否则 挂机  播放 "{余额}"
-- 假定: 100元
SELECT 1 FROM taxpayers WHERE tax_id = :id
`

func root(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoad(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		found string // file:line text under the carets, one a finding
		has   bool   // the function is there
	}{
		{"nothing", nil, "", false},
		{"a good file", map[string]string{"查询/a.sql": good}, "", true},
		{"in the other folder, in capitals", map[string]string{"library/x/A.SQL": good}, "", true},
		{"elsewhere", map[string]string{"sql/a.sql": good}, "", false},
		{"a wrong type, after a byte order mark and with CRLF",
			map[string]string{"查询/a.sql": "\ufeff" +
				strings.ReplaceAll(strings.Replace(good, "金额", "金钱", 1), "\n", "\r\n")},
			"查询/a.sql:3 -- 结果: 金钱", false},
		{"the same name twice", map[string]string{"查询/a.sql": good, "查询/b.sql": good},
			"查询/b.sql:1 -- 函数: 外部.余额 | bureau.balance", true},
		{"an example that does not compile",
			map[string]string{"查询/a.sql": strings.Replace(good, "外部.余额(\"9", "外部.余款(\"9", 1)},
			"查询/a.sql:5 -- 例: 设 余额 = 外部.余款(\"913701001000000409\") 否则 挂机  播放 \"{余额}\"", true},
		{"a sample of another type", map[string]string{"查询/a.sql": strings.Replace(good, "100元", "是", 1)},
			"查询/a.sql:6 -- 假定: 是", true},
		{"no text", map[string]string{"查询/a.sql": "\xff\xfe\x00"}, "查询/a.sql:1 \xff\xfe\x00", false},
		{"empty", map[string]string{"查询/a.sql": ""}, "查询/a.sql:1 ", false},
		{"too large", map[string]string{"查询/a.sql": strings.Repeat("-", sqlfunc.MaxFile+1)}, "查询/a.sql:1 ", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Load(root(t, c.files), library.Default())
			var found []string
			for _, d := range s.Findings {
				src := s.Sources[d.File]
				found = append(found,
					d.File+":"+string(rune('0'+diag.Place(src,
						d.Span.Start).Line))+" "+string(src[d.Span.Start:d.Span.End]))
			}
			found = slices.Compact(found)
			if got := strings.Join(found, "\n"); got != c.found {
				t.Errorf("found\n%s\nwant\n%s", got, c.found)
			}
			if has := s.Registry.Find("外部", "balance") != nil; has != c.has {
				t.Errorf("the function is there: %t", has)
			}
		})
	}
	if s := Load(filepath.Join(t.TempDir(), "nowhere"), library.Default()); len(s.Queries)+len(s.Findings) > 0 {
		t.Error("a folder that is not there holds something")
	}
}

// TestMute: what lacks only because its file has a fault is not reported, all else is.
func TestMute(t *testing.T) {
	s := Load(root(t, map[string]string{"查询/a.sql": strings.Replace(good, "金额", "金钱", 1)}), library.Default())
	list := []diag.Diagnostic{
		diag.New("RX2001", "a.flow", diag.Span{}, "外部", diag.Text{}),
		diag.New("RX2001", "a.flow", diag.Span{Start: 1}, "bureau", diag.Text{}),
		diag.New("RX2005", "a.flow", diag.Span{Start: 2}, "外部", "balance", diag.Text{}),
		diag.New("RX2001", "a.flow", diag.Span{Start: 3}, "外", diag.Text{}),
		diag.New("RX2005", "a.flow", diag.Span{Start: 4}, "外部", "地址", diag.Text{}),
		diag.New("RX2117", "a.flow", diag.Span{Start: 5}, "外部.余额"),
	}
	if left := s.Mute(list); len(left) != 3 || left[0].Span.Start != 3 || len(list) != 6 {
		t.Errorf("%v", left)
	}
	if left := (&Set{}).Mute(list); len(left) != len(list) {
		t.Error("findings are muted though no file has a fault")
	}
}

// FuzzLine: the place of a line lies within the text, whatever the text and the line.
func FuzzLine(f *testing.F) {
	for _, s := range []string{"", "\n", "a\r\n b \n", "\ufeff-- 函数: x", "\xff\n\xfe"} {
		f.Add([]byte(s), 2)
	}
	f.Fuzz(func(t *testing.T, src []byte, n int) {
		at := line(src, n)
		if at.Start < 0 || at.End > len(src) || at.Start > at.End {
			t.Fatalf("%v of %d bytes", at, len(src))
		}
		if strings.Contains(string(src[at.Start:at.End]), "\n") {
			t.Fatalf("%q is more than a line", src[at.Start:at.End])
		}
		names(src)
	})
}
