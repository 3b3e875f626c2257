package session

import (
	"strings"

	"rexian/compiler/bundle"
	"rexian/compiler/ident"
	"rexian/locale"
	"rexian/runtime/readout"
	"rexian/runtime/vm"
)

// Inbound tells what an incoming text or mail enters: the function whose keyword is its first word, with the words
// after it as arguments, in order. Words that are missing, too many or of the wrong form lead to the message's
// `otherwise`, and a message with no known keyword to `message other`. ok is false if the program takes no such
// message.
func Inbound(p *bundle.Program, text string) (fn int, args []vm.Value, ok bool) {
	words := strings.Fields(locale.Fold(text))
	other := -1
	for _, m := range p.Messages {
		if m.Text == "" {
			other = int(m.Func)
			continue
		}
		if len(words) == 0 || !strings.EqualFold(m.Text, words[0]) {
			continue
		}
		args, fits := fill(p.Funcs[m.Func].Params, words[1:])
		if fits {
			return int(m.Func), args, true
		}
		if m.Otherwise >= 0 {
			return int(m.Otherwise), nil, true
		}
		return otherMessage(p)
	}
	return other, nil, other >= 0
}

// Letter is what of a mail is read as a message: its first line if a keyword begins it, else its subject if a keyword
// begins that, else all of its text, which no keyword fits. Where the flow's last parameter is a text, the rest of the
// mail belongs to it; any other flow does not see what people write under a line: greetings, names and addresses.
func Letter(p *bundle.Program, subject, text string) string {
	first, rest, _ := strings.Cut(strings.TrimSpace(text), "\n")
	for _, m := range []struct{ line, rest string }{{first, rest}, {subject, text}} {
		words := strings.Fields(locale.Fold(m.line))
		if len(words) == 0 {
			continue
		}
		for _, k := range p.Messages {
			if k.Text == "" || !strings.EqualFold(k.Text, words[0]) {
				continue
			}
			if params := p.Funcs[k.Func].Params; len(params) > 0 && params[len(params)-1].Kind == "text" {
				return strings.TrimSpace(m.line + "\n" + m.rest)
			}
			return m.line
		}
	}
	return text
}

func otherMessage(p *bundle.Program) (int, []vm.Value, bool) {
	for _, m := range p.Messages {
		if m.Text == "" {
			return int(m.Func), nil, true
		}
	}
	return -1, nil, false
}

// fill makes arguments of words. A last parameter of text takes all that is left.
func fill(params []bundle.Param, words []string) ([]vm.Value, bool) {
	if n := len(params); n > 0 && params[n-1].Kind == "text" && len(words) > n {
		words = append(words[:n-1:n-1], strings.Join(words[n-1:], " "))
	}
	if len(words) != len(params) {
		return nil, false
	}
	args := make([]vm.Value, len(words))
	for i, p := range params {
		v, ok := Word(p, words[i])
		if !ok {
			return nil, false
		}
		args[i] = v
	}
	return args, true
}

// Word reads a written word as the value of a parameter; false if it is none.
func Word(p bundle.Param, word string) (vm.Value, bool) {
	switch p.Kind {
	case "phone":
		s, _, fault := ident.Phone(word)
		return vm.Text(s), fault == ident.OK
	case "taxpayer_id":
		s, _, fault := ident.TaxpayerID(word)
		return vm.Text(s), fault == ident.OK
	}
	v, err := readout.ParseValue(p.Kind, word)
	if err != nil {
		return vm.Value{}, false
	}
	switch v.Kind {
	case readout.Digits:
		n := int32(len(v.S))
		return vm.Text(v.S), (p.Min <= 0 || n >= p.Min) && (p.Max <= 0 || n <= p.Max)
	case readout.Text, readout.TaxpayerID, readout.ResidentID, readout.Phone, readout.Language:
		return vm.Text(v.S), true
	case readout.Workdays, readout.Months:
		return vm.Int(v.N * 1_000_000), true
	}
	return vm.Int(v.N), true
}
