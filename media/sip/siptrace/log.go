// Package siptrace keeps the SIP messages of the latest calls as they went over the wire, in a memory of fixed size, so
// that the course of a call can be looked at after it ended badly; nothing of it reaches a disk. What is shown of them
// is masked: see [Message.Text].
package siptrace

import (
	"bytes"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"time"
	"unsafe"

	"rexian/media/sip/validate"
)

// Message is one message as it came or went. Data is the caller's own.
type Message struct {
	At      time.Time
	Sent    bool   // by us
	Network string // udp, tcp, tls, ws, wss
	// Local is our end and Remote theirs. Of a stream's the transport's, where a TLS or a WebSocket is around it.
	Local, Remote netip.AddrPort
	Data          []byte
}

// CallID is the Call-ID that the message names.
func (m *Message) CallID() string { return validate.Peek(m.Data).CallID }

// Log keeps messages until newer ones need their room. A nil Log keeps none. It may be used from many goroutines.
type Log struct {
	mu      sync.Mutex
	data    []byte  // of messages, each in one piece
	entries []entry // a ring, in the order of coming
	first   uint64  // number of the oldest entry that is kept
	next    uint64  // number of the next one
	at      int     // where its data will lie
	top     int     // how much of data was ever written
}

// entry is where a message lies, and what a Message has beside.
type entry struct {
	at            int64 // Unix ns
	local, remote netip.AddrPort
	network       string
	from, end     int32
	sent          bool
}

// middling is how long a message is, about: what the number of entries goes by.
const middling = 512

// New makes a log that takes so many bytes, 1 GB at most. With fewer than a message it is nil: none is kept.
func New(size int) *Log {
	if size < validate.MaxMessage {
		return nil
	}
	size = min(size, 1<<30)
	data, free := room(size)
	l := &Log{data: data, entries: make([]entry, size/middling)}
	runtime.AddCleanup(l, func(free func()) { free() }, free)
	return l
}

// Add keeps a message, if it is one of a call.
func (l *Log) Add(m Message) {
	if l == nil || len(m.Data) > len(l.data) || !ofCall(m.Data) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.at+len(m.Data) > len(l.data) { // the rest of the memory is too short: those that lie there go
		for l.first < l.next && int(l.oldest().from) >= l.at {
			l.first++
		}
		l.at = 0
	}
	end := l.at + len(m.Data)
	for l.first < l.next {
		if e := l.oldest(); l.next-l.first < uint64(len(l.entries)) && (int(e.end) <= l.at || end <= int(e.from)) {
			break
		}
		l.first++
	}
	copy(l.data[l.at:], m.Data)
	l.entries[l.next%uint64(len(l.entries))] = entry{at: m.At.UnixNano(), local: m.Local, remote: m.Remote,
		network: m.Network, from: int32(l.at), end: int32(end), sent: m.Sent}
	l.next++
	l.at, l.top = end, max(l.top, end)
}

// Used is how many bytes of its memory the log has come to use. It grows with the first calls to what New was given,
// and no further: whoever measures what a call needs has to leave it out.
func (l *Log) Used() int {
	if l == nil {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.top + int(min(l.next, uint64(len(l.entries))))*int(unsafe.Sizeof(entry{}))
}

func (l *Log) oldest() *entry { return &l.entries[l.first%uint64(len(l.entries))] }

// stretch is how many messages are looked at before others may add theirs.
const stretch = 128

// Of lists the messages of calls, the oldest first; ids are their Call-IDs.
func (l *Log) Of(ids ...string) []Message {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == "" })
	if l == nil || len(ids) == 0 {
		return nil
	}
	var found []Message
	for n := uint64(0); ; {
		var more bool
		if n, more = l.look(n, ids, &found); !more {
			break
		}
	}
	return slices.DeleteFunc(found, func(m Message) bool { return !slices.Contains(ids, m.CallID()) })
}

// look goes over a stretch of messages from number n on and takes those that may be of the calls. It returns the number
// to go on with, and whether there is one.
func (l *Log) look(n uint64, ids []string, found *[]Message) (uint64, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n = max(n, l.first)
	for end := min(n+stretch, l.next); n < end; n++ {
		e := &l.entries[n%uint64(len(l.entries))]
		data := l.data[e.from:e.end]
		if slices.ContainsFunc(ids, func(id string) bool { return bytes.Contains(data, []byte(id)) }) {
			*found = append(*found, Message{At: time.Unix(0, e.at), Sent: e.sent, Network: e.network, Local: e.local,
				Remote: e.remote, Data: bytes.Clone(data)})
		}
	}
	return n, n < l.next
}

// ofCall says whether a message may belong to a call. Telephones that register, and carriers that ask whether we live,
// would fill the memory otherwise.
func ofCall(data []byte) bool {
	if len(data) < len("SIP/2.0") {
		return false // a keep-alive
	}
	method := data
	if bytes.HasPrefix(data, []byte("SIP/2.0")) {
		at := bytes.Index(data, []byte("\nCSeq:"))
		if at < 0 {
			return true // written otherwise: rather one too many
		}
		line, _, _ := bytes.Cut(data[at+len("\nCSeq:"):], []byte("\n"))
		method = bytes.TrimLeft(line, " \t0123456789")
	}
	for _, other := range []string{"REGISTER", "OPTIONS", "SUBSCRIBE", "PUBLISH", "MESSAGE"} {
		if bytes.HasPrefix(method, []byte(other)) {
			return false
		}
	}
	return true
}
