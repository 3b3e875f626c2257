package sip

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"rexian/media/sip/field"
)

// By says who or what ended a call.
type By uint8

const (
	Local     By = iota + 1 // we hung up, or refused the call
	Remote                  // the far side hung up
	Timeout                 // the far side no longer answers: a request, or the refreshing of the session timer
	NoAck                   // our 200 was never acknowledged
	MediaLost               // no sound came for Config.MediaTimeout
	Refused                 // a call that we placed was refused
	Cancelled               // the caller gave up before the call was answered, or we gave up ours
)

// String names it for logs.
func (b By) String() string {
	switch b {
	case Local:
		return "local"
	case Remote:
		return "remote"
	case Timeout:
		return "timeout"
	case NoAck:
		return "no ACK"
	case MediaLost:
		return "media lost"
	case Refused:
		return "refused"
	case Cancelled:
		return "cancelled"
	}
	return "none"
}

// Cause says why a call ended.
type Cause struct {
	By     By
	Status int // final SIP status of a call that was never answered; 0 otherwise
	// cause value of ITU-T Q.850, as said by the far side or derived from Status (RFC 3398); 16 for a normal end
	Q850 int
	Text string // what was said about it, for logs
}

// Failure is the refusal of a call or a request that we sent.
type Failure struct {
	Status int    // SIP status; 408 also if no answer came at all
	Reason string // reason phrase
	// cause value of ITU-T Q.850: as said in the Reason header (RFC 3326), else derived from Status (RFC 3398)
	Q850 int
	// RetryAfter is how long the far side wants to be left alone (RFC 3261, 20.33); 0 if it does not say.
	RetryAfter time.Duration
}

// Error is the status and its phrase.
func (f *Failure) Error() string {
	return fmt.Sprintf("refused with %d %s (Q.850 %d)", f.Status, f.Reason, f.Q850)
}

// statusToQ850 is RFC 3398, 8.2.6.1, with the newer codes added in its spirit.
func statusToQ850(status int) int {
	switch status {
	case 404, 485, 604:
		return 1 // unallocated number
	case 401, 402, 403, 407, 603, 607, 608:
		return 21 // call rejected
	case 410:
		return 22 // number changed
	case 480:
		return 18 // no user responding
	case 484:
		return 28 // address incomplete
	case 486, 600:
		return 17 // user busy
	case 482, 483:
		return 25 // exchange routing error
	case 408, 504:
		return 102 // recovery on timer expiry
	case 487:
		return 16 // normal clearing: we cancelled
	case 405:
		return 63 // service not available
	case 406, 415, 501:
		return 79 // service not implemented
	case 488, 606:
		return 88 // incompatible destination
	case 502:
		return 38 // network out of order
	case 400, 481, 500, 503:
		return 41 // temporary failure
	}
	switch {
	case status < 300:
		return 16
	case status < 400:
		return 22
	}
	return 127 // interworking
}

// reasonHeader is the Reason header (RFC 3326) of a message that ends a call.
func reasonHeader(q850 int, text string) string {
	v := "Q.850;cause=" + strconv.Itoa(q850)
	if text != "" {
		v += `;text="` + strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f {
				return ' '
			}
			return r
		}, quoting.Replace(text)) + `"`
	}
	return v
}

// quoting is how a text goes into a quoted string.
var quoting = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// parseReason reads the values of Reason headers: the Q.850 cause and a text, 0 and "" where they are absent.
func parseReason(values ...string) (q850 int, text string) {
	for _, v := range values {
		for one := range field.List(v) {
			protocol, params := field.Value(one)
			cause, _ := params.Get("cause")
			if n, err := strconv.ParseUint(cause, 10, 16); err == nil && strings.EqualFold(protocol, "Q.850") &&
				n > 0 && n < 128 {
				q850 = int(n)
			}
			if said, _ := params.Get("text"); text == "" {
				text = said
			}
		}
	}
	return q850, text
}
