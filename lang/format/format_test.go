package format_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rexian/lang/format"
)

var update = flag.Bool("update", false, "write the golden files anew")

func read(t testing.TB, path string) string {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

func run(t testing.TB, src string, opt format.Options) string {
	t.Helper()
	out, err := format.Format("a.flow", []byte(src), opt)
	if err != nil {
		var faults *format.SyntaxError
		if errors.As(err, &faults) {
			for _, d := range faults.Diagnostics {
				t.Log(src[d.Span.Start:min(len(src), d.Span.End+20)], d.Sentence(0))
			}
		}
		t.Fatal(err)
	}
	return string(out)
}

const hotline = "../parse/testdata/hotline.flow"

// TestHotline: a whole hotline, laid out by hand, is as the formatter would have it.
func TestHotline(t *testing.T) {
	src := read(t, hotline)
	if d := cmp.Diff(strings.Split(src, "\n"), strings.Split(run(t, src, format.Options{}), "\n")); d != "" {
		t.Error(d)
	}
}

// TestTongues: to English and back gives the same bytes, and each is a fixed point.
func TestTongues(t *testing.T) {
	src := read(t, hotline)
	en := run(t, src, format.Options{Tongue: format.En})
	for _, word := range []string{"播放", "转到", "否则", "5秒", "位 {"} {
		if strings.Contains(stripStrings(en), word) {
			t.Errorf("%s is left in the English text", word)
		}
	}
	if d := cmp.Diff(en, run(t, en, format.Options{})); d != "" {
		t.Errorf("English is no fixed point:\n%s", d)
	}
	back := run(t, en, format.Options{Tongue: format.Zh})
	if d := cmp.Diff(strings.Split(src, "\n"), strings.Split(back, "\n")); d != "" {
		t.Error(d)
	}
	// The English hotline was typed by somebody else: the same words in the same order.
	typed := run(t, read(t, "../parse/testdata/hotline.en.flow"), format.Options{})
	if d := cmp.Diff(strings.Fields(en), strings.Fields(typed)); d != "" {
		t.Error(d)
	}
}

// stripStrings leaves out strings and comments.
func stripStrings(src string) string {
	var b strings.Builder
	for line := range strings.Lines(src) {
		line, _, _ = strings.Cut(line, "//")
		for i, part := range strings.Split(line, `"`) {
			if i%2 == 0 {
				b.WriteString(part + " ")
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestGolden compares the layout of testdata/golden/*.flow, kept and in both tongues, with the file of
// the same name that ends in .want.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/golden/*.flow")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			src := read(t, path)
			var b bytes.Buffer
			for _, c := range []struct {
				title  string
				tongue format.Tongue
			}{{"as written", format.Keep}, {"Chinese", format.Zh}, {"English", format.En}} {
				out := run(t, src, format.Options{Tongue: c.tongue})
				if d := cmp.Diff(out, run(t, out, format.Options{Tongue: c.tongue})); d != "" {
					t.Errorf("%s is no fixed point:\n%s", c.title, d)
				}
				b.WriteString("──── " + c.title + "\n" + out)
			}
			golden := strings.TrimSuffix(path, ".flow") + ".want"
			if *update {
				if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(read(t, golden), b.String()); d != "" {
				t.Errorf("run with -update if this is meant:\n%s", d)
			}
		})
	}
}

// TestLibrary: names of the library change tongue, in holes too, and only they.
func TestLibrary(t *testing.T) {
	src := "流程 甲 {\n  设 欠税 = 纳税人.欠税(本户)\n  播放 \"合计{合计(欠税.金额):逐位}。\"\n  挂机\n}\n"
	library := map[string]string{"纳税人": "taxpayer", "合计": "sum", "金额": "amount", "逐位": "digits"}
	seen := 0
	out := run(t, src, format.Options{Tongue: format.En, Library: func(at int) (string, string, bool) {
		seen++
		for zh, en := range library {
			if strings.HasPrefix(src[at:], zh) {
				return zh, en, true
			}
		}
		if strings.HasPrefix(src[at-1:], ".欠税") {
			return "欠税", "arrears", true
		}
		return "", "", false
	}})
	want := "flow 甲 {\n  let 欠税 = taxpayer.arrears(本户)\n  say \"合计{sum(欠税.amount):digits}。\"\n  hangup\n}\n"
	if d := cmp.Diff(want, out); d != "" {
		t.Error(d)
	}
	if seen == 0 {
		t.Error("the library was not asked")
	}
}

// TestUnsafe: a new spelling that would be read as something else is refused.
func TestUnsafe(t *testing.T) {
	src := "流程 甲 {\n  转到 乙\n}\n流程 乙 { 挂机 }\n"
	_, err := format.Format("a.flow", []byte(src), format.Options{Tongue: format.En,
		Library: func(at int) (string, string, bool) { return "乙", "say", strings.HasPrefix(src[at:], "乙\n") }})
	if !errors.Is(err, format.ErrUnsafe) {
		t.Errorf("got %v", err)
	}
}

func TestFaultyFile(t *testing.T) {
	src := []byte("流程 甲 {\n  播放 \"您好”\n")
	out, err := format.Format("a.flow", src, format.Options{})
	var faults *format.SyntaxError
	if out != nil || !errors.As(err, &faults) || len(faults.Diagnostics) == 0 {
		t.Errorf("got %q, %v", out, err)
	}
}

func TestSmall(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"empty", "", ""},
		{"blank", "\n \n", ""},
		{"comment", "//a  \r\n\r\n\r\n// b", "//a\n\n// b\n"},
		{"byte order mark", "\uFEFF名单 甲", "名单 甲\n"},
		{"columns of comments", "名单 甲   // a\n名单 甲乙 // b\n", "名单 甲    // a\n名单 甲乙  // b\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, run(t, c.src, format.Options{})); d != "" {
				t.Error(d)
			}
		})
	}
}

// FuzzFormat: what can be formatted is a fixed point and reads the same (which Format proves itself),
// in every tongue.
func FuzzFormat(f *testing.F) {
	files, _ := filepath.Glob("testdata/golden/*.flow")
	for _, path := range files {
		f.Add(read(f, path), uint8(0))
	}
	for i, decl := range strings.SplitAfter(read(f, hotline), "\n}\n") {
		f.Add(decl, uint8(i))
	}
	f.Add("名单 甲 ; // \r\r名单\t乙", uint8(2))
	f.Fuzz(func(t *testing.T, src string, tongue uint8) {
		opt := format.Options{Tongue: format.Tongue(tongue % 3)}
		out, err := format.Format("a.flow", []byte(src), opt)
		if err != nil {
			var faults *format.SyntaxError
			if !errors.As(err, &faults) && opt.Tongue == format.Keep {
				t.Fatalf("%v\n%q", err, src)
			}
			return
		}
		again, err := format.Format("a.flow", out, opt)
		if err != nil {
			t.Fatalf("its own output is refused: %v\n%q", err, out)
		}
		if !bytes.Equal(out, again) {
			t.Fatalf("no fixed point\n%s", cmp.Diff(string(out), string(again)))
		}
	})
}

// TestColumnsComeToRest: what is lined up may come to lie beside something else, and is then lined up with that at
// once.
func TestColumnsComeToRest(t *testing.T) {
	src := "流程 甲 {\n  设 码 = 询问 数字 6 {\n    播放 \"请输入。\"\n    等待 1秒  最多 2次\n" +
		"    当 按错 { 播放 \"按错了。\" }  // 注\n    当   挂机 标记 \"走了\"  // 注\n    否则 挂机\n  }\n  挂机\n}\n"
	for _, tongue := range []format.Tongue{format.Keep, format.Zh, format.En} {
		once := run(t, src, format.Options{Tongue: tongue})
		if twice := run(t, once, format.Options{Tongue: tongue}); twice != once {
			t.Errorf("tongue %v: written as\n%s\nand again as\n%s", tongue, once, twice)
		}
	}
}

// TestLarge: shapes that nobody writes by hand, so long that anything but linear time would outlast the tests.
func TestLarge(t *testing.T) {
	for name, src := range map[string]string{
		"long lines": "流程 甲 {\n" + strings.Repeat(strings.Repeat("停顿  1秒  ", 2000)+"\n", 3) + "挂机\n}\n",
		"long lists": "流程 甲 {\n  设 乙 = [" + strings.Repeat("1, ", 5000) + "1]\n  挂机\n}\n",
		"many strings": "流程 甲 {\n  播放 " + strings.Repeat("\"甲\" ", 2000) + strings.Repeat("\n\"乙\"", 2000) +
			"\n  挂机\n}\n",
		"many columns": "表格 甲 取自 \"a.csv\" {" + strings.Repeat("乙: 数字 6, ", 2000) + "丙: 数字 6 }\n",
	} {
		if _, err := format.Format("a.flow", []byte(src), format.Options{}); err != nil &&
			!errors.As(err, new(*format.SyntaxError)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkFormat(b *testing.B) {
	src := []byte(read(b, hotline))
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, err := format.Format("a.flow", src, format.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
