package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// centre is how large the house is that [staffed] measures.
type centre struct {
	pairs     int // callers who talk to agents, recorded
	waiting   int // callers in a queue, with music
	listeners int // supervisors who listen to a pair each
}

// line is a telephone that registers.
const line = `
[[phone]]
user = %[1]q
password = "secret"
`

// seat is an agent at a telephone that registers.
const seat = `
[[agent]]
id = %[1]q
phone = %[1]q
skills = [%[2]q]
`

// absent is the agent for whom callers wait.
const absent = "90000"

// telephones are the users: agents, supervisors, and the agent who is not there. Their last digit tells called.xml that
// they talk until the other side hangs up.
func (c centre) telephones() (agents, supervisors []string) {
	for i := range c.pairs {
		agents = append(agents, fmt.Sprintf("1%03d0", i))
	}
	for i := range c.listeners {
		supervisors = append(supervisors, fmt.Sprintf("5%03d0", i))
	}
	return agents, supervisors
}

// staffed is a house at its busiest: all agents talk and are recorded, many callers wait with music, supervisors
// listen.
func staffed(ctx context.Context, b *bench) (err error) {
	c := b.centre
	if c.pairs < 1 || c.listeners > c.pairs || c.pairs > 1000 || c.waiting < 0 || c.listeners < 0 {
		return errors.New("-pairs is 1 to 1000, -listeners no more, -waiting 0 or more")
	}
	agents, supervisors := c.telephones()
	var text strings.Builder
	for _, user := range append(append([]string{absent}, agents...), supervisors...) {
		fmt.Fprintf(&text, line, user)
	}
	for _, user := range agents {
		fmt.Fprintf(&text, seat, user, skills[0])
	}
	fmt.Fprintf(&text, seat, absent, "等候")
	port, end, err := b.called(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	s, err := b.serve(ctx, options{recording: "all", more: text.String(), digest: "md5"})
	if err != nil {
		return err
	}
	defer s.stop()
	if err := s.ask(ctx, "POST", "/api/v1/agents/"+absent+"/state", map[string]string{"do": "break", "by": "bench"},
		nil); err != nil {
		return err
	}
	if err := b.registers(ctx, s, append(agents, supervisors...), port); err != nil {
		return err
	}
	idle, err := s.memory()
	if err != nil {
		return err
	}
	coming := time.Duration(c.waiting/ramp+4) * time.Second
	talks := load{dir: b.dir, scenario: b.in("uac.xml"), port: s.sip, number: "8000", calls: c.pairs, rate: ramp,
		at: c.pairs, local: b.port(),
		hold: time.Duration(c.pairs/ramp)*time.Second + 2*steady + coming + 25*time.Second}
	talked, err := talks.begin(ctx)
	if err != nil {
		return err
	}
	time.Sleep(time.Duration(c.pairs/ramp+4) * time.Second)
	pairs, err := b.stretch(ctx, s, "pairs")
	if err != nil {
		return err
	}
	waits := load{dir: b.dir, scenario: b.in("uac.xml"), port: s.sip, number: "8100", calls: c.waiting, rate: ramp,
		at: c.waiting, hold: coming + steady + 12*time.Second, local: b.port()}
	waited := func() (outcome, error) { return outcome{}, nil }
	if c.waiting > 0 {
		if waited, err = waits.begin(ctx); err != nil {
			return err
		}
	}
	time.Sleep(coming)
	// Now, for who is called and says nothing is told nothing more after ten seconds, lest strangers are flooded.
	heard, err := s.listens(ctx, supervisors)
	if err != nil {
		return err
	}
	all, err := b.stretch(ctx, s, "centre")
	if err != nil {
		return err
	}
	full, err := s.memory()
	if err != nil {
		return err
	}
	t, err1 := talked()
	w, err2 := waited()
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	b.centreRows(pairs, all, heard, t, w)
	b.note("  memory of it all", fmt.Sprintf("%.0f MB", float64(full-idle)/1024), "", "", true)
	return nil
}

// centreRows adds what was seen to the result.
func (b *bench) centreRows(pairs, all stretch, heard int, t, w outcome) {
	c := b.centre
	b.note(fmt.Sprintf("%d pairs recorded, %d wait, %d listen: cores", c.pairs, c.waiting, c.listeners),
		fmt.Sprintf("%.2f", all.cores), "≤ 1.20", "", all.cores <= 1.2)
	b.note("  gap between packets, p99", fmt.Sprintf("%.1f ms", all.sound["gap99"]), "≤ 21 ms", "",
		all.sound["gap99"] <= 21 && all.sound["gap99"] > 0)
	b.note("  gap between packets, p99.9", fmt.Sprintf("%.1f ms", all.sound["gap999"]), "", "", true)
	streams := 2*c.pairs + c.waiting + c.listeners
	part := all.sound["sent"] / (float64(streams) * 50 * (steady + 2*time.Second).Seconds())
	b.note("  streams heard, and of what they had to say",
		fmt.Sprintf("%.0f, %.0f %%", all.sound["streams"], 100*part), fmt.Sprintf("%d, ≥ 97 %%", streams),
		"else the machine is too busy to tell", part >= .97 && all.sound["streams"] == float64(streams))
	b.note("  calls that failed; listeners", fmt.Sprintf("%d; %d", t.failed+w.failed, heard),
		fmt.Sprintf("0; %d", c.listeners), "", t.failed+w.failed == 0 && heard == c.listeners)
	each := 1000 * pairs.cores / float64(c.pairs)
	b.note("a bridged recorded pair: ms of a core a second", fmt.Sprintf("%.2f", each), "≤ 1.20", "",
		each <= 1.2 && pairs.sound["streams"] == float64(2*c.pairs))
}

// stretch is a stretch of steady state.
type stretch struct {
	cores, busy float64
	sound       heard
}

// stretch measures a server while everybody talks.
func (b *bench) stretch(ctx context.Context, s *server, name string) (r stretch, err error) {
	sound, err := listen(ctx, b.caller, steady+2*time.Second, b.speech)
	if err != nil {
		return r, err
	}
	time.Sleep(time.Second)
	var profiled chan error
	if b.profile != "" {
		profiled = make(chan error, 1)
		go func() {
			profiled <- s.saveProfile(filepath.Join(b.profile, name+".pprof"), steady-time.Second)
		}()
	}
	c0, err1 := s.cpu()
	w0 := readMachine()
	time.Sleep(steady)
	c1, err2 := s.cpu()
	r.busy = readMachine().busySince(w0)
	r.cores = (c1 - c0).Seconds() / steady.Seconds()
	var err3, err4 error
	if profiled != nil {
		err3 = <-profiled
	}
	r.sound, err4 = sound()
	fmt.Printf("   %s: %.3f cores, machine %.0f%% busy, sound %v\n", name, r.cores, 100*r.busy, r.sound)
	return r, errors.Join(err1, err2, err3, err4)
}

// registers lets telephones register that are called at a port.
func (b *bench) registers(ctx context.Context, s *server, users []string, port int) error {
	list := filepath.Join(b.dir, "users.csv")
	var text strings.Builder
	text.WriteString("SEQUENTIAL\n")
	for _, user := range users {
		fmt.Fprintf(&text, "%s;[authentication username=%[1]s password=secret];127.0.0.1:%d\n", user, port)
	}
	if err := os.WriteFile(list, []byte(text.String()), 0o600); err != nil {
		return err
	}
	o, err := load{dir: b.dir, scenario: b.in("register.xml"), port: s.sip, number: "x", calls: len(users), rate: ramp,
		at: len(users), local: b.port(), limit: time.Minute, extra: []string{"-inf", list}}.run(ctx)
	if err == nil && o.failed+o.good != len(users) || o.failed > 0 {
		err = fmt.Errorf("%d of %d telephones are registered: %s", o.good, len(users), o.why)
	}
	return err
}

// listens lets each supervisor listen to a pair of their own; it returns how many do.
func (s *server) listens(ctx context.Context, phones []string) (int, error) {
	var live struct {
		Data struct {
			Calls map[string]struct {
				Data struct{ Number, Agent string }
			}
		}
	}
	if err := s.ask(ctx, "GET", "/api/v1/live?topics=calls", nil, &live); err != nil {
		return 0, err
	}
	var talks []string
	for id, x := range live.Data.Calls {
		if x.Data.Number == "8000" {
			talks = append(talks, id)
		}
	}
	if len(talks) < len(phones) {
		return 0, fmt.Errorf("%d pairs talk, too few for %d listeners", len(talks), len(phones))
	}
	var all sync.WaitGroup
	faults := make([]error, len(phones))
	for i, phone := range phones {
		all.Go(func() {
			faults[i] = s.ask(ctx, "PUT", "/api/v1/calls/"+talks[i]+"/supervisors/"+phone,
				map[string]string{"mode": "listen", "by": "bench"}, nil)
		})
	}
	all.Wait()
	n := 0
	for _, err := range faults {
		if err == nil {
			n++
		} else {
			fmt.Println("   a listener: ", err)
		}
	}
	return n, nil
}

// ask asks the administration for something.
func (s *server) ask(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, fmt.Sprintf("http://127.0.0.1:%d%s", s.http, path),
		strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		var fault json.RawMessage
		_ = json.NewDecoder(res.Body).Decode(&fault)
		return fmt.Errorf("%s %s: %s %s", method, path, res.Status, fault)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(res.Body).Decode(out)
}
