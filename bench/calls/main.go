// Calls measures `rexian serve` under load, beside the bars that the project set itself and the figures of its peers.
//
//	go run ./calls                 all, from the folder bench
//	go run ./calls -only keys      one part; the parts are listed by -h
//	go run ./calls -only soak      calls with all endings, and what is left after them
//	go run ./calls -against BIN    this program and another in turns: median, spread, and what one is of the other
//
// It wants sipp (Debian's sip-tester) and a C compiler. The method is that with which the peers were measured: sipp on
// the same two cores as the server, one process that takes all sound with the kernel's times of arrival, CPU time from
// /proc/PID/stat over 15 s of steady state, memory as the growth of RssAnon.
package main

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

//go:embed kit
var files embed.FS

// bench is what the parts share.
type bench struct {
	dir     string // throw-away
	root    string // the product's sources
	bin     string // rexian
	other   string // another rexian that it is compared with; "" for none
	rounds  int    // of a comparison
	caller  string // caller.c, compiled
	bare    string // bare.c, compiled
	peer    string // ../diago, compiled
	speech  saying // speech alone
	pressed saying // with keys pressed meanwhile
	keyed   saying // with keys in it
	profile string // folder for profiles, "" for none
	ports   int
	calls   int // of the soak
	centre  centre
	table   []row
}

// row is a line of the result.
type row struct{ what, ours, bar, peers, verdict string }

// part is something to be measured.
type part struct {
	name, doc string
	run       func(context.Context, *bench) error
}

var parts = []part{
	{"play", "1,000 calls that play: cores, evenness, memory", play},
	{"more", "2,000 calls that play: none fails", more},
	{"setups", "1,600 calls a second", setups},
	{"traces", "1,600 calls a second, with and without traces by turns", traces},
	{"talk", "1,000 calls that play, hear keys in the sound and record", talk},
	{"keys", "1,000 calls that press keys: from key to prompt", keys},
	{"flood", "100 calls while a stranger sends garbage", flood},
	{"events", "1,000 calls that write an event a second: what the records cost", events},
	{"four", "4,000 calls that play: none fails", four},
	{"bridge", "500 calls put through to 500 others: cores, memory", bridge},
	{"centre", "300 pairs recorded, 1,000 callers in a queue with music, 50 listeners: cores, evenness", staffed},
	{"soak", "5,000 calls with all endings: what is left", soak},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "calls:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var names []string
	for _, p := range parts {
		names = append(names, p.name)
	}
	only := flag.String("only", "play,more,four,setups,talk,keys,bridge,centre,flood,events",
		"parts to measure: "+strings.Join(names, ", "))
	root := flag.String("root", "..", "folder of the product's sources")
	bin := flag.String("bin", "", "the program; built from the sources unless given")
	against := flag.String("against", "", "another rexian: both in turns, what one is of the other")
	calls := flag.Int("calls", 5000, "how many calls of the soak")
	var house centre
	flag.IntVar(&house.pairs, "pairs", 300, "of centre: callers who talk to agents, recorded")
	flag.IntVar(&house.waiting, "waiting", 1000, "of centre: callers in a queue, with music")
	flag.IntVar(&house.listeners, "listeners", 50, "of centre: supervisors who listen")
	rounds := flag.Int("rounds", 3, "turns of each with -against")
	profile := flag.String("profile", "", "folder for profiles of CPU and memory")
	flag.Parse()
	dir, err := os.MkdirTemp("", "rexian-calls")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{dir: dir, root: *root, bin: *bin, other: *against, rounds: *rounds, profile: *profile, ports: 5090,
		calls: *calls, centre: house}
	if b.other != "" && b.rounds < 1 {
		return errors.New("-rounds is 1 at least")
	}
	if err := b.prepare(ctx); err != nil {
		return err
	}
	wanted := strings.Split(*only, ",")
	for _, w := range wanted {
		if !slices.Contains(names, w) {
			return fmt.Errorf("no part %q", w)
		}
	}
	for _, p := range parts {
		if !slices.Contains(wanted, p.name) {
			continue
		}
		fmt.Printf("== %s: %s\n", p.name, p.doc)
		do := p.run
		if b.other != "" {
			do = compared[p.name]
		}
		if do == nil {
			fmt.Println("   has no comparison")
			continue
		}
		if err := do(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return b.print()
}

// prepare builds the programs and makes the sounds.
func (b *bench) prepare(ctx context.Context) error {
	if err := os.CopyFS(filepath.Join(b.dir, "in"), files); err != nil {
		return err
	}
	b.caller, b.bare, b.peer = filepath.Join(b.dir, "caller"), filepath.Join(b.dir, "bare"),
		filepath.Join(b.dir, "diago")
	if err := command(ctx, filepath.Join(b.root, "bench"), "go", "build", "-o", b.peer, "./diago"); err != nil {
		return err
	}
	for _, program := range []string{b.caller, b.bare} {
		if err := command(ctx, ".", "cc", "-O2", "-o", program, b.in(filepath.Base(program)+".c")); err != nil {
			return err
		}
	}
	if b.bin == "" {
		b.bin = filepath.Join(b.dir, "rexian")
		if err := command(ctx, b.root, "go", "build", "-o", b.bin, "./cmd/rexian"); err != nil {
			return err
		}
	}
	said := speech(20, 1)
	spoken := speech(31, 2)
	keyed, tones := withKeys(spoken)
	b.speech.file, b.keyed = b.in("speech.ulaw"), saying{file: b.in("keyed.ulaw"), tones: tones}
	b.pressed = saying{file: b.speech.file, keys: true}
	var errs []error
	for name, data := range map[string][]byte{
		"flows/长话.wav": wav(said), "flows/甲音.wav": wav(tone(300, 20, 8000)), "flows/乙音.wav": wav(tone(1900, 20, 8000)),
		"flows/短话.wav": wav(speech(0.6, 3)), "speech.ulaw": ulaw(spoken), "keyed.ulaw": ulaw(keyed),
	} {
		errs = append(errs, os.WriteFile(b.in(name), data, 0o644))
	}
	return errors.Join(errs...)
}

// in is a file of ours in the throw-away folder.
func (b *bench) in(name string) string {
	return filepath.Join(b.dir, "in", "kit", filepath.FromSlash(name))
}

// port is a fresh one for sipp.
func (b *bench) port() int { b.ports++; return b.ports }

// serve starts a server that plays the flows of the load, or the peer that plays the same sound.
func (b *bench) serve(ctx context.Context, o options) (*server, error) {
	if o.peer {
		return startPeer(ctx, b.peer, b.in("flows/长话.wav"))
	}
	if o.flows == "" {
		o.flows = b.in("flows")
	}
	dir, err := os.MkdirTemp(b.dir, "server")
	if err != nil {
		return nil, err
	}
	return start(ctx, cmp.Or(o.bin, b.bin), dir, o)
}

func command(ctx context.Context, dir, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir, c.Stderr = dir, os.Stderr
	return c.Run()
}

// now adds a figure of the peer in this run to those of another day.
func now(format string, v float64, then string) string {
	return fmt.Sprintf("diago now "+format+"; another day "+then, v)
}

// beside adds what ours is of the peer's in this run. The bar is what the bar's figure is of the peer's on the day it
// was set: a machine shared with others has fast and slow minutes, which change both, but not what one is of the other.
func (b *bench) beside(ours, peer, bar, then float64) {
	b.note("  as a part of diago's, now", fmt.Sprintf("%.2f", ours/peer), fmt.Sprintf("≤ %.2f", bar/then),
		fmt.Sprintf("%.2f by %.2f when the bar was set", bar, then), ours/peer <= bar/then)
}

// note adds a line to the result; ok says whether the bar holds.
func (b *bench) note(what, ours, bar, peers string, ok bool) {
	verdict := "holds"
	switch {
	case bar == "":
		verdict = ""
	case !ok:
		verdict = "MISSED"
	}
	b.table = append(b.table, row{what, ours, bar, peers, verdict})
	fmt.Printf("   %-44s %s (bar %s)\n", what, ours, bar)
}

// print prints the result; a bar that is missed is an error.
func (b *bench) print() error {
	missed := 0
	fmt.Printf("\n%-46s %-22s %-18s %-62s\n", "", "rexian", "bar", "peers, same method")
	for _, r := range b.table {
		fmt.Printf("%-46s %-22s %-18s %-62s %s\n", r.what, r.ours, r.bar, r.peers, r.verdict)
		if r.verdict == "MISSED" {
			missed++
		}
	}
	if missed > 0 {
		return fmt.Errorf("%d bars are missed", missed)
	}
	return nil
}
