package exchange_test

import (
	"flag"
	"os"
	"testing"
)

// waiting is how many tests run beside each other. By default that would be as many as there are processors; but these
// wait for sound, each at a few hundredths of a processor.
const waiting = "6"

func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		if err := flag.Set("test.parallel", waiting); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
