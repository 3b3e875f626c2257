package types

import (
	"testing"

	"pgregory.net/rapid"

	"rexian/lang/diag"
)

func anyType(t *rapid.T) *Type {
	k := Kind(rapid.IntRange(int(Bad), int(Mailbox)).Draw(t, "kind"))
	switch k {
	case ListOf:
		return List(anyType(t))
	case RecordOf:
		return OfRecord(record)
	case Tag:
		return OfTags("open", "closed")
	case Digits:
		n := rapid.IntRange(0, 20).Draw(t, "digits")
		return DigitsOf(n, n)
	}
	return Of(k)
}

var record = NewRecord("arrear", diag.Text{Zh: "欠税", En: "arrear"},
	&Field{ID: "tax", Name: diag.Text{Zh: "税种", En: "tax"}, Type: Of(Text)})

// TestFits: a type fits itself, unknown types fit everywhere, being the same goes both ways, and only text takes
// in other kinds.
func TestFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyType(t), anyType(t)
		if !a.Fits(a) || !Of(Bad).Fits(a) || !a.Fits(Of(Bad)) {
			t.Errorf("%v does not fit itself or the unknown", a)
		}
		if Same(a, b) != Same(b, a) {
			t.Errorf("%v and %v are the same one way only", a, b)
		}
		if a.Fits(b) && a.Kind != b.Kind && !a.IsBad() && !b.IsBad() && b.Kind != Text && b.Kind != Message {
			t.Errorf("%v fits %v", a, b)
		}
		s := AsSecret(a)
		if !s.Secret || a.Secret || s.Kind != a.Kind {
			t.Errorf("a secret %v is %v", a, s)
		}
		if d := a.Describe(); d.Zh == "" || d.En == "" {
			t.Errorf("%v has no name", a.Kind)
		}
	})
}

func TestDigitsKeepTheirWidth(t *testing.T) {
	for _, c := range []struct {
		have, want *Type
		fits       bool
	}{
		{DigitsOf(6, 6), Of(Digits), true},
		{DigitsOf(6, 6), DigitsOf(6, 6), true},
		{DigitsOf(6, 6), DigitsOf(4, 8), true},
		{DigitsOf(4, 8), DigitsOf(6, 6), false},
		{Of(Digits), DigitsOf(6, 6), false},
		{Of(Digits), Of(Text), true},
		{Of(Text), Of(Digits), false},
	} {
		if got := c.have.Fits(c.want); got != c.fits {
			t.Errorf("%v where %v is wanted: %v", c.have, c.want, got)
		}
	}
}

// TestWritableTypes: each type that a flow can write has one name in each tongue.
func TestWritableTypes(t *testing.T) {
	for _, k := range writable {
		for _, name := range []string{k.Name().Zh, k.Name().En} {
			if got, ok := Lookup(name); !ok || got != k {
				t.Errorf("%s is %v", name, got)
			}
		}
	}
	if _, ok := Lookup("工资"); ok {
		t.Error("a word that is no type is one")
	}
}
