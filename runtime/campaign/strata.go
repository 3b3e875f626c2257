package campaign

import (
	"strings"

	"rexian/compiler/library"
	"rexian/runtime/dialer"
	"rexian/runtime/vm"
)

// stratum is the place of the field of a campaign's targets that makes the strata of its sample, -1 if it has none.
// ErrSample tells that the sample cannot be drawn so.
func (p program) stratum(o Order) (int, error) {
	switch o.Method {
	case "", dialer.Random, dialer.Systematic:
		if o.Strata != "" || o.Method == dialer.Systematic && p.rules.Sample == 0 {
			return -1, ErrSample
		}
		return -1, nil
	case dialer.Stratified:
		record := library.Record(strings.TrimPrefix(p.shape, "list of "))
		if record == nil || p.rules.Sample == 0 {
			return -1, ErrSample
		}
		for i, f := range record.Fields {
			if f.ID == o.Strata || f.Name.Zh == o.Strata {
				return i, nil
			}
		}
	}
	return -1, ErrSample
}

// stratumOf is the stratum of a target: what its field says, "" where it says nothing.
func stratumOf(v vm.Value, field int) string {
	if items := v.Items(); field >= 0 && field < len(items) && !items[field].IsAbsent() {
		return items[field].Str()
	}
	return ""
}
