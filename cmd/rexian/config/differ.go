package config

import (
	"reflect"
	"strings"
)

// Differ lists the keys in which two configurations differ, in the order of the file: those of [[trunk]] and the like
// by the name of their table.
func Differ(a, b *Config) []string {
	before := map[string]any{}
	visit(reflect.ValueOf(a).Elem(), "",
		func(key string, _ reflect.StructField, v reflect.Value) { before[key] = v.Interface() })
	var keys []string
	visit(reflect.ValueOf(b).Elem(), "", func(key string, _ reflect.StructField, v reflect.Value) {
		if strings.Contains(key, "[") || same(v, reflect.ValueOf(before[key])) {
			return
		}
		keys = append(keys, key)
	})
	return keys
}

// same compares two values of a key; an empty list is none.
func same(a, b reflect.Value) bool {
	if k := a.Kind(); (k == reflect.Slice || k == reflect.Map) && a.Len() == 0 && b.Len() == 0 {
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}
