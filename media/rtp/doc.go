// Package rtp carries the sound of calls: RTP, RTCP and SRTP of many streams at once.
//
// # Model
//
// A Stream is one call's sound: a pair of UDP ports, what is being played into the call, and what comes from the far
// side. An Engine runs all streams. Each stream has a leg, the part that does the work. A leg belongs to exactly one
// thread of the engine; nothing else reads or writes it. Every 20 ms the leg is ticked: it reads its mail, composes 160
// samples from what is queued, sends them, and in between it takes in whatever has arrived. So the sound of a call
// never waits for a lock, for memory or for the code of a flow.
//
// What a caller of this package asks for (Play, Silence, Tap, …) is put into the leg's mailbox and takes effect at the
// stream's next packet, at most 20 ms later. What happens on the wire (a key, the end of a prompt, no more packets)
// goes through a ring to a goroutine that calls Options.Events; recorded sound goes through a second ring to a Tap.
// Both may be slow without disturbing a packet.
//
//	Play, Silence, Bridge … → mailbox → leg ← tick thread → sockets
//	Options.Events          ←  ring  ←  leg
//	Tap, Witness            ←  ring  ←  leg
//
// What comes goes through a jitter buffer to whoever needs it in time: to a Tap, to who looks for keys in the sound,
// and to the other side of a bridge, which has a buffer of its own in its own time. What is lost is made up from the
// sound before it. A Witness, which judges what it hears, gets it past that buffer, in the far side's own time.
//
// There are two drivers. On Linux, one thread a core visits ten slots of 2 ms each; a slot's streams all send first,
// then every stream of the thread that has something to read receives, on raw non-blocking sockets that Go's poller
// never sees. The packets of a slot are handed to the system, and taken from it, with one call for all (io_uring, Linux
// 6.1); where that is not to be had, with one each. Elsewhere, and with Config.Portable, each stream has goroutines and
// a ticker of its own on net.UDPConn. The leg is the same in all.
//
// While an engine with tick threads runs, GOMAXPROCS is higher by their number: a tick thread that wakes must find a
// processor of Go's free, whatever else the process does. The threads ask the system for a higher priority and do
// without if it is refused.
//
// # Standards
//
// RTP and RTCP follow RFC 3550, payload types RFC 3551, telephone events RFC 4733, SRTP RFC 3711 with keys from SDP
// (RFC 4568), symmetric RTP RFC 4961. Silence is sent as packets: no stream ever stops because nobody speaks.
package rtp
