package session

import (
	"testing"

	"rexian/compiler/bundle"
	"rexian/runtime/collect"
	"rexian/runtime/vm"
)

func TestVoicemailGreetsAndAKeyEndsIt(t *testing.T) {
	s, _, l, d := begin(vm.Effect{Kind: bundle.VoicemailSite, Playing: -1})
	check(t, "line", "play 1 您好; play 2 ", l.since())
	s.Played(1, 1_000_500)
	check(t, "world", "", d.since())
	s.Played(2, 1_000_800)
	s.Key(key('#', 2000), 1_002_000)
	check(t, "world", "begin voicemail; key #", d.since())
	s.Key(collect.Key{Digit: '1', At: 2100, Source: 9}, 1_002_100)
	s.Key(collect.Key{Digit: '1', At: 2120, Source: 9}, 1_002_120)
	check(t, "a key that the network repeats", "key 1", d.since())
}

func TestARecordingEndsAtItsEndKey(t *testing.T) {
	for end, want := range map[byte]string{0: "begin record; key 1; key #", '#': "begin record; key #"} {
		s, _, _, d := begin(vm.Effect{Kind: bundle.RecordSite, Index: int(end), Playing: -1})
		s.Played(1, 1_000_300)
		s.Key(key('1', 2000), 1_002_000)
		s.Key(key('#', 3000), 1_003_000)
		check(t, "world", want, d.since())
	}
}
