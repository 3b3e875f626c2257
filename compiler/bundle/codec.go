package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// A bundle file is
//
//	"REXIAN"  version uint16  length uint32  SHA-256 of the content  content
//
// with numbers in big-endian order. The content is the Program as JSON: fields in the order of their declaration and no
// maps, so that equal programs are equal bytes.

const (
	magic      = "REXIAN"
	headerSize = len(magic) + 2 + 4 + sha256.Size
	// MaxSize is the largest content that is read: a program many times the size of any hotline.
	MaxSize = 256 << 20
)

// What Decode refuses; errors.Is tells them apart.
var (
	ErrNotBundle = errors.New("not a compiled program")
	ErrVersion   = errors.New("compiled by another version of the compiler")
	ErrCorrupt   = errors.New("the compiled program is damaged")
)

// Encode writes a program and sets its Hash. The same program always gives the same bytes.
func Encode(p *Program) ([]byte, error) {
	content, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("encoding a program: %w", err)
	}
	sum := sha256.Sum256(content)
	p.Hash = hex.EncodeToString(sum[:])
	out := make([]byte, 0, headerSize+len(content))
	out = append(out, magic...)
	out = binary.BigEndian.AppendUint16(out, FormatVersion)
	out = binary.BigEndian.AppendUint32(out, uint32(len(content)))
	out = append(out, sum[:]...)
	return append(out, content...), nil
}

// Decode reads a program. It refuses what is no bundle, what another version wrote, what was damaged, and what would
// lead the machine astray: after Decode every index and jump of the code is within its bounds.
func Decode(b []byte) (*Program, error) {
	if len(b) < headerSize || string(b[:len(magic)]) != magic {
		return nil, ErrNotBundle
	}
	b = b[len(magic):]
	if v := binary.BigEndian.Uint16(b); v < OldestFormat || v > FormatVersion {
		return nil, fmt.Errorf("%w: its format is %d, ours %d to %d", ErrVersion, v, OldestFormat, FormatVersion)
	}
	n := binary.BigEndian.Uint32(b[2:])
	sum, content := b[6:6+sha256.Size], b[6+sha256.Size:]
	if n > MaxSize || int(n) != len(content) {
		return nil, fmt.Errorf("%w: its length is wrong", ErrCorrupt)
	}
	if got := sha256.Sum256(content); !bytes.Equal(got[:], sum) {
		return nil, fmt.Errorf("%w: its content does not match its hash", ErrCorrupt)
	}
	p := &Program{}
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	if err := d.Decode(p); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("%w: something follows it", ErrCorrupt)
	}
	if err := p.verify(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	p.Hash = hex.EncodeToString(sum)
	return p, nil
}
