package talent

import (
	"math"
	"time"

	"rexian/lang/diag"
	"rexian/media/audio"
)

// Fault is what is wrong with a recording. One that is grave keeps it out, unless it is wanted nevertheless.
type Fault struct {
	Grave bool
	Text  diag.Text
}

const (
	faintest   = -45.0                  // dBm0: what is fainter is raised with its noise
	leastClear = 15.0                   // dB of speech over the noise in its pauses
	mostClear  = 25.0                   // dB: with less, the noise is heard
	mostCut    = 5 * time.Millisecond   // cut at the top before it is heard
	graveCut   = 50 * time.Millisecond  // cut at the top for so long is no peak any more
	longEdge   = 1 * time.Second        // silence at an end; it is trimmed
	hardStart  = 10 * time.Millisecond  // with less silence at an end something may be cut off
	shortest   = 100 * time.Millisecond // of speech
)

// Judge tells what is wrong with a recording of a line; nothing if it can be used as it is.
func Judge(l Line, t audio.Take) []Fault {
	var list []Fault
	add := func(grave bool, zh, en string, args ...any) {
		list = append(list, Fault{grave, diag.Textf(zh, en, args...)})
	}
	if math.IsInf(t.Level, -1) || t.Speech() < shortest {
		add(true, "没有声音", "there is nothing on it")
		return list
	}
	speech := t.Speech()
	switch {
	case t.Clipped >= graveCut:
		add(true, "录得太响，削波 %d 毫秒，请调低话筒重录", "recorded too loud: cut off at the top for %d ms; record it again, softer",
			t.Clipped.Milliseconds())
	case t.Clipped >= mostCut:
		add(false, "有 %d 毫秒削波", "cut off at the top for %d ms", t.Clipped.Milliseconds())
	}
	if t.Level < faintest {
		add(true, "录得太轻（%.0f dBm0）", "recorded too faint (%.0f dBm0)", t.Level)
	}
	switch clear := t.Level - t.Noise; {
	case clear < leastClear && t.Before+t.After > 0:
		add(true, "底噪太大，只比话音低 %.0f dB", "too noisy: the noise is only %.0f dB below the speech", clear)
	case clear < mostClear && t.Before+t.After > 0:
		add(false, "听得见底噪（比话音低 %.0f dB）", "the noise can be heard (%.0f dB below the speech)", clear)
	}
	switch {
	case speech < l.Least:
		add(true, "只有 %.1f 秒，这句话至少要 %.1f 秒：没有录完？", "only %.1f s, and these words take %.1f s at least: is it whole?",
			speech.Seconds(), l.Least.Seconds())
	case speech > l.Limit:
		add(false, "长 %.1f 秒，这句话最多 %.1f 秒：多录了，或者太慢",
			"%.1f s long, and these words take %.1f s at most: too much on it, or too slow",
			speech.Seconds(), l.Limit.Seconds())
	}
	if t.Before < hardStart || t.After < hardStart {
		add(false, "头尾没有静音，可能切掉了字", "no silence at an end: a word may be cut off")
	}
	if t.Before > longEdge || t.After > longEdge {
		add(false, "头尾静音 %.1f 秒和 %.1f 秒，已剪去", "silence of %.1f s and %.1f s at the ends, trimmed", t.Before.Seconds(),
			t.After.Seconds())
	}
	return list
}
