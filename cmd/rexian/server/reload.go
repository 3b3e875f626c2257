package server

import (
	"context"
	"errors"
	"slices"
	"strings"

	"rexian/cmd/rexian/config"
	"rexian/console/api"
	"rexian/media/sip/guard"
)

// live are the keys, or tables, of the configuration that a reload takes in. The others wait for the next start.
var live = []string{"agent", "phone", "trunk", "guard", "sip.max_calls", "sip.domains", "sip.proxies",
	"sip.inbound", "sip.inbound_from",
	"message.sms_per_minute", "message.sms_per_hour", "message.sms_per_day", "message.sms_unlimited"}

// Reload reads the configuration anew, as the start did, and takes in what can be changed while calls are on: no call
// is touched. All is checked before anything is changed: with an error, a *config.Invalid where the file is wrong,
// everything stays as it was. What cannot be changed now is named in Later.
func (s *Server) Reload(_ context.Context, by string) (api.Reloaded, error) {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	if s.o.Reread == nil {
		return api.Reloaded{}, errors.New("this server was not started from a configuration")
	}
	next, err := s.o.Reread()
	if err != nil {
		return api.Reloaded{}, err
	}
	var changes []func()
	for _, check := range []func(*config.Config) (func(), error){s.checkCertificates, s.checkGuard, s.lines.check} {
		change, err := check(next)
		if err != nil {
			return api.Reloaded{}, err
		}
		changes = append(changes, change)
	}
	for _, change := range changes {
		change()
	}
	s.exchange.SetAgents(s.staff.list(next))
	s.exchange.SetMaxCalls(next.SIP.MaxCalls, reserved(next))
	s.library.Slices().Messages.SetLimits(textLimits(next.Message), next.Message.Unlimited)

	done := api.Reloaded{Changed: []string{}, Later: []string{}}
	for _, key := range config.Differ(s.taken, next) {
		if s.isLive(key, next) {
			done.Changed = append(done.Changed, key)
		}
	}
	for _, key := range config.Differ(s.config, next) {
		if !s.isLive(key, next) {
			done.Later = append(done.Later, key)
		}
	}
	s.taken = next
	for _, path := range next.Exposed() {
		s.log.Warn("a file with secrets may be read by anybody on this machine", "file", path)
	}
	s.log.Info("the configuration was read anew", "by", by, "changed", done.Changed, "at_next_start", done.Later)
	return done, nil
}

// isLive tells whether a key is taken in by a reload. A certificate is where there was one.
func (s *Server) isLive(key string, next *config.Config) bool {
	switch key {
	case "sip.cert", "sip.key":
		return s.config.SIP.Cert != "" && next.SIP.Cert != ""
	case "http.cert", "http.key":
		return s.config.HTTP.Cert != "" && next.HTTP.Cert != ""
	}
	table, _, _ := strings.Cut(key, ".")
	return slices.Contains(live, key) || slices.Contains(live, table)
}

// checkCertificates looks at the certificates that a configuration names; the change takes them.
func (s *Server) checkCertificates(next *config.Config) (func(), error) {
	problems, warnings := next.Files(s.o.Now())
	if len(problems) > 0 {
		return nil, next.Wrong(problems)
	}
	for _, w := range warnings {
		s.log.Warn("a certificate is out of date", "key", w.Key, "why", w.En)
	}
	return func() {
		s.sipPair.move(next.Path(next.SIP.Cert), next.Path(next.SIP.Key))
		s.webPair.move(next.Path(next.HTTP.Cert), next.Path(next.HTTP.Key))
	}, nil
}

// checkGuard reads whom a configuration trusts and denies; the change takes it, with the limits.
func (s *Server) checkGuard(next *config.Config) (func(), error) {
	deny, err := guard.ParsePrefixes(next.Guard.Deny...)
	if err != nil {
		return nil, next.Wrong([]config.Problem{{Key: "guard.deny", Text: says("%v", "%v", err)}})
	}
	trusted, err := guard.ParsePrefixes(next.Guard.Trusted...)
	if err != nil {
		return nil, next.Wrong([]config.Problem{{Key: "guard.trusted", Text: says("%v", "%v", err)}})
	}
	return func() {
		s.guard.SetDeny(deny)
		if err := s.guard.SetLimits(limits(next.Guard)); err != nil {
			s.log.Error("the limits of sources stay as they were", "error", err)
		}
		s.lines.trusted.Store(trusted)
		s.lines.trust()
	}, nil
}

// reload is Reload for the administration: what is wrong with the file are findings.
func (s *Server) reload(ctx context.Context, by string) (done api.Reloaded, wrong []api.Finding, err error) {
	done, err = s.Reload(ctx, by)
	if err == nil {
		return done, nil, nil
	}
	if invalid, ok := errors.AsType[*config.Invalid](err); ok {
		for _, p := range invalid.Problems {
			key := ""
			if p.Key != "" {
				key = p.Key + ": "
			}
			wrong = append(wrong, api.Finding{Severity: "error", File: invalid.File, Line: p.Line, Zh: key + p.Zh,
				En: key + p.En})
		}
	}
	s.log.Error("the configuration is not taken in; the one before goes on", "by", by, "error", err)
	return done, wrong, err
}
