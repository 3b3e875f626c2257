package main

import "testing"

// What the office asks of recordings is answered in a sentence, with the status that tells a script.
func TestRecordingCommands(t *testing.T) {
	r := serveFlows(t)
	for line, want := range map[string]string{
		"recording": "没有这样的录音",
		"recording list --from 2026-11-30 --score 1": "没有这样的录音",
		"recording list --json":                      `"recordings": []`,
		"recording check":                            "目录 0 条，磁盘 0 个文件",
	} {
		r.rexian(line, 0, want)
	}
	for line, want := range map[string]string{
		"recording list --from yesterday":    "--from 要写成 2026-11-30",
		"recording list --kind film":         "--kind",
		"recording list -n 0":                "-n 是 1 到 10000",
		"recording show x":                   "没有这样的录音",
		"recording play x -o x.wav":          "没有这样的录音",
		"recording hold x":                   "--reason",
		"recording hold x --reason 诉讼":       "没有这样的录音",
		"recording delete x --reason 期满":     "没有这样的录音",
		"recording export -o x.zip":          "没有这样的录音",
		"recording export --number 138":      "--output",
		"recording hold x --off --reason 结案": "没有这样的录音",
	} {
		r.rexian(line, 2, want)
	}
}
