package meaning

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"rexian/compiler/bundle"
)

// Recordings are those of a program: what counts is what is heard, not what the file is called or how it is encoded.
type Recordings struct {
	// Read gives a recording's file; nil, or an error, where it is not at hand: then its name stands for it.
	Read func(name string) ([]byte, error)
	// Sound gives what is heard of a file: the same bytes for the same sound.
	Sound func(name string, file []byte) ([]byte, error)
}

// heardAs gives both programs with recordings named alike exactly if they sound alike. A recording of the new program
// that has the name of another sound of the old one is marked as recorded anew.
func heardAs(old, new *bundle.Program, l Limits) (*bundle.Program, *bundle.Program) {
	if l.Old.Read == nil || l.New.Read == nil {
		return old, new
	}
	was, is := l.Old.files(old), l.New.files(new)
	if len(was)+len(is) == 0 {
		return old, new
	}
	if !sameKeys(was, is) { // another encoding may still be the same sound
		was, is = l.Old.sounds(was), l.New.sounds(is)
	}
	known := map[string]string{} // what a sound is called in the old program
	names := map[string]string{}
	for _, file := range slices.Sorted(maps.Keys(was)) {
		key := was[file].key
		if known[key] == "" {
			known[key] = file
		}
		names[file] = known[key]
	}
	fresh := map[string]string{}
	for _, file := range slices.Sorted(maps.Keys(is)) {
		key := is[file].key
		switch _, taken := was[file]; {
		case known[key] != "":
		case taken:
			known[key] = file + "*"
		default:
			known[key] = file
		}
		fresh[file] = known[key]
	}
	return recorded(old, names), recorded(new, fresh)
}

// sounding is a recording and by what it is told from others.
type sounding struct {
	file []byte
	key  string
}

// files are the recordings of a program that can be read, told apart by their bytes.
func (r *Recordings) files(p *bundle.Program) map[string]sounding {
	list := map[string]sounding{}
	for i := range p.Prompts {
		for _, a := range p.Prompts[i].Audio {
			if _, known := list[a.File]; known {
				continue
			}
			if b, err := r.Read(a.File); err == nil {
				list[a.File] = sounding{b, sum(b)}
			}
		}
	}
	return list
}

// sounds tells recordings apart by what is heard.
func (r *Recordings) sounds(files map[string]sounding) map[string]sounding {
	if r.Sound == nil {
		return files
	}
	list := map[string]sounding{}
	for name, f := range files {
		if heard, err := r.Sound(name, f.file); err == nil {
			f.key = sum(heard)
		}
		list[name] = f
	}
	return list
}

func sum(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }

// sameKeys tells whether two programs have the same recordings, byte for byte, under the same names.
func sameKeys(a, b map[string]sounding) bool {
	for name, f := range b {
		if a[name].key != f.key {
			return false
		}
	}
	return len(a) == len(b)
}

// recorded is a program with other names for its recordings.
func recorded(p *bundle.Program, names map[string]string) *bundle.Program {
	c := *p
	c.Prompts = slices.Clone(p.Prompts)
	for i := range c.Prompts {
		q := &c.Prompts[i]
		q.Audio = slices.Clone(q.Audio)
		for k := range q.Audio {
			if n, ok := names[q.Audio[k].File]; ok {
				q.Audio[k].File = n
			}
		}
	}
	return &c
}
