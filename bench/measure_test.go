package main

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestTableAligns(t *testing.T) {
	tab := &table{head: []string{"machine", "best"}, notes: []string{"a note"}}
	tab.add("goja", "147 ms")
	tab.add("a longer name", "7 ms")
	var b strings.Builder
	if err := tab.print(&b); err != nil {
		t.Fatal(err)
	}
	want := "  machine          best\n  goja           147 ms\n  a longer name    7 ms\n  a note\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestMillisKeepsThreeDigits(t *testing.T) {
	for d, want := range map[time.Duration]string{
		123456 * time.Microsecond: "123 ms", 12345 * time.Microsecond: "12.3 ms", 1234 * time.Microsecond: "1.23 ms",
		56 * time.Microsecond: "0.06 ms",
	} {
		if got := millis(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestMeasureCountsRoundsAndStopsAtAnError(t *testing.T) {
	for rounds, want := range map[int]int{1: 2, 3: 1 + enoughRounds, 150: 151} { // the first does not count
		n := 0
		took, err := measure(rounds, func() error { n++; return nil })
		if err != nil || n != want {
			t.Errorf("%d rounds: ran %d times, want %d: %v", rounds, n, want, err)
		}
		if took[0].best > took[0].median {
			t.Errorf("best %v is above the median %v", took[0].best, took[0].median)
		}
	}
	fault := errors.New("fault")
	if _, err := measure(3, func() error { return fault }); !errors.Is(err, fault) {
		t.Errorf("error %v, want %v", err, fault)
	}
}

func TestMeasureTakesTurns(t *testing.T) {
	var order strings.Builder
	took, err := measure(2, func() error { order.WriteByte('a'); return nil },
		func() error { order.WriteByte('b'); return nil })
	if err != nil || len(took) != 2 {
		t.Fatalf("%d timings, want 2: %v", len(took), err)
	}
	if want := strings.Repeat("ab", 1+enoughRounds); order.String() != want {
		t.Errorf("order %q", order.String())
	}
}

func TestVerdictNamesWhatWasMissed(t *testing.T) {
	var b strings.Builder
	err := verdict(&b, []bar{{"one", 10, 15, "ms"}, {"two", 1200, 900, "B"}, {"three", 900, 900, "B"}})
	if want := "\nverdict: 2 of 3 bars held\n  missed: two, 1200 B of 900 (1.33 times)\n"; err != nil || b.String() != want {
		t.Errorf("%v %q, want %q", err, b.String(), want)
	}
}
