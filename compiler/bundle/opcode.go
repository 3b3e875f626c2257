package bundle

// Code is one instruction: eight bits of operation and 24 of operands, in one of three layouts.
//
//	31      24 23      16 15       8 7        0
//	    C          B          A         op       three registers
//	         Bx               A         op       a register and an index, or a jump from the next instruction
//	              J                     op       a long jump from the next instruction
//
// R(n) below is register n of the running frame. A fault (overflow, division by zero, an absent value where one
// is needed, an exhausted budget) raises the outcome `error`.
type Code uint32

// Op is an operation. The checker knows all types, so operations are typed and test nothing at run time.
type Op uint8

const (
	Nop        Op = iota
	Move          // R(A) = R(B)
	LoadK         // R(A) = constant Bx of the function
	LoadI         // R(A).N = Bx, signed
	LoadAbsent    // R(A) = absent
	Jump          // pc += J; backward it costs a step of the budget
	JumpIf        // if R(A) then pc += Bx
	JumpIfNot     // if not R(A) then pc += Bx
	Loop          // R(A).N--; if it is above 0 then pc += Bx, which costs a step
	Each          // list R(A), next index R(A+1), cap R(A+2): R(A+3) = the next item, or pc += Bx
	Call          // call function Bx with a frame that begins at R(A): arguments there, the result in R(A)
	Return        // end of the flow with R(A)
	ReturnNone    // end of the flow without a value
	Goto          // drop all frames; start function Bx with arguments from R(A)
	AddNumber     // R(A) = R(B) + R(C), at most 12 digits before the point
	SubNumber
	AddMoney // the same for fen
	SubMoney
	AddInt // days, milliseconds, months: whole units
	SubInt
	MulNumber // R(A) = R(B) * R(C), rounded once
	DivNumber // also money / money
	MulMoney  // money * number
	DivMoney  // money / number
	TryMul    // R(A) = R(B) * R(C) if that is exact and fits, and skip one instruction; else go on with it
	Exact     // R(A) = the value of exact program Bx of the function, rounded once
	Negate    // R(A) = -R(B)
	EqN       // R(A) = R(B) is R(C), by N
	LtN
	LeN
	EqS // by text
	Contains
	Not    // R(A) = not R(B)
	Empty  // R(A) = R(B) is absent, an empty list or an empty text
	Mobile // R(A) = R(B) is a mobile telephone number
	Present
	Field      // R(A) = field C of the record R(B)
	Column     // R(A) = field C of each record in the list R(B)
	NewList    // R(A) = list of the C values from R(B)
	NewRecord  // R(A) = record of the C values from R(B)
	Format     // R(A) = template Bx of the program in writing, with arguments from R(A)
	Builtin    // R(A) = function Builtins[Bx] of the arguments from R(A)
	LoadWorld  // R(A) = Worlds[Bx]: caller, today, …
	LoadSet    // R(A) = setting Bx
	LoadData   // R(A) = call data Bx
	StoreData  // call data Bx = R(A)
	Effect     // suspend at site Bx of the function, with arguments from R(A)
	Raise      // raise the outcome named by constant Bx
	Cover      // edge Bx of the graph was taken
	Scale      // R(A).N = R(B).N * 10^6: a count of units as a number
	Descale    // R(A).N = whole part of the number R(B), a fault if it has a fraction
	DaysToTime // R(A).N = R(B).N * 86,400,000: days as a duration
	TimeToDays // R(A).N = R(B).N / 86,400,000, a fault if not whole days
	Chosen     // R(A) = list of those of the C values after R(B) whose bit is set in R(B)
	AddWhole   // R(A) = R(B) + C, numbers; C is signed and whole
	MulWhole   // R(A) = R(B) * C, numbers; C is whole
	Dispatch   // go on where jump table Bx of the function sends the number R(A)
	opEnd

	// Ops is how many there are: numbers from there on stand in no bundle.
	Ops = opEnd
)

var opNames = [...]string{"Nop", "Move", "LoadK", "LoadI", "LoadAbsent", "Jump", "JumpIf", "JumpIfNot", "Loop", "Each",
	"Call",
	"Return", "ReturnNone", "Goto", "AddNumber", "SubNumber", "AddMoney", "SubMoney", "AddInt", "SubInt", "MulNumber",
	"DivNumber", "MulMoney", "DivMoney", "TryMul", "Exact", "Negate", "EqN", "LtN", "LeN", "EqS", "Contains", "Not",
	"Empty", "Mobile", "Present", "Field", "Column", "NewList", "NewRecord", "Format", "Builtin", "LoadWorld",
	"LoadSet",
	"LoadData", "StoreData", "Effect", "Raise", "Cover", "Scale", "Descale", "DaysToTime", "TimeToDays", "Chosen",
	"AddWhole", "MulWhole", "Dispatch"}

// String returns the operation's name, as the disassembler prints it.
func (o Op) String() string {
	if int(o) < len(opNames) {
		return opNames[o]
	}
	return "?"
}

// Layout is how an operation's operands are laid out.
type Layout uint8

const (
	ABC Layout = iota
	ABx
	AJump // ABx whose Bx is a jump
	JLong
)

// Layout returns the operation's layout.
func (o Op) Layout() Layout {
	switch o {
	case LoadK, LoadI, Call, Goto, Exact, Format, Builtin, LoadWorld, LoadSet, LoadData, StoreData, Effect, Raise,
		Cover,
		Dispatch:
		return ABx
	case JumpIf, JumpIfNot, Loop, Each:
		return AJump
	case Jump:
		return JLong
	}
	return ABC
}

// MakeABC packs three registers.
func MakeABC(o Op, a, b, c int) Code {
	return Code(o) | Code(uint8(a))<<8 | Code(uint8(b))<<16 | Code(uint8(c))<<24
}

// MakeABx packs a register and an index of 16 bits, or a signed jump.
func MakeABx(o Op, a, bx int) Code { return Code(o) | Code(uint8(a))<<8 | Code(uint16(bx))<<16 }

// MakeJump packs a jump of 24 bits.
func MakeJump(j int) Code { return Code(Jump) | Code(j)<<8 }

func (c Code) Op() Op  { return Op(c) }
func (c Code) A() int  { return int(uint8(c >> 8)) }
func (c Code) B() int  { return int(uint8(c >> 16)) }
func (c Code) C() int  { return int(uint8(c >> 24)) }
func (c Code) Bx() int { return int(c >> 16) }

// SC is C as a signed number.
func (c Code) SC() int { return int(int32(c) >> 24) }

// SBx is Bx as a signed number.
func (c Code) SBx() int { return int(int32(c) >> 16) }

// J is the operand of Jump.
func (c Code) J() int { return int(int32(c) >> 8) }
