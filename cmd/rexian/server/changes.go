package server

import (
	"context"
	"io/fs"
	"time"

	"rexian/cmd/rexian/source"
	"rexian/console/api"
	"rexian/runtime/deploy"
	"rexian/runtime/kept"
	"rexian/runtime/meaning"
	"rexian/runtime/replay"
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
	c.Equal, c.Decided = came.Same(), came.Decided && len(came.Differences) < mostChanges
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
