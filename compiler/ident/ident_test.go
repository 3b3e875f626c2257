package ident

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTaxpayerID(t *testing.T) {
	for _, c := range []struct {
		name, in, text, kind string
		fault                Fault
	}{
		{"a company", "91330100799655058B", "91330100799655058B", Unified, OK},
		{"check character of the organisation code is X", "9144030071526726XG", "9144030071526726XG", Unified, OK},
		{"typed by a person", " 9133 0100-799655058b ", "91330100799655058B", Unified, OK},
		{"full-width", "９１３３０１００７９９６５５０５８Ｂ", "91330100799655058B", Unified, OK},
		{"last letter keyed as star", "91330100799655058*", "91330100799655058*", Unified, OK},
		{"both letters keyed as star", "9144030071526726**", "9144030071526726**", Unified, OK},
		{"no letter makes the organisation code fit", "91330100799655059*", "", "", Check},
		{"two digits swapped", "91330100796955058B", "", "", Check},
		{"wrong last character", "91330100799655058C", "", "", Check},
		{"the letter I is not in the alphabet", "9133010079965505I8", "", "", Character},
		{"a star in the region", "91*30100799655058B", "", "", Character},
		{"no department 0", "01330100799655058B", "", "", Character},
		{"a natural person", "11010519491231002X", "11010519491231002X", Resident18, OK},
		{"a natural person, X keyed", "11010519491231002*", "11010519491231002*", Resident18, OK},
		{"old number", "33010079965505" + "8", "330100799655058", Organisation, OK},
		{"old number, X keyed", "44030071526726*", "44030071526726*", Organisation, OK},
		{"old number, wrong check", "330100799655059", "", "", Check},
		{"sole trader", "11010519491231002X01", "11010519491231002X01", Trader, OK},
		{"sole trader, old", "11010549123100201", "11010549123100201", Trader, OK},
		{"too short", "9133010079965505", "", "", Length},
		{"empty", "", "", "", Length},
		{"only stars", strings.Repeat("*", 18), "", "", Character},
		{"letters of a script", "税务税务税务", "", "", Character},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, kind, fault := TaxpayerID(c.in)
			if text != c.text || kind != c.kind || fault != c.fault {
				t.Errorf("TaxpayerID(%q) = %q, %q, %v; want %q, %q, %v", c.in, text, kind, fault, c.text, c.kind,
					c.fault)
			}
		})
	}
}

// A correct code stays acceptable whichever of its letters are keyed as `*`, and no other last
// character fits a fully determined one.
func TestUnifiedProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := drawUnified(t)
		if _, kind, f := TaxpayerID(code); f != OK || kind != Unified {
			t.Fatalf("%s: %v", code, f)
		}
		for i := range len(unifiedAlphabet) {
			other := code[:17] + unifiedAlphabet[i:i+1]
			if other != code && unified(other) == OK {
				t.Fatalf("%s and %s both fit", code, other)
			}
		}
		keyed := []byte(code)
		for i, c := range keyed {
			if !isDigit(c) && rapid.Bool().Draw(t, "keyed") {
				keyed[i] = Wild
			}
		}
		if _, _, f := TaxpayerID(string(keyed)); f != OK {
			t.Fatalf("%s keyed as %s: %v", code, keyed, f)
		}
	})
}

// drawUnified computes the check characters by the standard's own formulas, apart from the code
// under test.
func drawUnified(t *rapid.T) string {
	b := []byte(rapid.StringMatching(`9[123][1-6][1-5][0-9]{4}[0-9A-HJ-NPQRTUWXY]{8}`).Draw(t, "code"))
	sum := 0
	for i, w := range []int{3, 7, 9, 10, 5, 8, 4, 2} {
		v := int(b[8+i] - '0')
		if v > 9 {
			v = int(b[8+i]-'A') + 10
		}
		sum += v * w
	}
	b = append(b, "0123456789X0"[11-sum%11])
	sum, w := 0, 1
	for _, c := range b {
		sum += strings.IndexByte("0123456789ABCDEFGHJKLMNPQRTUWXY", c) * w
		w = w * 3 % 31
	}
	return string(append(b, "0123456789ABCDEFGHJKLMNPQRTUWXY"[(31-sum%31)%31]))
}

func TestResidentID(t *testing.T) {
	for _, c := range []struct {
		in, text string
		fault    Fault
	}{
		{"11010519491231002X", "11010519491231002X", OK}, // the standard's own example
		{"11010519491231002x", "11010519491231002X", OK},
		{"440524188001010014", "440524188001010014", OK}, // the standard's other example
		{"110105491231002", "110105491231002", OK},
		{"110105194912310021", "", Check},
		{"11010519490231002X", "", Date},
		{"110105490231002", "", Date},
		{"99010519491231002X", "", Region},
		{"11010519491231002", "", Length},
		{"1101051949123100XX", "", Character},
		{"1101054912310X2", "", Character},
	} {
		if text, f := ResidentID(c.in); text != c.text || f != c.fault {
			t.Errorf("ResidentID(%q) = %q, %v; want %q, %v", c.in, text, f, c.text, c.fault)
		}
	}
}

func TestPhone(t *testing.T) {
	for _, c := range []struct {
		in, text string
		kind     PhoneKind
		fault    Fault
	}{
		{"13800138000", "13800138000", Mobile, OK},
		{"+86 138-0013-8000", "13800138000", Mobile, OK},
		{"0086 13800138000", "13800138000", Mobile, OK},
		{"8613800138000", "13800138000", Mobile, OK},
		{"013800138000", "13800138000", Mobile, OK},
		{"１３８ ００１３ ８０００", "13800138000", Mobile, OK},
		{"1380013800", "", 0, Length},
		{"138001380000", "", 0, Length},
		{"12800138000", "", 0, Length},
		{"053188880000", "053188880000", Landline, OK},
		{"(0531) 8888-0000", "053188880000", Landline, OK},
		{"（0531）88880000", "053188880000", Landline, OK},
		{"+86 531 88880000", "053188880000", Landline, OK},
		{"010-62345678", "01062345678", Landline, OK},
		{"+861062345678", "01062345678", Landline, OK},
		{"0106234567", "", 0, Length},
		{"05366234567", "05366234567", Landline, OK},
		{"026 62345678", "", 0, Region},
		{"88880000", "", 0, Length},
		{"4000012366", "4000012366", TollFree, OK},
		{"400-001-2366", "4000012366", TollFree, OK},
		{"400001236", "", 0, Length},
		{"12366", "12366", Service, OK},
		{"110", "110", Service, OK},
		{"95588", "95588", Service, OK},
		{"053112366", "053112366", Service, OK},
		{"053112366001", "053112366001", Service, OK},
		{"0531", "", 0, Length},
		{"+1 415 555 0100", "+14155550100", International, OK},
		{"0014155550100", "+14155550100", International, OK},
		{"+0123456789", "", 0, Region},
		{"", "", 0, Length},
		{"+", "", 0, Length},
		{"00", "", 0, Length},
		{"0", "", 0, Length},
		{"138001380a0", "", 0, Character},
		{"1380013*000", "", 0, Character},
	} {
		text, kind, f := Phone(c.in)
		if text != c.text || kind != c.kind || f != c.fault {
			t.Errorf("Phone(%q) = %q, %v, %v; want %q, %v, %v", c.in, text, kind, f, c.text, c.kind, c.fault)
		}
	}
	if !IsMobile("+8613800138000") || IsMobile("053188880000") || IsMobile("x") {
		t.Error("IsMobile")
	}
}

func TestPhoneLength(t *testing.T) {
	for keys, want := range map[string]int{"1": 12, "13": 11, "138": 11, "12": 12, "400": 10, "010": 11, "021": 11,
		"0531": 12, "0138": 12, "001": 17, "": 12} {
		if got := PhoneLength(keys); got != want {
			t.Errorf("PhoneLength(%q) = %d, want %d", keys, got, want)
		}
	}
}

func TestParseKeys(t *testing.T) {
	for _, c := range []struct {
		kind  Kind
		keys  string
		want  Value
		fault Fault
	}{
		{Money, "1200*50", Value{"1200*50", 120050}, OK},
		{Money, "30000", Value{"30000", 3000000}, OK},
		{Money, "0", Value{"0", 0}, OK},
		{Money, "*5", Value{"*5", 50}, OK},
		{Money, "5*", Value{"5*", 500}, OK},
		{Money, "1*234", Value{}, Long},
		{Money, "1*2*3", Value{}, Character},
		{Money, "*", Value{}, Length},
		{Money, "999999999999*99", Value{"999999999999*99", 99999999999999}, OK},
		{Money, "1000000000000", Value{}, Long},
		{Number, "0001*5", Value{"0001*5", 1500000}, OK},
		{Number, "999999999999*999999", Value{"999999999999*999999", 999999999999999999}, OK},
		{Number, "1*0000001", Value{}, Long},
		{Number, "1A", Value{}, Character},
		{YesNo, "1", Value{"1", 1}, OK},
		{YesNo, "2", Value{"2", 0}, OK},
		{YesNo, "3", Value{}, Unlisted},
		{DateOf, "19700101", Value{"19700101", 0}, OK},
		{DateOf, "20261012", Value{"20261012", 20738}, OK},
		{DateOf, "19691231", Value{"19691231", -1}, OK},
		{DateOf, "20260230", Value{}, Date},
		{DateOf, "20240229", Value{"20240229", 19782}, OK},
		{DateOf, "2026101", Value{}, Length},
		{DateOf, "00000101", Value{}, Date},
		{MonthOf, "202609", Value{"202609", 2026*12 + 8}, OK},
		{MonthOf, "202613", Value{}, Date},
		{TimeOf, "2400", Value{"2400", 86400}, OK},
		{TimeOf, "2401", Value{}, Date},
		{TimeOf, "0830", Value{"0830", 30600}, OK},
		{TimeOf, "0860", Value{}, Date},
		{PhoneOf, "013800138000", Value{"13800138000", 0}, OK},
		{TaxpayerOf, "91330100799655058*", Value{"91330100799655058*", 0}, OK},
		{ResidentOf, "11010519491231002*", Value{"11010519491231002X", 0}, OK},
		{ResidentOf, "1101051949123100*2", Value{}, Character},
		{Scale, "10", Value{"10", 10_000_000}, OK},
		{Scale, "9999999999999999999999", Value{}, Long},
		{Digits, "007", Value{"007", 0}, OK},
		{Digits, "0*7", Value{}, Character},
		{Text, "0*7", Value{"0*7", 0}, OK},
		{None, "1", Value{}, Unlisted},
	} {
		got, f := ParseKeys(c.kind, c.keys)
		if f != c.fault || (f == OK && got != c.want) {
			t.Errorf("ParseKeys(%v, %q) = %+v, %v; want %+v, %v", c.kind, c.keys, got, f, c.want, c.fault)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "*", "91330100799655058B", "11010519491231002*", "+86 531 88880000", "1*2",
		"20261012", "\xff\xfe", "００"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for k := None; k <= Text; k++ {
			v, fault := ParseKeys(k, s)
			if fault != OK {
				continue
			}
			again, fault := ParseKeys(k, s)
			if fault != OK || again != v {
				t.Fatalf("%v %q: unstable", k, s)
			}
		}
		if text, kind, fault := Phone(s); fault == OK {
			if again, k2, f2 := Phone(text); again != text || k2 != kind || f2 != OK {
				t.Fatalf("Phone(%q) = %q, which reads as %q, %v", s, text, again, f2)
			}
		}
		if text, kind, fault := TaxpayerID(s); fault == OK {
			if again, k2, f2 := TaxpayerID(text); again != text || k2 != kind || f2 != OK {
				t.Fatalf("TaxpayerID(%q) = %q, which reads as %q, %v", s, text, again, f2)
			}
		}
	})
}
