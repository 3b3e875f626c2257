package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rexian/cmd/rexian/cli"
	"rexian/cmd/rexian/config"
	"rexian/cmd/rexian/server"
	"rexian/lang/diag"
	"rexian/runtime/deploy"
)

// wave is a WAV file of 8 kHz: its kind, its encoding and what is in it.
func wave(kind string, encoding uint16, sound []byte) string {
	b := []byte("WAVEfmt ")
	b = binary.LittleEndian.AppendUint32(b, 16)
	for _, n := range []uint16{encoding, 1, 8000, 0, 8000, 0, 1, 8} {
		b = binary.LittleEndian.AppendUint16(b, n)
	}
	b = binary.LittleEndian.AppendUint32(append(b, "data"...), uint32(len(sound)))
	b = append(b, sound...)
	return kind + string(binary.LittleEndian.AppendUint32(nil, uint32(len(b)))) + string(b)
}

// TestOneJudgement: what check passes is built and starts, and what would not start neither check nor build lets pass,
// with the same code.
func TestOneJudgement(t *testing.T) {
	const program = `语种 中文 缺则 中文
接入号 "12366" 进入 主流程
缺省 { 时区 "Asia/Shanghai"  当 不可用 挂机  当 出错 挂机 }
提示语 音 { 音频 "音/欢迎.wav" 中文 "您好。" }
表格 区 取自 "区.csv" { 区号: 数字, 名称: 文本 }
流程 主流程 { 播放 音  设 码 = 询问 数字 3位 { 播放 "请输入。" 否则 挂机 }  设 行 = 区[码] 否则 挂机  播放 "{行.名称}"  挂机 }
`
	loud := bytes.Repeat([]byte{0, 90, 200, 255}, 2000)
	good := map[string]string{"a.flow": program, "音/欢迎.wav": wave("RIFF", 1, loud), "区.csv": "区号,名称\n571,杭州\n"}
	for _, c := range []struct {
		name, file, content string
		code                diag.Code // "" for a good program
	}{
		{name: "good"},
		{"a recording without sound", "音/欢迎.wav", wave("RIFF", 1, nil), "RX8021"},
		{"a silent recording", "音/欢迎.wav", wave("RIFF", 1, bytes.Repeat([]byte{128}, 8000)), "RX8021"},
		{"a recording in Microsoft's ADPCM", "音/欢迎.wav", wave("RIFF", 2, loud), "RX8021"},
		{"a recording in RF64", "音/欢迎.wav", wave("RF64", 1, loud), "RX8021"},
		{"no recording", "音/欢迎.wav", strings.Repeat("this is no sound", 100), "RX8021"},
		{"an empty file", "音/欢迎.wav", "", "RX8021"},
		{"rendered words cut off", "语音/voice-zh.pack", "rexian voice 1\n\x00\x00\x00", "RX8022"},
		{"a table with a key twice", "区.csv", "区号,名称\n571,杭州\n571,宁波\n", "RX8007"},
		{"a query file", "查询/余额.sql", "-- 函数: 外部.余额\nSELECT 1\n", "RX8019"},
		{"a flow", "b.flow", "流程 坏 {\n", "RX1028"},
		{"a flow that Notepad saved", "b.flow.txt", "提示语 词 { 中文 \"您好。\" }\n", "RX8024"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write := func(name, content string) {
				path := filepath.Join(dir, filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for name, content := range good {
				write(name, content)
			}
			if c.file != "" {
				write(c.file, c.content)
			}
			want := 0
			if c.code != "" {
				want = 1
			}
			for _, args := range [][]string{{"check", dir}, {"build", "-o", filepath.Join(t.TempDir(), "x.rxb"), dir}} {
				var out strings.Builder
				a := &app{App: cli.App{In: strings.NewReader(""), Out: &out, Err: &out, Now: time.Date(2026, 10, 12, 9, 30, 0, 0, time.UTC)}}
				if status := run(a, args, func(string) string { return "" }); status != want ||
					!strings.Contains(out.String(), string(c.code)) {
					t.Errorf("rexian %s: status %d, want %d with %s:\n%s", args[0], status, want, c.code, out.String())
				}
			}
			cfg := config.Default()
			cfg.Flows, cfg.Data = dir, t.TempDir()
			cfg.SIP.Listen, cfg.HTTP.Listen, cfg.Voice.Engine = []string{"udp://127.0.0.1:0"}, "", "none"
			cfg.Media.PortMin, cfg.Media.PortMax = 0, 0
			s, err := server.Start(t.Context(),
				server.Options{Config: cfg, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
			if err == nil {
				defer s.Close()
			}
			if c.code == "" {
				if err != nil {
					t.Errorf("what check passed does not start: %v", err)
				}
				return
			}
			var refused *deploy.Refused
			if !errors.As(err, &refused) ||
				!slices.ContainsFunc(refused.Findings, func(d diag.Diagnostic) bool { return d.Code == c.code }) {
				t.Errorf("the server says %v, want %s", err, c.code)
			}
		})
	}
}
