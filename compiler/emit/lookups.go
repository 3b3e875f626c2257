package emit

import (
	"slices"

	"rexian/compiler/bundle"
	"rexian/compiler/library"
	"rexian/compiler/types"
)

// lookupOf is a library function as a bundle says that it needs it.
func lookupOf(lib *library.Function) bundle.Lookup {
	need := bundle.Lookup{ID: lib.ID, Outcomes: lib.AllOutcomes()}
	for _, p := range lib.Params {
		need.Params = append(need.Params, typeName(orText(p.Type)))
	}
	if lib.Result != nil {
		need.Result = typeName(lib.Result)
	}
	return need
}

// Lacking lists what a program looks up that a library does not have, or has with other arguments, another result or
// other outcomes than the program was checked against.
func Lacking(p *bundle.Program, lib *library.Registry) []string {
	var list []string
	for _, need := range p.Lookups {
		f := lib.ByID(need.ID)
		if f == nil || f.Class != library.Lookup {
			list = append(list, need.ID)
			continue
		}
		has := lookupOf(f)
		if has.Result != need.Result || !slices.Equal(has.Params, need.Params) ||
			!slices.Equal(has.Outcomes, need.Outcomes) {
			list = append(list, need.ID)
		}
	}
	return list
}

func orText(t *types.Type) *types.Type {
	if t == nil {
		return types.Of(types.Text)
	}
	return t
}
