package rtp

import (
	"net/netip"
	"time"

	"rexian/media/audio"
)

// Kind says what an Event tells.
type Kind uint8

const (
	Played  Kind = iota // the item ID was sent to its end
	Key                 // the far side pressed Digit; told once, when the key goes down
	First               // the first packet came
	Lost                // nothing came for Options.Timeout; told once, and again only after packets came back
	Voice               // somebody began to speak; only while Listen is on
	Quiet               // nobody has spoken for the time given to Listen; only while Listen is on
	Unheard             // packets come that are not heard; told once for each Why
)

// String names the kind for logs.
func (k Kind) String() string {
	switch k {
	case Played:
		return "played"
	case Key:
		return "key"
	case First:
		return "first"
	case Lost:
		return "lost"
	case Voice:
		return "voice"
	case Quiet:
		return "quiet"
	case Unheard:
		return "unheard"
	}
	return "unknown"
}

// Event is something that happened on a stream.
type Event struct {
	Kind   Kind
	ID     int            // of Played: the item; of Unheard: the payload type
	Digit  byte           // of Key: '0'-'9', '*', '#', 'A'-'D'
	At     time.Time      // when it was seen
	InBand bool           // of Key: heard as a tone, not sent as a telephone event
	Why    Why            // of Unheard
	From   netip.AddrPort // of Unheard: where the packets come from
}

// Sound is recorded or made sound, 8,000 bytes a second, in both encodings of the telephone; both have the same length.
// It is shared by all calls and never changed.
type Sound struct {
	ULaw, ALaw []byte
}

// Clip is a piece of what is played: a sound, or silence of the given length where Sound is nil.
type Clip struct {
	Sound   *Sound
	Silence time.Duration
}

// Item is what is played as a whole: its clips one after another, without a sample between them.
type Item struct {
	ID    int // given back in the event Played
	Clips []Clip
}

// Tap receives both directions of a stream in step: the k-th sample of heard and the k-th of said belong to the same
// moment. Heard is what the far side sent, said what we sent; both have the same length, about 200 ms. Where nothing
// came or was sent there is silence.
//
// Samples is called by a goroutine of the engine, never by a tick thread. The slices are reused after it returns. A Tap
// that has a method End() gets that call once, after its last samples, when the tap is taken off or the stream is
// closed.
type Tap interface {
	Samples(heard, said []int16)
}

// Recording is a tap that gets the sound as it is encoded, and is told where in what the far side says there are keys:
// it may not keep them. It is looked for keys whether the stream tells them or not.
type Recording interface {
	// Coded is as Tap.Samples, a byte for each sample. Where sound was lost there is silence.
	Coded(c audio.Codec, heard, said []byte)
	// Keys says that from one sample to before another one the far side pressed keys. Both are counted from the sample
	// that comes next: from is below 0 where the key began in what was given before, by 200 ms at most and the time for
	// which a key sounds until it is known.
	Keys(from, to int)
	End()
}

// ender is the optional part of a Tap.
type ender interface{ End() }
