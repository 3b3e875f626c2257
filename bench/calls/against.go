package main

import (
	"context"
	"fmt"
	"slices"
)

// A machine that is shared has fast and slow minutes. So two programs are compared in turns, and what counts is what
// one is of the other within each turn: the median of that, and from where to where it went.

// compared are the parts that can be compared.
var compared = map[string]func(context.Context, *bench) error{
	"play": pairwise(0.30, 24, func(ctx context.Context, b *bench, name string, o options) (measured, error) {
		o.recording = "none"
		return b.crowd(ctx, name, "1000", 1000, o, saying{})
	}),
	"four": pairwise(0, 0, func(ctx context.Context, b *bench, name string, o options) (measured, error) {
		o.recording = "none"
		return b.crowd(ctx, name, "1000", 4000, o, saying{})
	}),
	"talk": pairwise(0.50, 64, func(ctx context.Context, b *bench, name string, o options) (measured, error) {
		o.recording = "all"
		return b.crowd(ctx, name, "2000", 1000, o, b.keyed)
	}),
	"keys": pairwise(0, 0, func(ctx context.Context, b *bench, name string, o options) (measured, error) {
		o.recording = "none"
		return b.crowd(ctx, name, "2000", 1000, o, b.pressed)
	}),
	"bridge": pairwise(0.40, 0, func(ctx context.Context, b *bench, name string, o options) (measured, error) {
		return b.bridged(ctx, name, o)
	}),
	"setups": func(ctx context.Context, b *bench) error {
		var ours, theirs []float64
		err := b.turns(func(other bool, o options) error {
			r, err := b.rush(ctx, side(other)+" setups", o)
			add(&ours, &theirs, other, r.cost)
			return err
		}, options{recording: "none"})
		if err == nil {
			b.ratio("setups: CPU-seconds per 1,000", "%.3f", ours, theirs, 0)
		}
		return err
	},
}

func side(other bool) string {
	if other {
		return "the other's"
	}
	return "this one's"
}

func add(ours, theirs *[]float64, other bool, v float64) {
	if other {
		ours = theirs
	}
	*ours = append(*ours, v)
}

// turns runs both programs by turns; who begins changes.
func (b *bench) turns(run func(other bool, o options) error, o options) error {
	for i := range b.rounds {
		for _, other := range []bool{i%2 == 1, i%2 == 0} {
			o.bin = b.bin
			if other {
				o.bin = b.other
			}
			if err := run(other, o); err != nil {
				return fmt.Errorf("%s turn %d: %w", side(other), i+1, err)
			}
		}
	}
	return nil
}

// pairwise compares runs of many calls. The bars, of cores and of KB a call, are this program's; 0 is none.
func pairwise(cores, memory float64, run func(context.Context, *bench, string, options) (measured, error),
) func(context.Context, *bench) error {
	return func(ctx context.Context, b *bench) error {
		var ours, theirs [4][]float64
		name := ""
		err := b.turns(func(other bool, o options) error {
			m, err := run(ctx, b, side(other), o)
			for i, v := range []float64{m.cores, m.memory, m.sound["gap99"], m.sound["key99"]} {
				add(&ours[i], &theirs[i], other, v)
			}
			if m.outcome.failed > 0 {
				name = fmt.Sprintf("; %s had %d failed calls", side(other), m.outcome.failed)
			}
			return err
		}, options{})
		if err != nil {
			return err
		}
		b.ratio("cores"+name, "%.3f", ours[0], theirs[0], cores)
		b.ratio("  KB a call", "%.1f", ours[1], theirs[1], memory)
		b.ratio("  gap p99, ms", "%.1f", ours[2], theirs[2], 0)
		if median(ours[3]) > 0 {
			b.ratio("  key to prompt p99, ms", "%.0f", ours[3], theirs[3], 0)
		}
		return nil
	}
}

// ratio adds a line: the median of ours with its spread, and what it is of the other's, turn by turn.
func (b *bench) ratio(what, format string, ours, theirs []float64, bar float64) {
	var parts []float64
	for i := range ours {
		parts = append(parts, ours[i]/max(theirs[i], 1e-9))
	}
	slices.Sort(parts)
	text := func(list []float64) string {
		return fmt.Sprintf(format+" ("+format+"–"+format+")", median(list), slices.Min(list), slices.Max(list))
	}
	limit := ""
	if bar > 0 {
		limit = fmt.Sprintf("≤ "+format, bar)
	}
	b.note(what, text(ours), limit, fmt.Sprintf("the other %s; of it %.2f (%.2f–%.2f)", text(theirs), median(parts),
		parts[0], parts[len(parts)-1]), median(ours) <= bar)
}

// median is the middle of a list, of an even one the mean of both.
func median(list []float64) float64 {
	s := slices.Sorted(slices.Values(list))
	if n := len(s); n > 0 {
		return (s[(n-1)/2] + s[n/2]) / 2
	}
	return 0
}
