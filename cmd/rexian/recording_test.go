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

// Closures are set, listed and lifted; what is wrong with one is told in a sentence.
func TestClosureCommands(t *testing.T) {
	r := serveFlows(t)
	r.rexian("closure", 0, "没有临时停用")
	r.rexian("closure set --text zh=系统检修，十点恢复 --until 2099-01-01T10:00 --by 张三", 0, "全部作息", "系统检修，十点恢复", "张三")
	r.rexian("closure --json", 0, `"until": "2099-01-01T10:00:00Z"`)
	r.rexian("closure set --until 2000-01-01T10:00", 2, "先开始后结束")
	r.rexian("closure set --until tomorrow", 2, "--until 要写成")
	r.rexian("closure set --hours 窗口", 2, "没有这个作息")
	r.rexian("closure set --text fr=x", 2, "不说这种语言")
	r.rexian("closure lift 1", 0, "已解除")
	r.rexian("closure lift 1", 2, "没有这个停用")
	r.rexian("voicemail", 0, "没有这样的留言")
	for line, want := range map[string]string{"read x": "没有留言 x", "play x -o x.wav": "没有留言 x", "release x": "没有留言 x",
		"done x --reply 已回电": "没有留言 x", "callback x --queue 综合": "没有这个队列", "done x": "--reply",
		"list --state old": "--state"} {
		r.rexian("voicemail "+line, 2, want)
	}
}
