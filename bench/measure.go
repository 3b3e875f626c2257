package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// timing is what the rounds of one measurement came to.
type timing struct{ best, median time.Duration }

// A measurement of short rounds goes on beyond the rounds asked for until it has taken so long for each function, or so
// many rounds: on a machine that others use, only many rounds find one that was left alone.
const (
	enoughTime   = 300 * time.Millisecond
	enoughRounds = 100
)

// measure runs each f at least a number of rounds, after one that does not count, and collects garbage between them.
// The functions take turns, so that a busy moment of the machine is not one function's bad luck.
func measure(rounds int, fs ...func() error) ([]timing, error) {
	for _, f := range fs {
		if err := f(); err != nil {
			return nil, err
		}
	}
	took := make([][]time.Duration, len(fs))
	var total time.Duration
	enough := enoughTime * time.Duration(len(fs))
	for n := 0; n < rounds || rounds > 1 && total < enough && n < enoughRounds; n++ {
		for i, f := range fs {
			runtime.GC()
			start := time.Now()
			if err := f(); err != nil {
				return nil, err
			}
			d := time.Since(start)
			took[i], total = append(took[i], d), total+d
		}
	}
	timings := make([]timing, len(fs))
	for i, ds := range took {
		slices.Sort(ds)
		timings[i] = timing{ds[0], ds[len(ds)/2]}
	}
	return timings, nil
}

// table is a section's figures. The first column is aligned left, the others right.
type table struct {
	title string
	head  []string
	rows  [][]string
	notes []string
	bars  []bar
}

// bar is what a figure may be at most.
type bar struct {
	what      string
	got, most float64
	unit      string
}

func (b bar) held() bool { return b.got <= b.most }

func (t *table) within(what string, got, most time.Duration) {
	t.bars = append(t.bars, bar{what, float64(got) / float64(time.Millisecond),
		float64(most) / float64(time.Millisecond),
		"ms"})
}

// verdict tells how many of the bars were held, and each that was not, by how much.
func verdict(w io.Writer, bars []bar) error {
	held := 0
	var b strings.Builder
	for _, x := range bars {
		if x.held() {
			held++
			continue
		}
		fmt.Fprintf(&b, "  missed: %s, %.4g %s of %.4g (%.2f times)\n", x.what, x.got, x.unit, x.most, x.got/x.most)
	}
	_, err := fmt.Fprintf(w, "\nverdict: %d of %d bars held\n%s", held, len(bars), b.String())
	return err
}

// budget writes a bar into a table; 0 is none.
func budget(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return millis(d)
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// print writes plain text: no colours, no lines drawn.
func (t *table) print(w io.Writer) error {
	width := make([]int, len(t.head))
	all := append([][]string{t.head}, t.rows...)
	for _, row := range all {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range all {
		var b strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				b.WriteString("  " + cell + pad)
			} else {
				b.WriteString("  " + pad + cell)
			}
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(b.String(), " ")); err != nil {
			return err
		}
	}
	for _, n := range t.notes {
		if _, err := fmt.Fprintln(w, "  "+n); err != nil {
			return err
		}
	}
	return nil
}

// millis writes a duration as milliseconds with three digits that count.
func millis(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	switch {
	case ms >= 100:
		return fmt.Sprintf("%.0f ms", ms)
	case ms >= 10:
		return fmt.Sprintf("%.1f ms", ms)
	}
	return fmt.Sprintf("%.2f ms", ms)
}

// rate writes how many megabytes (10⁶ bytes) a second n bytes in d are.
func rate(n int, d time.Duration) string { return fmt.Sprintf("%.1f MB/s", float64(n)/1e6/d.Seconds()) }

// times writes how often ours goes into theirs.
func times(theirs, ours time.Duration) string {
	return fmt.Sprintf("%.1f", float64(theirs)/float64(ours))
}
