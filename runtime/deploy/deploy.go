package deploy

import (
	"errors"
	"fmt"
	"hash/fnv"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"rexian/compiler/bundle"
)

// Options are what a Deployment is made of.
type Options struct {
	Dir     string               // where versions are kept; "" keeps nothing
	Prepare func(*Version) error // makes a version's sound ready before it serves; may be nil
	Told    func(error)          // hears of what is kept and cannot be read; may be nil
	// Fetch gets a version that is not kept in Dir from where all nodes keep theirs; may be nil. It fails with
	// ErrNothing if it is not there either.
	Fetch func(hash string) (*Version, error)
	// Changed is told of each change that was ordered here, when it is made; it must be quick and not call the
	// Deployment but Now. May be nil.
	Changed func(Change, Serving)
	Now     func() time.Time
}

// Deployment says which version a new call gets. Pick is safe and cheap from any goroutine; changes are made one at a
// time.
type Deployment struct {
	o       Options
	serving atomic.Pointer[serving]
	change  sync.Mutex
	log     []Change
}

// serving is what new calls choose from; replaced as a whole.
type serving struct {
	stable  *Version
	canary  *Version
	percent int
}

// Change is one step of a deployment's history.
type Change struct {
	At      time.Time `json:"at"`
	What    string    `json:"what"` // "deploy", "canary", "promote", "abandon", "rollback"
	Hash    string    `json:"hash"`
	Percent int       `json:"percent,omitempty"`
	By      string    `json:"by,omitempty"`
	Node    string    `json:"node,omitempty"` // where it was ordered, if elsewhere
}

// Status is what serves now.
type Status struct {
	Stable  string   `json:"stable"`
	Calls   int      `json:"calls"`
	Canary  string   `json:"canary,omitempty"`
	Percent int      `json:"percent,omitempty"`
	Trying  int      `json:"canary_calls,omitempty"`
	History []Change `json:"history"`
}

// ErrNothing means that there is no version to go on with or back to.
var ErrNothing = errors.New("there is no such version")

// New makes a deployment that serves nothing yet; its history is read from the folder. A history that is damaged is
// told, set aside and begun anew; an error means that the folder cannot be used.
func New(o Options) (*Deployment, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Told == nil {
		o.Told = func(error) {}
	}
	d := &Deployment{o: o}
	d.serving.Store(&serving{})
	var err error
	d.log, err = readLog(o.Dir)
	if errors.Is(err, ErrDamaged) {
		o.Told(err)
		err = setAside(filepath.Join(o.Dir, historyFile))
	}
	return d, err
}

// Restore lets serve again what served last, with its canary; false if nothing did or nothing of it can be read. A
// version that cannot be read is told, and the one that served before it takes its place.
func (d *Deployment) Restore() bool {
	d.change.Lock()
	defer d.change.Unlock()
	last, err := readState(d.o.Dir)
	if err != nil {
		d.o.Told(err)
	}
	if err != nil || last.Stable == "" {
		last = stateAfter(d.log)
	}
	var now serving
	tried := map[string]bool{"": true}
	for _, hash := range append([]string{last.Stable}, backwards(d.log)...) {
		if now.stable == nil && !tried[hash] {
			tried[hash], now.stable = true, d.restored(hash)
		}
	}
	if now.stable == nil {
		return false
	}
	if last.Canary != "" {
		if now.canary = d.restored(last.Canary); now.canary != nil {
			now.percent = last.Percent
		}
	}
	d.serving.Store(&now)
	return true
}

// restored is a version that was kept, ready to serve; nil if it is not what it was.
func (d *Deployment) restored(hash string) *Version {
	v, err := d.found(hash)
	if err == nil && d.o.Prepare != nil {
		err = d.o.Prepare(v)
	}
	if err == nil {
		if err := d.keep(v); err != nil { // it serves all the same
			d.o.Told(err)
		}
	}
	if err != nil {
		d.o.Told(fmt.Errorf("version %.12s is kept and cannot serve: %w", hash, err))
		return nil
	}
	return v
}

// Pick gives a new call its version and what it enters. key tells calls apart, such as the Call-ID: the canary gets the
// same calls whoever asks. The version counts the call until done is called. ok is false if the number is not answered.
func (d *Deployment) Pick(number, key string) (v *Version, fn int, done func(), ok bool) {
	s := d.serving.Load()
	if s.canary != nil && share(key) < s.percent {
		if fn, ok = s.canary.Function(number); ok {
			return s.canary, fn, s.canary.begin(), true
		}
	}
	if s.stable == nil {
		return nil, 0, nil, false
	}
	if fn, ok = s.stable.Function(number); !ok {
		return nil, 0, nil, false
	}
	return s.stable, fn, s.stable.begin(), true
}

// Answers says whether a version that serves answers a number that is dialled here: see [Version.Answers].
func (d *Deployment) Answers(number string) bool {
	s := d.serving.Load()
	return s.stable != nil && s.stable.Answers(number) || s.canary != nil && s.canary.Answers(number)
}

// Stable is the version that serves; nil before the first Deploy.
func (d *Deployment) Stable() *Version { return d.serving.Load().stable }

// Hold is Stable for a call that is placed: the version is in use until done is told.
func (d *Deployment) Hold() (v *Version, done func(), ok bool) {
	if v = d.Stable(); v == nil {
		return nil, nil, false
	}
	return v, v.begin(), true
}

// Version is one that serves, or that is kept in the folder, by its hash.
func (d *Deployment) Version(hash string) (*Version, error) { return d.kept(hash) }

// Canary is the version on trial; nil if there is none.
func (d *Deployment) Canary() *Version { return d.serving.Load().canary }

func (v *Version) begin() func() {
	v.calls.Add(1)
	var once sync.Once
	return func() { once.Do(func() { v.calls.Add(-1) }) }
}

// share puts a key into one of a hundred parts.
func share(key string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	return int(h.Sum32() % 100)
}

// Deploy lets a version serve all new calls. by names who did it, for the history.
func (d *Deployment) Deploy(v *Version, by string) error {
	return d.install(v, 100, "deploy", by)
}

// Try lets a version serve a share of the new calls, 1 to 99 per cent, beside the stable one.
func (d *Deployment) Try(v *Version, percent int, by string) error {
	if percent < 1 || percent > 99 {
		return fmt.Errorf("a canary takes 1 to 99 per cent of the calls, not %d", percent)
	}
	if d.Stable() == nil {
		return fmt.Errorf("a canary needs a version that serves the other calls: %w", ErrNothing)
	}
	return d.install(v, percent, "canary", by)
}

func (d *Deployment) install(v *Version, percent int, what, by string) error {
	d.change.Lock()
	defer d.change.Unlock()
	if d.o.Prepare != nil {
		if err := d.o.Prepare(v); err != nil {
			return fmt.Errorf("prepare version %.12s: %w", v.Hash(), err)
		}
	}
	if err := d.keep(v); err != nil {
		return err
	}
	now := *d.serving.Load()
	if what == "canary" {
		now.canary, now.percent = v, percent
	} else {
		now = serving{stable: v}
	}
	return d.switchTo(&now, Change{What: what, Hash: v.Hash(), Percent: percent % 100, By: by})
}

// Promote lets the canary serve all new calls.
func (d *Deployment) Promote(by string) error {
	d.change.Lock()
	defer d.change.Unlock()
	now := d.serving.Load()
	if now.canary == nil {
		return fmt.Errorf("no canary is on trial: %w", ErrNothing)
	}
	return d.switchTo(&serving{stable: now.canary}, Change{What: "promote", Hash: now.canary.Hash(), By: by})
}

// Abandon ends the canary's trial; the calls it has go on.
func (d *Deployment) Abandon(by string) error {
	d.change.Lock()
	defer d.change.Unlock()
	now := d.serving.Load()
	if now.canary == nil {
		return fmt.Errorf("no canary is on trial: %w", ErrNothing)
	}
	return d.switchTo(&serving{stable: now.stable}, Change{What: "abandon", Hash: now.canary.Hash(), By: by})
}

// Rollback goes back to the version that served before the present one.
func (d *Deployment) Rollback(by string) error {
	d.change.Lock()
	defer d.change.Unlock()
	present := ""
	if v := d.Stable(); v != nil {
		present = v.Hash()
	}
	hash := previous(d.log, present)
	if hash == "" {
		return fmt.Errorf("nothing served before: %w", ErrNothing)
	}
	v, err := d.ready(hash)
	if err != nil {
		return err
	}
	return d.switchTo(&serving{stable: v}, Change{What: "rollback", Hash: hash, By: by})
}

// previous is the version that served before the present one: what a roll-back left is not gone back to.
func previous(log []Change, present string) string {
	for _, hash := range backwards(log) {
		if hash != present {
			return hash
		}
	}
	return ""
}

// backwards are the versions that served, the latest first, without those that were rolled back.
func backwards(log []Change) []string {
	var line []string
	for _, c := range log {
		switch c.What {
		case "deploy", "promote":
			if len(line) == 0 || line[len(line)-1] != c.Hash {
				line = append(line, c.Hash)
			}
		case "rollback":
			for len(line) > 0 && line[len(line)-1] != c.Hash {
				line = line[:len(line)-1]
			}
		}
	}
	slices.Reverse(line)
	return line
}

// switchTo writes the change down and makes it. What cannot be written down is not done: after a restart it would be
// undone.
func (d *Deployment) switchTo(s *serving, c Change) error {
	c.At = d.o.Now().UTC()
	log := append(d.log[:len(d.log):len(d.log)], c)
	before := stateOf(d.serving.Load())
	if err := writeState(d.o.Dir, stateOf(s)); err != nil {
		return err
	}
	if err := writeLog(d.o.Dir, log); err != nil {
		return errors.Join(err, writeState(d.o.Dir, before))
	}
	d.log = log
	d.serving.Store(s)
	if d.o.Changed != nil {
		d.o.Changed(c, d.Now())
	}
	return nil
}

// Status tells what serves and how it came about.
func (d *Deployment) Status() Status {
	d.change.Lock()
	defer d.change.Unlock()
	s := d.serving.Load()
	st := Status{Percent: s.percent, History: append([]Change(nil), d.log...)}
	if s.stable != nil {
		st.Stable, st.Calls = s.stable.Hash(), s.stable.Calls()
	}
	if s.canary != nil {
		st.Canary, st.Trying = s.canary.Hash(), s.canary.Calls()
	}
	return st
}

// decode is bundle.Decode and Ready in one.
func decode(encoded []byte, files Files) (*Version, error) {
	p, err := bundle.Decode(encoded)
	if err != nil {
		return nil, err
	}
	return Ready(p, encoded, files)
}
