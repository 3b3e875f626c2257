package diag

import (
	"slices"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// plainNearest is the same question answered by looking at every name from beginning to end.
func plainNearest(word string, names []string) string {
	a := []rune(word)
	if len(a) < 2 {
		return ""
	}
	best, nearest, tied := "", len(a)+1, false
	for _, name := range names {
		b := []rune(name)
		if len(b) < 2 || name == word {
			continue
		}
		d := distance(a, b, len(a)+len(b), make([]int, 3*(len(b)+1)))
		switch {
		case d > limit(len(a), len(b)):
		case d < nearest:
			best, nearest, tied = name, d, false
		case d == nearest && name != best:
			tied = true
		}
	}
	if tied {
		return ""
	}
	return best
}

// TestNearestOfMany: whatever is passed over, the answer is that of looking at every name, for few questions and for
// many, in one set and in several.
func TestNearestOfMany(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.RuneFrom([]rune("税号查询ab01")), 0, 10, -1)
		names := rapid.SliceOfN(word, 0, 40).Draw(t, "names")
		asked := rapid.SliceOfN(word, 0, 30).Draw(t, "asked")
		for _, name := range names { // as people misspell: a character swapped, dropped, put in
			if r := []rune(name); len(r) > 2 {
				i := rapid.IntRange(0, len(r)-2).Draw(t, "place")
				swapped := slices.Clone(r)
				swapped[i], swapped[i+1] = r[i+1], r[i]
				asked = append(asked, string(swapped), string(slices.Delete(r, i, i+1)), name+"0")
			}
		}
		cut := rapid.IntRange(0, len(names)).Draw(t, "cut")
		one, first, second := NamesOf(names), NamesOf(names[:cut]), NamesOf(names[cut:])
		for _, w := range append(asked, asked...) {
			want := plainNearest(w, names)
			if got := Nearest(w, one); got != want {
				t.Fatalf("of %q %q is nearest to %q, not %q", names, want, w, got)
			}
			if got := Nearest(w, first, second); got != want {
				t.Fatalf("of %q and %q %q is nearest to %q, not %q", names[:cut], names[cut:], want, w, got)
			}
			if one.Has(w) != slices.Contains(names, w) {
				t.Fatalf("%q in %q: %t", w, names, one.Has(w))
			}
		}
	})
}

// TestDistanceWithin: what is told to be beyond a bound is beyond it, and what is not is exact.
func TestDistanceWithin(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.RuneFrom([]rune("税号查12")), 0, 9, -1)
		a, b := []rune(word.Draw(t, "a")), []rune(word.Draw(t, "b"))
		most := rapid.IntRange(0, 4).Draw(t, "most")
		rows := make([]int, 3*(utf8.RuneCountInString(string(b))+1))
		exact := distance(a, b, len(a)+len(b), rows)
		if d := distance(a, b, most, rows); d <= most && d != exact || d > most && exact <= most {
			t.Fatalf("%q and %q are %d apart, not %d, within %d", string(a), string(b), exact, d, most)
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

// TestManyMisspeltNamesLookAtFew: a name that is asked for among thousands is compared with few of them.
func TestManyMisspeltNamesLookAtFew(t *testing.T) {
	t.Parallel()
	names := make([]string, 5000)
	for i := range names {
		names[i] = "提示" + string(rune('一'+i%70)) + string(rune('丁'+i/70)) + "词"
	}
	set := NamesOf(names)
	for i := range often + 1 {
		Nearest("捉摸"+string(rune('a'+i)), set)
	}
	if set.with == nil {
		t.Fatal("the names are not sorted by their characters")
	}
	rare := traits([]rune("提示一丁祠"))
	slices.SortFunc(rare, func(a, b trait) int { return len(set.with[a]) - len(set.with[b]) })
	if n := len(set.with[rare[0]]) + len(set.with[rare[1]]); n > 200 {
		t.Errorf("looks at %d of %d names", n, len(names))
	}
	if got := Nearest("提示一丁祠", set); got != names[0] {
		t.Errorf("nearest is %q, want %q", got, names[0])
	}
}
