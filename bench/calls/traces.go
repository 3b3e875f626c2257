package main

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
)

// traces measures what keeping the traces of calls costs their set-up: servers that keep them and servers that keep
// none by turns, each turn a rush of calls.
func traces(ctx context.Context, b *bench) error {
	var with, without, bytes []float64
	for i := range max(b.rounds, 1) {
		for _, keeps := range []bool{i%2 == 0, i%2 == 1} {
			name := "setups, no traces"
			if keeps {
				name = "setups, traces kept"
			}
			r, err := b.rush(ctx, name, options{recording: "none", untraced: !keeps})
			if err != nil {
				return err
			}
			if keeps {
				with = append(with, r.cost)
				bytes = append(bytes, float64(r.traced)/float64(max(r.good, 1)))
			} else {
				without = append(without, r.cost)
			}
		}
	}
	of := median(with)/max(median(without), 1e-9) - 1
	b.note("set-up with traces: CPU-seconds per 1,000", fmt.Sprintf("%.3f", median(with)), "",
		fmt.Sprintf("without %.3f", median(without)), true)
	b.note("  what the traces are of it", fmt.Sprintf("%.1f %%", 100*of), "≤ 3 %", "", of <= .03)
	b.note("  bytes a call", fmt.Sprintf("%.0f", median(bytes)), "≤ 2048", "", median(bytes) > 0 && median(bytes) <= 2048)
	return nil
}

// folderSize is how many bytes the files below a folder have; a folder that is not there has none.
func folderSize(dir string) (n int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			if info, err := d.Info(); err == nil {
				n += info.Size()
			}
		}
		return nil
	})
	return n
}
