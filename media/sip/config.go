package sip

import (
	"crypto/tls"
	"log/slog"
	"net/netip"
	"time"

	"rexian/media/rtp"
	"rexian/media/sdp"
	"rexian/media/sip/guard"
	"rexian/media/sip/siptrace"

	"rexian/media/audio"
)

// Config is how a Server is set up. Listen and Media are needed; the zero value of everything else has a good meaning.
type Config struct {
	// Listen names the sockets: "udp://127.0.0.1:5060", and likewise tcp, tls, ws and wss. Port 0 lets the system
	// choose.
	Listen []string
	TLS    *tls.Config // certificate of tls and wss listeners, and roots for calls that we place
	// TLSTo says how a TLS connection to an address is made that a host stands for, such as a carrier's: its
	// certificate's name, its authorities, our own certificate. Nil, or an answer of nil: by TLS.
	TLSTo func(at netip.AddrPort, host string) *tls.Config
	// LocalNet are networks that are told our address within them, not Advertise and MediaAddr.
	LocalNet []netip.Prefix
	// DSCP is the class of what we send over SIP, 0 to 63 (RFC 2474); negative: the system's. 0: 24, CS3 (RFC 4594).
	DSCP int
	// Advertise is the address that others are told to reach us at, behind a NAT. The zero value: the address of the
	// listener, or of the interface that the far side is reached through.
	Advertise netip.Addr

	Media     *rtp.Engine   // carries the sound
	MediaAddr netip.Addr    // address in session descriptions; the zero value: as for Advertise
	Codecs    []audio.Codec // best first; nil: PCMA, PCMU
	Secure    sdp.Secure    // SRTP by SDES: never, where the far side can, or always
	InBand    bool          // look for keys in the sound of calls that send no telephone events
	// Lead is the silence before the first word of a call: whoever has just answered does not hear the first moments.
	// 0: 200 ms; negative: none.
	Lead         time.Duration
	MediaTimeout time.Duration // a call with no sound from the far side for so long is ended; 0: 60 s; negative: never

	// OnCall is called for each new call, in a goroutine of the call's own. While it runs, and after it has returned,
	// the call rings until Answer or Reject is called. Nil: every call is refused with 480.
	OnCall func(*Call)
	// MaxCalls is how many calls may exist at once; further ones get 503 with Retry-After. 0: no limit.
	MaxCalls int

	// RingTimeout ends a call that came in and was neither answered nor refused for so long, with 480. A caller who has
	// vanished is not heard of otherwise. 0: 3 min (RFC 3261, timer C); negative: never.
	RingTimeout time.Duration

	Guard *guard.Guard // limits and bans of sources; nil: none
	// MaxConnections is how many stream connections may be open; for a further one that is closed which was silent for
	// longest and that nobody needs. 0: a quarter of the files that the system lets us open, at most 4,096.
	MaxConnections int
	IdleTimeout    time.Duration // a stream that brings nothing for so long, and that nobody needs, is closed; 0: 2 min
	ReadTimeout    time.Duration // a message on a stream comes whole within this; 0: 10 s
	// WebOrigins are web pages that may open a WebSocket, such as https://phone.example.org; "*": all. Pages of this
	// host may in any case, and programs that name no page.
	WebOrigins []string

	Watched   Watched   // answers SUBSCRIBE; nil: it is refused
	Registrar Registrar // answers REGISTER and knows where telephones are; nil: REGISTER is refused
	Trunks    Gateway   // knows how numbers are reached; nil: only SIP addresses can be dialled
	Dialplan  Dialplan  // what may be dialled; nil: every SIP address, and every number that Trunks takes
	// OnBarred is told of each call that was not placed because the dial plan, a ceiling or a trunk's rules for
	// redirections forbid it; it has been logged. It must not block; may be nil.
	OnBarred func(*Barred)
	// Origin says what is known of a source: which trunk it is, and whether what it asserts of callers is believed.
	// Nil: nothing is known of anybody.
	Origin func(src netip.AddrPort) Origin
	// Authorize decides whether a new call may come in, after the guard: nil means yes. It may ask for credentials by a
	// Fault with status 401 and a WWW-Authenticate header. A nil func lets everyone call; nobody can be relayed anyway,
	// because only the program itself places calls.
	Authorize func(*Request) *Fault
	// MayRefer decides whether the far side of a call may have us call somebody (REFER), before the call's own OnRefer
	// is asked: nil means yes. It may ask for credentials, as Authorize. A nil func lets everyone; what may be called
	// is the Dialplan's to say.
	MayRefer func(*Request, *Call) *Fault

	Trace *siptrace.Log // keeps the messages of the latest calls; nil: none are kept

	SessionExpires time.Duration // session timer that we ask for (RFC 4028); 0: 30 min; never less than MinSE
	MinSE          time.Duration // shortest session timer that we accept; 0: 90 s, the least the RFC allows
	T1             time.Duration // estimate of a round trip (RFC 3261, 17); 0: 500 ms. All waiting is a multiple of it
	UserAgent      string        // "": Rexian
	Logger         *slog.Logger  // nil: slog.Default(). Messages are logged short, at Debug, with numbers masked
}

// Fault is the refusal of a request.
type Fault struct {
	Status  int
	Reason  string
	Headers [][2]string // names and values to be added, such as Unsupported
}

func (c *Config) fill() {
	if c.MediaTimeout == 0 {
		c.MediaTimeout = time.Minute
	}
	if c.MediaTimeout < 0 {
		c.MediaTimeout = 0
	}
	if c.Lead == 0 {
		c.Lead = 200 * time.Millisecond
	}
	c.Lead = max(c.Lead, 0)
	if c.RingTimeout == 0 {
		c.RingTimeout = 3 * time.Minute
	}
	if c.MinSE == 0 {
		c.MinSE = 90 * time.Second
	}
	if c.SessionExpires == 0 {
		c.SessionExpires = 30 * time.Minute
	}
	c.SessionExpires = max(c.SessionExpires, c.MinSE)
	if c.T1 == 0 {
		c.T1 = 500 * time.Millisecond
	}
	if c.MaxConnections == 0 {
		c.MaxConnections = min(max(openFiles()/4, 64), 4096)
	}
	if c.IdleTimeout == 0 {
		c.IdleTimeout = 2 * time.Minute
	}
	if c.ReadTimeout == 0 {
		c.ReadTimeout = 10 * time.Second
	}
	if c.DSCP == 0 {
		c.DSCP = 24
	}
	if c.UserAgent == "" {
		c.UserAgent = "Rexian"
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
}

// t2 caps the interval of retransmissions, lifetime is how long a transaction may wait for its end (RFC 3261,
// 17.1.1.1).
func (c *Config) t2() time.Duration       { return 8 * c.T1 }
func (c *Config) lifetime() time.Duration { return 64 * c.T1 }

// silence is how long a next hop may say nothing at all, not even 100, before the next route is tried: 3 s.
func (c *Config) silence() time.Duration { return 6 * c.T1 }
