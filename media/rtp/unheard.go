package rtp

import "net/netip"

// Why is a reason for which packets are not heard.
type Why uint8

const (
	unsaid       Why = iota // not worth a word: malformed, or before the stream was connected
	WhyElsewhere            // they come from a place that is not the far side's
	WhySealed               // they cannot be decrypted
	WhyPayload              // their payload type was not agreed on
	WhyEvents               // they are telephone events whose payload type was not agreed on: keys are not heard
	reasons
)

// String names the reason for logs.
func (w Why) String() string {
	switch w {
	case WhyElsewhere:
		return "packets come from another address than the far side's"
	case WhySealed:
		return "packets cannot be decrypted with the key of the session description"
	case WhyPayload:
		return "packets have a payload type that was not agreed on"
	case WhyEvents:
		return "telephone events come on a payload type that was not agreed on"
	}
	return "unknown"
}

// worth is how many packets of a kind are worth a word: a second of sound, or one key.
func (w Why) worth() uint8 {
	if w == WhyEvents {
		return 3
	}
	return 50
}

// refusals count the packets that were not heard, of each kind up to those that were worth a word.
type refusals [reasons]uint8

// refuse throws a datagram away. With the last that makes its kind worth a word, the reason is told.
func (l *leg) refuse(why Why, from netip.AddrPort, kind uint8) {
	l.counts.refused.Add(1)
	l.out.refused++
	if n := &l.refusals[why]; why != unsaid && *n < why.worth() {
		if *n++; *n == why.worth() {
			l.tell(Event{Kind: Unheard, Why: why, From: from, ID: int(kind)})
		}
	}
}
