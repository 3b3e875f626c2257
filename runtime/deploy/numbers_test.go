package deploy

import (
	"testing"

	"rexian/compiler/bundle"
)

func TestNumbersInOtherForms(t *testing.T) {
	n := newNumbers([]bundle.Entry{{Text: "053112366", Func: 1}, {Text: "4000012366", Func: 2},
		{Text: "+861012345", Func: 3},
		{Text: "9001", Func: 4}, {Text: "053188880000", Func: 5}, {Text: "01088880000", Func: 6},
		{Text: "12360", Func: 7}})
	for dialled, want := range map[string]int{
		"053112366": 1, "+8653112366": 1, "008653112366": 1, "8653112366": 1, "12366": 1,
		"4000012366": 2, "+864000012366": 2, "+86-400-001-2366": 2,
		"01012345": 3, "12345": 3, "9001": 4, "+8653188880000": 5,
		"88880000":  -1, // two numbers end so
		"053112360": 7, "+861012360": 7, "12360": 7,
		"": -1, "9002": -1, "053112367": -1, "anonymous": -1,
	} {
		if fn, ok := n.find(dialled); ok != (want >= 0) || ok && fn != want {
			t.Errorf("%q enters %d, %v; want %d", dialled, fn, ok, want)
		}
	}
}

// What goes out to a number is ours only where nobody else can be meant: the same short number of another area is not.
func TestNumbersOfOurOwn(t *testing.T) {
	n := newNumbers([]bundle.Entry{{Text: "12366", Func: 1}, {Text: "053188880000", Func: 2},
		{Text: "9001", Func: 3},
		{Text: "01066660000", Func: 4}, {Text: "02166660000", Func: 5}})
	for dialled, want := range map[string]bool{"12366": true, "9001": true, "053188880000": true, "88880000": true,
		"+8653188880000": true, "02112366": false, "053112366": false, "01088880000": false, "66660000": false,
		"13800138000": false, "": false} {
		if got := n.own(dialled); got != want {
			t.Errorf("%q is ours: %v, want %v", dialled, got, want)
		}
	}
}
