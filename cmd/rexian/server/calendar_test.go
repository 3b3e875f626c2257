package server

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/compiler"
	"rexian/runtime/deploy"
)

// TestAlmanac: the log tells of a calendar that ends thirty days before, once a day, and of another version at once.
func TestAlmanac(t *testing.T) {
	t.Parallel()
	version := func(words string) *deploy.Version {
		dir := t.TempDir()
		src := `语种 中文 缺则 中文
接入号 "12366" 进入 主流程
缺省 { 时区 "Asia/Shanghai"  当 出错 挂机 }
日历 中国 { 放假 "元旦" 2026-01-01..2026-01-03 }
日历 旧历 { 放假 "元旦" 2020-01-01..2020-01-03 }
作息 办公 { 日历 中国  工作日 08:30-17:30 }
流程 主流程 { 如果 办公 开放 { 播放 "` + words + `" } 挂机 }
`
		if err := os.WriteFile(filepath.Join(dir, "a.flow"), []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		v, err := deploy.Compile(dir, compiler.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	first, second := version("您好"), version("你好")
	var log bytes.Buffer
	a := almanac{log: slog.New(slog.NewTextHandler(&log, nil))}
	at := func(day string, hour int) time.Time {
		d, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		return d.Add(time.Duration(hour-8) * time.Hour) // of the bureau's clock
	}
	for _, c := range []struct {
		v    *deploy.Version
		at   time.Time
		want string // "" for nothing
	}{
		{nil, at("2026-12-02", 9), ""},
		{first, at("2026-12-01", 9), ""},
		{first, at("2026-12-02", 0), "level=WARN days_left=30 year=2027"},
		{first, at("2026-12-02", 23), ""},
		{second, at("2026-12-02", 23), "level=WARN days_left=30 year=2027"},
		{second, at("2026-12-31", 9), "level=WARN days_left=1 year=2027"},
		{second, at("2027-01-01", 0), "level=ERROR days_left=0 year=2027"},
		{second, at("2028-02-29", 9), "level=ERROR days_left=0 year=2028"},
	} {
		log.Reset()
		a.look(c.v, c.at)
		if (log.Len() == 0) != (c.want == "") || strings.Count(log.String(), "\n") > 1 {
			t.Errorf("at %s: want %q, have %q", c.at, c.want, log.String())
		}
		for _, part := range strings.Fields(c.want) {
			if !strings.Contains(log.String(), part) {
				t.Errorf("at %s: %q is not in %q", c.at, part, log.String())
			}
		}
		if c.want != "" && !strings.Contains(log.String(), "calendar=中国") {
			t.Errorf("at %s: the calendar is not named: %s", c.at, log.String())
		}
	}
}
