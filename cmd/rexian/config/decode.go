package config

import (
	"reflect"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"rexian/lang/diag"
)

// decoder reads a file key by key, so that one wrong value does not hide the others.
type decoder struct {
	meta     toml.MetaData
	problems []Problem
}

// decode reads the text of a file into c and tells of all that cannot be read: keys that are none, with the one that
// was probably meant, and values of the wrong type, with how they are written. A file that is no TOML has one problem.
func decode(src []byte, c *Config) []Problem {
	var d decoder
	var keys map[string]toml.Primitive
	var err error
	if d.meta, err = toml.Decode(string(src), &keys); err != nil {
		return []Problem{notTOML(err)}
	}
	d.table(keys, reflect.ValueOf(c).Elem(), "")
	return d.problems
}

// table reads the keys of a table into a struct.
func (d *decoder) table(keys map[string]toml.Primitive, v reflect.Value, prefix string) {
	var names []string
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("toml")
		if name == "" || name == "-" {
			continue
		}
		names = append(names, name)
		if p, ok := keys[name]; ok {
			d.key(p, v.Field(i), prefix+name)
		}
	}
	for name := range keys {
		if slices.Contains(names, name) {
			continue
		}
		text := diag.Text{Zh: "没有这个键", En: "there is no such key"}
		if meant := diag.Suggest(name, names); meant != "" {
			text.Zh += "，是不是 " + meant + "？"
			text.En += "; did you mean " + meant + "?"
		}
		d.problems = append(d.problems, Problem{Key: prefix + name, Text: text})
	}
}

// key reads the value of one key.
func (d *decoder) key(p toml.Primitive, v reflect.Value, key string) {
	switch {
	case v.Kind() == reflect.Struct && v.Type() != secretType:
		var keys map[string]toml.Primitive
		if d.meta.PrimitiveDecode(p, &keys) != nil {
			d.wrong(key, v)
			return
		}
		d.table(keys, v, key+".")
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		var entries []map[string]toml.Primitive
		if d.meta.PrimitiveDecode(p, &entries) != nil {
			d.wrong(key, v)
			return
		}
		list := reflect.MakeSlice(v.Type(), len(entries), len(entries))
		for i, keys := range entries {
			defaults(list.Index(i).Addr().Interface()) // first: what is written stands, though it be nothing
			d.table(keys, list.Index(i), nth(key, i)+".")
		}
		v.Set(list)
	default:
		fresh := reflect.New(v.Type())
		if d.meta.PrimitiveDecode(p, fresh.Interface()) != nil {
			d.wrong(key, v)
			return
		}
		v.Set(fresh.Elem())
	}
}

// wrong tells how the value of a key is written.
func (d *decoder) wrong(key string, v reflect.Value) {
	last := key[strings.LastIndex(key, ".")+1:]
	text := diag.Text{Zh: "值的类型不对：", En: "a value of the wrong type: "}
	say := func(zh, en string) { text.Zh, text.En = text.Zh+zh, text.En+en }
	switch {
	case v.Type() == durationType:
		say("要写时长，如 "+last+` = "30s"`, "write a time, such as "+last+` = "30s"`)
	case v.Type() == secretType || v.Kind() == reflect.String:
		say("要写文字，加引号，如 "+last+` = "…"`, "write a text in quotes, such as "+last+` = "…"`)
	case v.Kind() == reflect.Bool:
		say("只能写 true 或 false", "write true or false")
	case v.Kind() == reflect.Int:
		say("要写整数，不加引号", "write a whole number, without quotes")
	case v.Kind() == reflect.Float64:
		say("要写数，不加引号", "write a number, without quotes")
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		say("要写成 [["+key+"]]，每条一段", "write [["+key+"]], one for each")
	case v.Kind() == reflect.Slice:
		say("要写列表，如 "+last+` = ["…"]`, "write a list, such as "+last+` = ["…"]`)
	case v.Kind() == reflect.Map:
		say("要写成 ["+key+"]，下面每行 名称 = \"值\"", "write ["+key+"], with lines name = \"value\" below")
	default:
		say("要写成 ["+key+"]，键写在下面", "write ["+key+"], with its keys below")
	}
	d.problems = append(d.problems, Problem{Key: key, Text: text})
}

// notTOML is why a file cannot be read at all. The reason in words is the library's, and English.
func notTOML(err error) Problem {
	p := Problem{Text: diag.Text{Zh: "不合 TOML 的写法：每行写成 键 = 值，文字加引号，列表写 [\"…\"]", En: "cannot be read: " + err.Error()}}
	if parse, ok := err.(toml.ParseError); ok {
		p.Line, p.Key, p.En = parse.Position.Line, parse.LastKey, "cannot be read: "+parse.Message
	}
	return p
}
