package taxpayer

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"rexian/compiler/ident"
	"rexian/compiler/value"
	"rexian/stdlib/fn"
)

// call calls a function of the library and says what came of it: the outcome, the names of the taxpayers, the number.
func call(t *testing.T, s *Store, id string, args ...value.Value) string {
	t.Helper()
	v, err := s.Functions()[id](t.Context(), fn.Caller{Now: day, Phone: "13800138000", CallID: "c1"}, args)
	return result(v, err)
}

func result(v value.Value, err error) string {
	var outcome fn.Outcome
	switch {
	case errors.As(err, &outcome):
		return string(outcome)
	case err != nil:
		return err.Error()
	case v.P == nil:
		return show(v)
	case v.P.Kind == value.RecordObject:
		return v.Items()[0].Str()
	case v.P.Kind == value.ListObject:
		var names []string
		for _, item := range v.Items() {
			names = append(names, item.Items()[0].Str())
		}
		return strings.Join(names, " ")
	}
	return v.Str()
}

func show(v value.Value) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// twins finds two valid numbers with the same digits and other letters.
func twins(t *testing.T) (a, b string) {
	t.Helper()
	const letters = "ABCDEFGHJKLMNPQRTUWXY"
	for n := range 1000 {
		found := ""
		for i := range len(letters) * len(letters) {
			id := fmt.Sprintf("91370100%c%c000%05d", letters[i/len(letters)], letters[i%len(letters)], n)
			if _, _, fault := ident.TaxpayerID(id); fault != ident.OK {
				continue
			}
			if found != "" {
				return found, id
			}
			found = id
		}
	}
	t.Fatal("no two numbers are keyed alike")
	return "", ""
}
