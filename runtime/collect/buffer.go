package collect

// BufferKeys is how many keys a call may key ahead.
const BufferKeys = 64

// Key is one key pressed.
type Key struct {
	Digit byte  `json:"d"` // '0'–'9', '*', '#', 'A'–'D'
	At    int64 `json:"t"` // when it went down, milliseconds since the call began
	// Source identifies the event that brought the key, so that its repetitions on the wire count
	// once: for RFC 4733 the SSRC in the upper and the RTP timestamp in the lower 32 bits. 0 means
	// that the line delivers each key once by itself.
	Source uint64 `json:"s,omitempty"`
}

// Buffer holds the keys of a call that no question has consumed yet. The zero Buffer is empty and
// ready. It is plain data and belongs to one call; it is not safe for concurrent use.
type Buffer struct {
	Keys    []Key `json:"keys,omitempty"`
	Dropped int   `json:"dropped,omitempty"` // keys that found the buffer full

	Seen     [8]uint64 `json:"seen"` // the last sources, a ring
	SeenNext int       `json:"seenNext"`

	// After an answer at its full length one end key may still follow from habit. It is swallowed
	// when it is the very next key and comes before SwallowUntil.
	Swallow      byte  `json:"swallow,omitempty"`
	SwallowUntil int64 `json:"swallowUntil,omitempty"`
}

// Clear forgets the waiting keys, as before a retry or a confirmation, and returns how many there
// were. What has been seen, and an end key still to be swallowed, are remembered: the habit of
// pressing `#` does not know that a confirmation has begun.
func (b *Buffer) Clear() int {
	n := len(b.Keys)
	b.Keys = b.Keys[:0]
	return n
}

// Admit tells whether k is a key that counts, and remembers it: no repetition, a telephone key, no swallowed end key.
// Whoever takes a key by itself, as a recording that a key ends, asks first: the end key of the answer before is not
// meant for it.
func (b *Buffer) Admit(k Key) bool {
	if !valid(k.Digit) {
		return false
	}
	if k.Source != 0 {
		for _, s := range b.Seen {
			if s == k.Source {
				return false
			}
		}
		b.Seen[b.SeenNext%len(b.Seen)] = k.Source
		b.SeenNext = (b.SeenNext + 1) % len(b.Seen)
	}
	if b.Swallow != 0 {
		end := b.Swallow
		b.Swallow = 0
		if k.Digit == end && k.At < b.SwallowUntil {
			return false
		}
	}
	return true
}

// Push keeps an admitted key for the next question; false if the buffer is full.
func (b *Buffer) Push(k Key) bool {
	if len(b.Keys) >= BufferKeys {
		b.Dropped++
		return false
	}
	b.Keys = append(b.Keys, k)
	return true
}

func (b *Buffer) pop() (Key, bool) {
	if len(b.Keys) == 0 {
		return Key{}, false
	}
	k := b.Keys[0]
	n := copy(b.Keys, b.Keys[1:])
	b.Keys = b.Keys[:n]
	return k, true
}

// unread puts keys back before those that wait.
func (b *Buffer) unread(keys []Key) {
	room := BufferKeys - len(b.Keys)
	if len(keys) > room {
		b.Dropped += len(keys) - room
		keys = keys[:room]
	}
	n := len(b.Keys)
	b.Keys = append(b.Keys, keys...) // grow, then shift
	copy(b.Keys[len(keys):], b.Keys[:n])
	copy(b.Keys, keys)
}

func valid(d byte) bool {
	return d >= '0' && d <= '9' || d == '*' || d == '#' || d >= 'A' && d <= 'D'
}
