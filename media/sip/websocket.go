package sip

import (
	"bytes"
	"encoding/binary"
	"io"
	"sync"
	"time"

	"rexian/media/sip/validate"
)

// webSocket is what a stream knows of its WebSocket (RFC 6455). The layer below takes one frame for one message: it
// would lose a message that comes in several, take what is in a ping for the next frame, and answer no ping. So it gets
// whole messages only, each in one frame, and all else is dealt with here.
type webSocket struct {
	// Of the goroutine that reads:
	opened bool   // the request that opens it was handed over
	inside bool   // a message has begun whose end has not come
	pieces []byte // of it

	mu   sync.Mutex // of what is written: a frame comes from below in two parts, and a pong must not come between
	head []byte     // of our answer to the request, until it is whole
	up   bool       // it is
	out  []byte     // of a frame that is not whole
}

// The kinds of frames (RFC 6455, 5.2).
const (
	framePiece = 0x0 // more of a message
	frameText  = 0x1
	frameBytes = 0x2
	frameClose = 0x8
	framePing  = 0x9
	framePong  = 0xA
)

// Why a WebSocket is closed (RFC 6455, 7.4.1).
const (
	closedByThem   = 1000
	closedBroken   = 1002
	closedTooLarge = 1009
)

// longestControl is how much a ping, a pong or a close may carry, in bytes (RFC 6455, 5.5).
const longestControl = 125

// longestText is how much of a message is taken; one that is somewhat too long for SIP gets its answer in SIP.
const longestText = validate.MaxMessage + 1<<10

// frame is one frame that has come.
type frame struct {
	kind    byte
	last    bool // of its message
	payload []byte
	size    int // of the frame, 0 if it is not whole yet
}

// cutFrame takes the first frame out of what a browser sent, and unmasks it where it lies. status says why there cannot
// be one, 0 if there can.
func cutFrame(b []byte) (f frame, status int) {
	if len(b) < 2 {
		return frame{}, 0
	}
	f.kind, f.last = b[0]&0x0F, b[0]&0x80 != 0
	control := f.kind >= frameClose
	known := f.kind <= frameBytes || f.kind >= frameClose && f.kind <= framePong
	if b[0]&0x70 != 0 || !known || b[1]&0x80 == 0 || control && (!f.last || b[1]&0x7F > longestControl) {
		return frame{}, closedBroken
	}
	length, at := uint64(b[1]&0x7F), 2
	switch length {
	case 126:
		if len(b) < 4 {
			return frame{}, 0
		}
		length, at = uint64(binary.BigEndian.Uint16(b[2:])), 4
	case 127:
		if len(b) < 10 {
			return frame{}, 0
		}
		length, at = binary.BigEndian.Uint64(b[2:]), 10
	}
	if length > longestText {
		return frame{}, closedTooLarge
	}
	if uint64(len(b)-at) < 4+length {
		return frame{}, 0
	}
	key, end := b[at:at+4], at+4+int(length)
	f.payload, f.size = b[at+4:end], end
	for i := range f.payload {
		f.payload[i] ^= key[i&3]
	}
	return f, 0
}

// framesOf reads whole messages, each in a frame of its own, after the request that opens the WebSocket.
func (c *stream) framesOf(b []byte) (int, error) {
	for {
		if len(c.out) > 0 {
			n := copy(b, c.out)
			c.out = c.out[n:]
			return n, nil
		}
		if !c.web.opened {
			at := bytes.Index(c.buf, endOfHead) + len(endOfHead)
			c.out, c.buf, c.web.opened = bytes.Clone(c.buf[:at]), c.buf[at:], true
			continue
		}
		status := c.nextMessage()
		if len(c.out) > 0 {
			continue
		}
		if status != 0 {
			c.closeWeb(status)
			return 0, io.EOF
		}
		if err := c.fill(); err != nil {
			return 0, err
		}
	}
}

// nextMessage takes frames until a message is whole, which it leaves in out, or nothing whole is left. status says why
// the WebSocket is closed, 0 if it is not.
func (c *stream) nextMessage() (status int) {
	w := c.web
	for {
		f, status := cutFrame(c.buf)
		if status != 0 {
			return status
		}
		if f.size == 0 {
			if len(c.buf) == 0 && !w.inside {
				c.began = time.Time{}
			}
			return 0
		}
		c.buf = c.buf[f.size:]
		switch f.kind {
		case framePing:
			c.sendFrame(framePong, f.payload)
			continue
		case framePong:
			continue
		case frameClose:
			c.sendFrame(frameClose, f.payload[:min(2, len(f.payload))])
			return closedByThem
		}
		if w.inside != (f.kind == framePiece) {
			return closedBroken
		}
		if w.inside = !f.last; len(w.pieces)+len(f.payload) > longestText {
			return closedTooLarge
		}
		w.pieces = append(w.pieces, f.payload...)
		if f.last {
			c.out = append(frameHead(frameText, len(w.pieces), true), w.pieces...)
			w.pieces, c.began = nil, time.Time{}
			if len(c.buf) > 0 {
				c.began = time.Now()
			}
			return 0
		}
	}
}

// closeWeb tells why a WebSocket ends, unless the other side has ended it.
func (c *stream) closeWeb(status int) {
	switch status {
	case closedByThem:
		return
	case closedTooLarge:
		c.s.unheard(c.network, c.src, 0, "WebSocket Message Too Large")
	default:
		c.s.unheard(c.network, c.src, 0, "Broken WebSocket Frame")
	}
	c.sendFrame(frameClose, binary.BigEndian.AppendUint16(nil, uint16(status)))
}

// frameHead begins a frame that is whole by itself. masked ones have a key of zeros: what follows stays as it is.
func frameHead(kind byte, length int, masked bool) []byte {
	b, mask := []byte{0x80 | kind, 0}, byte(0)
	if masked {
		mask = 0x80
	}
	switch {
	case length <= longestControl:
		b[1] = mask | byte(length)
	case length < 1<<16:
		b[1] = mask | 126
		b = binary.BigEndian.AppendUint16(b, uint16(length))
	default:
		b[1] = mask | 127
		b = binary.BigEndian.AppendUint64(b, uint64(length))
	}
	if masked {
		b = append(b, 0, 0, 0, 0)
	}
	return b
}

// sendFrame sends a frame of our own.
func (c *stream) sendFrame(kind byte, payload []byte) {
	c.web.mu.Lock()
	defer c.web.mu.Unlock()
	c.answer(append(frameHead(kind, len(payload), false), payload...))
}

// Write sends what the layer below has to say. On a WebSocket a frame goes out when it is whole.
func (c *stream) Write(b []byte) (int, error) {
	w := c.web
	if w == nil {
		c.traced(true, b)
		return c.Conn.Write(b)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.up {
		w.head = append(w.head, b...)
		if w.up = hasHead(w.head); w.up {
			w.head = nil
		}
		return c.Conn.Write(b)
	}
	w.out = append(w.out, b...)
	for {
		size := wholeFrame(w.out)
		if size == 0 {
			return len(b), nil
		}
		c.traced(true, w.out[frameStart(w.out):size])
		if _, err := c.Conn.Write(w.out[:size]); err != nil {
			return 0, err
		}
		w.out = w.out[size:]
	}
}

// frameStart is where what a frame of ours carries begins in it.
func frameStart(b []byte) int {
	switch b[1] & 0x7F {
	case 126:
		return 4
	case 127:
		return 10
	}
	return 2
}

// wholeFrame is the size of the first frame of ours, 0 if it is not whole.
func wholeFrame(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	length, at := int(b[1]&0x7F), 2
	switch {
	case length == 126 && len(b) >= 4:
		length, at = int(binary.BigEndian.Uint16(b[2:])), 4
	case length == 127 && len(b) >= 10:
		length, at = int(binary.BigEndian.Uint64(b[2:])), 10
	case length > longestControl:
		return 0
	}
	if len(b) < at+length {
		return 0
	}
	return at + length
}
