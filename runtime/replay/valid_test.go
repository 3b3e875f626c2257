package replay

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"rexian/compiler/ident"
)

// TestNumbersOfNobodyCanBeKeyed: what stands for a taxpayer's number in a test is one that keys can write.
func TestNumbersOfNobodyCanBeKeyed(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		s := valid(fmt.Sprintf("913701%012d", rng.Int64N(1_000_000_000_000)))
		if _, _, fault := ident.TaxpayerID(s); fault != ident.OK || strings.Trim(s, "0123456789X") != "" {
			t.Fatalf("%s: %v", s, fault)
		}
	}
	if s := valid("91370195148544143E"); strings.HasSuffix(s, "E") {
		t.Errorf("%s ends in a letter that no key stands for", s)
	}
}

// TestNumbersWithoutAMiddleCanBeDialled: a number of which the middle is kept as zeros is a telephone's again.
func TestNumbersWithoutAMiddleCanBeDialled(t *testing.T) {
	for _, s := range []string{"053000008686", "13800008000", "01000005678", ""} {
		if _, _, fault := ident.Phone(dialled(s)); s != "" && fault != ident.OK || s == "" && dialled(s) != "" {
			t.Errorf("%q: %q", s, dialled(s))
		}
	}
}
