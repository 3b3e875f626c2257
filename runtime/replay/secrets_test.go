package replay

import (
	"bytes"
	"strings"
	"testing"

	"rexian/runtime/kept"
)

// Of many calls in which secrets are keyed, and numbers and names keyed and looked up, none is in what is kept;
// and each comes out again on the version that served it, though it is not what the version heard.
func TestNothingOfAnybodyIsInAnyTrace(t *testing.T) {
	v := hotline(t, "")
	personal := []string{taxpayerKeyed, secretKeyed, "11010519491231002", "13800138000", "053186868686", "测试公司",
		"示例公司", "张三", "济南市", "2026101200", "SB20261012001"}
	records := dayOf(t, v, 300, 5)
	secret, looked, keyed := 0, 0, 0
	for _, b := range records {
		for _, s := range personal {
			if within(b, s) {
				t.Fatalf("%s is in %q", s, b)
			}
		}
		if bytes.Contains(b, []byte(kept.Masked)) {
			secret++
		}
		var c kept.Call
		if err := c.Decode(b); err != nil {
			t.Fatal(err)
		}
		for _, e := range c.Events {
			if strings.HasPrefix(e.Collect.Text, "913701") {
				keyed++
			}
			for _, x := range e.Value.Items() {
				if x.Str() == "13800008000" { // of the taxpayer whose name and number stand beside it
					looked++
				}
			}
		}
	}
	if secret < 30 || looked < 10 || keyed < 30 {
		t.Errorf("%d calls keyed a secret, %d numbers were keyed, %d taxpayers looked up", secret, keyed, looked)
	}
	if r := replayed(t, v, nil, records); r.Same != r.Calls || r.Unlike > 0 {
		t.Errorf("%+v", r)
	}
}

// within says that a text holds another as a word: six figures may stand by chance in the middle of a longer number.
func within(b []byte, word string) bool {
	figure := func(b byte) bool { return '0' <= b && b <= '9' }
	for from := 0; ; {
		at := bytes.Index(b[from:], []byte(word))
		if at < 0 {
			return false
		}
		at += from
		end := at + len(word)
		if (at == 0 || !figure(b[at-1])) && (end == len(b) || !figure(b[end])) {
			return true
		}
		from = at + 1
	}
}
