package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	steady = 15 * time.Second // what is measured of a run
	ramp   = 100              // calls a second that come until all are there
	silent = "-"              // speech of callers that only look for what comes
)

// measured is a run of n calls at once.
type measured struct {
	cores     float64
	memory    float64 // KB a call, without what keeps the latest SIP messages
	trace     float64 // KB a call that has come to: it ends at a size of its own
	busy      float64 // of the machine
	sound     heard
	outcome   outcome
	profile   string
	keysHeard float64 // by the server, of all that the callers pressed
}

// crowd runs n calls at once on a fresh server and measures while all are there.
func (b *bench) crowd(ctx context.Context, name, number string, n int, o options, say saying) (m measured, err error) {
	s, err := b.serve(ctx, o)
	if err != nil {
		return m, err
	}
	defer s.stop()
	time.Sleep(2 * time.Second) // what starting needs has been done
	before, err := s.memory()
	if err != nil {
		return m, err
	}
	t0, err := s.optional("rexian_sip_trace_bytes")
	if err != nil {
		return m, err
	}
	coming := time.Duration(n/ramp+3) * time.Second
	l := load{dir: b.dir, scenario: b.in("uac.xml"), port: s.sip, number: number, calls: n, rate: ramp, at: n,
		hold: coming + steady + 7*time.Second, local: b.port()}
	wait, err := l.begin(ctx)
	if err != nil {
		return m, err
	}
	if say.file != "" { // talking begins with the calls
		coming -= 2 * time.Second
	}
	time.Sleep(coming)
	k0, err0 := s.metric("rexian_keys_total")
	sound, err := listen(ctx, b.caller, steady+2*time.Second, say)
	if err != nil {
		return m, err
	}
	if o.amid != nil {
		amid, end := context.WithCancel(ctx)
		did := make(chan error, 1)
		go func() { did <- o.amid(amid, s) }()
		defer func() { end(); err = errors.Join(err, <-did) }()
	}
	time.Sleep(time.Second)
	var profiled chan error
	if b.profile != "" && !o.peer {
		m.profile = filepath.Join(b.profile, name+".pprof")
		profiled = make(chan error, 1)
		go func() { profiled <- s.saveProfile(m.profile, steady-time.Second) }()
	}
	c0, err1 := s.cpu()
	w0 := readMachine()
	time.Sleep(steady)
	c1, err2 := s.cpu()
	m.busy = readMachine().busySince(w0)
	after, err3 := s.memory()
	t1, err7 := s.optional("rexian_sip_trace_bytes")
	if profiled != nil {
		err = errors.Join(<-profiled, s.save("/debug/pprof/heap", filepath.Join(b.profile, name+".heap.pprof")))
	}
	var err5, err6 error
	m.sound, err5 = sound()
	time.Sleep(time.Second) // a server that is behind may have some keys still before it
	k1, err4 := s.metric("rexian_keys_total")
	m.outcome, err6 = wait()
	m.cores = (c1 - c0).Seconds() / steady.Seconds()
	m.trace = (t1 - t0) / 1024 / float64(n)
	m.memory = float64(after-before)/float64(n) - m.trace
	m.keysHeard = k1 - k0
	fmt.Printf("   %s: %d calls, %.3f cores, %.1f KB a call (and %.1f of SIP kept), machine %.0f%% busy, sound %v, sipp %d good %d failed %d repeated\n", name, n, m.cores, m.memory, m.trace,
		100*m.busy,
		m.sound, m.outcome.good, m.outcome.failed, m.outcome.retransmissions)
	return m, errors.Join(err, err0, err1, err2, err3, err4, err5, err6, err7)
}

// saveProfile writes a CPU profile of the next d.
func (s *server) saveProfile(file string, d time.Duration) error {
	return s.save(fmt.Sprintf("/debug/pprof/profile?seconds=%d", int(d.Seconds())), file)
}

// save writes what the server answers to a file.
func (s *server) save(path, file string) error {
	b, err := s.get(path)
	if err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o644)
}

func play(ctx context.Context, b *bench) error {
	bare, err := b.bareCores(ctx, 1000)
	if err != nil {
		return err
	}
	m, err := b.crowd(ctx, "play1000", "1000", 1000, options{recording: "none"}, saying{})
	if err != nil {
		return err
	}
	apart, err := b.crowd(ctx, "play1000, callers that look for themselves", "1000", 1000, options{recording: "none"},
		saying{file: silent})
	if err != nil {
		return err
	}
	peer, err := b.crowd(ctx, "play1000, diago", "1000", 1000, options{peer: true}, saying{})
	if err != nil {
		return err
	}
	again, err := b.bareCores(ctx, 1000)
	if err != nil {
		return err
	}
	bare = (bare + again) / 2
	b.note("1,000 calls that play: cores", fmt.Sprintf("%.2f", m.cores), "≤ 0.30",
		now("%.2f", peer.cores, "0.37, Asterisk 22 1.3–1.55"), m.cores <= 0.30)
	b.beside(m.cores, peer.cores, 0.30, 0.37)
	b.note("  the same, where no packet wakes a caller", fmt.Sprintf("%.2f", apart.cores), "", "", true)
	b.note("  their packets, sent by a bare C program", fmt.Sprintf("%.2f", bare), "", "", true)
	b.note("  gap between packets, p99", fmt.Sprintf("%.1f ms", m.sound["gap99"]), "≤ 21 ms",
		now("%.1f", peer.sound["gap99"], "21.9, Asterisk 23–25"), m.sound["gap99"] <= 21)
	b.note("  gap between packets, p99.9", fmt.Sprintf("%.1f ms", m.sound["gap999"]), "≤ 30 ms",
		fmt.Sprintf("diago now %.1f", peer.sound["gap999"]), m.sound["gap999"] <= 30)
	b.note("  calls heard, calls failed", fmt.Sprintf("%.0f, %d", m.sound["streams"], m.outcome.failed), "1000, 0", "",
		m.sound["streams"] == 1000 && m.outcome.failed == 0)
	b.note("  memory a call", fmt.Sprintf("%.0f KB", m.memory), "≤ 40 KB", now("%.0f", peer.memory, "43, Asterisk 136"),
		m.memory <= 40)
	return nil
}

// four is more calls than anything else in one process was seen to carry on two cores.
func four(ctx context.Context, b *bench) error {
	m, err := b.crowd(ctx, "play4000", "1000", 4000, options{recording: "none"}, saying{})
	if err != nil {
		return err
	}
	b.note("4,000 calls that play: failed", fmt.Sprintf("%d of %d", m.outcome.failed, m.outcome.good+m.outcome.failed),
		"0 of 4000", "", m.outcome.good == 4000 && m.outcome.failed == 0)
	b.note("  cores; gap p99, p99.9", fmt.Sprintf("%.2f; %.1f, %.1f ms", m.cores, m.sound["gap99"], m.sound["gap999"]),
		"", "", true)
	b.note("  memory a call", fmt.Sprintf("%.0f KB", m.memory), "", "", true)
	return nil
}

const pairs = 500

// bridged runs pairs of calls whose two sides talk to each other all the time.
func (b *bench) bridged(ctx context.Context, name string, o options) (m measured, err error) {
	port, end, err := b.called(ctx)
	if err != nil {
		return m, err
	}
	o.recording, o.called = "none", port
	m, err = b.crowd(ctx, name, "7000", pairs, o, b.speech)
	return m, errors.Join(err, end())
}

func bridge(ctx context.Context, b *bench) error {
	m, err := b.bridged(ctx, "bridge", options{})
	if err != nil {
		return err
	}
	b.note("500 calls put through to 500: cores", fmt.Sprintf("%.2f", m.cores), "≤ 0.40", "", m.cores <= 0.4)
	b.note("  sides heard, calls failed", fmt.Sprintf("%.0f, %d", m.sound["streams"], m.outcome.failed), "1000, 0", "",
		m.sound["streams"] == 2*pairs && m.outcome.failed == 0)
	b.callers(m, 2*pairs)
	b.note("  gap between packets, p99, p99.9", fmt.Sprintf("%.1f, %.1f ms", m.sound["gap99"], m.sound["gap999"]), "",
		"", true)
	b.note("  memory a pair", fmt.Sprintf("%.0f KB", m.memory), "", "", true)
	return nil
}

func more(ctx context.Context, b *bench) error {
	m, err := b.crowd(ctx, "play2000", "1000", 2000, options{recording: "none"}, saying{})
	if err != nil {
		return err
	}
	b.note("2,000 calls that play: failed", fmt.Sprintf("%d of %d", m.outcome.failed, m.outcome.good+m.outcome.failed),
		"0 of 2000", "", m.outcome.good == 2000 && m.outcome.failed == 0)
	b.note("  cores; gap p99, p99.9", fmt.Sprintf("%.2f; %.1f, %.1f ms", m.cores, m.sound["gap99"], m.sound["gap999"]),
		"", "", true)
	return nil
}

func setups(ctx context.Context, b *bench) error {
	ours, err := b.rush(ctx, "setups", options{recording: "none"})
	if err != nil {
		return err
	}
	peer, err := b.rush(ctx, "setups, diago", options{peer: true})
	if err != nil {
		return err
	}
	failed := func(r rush) string { return fmt.Sprintf("%d of %d", r.failed, r.failed+r.good) }
	b.note("1,600 calls a second: failed", failed(ours), "0 of 16000", "diago now "+failed(peer),
		ours.failed == 0 && ours.good == rushRate*rushSeconds)
	b.note("  INVITE to 200, p99", fmt.Sprintf("%.0f ms", ours.p99), "≤ 20 ms", fmt.Sprintf("diago now %.0f", peer.p99),
		ours.p99 <= 20)
	b.note("  CPU-seconds per 1,000", fmt.Sprintf("%.2f", ours.cost), "≤ 0.50", now("%.2f", peer.cost, "0.29–0.46"),
		ours.cost <= 0.5)
	b.beside(ours.cost, peer.cost, 0.50, 0.46)
	return nil
}

const rushRate, rushSeconds = 1600, 10

// rush is a run of many calls a second, each a tenth of a second long.
type rush struct {
	good, failed int
	p99          float64 // ms from INVITE to 200
	cost         float64 // CPU-seconds per 1,000
	traced       int64   // bytes of traces that were kept
}

func (b *bench) rush(ctx context.Context, name string, o options) (r rush, err error) {
	s, err := b.serve(ctx, o)
	if err != nil {
		return r, err
	}
	defer s.stop()
	time.Sleep(2 * time.Second)
	if b.profile != "" && !o.peer {
		go func() {
			if err := s.saveProfile(filepath.Join(b.profile, name+".pprof"),
				rushSeconds*time.Second-2*time.Second); err != nil {
				fmt.Fprintln(os.Stderr, "profile:", err)
			}
		}()
	}
	c0, err := s.cpu()
	if err != nil {
		return r, err
	}
	w0 := readMachine()
	out, err := load{dir: b.dir, scenario: b.in("uac.xml"), port: s.sip, number: "1000", calls: rushRate * rushSeconds,
		rate: rushRate, at: 20000, hold: 100 * time.Millisecond,
		local: b.port(), rtt: true, limit: (rushSeconds + 6) * time.Second}.run(ctx)
	if err != nil {
		return r, err
	}
	c1, err := s.cpu()
	r = rush{good: out.good, failed: out.failed, p99: quantile(out.setup, .99),
		cost:   (c1 - c0).Seconds() * 1000 / (rushRate * rushSeconds),
		traced: folderSize(filepath.Join(s.dir, "data", "traces"))}
	fmt.Printf("   %s: %d good, %d failed, %d repeated; p50 %.1f p99 %.1f p99.9 %.1f max %.1f ms; %.3f CPU-s per 1,000; machine %.0f%% busy\n", name, r.good, r.failed,
		out.retransmissions, quantile(out.setup, .5), r.p99, quantile(out.setup, .999), quantile(out.setup, 1), r.cost,
		100*readMachine().busySince(w0))
	return r, err
}

func talk(ctx context.Context, b *bench) error {
	m, err := b.crowd(ctx, "talk", "2000", 1000, options{recording: "all"}, b.keyed)
	if err != nil {
		return err
	}
	// it cannot do this; playing alone tells what the machine is worth
	peer, err := b.crowd(ctx, "play1000, diago", "1000", 1000, options{peer: true}, saying{})
	if err != nil {
		return err
	}
	b.note("1,000 calls that play, hear and record: cores", fmt.Sprintf("%.2f", m.cores), "≤ 0.50",
		now("%.2f playing alone", peer.cores, "0.37"), m.cores <= 0.5)
	b.beside(m.cores, peer.cores, 0.50, 0.37)
	said := m.sound["tones"]
	b.note("  keys heard in the sound", fmt.Sprintf("%.1f %% of %.0f", 100*m.keysHeard/said, said), "≥ 97 %", "",
		said > 0 && m.keysHeard >= .97*said && m.keysHeard <= 1.03*said)
	b.callers(m, 1000)
	b.note("  gap between packets, p99, p99.9", fmt.Sprintf("%.1f, %.1f ms", m.sound["gap99"], m.sound["gap999"]), "",
		"", true)
	b.note("  memory a call", fmt.Sprintf("%.0f KB", m.memory), "", "", true)
	return nil
}

// callers tells whether the callers themselves kept up: where they said less than they had to, the server had less to
// do, and its figures are of no use.
func (b *bench) callers(m measured, n int) {
	part := m.sound["sent"] / (float64(n) * 50 * (steady + 2*time.Second).Seconds())
	b.note("  calls that talked, and of what they had to say",
		fmt.Sprintf("%.0f, %.0f %%", m.sound["streams"], 100*part),
		fmt.Sprintf("%d, ≥ 97 %%", n), "else the machine is too busy to tell",
		part >= .97 && m.sound["streams"] == float64(n))
}

func keys(ctx context.Context, b *bench) error {
	m, err := b.crowd(ctx, "keys", "2000", 1000, options{recording: "none"}, b.pressed)
	if err != nil {
		return err
	}
	h := m.sound
	b.note("key to next prompt, p99, at 1,000 calls", fmt.Sprintf("%.0f ms", h["key99"]), "≤ 60 ms", "",
		h["key99"] <= 60 && h["key99"] > 0)
	b.note("  p50; p99.9", fmt.Sprintf("%.0f; %.0f ms", h["key50"], h["key999"]), "", "", true)
	b.note("  keys answered", fmt.Sprintf("%.0f of %.0f", h["answered"], h["keys"]), "all but the last", "",
		h["answered"] >= .97*h["keys"] && h["keys"] > 1000)
	b.note("  cores", fmt.Sprintf("%.2f", m.cores), "", "", true)
	b.callers(m, 1000)
	return nil
}

// events runs the benchmark of the recorder by itself: what an event costs this process, on SQLite and, where it is
// installed, with PostgreSQL.
func events(ctx context.Context, b *bench) error {
	c := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "BenchmarkEvents", "-benchtime", "10000x",
		"./stdlib/call")
	c.Dir, c.Stderr = b.root, os.Stderr
	out, err := c.Output()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	found := false
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		at := slices.Index(f, "cpu-µs/event")
		if at < 1 {
			continue
		}
		micros, err := strconv.ParseFloat(f[at-1], 64)
		if err != nil {
			return fmt.Errorf("%q: %w", line, err)
		}
		found = true
		_, engine, _ := strings.Cut(f[0], "/")
		cores := micros * 1000 / 1e6
		b.note("1,000 calls, an event a second each: "+engine, fmt.Sprintf("%.3f cores", cores), "≤ 0.20", "",
			cores <= 0.2)
	}
	if !found {
		return fmt.Errorf("the benchmark said nothing:\n%s", out)
	}
	return nil
}
