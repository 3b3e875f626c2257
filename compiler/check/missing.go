package check

import "rexian/lang/diag"

// MissingWords are the texts that have no words in one of the program's languages, as warnings (RX4106), one for each
// text, sorted. They are no findings of Check: a program with a fallback has chosen that it stands in, and a hotline
// that speaks a little English would be told of every other sentence. Who translates asks for them.
func (p *Program) MissingWords() []diag.Diagnostic {
	var found []diag.Diagnostic
	for i := 0; i < len(p.Missing); {
		var names diag.Text
		first := p.Missing[i]
		for ; i < len(p.Missing) && p.Missing[i].File == first.File && p.Missing[i].Span == first.Span; i++ {
			n := LanguageName(p.Missing[i].Language)
			if names != (diag.Text{}) {
				names.Zh, names.En = names.Zh+"、", names.En+", "
			}
			names.Zh, names.En = names.Zh+n.Zh, names.En+n.En
		}
		found = append(found, diag.New("RX4106", first.File, first.Span, names, LanguageName(p.Fallback)))
	}
	return found
}
