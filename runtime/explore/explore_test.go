package explore

import (
	"flag"
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"rexian/lang/diag"
)

var (
	howLong = flag.Duration("explore", 0, "explore random programs for so long, from -seed on")
	first   = flag.Uint64("seed", 1, "the first seed")
	refused = flag.Bool("refused", false, "tell what programs were refused for")
)

const always = 400 // programs, whatever -explore says

// What check accepts is played, and no promise is broken.
func TestRandomPrograms(t *testing.T) {
	x, err := New()
	if err != nil {
		t.Fatal(err)
	}
	accepted, calls, codes := 0, 0, map[diag.Code]int{}
	seed := *first
	for end := time.Now().Add(*howLong); seed < *first+always || time.Now().Before(end); seed++ {
		v := x.Random(seed, 6)
		calls += v.Calls
		if len(v.Codes) == 0 {
			accepted++
		}
		for i, c := range v.Codes {
			if i == 0 || v.Codes[i-1] != c {
				codes[c]++
			}
		}
		if len(v.Found) > 0 {
			v = x.Shrink(v, seed, 6)
			f := v.Found[0]
			t.Fatalf("seed %d: %s: %s\n%s\n%s", seed, f.Kind, f.What, strings.Join(f.Course, "\n"), v.Source)
		}
	}
	t.Logf("%d programs, %d accepted, %d calls", seed-*first, accepted, calls)
	if *refused {
		var list []string
		for c, n := range codes {
			list = append(list, fmt.Sprintf("%5d %s %s", n, c, diag.New(c, "", diag.Span{}).Sentence(diag.En)))
		}
		sort.Sort(sort.Reverse(sort.StringSlice(list)))
		t.Log(strings.Join(list, "\n"))
	}
	if accepted < always/10 {
		t.Errorf("only %d programs are accepted: little is tested", accepted)
	}
}

// Each promise is broken by a program that the checker refuses; played all the same, the watch sees it. So silence of
// the test above means something.
func TestTheWatchSees(t *testing.T) {
	const head = `
languages en fallback en
number "1" enters main
list blocked
call data kept: text
prompt music { en "Music." }
queue help { skill "a" capacity 5 longest 1m }
defaults { zone "Asia/Shanghai" on error { say "Sorry." hangup } on unavailable { say "Sorry." hangup } }
`
	const pin = `let pin = ask secret digits 6 { say "Your PIN." otherwise hangup }
`
	for _, c := range []struct {
		name, src string
		want      Kind
	}{
		{"a loop without a caller", `flow main { say "Hello." goto main }`, Endless},
		{"a loop behind a question",
			`flow main { menu { say "Press 1." press 1 "one" continue otherwise continue } goto main }`, Endless},
		{"a loop of queues", `flow main { enqueue help otherwise goto main  goto main }`, Endless},
		{"a secret said", `flow main { ` + pin + ` say "{pin}" hangup }`, Leak},
		{"a secret in a condition", `flow main { ` + pin +
			` let x = (if caller in blocked then pin otherwise "1") say "{x}" hangup }`, Leak},
		{"a secret attached", `flow main { ` + pin + ` attach x = pin hangup }`, Leak},
		{"a secret kept", `flow main { ` + pin + ` set kept = pin attach y = join([kept, "a"], "-") hangup }`, Leak},
		{"a secret to a function", `flow main { ` + pin + ` do ticket.urge(pin) otherwise continue hangup }`, Leak},
		{"an outcome nobody takes", `flow main { let t = taxpayer.find("913701001000000409") say "{t.name}" hangup }`,
			Uncaught},
		{"a mark that no path reaches", `规则 "不到" { 没有路径 到达 标记 "禁" } flow main { mark "禁" hangup }`, Rule},
		{"a recording without notice", `prompt 欢迎词 { en "Hi." } 规则 "先告知" { 每条路径 先播放 欢迎词 再 录音 }
			flow main { let x = record { say "Speak." otherwise hangup } attach x = x hangup }`, Rule},
		{"a flow without an end", `flow main { say "Hello." }`, FellOff},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, err := New()
			if err != nil {
				t.Fatal(err)
			}
			x.careless = true
			v := x.Program(head+c.src, 1, 30)
			if len(v.Codes) == 0 && c.name != "a secret in a condition" {
				t.Error("the checker accepts it")
			}
			if len(v.Found) == 0 || v.Found[0].Kind != c.want {
				t.Errorf("%v is found, not %s", v.Found, c.want)
			}
		})
	}
}
