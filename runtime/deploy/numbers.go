package deploy

import (
	"rexian/compiler/bundle"
	"rexian/number"
)

// numbers says what a call to a number enters. The same number may come in several forms: carriers put the country or
// the area in front, or leave them out.
type numbers struct {
	exact map[string]int // as the program writes it
	form  map[string]int // in its one form
	local map[string]int // without its area code; −1 where two numbers share it and enter different functions
}

func newNumbers(list []bundle.Entry) numbers {
	n := numbers{exact: make(map[string]int, len(list)), form: map[string]int{}, local: map[string]int{}}
	put := func(m map[string]int, key string, fn int) {
		if was, ok := m[key]; ok && was != fn {
			fn = -1
		}
		m[key] = fn
	}
	for _, e := range list {
		fn := int(e.Func)
		n.exact[e.Text] = fn
		if text, _, fault := number.Parse(e.Text); fault == number.OK {
			put(n.form, text, fn)
			if short, ok := number.Local(text); ok {
				put(n.local, short, fn)
			}
		}
	}
	return n
}

// find is what a number enters. First the number as it is written, then the same in another form, then one that differs
// only in that it has, or lacks, its area code: a short number that the program answers is answered behind any area
// code.
func (n *numbers) find(dialled string) (fn int, ok bool) {
	if fn, ok = n.exact[dialled]; ok {
		return fn, true
	}
	text, kind := form(dialled)
	if fn, ok = n.form[text]; ok {
		return fn, fn >= 0
	}
	if short, has := number.Local(text); has && kind == number.Service {
		if fn, ok = n.form[short]; ok {
			return fn, fn >= 0
		}
	}
	fn, ok = n.local[text]
	return fn, ok && fn >= 0
}

// own says whether a number that is dialled here is one that the program answers.
func (n *numbers) own(dialled string) bool {
	if _, ok := n.exact[dialled]; ok {
		return true
	}
	text, _ := form(dialled)
	fn, ok := n.form[text]
	if !ok {
		fn, ok = n.local[text]
	}
	return ok && fn >= 0
}

// form is the one form of a number, or what is left of a text that is none.
func form(dialled string) (text string, kind number.Kind) {
	text, kind, fault := number.Parse(dialled)
	if fault != number.OK {
		text = number.Clean(dialled)
	}
	return text, kind
}
