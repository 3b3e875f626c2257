package readout

import "strings"

// Offer is one option as it is read: label and key in the order of the language. A language that is not known gets
// the label and the key.
func Offer(lang, label, keys string) string {
	t, ok := Lookup(lang)
	if !ok {
		return label + " " + keys
	}
	var said []string
	for _, k := range strings.Split(keys, "") {
		switch k {
		case "*":
			k = t.Menu.Star
		case "#":
			k = t.Menu.Pound
		}
		said = append(said, k) // as prompts write it (请按1): an identifier's 幺 is for numbers read out, not for keys
	}
	glue := ""
	if len(said) > 1 {
		glue = " "
	}
	return t.text(t.Menu.Choice, map[string]string{"label": label, "key": strings.Join(said, glue)})
}

// Offers makes one sentence of options.
func Offers(lang string, parts []string) string {
	t, ok := Lookup(lang)
	switch {
	case len(parts) == 0:
		return ""
	case !ok:
		return strings.Join(parts, ", ")
	}
	return strings.Join(parts, t.Menu.Join) + t.Menu.End
}
