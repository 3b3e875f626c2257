package cli

import (
	"regexp"

	"rexian/lang/diag"
)

// slips are what the reader of command lines says of wrong ones, and how Chinese says it.
var slips = []struct {
	en *regexp.Regexp
	zh string
}{
	{regexp.MustCompile(`^unexpected argument (.*?), did you mean (.*)\?$`), "多了 $1，是不是 $2"},
	{regexp.MustCompile(`^unexpected argument (.*)$`), "多了 $1"},
	{regexp.MustCompile(`^unknown flag (.*?), did you mean (.*)\?$`), "没有选项 $1，是不是 $2"},
	{regexp.MustCompile(`^unknown flag (.*)$`), "没有选项 $1"},
	{regexp.MustCompile(`^missing flags?: (.*)$`), "缺少选项 $1"},
	{regexp.MustCompile(`^missing positional arguments? (.*)$`), "缺少 $1"},
	{regexp.MustCompile(`^expected one of (.*)$`), "这里要写其中之一：$1"},
	{regexp.MustCompile(`^expected (.*)$`), "这里要写 $1"},
	{regexp.MustCompile(`^(.*) must be one of (.*) but got (.*)$`), "$1 要写 $2 之一，写的是 $3"},
	{regexp.MustCompile(`^(.*) can't be used together$`), "$1 不能一起写"},
	{regexp.MustCompile(`^(.*): missing value$`), "$1 后面缺少值"},
	{regexp.MustCompile(`^(.*): expected (.*) but got (.*)$`), "$1 的值 $3 不对"},
}

// Slip is what is wrong with a command line, in a tongue; what it does not know stays as it is.
func Slip(err error, tongue diag.Tongue) string {
	s := err.Error()
	if tongue == diag.En {
		return s
	}
	for _, x := range slips {
		if x.en.MatchString(s) {
			return x.en.ReplaceAllString(s, x.zh)
		}
	}
	return s
}
