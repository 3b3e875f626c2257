package sdp

import (
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// keyLength is a master key of 16 bytes and a salt of 14 (RFC 4568, 6.1).
const keyLength = 30

// suites are the protections we can do, best first. RFC 4568, 6.2.
var suites = []string{"AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"}

// parseCrypto reads the value of an a=crypto attribute: "1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^20 [params]".
// An attribute that we could not honour in full is as good as absent (RFC 4568, 7.1.2): an unknown suite, several keys,
// a key with an MKI, or a session parameter that changes the packets.
func parseCrypto(v string) (Crypto, bool) {
	f := strings.Fields(v)
	if len(f) < 3 {
		return Crypto{}, false
	}
	tag, err := strconv.ParseUint(f[0], 10, 30)
	if err != nil {
		return Crypto{}, false
	}
	c := Crypto{Tag: int(tag)}
	for _, s := range suites {
		if strings.EqualFold(f[1], s) {
			c.Suite = s
		}
	}
	for _, p := range f[3:] {
		if !strings.HasPrefix(p, "-") && !strings.HasPrefix(p, "WSH=") {
			return Crypto{}, false
		}
	}
	inline, ok := strings.CutPrefix(f[2], "inline:")
	if c.Suite == "" || !ok {
		return Crypto{}, false
	}
	key, rest, _ := strings.Cut(inline, "|")
	if strings.Contains(rest, ":") || strings.Contains(rest, ";") || strings.Contains(key, ";") {
		return Crypto{}, false
	}
	c.Key, err = base64.StdEncoding.DecodeString(key)
	if err != nil {
		c.Key, err = base64.RawStdEncoding.DecodeString(key)
	}
	if err != nil || len(c.Key) != keyLength {
		return Crypto{}, false
	}
	return c, true
}

// attribute is the whole line's value, as parseCrypto reads it.
func (c Crypto) attribute() string {
	return strconv.Itoa(c.Tag) + " " + c.Suite + " inline:" + base64.StdEncoding.EncodeToString(c.Key)
}

// String hides the key: a description of a call may be logged, its key never.
func (c Crypto) String() string { return strconv.Itoa(c.Tag) + " " + c.Suite }

// newKey draws a master key and salt.
func newKey(r io.Reader) ([]byte, error) {
	k := make([]byte, keyLength)
	if _, err := io.ReadFull(r, k); err != nil {
		return nil, fmt.Errorf("draw an SRTP key: %w", err)
	}
	return k, nil
}
