package validate

import (
	"bytes"
	"strconv"
)

// Frame finds the end of the first message that a stream has brought (RFC 3261, 18.3), where buf begins with its start
// line. size is its length in bytes, 0 as long as it is not all there. broken says why its end cannot be known: then
// the stream cannot be read on. A message without a Content-Length has no body if it has no Content-Type either.
func Frame(buf []byte) (size int, broken string) {
	head := bytes.Index(buf, []byte("\r\n\r\n"))
	if head < 0 {
		if len(buf) > MaxMessage {
			return 0, "Header Fields Do Not End"
		}
		return 0, ""
	}
	head += 4
	_, rest, _ := bytes.Cut(buf[:head], crlf)
	length, typed, fields := -1, false, 0
	EachField(rest, func(name string, value []byte) {
		fields++
		switch name {
		case "content-length", "l":
			n, err := strconv.ParseUint(string(value), 10, 31)
			switch {
			case err != nil:
				broken = "Malformed Content-Length"
			case length >= 0 && length != int(n):
				broken = "More Than One Content-Length"
			}
			length = int(n)
		case "content-type", "c":
			typed = true
		}
	})
	switch {
	case broken != "":
	case fields > maxFields:
		broken = "Too Many Header Fields"
	case length < 0 && typed:
		broken = "Missing Content-Length"
	case length > MaxMessage || head+max(length, 0) > MaxMessage:
		broken = "Message Too Large"
	case head+max(length, 0) <= len(buf):
		return head + max(length, 0), ""
	}
	return 0, broken
}

// Measured gives a whole message a Content-Length if it has none: the parser of streams wants one.
func Measured(message []byte) []byte {
	head := bytes.Index(message, []byte("\r\n\r\n"))
	if head < 0 {
		return message
	}
	_, rest, _ := bytes.Cut(message[:head+4], crlf)
	has := false
	EachField(rest, func(name string, _ []byte) { has = has || name == "content-length" || name == "l" })
	if has {
		return message
	}
	out := make([]byte, 0, len(message)+20)
	out = append(append(out, message[:head+2]...), "Content-Length: 0\r\n"...)
	return append(out, message[head+2:]...)
}

// Names are what a message says of the call that it belongs to.
type Names struct {
	Method          string // "" for a response
	CallID          string
	FromTag, ToTag  string
	FromUser, Agent string
}

// Peek reads the names of a message without parsing it. What cannot be read is empty.
func Peek(data []byte) (n Names) {
	line, rest, _ := bytes.Cut(data, crlf)
	if kind, _, _ := startLine(line); kind == request {
		method, _, _ := bytes.Cut(line, []byte(" "))
		n.Method = string(method)
	}
	EachField(rest, func(name string, value []byte) {
		switch name {
		case "call-id", "i":
			n.CallID = string(value)
		case "from", "f":
			_, u, p, _ := Address(string(value))
			n.FromTag, n.FromUser = p.GetOr("tag", ""), u.User
		case "to", "t":
			_, _, p, _ := Address(string(value))
			n.ToTag = p.GetOr("tag", "")
		case "user-agent":
			n.Agent = string(value)
		}
	})
	return n
}
