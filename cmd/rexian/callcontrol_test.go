package main

import "testing"

// What cannot be done with a call is told in a sentence, with status 2.
func TestCallsThatCannotBeSteered(t *testing.T) {
	r := serveFlows(t)
	for line, want := range map[string]string{
		"calls listen abc --phone 9001":  "没有这个话机",
		"calls whisper abc --phone 9001": "没有这个话机",
		"calls barge abc":                "--phone",
		"calls add abc 1002":             "没有通话 abc 在进行",
		"calls hold abc":                 "没有通话 abc 在进行",
		"calls hold abc --off":           "没有通话 abc 在进行",
		"calls hangup abc":               "没有通话 abc 在进行",
		"calls consult abc 1002":         "没有通话 abc 在进行",
		"calls complete abc":             "没有通话 abc 在进行",
		"calls back abc":                 "没有通话 abc 在进行",
		"calls drop abc 1002":            "没有通话 abc 在进行",
		"calls transfer abc 1002":        "没有通话 abc 在进行",
		"calls emergency abc":            "没有通话 abc 在进行",
	} {
		r.rexian(line, 2, want)
	}
	r.rexian("calls", 0, "还没有通话") // the list is still what comes without a word
}
