package vm

import "rexian/compiler/bundle"

// Unfused makes the machine take every operation by itself.
func (im *Image) Unfused() {
	for i := range im.code {
		im.code[i] = im.Program.Funcs[i].Code
	}
}

// Fused counts the runs that are read as one operation.
func (im *Image) Fused() (n int) {
	for _, code := range im.code {
		for _, c := range code {
			if c.Op() >= bundle.Ops {
				n++
			}
		}
	}
	return n
}
