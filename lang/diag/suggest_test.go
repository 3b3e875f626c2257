package diag

import (
	"testing"

	"pgregory.net/rapid"
)

// TestStrangeWordsAreFar: no word that is as near as the limit says is passed over for its characters alone.
func TestStrangeWordsAreFar(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.RuneFrom([]rune("税号查询12")), 0, 8, -1)
		a, b, most := []rune(word.Draw(t, "a")), word.Draw(t, "b"), rapid.IntRange(0, 3).Draw(t, "most")
		if d := distance(a, []rune(b)); d <= most && strange(a, b, most) {
			t.Fatalf("%q and %q are %d apart, and strange beyond %d", string(a), b, d, most)
		}
	})
}

func TestSuggest(t *testing.T) {
	candidates := []string{"播放", "如果", "否则", "转到", "转接", "预约回呼", "hangup", "otherwise", "say"}
	for word, want := range map[string]string{
		"播方":       "播放",
		"如過":       "如果",
		"否这":       "否则",
		"预约回乎":     "预约回呼",
		"转":        "", // one character may be anything
		"转去":       "", // two are equally near
		"hangpu":   "hangup",
		"othewise": "otherwise",
		"sya":      "say",
		"放播":       "播放",
		"欢迎词":      "",
		"播放":       "", // spelled right
	} {
		if got := Suggest(word, candidates); got != want {
			t.Errorf("Suggest(%s) = %q, want %q", word, got, want)
		}
	}
}
