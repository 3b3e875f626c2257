package number

import "testing"

func TestParseForms(t *testing.T) {
	for in, want := range map[string]string{
		"+8653112366": "053112366", "008653112366": "053112366", "8653112366": "053112366", "86053112366": "053112366",
		"+864000012366": "4000012366", "864000012366": "4000012366", "8613800138000": "13800138000",
		"8653188880000": "053188880000", "861062345678": "01062345678", "013800138000": "13800138000",
		"86138001": "", "8688800": "", "86888000": "", // a subscriber's number without an area
		"+8612366": "12366", "+85212345678": "+85212345678", "0085212345678": "+85212345678",
	} {
		if got, _, fault := Parse(in); got != want || (fault == OK) != (want != "") {
			t.Errorf("Parse(%q) = %q, %v; want %q", in, got, fault, want)
		}
	}
}

func TestRulesIn(t *testing.T) {
	for _, c := range []struct {
		r        Rules
		in, want string
	}{
		{Rules{}, "+86-531-8888-0000", "053188880000"},
		{Rules{}, "88880000", "88880000"},
		{Rules{Area: "0531"}, "88880000", "053188880000"},
		{Rules{Area: "0531"}, "8001", "8001"},   // an extension stays one
		{Rules{Area: "0531"}, "12366", "12366"}, // so does what is dialled without an area everywhere
		{Rules{StripIn: []string{"9", "90"}}, "9013800138000", "13800138000"},
		{Rules{StripIn: []string{"9"}}, "9", "9"},
		{Rules{AddIn: "0531"}, "12366", "053112366"},
		{Rules{}, "anonymous", "anonymous"},
		{Rules{}, "1001", "1001"}, {Rules{}, "a.b-c@example.org", "a.b-c@example.org"}, {Rules{}, "", ""},
	} {
		if got := c.r.In(c.in); got != c.want {
			t.Errorf("%+v.In(%q) = %q, want %q", c.r, c.in, got, c.want)
		}
	}
}

func TestRulesOut(t *testing.T) {
	for _, c := range []struct {
		r        Rules
		in, want string
	}{
		{Rules{}, "+86 138-0013-8000", "+8613800138000"},
		{Rules{Form: National}, "+86 138-0013-8000", "13800138000"},
		{Rules{Form: National}, "+85212345678", "0085212345678"},
		{Rules{Form: E164}, "053188880000", "+8653188880000"},
		{Rules{Form: E164}, "13800138000", "+8613800138000"},
		{Rules{Form: E164}, "4000012366", "+864000012366"},
		{Rules{Form: E164}, "0085212345678", "+85212345678"},
		{Rules{Form: E164}, "12366", "12366"},
		{Rules{Form: E164, Area: "0531"}, "12366", "+8653112366"},
		{Rules{Form: E164, Area: "0531"}, "110", "110"},
		{Rules{Form: E164, Area: "0531"}, "88880000", "+8653188880000"},
		{Rules{Form: Plain}, "053188880000", "8653188880000"},
		{Rules{Form: Dialled00}, "053188880000", "008653188880000"},
		{Rules{Form: E164}, "8001", "8001"},
		{Rules{Form: National, Strip: 1, Add: "77"}, "+8653188880000", "7753188880000"},
	} {
		if got, err := c.r.Out(c.in); got != c.want || err != nil {
			t.Errorf("%+v.Out(%q) = %q, %v; want %q", c.r, c.in, got, err, c.want)
		}
	}
	if _, err := (&Rules{Strip: 3}).Out("110"); err != ErrShort {
		t.Errorf("nothing left: %v", err)
	}
}

func TestRulesCheck(t *testing.T) {
	for _, bad := range []Rules{{Form: "e.164"}, {Area: "531"}, {Area: "053"}, {Area: "0261"}, {Add: "x"},
		{StripIn: []string{"9-"}},
		{Strip: -1}} {
		if bad.Check() == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	if err := (&Rules{Area: "010", Form: E164, Add: "+", StripIn: []string{"9"}}).Check(); err != nil {
		t.Error(err)
	}
}

func TestOfUser(t *testing.T) {
	for in, want := range map[string]string{
		"+86-531-8888.0000":                             "+8653188880000",
		"+8613800138000;npdi;rn=+8613900000000":         "+8613800138000",
		"88880000;phone-context=+86531":                 "+8653188880000",
		"8001;phone-context=office.example":             "8001",
		"%2B8613800138000":                              "+8613800138000",
		"anonymous":                                     "anonymous",
		"zhang.san-feng":                                "zhang.san-feng",
		"12366;isub=1;phone-context=+86531;verstat=nil": "+8653112366",
	} {
		if got := OfUser(in); got != want {
			t.Errorf("OfUser(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPrefix(t *testing.T) {
	for _, c := range []struct {
		number, prefix string
		want           bool
	}{
		{"+85212345678", "00852", true}, {"+85212345678", "+", true}, {"+85212345678", "852", false},
		{"13800138000", "+861", true}, {"13800138000", "+86138", true}, {"053188880000", "+86531", true},
		{"053188880000", "+860531", true}, {"4000012366", "+86400", true}, {"13800138000", "", true},
	} {
		if got := Begins(c.number, c.prefix); got != c.want {
			t.Errorf("Begins(%q, %q) = %v", c.number, c.prefix, got)
		}
	}
}

func TestIsExtension(t *testing.T) {
	for s, want := range map[string]bool{"801": true, "88880000": true, "80": false, "888800001": false, "80a": false,
		"": false} {
		if IsExtension(s) != want {
			t.Errorf("IsExtension(%q) = %v", s, !want)
		}
	}
}

// FuzzRules: what is written in any form is read back as the same number.
func FuzzRules(f *testing.F) {
	for _, s := range []string{"13800138000", "+86 531 88880000", "0085212345678", "12366", "053112366001", "8001", "９",
		"861"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, kind, fault := Parse(s)
		if fault != OK {
			return
		}
		for _, form := range []Form{AsDialled, National, E164, Dialled00} {
			r := Rules{Form: form}
			out, err := r.Out(text)
			if err != nil {
				t.Fatal(err)
			}
			if back, k2, fault := Parse(out); back != text || k2 != kind || fault != OK {
				t.Fatalf("%q as %s is %q, which reads as %q, %v, %v", text, form, out, back, k2, fault)
			}
		}
	})
}
