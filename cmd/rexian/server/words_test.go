package server_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/server"
	"rexian/media/prompt"
	"rexian/runtime/exchange"
	"rexian/stdlib/db/dbtest"
)

// Words that are rendered anew reach the other nodes with a deployment, though nothing else has changed, and though the
// other node has had the version before.
func TestRenderedWordsReachTheOtherNode(t *testing.T) {
	t.Parallel()
	url := dbtest.PostgresURL(t)
	flows, houses := t.TempDir(), []string{t.TempDir(), t.TempDir()}
	name := prompt.FileName("zh")
	render := func(length int) []byte {
		t.Helper()
		c := prompt.NewCatalogue("test", "zh")
		pcm := make([]int16, length)
		for i := range pcm {
			pcm[i] = int16(i % 5000)
		}
		if err := c.Add("您好", pcm); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(flows, "语音", name)
		if err := exchange.SaveCatalogue(path, c); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	write := func(words string) {
		t.Helper()
		text := "接入号 \"12366\" 进入 主流程\n缺省 { 时区 \"Asia/Shanghai\" 当 出错 挂机 }\n流程 主流程 { 播放 \"您好\" 标记 \"" +
			words + "\" 挂机 }\n"
		if err := os.WriteFile(filepath.Join(flows, "a.flow"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("甲")
	render(4000)
	var nodes []*server.Server
	for i, node := range []string{"甲", "乙"} {
		cfg := settings()
		cfg.Node, cfg.Flows, cfg.Data = node, flows, houses[i]
		cfg.Database.URL, cfg.Voice.Engine = config.Plain(url), "none"
		cfg.SIP.Listen, cfg.HTTP.Listen = []string{"udp://127.0.0.1:0"}, ""
		cfg.Media.PortMin, cfg.Media.PortMax = 0, 0
		s, err := server.Start(t.Context(), server.Options{Config: cfg, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		nodes = append(nodes, s)
	}
	deploy := func(what string, words []byte) {
		t.Helper()
		if err := nodes[0].Deploy(t.Context(), 0, "test"); err != nil {
			t.Fatal(err)
		}
		eventually(t, what+" is on both", func() bool {
			b, err := os.ReadFile(filepath.Join(houses[1], "words", name))
			return err == nil && bytes.Equal(b, words) &&
				nodes[1].Deployment().Stable().Hash() == nodes[0].Deployment().Stable().Hash()
		})
	}
	deploy("another voice, and nothing else", render(5000))
	write("乙")
	deploy("another version", render(6000))
	write("甲")
	deploy("a version of before with another voice", render(7000))
}
