package registrar

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/emiago/sipgo/sip"
)

// Store keeps bindings by name. Load and Save of one name are never called at the same time by a Registrar; slices are
// not changed by either side afterwards.
type Store interface {
	Load(name string) ([]Binding, error)
	Save(name string, list []Binding) error // an empty list forgets the name
	Names() ([]string, error)
	Flush() error // makes what was saved last
}

// Memory keeps bindings as long as the process lives.
type Memory struct {
	mu    sync.RWMutex
	users map[string][]Binding
	dirty bool
}

// NewMemory makes an empty one.
func NewMemory() *Memory { return &Memory{users: map[string][]Binding{}} }

// Load gives a user's bindings.
func (m *Memory) Load(name string) ([]Binding, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.users[name], nil
}

// Save replaces them.
func (m *Memory) Save(name string, list []Binding) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dirty = true
	if len(list) == 0 {
		delete(m.users, name)
	} else {
		m.users[name] = list
	}
	return nil
}

// Names lists who has bindings.
func (m *Memory) Names() ([]string, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return slices.Sorted(maps.Keys(m.users)), nil
}

// Flush does nothing.
func (m *Memory) Flush() error { return nil }

// File keeps bindings in memory and, at each Flush, in a file: telephones stay reachable over a restart. The file is
// replaced as a whole, so that a crash leaves the old one or the new one.
type File struct {
	*Memory
	path  string
	flush sync.Mutex
}

type fileFormat struct {
	Version int                  `json:"version"`
	Users   map[string][]Binding `json:"users"`
}

// OpenFile reads path if it is there. Bindings over connections are left out: the connections ended with the process
// that wrote the file.
func OpenFile(path string) (*File, error) {
	f := &File{Memory: NewMemory(), path: path}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return nil, fmt.Errorf("registrations: %w", err)
	}
	var in fileFormat
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, fmt.Errorf("registrations in %s: %w", path, err)
	}
	if in.Version != 1 {
		return nil, fmt.Errorf("registrations in %s: version %d is not known", path, in.Version)
	}
	for name, list := range in.Users {
		list = slices.DeleteFunc(list, func(b Binding) bool {
			_, ok := b.URI()
			return !ok || sip.IsReliable(b.Transport)
		})
		if len(list) > 0 {
			f.users[name] = list
		}
	}
	return f, nil
}

// Flush writes the file, if anything changed.
func (f *File) Flush() error {
	f.flush.Lock()
	defer f.flush.Unlock()
	f.mu.Lock()
	if !f.dirty {
		f.mu.Unlock()
		return nil
	}
	data, err := json.Marshal(fileFormat{1, f.users})
	f.dirty = false
	f.mu.Unlock()
	if err == nil {
		err = Replace(f.path, data)
	}
	if err != nil {
		f.mu.Lock()
		f.dirty = true
		f.mu.Unlock()
		return fmt.Errorf("writing registrations: %w", err)
	}
	return nil
}

// Replace writes a file beside path, readable by us alone, makes it safe on the disk and puts it in path's place.
func Replace(path string, data []byte) error {
	t, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part")
	if err != nil {
		return err
	}
	defer os.Remove(t.Name()) // gone already once renamed
	if _, err = t.Write(data); err == nil {
		err = t.Sync()
	}
	if err = errors.Join(err, t.Close()); err != nil {
		return err
	}
	return os.Rename(t.Name(), path)
}
