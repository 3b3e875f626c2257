package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// small is a program with one of most things.
func small() *Program {
	return &Program{Zone: "UTC", Languages: []string{"zh"}, Fallback: "zh", Playing: -1, Defaults: -1, Calendar: -1,
		Numbers:  []Entry{{Text: "12366", Func: 0, Otherwise: -1}},
		Prompts:  []Prompt{{Args: 1, Words: []Wording{{Lang: "zh", Pieces: []Piece{{Text: "共"}, {Kind: "number"}}}}}},
		Builtins: []string{"count"},
		Funcs: []Func{{Name: "main", Registers: 4, Consts: []Const{{N: 1 << 40}, {S: "error", Text: true}},
			Code: []Code{MakeABx(LoadK, 0, 0), MakeABx(LoadI, 1, -5), MakeABC(AddNumber, 0, 0, 1),
				MakeABx(JumpIf, 0, 1),
				MakeABx(Raise, 0, 1), MakeABx(Effect, 0, 0), MakeABC(ReturnNone, 0, 0, 0)},
			Places: make([]Place, 7),
			Sites:  []Site{{Kind: SaySite, Args: 1, Playing: -1, Else: -1, HangEdge: -1, OutEdge: -1}},
			Exacts: []ExactProgram{{Unit: 100, Steps: []ExactStep{{Op: 'r', Unit: 100}, {Op: 'n'}}}},
		}}}
}

func TestCode(t *testing.T) {
	for _, c := range []struct {
		code       Code
		a, b, c, x int
	}{{MakeABC(Move, 250, 3, 255), 250, 3, 255, 255<<8 | 3}, {MakeABx(LoadK, 1, 65535), 1, 255, 255, 65535}} {
		if c.code.A() != c.a || c.code.B() != c.b || c.code.C() != c.c || c.code.Bx() != c.x {
			t.Errorf("%08x = %d %d %d %d", uint32(c.code), c.code.A(), c.code.B(), c.code.C(), c.code.Bx())
		}
	}
	for _, j := range []int{0, 1, -1, 1<<23 - 1, -1 << 23} {
		if c := MakeJump(j); c.Op() != Jump || c.J() != j {
			t.Errorf("a jump of %d is one of %d", j, c.J())
		}
	}
	if c := MakeABx(LoadI, 0, -32768); c.SBx() != -32768 {
		t.Error("sign lost:", c.SBx())
	}
	for op := Nop; op < opEnd; op++ {
		if op.String() == "?" || op.String() == "" {
			t.Errorf("operation %d has no name", op)
		}
	}
	for k := SaySite; k < siteEnd; k++ {
		if k.String() == "?" || k.String() == "" {
			t.Errorf("site %d has no name", k)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	b, err := Encode(small())
	if err != nil {
		t.Fatal(err)
	}
	again, err := Encode(small())
	if err != nil || !bytes.Equal(b, again) {
		t.Error("the same program gives other bytes", err)
	}
	p, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	want := small()
	want.Hash = p.Hash
	if diff := cmp.Diff(want, p); diff != "" {
		t.Error(diff)
	}
	if len(p.Hash) != 64 {
		t.Error("hash:", p.Hash)
	}
}

// seal writes content with a header that fits it.
func seal(content []byte) []byte {
	sum := sha256.Sum256(content)
	out := binary.BigEndian.AppendUint16([]byte(magic), FormatVersion)
	out = binary.BigEndian.AppendUint32(out, uint32(len(content)))
	return append(append(out, sum[:]...), content...)
}

func TestRefused(t *testing.T) {
	good, err := Encode(small())
	if err != nil {
		t.Fatal(err)
	}
	change := func(at int) []byte {
		b := bytes.Clone(good)
		b[at] ^= 1
		return b
	}
	forged := func(f func(p *Program)) []byte {
		p := small()
		f(p)
		b, err := Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct {
		name string
		b    []byte
		want error
	}{
		{"empty", nil, ErrNotBundle},
		{"short", good[:20], ErrNotBundle},
		{"other magic", change(0), ErrNotBundle},
		{"newer version", change(len(magic)), ErrVersion},
		{"cut off", good[:len(good)-1], ErrCorrupt},
		{"longer", append(bytes.Clone(good), 'x'), ErrCorrupt},
		{"a bit of the content", change(len(good) - 9), ErrCorrupt},
		{"a bit of the hash", change(len(magic) + 9), ErrCorrupt},
		{"no program", seal([]byte(`[]`)), ErrCorrupt},
		{"an unknown field", seal([]byte(`{"Zone":"UTC","Later":1}`)), ErrCorrupt},
		{"a register too high", forged(func(p *Program) { p.Funcs[0].Code[2] = MakeABC(AddNumber, 0, 4, 0) }),
			ErrCorrupt},
		{"a jump out", forged(func(p *Program) { p.Funcs[0].Code[3] = MakeABx(JumpIf, 0, 3) }), ErrCorrupt},
		{"a jump before the start", forged(func(p *Program) { p.Funcs[0].Code[3] = MakeJump(-5) }), ErrCorrupt},
		{"an unknown operation", forged(func(p *Program) { p.Funcs[0].Code[0] = Code(opEnd) }), ErrCorrupt},
		{"a constant too high", forged(func(p *Program) { p.Funcs[0].Code[0] = MakeABx(LoadK, 0, 2) }), ErrCorrupt},
		{"an entry to nowhere", forged(func(p *Program) { p.Numbers[0].Func = 1 }), ErrCorrupt},
		{"a hole without a value", forged(func(p *Program) { p.Prompts[0].Args = 0 }), ErrCorrupt},
		{"an expression that is not whole", forged(func(p *Program) { p.Funcs[0].Exacts[0].Steps[0].Op = '+' }),
			ErrCorrupt},
		{"arguments beyond the registers", forged(func(p *Program) { p.Funcs[0].Code[5] = MakeABx(Effect, 4, 0) }),
			ErrCorrupt},
		{"fewer places than code", forged(func(p *Program) { p.Funcs[0].Places = nil }), ErrCorrupt},
	} {
		t.Run(c.name, func(t *testing.T) {
			if p, err := Decode(c.b); !errors.Is(err, c.want) || p != nil {
				t.Errorf("Decode = %v, %v; want %v", p, err, c.want)
			}
		})
	}
}

func TestDisassemble(t *testing.T) {
	var b strings.Builder
	if err := Disassemble(&b, small(), Listing{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`number "12366" enters main`, `LoadK      r0 1099511627776`, `LoadI      r1 -5`,
		`JumpIf     r0 → 5`,
		`Raise      error`, `Effect     r0 say "共{0:number}"`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

// Whatever is read, it gives a program whose every instruction can be printed, or an error.
func FuzzDecode(f *testing.F) {
	good, err := Encode(small())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, false)
	f.Add(good[headerSize:], true)
	f.Add([]byte(`{"Zone":"UTC","Apology":0,"Prompts":[{}],"Funcs":[{"Code":[6],"Places":[{}]}]}`), true)
	f.Fuzz(func(t *testing.T, b []byte, sealed bool) {
		if sealed {
			b = seal(b)
		}
		p, err := Decode(b)
		if err != nil {
			return
		}
		var out strings.Builder
		if err := Disassemble(&out, p, Listing{}); err != nil {
			t.Fatal(err)
		}
		if _, err := Encode(p); err != nil {
			t.Fatal(err)
		}
	})
}
