// Package sip makes and takes telephone calls: the dialogs of RFC 3261 with what real networks need beside it.
//
// # Model
//
// A Server owns sockets. Below it, sipgo's transport and transaction layers turn datagrams and streams into requests,
// each with a transaction that repeats answers and swallows repeated requests. Above that everything is ours.
//
// A Call is what a flow sees: somebody at the other end, sound (its Stream), an end with a cause. Behind it stands a
// dialog: tags, sequence numbers, route set, remote target (RFC 3261, 12). Most calls have one dialog; when a third
// party takes over a call with Replaces (RFC 3891), the Call stays and the dialog behind it is exchanged.
//
//	INVITE → Server.request → newCall → Config.OnCall(call)        flow: call.Ring, Answer, Stream().Play …
//	re-INVITE, BYE, INFO … → Server.request → dialog (by our tag)  call.OnEvent, Done, Cause
//	Server.Dial → INVITE → 1xx … → 200 → ACK                       returns the Call
//
// sipgo hands every message over in a goroutine of its own, so all state of a call is guarded by one lock, Call.mu:
// messages of one dialog are handled one after another, those of different calls side by side. What may take long (a
// flow, an answer from the network) never runs under the lock.
//
// # What repeats and what ends
//
// An answered INVITE is repeated by us until its ACK comes, from T1 up to 64·T1 (13.3.1.4); without one we send BYE and
// the call ends with NoAck. A call ends exactly once, in Call.end, whatever happens at the same time; its stream and
// its entries in the maps go with it. For a while, a note of a few bytes remembers that the call existed, so that
// repeated requests that arrive late get a fitting answer although transaction and dialog are gone.
//
// # Where a request goes
//
// A trunk that does not answer, cannot be reached or answers 5xx is told of (Gateway.Failed), and the call tries the
// next; one that sends a call on (301, 302) is followed once, where Gateway.Redirected allows it (8.1.3.4). A request
// of more than 1,300 bytes for UDP goes over TCP if the far side takes a connection, else over UDP (18.1.1); its dialog
// stays on UDP unless the far side's Contact or Record-Route says TCP.
//
// # Standards
//
// RFC 3261 (SIP), 3262 (100rel, PRACK), 3264 (offer and answer), 3311 (UPDATE), 3326 (Reason), 3515 and 4488 (REFER),
// 3581 (rport), 3891 (Replaces), 4028 (session timers), 4568 (SDES), 5626 5.4 (.invalid contacts),
// 6026 (2xx), 6086 (INFO).
package sip
