package words

import (
	_ "embed"
	"strings"
	"sync"
)

// What each keyword does, a line each: its ID, a sentence in Chinese, one in English, with tabs between. An editor
// shows it beside the word.
//
//go:embed docs.tsv
var docsTable string

var docs = sync.OnceValue(func() map[string][2]string {
	m := map[string][2]string{}
	for line := range strings.Lines(docsTable) {
		if p := strings.Split(strings.TrimRight(line, "\n"), "\t"); len(p) == 3 {
			m[p[0]] = [2]string{p[1], p[2]}
		}
	}
	return m
})

// Doc tells in both tongues what a reserved or contextual keyword does; "" for one that is not known.
func Doc(id string) (zh, en string) {
	d := docs()[id]
	return d[0], d[1]
}
