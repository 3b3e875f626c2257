package exchange

import (
	"context"
	"errors"
	"sync"
	"time"

	"rexian/compiler/bundle"
	"rexian/runtime/session"
	"rexian/runtime/vm"
	"rexian/stdlib/db"
	"rexian/stdlib/fn"
	"rexian/stdlib/survey"
)

// Surveys keeps what callers answer; *survey.Store does.
type Surveys interface {
	Launch(ctx context.Context, name, definition string, quota int64, now time.Time) (version int64, err error)
	// Begin opens a response. The outcome is limit_reached if the quota has no place left.
	Begin(ctx context.Context, c fn.Caller, name string, version int64) (response string, err error)
	Answer(ctx context.Context, a survey.Answer, now time.Time) error
	Complete(ctx context.Context, response string) error
	Leave(ctx context.Context, response string) error
}

// pollster writes down the answers of one call, in their order, on a goroutine that is there while there is something
// to write: a call does not wait for the database. The answers stand among the events of the call, too.
type pollster struct {
	c        *telephone
	survey   *bundle.Survey // that is being answered; nil: none
	mu       sync.Mutex
	waiting  []func(context.Context) error
	on       bool
	response string // of the work's goroutine
}

// writes is how long is tried to write an answer down, and how long one try is given.
const (
	writes = 2 * time.Minute
	wrote  = 5 * time.Second
)

// put lets something be written behind what waits.
func (p *pollster) put(do func(context.Context) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = append(p.waiting, do)
	if !p.on {
		p.on = true
		p.c.x.running.Add()
		go p.run()
	}
}

func (p *pollster) run() {
	defer p.c.x.running.Done()
	for {
		p.mu.Lock()
		if len(p.waiting) == 0 {
			p.on = false
			p.mu.Unlock()
			return
		}
		do := p.waiting[0]
		p.waiting = p.waiting[1:]
		p.mu.Unlock()
		p.write(do)
	}
}

// write does one piece of work. While the database is away it waits, unless the server stops.
func (p *pollster) write(do func(context.Context) error) {
	for began := p.c.x.o.Now(); ; {
		ctx, cancel := context.WithTimeout(context.Background(), wrote)
		err := do(ctx)
		cancel()
		if err == nil {
			return
		}
		if !db.IsUnavailable(err) || p.c.x.o.Now().Sub(began) > writes || p.c.x.draining.Load() {
			p.c.log.Error("an answer to a survey is not written down; it stands among the events of the call", "error",
				err)
			return
		}
		time.Sleep(time.Second)
	}
}

// surveys tells whether answers of this call are written down: those of a test are not.
func (c *telephone) surveys() bool { return c.x.o.Surveys != nil && c.a.Answers == nil }

// surveyed notes that a survey begins, or that the one that was on has come to its end.
func (c *telephone) surveyed(e vm.Effect) {
	p := &c.poll
	c.ratingAsked(e.Name != "")
	if !c.surveys() {
		return
	}
	if e.Name == "" {
		if p.survey != nil {
			p.put(func(ctx context.Context) error { return p.end(ctx, c.x.o.Surveys.Complete) })
		}
		p.survey = nil
		return
	}
	if e.Index < 0 || e.Index >= len(c.version.Program.Surveys) {
		return // of a compiler that knew no surveys
	}
	p.survey = &c.version.Program.Surveys[e.Index]
	s, who := p.survey, c.who()
	p.put(func(ctx context.Context) (err error) {
		p.response, err = c.opens(ctx, s, who)
		return err
	})
}

// opens begins the response of the call to a survey as it is now.
func (c *telephone) opens(ctx context.Context, s *bundle.Survey, who fn.Caller) (string, error) {
	version, err := c.x.o.Surveys.Launch(ctx, s.Name, s.Definition, s.Quota, who.Now)
	if err != nil {
		return "", err
	}
	return c.x.o.Surveys.Begin(ctx, who, s.Name, version)
}

// end does what ends a response; where none was begun there is nothing to end.
func (p *pollster) end(ctx context.Context, do func(context.Context, string) error) error {
	if p.response == "" {
		return nil
	}
	err := do(ctx, p.response)
	if err == nil {
		p.response = ""
	}
	return err
}

// answers notes an answer to a question of the survey that is on.
func (c *telephone) answers(e vm.Effect) {
	p := &c.poll
	c.ratingAnswered(c.written(e.Type, arg(e, 0)))
	if p.survey == nil || !c.surveys() {
		return
	}
	a := survey.Answer{Question: e.Name, Answer: c.written(e.Type, arg(e, 0))}
	for i, q := range p.survey.Questions {
		if q == e.Name {
			a.Ordinal = int64(i + 1)
		}
	}
	if e.Type == "recording" {
		a.Answer, a.Recording = "", arg(e, 0).Str()
	}
	now := c.stamp()
	p.put(func(ctx context.Context) error {
		if p.response == "" {
			return nil
		}
		a.Response = p.response
		return c.x.o.Surveys.Answer(ctx, a, now)
	})
}

// left gives back the place of a survey that the call did not come to the end of.
func (c *telephone) left() {
	p := &c.poll
	if p.survey != nil && c.surveys() {
		p.survey = nil
		p.put(func(ctx context.Context) error { return p.end(ctx, c.x.o.Surveys.Leave) })
	}
}

// invites answers whether the caller is asked at all: the sample must draw the call, and the quota have a place. Where
// the quota cannot be asked nobody is.
func (c *telephone) invites(t session.Ticket, e vm.Effect) {
	asked := func(yes bool) {
		c.ratingAsked(yes)
		c.finish(t, vm.Event{Kind: vm.Answer, Value: vm.Bool(yes)})
	}
	if !c.surveys() || e.Index < 0 || e.Index >= len(c.version.Program.Surveys) {
		asked(true)
		return
	}
	s, p, who := &c.version.Program.Surveys[e.Index], &c.poll, c.who()
	if !survey.Drawn(s.Name, c.id, s.Sample) {
		asked(false)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), queryTime)
	c.jobs[t] = &job{end: cancel}
	go func() {
		id, err := c.opens(ctx, s, who)
		c.box.put(post{do: func() {
			var full fn.Outcome
			if err != nil && !errors.As(err, &full) {
				c.log.Warn("whether the quota of a survey is reached is not known: the caller is not asked", "survey",
					s.Name,
					"error", err)
			}
			if err == nil {
				p.survey = s
				p.put(func(context.Context) error { p.response = id; return nil })
			}
			asked(err == nil)
		}})
	}()
}
