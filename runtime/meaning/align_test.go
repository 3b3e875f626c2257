package meaning

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rexian/compiler/bundle"
	"rexian/runtime/mutate"
)

const hotline = `语种 中文 缺则 中文
接入号 "12366" 进入 甲
缺省 { 时区 "Asia/Shanghai"  当 出错 挂机 }
名单 贵宾
信箱 信箱甲 { 问候 "滴声后留言。" 最长 1分钟 静默 5秒 }
提示语 告知 { 中文 "通话将被录音。" }
提示语 须知 { 中文 "请如实反映。" }
流程 甲 {
  如果 来电号码 属于 贵宾 { 播放 "您好，贵宾。" }
  播放 必听 告知
  播放 必听 须知
  转到 乙
}
菜单 乙 {
  播放 "听公告请按1，留言请按2。"
  按 1 "公告" { 执行 丙() 转到 乙 }
  按 2 "留言" 留言 信箱甲
  否则 { 播放 "再见。" 挂机 }
}
流程 丙() { 播放 "没有公告。" 返回 }
`

// writtenIn is a program of one file.
func writtenIn(t *testing.T, text string) *bundle.Program {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.flow"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return program(t, dir, nil)
}

// hotlineEdits are changes of hotline: what is written, and what instead.
var hotlineEdits = [][2]string{
	{"没有公告。", "没有新的公告。"},
	{"流程 丙() { 播放", "流程 丙() { 标记 \"公告\" 播放"},
	{"按 2 \"留言\" 留言 信箱甲", "按 2 \"留言\" { 播放 告知 留言 信箱甲 }"},
	{"  转到 乙\n}\n菜单", "  执行 丙()\n  转到 乙\n}\n菜单"},
	{"按 1 \"公告\" { 执行 丙() 转到 乙 }", "按 1 \"公告\" { 播放 \"没有公告。\" 转到 乙 }"},
	{"属于 贵宾", "不属于 贵宾"},
	{"当 出错 挂机", "当 挂机 标记 \"走了\"  当 出错 挂机"},
}

// TestAlignedSaysTheSame: what is said of a change where code that is alike is run once is what is said by running both
// everywhere.
func TestAlignedSaysTheSame(t *testing.T) {
	old := writtenIn(t, hotline)
	for _, edit := range hotlineEdits {
		new := writtenIn(t, strings.Replace(hotline, edit[0], edit[1], 1))
		x := newProduct(old, new)
		for _, e := range entries(old, new) {
			x.begin(e)
		}
		x.run()
		var apart, together []string
		for i := range x.found {
			apart = append(apart, x.describe(&x.found[i]).Sentence.Zh)
		}
		for _, d := range Compare(old, new, Limits{}).Differences {
			if d.Class != Fixed {
				together = append(together, d.Sentence.Zh)
			}
		}
		if !slices.Equal(apart, together) {
			t.Errorf("%s: together %q, apart %q", edit[1], together, apart)
		}
	}
}

// TestLocalFindsAll: what is found by looking at flows one by one, and then for the shortest way to what may differ, is
// what a walk through everything finds, by no longer a call.
func TestLocalFindsAll(t *testing.T) {
	t.Parallel()
	check := func(name string, old, new *bundle.Program) {
		t.Helper()
		found := func(x *product) map[string]int32 {
			list := map[string]int32{}
			for i := range x.found {
				list[x.found[i].key] = x.found[i].at.epoch
			}
			return list
		}
		x, list := paired(old, new)
		x.from(list)
		whole, near := found(x), found(walk(old, new, 0, false))
		if !maps.Equal(whole, near) {
			t.Errorf("%s: %d are found in everything, %d by flows: %v, %v", name, len(whole), len(near),
				whole, near)
		}
	}
	for text, edits := range map[string][][2]string{hotline: hotlineEdits, office: officeEdits()} {
		old := writtenIn(t, text)
		for _, edit := range edits {
			check(edit[1], old, writtenIn(t, strings.Replace(text, edit[0], edit[1], 1)))
		}
	}
	step := 400
	if everything {
		step = 7
	}
	p := opened(t, "../../flows")
	all := mutate.All(p.program, p.graph, p.checked)
	for i := 5; i < len(all); i += step {
		check(all[i].What.Zh, all[i].Apply(p.program), p.program)
	}
}

// TestInsistedOnce: that words must be heard makes no difference where others follow that must.
func TestInsistedOnce(t *testing.T) {
	old := writtenIn(t, hotline)
	if c := Compare(old, writtenIn(t, strings.Replace(hotline, "必听 告知", "告知", 1)), Limits{}); !c.Same() {
		t.Error("keys are thrown away until the last of them: ", c.Differences[0].Sentence.Zh)
	}
	if Compare(old, writtenIn(t, strings.Replace(hotline, "必听 须知", "须知", 1)), Limits{}).Same() {
		t.Error("a key may cut the last of them off")
	}
}

// TestNumbersFit: a number that a lookup answers fits what was keyed before and is compared with it.
func TestNumbersFit(t *testing.T) {
	old := program(t, "../../flows", nil)
	new := program(t, "../../flows", func(path, text string) string {
		return strings.Replace(text, "放弃登记请按9，重听", "不登记请按9，重听", 1)
	})
	c := Compare(old, new, Limits{Most: 1})
	c.Tests(nil)
	if len(c.Differences) == 0 {
		t.Fatal("no difference")
	}
	body := c.Differences[0].Test
	was := regexp.MustCompile(`读数: (\d+)`).FindStringSubmatch(body)
	keyed := regexp.MustCompile(`只要整数，按井号键结束"\n  按 "(\d+)#"`).FindStringSubmatch(body)
	if was == nil || keyed == nil {
		t.Fatalf("not the call that was looked for:\n%s", body)
	}
	a, err := strconv.Atoi(was[1])
	b, err2 := strconv.Atoi(keyed[1])
	if err != nil || err2 != nil || a > b {
		t.Errorf("the earlier reading %d is more than the present one %d, which leads elsewhere", a, b)
	}
}
