package meaning

import "rexian/compiler/bundle"

// Press is a key at a question, by the names of the old program: what callers pressed before they met a difference.
type Press struct {
	Question string
	Keys     string
}

// Press is the last that is pressed on the way to a difference; false where nothing is.
func (d *Difference) Press() (Press, bool) {
	if d.found == nil {
		return Press{}, false
	}
	for n := d.found.at; n.before != nil; n = n.before {
		if w := n.oldIn.wait; n.event.kind == presses && w != nil && w.site.Kind == bundle.CollectSite {
			return Press{d.product.old.prog.Questions[w.site.Index].Name, n.event.keys}, true
		}
	}
	return Press{}, false
}

// Number is the number that is called to meet a difference; "" for one that no call decides, of messages and of
// campaigns.
func (d *Difference) Number() string {
	if d.found == nil || d.found.at.entry.kind != "number" {
		return ""
	}
	return d.found.at.entry.name
}
