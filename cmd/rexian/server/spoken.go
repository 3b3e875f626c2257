package server

import (
	"fmt"
	"slices"
	"sync"

	"rexian/runtime/deploy"
	"rexian/stdlib"
)

// ownFlows compiles the flows of the server itself: what a telephone of ours hears that dials a code, and who is called
// back. For their words alone once is enough; a server that runs them makes its own.
var ownFlows = sync.OnceValues(func() ([]*deploy.Version, error) {
	var list []*deploy.Version
	for _, x := range []struct {
		flow []byte
		own  []stdlib.Own
	}{{deskFlow, (&staff{}).deskLibrary()}, {callbackFlow, nil}} {
		v, err := ours(x.flow, x.own)
		if err != nil {
			return nil, fmt.Errorf("the flows of the server itself: %w", err)
		}
		list = append(list, v)
	}
	return list, nil
})

// Said is what the flows of the server itself say in a language: to a telephone of ours that dials a code, and to who
// is called back.
func Said(lang string) []string {
	flows, err := ownFlows()
	if err != nil {
		panic(err) // of what is compiled in: the tests find it
	}
	var list []string
	for _, v := range flows {
		if slices.Contains(v.Program.Languages, lang) {
			list = append(list, v.Renderer.Phrases(lang)...)
		}
	}
	return list
}

// Spoken are the words beside a program's own that somebody hears from a server, in a language: those that the library
// answers with, and those of the server's own flows. They are rendered with the prompts of a program.
func Spoken(lang string) []string {
	list := append(stdlib.Spoken(lang), Said(lang)...)
	slices.Sort(list)
	return slices.Compact(list)
}
