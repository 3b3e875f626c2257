package server_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/linetest"
	"rexian/cmd/rexian/server"
	"rexian/runtime/deploy"
)

// TestACalendarThatEnds starts a server a fortnight before its calendar ends: it serves and says so, and a new version
// is refused until it holds the year.
func TestACalendarThatEnds(t *testing.T) {
	t.Parallel()
	cfg := settings()
	cfg.Flows, cfg.Data = t.TempDir(), t.TempDir()
	cfg.SIP.Listen, cfg.HTTP.Listen = []string{"udp://127.0.0.1:0"}, ""
	cfg.Media.PortMin, cfg.Media.PortMax = 0, 0
	write := func(holidays string) {
		src := "语种 中文 缺则 中文\n接入号 \"12366\" 进入 主流程\n缺省 { 时区 \"Asia/Shanghai\"  当 出错 挂机 }\n日历 中国 {\n" + holidays + "}\n" +
			"作息 办公 { 日历 中国  工作日 08:30-17:30 }\n流程 主流程 { 如果 办公 开放 { 播放 \"您好\" } 挂机 }\n"
		if err := os.WriteFile(filepath.Join(cfg.Flows, "a.flow"), []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	this := "  放假 \"元旦\" 2026-01-01..2026-01-03\n"
	write(this)
	var log bytes.Buffer
	s, err := server.Start(t.Context(),
		server.Options{Config: cfg, Logger: slog.New(slog.NewTextHandler(&log, nil)), Voice: linetest.Noise{},
			Known: linetest.Vocabulary(),
			Now:   func() time.Time { return time.Date(2026, 12, 18, 4, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatalf("a calendar that ends kept the server from starting: %v", err)
	}
	serving := s.Deployment().Stable().Hash()
	var refused *deploy.Refused
	if err := s.Deploy(t.Context(), 0, "王五"); !errors.As(err, &refused) || !strings.Contains(err.Error(), "RX5006") {
		t.Errorf("a version whose calendar ends was not refused: %v", err)
	}
	if s.Deployment().Stable().Hash() != serving {
		t.Error("what served does not go on")
	}
	write(this + "  放假 \"元旦\" 2027-01-01\n")
	if err := s.Deploy(t.Context(), 0, "王五"); err != nil {
		t.Errorf("with the year in the calendar: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "days_left=14") {
		t.Errorf("the log does not tell of it:\n%s", log.String())
	}
}
