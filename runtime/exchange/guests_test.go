package exchange_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"rexian/media/audio"
	"rexian/media/rtp"
	"rexian/media/sip"
	"rexian/runtime/exchange"
	"rexian/runtime/room"
)

// singer is a telephone in a call that sings one tone, and keeps what it hears.
type singer struct {
	leg *sip.Call
	hz  float64
	*hearing
}

func sings(leg *sip.Call, hz float64) *singer {
	s := &singer{leg: leg, hz: hz, hearing: &hearing{}}
	pcm := audio.Tone([]float64{hz}, -16, time.Second)
	leg.Stream().Tap(s.hearing)
	leg.Stream().Hold(rtp.Item{Clips: []rtp.Clip{{Sound: &rtp.Sound{ULaw: audio.PCMU.Encode(nil, pcm),
		ALaw: audio.PCMA.Encode(nil, pcm)}}}})
	return s
}

// hears says whether a tone is among the last samples of a telephone (Goertzel).
func (s *singer) hears(hz float64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	const n = audio.Rate / 5
	if len(s.all) < n {
		return false
	}
	c := 2 * math.Cos(2*math.Pi*hz/audio.Rate)
	var a, b float64
	for _, v := range s.all[len(s.all)-n:] {
		a, b = float64(v)+c*a-b, a
	}
	return 2*math.Sqrt(max(a*a+b*b-c*a*b, 0))/n > 800
}

// theatre is an office with a talk between a caller and an agent, and telephones of a supervisor and of a guest.
type theatre struct {
	*office
	boss, guest *desk
	caller      *caller
	call        string // its id, as the server knows it
	all         map[string]*singer
}

func newTheatre(t *testing.T) *theatre {
	t.Helper()
	s := &theatre{}
	places := map[string]func() string{}
	s.office = newOfficeWith(t, func(opt *exchange.Options) {
		inner := opt.Dialer
		opt.Ours = func(phone string) bool { return phone == "boss" || phone == "chief" }
		opt.Dialer = dialFunc(func(ctx context.Context, out sip.Outbound) (*sip.Call, error) {
			if at := places[out.To]; at != nil {
				out.To = at()
			}
			return inner.Dial(ctx, out)
		})
	})
	s.boss, s.guest = s.desk(s.engine), s.desk(s.engine)
	places["boss"] = func() string { return s.boss.at("9001") }
	places["chief"] = func() string { return s.guest.at("9002") }
	places["guest"] = func() string { return s.guest.at("8001") }
	s.caller = s.dial("13800138000")
	s.call = s.journal.newest()
	s.all = map[string]*singer{"caller": sings(s.caller.leg, 350), "agent": sings(s.talks(), 550)}
	return s
}

// rings does something that rings a telephone, which answers and sings.
func (s *theatre) rings(do func(context.Context) error, d *desk, who string, hz float64) {
	s.t.Helper()
	result := make(chan error, 1)
	go func() { result <- do(s.t.Context()) }()
	s.all[who] = sings(d.answers(), hz)
	if err := <-result; err != nil {
		s.t.Fatalf("%s: %v", who, err)
	}
}

func (s *theatre) supervises(m room.Mode) func(context.Context) error {
	return func(ctx context.Context) error { return s.x.Supervise(ctx, s.call, "boss", m, "tester") }
}

func (s *theatre) adds() func(context.Context) error {
	return func(ctx context.Context) error { return s.x.Add(ctx, s.call, "guest", "tester") }
}

// heard waits until each hears those, and nobody else: "caller: agent boss" for instance.
func (s *theatre) heard(want ...string) {
	s.t.Helper()
	var wrong string
	right := func() bool {
		for _, w := range want {
			who, list, _ := strings.Cut(w, ":")
			for name, other := range s.all {
				got := s.all[who].hears(other.hz)
				if got != slices.Contains(strings.Fields(list), name) {
					wrong = who + " and " + name
					return false
				}
			}
		}
		return true
	}
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if right() {
			return
		}
	}
	s.t.Fatalf("%v is not what is heard: %s", want, wrong)
}

// A supervisor listens, whispers and barges in, from the keys of the telephone too; the talk does not end with it.
func TestASupervisor(t *testing.T) {
	t.Parallel()
	s := newTheatre(t)
	s.heard("caller: agent", "agent: caller")
	s.rings(s.supervises(room.Listen), s.boss, "boss", 750)
	s.heard("caller: agent", "agent: caller", "boss: caller agent")
	if err := s.supervises(room.Whisper)(t.Context()); err != nil { // the telephone is in the call: nothing rings
		t.Fatal(err)
	}
	s.heard("caller: agent", "agent: caller boss", "boss: caller agent")
	boss := s.all["boss"].leg
	for key, want := range map[string]string{"3": "caller: agent boss", "1": "caller: agent"} {
		boss.Stream().SendKeys(key, 100*time.Millisecond, 0)
		s.heard(want, "boss: caller agent")
	}
	boss.Hangup("")
	delete(s.all, "boss")
	until(t, "the supervisor's end", func() bool { return s.server.Dialogs() == 2 })
	s.heard("caller: agent", "agent: caller")
	for _, want := range []string{"mode:listen phone:boss", "mode:whisper", "mode:barge"} {
		if text := s.journal.text(); !strings.Contains(text, want) {
			t.Errorf("the journal lacks %q:\n%s", want, text)
		}
	}
	s.caller.leg.Hangup("")
	s.quiet()
}

// A third party is added; the caller is held, and hears music only; who was added goes on with the caller as the agent
// hangs up, and the flow goes on when they hang up.
func TestATalkOfThree(t *testing.T) {
	t.Parallel()
	s := newTheatre(t)
	s.rings(s.adds(), s.guest, "guest", 2900) // higher than the music
	s.heard("caller: agent guest", "agent: caller guest", "guest: caller agent")
	if err := s.x.Hold(t.Context(), s.call, true, "tester"); err != nil {
		t.Fatal(err)
	}
	s.heard("agent: guest", "guest: agent")
	held := s.all["caller"]
	until(t, "music, and nobody's voice", func() bool {
		_, loud := held.tones(held.length() - audio.Rate/5)
		return loud > 0 && !held.hears(2900)
	})
	if err := s.x.Hold(t.Context(), s.call, false, "tester"); err != nil {
		t.Fatal(err)
	}
	s.heard("caller: agent guest", "agent: caller guest", "guest: caller agent")
	s.all["agent"].leg.Hangup("")
	delete(s.all, "agent")
	until(t, "the agent is free", func() bool { _, busy := s.x.Agents(); return busy == 0 })
	s.heard("caller: guest", "guest: caller")
	s.all["guest"].leg.Hangup("")
	s.caller.leg.Stream().Tap(s.caller)
	s.caller.hears("谢谢来电")
	s.caller.over()
	s.quiet()
}

// However the call ends, nobody who was brought in is left, whether they ring or talk.
func TestGuestsEndWithTheCall(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*theatre){
		"the caller": func(s *theatre) { s.caller.leg.Hangup("") },
		"by hand": func(s *theatre) {
			if err := s.x.Hangup(s.t.Context(), s.call, "tester"); err != nil {
				s.t.Error(err)
			}
		},
	} {
		for _, rings := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				s := newTheatre(t)
				result := make(chan error, 2)
				go func() { result <- s.supervises(room.Barge)(t.Context()) }()
				go func() { result <- s.adds()(t.Context()) }()
				legs := []*sip.Call{s.boss.rung(), s.guest.rung()}
				if !rings {
					for _, leg := range legs {
						if err := leg.Answer(t.Context()); err != nil {
							t.Fatal(err)
						}
						if err := <-result; err != nil {
							t.Fatal(err)
						}
					}
				}
				end(s)
				for _, leg := range legs {
					<-leg.Done()
					if rings {
						if err := <-result; err == nil {
							t.Error("success is told of a telephone that only rang")
						}
					}
				}
				until(t, "the end", func() bool { return s.boss.s.Dialogs()+s.guest.s.Dialogs() == 0 })
				s.quiet()
			})
		}
	}
}

// What cannot be done is refused with its reason, and leaves the talk as it was.
func TestWhoIsNotBroughtIn(t *testing.T) {
	t.Parallel()
	s := newTheatre(t)
	ctx := t.Context()
	for _, c := range []struct {
		err, want error
	}{
		{s.x.Supervise(ctx, "nobody's", "boss", room.Listen, ""), exchange.ErrNoCall},
		{s.x.Supervise(ctx, s.call, "13912345678", room.Listen, ""), exchange.ErrNoPhone},
		{s.x.Add(ctx, "nobody's", "guest", ""), exchange.ErrNoCall},
		{s.x.Hold(ctx, "nobody's", true, ""), exchange.ErrNoCall},
		{s.x.Hangup(ctx, "nobody's", ""), exchange.ErrNoCall},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%v, not %v", c.err, c.want)
		}
	}
	result := make(chan error, 1)
	go func() { result <- s.adds()(ctx) }()
	s.guest.rung().Reject(486, "Busy Here")
	if err := <-result; exchange.DialOutcome(err) != "busy" {
		t.Errorf("who is busy: %v", err)
	}
	few, cancel := context.WithCancel(ctx)
	go func() { result <- s.supervises(room.Listen)(few) }()
	ringing := s.boss.rung()
	cancel() // who asked for it has gone
	if err := <-result; err == nil {
		t.Error("success is told")
	}
	<-ringing.Done()
	for i := range room.Most - 2 {
		s.rings(s.adds(), s.guest, string(rune('a'+i)), 1150)
	}
	if err := s.adds()(ctx); !errors.Is(err, exchange.ErrFull) {
		t.Errorf("one more than there may be: %v", err)
	}
	s.caller.leg.Hangup("")
	s.quiet()
}

// Nobody is added where nobody talks; a supervisor hears a caller who is alone.
func TestACallerAlone(t *testing.T) {
	t.Parallel()
	s := newTheatre(t)
	s.all["agent"].leg.Hangup("")
	delete(s.all, "agent")
	s.caller.leg.Stream().Unhold()
	other := s.dial("13800138001")
	ring := s.agent.rung()
	id := s.journal.newest()
	if err := s.x.Add(t.Context(), id, "guest", ""); !errors.Is(err, exchange.ErrAlone) {
		t.Errorf("one who waits is joined by a third: %v", err)
	}
	s.all = map[string]*singer{"caller": sings(other.leg, 350)}
	s.rings(func(ctx context.Context) error { return s.x.Supervise(ctx, id, "boss", room.Barge, "") }, s.boss, "boss",
		750)
	s.heard("boss: caller", "caller: boss")
	ring.Reject(486, "Busy Here")
	other.leg.Hangup("")
	s.caller.leg.Hangup("")
	s.quiet()
}
