package rtp

import (
	"bytes"
	"fmt"

	"github.com/pion/srtp/v3"

	"rexian/media/sdp"
)

// keys protect a stream's packets (RFC 3711), one context for each direction; nil is plain RTP.
type keys struct {
	send, recv *srtp.Context
}

const (
	masterKey = 16 // bytes of key, then 14 of salt
	replay    = 64 // packets of the window in which a repeated one is refused (RFC 3711, 3.3.2)
)

func newKeys(m sdp.Media) (k keys, err error) {
	if k.send, err = newContext(m.Send); err != nil {
		return keys{}, err
	}
	if k.recv, err = newContext(m.Recv); err != nil {
		return keys{}, err
	}
	return k, nil
}

func newContext(c *sdp.Crypto) (*srtp.Context, error) {
	if c == nil {
		return nil, nil
	}
	profile := srtp.ProtectionProfileAes128CmHmacSha1_80
	switch c.Suite {
	case "AES_CM_128_HMAC_SHA1_80":
	case "AES_CM_128_HMAC_SHA1_32":
		profile = srtp.ProtectionProfileAes128CmHmacSha1_32
	default:
		return nil, fmt.Errorf("%w: crypto suite %q", ErrMedia, c.Suite)
	}
	if len(c.Key) != masterKey+14 {
		return nil, fmt.Errorf("%w: key of %d bytes, not 30", ErrMedia, len(c.Key))
	}
	x, err := srtp.CreateContext(c.Key[:masterKey], c.Key[masterKey:], profile, srtp.SRTPReplayProtection(replay),
		srtp.SRTCPReplayProtection(replay))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMedia, err)
	}
	return x, nil
}

// keeping returns the keys of a new agreement, but with the old contexts where the key is still the same: they know how
// often sequence numbers have wrapped, which is part of every packet's protection.
func (k keys) keeping(old keys, was, is sdp.Media) keys {
	if same(was.Send, is.Send) {
		k.send = old.send
	}
	if same(was.Recv, is.Recv) {
		k.recv = old.recv
	}
	return k
}

func same(a, b *sdp.Crypto) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Suite == b.Suite && bytes.Equal(a.Key, b.Key)
}
