package server

import (
	"context"

	"rexian/cmd/rexian/queries"
	"rexian/cmd/rexian/source"
	"rexian/compiler"
	"rexian/runtime/deploy"
	"rexian/stdlib"
)

func (s *Server) openDeployment(ctx context.Context) error {
	var err error
	s.deployment, err = deploy.New(deploy.Options{Dir: s.data("versions"), Prepare: func(v *deploy.Version) error {
		return s.voices.Prepare(ctx, v, s.o.Progress)
	}})
	if err != nil {
		return err
	}
	return s.deploy(0, "start", false)
}

// Deploy compiles the flows anew and lets them serve: all new calls, or a share of them if percent is not 0. Calls that run keep
// their version. A program with errors is refused with a *deploy.Refused, and what serves goes on serving; so is one whose calendar
// ends within the horizon, for a new version should not bring the hotline to a standstill.
func (s *Server) Deploy(_ context.Context, percent int, by string) (err error) {
	return s.deploy(percent, by, true)
}

// deploy does it; lasting tells whether a calendar that ends soon is an error.
func (s *Server) deploy(percent int, by string, lasting bool) (err error) {
	s.deploying.Lock()
	defer s.deploying.Unlock()
	base, err := stdlib.WithOwn(s.o.Own)
	if err != nil {
		return err
	}
	v, set, err := source.Load(s.config.Path(s.config.Flows), base, compiler.Options{Today: compiler.Today(s.o.Now()), Lasting: lasting,
		Settings: s.config.Settings})
	if err != nil {
		return err
	}
	undo, err := s.useQueries(set)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			undo()
		}
	}()
	if percent == 0 {
		err = s.deployment.Deploy(v, by)
	} else {
		err = s.deployment.Try(v, percent, by)
	}
	if err == nil {
		s.adopt()
		s.log.Info("deployed", "version", v.Hash()[:12], "percent", percent, "by", by)
	}
	return err
}

// adopt lets the library go by what the version declares that new calls get: its calendar and its types of tickets.
func (s *Server) adopt() {
	if v := s.deployment.Stable(); v != nil {
		s.library.UseProgram(v.Program)
	}
}

// useQueries makes the SQL files of a program callable; undo goes back to those before.
func (s *Server) useQueries(set *queries.Set) (undo func(), err error) {
	if _, wrong := s.library.Use(set.Queries); len(wrong) > 0 {
		return nil, wrong[0]
	}
	before := s.queries
	s.queries = set.Queries
	return func() {
		s.queries = before
		_, _ = s.library.Use(before) // they were in use a moment ago
	}, nil
}
