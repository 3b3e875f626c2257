package intake

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	for _, c := range []struct {
		name, in string
		max      int
		want     string
	}{
		{"plain", "测试公司", 200, "测试公司"},
		{"NUL", "a\x00b", 200, "ab"},
		{"broken UTF-8", "a\xff\xfeb", 200, "ab"},
		{"bell and escape", "a\x07\x1b[31mb", 200, "a[31mb"},
		{"line breaks stay", "一\n二\t三", 200, "一\n二\t三"},
		{"emoji", "公司😀", 200, "公司😀"},
		{"cut by characters", "一二三四", 3, "一二三"},
		{"blanks around", "  x　", 200, "x"},
		{"byte order mark", "\ufeffx", 200, "x"},
		{"composed", "e\u0301", 200, "é"},
		{"SQL is text", "'; DROP TABLE taxpayers;--", 200, "'; DROP TABLE taxpayers;--"},
	} {
		if got := Text(c.in, c.max); got != c.want {
			t.Errorf("%s: Text(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
	if got := Text(strings.Repeat("名", 10_000_000), MaxName); utf8.RuneCountInString(got) != MaxName {
		t.Errorf("a name without end: %d characters", utf8.RuneCountInString(got))
	}
	if got := Line("a\r\nb", 9); got != "a  b" {
		t.Errorf("Line = %q", got)
	}
}

func TestDigits(t *testing.T) {
	for in, want := range map[string]string{"123": "123", "１２３": "123", "1 2-3": "123", "1;2": "", "1\x00": "",
		"12345": "", "": "", "一": ""} {
		if got := Digits(in, 4); got != want {
			t.Errorf("Digits(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPhone(t *testing.T) {
	for in, want := range map[string]string{
		"+8613800138000": "13800138000", "013800138000": "13800138000", "138 0013 8000": "13800138000",
		"anonymous": "", "8001": "8001", "ext\x00-1": "ext-1", "": "",
	} {
		if got := Phone(in); got != want {
			t.Errorf("Phone(%q) = %q, want %q", in, got, want)
		}
	}
	if got := Phone(strings.Repeat("9", 10_000)); len(got) != 64 {
		t.Errorf("a number without end: %d", len(got))
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, id string
		want        bool
	}{
		{"91330100799655058*", "91330100799655058B", true},
		{"91330100799655058B", "91330100799655058B", true},
		{"9133010079965505*B", "91330100799655058B", false}, // a star is a letter, never a digit
		{"9133010079965505", "91330100799655058B", false},
	} {
		if got := Matches(c.pattern, c.id); got != c.want {
			t.Errorf("Matches(%s, %s) = %v", c.pattern, c.id, got)
		}
	}
	if got := Keyed("9144030071526726XG"); got != "9144030071526726**" {
		t.Errorf("Keyed = %s", got)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "\x00", "测试", "\xff", "e\u0301", strings.Repeat("😀", 300),
		"1\r\x04\xdc1\xca3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Text(s, 50)
		if !utf8.ValidString(got) || strings.ContainsRune(got, 0) || utf8.RuneCountInString(got) > 50 {
			t.Fatalf("Text(%q) = %q", s, got)
		}
		if again := Text(got, 50); again != got {
			t.Fatalf("unstable: %q, then %q", got, again)
		}
		if p := Phone(s); Phone(p) != p {
			t.Fatalf("Phone(%q) = %q, then %q", s, p, Phone(p))
		}
	})
}
