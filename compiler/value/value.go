// Package value is what a value of the language is while a call runs. The machine computes with it, a library function
// receives and returns it; neither needs to know the other.
package value

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unsafe"
)

// Value is any value of the language. Its type is known to the compiler and not repeated here. Numbers, money,
// times and yes/no are in N, in the units of their type; texts, lists and records are in P. The zero Value is
// the number 0, and no.
type Value struct {
	N int64
	P *Object
}

// ObjectKind tells what an Object holds.
type ObjectKind uint8

const (
	TextObject ObjectKind = iota
	ListObject
	RecordObject
	AbsentObject
)

// Object is the part of a value that is no number. It is never changed once made.
type Object struct {
	Kind  ObjectKind
	S     string
	items *[]Value // of a list; of a record by the fields' index; a pointer, for most objects are texts
}

var absent = &Object{Kind: AbsentObject}

// Absent is the value of a field that is not known, and of call data before it is set.
func Absent() Value { return Value{P: absent} }

// Int makes a value of a number in the units of its type.
func Int(n int64) Value { return Value{N: n} }

// Bool makes yes or no.
func Bool(yes bool) Value {
	if yes {
		return Value{N: 1}
	}
	return Value{}
}

// Text makes a text, also digits, a telephone number, a tag, the name of a queue.
func Text(s string) Value { return Value{P: &Object{S: s}} }

// Buffer is where a text is written that is mostly short: the text and its letters are then one piece of memory, where
// Text of a converted slice takes two. It serves for one text.
type Buffer struct {
	Object
	letters [shortLength]byte
}

const shortLength = 32

// Bytes is an empty slice to append to.
func (t *Buffer) Bytes() []byte { return t.letters[:0] }

// Text makes a text of b, which began as Bytes of this buffer. Neither may be used afterwards.
func (t *Buffer) Text(b []byte) Value {
	switch {
	case len(b) == 0:
		return Text("")
	case &b[0] != &t.letters[0]: // it did not fit, and append has moved it
		return Text(unsafe.String(&b[0], len(b)))
	}
	// Nobody writes to the letters again, so the string never changes.
	t.S = unsafe.String(&t.letters[0], len(b))
	return Value{P: &t.Object}
}

// List makes a list of its items.
func List(items ...Value) Value { return Value{P: &Object{Kind: ListObject, items: &items}} }

// Record makes a record of its fields, in the order of the record's type.
func Record(fields ...Value) Value { return Value{P: &Object{Kind: RecordObject, items: &fields}} }

// IsAbsent tells whether a value is not there.
func (v Value) IsAbsent() bool { return v.P != nil && v.P.Kind == AbsentObject }

// Str is the text of a value, "" if it is none.
func (v Value) Str() string {
	if v.P == nil {
		return ""
	}
	return v.P.S
}

// Items are the items of a list or the fields of a record.
func (v Value) Items() []Value {
	if v.P == nil || v.P.items == nil {
		return nil
	}
	return *v.P.items
}

// IsEmpty is `is empty`: absent, a list or text without content.
func (v Value) IsEmpty() bool {
	if v.P == nil {
		return false
	}
	return v.P.Kind == AbsentObject || v.P.Kind == TextObject && v.P.S == "" || v.P.Kind == ListObject &&
		len(v.Items()) == 0
}

// MarshalJSON writes a number as a number, a text as a string, a list as an array, a record as {"r": fields} and what
// is absent as null, so that a log needs no types.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.P == nil {
		return strconv.AppendInt(nil, v.N, 10), nil
	}
	items := v.Items()
	if items == nil {
		items = []Value{}
	}
	switch v.P.Kind {
	case TextObject:
		return json.Marshal(v.P.S)
	case ListObject:
		return json.Marshal(items)
	case RecordObject:
		return json.Marshal(struct {
			R []Value `json:"r"`
		}{items})
	}
	return []byte("null"), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (v *Value) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if len(b) == 0 {
		return fmt.Errorf("value: an empty value")
	}
	switch b[0] {
	case '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*v = Text(s)
	case '[':
		items := []Value{}
		if err := json.Unmarshal(b, &items); err != nil {
			return err
		}
		*v = List(items...)
	case '{':
		var r struct {
			R []Value `json:"r"`
		}
		if err := json.Unmarshal(b, &r); err != nil {
			return err
		}
		*v = Record(r.R...)
	case 'n':
		*v = Absent()
	default:
		n, err := strconv.ParseInt(string(b), 10, 64)
		if err != nil {
			return fmt.Errorf("value: a value: %w", err)
		}
		*v = Int(n)
	}
	return nil
}

// Set makes v a number. It spares the garbage collector's barrier where there was no pointer before.
func (v *Value) Set(n int64) {
	v.N = n
	if v.P != nil {
		v.P = nil
	}
}
