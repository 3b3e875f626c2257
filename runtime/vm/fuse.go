package vm

import "rexian/compiler/bundle"

// Some operations stand beside each other in every loop that computes. The machine reads such a run as one operation of
// its own, in the place of the first; the others stay where they are, so that jumps to them still find them. It spares
// a turn of the loop for each. The bundle knows nothing of it.
const (
	mulAdd     = bundle.Ops + iota // MulWhole, AddNumber
	mulAddLoop                     // MulWhole, AddNumber, Loop
	addLoop                        // AddNumber, Loop
	wholeLoop                      // AddWhole, Loop
)

// fused is a function's code with its runs as the machine reads them.
func fused(code []bundle.Code) []bundle.Code {
	out := append([]bundle.Code(nil), code...)
	for i := range code {
		op := func(k int) bundle.Op {
			if i+k < len(code) {
				return code[i+k].Op()
			}
			return bundle.Nop
		}
		as := func(o bundle.Op) { out[i] = code[i]&^0xff | bundle.Code(o) }
		switch first, second := op(0), op(1); {
		case first == bundle.MulWhole && second == bundle.AddNumber && op(2) == bundle.Loop:
			as(mulAddLoop)
		case first == bundle.MulWhole && second == bundle.AddNumber:
			as(mulAdd)
		case first == bundle.AddNumber && second == bundle.Loop:
			as(addLoop)
		case first == bundle.AddWhole && second == bundle.Loop:
			as(wholeLoop)
		}
	}
	return out
}
