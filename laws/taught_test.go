package laws_test

import (
	"os"
	"path/filepath"
	"testing"

	"rexian/lang/parse"
	"rexian/lang/words"
)

// untaught are keywords that no lesson of a tongue needs to have, and why.
var untaught = map[string]string{
	"zh": "a language of the hotline that an English lesson may do without",
}

// used are the keywords, units and days that files have in their places, by class and name: 最多 is another keyword in
// a loop than in a question.
func used(t *testing.T, files []string) map[string]bool {
	t.Helper()
	seen := map[string]bool{}
	var note func(list []parse.Lexeme)
	note = func(list []parse.Lexeme) {
		for _, l := range list {
			switch l.Class {
			case parse.Keyword:
				id := l.ID
				if id == parse.Else {
					id = "otherwise"
				}
				seen["keyword "+id] = true
			case parse.Unit:
				seen["unit "+l.ID] = true
			case parse.Day:
				seen["day "+l.ID] = true
			}
			for _, h := range l.Holes {
				note(h.Lexemes)
			}
		}
	}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		list, _ := parse.Tokens(f, src)
		note(list)
	}
	return seen
}

// TestLessonsTeachEveryWord finds each keyword, unit and day in its place in some lesson of each tongue.
func TestLessonsTeachEveryWord(t *testing.T) {
	class := map[words.Class]string{words.Reserved: "keyword ", words.Contextual: "keyword ", words.Unit: "unit ",
		words.Day: "day "}
	for _, tongue := range []string{"zh", "en"} {
		files, err := filepath.Glob("examples/" + tongue + "/*/*.flow")
		if err != nil || len(files) == 0 {
			t.Fatal("no lessons: ", err)
		}
		seen := used(t, files)
		for _, k := range words.All() {
			if !seen[class[k.Class]+k.ID] && untaught[k.ID] == "" {
				t.Errorf("no lesson of examples/%s has %s (%s)", tongue, k.ID, k.Chinese[0])
			}
		}
	}
}
