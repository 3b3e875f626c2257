package locale

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed */language.toml
var shipped embed.FS

// registry holds the languages by tag. The shipped ones are read at the first question.
var registry struct {
	sync.RWMutex
	once   sync.Once
	byTag  map[string]*Language
	byName map[string]*Language // by tag, or by its name in Chinese, English or its own
	own    map[string][]byte    // those of a program, as they were read
}

func load() {
	registry.once.Do(func() {
		registry.byTag, registry.own = map[string]*Language{}, map[string][]byte{}
		folders, _ := shipped.ReadDir(".")
		for _, d := range folders {
			text, err := shipped.ReadFile(path.Join(d.Name(), File))
			if err == nil {
				var l *Language
				if l, err = decode(text); err == nil {
					registry.byTag[l.Tag] = l
				}
			}
			if err != nil {
				panic(fmt.Sprintf("language %s: %v", d.Name(), err)) // the tests read them all
			}
		}
		named()
	})
}

// named finds the languages' names. A tag goes before a name, and the name of the language whose tag comes first before
// that of another.
func named() {
	registry.byName = maps.Clone(registry.byTag)
	for _, tag := range slices.Sorted(maps.Keys(registry.byTag)) {
		l := registry.byTag[tag]
		for _, name := range []string{l.Names["zh"], l.Names["en"], l.Names[l.Tag]} {
			if registry.byName[name] == nil {
				registry.byName[name] = l
			}
		}
	}
}

// Lookup finds a language by its tag, or by the primary part of a longer one: "zh-Hans-CN" finds "zh".
func Lookup(tag string) (*Language, bool) {
	load()
	tag = strings.ToLower(tag)
	registry.RLock()
	defer registry.RUnlock()
	for tag != "" {
		if l, ok := registry.byTag[tag]; ok {
			return l, true
		}
		cut := strings.LastIndexAny(tag, "-_")
		tag = tag[:max(cut, 0)]
	}
	return nil, false
}

// Tags lists all languages, in alphabetical order.
func Tags() []string {
	load()
	registry.RLock()
	defer registry.RUnlock()
	return slices.Sorted(maps.Keys(registry.byTag))
}

// ByName finds a language by what a flow calls it: its tag, or its name in Chinese, English or its own.
func ByName(name string) (*Language, bool) {
	load()
	registry.RLock()
	defer registry.RUnlock()
	l, ok := registry.byName[name]
	return l, ok
}

// Name is what speakers of the language in call this one; its own name where they have none.
func (l *Language) Name(in string) string {
	if name := l.Names[in]; name != "" {
		return name
	}
	return l.Names[l.Tag]
}

// ErrTaken is in the error of a language whose tag or name another one has.
var ErrTaken = errors.New("another language has it")

// Learn makes a language of a program known, by the text of its file, for this process. One of the same tag that was
// learnt before gives way; a shipped one does not.
func Learn(text []byte) (*Language, error) {
	l, err := Parse(text)
	if err != nil {
		return nil, err
	}
	load()
	registry.Lock()
	defer registry.Unlock()
	if string(registry.own[l.Tag]) == string(text) {
		return registry.byTag[l.Tag], nil
	}
	for _, other := range registry.byTag {
		if other.Tag == l.Tag && registry.own[l.Tag] == nil {
			return nil, fmt.Errorf("tag = %q: a shipped language has it, so write another, such as %q", l.Tag, l.Tag+"-x-own")
		}
		if other.Tag != l.Tag && (other.Name("zh") == l.Name("zh") || other.Name("en") == l.Name("en")) {
			return nil, fmt.Errorf("%s is called %s too: %w", other.Tag, l.Name("zh"), ErrTaken)
		}
	}
	registry.byTag[l.Tag], registry.own[l.Tag] = l, slices.Clone(text)
	named()
	return l, nil
}

// Own is the text of a language that a program brought; false for a shipped one.
func Own(tag string) (string, bool) {
	load()
	registry.RLock()
	defer registry.RUnlock()
	text, ok := registry.own[tag]
	return string(text), ok
}

// Found is a file of a program that describes a language.
type Found struct {
	Path string // relative to the program, with "/"
	Text []byte
	Err  error // what is wrong with it
}

// LearnAll makes the languages in the folder of a program known. A file that is wrong is among the result with its
// error; nothing else stops.
func LearnAll(root fs.FS) []Found {
	var list []Found
	folders, err := fs.ReadDir(root, Folder)
	if err != nil {
		return nil // a program without languages of its own
	}
	for _, d := range folders {
		name := path.Join(Folder, d.Name(), File)
		text, err := fs.ReadFile(root, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			_, err = Learn(text)
		}
		list = append(list, Found{Path: name, Text: text, Err: err})
	}
	return list
}
