package server

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"rexian/cmd/rexian/promise"
	"rexian/cmd/rexian/source"
	"rexian/compiler"
	"rexian/console/api"
	"rexian/lang/diag"
	"rexian/runtime/deploy"
	"rexian/runtime/kept"
	"rexian/runtime/meaning"
	"rexian/runtime/replay"
	"rexian/stdlib"
)

// mostChanges is how many differences within calls are looked for before a deployment: more are read by nobody there.
const mostChanges = 30

// changes compares the flows with what serves, by what callers notice, and tells how many came there yesterday.
func (s *Server) changes(context.Context) (*api.Changes, error) {
	s.deploying.Lock()
	v, err := s.load(true)
	s.deploying.Unlock()
	if err != nil {
		return nil, err
	}
	c := &api.Changes{To: v.Hash(), List: []api.Change{}}
	stable := s.deployment.Stable()
	if stable == nil {
		return c, nil
	}
	c.From = stable.Hash()
	if c.From == c.To {
		c.Equal, c.Decided = true, true
		return c, nil
	}
	came := meaning.Compare(stable.Program, v.Program, meaning.Limits{Most: mostChanges, Old: played(stable),
		New: played(v)})
	decided := came.Decided && !came.Cut
	came.Differences = append(came.Differences, s.promised(stable)...)
	c.Equal, c.Decided = came.Same(), decided
	traffic := s.yesterday(stable.Zone)
	for i := range came.Differences {
		d := &came.Differences[i]
		change := api.Change{Kind: d.Kind, Sentence: d.Sentence}
		if traffic != nil && traffic.Calls > 0 {
			c.Day = s.o.Now().In(stable.Zone).AddDate(0, 0, -1).Format(time.DateOnly)
			if n, pressed, ok := traffic.People(d); ok {
				change.People, change.Pressed = &n, pressed
			}
		}
		c.List = append(c.List, change)
	}
	return c, nil
}

// promised tells how the rules and the way to a person change; nothing where the version that serves, or the flows, are
// a bundle without sources.
func (s *Server) promised(stable *deploy.Version) []meaning.Difference {
	path := s.config.Path(s.config.Flows)
	if len(stable.Sources) == 0 || filepath.Ext(path) == source.Bundle {
		return nil
	}
	dir, clean, err := source.Unpack(stable)
	if err == nil {
		defer clean()
		var old, new *promise.Side
		if old, err = s.side(dir); err == nil {
			if new, err = s.side(path); err == nil {
				return promise.Differences(old, new)
			}
		}
	}
	s.log.Warn("what the rules of both versions say cannot be compared", "error", err)
	return nil
}

// side is a program as its rules see it.
func (s *Server) side(path string) (*promise.Side, error) {
	base, err := stdlib.WithOwn(s.o.Own)
	if err != nil {
		return nil, err
	}
	p, err := source.Open(path, base)
	if err != nil {
		return nil, err
	}
	p.Options.Today, p.Options.Settings = compiler.Today(s.o.Now()), s.config.Settings
	j := p.Proved()
	if diag.HasErrors(j.Findings) {
		return nil, fmt.Errorf("%s: %s", path, diag.Sort(j.Findings)[0].Sentence(diag.En))
	}
	return &promise.Side{Judged: &j, Voice: p.Options.Voice}, nil
}

// played are the recordings that a version is served with.
func played(v *deploy.Version) meaning.Recordings {
	return source.Recordings(func(name string) ([]byte, error) {
		if b, ok := v.Audio[name]; ok {
			return b, nil
		}
		return nil, fs.ErrNotExist
	})
}

// yesterday counts what callers did the day before; nil if it cannot be read.
func (s *Server) yesterday(zone *time.Location) *replay.Traffic {
	y, m, d := s.o.Now().In(zone).Date()
	from, to := time.Date(y, m, d-1, 0, 0, 0, 0, zone), time.Date(y, m, d, 0, 0, 0, 0, zone)
	t, err := replay.Count(s.deployment.Version, func(do func([]byte) error) error {
		_, err := kept.Read(s.data(kept.Folder), from, to, do)
		return err
	})
	if err != nil {
		s.log.Warn("yesterday's calls cannot be counted", "error", err)
		return nil
	}
	return t
}
