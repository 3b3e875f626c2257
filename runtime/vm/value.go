package vm

import "rexian/compiler/value"

// Value is any value of the language: see [value.Value].
type Value = value.Value

// Object is the part of a value that is no number.
type Object = value.Object

// What an Object holds.
const (
	TextObject   = value.TextObject
	ListObject   = value.ListObject
	RecordObject = value.RecordObject
	AbsentObject = value.AbsentObject
)

// absent is the one object of all values that are not there.
var absent = value.Absent().P

// Absent is the value of a field that is not known, and of call data before it is set.
func Absent() Value { return value.Absent() }

// Int makes a value of a number in the units of its type.
func Int(n int64) Value { return value.Int(n) }

// Bool makes yes or no.
func Bool(yes bool) Value { return value.Bool(yes) }

// Text makes a text, also digits, a telephone number, a tag, the name of a queue.
func Text(s string) Value { return value.Text(s) }

// List makes a list of its items.
func List(items ...Value) Value { return value.List(items...) }

// Record makes a record of its fields, in the order of the record's type.
func Record(fields ...Value) Value { return value.Record(fields...) }
