package main

import (
	"context"
	"encoding/csv"
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

// called starts telephones that wait to be called, on a port of their own; the function returned ends them.
func (b *bench) called(ctx context.Context) (port int, end func() error, err error) {
	dir, err := os.MkdirTemp(b.dir, "sipp")
	if err != nil {
		return 0, nil, err
	}
	port = b.port()
	ctx, cancel := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, "sipp", "-sf", b.in("called.xml"), "-i", "127.0.0.1", "-p", strconv.Itoa(port),
		"-nostdin", "-trace_err", "-error_file", "errors.log")
	cmd.Dir = dir
	if err := cmd.Start(); err != nil {
		cancel()
		return 0, nil, fmt.Errorf("%w (install sip-tester)", err)
	}
	return port, func() error {
		cancel()
		var exit *exec.ExitError
		if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
			return err
		}
		return nil
	}, nil
}

// load is a run of sipp.
type load struct {
	dir, scenario string
	port          int // of the server
	number        string
	calls, rate   int
	at            int // calls at once, at most
	hold          time.Duration
	local         int // sipp's own port
	rtt           bool
	limit         time.Duration // 0: as long as it takes
	extra         []string
}

// outcome is what sipp counted.
type outcome struct {
	good, failed, retransmissions int
	why                           string    // the first fault that sipp wrote down
	setup                         []float64 // ms from INVITE to 200, sorted
}

// begin starts sipp; the function returned waits for its end.
func (l load) begin(ctx context.Context) (func() (outcome, error), error) {
	dir, err := os.MkdirTemp(l.dir, "sipp")
	if err != nil {
		return nil, err
	}
	args := []string{"127.0.0.1:" + strconv.Itoa(l.port), "-sf", l.scenario, "-s", l.number, "-i", "127.0.0.1", "-p",
		strconv.Itoa(l.local), "-r", strconv.Itoa(l.rate),
		"-l", strconv.Itoa(l.at), "-m", strconv.Itoa(l.calls), "-d", strconv.FormatInt(l.hold.Milliseconds(), 10),
		"-nostdin", "-trace_stat", "-fd", "1", "-stf", "stat.csv",
		"-trace_err", "-error_file", "errors.log"}
	if l.rtt {
		args = append(args, "-trace_rtt", "-rtt_freq", "1")
	}
	if l.limit > 0 && l.extra == nil {
		args = append(args, "-timeout", fmt.Sprint(int(l.limit.Seconds())), "-recv_timeout", "5000", "-timeout_error")
	}
	cmd := exec.CommandContext(ctx, "sipp", append(args, l.extra...)...)
	cmd.Dir = dir
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w (install sip-tester)", err)
	}
	return func() (outcome, error) {
		var exit *exec.ExitError
		if err := cmd.Wait(); err != nil && !errors.As(err, &exit) { // that calls failed is in its figures
			return outcome{}, err
		}
		return read(dir)
	}, nil
}

func (l load) run(ctx context.Context) (outcome, error) {
	wait, err := l.begin(ctx)
	if err != nil {
		return outcome{}, err
	}
	return wait()
}

// read takes what sipp wrote in its folder.
func read(dir string) (o outcome, err error) {
	rows, err := table(filepath.Join(dir, "stat.csv"))
	if err != nil || len(rows) < 2 {
		return o, errors.Join(err, errors.New("sipp wrote no figures"))
	}
	if log, err := os.ReadFile(filepath.Join(dir, "errors.log")); err == nil {
		o.why = strings.Join(strings.Fields(string(log[:min(len(log), 700)])), " ")
	}
	last := rows[len(rows)-1]
	for i, name := range rows[0] {
		var to *int
		switch name {
		case "SuccessfulCall(C)":
			to = &o.good
		case "FailedCall(C)":
			to = &o.failed
		case "Retransmissions(C)":
			to = &o.retransmissions
		}
		if to == nil || i >= len(last) {
			continue
		}
		if *to, err = strconv.Atoi(last[i]); err != nil {
			return o, err
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*_rtt.csv"))
	if err != nil {
		return o, err
	}
	for _, f := range files {
		rows, err := table(f)
		if err != nil {
			return o, err
		}
		for _, row := range rows[1:] {
			if len(row) < 2 {
				continue
			}
			ms, err := strconv.ParseFloat(strings.TrimSpace(row[1]), 64)
			if err != nil {
				return o, err
			}
			o.setup = append(o.setup, ms)
		}
	}
	slices.Sort(o.setup)
	return o, nil
}

func table(file string) ([][]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = ';', -1, true
	return r.ReadAll()
}

// quantile of a sorted list.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

// heard are the figures that caller.c prints.
type heard map[string]float64

// saying is what the callers say.
type saying struct {
	file  string  // µ-law; "" for callers that only listen, and silent for those that look for what comes
	keys  bool    // they press keys besides, as telephone events
	tones pressed // the keys that the file has in its sound
}

// listen takes the server's sound for some time, and talks.
func listen(ctx context.Context, bin string, d time.Duration, say saying) (func() (heard, error), error) {
	args := []string{"127.0.0.2", "39000", strconv.FormatFloat(d.Seconds(), 'f', 1, 64)}
	if say.file != "" {
		args = append(args, say.file)
	}
	switch {
	case say.keys:
		args = append(args, "keys")
	case say.tones.number > 0:
		args = append(args, strconv.Itoa(say.tones.end), strconv.Itoa(say.tones.every), strconv.Itoa(say.tones.number))
	}
	cmd := exec.CommandContext(ctx, bin, args...)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return func() (heard, error) {
		if err := cmd.Wait(); err != nil {
			return nil, err
		}
		return figures(out.String())
	}, nil
}

// figures reads name=value pairs.
func figures(text string) (heard, error) {
	h := heard{}
	for _, f := range strings.Fields(text) {
		name, text, _ := strings.Cut(f, "=")
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("no figure: %q", f)
		}
		h[name] = v
	}
	return h, nil
}

// bareCores is what a program takes on this machine, now, that does nothing but send the packets of n calls: cores.
func (b *bench) bareCores(ctx context.Context, n int) (float64, error) {
	const d = 6 * time.Second
	sound, err := listen(ctx, b.caller, d+time.Second, saying{file: silent})
	if err != nil {
		return 0, err
	}
	out, err := exec.CommandContext(ctx, b.bare, "127.0.0.2", "39000", strconv.Itoa(int(d.Seconds())),
		strconv.Itoa(n)).Output()
	if _, err2 := sound(); err == nil {
		err = err2
	}
	if err != nil {
		return 0, err
	}
	h, err := figures(string(out))
	return h["cores"], err
}
