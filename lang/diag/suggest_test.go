package diag

import "testing"

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
