package value

import (
	"encoding/json"
	"strings"
	"testing"
	"unsafe"
)

func TestBuffer(t *testing.T) {
	for _, n := range []int{0, 1, shortLength - 1, shortLength, shortLength + 1, 200} {
		want := strings.Repeat("a", n)
		b := new(Buffer)
		v := b.Text(append(b.Bytes(), want...))
		if v.Str() != want || v.P.Kind != TextObject || v.Items() != nil || v.IsAbsent() {
			t.Errorf("%d letters give %q", n, v.Str())
		}
		if v.IsEmpty() != (n == 0) {
			t.Errorf("%d letters are empty: %v", n, v.IsEmpty())
		}
		// One after another: a second text does not write over the first.
		c := new(Buffer)
		c.Text(append(c.Bytes(), strings.Repeat("b", n)...))
		if v.Str() != want {
			t.Errorf("%d letters have changed to %q", n, v.Str())
		}
	}
}

// An object is as small as it must be: most of them are texts, and a call makes many.
func TestObjectSize(t *testing.T) {
	if n := unsafe.Sizeof(Object{}); n > 32 {
		t.Errorf("an object takes %d bytes", n)
	}
}

func TestJSON(t *testing.T) {
	for _, v := range []Value{Int(-7), Text(""), Text("好"), Absent(), List(), List(Int(1), Text("a")),
		Record(Bool(true), Absent(), List(Record()))} {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var back Value
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if again, err := json.Marshal(back); err != nil || string(again) != string(b) {
			t.Errorf("%s comes back as %s, %v", b, again, err)
		}
	}
}
