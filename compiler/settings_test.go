package compiler_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rexian/compiler"
	"rexian/compiler/check"
)

func TestReadSettings(t *testing.T) {
	for _, c := range []struct {
		name, src, want, codes string
	}{
		{"one a line", "等待=5秒\n\n# 说明\n// 也是说明\n金额 = 200元\n", "等待=5秒 金额=200元", ""},
		{"quotes come off", "甲 = \"你 好\"\n乙=“好”\n丙 = 「好」", "丙=好 乙=好 甲=你 好", ""},
		{"a quote alone stays", "甲 = \"", "甲=\"", ""},
		{"full width, BOM, CRLF", "\ufeff等待＝5秒\r\n\u3000金额＝１元\r\n", "等待=5秒 金额=１元", ""},
		{"an equals sign in the value", "甲 = a=b", "甲=a=b", ""},
		{"GB18030", "\xb5\xc8\xb4\xfd=5\xc3\xeb\n", "等待=5秒", ""},
		{"no sign", "等待 5秒\n金额=1元", "金额=1元", "RX8015"},
		{"no name, no value", "=5\n等待=\n", "", "RX8015 RX8015"},
		{"twice", "等待=5秒\n等待=6秒", "等待=5秒", "RX8016"},
		{"nothing", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, found := compiler.ReadSettings("x", []byte(c.src))
			var have, codes []string
			for _, name := range slices.Sorted(maps.Keys(s.Values)) {
				have = append(have, name+"="+s.Values[name])
				if at := s.At[name]; string(s.Text[at.Name.Start:at.Name.End]) != name || at.File != "x" {
					t.Errorf("the place of %s is %+v", name, at)
				}
			}
			for _, d := range found {
				codes = append(codes, string(d.Code))
			}
			if strings.Join(have, " ") != c.want || strings.Join(codes, " ") != c.codes {
				t.Errorf("read %v, found %v", have, codes)
			}
		})
	}
}

func FuzzReadSettings(f *testing.F) {
	for _, s := range []string{"等待=5秒\n", "=", "\"=\"", "a=\"", "“=”\r\n#", "\xff=\xfe", "a＝b＝c",
		"\ufeff \u3000=\n\n="} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		s, found := compiler.ReadSettings("x", src)
		for name, at := range s.At {
			if at.Value.Start < at.Name.End || at.Value.End > len(s.Text) ||
				string(s.Text[at.Name.Start:at.Name.End]) != name {
				t.Errorf("%q is said to stand at %+v", name, at)
			}
		}
		for _, d := range found {
			if d.Span.Start < 0 || d.Span.End < d.Span.Start || d.Span.End > len(s.Text) {
				t.Errorf("%s at %+v of %d bytes", d.Code, d.Span, len(s.Text))
			}
		}
	})
}

// A deployment's values are checked against the declarations, each at its own place.
func TestOverrides(t *testing.T) {
	const program = `语种 中文, 英文 缺则 中文
接入号 "12366" 进入 主流程
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 }
参数 最长等待: 时长 = 60秒
参数 值班电话: 电话 = "053188880000"
参数 代码: 数字 3位 = "001"
参数 默认语种: 语言 = 中文
流程 主流程 { 播放 "{最长等待}{值班电话}{代码}{默认语种}" 挂机 }
`
	for _, c := range []struct{ name, settings, want, at string }{
		{"all fit", "最长等待=1分钟30秒\n值班电话=+86 531 8888 1111\n代码=042\n默认语种=英文", "90000 053188881111 042 en", ""},
		{"a tag of a language", "默认语种=en", "60000 053188880000 001 en", ""},
		{"a wrong unit", "代码=042\n最长等待=5元", "", "RX8006 s.txt 5元"},
		{"too long", "代码=0421", "", "RX8006 s.txt 0421"},
		{"no such language", "默认语种=日文", "", "RX8006 s.txt 日文"},
		{"a name misspelt", "最大等待=5秒", "", "RX8017 s.txt 最大等待"},
		{"an unknown name", "甲乙丙丁=5秒", "", "RX8017 s.txt 甲乙丙丁"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := compiler.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			w.Overlay("a.flow", []byte(program))
			if err := w.Load(); err != nil {
				t.Fatal(err)
			}
			s, found := compiler.ReadSettings("s.txt", []byte(c.settings))
			p, more := w.Check(compiler.Options{Settings: s.Values, SettingsAt: s.At})
			found = append(found, more...)
			if c.at != "" {
				if len(found) != 1 ||
					string(found[0].Code)+" "+found[0].File+" "+string(s.Text[found[0].Span.Start:found[0].Span.End]) != c.at {
					t.Fatalf("found %+v", found)
				}
				if misspelt := strings.Contains(c.name, "misspelt"); misspelt != (found[0].Fix != nil) {
					t.Errorf("the fix is %+v", found[0].Fix)
				}
				return
			}
			if len(found) > 0 {
				t.Fatalf("found %+v", found)
			}
			if have := values(p); have != c.want {
				t.Errorf("the settings are %s", have)
			}
		})
	}
}

// A value without a place, as a program hands it in, is faulted at the declaration; one of no setting at the program.
func TestOverridesWithoutAPlace(t *testing.T) {
	w, err := compiler.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w.Overlay("a.flow",
		[]byte("接入号 \"1\" 进入 甲\n缺省 { 时区 \"Asia/Shanghai\" 当 出错 挂机 }\n参数 数: 数值 = 1\n流程 甲 { 播放 \"{数}\" 挂机 }\n"))
	if err := w.Load(); err != nil {
		t.Fatal(err)
	}
	_, found := w.Check(compiler.Options{Settings: map[string]string{"数": "很多", "没有": "1"}})
	if len(found) != 2 || found[0].Code != "RX8017" || found[0].File != "." || found[1].Code != "RX8006" ||
		found[1].File != "a.flow" {
		t.Errorf("found %+v", found)
	}
}

func values(p *check.Program) string {
	by := map[string]string{}
	for _, s := range p.Settings {
		by[s.Name] = s.Value.S
		if s.Value.S == "" {
			by[s.Name] = strconv.FormatInt(s.Value.N, 10)
		}
	}
	return strings.Join([]string{by["最长等待"], by["值班电话"], by["代码"], by["默认语种"]}, " ")
}
