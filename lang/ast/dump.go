package ast

import (
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
)

// Dump writes a tree, a *File or any Node, as an s-expression, one node a line, for tests and for people who look into
// the compiler. A node is its type and its fields that are not empty: `(Goto :Target (Ref …))`. With spans,
// each node has its byte offsets as @start-end. Two trees with one dump without spans mean the same.
func Dump(w io.Writer, n any, spans bool) error {
	d := dumper{w: w, spans: spans}
	d.value(reflect.ValueOf(n), 0)
	d.write("\n")
	return d.err
}

type dumper struct {
	w     io.Writer
	spans bool
	err   error
}

func (d *dumper) write(s string) {
	if d.err == nil {
		_, d.err = io.WriteString(d.w, s)
	}
}

// value writes any value of a tree at a depth of indentation.
func (d *dumper) value(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			d.write("nil")
			return
		}
		d.value(v.Elem(), depth)
	case reflect.Slice:
		d.write("[")
		for i := range v.Len() {
			d.line(depth + 1)
			d.value(v.Index(i), depth+1)
		}
		d.write("]")
	case reflect.Struct:
		d.node(v, depth)
	case reflect.String:
		d.write(strconv.Quote(v.String()))
	default:
		d.write(fmt.Sprint(v.Interface()))
	}
}

func (d *dumper) line(depth int) { d.write("\n" + strings.Repeat("  ", depth)) }

// node writes one struct: names and literals on one line, others with a line for each child.
func (d *dumper) node(v reflect.Value, depth int) {
	d.write("(" + v.Type().Name())
	for i := range v.NumField() {
		if !v.Type().Field(i).IsExported() {
			continue
		}
		f, name := v.Field(i), v.Type().Field(i).Name
		if b, ok := f.Interface().(Base); ok {
			if d.spans {
				d.write(fmt.Sprintf(" @%d-%d", b.start, b.end))
			}
			continue
		}
		if v.Type() == reflect.TypeFor[File]() && name == "Text" {
			continue // the tree says it all
		}
		if name == "At" || f.IsZero() || f.Kind() == reflect.Slice && f.Len() == 0 {
			continue
		}
		if n, ok := f.Interface().(*Name); ok && !d.spans {
			d.write(" :" + name + " " + n.Text)
			continue
		}
		if k := f.Kind(); k == reflect.Pointer || k == reflect.Interface {
			d.line(depth + 1)
			d.write(":" + name + " ")
			d.value(f, depth+1)
			continue
		}
		d.write(" :" + name + " ")
		d.value(f, depth)
	}
	d.write(")")
}
