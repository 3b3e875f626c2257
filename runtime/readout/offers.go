package readout

import "strings"

// offering is how a language says which key does what. It belongs to a language as its readout table does.
type offering struct {
	choice func(label, key string) string
	join   string
	end    string
	signs  map[string]string // keys that are not digits
}

var offerings = map[string]offering{
	"zh": {func(label, key string) string { return label + "请按" + key }, "，", "。",
		map[string]string{"*": "星号键", "#": "井号键"}},
	"en": {func(label, key string) string { return "for " + label + ", press " + key }, "; ", ".",
		map[string]string{"*": "star", "#": "pound"}},
}

// Offer is one option as it is read: label and key in the order of the language. A language that is not known here gets
// the label and the key.
func Offer(lang, label, keys string) string {
	o, ok := offerings[lang]
	if !ok {
		return label + " " + keys
	}
	var said []string
	for _, k := range strings.Split(keys, "") {
		if sign, ok := o.signs[k]; ok {
			said = append(said, sign)
		} else {
			said = append(said, k) // as prompts write it (请按1): an identifier's 幺 is for numbers read out, not for keys
		}
	}
	glue := ""
	if len(said) > 1 {
		glue = " "
	}
	return o.choice(label, strings.Join(said, glue))
}

// Offers makes one sentence of options.
func Offers(lang string, parts []string) string {
	o, ok := offerings[lang]
	if len(parts) == 0 {
		return ""
	}
	if !ok {
		return strings.Join(parts, ", ")
	}
	return strings.Join(parts, o.join) + o.end
}
