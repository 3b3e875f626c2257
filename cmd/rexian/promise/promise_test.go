package promise_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rexian/cmd/rexian/promise"
	"rexian/cmd/rexian/source"
	"rexian/compiler/library"
	"rexian/lang/diag"
)

const before = `接入号 "12366" 进入 甲
缺省 { 时区 "Asia/Shanghai" 当 出错 挂机 当 不可用 挂机 }
提示语 告知 { 中文 "本次通话将被录音。" }
队列 咨询 { 技能组 "综合" }
流程 甲 { 播放 告知 排队 咨询 否则 挂机
挂机 }
规则 "先告知" { 每条路径 先播放 告知 再 排队 }
规则 "十秒内" { 从 甲 到 排队 最多 10秒 }
规则 "不留言" { 没有路径 到达 留言 }
`

func side(t *testing.T, text string) *promise.Side {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.flow")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := source.Open(path, library.Default())
	if err != nil {
		t.Fatal(err)
	}
	j := p.Proved()
	if diag.HasErrors(j.Findings) {
		t.Fatal(diag.Sort(j.Findings)[0].Sentence(diag.En))
	}
	return &promise.Side{Judged: &j, Voice: p.Options.Voice}
}

// TestDifferences tells of rules that are new, gone or broken, and of a longer way to a person; of the same program
// nothing.
func TestDifferences(t *testing.T) {
	if list := promise.Differences(side(t, before), side(t, before)); len(list) > 0 {
		t.Errorf("of the same: %v", list)
	}
	after := strings.NewReplacer("流程 甲 { 播放 告知", "流程 甲 { 播放 \"您好，欢迎致电。\"",
		`规则 "不留言" { 没有路径 到达 留言 }`, `规则 "不转接" { 没有路径 到达 转接 }`).Replace(before)
	var said []string
	for _, d := range promise.Differences(side(t, before), side(t, after)) {
		said = append(said, d.Kind+" "+d.Sentence.En)
	}
	for _, want := range []string{`rule rule "先告知": it was proved, now it is broken`, `rule rule "不转接" is new: proved`,
		`rule rule "不留言" is gone`, `person call 12366, to a person: the slowest way changes from`,
		`rule rule "十秒内" (calls to 12366): the slowest way changes from`} {
		if !slices.ContainsFunc(said, func(s string) bool { return strings.HasPrefix(s, want) }) {
			t.Errorf("not said: %s; said:\n%s", want, strings.Join(said, "\n"))
		}
	}
}
