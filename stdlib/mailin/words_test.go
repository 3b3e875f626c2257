package mailin

import (
	"encoding/base64"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// Subjects as programs cut them: at any byte, in any group of base64.
func TestWordsThatAreCutAnywhere(t *testing.T) {
	const subject = "进度 0021 发票代开朱镕基"
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(subject)
	if err != nil {
		t.Fatal(err)
	}
	quoted := func(s string) string {
		var b strings.Builder
		for _, c := range []byte(s) {
			b.WriteString("=" + strings.ToUpper(string("0123456789abcdef"[c>>4])+string("0123456789abcdef"[c&15])))
		}
		return b.String()
	}
	for name, whole := range map[string]string{"gb2312": gbk, "GBK": gbk, "utf-8": subject} {
		for cut := 1; cut < len(whole); cut++ {
			a, b := whole[:cut], whole[cut:]
			all := b64(whole)
			at := min(cut, len(all)-1)
			for form, s := range map[string]string{
				"two words": "=?" + name + "?B?" + b64(a) + "?=\r\n =?" + strings.ToUpper(name) + "?b?" + b64(b) +
					"?=",
				"quoted and not":  "=?" + name + "?Q?" + quoted(a) + "?=\r\n\t=?" + name + "?B?" + b64(b) + "?=",
				"cut base64":      "=?" + name + "?B?" + all[:at] + "?= =?" + name + "?B?" + all[at:] + "?=",
				"without padding": "=?" + name + "*zh?B?" + strings.TrimRight(all, "=") + "?=",
			} {
				if got := words(s); got != subject {
					t.Fatalf("%s, %s at %d: %q from %q", name, form, cut, got, s)
				}
			}
		}
	}
}

func TestWords(t *testing.T) {
	for s, want := range map[string]string{
		"Re: =?utf-8?B?" + b64("进度") + "?= JD":                               "Re: 进度 JD",
		"=?utf-8?B?" + b64("进") + "?= =?gbk?Q?=B6=C8?=":                      "进度",
		"=?utf-8?Q?a_b=5Fc=zz?=":                                             "a b_c=zz",
		"=?klingon?B?AAAA?= =?klingon?B?AAAA?= =?utf-8?B?" + b64("进") + "?=": "=?klingon?B?AAAA?= =?klingon?B?AAAA?= 进",
		"=?utf-8?B?!!!?=":   "=?utf-8?B?!!!?=",
		"=?utf-8?B??=":      "=?utf-8?B??=",
		"1 =? 2 ?= 3":       "1 =? 2 ?= 3",
		"=?us-ascii?Q?ZQ?=": "ZQ",
		"":                  "",
	} {
		if got := words(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

// A log hides the secret, not the letters that it is made of.
func TestASecretIsHiddenNotItsLetters(t *testing.T) {
	for _, c := range []struct{ text, secret, want string }{
		{"the server refused hotline", "e", "the server refused hotline"},
		{"NO LOGIN u e failed", "e", "NO LOGIN u ••• failed"},
		{`NO "8472" is wrong for 8472-1; 18472`, "8472", `NO "•••" is wrong for •••-1; 18472`},
		{"NO login failed for LOGIN", "LOGIN", "NO login failed for •••"},
		{"password=8472-open!", "8472-open!", "password=•••"},
		{"x8472-openy8472-open", "8472-open", "x•••y•••"},
		{"aaaa aa", "aa", "aaaa •••"},
		{"口令密错", "密", "口令密错"},
		{"口令“密”错", "密", "口令“•••”错"},
		{"nothing", "", "nothing"},
	} {
		if got := hidden(c.text, c.secret); got != c.want {
			t.Errorf("%q without %q: %q, want %q", c.text, c.secret, got, c.want)
		}
	}
}
