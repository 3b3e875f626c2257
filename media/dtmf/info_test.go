package dtmf

import (
	"errors"
	"testing"
	"time"
)

func TestParseInfo(t *testing.T) {
	relay, plain := "application/dtmf-relay", "application/dtmf"
	for _, c := range []struct {
		contentType, body string
		key               byte
		d                 time.Duration
	}{
		{relay, "Signal=5\r\nDuration=160\r\n", '5', 160 * ms},
		{relay, "Signal= 5\r\nDuration= 160", '5', 160 * ms},
		{relay, "Duration=250\nSignal=*\n", '*', 250 * ms},
		{relay, "signal = #\rduration = 90\r", '#', 90 * ms},
		{relay, "Signal=a", 'A', usual},
		{relay, "Signal=\"7\"\r\n", '7', usual},
		{relay, "Signal=10\r\n", '*', usual},
		{relay, "Signal=11\r\n", '#', usual},
		{relay, "Signal=15\r\n", 'D', usual},
		{relay, "Signal: 3\r\nDuration: 120", '3', 120 * ms},
		{relay, "Version=1\r\nnonsense\r\nSignal=0\r\nDuration=x\r\n", '0', usual},
		{relay, "Signal=1\r\nDuration=1", '1', Shortest},
		{relay, "Signal=1\r\nDuration=4000000000", '1', Longest},
		{"Application/DTMF-Relay; charset=utf-8", "Signal=9", '9', usual},
		{"application/dtmf-relay;;", "Signal=9", '9', usual},
		{plain, "5", '5', usual},
		{plain, " #\r\n", '#', usual},
		{plain, "11", '#', usual},
	} {
		key, d, err := ParseInfo(c.contentType, []byte(c.body))
		if key != c.key || d != c.d || err != nil {
			t.Errorf("%s %q: %q %v %v", c.contentType, c.body, key, d, err)
		}
	}
	for _, c := range [][2]string{
		{relay, ""}, {relay, "Signal="}, {relay, "Signal=55"}, {relay, "Signal=16"}, {relay, "Signal=!"},
		{relay, "Duration=100"},
		{relay, "5"}, {plain, ""}, {plain, "12345"}, {plain, "x"}, {"application/sdp", "Signal=5"}, {"", "Signal=5"},
		{relay, "Signal=007"},
	} {
		if key, _, err := ParseInfo(c[0], []byte(c[1])); !errors.Is(err, ErrNotInfo) {
			t.Errorf("%s %q: %q %v", c[0], c[1], key, err)
		}
	}
}

func FuzzParseInfo(f *testing.F) {
	f.Add("application/dtmf-relay", []byte("Signal=5\r\nDuration=160\r\n"))
	f.Add("application/dtmf", []byte("#"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		key, d, err := ParseInfo(contentType, body)
		if err != nil {
			if !errors.Is(err, ErrNotInfo) {
				t.Fatal(err)
			}
			return
		}
		if !Valid(key) || d < Shortest || d > Longest {
			t.Fatalf("%q %v", key, d)
		}
		kind, again := Info(key, d)
		if k, l, err := ParseInfo(kind, again); k != key || l != d.Truncate(ms) || err != nil {
			t.Fatalf("%q %v came back as %q %v, %v", key, d, k, l, err)
		}
	})
}
