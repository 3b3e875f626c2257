package field_test

import (
	"slices"
	"strings"
	"testing"

	"rexian/media/sip/field"
)

func TestList(t *testing.T) {
	for in, want := range map[string][]string{
		"":                           nil,
		" , ,":                       nil,
		"a":                          {"a"},
		" timer ,\t100rel":           {"timer", "100rel"},
		`"a,b" <sip:c,d@e>, f`:       {`"a,b" <sip:c,d@e>`, "f"},
		`"a\",b", c`:                 {`"a\",b"`, "c"},
		`<sip:a@b?x="1,2">;q=1, <c>`: {`<sip:a@b?x="1,2">;q=1`, "<c>"},
		`"open, x`:                   {`"open, x`},
		`<open, x`:                   {`<open, x`},
	} {
		if got := slices.Collect(field.List(in)); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
	if !field.Has("timer , 100REL", "100rel") || field.Has("timer2", "timer") || field.Has("", "") {
		t.Error("Has")
	}
}

func TestParams(t *testing.T) {
	v, p := field.Value(` 1800 ; Refresher = "uas" ; x ;; text="a;b=\"c\"" `)
	if v != "1800" {
		t.Errorf("value %q", v)
	}
	for name, want := range map[string]string{"refresher": "uas", "x": "", "text": `a;b="c"`} {
		if got, ok := p.Get(name); !ok || got != want {
			t.Errorf("%s: %q, %v, want %q", name, got, ok, want)
		}
	}
	if _, ok := p.Get("b"); ok {
		t.Error("a parameter within a quoted string")
	}
	if v, p := field.Value("alone"); v != "alone" || p != "" {
		t.Errorf("%q %q", v, p)
	}
}

func TestMedia(t *testing.T) {
	for in, want := range map[string]string{
		"application/sdp": "application/sdp", "Application / SDP ; x=y": "application/sdp",
		"multipart/mixed;boundary=\"a;b\"": "multipart/mixed",
		"":                                 "", "application": "", "a/b/c": "", "a b/c": "", "/": "",
	} {
		if got, _ := field.Media(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if _, p := field.Media("multipart/mixed ; Boundary = \"a;b\""); func() string {
		v,
			_ := p.Get("boundary")
		return v
	}() != "a;b" {
		t.Error("boundary")
	}
}

func FuzzCut(f *testing.F) {
	f.Add(`"a\",b" <c,d>;e="f;g", h`)
	f.Fuzz(func(t *testing.T, s string) {
		for one := range field.List(s) {
			if one == "" || strings.Trim(one, " \t\r\n") != one {
				t.Fatalf("%q", one)
			}
			v, p := field.Value(one)
			for k, v := range p.All() {
				if _, ok := p.Get(k); !ok {
					t.Fatalf("%q is not found, %q", k, v)
				}
			}
			field.Media(v)
		}
	})
}
