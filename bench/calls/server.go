package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is `rexian serve` in a process of its own, on ports of this machine that were free.
type server struct {
	cmd  *exec.Cmd
	dir  string
	sip  int
	http int
	done chan error
}

// settings keeps the media ports below those that the system gives out by itself: what other programs on the machine
// send to a port of theirs that is closed would be heard as a caller's sound.
const settings = `
flows = %[1]q
data = %[2]q
[sip]
listen = ["udp://127.0.0.1:%[3]d"]
max_calls = 20000
digest = %[8]q
[media]
port_min = 10000
port_max = 32000
timeout = %[6]q
[guard]
trusted = ["127.0.0.1/32"]
[http]
listen = "127.0.0.1:%[4]d"
profile = true
[recording]
calls = %[5]q
[voice]
engine = "none"
[log]
format = "json"
level = %[7]q
`

// untraced keeps no traces of calls. Where they are kept nothing is said of them: older programs do not know the key.
const untraced = `
[traces]
mb = 0
`

// carrier is what leads to the telephones that are called, on a port of this machine.
const carrier = `
[[trunk]]
name = "carrier"
server = "udp://127.0.0.1:%d"
allow = ["all"]
ping = "0s"
refer = true
`

// worker is an agent at one of these telephones; the last digit of its user says what it does.
const worker = `
[[agent]]
id = "%[1]s"
phone = "sip:%[1]s@127.0.0.1:%[2]d"
skills = [%[3]q]
`

// options of a server.
type options struct {
	flows, recording, timeout, log string
	amid                           func(context.Context, *server) error // goes on beside what is measured
	peer                           bool                                 // the peer instead of us
	// the port of telephones that are called; 0: none
	called  int
	workers map[string]int // how many agents there are of a skill, at the telephones that are called: see skills
	bin     string         // the program; "" for the one at hand

	untraced bool   // no traces of calls are kept
	digest   string // how telephones log in: both if ""
	more     string // of the configuration
}

// start runs a server in dir and waits until it takes calls.
func start(ctx context.Context, bin, dir string, o options) (*server, error) {
	s := &server{dir: dir, done: make(chan error, 1)}
	for _, p := range []*int{&s.sip, &s.http} {
		l, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		*p = l.LocalAddr().(*net.UDPAddr).Port
		l.Close()
	}
	if o.timeout == "" {
		o.timeout = "10m" // most callers of the load say nothing
	}
	if o.log == "" {
		o.log = "info"
	}
	file := filepath.Join(dir, "rexian.toml")
	text := fmt.Sprintf(settings, o.flows, filepath.Join(dir, "data"), s.sip, s.http, o.recording, o.timeout, o.log,
		cmp.Or(o.digest, "both"))
	if o.untraced {
		text += untraced
	}
	if o.called != 0 {
		text += fmt.Sprintf(carrier, o.called)
		for digit, skill := range skills {
			for i := range o.workers[skill] {
				text += fmt.Sprintf(worker, fmt.Sprintf("%d%03d%d", digit+1, i, digit), o.called, skill)
			}
		}
	}
	text += o.more
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "server.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	s.cmd = exec.Command(bin, "serve", "--config", file, "--drain", "1")
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { s.done <- s.cmd.Wait() }()
	for limit := time.Now().Add(30 * time.Second); ; {
		if b, err := s.get("/readyz"); err == nil && strings.HasPrefix(string(b), "ready") {
			return s, nil
		}
		select {
		case <-s.done:
			b, _ := os.ReadFile(log.Name())
			return nil, fmt.Errorf("the server did not start:\n%s", b)
		case <-ctx.Done():
			s.stop()
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
			if time.Now().After(limit) {
				s.stop()
				return nil, errors.New("the server does not become ready")
			}
		}
	}
}

// startPeer runs the peer and waits until it answers.
func startPeer(ctx context.Context, bin, sound string) (*server, error) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer c.Close()
	free, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	at := free.LocalAddr().(*net.UDPAddr)
	free.Close()
	s := &server{sip: at.Port, done: make(chan error, 1)}
	s.cmd = exec.Command(bin, at.String(), sound)
	s.cmd.Stderr = os.Stderr
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { s.done <- s.cmd.Wait() }()
	ask := fmt.Sprintf("OPTIONS sip:x@%[1]s SIP/2.0\r\nVia: SIP/2.0/UDP %[2]s;branch=z9hG4bKready\r\nMax-Forwards: 70\r\nFrom: <sip:a@%[2]s>;tag=1\r\n"+
		"To: <sip:x@%[1]s>\r\nCall-ID: ready\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n", at, c.LocalAddr())
	answer := make([]byte, 2000)
	for range 100 {
		if _, err = c.WriteTo([]byte(ask), at); err != nil {
			break
		}
		if err = c.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
			break
		}
		if _, _, err = c.ReadFrom(answer); err == nil {
			return s, nil
		}
		if err = ctx.Err(); err != nil {
			break
		}
	}
	s.stop()
	return nil, errors.Join(errors.New("the peer did not start"), err)
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.done:
	case <-time.After(20 * time.Second):
		_ = s.cmd.Process.Kill()
		<-s.done
	}
}

func (s *server) get(path string) ([]byte, error) {
	r, err := http.Get("http://127.0.0.1:" + strconv.Itoa(s.http) + path)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", path, r.Status)
	}
	return b, err
}

var errNoFigure = errors.New("the server has no such figure")

// optional is a figure that older programs do not have: 0 then.
func (s *server) optional(name string) (float64, error) {
	v, err := s.metric(name)
	if errors.Is(err, errNoFigure) {
		err = nil
	}
	return v, err
}

// metric is one figure of the server's own, labels summed; the peer has none.
func (s *server) metric(name string) (float64, error) {
	if s.http == 0 {
		return 0, nil
	}
	b, err := s.get("/metrics")
	if err != nil {
		return 0, err
	}
	sum, found := 0.0, false
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		rest, ok := strings.CutPrefix(lines.Text(), name)
		if !ok || rest == "" || rest[0] != ' ' && rest[0] != '{' {
			continue
		}
		v, err := strconv.ParseFloat(rest[strings.LastIndexByte(rest, ' ')+1:], 64)
		if err == nil {
			sum, found = sum+v, true
		}
	}
	if !found {
		return 0, fmt.Errorf("%w: %s", errNoFigure, name)
	}
	return sum, nil
}

// cpu is what the process has computed, user and system, to a hundredth of a second.
func (s *server) cpu() (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(f) < 13 {
		return 0, errors.New("/proc/PID/stat is short")
	}
	user, err1 := strconv.Atoi(f[11])
	system, err2 := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond, errors.Join(err1, err2)
}

// memory is the process's own memory in KB: what is not backed by a file.
func (s *server) memory() (int, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			return strconv.Atoi(strings.Fields(rest)[0])
		}
	}
	return 0, errors.New("no RssAnon in /proc/PID/status")
}

// descriptors is how many files and sockets the process has open.
func (s *server) descriptors() (int, error) {
	l, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.cmd.Process.Pid))
	return len(l), err
}

// busy is the share of the machine that was not idle between two readings.
type machine struct{ idle, all float64 }

func readMachine() (m machine) {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return m
	}
	line, _, _ := strings.Cut(string(b), "\n")
	for i, f := range strings.Fields(line)[1:] {
		v, _ := strconv.ParseFloat(f, 64) // the kernel writes numbers
		m.all += v
		if i == 3 || i == 4 {
			m.idle += v
		}
	}
	return m
}

func (m machine) busySince(before machine) float64 {
	if m.all == before.all {
		return 0
	}
	return 1 - (m.idle-before.idle)/(m.all-before.all)
}
